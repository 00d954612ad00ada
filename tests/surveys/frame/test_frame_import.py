"""Importing a frame: whole or not at all, again with the difference, duplicates decided once."""

import io
import json
from typing import Any

import pytest
import xlsxwriter
from django.core.files.storage import default_storage

from accounts.enums import JobState
from accounts.models import AuditEntry, Job, Province
from surveys.enums import DuplicateKind, DuplicateState, FrameFault
from surveys.models import Business, Duplicate, FrameImport, FrameImportFault
from surveys.population.columns import mapping_guess
from surveys.population.reading import FrameFileTooLarge, grid_read
from surveys.selectors.frame import NoEditionYet, businesses_of, duplicates_open, mapping_remembered
from surveys.services.duplicates import DuplicateDecided, duplicate_keep_apart, duplicate_merge
from surveys.services.frame_imports import (
    ColumnMissing,
    ColumnTwice,
    ImportDone,
    ImportUnderway,
    faults_hand_out,
    frame_import_run,
    frame_import_start,
    frame_upload,
)
from tests.factories.editions import NOW
from tests.factories.frames import HEADINGS, business_row, frame_file, frame_imported, framed_edition
from tests.factories.people import province_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def province() -> Province:
    return framed_edition().province


def counts(done: FrameImport) -> dict[str, int]:
    return {name: getattr(done, name) for name in ("rows", "new", "changed", "same", "gone", "rejected", "noted")}


def test_a_file_becomes_the_frame(province: Province) -> None:
    done = frame_imported(province, [business_row(number) for number in range(1, 21)])

    assert counts(done) == {"rows": 20, "new": 20, "changed": 0, "same": 0, "gone": 0, "rejected": 0, "noted": 0}
    first = Business.objects.get(name="Công ty TNHH Thử nghiệm 00001")
    assert (first.type, first.locality, first.size, first.phone, first.email) == (
        "enterprise", "quynh-phu", "micro", "+84912000001", "dn1@example.com",
    )  # fmt: skip
    entry = AuditEntry.objects.get(action="frame.import")
    assert done.sha256 in entry.note


def test_the_file_is_removed_once_it_is_taken_over(province: Province, django_capture_on_commit_callbacks: Any) -> None:
    data = frame_file([business_row(1)])
    uploaded = frame_upload(province=province, name="a.csv", data=data, by=None, now=NOW)
    name = uploaded.file.name
    assert default_storage.exists(name)

    with django_capture_on_commit_callbacks(execute=True):
        mapping = mapping_guess(uploaded.headings)
        frame_import_start(frame_import=uploaded, mapping=mapping, whole=True, by=None, now=NOW)

    assert Job.objects.get().state == JobState.DONE
    assert not default_storage.exists(name)
    with pytest.raises(ImportDone):
        frame_import_start(frame_import=uploaded, mapping=mapping, whole=True, by=None, now=NOW)
    with pytest.raises(ImportDone):
        frame_import_run(import_id=uploaded.pk, clock=lambda: NOW, progress=lambda *_: None)


def test_an_upload_that_nobody_confirmed_is_replaced(
    province: Province, django_capture_on_commit_callbacks: Any
) -> None:
    first = frame_upload(province=province, name="a.csv", data=frame_file([business_row(1)]), by=None, now=NOW)
    with django_capture_on_commit_callbacks(execute=True):
        frame_upload(province=province, name="b.csv", data=frame_file([business_row(2)]), by=None, now=NOW)

    assert list(FrameImport.objects.values_list("file_name", flat=True)) == ["b.csv"]
    assert not default_storage.exists(first.file.name)


def test_a_second_file_reports_the_difference(province: Province) -> None:
    frame_imported(province, [business_row(number) for number in range(1, 11)])
    rows = [business_row(number) for number in range(2, 11)]
    rows[0] = business_row(2, **{"Điện thoại": "0912999999"})
    rows.append(business_row(11))

    done = frame_imported(province, rows)

    assert counts(done) == {"rows": 10, "new": 1, "changed": 1, "same": 8, "gone": 1, "rejected": 0, "noted": 0}
    assert done.changes == {"phone": 1}
    assert not Business.objects.get(name__endswith="00001").present
    assert businesses_of(province).count() == 10
    assert set(Business.objects.filter(changed_in=done).values_list("name", "change")) == {
        ("Công ty TNHH Thử nghiệm 00001", "gone"),
        ("Công ty TNHH Thử nghiệm 00002", "changed"),
        ("Công ty TNHH Thử nghiệm 00011", "new"),
    }


