"""Inviting businesses to an edition."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import audit
from ddci.core.crypto import handle_new
from ddci.core.errors import Invalid
from surveys.enums import NOT_CLOSED
from surveys.models import Edition, Invitation
from surveys.services.editions import edition_held

BATCH = 500
LARGEST_WEIGHT = 1e9


class GuestInvalid(Invalid):
    code = "guest_invalid"
    sentence = _("The design weight of “%(name)s” must be a number above 0.")


class WeightsDiffer(Invalid):
    code = "weights_differ"
    sentence = _(
        "In the stratum “%(stratum)s” there are different design weights. Give every business of a stratum the same: "
        "a weight of its own would tell which answers are whose."
    )


@dataclass(frozen=True)
class Guest:
    """A business to invite. `stratum` is coarse: it is copied to the response (see `response_submit`), and so is the
    design weight, which is the same for all of a stratum. `business`: its row in the frame, where it was drawn from it.
    """

    name: str
    email: str = ""
    stratum: str = ""
    design_weight: float = 1.0
    business: int | None = None


@transaction.atomic
def invitations_create(
    *, edition: Edition, guests: Sequence[Guest], by: User | None, now: datetime
) -> list[Invitation]:
    """Invite businesses, in the order given. Their codes are derived from random handles and stored nowhere.

    Raises:
        WrongState: the edition takes no more answers.
        GuestInvalid: a design weight is not a positive number; nobody is invited.
        WeightsDiffer: businesses of one stratum, invited now or before, have different weights; nobody is invited.
    """
    locked = edition_held(edition=edition, states=NOT_CLOSED)
    for guest in guests:
        if not (isfinite(guest.design_weight) and 0 < guest.design_weight <= LARGEST_WEIGHT):
            raise GuestInvalid(name=guest.name)
    _one_weight_in_a_stratum(locked, guests)
    created = Invitation.objects.bulk_create(
        [
            Invitation(
                edition=locked,
                handle=handle,
                business_id=guest.business,
                name=guest.name,
                email=guest.email,
                stratum=guest.stratum,
                design_weight=guest.design_weight,
            )
            for guest, handle in zip(guests, _handles_free(len(guests)), strict=True)
        ],
        batch_size=BATCH,
    )
    audit(
        action="invitations.create",
        subject=locked,
        by=by,
        now=now,
        province=locked.province,
        note=str(len(created)),
    )
    return created


def _one_weight_in_a_stratum(edition: Edition, guests: Sequence[Guest]) -> None:
    invited = Invitation.objects.filter(edition=edition).order_by("stratum")
    weights = dict(invited.values_list("stratum", "design_weight").distinct())
    for guest in guests:
        if weights.setdefault(guest.stratum, guest.design_weight) != guest.design_weight:
            raise WeightsDiffer(stratum=guest.stratum)


def _handles_free(count: int) -> list[str]:
    """Random handles that no invitation has; with 30 bits, a million invitations make collisions an everyday thing."""
    handles: dict[str, None] = {}
    while len(handles) < count:
        fresh = {handle_new() for _ in range(min(BATCH, count - len(handles)))} - handles.keys()
        taken = set(Invitation.objects.filter(handle__in=fresh).order_by("handle").values_list("handle", flat=True))
        handles |= dict.fromkeys(fresh - taken)
    return list(handles)
