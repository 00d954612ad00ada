"""Other ways into an edition than the own link: open link, self-registration, interviewers, helpers, paper.

Everything here is participation. Only a `Sitting` holds answers, locked like a draft and for as long.
"""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from surveys.enums import CallOutcome, Channel, RespondentType
from surveys.models.answers import Invitation
from surveys.models.editions import Edition


class EditionAccess(models.Model):
    """Which public ways in are open; where an edition has no such row, none is. `counted` of `daily_limit` were used on
    the day `counted_on`.
    """

    edition = models.OneToOneField(Edition, on_delete=models.CASCADE, related_name="access")
    open_link = models.BooleanField(_("open link"), default=False)
    self_registration = models.BooleanField(_("self-registration"), default=False)
    daily_limit = models.PositiveIntegerField(_("most new links on one day"), default=200)
    counted_on = models.DateField(null=True)
    counted = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["edition"]
        verbose_name = _("ways into an edition")
        verbose_name_plural = _("ways into editions")

    def __str__(self) -> str:
        return str(self.edition)


class Registration(models.Model):
    """What a business said of itself when it registered. One for each tax code in an edition."""

    invitation = models.OneToOneField(Invitation, on_delete=models.CASCADE, related_name="registration")
    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="registrations")
    tax_code = models.CharField(_("tax code"), max_length=13)
    type = models.CharField(_("type"), max_length=20, choices=RespondentType)
    locality = models.CharField(_("locality"), max_length=40, blank=True)
    phone = models.CharField(_("telephone"), max_length=16, blank=True)

    class Meta:
        ordering: ClassVar = ["edition", "tax_code"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["edition", "tax_code"], name="registration_once"),
        ]
        verbose_name = _("registration of a business")
        verbose_name_plural = _("registrations of businesses")

    def __str__(self) -> str:
        return self.tax_code


class Assignment(models.Model):
    """An invited business that an interviewer looks after, and when to call again."""

    invitation = models.OneToOneField(Invitation, on_delete=models.CASCADE, related_name="assignment")
    interviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assignments")
    call_back_at = models.DateTimeField(_("call back at"), null=True)

    class Meta:
        ordering: ClassVar = ["interviewer", "invitation"]
        verbose_name = _("business of an interviewer")
        verbose_name_plural = _("businesses of interviewers")

    def __str__(self) -> str:
        return f"{self.invitation_id} · {self.interviewer_id}"


class Attempt(models.Model):
    """An attempt to reach a business. Of a completed one the day is kept, of others also the hour, to try another one
    next time. `note` is about reaching the business, never about an answer.
    """

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="attempts")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    day = models.DateField(_("day"))
    hour = models.PositiveSmallIntegerField(_("hour"), null=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=CallOutcome)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["invitation", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(outcome__in=CallOutcome.values), name="attempt_outcome_known"),
            models.CheckConstraint(
                condition=~models.Q(outcome=CallOutcome.COMPLETED) | models.Q(hour__isnull=True),
                name="attempt_completed_without_hour",
            ),
        ]
        verbose_name = _("attempt to reach a business")
        verbose_name_plural = _("attempts to reach businesses")

    def __str__(self) -> str:
        return f"{self.invitation_id} · {self.outcome}"


class Sitting(models.Model):
    """A questionnaire filled in by another hand, from its first page on: beside the draft of the respondent, which it
    neither shows nor changes. Its link is derived from `handle` and opens nothing else; it goes on sending in, when it
    is ended, and at closing. On paper, `finished` says that a person has typed all of it.
    """

    HANDS = (Channel.PHONE, Channel.ONSITE, Channel.HELPED, Channel.PAPER)

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="sittings")
    handle = models.CharField(max_length=10, unique=True)
    channel = models.CharField(_("channel"), max_length=10, choices=[(each.value, each.label) for each in HANDS])
    by = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    box = models.BinaryField()
    revision = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField()
    finished = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["invitation", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(channel__in=["phone", "onsite", "helped", "paper"]), name="sitting_channel_known"
            ),
            models.UniqueConstraint(
                fields=["invitation", "by"], condition=models.Q(channel="paper"), name="sitting_paper_once"
            ),
        ]
        verbose_name = _("questionnaire filled in by another hand")
        verbose_name_plural = _("questionnaires filled in by other hands")

    def __str__(self) -> str:
        return f"{self.invitation_id} · {self.channel}"
