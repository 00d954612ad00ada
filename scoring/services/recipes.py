"""Recipes: how an edition is scored, as explicit data that never changes once written."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import audit
from ddci.core.errors import Invalid
from scoring.engine.checks import Fault, RecipeInvalid
from scoring.engine.recipe import recipe_default as engine_default
from scoring.engine.recipe import recipe_sha256, recipe_validate
from scoring.frames.inputs import frameworks_of
from scoring.models import Recipe
from scoring.selectors.recipes import Names, margin_names, names_of, recipes_of
from surveys.models import Edition

SMALLEST_CELL = 5
# No figure of fewer answers is computed, lest a published value be one business's answer.
FEWEST_ANSWERS = 3


class RecipeFaulty(Invalid):
    """`faults` lists everything that is wrong, each with its path."""

    code = "recipe_faulty"
    sentence = _("The recipe cannot be used. Faults found: %(count)d. First: %(path)s (%(code)s).")

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(count=len(self.faults), path=self.faults[0].path or "–", code=self.faults[0].code)


def recipe_default(edition: Edition) -> dict[str, Any]:
    """The safe recipe of an edition: weights raked to its margins where there are any, else design weights; min-max
    within the edition on 1 to 10; arithmetic means; 2/3 of the parts needed; the edition's own minimum of ratings.
    """
    margins = margin_names(edition)
    content = engine_default(frameworks_of(edition), edition=str(edition.year))
    if margins:
        content["weight"] |= {"method": "rake", "margins": margins, "collapse_below": SMALLEST_CELL}
    # Every indicator brings its own minimum of answers; the general floor only keeps single answers from being shown.
    content["measure"] = {"min_n": FEWEST_ANSWERS, "min_ratings": edition.minimum_ratings}
    return content


def recipe_checked(*, edition: Edition, content: Any) -> dict[str, Any]:
    """The recipe with every default filled in, found fit for the edition; nothing is written.

    Raises:
        RecipeFaulty: with every fault and its path, in the recipe itself or against the edition's framework.
    """
    return _validated(content, names_of(edition))


@transaction.atomic
def recipe_create(
    *,
    edition: Edition,
    content: Any,
    by: User | None,
    now: datetime,
    reason: str = "",
    starts_from: Recipe | None = None,
) -> Recipe:
    """Write a recipe with every default filled in; content that is there already gives the recipe that holds it.

    `starts_from` is the recipe that it was made out of, for showing what is different; it is no part of the content.

    Raises:
        RecipeFaulty: with every fault and its path, in the recipe itself or against the edition's framework.
    """
    locked = Edition.objects.select_for_update().select_related("province").get(pk=edition.pk)
    complete = recipe_checked(edition=locked, content=content)
    digest = recipe_sha256(complete)
    known = recipes_of(locked).filter(sha256=digest).first()
    if known is not None:
        return known
    recipe = Recipe.objects.create(
        edition=locked,
        number=recipes_of(locked).count() + 1,
        content=complete,
        sha256=digest,
        made_by=by,
        made_at=now,
        reason=reason,
        starts_from=starts_from,
    )
    audit(action="recipe.create", subject=recipe, by=by, now=now, province=locked.province, note=reason or digest)
    return recipe


def _validated(content: Any, names: Names) -> dict[str, Any]:
    try:
        complete = recipe_validate(content)
    except RecipeInvalid as error:
        raise RecipeFaulty(error.faults) from error
    faults = list(_faults_against_edition(complete, names))
    if faults:
        raise RecipeFaulty(faults)
    return complete


def _faults_against_edition(recipe: Mapping[str, Any], names: Names) -> Iterator[Fault]:
    """What the recipe names that the edition does not have, and blocks that it forgets."""
    if recipe["measure"]["min_n"] < FEWEST_ANSWERS:
        yield Fault("answers_too_few", "measure.min_n", f"A figure needs at least {FEWEST_ANSWERS} answers.")
    for block in names.blocks:
        if block not in recipe["blocks"]:
            yield Fault("block_missing", f"blocks.{block}", "The recipe says nothing about this block.")
    for block, parts in recipe["blocks"].items():
        if block not in names.blocks:
            yield Fault("block_unknown", f"blocks.{block}", "The edition has no such block.")
            continue
        yield from _unknown(f"blocks.{block}.sub_indices", parts["sub_indices"], names.sub_indices[block])
        yield from _unknown(f"blocks.{block}.indicators", parts["indicators"], names.indicators[block])
    yield from _unknown_rules(recipe["normalise"], frozenset().union(*names.indicators.values()))
    for place, margin in enumerate(recipe["weight"]["margins"]):
        if margin not in names.margins:
            yield Fault("margin_unknown", f"weight.margins[{place}]", "The edition has no such margin.")
    for place, given in enumerate(recipe["adjust"]["points"]):
        if given["unit"] not in names.units:
            yield Fault("unit_unknown", f"adjust.points[{place}].unit", "The edition has no such unit.")


def _unknown(path: str, items: Sequence[Mapping[str, Any]], known: frozenset[str]) -> Iterator[Fault]:
    for place, item in enumerate(items):
        if item["code"] not in known:
            yield Fault("code_unknown", f"{path}[{place}].code", f"The edition has no {item['code']} here.")


def _unknown_rules(normalise: Mapping[str, Any], known: frozenset[str]) -> Iterator[Fault]:
    """Rules for indicators that the edition does not have."""
    for part in ("fixed", "restarts", "indicators"):
        for code in normalise[part]:
            if code not in known:
                yield Fault("code_unknown", f"normalise.{part}.{code}", f"The edition has no {code}.")
