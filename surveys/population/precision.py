"""What a sample will be able to say about each unit, before it is drawn.

Half-width of the 95 % interval of a unit's total: 1.96 · S · √(deff ÷ m), with m ratings expected, S the standard
deviation of one rating's total around its unit, deff the design effect of unequal weights (Kish): m·Σw² ÷ (Σw)².
The finite population is not made use of, as in the published intervals.

Width of the 95 % rank range: 1 + Σ over the other units of the chance not to be told apart from them. Two totals are
told apart when they differ by more than c·s, s² the sum of both variances; true differences are normal with variance
2τ², τ the standard deviation of the units' true totals; so the chance is 2Φ(c·s ÷ √(2τ² + s²)) − 1. c holds for all
pairs at once (Šidák over the pairs, slightly wide).
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Z = NormalDist().inv_cdf(0.975)
# Where no earlier edition tells: between what published DDCI tables and the simulated province show.
WITHIN_ASSUMED, BETWEEN_ASSUMED = 14.0, 3.0


@dataclass(frozen=True)
class Spread:
    """Standard deviations in points of the total (10 to 100): of ratings around their unit, of the units. `stretch`:
    how many times wider both become on goalposts that are the lowest and the highest unit; None where nobody knows.
    """

    within: float = WITHIN_ASSUMED
    between: float = BETWEEN_ASSUMED
    stretch: float | None = None


def ratings_expected(drawn: Floats, response_rate: float, chances: Floats) -> Floats:
    """Ratings (H, U) of each unit from each stratum; `chances` (H, U): that somebody who answers rates the unit."""
    return np.asarray(drawn[:, None] * response_rate * chances)


def design_effect(ratings: Floats, weights: Floats) -> Floats:
    """Kish's design effect (U,) of the weights (H,) among the ratings (H, U) of each unit; 1 without ratings.

    >>> design_effect(np.array([[10.0], [10.0]]), np.array([1.0, 3.0])).round(2).tolist()
    [1.25]
    """
    total = ratings.sum(axis=0)
    weighted = (ratings * weights[:, None]).sum(axis=0)
    squared = (ratings * weights[:, None] ** 2).sum(axis=0)
    effect = np.divide(total * squared, weighted**2, out=np.ones_like(total), where=weighted > 0)
    return np.asarray(effect)


def half_widths(ratings: Floats, effect: Floats, spread: Spread) -> Floats:
    """Half-widths (U,) in points; infinite for a unit that nobody is expected to rate.

    >>> half_widths(np.array([100.0]), np.array([1.0]), Spread(within=14.0)).round(2).tolist()
    [2.74]
    """
    found = np.full(len(ratings), np.inf)
    rated = ratings > 0
    found[rated] = Z * spread.within * np.sqrt(effect[rated] / ratings[rated])
    return found


def rank_widths(widths: Floats, spread: Spread) -> Floats:
    """Expected width (U,), in ranks, of the range that holds for all units of a table at once; 1 is a sure rank.

    >>> rank_widths(np.array([0.01, 0.01, 0.01]), Spread(between=5.0)).round(1).tolist()
    [1.0, 1.0, 1.0]
    """
    units = len(widths)
    if units < 2:
        return np.ones(units)
    critical = NormalDist().inv_cdf((1 + 0.95 ** (2 / (units * (units - 1)))) / 2)
    variance = (widths / Z) ** 2
    both = variance[:, None] + variance[None, :]
    with np.errstate(invalid="ignore"):
        ratio = np.sqrt(both / (2 * spread.between**2 + both))
    ratio = np.where(np.isfinite(both), ratio, 1.0)
    chance = 2 * _normal(critical * ratio) - 1
    np.fill_diagonal(chance, 0.0)
    return np.asarray(np.where(np.isfinite(widths), 1 + chance.sum(axis=1), float(units)))


def _normal(values: Floats) -> Floats:
    normal = NormalDist()
    return np.asarray(np.vectorize(normal.cdf, otypes=[np.float64])(values), dtype=np.float64)
