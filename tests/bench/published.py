"""The demonstration's edition with its simulated responses, published, but without files."""

from random import Random

from django.utils import timezone

from accounts.enums import Role
from accounts.services import job_execute
from scoring.enums import Verdict
from scoring.models import Publication
from scoring.services.publications import publication_create
from scoring.services.recipes import recipe_create, recipe_default
from scoring.services.runs import run_approve, run_start
from surveys.demo.people import province_ensure
from surveys.demo.simulation import Plan, responses_simulate
from surveys.demo.workbook import demo_workbook
from surveys.services.datasets import dataset_freeze
from surveys.services.edition_import import edition_import
from surveys.services.editions import edition_close, edition_open
from tests.factories.ballots import box_open, key_holders_make
from tests.factories.people import user_make


def published_demo() -> Publication:
    now = timezone.now()
    province = province_ensure(now=now)
    analyst, approver = user_make(Role.ANALYST, province=province), user_make(Role.APPROVER, province=province)
    edition = edition_import(workbook=demo_workbook(), province=province, by=None, now=now)
    key_holders_make(edition)
    edition_open(edition=edition, by=None, now=now)
    responses_simulate(edition=edition, plan=Plan(), by=None, now=now, progress=lambda done, total: None)
    edition_close(edition=edition, by=None, now=now, rng=Random(1))
    box_open(edition)
    dataset = dataset_freeze(edition=edition, by=analyst, now=now)
    recipe = recipe_create(edition=edition, content=recipe_default(edition), by=analyst, now=now)
    run = run_start(edition=edition, dataset=dataset, recipe=recipe, seed=1, by=analyst, now=now)
    job_execute(str(run.job_id))
    run.refresh_from_db()
    run_approve(run=run, verdict=Verdict.APPROVED, note="", by=approver, now=now)
    return publication_create(run=run, reason="", by=approver, now=now)
