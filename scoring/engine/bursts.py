"""Bursts: did a unit's ratings come all at once, unlike those of its block? A flag only.

Temporal scan statistic after Kulldorff 1997 with a Monte Carlo p-value. Only coarse times (days, or hours) are used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from scoring.engine.types import FloatArray, IntArray

BATCH = 111
# Draws that reach a unit's own window before its p is known well enough not to matter.
ENOUGH = 20


@dataclass(frozen=True)
class Bursts:
    """Per unit (U,): p-value, start and length of the most unusual window in buckets, ratings in it and ratings
    expected there. A unit without ratings: p = 1, length 0."""

    p: FloatArray
    start: IntArray
    length: IntArray
    ratings: IntArray
    expected: FloatArray


def bursts(
    bucket: IntArray, unit: IntArray, n_units: int, rng: np.random.Generator, *, longest: int = 3, draws: int = 999
) -> Bursts:
    """Scan each unit's ratings for the window of up to ``longest`` buckets that holds most more than expected.

    ``bucket`` (R,) ≥ 0: the day (or hour) of each rating; ``unit`` (R,). Expected is that a unit's n ratings are
    spread over the buckets as all ratings of the block are, so a busy first day is no burst of any unit. With c
    ratings found and E expected in a window: λ = c·ln(c/E) + (n − c)·ln((n − c)/(n − E)) for c > E, else 0.
    p = (1 + number of draws whose greatest λ reaches the unit's)/(1 + ``draws``), draws multinomial; drawing stops at
    the draw that reaches it for the ``ENOUGH``th time, then p = ``ENOUGH``/draws so far (Besag and Clifford 1991):
    unremarkable units need few draws, remarkable ones all. Ratings of one firm count as independent, hence look at
    p ≤ 0.001.

    A rating without a bucket must be left out before; missing buckets have no place here. Raises nothing. Source:
    Kulldorff 1997.

    >>> day = np.r_[np.arange(40) % 10, np.full(10, 4)]
    >>> found = bursts(day, np.repeat([0, 1], [40, 10]), 2, np.random.default_rng(1))
    >>> [int(x[1]) for x in (found.start, found.length, found.ratings)], bool(found.p[1] < 0.01)
    ([4, 1, 10], True)
    """
    size = int(bucket.max(initial=-1)) + 1
    counts = np.bincount(unit * max(size, 1) + bucket, minlength=n_units * size).reshape(n_units, size)
    share = counts.sum(axis=0) / max(counts.sum(), 1)
    p, expected = np.ones(n_units), np.zeros(n_units)
    start, length, ratings = (np.zeros(n_units, dtype=np.int64) for _ in range(3))
    for u in np.flatnonzero(counts.sum(axis=1)):
        n = int(counts[u].sum())
        windows = _windows(counts[u], share, longest)
        best = int(np.argmax(windows[2]))
        at, wide = _place(best, size, longest)
        start[u], length[u] = at, wide
        ratings[u], expected[u] = windows[0][best], n * windows[1][best]
        needed = _needed(n, windows[1], windows[2][best] - 1e-9)
        p[u] = _chance(partial(rng.multinomial, n, share), needed, longest, draws)
    return Bursts(p, start, length, ratings, expected)


def _needed(n: int, chance: FloatArray, level: float) -> IntArray:
    """Fewest ratings (W,) with which a window reaches λ = ``level``; n + 1 where none does.

    λ rises with the ratings beyond those expected: halving finds the place, so that draws need no logarithms.
    """
    if level <= 0:
        return np.zeros(len(chance), dtype=np.int64)
    low, high = np.floor(n * chance).astype(np.int64), np.full(len(chance), n + 1)
    while (high - low > 1).any():
        middle = (low + high) // 2
        enough = _likelihood(middle, n, n * chance) >= level
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return high


def _chance(draw: Callable[[int], IntArray], needed: IntArray, longest: int, draws: int) -> float:
    """Monte Carlo p of reaching the ratings needed in any window, drawn in batches."""
    reached = 0
    for start in range(0, draws, BATCH):
        counts = draw(min(BATCH, draws - start))
        hits = np.flatnonzero((_inside(counts, longest) >= needed).any(axis=1))
        if reached + len(hits) >= ENOUGH:
            return ENOUGH / (start + int(hits[ENOUGH - reached - 1]) + 1)
        reached += len(hits)
    return (1 + reached) / (1 + draws)


def _widths(size: int, longest: int) -> range:
    return range(1, min(longest, size) + 1)


def _inside(counts: IntArray, longest: int) -> IntArray:
    """Ratings (D, W) in every window, the short ones first."""
    summed = np.pad(np.cumsum(counts, axis=1), ((0, 0), (1, 0)))
    return np.concatenate([summed[:, w:] - summed[:, :-w] for w in _widths(counts.shape[1], longest)], axis=1)


def _likelihood(inside: IntArray, n: int, expected: FloatArray) -> FloatArray:
    """λ of so many ratings in a window, 0 unless they are more than expected."""
    with np.errstate(divide="ignore", invalid="ignore"):
        first = np.where(inside > 0, inside * np.log(inside / expected), 0.0)
        second = np.where(inside < n, (n - inside) * np.log((n - inside) / (n - expected)), 0.0)
    return np.where(inside > expected, first + second, 0.0)


def _windows(counts: IntArray, share: FloatArray, longest: int) -> tuple[IntArray, FloatArray, FloatArray]:
    """Ratings (W,), expected share (W,) and λ (W,) of every window of one unit."""
    mass = np.concatenate([[0.0], np.cumsum(share)])
    chance = np.clip(np.concatenate([mass[w:] - mass[:-w] for w in _widths(len(share), longest)]), 0.0, 1.0)
    inside, n = _inside(counts[None], longest)[0], int(counts.sum())
    return inside, chance, _likelihood(inside, n, n * chance)


def _place(window: int, size: int, longest: int) -> tuple[int, int]:
    """Start and length of a window by its position in ``_windows``."""
    for width in _widths(size, longest):
        places = size - width + 1
        if window < places:
            return window, width
        window -= places
    return 0, 0
