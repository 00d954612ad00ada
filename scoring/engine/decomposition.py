"""Decomposition: what moved a unit's total between two editions – its own values, the goalposts or the weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import permutations

import numpy as np
import pandas as pd

from scoring.engine.aggregate import aggregate
from scoring.engine.checks import GoalpostsMissing
from scoring.engine.normalise import GOALPOST_METHODS, NormaliseOptions, normalise
from scoring.engine.options import aggregate_options, normalise_options
from scoring.engine.pipeline import Result, Run
from scoring.engine.types import FloatArray, Framework, IntArray

PARTS = ("values", "goalposts", "weights")
EXCLUSIONS = "exclusions"

Ends = dict[str, tuple[float, float]]


Crossed = tuple[Result, Result]


def decompose(
    before: Result, after: Result, lineage: Mapping[str, str], crossed: Crossed | None = None
) -> pd.DataFrame:
    """Change of each unit's total as a sum of parts.

    T(v, g, w) is the total from the values v, goalposts g and weights w of either edition; w stands for all of the
    framework: directions, indicators, weights, means. The part of each is the average of what it adds over the six
    orders in which v, g and w can be exchanged (Shapley), so the parts sum to the change exactly and no order is
    preferred. An indicator that one edition lacks has no value there: its weight goes to the others. Goalposts that
    an edition lacks are taken from the other. ``lineage``: code in the later edition → code in the earlier.

    Two results of one edition may differ in the responses they leave out too, which moves values and goalposts alike.
    ``crossed`` tells this apart: the result before with the responses of after, and the result after with those of
    before. Then there is a fourth part, ``exclusions``, in T(e, v, g, w), averaged over twenty-four orders.

    Returned per unit: unit, before, after, change, (exclusions,) values, goalposts, weights, adjustment (bonus and
    penalty points); NaN where a total is missing in either edition. Raises ``GoalpostsMissing`` when an indicator is
    not normalised between goalposts.

    Unit: points of the total. Source: Shapley 1953; Shorrocks 2013.

    >>> from scoring.engine.example import example_framework, example_recipe, example_survey
    >>> from scoring.engine.pipeline import score
    >>> result = score(example_survey(), example_framework(), example_recipe())
    >>> relative = example_recipe(normalise={"goalposts": "edition"})
    >>> other = score(example_survey(), example_framework(), relative)
    >>> found = decompose(result, other, {"A": "A"})
    >>> bool(np.isclose(found[["goalposts"]].sum(axis=1), found["change"]).all())
    True
    """
    first = {code: u for u, code in enumerate(before.run.framework.units)}
    pairs = [
        (u, first[lineage[code]]) for u, code in enumerate(after.run.framework.units) if lineage.get(code) in first
    ]
    later, earlier = (np.array([pair[i] for pair in pairs], dtype=np.int64) for i in (0, 1))
    codes = sorted({*before.run.framework.codes, *after.run.framework.codes})
    sides = (
        ((before.run, after.run),) if crossed is None else ((before.run, crossed[1].run), (crossed[0].run, after.run))
    )
    values = [[_values(run, codes, units) for run, units in zip(pair, (earlier, later), strict=True)] for pair in sides]
    posts = [_shared_ends(*pair) for pair in sides]
    states: dict[tuple[int, ...], FloatArray] = {
        (e, v, g, w): _total((before, after)[w].run, dict(zip(codes, values[e][v].T, strict=True)), posts[e][g])
        for e, v, g, w in np.ndindex(len(sides), 2, 2, 2)
    }
    columns = {"unit": [after.run.framework.units[int(u)] for u in later]}
    old, new = before.run.adjusted, after.run.adjusted
    table = pd.DataFrame(columns | {"before": old.total[earlier], "after": new.total[later]})
    table["change"] = table["after"] - table["before"]
    missing = np.isnan(table["change"].to_numpy())
    names = PARTS if crossed is None else (EXCLUSIONS, *PARTS)
    for name, part in zip(names, _shapley(states, range(4 - len(names), 4)), strict=True):
        table[name] = np.where(missing, np.nan, part)
    table["adjustment"] = np.where(missing, np.nan, new.applied[later] - old.applied[earlier])
    return table


def _values(run: Run, codes: list[str], units: IntArray) -> FloatArray:
    """Values of some units by these indicator codes; NaN for indicators that the edition lacks or that did not enter,
    because their group or sub-index had too few of its parts."""
    groups = {item.code: run.aggregated.groups[:, g] for g, item in enumerate(run.framework.groups)}
    subs = dict(zip(run.framework.sub_index_codes, run.aggregated.sub_indices.T, strict=True))
    found = np.full((len(units), len(codes)), np.nan)
    for k, item in enumerate(run.framework.indicators):
        parents = [subs[item.sub_index], *([groups[item.group]] if item.group else [])]
        entered = ~np.isnan(parents).any(axis=0)
        found[:, codes.index(item.code)] = np.where(entered, run.measured.values[:, k], np.nan)[units]
    return found


def _shared_ends(before: Run, after: Run) -> tuple[Ends, Ends]:
    """Goalposts of both; what one lacks it takes from the other."""
    first, second = _ends(before), _ends(after)
    return second | first, first | second


def _ends(run: Run) -> Ends:
    """Goalposts of a run; raises ``GoalpostsMissing``."""
    options = normalise_options(run.recipe)
    for code in run.framework.codes:
        if run.normalised is None or options.of(code, "method") not in GOALPOST_METHODS:
            raise GoalpostsMissing(code, f"Indicator {code} is not normalised between goalposts.")
    posts = () if run.normalised is None else run.normalised.goalposts
    return {code: (item.lo, item.hi) for code, item in zip(run.framework.codes, posts, strict=True)}


def _total(run: Run, values: Mapping[str, FloatArray], ends: Ends) -> FloatArray:
    """Totals before adjustment of values by code, between given goalposts, with the weights of a run."""
    part: Framework = run.framework
    options = NormaliseOptions(goalposts="fixed", fixed=ends, target=normalise_options(run.recipe).target)
    points = normalise(np.column_stack([values[code] for code in part.codes]), part, options).points
    return aggregate(points, part, replace(aggregate_options(run.recipe), threshold=0.0)).total


def _shapley(states: Mapping[tuple[int, ...], FloatArray], players: range) -> list[FloatArray]:
    """Average contribution of exchanging each of the parts."""
    orders = list(permutations(players))
    parts = {player: np.zeros_like(states[0, 0, 0, 0]) for player in players}
    for order in orders:
        state = [0, 0, 0, 0]
        for part in order:
            old = states[tuple(state)]
            state[part] = 1
            parts[part] = parts[part] + (states[tuple(state)] - old) / len(orders)
    return list(parts.values())
