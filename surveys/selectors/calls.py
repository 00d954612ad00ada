"""Reads of the call lists: who is to be reached where, how often it was tried, what came of it. Never an answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from accounts.enums import Role
from accounts.models import Province, User
from surveys.enums import CallOutcome, InvitationState
from surveys.models import Assignment, Attempt, Edition, Invitation
from surveys.selectors.contacts import opt_out_marks, wants_no_messages

NOBODY = "nobody"
FOR_GOOD = frozenset({CallOutcome.REFUSED, CallOutcome.CLOSED, CallOutcome.INELIGIBLE})


@dataclass(frozen=True)
class Wanted:
    """Which businesses are looked for; an empty field filters nothing. `interviewer`: key of a person, or `NOBODY`."""

    search: str = ""
    stratum: str = ""
    locality: str = ""
    interviewer: str = ""


@dataclass(frozen=True)
class CallRow:
    """A line of the call list. `no_messages`: one of its addresses or numbers wants no messages, which whoever calls
    should know before.
    """

    key: int
    number: str
    name: str
    phone: str
    address: str
    stratum: str
    locality: str
    interviewer: str
    attempts: int
    outcome: str
    call_back_at: datetime | None
    done: bool
    no_messages: bool


def interviewers_of(edition: Edition) -> QuerySet[User]:
    members = {"memberships__province": edition.province_id, "memberships__role": Role.INTERVIEWER}
    return User.objects.filter(is_active=True, **members).order_by("full_name", "email")


def calls_found(edition: Edition, wanted: Wanted) -> QuerySet[Invitation]:
    """Businesses that have not answered, those with a telephone first, by name."""
    found = _with_facts(Invitation.objects.filter(edition=edition).exclude(state=InvitationState.DONE))
    if wanted.search:
        # Numbers of the frame are stored without the zero that people dial first.
        number = wanted.search.replace(" ", "").lstrip("0") or wanted.search
        found = found.filter(Q(name__icontains=wanted.search) | Q(business__phone__icontains=number))
    if wanted.stratum:
        found = found.filter(stratum=wanted.stratum)
    if wanted.locality:
        found = found.filter(Q(business__locality=wanted.locality) | Q(registration__locality=wanted.locality))
    if wanted.interviewer == NOBODY:
        found = found.filter(assignment__isnull=True)
    elif wanted.interviewer.isdecimal():
        found = found.filter(assignment__interviewer=int(wanted.interviewer))
    return found.order_by("name", "handle")


def calls_of(person: User, edition: Edition) -> QuerySet[Invitation]:
    """The own list of an interviewer: who asked to be called back first, soonest first; the completed last."""
    own = _with_facts(Invitation.objects.filter(edition=edition, assignment__interviewer=person))
    done = Case(When(state=InvitationState.DONE, then=1), default=0)
    return own.alias(is_done=done).order_by(
        "is_done", F("assignment__call_back_at").asc(nulls_last=True), "name", "handle"
    )


def _with_facts(found: QuerySet[Invitation]) -> QuerySet[Invitation]:
    return found.select_related("business", "registration", "assignment__interviewer").annotate(
        tries=Count("attempts", distinct=True), last_outcome=last_outcome()
    )


def last_outcome(invitation: str = "pk") -> Subquery:
    """How the latest attempt ended, for rows whose field `invitation` is the key of one; null without an attempt."""
    tried = Attempt.objects.filter(invitation=OuterRef(invitation)).order_by("-pk")
    return Subquery(tried.values("outcome")[:1])


def still_asked(edition: Edition) -> QuerySet[Invitation]:
    """Who has neither completed nor said in the latest attempt, for good, that there will be no answer."""
    found = Invitation.objects.filter(edition=edition).exclude(state=InvitationState.DONE)
    return found.alias(last_outcome=Coalesce(last_outcome(), Value(""))).exclude(last_outcome__in=FOR_GOOD)


def will_not_answer(invitation: Invitation) -> bool:
    """Whether the latest attempt ended for good without an answer: reminders would only annoy. One query."""
    latest = Attempt.objects.filter(invitation=invitation).order_by("-pk").first()
    return latest is not None and latest.outcome in FOR_GOOD


def call_rows(found: Iterable[Invitation], edition: Edition) -> list[CallRow]:
    """Lines of the list of an edition; costs no further query for each."""
    marks = opt_out_marks(edition.province)
    return [_row(each, edition.province, marks) for each in found]


def _row(invitation: Invitation, province: Province, marks: frozenset[str]) -> CallRow:
    business, registration = invitation.business, getattr(invitation, "registration", None)
    assignment: Assignment | None = getattr(invitation, "assignment", None)
    outcome = getattr(invitation, "last_outcome", None)
    return CallRow(
        key=invitation.pk,
        number=invitation.handle,
        name=invitation.name,
        phone=_dialled((registration.phone if registration else "") or (business.phone if business else "")),
        address=business.address if business else "",
        stratum=invitation.stratum,
        locality=(business.locality if business else "") or (registration.locality if registration else ""),
        interviewer=str(assignment.interviewer) if assignment else "",
        attempts=getattr(invitation, "tries", 0),
        outcome=str(CallOutcome(outcome).label) if outcome else "",
        call_back_at=assignment.call_back_at if assignment else None,
        done=invitation.state == InvitationState.DONE,
        no_messages=wants_no_messages(invitation, province, marks),
    )


def _dialled(phone: str) -> str:
    """A number of the frame (E.164) as people dial it in the country."""
    return f"0{phone.removeprefix('+84')}" if phone.startswith("+84") else phone


def call_of(person: User, edition: Edition, key: int) -> Invitation | None:
    """A business of the own list."""
    return calls_of(person, edition).select_related("edition__province").filter(pk=key).first()


def attempts_of(invitation: Invitation) -> QuerySet[Attempt]:
    return Attempt.objects.filter(invitation=invitation).select_related("by").order_by("-pk")


def localities_called(edition: Edition) -> list[str]:
    """Localities of the frame that occur among the invited."""
    found = Invitation.objects.filter(edition=edition, business__isnull=False).order_by("business__locality")
    return list(found.values_list("business__locality", flat=True).distinct())
