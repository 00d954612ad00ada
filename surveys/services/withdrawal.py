"""In a confidential edition a business can have its answers shown and deleted, until the data are frozen."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import audit
from ddci.core.errors import NotNow
from surveys.enums import EditionState, InvitationState
from surveys.models import Invitation, Receipt, ResponseDay, ResponseLink
from surveys.selectors.invitations import receipt_of, receipt_sha256


class CannotBeFound(NotNow):
    code = "cannot_be_found"
    sentence = _("These answers cannot be told from those of others any more, by nobody.")


def _link_of(invitation: Invitation) -> ResponseLink:
    found = ResponseLink.objects.filter(invitation=invitation).select_related("response").first()
    if found is None:
        raise CannotBeFound
    return found


def response_shown(*, invitation: Invitation) -> dict[str, Any]:
    """What a business answered: profile and, by unit, its answers; the day on which they came in.

    Raises:
        CannotBeFound: the edition is sealed, or its data are frozen.
    """
    response = _link_of(invitation).response
    ratings = response.ratings.select_related("block_unit__unit").order_by("block_unit__unit__code")
    day = ResponseDay.objects.filter(response=response).first()
    return {
        "profile": response.profile,
        "ratings": {each.block_unit.unit.code: each.answers for each in ratings},
        "day": day.day.isoformat() if day else None,
    }


@transaction.atomic
def response_withdraw(*, invitation: Invitation, by: User | None, now: datetime) -> None:
    """Delete what a business answered, with its receipt. While the edition is open, the business may answer again.

    Raises:
        CannotBeFound: the edition is sealed, or its data are frozen.
    """
    locked = Invitation.objects.select_for_update().select_related("edition__province").get(pk=invitation.pk)
    _link_of(locked).response.delete()
    Receipt.objects.filter(code_sha256=receipt_sha256(receipt_of(locked))).delete()
    state = InvitationState.SENT if locked.edition.state == EditionState.OPEN else InvitationState.STARTED
    Invitation.objects.filter(pk=locked.pk).update(state=state)
    audit(action="response.withdraw", subject=locked.edition, by=by, now=now, province=locked.edition.province)
