"""Trying other choices beside a run: the numbers of a run, causes that sum to the difference, nothing stored."""

from dataclasses import fields

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Count
from django.urls import reverse

from accounts.enums import Role
from accounts.services import job_execute
from scoring.engine.checks import GoalpostsMissing
from scoring.enums import RunState
from scoring.frames import trials
from scoring.models import Recipe, Score, ScoringRun
from scoring.selectors.compare import BlockShifts, Cause, Shift
from scoring.selectors.diagnostics import diagnostics_job, diagnostics_of
from scoring.sentences import largest_shift_sentence
from scoring.services.recipes import recipe_create
from scoring.services.runs import run_start
from surveys.models import Rating
from surveys.selectors.quality import responses_flagged
from surveys.services.datasets import dataset_freeze
from tests.factories.editions import NOW
from tests.factories.people import province_make, user_make
from tests.factories.quality import check_of, edition_checked, excluded
from tests.factories.results import run_of, scored_edition
from tests.scoring.web.visits import address, client_of, started

pytestmark = pytest.mark.django_db


def choices(run, **other):
    kept = {
        "dataset": run.dataset_id,
        "weights": "rake",
        "goalposts": "edition",
        "indicator_mean": "arithmetic",
        "total_mean": "arithmetic",
        "min_ratings": run.recipe.content["measure"]["min_ratings"],
    }
    return kept | other


def blocks_of(response):
    assert response.status_code == 200
    return response.context["blocks"]


def test_a_trial_without_other_choices_moves_nobody():
    run = scored_edition(responses=60, units=4)
    for block in blocks_of(client_of(Role.ANALYST).get(address("run-trial", run), choices(run))):
        assert (block.moved, block.largest, block.other_bands) == (0, None, 0)
        for row in block.rows:
            assert row.difference == pytest.approx(0, abs=1e-9)
            assert row.cause.main == ""


def test_a_trial_gives_the_numbers_that_a_run_by_these_choices_gives(django_capture_on_commit_callbacks):
    run, client = scored_edition(responses=60, units=4), client_of(Role.ANALYST)
    other = choices(run, goalposts="fixed", total_mean="geometric", weights="design")
    tried = blocks_of(client.get(address("run-trial", run), other))
    assert ScoringRun.objects.count() == Recipe.objects.count() == 1
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(address("run-trial", run), other | {"reason": "Thử mốc cố định"})
    made = ScoringRun.objects.get(number=2)
    assert response.url == reverse("staff:run", args=[made.pk])
    assert (made.state, made.seed, made.recipe.reason) == (RunState.COMPLETE, run.seed, "Thử mốc cố định")
    assert made.recipe.content["normalise"]["goalposts"] == "fixed"
    stored = {score.block_unit_id: (score.rank, score.total) for score in Score.objects.filter(run=made)}
    for block in tried:
        for row in block.rows:
            rank, total = stored[row.before.block_unit_id]
            assert (row.after.rank, row.after.total) == (rank, pytest.approx(total, abs=1e-9))
            assert row.before.run_id == run.pk


def test_causes_sum_to_the_difference_and_name_what_was_changed():
    run, client = scored_edition(responses=60, units=4), client_of(Role.ANALYST)
    for other, main in (
        ({"goalposts": "fixed"}, "goalposts"),
        ({"weights": "none"}, "values"),
        (
            {"total_mean": "harmonic", "indicator_mean": "geometric"},
            "weights",
        ),
    ):
        rows = [
            row
            for block in blocks_of(client.get(address("run-trial", run), choices(run, **other)))
            for row in block.rows
            if row.difference is not None and abs(row.difference) > 1e-9
        ]
        assert rows
        for row in rows:
            parts = row.cause.values + row.cause.goalposts + row.cause.weights + row.cause.adjustment
            assert parts == pytest.approx(row.difference, abs=1e-9)
        if main != "values":
            # Other weights of responses move the units that set the goalposts too.
            assert {row.cause.main for row in rows} == {main}


