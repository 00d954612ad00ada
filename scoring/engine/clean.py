"""Clean: signs of careless or copied answers. Flags only; a person decides about exclusion, with a reason.

``answers`` is always (n, k): one row per response or rating, NaN = no answer, items in the order in which they were
asked; an array of numbers, or ``coded`` answers of which a few thousand rows at a time become numbers. Rows that
resemble each other stand in ``copies``, ratings that come all at once in ``bursts``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from scipy.special import chdtrc
from scipy.stats import hypergeom

from scoring.engine.blocks import by_blocks
from scoring.engine.coded import Answers, whole
from scoring.engine.types import BoolArray, FloatArray, IntArray


def completion_share(answers: Answers) -> FloatArray:
    """Share (n,) of the items that were answered.

    Unit: a share 0..1; NaN counts as missing. Raises nothing. Source: Curran, Methods for the detection of carelessly
    invalid responses, 2016.

    >>> completion_share(np.array([[1.0, np.nan], [2.0, 3.0]])).tolist()
    [0.5, 1.0]
    """
    return np.concatenate(by_blocks(len(answers), lambda rows: (~np.isnan(answers[rows])).mean(axis=1)))


def longstring(answers: Answers) -> tuple[IntArray, FloatArray]:
    """Longest run (n,) of the same answer, and average length of runs (n,; NaN without answers).

    Items without an answer are skipped: they neither break nor lengthen a run. Source: Johnson 2005.

    Unit: items. Raises nothing.

    >>> longest, average = longstring(np.array([[3.0, 3.0, np.nan, 3.0, 1.0]]))
    >>> longest.tolist(), average.tolist()
    ([3], [2.0])
    """
    longest, runs, answered = (
        np.concatenate(found) for found in zip(*by_blocks(len(answers), partial(_runs, answers)), strict=True)
    )
    average = np.divide(answered, runs, out=np.full(len(answers), np.nan), where=runs > 0)
    return longest, average


def _runs(answers: Answers, rows: slice) -> tuple[IntArray, IntArray, IntArray]:
    """Longest run, number of runs and answers of some rows."""
    columns = np.ascontiguousarray(answers[rows].T)
    last, run = np.full(columns.shape[1], np.nan), np.zeros(columns.shape[1], dtype=np.int32)
    longest, runs, answered = np.zeros_like(run), np.zeros_like(run), np.zeros_like(run)
    for column in columns:
        present = ~np.isnan(column)
        same = column == last
        run *= ~present | same
        run += present
        runs += present & ~same
        answered += present
        np.copyto(last, column, where=present)
        np.maximum(longest, run, out=longest)
    return longest.astype(np.int64), runs.astype(np.int64), answered.astype(np.int64)


def response_variability(answers: Answers) -> FloatArray:
    """Intra-individual response variability (n,): standard deviation over a row's answers; NaN under two
    answers.

    Source: Dunn, Heggestad, Shanock and Theilgard 2018.

    Unit: that of the answers; missing answers are skipped. Raises nothing.

    >>> response_variability(np.array([[1.0, 3.0], [2.0, 2.0]])).round(6).tolist()
    [1.414214, 0.0]
    """
    return np.concatenate(by_blocks(len(answers), partial(_variability, answers)))


def _variability(answers: Answers, rows: slice) -> FloatArray:
    cells = answers[rows]
    present = ~np.isnan(cells)
    one = np.ones(cells.shape[1])
    count = present @ one
    filled = np.where(present, cells, 0.0)
    mean = np.divide(filled @ one, count, out=np.zeros(len(cells)), where=count > 0)
    filled -= mean[:, None]
    filled *= present
    square = np.square(filled, out=filled) @ one
    spread: FloatArray = np.sqrt(np.divide(square, count - 1, out=np.full(len(cells), np.nan), where=count > 1))
    return spread


def mahalanobis(answers: Answers) -> tuple[FloatArray, FloatArray]:
    """Squared Mahalanobis distance (n,) from the mean answer, and its upper tail probability (n,).

    Mean and covariance S over the rows without missing answers. A row with gaps is judged by its answers o alone:
    D² = (x_o − x̄_o)′ S_oo⁻¹ (x_o − x̄_o), χ² with as many degrees of freedom as answers, so that gaps neither add
    distance nor hide it. Compare the probability with 0.001. NaN when fewer complete rows than items + 1 exist.

    With P = S⁻¹ and the missing answers m, S_oo⁻¹ = P_oo − P_om P_mm⁻¹ P_mo: a small matrix for each row with gaps.
    Where S is singular, D² is the least that any answers in the gaps would give. Raises nothing. Source: Mahalanobis
    1936; R package careless (rows without gaps); Little and Rubin, Statistical Analysis with Missing Data, 2019.

    >>> rows = np.array([[1.0, 2.0], [2.0, 1.0], [3.0, 4.0], [4.0, 3.0], [9.0, 1.0]])
    >>> distance, tail = mahalanobis(rows)
    >>> int(np.argmax(distance)), bool(tail.min() == tail[4])
    (4, True)
    """
    n, k = answers.shape
    moments = by_blocks(n, lambda rows: _count_and_sum(whole(answers, rows)))
    count = sum(found[0] for found in moments)
    if count <= k:
        return np.full(n, np.nan), np.full(n, np.nan)
    centre = np.sum([found[1] for found in moments], axis=0) / count
    products = by_blocks(n, lambda rows: _complete_products(whole(answers, rows), centre))
    covariance = np.atleast_2d(np.sum(products, axis=0) / (count - 1))
    inverse = np.linalg.pinv(covariance, hermitian=True)
    solve = _exact if np.linalg.matrix_rank(covariance, hermitian=True) == k else _least_squares
    distance, tail = (
        np.concatenate(found)
        for found in zip(*by_blocks(n, lambda rows: _distances(answers[rows], centre, inverse, solve)), strict=True)
    )
    return distance, tail


def _count_and_sum(cells: FloatArray) -> tuple[int, FloatArray]:
    return len(cells), cells.sum(axis=0)


def _complete_products(cells: FloatArray, centre: FloatArray) -> FloatArray:
    deviation = cells - centre
    product: FloatArray = deviation.T @ deviation
    return product


def _distances(
    cells: FloatArray, centre: FloatArray, inverse: FloatArray, solve: Callable[[FloatArray, FloatArray], FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """Squared distance of each row and its upper tail probability."""
    present = ~np.isnan(cells)
    deviation = np.where(present, cells - centre, 0.0)
    moved = deviation @ inverse
    one = np.ones(cells.shape[1])
    distance: FloatArray = (moved * deviation) @ one
    count = present @ one
    gaps = cells.shape[1] - count
    for width in np.unique(gaps[gaps > 0]):
        rows = np.flatnonzero(gaps == width)
        missing = np.nonzero(~present[rows])[1].reshape(len(rows), -1)
        across = np.take_along_axis(moved[rows], missing, axis=1)
        within = inverse[missing[:, :, None], missing[:, None, :]]
        distance[rows] -= (across * solve(within, across[:, :, None])[:, :, 0]).sum(axis=1)
    np.maximum(distance, 0.0, out=distance)
    return distance, np.asarray(chdtrc(np.maximum(count, 1.0), distance), dtype=np.float64)


def _exact(matrices: FloatArray, sides: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.solve(matrices, sides), dtype=np.float64)


def _least_squares(matrices: FloatArray, sides: FloatArray) -> FloatArray:
    """Solutions (m, g, 1) where the matrices (m, g, g) may be singular."""
    found: FloatArray = np.linalg.pinv(matrices, hermitian=True) @ sides
    return found


def even_odd(answers: Answers, scales: Sequence[Sequence[int]]) -> FloatArray:
    """Even-odd inconsistency (n,): 1 = careless, −1 = consistent.

    Within each scale (columns that measure the same) the items at odd and at even positions are averaged; r
    is the correlation of the two averages over scales. Returned is −2r/(1 + r), held within [−1, 1]; NaN
    when one half does not vary. Source: Jackson 1977, Johnson 2005.

    Missing answers are skipped. Raises nothing.

    >>> alike = np.array([[5.0, 5.0, 1.0, 1.0, 3.0, 3.0]])
    >>> even_odd(alike, [(0, 1), (2, 3), (4, 5)]).tolist()
    [-1.0]
    """
    halves = [np.zeros((answers.shape[1], len(scales))) for _ in range(2)]
    for s, columns in enumerate(scales):
        for half in range(2):
            halves[half][list(columns)[half::2], s] = 1.0
    return np.concatenate(by_blocks(len(answers), lambda rows: _inconsistency(answers[rows], halves)))


def _inconsistency(cells: FloatArray, halves: Sequence[FloatArray]) -> FloatArray:
    present = (~np.isnan(cells)).astype(np.float64)
    filled = np.where(present > 0, cells, 0.0)
    odd, even = (_means(filled @ half, present @ half) for half in halves)
    both = ~np.isnan(odd) & ~np.isnan(even)
    count = np.maximum(both.sum(axis=1), 1)
    x, y = np.where(both, odd, 0.0), np.where(both, even, 0.0)
    dx = np.where(both, x - (x.sum(axis=1) / count)[:, None], 0.0)
    dy = np.where(both, y - (y.sum(axis=1) / count)[:, None], 0.0)
    spread = np.sqrt(np.square(dx).sum(axis=1) * np.square(dy).sum(axis=1))
    r = np.divide((dx * dy).sum(axis=1), spread, out=np.full(len(cells), np.nan), where=spread > 1e-12)
    corrected = np.divide(2 * r, 1 + r, out=np.full(len(cells), np.nan), where=1 + r > 1e-12)
    corrected[1 + r <= 1e-12] = -np.inf
    clipped: FloatArray = np.clip(-corrected, -1.0, 1.0)
    return clipped


def _means(sums: FloatArray, count: FloatArray) -> FloatArray:
    found: FloatArray = np.divide(sums, count, out=np.full(sums.shape, np.nan), where=count > 0)
    return found


def all_maximum(answers: Answers, best: FloatArray) -> BoolArray:
    """Rows (n,) whose every answer is the best one; ``best`` (k,) best answer per item; rows without
    answers: False.

    Raises nothing. Source: Krosnick 1991, satisficing; DeSimone, Harms and DeSimone 2015.

    >>> all_maximum(np.array([[5.0, np.nan], [5.0, 4.0]]), np.array([5.0, 5.0])).tolist()
    [True, False]
    """
    return np.concatenate(by_blocks(len(answers), lambda rows: _perfect(answers[rows], best)))


def _perfect(cells: FloatArray, best: FloatArray) -> BoolArray:
    present = ~np.isnan(cells)
    perfect: BoolArray = ((cells == best) | ~present).all(axis=1) & present.any(axis=1)
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
    return np.where(count > 0, tail, 1.0)
