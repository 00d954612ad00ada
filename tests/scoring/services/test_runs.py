"""Runs: the numbers against an independent computation, hashes, edges, failures, frozen results."""

import hashlib
import io
import json
import zipfile
from random import Random

import numpy as np
import pandas as pd
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction

from accounts.enums import JobState, Role
from accounts.models import AuditEntry, Job
from accounts.services import job_execute, jobs_interrupted_mark
from scoring.enums import RunState, ScoreStatus
from scoring.models import IndicatorScore, Score, ScoringRun, SubIndexScore
from scoring.services.computing import RunNotWaiting, run_execute
from scoring.services.recipes import recipe_create, recipe_default
from scoring.services.runs import NotFrozen, OtherEdition, RunUnderway, run_start
from surveys.enums import EditionState
from surveys.models import BlockUnit, HardValue, Indicator, Margin, Rating, Response
from surveys.services.datasets import dataset_freeze
from surveys.services.editions import edition_close, edition_open
from tests.factories.editions import NOW, answer, edition_closed, edition_make
from tests.factories.people import province_make, user_make
from tests.factories.results import edition_frozen, published_edition, run_of, scored_edition
from tests.scoring.services.recomputed import recompute

pytestmark = pytest.mark.django_db


def frame(rows, index, column, value):
    return pd.DataFrame(list(rows.values(index, column, value))).pivot(index=index, columns=column, values=value)


def test_scores_agree_with_an_independent_computation():
    run = scored_edition(responses=120, units=4)
    for block in run.edition.blocks.all():
        expected = recompute(block)
        scores = {score.block_unit.unit.code: score for score in run.scores.filter(block=block)}
        found = pd.Series({code: score.total for code, score in scores.items()})
        np.testing.assert_allclose(found[expected.totals.index], expected.totals, atol=1e-6)
        assert {code: score.rank for code, score in scores.items()} == expected.ranks.astype(int).to_dict()
        assert {code: score.n for code, score in scores.items()} == expected.ratings.to_dict()


def test_every_step_agrees_with_an_independent_computation():
    run = scored_edition(responses=120, units=4)
    for block in run.edition.blocks.all():
        expected = recompute(block)
        of_block = {"run": run, "block_unit__block": block}
        rows, unit = IndicatorScore.objects.filter(**of_block), "block_unit__unit__code"
        raw, points = (frame(rows, unit, "indicator__code", name) for name in ("raw", "points"))
        np.testing.assert_allclose(raw[expected.raw.columns].loc[expected.raw.index], expected.raw, atol=1e-7)
        np.testing.assert_allclose(
            points[expected.points.columns].loc[expected.points.index], expected.points, atol=1e-6
        )
        parts = frame(SubIndexScore.objects.filter(**of_block), unit, "sub_index__code", "value")
        wanted = expected.sub_indices
        np.testing.assert_allclose(parts[wanted.columns].loc[wanted.index], wanted, atol=1e-6)
        lost = frame(rows, unit, "indicator__code", "lost").sum(axis=1)
        np.testing.assert_allclose(100 - lost[expected.totals.index], expected.totals, atol=1e-6)


def test_intervals_ranges_and_ties_hang_together():
    run = scored_edition(responses=150, units=5)
    for score in run.scores.exclude(se=0):
        assert score.low < score.total < score.high
        assert (score.high - score.low) / score.se == pytest.approx(2 * 1.959964, abs=1e-5)
    for score in run.scores.all():
        assert 1 <= score.rank_low <= score.rank <= score.rank_high <= 5
        partners = run.scores.filter(block=score.block, block_unit__unit__code__in=score.tied_with)
        assert len(partners) == len(score.tied_with)
        assert all(score.block_unit.unit.code in partner.tied_with for partner in partners)


def test_the_same_input_gives_the_same_hashes_and_another_seed_does_not():
    dataset, analyst = edition_frozen(responses=60), user_make(Role.ANALYST)
    first, again, other = run_of(dataset, by=analyst), run_of(dataset, by=analyst), run_of(dataset, by=analyst, seed=2)
    assert (first.result_sha256, first.tables_sha256) == (again.result_sha256, again.tables_sha256)
    assert other.result_sha256 != first.result_sha256
    assert [run.number for run in (first, again, other)] == [1, 2, 3]


