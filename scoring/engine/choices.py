"""Choices: how much of the movement of ranks comes from each decision of method, and how much from sampling.

Every combination of the choices is a recipe that somebody could defend. Sobol indices share out the variance of
ranks over these recipes between the choices; the movement of ranks by sampling error stands on the same axis.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
from scipy.stats import sobol_indices, uniform

from scoring.engine.aggregate import aggregate
from scoring.engine.checks import GoalpostsMissing, MethodUnknown, NotEnoughData, ShapeMismatch
from scoring.engine.measure import measure
from scoring.engine.normalise import History, goalposts, normalise
from scoring.engine.options import aggregate_options, normalise_options, weight_options
from scoring.engine.pipeline import Run
from scoring.engine.ranksets import normal_draws
from scoring.engine.ratings import surveyed
from scoring.engine.recipe import Recipe
from scoring.engine.types import FloatArray, IntArray, Survey
from scoring.engine.weight import WEIGHTERS

MOST = 512
POOL = 1024
WEIGHTS = "weights"


@dataclass(frozen=True)
class Option:
    """One way to decide: changes to parts of the recipe, and the answers used if they are not the run's (cleaning)."""

    label: str
    changes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    survey: Survey | None = None


@dataclass(frozen=True)
class Choice:
    """A decision and the options for it, all equally likely."""

    name: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class ChoiceSensitivity:
    """Sobol indices over the choices, named in ``names`` (d,), the weights of sub-indices first.

    ``first`` and ``whole`` (U, d): share of the variance of a unit's rank that a choice decides alone, and with all
    its interactions; NaN for a unit without rank or whose rank never moves. ``shift_first``, ``shift_whole`` (d,):
    the same for the mean absolute distance from the official ranks. ``lower``, ``upper`` (U,): middle 90 % of ranks
    over all recipes (0 = no rank); ``spread`` and ``sampling_spread`` (U,): standard deviation of a unit's rank over
    recipes, and over samples under the official recipe (NaN without covariance).
    """

    names: tuple[str, ...]
    first: FloatArray
    whole: FloatArray
    shift_first: FloatArray
    shift_whole: FloatArray
    lower: FloatArray
    upper: FloatArray
    spread: FloatArray
    sampling_spread: FloatArray


def usual_choices(run: Run, cleaned: Survey | None = None) -> list[Choice]:
    """Choices that can be made for most runs.

    Normalisation: min-max or percentile rank; goalposts: of the edition or fixed, where every indicator has fixed
    ones; means over indicators and over sub-indices: arithmetic or geometric; trimming when the run is raked: none
    or within a third and three times the median; responses when ``cleaned`` (the answers without the flagged
    ones) is given.

    Raises nothing: a choice that the run cannot make is missing from the list. Source: Saisana, Saltelli and Tarantola
    2005.

    >>> from scoring.engine.example import example_framework, example_recipe, example_survey
    >>> from scoring.engine.pipeline import score
    >>> result = score(example_survey(), example_framework(), example_recipe())
    >>> [choice.name for choice in usual_choices(result.run)]
    ['normalise', 'aggregate', 'goalposts']
    """
    methods = tuple(Option(name, {"normalise": {"method": name}}) for name in ("minmax", "percentile_rank"))
    levels = ("indicator", "group", "total")
    means = tuple(Option(name, {"aggregate": dict.fromkeys(levels, name)}) for name in ("arithmetic", "geometric"))
    found = [Choice("normalise", methods), Choice("aggregate", means)]
    fixed: dict[str, Any] = {"normalise": {**run.recipe["normalise"], "goalposts": "fixed"}}
    try:
        for item in run.framework.indicators:
            goalposts(np.zeros(0), item, normalise_options({**run.recipe, **fixed}), {})
    except GoalpostsMissing:
        fixed = {}
    if fixed:
        edition = Option("edition", {"normalise": {"goalposts": "edition"}})
        found.append(Choice("goalposts", (edition, Option("fixed", {"normalise": {"goalposts": "fixed"}}))))
    if run.recipe["weight"]["method"] == "rake":
        loose = {"weight": {"trim": [1 / 3, 3.0], "tolerance": 1e-6, "max_iterations": 5000}}
        found.append(Choice("trimming", (Option("none", {"weight": {"trim": None}}), Option("third_to_three", loose))))
    if cleaned is not None:
        found.append(Choice("responses", (Option("all"), Option("cleaned", survey=cleaned))))
    return found


