"""Participation on one side, answers on the other; no key, time or order joins them.

Participation: `Invitation`, `Draft` (sealed with a key derived from the respondent's code), `Receipt`.
Answers: `Response`, `Rating`, `Comment`, with random identifiers and no time at all. When an edition closes, their
rows are written anew in
random order, so that neither insertion order nor PostgreSQL's `xmin` says who answered what.
"""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from surveys.enums import Channel, CommentState, InvitationState, Pace
from surveys.models.editions import BlockUnit, Edition
from surveys.models.frame import Business
from surveys.models.questionnaire import QuestionnaireVersion


class Invitation(models.Model):
    """One business that is asked to answer. Its link and printed code are derived from `handle`, never stored."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="invitations")
    handle = models.CharField(max_length=10, unique=True)
    business = models.ForeignKey(Business, null=True, on_delete=models.SET_NULL, related_name="invitations")
    name = models.CharField(_("business"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    stratum = models.CharField(_("stratum"), max_length=80, blank=True)
    design_weight = models.FloatField(_("design weight"), default=1.0)
    state = models.CharField(_("state"), max_length=10, choices=InvitationState, default=InvitationState.SENT)

    class Meta:
        ordering: ClassVar = ["edition", "handle"]
        indexes: ClassVar = [models.Index(fields=["edition", "state"], name="invitation_by_state")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(state__in=InvitationState.values), name="invitation_state_known"),
            models.CheckConstraint(condition=models.Q(design_weight__gt=0), name="invitation_weight_positive"),
        ]
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")

    def __str__(self) -> str:
        return self.name or self.handle


class Draft(models.Model):
    """Answers on their way, sealed; deleted on submission and at closing. `revision` counts saves, so that two tabs
    are noticed.
    """

    invitation = models.OneToOneField(Invitation, on_delete=models.CASCADE, related_name="draft")
    box = models.BinaryField()
    revision = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["invitation"]
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")

    def __str__(self) -> str:
        return f"{self.invitation_id} · {self.revision}"


class Receipt(models.Model):
    """SHA-256 of a receipt code that a respondent holds: proves that an answer was counted, says nothing about its
    content.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="receipts")
    code_sha256 = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering: ClassVar = ["code_sha256"]
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")

    def __str__(self) -> str:
        return self.code_sha256[:12]


class Response(models.Model):
    """One questionnaire sent in. `profile` holds the chosen band of each profile question by code.

    `pace` (None: not known) is one of three steps, taken from the time spent on the pages; no time itself is kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="responses")
    questionnaire = models.ForeignKey(QuestionnaireVersion, on_delete=models.PROTECT, related_name="responses")
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    profile = models.JSONField(_("profile"), default=dict)
    stratum = models.CharField(_("stratum"), max_length=80, blank=True)
    design_weight = models.FloatField(_("design weight"), default=1.0)
    pace = models.PositiveSmallIntegerField(_("pace"), choices=Pace, null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        verbose_name = _("response")
        verbose_name_plural = _("responses")

    def __str__(self) -> str:
        return str(self.id)


class Rating(models.Model):
    """One unit rated inside a response. `answers`: question code → number, "na" or "dk"; not shown = no key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="ratings")
    block_unit = models.ForeignKey(BlockUnit, on_delete=models.PROTECT, related_name="ratings")
    answers = models.JSONField(_("answers"), default=dict)
    satisfaction = models.PositiveSmallIntegerField(_("overall satisfaction, 1 to 10"), null=True)

    class Meta:
        ordering: ClassVar = ["response", "block_unit"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["response", "block_unit"], name="rating_once"),
            models.CheckConstraint(
                condition=models.Q(satisfaction__isnull=True) | models.Q(satisfaction__range=(1, 10)),
                name="rating_satisfaction_range",
            ),
        ]
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")

    def __str__(self) -> str:
        return f"{self.response_id} · {self.block_unit_id}"


class Comment(models.Model):
    """A free remark about a unit, apart from the response it came with. Shown only after review; the original is
    kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    block_unit = models.ForeignKey(BlockUnit, on_delete=models.CASCADE, related_name="comments")
    text = models.TextField(_("comment"))
    shown_text = models.TextField(_("text as shown"), blank=True)
    state = models.CharField(_("state"), max_length=10, choices=CommentState, default=CommentState.PENDING)

    class Meta:
        ordering: ClassVar = ["block_unit", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(state__in=CommentState.values), name="comment_state_known"),
        ]
        verbose_name = _("comment")
        verbose_name_plural = _("comments")

    def __str__(self) -> str:
        return self.text[:60]
