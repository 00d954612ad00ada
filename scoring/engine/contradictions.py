"""Contradictions: units that records place at one end and businesses at the other.

Records and answers measure different things, so a difference is no error by itself. It is pointed out when it cannot
be put down to chance: the unit stands in the best quarter by one source and in the worst quarter by the other, and
the interval of what businesses said lies wholly on its side of the middle of the block.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.engine.types import FloatArray, IntArray

FEWEST_UNITS = 8
Z95 = 1.959963984540054


@dataclass(frozen=True)
class Contradiction:
    """Unit ``u`` (position); ranks count from 1 = best among the ``n_units`` that have both values.

    ``records_better``: good in the records, poor in the survey; else the other way round.
    """

    u: int
    hard_rank: int
    soft_rank: int
    n_units: int
    records_better: bool


def contradictions(
    hard: FloatArray, soft: FloatArray, soft_se: FloatArray, *, hard_sign: int = 1, soft_sign: int = 1
) -> list[Contradiction]:
    """Units whose standing by records and by answers contradict each other.

    ``hard``, ``soft`` (U,) are the measured values of a record and of a survey indicator, ``soft_se`` (U,) the standard
    errors of the latter; signs are +1 where higher is better, −1 where lower is. With n units that have both values,
    a unit counts as good when its rank is at most n/4 and as poor when it is above 3n/4; equal values are counted
    against the finding, so that ties never make a contradiction. The 95 % interval ``soft ± 1.96 se`` must exclude
    the median of the soft values. Missing values (NaN) leave a unit out; with fewer
    than eight units a quarter says nothing and nothing is found. Raises nothing. Source:
    ours; the interval is the normal one of ``covariance.intervals``.

    >>> hard = np.array([99.0, 98, 97, 96, 95, 94, 93, 92])
    >>> soft = np.array([0.41, 0.7, 0.72, 0.74, 0.76, 0.78, 0.8, 0.82])
    >>> contradictions(hard, soft, np.full(8, 0.02))[0]
    Contradiction(u=0, hard_rank=1, soft_rank=8, n_units=8, records_better=True)
    """
    known = np.flatnonzero(~(np.isnan(hard) | np.isnan(soft) | np.isnan(soft_se)))
    n = len(known)
    if n < FEWEST_UNITS:
        return []
    x, y, se = hard_sign * hard[known], soft_sign * soft[known], soft_se[known]
    middle = float(np.median(y))
    records_better = _good(x) & _poor(y) & (y + Z95 * se < middle)
    answers_better = _poor(x) & _good(y) & (y - Z95 * se > middle)
    x_ranks, y_ranks = _best(x), _best(y)
    return [
        Contradiction(int(known[i]), int(x_ranks[i]), int(y_ranks[i]), n, bool(records_better[i]))
        for i in np.flatnonzero(records_better | answers_better)
    ]


def _best(values: FloatArray) -> IntArray:
    """Ranks from the top, equal values share the best of their places (competition ranks, as published)."""
    return np.searchsorted(np.sort(-values), -values, side="left") + 1


def _worst(values: FloatArray) -> IntArray:
    """Ranks from the top, equal values share the worst of their places."""
    return np.searchsorted(np.sort(-values), -values, side="right")


def _good(values: FloatArray) -> np.typing.NDArray[np.bool_]:
    """In the best quarter even when equal values are counted against the unit."""
    return np.asarray(_worst(values) <= len(values) / 4)


def _poor(values: FloatArray) -> np.typing.NDArray[np.bool_]:
    """In the worst quarter even when equal values are counted in its favour."""
    return np.asarray(_best(values) > len(values) * 3 / 4)
