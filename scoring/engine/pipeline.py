"""The pipeline: the verbs in the order of the method chapter, from answers to a ranking with its uncertainty.

A result is a pure function of survey, framework, recipe, seed and engine version. One call scores one block.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from scoring.engine import VERSION, tables
from scoring.engine.adjust import Adjusted, adjust
from scoring.engine.aggregate import Aggregated, aggregate
from scoring.engine.checks import Fault, IndicatorUnknown, MarginUnknown, Notice, RecipeInvalid, UnitUnknown
from scoring.engine.covariance import Uncertainty, linearise
from scoring.engine.dataset import canonical_json
from scoring.engine.influence import Steps
from scoring.engine.lost_points import LostPoints, lost_points
from scoring.engine.measure import measure, measure_table
from scoring.engine.normalise import History, Normalised, normalise
from scoring.engine.options import adjustments, aggregate_options, normalise_options, weight_options
from scoring.engine.rank import rank, status
from scoring.engine.ranksets import MarginalSets, RankSets, both_rank_sets, normal_draws
from scoring.engine.recipe import Recipe, framework_from_recipe, recipe_complete, recipe_sha256
from scoring.engine.types import BoolArray, FloatArray, Framework, HardData, Measured, Survey
from scoring.engine.weight import WEIGHTERS, Weighting

VALUE_DECIMALS = 8
UNCERTAINTY_DIGITS = 6
STEPS = ("weight", "measure", "normalise", "aggregate", "adjust", "rank", "covariance", "rank_sets", "tables")

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Inputs:
    """What may be given beside survey, framework and recipe.

    ``hard``: administrative figures (columns by their ``codes``, else in the order of the framework given).
    ``history``: edition label → table or mapping indicator → earlier values; ``withheld``: codes of units
    whose result is not to be shown – they are scored and help to set goalposts, but take no rank.
    """

    hard: HardData | None = None
    history: History | None = None
    withheld: tuple[str, ...] = ()
    seed: int = 0


@dataclass(frozen=True)
class Ranking:
    """Ranks and rank sets as arrays (U,); 0 where a unit takes no rank or nothing is known."""

    ranks: np.typing.NDArray[np.int64]
    takes_part: BoolArray
    sets: RankSets | None
    marginal: MarginalSets | None


@dataclass(frozen=True)
class Run:
    """Everything the steps computed, as arrays, before it is laid out in tables."""

    framework: Framework
    recipe: Mapping[str, Any]
    survey: Survey | None
    weighting: Weighting | None
    measured: Measured
    normalised: Normalised | None
    aggregated: Aggregated
    adjusted: Adjusted
    ranking: Ranking
    withheld: BoolArray
    uncertainty: Uncertainty | None = None
    lost: LostPoints | None = None
    points_se: FloatArray | None = None


@dataclass(frozen=True)
class Result:
    """The outcome of one block.

    ``tables`` holds every intermediate table by name (see ``tables``); ``warnings`` what a reader must know;
    ``sha256`` identifies the outcome; ``run`` keeps the arrays for further analysis.
    """

    block: str
    version: str
    seed: int
    recipe_sha256: str
    tables: Mapping[str, pd.DataFrame]
    warnings: tuple[Notice, ...]
    sha256: str
    run: Run

    @property
    def scores(self) -> pd.DataFrame:
        """One row per unit: score, interval, rank, rank sets, band, status."""
        return self.tables["scores"]


def score(
    survey: Survey,
    framework: Framework,
    recipe: Recipe,
    inputs: Inputs | None = None,
    *,
    progress: Progress | None = None,
) -> Result:
    """Score one block from its answers.

    The recipe decides directions, statistics and weights; the framework names block and units. ``progress``
    is called with the name of each step and the share done. Raises ``RecipeInvalid`` when the recipe lacks
    the block, and the errors of the verbs.

    Missing answers are left out, missing scores NaN with rank 0; scores are points of the total.

    >>> from scoring.engine.example import example_framework, example_recipe, example_survey
    >>> result = score(example_survey(), example_framework(), example_recipe())
    >>> result.scores[["unit", "score", "rank"]].round(2).values.tolist()
    [['A', 72.4, 1], ['B', 61.45, 2], ['C', 45.4, 3]]
    """
    given = inputs or Inputs()
    tell = progress or _silent
    complete = recipe_complete(recipe)
    part = _framework(complete, framework)
    tell("weight", 0.0)
    weighting = _weight(survey, complete)
    tell("measure", 0.1)
    least = int(complete["measure"]["min_ratings"])
    hard = _hard(framework, part, given.hard)
    measured = measure(survey, part, weighting.weights, hard=hard, min_ratings=least)
    run = _from_values(part, complete, measured, given, tell)
    run = replace(run, survey=survey, weighting=weighting)
    tell("covariance", 0.4)
    run = _with_uncertainty(run)
    tell("rank_sets", 0.6)
    run = replace(run, ranking=_rank_sets(run, given.seed))
    tell("tables", 0.9)
    return _result(run, given, tell)


def score_values(values: FloatArray, framework: Framework, recipe: Recipe, inputs: Inputs | None = None) -> Result:
    """Score one block from a table of indicator values (U, K), columns in the recipe's order; NaN = missing.

    There are no respondents, hence no sampling error: covariance and rank sets are left out.

    Raises ``RecipeInvalid`` when the recipe lacks the block, and the errors of the verbs.

    >>> from scoring.engine.example import example_framework, example_recipe
    >>> table = np.array([[4.0, 6.0, 0.7], [3.0, 8.0, 0.7], [3.0, 11.0, np.nan]])
    >>> score_values(table, example_framework(), example_recipe()).scores["rank"].tolist()
    [1, 2, 0]
    """
    given = inputs or Inputs()
    complete = recipe_complete(recipe)
    part = _framework(complete, framework)
    return _result(_from_values(part, complete, measure_table(values), given, _silent), given, _silent)


def score_sub_indices(values: FloatArray, framework: Framework, recipe: Recipe, inputs: Inputs | None = None) -> Result:
    """Score one block from a table of sub-index scores (U, S) in the recipe's order: total, adjustment, ranks.

    NaN = missing. Raises ``RecipeInvalid`` when the recipe lacks the block.

    >>> from scoring.engine.example import example_framework, example_recipe
    >>> table = np.array([[7.0, 8.0], [5.0, 6.0], [9.0, 9.0]])
    >>> score_sub_indices(table, example_framework(), example_recipe()).scores["score"].round(9).tolist()
    [76.0, 56.0, 90.0]
    """
    given = inputs or Inputs()
    complete = recipe_complete(recipe)
    part = _framework(complete, framework)
    options = aggregate_options(complete)
    flat = replace(part, indicators=tables.as_indicators(part), groups=())
    aggregated = aggregate(values, flat, replace(options, indicator="arithmetic", threshold=0.0))
    total = aggregate(values, flat, replace(options, indicator="arithmetic"))
    run = _ranked(flat, complete, measure_table(values), replace(aggregated, total=total.total), given)
    return _result(run, given, _silent)


def _silent(_step: str, _share: float) -> None:
    """Nobody asked for progress."""


def _framework(recipe: Recipe, framework: Framework) -> Framework:
    if framework.block not in recipe["blocks"]:
        text = f"The recipe says nothing about block {framework.block}."
        raise RecipeInvalid([Fault("block_missing", f"blocks.{framework.block}", text)])
    return framework_from_recipe(recipe, framework.block, framework.units)


def _weight(survey: Survey, recipe: Recipe) -> Weighting:
    """Weights by the recipe's method on the recipe's margins, in the recipe's order."""
    known = {margin.name: margin for margin in survey.margins}
    for name in recipe["weight"]["margins"]:
        if name not in known:
            raise MarginUnknown(name, f"The data have no margin {name}.")
    chosen = [known[name] for name in recipe["weight"]["margins"]]
    return WEIGHTERS[recipe["weight"]["method"]](survey.base_weight, chosen, weight_options(recipe))


