"""Staff pages of scoring: what they show, to whom, and with how many queries."""

import hashlib
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import JobState, Role
from accounts.models import Job
from accounts.services import job_execute
from scoring.enums import RunState, Verdict
from scoring.models import Recipe, RunApproval, ScoringRun
from scoring.services.recipes import recipe_create, recipe_default
from scoring.services.runs import run_approve, run_start
from surveys.models import Block, BlockUnit, Edition, Margin
from tests.factories.editions import NOW, edition_closed
from tests.factories.people import province_make, user_make
from tests.factories.results import edition_frozen, run_of, scored_edition

pytestmark = pytest.mark.django_db
EDITION_PAGES = ["runs", "run-start", "run-compare", "recipe-new"]
RUN_PAGES = ["run", "run-progress", "run-approve", "run-tables"]
READING = [Role.MANAGER, Role.ANALYST, Role.APPROVER]


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


# --- who --------------------------------------------------------------------------------------------------------

ALLOWED = {
    "runs": READING,
    "run": READING,
    "run-progress": READING,
    "run-tables": READING,
    "run-compare": READING,
    "recipe": READING,
    "recipe-json": READING,
    "run-start": [Role.ANALYST],
    "recipe-new": [Role.ANALYST],
    "run-approve": [Role.APPROVER],
}


@pytest.mark.parametrize("name", ALLOWED)
def test_each_role_opens_its_pages_only(name):
    run = scored_edition(responses=20)
    for role in Role:
        response = client_of(role).get(address(name, run))
        assert response.status_code == (200 if role in ALLOWED[name] else 403), role


@pytest.mark.parametrize("name", ALLOWED)
def test_nobody_learns_what_another_province_has(name):
    run = scored_edition(responses=20)
    stranger = client_of(*Role, province=province_make("hung-yen"))
    assert stranger.get(address(name, run)).status_code == 404
    assert stranger.post(address(name, run)).status_code in {404, 405}


@pytest.mark.parametrize("name", ALLOWED)
def test_visitors_are_sent_to_sign_in(name):
    response = Client().get(address(name, scored_edition(responses=20)))
    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


def test_the_platform_administrator_opens_everything():
    run = scored_edition(responses=20)
    client = client_of(superuser=True)
    assert {name: client.get(address(name, run)).status_code for name in ALLOWED} == dict.fromkeys(ALLOWED, 200)


# --- lists ------------------------------------------------------------------------------------------------------


