"""The mail with the link for a business that registered, in both languages."""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from ddci.core.crypto import code_in_groups
from surveys.models import Invitation
from surveys.selectors.access import address_known
from surveys.selectors.invitations import code_of


def registration_mail_send(*, invitation: Invitation) -> bool:
    """Send the link to the address that is known of the business; whether there was one.

    Raises:
        OSError, SMTPException: the mail could not be handed over.
    """
    address = address_known(invitation)
    if not address:
        return False
    code, edition = code_of(invitation), invitation.edition
    texts = []
    for language in ("vi", "en"):
        with translation.override(language):
            link = str(settings.SITE_URL) + reverse("answering:start", args=[code])
            context = {"edition": edition, "province": edition.province, "link": link, "code": code_in_groups(code)}
            texts.append(render_to_string("emails/registration.txt", context).strip())
            if language == "vi":
                subject = translation.gettext("Your link to the survey: %(edition)s") % {"edition": edition.title}
    send_mail(subject, "\n\n———\n\n".join(texts) + "\n", None, [address])
    return True
