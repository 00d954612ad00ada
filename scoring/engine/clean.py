"""Clean: signs of careless or copied answers. Flags only; a person decides about exclusion, with a reason.

``answers`` is always (n, k): one row per response or rating, NaN = no answer, items in the order in which
they were asked. Rows that resemble each other stand in ``copies``, ratings that come all at once in ``bursts``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import chi2, hypergeom

from scoring.engine.types import BoolArray, FloatArray, IntArray


def completion_share(answers: FloatArray) -> FloatArray:
    """Share (n,) of the items that were answered.

    Unit: a share 0..1; NaN counts as missing. Raises nothing. Source: Curran, Methods for the detection of carelessly
    invalid responses, 2016.

    >>> completion_share(np.array([[1.0, np.nan], [2.0, 3.0]])).tolist()
    [0.5, 1.0]
    """
    share: FloatArray = (~np.isnan(answers)).mean(axis=1)
    return share


def longstring(answers: FloatArray) -> tuple[IntArray, FloatArray]:
    """Longest run (n,) of the same answer, and average length of runs (n,; NaN without answers).

    Items without an answer are skipped: they neither break nor lengthen a run. Source: Johnson 2005.

    Unit: items. Raises nothing.

    >>> longest, average = longstring(np.array([[3.0, 3.0, np.nan, 3.0, 1.0]]))
    >>> longest.tolist(), average.tolist()
    ([3], [2.0])
    """
    n = len(answers)
    last, run = np.full(n, np.nan), np.zeros(n, dtype=np.int64)
    longest, runs = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    for column in answers.T:
        present = ~np.isnan(column)
        same = present & (column == last)
        run = np.where(same, run + 1, np.where(present, 1, run))
        runs += present & ~same
        last = np.where(present, column, last)
        longest = np.maximum(longest, run)
    answered = (~np.isnan(answers)).sum(axis=1)
    average = np.divide(answered, runs, out=np.full(n, np.nan), where=runs > 0)
    return longest, average


def response_variability(answers: FloatArray) -> FloatArray:
    """Intra-individual response variability (n,): standard deviation over a row's answers; NaN under two
    answers.

    Source: Dunn, Heggestad, Shanock and Theilgard 2018.

    Unit: that of the answers; missing answers are skipped. Raises nothing.

    >>> response_variability(np.array([[1.0, 3.0], [2.0, 2.0]])).round(6).tolist()
    [1.414214, 0.0]
    """
    present = ~np.isnan(answers)
    count = present.sum(axis=1)
    mean = np.divide(np.nansum(answers, axis=1), count, out=np.zeros(len(answers)), where=count > 0)
    square = np.square(np.where(present, answers - mean[:, None], 0.0)).sum(axis=1)
    spread: FloatArray = np.sqrt(np.divide(square, count - 1, out=np.full(len(answers), np.nan), where=count > 1))
    return spread


def mahalanobis(answers: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Squared Mahalanobis distance (n,) from the mean answer, and its upper tail probability (n,).

    Covariance over the rows without missing answers; in other rows a missing answer adds no distance and no
    degree of freedom. Compare the probability with 0.001. NaN when fewer complete rows than items + 1
    exist.

    D² = (x − x̄)′S⁻¹(x − x̄), χ² with as many degrees of freedom as answers. Raises nothing. Source: Mahalanobis 1936;
    R package careless.

    >>> rows = np.array([[1.0, 2.0], [2.0, 1.0], [3.0, 4.0], [4.0, 3.0], [9.0, 1.0]])
    >>> distance, tail = mahalanobis(rows)
    >>> int(np.argmax(distance)), bool(tail.min() == tail[4])
    (4, True)
    """
    present = ~np.isnan(answers)
    complete = answers[present.all(axis=1)]
    if len(complete) <= answers.shape[1]:
        return np.full(len(answers), np.nan), np.full(len(answers), np.nan)
    inverse = np.linalg.pinv(np.atleast_2d(np.cov(complete, rowvar=False)), hermitian=True)
    deviation = np.where(present, answers - complete.mean(axis=0), 0.0)
    distance = np.einsum("ij,jk,ik->i", deviation, inverse, deviation)
    tail = chi2.sf(distance, np.maximum(present.sum(axis=1), 1))
    return np.asarray(distance, dtype=np.float64), np.asarray(tail, dtype=np.float64)


