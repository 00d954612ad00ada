"""Diagnostics: what an analyst should look at before believing a ranking."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import f as f_distribution

from scoring.engine.aggregate import aggregate
from scoring.engine.checks import NotEnoughData
from scoring.engine.options import aggregate_options
from scoring.engine.rank import rank, settled
from scoring.engine.types import FloatArray, Framework, IntArray, Margin
from scoring.engine.weight import Weighting, design_effect, kish_n

if TYPE_CHECKING:
    from scoring.engine.pipeline import Run


@dataclass(frozen=True)
class Alpha:
    """Cronbach's alpha with its Feldt interval, the standardised alpha, and item statistics (k,).

    ``if_dropped``: alpha of the other items; ``item_rest``: correlation of an item with the sum of the
    others.
    """

    alpha: float
    standardised: float
    lo: float
    hi: float
    n: int
    items: int
    if_dropped: FloatArray
    item_rest: FloatArray


def cronbach_alpha(
    answers: FloatArray, weights: FloatArray | None = None, *, confidence: float = 0.95, pairwise: bool = False
) -> Alpha:
    """Internal consistency of items, α = k/(k − 1) · (1 − Σ s_jj / Σ s_jl).

    ``answers`` (n, k), items oriented alike; ``weights`` (n,). Rows with a missing answer are left out;
    with ``pairwise`` every covariance uses the rows that have both answers. Feldt's interval: 1 − (1 − α)·F
    quantiles with n − 1 and (n − 1)(k − 1) degrees of freedom. Raises ``NotEnoughData`` under 2 items or 3
    rows. Sources: Cronbach 1951; Feldt, Woodruff and Salih 1987.

    Unit: a pure number up to 1.

    >>> data = np.array([[1.0, 2.0], [2.0, 2.0], [3.0, 5.0], [4.0, 4.0]])
    >>> round(cronbach_alpha(data).alpha, 6)
    0.86747
    """
    data = np.asarray(answers, dtype=np.float64)
    w = np.ones(len(data)) if weights is None else np.asarray(weights, dtype=np.float64)
    complete = ~np.isnan(data).any(axis=1)
    n, k = len(data) if pairwise else int(complete.sum()), data.shape[1]
    if k < 2 or n < 3:
        raise NotEnoughData("alpha", "Cronbach's alpha needs at least 2 items and 3 complete rows.", n=n, items=k)
    moments = _pairwise_covariance(data, w) if pairwise else _covariance(data[complete], w[complete])
    alpha = _alpha(moments)
    rest = moments.sum(axis=1) - np.diag(moments)
    variance_rest = moments.sum() - 2 * moments.sum(axis=1) + np.diag(moments)
    return Alpha(
        alpha,
        _alpha(_correlation(moments)),
        *feldt_interval(alpha, n, k, confidence),
        n,
        k,
        np.array([_alpha(np.delete(np.delete(moments, j, 0), j, 1)) for j in range(k)]),
        np.asarray(rest / np.sqrt(np.diag(moments) * variance_rest), dtype=np.float64),
    )


def feldt_interval(alpha: float, n: int, items: int, confidence: float) -> tuple[float, float]:
    """Confidence limits of alpha from ``n`` rows: 1 − (1 − α)·F quantiles, n − 1 and (n − 1)(k − 1) degrees of freedom.

    A pure number; NaN when alpha is missing. Raises nothing. Source: Feldt, Woodruff and Salih 1987.

    >>> [round(limit, 4) for limit in feldt_interval(0.8, 50, 5, 0.95)]
    [0.6966, 0.8759]
    """
    freedom = n - 1, (n - 1) * (items - 1)
    upper, lower = (float(f_distribution.ppf((1 + side * confidence) / 2, *freedom)) for side in (1, -1))
    return 1 - (1 - alpha) * upper, 1 - (1 - alpha) * lower


def _alpha(moments: FloatArray) -> float:
    k, total = len(moments), float(moments.sum())
    if k < 2 or total == 0:
        return float("nan")
    return k / (k - 1) * (1 - float(np.trace(moments)) / total)


def _correlation(moments: FloatArray) -> FloatArray:
    spread = np.sqrt(np.diag(moments))
    scaled: FloatArray = moments / np.outer(spread, spread)
    return scaled


def _covariance(data: FloatArray, w: FloatArray) -> FloatArray:
    """Weighted covariance; with equal weights the ordinary one with n − 1."""
    centre = w @ data / w.sum()
    deviation = data - centre
    factor = len(w) / (len(w) - 1) / w.sum()
    product: FloatArray = (deviation * w[:, None]).T @ deviation * factor
    return product


def _pairwise_covariance(data: FloatArray, w: FloatArray) -> FloatArray:
    """Covariance of each pair of items over the rows that have both."""
    a = (~np.isnan(data)).astype(np.float64)
    x = np.nan_to_num(data)
    counts, mass = a.T @ a, (a * w[:, None]).T @ a
    sums = (x * w[:, None]).T @ a
    products = (x * w[:, None]).T @ x
    with np.errstate(invalid="ignore", divide="ignore"):
        found: FloatArray = (products - sums * sums.T / mass) / mass * counts / (counts - 1)
    return found


def effective_weights(sub_indices: FloatArray, total: FloatArray, framework: Framework) -> FloatArray:
    """Share (S,) of the variance of the total that each sub-index carries, cov(w_s S_s, T)/Σ cov.

    Nominal weights say what was meant, these what happens: a sub-index on which units hardly differ decides
    little. Units with a missing value are left out; NaN with fewer than two units or no variance. Source:
    Paruolo, Saisana and Saltelli 2013 discuss the difference between weights and importance.

    ``sub_indices`` (U, S), ``total`` (U,). Raises nothing.

    >>> from scoring.engine.types import SubIndex
    >>> part = Framework(("A", "B"), (SubIndex("s", 0.5), SubIndex("t", 0.5)), ())
    >>> effective_weights(np.array([[2.0, 5.0], [6.0, 5.0]]), np.array([35.0, 55.0]), part).tolist()
    [1.0, 0.0]
    """
    weights = np.array([item.weight for item in framework.sub_indices])
    complete = ~np.isnan(sub_indices).any(axis=1) & ~np.isnan(total)
    if complete.sum() < 2:
        return np.full(len(weights), np.nan)
    parts = sub_indices[complete] * weights
    together = parts.sum(axis=1)
    if np.ptp(settled(together)) == 0:
        return np.full(len(weights), np.nan)
    shared = ((parts - parts.mean(axis=0)) * (together - together.mean())[:, None]).sum(axis=0)
    found: FloatArray = shared / shared.sum()
    return found


def correlations(points: FloatArray, scores: FloatArray) -> FloatArray:
    """Pearson correlation (K, S) of each column of points (U, K) with each of scores (U, S), pairs complete.

    NaN for fewer than three pairs or without spread; a missing value leaves its pair out. Raises nothing. Source:
    Pearson 1895.

    >>> correlations(np.array([[1.0], [2.0], [3.0]]), np.array([[2.0], [4.0], [6.0]])).round(9).tolist()
    [[1.0]]
    """
    found = np.full((points.shape[1], scores.shape[1]), np.nan)
    for s in range(scores.shape[1]):
        both = ~np.isnan(points) & ~np.isnan(scores[:, [s]])
        n = both.sum(axis=0)
        x = np.where(both, points, 0.0)
        y = np.where(both, scores[:, [s]], 0.0)
        safe = np.maximum(n, 1)
        dx = np.where(both, points - x.sum(axis=0) / safe, 0.0)
        dy = np.where(both, scores[:, [s]] - y.sum(axis=0) / safe, 0.0)
        spread = np.sqrt(np.square(dx).sum(axis=0) * np.square(dy).sum(axis=0))
        usable = (n > 2) & (spread > 1e-12)
        found[usable, s] = (dx * dy).sum(axis=0)[usable] / spread[usable]
    return found


def signal_reliability(scores: FloatArray, covariance: FloatArray) -> float:
    """1 − mean sampling variance / variance between units: the share of the spread that is not sampling
    noise.

    Below 0 the noise alone would spread units more than they are spread. NaN for fewer than two units.

    ``scores`` (U,), ``covariance`` (U, U); units with a missing score or variance are left out. Raises nothing. Source:
    Lord and Novick, Statistical Theories of Mental Test Scores, 1968; Fay and Herriot 1979.

    >>> signal_reliability(np.array([60.0, 70.0, 80.0]), np.diag([10.0, 10.0, 10.0]))
    0.9
    """
    variance = np.diag(covariance)
    used = ~np.isnan(scores) & ~np.isnan(variance)
    if used.sum() < 2 or np.ptp(settled(scores[used])) == 0:
        return float("nan")
    return 1 - float(variance[used].mean()) / float(np.var(scores[used], ddof=1))


def weight_summary(base: FloatArray, weighting: Weighting) -> dict[str, float]:
    """Number of respondents, Kish's effective number, design effect, extremes, trimming and convergence.

    ``base`` (F,). Units: respondents, businesses; NaN without respondents. Raises nothing. Source: Kish 1965.

    >>> weight_summary(np.ones(4), Weighting(np.array([1.0, 1.0, 1.0, 3.0]), "rake"))["kish_n"]
    3.0
    """
    w = weighting.weights
    return {
        "respondents": float(len(w)),
        "population": float(w.sum()),
        "kish_n": kish_n(w),
        "design_effect": design_effect(w),
        "base_kish_n": kish_n(base),
        "lowest": float(w.min()) if len(w) else float("nan"),
        "median": float(np.median(w)) if len(w) else float("nan"),
        "highest": float(w.max()) if len(w) else float("nan"),
        "trimmed": float(weighting.trimmed),
        "iterations": float(weighting.iterations),
        "worst_margin_gap": weighting.worst,
    }


def margin_rows(
    margin: Margin, base: FloatArray, weights: FloatArray
) -> list[tuple[str, str, int, float, float, float]]:
    """Per level: margin, level, respondents, population, weighted before, weighted after.

    ``base``, ``weights`` (F,); respondents with a missing level (code below 0) are left out. Units: respondents,
    businesses. Raises nothing. Source: Särndal, Swensson and Wretman, Model Assisted Survey Sampling, 1992, chapter 7.

    >>> from scoring.engine.types import margin_build
    >>> margin_rows(margin_build("m", list("aab"), {"a": 30, "b": 30}), np.ones(3), np.array([15.0, 15.0, 30.0]))
    [('m', 'a', 2, 30.0, 2.0, 30.0), ('m', 'b', 1, 30.0, 1.0, 30.0)]
    """
    size = len(margin.levels)
    known = margin.codes >= 0
    codes = margin.codes[known]
    count = np.bincount(codes, minlength=size)
    before = np.bincount(codes, weights=base[known], minlength=size)
    after = np.bincount(codes, weights=weights[known], minlength=size)
    return [
        (margin.name, level, int(count[i]), float(margin.totals[i]), float(before[i]), float(after[i]))
        for i, level in enumerate(margin.levels)
    ]


@dataclass(frozen=True)
class LeaveOneOut:
    """Ranks (K, U) without each indicator (0 = no rank) and how they differ (K, U) from the ranks with all: +2 means
    two ranks worse."""

    ranks: IntArray
    shift: IntArray

    @property
    def greatest(self) -> IntArray:
        """Largest rank shift (K,) that each indicator alone decides."""
        return np.asarray(np.abs(self.shift).max(axis=1, initial=0), dtype=np.int64)


def leave_one_out(run: Run) -> LeaveOneOut:
    """Ranks when one indicator is taken away and its weight goes to the others of its group or sub-index.

    An emptied group or sub-index is taken away with it. Points, adjustments and the units that take part stay
    as they are; a unit that has no score without the indicator gets rank 0 and shift 0. Raises ``NotEnoughData``
    for a run that starts from sub-indices.

    Source: Saisana, Saltelli and Tarantola 2005.

    >>> from scoring.engine.example import example_framework, example_recipe, example_survey
    >>> from scoring.engine.pipeline import score
    >>> result = score(example_survey(), example_framework(), example_recipe())
    >>> leave_one_out(result.run).greatest.tolist()
    [0, 0, 0]
    """
    if run.normalised is None:
        raise NotEnoughData("indicators", "There are no indicators to leave out.")
    size = len(run.framework.indicators)
    ranks = np.zeros((size, len(run.framework.units)), dtype=np.int64)
    for k in range(size):
        part = _without(run.framework, k)
        total = aggregate(run.normalised.points, part, aggregate_options(run.recipe)).total + run.adjusted.applied
        ranks[k] = rank(total, run.ranking.takes_part & ~np.isnan(total))
    return LeaveOneOut(ranks, np.where(ranks > 0, ranks - run.ranking.ranks, 0))


def _without(framework: Framework, k: int) -> Framework:
    """The framework with indicator k, and what is empty without it, weighing nothing."""
    items = tuple(replace(item, weight=0.0) if j == k else item for j, item in enumerate(framework.indicators))
    live = [item for item in items if item.weight > 0]
    groups, subs = {item.group for item in live}, {item.sub_index for item in live}
    return replace(
        framework,
        indicators=items,
        groups=tuple(g if g.code in groups else replace(g, weight=0.0) for g in framework.groups),
        sub_indices=tuple(s if s.code in subs else replace(s, weight=0.0) for s in framework.sub_indices),
    )


@dataclass(frozen=True)
class Consistency:
    """Cronbach's alpha of a sub-index over its units' points and over single ratings; None where it cannot be had."""

    on_units: Alpha | None
    on_responses: Alpha | None
    items: tuple[str, ...]


def consistency(run: Run) -> dict[str, Consistency]:
    """Alpha with item-rest correlations for each sub-index of a run.

    On units: points (U, k), units alike, complete units. On responses: the numbers answered, turned so that more is
    better, firm weights, covariances pairwise; only indicators measured by questions take part.

    Missing answers are left out pair by pair. Raises nothing: where alpha cannot be had there is None. Source: Cronbach
    1951; Feldt, Woodruff and Salih 1987.

    >>> from scoring.engine.example import example_framework, example_recipe, example_survey
    >>> from scoring.engine.pipeline import score
    >>> result = score(example_survey(), example_framework(), example_recipe())
    >>> found = consistency(result.run)
    >>> found["time"].items, found["transparency"].on_units is None
    (('days', 'help'), True)
    """
    found: dict[str, Consistency] = {}
    for code in run.framework.sub_index_codes:
        members = run.framework.members(code)
        on_units = None if run.normalised is None else _alpha_or_none(run.normalised.points[:, members], None)
        names = tuple(run.framework.codes[k] for k in members)
        found[code] = Consistency(on_units, _alpha_of_responses(run, members), names)
    return found


def _alpha_or_none(data: FloatArray, weights: FloatArray | None) -> Alpha | None:
    with np.errstate(invalid="ignore", divide="ignore"):
        try:
            return cronbach_alpha(data, weights, pairwise=weights is not None)
        except NotEnoughData:
            return None


def _alpha_of_responses(run: Run, members: IntArray) -> Alpha | None:
    if run.survey is None or run.weighting is None:
        return None
    asked = [run.framework.indicators[k] for k in members if run.framework.indicators[k].statistic != "hard"]
    columns = [run.survey.questions.index(str(item.question)) for item in asked]
    numbers = [
        item.sign * run.survey.values[q, run.survey.answers[:, q]] for item, q in zip(asked, columns, strict=True)
    ]
    if len(numbers) < 2:
        return None
    return _alpha_or_none(np.column_stack(numbers), run.weighting.weights[run.survey.firm])