def choice_sensitivity(
    run: Run,
    choices: Sequence[Choice],
    rng: np.random.Generator,
    *,
    n: int = 1024,
    concentration: float = 50.0,
    history: History | None = None,
) -> ChoiceSensitivity:
    """Sobol indices of ranks over sub-index weights (Dirichlet around the official ones) and the given choices.

    Sub-index scores are worked out once for every combination of options (at most 512), then totals and ranks for
    n·(d + 2) points of the design by matrix products; ``n`` is a power of 2 (Saltelli and others 2010, by
    ``scipy.stats.sobol_indices``). Estimates carry Monte Carlo errors of some hundredths at n = 1024. A score
    that cannot be had under an option ranks last. Options that do not apply to another choice (goalposts with
    percentile ranks) appear as interactions. Raises ``NotEnoughData``, ``ShapeMismatch`` and the errors of the verbs.

    Unit: shares 0..1 and ranks; NaN for units without rank. Source: Sobol 1993; Saltelli and others 2010; Saisana,
    Saltelli and Tarantola 2005.

    >>> from scoring.engine.example import example_framework, example_recipe, example_survey
    >>> from scoring.engine.pipeline import score
    >>> result = score(example_survey(), example_framework(), example_recipe())
    >>> found = choice_sensitivity(result.run, usual_choices(result.run)[:1], np.random.default_rng(1), n=64)
    >>> found.names, found.first.shape
    (('weights', 'normalise'), (3, 2))
    """
    surveyed(run)
    grid = list(product(*(range(len(choice.options)) for choice in choices)))
    if len(grid) > MOST:
        raise ShapeMismatch("choices", f"There are {len(grid)} combinations of options; at most {MOST} are allowed.")
    chosen = np.flatnonzero(run.ranking.takes_part)
    if len(chosen) < 2:
        raise NotEnoughData("choices", "Sensitivity of ranks needs at least two ranked units.")
    tables = _tables(run, choices, grid, chosen, history)
    official = np.array([item.weight for item in run.framework.sub_indices])
    pool = np.zeros((POOL, len(official)))
    pool[:, official > 0] = rng.dirichlet(concentration * official[official > 0] / official.sum(), POOL)
    sizes = [len(choice.options) for choice in choices]
    applied = run.adjusted.applied[chosen]
    drawn: list[IntArray] = []

    def ranks_of(x: FloatArray) -> FloatArray:
        picks = [np.minimum((row * size).astype(np.int64), size - 1) for row, size in zip(x[1:], sizes, strict=True)]
        cell = np.ravel_multi_index(picks, sizes) if picks else np.zeros(x.shape[1], dtype=np.int64)
        weights = pool[np.minimum((x[0] * POOL).astype(np.int64), POOL - 1)]
        totals = np.empty((x.shape[1], len(chosen)))
        for at in np.unique(cell):
            totals[cell == at] = _totals(tables[int(at)], weights[cell == at]) + applied
        ranks = _ranks(totals)
        drawn.append(ranks)
        shift = np.abs(ranks - run.ranking.ranks[chosen]).mean(axis=1)
        return np.column_stack([ranks, shift]).T.astype(np.float64)

    with np.errstate(divide="ignore", invalid="ignore"):
        dists: Any = [uniform()] * (1 + len(sizes))
        found = sobol_indices(func=ranks_of, n=n, dists=dists, rng=rng)
    first, whole = np.array(found.first_order), np.array(found.total_order)
    still = np.ptp(np.concatenate(drawn), axis=0) == 0
    first[:-1][still], whole[:-1][still] = np.nan, np.nan
    names = (WEIGHTS, *(choice.name for choice in choices))
    return _laid_out(run, chosen, names, (first, whole, np.concatenate(drawn)), rng)


