"""How far fieldwork has come: participation by stratum, locality and day against a plan, and what to look at.

Participation only. Who was invited, agreed to answer, began and sent in is known of each business anyway; nothing here
reads an answer, and units come from `surveys.selectors.monitor`, whose counters rise by whole trays.

Opened by a person: agreed on the first page, which takes a click; programs that look into mail only load pages.
Started: saved something after that. What messages and interviewers reached: `surveys.selectors.reach`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import sqrt
from typing import Any

from django.db.models import Count, Q

from accounts.models import in_language
from surveys.answers.routes import is_outside
from surveys.enums import EditionState, InvitationState
from surveys.models import (
    Edition,
    FieldworkDay,
    FieldworkPlan,
    Invitation,
    ProfileField,
    Sample,
    SampleStratum,
    StratumRate,
)
from surveys.selectors.calls import last_outcome
from surveys.selectors.reach import REACH

BURST_LEAST, BURST_TIMES = 20, 4.0
DAYS_BEFORE = 3
STEPS = {
    "invited": Count("pk"),
    "opened": Count("pk", filter=~Q(state=InvitationState.SENT)),
    "started": Count("pk", filter=Q(state=InvitationState.DONE) | Q(draft__revision__gt=1)),
    "done": Count("pk", filter=Q(state=InvitationState.DONE)),
}
SUMS = STEPS | REACH


@dataclass(frozen=True)
class Steps:
    """Of a group of businesses, how many have come how far; `target`: to be completed in the end, None without a plan.
    `code` is empty for a stratum without a name and for businesses outside the frame.
    """

    code: str
    label: str
    invited: int
    opened: int
    started: int
    done: int
    delivered: int
    bounced: int
    opted_out: int
    refused: int
    target: float | None = None

    @property
    def rate(self) -> float | None:
        return self.done / self.invited if self.invited else None

    @property
    def drawn(self) -> float:
        """The rate as a bar, 0 to 1."""
        return self.rate or 0.0

    @property
    def planned_rate(self) -> float | None:
        """The rate to reach, which is where the target lies on that bar."""
        return self.target / self.invited if self.target and self.invited else None

    @property
    def of_target(self) -> float | None:
        return self.done / self.target if self.target else None


@dataclass(frozen=True)
class Rates:
    """Response rates to reach: of the edition (None without a plan), and of the strata that have one of their own."""

    edition: float | None
    own: dict[str, float]

    def of(self, stratum: str) -> float | None:
        return self.own.get(stratum, self.edition)


@dataclass(frozen=True)
class Day:
    """Where the edition stood when this day was last counted; `new`: completed since the last day counted before."""

    day: date
    opened: int
    started: int
    done: int
    new: int
    withdrawn: int
    planned: float | None


@dataclass(frozen=True)
class Alert:
    """Something to look at: `kind` is burst or behind."""

    kind: str
    facts: dict[str, object]


def steps_by_stratum(edition: Edition) -> list[Steps]:
    """Four queries at most."""
    rates = rates_planned(edition)
    return [
        _steps(stratum, "", counts, rates.of(stratum)) for (stratum,), counts in _grouped(edition, ["stratum"], SUMS)
    ]


def steps_by_locality(edition: Edition) -> list[Steps]:
    """Localities of businesses of the frame, as the frame knows them; each is to reach what its businesses are to reach
    by their strata. Five queries at most.
    """
    rates, labels = rates_planned(edition), _locality_labels(edition)
    parts: dict[str, list[Steps]] = {}
    for (code, stratum), counts in _grouped(edition, ["business__locality", "stratum"], SUMS):
        parts.setdefault(code, []).append(_steps(code, labels.get(code, ""), counts, rates.of(stratum)))
    order = {code: place for place, code in enumerate(labels)}
    codes = sorted(parts, key=lambda code: (order.get(code, len(order)), code))
    return [replace(total_of(parts[code]), code=code, label=labels.get(code, code)) for code in codes]


def _grouped(
    edition: Edition, fields: Sequence[str], sums: dict[str, Count]
) -> list[tuple[tuple[str, ...], dict[str, int]]]:
    invited = Invitation.objects.filter(edition=edition).alias(last_outcome=last_outcome()).order_by()
    found: Any = invited.values(*fields).annotate(**sums).order_by(*fields)
    return [(tuple(row[field] or "" for field in fields), {name: row[name] for name in sums}) for row in found]


def _steps(code: str, label: str, counts: dict[str, int], rate: float | None) -> Steps:
    return Steps(code, label or code, **counts, target=counts["invited"] * rate if rate else None)


def _locality_labels(edition: Edition) -> dict[str, str]:
    field = ProfileField.objects.filter(edition=edition, code="locality").order_by("pk").first()
    options = field.options if field else []
    return {str(each["code"]): in_language(each["vi"], each.get("en", "")) for each in options}


def total_of(steps: Sequence[Steps]) -> Steps:
    """All together; there is a target where every part has one."""
    targets = [each.target for each in steps if each.target is not None]
    counts = {name: sum(getattr(each, name) for each in steps) for name in SUMS}
    return Steps("", "", **counts, target=sum(targets) if targets and len(targets) == len(steps) else None)


def rates_planned(edition: Edition) -> Rates:
    """Three queries at most."""
    own = StratumRate.objects.filter(edition=edition).order_by("stratum")
    return Rates(rate_planned(edition), dict(own.values_list("stratum", "response_rate")))


def strata_to_plan(edition: Edition) -> list[str]:
    """Names of the strata that may have a rate of their own: of the sample and of the invited. Who came without having
    been drawn is not planned for. Two queries.
    """
    drawn = SampleStratum.objects.filter(sample__edition=edition).order_by("position").values_list("name", flat=True)
    invited = Invitation.objects.filter(edition=edition).exclude(stratum="").order_by("stratum").distinct()
    names = dict.fromkeys([*drawn, *invited.values_list("stratum", flat=True)])
    return [name for name in names if not is_outside(name)]


def rate_planned(edition: Edition) -> float | None:
    """What the manager set, or else what the sample's plan expects; None without either. Two queries at most."""
    plan = FieldworkPlan.objects.filter(edition=edition).order_by("pk").first()
    if plan is not None:
        return plan.response_rate
    sample = Sample.objects.filter(edition=edition).order_by("pk").first()
    return float(sample.plan.get("response_rate") or 0) or None if sample else None


