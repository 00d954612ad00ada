"""The published numbers computed once more from the rows of answers, with plain pandas, without the scoring engine.

Written for editions in which nothing is missing: everybody named every band, no band is rare enough to be joined to
another, every value has answers enough. Where that does not hold, an assertion says so.
"""

import numpy as np
import pandas as pd

from surveys.models import BlockUnit, Edition, HardValue, Indicator, Margin, Rating, Response, SubIndexWeight

FEWEST_IN_A_BAND = 5
SWEEPS = 300
NOT_COUNTED = {"na", "dk"}


def league(edition: Edition, block: str) -> pd.DataFrame:
    """One row per unit code: each sub-index by its code, total, rank, n."""
    found = SubIndexWeight.objects.filter(sub_index__edition=edition, block__code=block)
    weights = dict(found.order_by("sub_index__position").values_list("sub_index__code", "weight"))
    points = _points(edition, block)
    table = pd.DataFrame({code: _weighted(points[code]) for code in weights})
    shares = pd.Series(weights, dtype=float)
    table["total"] = 10 * (table[shares.index] * shares).sum(axis=1, skipna=False) / shares.sum()
    table["rank"] = table["total"].rank(ascending=False, method="min").astype(int)
    ratings = Rating.objects.filter(block_unit__block__edition=edition, block_unit__block__code=block)
    table["n"] = pd.Series(list(ratings.values_list("block_unit__unit__code", flat=True))).value_counts()
    assert table["n"].min() >= edition.minimum_ratings
    return table


def _weighted(parts: list[tuple[float, pd.Series]]) -> pd.Series:
    """Σ w y / Σ w over the indicators of a sub-index."""
    return sum(weight * points for weight, points in parts) / sum(weight for weight, _ in parts)


def _points(edition: Edition, block: str) -> dict[str, list[tuple[float, pd.Series]]]:
    """For each sub-index its indicators, as pairs of weight and points 1 to 10 by unit code."""
    given = _answers(edition, block)
    found: dict[str, list[tuple[float, pd.Series]]] = {}
    for indicator in Indicator.objects.filter(edition=edition, blocks__code=block).select_related("sub_index"):
        values = _hard(indicator, block) if indicator.kind == "hard" else _soft(indicator, given)
        share = (values - values.min()) / (values.max() - values.min())
        points = 1 + 9 * share if indicator.direction == "positive" else 11 - (1 + 9 * share)
        found.setdefault(indicator.sub_index.code, []).append((float(indicator.weight), points))
    return found


def _answers(edition: Edition, block: str) -> pd.DataFrame:
    """One row per answer that counts: unit, question, value, weight of the business."""
    weights = raked_weights(edition)
    ratings = Rating.objects.filter(block_unit__block__edition=edition, block_unit__block__code=block)
    rows = [
        (unit, question, float(value), weights[str(response)])
        for response, unit, answers in ratings.values_list("response", "block_unit__unit__code", "answers")
        for question, value in answers.items()
        if value not in NOT_COUNTED
    ]
    return pd.DataFrame(rows, columns=["unit", "question", "value", "weight"])


def _soft(indicator: Indicator, given: pd.DataFrame) -> pd.Series:
    assert indicator.question is not None
    asked = given[given["question"] == indicator.question.code].groupby("unit")
    assert asked.size().min() >= indicator.minimum_n
    return pd.Series({unit: _statistic(indicator, answers) for unit, answers in asked})


def _statistic(indicator: Indicator, answers: pd.DataFrame) -> float:
    if indicator.statistic == "share":
        return float(np.average(answers["value"].isin(indicator.share_of), weights=answers["weight"]))
    if indicator.statistic == "mean":
        return float(np.average(answers["value"], weights=answers["weight"]))
    ordered = answers.sort_values("value")
    reached = ordered["weight"].cumsum().to_numpy()
    return float(ordered["value"].iloc[np.searchsorted(reached, reached[-1] / 2)])


def _hard(indicator: Indicator, block: str) -> pd.Series:
    figures = HardValue.objects.filter(indicator=indicator, block_unit__block__code=block)
    return pd.Series(dict(figures.values_list("block_unit__unit__code", "value")), dtype=float)


def raked_weights(edition: Edition) -> pd.Series:
    """Design weights fitted in turn to the population of each profile question, by response."""
    people = pd.DataFrame(
        {str(row.pk): {**row.profile, "weight": row.design_weight} for row in Response.objects.filter(edition=edition)}
    ).T
    weights = people.pop("weight").astype(float)
    populations = pd.DataFrame(
        Margin.objects.filter(field__edition=edition).values_list("field__code", "level", "count"),
        columns=["field", "level", "count"],
    )
    wanted = {field: rows.set_index("level")["count"] for field, rows in populations.groupby("field")}
    assert all(people[field].value_counts().min() >= FEWEST_IN_A_BAND for field in wanted)
    for _ in range(SWEEPS):
        for field, counts in wanted.items():
            weights = weights * people[field].map(counts / weights.groupby(people[field]).sum()).astype(float)
    for field, counts in wanted.items():
        assert np.allclose(weights.groupby(people[field]).sum(), counts.sort_index(), rtol=1e-12)
    return weights


def names(edition: Edition, block: str, language: str) -> dict[str, str]:
    """Unit codes by the name that is shown."""
    units = BlockUnit.objects.filter(block__edition=edition, block__code=block).select_related("unit")
    return {getattr(rated.unit, f"name_{language}"): rated.unit.code for rated in units}
