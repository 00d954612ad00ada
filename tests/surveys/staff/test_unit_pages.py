"""Units: corrected, their fate recorded, their readers named; withheld with a reason."""

from datetime import date

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import AuditEntry, User
from surveys.models import BlockUnit, Unit, UnitLineage, UnitReader
from surveys.rules import reads_unit
from surveys.services.units import LineageInvalid, ReasonNeeded, lineage_add, reader_grant, unit_withhold
from tests.factories.editions import NOW, edition_closed, edition_make
from tests.factories.people import province_make, user_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(user_make(Role.MANAGER))
    return client


def unit_get(code: str = "so-tai-chinh") -> Unit:
    return Unit.objects.get(code=code, province=province_make())


def test_a_change_is_saved_and_the_trail_names_the_fields(client: Client) -> None:
    edition_make()
    facts = {"name_vi": "Sở Tài chính mới", "kind": "department", "name_en": "Department of Finance"}

    client.post(reverse("staff:unit", args=["thai-binh", "so-tai-chinh"]), facts)

    assert unit_get().name_vi == "Sở Tài chính mới"
    assert AuditEntry.objects.get(action="unit.change").note == "name_vi"


def test_saving_without_a_change_records_nothing(client: Client) -> None:
    edition_make()
    unit = unit_get()

    client.post(
        reverse("staff:unit", args=["thai-binh", unit.code]),
        {"name_vi": unit.name_vi, "name_en": unit.name_en, "kind": unit.kind},
    )

    assert not AuditEntry.objects.filter(action="unit.change").exists()


def test_a_unit_cannot_end_before_it_began(client: Client) -> None:
    edition_make()
    facts = {"name_vi": "Sở", "kind": "department", "valid_from": "2025-03-01", "valid_to": "2025-02-28"}

    answer = client.post(reverse("staff:unit", args=["thai-binh", "so-tai-chinh"]), facts)

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["valid_to"])


def test_a_merger_is_recorded_from_the_page(client: Client) -> None:
    edition_make()
    successor = unit_get("so-cong-thuong")

    client.post(
        reverse("staff:unit-lineage", args=["thai-binh", "so-tai-chinh"]),
        {"kind": "merged", "successor": successor.pk, "on": "2025-03-01"},
    )

    lineage = UnitLineage.objects.get()
    assert (lineage.predecessor.code, lineage.successor.code, lineage.on) == (
        "so-tai-chinh",
        "so-cong-thuong",
        date(2025, 3, 1),
    )


@pytest.mark.parametrize("case", ["itself", "twice", "another province"])
def test_an_impossible_fate_is_refused(case: str) -> None:
    edition_make()
    edition_make(province=province_make("nam-dinh"))
    unit, other = unit_get(), unit_get("so-cong-thuong")
    foreign = Unit.objects.get(code="so-xay-dung", province__slug="nam-dinh") if case == "another province" else None
    if case == "twice":
        lineage_add(predecessor=unit, successor=other, kind="merged", on=date(2025, 1, 1), by=None, now=NOW)
    successor = {"itself": unit, "twice": other, "another province": foreign}[case]

    with pytest.raises(LineageInvalid):
        lineage_add(predecessor=unit, successor=successor, kind="split", on=date(2025, 3, 1), by=None, now=NOW)


def test_a_new_reader_gets_an_account_and_a_mail(client: Client) -> None:
    edition_make()

    client.post(
        reverse("staff:unit-reader-add", args=["thai-binh", "so-tai-chinh"]),
        {"email": "hoa@example.vn", "full_name": "Vũ Thị Hoa"},
    )

    reader = User.objects.get(email="hoa@example.vn")
    assert reads_unit(reader, unit_get())
    assert not reads_unit(reader, unit_get("so-cong-thuong"))
    assert [message.to for message in mail.outbox] == [["hoa@example.vn"]]


def test_naming_a_reader_twice_is_recorded_once() -> None:
    edition_make()
    reader = user_make()
    for _ in range(2):
        reader_grant(unit=unit_get(), email=reader.email, by=None, now=NOW)

    assert AuditEntry.objects.filter(action="reader.grant").count() == 1


def test_a_reader_is_removed(client: Client) -> None:
    edition_make()
    reader = UnitReader.objects.create(unit=unit_get(), user=user_make())

    client.post(reverse("staff:unit-reader-remove", args=["thai-binh", "so-tai-chinh", reader.pk]))

    assert not UnitReader.objects.exists()
    assert AuditEntry.objects.filter(action="reader.revoke").count() == 1


def test_withholding_needs_a_reason_and_can_be_taken_back() -> None:
    edition = edition_closed(responses=3)
    unit = BlockUnit.objects.filter(block__edition=edition).order_by("pk")[0]
    with pytest.raises(ReasonNeeded):
        unit_withhold(block_unit=unit, withheld=True, by=None, now=NOW, reason_vi="  ")

    withheld = unit_withhold(block_unit=unit, withheld=True, by=None, now=NOW, reason_vi="Đang xác minh")
    assert (withheld.withheld, withheld.withheld_reason_vi) == (True, "Đang xác minh")

    released = unit_withhold(block_unit=unit, withheld=False, by=None, now=NOW)
    assert (released.withheld, released.withheld_reason_vi) == (False, "")
    trail = AuditEntry.objects.filter(subject_kind="blockunit").order_by("id").values_list("action", flat=True)
    assert list(trail) == ["unit.withhold", "unit.release"]


@pytest.mark.parametrize("units", [1, 3, 5])
def test_the_list_needs_the_same_queries_for_many(client: Client, units: int, django_assert_num_queries) -> None:
    edition_make(units=units)

    with django_assert_num_queries(7):
        client.get(reverse("staff:units", args=["thai-binh"]))
