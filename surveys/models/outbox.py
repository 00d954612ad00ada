"""What goes out to the invited: campaigns, a row for each recipient and message, who wants none, when nothing is sent.

Participation only: nothing here knows an answer. No code, link or text with one is kept; a message is written at the
moment of sending, from the invitation.
"""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Job, Province, User
from surveys.enums import Audience, CampaignState, MessageChannel, MessageKind, MessageReason, MessageState
from surveys.models.answers import Invitation
from surveys.models.editions import Edition


class Campaign(models.Model):
    """One message to the invited of an edition over one channel. Texts hold placeholders such as {link}.

    `beat_at`: when a worker last said that it is at work on it.
    """

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="campaigns")
    kind = models.CharField(_("message"), max_length=20, choices=MessageKind)
    channel = models.CharField(_("channel"), max_length=10, choices=MessageChannel)
    audience = models.CharField(_("to whom"), max_length=20, choices=Audience, default=Audience.ALL)
    state = models.CharField(_("state"), max_length=10, choices=CampaignState, default=CampaignState.DRAFT)
    subject_vi = models.CharField(_("subject"), max_length=150, blank=True)
    text_vi = models.TextField(_("text"))
    subject_en = models.CharField(_("subject in English"), max_length=150, blank=True)
    text_en = models.TextField(_("text in English"), blank=True)
    without_marks = models.BooleanField(_("without diacritics"), default=False)
    made_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    beat_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["edition", "kind", "channel"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["edition", "kind", "channel"], name="campaign_once"),
            models.CheckConstraint(condition=models.Q(kind__in=MessageKind.values), name="campaign_kind_known"),
            models.CheckConstraint(condition=models.Q(channel__in=MessageChannel.values), name="campaign_channel"),
            models.CheckConstraint(condition=models.Q(state__in=CampaignState.values), name="campaign_state_known"),
        ]
        verbose_name = _("message campaign")
        verbose_name_plural = _("message campaigns")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.get_channel_display()}"


class OutboxMessage(models.Model):
    """One message to one recipient. `token` is its name outside (Message-ID, bounces, delivery reports).

    `pace_key`: what the rate is limited by (channel and domain). `due_at`: not before; `lease_until`: while it is being
    sent. `contact_mark`: a keyed hash of the address, kept only where it did not work. `status`: the digits of the
    other side's reply, never its text, which may hold addresses and links.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="messages")
    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="messages")
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(_("state"), max_length=12, choices=MessageState, default=MessageState.WAITING)
    reason = models.CharField(_("reason"), max_length=20, choices=MessageReason, blank=True)
    status = models.CharField(_("reply"), max_length=20, blank=True)
    pace_key = models.CharField(max_length=270)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    due_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    contact_mark = models.CharField(max_length=32, blank=True)
    sent_on = models.DateField(_("sent on"), null=True)

    class Meta:
        ordering: ClassVar = ["campaign", "due_at", "id"]
        indexes: ClassVar = [
            models.Index(fields=["campaign", "state", "due_at"], name="outbox_by_state"),
            models.Index(fields=["state", "lease_until"], name="outbox_by_lease"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "invitation"], name="outbox_message_once"),
            models.CheckConstraint(condition=models.Q(state__in=MessageState.values), name="outbox_state_known"),
        ]
        verbose_name = _("message")
        verbose_name_plural = _("messages")

    def __str__(self) -> str:
        return str(self.token)


class OptOut(models.Model):
    """An address or number that wants no more messages of a province, as a keyed hash: kept over editions.

    `key_mark` tells whether it was made with the key in use.
    """

    province = models.ForeignKey(Province, on_delete=models.CASCADE, related_name="opt_outs")
    contact_mark = models.CharField(max_length=32)
    key_mark = models.CharField(max_length=16)

    class Meta:
        ordering: ClassVar = ["province", "contact_mark"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["province", "contact_mark"], name="opt_out_once"),
        ]
        verbose_name = _("opt-out")
        verbose_name_plural = _("opt-outs")

    def __str__(self) -> str:
        return self.contact_mark[:8]


class QuietHours(models.Model):
    """When nothing is sent, in the time of Vietnam; for one edition, or (without one) for all of the province."""

    province = models.ForeignKey(Province, on_delete=models.CASCADE, related_name="quiet_hours")
    edition = models.OneToOneField(Edition, null=True, on_delete=models.CASCADE, related_name="quiet_hours")
    begins = models.TimeField(_("from"))
    ends = models.TimeField(_("until"))

    class Meta:
        ordering: ClassVar = ["province", "edition"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["province"], condition=models.Q(edition__isnull=True), name="quiet_hours_once"
            ),
        ]
        verbose_name = _("quiet hours")
        verbose_name_plural = _("quiet hours")

    def __str__(self) -> str:
        return f"{self.begins:%H:%M}-{self.ends:%H:%M}"


class SendingPace(models.Model):
    """When the next message may go to a domain (`email:example.vn`), or over a whole channel that is out of reach
    (`email`), after `misses` failed attempts to reach it in a row.
    """

    key = models.CharField(max_length=270, unique=True)
    next_at = models.DateTimeField()
    misses = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["key"]
        verbose_name = _("pace of sending")
        verbose_name_plural = _("paces of sending")

    def __str__(self) -> str:
        return self.key


class LetterFile(models.Model):
    """Letters to print with codes, for one person: encrypted while they wait, deleted when taken or after a day.
    `left_out`: how many businesses get none because they want no messages.
    """

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="letter_files")
    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    file = models.FileField(upload_to="letters/", blank=True)
    letters = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-made_at", "-id"]
        verbose_name = _("file of letters")
        verbose_name_plural = _("files of letters")

    def __str__(self) -> str:
        return f"{self.edition} · {self.letters}"