def _laid_out(
    run: Run,
    chosen: IntArray,
    names: tuple[str, ...],
    found: tuple[FloatArray, FloatArray, IntArray],
    rng: np.random.Generator,
) -> ChoiceSensitivity:
    """Results put back among all units, with the spread of ranks by sampling beside them."""
    first, whole, drawn = found
    size = len(run.framework.units)

    def spread_out(part: FloatArray, empty: float) -> FloatArray:
        table = np.full((size, *part.shape[1:]), empty)
        table[chosen] = part
        return table

    sampling = np.full(len(chosen), np.nan)
    if run.uncertainty is not None:
        covariance = run.uncertainty.covariance[np.ix_(chosen, chosen)]
        if not np.isnan(covariance).any():
            sampling = _ranks(run.adjusted.total[chosen] + normal_draws(covariance, 4096, rng)).std(axis=0)
    lower, upper = np.quantile(drawn, [0.05, 0.95], axis=0, method="nearest")
    return ChoiceSensitivity(
        names,
        spread_out(first[:-1], np.nan),
        spread_out(whole[:-1], np.nan),
        first[-1],
        whole[-1],
        spread_out(lower, 0.0),
        spread_out(upper, 0.0),
        spread_out(drawn.std(axis=0), np.nan),
        spread_out(sampling, np.nan),
    )


Table = tuple[FloatArray, str, float]


def _tables(
    run: Run, choices: Sequence[Choice], grid: Sequence[tuple[int, ...]], chosen: IntArray, history: History | None
) -> list[Table]:
    """Sub-index scores of the ranked units, mean over sub-indices and multiplier for every combination."""
    known: dict[tuple[int, str], FloatArray] = {}
    tables: list[Table] = []
    for cell in grid:
        options = [choice.options[i] for choice, i in zip(choices, cell, strict=True)]
        recipe: dict[str, Any] = dict(run.recipe)
        survey, _ = surveyed(run)
        for option in options:
            recipe |= {name: {**recipe[name], **part} for name, part in option.changes.items()}
            survey = option.survey or survey
        key = (id(survey), repr(sorted(recipe["weight"].items())))
        if key not in known:
            known[key] = _values(run, survey, recipe)
        points = normalise(known[key], run.framework, normalise_options(recipe), history).points
        settings = aggregate_options(recipe)
        if settings.total not in MEANS:
            raise MethodUnknown("aggregate.total", f"Sensitivity is not worked out for {settings.total}.")
        tables.append(
            (aggregate(points, run.framework, settings).sub_indices[chosen], settings.total, settings.multiplier)
        )
    return tables


def _values(run: Run, survey: Survey, recipe: Recipe) -> FloatArray:
    """Indicator values (U, K) under the recipe's weighting; administrative figures stay as they are."""
    margins = {margin.name: margin for margin in survey.margins}
    wanted = [margins[name] for name in recipe["weight"]["margins"]]
    weighting = WEIGHTERS[recipe["weight"]["method"]](survey.base_weight, wanted, weight_options(recipe))
    values = measure(survey, run.framework, weighting.weights, min_ratings=int(recipe["measure"]["min_ratings"])).values
    hard = np.array([item.statistic == "hard" for item in run.framework.indicators], dtype=bool)
    values[:, hard] = run.measured.values[:, hard]
    return values


Bend = Callable[[FloatArray], FloatArray]

MEANS: dict[str, tuple[Bend, Bend]] = {
    "arithmetic": (lambda s: s, lambda t: t),
    "geometric": (np.log, np.exp),
    "harmonic": (lambda s: 1 / s, lambda t: 1 / t),
    "power_half": (np.sqrt, np.square),
}


def _totals(table: Table, weights: FloatArray) -> FloatArray:
    """Totals (n, U) under weights (n, S); weights of missing sub-indices go to the others, nothing present: −∞."""
    scores, method, multiplier = table
    bend, back = MEANS[method]
    with np.errstate(divide="ignore", invalid="ignore"):
        bent = bend(scores)
        present = np.isfinite(bent)
        mean = (weights @ np.where(present, bent, 0.0).T) / (weights @ present.astype(np.float64).T)
        totals: FloatArray = multiplier * back(mean)
    return np.where(np.isnan(totals), -np.inf, totals)


def _ranks(totals: FloatArray) -> IntArray:
    """Ranks (n, U), 1 = greatest; of equal totals the earlier unit comes first."""
    order = np.argsort(-totals, axis=1, kind="stable")
    ranks = np.empty(totals.shape, dtype=np.int64)
    np.put_along_axis(ranks, order, np.arange(1, totals.shape[1] + 1)[None, :], axis=1)
    return ranks
