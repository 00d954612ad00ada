"""Visits to the staff pages of scoring, as somebody with these roles."""

from django.test import Client
from django.urls import reverse

from scoring.enums import RunState
from scoring.models import ScoringRun
from scoring.services.recipes import recipe_create, recipe_default
from scoring.services.runs import run_start
from scoring.web.recipe_form.fields import PairField
from tests.factories.editions import NOW
from tests.factories.people import user_make

EDITION_PAGES = ["runs", "run-start", "run-compare", "recipe-new", "recipe-import"]


def client_of(*roles, **facts):
    client = Client()
    client.force_login(user_make(*roles, **facts))
    return client


def address(name, run):
    arg = run.edition_id if name in EDITION_PAGES else run.recipe_id if name.startswith("recipe") else run.pk
    return reverse(f"staff:{name}", args=[arg])


def started(dataset, state=RunState.WAITING, seed=1):
    """A run whose job has not been done yet."""
    recipe = recipe_create(edition=dataset.edition, content=recipe_default(dataset.edition), by=None, now=NOW)
    run = run_start(edition=dataset.edition, dataset=dataset, recipe=recipe, seed=seed, by=None, now=NOW)
    ScoringRun.objects.filter(pk=run.pk).update(state=state)
    return run


def typed(form):
    """What a browser sends when nothing is changed on the recipe form."""
    sent = {}
    for name, field in form.fields.items():
        value = field.prepare_value(form[name].initial)
        if isinstance(field, PairField):
            sent |= {f"{name}_{row}": end for row, end in enumerate(field.widget.decompress(value))}
        elif value is True:
            sent[name] = "on"
        elif value not in (None, False):
            sent[name] = value
        elif value is None:
            sent[name] = ""
    return sent
