"""Inviting and handing out codes, as a manager does it."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import AuditEntry
from surveys.enums import InvitationState
from surveys.models import Edition, Invitation
from surveys.selectors.invitations import code_of, invitation_by_code
from surveys.services.invitations import Guest, invitations_create
from tests.factories.editions import NOW, edition_closed, edition_opened
from tests.factories.people import user_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(user_make(Role.MANAGER))
    return client


def invited(edition: Edition, *names: str) -> list[Invitation]:
    return invitations_create(edition=edition, guests=[Guest(name=name) for name in names], by=None, now=NOW)


def test_a_pasted_list_invites(client: Client) -> None:
    edition = edition_opened()

    answer = client.post(reverse("staff:invitations-new", args=[edition.pk]), {"text": "Sao Mai;s@example.vn;micro;2"})

    assert answer.status_code == 302
    found = edition.invitations.values_list("name", "email", "stratum", "design_weight", "state")
    assert list(found) == [("Sao Mai", "s@example.vn", "micro", 2.0, "sent")]


def test_a_file_invites(client: Client) -> None:
    edition = edition_opened()
    file = SimpleUploadedFile("list.csv", "\ufefftên,email\nLúa Vàng,\n".encode())

    client.post(reverse("staff:invitations-new", args=[edition.pk]), {"file": file})

    assert list(edition.invitations.values_list("name", flat=True)) == ["Lúa Vàng"]


def test_one_fault_and_nobody_is_invited(client: Client) -> None:
    edition = edition_opened()

    answer = client.post(reverse("staff:invitations-new", args=[edition.pk]), {"text": "Sao Mai\nLúa Vàng;nowhere"})

    assert answer.status_code == 422
    assert [(fault.row, fault.column) for fault in answer.context["faults"]] == [(2, "email")]
    assert not edition.invitations.exists()


def test_a_closed_edition_takes_nobody(client: Client) -> None:
    edition = edition_closed(responses=3)

    page = client.get(reverse("staff:invitations-new", args=[edition.pk]))
    answer = client.post(reverse("staff:invitations-new", args=[edition.pk]), {"text": "Sao Mai"})

    assert b'<form class="form"' not in page.content
    assert answer.status_code == 409
    assert not edition.invitations.exists()


def test_codes_open_the_questionnaire_and_those_who_completed_are_left_out(client: Client) -> None:
    edition = edition_opened()
    waiting, done = invited(edition, "=Sao Mai", "Lúa Vàng")
    Invitation.objects.filter(pk=done.pk).update(state=InvitationState.DONE)

    answer = client.post(reverse("staff:invitations-codes", args=[edition.pk]), {"form": "csv"})

    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["name"] for row in rows] == ["'=Sao Mai"]
    assert invitation_by_code(rows[0]["code"]) == waiting
    assert rows[0]["link"].endswith(f"/s/{code_of(waiting)}/")
    assert answer.headers["Cache-Control"] == "no-store"


def test_handing_out_codes_is_recorded_without_a_code(client: Client) -> None:
    edition = edition_opened()
    (waiting,) = invited(edition, "Sao Mai")

    client.post(reverse("staff:invitations-codes", args=[edition.pk]), {"form": "csv"})

    entry = AuditEntry.objects.get(action="invitations.codes")
    assert (entry.subject_id, entry.note) == (str(edition.pk), "1")
    assert not AuditEntry.objects.filter(note__contains=code_of(waiting)[6:]).exists()


def test_the_list_is_searched_and_filtered(client: Client) -> None:
    edition = edition_opened()
    first, *_ = invited(edition, "Sao Mai", "Sao Hôm", "Lúa Vàng")
    Invitation.objects.filter(pk=first.pk).update(state=InvitationState.DONE)

    answer = client.get(reverse("staff:invitations", args=[edition.pk]), {"search": "sao", "state": "done"})

    assert [invitation.name for invitation in answer.context["page_obj"]] == ["Sao Mai"]


@pytest.mark.parametrize("businesses", [1, 3, 40])
def test_the_list_needs_the_same_queries_for_many(client: Client, businesses: int, django_assert_num_queries) -> None:
    edition = edition_opened()
    invited(edition, *(f"Công ty {number}" for number in range(businesses)))

    with django_assert_num_queries(11):
        client.get(reverse("staff:invitations", args=[edition.pk]))


def test_a_weight_of_its_own_in_a_stratum_is_refused_with_the_reason(client: Client) -> None:
    edition = edition_opened()
    invitations_create(edition=edition, guests=[Guest("Sao Mai", stratum="micro", design_weight=2)], by=None, now=NOW)

    text = "Lúa Vàng;l@example.vn;micro;2.5\nBiển Xanh;b@example.vn;small;3"
    answer = client.post(reverse("staff:invitations-new", args=[edition.pk]), {"text": text})

    assert answer.status_code == 422
    assert "micro" in answer.content.decode()
    assert edition.invitations.count() == 1


@pytest.mark.parametrize(
    "content", [b"x" * 200_000, b"Cty," + b"a" * 60 + b"@" + b".".join([b"b" * 60] * 4) + b".vn\n"]
)
def test_a_list_that_cannot_be_stored_is_told_and_invites_nobody(client: Client, content: bytes) -> None:
    edition = edition_opened()

    file = SimpleUploadedFile("list.csv", content)
    answer = client.post(reverse("staff:invitations-new", args=[edition.pk]), {"file": file})

    assert answer.status_code == 422
    assert not edition.invitations.exists()


def test_nul_in_a_list_is_left_out(client: Client) -> None:
    edition = edition_opened()

    file = SimpleUploadedFile("list.csv", b"Sao\0 Mai,s@example.vn\n")
    client.post(reverse("staff:invitations-new", args=[edition.pk]), {"file": file})

    assert list(edition.invitations.values_list("name", flat=True)) == ["Sao Mai"]