def test_tables_and_manifest_lead_back_to_the_inputs():
    run = scored_edition(responses=60)
    with run.tables.open("rb") as handle:
        content = handle.read()
    assert hashlib.sha256(content).hexdigest() == run.tables_sha256
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        manifest, recipe = (json.loads(archive.read(name)) for name in ("run.json", "recipe.json"))
        table = pd.read_csv(io.BytesIO(archive.read("departments/scores.csv")))
        weights = pd.read_csv(io.BytesIO(archive.read("departments/weights.csv")))
    assert (manifest["dataset_sha256"], manifest["result_sha256"]) == (run.dataset.sha256, run.result_sha256)
    assert recipe == run.recipe.content
    totals = dict(run.scores.filter(block__code="departments").values_list("block_unit__unit__code", "total"))
    assert dict(zip(table["unit"], table["score"], strict=True)) == pytest.approx(totals, abs=1e-7)
    assert weights["weight"].sum() == pytest.approx(1000)


def test_diagnostics_show_what_weighting_did():
    run = scored_edition(responses=80)
    facts = run.diagnostics["blocks"]["departments"]
    micro = next(row for row in facts["margins"] if row["level"] == "micro")
    assert micro["respondents"] == Response.objects.filter(profile__size="micro").count() == micro["before"]
    assert (micro["population"], micro["after"]) == (700, pytest.approx(700))
    weights = facts["weights"]
    assert weights["design_effect"] == pytest.approx(80 / weights["kish_n"])
    assert {item["code"]: item["nominal"] for item in facts["sub_indices"]} == {"transparency": 0.6, "time_costs": 0.4}


def test_a_complete_run_moves_the_edition_on_once():
    dataset, analyst = edition_frozen(responses=40), user_make(Role.ANALYST)
    run = run_of(dataset, by=analyst)
    run_of(dataset, by=analyst)
    run.edition.refresh_from_db()
    assert run.edition.state == EditionState.SCORED
    trail = AuditEntry.objects.filter(action__in=["run.start", "run.complete", "edition.scored"]).order_by("id")
    deeds = list(trail.values_list("action", "by", "state_from", "state_to"))
    assert deeds == [
        ("run.start", analyst.pk, "", ""),
        ("run.complete", analyst.pk, "running", "complete"),
        ("edition.scored", analyst.pk, "frozen", "scored"),
        ("run.start", analyst.pk, "", ""),
        ("run.complete", analyst.pk, "running", "complete"),
    ]


def prepared(*, responses=60, units=3, before_open=None, before_close=None):
    """A frozen edition, changed on its way."""
    edition = edition_make(units=units)
    if before_open:
        before_open(edition)
    edition_open(edition=edition, by=None, now=NOW)
    answer(edition, responses=responses, seed=1)
    if before_close:
        before_close(edition)
    edition_close(edition=edition, by=None, now=NOW, rng=Random(1))
    return dataset_freeze(edition=edition, by=None, now=NOW)


def test_a_withheld_unit_is_scored_but_takes_no_rank():
    dataset = edition_frozen(responses=90, units=4)
    open_run = run_of(dataset, by=user_make(Role.ANALYST))
    best = open_run.scores.get(block__code="departments", rank=1)
    BlockUnit.objects.filter(pk=best.block_unit_id).update(withheld=True)
    run = run_of(dataset, by=user_make(Role.ANALYST))
    held = run.scores.get(block_unit=best.block_unit_id)
    assert (held.status, held.rank, held.band, held.tied_with) == (ScoreStatus.WITHHELD, None, "", [])
    assert held.total == best.total
    ranks = run.scores.filter(block__code="departments", status=ScoreStatus.RANKED).order_by("rank")
    assert [score.rank for score in ranks] == [1, 2, 3]
    parts = SubIndexScore.objects.filter(run=run, block_unit__block__code="departments", sub_index__code="transparency")
    assert parts.get(block_unit=best.block_unit_id).rank is None
    assert sorted(part.rank for part in parts.exclude(block_unit=best.block_unit_id)) == [1, 2, 3]
    assert run.diagnostics["inputs"]["withheld"]["departments"] == [best.block_unit.unit.code]
    assert run.result_sha256 != open_run.result_sha256


