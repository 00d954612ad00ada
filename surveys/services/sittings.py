"""Beginning a questionnaire that somebody else fills in: always empty, whatever the respondent or others have saved."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from ddci.core.crypto import handle_new, sealed
from surveys.answers.drafts import DraftContent
from surveys.enums import Channel
from surveys.models import Invitation, Sitting
from surveys.selectors.sittings import sitting_key
from surveys.services.answering import answerable_check
from surveys.services.holding import invitation_held


@transaction.atomic
def sitting_start(*, invitation: Invitation, channel: Channel, by: User | None, now: datetime) -> Sitting:
    """An empty questionnaire with a link of its own. What the same person (or a helper) began before for this business
    and did not send in is deleted unread; the respondent's own draft stays as it is, until one of them is sent in.

    Raises:
        AlreadySent, NotOpenYet, AlreadyClosed
    """
    locked = invitation_held(invitation)
    answerable_check(locked)
    Sitting.objects.filter(invitation=locked, by=by).exclude(channel=Channel.PAPER).delete()
    return sitting_make(held=locked, channel=channel, by=by, now=now)


def sitting_make(*, held: Invitation, channel: Channel, by: User | None, now: datetime) -> Sitting:
    """An empty sitting of an invitation that is held (`invitation_held`)."""
    sitting = Sitting(invitation=held, handle=_handle_free(), channel=channel, by=by, saved_at=now)
    sitting.box = sealed(sitting_key(sitting), DraftContent().as_bytes())
    sitting.save(force_insert=True)
    return sitting


def _handle_free() -> str:
    handle = handle_new()
    while Sitting.objects.filter(handle=handle).exists():
        handle = handle_new()
    return handle
