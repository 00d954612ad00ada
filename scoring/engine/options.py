"""From the recipe's data to the typed options of each verb."""

from __future__ import annotations

from scoring.engine.adjust import Adjustment
from scoring.engine.aggregate import AggregateOptions
from scoring.engine.normalise import NormaliseOptions
from scoring.engine.recipe import Recipe
from scoring.engine.weight import WeightOptions


def weight_options(recipe: Recipe) -> WeightOptions:
    """Options of ``weight``.

    The recipe is complete. Raises nothing.

    >>> from scoring.engine.example import example_recipe
    >>> weight_options(example_recipe()).tolerance
    1e-10
    """
    part = recipe["weight"]
    trim = part["trim"]
    return WeightOptions(
        trim=None if trim is None else (float(trim[0]), float(trim[1])),
        tolerance=float(part["tolerance"]),
        max_iterations=int(part["max_iterations"]),
        collapse_below=int(part["collapse_below"]),
    )


def normalise_options(recipe: Recipe) -> NormaliseOptions:
    """Options of ``normalise``.

    The recipe is complete. Raises nothing.

    >>> from scoring.engine.example import example_recipe
    >>> normalise_options(example_recipe()).goalposts
    'fixed'
    """
    part = recipe["normalise"]
    return NormaliseOptions(
        method=part["method"],
        target=(float(part["target"][0]), float(part["target"][1])),
        goalposts=part["goalposts"],
        edition=str(recipe["edition"]),
        editions=tuple(part["editions"]),
        base=part["base"],
        restarts=part["restarts"],
        fixed={code: (float(pair[0]), float(pair[1])) for code, pair in part["fixed"].items()},
        indicators=part["indicators"],
    )


def aggregate_options(recipe: Recipe) -> AggregateOptions:
    """Options of ``aggregate``.

    The recipe is complete. Raises nothing.

    >>> from scoring.engine.example import example_recipe
    >>> aggregate_options(example_recipe()).total
    'arithmetic'
    """
    part = recipe["aggregate"]
    return AggregateOptions(
        indicator=part["indicator"],
        group=part["group"],
        total=part["total"],
        threshold=float(part["threshold"]),
        availability=part["availability"],
        multiplier=float(part["multiplier"]),
    )


def adjustments(recipe: Recipe, units: tuple[str, ...]) -> list[Adjustment]:
    """Bonus and penalty points of these units.

    The recipe is complete. Raises nothing.

    >>> from scoring.engine.example import example_recipe
    >>> points = [{"unit": "A", "points": 1, "reason": "prize"}, {"unit": "Z", "points": 1, "reason": "prize"}]
    >>> [item.unit for item in adjustments(example_recipe(adjust={"points": points}), ("A", "B"))]
    ['A']
    """
    return [
        Adjustment(item["unit"], float(item["points"]), item["reason"], item.get("document", ""))
        for item in recipe["adjust"]["points"]
        if item["unit"] in units
    ]