def test_who_comes_back_is_in_the_frame_again(province: Province) -> None:
    for rows in ([1, 2], [2], [1, 2]):
        done = frame_imported(province, [business_row(number) for number in rows])

    assert (done.changed, done.changes) == (1, {"present": 1})
    assert businesses_of(province).count() == 2


def test_an_addition_takes_nobody_out(province: Province) -> None:
    frame_imported(province, [business_row(1)])

    done = frame_imported(province, [business_row(2)], whole=False)

    assert done.gone == 0
    assert businesses_of(province).count() == 2


def test_an_empty_cell_leaves_what_is_known(province: Province) -> None:
    frame_imported(province, [business_row(1)])

    done = frame_imported(province, [business_row(1, **{"Điện thoại": "", "Email": "không có"})])

    assert (done.same, done.noted) == (1, 1)
    assert Business.objects.get().phone == "+84912000001"


def test_rejected_rows_are_kept_as_they_stood_until_the_next_import(province: Province) -> None:
    bad = business_row(1, **{"Mã số thuế": "0100233480"})
    done = frame_imported(province, [bad, business_row(2), business_row(2), business_row(3, Email="x")])

    assert counts(done) == {"rows": 4, "new": 2, "changed": 0, "same": 0, "gone": 0, "rejected": 2, "noted": 1}
    rows = faults_hand_out(frame_import=done, by=None, now=NOW)
    assert [(row.row, row.rejected, row.cells) for row in rows] == [
        (2, True, bad), (4, True, business_row(2)), (5, False, []),
    ]  # fmt: skip
    assert str(FrameFault.TAX_CODE_CHECK.label) == rows[0].reason
    assert AuditEntry.objects.get(action="frame.faults").note == "3"
    frame_imported(province, [business_row(2)])
    assert not FrameImportFault.objects.exists()


