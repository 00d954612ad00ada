"""Keeping a draft, sending it in. Used by the pages of respondents and by whoever enters answers on their behalf.

The draft is sealed with a key derived from the respondent's code; sending in locks it for the key holders of the
edition (in a confidential one it turns it into a `Response`). Neither codes nor answers are ever logged.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from django.db import connection, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from ddci.core.crypto import sealed
from ddci.core.errors import Invalid, NotNow
from ddci.core.sealing import padded, sealed_for
from surveys.answers.ballot import Ballot, ballot_of, envelope_bytes
from surveys.answers.drafts import DraftContent, Mark, Page, merge
from surveys.answers.journey import REVIEW, Move, destination, problems
from surveys.answers.pace import seconds_between
from surveys.enums import EditionState, InvitationState, Secrecy
from surveys.models import Comment, Draft, Edition, Envelope, Invitation, Rating, Receipt, ResponseLink
from surveys.selectors.answering import draft_content, draft_revision, questionnaire_asked
from surveys.selectors.ballots import envelope_key, public_key_of
from surveys.selectors.invitations import draft_key, receipt_of, receipt_sha256
from surveys.services.ballot_keys import NoBallotBox
from surveys.services.ballot_opening import comment_rows, rating_rows, response_row
from surveys.services.fieldwork import day_count_when_due, withdrawal_count
from surveys.services.tray import tray_empty_when_due


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
def draft_discard(*, invitation: Invitation, now: datetime | None = None) -> None:
    """Withdraw consent: everything saved so far is deleted, and the invitation is as if it had never been opened. With
    `now`, that somebody withdrew on this day is counted.

    Raises:
        AlreadySent: what was sent in cannot be found again, by nobody.
    """
    locked = _locked(invitation)
    if locked.state == InvitationState.DONE:
        raise AlreadySent
    Draft.objects.filter(invitation=locked).delete()
    Invitation.objects.filter(pk=locked.pk).update(state=InvitationState.SENT)
    if now and locked.state != InvitationState.SENT:
        today = localdate(now)
        transaction.on_commit(partial(withdrawal_count, edition=locked.edition, today=today), robust=True)


@transaction.atomic
def response_submit(*, invitation: Invitation, now: datetime | None = None) -> str:
    """Send the draft in and give the receipt code; called again, it gives the same receipt and writes nothing.

    In a sealed edition the answers go into an envelope of the tray, locked for the key holders, and from there with
    others into the ballot box (`surveys.services.tray`); this transaction writes nothing on the side of the boxes.
    They hold the bands of the profile, and of the invitation stratum and design weight only; a confidential edition
    keeps one of three steps of pace beside them. The invitation changes to done without a time. Answers to questions
    that were not shown are dropped, and units about which nothing was answered are left out. With `now`, the day's sums
    are brought up to date afterwards, by a transaction of their own and only for ten at once.

    Raises:
        NotOpenYet, AlreadyClosed: of the edition.
        NotComplete: something required is missing; the sentence names everything at once.
        NoBallotBox: the edition was opened before it had key holders.
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
    ballot = ballot_of(questionnaire, content, locked.stratum, locked.design_weight)
    Receipt.objects.create(edition=locked.edition, code_sha256=receipt_sha256(receipt))
    if locked.edition.secrecy == Secrecy.SEALED:
        # How fast somebody was can be seen from outside, so that in a sealed edition it would point at few.
        _envelope_write(locked, replace(ballot, pace=None))
    else:
        _response_write(locked, ballot)
    Draft.objects.filter(invitation=locked).delete()
    Invitation.objects.filter(pk=locked.pk).update(state=InvitationState.DONE)
    invitation.state = InvitationState.DONE
    if now:
        today = localdate(now)
        transaction.on_commit(partial(day_count_when_due, edition=locked.edition, today=today), robust=True)
    return receipt


def _envelope_write(invitation: Invitation, ballot: Ballot) -> None:
    public = public_key_of(invitation.edition)
    if not public:
        raise NoBallotBox
    locked = sealed_for(public, padded(ballot.as_bytes()))
    envelope = Envelope(invitation=invitation)
    units = [rated.unit for rated in ballot.ratings]
    envelope.box = sealed(envelope_key(envelope), envelope_bytes(units, locked))
    envelope.save(force_insert=True)
    # Answers are safe now. Should emptying the tray fail, they wait there for the next time.
    transaction.on_commit(partial(tray_empty_when_due, edition=invitation.edition), robust=True)


def _response_write(invitation: Invitation, ballot: Ballot) -> None:
    """In a confidential edition: readable, and joined to the business for check calls until the data are frozen."""
    response = response_row(edition=invitation.edition, ballot=ballot)
    response.save(force_insert=True)
    Rating.objects.bulk_create(rating_rows(response=response, ballot=ballot))
    Comment.objects.bulk_create(comment_rows(ballot))
    ResponseLink.objects.create(response=response, invitation=invitation)
