"""Doors of what is sent to the invited: messages, letters, the page against messages, delivery reports."""

from typing import Any

from surveys.enums import MessageChannel, MessageKind
from surveys.models import Campaign, Edition
from surveys.selectors.contacts import stop_code_of
from surveys.selectors.invitations import invitation_by_code
from surveys.services.campaigns import Texts, campaign_create
from surveys.services.message_texts import texts_first
from tests.doors import MANAGER, NOT_SERVED, Closed, Open
from tests.factories.editions import NOW
from tests.roles import World


def texts(world: World) -> dict[str, Any]:
    return {"audience": "all", **texts_first(kind=MessageKind.INVITATION, channel=MessageChannel.EMAIL)}


def edition(world: World) -> list[Any]:
    return [world.open.pk]


def campaign(world: World) -> list[Any]:
    """A prepared message of the open edition, made at its first use."""
    Edition.objects.filter(pk=world.open.pk).update(closes_on=NOW.date())
    known = Campaign.objects.filter(edition=world.open).first()
    made = known or campaign_create(
        edition=world.open,
        kind=MessageKind.INVITATION,
        channel=MessageChannel.EMAIL,
        texts=Texts(**texts(world)),
        by=None,
        now=NOW,
    )
    return [world.open.pk, made.pk]


def stop_code(world: World) -> list[Any]:
    return [stop_code_of(invitation_by_code(world.code))]


MESSAGES: dict[str, Closed] = {
    "campaigns": Closed(MANAGER, edition),
    "campaign-new": Closed(MANAGER, edition, post=422),
    "quiet-hours": Closed(MANAGER, edition, get=NOT_SERVED, post=302),
    "message-wish": Closed(MANAGER, edition, get=NOT_SERVED, post=422),
    "campaign": Closed(MANAGER, campaign),
    "campaign-text": Closed(MANAGER, campaign, post=302, data=texts),
    "campaign-start": Closed(MANAGER, campaign, get=NOT_SERVED, post=302),
    "campaign-pause": Closed(MANAGER, campaign, get=NOT_SERVED, post=409),
    "campaign-trial": Closed(MANAGER, campaign, get=NOT_SERVED, post=302, data=lambda world: {"to": "a@example.vn"}),
    "campaign-again": Closed(MANAGER, campaign, get=NOT_SERVED, post=302),
    "campaign-unclear": Closed(MANAGER, campaign, get=NOT_SERVED, post=409),
    "campaign-html": Closed(MANAGER, campaign),
    "campaign-troubles": Closed(MANAGER, campaign),
    "letters": Closed(MANAGER, edition),
    "letters-new": Closed(MANAGER, edition, get=NOT_SERVED, post=302, data=lambda world: {"audience": "all"}),
    "letters-file": Closed(MANAGER, edition, get=NOT_SERVED, post=409),
    "campaign-troubles-csv": Closed(MANAGER, campaign, get=NOT_SERVED, post=200),
}
OPEN_MESSAGES: dict[str, Open] = {
    "delivery-report": Open(NOT_SERVED, 403),
    "stop": Open(200, 200, of=stop_code),
}
