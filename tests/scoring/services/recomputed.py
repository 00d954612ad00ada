"""An edition scored a second time, straight from its rows with plain pandas and NumPy: no line of the engine.

Only what the small edition of the factories needs: raking to the margins, shares, a mean, a weighted median, hard
values, min-max within the edition on 1 to 10, arithmetic means, total times 10.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from surveys.models import Block, BlockUnit, Edition, HardValue, Indicator, Margin, Rating, Response, SubIndexWeight


@dataclass(frozen=True)
class Recomputed:
    """Frames with unit codes as rows."""

    raw: pd.DataFrame
    points: pd.DataFrame
    sub_indices: pd.DataFrame
    totals: pd.Series
    ranks: pd.Series
    ratings: pd.Series


def raked(edition: Edition) -> pd.Series:
    """The weight of each response by its identifier."""
    rows = pd.DataFrame(
        {"id": row.id, "weight": row.design_weight, **row.profile} for row in Response.objects.filter(edition=edition)
    ).set_index("id")
    margins: dict[str, dict[str, int]] = {}
    for margin in Margin.objects.filter(field__edition=edition).select_related("field").order_by("field__code"):
        margins.setdefault(margin.field.code, {})[margin.level] = margin.count
    weight = rows["weight"].astype(float)
    for _ in range(500):
        for field, counts in margins.items():
            target = rows[field].map(counts)
            weight = weight * target / weight.groupby(rows[field]).transform("sum")
    return weight


def median_of(values: np.ndarray, weights: np.ndarray) -> float:
    order = np.argsort(values)
    below = np.cumsum(weights[order]) / weights.sum()
    return float(values[order][np.searchsorted(below, 0.5)])


def measured(indicator: Indicator, ratings: list[Rating], weight: pd.Series) -> float:
    code = indicator.question.code
    given = [(r.answers[code], weight[r.response_id]) for r in ratings if not isinstance(r.answers.get(code, ""), str)]
    if len(given) < indicator.minimum_n:
        return float("nan")
    values, weights = (np.array(column, dtype=float) for column in zip(*given, strict=True))
    if indicator.statistic == "median":
        return median_of(values, weights)
    if indicator.statistic == "share":
        values = np.isin(values, [float(answer) for answer in indicator.share_of]).astype(float)
    return float((values * weights).sum() / weights.sum())


def recompute(block: Block) -> Recomputed:
    """Everything about one block."""
    weight = raked(block.edition)
    units = {row.unit.code: row for row in BlockUnit.objects.filter(block=block).select_related("unit")}
    ratings = {code: list(Rating.objects.filter(block_unit=row)) for code, row in units.items()}
    indicators = list(block.indicators.select_related("sub_index", "question").order_by("code"))
    raw = pd.DataFrame(index=sorted(units), columns=[item.code for item in indicators], dtype=float)
    for item in indicators:
        for code, row in units.items():
            if item.question is None:
                hard = HardValue.objects.filter(indicator=item, block_unit=row).first()
                raw.loc[code, item.code] = hard.value if hard else np.nan
            elif len(ratings[code]) >= block.edition.minimum_ratings:
                raw.loc[code, item.code] = measured(item, ratings[code], weight)
    points = 1 + 9 * (raw - raw.min()) / (raw.max() - raw.min()).replace(0, np.nan)
    for item in indicators:
        if item.direction == "negative":
            points[item.code] = 11 - points[item.code]
    return _aggregated(block, indicators, raw, points, pd.Series({code: len(rows) for code, rows in ratings.items()}))


def _aggregated(
    block: Block, indicators: list[Indicator], raw: pd.DataFrame, points: pd.DataFrame, ratings: pd.Series
) -> Recomputed:
    weights = {row.sub_index.code: float(row.weight) for row in SubIndexWeight.objects.filter(block=block)}
    parts = {}
    for sub_index in weights:
        members = [item.code for item in indicators if item.sub_index.code == sub_index]
        enough = points[members].notna().mean(axis=1) >= 2 / 3 - 1e-12
        parts[sub_index] = points[members].mean(axis=1).where(enough)
    sub_indices = pd.DataFrame(parts)
    share = pd.Series(weights)
    present = sub_indices.notna().mul(share, axis=1)
    total = 10 * sub_indices.mul(share, axis=1).sum(axis=1) / present.sum(axis=1)
    total = total.where(sub_indices.notna().mean(axis=1) >= 2 / 3 - 1e-12)
    return Recomputed(raw, points, sub_indices, total, total.rank(ascending=False, method="min"), ratings)
