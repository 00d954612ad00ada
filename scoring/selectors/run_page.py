"""What the page of a run shows, block by block. A constant number of queries, whatever the number of units."""

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Avg, Count, Max, Min

from scoring.enums import ScoreStatus
from scoring.models import IndicatorScore, Score, ScoringRun, SubIndexScore
from scoring.selectors.firmness import Firmness, firmness_of
from scoring.selectors.names import EditionNames
from scoring.selectors.runs import scores_of

Facts = dict[str, Any]
STEP = 10


@dataclass(frozen=True)
class ScoreRow:
    """A unit's score; `bracket` numbers runs of neighbours no two of which can be told apart (None: stands alone)."""

    score: Score
    name: str
    bracket: int | None

    @property
    def ranked(self) -> bool:
        return self.score.status == ScoreStatus.RANKED

    @property
    def width(self) -> int:
        """How many ranks its rank range covers; 0 without a range."""
        low, high = self.score.rank_low, self.score.rank_high
        return 0 if low is None or high is None else high - low + 1


@dataclass(frozen=True)
class SubIndexLine:
    code: str
    name: str
    nominal: float | None
    effective: float | None
    alpha: Facts | None
    low: float | None
    mean: float | None
    high: float | None


@dataclass(frozen=True)
class IndicatorLine:
    """One indicator over the units of a block: its goalposts, who set them, why values are missing."""

    code: str
    name: str
    sub_index: str
    correlation: float | None
    lower: float | None
    upper: float | None
    lower_unit: str
    upper_unit: str
    present: int
    missing: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class BlockPage:
    code: str
    name: str
    rows: tuple[ScoreRow, ...]
    sub_indices: tuple[SubIndexLine, ...]
    indicators: tuple[IndicatorLine, ...]
    facts: Facts
    scale: tuple[float, float]
    firmness: Firmness

    @property
    def axis(self) -> tuple[float, float]:
        """The tens around all intervals, inside the scale: what the strips are drawn on."""
        low, high = self.scale
        ends = [end for row in self.rows for end in (row.score.low, row.score.total, row.score.high) if end is not None]
        if not ends:
            return self.scale
        return max(low, math.floor(min(ends) / STEP) * STEP), min(high, math.ceil(max(ends) / STEP) * STEP)

    @property
    def names(self) -> dict[str, str]:
        """Of units by code."""
        return {row.score.block_unit.unit.code: row.name for row in self.rows}

    @property
    def ranked(self) -> list[ScoreRow]:
        return [row for row in self.rows if row.ranked]


def blocks_of(run: ScoringRun, names: EditionNames) -> list[BlockPage]:
    """The blocks of a complete run. Three queries beside those of the names."""
    scores: dict[str, list[Score]] = defaultdict(list)
    for score in scores_of(run):
        scores[score.block.code].append(score)
    ranges, values = _sub_index_ranges(run), _indicator_values(run)
    content, diagnostics = run.recipe.content, run.diagnostics["blocks"]
    target, times = content["normalise"]["target"], content["aggregate"]["multiplier"]
    return [
        BlockPage(
            code=code,
            name=names.blocks.get(code, code),
            rows=tuple(_rows(found)),
            sub_indices=tuple(_sub_index_lines(diagnostics[code], ranges[code], names)),
            indicators=tuple(_indicator_lines(code, content, diagnostics[code], values[code], names)),
            facts=diagnostics[code],
            scale=(target[0] * times, target[1] * times),
            firmness=firmness_of(run.diagnostics, code),
        )
        for code, found in scores.items()
    ]


def _rows(scores: list[Score]) -> list[ScoreRow]:
    """Rows in order of rank; neighbours are joined while every pair of them cannot be told apart."""
    runs: list[list[Score]] = []
    for score in scores:
        code, ranked = score.block_unit.unit.code, score.status == ScoreStatus.RANKED
        tied = ranked and runs and all(code in member.tied_with for member in runs[-1])
        if tied:
            runs[-1].append(score)
        else:
            runs.append([score])
    brackets = {run[0].pk: number for number, run in enumerate((r for r in runs if len(r) > 1), start=1)}
    return [ScoreRow(score, score.block_unit.unit.name, brackets.get(run[0].pk)) for run in runs for score in run]


def _sub_index_ranges(run: ScoringRun) -> dict[str, dict[str, Facts]]:
    """Block → sub-index → least, mean and greatest score."""
    found: dict[str, dict[str, Facts]] = defaultdict(dict)
    rows = (
        SubIndexScore.objects.filter(run=run)
        .order_by("block_unit__block__code", "sub_index__code")
        .values("block_unit__block__code", "sub_index__code")
        .annotate(low=Min("value"), mean=Avg("value"), high=Max("value"))
    )
    for row in rows:
        found[row["block_unit__block__code"]][row["sub_index__code"]] = dict(row)
    return found


def _sub_index_lines(facts: Facts, ranges: dict[str, Facts], names: EditionNames) -> list[SubIndexLine]:
    return [
        SubIndexLine(
            code=item["code"],
            name=names.sub_indices.get(item["code"], item["code"]),
            nominal=item["nominal"],
            effective=item["effective"],
            alpha=item["alpha"],
            low=ranges[item["code"]]["low"],
            mean=ranges[item["code"]]["mean"],
            high=ranges[item["code"]]["high"],
        )
        for item in facts["sub_indices"]
    ]


def _indicator_values(run: ScoringRun) -> dict[str, dict[str, list[Facts]]]:
    """Block → indicator → how many units have a value, and how many miss it for which reason."""
    found: dict[str, dict[str, list[Facts]]] = defaultdict(lambda: defaultdict(list))
    rows = (
        IndicatorScore.objects.filter(run=run)
        .order_by("block_unit__block__code", "indicator__code", "reason")
        .values("block_unit__block__code", "indicator__code", "reason")
        .annotate(units=Count("id"), present=Count("points"))
    )
    for row in rows:
        found[row["block_unit__block__code"]][row["indicator__code"]].append(dict(row))
    return found


def _indicator_lines(
    block: str, content: Facts, facts: Facts, values: dict[str, list[Facts]], names: EditionNames
) -> list[IndicatorLine]:
    posts = {item["indicator"]: item for item in facts["goalposts"]}
    correlated = {item["indicator"]: item for item in facts["correlations"]}
    lines = []
    for item in content["blocks"][block]["indicators"]:
        code, post = item["code"], posts.get(item["code"], {})
        found = values.get(code, [])
        lines.append(
            IndicatorLine(
                code=code,
                name=names.indicators.get(code, code),
                sub_index=names.sub_indices.get(item["sub_index"], item["sub_index"]),
                correlation=correlated.get(code, {}).get(item["sub_index"]),
                lower=post.get("lower"),
                upper=post.get("upper"),
                lower_unit=names.units.get(post.get("lower_unit", ""), ""),
                upper_unit=names.units.get(post.get("upper_unit", ""), ""),
                present=sum(row["present"] for row in found),
                missing={row["reason"]: row["units"] - row["present"] for row in found if row["reason"]},
            )
        )
    return lines
