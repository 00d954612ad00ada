"""The work of sending: a campaign's messages one after the other, until nothing may go for a while."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

import structlog
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.services import Progress, job_start
from ddci.core.errors import NotNow
from surveys.enums import MessageChannel
from surveys.messages.gateways import carrier_of, gateway_of
from surveys.messages.mail import MailCarrier
from surveys.messages.parcels import Carrier, ChannelDown, Outcome, Result
from surveys.models import Campaign
from surveys.selectors.campaigns import counts_of, waits_to_be_filled
from surveys.selectors.outbox import campaign_to_send, campaigns_sending, due_next, pace_of, quiet_end
from surveys.services.message_texts import parcel_make, recipient_of
from surveys.services.outbox import (
    Claimed,
    channel_missed,
    channel_reached,
    leases_expire,
    message_claim,
    message_finish,
)
from surveys.services.outbox_fill import outbox_fill

log = structlog.get_logger("ddci.outbox")
KIND = "campaign_send"
# One piece of work ends after a while, so that other work gets its turn; the next one begins by itself.
SHIFT = timedelta(minutes=10)
NAP = timedelta(seconds=30)
BEAT, SILENT = timedelta(seconds=20), timedelta(minutes=5)


class NoGateway(NotNow):
    code = "no_gateway"
    sentence = gettext_lazy("No gateway is set up for this channel. Ask whoever runs the server.")


@dataclass(frozen=True)
class World:
    """What the work stands on: the clock, how to wait (in seconds), chance."""

    clock: Callable[[], datetime]
    sleep: Callable[[float], None]
    rng: Random


def carrier_for(channel: str) -> Carrier:
    """The way out of a channel.

    Raises:
        NoGateway
    """
    if channel == MessageChannel.EMAIL:
        return MailCarrier()
    gateway = gateway_of(channel)
    if gateway is None:
        raise NoGateway
    return carrier_of(gateway)


def campaign_work(*, campaign_id: int, world: World, progress: Progress, carrier: Carrier | None = None) -> int:
    """Fill the outbox, then send what may go, until nothing may for longer than a nap, or the shift is over. Returns
    how many were handed over.

    Raises:
        NoGateway
    """
    campaign = campaign_to_send(campaign_id)
    if campaign is None:
        return 0
    shift = _Shift(campaign, world, progress, carrier or carrier_for(campaign.channel))
    outbox_fill(campaign=campaign, now=world.clock())
    try:
        while shift.goes_on():
            shift.step()
    finally:
        shift.end()
    return shift.handed


class _Shift:
    """One worker at one campaign."""

    def __init__(self, campaign: Campaign, world: World, progress: Progress, carrier: Carrier) -> None:
        self.campaign, self.world, self.progress, self.carrier = campaign, world, progress, carrier
        self.ends_at = world.clock() + SHIFT
        self.beaten_at: datetime | None = None
        self.connected = self.proved = self.over = False
        self.handed = 0

    def goes_on(self) -> bool:
        now = self.world.clock()
        if self.over or now >= self.ends_at:
            return False
        self._beat(now)
        down = pace_of(self.campaign.channel)
        return quiet_end(self.campaign.edition, now) is None and not (down and down.next_at > now)

    def step(self) -> None:
        """Connect, take one message and hand it over; or wait a little."""
        if not self.connected and not self._connect():
            return
        now = self.world.clock()
        claimed = message_claim(campaign_id=self.campaign.pk, now=now)
        if claimed is None:
            self._wait(now)
            return
        outcome = self._hand_over(claimed)
        message_finish(claimed=claimed, outcome=outcome, now=self.world.clock(), rng=self.world.rng)
        self._judge(outcome)

    def end(self) -> None:
        self.carrier.close()
        Campaign.objects.filter(pk=self.campaign.pk).update(beat_at=None)
        self._tell()

    def _connect(self) -> bool:
        try:
            self.carrier.open()
        except ChannelDown as down:
            self._missed(down.status)
            return False
        self.connected, self.proved = True, False
        return True

    def _hand_over(self, claimed: Claimed) -> Outcome:
        message = claimed.message
        parcel = parcel_make(
            campaign=message.campaign,
            recipient=recipient_of(message.invitation),
            to=claimed.contact,
            token=message.token,
        )
        return self.carrier.send(parcel)

    def _judge(self, outcome: Outcome) -> None:
        """A connection that had worked may have grown old: once more. One that never did: the channel is down."""
        self.handed += outcome.result == Result.ACCEPTED
        if outcome.result in {Result.LOST, Result.UNCLEAR}:
            self.carrier.close()
            self.connected = False
            if not self.proved:
                self._missed(outcome.status)
        elif not self.proved:
            self.proved = True
            channel_reached(channel=self.campaign.channel)

    def _missed(self, status: str) -> None:
        until = channel_missed(channel=self.campaign.channel, now=self.world.clock())
        log.warning("channel out of reach", channel=self.campaign.channel, status=status, until=until.isoformat())
        self.over = True

    def _wait(self, now: datetime) -> None:
        due = due_next(self.campaign.pk, now)
        if due is None or due - now > NAP:
            self.over = True
        else:
            self.world.sleep(max((due - now).total_seconds(), 0.01))

    def _beat(self, now: datetime) -> None:
        if self.beaten_at is None or now - self.beaten_at >= BEAT:
            self.beaten_at = now
            leases_expire(now=now)
            Campaign.objects.filter(pk=self.campaign.pk).update(beat_at=now)
            self._tell()

    def _tell(self) -> None:
        counts = counts_of(self.campaign)
        self.progress(counts.total - counts.waiting, counts.total, _("Sending"))


@transaction.atomic
def campaign_wake(*, campaign: Campaign, now: datetime) -> bool:
    """Start a worker for a campaign unless one is at work on it. Of several that ask at once, one is heard."""
    idle = Campaign.objects.filter(Q(beat_at=None) | Q(beat_at__lt=now - SILENT), pk=campaign.pk)
    if not idle.update(beat_at=now):
        return False
    province = campaign.edition.province
    job_start(kind=KIND, arguments={"campaign": campaign.pk}, province=province, by=campaign.made_by, now=now)
    return True


def outbox_wake(*, now: datetime) -> int:
    """Start workers for all campaigns that have something to send now: the clock of the server calls it again and
    again. Returns how many were started.
    """
    leases_expire(now=now)
    woken = 0
    for campaign in campaigns_sending():
        due, down = due_next(campaign.pk, now), pace_of(campaign.channel)
        held = quiet_end(campaign.edition, now) is not None or (down is not None and down.next_at > now)
        ready = due <= now + NAP if due is not None else waits_to_be_filled(campaign)
        if ready and not held:
            woken += campaign_wake(campaign=campaign, now=now)
    return woken


def outbox_workers_forget() -> None:
    """At the start of a server that does jobs itself: whoever was at work before is not any more."""
    Campaign.objects.exclude(beat_at=None).update(beat_at=None)
