"""The recipe: everything that decides a score besides the answers, as plain, versioned, hashed data.

The published JSON Schema stands in ``recipe.schema.json`` beside this module. ``recipe_faults`` reports every
fault with its path (``blocks.dept.indicators[3].direction``); names of methods are checked against the
registries of the verbs. A recipe is complete: defaults are written into it, so that its hash says all.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError  # type: ignore[import-untyped]

from scoring.engine.aggregate import AGGREGATORS
from scoring.engine.checks import Fault, RecipeInvalid
from scoring.engine.dataset import canonical_json
from scoring.engine.normalise import GOALPOST_METHODS, NORMALISERS, SPREAD_METHODS, TARGET_METHODS
from scoring.engine.types import Framework, Group, Indicator, SubIndex
from scoring.engine.weight import WEIGHTERS

FORMAT = "ddci-recipe/1"
Recipe = Mapping[str, Any]

DEFAULTS: dict[str, dict[str, Any]] = {
    "weight": {
        "method": "design",
        "margins": [],
        "trim": None,
        "tolerance": 1e-10,
        "max_iterations": 1000,
        "collapse_below": 0,
    },
    "measure": {"min_n": 5, "min_ratings": 10},
    "normalise": {
        "method": "minmax",
        "target": [1, 10],
        "goalposts": "edition",
        "editions": [],
        "base": "",
        "restarts": {},
        "fixed": {},
        "indicators": {},
    },
    "aggregate": {
        "indicator": "arithmetic",
        "group": "arithmetic",
        "total": "arithmetic",
        "threshold": 2 / 3,
        "availability": "count",
        "multiplier": 10,
        "weights": "sum_to_one",
    },
    "adjust": {"max_bonus": 0, "max_penalty": 0, "points": []},
    "rank": {
        "bands": [
            {"code": "very_good", "from": 80},
            {"code": "good", "from": 70},
            {"code": "fair", "from": 60},
            {"code": "average", "from": 50},
            {"code": "low", "from": None},
        ]
    },
    "uncertainty": {"method": "linearised", "confidence": 0.95, "draws": 10000, "step_down": True},
}


@cache
def recipe_schema() -> dict[str, Any]:
    """The published JSON Schema of a recipe (shared object: do not change it).

    Raises nothing.

    >>> recipe_schema()["title"]
    'DDCI scoring recipe'
    """
    loaded: dict[str, Any] = json.loads(Path(__file__).with_name("recipe.schema.json").read_text("utf-8"))
    return loaded


def recipe_default(frameworks: Iterable[Framework], *, edition: str = "") -> dict[str, Any]:
    """The safe recipe for the frameworks of an edition's blocks; weights of sub-indices are made to sum to 1.

    Raises nothing.

    >>> from scoring.engine.types import Framework, Indicator, SubIndex
    >>> part = Framework(("A",), (SubIndex("s", 2.0),), (Indicator("k", "s", "positive"),), block="dept")
    >>> recipe_default([part])["blocks"]["dept"]["sub_indices"]
    [{'code': 's', 'weight': 1.0}]
    """
    blocks = {framework.block: _block(framework) for framework in frameworks}
    return {"format": FORMAT, "edition": edition, **deepcopy(DEFAULTS), "blocks": blocks}


def _block(framework: Framework) -> dict[str, Any]:
    total = math.fsum(item.weight for item in framework.sub_indices) or 1.0
    return {
        "sub_indices": [{"code": s.code, "weight": s.weight / total} for s in framework.sub_indices],
        "groups": [{"code": g.code, "sub_index": g.sub_index, "weight": g.weight} for g in framework.groups],
        "indicators": [_indicator_data(item) for item in framework.indicators],
    }


def _indicator_data(item: Indicator) -> dict[str, Any]:
    return {
        "code": item.code,
        "sub_index": item.sub_index,
        "group": item.group,
        "direction": item.direction,
        "statistic": item.statistic,
        "weight": item.weight,
        "question": item.question,
        "share_of": list(item.share_of),
        "min_n": item.min_n,
        "scale": None if item.scale is None else list(item.scale),
        "target": item.target,
    }


def recipe_complete(recipe: Recipe) -> dict[str, Any]:
    """The recipe with every default written out; parts that are given stay as they are.

    A ``$schema`` entry only says where the schema stands; it is no part of the recipe and is left out. Raises nothing;
    whether the whole makes sense says ``recipe_faults``.

    >>> recipe_complete({"blocks": {}, "measure": {"min_n": 3}})["measure"]
    {'min_n': 3, 'min_ratings': 10}
    """
    recipe = {name: part for name, part in recipe.items() if name != "$schema"}
    filled = {name: {**deepcopy(default), **recipe.get(name, {})} for name, default in DEFAULTS.items()}
    return {"format": FORMAT, "edition": "", **deepcopy(dict(recipe)), **filled}


def recipe_canonical(recipe: Recipe) -> str:
    """Canonical JSON of the completed recipe.

    Raises ``ValueError`` for NaN and infinity.

    >>> recipe_canonical({"blocks": {}})[:33]
    '{"adjust":{"max_bonus":0,"max_pen'
    """
    return canonical_json(recipe_complete(recipe))


def recipe_sha256(recipe: Recipe) -> str:
    """SHA-256 of the canonical JSON; two recipes that mean the same have the same hash.

    Raises ``ValueError`` for NaN and infinity.

    >>> recipe_sha256({"blocks": {}}) == recipe_sha256({"format": "ddci-recipe/1", "blocks": {}})
    True
    """
    return hashlib.sha256(recipe_canonical(recipe).encode()).hexdigest()


def recipe_read(text: str) -> dict[str, Any]:
    """Parse, validate and complete a recipe; raises ``RecipeInvalid`` with every fault.

    >>> from scoring.engine.example import example_recipe
    >>> recipe_read(recipe_canonical(example_recipe())) == example_recipe()
    True
    """
    try:
        loaded = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise RecipeInvalid([Fault("recipe_not_json", where, f"The recipe is not JSON: {error.msg}.")]) from error
    return recipe_validate(loaded)


def recipe_validate(recipe: Any) -> dict[str, Any]:
    """The completed recipe, or ``RecipeInvalid`` listing every fault with its path.

    Raises ``RecipeInvalid``.

    >>> from scoring.engine.example import example_recipe
    >>> sorted(recipe_validate(example_recipe())["blocks"])
    ['main']
    """
    faults = recipe_faults(recipe)
    if faults:
        raise RecipeInvalid(faults)
    return recipe_complete(recipe)


def recipe_faults(recipe: Any) -> list[Fault]:
    """Every fault of a recipe: first its shape by the schema, then its meaning.

    Raises nothing: faults are returned.

    >>> [fault.message for fault in recipe_faults([])]
    ["[] is not of type 'object'"]
    """
    if isinstance(recipe, Mapping):
        whole = all(isinstance(recipe.get(name, {}), Mapping) for name in DEFAULTS)
        recipe = recipe_complete(recipe) if whole else recipe
    validator = Draft202012Validator(recipe_schema())
    shape = sorted(validator.iter_errors(recipe), key=lambda error: [str(part) for part in error.path])
    if shape:
        return [_shape_fault(error) for error in shape]
    found = [*_method_faults(recipe), *_number_faults(recipe)]
    for name, block in recipe["blocks"].items():
        found += _block_faults(f"blocks.{name}", block, relative=recipe["aggregate"]["weights"] == "relative")
        found += _goalpost_faults(f"blocks.{name}", recipe, block)
    return found


def _shape_fault(error: ValidationError) -> Fault:
    """A fault of form; the rule of the schema that was broken and what it asks for are its ``params``."""
    parts, rule = list(error.path), str(error.validator)
    if rule == "required":
        parts.append(next(name for name in error.validator_value if name not in error.instance))
    if rule == "additionalProperties" and isinstance(error.instance, Mapping):
        parts.append(next(name for name in error.instance if name not in error.schema.get("properties", {})))
    wanted = error.validator_value
    asked = ", ".join(map(str, wanted)) if rule == "enum" else wanted if isinstance(wanted, (int, float, str)) else ""
    return Fault("recipe_shape", path_text(parts), error.message, {"rule": rule, "asked": asked})


def path_text(parts: Iterable[Any]) -> str:
    """A path as text. Raises nothing.

    >>> path_text(["blocks", "dept", "indicators", 3, "direction"])
    'blocks.dept.indicators[3].direction'
    """
    text = ""
    for part in parts:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _method_faults(recipe: Recipe) -> Iterator[Fault]:
    aggregate, normalise = recipe["aggregate"], recipe["normalise"]
    named = [("weight.method", recipe["weight"]["method"], sorted(WEIGHTERS))]
    named += [("normalise.method", normalise["method"], sorted(NORMALISERS))]
    levels = ("indicator", "group", "total")
    named += [(f"aggregate.{level}", aggregate[level], sorted(AGGREGATORS)) for level in levels]
    named += [
        (f"normalise.indicators.{code}.method", own["method"], sorted(NORMALISERS))
        for code, own in sorted(normalise["indicators"].items())
        if "method" in own
    ]
    for path, name, known in named:
        if name not in known:
            text = f"Unknown method {name}; known are {', '.join(known)}."
            yield Fault("method_unknown", path, text, {"known": ", ".join(known)})


def _number_faults(recipe: Recipe) -> Iterator[Fault]:
    lo, hi = recipe["normalise"]["target"]
    if not (hi > 0 if recipe["normalise"]["method"] in SPREAD_METHODS else lo < hi):
        yield Fault("target_empty", "normalise.target", "The lower end must be below the upper end.")
    weight = recipe["weight"]
    if weight["trim"] is not None and not weight["trim"][0] < 1 < weight["trim"][1]:
        yield Fault("trim_empty", "weight.trim", "Trimming must leave the median weight inside its bounds.")
    yield from _margin_faults(weight)
    starts = [band["from"] for band in recipe["rank"]["bands"]]
    lows = [-math.inf if start is None else start for start in starts]
    if any(a <= b for a, b in pairwise(lows)):
        yield Fault("bands_not_falling", "rank.bands", "Bands must be listed from the highest down.")


def _margin_faults(weight: Recipe) -> Iterator[Fault]:
    """Nothing that a recipe says about weights may pass unused."""
    method, margins = weight["method"], weight["margins"]
    if method in ("rake", "poststratify", "calibrate") and not margins:
        yield Fault("margins_missing", "weight.margins", f"The method {method} needs margins.")
    if method == "poststratify" and len(margins) > 1:
        yield Fault("margins_too_many", "weight.margins", "Post-stratification meets one margin; rake for several.")
    if method != "rake" and weight["trim"] is not None:
        yield Fault("trim_unused", "weight.trim", f"Only raking trims weights, not the method {method}.")


def _block_faults(path: str, block: Recipe, *, relative: bool) -> Iterator[Fault]:
    subs = [item["code"] for item in block["sub_indices"]]
    groups = {item["code"]: item["sub_index"] for item in block.get("groups", ())}
    total = math.fsum(item["weight"] for item in block["sub_indices"])
    if (not relative and abs(total - 1) > 1e-6) or total <= 0:
        text = f"The weights sum to {total:.6g} instead of 1."
        yield Fault("weights_sum", f"{path}.sub_indices", text, {"total": total})
    for kind in ("sub_indices", "groups", "indicators"):
        yield from _twice(f"{path}.{kind}", [item["code"] for item in block.get(kind, ())])
    for i, item in enumerate(block.get("groups", ())):
        if item["sub_index"] not in subs:
            where = f"{path}.groups[{i}].sub_index"
            yield Fault("sub_index_unknown", where, f"Unknown sub-index {item['sub_index']}.")
    for i, item in enumerate(block["indicators"]):
        yield from _indicator_faults(f"{path}.indicators[{i}]", item, subs, groups)
    yield from _empty_faults(path, block)


def _empty_faults(path: str, block: Recipe) -> Iterator[Fault]:
    """A part that weighs something must hold an indicator that does, or its weight would go to the others unsaid.

    A block without any indicators is scored from a table of sub-indices.
    """
    live = [item for item in block["indicators"] if item.get("weight", 1.0) > 0]
    held = {
        "sub_indices": {item["sub_index"] for item in live},
        "groups": {item["group"] for item in live if item.get("group")},
    }
    for kind, codes in held.items() if block["indicators"] else ():
        for i, item in enumerate(block.get(kind, ())):
            if item["weight"] > 0 and item["code"] not in codes:
                yield Fault(
                    "part_empty", f"{path}.{kind}[{i}]", f"No indicator with a weight belongs to {item['code']}."
                )


def _indicator_faults(path: str, item: Recipe, subs: Sequence[str], groups: Mapping[str, str]) -> Iterator[Fault]:
    if item["sub_index"] not in subs:
        yield Fault("sub_index_unknown", f"{path}.sub_index", f"Unknown sub-index {item['sub_index']}.")
    group = item.get("group")
    if group and groups.get(group) != item["sub_index"]:
        text = f"The sub-index {item['sub_index']} has no group {group}."
        yield Fault("group_unknown", f"{path}.group", text)
    if item.get("statistic") == "share" and not item.get("share_of"):
        yield Fault("share_of_missing", f"{path}.share_of", "A share needs the answers that it counts.")
    scale = item.get("scale")
    if scale is not None and not scale[0] < scale[1]:
        yield Fault("scale_empty", f"{path}.scale", "The lower end must be below the upper end.")


def _goalpost_faults(path: str, recipe: Recipe, block: Recipe) -> Iterator[Fault]:
    normalise = recipe["normalise"]
    for i, item in enumerate(block["indicators"]):
        own = {**normalise, **normalise["indicators"].get(item["code"], {})}
        if own["method"] in TARGET_METHODS and item.get("target") is None:
            yield Fault("target_missing", f"{path}.indicators[{i}].target", "The distance to a target needs a target.")
        if own["method"] not in GOALPOST_METHODS or own["goalposts"] != "fixed":
            continue
        pair = normalise["fixed"].get(item["code"], item.get("scale"))
        if pair is None and item.get("statistic") == "share":
            continue
        where = f"{path}.indicators[{i}].scale"
        if pair is None:
            yield Fault("goalposts_missing", where, "Fixed goalposts need both ends.")
        elif not pair[0] < pair[1]:
            yield Fault("goalposts_empty", where, "The lower end must be below the upper end.")


def _twice(path: str, codes: Sequence[str]) -> Iterator[Fault]:
    for i, code in enumerate(codes):
        if code in codes[:i]:
            yield Fault("code_twice", f"{path}[{i}].code", f"The code {code} occurs twice.")


def framework_from_recipe(recipe: Recipe, block: str, units: Sequence[str]) -> Framework:
    """The framework of a block as the recipe states it, for these units.

    The recipe is complete: directions, statistics and weights are read from it and nowhere else.

    Raises ``KeyError`` for a block that the recipe lacks.

    >>> from scoring.engine.example import example_recipe
    >>> framework_from_recipe(example_recipe(), "main", ["A"]).codes
    ('clarity', 'days', 'help')
    """
    source = recipe["blocks"][block]
    indicators = tuple(
        Indicator(
            code=item["code"],
            sub_index=item["sub_index"],
            direction=item["direction"],
            statistic=item.get("statistic", "mean"),
            weight=float(item.get("weight", 1.0)),
            group=item.get("group") or None,
            question=item.get("question") or item["code"],
            share_of=tuple(float(v) for v in item.get("share_of", ())),
            min_n=minimum_n(item, int(recipe["measure"]["min_n"])),
            scale=None if item.get("scale") is None else (float(item["scale"][0]), float(item["scale"][1])),
            target=None if item.get("target") is None else float(item["target"]),
        )
        for item in source["indicators"]
    )
    subs = tuple(SubIndex(item["code"], float(item["weight"])) for item in source["sub_indices"])
    groups = tuple(Group(g["code"], g["sub_index"], float(g["weight"])) for g in source.get("groups", ()))
    return Framework(tuple(units), subs, indicators, groups, block)


def minimum_n(item: Recipe, general: int) -> int:
    """Answers needed for a value: the greater of the general and the indicator's own minimum; for dossiers its own.

    ``item``: an indicator of a recipe, ``general``: its ``measure.min_n``. Without an own minimum it is 1. Raises
    nothing. Source: rules of this product.

    >>> minimum_n({"min_n": 2}, 5), minimum_n({"min_n": 2, "statistic": "hard"}, 5)
    (5, 2)
    """
    own = int(item.get("min_n", 1))
    return own if item.get("statistic") == "hard" else max(own, general)