def _hard(framework: Framework, part: Framework, hard: HardData | None) -> HardData | None:
    """Administrative figures brought from the framework's order of indicators to the recipe's."""
    if hard is None or (hard.codes or framework.codes) == part.codes:
        return hard
    position = {code: k for k, code in enumerate(hard.codes or framework.codes)}
    values = np.full((len(part.units), len(part.codes)), np.nan)
    dossiers = values.copy()
    for k, code in enumerate(part.codes):
        if code in position:
            values[:, k], dossiers[:, k] = hard.values[:, position[code]], hard.dossiers[:, position[code]]
    return HardData(values, dossiers)


def _from_values(part: Framework, recipe: Recipe, measured: Measured, given: Inputs, tell: Progress) -> Run:
    """Normalise, aggregate, adjust and rank measured values."""
    tell("normalise", 0.25)
    normalised = normalise(measured.values, part, normalise_options(recipe), given.history)
    tell("aggregate", 0.3)
    aggregated = aggregate(normalised.points, part, aggregate_options(recipe))
    # A unit with too few ratings is not scored, not even when administrative figures alone would do.
    short = (measured.reasons == "unit_below_minimum").any(axis=1)
    aggregated = replace(aggregated, total=np.where(short, np.nan, aggregated.total))
    tell("adjust", 0.35)
    return replace(_ranked(part, recipe, measured, aggregated, given), normalised=normalised)


