"""The rows of a file of businesses: read into records, compared with the frame, written."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from accounts.models import Province
from accounts.services import Progress
from surveys.enums import FrameChange, FrameFault
from surveys.models import Business, FrameImport, FrameImportFault
from surveys.population.reading import Grid
from surveys.population.records import Choices, Fault, Record, RecordReader

BATCH = 2000
TOLD_EVERY = 2000
COMPARED = (
    "tax_code", "name", "type", "locality", "address", "sector", "size", "age", "phone", "email", "units",
)  # fmt: skip
# An empty cell says nothing: what is known stays. Else a file without a column of telephones would delete them all.
KEPT = frozenset({"tax_code", "address", "sector", "size", "age", "phone", "email", "units"})
WRITTEN = (*COMPARED, "plain_name", "present", "change", "changed_in")
Values = tuple[object, ...]


@dataclass
class Reading:
    """What a file says: records by key, faults, the cells of rejected rows by row."""

    rows: int = 0
    records: dict[str, Record] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    cells: dict[int, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Difference:
    """`counts` by field of `FrameImport`; `fields`: how often each field of a known business has changed."""

    counts: dict[str, int]
    fields: dict[str, int]


def rows_read(*, grid: Grid, mapping: Mapping[str, int], choices: Choices, progress: Progress | None = None) -> Reading:
    """Every row as a record or a fault. A row that repeats an earlier one word for word is rejected; one that only
    has the same key is kept under `key#2`, and the pair is offered as a duplicate.
    """
    reader, reading = RecordReader(mapping, choices), Reading(rows=len(grid.rows))
    for place, (row, cells) in enumerate(grid.rows):
        if progress and place % TOLD_EVERY == 0:
            progress(place, len(grid.rows), _("Checking rows"))
        record, faults = reader.read(row, cells)
        if record is not None and not _placed(reading, record, row):
            faults = [Fault(row, "", FrameFault.ROW_REPEATED, "", rejected=True)]
        reading.faults += faults
        if any(fault.rejected for fault in faults):
            reading.cells[row] = cells
    return reading


def _placed(reading: Reading, record: Record, row: int) -> bool:
    """Whether the record is a new one; it then stands under its key, or under the next free one."""
    key, number = record.key, 1
    while (earlier := reading.records.get(record.key)) is not None:
        if values_of(earlier) == values_of(record):
            return False
        number += 1
        record.key = f"{key}#{number}"
    reading.records[record.key] = record
    reading.places[record.key] = row
    return True


def values_of(each: Record | Business) -> Values:
    return tuple(getattr(each, name) for name in COMPARED)


def frame_write(*, frame_import: FrameImport, reading: Reading) -> Difference:
    """Compare the records with the frame and write what differs; called inside the transaction of the import."""
    province = frame_import.province
    known = {row[0]: row[1:] for row in _known(province)}
    new, changed, fields = [], [], Counter[str]()
    for key, record in reading.records.items():
        before = known.get(key)
        if before is None:
            new.append(record)
            continue
        _keep(record, before)
        now = values_of(record)
        differs = [name for name, old, fresh in zip(COMPARED, before[1:], now, strict=True) if old != fresh]
        if differs or not before[0]:
            changed.append(record)
            fields.update(differs or ["present"])
    gone = [str(key) for key, before in known.items() if before[0] and key not in reading.records]
    gone = gone if frame_import.whole else []
    _upsert(frame_import, [(record, FrameChange.NEW) for record in new])
    _upsert(frame_import, [(record, FrameChange.CHANGED) for record in changed])
    _leave(frame_import, gone)
    _faults_write(frame_import, reading)
    rejected = sum(fault.rejected for fault in reading.faults)
    counts = {
        "rows": reading.rows,
        "rejected": rejected,
        "noted": len({fault.row for fault in reading.faults if not fault.rejected}),
        "new": len(new),
        "changed": len(changed),
        "same": len(reading.records) - len(new) - len(changed),
        "gone": len(gone),
    }
    return Difference(counts, dict(fields.most_common()))


def _keep(record: Record, before: Values) -> None:
    for name, old in zip(COMPARED, before[1:], strict=True):
        if name in KEPT and not getattr(record, name):
            setattr(record, name, old)


def _known(province: Province) -> Iterator[Values]:
    found = Business.objects.filter(province=province).order_by("pk")
    return found.values_list("key", "present", *COMPARED).iterator(5000)


def _upsert(frame_import: FrameImport, records: Sequence[tuple[Record, FrameChange]]) -> None:
    rows = [
        Business(
            province_id=frame_import.province_id,
            key=record.key,
            plain_name=record.plain_name,
            present=True,
            change=change,
            changed_in=frame_import,
            **dict(zip(COMPARED, values_of(record), strict=True)),
        )
        for record, change in records
    ]
    Business.objects.bulk_create(
        rows, batch_size=BATCH, update_conflicts=True, unique_fields=["province", "key"], update_fields=WRITTEN
    )


def _leave(frame_import: FrameImport, keys: Sequence[str]) -> None:
    """Whoever is not in the file any more stays known, outside the frame: it may have been asked already."""
    for batch in _batches(keys):
        leaving = Business.objects.filter(province=frame_import.province, key__in=batch)
        leaving.update(present=False, change=FrameChange.GONE, changed_in=frame_import)


def _batches(keys: Sequence[str], size: int = 500) -> Iterable[Sequence[str]]:
    return (keys[start : start + size] for start in range(0, len(keys), size))


def _faults_write(frame_import: FrameImport, reading: Reading) -> None:
    """Rejected rows of earlier imports hold personal data and have been corrected or given up: they go."""
    FrameImportFault.objects.filter(frame_import__province=frame_import.province).delete()
    FrameImportFault.objects.bulk_create(
        (
            FrameImportFault(
                frame_import=frame_import,
                row=fault.row,
                column=fault.column,
                reason=fault.reason,
                value=fault.value,
                rejected=fault.rejected,
                cells=reading.cells[fault.row] if fault.rejected else [],
            )
            for fault in reading.faults
        ),
        batch_size=BATCH,
    )
