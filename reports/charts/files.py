"""Which charts a release has."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import override

from reports.charts.drawing import Text, drawn
from reports.charts.figures import ROWS_A_CHART, intervals, profile, trend
from reports.selectors.ranking import Ranking, ranking
from reports.selectors.unit_page import UnitResult, unit_results
from reports.sentences import block_finding, range_sentence, trend_sentence
from scoring.models import Publication


@dataclass(frozen=True)
class ChartFile:
    """A drawing. `name` is its name within the release in every language; `unit` the unit's code, if it is a unit's."""

    name: str
    svg: str
    unit: str | None = None


def charts_of(publication: Publication, language: str) -> list[ChartFile]:
    """Every chart of a release in one language: intervals per block, profile and trend per ranked unit."""
    with override(language):
        found = [*_block_charts(ranking(publication))]
        for unit in unit_results(publication):
            found.extend(_unit_charts(unit))
    return found


def interval_charts(block: str, rows: int) -> list[str]:
    """The names of a block's interval charts: one for every ROWS_A_CHART units."""
    return [f"intervals-{block}-{part + 1}" for part in range(-(-rows // ROWS_A_CHART))]


def _block_charts(tables: Ranking) -> Iterator[ChartFile]:
    for block in tables.blocks:
        for part, chart in enumerate(interval_charts(block.code, len(block.rows))):
            rows = block.rows[part * ROWS_A_CHART : (part + 1) * ROWS_A_CHART]
            text = Text(chart, block_finding(block), intervals.describe(block, rows))
            yield ChartFile(chart, drawn(intervals.spec(block, rows), text))


def _unit_charts(unit: UnitResult) -> Iterator[ChartFile]:
    if not unit.row.ranked:
        return
    code = unit.row.code
    text = Text(f"profile-{code}", profile.title(unit), profile.describe(unit))
    yield ChartFile(f"profile-{code}", drawn(profile.spec(unit), text), code)
    if len(unit.years) > 1:
        text = Text(f"trend-{code}", trend.title(unit), f"{range_sentence(unit)} {trend_sentence(unit.years)}")
        yield ChartFile(f"trend-{code}", drawn(trend.spec(unit), text), code)
