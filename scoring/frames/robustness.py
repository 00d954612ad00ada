"""How firmly the ranks of a block stand, as plain data kept with the run: under other weights, with fewer responses."""

from typing import Any

import numpy as np

from scoring.engine.fragility import fragility
from scoring.engine.options import aggregate_options
from scoring.engine.pipeline import Result
from scoring.engine.reweigh import BENT, Drawn, weightings

Facts = dict[str, Any]
DRAWS, CONCENTRATION, COVERAGE = 10_000, 50.0, 0.9
STREAM = 1  # of random numbers, apart from that of the rank sets


def weightings_facts(result: Result) -> Facts:
    """Between which ranks each ranked unit stays in nine of ten drawn weightings; no units where there is no mean."""
    run = result.run
    options, ranked = aggregate_options(run.recipe), np.flatnonzero(run.ranking.takes_part)
    facts: Facts = {"draws": DRAWS, "concentration": CONCENTRATION, "coverage": COVERAGE, "units": {}}
    official = np.array([item.weight for item in run.framework.sub_indices])
    if options.total not in BENT or not len(ranked) or official.sum() <= 0:
        return facts
    drawn = Drawn(np.random.default_rng([result.seed, STREAM]), DRAWS, CONCENTRATION)
    scores, adjustment = run.aggregated.sub_indices[ranked], run.adjusted.applied[ranked]
    low, high = weightings(scores, official, options, adjustment, drawn).spread(COVERAGE)
    units = [run.framework.units[int(u)] for u in ranked]
    facts["units"] = {code: [int(low[i]), int(high[i])] for i, code in enumerate(units)}
    return facts


def fragility_facts(result: Result) -> list[Facts]:
    """Neighbours in the ranking and the fewest responses whose absence would swap them (0: no number of them)."""
    run = result.run
    if run.uncertainty is None:
        return []
    known = run.ranking.takes_part & ~np.isnan(np.diag(run.uncertainty.covariance))
    found = fragility(np.where(known, run.adjusted.total, np.nan), run.uncertainty.influence)
    units = run.framework.units
    return [
        {"higher": units[int(a)], "lower": units[int(b)], "gap": float(gap), "responses": int(firms)}
        for a, b, gap, firms in zip(found.higher, found.lower, found.gap, found.firms, strict=True)
    ]


def effective_facts(result: Result) -> dict[str, float]:
    """Kish's effective number of ratings of each unit, (Σw)²/Σw² over the weights of the businesses that rated it."""
    run = result.run
    if run.survey is None or run.weighting is None:
        return {}
    weights, size = run.weighting.weights[run.survey.firm], len(run.framework.units)
    total = np.bincount(run.survey.unit, weights, minlength=size)
    squares = np.bincount(run.survey.unit, weights**2, minlength=size)
    return {code: float(total[u] ** 2 / squares[u]) for u, code in enumerate(run.framework.units) if squares[u] > 0}
