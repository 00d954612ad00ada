"""What a column of the workbook is, and short ways to write one down."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

WEIGHT_PREFIX = "weight:"
SLUG, MARK = 40, 20


class Kind(Enum):
    """How a cell is read."""

    TEXT = "text"
    SLUG = "slug"  # a code of letters, digits, - and _
    MARK = "mark"  # a code of an indicator or question: also points
    WHOLE = "whole"
    NUMBER = "number"
    DATE = "date"
    FLAG = "flag"
    CHOICE = "choice"
    CODES = "codes"  # several codes, separated by commas
    MARKS = "marks"  # several codes of indicators
    NUMBERS = "numbers"  # several numbers, separated by semicolons or commas and blanks
    CONDITION = "condition"  # KC1 = 3, 4


@dataclass(frozen=True)
class Column:
    """One column: its title, how it is read, and what it means. `longest` counts characters; `low` and `high` bound
    numbers; `choices` are the words allowed; an empty cell gives `default`.
    """

    code: str
    kind: Kind
    vi: str
    en: str
    required: bool = False
    longest: int = 0
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    default: Any = None
    width: int = 16


@dataclass(frozen=True)
class Sheet:
    code: str
    vi: str
    en: str
    columns: tuple[Column, ...]
    upright: bool = False
    may_be_empty: bool = False
    weights: bool = False

    def column(self, code: str) -> Column:
        if self.weights and code.startswith(WEIGHT_PREFIX):
            return Column(code, Kind.NUMBER, "", "", low=0, high=9999)
        return next(column for column in self.columns if column.code == code)


def text(code: str, vi: str, en: str, longest: int, *, required: bool = False) -> Column:
    width = 16 if longest <= 60 else 34 if longest <= 100 else 60
    return Column(code, Kind.TEXT, vi, en, required=required, longest=longest, default="", width=width)


def slug(code: str, vi: str, en: str, *, required: bool = True) -> Column:
    return Column(code, Kind.SLUG, vi, en, required=required, longest=SLUG, default="", width=22)


def mark(code: str, vi: str, en: str, *, required: bool = True) -> Column:
    return Column(code, Kind.MARK, vi, en, required=required, longest=MARK, default="", width=12)


def choice(code: str, vi: str, en: str, words: tuple[str, ...], *, required: bool = True) -> Column:
    return Column(code, Kind.CHOICE, vi, en, required=required, choices=words, default="", width=15)


def whole(code: str, vi: str, en: str, low: float, high: float, **more: Any) -> Column:
    return Column(code, Kind.WHOLE, vi, en, low=low, high=high, width=13, **more)


def number(code: str, vi: str, en: str, **more: Any) -> Column:
    return Column(code, Kind.NUMBER, vi, en, width=13, **more)


def date(code: str, vi: str, en: str) -> Column:
    return Column(code, Kind.DATE, vi, en, width=13)


def flag(code: str, vi: str, en: str, *, default: bool) -> Column:
    return Column(code, Kind.FLAG, vi, en, default=default, width=13)
