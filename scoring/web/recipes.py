"""Recipes: in words and as data, and writing a new one."""

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.rules import require
from accounts.web.requests import StaffRequest
from scoring.engine.checks import Fault
from scoring.engine.recipe import recipe_canonical
from scoring.rules import may_start_run
from scoring.selectors.names import EditionNames, names_in
from scoring.selectors.recipes import recipes_of
from scoring.sentences import recipe_fault_sentence, recipe_sentences
from scoring.services.recipes import RecipeFaulty, recipe_create, recipe_default
from scoring.web.doors import edition_or_404, recipe_or_404
from scoring.web.forms import RecipeForm, RecipeTextForm
from scoring.web.runs import frame
from surveys.models import Edition

MOST_DIGITS = 9


@require_safe
def recipe(request: StaffRequest, recipe_id: int) -> HttpResponse:
    """A recipe in words, with the weights and indicators of its blocks."""
    found = recipe_or_404(request, recipe_id)
    names = names_in(found.edition)
    context = {
        "recipe": found,
        "words": recipe_sentences(found.content, names.fields),
        "blocks": [_block(code, part, names) for code, part in found.content["blocks"].items()],
        "starts": may_start_run(request.user, found.edition.province),
    }
    return render(request, "scoring/recipe.html", {**frame(found.edition), **context})


def _block(code: str, part: Mapping[str, Any], names: EditionNames) -> dict[str, Any]:
    """A block of a recipe: its sub-indices with their share of the total and their indicators."""
    total = sum(item["weight"] for item in part["sub_indices"]) or 1.0
    indicators = [{**item, "name": names.indicators.get(item["code"], item["code"])} for item in part["indicators"]]
    sub_indices = [
        {
            "name": names.sub_indices.get(item["code"], item["code"]),
            "share": item["weight"] / total,
            "indicators": [each for each in indicators if each["sub_index"] == item["code"]],
        }
        for item in part["sub_indices"]
    ]
    return {"name": names.blocks.get(code, code), "sub_indices": sub_indices}


@require_safe
def recipe_json(request: StaffRequest, recipe_id: int) -> HttpResponse:
    """The recipe as data: these bytes have the hash of the recipe."""
    found = recipe_or_404(request, recipe_id)
    response = HttpResponse(recipe_canonical(found.content), content_type="application/json")
    name = f"ddci-{found.edition.province.slug}-{found.edition.year}-recipe-{found.number}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def recipe_new(request: StaffRequest, edition_id: int) -> HttpResponse:
    """A new recipe, by choices on top of another one or as JSON; every fault is shown with its place."""
    edition = edition_or_404(request, edition_id)
    require(may_start_run(request.user, edition.province))
    start = _start(request, edition)
    text = RecipeTextForm(*_posted(request, choices=False), initial={"text": _pretty(start)}, auto_id="id_json_%s")
    form = RecipeForm(*_posted(request, choices=True), edition=edition, start=start)
    faults: list[dict[str, str]] = []
    if text.is_valid() or form.is_valid():
        given = text if text.is_bound else form
        content = text.cleaned_data["content"] if text.is_bound else form.content()
        faults = _written_or_faults(request, edition, content, given.cleaned_data["reason"])
        if not faults:
            return redirect("staff:runs", edition.pk)
    context = {"form": form, "text": text, "faults": faults, "bad": form if form.errors else text}
    status = 422 if faults or form.errors or text.errors else 200
    return render(request, "scoring/recipe_new.html", {**frame(edition), **context}, status=status)


def _posted(request: StaffRequest, *, choices: bool) -> tuple[Any, Any]:
    """What was sent to one of the two forms of the page; nothing for the other."""
    if request.method != "POST" or ("choices" in request.POST) != choices:
        return None, None
    return request.POST, request.FILES


def _start(request: StaffRequest, edition: Edition) -> Mapping[str, Any]:
    """The recipe to begin with: the one asked for, else the standard one."""
    asked = request.GET.get("from", "")
    if not asked.isdecimal() or len(asked) > MOST_DIGITS:
        return recipe_default(edition)
    content: Mapping[str, Any] = get_object_or_404(recipes_of(edition), number=int(asked)).content
    return content


def _pretty(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2)


def _written_or_faults(request: StaffRequest, edition: Edition, content: Any, reason: str) -> list[dict[str, str]]:
    """Write the recipe; what is wrong with it otherwise."""
    try:
        made = recipe_create(edition=edition, content=content, by=request.user, now=timezone.now(), reason=reason)
    except RecipeFaulty as refusal:
        return [_fault(fault) for fault in refusal.faults]
    messages.success(request, _("Recipe %(number)s can be used.") % {"number": made.number})
    return []


def _fault(fault: Fault) -> dict[str, str]:
    """A fault for the error summary; the checker's own words help where the shape is wrong."""
    words = recipe_fault_sentence(fault.code)
    detail = f" ({fault.message})" if fault.code == "recipe_shape" else ""
    return {"text": f"{fault.path or '–'}: {words}{detail}", "anchor": "id_json_text"}
