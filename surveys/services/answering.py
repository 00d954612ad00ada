"""Keeping a draft, sending it in. Used by the pages of respondents and by whoever enters answers on their behalf.

The draft is sealed with a key derived from the respondent's code; sending in turns it into a `Response` with ratings
and comments that hold no reference to the invitation and no time. Neither codes nor answers are ever logged.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from ddci.core.crypto import code_normalised, sealed
from ddci.core.errors import Invalid, NotNow
from surveys.answers.drafts import DraftContent, Mark, Page, merge
from surveys.answers.journey import REVIEW, Move, answers_shown, destination, problems
from surveys.answers.pace import pace_of, seconds_between
from surveys.answers.questionnaire import Questionnaire
from surveys.enums import Channel, EditionState, InvitationState, NonAnswer
from surveys.models import Comment, Draft, Edition, Invitation, Rating, Receipt, Response
from surveys.selectors.answering import draft_content, draft_revision, questionnaire_asked
from surveys.selectors.invitations import draft_key, receipt_of


class NotOpenYet(NotNow):
    code = "not_open_yet"
    sentence = _("This survey has not opened yet.")


class AlreadyClosed(NotNow):
    status = 410
    code = "already_closed"
    sentence = _("This survey has closed; it takes no more answers.")


class AlreadySent(NotNow):
    status = 410
    code = "already_sent"
    sentence = _("The answers of this business have already been sent in.")


class ConsentMissing(NotNow):
    code = "consent_missing"
    sentence = _("Nothing is kept before the business has agreed.")


class NotComplete(NotNow):
    code = "not_complete"
    sentence = _("The questionnaire cannot be sent in yet: %(gaps)s")


@dataclass(frozen=True)
class Tab:
    """A page open in a browser: its random name, its own count of saves, the revision that it was shown."""

    name: str
    turn: int = 0
    seen: int = 0


@dataclass(frozen=True)
class Saved:
    """A committed save. Fields named in `faults` were not taken, all others were."""

    revision: int
    at: datetime
    faults: dict[str, Invalid] = field(default_factory=dict)
    overtaken: bool = False
    content: DraftContent = field(default_factory=DraftContent)


def answerable_check(invitation: Invitation) -> None:
    """Refuse unless this invitation can be answered now.

    Raises:
        AlreadySent, NotOpenYet, AlreadyClosed
    """
    if invitation.state == InvitationState.DONE:
        raise AlreadySent
    if invitation.edition.state == EditionState.DRAFT:
        raise NotOpenYet
    if invitation.edition.state != EditionState.OPEN:
        raise AlreadyClosed


def _locked(invitation: Invitation) -> Invitation:
    """The invitation as it is now, locked, with its edition, whose state cannot change before this transaction ends."""
    edition = _edition_held(invitation.edition_id)
    locked = Invitation.objects.select_for_update().get(pk=invitation.pk)
    locked.edition = edition
    return locked


def _edition_held(pk: int) -> Edition:
    """The edition under a lock that many respondents share and that closing waits for.

    Foreign keys are checked only on commit, so rows that point at the edition do not hold it before. SQLite lets one
    transaction write at a time anyway.
    """
    query = "SELECT * FROM surveys_edition WHERE id = %s"
    return Edition.objects.raw(query + (" FOR SHARE" if connection.vendor == "postgresql" else ""), [pk])[0]


@transaction.atomic
def draft_save(
    *, invitation: Invitation, pages: Sequence[Page], now: datetime, move: Move | None = None, tab: Tab | None = None
) -> Saved:
    """Merge the fields of one or several pages into the draft.

    Args:
        pages: what was entered; see `surveys.answers.drafts`. An invalid field is reported and leaves the rest saved.
        move: where the respondent goes from here; kept, so that the link goes on there on any device (`content.at`).
        tab: of a browser. An older save of the same tab that arrives late changes nothing; a page that another tab
            saved since it was opened here is merged field by field (see `merge`).

    Raises:
        AlreadySent, NotOpenYet, AlreadyClosed: nothing can be saved any more, or not yet.
        ConsentMissing: without consent nothing is kept.
    """
    locked = _locked(invitation)
    answerable_check(locked)
    questionnaire = questionnaire_asked(locked.edition)
    content, revision = draft_content(locked), draft_revision(locked) + 1
    content.seconds += seconds_between(locked.draft.saved_at if revision > 1 else None, now)
    faults: dict[str, Invalid] = {}
    overtaken = False
    for page in pages:
        mark = content.marks.get(page.key)
        if tab and mark and mark.tab == tab.name and mark.turn > tab.turn:
            continue
        stale = bool(tab and mark and mark.tab != tab.name and mark.revision > tab.seen)
        outcome = merge(content, questionnaire, page, stale=stale)
        faults |= outcome.faults
        overtaken |= outcome.overtaken
        if tab:
            content.marks[page.key] = Mark(revision, tab.name, tab.turn)
    if not content.consent:
        raise ConsentMissing
    if move:
        content.at = destination(questionnaire, content, move).key
        content.reviewed = content.reviewed or content.at == REVIEW.key
    _draft_write(locked, content, revision, now)
    return Saved(revision=revision, at=now, faults=faults, overtaken=overtaken, content=content)


def _draft_write(invitation: Invitation, content: DraftContent, revision: int, now: datetime) -> None:
    values = {"box": sealed(draft_key(invitation), content.as_bytes()), "revision": revision, "saved_at": now}
    if revision == 1:
        Draft.objects.create(invitation=invitation, **values)
    else:
        Draft.objects.filter(invitation=invitation).update(**values)
    if invitation.state == InvitationState.SENT:
        Invitation.objects.filter(pk=invitation.pk).update(state=InvitationState.STARTED)


@transaction.atomic
def draft_discard(*, invitation: Invitation) -> None:
    """Withdraw consent: everything saved so far is deleted, and the invitation is as if it had never been opened.

    Raises:
        AlreadySent: what was sent in cannot be found again, by nobody.
    """
    locked = _locked(invitation)
    if locked.state == InvitationState.DONE:
        raise AlreadySent
    Draft.objects.filter(invitation=locked).delete()
    Invitation.objects.filter(pk=locked.pk).update(state=InvitationState.SENT)


@transaction.atomic
def response_submit(*, invitation: Invitation) -> str:
    """Send the draft in and give the receipt code; called again, it gives the same receipt and writes nothing.

    The response holds the bands of the profile, one of three steps of pace, and of the invitation only stratum and
    design weight. A stratum with
    very few businesses would point at one of them: strata are to be drawn coarse, and are coarsened further before
    answers are opened to anybody. Rows have random identifiers and no time; the invitation changes to done without a
    time. Answers to questions that were not shown are dropped, and units about which nothing was answered are left out.

    Raises:
        NotOpenYet, AlreadyClosed: of the edition.
        NotComplete: something required is missing; the sentence names everything at once.
    """
    locked = _locked(invitation)
    receipt = receipt_of(locked)
    if locked.state == InvitationState.DONE:
        return receipt
    answerable_check(locked)
    questionnaire, content = questionnaire_asked(locked.edition), draft_content(locked)
    gaps = problems(questionnaire, content)
    if gaps:
        raise NotComplete(gaps=" ".join(gap.sentence for gap in gaps))
    Receipt.objects.create(edition=locked.edition, code_sha256=sha256(code_normalised(receipt).encode()).hexdigest())
    _response_write(locked, questionnaire, content)
    Draft.objects.filter(invitation=locked).delete()
    Invitation.objects.filter(pk=locked.pk).update(state=InvitationState.DONE)
    invitation.state = InvitationState.DONE
    return receipt


def _response_write(invitation: Invitation, questionnaire: Questionnaire, content: DraftContent) -> None:
    given = {key: answers_shown(questionnaire.units[key][0], content, key) for key in content.units}
    response = Response.objects.create(
        edition=invitation.edition,
        questionnaire_id=questionnaire.version,
        channel=Channel.INVITED,
        profile=content.profile,
        stratum=invitation.stratum,
        design_weight=invitation.design_weight,
        pace=pace_of(content.seconds, sum(len(answers) for answers in given.values())),
    )
    opinions = {key: value for key, value in content.satisfaction.items() if value != NonAnswer.DONT_KNOW}
    Rating.objects.bulk_create(
        Rating(response=response, block_unit_id=key, answers=answers, satisfaction=opinions.get(key))
        for key, answers in given.items()
        if answers or key in opinions
    )
    Comment.objects.bulk_create(
        Comment(block_unit_id=key, text=content.comments[key]) for key in content.units if key in content.comments
    )
