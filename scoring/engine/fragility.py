"""Fragility: how few businesses hold two neighbours in their order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.engine.types import FloatArray, IntArray


@dataclass(frozen=True)
class Fragility:
    """Neighbours in the ranking: positions of the higher and lower unit, their gap, firms needed (0 = not
    possible, -1 = not known)."""

    higher: IntArray
    lower: IntArray
    gap: FloatArray
    firms: IntArray


def fragility(scores: FloatArray, influence: FloatArray) -> Fragility:
    """The fewest firms whose removal would swap each pair of neighbours.

    ``scores`` (U,), NaN = takes no part; ``influence`` (F, U) as given by ``covariance.linearise``.
    Removing firm i lowers the gap of units u and v by about z_iu − z_iv; the differences are sorted from
    the greatest and summed until they exceed the gap. A first-order answer: it may miss by a firm or two
    when the number is large.

    Unit: firms. A pair whose influences are NaN (no derivative) gets -1. Raises nothing. Source: Broderick, Giordano
    and Meager 2020.

    >>> z = np.array([[2.0, 0.0], [1.0, 0.0], [-3.0, 0.0]])
    >>> fragility(np.array([72.5, 70.0]), z).firms.tolist()
    [2]
    """
    order = np.argsort(-scores, kind="stable")
    order = order[~np.isnan(scores[order])]
    higher, lower = order[:-1], order[1:]
    gap = scores[higher] - scores[lower]
    difference = -np.sort(-(influence[:, higher] - influence[:, lower]), axis=0)
    summed = np.cumsum(np.maximum(difference, 0.0), axis=0)
    exceeded = summed > gap
    firms = np.where(exceeded.any(axis=0), exceeded.argmax(axis=0) + 1, 0) if len(influence) else np.zeros(len(gap))
    firms = np.where(np.isnan(difference).any(axis=0), -1, firms)
    return Fragility(higher.astype(np.int64), lower.astype(np.int64), gap, firms.astype(np.int64))