def test_two_runs_are_compared_with_causes():
    run = scored_edition(responses=60, units=4)
    content = {**run.recipe.content, "normalise": {**run.recipe.content["normalise"], "goalposts": "fixed"}}
    recipe = recipe_create(edition=run.edition, content=content, by=None, now=NOW)
    other = run_start(edition=run.edition, dataset=run.dataset, recipe=recipe, seed=1, by=None, now=NOW)
    job_execute(str(other.job_id))
    blocks = blocks_of(client_of(Role.MANAGER).get(address("run-compare", run), {"first": 1, "second": 2}))
    assert {row.cause.main for block in blocks for row in block.rows} == {"goalposts"}


@pytest.fixture
def reviewed():
    """A run that leaves out three copied responses of a checked edition."""
    analyst = user_make(Role.ANALYST)
    edition = edition_checked(responses=40)
    excluded(edition, by=analyst, code="copy")
    return run_of(dataset_freeze(edition=edition, by=analyst, now=NOW), by=analyst)


def test_responses_left_out_are_a_choice_and_a_cause_of_their_own(reviewed):
    client = client_of(Role.ANALYST)
    assert not any(block.moved for block in blocks_of(client.get(address("run-trial", reviewed), choices(reviewed))))
    facts = reviewed.diagnostics["exclusions"]["blocks"]
    everything = {row["unit"]: row["score_all"] for rows in facts.values() for row in rows}
    found = {}
    for kept, other in (("alone", {}), ("with", {"goalposts": "fixed"})):
        answer = client.get(address("run-trial", reviewed), choices(reviewed, exclusions="none", **other))
        found[kept] = [row for block in blocks_of(answer) for row in block.rows if row.difference is not None]
        for row in found[kept]:
            parts = sum(getattr(row.cause, each.name) for each in fields(Cause))
            assert parts == pytest.approx(row.difference, abs=1e-9)
    for row in found["alone"]:
        assert row.after.total == pytest.approx(everything[row.after.block_unit.unit.code], abs=1e-9)
        assert row.cause.exclusions == pytest.approx(row.difference, abs=1e-9)
    assert any(abs(row.cause.exclusions) > 0.01 < abs(row.cause.goalposts) for row in found["with"])
    assert "do bỏ phiếu" in answer.content.decode()


def test_flagged_responses_are_left_out_in_a_trial_but_not_in_a_run(reviewed, django_capture_on_commit_callbacks):
    client, all_flagged = client_of(Role.ANALYST), choices(reviewed, exclusions="flagged")
    answer = client.get(address("run-trial", reviewed), all_flagged)
    rows = {row.after.block_unit_id: row.after for block in blocks_of(answer) for row in block.rows}
    flagged = set(responses_flagged(check_of(reviewed.edition)).values_list("pk", flat=True))
    left = Rating.objects.exclude(response__in=flagged).values("block_unit").annotate(n=Count("pk"))
    assert {key: score.n for key, score in rows.items()} == {
        **dict.fromkeys(rows, 0),
        **{row["block_unit"]: row["n"] for row in left},
    }
    assert "Bắt đầu lượt tính" not in answer.content.decode()
    assert client.post(address("run-trial", reviewed), all_flagged).status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address("run-trial", reviewed), choices(reviewed, exclusions="none"))
    assert ScoringRun.objects.get(number=2).exclusions == "none"
    compared = blocks_of(client.get(address("run-compare", reviewed), {"first": 1, "second": 2}))
    assert all(block.excluding for block in compared)
    for row in (row for block in compared for row in block.rows):
        assert row.cause.exclusions == pytest.approx(row.difference, abs=1e-9)


def test_diagnostics_show_the_run_with_the_excluded_and_without_every_flagged_response(reviewed):
    job_execute(str(diagnostics_job(reviewed).pk))
    content, facts = diagnostics_of(reviewed).content["blocks"], reviewed.diagnostics["exclusions"]["blocks"]
    flagged = responses_flagged(check_of(reviewed.edition)).count()
    for block, rows in facts.items():
        found = content[block]["flagged"]
        assert found["all"]["score"] == pytest.approx([row["score_all"] for row in rows], rel=1e-7)
        assert (found["check"], found["responses"], found["all"]["responses"]) == (1, 42, 45)
        assert found["without"]["responses"] == 45 - flagged
        assert found["without"]["score"] != found["all"]["score"]
    page = client_of(Role.ANALYST).get(
        reverse("staff:run-diagnostics-part", args=[reviewed.pk, "departments", "raters"])
    )
    assert "Khi tính lại 3 phiếu đã bị loại" in page.content.decode()


