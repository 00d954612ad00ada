"""Reads of editions, by who asks."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Province, User
from ddci.core.errors import Refusal
from surveys.enums import EditionState
from surveys.models import Edition, QuestionnaireVersion


class EditionUnknown(Refusal):
    status = 404
    code = "edition_unknown"
    sentence = _("There is no edition “%(address)s”. Write province and year, such as thai-binh/2024.")


def editions_visible_to(user: User) -> QuerySet[Edition]:
    """Editions of the provinces in which this person has a role; all for the platform administrator."""
    found = Edition.objects.select_related("province").order_by("province__slug", "-year")
    return found if user.is_superuser else found.filter(province__in=user.memberships.values("province"))


def editions_of(province: Province) -> QuerySet[Edition]:
    return Edition.objects.filter(province=province).select_related("province").order_by("-year")


def editions_open() -> QuerySet[Edition]:
    return Edition.objects.filter(state=EditionState.OPEN).order_by("pk")


def questionnaire_of(edition: Edition) -> QuestionnaireVersion | None:
    """The latest questionnaire of an edition, if there is one."""
    return QuestionnaireVersion.objects.filter(edition=edition).order_by("-number").first()


def edition_at(address: str) -> Edition:
    """The edition of an address such as `thai-binh/2024`.

    Raises:
        EditionUnknown: there is none.
    """
    slug, _slash, year = address.partition("/")
    found = Edition.objects.filter(province__slug=slug, year=int(year) if year.isascii() and year.isdigit() else 0)
    edition = found.select_related("province").order_by("pk").first()
    if edition is None:
        raise EditionUnknown(address=address)
    return edition
