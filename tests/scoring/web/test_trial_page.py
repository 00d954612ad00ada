"""Trying other choices beside a run: the numbers of a run, causes that sum to the difference, nothing stored."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse

from accounts.enums import Role
from accounts.services import job_execute
from scoring.engine.checks import GoalpostsMissing
from scoring.enums import RunState
from scoring.frames import trials
from scoring.models import Recipe, Score, ScoringRun
from scoring.selectors.compare import BlockShifts, Cause, Shift
from scoring.sentences import largest_shift_sentence
from scoring.services.recipes import recipe_create
from scoring.services.runs import run_start
from tests.factories.editions import NOW
from tests.factories.people import province_make
from tests.factories.results import scored_edition
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


def test_choices_that_cannot_be_computed_are_explained():
    run = scored_edition(responses=60)
    name = run.dataset.file.name
    default_storage.delete(name)
    default_storage.save(name, ContentFile(b"something else"))
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
    side = trials.trial_side(run.edition, run.dataset, content)
    results = trials.side_scored(side)
    with pytest.raises(GoalpostsMissing):
        trials.decompose(results["departments"], results["departments"], {})
    assert trials.causes_of(run.edition, results, results) == {}
