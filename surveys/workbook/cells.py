"""One cell: from what the spreadsheet holds to what the column means, or a sentence why not."""

import math
import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from surveys.workbook.columns import Column, Kind

YES = {"yes", "y", "true", "1", "x", "có", "co", "đúng"}
NO = {"no", "n", "false", "0", "không", "khong", "sai"}
_SLUG = re.compile(r"[A-Za-z0-9_-]+")
_MARK = re.compile(r"[A-Za-z0-9_.-]+")
_NUMBER = re.compile(r"[+-]?\d{1,15}([.,]\d{1,15})?")
_CONDITION = re.compile(r"\s*([A-Za-z0-9_.-]+)\s*=\s*(.+)")
_VIETNAMESE_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
LARGEST = 1e12


class CellFault(Exception):
    """Why a cell cannot be read; the sentence is the first argument."""


def cell_text(raw: object) -> str:
    """The cell as text in NFC, without blanks at the ends and without invisible control characters."""
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e15:
        return str(int(raw))
    text = unicodedata.normalize("NFC", str(raw)).replace("\u00a0", " ").replace("\u200b", "")
    kept = "".join(" " if ch in "\r\n\t\v\f" else ch for ch in text if unicodedata.category(ch) not in {"Cs", "Co"})
    return "".join(ch for ch in kept if unicodedata.category(ch) != "Cc").strip()


def cell_is_empty(raw: object) -> bool:
    return raw is None or (isinstance(raw, str) and not cell_text(raw))


def cell_value(raw: object, column: Column) -> Any:
    """The value of a cell that is not empty.

    Raises:
        CellFault: it cannot be read as this column asks.
    """
    return _READERS[column.kind](raw, column)


def number_of(text: str) -> float:
    """A number as written in Vietnam or in English: 12,5 or 12.5.

    Raises:
        CellFault: anything else.
    """
    if not _NUMBER.fullmatch(text):
        raise CellFault(_("“%(text)s” is not a number.") % {"text": text[:40]})
    return float(text.replace(",", "."))


def _text(raw: object, column: Column) -> str:
    if isinstance(raw, date):
        raise CellFault(
            _("The spreadsheet has turned this text into a date. Format the cell as text and type it again.")
        )
    text = cell_text(raw)
    if column.longest and len(text) > column.longest:
        facts = {"length": len(text), "longest": column.longest}
        raise CellFault(_("The text has %(length)s characters; at most %(longest)s are possible.") % facts)
    return text


def _code(pattern: re.Pattern[str]) -> Callable[[object, Column], str]:
    def read(raw: object, column: Column) -> str:
        text = _text(raw, column)
        if not pattern.fullmatch(text):
            raise CellFault(
                _("“%(text)s” cannot be a code: use letters without marks, digits, - and _.") % {"text": text[:40]}
            )
        return text

    return read


def _number(raw: object, column: Column) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        raise CellFault(_("“%(text)s” is not a number.") % {"text": cell_text(raw)[:40]})
    value = number_of(cell_text(raw).rstrip("%").strip()) if isinstance(raw, str) else float(raw)
    if not math.isfinite(value) or abs(value) > LARGEST:
        raise CellFault(_("“%(text)s” is not a number.") % {"text": cell_text(raw)[:40]})
    if column.low is not None and value < column.low:
        raise CellFault(_("The number must be at least %(low)s.") % {"low": cell_text(float(column.low))})
    if column.high is not None and value > column.high:
        raise CellFault(_("The number must be at most %(high)s.") % {"high": cell_text(float(column.high))})
    return value


def _whole(raw: object, column: Column) -> int:
    value = _number(raw, column)
    if not value.is_integer():
        raise CellFault(_("“%(text)s” is not a whole number.") % {"text": cell_text(raw)[:40]})
    return int(value)


def _date(raw: object, _column: Column) -> date:
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    text = cell_text(raw)
    found = _VIETNAMESE_DATE.fullmatch(text)
    try:
        if found:
            return date(int(found[3]), int(found[2]), int(found[1]))
        return date.fromisoformat(text)
    except ValueError as error:
        facts = {"text": text[:40]}
        raise CellFault(_("“%(text)s” is not a date. Write day/month/year, such as 31/12/2024.") % facts) from error


def _flag(raw: object, _column: Column) -> bool:
    text = cell_text(raw).casefold()
    if text in YES | NO:
        return text in YES
    raise CellFault(_("Write yes or no here, not “%(text)s”.") % {"text": text[:40]})


def _choice(raw: object, column: Column) -> str:
    text = cell_text(raw).casefold()
    if text in column.choices:
        return text
    facts = {"text": cell_text(raw)[:40], "words": ", ".join(column.choices)}
    raise CellFault(_("“%(text)s” is not possible here. Choose one of: %(words)s.") % facts)


def _codes(pattern: re.Pattern[str]) -> Callable[[object, Column], tuple[str, ...]]:
    def read(raw: object, column: Column) -> tuple[str, ...]:
        one = Column(column.code, Kind.SLUG, "", "", longest=40)
        parts = [part.strip() for part in re.split(r"[,;]", cell_text(raw)) if part.strip()]
        return tuple(dict.fromkeys(_code(pattern)(part, one) for part in parts))

    return read


def _numbers(raw: object, _column: Column) -> tuple[float, ...]:
    """Here a comma parts two numbers; a decimal takes a point."""
    parts = [part for part in re.split(r"[;,\s]+", cell_text(raw)) if part]
    return tuple(dict.fromkeys(number_of(part) for part in parts))


def _condition(raw: object, column: Column) -> tuple[str, tuple[float, ...]]:
    found = _CONDITION.fullmatch(cell_text(raw))
    if not found:
        raise CellFault(
            _("“%(text)s” is not a condition. Write a question and its answers, such as KC1 = 3, 4.")
            % {"text": cell_text(raw)[:40]}
        )
    return found[1], _numbers(found[2], column)


_READERS: dict[Kind, Callable[[object, Column], Any]] = {
    Kind.TEXT: _text,
    Kind.SLUG: _code(_SLUG),
    Kind.MARK: _code(_MARK),
    Kind.NUMBER: _number,
    Kind.WHOLE: _whole,
    Kind.DATE: _date,
    Kind.FLAG: _flag,
    Kind.CHOICE: _choice,
    Kind.CODES: _codes(_SLUG),
    Kind.MARKS: _codes(_MARK),
    Kind.NUMBERS: _numbers,
    Kind.CONDITION: _condition,
}