def counts_now(edition: Edition) -> dict[str, list[int]]:
    """By stratum [invited, opened, started, completed], as `FieldworkDay` keeps it."""
    grouped = _grouped(edition, ["stratum"], STEPS)
    return {stratum: [counts[name] for name in STEPS] for (stratum,), counts in grouped}


def days_of(edition: Edition, now: Steps, today: date) -> list[Day]:
    """Every day that was counted, and today as it is; planned is a straight line from the first to the last day.

    Args:
        now: the whole edition at this moment.
    """
    rows = list(FieldworkDay.objects.filter(edition=edition).order_by("day"))
    found: list[Day] = []
    for row in rows:
        sums = [sum(counts[place] for counts in row.counts.values()) for place in range(4)]
        if row.day == today and edition.state == EditionState.OPEN:
            sums = [now.invited, now.opened, now.started, now.done]
        found.append(_day(edition, row.day, sums, row.withdrawn, found, now.target))
    if edition.state == EditionState.OPEN and (not rows or rows[-1].day < today):
        found.append(_day(edition, today, [now.invited, now.opened, now.started, now.done], 0, found, now.target))
    return found


def _day(edition: Edition, day: date, sums: list[int], withdrawn: int, before: list[Day], target: float | None) -> Day:
    _invited, opened, started, done = sums
    new = done - (before[-1].done if before else 0)
    return Day(day, opened, started, done, new, withdrawn, planned_on(edition, day, target))


def planned_on(edition: Edition, day: date, target: float | None) -> float | None:
    """How many should have completed by the end of this day; None without a target or the two days of the edition."""
    if target is None or edition.opens_on is None or edition.closes_on is None:
        return None
    length = (edition.closes_on - edition.opens_on).days + 1
    return target * min(max(((day - edition.opens_on).days + 1) / length, 0.0), 1.0) if length > 0 else None


def bursts(days: Sequence[Day]) -> list[Alert]:
    """Days on which far more were completed than on the counted days before: more than the mean by four times its root
    (what chance leaves of a steady stream), and twenty at least. Days that were not counted share their number evenly.
    """
    found, rates = [], list[float]()
    for place, each in enumerate(days):
        gap = max((each.day - days[place - 1].day).days, 1) if place else 1
        rate = each.new / gap
        if len(rates) >= DAYS_BEFORE and gap == 1:
            mean = sum(rates) / len(rates)
            if each.new >= BURST_LEAST and each.new > mean + BURST_TIMES * sqrt(max(mean, 1.0)):
                found.append(Alert("burst", {"day": each.day, "n": each.new, "mean": mean}))
        rates.append(rate)
    return found


def behind(days: Sequence[Day]) -> list[Alert]:
    """The edition as a whole lies more than a fifth behind its plan on the last counted day."""
    last = days[-1] if days else None
    if last is None or last.planned is None or last.done >= 0.8 * last.planned or last.planned < 1:
        return []
    return [Alert("behind", {"done": last.done, "planned": last.planned})]


def reached_by(days: Sequence[Day], edition: Edition, today: date) -> float | None:
    """How many will have completed on the last day if things go on as in the last week; None before there is a week."""
    if not days or edition.closes_on is None or today > edition.closes_on:
        return None
    week = [each for each in days if each.day <= today - timedelta(days=7)]
    if not week:
        return None
    pace = (days[-1].done - week[-1].done) / max((days[-1].day - week[-1].day).days, 1)
    return days[-1].done + pace * (edition.closes_on - days[-1].day).days
