"""Keeping a draft, sending it in. Used by the pages of respondents and by whoever enters answers on their behalf.

The draft is sealed with a key derived from the respondent's code; sending in locks it for the key holders of the
edition (in a confidential one it turns it into a `Response`). Neither codes nor answers are ever logged.
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from ddci.core.crypto import sealed
from ddci.core.errors import Invalid, NotNow
from ddci.core.sealing import padded, sealed_for
from surveys.answers.ballot import Ballot, ballot_of, envelope_bytes
from surveys.answers.drafts import DraftContent, Mark, Page, merge
from surveys.answers.journey import REVIEW, Move, destination, problems
from surveys.answers.pace import seconds_between
from surveys.answers.questionnaire import Questionnaire
from surveys.enums import Channel, EditionState, InvitationState, Secrecy
from surveys.models import (
    Comment,
    Draft,
    Envelope,
    Invitation,
    Rating,
    Receipt,
    ResponseDay,
    ResponseLink,
    Sitting,
)
from surveys.selectors.answering import draft_content, draft_revision, has_draft, questionnaire_asked
from surveys.selectors.ballots import envelope_key, public_key_of
from surveys.selectors.invitations import (
    draft_key,
    draft_known,
    receipt_of,
    receipt_sha256,
)
from surveys.selectors.sittings import SittingOver, sitting_content, sitting_key
from surveys.services.ballot_keys import NoBallotBox
from surveys.services.ballot_opening import comment_rows, rating_rows, response_row
from surveys.services.calls import call_completed
from surveys.services.fieldwork import withdrawal_count
from surveys.services.holding import invitation_held

DRAFT_REPLACED = "UPDATE surveys_draft SET box = %s, revision = %s, saved_at = %s WHERE id = %s AND revision = %s"


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


@dataclass(frozen=True)
class _Sheet:
    """What is saved so far, in the own draft or in a sitting."""

    questionnaire: Questionnaire
    content: DraftContent
    revision: int
    saved_at: datetime | None


def _own_sheet(invitation: Invitation) -> _Sheet:
    """The draft as it was read with the invitation."""
    revision = draft_revision(invitation)
    saved_at = invitation.draft.saved_at if has_draft(invitation) else None
    return _Sheet(questionnaire_asked(invitation.edition), draft_content(invitation), revision, saved_at)


def _sitting_sheet(invitation: Invitation, sitting: Sitting) -> _Sheet:
    """
    Raises:
        SittingOver: the sitting was ended since it was opened here.
    """
    held = Sitting.objects.select_for_update().filter(pk=sitting.pk, finished=False).first()
    if held is None:
        raise SittingOver
    held.invitation = invitation
    asked = questionnaire_asked(invitation.edition)
    return _Sheet(asked, sitting_content(held), held.revision, held.saved_at if held.revision else None)


def draft_save(
    *,
    invitation: Invitation,
    pages: Sequence[Page],
    now: datetime,
    move: Move | None = None,
    tab: Tab | None = None,
    sitting: Sitting | None = None,
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
        sitting: save in what somebody else fills in, instead of the own draft.

    Raises:
        AlreadySent, NotOpenYet, AlreadyClosed: nothing can be saved any more, or not yet.
        SittingOver: the sitting was ended.
        ConsentMissing: without consent nothing is kept.
    """
    if sitting is not None:
        return _sitting_save(invitation, sitting, pages, now, move, tab)
    # What is merged and what is compared must be one and the same reading, whoever else holds this invitation.
    read = copy(invitation)
    if has_draft(read):
        saved = _merged(_own_sheet(read), pages, now, move, tab)
        if _draft_replaced(read, saved):
            draft_known(invitation, read.draft)
            return saved
    with transaction.atomic():
        locked = invitation_held(invitation)
        answerable_check(locked)
        saved = _merged(_own_sheet(locked), pages, now, move, tab)
        if not _draft_replaced(locked, saved):
            Draft.objects.create(invitation=locked, box=_box(locked, saved), revision=1, saved_at=now)
        _started(locked)
    draft_known(invitation, locked.draft)
    return saved


@transaction.atomic
def _sitting_save(
    invitation: Invitation, sitting: Sitting, pages: Sequence[Page], now: datetime, move: Move | None, tab: Tab | None
) -> Saved:
    locked = invitation_held(invitation)
    answerable_check(locked)
    saved = _merged(_sitting_sheet(locked, sitting), pages, now, move, tab)
    box = sealed(sitting_key(sitting), saved.content.as_bytes())
    Sitting.objects.filter(pk=sitting.pk).update(box=box, revision=saved.revision, saved_at=now)
    _started(locked)
    return saved


def _started(invitation: Invitation) -> None:
    if invitation.state == InvitationState.SENT:
        Invitation.objects.filter(pk=invitation.pk).update(state=InvitationState.STARTED)


