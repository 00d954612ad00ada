"""The scorecard of one unit: four pages, of which the first can stand alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from ddci.templatetags.ddci_figures import position
from reports import sentences
from reports.pdf.reading import Reading
from reports.pdf.render import pdf_render
from reports.selectors.ranking import Block, Row
from reports.selectors.unit_page import IndicatorRow, UnitResult
from scoring.sentences import contrast_sentence

STRENGTHS_ON_FRONT = LOSSES_ON_FRONT = 3
LOSSES_SHOWN = 7
COMMENTS_SHOWN = 4
CONTRASTS_SHOWN = 3
INDICATORS_ON_A_PAGE = 36
AXIS_LENGTH = 500  # of the drawing in templates/reports/pdf/_field.html


@dataclass(frozen=True)
class IndicatorLine:
    """An indicator with its values as they are written."""

    item: IndicatorRow
    measured: str
    median: str
    counted: str


def scorecard(result: UnitResult, reading: Reading) -> bytes:
    """A tagged, accessible PDF (PDF/UA-1) in the language of the reading."""
    with translation.override(reading.language):
        context = scorecard_context(result, reading)
    template = "reports/pdf/scorecard.html"
    return pdf_render(template=template, context=context, language=reading.language, variant="pdf/ua-1")


def scorecard_context(result: UnitResult, reading: Reading) -> dict[str, Any]:
    """Everything the pages say, in the active language."""
    losses = indicator_lines(result.losses[:LOSSES_SHOWN])
    return {
        **unit_context(result),
        "facts": result.facts,
        "method": reading.method,
        "losses": losses,
        "front_losses": losses[:LOSSES_ON_FRONT],
        "strengths": result.strengths[:STRENGTHS_ON_FRONT],
        # Only here: in the book, a unit has one page.
        "parts": sentences.parts_sentence(result.row.parts),
        "reading": sentences.how_to_read(reading.tables)[0],
        "indicator_groups": indicators_by_source(result),
        "contrasts": [contrast_sentence(each) for each in result.contrasts[:CONTRASTS_SHOWN]],
        "indicators_fit": len(result.indicators) <= INDICATORS_ON_A_PAGE,
        "comments": result.comments[:COMMENTS_SHOWN],
        "comments_more": max(0, len(result.comments) - COMMENTS_SHOWN),
        "trend": sentences.trend_sentence(result.years),
        "broken": sentences.break_sentence(result),
    }


def unit_context(result: UnitResult) -> dict[str, Any]:
    """What the head of a unit's page says, here and in the book."""
    change = sentences.change_sentence(result.row.change, 1 - result.scale.confidence)
    said = [sentences.range_sentence(result), sentences.tied_sentence(result), change]
    return {
        "result": result,
        "row": result.row,
        "league": result.block,
        "front_sentences": [sentence for sentence in said if sentence],
        "interval_width": interval_width(result.row, result.block),
    }


def indicator_lines(items: Sequence[IndicatorRow]) -> list[IndicatorLine]:
    measured = sentences.measured
    return [
        IndicatorLine(item, measured(item, item.raw), measured(item, item.raw_median), sentences.counted(item))
        for item in items
    ]


def indicators_by_sub_index(items: Sequence[IndicatorRow]) -> list[tuple[str, list[IndicatorLine]]]:
    return [(name, indicator_lines(list(group))) for name, group in groupby(items, lambda item: item.sub_index_name)]


def interval_width(row: Row, block: Block) -> str:
    """The width of the unit's interval on the drawn axis, with a decimal point."""
    low, high = (position(end, *block.axis, AXIS_LENGTH) for end in (row.low, row.high))
    return "" if low is None or high is None else f"{high - low:.1f}"


def indicators_by_source(result: UnitResult) -> list[tuple[str, list[IndicatorLine]]]:
    """What businesses said by sub-index, then what the records say, apart from it."""
    hard = [line for _name, lines in indicators_by_sub_index(result.hard) for line in lines]
    return [*indicators_by_sub_index(result.soft), *([(_("From administrative records"), hard)] if hard else [])]