def even_odd(answers: FloatArray, scales: Sequence[Sequence[int]]) -> FloatArray:
    """Even-odd inconsistency (n,): 1 = careless, −1 = consistent.

    Within each scale (columns that measure the same) the items at odd and at even positions are averaged; r
    is the correlation of the two averages over scales. Returned is −2r/(1 + r), held within [−1, 1]; NaN
    when one half does not vary. Source: Jackson 1977, Johnson 2005.

    Missing answers are skipped. Raises nothing.

    >>> alike = np.array([[5.0, 5.0, 1.0, 1.0, 3.0, 3.0]])
    >>> even_odd(alike, [(0, 1), (2, 3), (4, 5)]).tolist()
    [-1.0]
    """
    odd = np.column_stack([_row_means(answers[:, list(columns)[0::2]]) for columns in scales])
    even = np.column_stack([_row_means(answers[:, list(columns)[1::2]]) for columns in scales])
    both = ~np.isnan(odd) & ~np.isnan(even)
    count = np.maximum(both.sum(axis=1), 1)
    x, y = np.where(both, odd, 0.0), np.where(both, even, 0.0)
    dx = np.where(both, x - (x.sum(axis=1) / count)[:, None], 0.0)
    dy = np.where(both, y - (y.sum(axis=1) / count)[:, None], 0.0)
    spread = np.sqrt(np.square(dx).sum(axis=1) * np.square(dy).sum(axis=1))
    r = np.divide((dx * dy).sum(axis=1), spread, out=np.full(len(answers), np.nan), where=spread > 1e-12)
    corrected = np.divide(2 * r, 1 + r, out=np.full(len(answers), np.nan), where=1 + r > 1e-12)
    corrected[1 + r <= 1e-12] = -np.inf
    clipped: FloatArray = np.clip(-corrected, -1.0, 1.0)
    return clipped


def _row_means(cells: FloatArray) -> FloatArray:
    present = ~np.isnan(cells)
    count = present.sum(axis=1)
    means: FloatArray = np.divide(np.nansum(cells, axis=1), count, out=np.full(len(cells), np.nan), where=count > 0)
    return means


def all_maximum(answers: FloatArray, best: FloatArray) -> BoolArray:
    """Rows (n,) whose every answer is the best one; ``best`` (k,) best answer per item; rows without
    answers: False.

    Raises nothing. Source: Krosnick 1991, satisficing; DeSimone, Harms and DeSimone 2015.

    >>> all_maximum(np.array([[5.0, np.nan], [5.0, 4.0]]), np.array([5.0, 5.0])).tolist()
    [True, False]
    """
    present = ~np.isnan(answers)
    perfect: BoolArray = ((answers == best) | ~present).all(axis=1) & present.any(axis=1)
    return perfect


def share_by_unit(flags: BoolArray, unit: IntArray, n_units: int) -> tuple[FloatArray, FloatArray]:
    """Share of flagged ratings per unit (U,) and of all other units' ratings (U,); NaN without ratings.

    ``flags``, ``unit`` (R,). Unit: a share 0..1. Raises nothing. Source: definition of a proportion.

    >>> share_by_unit(np.array([True, False, True]), np.array([0, 0, 1]), 2)[0].tolist()
    [0.5, 1.0]
    """
    count = np.bincount(unit, minlength=n_units).astype(np.float64)
    flagged = np.bincount(unit, weights=flags.astype(np.float64), minlength=n_units)
    own = np.divide(flagged, count, out=np.full(n_units, np.nan), where=count > 0)
    rest = count.sum() - count
    other = np.divide(flagged.sum() - flagged, rest, out=np.full(n_units, np.nan), where=rest > 0)
    return own, other


def excess_by_unit(flags: BoolArray, unit: IntArray, n_units: int) -> FloatArray:
    """Chance (U,) that a unit had at least as many flagged ratings if all units of the block were alike.

    Hypergeometric upper tail (Fisher's exact test, one-sided): of all ratings so many are flagged, and the unit's
    are a random handful of them. A small p says that the unit's share of, say, perfect ratings stands out from
    its block. Ratings of one firm count as independent; look at p below 0.001. 1 without ratings.

    Missing answers are dealt with by whoever sets ``flags`` (R,). Raises nothing. Source: Fisher 1935.

    >>> excess_by_unit(np.array([True, True, False, False]), np.array([0, 0, 1, 1]), 2).round(6).tolist()
    [0.166667, 1.0]
    """
    count = np.bincount(unit, minlength=n_units)
    flagged = np.bincount(unit[flags], minlength=n_units)
    tail = hypergeom.sf(flagged - 1, len(flags), int(flags.sum()), count)
    return np.asarray(tail, dtype=np.float64)
