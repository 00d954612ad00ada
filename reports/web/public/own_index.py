"""The page on which readers weigh the sub-indices themselves. Works as a form; a script computes the same at once."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from reports import sentences
from reports.selectors.own_index import OwnIndex, own_index
from reports.selectors.ranking import Block, Ranking
from reports.selectors.ranking import ranking as ranking_of
from reports.web.public.frame import Crumb, release_context
from reports.web.public.release import of_release
from scoring.engine.options import aggregate_options
from scoring.models import Publication

MOST = 100
PREFIX = "w-"
SEVERAL = 2  # any number that English writes in the plural


class WeightsForm(forms.Form):
    """One weight for each sub-index, in per cent; what an address leaves out keeps its official weight."""

    def __init__(self, block: Block, query: QueryDict) -> None:
        self.official = {column.code: _short(column.weight * 100) for column in block.columns}
        self.exact = {column.code: column.weight for column in block.columns}
        names = {PREFIX + code for code in self.official}
        given = {name: value for name, value in query.items() if name in names}
        start: dict[str, Any] = {PREFIX + code: weight for code, weight in self.official.items()}
        super().__init__(start | given if given else None, initial=start, auto_id="%s")
        for column in block.columns:
            self.fields[PREFIX + column.code] = _weight(column.name)

    def clean(self) -> dict[str, Any]:
        """Some weight must be left."""
        given: dict[str, Any] = super().clean() or {}
        if len(given) == len(self.fields) and not any(given.values()):
            raise forms.ValidationError(_("Give at least one sub-index a weight above 0."))
        return given

    def weights(self) -> Mapping[str, float]:
        """The weights by code; the official ones unless the form was sent and is in order."""
        if not self.is_bound or not self.is_valid():
            return self.exact
        found = {code: float(self.cleaned_data[PREFIX + code]) for code in self.official}
        return self.exact if found == self.official else found


def _short(weight: float) -> float:
    """As a field shows it: two decimals at most, none where none are needed."""
    short = round(weight, 2)
    return int(short) if short.is_integer() else short


def _weight(name: str) -> forms.FloatField:
    widget = forms.NumberInput(attrs={"step": "any", "inputmode": "decimal", "class": "input input--number"})
    messages = {"required": gettext_lazy("Enter a number from 0 to 100."), "invalid": gettext_lazy("Enter a number.")}
    return forms.FloatField(label=name, min_value=0, max_value=MOST, widget=widget, error_messages=messages)


@require_safe
@of_release
def page(request: HttpRequest, publication: Publication, block: str) -> HttpResponse:
    """A league table under the reader's own weights, marked as such, beside the official ranks."""
    tables = ranking_of(publication)
    shown = _block(tables, block)
    form = WeightsForm(shown, request.GET)
    options = aggregate_options(publication.run.recipe.content)
    own = own_index(shown, options, form.weights())
    context = release_context(request, publication, Crumb(_("Own weights: %(block)s") % {"block": shown.name}))
    context |= {
        "own": own,
        "form": form,
        "weights": _weights(form, own),
        "shared": settings.SITE_URL + request.get_full_path(),
    }
    context |= _words(own)
    status = 422 if form.errors else 200
    return render(request, "reports/screen/own_index.html", context, status=status)


def _block(tables: Ranking, code: str) -> Block:
    """The league table of this code, if there is anything to rank in it."""
    for block in tables.blocks:
        if block.code == code and block.rows:
            return block
    raise Http404


def _weights(form: WeightsForm, own: OwnIndex) -> list[dict[str, Any]]:
    """Each sub-index with its field and its share."""
    return [
        {"field": form[PREFIX + item.column.code], "item": item, "official": form.official[item.column.code]}
        for item in own.columns
    ]


def _words(own: OwnIndex) -> dict[str, Any]:
    """What the page says of the shifts, and the same sentences with places for the numbers that a script fills in."""
    blank = {name: f"{{{name}}}" for name in ("count", "all", "name", "from", "to")}
    return {
        "moved": sentences.own_moved(own),
        "weightings": sentences.weightings_note(own.block.firmness),
        "phrases": {
            "none": sentences.own_shift_phrase(0) % blank,
            "one": sentences.own_shift_phrase(1) % blank,
            "several": sentences.own_shift_phrase(SEVERAL) % blank,
            "farthest": sentences.own_farthest_phrase() % blank,
        },
    }