def _ranked(part: Framework, recipe: Recipe, measured: Measured, aggregated: Aggregated, given: Inputs) -> Run:
    """Adjust the totals and rank the units that are neither insufficient nor withheld."""
    unknown = [code for code in given.withheld if code not in part.units]
    if unknown:
        raise UnitUnknown(unknown[0], f"{unknown[0]} is withheld but is not a unit of this block.")
    limits = recipe["adjust"]
    adjusted = adjust(
        aggregated.total,
        part.units,
        adjustments(recipe, part.units),
        max_bonus=float(limits["max_bonus"]),
        max_penalty=float(limits["max_penalty"]),
    )
    withheld = np.isin(np.array(part.units, dtype=object), list(given.withheld))
    takes_part = status(adjusted.total, withheld) == "ranked"
    ranking = Ranking(rank(adjusted.total, takes_part), takes_part, None, None)
    return Run(part, recipe, None, None, measured, None, aggregated, adjusted, ranking, withheld)


def _with_uncertainty(run: Run) -> Run:
    """Linearised covariance and lost points with their standard errors, unless the recipe asks for none."""
    if run.survey is None or run.weighting is None or run.normalised is None:
        return run
    if run.recipe["uncertainty"]["method"] == "none":
        return run
    steps = Steps(run.weighting, run.measured, run.normalised, run.aggregated)
    uncertainty = linearise(run.survey, run.framework, steps)
    return replace(run, uncertainty=uncertainty, points_se=uncertainty.points_se)


def _rank_sets(run: Run, seed: int) -> Ranking:
    """Rank sets of the ranked units from their covariance."""
    chosen = np.flatnonzero(run.ranking.takes_part)
    if run.uncertainty is None or not len(chosen):
        return run.ranking
    covariance = run.uncertainty.covariance[np.ix_(chosen, chosen)]
    if np.isnan(covariance).any():
        return run.ranking
    part = run.recipe["uncertainty"]
    draws = normal_draws(covariance, int(part["draws"]), np.random.default_rng(seed))
    scores, settings = run.adjusted.total[chosen], {"coverage": float(part["confidence"])}
    step_down = bool(part["step_down"])
    sets, marginal = both_rank_sets(scores, covariance, draws, step_down=step_down, **settings)
    return replace(run.ranking, sets=sets, marginal=marginal)


