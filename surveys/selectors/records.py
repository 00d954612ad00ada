"""Reads of values from administrative records."""

from django.db.models import QuerySet

from surveys.enums import IndicatorKind
from surveys.models import BlockUnit, Edition, HardDocument, HardValue, Indicator


def hard_indicators(edition: Edition) -> QuerySet[Indicator]:
    """Indicators from records with their blocks, in order of publication."""
    return (
        Indicator.objects.filter(edition=edition, kind=IndicatorKind.HARD)
        .select_related("sub_index")
        .prefetch_related("blocks")
        .order_by("sub_index__position", "position", "code")
    )


def records_of(edition: Edition) -> QuerySet[HardValue]:
    """All values with unit, block, indicator and document."""
    return (
        HardValue.objects.filter(indicator__edition=edition)
        .select_related("block_unit__unit", "block_unit__block", "indicator", "document")
        .order_by("indicator__position", "indicator__code", "block_unit__unit__code")
    )


def rated_with_block(edition: Edition) -> QuerySet[BlockUnit]:
    return (
        BlockUnit.objects.filter(block__edition=edition)
        .select_related("unit", "block")
        .order_by("block__position", "block__code", "unit__code")
    )


def documents_of(edition: Edition) -> QuerySet[HardDocument]:
    return HardDocument.objects.filter(edition=edition).select_related("added_by").order_by("title")