def test_a_unit_with_too_few_ratings_is_insufficient():
    def drop(edition):
        few = BlockUnit.objects.filter(block__code="departments").order_by("unit__code").first()
        keep = Rating.objects.filter(block_unit=few).order_by("id").values_list("id", flat=True)[:4]
        Rating.objects.filter(block_unit=few).exclude(id__in=list(keep)).delete()

    dataset = prepared(before_close=drop)
    run = run_of(dataset, by=user_make(Role.ANALYST))
    few = run.scores.filter(block__code="departments").order_by("block_unit__unit__code").first()
    assert (few.status, few.reason, few.n) == (ScoreStatus.INSUFFICIENT, "unit_below_minimum", 4)
    assert (few.total, few.rank, few.low, few.band) == (None, None, None, "")
    assert [score.rank for score in run.scores.filter(block__code="departments", rank__isnull=False)] == [1, 2]
    missing = IndicatorScore.objects.filter(run=run, block_unit=few.block_unit_id, indicator__kind="soft")
    assert set(missing.values_list("reason", flat=True)) == {"unit_below_minimum"}
    codes = [notice["code"] for notice in run.diagnostics["blocks"]["departments"]["warnings"]]
    assert codes == ["unit_insufficient"]


def test_an_indicator_without_spread_is_left_out_with_a_reason():
    dataset = prepared(before_open=lambda edition: HardValue.objects.update(value=88.0))
    run = run_of(dataset, by=user_make(Role.ANALYST))
    flat = IndicatorScore.objects.filter(run=run, indicator__code="TG2")
    assert set(flat.values_list("raw", "points", "reason")) == {(88.0, None, "goalposts_equal")}
    # One of two indicators is left: half is less than the two thirds that a sub-index needs.
    assert set(SubIndexScore.objects.filter(run=run, sub_index__code="time_costs").values_list("value")) == {(None,)}
    first = run.scores.order_by("pk").first()
    assert (first.status, first.reason) == (ScoreStatus.INSUFFICIENT, "insufficient_available")


def test_hard_data_with_too_few_dossiers_are_missing_with_a_reason():
    def few(edition):
        HardValue.objects.filter(block_unit__unit__code="so-tai-chinh").update(dossiers=9)

    run = run_of(prepared(before_open=few), by=user_make(Role.ANALYST))
    row = IndicatorScore.objects.get(run=run, indicator__code="TG2", block_unit__unit__code="so-tai-chinh")
    assert (row.raw, row.points, row.n, row.reason) == (None, None, 9, "few_dossiers")


def test_indicator_order_of_the_recipe_does_not_matter():
    dataset = edition_frozen(responses=80)
    content = recipe_default(dataset.edition)
    content["blocks"]["localities"]["indicators"].reverse()
    turned = recipe_create(edition=dataset.edition, content=content, by=None, now=NOW)
    run = run_of(dataset, by=user_make(Role.ANALYST))
    other = run_start(edition=dataset.edition, dataset=dataset, recipe=turned, seed=1, by=None, now=NOW)
    job_execute(str(other.job_id))
    pairs = [dict(each.scores.values_list("block_unit", "total")) for each in (run, other)]
    assert pairs[0] == pytest.approx(pairs[1])


def test_goalposts_of_an_earlier_release_can_be_pooled():
    published_edition(year=2023, responses=80, seed=5)
    dataset = edition_frozen(year=2024, responses=80)
    content = recipe_default(dataset.edition)
    content["normalise"] |= {"goalposts": "pooled", "editions": ["2023"]}
    recipe = recipe_create(edition=dataset.edition, content=content, by=None, now=NOW)
    run = run_start(edition=dataset.edition, dataset=dataset, recipe=recipe, seed=1, by=None, now=NOW)
    job_execute(str(run.job_id))
    run.refresh_from_db()
    assert (run.state, run.fault) == (RunState.COMPLETE, "")
    assert run.diagnostics["inputs"]["history"] == {"departments": ["2023"], "localities": ["2023"]}
    values = IndicatorScore.objects.filter(indicator__code="MB1", block_unit__block__code="departments")
    lowest = min(values.values_list("raw", flat=True))
    post = next(row for row in run.diagnostics["blocks"]["departments"]["goalposts"] if row["indicator"] == "MB1")
    assert post["lower"] == lowest


