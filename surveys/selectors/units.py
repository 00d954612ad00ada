"""Reads of the units of a province, what became of them, and who reads their feedback."""

from django.db.models import Count, Prefetch, Q, QuerySet

from accounts.models import Province, User
from surveys.models import BlockUnit, Edition, Unit, UnitLineage, UnitReader


def units_of(province: Province) -> QuerySet[Unit]:
    """All units of a province with `reader_count`, `edition_count` and their predecessors and successors."""
    came = UnitLineage.objects.select_related("predecessor").order_by("on", "predecessor__code")
    became = UnitLineage.objects.select_related("successor").order_by("on", "successor__code")
    return (
        Unit.objects.filter(province=province)
        .annotate(
            reader_count=Count("readers", distinct=True),
            edition_count=Count("block_units__block__edition", distinct=True),
        )
        .prefetch_related(Prefetch("came_from", came), Prefetch("became", became))
        .order_by("kind", "code")
    )


def units_read_by(user: User) -> QuerySet[Unit]:
    """Units whose feedback this person reads."""
    return Unit.objects.filter(readers__user=user).select_related("province").order_by("province__slug", "code")


def readers_of(unit: Unit) -> QuerySet[UnitReader]:
    return UnitReader.objects.filter(unit=unit).select_related("user", "unit__province").order_by("user__email")


def lineage_of(unit: Unit) -> QuerySet[UnitLineage]:
    """Where the unit came from and what became of it, in the order of the years."""
    return (
        UnitLineage.objects.filter(Q(predecessor=unit) | Q(successor=unit))
        .select_related("predecessor", "successor")
        .order_by("on", "predecessor__code", "successor__code")
    )


def other_units(unit: Unit) -> QuerySet[Unit]:
    """The units that could have come before or after this one."""
    return Unit.objects.filter(province=unit.province_id).exclude(pk=unit.pk).order_by("code")


def rated_units(edition: Edition) -> QuerySet[BlockUnit]:
    """The units that are rated in an edition, by block and code."""
    return (
        BlockUnit.objects.filter(block__edition=edition)
        .select_related("block", "unit")
        .order_by("block__position", "block__code", "unit__code")
    )
