"""Thresholds: when a sign of careless or copied answers becomes a flag. Data only, so that a form can be made of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Thresholds:
    """When a sign becomes a flag.

    ``complete``: least share of questions with an answer. ``run``, ``run_share``: longest run of equal answers on one
    scale, in answers and as a share of those. ``spread``: least standard deviation of places on the scales (0..1).
    ``even_odd``: largest inconsistency (−1..1). ``unusual``: smallest tail probability of the Mahalanobis distance.
    ``least``: answers needed before a rating is judged. ``differ``: answers by which near copies may differ.
    ``excess``: p below which a unit's share of perfect ratings stands out from its block. ``too_many``: share of
    ratings beyond which a statistical sign (``flags.STATISTICAL``) tells nothing about any one of them.
    ``burst``: largest p at which a unit's ratings came all at once; ``burst_days``: longest window looked at.
    """

    complete: float = 0.5
    run: int = 10
    run_share: float = 0.9
    spread: float = 0.1
    even_odd: float = 0.8
    unusual: float = 0.001
    least: int = 10
    differ: int = 2
    excess: float = 0.001
    too_many: float = 0.1
    burst: float = 0.001
    burst_days: int = 3
