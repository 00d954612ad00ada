"""Questionnaires that somebody else fills in, found by a link of their own that opens nothing of the respondent."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from ddci.core.crypto import code_for, derive, handle_of_code, unsealed
from ddci.core.errors import Refusal
from surveys.answers.drafts import DraftContent
from surveys.enums import Channel
from surveys.models import Invitation, Sitting
from surveys.selectors.invitations import code_of

PURPOSE = "sitting-code"
# A device that was left lying about shows nothing any more after this time; paper waits for its second person.
IDLE = {
    Channel.HELPED: timedelta(minutes=30),
    Channel.PHONE: timedelta(hours=2),
    Channel.ONSITE: timedelta(hours=2),
}


class SittingOver(Refusal):
    status = 410
    code = "sitting_over"
    sentence = _("This questionnaire has been sent in or ended; nothing of it can be opened any more.")


def code_of_sitting(sitting: Sitting) -> str:
    """The code of its link: derived, never stored, and valid only while the sitting is there."""
    return code_for(settings.INVITATION_KEY, sitting.handle, PURPOSE)


def is_code_of_sitting(typed: str) -> bool:
    return bool(handle_of_code(settings.INVITATION_KEY, typed, PURPOSE))


def sitting_by_code(typed: str, now: datetime) -> Sitting:
    """The sitting of a code, with invitation, edition and province in the same query.

    Raises:
        SittingOver: it was sent in, ended, or left alone for too long.
    """
    handle = handle_of_code(settings.INVITATION_KEY, typed, PURPOSE)
    found = Sitting.objects.filter(handle=handle).select_related("invitation__edition__province").first()
    if found is None or found.finished or is_idle(found, now):
        raise SittingOver
    return found


def is_idle(sitting: Sitting, now: datetime) -> bool:
    limit = IDLE.get(Channel(sitting.channel))
    return limit is not None and now - sitting.saved_at > limit


def sitting_key(sitting: Sitting) -> bytes:
    """The key that locks it: from the code of the respondent and its own, so no copy of the database opens it."""
    return derive(settings.INVITATION_KEY, "sitting", code_of(sitting.invitation), code_of_sitting(sitting))


def sitting_content(sitting: Sitting) -> DraftContent:
    """
    Raises:
        SealBrokenError: it was locked with another invitation key.
    """
    return DraftContent.from_bytes(unsealed(sitting_key(sitting), bytes(sitting.box)))


def paper_entries(invitation: Invitation) -> QuerySet[Sitting]:
    """What was typed from the paper of a business, the earlier entry first."""
    found = Sitting.objects.filter(invitation=invitation, channel=Channel.PAPER)
    return found.select_related("invitation", "by").order_by("pk")
