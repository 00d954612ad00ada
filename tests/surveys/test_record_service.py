"""Values from records: until the data are frozen, all or nothing, every change in the trail."""

import io

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction
from openpyxl import load_workbook

from accounts.models import AuditEntry
from surveys.enums import EditionState
from surveys.models import BlockUnit, HardDocument, HardValue, Indicator
from surveys.services.datasets import dataset_freeze
from surveys.services.record_lines import records_standing, records_workbook
from surveys.services.records import (
    DocumentTwice,
    Entry,
    RecordsFaults,
    RecordsFaulty,
    RecordsFrozen,
    document_add,
    record_remove,
    records_import,
    records_save,
)
from surveys.workbook.records import Record
from tests.factories.editions import NOW, edition_closed, edition_in_state, edition_make, edition_opened
from tests.factories.people import user_make

pytestmark = pytest.mark.django_db


def entry(unit="so-cong-thuong", indicator="TG2", source="Báo cáo quý", document="", **figures):
    return Entry(unit, indicator, Record(**{"period": "2024", **figures}), source, document=document)


def save(edition, *entries, confirmed=False, by=None):
    return records_save(edition=edition, entries=entries, confirmed=confirmed, by=by, now=NOW)


@pytest.mark.parametrize("state", [EditionState.DRAFT, EditionState.OPEN, EditionState.CLOSED])
def test_values_are_entered_until_the_data_are_frozen(state):
    edition, manager = edition_in_state(state), user_make()
    assert save(edition, entry(value=88.5, dossiers=120, document="12/BC-TTPVHCC"), by=manager) == 1
    value = HardValue.objects.get(block_unit__unit__code="so-cong-thuong")
    assert (value.value, value.dossiers, value.source_vi, value.document.title) == (
        88.5, 120, "Báo cáo quý", "12/BC-TTPVHCC",
    )  # fmt: skip
    trail = AuditEntry.objects.get(action="records.save")
    assert (trail.by, trail.note.startswith("TG2 so-cong-thuong: 80 → 88.5 (")) == (manager, True)
    assert save(edition, entry(value=88.5, dossiers=120, document="12/BC-TTPVHCC")) == 0
    assert AuditEntry.objects.filter(action="records.save").count() == 1