def test_choices_that_cannot_be_computed_are_explained():
    run = scored_edition(responses=60)
    name = run.dataset.file.name
    default_storage.delete(name)
    default_storage.save(name, ContentFile(b"something else"))
    trials._read.cache_clear()
    trials._answers.cache_clear()
    trials._kept.clear()
    response = client_of(Role.ANALYST).get(address("run-trial", run), choices(run))
    assert "Tệp dữ liệu không còn là tệp đã chốt" in response.content.decode()
    assert "blocks" not in response.context


def test_impossible_choices_come_back():
    run = scored_edition(responses=30)
    response = client_of(Role.ANALYST).get(address("run-trial", run), choices(run, weights="magic", min_ratings=-1))
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"weights", "min_ratings"}
    foreign = scored_edition(responses=30, province=province_make("ha-nam"))
    response = client_of(Role.ANALYST).get(address("run-trial", run), choices(run, dataset=foreign.dataset_id))
    assert set(response.context["form"].errors) == {"dataset"}


def test_only_analysts_make_a_run_of_a_trial_and_strangers_see_nothing():
    run = scored_edition(responses=30)
    assert client_of(Role.MANAGER).get(address("run-trial", run)).status_code == 200
    assert client_of(Role.APPROVER).post(address("run-trial", run), choices(run)).status_code == 403
    assert client_of(Role.MODERATOR).get(address("run-trial", run)).status_code == 403
    stranger = client_of(Role.ANALYST, province=province_make("ha-nam"))
    assert stranger.get(address("run-trial", run)).status_code == 404
    assert ScoringRun.objects.count() == 1


def test_an_unfinished_run_has_no_trial():
    run = scored_edition(responses=30)
    waiting = started(run.dataset, state=RunState.WAITING, seed=9)
    assert client_of(Role.ANALYST).get(address("run-trial", waiting)).status_code == 404


def shift(name, before, after, cause=None):
    scores = [Score(rank=rank, total=total, rank_low=1, rank_high=3) for rank, total in (before, after)]
    return Shift(name, *scores, cause)


def test_largest_shift_is_said_with_its_cause():
    near = shift("Sở A", (2, 60.0), (3, 59.0), Cause(-1.0, 0.0, 0.0, 0.0))
    far = shift("Sở B", (6, 50.0), (2, 61.5), Cause(1.0, 10.5, 0.0, 0.0))
    block = BlockShifts("Sở", (far, near))
    assert largest_shift_sentence(block) == (
        "Sở B thay đổi nhiều nhất: từ hạng 6 sang hạng 2 (+11,50 điểm), chủ yếu do mốc thang điểm (+10,50)."
    )
    assert "do" not in largest_shift_sentence(BlockShifts("Sở", (shift("Sở C", (1, 9.0), (2, 8.0)),))).split("(")[0]
    assert largest_shift_sentence(BlockShifts("Sở", (shift("Sở C", (1, 9.0), (1, 9.0)),))) == ""


def test_units_that_leave_their_rank_range_are_counted():
    out, inside = shift("Sở A", (2, 60.0), (4, 50.0)), shift("Sở B", (3, 59.0), (2, 60.0))
    assert BlockShifts("Sở", (out, inside)).beyond == 1


def test_blocks_without_goalposts_have_no_causes():
    run = scored_edition(responses=30)
    content = {**run.recipe.content, "normalise": {**run.recipe.content["normalise"], "method": "zscore"}}
    side = trials.trial_side(run.edition, run.dataset, content, "reviewed")
    results = trials.side_scored(side)
    with pytest.raises(GoalpostsMissing):
        trials.decompose(results["departments"], results["departments"], {})
    assert trials.causes_of(side, side, results, results) == {}
