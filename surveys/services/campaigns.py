"""Campaigns of messages as the staff makes them: texts, start, pause, and what is decided about single messages."""

from dataclasses import dataclass, fields
from datetime import datetime, time
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import audit
from ddci.core.errors import Invalid, NotNow
from surveys.enums import NOT_CLOSED, CampaignState, EditionState, MessageChannel, MessageState
from surveys.messages.parcels import ChannelDown, Outcome, Result
from surveys.messages.texts import text_faults
from surveys.models import Campaign, Edition, OutboxMessage, QuietHours
from surveys.selectors.campaigns import campaign_of, messages_in_trouble
from surveys.selectors.contacts import opt_outs_of_another_key
from surveys.services.editions import WrongState, edition_held
from surveys.services.message_texts import parcel_make, recipient_example
from surveys.services.sending import campaign_wake, carrier_for


class CampaignExists(NotNow):
    code = "campaign_exists"
    sentence = _("There is such a message already. Open it to change or start it.")


class CampaignRuns(NotNow):
    code = "campaign_runs"
    sentence = _("The message is being sent. Pause it before you change its text.")


class NotPausable(NotNow):
    code = "not_pausable"
    sentence = _("Only a message that has been started can be paused.")


class NothingToDecide(NotNow):
    code = "nothing_to_decide"
    sentence = _("This message is not among those to be decided any more.")


class TrialFailed(NotNow):
    code = "trial_failed"
    sentence = _("The test message was not taken. Reply of the other side: %(status)s.")


class TextFaulty(Invalid):
    """`faults`: by name of the field, sentences with the place of each fault."""

    code = "text_faulty"
    sentence = _("The text cannot be sent like this.")

    def __init__(self, faults: dict[str, list[str]]) -> None:
        self.faults = faults
        super().__init__()


class DeadlineMissing(NotNow):
    code = "deadline_missing"
    sentence = _(
        "The text names the last day of answering, but none is set. Set it in the settings of the edition, or take "
        "{deadline} out of the text."
    )


class OtherKey(NotNow):
    code = "other_opt_out_key"
    sentence = _(
        "Opt-outs of earlier years were kept with another key and cannot be recognised. Whoever runs the server has to "
        "set OPT_OUT_KEY to the key of that time before anything is sent."
    )


@dataclass(frozen=True)
class Texts:
    """What is said and to whom; `subject` counts for e-mail only, English only if its text is not empty."""

    audience: str
    subject_vi: str
    text_vi: str
    subject_en: str = ""
    text_en: str = ""
    without_marks: bool = False


def texts_check(*, channel: str, texts: Texts) -> None:
    """
    Raises:
        TextFaulty: an unknown placeholder, no link, or no subject.
    """
    email = channel == MessageChannel.EMAIL
    faults = {"text_vi": text_faults(texts.text_vi)}
    if email:
        faults["subject_vi"] = text_faults(texts.subject_vi, link=False) or _needed(texts.subject_vi)
        if texts.text_en.strip():
            faults["text_en"] = text_faults(texts.text_en)
            faults["subject_en"] = text_faults(texts.subject_en, link=False)
    found = {name: sentences for name, sentences in faults.items() if sentences}
    if found:
        raise TextFaulty(found)


def _needed(subject: str) -> list[str]:
    return [] if subject.strip() else [str(_("A subject is needed."))]


@transaction.atomic
def campaign_create(
    *, edition: Edition, kind: str, channel: str, texts: Texts, by: User | None, now: datetime
) -> Campaign:
    """A new message, which nobody gets before it is started.

    Raises:
        WrongState: the edition takes no more answers.
        CampaignExists, TextFaulty
    """
    locked = edition_held(edition=edition, states=NOT_CLOSED)
    texts_check(channel=channel, texts=texts)
    if campaign_of(locked, kind, channel):
        raise CampaignExists
    campaign = Campaign.objects.create(edition=locked, kind=kind, channel=channel, made_by=by, **_facts(texts))
    _record("campaign.create", campaign, by, now)
    return campaign


@transaction.atomic
def campaign_change(*, campaign: Campaign, texts: Texts, by: User | None, now: datetime) -> Campaign:
    """Other texts for those to whom it has not gone yet.

    Raises:
        CampaignRuns, TextFaulty
    """
    locked = _locked(campaign)
    if locked.state == CampaignState.RUNNING:
        raise CampaignRuns
    texts_check(channel=locked.channel, texts=texts)
    for name, value in _facts(texts).items():
        setattr(locked, name, value)
    locked.save()
    _record("campaign.change", locked, by, now)
    return locked


@transaction.atomic
def campaign_start(*, campaign: Campaign, by: User | None, now: datetime) -> Campaign:
    """Start it, go on after a pause, or take in those who were invited since. A worker begins after commit.

    Raises:
        WrongState: the edition is not open for answers.
        NoGateway: there is no way out for this channel.
        OtherKey: earlier opt-outs would not be recognised.
        DeadlineMissing: the text names a day that is not set.
    """
    locked = _locked(campaign)
    if EditionState(locked.edition.state) != EditionState.OPEN:
        raise WrongState(edition=locked.edition.title, state=EditionState(locked.edition.state).label.lower())
    carrier_for(locked.channel)
    if opt_outs_of_another_key():
        raise OtherKey
    if deadline_missing(campaign=locked):
        raise DeadlineMissing
    before = CampaignState(locked.state)
    # Whoever is at work on it may have looked for new recipients already: another worker does no harm.
    locked.state, locked.beat_at = CampaignState.RUNNING, None
    locked.save(update_fields=["state", "beat_at"])
    _record("campaign.start", locked, by, now, (before.value, locked.state))
    campaign_wake(campaign=locked, now=now)
    return locked


