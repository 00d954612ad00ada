"""Diagnostics after a run: started once, computed from the same bytes, stored for good."""

import hashlib
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from django.db import DatabaseError, transaction

from accounts.enums import JobState, Role
from accounts.models import AuditEntry, Job
from accounts.rules import NotYours
from accounts.services import job_execute
from scoring.engine.dataset import canonical_json
from scoring.engine.pipeline import Inputs, score
from scoring.frames.deep import Given, deep_diagnostics
from scoring.frames.exclusions import Compared
from scoring.models import RunDiagnostics, ScoringRun
from scoring.selectors.diagnostics import diagnostics_job, diagnostics_of
from scoring.services.computing import RunNotRepeatable, run_repeat
from scoring.services.diagnosing import diagnostics_execute
from scoring.services.diagnostics import (
    DiagnosticsThere,
    DiagnosticsUnderway,
    NothingToDiagnose,
    diagnostics_start,
)
from surveys.models import BlockUnit
from tests.factories.editions import NOW
from tests.factories.people import province_make, user_make
from tests.factories.results import edition_frozen, run_of, scored_edition
from tests.scoring.web.visits import started

pytestmark = pytest.mark.django_db


def silent(_done, _total, _words):
    """Nobody asked for progress."""


def only(survey, kept):
    """The survey of these respondents."""
    rows = np.isin(survey.firm, kept)
    place = np.zeros(survey.n_firms, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    return replace(
        survey,
        stratum=survey.stratum[kept],
        base_weight=survey.base_weight[kept],
        firm=place[survey.firm[rows]],
        unit=survey.unit[rows],
        answers=survey.answers[rows],
        satisfaction=survey.satisfaction[rows],
        respondents=tuple(survey.respondents[i] for i in kept),
        margins=tuple(replace(margin, codes=margin.codes[kept]) for margin in survey.margins),
    )


def diagnosed(run):
    job = diagnostics_job(run)
    job_execute(str(job.pk))
    return Job.objects.get(pk=job.pk), diagnostics_of(run)


def test_a_complete_run_is_followed_by_its_diagnostics():
    run = scored_edition(responses=60)
    job, made = diagnosed(run)
    assert (job.state, job.by, job.result["sha256"]) == (JobState.DONE, run.started_by, made.sha256), job.message
    assert set(made.content["blocks"]) == {"departments", "localities"}
    assert "missing" not in made.content["blocks"]["departments"]["choices"]
    entry = AuditEntry.objects.get(action="run.diagnose")
    assert (entry.by, entry.subject_id, entry.note) == (run.started_by, str(run.pk), made.sha256)


def test_the_hash_is_that_of_what_is_stored_and_the_same_run_gives_it_again():
    dataset, analyst = edition_frozen(responses=60), user_make(Role.ANALYST)
    first, second = (diagnosed(run_of(dataset, by=analyst))[1] for _ in range(2))
    kept = RunDiagnostics.objects.get(pk=first.pk)
    assert hashlib.sha256(canonical_json(kept.content).encode()).hexdigest() == kept.sha256
    assert (first.run_id != second.run_id, first.sha256) == (True, second.sha256)


@pytest.mark.parametrize("write", ["update", "delete"])
def test_stored_diagnostics_stay(write):
    _, made = diagnosed(scored_edition(responses=40))
    rows = RunDiagnostics.objects.filter(pk=made.pk)
    with pytest.raises(DatabaseError, match="frozen: scoring_rundiagnostics"), transaction.atomic():
        rows.update(sha256="0" * 64) if write == "update" else rows.delete()


def test_a_run_is_diagnosed_once():
    run = scored_edition(responses=40)
    with pytest.raises(DiagnosticsUnderway):
        diagnostics_start(run=run, by=run.started_by, now=NOW)
    diagnosed(run)
    with pytest.raises(DiagnosticsThere):
        diagnostics_start(run=run, by=run.started_by, now=NOW)


def test_interrupted_diagnostics_are_started_again_by_an_approver():
    run = scored_edition(responses=40)
    Job.objects.filter(pk=diagnostics_job(run).pk).update(state=JobState.INTERRUPTED)
    approver = user_make(Role.APPROVER, province=run.edition.province)
    started_anew = diagnostics_start(run=run, by=approver, now=NOW.replace(year=2100))
    job, made = diagnosed(run)
    assert (job.pk, job.by, made.run) == (started_anew.pk, approver, run)


def test_only_a_complete_run_is_diagnosed_and_only_by_whom_it_concerns():
    run = started(edition_frozen(responses=20))
    analyst = user_make(Role.ANALYST, province=run.edition.province)
    with pytest.raises(NothingToDiagnose):
        diagnostics_start(run=run, by=analyst, now=NOW)
    strangers = [
        user_make(Role.MANAGER, Role.MODERATOR, province=run.edition.province),
        user_make(*Role, province=province_make("hung-yen")),
    ]
    for stranger in strangers:
        with pytest.raises(NotYours):
            diagnostics_start(run=run, by=stranger, now=NOW)


def test_a_unit_withheld_after_the_run_does_not_matter():
    run = scored_edition(responses=60)
    BlockUnit.objects.filter(block__edition=run.edition).update(withheld=True)
    job, made = diagnosed(run)
    assert job.state == JobState.DONE, job.message
    assert {unit["status"] for unit in made.content["blocks"]["departments"]["units"]} == {"ranked"}


def test_a_run_that_cannot_be_repeated_to_its_hash_is_refused():
    run = scored_edition(responses=40)
    other = scored_edition(responses=40, year=2023, seed=9)
    forged = ScoringRun.objects.get(pk=run.pk)
    forged.diagnostics["blocks"]["departments"]["sha256"] = other.diagnostics["blocks"]["departments"]["sha256"]
    with pytest.raises(RunNotRepeatable):
        run_repeat(run=forged, progress=silent)


def test_a_lost_dataset_is_said_in_words():
    run = scored_edition(responses=40)
    run.dataset.file.storage.delete(run.dataset.file.name)
    job, made = diagnosed(run)
    assert (job.state, made) == (JobState.FAILED, None)
    assert "Không đọc được tệp dữ liệu" in job.message


def test_progress_rises_to_the_end_in_words():
    run = scored_edition(responses=40)
    told = []
    diagnostics_execute(run_id=run.pk, by=None, progress=lambda *each: told.append(each), clock=lambda: NOW)
    done = [each[0] for each in told]
    assert (done, done[0]) == (sorted(done), 0)
    assert 90 < done[-1] <= 100
    assert told[-1][2] == "Địa phương: lấy mẫu lại"


def test_one_unit_alone_leaves_out_what_needs_others():
    _, made = diagnosed(scored_edition(responses=60, units=1))
    facts = made.content["blocks"]["departments"]
    missing = {name: part["missing"]["code"] for name, part in facts.items() if "missing" in part}
    assert missing == dict.fromkeys(["leniency", "drivers", "choices"], "not_enough_data")


def test_scores_without_flagged_responses_stand_beside_those_with_all():
    run = scored_edition(responses=80)
    outcome = run_repeat(run=run, progress=silent)
    result = outcome.results["departments"]
    survey = result.run.survey
    kept = np.sort(Random(1).sample(range(survey.n_firms), 60))
    part = score(only(survey, kept), result.run.framework, result.run.recipe, Inputs(seed=1))
    found = deep_diagnostics(Given(result, {}, Compared(part, check=1)), lambda _step, _share: None)
    assert (found["flagged"]["responses"], found["flagged"]["without"]["responses"]) == (80, 60)
    assert found["flagged"]["without"]["rank"] == list(part.scores["rank"])
    assert "all" not in found["flagged"]
    assert found["choices"]["names"][-1] == "responses"
