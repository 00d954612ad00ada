"""Values from administrative records: entered by form or workbook until the data are frozen, all of it or nothing."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.services import audit
from ddci.core.errors import Invalid, NotNow
from surveys.enums import NOT_FROZEN
from surveys.models import BlockUnit, Edition, HardDocument, HardValue, Indicator
from surveys.selectors.records import records_of
from surveys.services.record_keys import record_keys
from surveys.workbook.content import HardFacts
from surveys.workbook.faults import Fault, FileFaults
from surveys.workbook.lookup import record_of
from surveys.workbook.records import (
    NUMBERS,
    Limits,
    Record,
    far_sentence,
    far_values,
    record_dossiers,
    record_problems,
    record_value,
)
from surveys.workbook.sheets import RECORDS
from surveys.workbook.tables import Row, table_read

DOCUMENT_LETTERS, DOCUMENT_BYTES = 200, 20_000_000


class RecordsFrozen(NotNow):
    code = "records_frozen"
    sentence = gettext_lazy("The data of “%(edition)s” are frozen; values from records cannot be changed any more.")


class RecordsFaults(FileFaults):
    code = "records_faults"
    sentence = gettext_lazy("Faults in the values from records: %(count)s. Nothing was taken over.")


class DocumentTwice(Invalid):
    code = "document_twice"
    sentence = gettext_lazy("A document of this name is there already, with its file.")


@dataclass(frozen=True)
class Entry:
    """What was given for one unit (its code) on one indicator (its code)."""

    unit: str
    indicator: str
    record: Record
    source_vi: str
    source_en: str = ""
    document: str = ""


@dataclass(frozen=True)
class Problem:
    """What is wrong with the entry of this number; `odd`: it can be right, and is taken once confirmed."""

    entry: int
    column: str
    sentence: str
    odd: bool = False


class RecordsFaulty(Invalid):
    """`problems` lists everything that is wrong."""

    code = "records_faulty"
    sentence = gettext_lazy("Faults in the values from records: %(count)s. Nothing was taken over.")

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(count=len(self.problems))


def entry_of(facts: HardFacts) -> Entry:
    """A line of the edition's workbook."""
    record = Record(**{name: getattr(facts, name) for name in Record.__dataclass_fields__})
    return Entry(facts.unit, facts.indicator, record, facts.source_vi, facts.source_en, facts.document)


@transaction.atomic
def records_save(
    *, edition: Edition, entries: Sequence[Entry], confirmed: bool, by: User | None, now: datetime, note: str = ""
) -> int:
    """Take over values; the audit trail names every change. Returns how many values changed.

    `confirmed`: values far from those of other units are right. Entries without any number are left out.

    Raises:
        RecordsFrozen: the data are frozen.
        RecordsFaulty: everything that is wrong, entry by entry; nothing was saved.
    """
    locked = Edition.objects.select_for_update().select_related("province").get(pk=edition.pk)
    if locked.state not in NOT_FROZEN:
        raise RecordsFrozen(edition=locked.title)
    problems = [*_impossible(locked, entries), *(() if confirmed else _odd(locked, entries))]
    if problems:
        raise RecordsFaulty(sorted(problems, key=lambda each: each.entry))
    changes = records_put(edition=locked, entries=entries, by=by, now=now)
    if changes:
        text = "; ".join([*([note] if note else []), *changes])
        audit(action="records.save", subject=locked, by=by, now=now, province=locked.province, note=text)
    return len(changes)


def _impossible(edition: Edition, entries: Sequence[Entry]) -> Iterator[Problem]:
    keys = record_keys(edition)
    seen: set[tuple[str, str]] = set()
    for number, entry in enumerate(entries):
        if entry.record.is_empty:
            continue
        limits = keys.limits.get(entry.indicator)
        if entry.unit not in keys.units:
            yield Problem(number, "unit", _("The edition has no unit “%(code)s”.") % {"code": entry.unit})
        if limits is None:
            yield Problem(
                number, "indicator", _("“%(code)s” is not an indicator from records.") % {"code": entry.indicator}
            )
            continue
        if entry.unit in keys.units and (entry.unit, entry.indicator) not in keys.wanted:
            facts = {"code": entry.indicator, "unit": entry.unit}
            yield Problem(number, "indicator", _("“%(code)s” does not count in the block of “%(unit)s”.") % facts)
        if (entry.unit, entry.indicator) in seen:
            yield Problem(number, "indicator", _("This unit and indicator stand here twice."))
        seen.add((entry.unit, entry.indicator))
        for column, text in (("period", entry.record.period), ("source_vi", entry.source_vi)):
            if not text.strip():
                yield Problem(number, column, _("This must be filled in where there is a value."))
        for column, sentence in record_problems(entry.record, limits):
            yield Problem(number, column, sentence)


def _odd(edition: Edition, entries: Sequence[Entry]) -> Iterator[Problem]:
    """Values far from those of the other units of their block, as they would stand after this entry."""
    keys = record_keys(edition)
    after: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for known in records_of(edition):
        after[known.block_unit.block.code, known.indicator.code][known.block_unit.unit.code] = known.value
    places = {}
    for number, entry in enumerate(entries):
        value = record_value(entry.record, keys.limits.get(entry.indicator, Limits(None, None)))
        if value is not None and entry.unit in keys.units:
            after[keys.units[entry.unit], entry.indicator][entry.unit] = value
            places[entry.unit, entry.indicator] = number
    for (_block, indicator), values in after.items():
        for unit, middle in far_values(values).items():
            if (unit, indicator) in places:
                sentence = far_sentence(values[unit], middle)
                yield Problem(places[unit, indicator], "value", sentence, odd=True)


