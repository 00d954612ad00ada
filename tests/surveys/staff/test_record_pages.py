"""The pages of values from records: who enters what, faults at their field, files that stay private."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from accounts.enums import Role
from surveys.enums import EditionState
from surveys.models import BlockUnit, HardDocument, HardValue, Indicator
from tests.factories.editions import edition_in_state, edition_make, edition_opened
from tests.factories.people import province_make, user_make

pytestmark = pytest.mark.django_db


def client_of(*roles: Role, **facts: object) -> Client:
    client = Client()
    client.force_login(user_make(*roles, **facts))
    return client


def unit_page(edition, code="so-cong-thuong"):
    rated = BlockUnit.objects.get(block__edition=edition, unit__code=code)
    return reverse("staff:records-unit", args=[edition.pk, rated.pk])


GIVEN = {"TG2__value": "88,5", "TG2__dossiers": "120", "TG2__period": "2024", "TG2__source_vi": "Báo cáo"}


def test_an_analyst_enters_a_value_with_a_decimal_comma_and_its_document():
    edition = edition_opened()
    client = client_of(Role.ANALYST)
    answer = client.post(unit_page(edition), {**GIVEN, "TG2__document": "12/BC"}, follow=True)
    assert "Đã nhận 1 số liệu." in answer.content.decode()
    value = HardValue.objects.get(block_unit__unit__code="so-cong-thuong")
    assert (value.value, value.document.title) == (88.5, "12/BC")
    assert 'value="88,5"' in client.get(unit_page(edition)).content.decode()
    assert 'value="88.5"' in client.get(f"/en{unit_page(edition)}").content.decode()


def test_members_without_the_duty_and_strangers_stay_outside():
    edition = edition_opened()
    for path in (reverse("staff:records", args=[edition.pk]), unit_page(edition)):
        assert client_of(Role.MODERATOR).get(path).status_code == 403
        assert client_of(*Role, province=province_make("nam-dinh")).get(path).status_code == 404
    assert (
        "Số liệu hồ sơ"
        not in client_of(Role.MODERATOR).get(reverse("staff:edition", args=[edition.pk])).content.decode()
    )


WRONG = [
    ({"TG2__value": "101"}, {"TG2__value": "ngoài khoảng"}),
    ({"TG2__value": "rất nhiều"}, {"TG2__value": "không phải là số"}),
    ({"TG2__period": "năm nay", "TG2__source_vi": ""}, {"TG2__period": "thời kỳ", "TG2__source_vi": "phải ghi"}),
    ({"TG2__dossiers": "-1"}, {"TG2__dossiers": "không thể nhỏ hơn 0"}),
]


@pytest.mark.parametrize(("typed", "errors"), WRONG)
def test_faults_stand_at_their_fields_and_nothing_is_saved(typed, errors):
    edition = edition_opened()
    answer = client_of(Role.MANAGER).post(unit_page(edition), {**GIVEN, **typed})
    assert answer.status_code == 422
    found = answer.context["form"].errors
    assert sorted(found) == sorted(errors)
    for field, words in errors.items():
        assert words in str(found[field])
    assert HardValue.objects.get(block_unit__unit__code="so-cong-thuong").value == 80


def test_counted_indicators_ask_for_counts():
    edition = edition_make()
    Indicator.objects.filter(code="TG2").update(counted=["early", "on_time"])
    client = client_of(Role.MANAGER)
    given = {"TG2__handled": "200", "TG2__early": "50", "TG2__on_time": "140", "TG2__late": "9"}
    more = {"TG2__period": "2024", "TG2__source_vi": "Báo cáo"}
    answer = client.post(unit_page(edition), {**given, **more})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["TG2__handled"])
    assert client.post(unit_page(edition), {**given, **more, "TG2__late": "10"}).status_code == 302
    assert HardValue.objects.get(block_unit__unit__code="so-cong-thuong").value == 95.0


def test_an_odd_value_is_taken_once_confirmed():
    edition = edition_opened(units=5)
    client = client_of(Role.MANAGER)
    answer = client.post(unit_page(edition), {**GIVEN, "TG2__value": "8,8"})
    assert "xác nhận là đúng" in str(answer.context["form"].errors["TG2__value"])
    assert client.post(unit_page(edition), {**GIVEN, "TG2__value": "8,8", "confirmed": "on"}).status_code == 302


def test_the_workbook_goes_out_and_comes_in_with_faults_in_the_language_of_the_reader():
    edition = edition_opened()
    client = client_of(Role.MANAGER)
    book = load_workbook(io.BytesIO(client.get(reverse("staff:records-file", args=[edition.pk])).content))
    sheet = book["records"]
    column = {cell.value: cell.column for cell in sheet[1]}["value"]
    sheet.cell(row=2, column=column, value=300)
    target = io.BytesIO()
    book.save(target)
    page = reverse("staff:records", args=[edition.pk])
    answer = client.post(page, {"workbook": SimpleUploadedFile("r.xlsx", target.getvalue())})
    assert answer.status_code == 422
    assert "Giá trị nằm ngoài khoảng từ 0 đến 100." in answer.content.decode()
    english = client.post("/en" + page, {"workbook": SimpleUploadedFile("r.xlsx", target.getvalue())})
    assert "The value lies outside 0 to 100." in english.content.decode()
    sheet.cell(row=2, column=column, value="81,5")
    target = io.BytesIO()
    book.save(target)
    assert client.post(page, {"workbook": SimpleUploadedFile("r.xlsx", target.getvalue())}).status_code == 302
    assert HardValue.objects.get(block_unit__unit__code="so-cong-thuong").value == 81.5


def test_a_document_is_kept_privately_and_only_of_known_kinds():
    edition = edition_opened()
    client, add = client_of(Role.MANAGER), reverse("staff:record-document", args=[edition.pk])
    bad = client.post(add, {"title": "12/BC", "file": SimpleUploadedFile("x.html", b"<script>")})
    assert (bad.status_code, HardDocument.objects.count()) == (422, 0)
    assert client.post(add, {"title": "12/BC", "file": SimpleUploadedFile("x.pdf", b"%PDF")}).status_code == 302
    file = reverse("staff:record-document-file", args=[edition.pk, HardDocument.objects.get().pk])
    answer = client.get(file)
    assert (b"".join(answer.streaming_content), "attachment" in answer["Content-Disposition"]) == (b"%PDF", True)
    assert client_of(Role.APPROVER).get(file).status_code == 403
    assert Client().get(file).status_code == 302


def test_frozen_data_are_shown_and_cannot_be_sent():
    edition = edition_in_state(EditionState.FROZEN)
    client = client_of(Role.MANAGER)
    assert "Dữ liệu đã chốt" in client.get(unit_page(edition)).content.decode()
    assert client.post(unit_page(edition), GIVEN).status_code == 409


def test_the_list_costs_the_same_for_two_and_for_five_units():
    counts = []
    for units, year in ((2, 2023), (5, 2024)):
        page, client = reverse("staff:records", args=[edition_make(units=units, year=year).pk]), client_of(Role.MANAGER)
        with CaptureQueriesContext(connection) as seen:
            client.get(page)
        counts.append(len(seen))
    assert counts[0] == counts[1]
