"""Businesses in the care of interviewers: who looks after whom, attempts to reach them, the list on paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import User
from accounts.rules import has_role
from accounts.services import audit
from ddci.core.errors import Invalid
from surveys.enums import CallOutcome
from surveys.models import Assignment, Attempt, Edition, Invitation, Sitting
from surveys.selectors.calls import CallRow, Wanted, call_rows, calls_found
from surveys.services.opt_outs import opt_out_told

BATCH = 500


class NotAnInterviewer(Invalid):
    code = "not_an_interviewer"
    sentence = _("Choose somebody who has the role “Interviewer” in this province.")


class NobodyToAssign(Invalid):
    code = "nobody_to_assign"
    sentence = _("No business that has yet to answer fits this choice.")


class CallBackTime(Invalid):
    code = "call_back_time"
    sentence = _("Say on which day and at what time to call back; it must lie ahead.")


class CompletedByItself(Invalid):
    code = "completed_by_itself"
    sentence = _("“Completed” is noted by itself when the questionnaire is sent in.")


@dataclass(frozen=True)
class Tried:
    """What came of an attempt; `call_back_at` with the outcome “call back” only. With `no_messages`, the business asked
    not to be written to any more.
    """

    outcome: CallOutcome
    call_back_at: datetime | None = None
    note: str = ""
    no_messages: bool = False


@transaction.atomic
def calls_assign(
    *, edition: Edition, wanted: Wanted, most: int, interviewer: User, by: User | None, now: datetime
) -> int:
    """Give an interviewer up to `most` of the businesses that fit and have not answered; says how many it were. Whoever
    had them before has them no more.

    Raises:
        NotAnInterviewer
        NobodyToAssign: none fits.
    """
    if not has_role(interviewer, edition.province, Role.INTERVIEWER):
        raise NotAnInterviewer
    keys = list(calls_found(edition, wanted).exclude(assignment__interviewer=interviewer).values_list("pk")[:most])
    chosen = [key for (key,) in keys]
    if not chosen:
        raise NobodyToAssign
    for start in range(0, len(chosen), BATCH):
        Assignment.objects.bulk_create(
            [Assignment(invitation_id=key, interviewer=interviewer) for key in chosen[start : start + BATCH]],
            update_conflicts=True,
            unique_fields=["invitation"],
            update_fields=["interviewer"],
        )
    note = f"{len(chosen)} → {interviewer}"
    audit(action="calls.assign", subject=edition, by=by, now=now, province=edition.province, note=note)
    return len(chosen)


@transaction.atomic
def attempt_record(*, invitation: Invitation, tried: Tried, by: User, now: datetime) -> Attempt:
    """Note how an attempt ended. The hour helps to choose another one next time.

    Raises:
        CompletedByItself: completion is noted by `call_completed` and nobody else.
        CallBackTime: a call back without a time, or in the past.
    """
    if tried.outcome == CallOutcome.COMPLETED:
        raise CompletedByItself
    again = tried.call_back_at if tried.outcome == CallOutcome.CALL_BACK else None
    if tried.outcome == CallOutcome.CALL_BACK and (again is None or again <= now):
        raise CallBackTime
    local = timezone.localtime(now)
    if tried.no_messages:
        opt_out_told(invitation=invitation, by=by, now=now)
    Assignment.objects.filter(invitation=invitation).update(call_back_at=again)
    return Attempt.objects.create(
        invitation=invitation, by=by, day=local.date(), hour=local.hour, outcome=tried.outcome, note=tried.note
    )


def call_completed(*, sitting: Sitting) -> None:
    """Inside the transaction that sends a sitting in: an interviewer's call is done. Of the time only the day is kept,
    like nothing finer is kept of a respondent who sends in alone.
    """
    if sitting.by_id is None:
        return
    Assignment.objects.filter(invitation=sitting.invitation_id).update(call_back_at=None)
    Attempt.objects.create(
        invitation_id=sitting.invitation_id,
        by_id=sitting.by_id,
        day=timezone.localtime(sitting.saved_at).date(),
        outcome=CallOutcome.COMPLETED,
    )


@transaction.atomic
def calls_hand_out(*, edition: Edition, wanted: Wanted, by: User | None, now: datetime) -> Sequence[CallRow]:
    """The call list for paper or a file. It holds personal data: the audit trail says who took it and how much."""
    rows = call_rows(calls_found(edition, wanted), edition)
    audit(action="calls.export", subject=edition, by=by, now=now, province=edition.province, note=str(len(rows)))
    return rows
