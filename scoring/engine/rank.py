"""Rank: places from full precision, and bands by thresholds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from scoring.engine.types import BoolArray, FloatArray, IntArray

STATUSES = ("ranked", "insufficient", "withheld")


def rank(scores: FloatArray, ranked: BoolArray | None = None) -> IntArray:
    """Competition ranks (U,), 1 = highest score; equal scores share the better rank, the next place is
    skipped.

    Nothing is rounded first: scores are equal only when the numbers are. Units that are missing or not
    ``ranked`` get 0 and take no place.

    >>> rank(np.array([70.0, 80.0, 70.0, np.nan])).tolist()
    [2, 1, 2, 0]
    """
    takes_part = ~np.isnan(scores) if ranked is None else ranked & ~np.isnan(scores)
    ordered = np.sort(-scores[takes_part])
    ranks = np.zeros(len(scores), dtype=np.int64)
    ranks[takes_part] = np.searchsorted(ordered, -scores[takes_part], side="left") + 1
    return ranks


def status(scores: FloatArray, withheld: BoolArray) -> npt.NDArray[np.str_]:
    """``withheld``, ``insufficient`` (no score) or ``ranked`` per unit (U,)."""
    return np.where(withheld, "withheld", np.where(np.isnan(scores), "insufficient", "ranked"))


def band(scores: FloatArray, bands: Sequence[tuple[str, float | None]]) -> npt.NDArray[np.str_]:
    """The first band whose threshold the score reaches (from the highest down; None = no lower end); '' if
    missing.

    >>> band(np.array([80.0, 79.99, np.nan]), [("good", 80.0), ("low", None)]).tolist()
    ['good', 'low', '']
    """
    found = np.full(len(scores), "", dtype="<U40")
    for code, start in reversed(bands):
        found[np.nan_to_num(scores, nan=-np.inf) >= (-np.inf if start is None else start)] = code
    found[np.isnan(scores)] = ""
    return found
