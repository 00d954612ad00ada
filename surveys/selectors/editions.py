"""Reads of editions, by who asks."""

from django.db.models import QuerySet

from accounts.models import Province, User
from surveys.models import Edition, QuestionnaireVersion


def editions_visible_to(user: User) -> QuerySet[Edition]:
    """Editions of the provinces in which this person has a role; all for the platform administrator."""
    found = Edition.objects.select_related("province").order_by("province__slug", "-year")
    return found if user.is_superuser else found.filter(province__in=user.memberships.values("province"))


def editions_of(province: Province) -> QuerySet[Edition]:
    return Edition.objects.filter(province=province).select_related("province").order_by("-year")


def questionnaire_of(edition: Edition) -> QuestionnaireVersion | None:
    """The latest questionnaire of an edition, if there is one."""
    return QuestionnaireVersion.objects.filter(edition=edition).order_by("-number").first()
