"""Deciding about responses: kept or left out, with a reason, by one person or two. Every decision is kept for ever.

A decision changes no answer. It enters the next dataset that is written; datasets written before stay as they are.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import audit
from ddci.core.errors import Forbidden, Invalid, NotNow
from surveys.enums import NOT_CLOSED, Decision, ExclusionReason
from surveys.models import Edition, QualityCheck, Response, ResponseReview
from surveys.selectors.quality import UNDECIDED, copies_undecided, reviews_of, two_persons_needed
from surveys.services.quality import ReviewNotYet


class ReasonMissing(Invalid):
    code = "exclusion_reason_missing"
    sentence = _("Choose a reason and say in a comment what you saw: an exclusion must be understood years later.")


class DecisionStands(NotNow):
    code = "decision_stands"
    sentence = _("This was decided before. Take another decision if it should change.")


class SecondPersonNeeded(Forbidden):
    code = "second_person_needed"
    sentence = _("You proposed this exclusion. In this edition another person must confirm it.")


class NothingToDecide(NotNow):
    code = "no_copies_undecided"
    sentence = _("No copied response is undecided.")


@dataclass(frozen=True)
class Verdict:
    """What a person wants: leave a response out (`exclude`) or keep it."""

    exclude: bool
    reason: str = ""
    comment: str = ""


@transaction.atomic
def response_decide(*, response: Response, verdict: Verdict, by: User, now: datetime) -> ResponseReview:
    """Record a decision. Where the edition wants two persons, the first one proposes and the second one confirms.

    Raises:
        ReviewNotYet: businesses can still answer, or cannot yet.
        ReasonMissing: an exclusion without a reason or a comment.
        SecondPersonNeeded: the same person would confirm its own proposal.
        DecisionStands: nothing would change.
    """
    locked = Edition.objects.select_for_update().select_related("province").get(pk=response.edition_id)
    if locked.state in NOT_CLOSED:
        raise ReviewNotYet(edition=locked.title)
    return _decided(locked, response, verdict, by, now, two_persons=two_persons_needed(locked))


def _decided(
    edition: Edition, response: Response, verdict: Verdict, by: User, now: datetime, *, two_persons: bool
) -> ResponseReview:
    latest = reviews_of(response).first()
    review = _review(response, verdict, by, now)
    if verdict.exclude:
        _exclude(review, latest, two_persons=two_persons)
    elif latest is not None and latest.decision == Decision.KEEP:
        raise DecisionStands
    review.save(force_insert=True)
    before = latest.decision if latest else UNDECIDED
    note = ": ".join(part for part in (review.reason, review.comment) if part)
    audit(
        action=f"response.{review.decision}",
        subject=review,
        by=by,
        now=now,
        province=edition.province,
        states=(before, review.decision),
        note=note,
    )
    return review


def _review(response: Response, verdict: Verdict, by: User, now: datetime) -> ResponseReview:
    return ResponseReview(
        response=response,
        decision=Decision.EXCLUDE if verdict.exclude else Decision.KEEP,
        reason=verdict.reason if verdict.exclude else "",
        comment=verdict.comment.strip(),
        by=by,
        at=now,
    )


def _exclude(review: ResponseReview, latest: ResponseReview | None, *, two_persons: bool) -> None:
    """Make the exclusion a proposal, or the confirmation of one, where two persons are needed."""
    if latest is not None and latest.decision == Decision.EXCLUDE:
        raise DecisionStands
    proposed = latest is not None and latest.decision == Decision.PROPOSE
    if proposed and latest is not None:
        if two_persons and latest.by_id == review.by_id:
            raise SecondPersonNeeded
        review.confirms = latest
        review.reason = review.reason or latest.reason
        review.comment = review.comment or latest.comment
    elif two_persons:
        review.decision = Decision.PROPOSE
    if review.reason not in ExclusionReason.values or not review.comment:
        raise ReasonMissing


@transaction.atomic
def copies_decide(*, check: QualityCheck, comment: str, by: User, now: datetime) -> tuple[int, int]:
    """Of every group of equal responses keep one and exclude the undecided others, with one comment for all.

    Which one is kept is left to their random identifiers, unless one was kept before. Returns how many were kept and
    how many excluded (or proposed for exclusion).

    Raises:
        ReviewNotYet: businesses can still answer, or cannot yet.
        ReasonMissing: no comment.
        NothingToDecide: no copy is undecided.
    """
    locked = Edition.objects.select_for_update().select_related("province").get(pk=check.edition_id)
    if locked.state in NOT_CLOSED:
        raise ReviewNotYet(edition=locked.title)
    groups, two_persons = copies_undecided(check), two_persons_needed(locked)
    if not groups:
        raise NothingToDecide
    if not comment.strip():
        raise ReasonMissing
    kept = excluded = 0
    for members in groups.values():
        waiting = [each for each, now_decided in members if now_decided == UNDECIDED]
        if Decision.KEEP not in {now_decided for _each, now_decided in members}:
            _decided(locked, waiting.pop(0), Verdict(False, "", comment), by, now, two_persons=two_persons)
            kept += 1
        for each in waiting:
            verdict = Verdict(True, ExclusionReason.COPY, comment)
            _decided(locked, each, verdict, by, now, two_persons=two_persons)
            excluded += 1
    return kept, excluded
