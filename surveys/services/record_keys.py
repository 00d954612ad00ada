"""What values from records of an edition can be about."""

from dataclasses import dataclass

from surveys.models import Edition, Indicator
from surveys.selectors.records import hard_indicators, rated_with_block
from surveys.workbook.records import Limits


@dataclass(frozen=True)
class RecordKeys:
    """What records of an edition can be about: unit → its block, indicator → its limits, and which pairs are wanted."""

    units: dict[str, str]
    limits: dict[str, Limits]
    wanted: frozenset[tuple[str, str]]


def record_keys(edition: Edition) -> RecordKeys:
    """Three queries."""
    units = dict(rated_with_block(edition).values_list("unit__code", "block__code"))
    limits, wanted = {}, set()
    for indicator in hard_indicators(edition):
        limits[indicator.code] = limits_of(indicator)
        blocks = {block.code for block in indicator.blocks.all()}
        wanted |= {(unit, indicator.code) for unit, block in units.items() if block in blocks}
    return RecordKeys(units, limits, frozenset(wanted))


def limits_of(indicator: Indicator) -> Limits:
    return Limits(indicator.scale_low, indicator.scale_high, tuple(indicator.counted or ()))
