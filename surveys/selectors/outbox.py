"""Reads for the work of sending: what may go now, and when something may go next."""

from datetime import datetime, time

from django.db.models import Min, Q, QuerySet

from surveys.enums import CampaignState, EditionState, MessageReason, MessageState
from surveys.messages.pacing import quiet_until
from surveys.models import Campaign, Edition, OutboxMessage, QuietHours, SendingPace

QUIET = (time(20, 0), time(8, 0))
LOST = Q(state=MessageState.BOUNCED) | Q(state=MessageState.FAILED, reason=MessageReason.RECIPIENT_REFUSED)


def quiet_hours_of(edition: Edition) -> tuple[time, time]:
    """When nothing is sent: of the edition, else of the province, else from 20:00 to 8:00."""
    found = QuietHours.objects.filter(province_id=edition.province_id)
    rows = {row.edition_id: row for row in found.filter(Q(edition=edition) | Q(edition__isnull=True)).order_by("pk")}
    row = rows.get(edition.pk) or rows.get(None)
    return (row.begins, row.ends) if row else QUIET


def quiet_end(edition: Edition, now: datetime) -> datetime | None:
    return quiet_until(now, *quiet_hours_of(edition))


def campaigns_sending() -> QuerySet[Campaign]:
    """Started campaigns of editions that take answers."""
    found = Campaign.objects.filter(state=CampaignState.RUNNING, edition__state=EditionState.OPEN)
    return found.select_related("edition__province").order_by("pk")


def campaign_to_send(campaign_id: int) -> Campaign | None:
    """The campaign if it may send now as far as its own state goes."""
    return campaigns_sending().filter(pk=campaign_id).first()


def pace_of(key: str) -> SendingPace | None:
    return SendingPace.objects.filter(key=key).first()


def _waiting(campaign_id: int) -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(campaign=campaign_id, state=MessageState.WAITING)


def next_waiting(campaign_id: int, now: datetime) -> OutboxMessage | None:
    """The next message that is due and whose domain is free, locked, with everything needed to write it."""
    busy = SendingPace.objects.filter(next_at__gt=now).order_by().values("key")
    ready = _waiting(campaign_id).filter(
        due_at__lte=now, campaign__state=CampaignState.RUNNING, campaign__edition__state=EditionState.OPEN
    )
    whole = ready.exclude(pace_key__in=busy).select_related("invitation__business", "campaign__edition__province")
    return whole.select_for_update(of=("self",), skip_locked=True).order_by("due_at", "id").first()


def due_next(campaign_id: int, now: datetime) -> datetime | None:
    """When the next message may go; None: none is waiting."""
    waiting = _waiting(campaign_id)
    busy = SendingPace.objects.filter(next_at__gt=now).order_by()
    free = waiting.exclude(pace_key__in=busy.values("key")).aggregate(at=Min("due_at"))["at"]
    held = waiting.filter(due_at__lte=now).order_by().values("pace_key")
    paced = busy.filter(key__in=held).aggregate(at=Min("next_at"))["at"]
    later: datetime | None = waiting.aggregate(at=Min("due_at"))["at"]
    known = [at for at in (free, paced) if at is not None]
    return max(min(known), now) if known else later


def came_back_before(message: OutboxMessage, mark: str) -> bool:
    """Whether something sent earlier to this business at this very address came back or was refused as unknown."""
    earlier = OutboxMessage.objects.filter(LOST, invitation=message.invitation_id, contact_mark=mark)
    return earlier.exclude(pk=message.pk).exists()
