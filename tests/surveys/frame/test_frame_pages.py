"""The frame as a manager sees it: upload, columns, difference, faults, list, duplicates."""

import csv
import io
from itertools import pairwise
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook

from accounts.enums import Role
from accounts.models import Province
from surveys.enums import DuplicateState, FrameFault
from surveys.models import Business, Duplicate, FrameImport
from surveys.selectors.frame import businesses_of
from tests.factories.frames import HEADINGS, business_row, frame_file, frame_imported, framed_edition
from tests.factories.people import province_make, user_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def province() -> Province:
    return framed_edition().province


@pytest.fixture
def client(province: Province) -> Client:
    client = Client()
    client.force_login(user_make(Role.MANAGER))
    return client


def uploaded(client: Client, province: Province, rows: list[list[str]]) -> FrameImport:
    file = SimpleUploadedFile("danh-sach.csv", frame_file(rows))
    answer = client.post(reverse("staff:frame-import", args=[province.slug]), {"file": file})
    assert answer.status_code == 302
    return FrameImport.objects.get(finished_at=None)


def chosen(**more: Any) -> dict[str, Any]:
    fields = ("tax_code", "name", "type", "locality", "address", "size", "phone", "email")
    return {field: place for place, field in enumerate(fields)} | {"whole": "on"} | more


def test_from_the_file_to_the_frame(
    client: Client, province: Province, django_capture_on_commit_callbacks: Any
) -> None:
    found = uploaded(client, province, [business_row(1), business_row(2, **{"Điện thoại": "115"}), business_row(3)[:2]])
    columns = reverse("staff:frame-columns", args=[province.slug, found.pk])

    page = client.get(columns)
    assert [line["row"] for line in page.context["preview"]] == [2, 3, 4]
    assert page.context["form"]["phone"].value() == HEADINGS.index("Điện thoại")
    assert not Business.objects.exists()

    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(columns, chosen(action="import"))
    result = client.get(answer["Location"])

    assert (result.context["found"].new, result.context["found"].rejected, result.context["found"].noted) == (2, 1, 1)
    assert result.context["found"].by is not None
    assert client.get(columns)["Location"] == answer["Location"]


def test_other_columns_show_other_first_rows_without_importing(client: Client, province: Province) -> None:
    found = uploaded(client, province, [business_row(1)])

    page = client.post(
        reverse("staff:frame-columns", args=[province.slug, found.pk]), chosen(phone="", action="preview")
    )

    assert page.status_code == 200
    assert page.context["preview"][0]["record"].phone == ""
    assert not Business.objects.exists()


@pytest.mark.parametrize("wrong", [{"name": ""}, {"name": "99"}, {"locality": 1}, {"phone": "x"}])
def test_wrong_columns_import_nothing(client: Client, province: Province, wrong: dict[str, Any]) -> None:
    found = uploaded(client, province, [business_row(1)])

    page = client.post(reverse("staff:frame-columns", args=[province.slug, found.pk]), chosen(action="import", **wrong))

    assert page.status_code == 422
    found.refresh_from_db()
    assert found.job is None


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00\x01", b"PK\x03\x04 no archive", b"only one line"])
def test_a_file_that_is_no_list_is_refused_with_the_reason(client: Client, province: Province, data: bytes) -> None:
    answer = client.post(
        reverse("staff:frame-import", args=[province.slug]), {"file": SimpleUploadedFile("a.xlsx", data)}
    )

    assert answer.status_code == 422
    assert answer.context["form"].errors["file"]
    assert not FrameImport.objects.exists()


def test_a_province_without_an_edition_is_told_what_comes_first(client: Client) -> None:
    other = province_make("ha-tinh")
    client.force_login(user_make(Role.MANAGER, province=other))

    file = SimpleUploadedFile("a.csv", frame_file([business_row(1)]))
    answer = client.post(reverse("staff:frame-import", args=[other.slug]), {"file": file})

    assert answer.status_code == 409


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_rejected_rows_come_back_with_their_reason(client: Client, province: Province, kind: str) -> None:
    bad = business_row(1, **{"Mã số thuế": "0100233480", "Tên doanh nghiệp": "=Công ty lạ"})
    done = frame_imported(province, [bad, business_row(2)])

    answer = client.post(reverse("staff:frame-faults", args=[province.slug, done.pk]), {"form": kind})

    assert answer.headers["Cache-Control"] == "no-store"
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        expected = ["'=Công ty lạ" if cell.startswith("=") else cell for cell in bad]
    else:
        rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
        expected = bad
    assert rows[0][5:] == HEADINGS
    assert rows[1][5:] == expected
    assert rows[1][3] == str(FrameFault.TAX_CODE_CHECK.label)
    assert len(rows) == 2


def test_the_list_is_searched_by_name_without_marks_and_by_tax_code(client: Client, province: Province) -> None:
    frame_imported(province, [business_row(number) for number in range(1, 12)])
    code = Business.objects.get(name__endswith="00003").tax_code
    address = reverse("staff:frame-businesses", args=[province.slug])

    def names(**query: str) -> list[str]:
        return [business.name[-5:] for business, _place, _size in client.get(address, query).context["rows"]]

    assert names(search="thu NGHIEM 00007") == ["00007"]
    assert names(search=code) == ["00003"]
    assert names(type="cooperative") == ["00004", "00009"]
    assert names(locality="dong-hung", type="household") == ["00002"]
    assert names(change="gone") == []
    assert len(names(change="new")) == 11
    assert names(search="khong co") == []


@pytest.mark.parametrize("businesses", [2, 3, 60])
def test_pages_need_the_same_queries_for_many(client: Client, province: Province, businesses: int) -> None:
    rows = [business_row(number, **{"Địa chỉ": "5 Lê Lợi"}) for number in range(1, businesses + 1)]
    done = frame_imported(province, [*rows, ["", "Không mã"]])
    ids = list(Business.objects.order_by("pk").values_list("pk", flat=True))
    Duplicate.objects.all().delete()
    Duplicate.objects.bulk_create(
        Duplicate(first_id=one, second_id=two, kind="name_address", likeness=0.9) for one, two in pairwise(ids)
    )

    counted = []
    for name, arguments in (
        ("frame", []), ("frame-businesses", []), ("frame-duplicates", []), ("frame-import-result", [done.pk]),
    ):  # fmt: skip
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse(f"staff:{name}", args=[province.slug, *arguments]))
        counted.append(len(asked))

    assert counted == [14, 9, 8, 7]


def test_a_pair_is_decided_once(client: Client, province: Province) -> None:
    rows = [business_row(number, **{"Tên doanh nghiệp": "Công ty Sao Mai", "Địa chỉ": "5 Lê Lợi"}) for number in (1, 4)]
    frame_imported(province, rows)
    pair = Duplicate.objects.get()
    address = reverse("staff:frame-duplicate-decide", args=[province.slug, pair.pk])

    client.post(address, {"verdict": "perhaps"})
    assert Duplicate.objects.get().state == DuplicateState.OPEN
    client.post(address, {"verdict": "second"})

    assert businesses_of(province).get() == pair.second
    assert client.post(address, {"verdict": "apart"}).status_code == 404


def test_a_manager_of_another_province_sees_nothing(client: Client, province: Province) -> None:
    done = frame_imported(province, [business_row(1), business_row(1, Email="")])
    client.force_login(user_make(Role.MANAGER, province=province_make("ha-tinh")))
    own = reverse("staff:frame-import-result", args=["ha-tinh", done.pk])
    foreign = reverse("staff:frame", args=[province.slug])

    assert (client.get(own).status_code, client.get(foreign).status_code) == (404, 404)
