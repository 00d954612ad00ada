"""Reads of campaigns for the staff: counts, what went wrong, who is still to be written to. Never an answer."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from surveys.enums import Audience, InvitationState, MessageChannel, MessageReason, MessageState
from surveys.models import Campaign, Edition, Invitation, OutboxMessage

TROUBLE = (MessageState.FAILED, MessageState.BOUNCED, MessageState.UNCLEAR)
NO_TROUBLE = frozenset({MessageReason.OPTED_OUT, MessageReason.COMPLETED, MessageReason.WILL_NOT_ANSWER})


@dataclass(frozen=True)
class Counts:
    """Messages of a campaign by what became of them. `delivered`: sent and not come back."""

    waiting: int = 0
    sent: int = 0
    failed: int = 0
    bounced: int = 0
    unclear: int = 0
    opted_out: int = 0
    completed: int = 0
    will_not_answer: int = 0
    no_contact: int = 0
    other: int = 0

    @property
    def total(self) -> int:
        return sum(vars(self).values())

    @property
    def done(self) -> int:
        return self.total - self.waiting

    @property
    def trouble(self) -> int:
        return self.failed + self.bounced + self.unclear + self.no_contact + self.other


def counts_by_campaign(edition: Edition) -> dict[int, Counts]:
    """Of all campaigns of an edition, in one query."""
    rows = OutboxMessage.objects.filter(campaign__edition=edition).order_by().values("campaign", "state", "reason")
    found: dict[int, dict[str, int]] = {}
    for row in rows.annotate(n=Count("pk")):
        tally = found.setdefault(row["campaign"], {})
        name = _name(row["state"], row["reason"])
        tally[name] = tally.get(name, 0) + row["n"]
    return {pk: Counts(**tally) for pk, tally in found.items()}


def counts_of(campaign: Campaign) -> Counts:
    rows = OutboxMessage.objects.filter(campaign=campaign).order_by().values("state", "reason").annotate(n=Count("pk"))
    tally: dict[str, int] = {}
    for row in rows:
        name = _name(row["state"], row["reason"])
        tally[name] = tally.get(name, 0) + row["n"]
    return Counts(**tally)


def _name(state: str, reason: str) -> str:
    if state == MessageState.SUPPRESSED:
        return reason if reason in NO_TROUBLE | {MessageReason.NO_CONTACT} else "other"
    return "waiting" if state in {MessageState.WAITING, MessageState.SENDING} else state


def campaigns_of(edition: Edition) -> QuerySet[Campaign]:
    return Campaign.objects.filter(edition=edition).select_related("made_by").order_by("channel", "kind", "pk")


def campaign_of(edition: Edition, kind: str, channel: str) -> Campaign | None:
    return Campaign.objects.filter(edition=edition, kind=kind, channel=channel).first()


def invited_without_message(campaign: Campaign) -> QuerySet[Invitation]:
    """Whom a campaign is meant for and who has no row in it yet: not completed; on request only those whom no e-mail
    of this edition has reached.
    """
    own = OutboxMessage.objects.filter(campaign=campaign, invitation=OuterRef("pk"))
    found = Invitation.objects.filter(edition=campaign.edition_id).exclude(state=InvitationState.DONE)
    found = found.filter(~Exists(own))
    if campaign.audience == Audience.UNREACHED:
        reached = OutboxMessage.objects.filter(
            invitation=OuterRef("pk"),
            campaign__edition=campaign.edition_id,
            campaign__channel=MessageChannel.EMAIL,
            state=MessageState.SENT,
        )
        found = found.filter(~Exists(reached))
    return found


def waits_to_be_filled(campaign: Campaign) -> bool:
    """Whether it was started and its worker vanished before it had written a single row."""
    written = OutboxMessage.objects.filter(campaign=campaign).exists()
    return not written and invited_without_message(campaign).exists()


def messages_in_trouble(campaign: Campaign, reason: str = "") -> QuerySet[OutboxMessage]:
    """Messages that were not delivered, with the business, those to be decided first."""
    suppressed = Q(state=MessageState.SUPPRESSED) & ~Q(reason=MessageReason.COMPLETED)
    found = OutboxMessage.objects.filter(Q(state__in=TROUBLE) | suppressed, campaign=campaign)
    if reason:
        found = found.filter(reason=reason)
    return found.select_related("invitation__business").order_by("-state", "invitation__name", "pk")


def message_by_token(token: str) -> OutboxMessage | None:
    return OutboxMessage.objects.filter(token=token).select_related("campaign__edition__province").first()
