"""Messages to the invited, as campaigns made by the real services, and a clock of the test's own."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from surveys.enums import Audience, CampaignState, MessageChannel, MessageKind
from surveys.messages.parcels import Outcome, Result
from surveys.models import Campaign, Edition, Invitation
from surveys.services.campaigns import Texts, campaign_create, campaign_start
from surveys.services.invitations import Guest, invitations_create
from surveys.services.message_texts import texts_first
from surveys.services.outbox import message_claim, message_finish
from surveys.services.outbox_fill import outbox_fill
from surveys.services.sending import World, campaign_work
from tests.factories.editions import NOW


@dataclass
class Clock:
    """Time that passes only when somebody waits; NOW is 14:30 in Vietnam."""

    now: datetime = NOW
    waits: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += timedelta(seconds=seconds)

    def world(self) -> World:
        return World(clock=lambda: self.now, sleep=self.sleep, rng=Random(1))


def invite(edition: Edition, *emails: str) -> list[Invitation]:
    guests = [Guest(name=f"Công ty {place:03}", email=email) for place, email in enumerate(emails)]
    return invitations_create(edition=edition, guests=guests, by=None, now=NOW)


def campaign_make(
    edition: Edition, kind: str = MessageKind.INVITATION, channel: str = MessageChannel.EMAIL, **facts: Any
) -> Campaign:
    Edition.objects.filter(pk=edition.pk, closes_on=None).update(closes_on=NOW.date() + timedelta(days=14))
    texts = Texts(**{"audience": Audience.ALL, **texts_first(kind=kind, channel=channel), **facts})
    return campaign_create(edition=edition, kind=kind, channel=channel, texts=texts, by=None, now=NOW)


def campaign_started(edition: Edition, kind: str = MessageKind.INVITATION, **facts: Any) -> Campaign:
    """Started, but nobody is at work on it yet (hooks on commit do not run in these tests)."""
    return campaign_start(campaign=campaign_make(edition, kind, **facts), by=None, now=NOW)


def work(campaign: Campaign, clock: Clock) -> int:
    return campaign_work(campaign_id=campaign.pk, world=clock.world(), progress=lambda *_facts: None)


def fates(campaign: Campaign) -> dict[str, tuple[str, str, str]]:
    """State, reason and reply by address."""
    rows = campaign.messages.values_list("invitation__email", "state", "reason", "status")
    return {email: (state, reason, status) for email, state, reason, status in rows}


def messages_go(edition: Edition, kind: str) -> None:
    """The rows of a campaign as they are once everything was handed over, without a word having been written."""
    campaign = campaign_make(edition, kind)
    Campaign.objects.filter(pk=campaign.pk).update(state=CampaignState.RUNNING)
    outbox_fill(campaign=campaign, now=NOW)
    clock, taken = Clock(), Outcome(Result.ACCEPTED, "250")
    while claimed := message_claim(campaign_id=campaign.pk, now=clock.now):
        message_finish(claimed=claimed, outcome=taken, now=clock.now, rng=Random(1))
        clock.sleep(60)