# --- who and when -----------------------------------------------------------------------------------------------


def test_a_run_needs_frozen_data():
    dataset = edition_frozen(responses=10)
    recipe = recipe_create(edition=dataset.edition, content=recipe_default(dataset.edition), by=None, now=NOW)
    other = edition_closed(responses=5, year=2025)
    with pytest.raises(NotFrozen):
        run_start(edition=other, dataset=dataset, recipe=recipe, seed=1, by=None, now=NOW)


def test_dataset_and_recipe_must_be_of_the_edition():
    first, second = edition_frozen(responses=10), edition_frozen(responses=10, year=2025)
    recipe = recipe_create(edition=first.edition, content=recipe_default(first.edition), by=None, now=NOW)
    with pytest.raises(OtherEdition):
        run_start(edition=second.edition, dataset=second, recipe=recipe, seed=1, by=None, now=NOW)


def test_the_same_run_is_not_started_twice_at_a_time():
    dataset = edition_frozen(responses=30)
    recipe = recipe_create(edition=dataset.edition, content=recipe_default(dataset.edition), by=None, now=NOW)
    run_start(edition=dataset.edition, dataset=dataset, recipe=recipe, seed=1, by=None, now=NOW)
    with pytest.raises(RunUnderway):
        run_start(edition=dataset.edition, dataset=dataset, recipe=recipe, seed=1, by=None, now=NOW)
    run_start(edition=dataset.edition, dataset=dataset, recipe=recipe, seed=2, by=None, now=NOW)


def test_an_interrupted_run_fails_and_can_be_started_again():
    dataset = edition_frozen(responses=30)
    recipe = recipe_create(edition=dataset.edition, content=recipe_default(dataset.edition), by=None, now=NOW)
    start = {"edition": dataset.edition, "dataset": dataset, "recipe": recipe, "seed": 1, "by": None, "now": NOW}
    stopped = run_start(**start)
    ScoringRun.objects.filter(pk=stopped.pk).update(state=RunState.RUNNING)
    assert jobs_interrupted_mark(now=NOW) == 1

    again = run_start(**start)
    job_execute(str(again.job_id))

    stopped.refresh_from_db()
    again.refresh_from_db()
    assert (stopped.state, stopped.diagnostics["fault"]["code"]) == (RunState.FAILED, "interrupted")
    assert stopped.fault != ""
    assert again.state == RunState.COMPLETE


def test_a_margin_that_cannot_be_met_fails_the_run_with_a_sentence():
    dataset = prepared(before_open=lambda edition: Margin.objects.filter(field__code="size").update(count=5))
    run = run_of(dataset, by=user_make(Role.ANALYST))
    job = Job.objects.get(pk=run.job_id)
    assert run.state == RunState.FAILED
    assert (run.diagnostics["fault"]["code"], run.diagnostics["fault"]["path"]) == ("margin_totals_differ", "type")
    assert "type" in run.fault
    assert job.state == JobState.FAILED
    assert run.fault in job.message
    assert not Score.objects.exists()
    run.edition.refresh_from_db()
    assert run.edition.state == EditionState.FROZEN
    assert AuditEntry.objects.filter(action="run.fail").count() == 1


def test_a_changed_dataset_file_fails_the_run():
    dataset = edition_frozen(responses=10)
    name = dataset.file.name
    default_storage.delete(name)
    default_storage.save(name, ContentFile(b"something else"))
    run = run_of(dataset, by=user_make(Role.ANALYST))
    assert (run.state, run.diagnostics["fault"]["code"]) == (RunState.FAILED, "dataset_changed")


