"""Normalise: bring values of different units of measurement onto one scale where more is better.

Every method is one function in the registry ``NORMALISERS``: it takes a ``Column`` (the values of one
indicator over all units) and returns points (U,) and their derivatives (U, U), row u = how the points of u
move with the value of each unit. Missing values stay missing. The derivative is NaN where a method is not
smooth (ranks).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.stats import rankdata

from scoring.engine.checks import GoalpostsMissing, MethodUnknown, Notice
from scoring.engine.rank import EQUAL
from scoring.engine.types import FloatArray, Framework, Indicator


@dataclass(frozen=True)
class Goalposts:
    """The ends of one indicator's scale.

    ``lo_unit``/``hi_unit`` are positions of the units of this edition that set an end, None when it comes
    from elsewhere (an earlier edition, a fixed pair); ``source`` is the rule, ``*_edition`` the edition
    that set the end.
    """

    lo: float
    hi: float
    source: str
    lo_unit: int | None = None
    hi_unit: int | None = None
    lo_edition: str = ""
    hi_edition: str = ""


@dataclass(frozen=True)
class Column:
    """One indicator over all units: values (U,), the indicator, target range and goalposts."""

    values: FloatArray
    indicator: Indicator
    target: tuple[float, float]
    posts: Goalposts


@dataclass(frozen=True)
class Normalised:
    """Points (U, K), derivatives (K, U, U) of points by values, goalposts per indicator, notices."""

    points: FloatArray
    jacobian: FloatArray
    goalposts: tuple[Goalposts, ...]
    notices: tuple[Notice, ...]


History = Mapping[str, Mapping[str, Sequence[float]]]
Normaliser = Callable[[Column], tuple[FloatArray, FloatArray]]


@dataclass(frozen=True)
class NormaliseOptions:
    """Settings: method and goalpost rule in general and per indicator, earlier editions and fixed pairs."""

    method: str = "minmax"
    target: tuple[float, float] = (1.0, 10.0)
    goalposts: str = "edition"
    edition: str = ""
    editions: tuple[str, ...] = ()
    base: str = ""
    restarts: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    indicators: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def of(self, code: str, part: str) -> str:
        """Method or goalpost rule of one indicator."""
        return str(self.indicators.get(code, {}).get(part, getattr(self, part)))

    def top(self, framework: Framework) -> float:
        """The points of a perfect indicator, the upper end of the target; NaN when some method has none."""
        topless = any(self.of(code, "method") in TOPLESS_METHODS for code in framework.codes)
        return float("nan") if topless else self.target[1]


def goalposts(values: FloatArray, indicator: Indicator, options: NormaliseOptions, history: History) -> Goalposts:
    """The ends lo, hi of an indicator.

    ``edition``: least and greatest value of this edition. ``pooled``: of this and the named ``editions``.
    ``envelope``: of this and all earlier editions since ``base``, or since the edition where the indicator
    restarts. ``fixed``: the pair of the recipe, else the ends of the answer scale (a share: 0..1). Earlier
    values come from ``history``, edition label → indicator code → values. Missing values are skipped;
    without any value both ends are NaN. Raises ``GoalpostsMissing``.

    Unit: that of the values. Source: PCI methodology (VCCI) for the running envelope.

    >>> item = Indicator("k", "s", "positive")
    >>> past = {"2013": {"k": [0.0, 9.0]}}
    >>> options = NormaliseOptions(goalposts="envelope", base="2013")
    >>> posts = goalposts(np.array([2.0, 5.0]), item, options, past)
    >>> posts.lo, posts.hi, posts.hi_edition
    (0.0, 9.0, '2013')
    """
    rule = options.of(indicator.code, "goalposts")
    if rule == "fixed":
        return _fixed(indicator, options)
    ends = [(options.edition, values)]
    earlier = _editions(rule, indicator, options, history)
    ends += [(label, _past(history, label, indicator.code)) for label in earlier]
    present = [(label, column[~np.isnan(column)]) for label, column in ends]
    present = [(label, column) for label, column in present if len(column)]
    if not present:
        return Goalposts(np.nan, np.nan, rule)
    lows, highs = [float(c.min()) for _, c in present], [float(c.max()) for _, c in present]
    lo, hi = min(lows), max(highs)
    own = ~np.isnan(values).all() if len(values) else False
    return Goalposts(
        lo,
        hi,
        rule,
        int(np.nanargmin(values)) if own and np.nanmin(values) == lo else None,
        int(np.nanargmax(values)) if own and np.nanmax(values) == hi else None,
        present[lows.index(lo)][0],
        present[highs.index(hi)][0],
    )


def _fixed(indicator: Indicator, options: NormaliseOptions) -> Goalposts:
    pair = options.fixed.get(indicator.code) or indicator.scale
    if pair is None and indicator.statistic == "share":
        pair = (0.0, 1.0)
    if pair is None:
        raise GoalpostsMissing(indicator.code, f"Indicator {indicator.code} has no fixed goalposts.")
    return Goalposts(float(pair[0]), float(pair[1]), "fixed")


def _editions(rule: str, indicator: Indicator, options: NormaliseOptions, history: History) -> list[str]:
    """Labels of the earlier editions that count; labels are compared as text, as years are."""
    if rule == "edition":
        return []
    if rule == "pooled":
        missing = [label for label in options.editions if label not in history and label != options.edition]
        if missing:
            raise GoalpostsMissing(missing[0], f"The values of edition {missing[0]} are needed for pooled goalposts.")
        return [label for label in options.editions if label != options.edition]
    if rule != "envelope":
        raise MethodUnknown("normalise.goalposts", f"Unknown goalpost rule {rule}.")
    if options.base and options.base != options.edition and options.base not in history:
        raise GoalpostsMissing(options.base, f"The values of the base edition {options.base} are needed.")
    since = max(options.base, options.restarts.get(indicator.code, ""))
    until = options.edition
    return [label for label in history if label >= since and label != until and (not until or label < until)]


def _past(history: History, label: str, code: str) -> FloatArray:
    return np.asarray(history[label].get(code, ()), dtype=np.float64)


def minmax(column: Column) -> tuple[FloatArray, FloatArray]:
    """Y = a + (b − a)T with T = (m − lo)/(hi − lo); negative direction a + b − Y.

    On the range 1..10 this is 1 + 9T and 11 − (1 + 9T). ∂Y_u/∂m_v has three parts: the unit's own value,
    and, when the goalposts belong to units of this edition, −(1 − T_u) for the one at lo and −T_u for the
    one at hi. Several units at the same end share its movement, so that none of them is preferred.

    NaN stays NaN. Raises nothing; equal ends are caught by ``normalise``. Source: OECD and JRC, Handbook on
    Constructing Composite Indicators, 2008, step 5.

    >>> posts = Goalposts(2.0, 6.0, "edition", 0, 2)
    >>> minmax(Column(np.array([2.0, 3.0, 6.0]), Indicator("k", "s", "negative"), (1.0, 10.0), posts))[0].tolist()
    [10.0, 7.75, 1.0]
    """
    a, b = column.target
    posts, sign = column.posts, column.indicator.sign
    share = (column.values - posts.lo) / (posts.hi - posts.lo)
    points = a + (b - a) * share if sign > 0 else b - (b - a) * share
    slope = sign * (b - a) / (posts.hi - posts.lo)
    jacobian = np.diag(np.full(len(share), slope))
    for unit, end, moved in ((posts.lo_unit, posts.lo, 1 - share), (posts.hi_unit, posts.hi, share)):
        if unit is not None:
            there = np.flatnonzero(column.values == end)
            jacobian[:, there] -= slope * moved[:, None] / len(there)
    return points, jacobian


def zscore(column: Column) -> tuple[FloatArray, FloatArray]:
    """Y = mean + sd · (m − m̄)/s with the sample standard deviation s; ``target`` = (mean, sd).

    Negative direction: −m for m. NaN stays NaN and takes no part in mean and deviation; no spread: all NaN. Raises
    nothing. Source: OECD and JRC, Handbook on Constructing Composite Indicators, 2008, step 5.

    >>> item = Indicator("k", "s", "positive")
    >>> zscore(Column(np.array([1.0, 2.0, 3.0]), item, (10.0, 2.0), Goalposts(1, 3, "edition")))[0].tolist()
    [8.0, 10.0, 12.0]
    """
    x = column.indicator.sign * column.values
    present = ~np.isnan(x)
    n = int(present.sum())
    centre = np.nanmean(x)
    spread = float(np.nanstd(x, ddof=1)) if n > 1 else 0.0
    if not spread > 0:
        return np.full(len(x), np.nan), np.zeros((len(x), len(x)))
    z = (x - centre) / spread
    filled = np.nan_to_num(z)
    inner = np.eye(len(x)) - present / n - np.outer(filled, filled) / (n - 1)
    jacobian = column.indicator.sign * column.target[1] / spread * inner * present
    return column.target[0] + column.target[1] * z, jacobian


def _lowest_first(column: Column) -> FloatArray:
    """Ranks of oriented values, 1 = worst, equal values share the lowest rank, missing stays missing."""
    ranks: FloatArray = np.asarray(
        rankdata(column.indicator.sign * column.values, method="min", nan_policy="omit"), dtype=np.float64
    )
    return ranks


def _rough(column: Column) -> FloatArray:
    return np.full((len(column.values), len(column.values)), np.nan)


def rank_points(column: Column) -> tuple[FloatArray, FloatArray]:
    """Y = rank from the bottom (1 = worst; equal values share the lower rank); ``target`` is not used.

    NaN stays NaN; no derivative. Unit: places. Raises nothing. Source: OECD and JRC, Handbook on Constructing Composite
    Indicators, 2008, step 5.

    >>> item = Indicator("k", "s", "positive")
    >>> rank_points(Column(np.array([5.0, 2.0, 5.0]), item, (1.0, 10.0), Goalposts(2, 5, "edition")))[0].tolist()
    [2.0, 1.0, 2.0]
    """
    return _lowest_first(column), _rough(column)


def borda(column: Column) -> tuple[FloatArray, FloatArray]:
    """Y = number of units strictly below; ``target`` is not used.

    NaN stays NaN; no derivative. Unit: units beaten. Raises nothing. Source: Borda 1781; OECD and JRC, Handbook on
    Constructing Composite Indicators, 2008, step 6.

    >>> item = Indicator("k", "s", "positive")
    >>> borda(Column(np.array([5.0, 2.0, 5.0]), item, (1.0, 10.0), Goalposts(2, 5, "edition")))[0].tolist()
    [1.0, 0.0, 1.0]
    """
    return _lowest_first(column) - 1, _rough(column)


def percentile_rank(column: Column) -> tuple[FloatArray, FloatArray]:
    """Y = a + (b − a)(rank − 1)/(n − 1).

    NaN stays NaN and is no unit of the n; no derivative. Raises nothing. Source: OECD and JRC, Handbook on Constructing
    Composite Indicators, 2008, step 5; COINr (Becker and others 2022).

    >>> item = Indicator("k", "s", "positive")
    >>> percentile_rank(Column(np.array([5.0, 2.0, 9.0]), item, (1.0, 10.0), Goalposts(2, 9, "edition")))[0].tolist()
    [5.5, 1.0, 10.0]
    """
    a, b = column.target
    n = int((~np.isnan(column.values)).sum())
    return a + (b - a) * (_lowest_first(column) - 1) / max(n - 1, 1), _rough(column)


def distance_to_target(column: Column) -> tuple[FloatArray, FloatArray]:
    """Y = a + (b − a)(1 − d), d = distance to the target as a share of the distance of the worst unit.

    Positive direction d = (t − m)/(t − min m); negative d = (m − t)/(max m − t). A unit beyond the target
    gets more than b. Raises ``GoalpostsMissing`` without a target.

    NaN stays NaN. Source: OECD and JRC, Handbook on Constructing Composite Indicators, 2008, step 5; COINr (Becker and
    others 2022).

    >>> item = Indicator("k", "s", "positive", target=10.0)
    >>> distance_to_target(Column(np.array([2.0, 6.0]), item, (0.0, 100.0), Goalposts(2, 6, "edition")))[0].tolist()
    [0.0, 50.0]
    """
    item, (a, b) = column.indicator, column.target
    if item.target is None:
        raise GoalpostsMissing(item.code, f"Indicator {item.code} has no target.")
    x, goal = item.sign * column.values, item.sign * item.target
    worst = int(np.nanargmin(x))
    span = goal - x[worst]
    gap = (goal - x) / span
    slope = (b - a) / span
    jacobian = np.diag(np.full(len(x), slope))
    jacobian[:, worst] -= slope * gap
    return a + (b - a) * (1 - gap), item.sign * jacobian


def distance_to_best(column: Column) -> tuple[FloatArray, FloatArray]:
    """Y = a + (b − a)(1 − d), d = distance to the best unit as a share of the range.

    The same points as ``minmax`` between the same goalposts. NaN stays NaN. Raises nothing. Source: OECD and JRC,
    Handbook on Constructing Composite Indicators, 2008, step 5.

    >>> item = Indicator("k", "s", "positive")
    >>> distance_to_best(Column(np.array([2.0, 6.0]), item, (0.0, 100.0), Goalposts(2, 6, "edition")))[0].tolist()
    [0.0, 100.0]
    """
    return minmax(column)


def share_of_best(column: Column) -> tuple[FloatArray, FloatArray]:
    """Y = a + (b − a)·r, r = m/max m; negative direction r = min m/m: half as good as the best gets the middle.

    For values above 0 only (``normalise`` leaves the indicator out otherwise). NaN stays NaN; ∂Y_u/∂m_v (U, U) holds
    the unit's own value and that of the best. Raises nothing. Source: OECD and JRC, Handbook on Constructing
    Composite Indicators, 2008, "distance to a reference".

    >>> posts = Goalposts(np.nan, np.nan, "edition")
    >>> days = Column(np.array([2.0, 4.0]), Indicator("k", "s", "negative"), (0.0, 100.0), posts)
    >>> share_of_best(days)[0].tolist()
    [100.0, 50.0]
    """
    (a, b), m, sign = column.target, column.values, column.indicator.sign
    best = int(np.nanargmax(sign * m))
    share = (m / m[best]) ** sign
    jacobian = np.diag(sign * share / m)
    jacobian[:, best] -= sign * share / m[best]
    return a + (b - a) * share, (b - a) * jacobian


NORMALISERS: dict[str, Normaliser] = {
    "minmax": minmax,
    "zscore": zscore,
    "rank": rank_points,
    "borda": borda,
    "percentile_rank": percentile_rank,
    "distance_to_target": distance_to_target,
    "distance_to_best": distance_to_best,
    "share_of_best": share_of_best,
}
# What other steps must know of a method; one that stands in no set uses the range and the values of its units alone.
GOALPOST_METHODS = {"minmax", "distance_to_best"}  # read goalposts
SPREAD_METHODS = {"zscore"}  # their target is a mean and a standard deviation
RANK_METHODS = {"rank", "borda", "percentile_rank"}  # step from unit to unit: no derivative, no linearised error
TOPLESS_METHODS = {"zscore", "rank", "borda"}  # their points do not end at the upper end of the target
POSITIVE_METHODS = {"share_of_best"}  # divide by values
TARGET_METHODS = {"distance_to_target"}  # read the indicator's target


def normalise(
    values: FloatArray, framework: Framework, options: NormaliseOptions, history: History | None = None
) -> Normalised:
    """Points of all indicators from their values (U, K).

    An indicator whose goalposts coincide (hi = lo up to floating-point rounding) or that has no value becomes
    missing for every unit, with a notice (``goalposts_equal``, ``indicator_empty``); nothing is ever divided by zero.
    So does one whose values a method cannot use (``value_not_positive``, ``target_reached``). A value beyond its
    goalposts keeps its points beyond the range, with the notice ``outside_goalposts``. NaN stays NaN. Unit: points of
    the target range. Raises ``MethodUnknown``, ``GoalpostsMissing``. Source: OECD and JRC, Handbook on Constructing
    Composite Indicators, 2008, step 5.

    >>> from scoring.engine.types import SubIndex
    >>> part = Framework(("A", "B", "C"), (SubIndex("s", 1.0),), (Indicator("k", "s", "negative"),))
    >>> normalise(np.array([[2.0], [5.0], [np.nan]]), part, NormaliseOptions()).points.ravel().tolist()
    [10.0, 1.0, nan]
    """
    n_units, size = values.shape
    points = np.full((n_units, size), np.nan)
    jacobian = np.zeros((size, n_units, n_units))
    posts: list[Goalposts] = []
    notices: list[Notice] = []
    for k, item in enumerate(framework.indicators):
        ends = goalposts(values[:, k], item, options, history or {})
        posts.append(ends)
        notice = _hindrance(values[:, k], item, ends, options)
        if notice is not None:
            notices.append(notice)
        if notice is not None and notice.code != "outside_goalposts":
            continue
        method = NORMALISERS.get(options.of(item.code, "method"))
        if method is None:
            raise MethodUnknown("normalise.method", f"Unknown method {options.of(item.code, 'method')}.")
        points[:, k], jacobian[k] = method(Column(values[:, k], item, options.target, ends))
    return Normalised(points, jacobian, tuple(posts), tuple(notices))


def _hindrance(values: FloatArray, item: Indicator, ends: Goalposts, options: NormaliseOptions) -> Notice | None:
    """Why an indicator cannot be normalised, or what is odd about it."""
    if np.isnan(values).all():
        return Notice("indicator_empty", item.code)
    method = options.of(item.code, "method")
    spread = method in GOALPOST_METHODS
    least, most = float(np.nanmin(values)), float(np.nanmax(values))
    lo, hi = (ends.lo, ends.hi) if spread else (least, most)
    if hi - lo <= EQUAL * max(abs(lo), abs(hi)):
        return Notice("goalposts_equal", item.code, {"value": lo})
    if method in POSITIVE_METHODS and least <= 0:
        return Notice("value_not_positive", item.code, {"value": least})
    if method in TARGET_METHODS and item.target is not None:
        worst = least if item.sign > 0 else most
        if item.sign * (item.target - worst) <= 0:
            return Notice("target_reached", item.code, {"target": item.target})
    slack = EQUAL * (hi - lo)
    if spread and (least < lo - slack or most > hi + slack):
        return Notice("outside_goalposts", item.code, {"lo": lo, "hi": hi})
    return None
