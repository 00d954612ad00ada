"""Codes: once only, and known where they are referred to."""

from collections.abc import Collection, Iterator

from django.utils.translation import gettext as _

from surveys.workbook.faults import Fault
from surveys.workbook.tables import Row, Table


def repeated(table: Table, *columns: str) -> Iterator[Fault]:
    """Lines whose values in these columns stood in an earlier line already."""
    seen: dict[tuple[object, ...], int] = {}
    for row in table:
        key = tuple(row[column] for column in columns)
        if any(value in {None, ""} for value in key):
            continue
        first = seen.setdefault(key, row.number)
        if first != row.number:
            facts = {"code": " · ".join(str(value) for value in key), "row": first}
            yield row.fault(columns[-1], _("“%(code)s” stands in row %(row)s already.") % facts)


def unknown(row: Row, column: str, known: Collection[str], sheet: str) -> Iterator[Fault]:
    """The code in this cell (or each of several) is missing from the sheet it refers to."""
    value = row[column]
    for code in value if isinstance(value, tuple) else (value,):
        if code and code not in known:
            facts = {"code": code, "sheet": sheet}
            yield row.fault(column, _("“%(code)s” does not exist in the sheet “%(sheet)s”.") % facts)
