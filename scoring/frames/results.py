"""Out of the engine: a result as rows of the scoring tables. Nothing is rounded on the way."""

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from scoring.engine.pipeline import Result
from scoring.engine.rank import rank
from scoring.enums import ScoreStatus
from scoring.models import IndicatorScore, Score, ScoringRun, SubIndexScore
from scoring.selectors.runs import BlockKeys

TOO_FEW_RATINGS = "unit_below_minimum"
TOO_MUCH_MISSING = "insufficient_available"
NO_POINTS = "goalposts_equal"


@dataclass(frozen=True)
class BlockRows:
    """Unsaved rows of one block."""

    scores: list[Score]
    sub_indices: list[SubIndexScore]
    indicators: list[IndicatorScore]


def block_rows(run: ScoringRun, result: Result, keys: BlockKeys) -> BlockRows:
    """The rows of one block's result."""
    return BlockRows(
        scores=_scores(run, result, keys),
        sub_indices=_sub_indices(run, result, keys),
        indicators=_indicators(run, result, keys),
    )


def number(value: Any) -> float | None:
    """The number, None where the engine has none."""
    return None if value is None or not math.isfinite(value) else float(value)


def _place(value: Any) -> int | None:
    """A rank, None where the engine has 0."""
    return int(value) or None


def _scores(run: ScoringRun, result: Result, keys: BlockKeys) -> list[Score]:
    tied: dict[str, list[str]] = defaultdict(list)
    for unit, other in result.tables["ties"].itertuples(index=False):
        tied[unit].append(other)
    least = int(run.recipe.content["measure"]["min_ratings"])
    return [
        Score(
            run=run,
            block_unit_id=keys.units[row.unit],
            block_id=keys.block,
            status=row.status,
            reason=_reason(row.status, int(row.n), least),
            n=int(row.n),
            total=number(row.score),
            se=number(row.se),
            low=number(row.lo),
            high=number(row.hi),
            rank=_place(row.rank),
            rank_low=_place(row.rank_lo),
            rank_high=_place(row.rank_hi),
            marginal_low=_place(row.rank_lo_alone),
            marginal_high=_place(row.rank_hi_alone),
            band=row.band if row.status == ScoreStatus.RANKED else "",
            tied_with=tied[row.unit],
            adjustment=float(row.adjustment),
        )
        for row in _rows(result.scores)
    ]


def _rows(table: pd.DataFrame) -> Any:
    """Named rows; pandas cannot say of what type."""
    return table.itertuples(index=False)


def _reason(status: str, n: int, least: int) -> str:
    if status != ScoreStatus.INSUFFICIENT:
        return ""
    return TOO_FEW_RATINGS if n < least else TOO_MUCH_MISSING


def _sub_indices(run: ScoringRun, result: Result, keys: BlockKeys) -> list[SubIndexScore]:
    table = result.tables["sub_indices"]
    takes_part = result.run.ranking.takes_part
    ranks: dict[tuple[str, str], int] = {}
    for code, part in table.groupby("sub_index", sort=False):
        places = rank(part["score"].to_numpy(dtype=np.float64), takes_part)
        ranks |= {(unit, str(code)): int(place) for unit, place in zip(part["unit"], places, strict=True)}
    return [
        SubIndexScore(
            run=run,
            block_unit_id=keys.units[row.unit],
            sub_index_id=keys.sub_indices[row.sub_index],
            value=number(row.score),
            se=number(row.se),
            rank=ranks[row.unit, row.sub_index] or None,
        )
        for row in _rows(table)
    ]


def _indicators(run: ScoringRun, result: Result, keys: BlockKeys) -> list[IndicatorScore]:
    lost = result.tables["lost_points"].set_index(["unit", "indicator"])[["lost", "se"]]
    costs = dict(zip(lost.index, lost.itertuples(index=False, name=None), strict=True))
    return [
        IndicatorScore(
            run=run,
            block_unit_id=keys.units[row.unit],
            indicator_id=keys.indicators[row.indicator],
            raw=number(row.value),
            raw_se=number(row.se),
            points=number(row.points),
            lost=number(costs[row.unit, row.indicator][0]),
            lost_se=number(costs[row.unit, row.indicator][1]),
            n=int(row.n),
            reason=str(row.reason) or (NO_POINTS if number(row.points) is None else ""),
        )
        for row in _rows(result.tables["indicators"])
    ]