def _result(run: Run, given: Inputs, tell: Progress) -> Result:
    if run.normalised is not None:
        errors = np.full(run.normalised.points.shape, np.nan) if run.points_se is None else run.points_se
        options = aggregate_options(run.recipe)
        top = normalise_options(run.recipe).top(run.framework)
        lost = lost_points(run.normalised.points, errors, run.framework, run.aggregated, top, options)
        run = replace(run, lost=lost)
    laid_out = tables.lay_out(run)
    tell("tables", 1.0)
    return Result(
        block=run.framework.block,
        version=VERSION,
        seed=given.seed,
        recipe_sha256=recipe_sha256(run.recipe),
        tables=laid_out,
        warnings=_warnings(run),
        sha256=result_sha256(laid_out, recipe_sha256(run.recipe), given.seed),
        run=run,
    )


def _warnings(run: Run) -> tuple[Notice, ...]:
    """Notices of every step, in order, and one for each unit that could not be scored."""
    found: list[Notice] = []
    for step in (run.weighting, run.normalised, run.aggregated, run.adjusted, run.uncertainty, run.lost):
        found += step.notices if step is not None else ()
    for u, code in enumerate(run.framework.units):
        if np.isnan(run.adjusted.total[u]):
            found.append(Notice("unit_insufficient", code, {"n": int(run.measured.ratings[u])}))
    return tuple(found)


def result_sha256(laid_out: Mapping[str, pd.DataFrame], recipe_hash: str, seed: int) -> str:
    """SHA-256 over engine version, recipe, seed and all tables.

    Values are rounded to 8 decimals, standard errors, limits and covariances to 6 significant digits: sums
    in another order, as with another number of threads, differ around the fifteenth digit, far below both.

    Missing numbers count as such. Raises nothing.

    >>> from scoring.engine.example import example_framework, example_recipe, example_survey
    >>> result = score(example_survey(), example_framework(), example_recipe())
    >>> again = result_sha256(result.tables, result.recipe_sha256, result.seed)
    >>> again == result.sha256, result_sha256(result.tables, result.recipe_sha256, 1) == again
    (True, False)
    """
    digest = hashlib.sha256(canonical_json([VERSION, recipe_hash, seed]).encode())
    for name in sorted(laid_out):
        table = laid_out[name]
        digest.update(canonical_json([name, list(map(str, table.columns))]).encode())
        for column in table.columns:
            digest.update(_column_bytes(table[column], rough=name == "covariance" or _is_error(str(column))))
    return digest.hexdigest()


def _is_error(column: str) -> bool:
    return column in ("se", "lo", "hi", "critical") or column.endswith("_se")


def _column_bytes(column: pd.Series[Any], *, rough: bool) -> bytes:
    if column.dtype.kind != "f":
        missing = column.isna()
        return canonical_json([None if gone else str(v) for v, gone in zip(column, missing, strict=True)]).encode()
    numbers, places = np.unique(column.to_numpy(dtype=np.float64), return_inverse=True)
    pattern = f"%.{UNCERTAINTY_DIGITS - 1}e" if rough else f"%.{VALUE_DECIMALS}f"
    texts = np.array([pattern % value if abs(value) > 1e-12 else "0" for value in numbers], dtype=object)
    rounded = texts[places].tolist()
    return ",".join(rounded).replace("-0." + "0" * VALUE_DECIMALS + ",", "0,").encode()


def history_from_tables(past: Mapping[str, pd.DataFrame], codes: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Earlier editions' tables (units x indicators) as the history that goalposts read.

    Raises ``IndicatorUnknown`` when a table has none of the indicators.

    NaN stays NaN.

    >>> past = {"2023": pd.DataFrame({"unit": ["A", "B"], "days": [4.0, 9.0]})}
    >>> history_from_tables(past, ["clarity", "days"])["2023"]["days"].tolist()
    [4.0, 9.0]
    """
    history: dict[str, dict[str, Any]] = {}
    for label, table in past.items():
        found = [code for code in codes if code in table.columns]
        if not found:
            raise IndicatorUnknown(label, f"The table of edition {label} has none of the indicators.")
        history[label] = {code: table[code].to_numpy(dtype=np.float64) for code in found}
    return history