def _merged(sheet: _Sheet, pages: Sequence[Page], now: datetime, move: Move | None, tab: Tab | None) -> Saved:
    """What was saved so far, with these pages."""
    content, revision = sheet.content, sheet.revision + 1
    content.seconds += seconds_between(sheet.saved_at, now)
    saved = Saved(revision=revision, at=now, content=content)
    for page in pages:
        mark = content.marks.get(page.key)
        if tab and mark and mark.tab == tab.name and mark.turn > tab.turn:
            continue
        stale = bool(tab and mark and mark.tab != tab.name and mark.revision > tab.seen)
        outcome = merge(content, sheet.questionnaire, page, stale=stale)
        saved.faults.update(outcome.faults)
        saved = replace(saved, overtaken=saved.overtaken or outcome.overtaken)
        if tab:
            content.marks[page.key] = Mark(revision, tab.name, tab.turn)
    if not content.consent:
        raise ConsentMissing
    if move:
        content.at = destination(sheet.questionnaire, content, move).key
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
def draft_discard(*, invitation: Invitation, sitting: Sitting | None = None, day: date | None = None) -> None:
    """Withdraw consent: everything saved so far is deleted, and the invitation is as if it had never been opened. Of a
    sitting, only what was entered in it. With `day`, that somebody withdrew on it is counted.

    Raises:
        AlreadySent: what was sent in cannot be found again, by nobody.
    """
    locked = invitation_held(invitation)
    if locked.state == InvitationState.DONE:
        raise AlreadySent
    if sitting is None:
        Draft.objects.filter(invitation=locked).delete()
    else:
        Sitting.objects.filter(pk=sitting.pk).delete()
    if _something_saved(locked):
        return
    Invitation.objects.filter(pk=locked.pk).update(state=InvitationState.SENT)
    if day and locked.state != InvitationState.SENT:

        def counted() -> None:
            withdrawal_count(edition=locked.edition, today=day)

        # In a transaction of its own; should counting fail, what was withdrawn stays withdrawn.
        # (A function with a name: Django says whose error it was, and fails where `partial` has none.)
        transaction.on_commit(counted, robust=True)


def _something_saved(invitation: Invitation) -> bool:
    rows = Draft.objects.filter(invitation=invitation), Sitting.objects.filter(invitation=invitation)
    return any(each.exists() for each in rows)


@transaction.atomic
def response_submit(*, invitation: Invitation, sitting: Sitting | None = None, day: date | None = None) -> str:
    """Send the draft in and give the receipt code; called again, it gives the same receipt and writes nothing.

    Args:
        sitting: send in what somebody else filled in, instead of the own draft.
        day: today; see `content_send`.

    Raises:
        NotOpenYet, AlreadyClosed: of the edition.
        AlreadySent, SittingOver: of a sitting.
        NotComplete: something required is missing; the sentence names everything at once.
        NoBallotBox: the edition was opened before it had key holders.
    """
    locked = invitation_held(invitation)
    if locked.state == InvitationState.DONE and sitting is None:
        return receipt_of(locked)
    answerable_check(locked)
    hand = sitting.channel if sitting else ""
    sheet = _sitting_sheet(locked, sitting) if sitting else _own_sheet(locked)
    receipt = content_send(held=locked, content=sheet.content, hand=hand, day=day)
    if sitting is not None:
        call_completed(sitting=sitting)
    invitation.state = InvitationState.DONE
    return receipt


def content_send(*, held: Invitation, content: DraftContent, hand: str, day: date | None = None) -> str:
    """Send answers in for an invitation that can be answered and is held (`invitation_held`).

    In a sealed edition the answers go into an envelope of the tray, locked for the key holders, and from there with
    others into the ballot box (`fieldwork_look_after`); this transaction writes nothing on the side of the boxes.
    They hold the bands of the profile, the channel, and of the invitation stratum and design weight only; a
    confidential edition keeps one of three steps of pace beside them. The invitation changes to done without a time.
    Answers to questions that were not shown are dropped, and units about which nothing was answered are left out.
    The draft and everything that others began for this business is deleted.

    Args:
        hand: the channel where somebody else filled it in, else "".
        day: today. A confidential edition keeps it, and nothing finer, with the response until the data are frozen; not
            that of paper, which is typed at one go. A sealed one keeps nothing of it.

    Raises:
        NotComplete: something required is missing; the sentence names everything at once.
        NoBallotBox: the edition was opened before it had key holders.
    """
    questionnaire = questionnaire_asked(held.edition)
    gaps = problems(questionnaire, content)
    if gaps:
        raise NotComplete(gaps=" ".join(gap.sentence for gap in gaps))
    ballot = ballot_of(questionnaire, content, held.stratum, held.design_weight, hand)
    receipt = receipt_of(held)
    Receipt.objects.create(edition=held.edition, code_sha256=receipt_sha256(receipt))
    if held.edition.secrecy == Secrecy.SEALED:
        # How fast somebody was can be seen from outside, so that in a sealed edition it would point at few.
        _envelope_write(held, replace(ballot, pace=None))
    else:
        _response_write(held, replace(ballot, pace=None) if hand else ballot, day if hand != Channel.PAPER else None)
    Draft.objects.filter(invitation=held).delete()
    Sitting.objects.filter(invitation=held).delete()
    Invitation.objects.filter(pk=held.pk).update(state=InvitationState.DONE)
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


def _response_write(invitation: Invitation, ballot: Ballot, day: date | None) -> None:
    """In a confidential edition: readable, and joined to the business for check calls until the data are frozen."""
    response = response_row(edition=invitation.edition, ballot=ballot)
    response.save(force_insert=True)
    Rating.objects.bulk_create(rating_rows(response=response, ballot=ballot))
    Comment.objects.bulk_create(comment_rows(ballot))
    ResponseLink.objects.create(response=response, invitation=invitation)
    if day is not None:
        ResponseDay.objects.create(response=response, day=day)
