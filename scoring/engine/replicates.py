"""Replicates: which firms each bootstrap replicate draws, and with what weight they count there.

Source: Rao and Wu 1988; Rao, Wu and Yue 1992. Weights are kept as small counts and a factor per cell of the margins,
and multiplied out for a few thousand firms at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.special import pdtr

from scoring.engine.blocks import ROWS
from scoring.engine.margins import cells_of
from scoring.engine.types import FloatArray, IntArray, Margin

Single = npt.NDArray[np.float32]
Counts = npt.NDArray[np.uint8]

# Random numbers of 16 bits decide a count, except those few that a bound of the distribution cuts in two.
STEPS = 1 << 16
UNDECIDED = 255
# Draws left open at first, in standard deviations of their number: it is then exceeded once in 10⁹ times.
SPARE = 6.0


def replicate_counts(stratum: IntArray, replicates: int, rng: np.random.Generator) -> Counts:
    """How often (F, B) each firm is drawn when n_h − 1 firms of each stratum are drawn with replacement.

    Independent Poisson counts are multinomial once their sum is given: somewhat fewer than n_h − 1 are drawn that way,
    the rest one by one. A stratum of one firm keeps it. ``stratum`` (F,) without missing codes; uint8. Raises nothing.
    Source: Rao and Wu 1988.

    >>> replicate_counts(np.array([0, 0, 0]), 4, np.random.default_rng(1)).sum(axis=0).tolist()
    [2, 2, 2, 2]
    """
    counts = np.zeros((len(stratum), replicates), dtype=np.uint8)
    order = np.argsort(stratum, kind="stable")
    for firms in np.split(order, np.cumsum(np.bincount(stratum))[:-1]) if len(order) else ():
        if len(firms) == 1:
            counts[firms] = 1
        elif len(firms):
            _draw(counts, firms, rng)
    return counts


def _draw(counts: Counts, firms: IntArray, rng: np.random.Generator) -> None:
    """Fill the rows of one stratum."""
    n, size = len(firms), counts.shape[1]
    rate, drawn = (n - 1 - SPARE * np.sqrt(n)) / n, np.zeros(size, dtype=np.int64)
    again = np.arange(size) if rate > 0 else np.zeros(0, dtype=np.int64)
    while len(again):
        drawn[again] = 0
        for start in range(0, n, ROWS):
            rows = firms[start : start + ROWS]
            found = poisson_counts(rate, (len(rows), len(again)), rng)
            if len(again) == size:
                counts[rows] = found
            else:
                counts[rows[:, None], again] = found
            drawn[again] += np.add.reduce(found, axis=0, dtype=np.int64)
        again = np.flatnonzero(drawn > n - 1)
    column = np.repeat(np.arange(size), n - 1 - drawn)
    place = firms[rng.integers(0, n, len(column))] * size + column
    np.add.at(counts.reshape(-1), place, np.uint8(1))


def poisson_counts(rate: float, shape: tuple[int, int], rng: np.random.Generator) -> Counts:
    """Poisson numbers (of ``shape``) of a small mean ``rate``, by the inverse of their distribution function.

    Nothing is missing. Raises nothing. Source: Devroye, Non-Uniform Random Variate Generation, 1986, chapter III.

    >>> bool(abs(poisson_counts(0.9, (100, 100), np.random.default_rng(1)).mean() - 0.9) < 0.05)
    True
    """
    bounds = pdtr(np.arange(60), rate)
    cuts = np.minimum((bounds * STEPS).astype(np.int64), STEPS - 1)
    table = np.repeat(np.arange(len(cuts) + 1), np.diff(cuts, prepend=0, append=STEPS)).astype(np.uint8)
    table[cuts] = UNDECIDED
    drawn = rng.integers(0, STEPS, shape, dtype=np.uint16)
    found: Counts = np.take(table, drawn, mode="clip")
    open_ones = found == UNDECIDED
    exact = (drawn[open_ones] + rng.random(int(open_ones.sum()))) / STEPS
    found[open_ones] = np.searchsorted(bounds, exact, side="right")
    return found


@dataclass(frozen=True)
class Replicates:
    """Weights of firms in replicates: counts (F, B) times ``base`` (F,), times ``factor`` (cells, B) of the firm's
    ``cell`` (F,) once raked."""

    counts: Counts
    base: Single
    cell: IntArray | None = None
    factor: Single | None = None

    @property
    def size(self) -> int:
        """Number of replicates."""
        return int(self.counts.shape[1])

    def weights(self, firms: slice | IntArray) -> Single:
        """Weights (n, B) of some firms."""
        found: Single = np.multiply(self.counts[firms], self.base[firms][:, None], dtype=np.float32)
        if self.cell is not None and self.factor is not None:
            found *= self.factor[self.cell[firms]]
        return found


def replicate_weights(base: FloatArray, stratum: IntArray, counts: Counts) -> Replicates:
    """w* = w·n_h/(n_h − 1)·c: their mean over replicates is w.

    ``base``, ``stratum`` (F,), nothing missing. Unit: businesses. Raises nothing. Source: Rao, Wu and Yue 1992.

    >>> found = replicate_weights(np.ones(3), np.zeros(3, dtype=int), np.array([[2], [0], [0]], dtype=np.uint8))
    >>> found.weights(slice(None)).ravel().tolist()
    [3.0, 0.0, 0.0]
    """
    n = np.bincount(stratum).astype(np.float64)
    factor = np.divide(n, n - 1, out=np.ones(len(n)), where=n > 1)
    return Replicates(counts, (base * factor[stratum]).astype(np.float32))


def rake_replicates(
    given: Replicates, margins: Sequence[Margin], sweeps: int = 50, tolerance: float = 1e-6
) -> tuple[Replicates, int]:
    """Rake every replicate on the table of occupied cells x replicates; returns how many missed a margin.

    A level that no drawn firm has cannot be met in that replicate: it is left out there and counted. Missing levels
    have become levels before. Raises nothing. Source: Rao, Wu and Yue 1992; Deming and Stephan 1940.

    >>> from scoring.engine.types import margin_build
    >>> m = margin_build("size", ["s", "s", "l"], {"s": 90, "l": 10})
    >>> given = replicate_weights(np.ones(3), np.array([0, 1, 2]), np.ones((3, 2), dtype=np.uint8))
    >>> raked, missed = rake_replicates(given, [m])
    >>> raked.weights(slice(None))[:, 0].tolist(), missed
    ([45.0, 45.0, 10.0], 0)
    """
    cell, cells = cells_of(margins)
    sums = np.zeros((cells.shape[1], given.size))
    for start in range(0, len(cell), ROWS):
        firms = slice(start, start + ROWS)
        sums += one_hot(cell[firms], cells.shape[1]) @ given.weights(firms)
    fitted = sums.copy()
    levels = [one_hot(code, len(margin.levels)) for margin, code in zip(margins, cells, strict=True)]
    for _ in range(sweeps):
        worst = np.zeros(given.size)
        for margin, level, code in zip(margins, levels, cells, strict=True):
            found = level @ fitted
            ratio = np.divide(margin.totals[:, None], found, out=np.ones_like(found), where=found > 0)
            worst = np.maximum(worst, np.abs(ratio - 1).max(axis=0))
            fitted *= ratio[code]
        if worst.max(initial=0.0) <= tolerance:
            break
    empty = np.zeros(given.size, dtype=bool)
    for level in levels:
        empty |= ((level @ sums) == 0).any(axis=0)
    factor = np.divide(fitted, sums, out=np.zeros_like(sums), where=sums > 0).astype(np.float32)
    return replace(given, cell=cell, factor=factor), int((empty | (worst > tolerance)).sum())


def one_hot(codes: IntArray, size: int) -> sparse.csr_array:
    """Indicator matrix (size, n) in single precision.

    ``codes`` (n,) without missing values. Raises nothing. Source: definition of an indicator matrix.

    >>> one_hot(np.array([1, 0, 1]), 2).toarray().tolist()
    [[0.0, 1.0, 0.0], [1.0, 0.0, 1.0]]
    """
    ones = np.ones(len(codes), dtype=np.float32)
    return sparse.csr_array((ones, (codes, np.arange(len(codes)))), shape=(size, len(codes)))
