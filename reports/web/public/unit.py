"""What a unit's page shows."""

from itertools import groupby
from typing import Any

from reports import sentences
from reports.models import ReportFile
from reports.selectors.unit_page import IndicatorRow, UnitResult
from reports.web.public.drawings import themed
from scoring.sentences import contrast_sentence

LOSSES_SHOWN = 10
CONTRASTS_SHOWN = 4


def unit_context(unit: UnitResult, charts: dict[str, str], scorecards: list[ReportFile]) -> dict[str, Any]:
    """The result in sentences and tables, with the drawings that are stored."""
    code = unit.row.code
    return {
        "unit": unit,
        "row": unit.row,
        "status": sentences.status_sentence(unit.row),
        "range": sentences.range_sentence(unit),
        "score": sentences.score_sentence(unit),
        "tied": sentences.tied_sentence(unit),
        "width": sentences.width_sentence(unit),
        "weights": sentences.weights_sentence(unit),
        "change": sentences.change_sentence(unit.row.change, 1 - unit.scale.confidence),
        "parts": sentences.parts_sentence(unit.row.parts),
        "cost": sentences.cost_sentence(unit),
        "strength": sentences.strength_sentence(unit),
        "losses": _lines(unit.losses[:LOSSES_SHOWN]),
        "soft": by_sub_index(unit.soft),
        "hard": _lines(unit.hard),
        "contrasts": [contrast_sentence(each) for each in unit.contrasts[:CONTRASTS_SHOWN]],
        "trend": sentences.trend_sentence(unit.years),
        "broken": sentences.break_sentence(unit),
        "profile_svg": themed(charts.get(f"profile-{code}", "")),
        "trend_svg": themed(charts.get(f"trend-{code}", "")),
        "scorecards": scorecards,
    }


def by_sub_index(items: tuple[IndicatorRow, ...]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Indicators under the names of their sub-indices."""
    return [(name, _lines(members)) for name, members in groupby(items, key=lambda item: item.sub_index_name)]


def _lines(items: Any) -> list[dict[str, Any]]:
    """Indicators with their values in words."""
    return [
        {
            "item": item,
            "raw": sentences.measured(item, item.raw),
            "median": sentences.measured(item, item.raw_median),
            "statistic": sentences.statistic_name(item),
            "counted": sentences.counted(item),
        }
        for item in items
    ]
