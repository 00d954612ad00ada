"""Editions with results, made by the real services: frozen, scored, approved, published."""

from typing import Any

from accounts.enums import Role
from accounts.models import User
from accounts.services import job_execute
from scoring.enums import Verdict
from scoring.models import Publication, ScoringRun
from scoring.services.publications import publication_create
from scoring.services.recipes import recipe_create, recipe_default
from scoring.services.runs import run_approve, run_start
from surveys.models import Dataset, Edition
from surveys.services.datasets import dataset_freeze
from tests.factories.editions import NOW, edition_closed
from tests.factories.people import user_make


def edition_frozen(**facts: object) -> Dataset:
    """The dataset of a closed edition."""
    return dataset_freeze(edition=edition_closed(**facts), by=None, now=NOW)


def fixed_goalposts(edition: Edition) -> dict[str, Any]:
    """The default recipe, but with goalposts that stay from year to year."""
    content = recipe_default(edition)
    return {**content, "normalise": {**content["normalise"], "goalposts": "fixed"}}


def run_of(dataset: Dataset, *, by: User, seed: int = 1, content: dict[str, Any] | None = None) -> ScoringRun:
    """A complete run with the default recipe, or with this one."""
    chosen = content or recipe_default(dataset.edition)
    recipe = recipe_create(edition=dataset.edition, content=chosen, by=by, now=NOW)
    run = run_start(edition=dataset.edition, dataset=dataset, recipe=recipe, seed=seed, by=by, now=NOW)
    job_execute(str(run.job_id))  # does nothing where the job already ran on commit
    run.refresh_from_db()
    return run


def scored_edition(**facts: object) -> ScoringRun:
    """A complete run of a new edition, made by an analyst."""
    dataset = edition_frozen(**facts)
    return run_of(dataset, by=user_make(Role.ANALYST, province=dataset.edition.province))


def published_edition(**facts: object) -> Publication:
    """The first release of a new edition: run by an analyst, approved by another person, published by a manager."""
    run = scored_edition(**facts)
    province = run.edition.province
    approver, manager = user_make(Role.APPROVER, province=province), user_make(Role.MANAGER, province=province)
    run_approve(run=run, verdict=Verdict.APPROVED, note="", by=approver, now=NOW)
    return publication_create(run=run, reason="", by=manager, now=NOW)


def edition_of(publication: Publication) -> Edition:
    return publication.run.edition
