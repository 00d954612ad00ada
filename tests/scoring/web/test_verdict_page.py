"""The page of the second person."""

import pytest
from django.test import Client

from accounts.enums import Role
from scoring.models import RunApproval
from tests.factories.people import user_make
from tests.factories.results import edition_frozen, run_of, scored_edition
from tests.scoring.web.visits import address, client_of, started

pytestmark = pytest.mark.django_db


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
