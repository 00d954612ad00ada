"""Handing out the codes of invitations for letters and messages. Codes are derived, never stored; the taker is kept."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.services import audit
from ddci.core.crypto import code_in_groups
from surveys.enums import InvitationState
from surveys.models import Edition, Invitation
from surveys.selectors.invitations import code_of


@dataclass(frozen=True)
class Letter:
    """One business with its code as it is printed and as it stands in the link."""

    name: str
    email: str
    stratum: str
    code: str
    code_printed: str


@transaction.atomic
def codes_hand_out(*, edition: Edition, by: User | None, now: datetime) -> list[Letter]:
    """The codes of everybody who has not completed yet, by name; the audit trail says who took them and how many."""
    waiting = Invitation.objects.filter(edition=edition).exclude(state=InvitationState.DONE)
    letters = []
    for invitation in waiting.order_by("name", "handle"):
        code = code_of(invitation)
        letters.append(Letter(invitation.name, invitation.email, invitation.stratum, code, code_in_groups(code)))
    note = str(len(letters))
    audit(action="invitations.codes", subject=edition, by=by, now=now, province=edition.province, note=note)
    return letters