def test_a_lost_dataset_file_fails_the_run():
    dataset = edition_frozen(responses=10)
    default_storage.delete(dataset.file.name)
    run = run_of(dataset, by=user_make(Role.ANALYST))
    assert (run.state, run.diagnostics["fault"]["code"]) == (RunState.FAILED, "dataset_unreadable")


def test_a_run_is_computed_once():
    run = scored_edition(responses=30)
    with pytest.raises(RunNotWaiting):
        run_execute(run_id=run.pk, progress=lambda done, total, message: None, clock=lambda: NOW)


def test_progress_rises_to_the_end_in_words():
    dataset = edition_frozen(responses=30)
    recipe = recipe_create(edition=dataset.edition, content=recipe_default(dataset.edition), by=None, now=NOW)
    run = run_start(edition=dataset.edition, dataset=dataset, recipe=recipe, seed=1, by=None, now=NOW)
    told = []
    run_execute(run_id=run.pk, progress=lambda *each: told.append(each), clock=lambda: NOW)
    done = [each[0] for each in told]
    assert done == sorted(done)
    assert (done[0], done[-1], {each[1] for each in told}) == (0, 100, {100})
    assert told[0][2].startswith("Sở, ban, ngành: ")


@pytest.mark.parametrize("kind", [Score, SubIndexScore, IndicatorScore])
@pytest.mark.parametrize("write", ["update", "delete", "insert"])
def test_results_of_a_complete_run_stay(kind, write):
    run = scored_edition(responses=30)
    row = kind.objects.filter(run=run).order_by("pk").first()
    writes = {
        "update": lambda: kind.objects.filter(pk=row.pk).update(run_id=run.pk),
        "delete": lambda: kind.objects.filter(pk=row.pk).delete(),
        "insert": lambda: _copied(row).save(force_insert=True),
    }
    with pytest.raises(DatabaseError, match="frozen: scoring_"), transaction.atomic():
        writes[write]()


def _copied(row):
    row.pk = None
    row.block_unit = BlockUnit.objects.exclude(pk=row.block_unit_id).order_by("pk").first()
    row._state.adding = True
    return row


@pytest.mark.parametrize("write", ["update", "delete"])
def test_a_complete_run_stays(write):
    run = scored_edition(responses=30)
    rows = ScoringRun.objects.filter(pk=run.pk)
    with pytest.raises(DatabaseError, match="frozen: scoring_"), transaction.atomic():
        rows.update(result_sha256="0" * 64) if write == "update" else rows.delete()


def test_minimum_of_answers_is_the_indicators_own():
    def strict(edition):
        Indicator.objects.filter(code="DD1").update(minimum_n=1000)

    run = run_of(prepared(before_open=strict), by=user_make(Role.ANALYST))
    rows = IndicatorScore.objects.filter(run=run, indicator__code="DD1")
    assert set(rows.values_list("raw", "reason")) == {(None, "below_minimum")}


def test_provinces_do_not_mix():
    first = edition_frozen(responses=20)
    second = edition_frozen(responses=20, province=province_make("hung-yen"), seed=3)
    run = run_of(second, by=user_make(Role.ANALYST, province=second.edition.province))
    assert run.number == 1
    assert set(run.scores.values_list("block__edition", flat=True)) == {second.edition_id}
    assert first.sha256 != second.sha256


def test_two_first_runs_at_once_are_both_kept():
    dataset, analyst = edition_frozen(responses=30), user_make(Role.ANALYST)
    edition = dataset.edition
    recipe = recipe_create(edition=edition, content=recipe_default(edition), by=analyst, now=NOW)
    facts = {"edition": edition, "dataset": dataset, "recipe": recipe, "by": analyst, "now": NOW}
    slow, fast = (run_start(**facts, seed=seed) for seed in (1, 2))

    def overtaken(_done, _total, _words):
        if ScoringRun.objects.get(pk=fast.pk).state == RunState.WAITING:
            run_execute(run_id=fast.pk, progress=lambda *_: None, clock=lambda: NOW)

    run_execute(run_id=slow.pk, progress=overtaken, clock=lambda: NOW)

    assert set(ScoringRun.objects.values_list("state", flat=True)) == {RunState.COMPLETE}
    edition.refresh_from_db()
    assert edition.state == EditionState.SCORED
