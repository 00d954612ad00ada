"""Reweigh: totals and ranks of the same sub-index scores under weights other than the official ones.

One set of weights gives a reader's own index; ten thousand drawn ones say how far a rank depends on the weights.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scoring.engine.aggregate import AggregateOptions, combine
from scoring.engine.checks import InvalidWeights
from scoring.engine.rank import rank
from scoring.engine.sensitivity import WeightSensitivity
from scoring.engine.types import BoolArray, FloatArray, IntArray

# Totals closer than this are one score: a browser and this server add up in different orders.
PLACES = 9

Bend = Callable[[FloatArray], FloatArray]
# A mean of powers is the arithmetic mean of bent scores, bent back: there and back for each method.
BENT: dict[str, tuple[Bend, Bend]] = {
    "arithmetic": (np.array, np.array),
    "geometric": (np.log, np.exp),
    "harmonic": (np.reciprocal, np.reciprocal),
    "power_half": (np.sqrt, np.square),
}


@dataclass(frozen=True)
class Reweighed:
    """Shares of the sub-indices (S,), summing to 1; totals (U,) with NaN, ranks (U,) with 0, where there is none."""

    shares: FloatArray
    total: FloatArray
    ranks: IntArray


def reweigh(
    sub_indices: FloatArray,
    weights: FloatArray,
    options: AggregateOptions,
    takes_part: BoolArray,
    adjustment: FloatArray,
) -> Reweighed:
    """Totals and ranks under one set of weights, by the recipe's mean and its rule for missing sub-indices.

    ``sub_indices`` (U, S), NaN = missing; ``weights`` (S,) finite, not negative, any sum above 0; ``takes_part`` (U,)
    the units that may take a rank; ``adjustment`` (U,) bonus and penalty points on the scale of the total. Sub-indices
    of weight 0 do not count as missing. Totals are compared to nine decimals. Raises ``InvalidWeights``.

    Source: Greco, Ishizaka, Tasiou and Torrisi 2019, on weights of composite indices.

    >>> scores, nothing = np.array([[9.0, 1.0], [2.0, 6.0]]), np.zeros(2)
    >>> found = reweigh(scores, np.array([1.0, 3.0]), AggregateOptions(), np.array([True, True]), nothing)
    >>> found.shares.tolist(), found.total.tolist(), found.ranks.tolist()
    ([0.25, 0.75], [30.0, 50.0], [2, 1])
    """
    if not np.isfinite(weights).all() or (weights < 0).any() or weights.sum() <= 0:
        raise InvalidWeights("weights", "Weights must be finite, not negative and not all zero.")
    mean, _gradient = combine(sub_indices, weights, options.total, options)
    total = options.multiplier * mean + adjustment
    return Reweighed(weights / weights.sum(), total, rank(np.round(total, PLACES), takes_part))


@dataclass(frozen=True)
class Drawn:
    """How weights are drawn: Dirichlet around the official ones; ``concentration`` as in ``sensitivity``."""

    rng: np.random.Generator
    draws: int = 10_000
    concentration: float = 50.0


def weightings(
    sub_indices: FloatArray,
    official: FloatArray,
    options: AggregateOptions,
    adjustment: FloatArray,
    drawn: Drawn,
) -> WeightSensitivity:
    """Ranks (D, U) of the units under weights (D, S) drawn around the official ones.

    As ``sensitivity.dirichlet_weights``, which draws the weights, but with the recipe's mean, its rule for missing
    sub-indices and the bonus and penalty points of each unit (U,). All units take part; a missing total is last with
    rank 0. ``total`` = copeland has no such form: raises ``InvalidWeights``. One matrix product gives all totals.

    Source: Saisana, Saltelli and Tarantola 2005.

    >>> scores = np.array([[9.0, 9.0], [2.0, 3.0]])
    >>> drawn = Drawn(np.random.default_rng(1), draws=2)
    >>> weightings(scores, np.array([1.0, 1.0]), AggregateOptions(), np.zeros(2), drawn).ranks.tolist()
    [[1, 2], [1, 2]]
    """
    if options.total not in BENT:
        raise InvalidWeights("aggregate.total", f"Totals by {options.total} are not means of sub-indices.")
    used = official > 0
    there, back = BENT[options.total]
    weights = np.zeros((drawn.draws, len(official)))
    weights[:, used] = drawn.rng.dirichlet(drawn.concentration * official[used] / official.sum(), drawn.draws)
    values = sub_indices.copy()
    if options.total != "arithmetic":
        values[(np.where(used, values, np.nan) <= 0).any(axis=1)] = np.nan
    present = (~np.isnan(values)).astype(np.float64)
    mass = weights @ present.T
    sums = weights @ np.where(present > 0, there(np.where(present > 0, values, 1.0)), 0.0).T
    means = back(np.divide(sums, mass, out=np.ones_like(sums), where=mass > 0))
    count = (present[:, used].sum(axis=1) / max(int(used.sum()), 1))[None, :]
    available = mass if options.availability == "weight" else np.broadcast_to(count, mass.shape)
    missing = (available < options.threshold - 1e-12) | (mass == 0)
    totals = np.where(missing, -np.inf, np.round(options.multiplier * means + adjustment, PLACES))
    return WeightSensitivity(weights, np.where(missing, 0, _places(totals)))


def _places(totals: FloatArray) -> IntArray:
    """Competition ranks within each row (D, U)."""
    order = np.argsort(-totals, axis=1, kind="stable")
    ordered = np.take_along_axis(totals, order, axis=1)
    fresh = np.ones(totals.shape, dtype=bool)
    fresh[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    first = np.maximum.accumulate(np.where(fresh, np.arange(1, totals.shape[1] + 1)[None, :], 0), axis=1)
    ranks = np.empty(totals.shape, dtype=np.int64)
    np.put_along_axis(ranks, order, first, axis=1)
    return ranks
