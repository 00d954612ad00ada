"""Who opens which page of scoring, and with how many queries."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import Role
from scoring.enums import Verdict
from scoring.services.runs import run_approve
from tests.factories.editions import NOW, edition_closed
from tests.factories.people import province_make, user_make
from tests.factories.results import edition_frozen, run_of, scored_edition
from tests.scoring.web.visits import address, client_of

pytestmark = pytest.mark.django_db
READING = [Role.MANAGER, Role.ANALYST, Role.APPROVER]

ALLOWED = {
    "runs": READING,
    "run": READING,
    "run-progress": READING,
    "run-trial": READING,
    "run-tables": READING,
    "run-compare": READING,
    "recipe": READING,
    "recipe-json": READING,
    "run-start": [Role.ANALYST],
    "recipe-new": [Role.ANALYST],
    "recipe-import": [Role.ANALYST],
    "run-approve": [Role.APPROVER],
}


@pytest.fixture(scope="module")
def run(shared):
    return scored_edition(responses=20, year=2019)


@pytest.mark.parametrize("name", ALLOWED)
def test_each_role_opens_its_pages_only(name, run):
    for role in Role:
        response = client_of(role).get(address(name, run))
        assert response.status_code == (200 if role in ALLOWED[name] else 403), role


@pytest.mark.parametrize("name", ALLOWED)
def test_nobody_learns_what_another_province_has(name, run):
    stranger = client_of(*Role, province=province_make("hung-yen"))
    assert stranger.get(address(name, run)).status_code == 404
    assert stranger.post(address(name, run)).status_code in {404, 405}


@pytest.mark.parametrize("name", ALLOWED)
def test_visitors_are_sent_to_sign_in(name, run):
    response = Client().get(address(name, run))
    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


def test_the_platform_administrator_opens_everything(run):
    client = client_of(superuser=True)
    assert {name: client.get(address(name, run)).status_code for name in ALLOWED} == dict.fromkeys(ALLOWED, 200)


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
