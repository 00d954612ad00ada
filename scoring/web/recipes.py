"""Recipes: in words and as data, and their published schema."""

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.web.requests import StaffRequest
from scoring.engine.recipe import recipe_canonical, recipe_schema
from scoring.rules import may_start_run
from scoring.selectors.names import EditionNames, names_in
from scoring.sentences import recipe_sentences
from scoring.services.recipes import recipe_default
from scoring.web.doors import recipe_or_404
from scoring.web.recipe_panel import differences
from scoring.web.runs import frame


@require_safe
def recipe(request: StaffRequest, recipe_id: int) -> HttpResponse:
    """A recipe in words, with the weights and indicators of its blocks."""
    found = recipe_or_404(request, recipe_id)
    names = names_in(found.edition)
    start = found.starts_from.content if found.starts_from else recipe_default(found.edition)
    context = {
        "recipe": found,
        "words": recipe_sentences(found.content, names.fields),
        "differences": differences(start, found.content, names),
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
    """The recipe as data: these bytes have the hash of the recipe. With `?readable` laid out for editing, naming its
    schema; when it is imported again, that entry is left out and the hash is the same.
    """
    found = recipe_or_404(request, recipe_id)
    schema = request.build_absolute_uri(reverse("recipe-schema"))
    text = recipe_canonical(found.content)
    if "readable" in request.GET:
        text = json.dumps({"$schema": schema, **found.content}, ensure_ascii=False, indent=2) + "\n"
    response = HttpResponse(text, content_type="application/json")
    response["Link"] = f'<{schema}>; rel="describedby"; type="application/schema+json"'
    name = f"ddci-{found.edition.province.slug}-{found.edition.year}-recipe-{found.number}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
def recipe_schema_file(request: HttpRequest) -> HttpResponse:
    """The published JSON Schema of recipes; open to everybody, its address does not change with the language."""
    response = JsonResponse(recipe_schema(), json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Type"] = "application/schema+json"
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = "public, max-age=3600"
    return response
