"""Writing a recipe: by the form with its consequence shown before saving, or as JSON."""

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.rules import require
from accounts.web.requests import StaffRequest
from scoring.models import Recipe
from scoring.rules import may_start_run
from scoring.selectors.names import EditionNames, names_in
from scoring.selectors.recipes import margin_names, recipes_of
from scoring.selectors.runs import years_published_before
from scoring.sentences import methods, recipe_fault_sentence
from scoring.sentences.numbers import typed_number
from scoring.sentences.recipe_places import path_words
from scoring.services.recipes import RecipeFaulty, recipe_checked, recipe_create, recipe_default
from scoring.web.doors import edition_or_404
from scoring.web.forms import RecipeTextForm
from scoring.web.recipe_form import RecipeForm
from scoring.web.recipe_form.parts import Known
from scoring.web.recipe_panel import Context, panel, wants_fragment
from scoring.web.runs import frame
from surveys.models import Edition

MOST_DIGITS = 9
CHOICES = {
    "weighting": methods.weighting_methods,
    "normalisation": methods.normalisation_methods,
    "goalposts": methods.goalpost_rules,
    "aggregation": methods.aggregation_methods,
    "uncertainty": methods.uncertainty_methods,
}


@require_http_methods(["GET", "HEAD", "POST"])
def recipe_new(request: StaffRequest, edition_id: int) -> HttpResponse:
    """A new recipe by choices on top of another one; its consequence is shown on demand and nothing saved by that."""
    edition = edition_or_404(request, edition_id)
    require(may_start_run(request.user, edition.province))
    source, start = _start(request, edition)
    known = Known(names_in(edition), margin_names(edition), [str(year) for year in years_published_before(edition)])
    typed = request.POST if request.method == "POST" else None
    form = RecipeForm(_rescaled(typed, start), start=start, known=known)
    state = _judged(request, edition, form, source)
    if isinstance(state, HttpResponse):
        return state
    context = {**frame(edition), "form": form, "source": source, **state}
    if wants_fragment(request):
        return render(request, "scoring/recipe_consequence.html", context)
    words = {name: make() for name, make in CHOICES.items()}
    return render(
        request,
        "scoring/recipe_new.html",
        {**context, "choices": words},
        status=422 if form.errors or state.get("homeless") else 200,
    )


def _judged(request: StaffRequest, edition: Edition, form: RecipeForm, source: Recipe | None) -> HttpResponse | Context:
    """Save, try or refuse what was typed: the answer after saving, else what the page shows beside the form."""
    if not form.is_valid():
        return {}
    content = form.content()
    try:
        if "save" in request.POST:
            given = {"reason": form.cleaned_data["reason"], "starts_from": source}
            return _saved(request, edition, content, given)
        return panel(
            edition, form.known.names, start=form.start, content=recipe_checked(edition=edition, content=content)
        )
    except RecipeFaulty as refusal:
        return {"homeless": form.faults_add(refusal.faults, content)}


def _saved(request: StaffRequest, edition: Edition, content: Any, given: Mapping[str, Any]) -> HttpResponse:
    made = recipe_create(edition=edition, content=content, by=request.user, now=timezone.now(), **given)
    messages.success(request, _("Recipe %(number)s can be used.") % {"number": made.number})
    return redirect("staff:runs", edition.pk)


def _start(request: StaffRequest, edition: Edition) -> tuple[Recipe | None, Mapping[str, Any]]:
    """The recipe to begin with: the one asked for, else the standard one."""
    asked = request.GET.get("from", "")
    if not asked.isdecimal() or len(asked) > MOST_DIGITS:
        return None, recipe_default(edition)
    source: Recipe = get_object_or_404(recipes_of(edition), number=int(asked))
    return source, source.content


def _rescaled(typed: QueryDict | None, start: Mapping[str, Any]) -> QueryDict | None:
    """What was typed, with the weights of the block asked for brought to a sum of 100 %."""
    block = typed.get("rescale", "") if typed is not None else ""
    if typed is None or block not in start["blocks"]:
        return typed
    rows = range(len(start["blocks"][block]["sub_indices"]))
    names = [f"blocks__{block}__sub_indices__{row}__weight" for row in rows]
    try:
        weights = [float(typed.get(name, "").replace(",", ".")) for name in names]
    except ValueError:
        return typed
    if min(weights) < 0 or not 0 < sum(weights) < float("inf"):
        return typed
    changed = typed.copy()
    for name, weight in zip(names, weights, strict=True):
        changed[name] = typed_number(100 * weight / sum(weights))
    return changed


@require_http_methods(["GET", "HEAD", "POST"])
def recipe_import(request: StaffRequest, edition_id: int) -> HttpResponse:
    """A whole recipe as JSON, typed or as a file: checked with its consequence, or saved."""
    edition = edition_or_404(request, edition_id)
    require(may_start_run(request.user, edition.province))
    source, start = _start(request, edition)
    typed, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    text = RecipeTextForm(typed, files, initial={"text": _pretty(start)})
    state: HttpResponse | Context = {}
    if text.is_valid():
        state = _imported(request, edition, text, source, start)
    if isinstance(state, HttpResponse):
        return state
    status = 422 if text.errors or state.get("faults") else 200
    return render(request, "scoring/recipe_import.html", {**frame(edition), "text": text, **state}, status=status)


def _imported(
    request: StaffRequest, edition: Edition, text: RecipeTextForm, source: Recipe | None, start: Mapping[str, Any]
) -> HttpResponse | Context:
    content, names = text.cleaned_data["content"], names_in(edition)
    try:
        if "save" in request.POST:
            return _saved(request, edition, content, {"reason": text.cleaned_data["reason"], "starts_from": source})
        checked = recipe_checked(edition=edition, content=content)
        return {**panel(edition, names, start=start, content=checked), "checked": _pretty(checked)}
    except RecipeFaulty as refusal:
        return {"faults": [_fault(fault, names, content) for fault in refusal.faults]}


def _fault(fault: Any, names: EditionNames, content: Any) -> dict[str, str]:
    """A fault for the error summary: the place in words, the path as it stands in the JSON, what is wrong."""
    words = f"{path_words(fault.path, names, content)}: {recipe_fault_sentence(fault)}"
    return {"text": f"{words} ({fault.path or '–'})", "anchor": "id_text"}


def _pretty(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2)
