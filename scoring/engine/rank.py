"""Rank: places from full precision, and bands by thresholds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from scoring.engine.types import BoolArray, FloatArray, IntArray

STATUSES = ("ranked", "insufficient", "withheld")
# Sums in another order differ around the fifteenth digit; what differs by less than this is the same number.
EQUAL = 1e-10


def settled(numbers: FloatArray) -> FloatArray:
    """Numbers (n,) in which those that differ by floating-point rounding alone are made the same.

    In ascending order a number joins the one below it when it is at most 1e-10 of the greatest absolute number above
    it, and takes the least number of its run: 0.1 + 0.2 and 0.3 are one number. Unit: that of the numbers. NaN stays
    NaN. Raises nothing. Source: Goldberg, What Every Computer Scientist Should Know About Floating-Point Arithmetic,
    ACM Computing Surveys 1991.

    >>> settled(np.array([0.1 + 0.2, 0.3, 0.31, np.nan])).tolist()
    [0.3, 0.3, 0.31, nan]
    """
    known = np.flatnonzero(~np.isnan(numbers))
    order = known[np.argsort(numbers[known], kind="stable")]
    ascending = numbers[order]
    joins = np.diff(ascending) <= EQUAL * np.abs(ascending).max(initial=0.0)
    starts = np.concatenate([[True], ~joins]) if len(order) else np.zeros(0, dtype=bool)
    same = np.full(len(numbers), np.nan)
    same[order] = ascending[starts][np.cumsum(starts) - 1]
    return same


def rank(scores: FloatArray, ranked: BoolArray | None = None) -> IntArray:
    """Competition ranks (U,), 1 = highest score; equal scores share the better rank, the next place is
    skipped.

    rank_u = 1 + number of units with a higher score. No score is rounded to decimals first; scores are equal when they
    differ by less than floating-point sums can tell (``settled``). Units that are missing (NaN) or not ``ranked`` (U,)
    get 0 and take no place. Raises nothing. Source: standard competition ranking, as ``scipy.stats.rankdata`` with
    method "min".

    >>> rank(np.array([70.0, 80.0, 70.0, np.nan])).tolist()
    [2, 1, 2, 0]
    """
    takes_part = ~np.isnan(scores) if ranked is None else ranked & ~np.isnan(scores)
    taken = settled(scores[takes_part])
    ranks = np.zeros(len(scores), dtype=np.int64)
    ranks[takes_part] = np.searchsorted(np.sort(-taken), -taken, side="left") + 1
    return ranks


def status(scores: FloatArray, withheld: BoolArray) -> npt.NDArray[np.str_]:
    """``withheld``, ``insufficient`` (score NaN) or ``ranked`` per unit (U,); withheld comes before insufficient.

    Raises nothing. Source: rules of this product, as the decisions of provinces are silent.

    >>> status(np.array([70.0, np.nan, 60.0]), np.array([False, False, True])).tolist()
    ['ranked', 'insufficient', 'withheld']
    """
    return np.where(withheld, "withheld", np.where(np.isnan(scores), "insufficient", "ranked"))


def band(scores: FloatArray, bands: Sequence[tuple[str, float | None]]) -> npt.NDArray[np.str_]:
    """The first band whose threshold the score reaches (from the highest down; None = no lower end); '' if
    missing.

    ``bands``: code and lower end on the scale of the scores (U,), highest first. A score that falls short of a
    threshold by floating-point rounding alone reaches it. Raises nothing. Source: the bands of provincial decisions,
    such as 80, 70, 60 and 50 points.

    >>> band(np.array([80.0, 79.99, np.nan]), [("good", 80.0), ("low", None)]).tolist()
    ['good', 'low', '']
    """
    found = np.full(len(scores), "", dtype="<U40")
    for code, start in reversed(bands):
        least = -np.inf if start is None else start - EQUAL * abs(start)
        found[np.nan_to_num(scores, nan=-np.inf) >= least] = code
    found[np.isnan(scores)] = ""
    return found
