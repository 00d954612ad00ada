"""Taking over a file of businesses: uploaded, its columns confirmed, then read as a whole in the background.

Everything is read and checked before anything is written, and all that is written goes in one transaction: a frame is
never half new and half old.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Province, User
from accounts.services import Progress, audit, job_start
from ddci.core.errors import Invalid, NotNow
from surveys.models import FrameImport
from surveys.population.columns import FIELDS, NEEDED
from surveys.population.reading import MOST_ROWS, Grid, grid_read
from surveys.selectors.frame import choices_of, faults_of, import_by_id, import_underway, imports_given_up
from surveys.services.duplicates import duplicates_find
from surveys.services.frame_rows import Reading, frame_write, rows_read

KIND = "frame_import"
PREVIEWED = 8


class ImportUnderway(NotNow):
    code = "import_underway"
    sentence = gettext_lazy("Another file of businesses is being imported. Wait until it is done.")


class ImportDone(NotNow):
    code = "import_done"
    sentence = gettext_lazy("This file was imported already, or replaced by another one.")


class ColumnMissing(Invalid):
    code = "column_missing"
    sentence = gettext_lazy("Say which column holds: %(fields)s.")


class ColumnTwice(Invalid):
    code = "column_twice"
    sentence = gettext_lazy("The column “%(heading)s” is chosen twice.")


@transaction.atomic
def frame_upload(*, province: Province, name: str, data: bytes, by: User | None, now: datetime) -> FrameImport:
    """Keep a file until its columns are confirmed; an earlier one that nobody confirmed, or that failed, is removed.

    Raises:
        NoEditionYet: there are no bands to read the file against.
        FrameFileUnreadable, FrameFileTooLarge, FrameFileEmpty
    """
    choices_of(province, now.date())
    grid = grid_read(data)
    for old in imports_given_up(province):
        _file_remove(old)
        old.delete()
    sha256 = hashlib.sha256(data).hexdigest()
    frame_import = FrameImport(
        province=province, by=by, uploaded_at=now, file_name=name[:200], sha256=sha256, headings=grid.headings
    )
    frame_import.file.save(f"{province.slug}-{sha256[:16]}", ContentFile(data), save=True)
    return frame_import


def frame_grid(*, frame_import: FrameImport, most: int = MOST_ROWS) -> Grid:
    """The first `most` rows of a file that was uploaded and not taken over yet.

    Raises:
        ImportDone: the file is not kept any more.
    """
    if not frame_import.file:
        raise ImportDone
    with frame_import.file.open("rb") as file:
        return grid_read(file.read(), most=most)


def _mapping_check(headings: list[str], mapping: Mapping[str, int]) -> None:
    """
    Raises:
        ColumnMissing: a field without which no business can be taken over.
        ColumnTwice: one column stands for two fields.
    """
    missing = [str(FIELDS[field]) for field in NEEDED if field not in mapping]
    if missing:
        raise ColumnMissing(fields=", ".join(missing))
    seen: set[int] = set()
    for place in mapping.values():
        if place in seen:
            raise ColumnTwice(heading=headings[place] or str(place + 1))
        seen.add(place)


@transaction.atomic
def frame_import_start(
    *, frame_import: FrameImport, mapping: Mapping[str, int], whole: bool, by: User | None, now: datetime
) -> FrameImport:
    """Begin the import in the background, with confirmed columns.

    Args:
        mapping: place of the column of each field of `population.columns.FIELDS`.
        whole: the file is the whole frame, so a business that is not in it is gone; else it only adds and corrects.

    Raises:
        ImportDone, ImportUnderway, ColumnMissing, ColumnTwice
    """
    province = Province.objects.select_for_update().get(pk=frame_import.province_id)
    locked = FrameImport.objects.select_for_update().filter(pk=frame_import.pk).first()
    if locked is None or locked.finished_at or not locked.file:
        raise ImportDone
    if import_underway(province):
        raise ImportUnderway
    _mapping_check(locked.headings, mapping)
    locked.mapping, locked.whole, locked.by = dict(mapping), whole, by
    locked.job = job_start(kind=KIND, arguments={"import": locked.pk}, province=province, by=by, now=now)
    locked.save(update_fields=["mapping", "whole", "by", "job"])
    return locked


def frame_import_run(*, import_id: int, clock: Callable[[], datetime], progress: Progress) -> FrameImport:
    """Read, check and take over the file, then look for duplicates. Called by the job.

    Raises:
        ImportDone: it was carried out already.
        NoEditionYet, FrameFileUnreadable, FrameFileTooLarge, FrameFileEmpty: nothing was changed.
    """
    frame_import = import_by_id(import_id)
    if frame_import.finished_at:
        raise ImportDone
    progress(0, 0, _("Reading the file"))
    grid = frame_grid(frame_import=frame_import)
    today = clock().date()
    reading = rows_read(
        grid=grid, mapping=frame_import.mapping, choices=choices_of(frame_import.province, today), progress=progress
    )
    del grid
    total = len(reading.records)
    progress(0, 0, _("Comparing with the frame and saving"))
    done = frame_import_finish(frame_import=frame_import, reading=reading, now=clock())
    progress(total, total, _("Looking for duplicates"))
    duplicates_find(province=frame_import.province)
    return done


@transaction.atomic
def frame_import_finish(*, frame_import: FrameImport, reading: Reading, now: datetime) -> FrameImport:
    """Write what was read: all of it or nothing. The file and the rows that earlier imports rejected are removed.

    Raises:
        ImportDone: somebody else was faster.
    """
    Province.objects.select_for_update().get(pk=frame_import.province_id)
    locked = FrameImport.objects.select_for_update().get(pk=frame_import.pk)
    if locked.finished_at:
        raise ImportDone
    difference = frame_write(frame_import=locked, reading=reading)
    for name, count in difference.counts.items():
        setattr(locked, name, count)
    locked.changes = difference.fields
    locked.finished_at = now
    _file_remove(locked)
    locked.save()
    words = (
        f"SHA-256 {locked.sha256}; +{locked.new} ~{locked.changed} -{locked.gone} ={locked.same}; ×{locked.rejected}"
    )
    audit(action="frame.import", subject=locked, by=locked.by, now=now, province=locked.province, note=words)
    return locked


def frame_preview(*, frame_import: FrameImport, mapping: Mapping[str, int], now: datetime) -> tuple[Grid, Reading]:
    """The first rows of a file, as they stand and as they would be read with these columns; nothing is saved.

    Raises:
        ImportDone, NoEditionYet
    """
    grid = frame_grid(frame_import=frame_import, most=PREVIEWED)
    width = len(grid.headings)
    first = Grid(grid.headings, [(row, [*cells, *[""] * (width - len(cells))]) for row, cells in grid.rows])
    return first, rows_read(grid=first, mapping=mapping, choices=choices_of(frame_import.province, now.date()))


def _file_remove(frame_import: FrameImport) -> None:
    """The file goes once the transaction is committed; if it is not, the file is still needed."""
    if frame_import.file:
        storage, name = frame_import.file.storage, str(frame_import.file.name)
        frame_import.file.name = ""
        transaction.on_commit(lambda: storage.delete(name))


@dataclass(frozen=True)
class FaultyRow:
    """A row of the file with what was wrong with it; `cells` only where it was rejected."""

    row: int
    rejected: bool
    column: str
    reason: str
    value: str
    cells: list[str]


@transaction.atomic
def faults_hand_out(*, frame_import: FrameImport, by: User | None, now: datetime) -> list[FaultyRow]:
    """Every rejected row as it stood and every cell that was left out, with the reason in the reader's language. They
    hold personal data: the audit trail says who took them.
    """
    rows = [
        FaultyRow(
            row=fault.row,
            rejected=fault.rejected,
            column=str(FIELDS.get(fault.column, "")),
            reason=fault.get_reason_display(),
            value=fault.value,
            cells=fault.cells,
        )
        for fault in faults_of(frame_import)
    ]
    note = str(len(rows))
    audit(action="frame.faults", subject=frame_import, by=by, now=now, province=frame_import.province, note=note)
    return rows
