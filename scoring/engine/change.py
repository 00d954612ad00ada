"""Change: whether a unit really moved between two editions, and a watch list of what keeps falling.

Totals can be compared only on goalposts that both editions share (fixed or pooled) and for units whose
lineage is unbroken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm

from scoring.engine.checks import GoalpostsMissing, NotEnoughData
from scoring.engine.pipeline import Result
from scoring.engine.rank import EQUAL
from scoring.engine.types import BoolArray, FloatArray, IntArray

COMPARABLE = ("fixed", "pooled")


def holm(p: FloatArray) -> FloatArray:
    """Holm's adjusted p-values (n,): the chance of any false alarm stays below the level. NaN stays NaN.

    p_(i) ↦ max over j ≤ i of (n − j + 1)·p_(j), at most 1; n counts known p-values. Raises nothing. Source: Holm 1979.

    >>> holm(np.array([0.01, 0.04, 0.03])).round(6).tolist()
    [0.03, 0.06, 0.06]
    """
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    raised = p[order] * np.arange(len(order), 0, -1)
    adjusted = np.full(len(p), np.nan)
    adjusted[order] = np.minimum(np.maximum.accumulate(raised), 1.0)
    return adjusted


def benjamini_hochberg(p: FloatArray) -> FloatArray:
    """Benjamini and Hochberg's adjusted p-values (n,): the expected share of false alarms. NaN stays NaN.

    p_(i) ↦ min over j ≥ i of n·p_(j)/j, at most 1; n counts known p-values. Raises nothing. Source: Benjamini and
    Hochberg 1995.

    >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03])).round(6).tolist()
    [0.03, 0.04, 0.04]
    """
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    n = len(order)
    raised = p[order] * (n / np.arange(1, n + 1))
    adjusted = np.full(len(p), np.nan)
    adjusted[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    return adjusted


@dataclass(frozen=True)
class Panel:
    """Firms that answered in both editions: their positions in the earlier and in the later survey."""

    before: IntArray
    after: IntArray


def change(
    before: Result, after: Result, lineage: Mapping[str, str], panel: Panel | None = None, *, confidence: float = 0.95
) -> pd.DataFrame:
    """Change of each unit's total with its standard error, interval and tests.

    ``lineage``: code in the later edition → code in the earlier, for units whose lineage is unbroken. The
    variance of a difference is V_before + V_after − 2·Cov, the covariance summed over firms that answered
    in both (``panel``; without it the samples count as independent). Columns: unit, before, after, change,
    se, lo, hi, p, p_holm, p_bh. Raises ``GoalpostsMissing`` when an indicator's goalposts belong to one
    edition alone, ``NotEnoughData`` without covariances.

    Unit: points of the total; NaN where either total is missing. Source: Särndal, Swensson and Wretman, Model Assisted
    Survey Sampling, 1992, chapter 9 (sampling on two occasions).

    >>> from scoring.engine.example import example_framework, example_recipe, example_survey
    >>> from scoring.engine.pipeline import score
    >>> result = score(example_survey(), example_framework(), example_recipe())
    >>> kinder = score(
    ...     example_survey(), example_framework(), example_recipe(weight={"method": "rake", "margins": ["size"]})
    ... )
    >>> found = change(result, kinder, {"A": "A", "B": "B"})
    >>> found[["unit", "change"]].round(1).values.tolist()
    [['A', 1.2], ['B', -0.9]]
    """
    _check(before, after)
    first = {code: u for u, code in enumerate(before.run.framework.units)}
    pairs = [
        (u, first[lineage[code]]) for u, code in enumerate(after.run.framework.units) if lineage.get(code) in first
    ]
    later, earlier = (np.array([pair[i] for pair in pairs], dtype=np.int64) for i in (0, 1))
    old, new = before.run.adjusted.total[earlier], after.run.adjusted.total[later]
    variance = _variance(before, earlier) + _variance(after, later)
    if panel is not None and before.run.uncertainty is not None and after.run.uncertainty is not None:
        z_old = before.run.uncertainty.influence[np.ix_(panel.before, earlier)]
        z_new = after.run.uncertainty.influence[np.ix_(panel.after, later)]
        variance = variance - 2 * (z_old * z_new).sum(axis=0)
    se = np.sqrt(np.maximum(variance, 0.0))
    difference = np.where(np.abs(new - old) <= EQUAL * np.abs(new), 0.0, new - old)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = np.where(difference == 0, 1.0, 2 * norm.sf(np.abs(difference) / se))
    reach = norm.ppf((1 + confidence) / 2) * se
    codes = [after.run.framework.units[int(u)] for u in later]
    columns = {"unit": codes, "before": old, "after": new, "change": difference, "se": se}
    columns |= {"lo": difference - reach, "hi": difference + reach}
    return pd.DataFrame(columns | {"p": p, "p_holm": holm(p), "p_bh": benjamini_hochberg(p)})


def _check(before: Result, after: Result) -> None:
    """Both runs must have a covariance, and the indicators they share the same goalposts."""
    ends: list[dict[str, tuple[float, float]]] = []
    for result in (before, after):
        if result.run.normalised is None or result.run.uncertainty is None:
            raise NotEnoughData(result.block, "A change can be tested only between runs with a covariance.")
        posts = dict(zip(result.run.framework.codes, result.run.normalised.goalposts, strict=True))
        for code, item in posts.items():
            if item.source not in COMPARABLE:
                text = f"Indicator {code} has goalposts of one edition alone; compare on fixed or pooled ones."
                raise GoalpostsMissing(code, text)
        ends.append({code: (item.lo, item.hi) for code, item in posts.items()})
    for code in sorted(ends[0].keys() & ends[1].keys()):
        if not np.allclose(ends[0][code], ends[1][code], rtol=1e-12, equal_nan=True):
            raise GoalpostsMissing(code, f"Indicator {code} has different goalposts in the two editions.")


def _variance(result: Result, units: IntArray) -> FloatArray:
    if result.run.uncertainty is None:
        return np.full(len(units), np.nan)
    variance: FloatArray = np.diag(result.run.uncertainty.covariance)[units]
    return variance


def falling(editions: Sequence[pd.DataFrame], name: str, *, times: int = 3) -> pd.DataFrame:
    """Watch list: what fell in each of the last ``times`` steps between consecutive editions.

    ``editions``: tables with the columns unit, ``name`` (say sub_index or indicator), score and se, oldest
    first, all on shared goalposts. Returned per falling item: unit, ``name``, ``fall`` over all steps, and
    ``significant``: how many of the steps exceed 1.96 standard errors, samples taken as independent. A
    missing score ends a series.

    Raises nothing. Source: Decision 3373/QĐ-UBND of the People's Committee of Thái Bình on three falls in a row.

    >>> tables = [pd.DataFrame({"unit": ["A"], "item": ["x"], "score": [s], "se": [0.1]}) for s in (5.0, 4.0, 3.0, 2.9)]
    >>> falling(tables, "item").values.tolist()
    [['A', 'x', 2.1, 2]]
    """
    columns = ["unit", name, "fall", "significant"]
    if len(editions) <= times:
        return pd.DataFrame(columns=columns)
    last = [table.set_index(["unit", name])[["score", "se"]] for table in editions[-times - 1 :]]
    keys = last[-1].index
    scores = np.column_stack([table["score"].reindex(keys).to_numpy(dtype=np.float64) for table in last])
    errors = np.column_stack([table["se"].reindex(keys).to_numpy(dtype=np.float64) for table in last])
    steps = np.diff(scores, axis=1)
    spread = np.sqrt(np.square(errors[:, 1:]) + np.square(errors[:, :-1]))
    found: BoolArray = np.all(steps < -EQUAL * np.abs(scores[:, :-1]), axis=1)
    table = pd.DataFrame(index=keys[found]).reset_index()
    table["fall"] = scores[found, 0] - scores[found, -1]
    table["significant"] = (-steps > 1.96 * spread)[found].sum(axis=1)
    return table[columns]