def queries(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("name", ["runs", "run-compare"])
def test_lists_ask_the_database_as_often_for_three_runs_as_for_one(name):
    dataset, client = edition_frozen(responses=20), client_of(Role.ANALYST)
    first = run_of(dataset, by=user_make(Role.ANALYST))
    if name == "run-compare":
        run_of(dataset, by=user_make(Role.ANALYST), seed=9)
    one = queries(client, address(name, first))
    for seed in (2, 3):
        run = run_of(dataset, by=user_make(Role.ANALYST), seed=seed)
        run_approve(run=run, verdict=Verdict.APPROVED, note="", by=user_make(Role.APPROVER), now=NOW)
    assert queries(client, address(name, first)) == one


def test_the_run_page_asks_as_often_for_five_units_as_for_two():
    small = scored_edition(responses=30, units=2, year=2023)
    large = scored_edition(responses=60, units=5, year=2024)
    client = client_of(Role.APPROVER)
    counts = [queries(client, address(name, run)) for name in ("run", "run-approve") for run in (small, large)]
    assert counts[0] == counts[1]
    assert counts[2] == counts[3]
    assert max(counts) <= 25


def test_an_edition_without_runs_says_what_comes_first():
    edition = edition_closed(responses=5)
    page = client_of(Role.ANALYST).get(reverse("staff:runs", args=[edition.pk]))
    assert "Hãy đóng kỳ đánh giá và chốt dữ liệu trước" in page.content.decode()
    page = client_of(Role.ANALYST).get(reverse("staff:run-start", args=[edition.pk]))
    assert "<form class=" not in page.content.decode()


# --- starting ---------------------------------------------------------------------------------------------------


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


# --- while it runs, and when it failed ------------------------------------------------------------------------------


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


# --- the page of a run ------------------------------------------------------------------------------------------


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


# --- verdict ------------------------------------------------------------------------------------------------------


def test_an_approver_gives_a_verdict():
    run, approver = scored_edition(responses=20), client_of(Role.APPROVER)
    response = approver.post(address("run-approve", run), {"verdict": "approved", "note": "Đã xem"})
    assert response.url == address("run", run)
    assert RunApproval.objects.values_list("verdict", "note").get() == ("approved", "Đã xem")
    page = approver.get(response.url).content.decode()
    assert "Đã xem" in page
    assert "Công bố lần tính này" in page


@pytest.mark.parametrize("given", [{}, {"verdict": "maybe"}, {"verdict": "rejected", "note": " "}])
def test_a_verdict_with_faults_comes_back(given):
    run = scored_edition(responses=20)
    assert client_of(Role.APPROVER).post(address("run-approve", run), given).status_code == 422
    assert not RunApproval.objects.exists()


def test_the_author_is_told_to_ask_somebody_else():
    author = user_make(Role.ANALYST, Role.APPROVER)
    run, client = run_of(edition_frozen(responses=20), by=author), Client()
    client.force_login(author)
    assert "nên cần người phê duyệt khác" in client.get(address("run", run)).content.decode()
    assert client.get(address("run-approve", run)).status_code == 403
    assert client.post(address("run-approve", run), {"verdict": "approved"}).status_code == 403
    assert not RunApproval.objects.exists()


def test_an_unfinished_run_cannot_be_judged_yet():
    run = started(edition_frozen(responses=10))
    assert client_of(Role.APPROVER).get(address("run-approve", run)).status_code == 409


# --- recipes ------------------------------------------------------------------------------------------------------

CHOICES = {
    "choices": "1",
    "weights": "design",
    "goalposts": "fixed",
    "indicator_mean": "arithmetic",
    "total_mean": "geometric",
    "min_ratings": "12",
    "reason": "Theo quyết định mới",
}


def new_recipe(edition, given, role=Role.ANALYST, query=""):
    return client_of(role).post(reverse("staff:recipe-new", args=[edition.pk]) + query, given)


def test_a_recipe_is_written_by_choices():
    edition = edition_closed(responses=3)
    assert new_recipe(edition, CHOICES).status_code == 302
    recipe = Recipe.objects.get()
    content = recipe.content
    assert (content["weight"]["method"], content["weight"]["margins"]) == ("design", [])
    assert (content["normalise"]["goalposts"], content["aggregate"]["total"]) == ("fixed", "geometric")
    assert (content["measure"]["min_ratings"], recipe.reason) == (12, "Theo quyết định mới")


def test_choices_without_population_counts_or_earlier_editions_are_not_offered():
    edition = edition_closed(responses=3)
    Margin.objects.all().delete()
    form = client_of(Role.ANALYST).get(reverse("staff:recipe-new", args=[edition.pk])).context["form"]
    assert [code for code, _ in form.fields["weights"].choices] == ["none", "design"]
    assert [code for code, _ in form.fields["goalposts"].choices] == ["edition", "fixed"]


def test_a_recipe_starts_from_another_one():
    edition = edition_closed(responses=3)
    new_recipe(edition, CHOICES)
    form = client_of(Role.ANALYST).get(reverse("staff:recipe-new", args=[edition.pk]), {"from": 1}).context["form"]
    assert (form["goalposts"].initial, form["min_ratings"].initial) == ("fixed", 12)


def test_a_recipe_is_written_as_text_or_file():
    edition = edition_closed(responses=3)
    content = recipe_default(edition)
    assert new_recipe(edition, {"text": json.dumps(content), "reason": "Chuẩn"}).status_code == 302
    content["measure"]["min_ratings"] = 9
    upload = SimpleUploadedFile("recipe.json", json.dumps(content).encode())
    assert new_recipe(edition, {"file": upload, "text": "{}"}).status_code == 302
    assert [recipe.content["measure"]["min_ratings"] for recipe in Recipe.objects.order_by("number")] == [5, 9]


def test_faults_of_a_recipe_are_shown_with_their_place():
    edition = edition_closed(responses=3)
    content = recipe_default(edition)
    content["blocks"]["departments"]["sub_indices"][0]["weight"] = 0.9
    content["blocks"]["departments"]["indicators"][0]["code"] = "XX"
    response = new_recipe(edition, {"text": json.dumps(content)})
    assert response.status_code == 422
    page = response.content.decode()
    assert "blocks.departments.sub_indices: Trọng số của các chỉ số thành phần phải có tổng bằng 1." in page
    assert not Recipe.objects.exists()
    response = new_recipe(edition, {"text": '{"a": 1,\n oops}'})
    assert response.status_code == 422
    assert "xem dòng 2" in response.content.decode()


def test_an_empty_form_is_a_fault():
    assert new_recipe(edition_closed(responses=3), {}).status_code == 422


@pytest.mark.parametrize("text", ["[]", "7", "null", '{"blocks": 3}', '{"weight": []}'])
def test_json_that_is_no_recipe_is_a_fault_not_a_failure(text):
    edition = edition_closed(responses=3)
    assert new_recipe(edition, {"text": text}).status_code == 422


def test_the_recipe_page_and_its_json():
    run = scored_edition(responses=20)
    client = client_of(Role.APPROVER)
    page = client.get(address("recipe", run)).content.decode()
    assert "Mỗi chỉ tiêu được quy về thang 1 đến 10" in page
    assert "Thủ tục được niêm yết đầy đủ" in page
    raw = client.get(address("recipe-json", run)).content
    assert hashlib.sha256(raw).hexdigest() == run.recipe.sha256
    assert json.loads(raw) == run.recipe.content


def test_an_edition_of_another_number_does_not_exist():
    assert client_of(Role.ANALYST).get(reverse("staff:runs", args=[999])).status_code == 404
    assert (Edition.objects.count(), Block.objects.count()) == (0, 0)