@pytest.mark.parametrize("state", [EditionState.FROZEN, EditionState.SCORED, EditionState.PUBLISHED])
def test_frozen_values_and_documents_stay_whatever_asks(state):
    edition = edition_in_state(EditionState.CLOSED)
    document_add(edition=edition, title="12/BC", content=b"x", name="a.pdf", by=None, now=NOW)
    type(edition).objects.filter(pk=edition.pk).update(state=state)
    value = HardValue.objects.first()
    for refused in (
        lambda: save(edition, entry(value=90)),
        lambda: record_remove(edition=edition, value=value, by=None, now=NOW),
        lambda: document_add(edition=edition, title="13/BC", content=b"", name="", by=None, now=NOW),
    ):
        with pytest.raises(RecordsFrozen):
            refused()
    for change in (
        lambda: HardValue.objects.update(early=1),
        lambda: HardValue.objects.all().delete(),
        lambda: HardDocument.objects.update(title="khác"),
        lambda: HardDocument.objects.create(edition=edition, title="13/BC", added_at=NOW),
        lambda: HardDocument.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            change()


def test_the_triggers_of_the_tables_are_still_there_after_the_new_columns():
    edition = edition_opened()
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        Indicator.objects.filter(edition=edition).update(related=["MB1"])


def test_every_fault_is_told_at_once_and_nothing_is_saved():
    edition = edition_opened()
    with pytest.raises(RecordsFaulty) as refused:
        save(
            edition,
            entry(value=90),
            entry("so-tai-chinh", value=101),
            entry("so-nong-nghiep", value=90),
            entry(indicator="MB1", value=1),
            entry("so-xay-dung", value=90, source=" ", period=""),
            entry("so-xay-dung", value=91),
            entry("tp-thai-binh"),
        )
    assert [(each.entry, each.column) for each in refused.value.problems] == [
        (1, "value"), (2, "unit"), (3, "indicator"), (4, "period"), (4, "source_vi"), (5, "indicator"),
    ]  # fmt: skip
    assert not HardValue.objects.filter(value=90).exists()
    assert not AuditEntry.objects.filter(action="records.save").exists()


def test_a_value_far_from_the_others_asks_to_be_confirmed():
    edition = edition_opened(units=5)
    with pytest.raises(RecordsFaulty) as refused:
        save(edition, entry(value=8.35))
    assert [(each.column, each.odd) for each in refused.value.problems] == [("value", True)]
    assert save(edition, entry(value=8.35), confirmed=True) == 1
    far = {unit.rated.unit.code: unit.far for unit in records_standing(edition) if unit.far}
    assert far == {"so-cong-thuong": ("TG2",)}


def test_a_value_is_taken_out_with_a_trace():
    edition = edition_opened()
    value = HardValue.objects.select_related("indicator", "block_unit__unit").first()
    record_remove(edition=edition, value=value, by=None, now=NOW)
    assert not HardValue.objects.filter(pk=value.pk).exists()
    assert AuditEntry.objects.get(action="records.remove").note == "TG2 so-cong-thuong: 80 →"
    missing = {unit.rated.unit.code: unit.missing for unit in records_standing(edition) if unit.missing}
    assert missing == {"so-cong-thuong": ["TG2"]}


def test_counts_make_the_value_and_reach_the_dataset():
    edition = edition_make()
    Indicator.objects.filter(code="TG2").update(counted=["early", "on_time"])
    type(edition).objects.filter(pk=edition.pk).update(state=EditionState.CLOSED)
    save(edition, entry(handled=300, early=100, on_time=180, late=20))
    value = HardValue.objects.get(block_unit__unit__code="so-cong-thuong")
    assert (value.value, value.dossiers) == (pytest.approx(100 * 280 / 300), 300)


def changed_book(edition, **changes):
    """The workbook of records with cells changed: `C2=…` by title and row."""
    book = load_workbook(io.BytesIO(records_workbook(edition)))
    sheet = book["records"]
    titles = {cell.value: cell.column for cell in sheet[1]}
    for place, value in changes.items():
        title, row = place.rsplit("__", 1)
        sheet.cell(row=int(row), column=titles[title], value=value)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def take(edition, workbook, confirmed=False):
    return records_import(edition=edition, workbook=workbook, confirmed=confirmed, by=None, now=NOW)


def test_the_workbook_of_records_comes_back_and_says_what_changed():
    edition = edition_closed(responses=3)
    assert take(edition, records_workbook(edition)) == 0
    assert take(edition, changed_book(edition, value__2="85,5", document__2="12/BC")) == 1
    assert HardValue.objects.get(block_unit__unit__code="so-cong-thuong").value == 85.5
    assert "SHA-256" in AuditEntry.objects.get(action="records.save").note
    HardValue.objects.filter(block_unit__unit__code="so-tai-chinh").delete()
    assert take(edition, records_workbook(edition)) == 0
    dataset_freeze(edition=edition, by=None, now=NOW)
    with pytest.raises(RecordsFrozen):
        take(edition, records_workbook(edition))


def test_nothing_of_a_faulty_workbook_is_taken_over():
    edition = edition_opened()
    spoilt = changed_book(edition, value__2=90, value__3="nhiều", value__4=101, period__5="năm nay", unit__6="ai-do")
    with pytest.raises(RecordsFaults) as refused:
        take(edition, spoilt)
    places = [(fault.row, fault.field) for fault in refused.value.faults]
    assert places == [(3, "value"), (4, "value"), (5, "period"), (6, "unit")]
    assert not HardValue.objects.filter(value=90).exists()
    for damaged in (b"", b"PK\x03\x04", b"unit;value"):
        with pytest.raises(RecordsFaults):
            take(edition, damaged)


def test_a_document_keeps_its_file_apart_and_once():
    edition = edition_opened()
    save(edition, entry(value=90, document="12/BC"))
    document = document_add(edition=edition, title="12/BC", content=b"%PDF-1", name="bc.PDF", by=None, now=NOW)
    assert HardDocument.objects.get() == document
    assert document.file.name.startswith("records/thai-binh-2024-")
    with default_storage.open(document.file.name) as kept:
        assert kept.read() == b"%PDF-1"
    with pytest.raises(DocumentTwice):
        document_add(edition=edition, title="12/BC", content=b"", name="", by=None, now=NOW)
    assert AuditEntry.objects.filter(action="records.document").count() == 1
    assert BlockUnit.objects.filter(hard_values__document=document).count() == 1
