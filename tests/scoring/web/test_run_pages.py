"""Starting, watching, reading and comparing runs."""

import pytest
from django.urls import reverse

from accounts.enums import JobState, Role
from accounts.models import Job
from accounts.services import job_execute
from scoring.enums import RunState
from scoring.models import ScoringRun
from scoring.services.recipes import recipe_create, recipe_default
from scoring.services.runs import run_start
from surveys.models import BlockUnit
from tests.factories.editions import NOW
from tests.factories.people import user_make
from tests.factories.results import edition_frozen, run_of, scored_edition
from tests.scoring.web.visits import address, client_of, started

pytestmark = pytest.mark.django_db


def test_a_run_is_started_with_the_standard_recipe(django_capture_on_commit_callbacks):
    dataset, client = edition_frozen(responses=30), client_of(Role.ANALYST)
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(
            reverse("staff:run-start", args=[dataset.edition_id]), {"dataset": dataset.pk, "recipe": "", "seed": 7}
        )
    run = ScoringRun.objects.get()
    assert response.url == reverse("staff:run", args=[run.pk])
    assert (run.seed, run.state, run.recipe.content) == (7, RunState.COMPLETE, recipe_default(dataset.edition))
    page = client.get(response.url).content.decode()
    assert "Đã bắt đầu lần tính điểm" in page
    total = run.scores.order_by("-total").first().total
    assert f"{total:.2f}".replace(".", ",") in page
    assert run.result_sha256 in page


def test_a_run_form_with_faults_comes_back():
    dataset, client = edition_frozen(responses=10), client_of(Role.ANALYST)
    response = client.post(reverse("staff:run-start", args=[dataset.edition_id]), {"dataset": "0", "seed": "-1"})
    assert response.status_code == 422
    assert {"dataset", "seed"} == set(response.context["form"].errors)
    assert not ScoringRun.objects.exists()


def test_datasets_and_recipes_of_another_edition_are_not_offered():
    first, second = edition_frozen(responses=10), edition_frozen(responses=10, year=2025)
    response = client_of(Role.ANALYST).post(
        reverse("staff:run-start", args=[first.edition_id]), {"dataset": second.pk, "seed": 1}
    )
    assert set(response.context["form"].errors) == {"dataset"}


def test_starting_the_same_run_twice_is_a_conflict():
    dataset = edition_frozen(responses=10)
    run = started(dataset)
    response = client_of(Role.ANALYST).post(
        reverse("staff:run-start", args=[dataset.edition_id]),
        {"dataset": dataset.pk, "recipe": run.recipe_id, "seed": 1},
    )
    assert response.status_code == 409


def test_a_waiting_run_shows_progress_with_and_without_javascript():
    run, client = started(edition_frozen(responses=10)), client_of(Role.ANALYST)
    Job.objects.filter(pk=run.job_id).update(state=JobState.RUNNING, done=40, total=100, message="Khối một: thứ hạng")
    page = client.get(address("run", run)).content.decode()
    assert f'hx-get="{address("run-progress", run)}"' in page
    assert f'href="{address("run", run)}">Tải lại trang' in page
    fragment = client.get(address("run-progress", run), headers={"HX-Request": "true"})
    assert "HX-Refresh" not in fragment.headers
    assert "Khối một: thứ hạng" in fragment.content.decode()


def test_the_fragment_asks_for_a_new_page_at_the_end():
    run = scored_edition(responses=20)
    assert client_of(Role.ANALYST).get(address("run-progress", run)).headers["HX-Refresh"] == "true"


def test_a_failed_run_says_why_and_can_be_started_again(django_capture_on_commit_callbacks):
    dataset, client = edition_frozen(responses=30), client_of(Role.ANALYST)
    run = started(dataset, state=RunState.RUNNING)
    Job.objects.filter(pk=run.job_id).update(state=JobState.INTERRUPTED)
    page = client.get(address("run", run)).content.decode()
    assert "Máy chủ đã dừng trong khi tính" in page
    assert 'name="seed" value="1"' in page
    again = {"dataset": dataset.pk, "recipe": run.recipe_id, "seed": 1}
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(reverse("staff:run-start", args=[dataset.edition_id]), again)
    assert ScoringRun.objects.get(pk=response.url.rstrip("/").rsplit("/", 1)[1]).state == RunState.COMPLETE
    run.refresh_from_db()
    assert run.state == RunState.FAILED


def test_tables_of_an_unfinished_run_do_not_exist():
    run = started(edition_frozen(responses=10))
    assert client_of(Role.ANALYST).get(address("run-tables", run)).status_code == 404


def test_tables_are_the_stored_bytes():
    run = scored_edition(responses=20)
    response = client_of(Role.MANAGER).get(address("run-tables", run))
    with run.tables.open("rb") as handle:
        assert response.content == handle.read()
    assert response["Content-Disposition"].startswith('attachment; filename="thai-binh-2024-run-1-')


def test_checks_name_what_to_look_at():
    dataset = edition_frozen(responses=80, units=4)
    BlockUnit.objects.filter(unit__code="so-tai-chinh").update(withheld=True)
    run = run_of(dataset, by=user_make(Role.ANALYST))
    run_of(dataset, by=user_make(Role.ANALYST))
    checks = client_of(Role.APPROVER).get(address("run", run)).context["checks"]
    found = {(check["state"], check["title"]) for check in checks}
    assert ("warn", "Mốc thang điểm lấy từ chính các đơn vị của kỳ này.") in found
    assert ("warn", "Sở, ban, ngành: 3 trên 4 đơn vị có thứ hạng.") in found
    assert ("ok", "Địa phương: 4 trên 4 đơn vị có thứ hạng.") in found
    assert ("ok", "Lần tính 2 với cùng đầu vào cho cùng mã băm.") in found


def test_the_page_is_whole_in_english():
    run = scored_edition(responses=20)
    page = client_of(Role.ANALYST).get(f"/en{address('run', run)}").content.decode()
    assert "Weights bring the sample to the population" in page
    assert "Department of Finance" in page


def test_comparing_two_runs_shows_ranks_won_and_lost():
    dataset, author = edition_frozen(responses=80, units=4), user_make(Role.ANALYST)
    first = run_of(dataset, by=author)
    content = recipe_default(dataset.edition)
    content["normalise"]["goalposts"] = "fixed"
    recipe = recipe_create(edition=dataset.edition, content=content, by=author, now=NOW)
    second = run_start(edition=dataset.edition, dataset=dataset, recipe=recipe, seed=1, by=author, now=NOW)
    job_execute(str(second.job_id))
    page = client_of(Role.ANALYST).get(address("run-compare", first), {"first": 1, "second": 2})
    rows = {row.after.block_unit_id: row for block in page.context["blocks"] for row in block.rows}
    before, after = (dict(run.scores.values_list("block_unit", "rank")) for run in (first, second))
    assert {key: row.climb for key, row in rows.items()} == {key: before[key] - after[key] for key in before}
    same = client_of(Role.ANALYST).get(address("run-compare", first), {"first": 1, "second": 1})
    assert [block.moved for block in same.context["blocks"]] == [0, 0]


def test_comparing_a_run_that_does_not_exist_comes_back():
    dataset, author = edition_frozen(responses=20), user_make(Role.ANALYST)
    first = run_of(dataset, by=author)
    run_of(dataset, by=author, seed=2)
    page = client_of(Role.ANALYST).get(address("run-compare", first), {"first": 1, "second": 9})
    assert set(page.context["form"].errors) == {"second"}
