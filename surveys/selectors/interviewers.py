"""How interviewers come along: sums of attempts and of who took part, never an answer, and no time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from scipy.special import bdtr, bdtrc

from accounts.models import User
from surveys.enums import CallOutcome, InvitationState
from surveys.models import Assignment, Attempt, Edition
from surveys.selectors.calls import last_outcome

FEWEST_JUDGED = 20
OUTSIDE_ONE_LIMIT = 0.001


@dataclass(frozen=True)
class InterviewerSteps:
    """Of the businesses an interviewer has now: `done` were completed with this interviewer (not by themselves),
    `refused` refused at the last attempt. `attempts` counts those at businesses given to others since, too.
    """

    name: str
    assigned: int
    attempts: int
    done: int
    refused: int

    @property
    def rate(self) -> float | None:
        return self.done / self.assigned if self.assigned else None


def interviewers_so_far(edition: Edition) -> list[InterviewerSteps]:
    """Everybody who has or had a business, by name. Three queries."""
    lists = _lists(edition)
    tried = Attempt.objects.filter(invitation__edition=edition).order_by().values("by").annotate(n=Count("pk"))
    attempts = {row["by"]: row["n"] for row in tried}
    none = {"assigned": 0, "done": 0, "refused": 0}
    people = User.objects.filter(pk__in={*lists, *attempts}).order_by("full_name", "email")
    return [
        InterviewerSteps(str(each), attempts=attempts.get(each.pk, 0), **lists.get(each.pk, none)) for each in people
    ]


def _lists(edition: Edition) -> dict[int, dict[str, int]]:
    own = {"invitation": OuterRef("invitation"), "by": OuterRef("interviewer")}
    done = Exists(Attempt.objects.filter(outcome=CallOutcome.COMPLETED, **own).order_by())
    refused = Q(last_outcome=CallOutcome.REFUSED) & ~Q(invitation__state=InvitationState.DONE)
    assignments = Assignment.objects.filter(invitation__edition=edition).order_by()
    by_person = assignments.alias(last_outcome=last_outcome("invitation")).values("interviewer")
    found: Any = by_person.annotate(
        assigned=Count("pk"), done=Count("pk", filter=done), refused=Count("pk", filter=refused)
    )
    return {row.pop("interviewer"): row for row in found}


def together(lines: Sequence[InterviewerSteps]) -> InterviewerSteps:
    """All interviewers as one, without a name."""
    names = ("assigned", "attempts", "done", "refused")
    return InterviewerSteps("", **{name: sum(getattr(each, name) for each in lines) for name in names})


def far_from_others(lines: Sequence[InterviewerSteps]) -> list[InterviewerSteps]:
    """Interviewers whose completion rate lies outside the 99.8 % binomial limits around the rate of all together; those
    with fewer than twenty businesses are not judged.

    If every business completed with the same probability whoever calls, two in a thousand would stand here: one with
    too few, one with too many. So it is a reason to look and no proof: a hard area, a list that was shared out
    yesterday or a good voice do the same as questionnaires that nobody answered.

    Source: the funnel plot, D. Spiegelhalter, Statistics in Medicine 24 (2005), 1185-1202.

    >>> usual = [InterviewerSteps(name, 50, 60, 20, 5) for name in "abc"]
    >>> [each.name for each in far_from_others([*usual, InterviewerSteps("d", 50, 60, 40, 0)])]
    ['d']
    """
    rate = together(lines).rate
    return [each for each in lines if rate is not None and each.assigned >= FEWEST_JUDGED and _far(each, rate)]


def _far(each: InterviewerSteps, rate: float) -> bool:
    """Whether so few, or so many, are less likely than one in a thousand."""
    few, many = bdtr(each.done, each.assigned, rate), bdtrc(each.done - 1, each.assigned, rate)
    return bool(min(few, many) < OUTSIDE_ONE_LIMIT)
