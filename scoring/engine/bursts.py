"""Bursts: did a unit's ratings come all at once, unlike those of its block? A flag only.

Temporal scan statistic after Kulldorff 1997 with a Monte Carlo p-value. Only coarse times (days, or hours) are used.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.engine.types import FloatArray, IntArray


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
    p = (1 + number of draws whose greatest λ reaches the unit's)/(1 + ``draws``), draws multinomial. Ratings of one
    firm count as independent, hence look at p ≤ 0.001.

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
        windows = _windows(counts[[u]], share, longest)
        best = int(np.argmax(windows[2][0]))
        at, wide = _place(best, size, longest)
        start[u], length[u] = at, wide
        ratings[u], expected[u] = windows[0][0, best], n * windows[1][best]
        simulated = _windows(rng.multinomial(n, share, draws), share, longest)[2].max(axis=1)
        p[u] = (1 + (simulated >= windows[2][0, best] - 1e-9).sum()) / (1 + draws)
    return Bursts(p, start, length, ratings, expected)


def _windows(counts: IntArray, share: FloatArray, longest: int) -> tuple[IntArray, FloatArray, FloatArray]:
    """Ratings (D, W), expected share (W,) and λ (D, W) of every window, the short ones first."""
    n = counts.sum(axis=1, keepdims=True)
    summed = np.pad(np.cumsum(counts, axis=1), ((0, 0), (1, 0)))
    mass = np.concatenate([[0.0], np.cumsum(share)])
    widths = range(1, min(longest, len(share)) + 1)
    inside = np.concatenate([summed[:, w:] - summed[:, :-w] for w in widths], axis=1)
    chance = np.clip(np.concatenate([mass[w:] - mass[:-w] for w in widths]), 0.0, 1.0)
    expected = n * chance
    with np.errstate(divide="ignore", invalid="ignore"):
        first = np.where(inside > 0, inside * np.log(inside / expected), 0.0)
        second = np.where(inside < n, (n - inside) * np.log((n - inside) / (n - expected)), 0.0)
    return inside, chance, np.where(inside > expected, first + second, 0.0)


def _place(window: int, size: int, longest: int) -> tuple[int, int]:
    """Start and length of a window by its position in ``_windows``."""
    for width in range(1, min(longest, size) + 1):
        places = size - width + 1
        if window < places:
            return window, width
        window -= places
    return 0, 0
