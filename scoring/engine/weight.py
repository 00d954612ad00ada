"""Weight: how many businesses of the population each respondent stands for.

``none`` gives everybody 1; ``design`` keeps the design weight N_h/n_h; ``poststratify`` meets the
population counts of one margin exactly; ``rake`` meets several margins by iterative proportional fitting;
``calibrate`` meets them by the linear (GREG) distance. Weighted methods also say how much precision the
weights cost (Kish).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from scoring.engine.checks import (
    CalibrationFailed,
    InvalidWeights,
    Notice,
    RakingDidNotConverge,
    ShapeMismatch,
)
from scoring.engine.margins import cell_sums, cells_of, level_indicators, prepared
from scoring.engine.types import FloatArray, IntArray, Margin

# A sweep that moves every weight by less than this share moves it by rounding alone.
STILL = 1e-15


@dataclass(frozen=True)
class WeightOptions:
    """Settings of a weighting: trimming in multiples of the median, tolerance, most sweeps, smallest cell."""

    trim: tuple[float, float] | None = None
    tolerance: float = 1e-10
    max_iterations: int = 1000
    collapse_below: int = 0


@dataclass(frozen=True)
class Weighting:
    """Final weights (F,) and how they came about.

    ``margins`` are those met (after merging small levels); ``residual_weights`` (F,) are the weights of the
    regression whose residual enters the variance (the design weights), None when nothing was calibrated.
    ``worst`` is the largest relative distance from a population count, ``trimmed`` the number of weights
    held at a bound.
    """

    weights: FloatArray
    method: str
    margins: tuple[Margin, ...] = ()
    residual_weights: FloatArray | None = None
    iterations: int = 0
    worst: float = 0.0
    trimmed: int = 0
    notices: tuple[Notice, ...] = field(default=())


def kish_n(weights: FloatArray) -> float:
    """Kish's effective sample size (Σw)²/Σw²; 0 for no weights.

    Source: Kish, Survey Sampling, 1965.

    Unit: respondents. ``weights`` (n,) without missing values. Raises nothing.

    >>> kish_n(np.array([1.0, 1.0, 2.0]))
    2.6666666666666665
    """
    square = float(np.square(weights).sum())
    return float(weights.sum()) ** 2 / square if square > 0 else 0.0


def design_effect(weights: FloatArray) -> float:
    """Kish's design effect of weighting, n/n_eff; NaN for no weights.

    A pure number ≥ 1. Raises nothing. Source: Kish 1965.

    >>> design_effect(np.array([1.0, 1.0, 2.0]))
    1.125
    """
    effective = kish_n(weights)
    return len(weights) / effective if effective > 0 else float("nan")


def weight_none(base: FloatArray, _margins: Sequence[Margin], _options: WeightOptions) -> Weighting:
    """Every respondent counts once: w = 1.

    ``base`` (F,) → weights (F,), a pure number each. Margins and missing levels play no part. Raises nothing. Source:
    simple random sampling, Cochran 1977.

    >>> weight_none(np.array([5.0, 9.0]), (), WeightOptions()).weights.tolist()
    [1.0, 1.0]
    """
    return Weighting(np.ones(len(base)), "none")


def weight_design(base: FloatArray, _margins: Sequence[Margin], _options: WeightOptions) -> Weighting:
    """The design weight as it stands: w = N_h/n_h.

    Shapes: ``base`` (F,) → weights (F,), businesses per respondent. Margins and missing levels play no part. Raises
    nothing. Source: Horvitz and Thompson 1952.

    >>> weight_design(np.array([5.0, 9.0]), (), WeightOptions()).weights.tolist()
    [5.0, 9.0]
    """
    return Weighting(base.astype(np.float64), "design")


def poststratify(base: FloatArray, margins: Sequence[Margin], options: WeightOptions) -> Weighting:
    """Meet the counts of one margin: w_i = d_i · N_c / Σ_{j in c} d_j.

    ``base`` (F,) design weights; exactly one margin (a crossing of several is one margin with a level per
    cell). A level without respondent, or a respondent's level that the population does not have, raises
    ``MarginLevelMissing``; another number of margins ``ShapeMismatch``; respondents who did not say form a level of
    their own.

    Source: Holt and Smith 1979.

    >>> from scoring.engine.types import margin_build
    >>> m = margin_build("size", ["s", "s", "l"], {"s": 90, "l": 10})
    >>> poststratify(np.ones(3), [m], WeightOptions()).weights.tolist()
    [45.0, 45.0, 10.0]
    """
    if len(margins) != 1:
        raise ShapeMismatch("weight.margins", f"Post-stratification meets one margin, not {len(margins)}.")
    margin, notices = prepared(base, margins, options.collapse_below)
    found = np.bincount(margin[0].codes, weights=base, minlength=len(margin[0].levels))
    weights = base * (margin[0].totals / found)[margin[0].codes]
    return Weighting(weights, "poststratify", margin, base, notices=notices)


def rake(base: FloatArray, margins: Sequence[Margin], options: WeightOptions) -> Weighting:
    """Meet several margins by iterative proportional fitting.

    In turn for each margin, w ← w · N_l / Σ_{i in l} w_i, until the largest relative distance of all
    margins is at most ``tolerance``. Without trimming the work runs on the cells of the crossed margins,
    not on firms. With trimming the weights are held within [lo, hi] times their median after every sweep.

    Raises ``MarginLevelMissing``, ``MarginTotalsDiffer`` and ``RakingDidNotConverge``, which names the
    worst margin. Source: Deming and Stephan 1940; Deville, Särndal and Sautory 1993.

    ``base`` (F,) → weights (F,), businesses per respondent; a missing level is a level of its own.

    >>> from scoring.engine.types import margin_build
    >>> size = margin_build("size", ["s", "s", "l", "l"], {"s": 60, "l": 40})
    >>> kind = margin_build("kind", ["a", "b", "a", "b"], {"a": 50, "b": 50})
    >>> rake(np.ones(4), [size, kind], WeightOptions()).weights.round(9).tolist()
    [30.0, 30.0, 20.0, 20.0]
    """
    ready, notices = prepared(base, margins, options.collapse_below)
    if options.trim is None:
        cell, codes = cells_of(ready)
        sums = cell_sums(cell, base, codes.shape[1])
        fitted, sweeps, worst = _sweep(sums, codes, ready, options)
        ratio = np.divide(fitted, sums, out=np.zeros_like(sums), where=sums > 0)
        weights, trimmed = base * ratio[cell], 0
    else:
        codes = np.array([margin.codes for margin in ready])
        weights, sweeps, worst = _sweep(base.astype(np.float64), codes, ready, options)
        lo, hi = (bound * float(np.median(weights)) for bound in options.trim)
        trimmed = int(((weights <= lo * (1 + 1e-9)) | (weights >= hi * (1 - 1e-9))).sum())
    return Weighting(weights, "rake", ready, base, sweeps, worst, trimmed, notices)


def _sweep(
    start: FloatArray, codes: IntArray, margins: Sequence[Margin], options: WeightOptions
) -> tuple[FloatArray, int, float]:
    """Iterative proportional fitting of ``start`` (n,) with margin codes (M, n)."""
    weights = start.copy()
    worst, at, sweep = np.inf, 0, 0
    for sweep in range(1, options.max_iterations + 1):
        before = weights
        if options.trim is not None:
            median = float(np.median(weights))
            weights = np.clip(weights, options.trim[0] * median, options.trim[1] * median)
        for margin, code in zip(margins, codes, strict=True):
            found = np.bincount(code, weights=weights, minlength=len(margin.levels))
            weights = weights * (margin.totals / found)[code]
        gaps = [_gap(weights, margin, code) for margin, code in zip(margins, codes, strict=True)]
        worst, at = max(gaps), int(np.argmax(gaps))
        if worst <= options.tolerance and _within(weights, options):
            return weights, sweep, worst
        if (np.abs(weights - before) <= STILL * before).all():
            break  # Thousands of further sweeps would not move a weight by what a tolerance can see.
    name, sweeps = margins[at].name, sweep
    if worst <= options.tolerance:
        text = f"The margins and the trimming bounds cannot be met together (nearest: margin {name})."
        raise RakingDidNotConverge(name, text, worst=worst, sweeps=sweeps)
    text = f"Raking stopped after {sweeps} sweeps; margin {name} is off by {worst:.3g}."
    raise RakingDidNotConverge(name, text, worst=worst, sweeps=sweeps)


def _gap(weights: FloatArray, margin: Margin, code: IntArray) -> float:
    found = np.bincount(code, weights=weights, minlength=len(margin.levels))
    return float(np.max(np.abs(found / margin.totals - 1)))


def _within(weights: FloatArray, options: WeightOptions) -> bool:
    if options.trim is None:
        return True
    median = float(np.median(weights))
    slack = max(options.tolerance, 1e-8)
    lo, hi = options.trim[0] * median * (1 - slack), options.trim[1] * median * (1 + slack)
    return bool(weights.min() >= lo and weights.max() <= hi)


def calibrate(base: FloatArray, margins: Sequence[Margin], options: WeightOptions) -> Weighting:
    """Meet several margins by the linear distance (GREG): w = d·(1 + x′λ), λ = (X′DX)⁺(T − X′d).

    x is the row of level indicators of all margins. Weights may become negative in extreme samples: that
    raises
    ``CalibrationFailed``. Source: Deville and Särndal 1992.

    ``base`` (F,); a respondent with a missing level has one of its own.

    >>> from scoring.engine.types import margin_build
    >>> m = margin_build("size", ["s", "s", "l"], {"s": 90, "l": 10})
    >>> calibrate(np.ones(3), [m], WeightOptions()).weights.round(9).tolist()
    [45.0, 45.0, 10.0]
    """
    return calibrate_by(base, margins, options, distance="linear")


def calibrate_by(
    base: FloatArray,
    margins: Sequence[Margin],
    options: WeightOptions,
    *,
    distance: str,
    bounds: tuple[float, float] = (0.0, np.inf),
) -> Weighting:
    """Calibration w = d·F(x′λ) for the distances linear, raking (F = exp) and logit (within ``bounds``).

    Newton's method on λ over the cells of the crossed margins. Raises ``CalibrationFailed``.

    A respondent with a missing level has one of its own. Source: Deville and Särndal 1992; Deville, Särndal and Sautory
    1993.

    >>> from scoring.engine.types import margin_build
    >>> m = margin_build("size", ["s", "s", "l"], {"s": 90, "l": 10})
    >>> calibrate_by(np.ones(3), [m], WeightOptions(), distance="raking").weights.round(6).tolist()
    [45.0, 45.0, 10.0]
    """
    ready, notices = prepared(base, margins, options.collapse_below)
    cell, codes = cells_of(ready)
    X = level_indicators(ready, codes)
    totals = np.concatenate([margin.totals for margin in ready])
    sums = cell_sums(cell, base, X.shape[0])
    factor, slope = _DISTANCES[distance]
    parameter = np.zeros(X.shape[1])
    iterations = 0
    for _ in range(options.max_iterations):
        iterations += 1
        u = X @ parameter
        fitted = sums * factor(u, bounds)
        gap = totals - X.T @ fitted
        worst = float(np.max(np.abs(gap) / totals))
        if worst <= options.tolerance:
            break
        hessian = (X * (sums * slope(u, bounds))[:, None]).T @ X
        parameter = parameter + np.linalg.lstsq(hessian, gap, rcond=1e-12)[0]
    else:
        name = ready[int(np.argmax([_gap(fitted, m, c) for m, c in zip(ready, codes, strict=True)]))].name
        text = f"Calibration did not reach margin {name} (off by {worst:.3g})."
        raise CalibrationFailed(name, text, worst=worst)
    ratio = factor(X @ parameter, bounds)
    if ratio.min() < 0:
        text = "Calibration gives a negative weight; rake instead."
        raise CalibrationFailed(ready[0].name, text, lowest=float(ratio.min()))
    return Weighting(base * ratio[cell], "calibrate", ready, base, iterations, worst, 0, notices)


Bounds = tuple[float, float]
Distance = Callable[[FloatArray, Bounds], FloatArray]


def _linear(u: FloatArray, _bounds: Bounds) -> FloatArray:
    return 1 + u


def _linear_slope(u: FloatArray, _bounds: Bounds) -> FloatArray:
    return np.ones_like(u)


def _exponential(u: FloatArray, _bounds: Bounds) -> FloatArray:
    return np.exp(u)


def _logit_parts(u: FloatArray, bounds: Bounds) -> tuple[FloatArray, FloatArray, float]:
    lo, hi = bounds
    steep = (hi - lo) / ((1 - lo) * (hi - 1))
    grown = np.exp(np.clip(steep * u, -500, 500))
    return grown, (hi - 1) + (1 - lo) * grown, steep


def _logit(u: FloatArray, bounds: Bounds) -> FloatArray:
    lo, hi = bounds
    grown, below, _ = _logit_parts(u, bounds)
    return (lo * (hi - 1) + hi * (1 - lo) * grown) / below


def _logit_slope(u: FloatArray, bounds: Bounds) -> FloatArray:
    lo, hi = bounds
    grown, below, steep = _logit_parts(u, bounds)
    return steep * grown * (hi - lo) * (1 - lo) * (hi - 1) / np.square(below)


_DISTANCES: dict[str, tuple[Distance, Distance]] = {
    "linear": (_linear, _linear_slope),
    "raking": (_exponential, _exponential),
    "logit": (_logit, _logit_slope),
}


def trim_after(weights: FloatArray, lower: float, upper: float) -> FloatArray:
    """Cut finished weights to [lower, upper] and spread what was cut equally over the others, once.

    The sum is kept; the margins are no longer met exactly. ``rake`` with trimming keeps them.

    ``weights`` (n,) without missing values. Raises ``InvalidWeights`` when every weight lies outside. Source: Lumley's
    R package survey, trimWeights; Potter 1990.

    >>> trim_after(np.array([1.0, 2.0, 9.0]), 0.5, 6.0).tolist()
    [2.5, 3.5, 6.0]
    """
    cut = np.clip(weights, lower, upper)
    inside = cut == weights
    if not inside.any():
        raise InvalidWeights("", "Every weight lies outside the bounds.")
    return np.where(inside, cut + (weights - cut).sum() / inside.sum(), cut)


Weighter = Callable[[FloatArray, Sequence[Margin], WeightOptions], Weighting]

WEIGHTERS: dict[str, Weighter] = {
    "none": weight_none,
    "design": weight_design,
    "poststratify": poststratify,
    "rake": rake,
    "calibrate": calibrate,
}