def deadline_missing(*, campaign: Campaign) -> bool:
    """Whether the text names a last day of answering that is not set."""
    return campaign.edition.closes_on is None and "{deadline}" in f"{campaign.text_vi}{campaign.text_en}"


@transaction.atomic
def campaign_pause(*, campaign: Campaign, by: User | None, now: datetime) -> Campaign:
    """Nothing more is taken out of the outbox; the one that is being handed over just now still goes.

    Raises:
        NotPausable
    """
    locked = _locked(campaign)
    if locked.state != CampaignState.RUNNING:
        raise NotPausable
    locked.state = CampaignState.PAUSED
    locked.save(update_fields=["state"])
    _record("campaign.pause", locked, by, now, (CampaignState.RUNNING, CampaignState.PAUSED))
    return locked


def trial_send(*, campaign: Campaign, to: str, by: User | None, now: datetime) -> None:
    """The message to an address of one's own, with links that lead nowhere. It is recorded, without the address.

    Raises:
        NoGateway
        TrialFailed: the other side cannot be reached or did not take it.
    """
    carrier = carrier_for(campaign.channel)
    parcel = parcel_make(campaign=campaign, recipient=recipient_example(), to=to, token=uuid4())
    try:
        carrier.open()
        outcome = carrier.send(parcel)
    except ChannelDown as down:
        outcome = Outcome(Result.LOST, down.status)
    finally:
        carrier.close()
    _record("campaign.trial", campaign, by, now, note=outcome.result.value)
    if outcome.result != Result.ACCEPTED:
        raise TrialFailed(status=outcome.status or "–")


@transaction.atomic
def failed_again(*, campaign: Campaign, by: User | None, now: datetime) -> int:
    """Give failed messages another round of tries: they were refused, so nobody has them. Returns how many."""
    locked = _locked(campaign)
    failed = OutboxMessage.objects.filter(campaign=locked, state=MessageState.FAILED)
    facts = {"reason": "", "status": "", "contact_mark": "", "tries": 0, "due_at": now}
    count = failed.update(state=MessageState.WAITING, **facts)
    _record("campaign.again", locked, by, now, note=str(count))
    return count


@transaction.atomic
def unclear_decide(*, campaign: Campaign, message_id: int, again: bool, by: User | None, now: datetime) -> None:
    """A person decides about a message of which nobody knows whether it went: send it again, or take it for sent.

    Raises:
        NothingToDecide
    """
    facts: dict[str, object] = {"state": MessageState.WAITING, "due_at": now} if again else {"state": MessageState.SENT}
    unclear = OutboxMessage.objects.filter(campaign=campaign, pk=message_id, state=MessageState.UNCLEAR)
    if not unclear.update(reason="", **facts):
        raise NothingToDecide
    _record("campaign.unclear", campaign, by, now, note="again" if again else "sent")


@transaction.atomic
def quiet_hours_set(
    *, edition: Edition, begins: time, ends: time, everywhere: bool, by: User | None, now: datetime
) -> QuietHours:
    """When nothing is sent: in this edition, or in all editions of the province that have no hours of their own."""
    province = edition.province
    whose = None if everywhere else edition
    if everywhere:
        QuietHours.objects.filter(edition=edition).delete()
    hours, _made = QuietHours.objects.update_or_create(
        province=province, edition=whose, defaults={"begins": begins, "ends": ends}
    )
    audit(action="quiet_hours.set", subject=edition, by=by, now=now, province=province, note=str(hours))
    return hours


@dataclass(frozen=True)
class Trouble:
    """A message that was not delivered, as it stands in the list for download."""

    name: str
    state: str
    reason: str
    status: str
    tries: int


@transaction.atomic
def troubles_hand_out(*, campaign: Campaign, by: User | None, now: datetime) -> list[Trouble]:
    """All messages that were not delivered, with the reason in the reader's language; the taker is recorded."""
    rows = [
        Trouble(
            name=message.invitation.name,
            state=message.get_state_display(),
            reason=message.get_reason_display(),
            status=message.status,
            tries=message.tries,
        )
        for message in messages_in_trouble(campaign)
    ]
    _record("campaign.troubles", campaign, by, now, note=str(len(rows)))
    return rows


def _facts(texts: Texts) -> dict[str, object]:
    return {each.name: getattr(texts, each.name) for each in fields(texts)}


def _locked(campaign: Campaign) -> Campaign:
    return Campaign.objects.select_for_update(of=("self",)).select_related("edition__province").get(pk=campaign.pk)


def _record(
    action: str,
    campaign: Campaign,
    by: User | None,
    now: datetime,
    states: tuple[str, str] = ("", ""),
    note: str = "",
) -> None:
    province = campaign.edition.province
    audit(action=action, subject=campaign, by=by, now=now, province=province, states=states, note=note)
