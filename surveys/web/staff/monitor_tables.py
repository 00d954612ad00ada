"""The tables of the fieldwork monitor as plain rows, for CSV and XLSX."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from ddci.core.text import csv_cell
from surveys.models import Edition
from surveys.selectors.interviewers import interviewers_so_far, together
from surveys.selectors.precision_so_far import precision_so_far
from surveys.selectors.progress import Steps, days_of, steps_by_locality, steps_by_stratum, total_of
from surveys.selectors.reach import reach_by_channel

TABLES = ("strata", "localities", "days", "units", "messages", "interviewers")
FORMS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Sheet:
    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Any]]


def sheet_of(edition: Edition, table: str, today: date, *, named: bool) -> Sheet:
    """One of `TABLES`; without `named`, of interviewers all together only."""
    if table == "days":
        return _days(edition, today)
    if table == "units":
        return _units(edition)
    if table == "messages":
        return _messages(edition)
    if table == "interviewers":
        return _interviewers(edition, named=named)
    return _steps(edition, table)


def _steps(edition: Edition, table: str) -> Sheet:
    steps = steps_by_stratum(edition) if table == "strata" else steps_by_locality(edition)
    first = _("Stratum") if table == "strata" else _("Locality")
    headings = [
        first, _("Invited"), _("Delivered"), _("Came back"), _("Wants no messages"), _("Opened by a person"),
        _("Started"), _("Refused"), _("Completed"), _("Rate"), _("Planned rate"),
        _("Target"),
    ]  # fmt: skip
    return Sheet(first, headings, [_steps_row(each) for each in steps])


def _steps_row(each: Steps) -> list[Any]:
    return [
        each.label, each.invited, each.delivered, each.bounced, each.opted_out, each.opened,
        each.started, each.refused, each.done, each.rate, each.planned_rate,
        each.target,
    ]  # fmt: skip


def _messages(edition: Edition) -> Sheet:
    headings = [
        _("Channel"), _("Businesses"), _("Delivered"), _("Came back"), _("Wants no messages"), _("Refused"),
        _("Completed"),
    ]  # fmt: skip
    rows = [
        [each.label, each.meant, each.delivered, each.bounced, each.opted_out, each.refused, each.done]
        for each in reach_by_channel(edition)
    ]
    return Sheet(_("Channel"), headings, rows)


def _interviewers(edition: Edition, *, named: bool) -> Sheet:
    headings = [
        _("Interviewer"), _("Businesses"), _("Attempts"), _("Completed"), _("Refused"), _("Rate"),
    ]  # fmt: skip
    lines = interviewers_so_far(edition)
    rows = [
        [each.name or _("All interviewers"), each.assigned, each.attempts, each.done, each.refused, each.rate]
        for each in [*(lines if named else []), together(lines)]
    ]
    return Sheet(_("Interviewer"), headings, rows)


def _days(edition: Edition, today: date) -> Sheet:
    headings = [
        _("Day"), _("Opened by a person"), _("Started"), _("Completed"), _("Completed since the day before"),
        _("Consent withdrawn"), _("Planned"),
    ]  # fmt: skip
    now = total_of(steps_by_stratum(edition))
    rows = [
        [each.day, each.opened, each.started, each.done, each.new, each.withdrawn, each.planned]
        for each in days_of(edition, now, today)
    ]
    return Sheet(_("Day"), headings, rows)


def _units(edition: Edition) -> Sheet:
    headings = [_("Block"), _("Code"), _("Unit"), _("Ratings"), _("Minimum"), _("± points"), _("Ranks wide")]
    rows = [
        [block.block.name, line.code, line.label, line.count, block.block.minimum, unit.half_width, unit.ranks]
        for block in precision_so_far(edition)
        for unit in block.units
        for line in [unit.line]
    ]
    return Sheet(_("Unit"), headings, rows)


def as_csv(sheet: Sheet) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(sheet.headings)
    writer.writerows([csv_cell(_plain(cell)) for cell in row] for row in sheet.rows)
    return text.getvalue().encode("utf-8-sig")


def _plain(cell: Any) -> str:
    return "" if cell is None else f"{cell:.6g}" if isinstance(cell, float) else str(cell)


def as_xlsx(sheet: Sheet) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold, day = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "dd/mm/yyyy"})
    paper = book.add_worksheet()
    paper.freeze_panes(1, 1)
    paper.set_column(0, len(sheet.headings), 18)
    paper.write_row(0, 0, sheet.headings, bold)
    for at, row in enumerate(sheet.rows, 1):
        for place, cell in enumerate(row):
            if isinstance(cell, date):
                paper.write_datetime(at, place, cell, day)
            elif cell is not None:
                paper.write(at, place, cell)
    book.close()
    return target.getvalue()