def test_a_file_that_fails_halfway_changes_nothing(province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    frame_imported(province, [business_row(1)])
    before = list(Business.objects.values())

    def broken(*_given: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("surveys.services.frame_rows._faults_write", broken)
    failed = frame_imported(province, [business_row(2)])

    assert failed.job is not None
    assert failed.job.state == JobState.FAILED
    assert failed.finished_at is None
    assert list(Business.objects.values()) == before
    frame_upload(province=province, name="b.csv", data=frame_file([business_row(3)]), by=None, now=NOW)
    assert not FrameImport.objects.filter(pk=failed.pk).exists()


def test_no_name_nor_address_reaches_the_log(
    province: Province, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_given: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("surveys.services.frame_rows._faults_write", broken)
    caplog.set_level("DEBUG")
    frame_imported(province, [business_row(1), business_row(2, Email="lạ lùng")])

    assert "disk full" in caplog.text
    assert not [word for word in ("Thử nghiệm", "0912000001", "lạ lùng", "dn1@") if word in caplog.text]
    assert not [
        word for word in ("Thử nghiệm", "0912000001") if word in json.dumps(list(Job.objects.values()), default=str)
    ]


def test_columns_must_be_chosen_once_and_one_import_runs_at_a_time(province: Province) -> None:
    uploaded = frame_upload(province=province, name="a.csv", data=frame_file([business_row(1)]), by=None, now=NOW)

    def start(mapping: dict[str, int]) -> None:
        frame_import_start(frame_import=uploaded, mapping=mapping, whole=True, by=None, now=NOW)

    with pytest.raises(ColumnMissing):
        start({"name": 1})
    with pytest.raises(ColumnTwice):
        start({"name": 1, "locality": 3, "address": 3})
    start({"name": 1, "locality": 3})
    other = frame_upload(province=province, name="b.csv", data=frame_file([business_row(2)]), by=None, now=NOW)
    with pytest.raises(ImportUnderway):
        frame_import_start(frame_import=other, mapping={"name": 1, "locality": 3}, whole=True, by=None, now=NOW)


def test_columns_are_remembered_for_the_province(province: Province) -> None:
    headings = ["Ký hiệu" if heading == "Mã số thuế" else heading for heading in HEADINGS]
    uploaded = frame_upload(
        province=province, name="a.csv", data=frame_file([business_row(1)], headings), by=None, now=NOW
    )
    mapping = mapping_guess(headings) | {"tax_code": 0}
    assert "tax_code" not in mapping_guess(headings)
    started = frame_import_start(frame_import=uploaded, mapping=mapping, whole=True, by=None, now=NOW)
    frame_import_run(import_id=started.pk, clock=lambda: NOW, progress=lambda *_: None)

    assert mapping_guess(headings, mapping_remembered(province)) == mapping


def test_without_an_edition_there_is_nothing_to_read_against() -> None:
    with pytest.raises(NoEditionYet):
        frame_upload(province=province_make("ha-tinh"), name="a.csv", data=b"a;b\n1;2", by=None, now=NOW)


def workbook(cells: dict[tuple[int, int], object]) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for (row, column), value in cells.items():
            sheet.write(row, column, value)
    return content.getvalue()


def test_a_workbook_is_read_like_a_table_and_numbers_keep_their_zeros(province: Province) -> None:
    rows = {(0, place): heading for place, heading in enumerate(HEADINGS)}
    cells = business_row(1, **{"Mã số thuế": "100233488", "Điện thoại": "912345678"})
    rows |= {(2, place): int(cell) if cell.isdigit() else cell for place, cell in enumerate(cells)}
    uploaded = frame_upload(province=province, name="a.xlsx", data=workbook(rows), by=None, now=NOW)
    started = frame_import_start(
        frame_import=uploaded, mapping=mapping_guess(uploaded.headings), whole=True, by=None, now=NOW
    )
    frame_import_run(import_id=started.pk, clock=lambda: NOW, progress=lambda *_: None)

    assert list(Business.objects.values_list("tax_code", "phone")) == [("0100233488", "+84912345678")]


def test_one_stray_cell_far_away_does_not_fill_the_memory() -> None:
    with pytest.raises(FrameFileTooLarge):
        grid_read(workbook({(0, 0): "Tên", (1_048_575, 16_383): "x"}))


# --- duplicates -------------------------------------------------------------------------------------------------------
def test_the_same_tax_code_with_other_facts_is_offered_and_merged_for_good(province: Province) -> None:
    rows = [business_row(1, **{"Điện thoại": ""}), business_row(1, **{"Tên doanh nghiệp": "Công ty Sao Mai"})]
    frame_imported(province, rows)
    pair = duplicates_open(province).get()
    assert pair.kind == DuplicateKind.TAX_CODE

    kept = duplicate_merge(duplicate=pair, keep=pair.first, by=None, now=NOW)

    assert (kept.phone, businesses_of(province).count()) == ("+84912000001", 1)
    frame_imported(province, rows)
    assert businesses_of(province).count() == 1
    assert not duplicates_open(province).exists()
    with pytest.raises(DuplicateDecided):
        duplicate_merge(duplicate=pair, keep=pair.second, by=None, now=NOW)


def test_a_pair_kept_apart_is_not_offered_again(province: Province) -> None:
    rows = [business_row(number, **{"Tên doanh nghiệp": "Công ty Sao Mai", "Địa chỉ": "5 Lê Lợi"}) for number in (1, 4)]
    frame_imported(province, rows)

    duplicate_keep_apart(duplicate=duplicates_open(province).get(), by=None, now=NOW)
    frame_imported(province, rows)

    assert businesses_of(province).count() == 2
    assert list(Duplicate.objects.values_list("state", flat=True)) == [DuplicateState.APART]


def test_another_province_keeps_its_own_frame(province: Province) -> None:
    other = framed_edition(province=province_make("ha-tinh")).province
    frame_imported(province, [business_row(1)])
    frame_imported(other, [business_row(1), business_row(2)])

    assert (businesses_of(province).count(), businesses_of(other).count()) == (1, 2)
