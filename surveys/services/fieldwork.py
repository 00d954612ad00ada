"""Counting the days of fieldwork, its plan, its extension and its end.

Days are counted apart from answering: by the clock of the server, for at least ten that have been completed since, by a
nightly command, and at closing. They say nothing finer than a day, and nothing about units.
"""

from collections.abc import Mapping
from datetime import date, datetime
from random import Random

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import audit
from ddci.core.errors import Invalid
from surveys.enums import NOT_CLOSED, EditionState, InvitationState
from surveys.models import Edition, FieldworkDay, FieldworkPlan, Invitation, StratumRate
from surveys.selectors.progress import counts_now, strata_to_plan
from surveys.services.edition_settings import EndsBeforeStart
from surveys.services.editions import edition_close, edition_held
from surveys.services.tray import FEWEST_TOGETHER, tray_empty_when_due

DONE_AT = 3


class RateInvalid(Invalid):
    code = "fieldwork_rate_invalid"
    sentence = _("A response rate lies above 0 % and is 100 % at most.")


class StratumUnknown(Invalid):
    code = "fieldwork_stratum_unknown"
    sentence = _("This edition has no such stratum.")


class ReasonMissing(Invalid):
    code = "fieldwork_reason_missing"
    sentence = _("Say why. The reason stands in the audit trail.")


class DayPassed(Invalid):
    code = "fieldwork_day_passed"
    sentence = _("The new last day must be today or later.")


class DayUnchanged(Invalid):
    code = "fieldwork_day_unchanged"
    sentence = _("This is the last day already.")


@transaction.atomic
def day_count(*, edition: Edition, today: date) -> FieldworkDay:
    """Write down where participation stands; of one day the last count stays."""
    row, _made = FieldworkDay.objects.get_or_create(edition=edition, day=today)
    FieldworkDay.objects.filter(pk=row.pk).update(counts=counts_now(edition))
    row.refresh_from_db()
    return row


def day_count_when_due(*, edition: Edition, today: date) -> None:
    """Count if at least ten have been completed since the last count. Two small queries where not."""
    last = FieldworkDay.objects.filter(edition=edition).exclude(counts={}).order_by("-day").first()
    before = sum(counts[DONE_AT] for counts in last.counts.values()) if last else 0
    done = Invitation.objects.filter(edition=edition, state=InvitationState.DONE).count()
    if done - before >= FEWEST_TOGETHER:
        day_count(edition=edition, today=today)


def fieldwork_look_after(*, edition: Edition, today: date) -> None:
    """What goes on by itself in an open edition: a tray that is full enough is emptied into the ballot box, and the day
    is counted. Apart from sending in, so that no business waits for it and many envelopes are emptied at once.
    """
    tray_empty_when_due(edition=edition)
    day_count_when_due(edition=edition, today=today)


@transaction.atomic
def withdrawal_count(*, edition: Edition, today: date) -> None:
    """Somebody took consent back; who is not kept."""
    FieldworkDay.objects.get_or_create(edition=edition, day=today, defaults={"counts": counts_now(edition)})
    FieldworkDay.objects.filter(edition=edition, day=today).update(withdrawn=F("withdrawn") + 1)


@transaction.atomic
def fieldwork_plan_set(*, edition: Edition, response_rate: float, by: User | None, now: datetime) -> FieldworkPlan:
    """Set the response rate to reach, 0 to 1.

    Raises:
        RateInvalid
        WrongState: the edition takes no more answers.
    """
    locked = edition_held(edition=edition, states=NOT_CLOSED)
    if not 0 < response_rate <= 1:
        raise RateInvalid
    plan, _made = FieldworkPlan.objects.update_or_create(
        edition=locked, defaults={"response_rate": response_rate, "set_by": by, "set_at": now}
    )
    note = f"{response_rate:.1%}"
    audit(action="fieldwork.plan", subject=locked, by=by, now=now, province=locked.province, note=note)
    return plan


@transaction.atomic
def stratum_rates_set(*, edition: Edition, rates: Mapping[str, float], by: User | None, now: datetime) -> None:
    """Set which strata have a response rate of their own, 0 to 1; all others follow that of the edition.

    Raises:
        RateInvalid
        StratumUnknown: neither drawn nor invited, or not planned for.
        WrongState: the edition takes no more answers.
    """
    locked = edition_held(edition=edition, states=NOT_CLOSED)
    if not all(0 < rate <= 1 for rate in rates.values()):
        raise RateInvalid
    if not rates.keys() <= set(strata_to_plan(locked)):
        raise StratumUnknown
    StratumRate.objects.filter(edition=locked).delete()
    StratumRate.objects.bulk_create(
        StratumRate(edition=locked, stratum=stratum, response_rate=rate) for stratum, rate in rates.items()
    )
    note = "; ".join(f"{stratum}: {rate:.1%}" for stratum, rate in rates.items()) or "–"
    audit(action="fieldwork.strata", subject=locked, by=by, now=now, province=locked.province, note=note)


@transaction.atomic
def edition_extend(
    *, edition: Edition, closes_on: date, reason: str, by: User | None, now: datetime, today: date
) -> Edition:
    """Move the last day of answering of an open edition; businesses read the new day at once.

    Raises:
        WrongState: not open.
        ReasonMissing, DayPassed, DayUnchanged
        EndsBeforeStart: before the first day of answering.
    """
    locked = edition_held(edition=edition, states={EditionState.OPEN})
    if not reason.strip():
        raise ReasonMissing
    if closes_on < today:
        raise DayPassed
    if closes_on == locked.closes_on:
        raise DayUnchanged
    if locked.opens_on and closes_on < locked.opens_on:
        raise EndsBeforeStart
    note = f"{locked.closes_on or '–'} → {closes_on}: {reason.strip()}"
    locked.closes_on = closes_on
    locked.save(update_fields=["closes_on"])
    audit(action="edition.extend", subject=locked, by=by, now=now, province=locked.province, note=note)
    return locked


@transaction.atomic
def fieldwork_end(
    *, edition: Edition, reason: str, by: User | None, now: datetime, today: date, rng: Random
) -> Edition:
    """Close an open edition with a reason, its last day counted before drafts go.

    Raises:
        ReasonMissing
        WrongState: not open.
    """
    locked = edition_held(edition=edition, states={EditionState.OPEN})
    if not reason.strip():
        raise ReasonMissing
    day_count(edition=locked, today=today)
    return edition_close(edition=edition, by=by, now=now, rng=rng, reason=reason.strip())
