"""Keeping a draft, sending it in. Used by the pages of respondents and by whoever enters answers on their behalf.

The draft is sealed with a key derived from the respondent's code; sending in locks it for the key holders of the
edition (in a confidential one it turns it into a `Response`). Neither codes nor answers are ever logged.
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from ddci.core.crypto import sealed
from ddci.core.errors import Invalid, NotNow
from ddci.core.rows import Columns
from ddci.core.sealing import padded, sealed_for
from surveys.answers.ballot import Ballot, ballot_of, envelope_bytes
from surveys.answers.drafts import DraftContent, Mark, Page, merge
from surveys.answers.journey import REVIEW, Move, destination, problems
from surveys.answers.pace import seconds_between
from surveys.enums import EditionState, InvitationState, Secrecy
from surveys.models import Comment, Draft, Edition, Envelope, Invitation, Rating, Receipt, ResponseLink
from surveys.selectors.answering import draft_content, draft_revision, has_draft, questionnaire_asked
from surveys.selectors.ballots import envelope_key, public_key_of
from surveys.selectors.invitations import (
    DRAFT,
    INVITATION,
    draft_key,
    draft_known,
    receipt_of,
    receipt_sha256,
)
from surveys.services.ballot_keys import NoBallotBox
from surveys.services.ballot_opening import comment_rows, rating_rows, response_row
from surveys.services.tray import tray_empty_when_due

EDITION = Columns(Edition, "e")
EDITION_HELD = f"SELECT {EDITION.sql} FROM surveys_edition e WHERE e.id = %s"  # noqa: S608 - names of columns alone
INVITATION_LOCKED = f"SELECT {INVITATION.sql} FROM surveys_invitation i WHERE i.id = %s"  # noqa: S608
DRAFT_REPLACED = "UPDATE surveys_draft SET box = %s, revision = %s, saved_at = %s WHERE id = %s AND revision = %s"
DRAFT_LOCKED = f"SELECT {DRAFT.sql} FROM surveys_draft d WHERE d.invitation_id = %s"  # noqa: S608


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
    """The invitation as it is now with its draft, both locked, and with its edition, whose state cannot change before
    this transaction ends.

    The edition's lock is shared by many respondents, and closing waits for it: foreign keys are checked only on commit,
    so rows that point at the edition do not hold it before. SQLite lets one transaction write at a time anyway.
    """
    postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute(EDITION_HELD + (" FOR SHARE" if postgresql else ""), [invitation.edition_id])
        edition = EDITION.made(cursor.fetchone())
        cursor.execute(INVITATION_LOCKED + (" FOR UPDATE" if postgresql else ""), [invitation.pk])
        locked = INVITATION.made(cursor.fetchone())
        cursor.execute(DRAFT_LOCKED + (" FOR UPDATE" if postgresql else ""), [invitation.pk])
        draft = cursor.fetchone()
    locked.edition = edition
    draft_known(locked, DRAFT.made(draft) if draft else None)
    return locked


def draft_save(
    *, invitation: Invitation, pages: Sequence[Page], now: datetime, move: Move | None = None, tab: Tab | None = None
) -> Saved:
    """Merge the fields of one or several pages into the draft; committed when this returns (within a transaction of the
    caller's, with that).

    The first try costs one statement: the draft that was read with the invitation is replaced if nobody has saved in
    between. Sending in, withdrawing and closing delete the draft, so that it then finds none to replace.

    Args:
        pages: what was entered; see `surveys.answers.drafts`. An invalid field is reported and leaves the rest saved.
        move: where the respondent goes from here; kept, so that the link goes on there on any device (`content.at`).
        tab: of a browser. An older save of the same tab that arrives late changes nothing; a page that another tab
            saved since it was opened here is merged field by field (see `merge`).

    Raises:
        AlreadySent, NotOpenYet, AlreadyClosed: nothing can be saved any more, or not yet.
        ConsentMissing: without consent nothing is kept.
    """
    # What is merged and what is compared must be one and the same reading, whoever else holds this invitation.
    read = copy(invitation)
    if has_draft(read):
        saved = _merged(read, pages, now, move, tab)
        if _draft_replaced(read, saved):
            draft_known(invitation, read.draft)
            return saved
    with transaction.atomic():
        locked = _locked(invitation)
        answerable_check(locked)
        saved = _merged(locked, pages, now, move, tab)
        if not _draft_replaced(locked, saved):
            Draft.objects.create(invitation=locked, box=_box(locked, saved), revision=1, saved_at=now)
        if locked.state == InvitationState.SENT:
            Invitation.objects.filter(pk=locked.pk).update(state=InvitationState.STARTED)
    draft_known(invitation, locked.draft)
    return saved


def _merged(invitation: Invitation, pages: Sequence[Page], now: datetime, move: Move | None, tab: Tab | None) -> Saved:
    """The draft as it was read with the invitation, with these pages."""
    questionnaire = questionnaire_asked(invitation.edition)
    content, revision = draft_content(invitation), draft_revision(invitation) + 1
    content.seconds += seconds_between(invitation.draft.saved_at if revision > 1 else None, now)
    saved = Saved(revision=revision, at=now, content=content)
    for page in pages:
        mark = content.marks.get(page.key)
        if tab and mark and mark.tab == tab.name and mark.turn > tab.turn:
            continue
        stale = bool(tab and mark and mark.tab != tab.name and mark.revision > tab.seen)
        outcome = merge(content, questionnaire, page, stale=stale)
        saved.faults.update(outcome.faults)
        saved = replace(saved, overtaken=saved.overtaken or outcome.overtaken)
        if tab:
            content.marks[page.key] = Mark(revision, tab.name, tab.turn)
    if not content.consent:
        raise ConsentMissing
    if move:
        content.at = destination(questionnaire, content, move).key
        content.reviewed = content.reviewed or content.at == REVIEW.key
    return saved


def _box(invitation: Invitation, saved: Saved) -> bytes:
    return sealed(draft_key(invitation), saved.content.as_bytes())


def _draft_replaced(invitation: Invitation, saved: Saved) -> bool:
    """Whether the draft still was as it had been read, and now is as saved."""
    if not has_draft(invitation):
        return False
    before, box = invitation.draft, _box(invitation, saved)
    # One plain statement, committed on its own: composing it by the ORM would take longer than running it.
    at = connection.ops.adapt_datetimefield_value(saved.at)
    with connection.cursor() as cursor:
        cursor.execute(DRAFT_REPLACED, [box, saved.revision, at, before.pk, before.revision])
        done = bool(cursor.rowcount == 1)
    if done:
        after = Draft(pk=before.pk, invitation=invitation, box=box, revision=saved.revision, saved_at=saved.at)
        draft_known(invitation, after)
    return done


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

    In a sealed edition the answers go into an envelope of the tray, locked for the key holders, and from there with
    others into the ballot box (`surveys.services.tray`); this transaction writes nothing on the side of the boxes.
    They hold the bands of the profile, and of the invitation stratum and design weight only; a confidential edition
    keeps one of three steps of pace beside them. The invitation changes to done without a time. Answers to questions
    that were not shown are dropped, and units about which nothing was answered are left out.

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
    # (A function with a name: Django says whose error it was, and fails where `partial` has none.)
    def tray_look_after() -> None:
        tray_empty_when_due(edition=invitation.edition)

    transaction.on_commit(tray_look_after, robust=True)


def _response_write(invitation: Invitation, ballot: Ballot) -> None:
    """In a confidential edition: readable, and joined to the business for check calls until the data are frozen."""
    response = response_row(edition=invitation.edition, ballot=ballot)
    response.save(force_insert=True)
    Rating.objects.bulk_create(rating_rows(response=response, ballot=ballot))
    Comment.objects.bulk_create(comment_rows(ballot))
    ResponseLink.objects.create(response=response, invitation=invitation)