def records_put(*, edition: Edition, entries: Sequence[Entry], by: User | None, now: datetime) -> list[str]:
    """Write entries that are known to be possible; what changed, in words for the trail. Inside a transaction."""
    rated = {row.unit.code: row for row in BlockUnit.objects.filter(block__edition=edition).select_related("unit")}
    indicators = {row.code: row for row in Indicator.objects.filter(edition=edition)}
    before = {(row.block_unit.unit.code, row.indicator.code): row for row in records_of(edition)}
    documents: dict[str, HardDocument] = {row.title: row for row in HardDocument.objects.filter(edition=edition)}
    limits = record_keys(edition).limits
    changes = []
    for entry in entries:
        if entry.record.is_empty:
            continue
        if entry.document and entry.document not in documents:
            documents[entry.document] = HardDocument.objects.create(
                edition=edition, title=entry.document, added_by=by, added_at=now
            )
        known = before.get((entry.unit, entry.indicator))
        row = known or HardValue(block_unit=rated[entry.unit], indicator=indicators[entry.indicator])
        change = _filled(row, entry, limits[entry.indicator], documents.get(entry.document))
        if change:
            row.save()
            changes.append(change)
    return changes


def _filled(row: HardValue, entry: Entry, limits: Limits, document: HardDocument | None) -> str:
    """Set the fields of a row; what changed by that in words, nothing where all stays."""
    value = record_value(entry.record, limits)
    facts = {
        **{name: getattr(entry.record, name) for name in (*NUMBERS, "period")},
        "value": value,
        "dossiers": record_dossiers(entry.record),
        "source_vi": entry.source_vi,
        "source_en": entry.source_en,
        "document": document,
    }
    fresh = row._state.adding
    changed = [name for name, new in facts.items() if fresh or getattr(row, name) != new]
    old = "" if fresh else f"{row.value:g} "
    for name, new in facts.items():
        setattr(row, name, new)
    if not changed:
        return ""
    others = ", ".join(name for name in changed if name != "value")
    figure = f"{old}→ {value:g}" if "value" in changed else ""
    words = " ".join(part for part in (figure, f"({others})" if others and old else "") if part)
    return f"{entry.indicator} {entry.unit}: {words}"


@transaction.atomic
def record_remove(*, edition: Edition, value: HardValue, by: User | None, now: datetime) -> None:
    """Take a value out again.

    Raises:
        RecordsFrozen: the data are frozen.
    """
    locked = Edition.objects.select_for_update().select_related("province").get(pk=edition.pk)
    if locked.state not in NOT_FROZEN:
        raise RecordsFrozen(edition=locked.title)
    note = f"{value.indicator.code} {value.block_unit.unit.code}: {value.value:g} →"
    value.delete()
    audit(action="records.remove", subject=locked, by=by, now=now, province=locked.province, note=note)


def records_import(*, edition: Edition, workbook: bytes, confirmed: bool, by: User | None, now: datetime) -> int:
    """Take over the workbook of records. Returns how many values changed.

    Raises:
        RecordsFrozen: the data are frozen.
        RecordsFaults: every fault at once, with row and column; nothing was saved.
    """
    table, faults = table_read(workbook, RECORDS, refusal=RecordsFaults)
    rows = [row for row in table.rows if row.broken or not record_of(_filled_in(row)).is_empty]
    whole = [row for row in rows if not row.broken]
    entries = [_entry(row) for row in whole]
    note = f"SHA-256 {hashlib.sha256(workbook).hexdigest()}"
    try:
        with transaction.atomic():
            changed = records_save(edition=edition, entries=entries, confirmed=confirmed, by=by, now=now, note=note)
            if faults:
                raise RecordsFaults(sorted(set(faults)))
            return changed
    except RecordsFaulty as refusal:
        found: list[Fault] = [whole[each.entry].fault(each.column, each.sentence) for each in refusal.problems]
        raise RecordsFaults(sorted({*faults, *found})) from refusal


def _filled_in(row: Row) -> Row:
    return replace(row, values={**row.values, "period": row["period"] or ""})


def _entry(row: Row) -> Entry:
    values = row.values
    return Entry(
        values["unit"],
        values["indicator"],
        record_of(_filled_in(row)),
        values["source_vi"] or "",
        values["source_en"] or "",
        values["document"] or "",
    )


@transaction.atomic
def document_add(
    *, edition: Edition, title: str, content: bytes, name: str, by: User | None, now: datetime
) -> HardDocument:
    """Keep a document, or the file of one that was only named so far. The file is never published.

    Raises:
        RecordsFrozen: the data are frozen.
        DocumentTwice: there is one of this name with a file.
    """
    locked = Edition.objects.select_for_update().select_related("province").get(pk=edition.pk)
    if locked.state not in NOT_FROZEN:
        raise RecordsFrozen(edition=locked.title)
    known = HardDocument.objects.filter(edition=locked, title=title).first()
    if known is not None and known.file:
        raise DocumentTwice
    document = known or HardDocument(edition=locked, title=title)
    document.sha256 = hashlib.sha256(content).hexdigest() if content else ""
    document.added_by, document.added_at = by, now
    if content:
        suffix = name.rsplit(".", maxsplit=1)[-1].lower()
        document.file.save(
            f"{locked.province.slug}-{locked.year}-{document.sha256[:16]}.{suffix}", ContentFile(content), save=False
        )
    document.save()
    note = f"{title} {document.sha256}".strip()
    audit(action="records.document", subject=locked, by=by, now=now, province=locked.province, note=note)
    return document
