"""Can a participant be found by the units that it rated? Known from the frame: the units it had dealings with."""

from collections import defaultdict
from uuid import UUID

from surveys.answers.coarse import FEWEST
from surveys.enums import Channel, InvitationState
from surveys.models import Edition, Invitation, Rating


def narrowed_by_units(edition: Edition) -> int:
    """Of how many participants does the frame name units, so that at least one and fewer than `FEWEST` answers rate
    none but these?
    """
    rows = Rating.objects.filter(response__edition=edition).exclude(response__channel=Channel.IMPORTED)
    rated: dict[UUID, set[str]] = defaultdict(set)
    for response, unit in rows.order_by("id").values_list("response", "block_unit__unit__code"):
        rated[response].add(unit)
    of_unit: dict[str, set[UUID]] = defaultdict(set)
    for response, units in rated.items():
        for unit in units:
            of_unit[unit].add(response)
    done = Invitation.objects.filter(edition=edition, state=InvitationState.DONE, business__isnull=False)
    narrowed = 0
    for named in done.order_by("pk").values_list("business__units", flat=True):
        near = {response for unit in named for response in of_unit[unit]}
        narrowed += 0 < sum(rated[response] <= set(named) for response in near) < FEWEST
    return narrowed
