"""A typed or pasted list of businesses: read whole, every fault told with its row, nothing half taken."""

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from surveys.services.invitations import Guest

COLUMNS = ("name", "email", "stratum", "weight")
# Words of a first row that names the columns, as people write them.
HEADS = {
    "name": {"name", "tên", "tên doanh nghiệp", "doanh nghiệp"},
    "email": {"email", "e-mail", "thư điện tử"},
    "stratum": {"stratum", "tầng", "nhóm"},
    "weight": {"weight", "design_weight", "trọng số"},
}
LONGEST = {"name": 200, "email": 254, "stratum": 80}
ROWS_AT_MOST = 50_000


@dataclass(frozen=True)
class RowFault:
    row: int
    column: str
    sentence: str


def guests_read(text: str, *, invited: frozenset[str]) -> tuple[list[Guest], list[RowFault]]:
    """The businesses of a list and what is wrong with it.

    Args:
        text: rows separated by line ends, columns by tab, semicolon or comma; a first row may name the columns.
        invited: addresses that must not be invited again, in lower case.
    """
    try:
        rows = [(number, cells) for number, cells in _rows(text) if any(cells)]
    except csv.Error:
        return [], [RowFault(1, "", _("The file is not a readable CSV table."))]
    order, rows = _columns(rows)
    guests: list[Guest] = []
    faults: list[RowFault] = []
    seen: dict[str, int] = {}
    for number, cells in rows[:ROWS_AT_MOST]:
        given = dict(zip(order, cells, strict=False))
        guest, wrong = _guest(number, given)
        wrong += _repeated(number, guest.email.lower(), invited, seen)
        faults += wrong
        guests.append(guest)
    if not rows:
        faults.append(RowFault(1, "", _("There is no business in this list.")))
    if len(rows) > ROWS_AT_MOST:
        faults.append(RowFault(ROWS_AT_MOST, "", _("A list can have 50,000 rows at most.")))
    return guests, faults


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    lines = text.lstrip("\ufeff").replace("\0", "").splitlines()
    separator = next((sign for line in lines for sign in "\t;," if sign in line), ",")
    reader = csv.reader(lines, delimiter=separator)
    for cells in reader:
        yield reader.line_num, [cell.strip() for cell in cells]


def _columns(rows: list[tuple[int, list[str]]]) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Which column is which; the rows without the one that says so."""
    words = [cell.casefold() for cell in rows[0][1]] if rows else []
    named = [next((column for column in COLUMNS if word in HEADS[column]), "") for word in words]
    return (named, rows[1:]) if "name" in named else (list(COLUMNS), rows)


def _guest(number: int, given: dict[str, str]) -> tuple[Guest, list[RowFault]]:
    faults = []
    name, email, stratum = (given.get(column, "") for column in COLUMNS[:3])
    if not name:
        faults.append(RowFault(number, "name", _("The name is missing.")))
    for column, longest in LONGEST.items():
        if len(given.get(column, "")) > longest:
            sentence = _("This text is longer than %(longest)d letters.") % {"longest": longest}
            faults.append(RowFault(number, column, sentence))
    if email and not _is_address(email):
        faults.append(RowFault(number, "email", _("“%(text)s” is not an e-mail address.") % {"text": email}))
    weight = _weight(given.get("weight", ""))
    if weight is None:
        words = {"text": given["weight"]}
        faults.append(RowFault(number, "weight", _("“%(text)s” is not a number above 0.") % words))
    return Guest(name=name, email=email, stratum=stratum, design_weight=weight or 1.0), faults


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _weight(text: str) -> float | None:
    """1 where nothing stands; None where it is no positive number. A decimal comma is understood."""
    if not text:
        return 1.0
    try:
        weight = float(text.replace(",", "."))
    except ValueError:
        return None
    return weight if math.isfinite(weight) and weight > 0 else None


def _repeated(number: int, email: str, invited: frozenset[str], seen: dict[str, int]) -> list[RowFault]:
    if not email:
        return []
    if email in invited:
        return [RowFault(number, "email", _("%(email)s is invited already.") % {"email": email})]
    if email in seen:
        words = {"email": email, "row": seen[email]}
        return [RowFault(number, "email", _("%(email)s stands in row %(row)d already.") % words)]
    seen[email] = number
    return []
