"""Paper typed twice: two people enter it without seeing each other's entry, differences are decided on the paper, and
only then it is sent in like a browser's answers. The code printed on the paper opens the entries and nothing else does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import audit
from ddci.core.errors import Invalid, NotNow
from surveys.answers.double import FIRST, SECOND, Difference, differences, settled
from surveys.answers.drafts import DraftContent
from surveys.answers.journey import problems
from surveys.enums import Channel
from surveys.models import Edition, Invitation, Sitting
from surveys.selectors.answering import questionnaire_asked
from surveys.selectors.invitations import UnknownCode, invitation_by_code
from surveys.selectors.sittings import paper_entries, sitting_content
from surveys.services.answering import NotComplete, answerable_check, content_send
from surveys.services.holding import invitation_held
from surveys.services.sittings import sitting_make


class PaperForAnother(NotNow):
    code = "paper_for_another"
    sentence = _("Your entry of this paper is finished. Now another person types it, without seeing yours.")


class PaperInWork(NotNow):
    code = "paper_in_work"
    sentence = _("Two people are typing this paper already.")


class PaperNotTwice(NotNow):
    code = "paper_not_twice"
    sentence = _("This paper has not been typed to its end by two people yet.")


class DifferenceOpen(Invalid):
    code = "difference_open"
    sentence = _("Decide every difference by looking at the paper.")


@dataclass(frozen=True)
class Pair:
    """Two finished entries of one paper and where they differ."""

    invitation: Invitation
    first: DraftContent
    second: DraftContent
    differences: list[Difference]


def paper_of(*, edition: Edition, typed: str) -> Invitation:
    """The invitation of the code that is printed on a paper of this edition.

    Raises:
        UnknownCode: of no paper of this edition.
        AlreadySent, NotOpenYet, AlreadyClosed
    """
    invitation = invitation_by_code(typed)
    if invitation.edition_id != edition.pk:
        raise UnknownCode
    answerable_check(invitation)
    return invitation


@transaction.atomic
def paper_entry_open(*, invitation: Invitation, by: User, now: datetime) -> Sitting | None:
    """The own entry of a paper, begun now or before; None where both entries are finished and can be compared.

    Raises:
        AlreadySent, NotOpenYet, AlreadyClosed
        PaperForAnother: the own entry is finished and the second one is not.
        PaperInWork: two others are at it.
    """
    held = invitation_held(invitation)
    answerable_check(held)
    entries = list(paper_entries(held))
    own = next((each for each in entries if each.by_id == by.pk), None)
    if own is not None and not own.finished:
        return own
    if len(entries) == 2 and all(each.finished for each in entries):
        return None
    if own is not None:
        raise PaperForAnother
    if len(entries) == 2:
        raise PaperInWork
    return sitting_make(held=held, channel=Channel.PAPER, by=by, now=now)


@transaction.atomic
def paper_finish(*, sitting: Sitting) -> None:
    """An entry is typed to its end: nobody sees it any more before the comparison.

    Raises:
        AlreadySent, NotOpenYet, AlreadyClosed
        NotComplete: as it stands it could not be sent in.
    """
    held = invitation_held(sitting.invitation)
    answerable_check(held)
    gaps = problems(questionnaire_asked(held.edition), sitting_content(sitting))
    if gaps:
        raise NotComplete(gaps=" ".join(gap.sentence for gap in gaps))
    Sitting.objects.filter(pk=sitting.pk).update(finished=True)


@transaction.atomic
def paper_reopen(*, invitation: Invitation, by: User) -> Sitting:
    """Take the own entry up again, where neither is right.

    Raises:
        PaperNotTwice: there is no own entry.
    """
    held = invitation_held(invitation)
    own = paper_entries(held).filter(by=by).first()
    if own is None:
        raise PaperNotTwice
    Sitting.objects.filter(pk=own.pk).update(finished=False)
    return own


def paper_pair(*, invitation: Invitation) -> Pair:
    """Both entries of a paper.

    Raises:
        PaperNotTwice
    """
    entries = list(paper_entries(invitation))
    if len(entries) != 2 or not all(each.finished for each in entries) or entries[0].by_id == entries[1].by_id:
        raise PaperNotTwice
    first, second = (sitting_content(each) for each in entries)
    questionnaire = questionnaire_asked(invitation.edition)
    return Pair(invitation, first, second, differences(questionnaire, first, second))


@transaction.atomic
def paper_send(*, invitation: Invitation, chosen: Mapping[str, str], by: User, now: datetime) -> str:
    """Send a paper in as it was decided and give its receipt; both entries are deleted with that.

    Args:
        chosen: for each difference by its key, `first` or `second`.

    Raises:
        AlreadySent, NotOpenYet, AlreadyClosed
        PaperNotTwice
        DifferenceOpen: a difference is not decided.
        NotComplete: what was decided cannot be sent in.
    """
    held = invitation_held(invitation)
    answerable_check(held)
    pair = paper_pair(invitation=held)
    if any(chosen.get(each.key) not in {FIRST, SECOND} for each in pair.differences):
        raise DifferenceOpen
    content = settled(questionnaire_asked(held.edition), pair.first, pair.second, chosen)
    receipt = content_send(held=held, content=content, hand=Channel.PAPER)
    edition = held.edition
    audit(action="paper.send", subject=edition, by=by, now=now, province=edition.province)
    return receipt
