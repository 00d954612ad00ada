"""What must hold of a value from administrative records, and what is only odd about it. Plain rules without a database.

The same rules judge a line of the edition's workbook, a line of the workbook of records, and a form.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median

from django.utils.translation import gettext as _

COUNTS = ("early", "on_time", "late")
NUMBERS = ("value", "dossiers", "handled", *COUNTS)
# A share is typed with one or two decimals; more apart is another figure.
ROUNDING = 0.06
# Six median distances from the middle: about four standard deviations of a bell curve, and never mere spread.
FAR = 6.0
FEWEST_TO_COMPARE = 5
PERIODS = (
    r"\d{4}",
    r"(Q[1-4]|H[12])/\d{4}",
    r"(0?[1-9]|1[0-2])/\d{4}([-–](0?[1-9]|1[0-2])/\d{4})?",
    r"\d{1,2}/\d{1,2}/\d{4}[-–]\d{1,2}/\d{1,2}/\d{4}",
)
_PERIOD = re.compile("|".join(f"({pattern})" for pattern in PERIODS))


@dataclass(frozen=True)
class Limits:
    """What an indicator from records allows. `counted`: the counts whose share of all dossiers handled it is."""

    low: float | None
    high: float | None
    counted: tuple[str, ...] = ()


@dataclass(frozen=True)
class Record:
    """The figures of one unit on one indicator, as far as they were given."""

    value: float | None = None
    dossiers: int | None = None
    handled: int | None = None
    early: int | None = None
    on_time: int | None = None
    late: int | None = None
    period: str = ""

    @property
    def is_empty(self) -> bool:
        return all(getattr(self, name) is None for name in NUMBERS)


def record_value(record: Record, limits: Limits) -> float | None:
    """The value: of a counted indicator the share of its counts in per cent (full precision), else the one given."""
    counts = [getattr(record, name) for name in limits.counted]
    if counts and record.handled and all(count is not None for count in counts):
        return 100.0 * float(sum(counts)) / record.handled
    return record.value


def record_dossiers(record: Record) -> int | None:
    """The number of dossiers: those handled where they are counted."""
    return record.dossiers if record.handled is None else record.handled


def record_problems(record: Record, limits: Limits) -> Iterator[tuple[str, str]]:
    """(column, sentence) of everything that cannot be."""
    yield from _negative(record)
    yield from _sums(record)
    value = record_value(record, limits)
    if value is None:
        yield "value", _("A value is needed, or the counts of dossiers of which it is the share.")
    elif record.value is not None and abs(record.value - value) > ROUNDING:
        facts = {"value": f"{record.value:g}", "share": f"{value:.2f}"}
        yield "value", _("The value is %(value)s, but the counts of dossiers give %(share)s.") % facts
    elif (limits.low is not None and value < limits.low) or (limits.high is not None and value > limits.high):
        ends = {"low": "" if limits.low is None else f"{limits.low:g}"}
        ends["high"] = "" if limits.high is None else f"{limits.high:g}"
        yield "value", _("The value lies outside %(low)s to %(high)s.") % ends
    if record.period and not _PERIOD.fullmatch(record.period):
        yield (
            "period",
            _("“%(text)s” is no period. Write 2024, Q1/2024, 09/2024 or 01/2024-09/2024.")
            % {"text": record.period[:40]},
        )


def _negative(record: Record) -> Iterator[tuple[str, str]]:
    for name in ("dossiers", "handled", *COUNTS):
        number = getattr(record, name)
        if number is not None and number < 0:
            yield name, _("A number of dossiers cannot be below 0.")


def _sums(record: Record) -> Iterator[tuple[str, str]]:
    """Early, on time and late make up all that were handled."""
    counts = [getattr(record, name) for name in COUNTS]
    given = [count for count in counts if count is not None]
    if given and record.handled is None:
        yield "handled", _("With counts of dossiers, the number handled is needed.")
        return
    if record.handled is None:
        return
    total = sum(given)
    if (len(given) == len(COUNTS) and total != record.handled) or total > record.handled:
        facts = {"total": total, "handled": record.handled}
        yield "handled", _("Early, on time and late add up to %(total)s, but %(handled)s were handled.") % facts
    if record.dossiers is not None and record.dossiers != record.handled:
        yield "dossiers", _("The number of dossiers differs from the number handled.")


def far_values(values: Mapping[str, float]) -> dict[str, float]:
    """Units whose value lies far from all others, with the middle value: often a slip of the decimal mark.

    Far is more than six times the median distance from the median. Nothing is far among fewer than five units, nor
    where most have the same value.

    >>> far_values({"a": 91.0, "b": 92.0, "c": 93.0, "d": 94.0, "e": 95.0, "f": 9.3})
    {'f': 92.5}
    """
    if len(values) < FEWEST_TO_COMPARE:
        return {}
    middle = median(values.values())
    spread = median(abs(value - middle) for value in values.values())
    if not spread:
        return {}
    return {code: middle for code, value in values.items() if abs(value - middle) > FAR * spread}


def far_sentence(value: float, middle: float) -> str:
    facts = {"value": f"{value:g}", "middle": f"{middle:g}"}
    return _(
        "%(value)s lies far from the other units (middle %(middle)s). Correct it, or confirm that it is right."
    ) % (facts)
