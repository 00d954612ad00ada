"""Reads of who was invited, for the manager of the province: names and participation, never an answer."""

from django.db.models import Q, QuerySet

from surveys.models import Edition, Invitation


def invitations_of(edition: Edition, *, search: str = "", state: str = "", stratum: str = "") -> QuerySet[Invitation]:
    """The invitations of an edition by name; `search` looks into names and addresses."""
    found = Invitation.objects.filter(edition=edition)
    if search:
        found = found.filter(Q(name__icontains=search) | Q(email__icontains=search))
    if state:
        found = found.filter(state=state)
    if stratum:
        found = found.filter(stratum=stratum)
    return found.order_by("name", "handle")


def strata_of(edition: Edition) -> list[str]:
    """The strata into which the businesses of an edition were sorted."""
    found = Invitation.objects.filter(edition=edition).exclude(stratum="").order_by("stratum")
    return list(found.values_list("stratum", flat=True).distinct())


def addresses_invited(edition: Edition) -> frozenset[str]:
    """The e-mail addresses already invited, in lower case."""
    found = Invitation.objects.filter(edition=edition).exclude(email="").order_by("email")
    return frozenset(address.lower() for address in found.values_list("email", flat=True))
