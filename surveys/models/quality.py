"""The review of answers: what the flags saw in the responses of a closed edition, and what people decided about them.

Neither knows who answered. Checks, flags and decisions are only ever added (triggers); the latest counts.
"""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from surveys.enums import Decision, ExclusionReason, FlagCode
from surveys.models.answers import Response
from surveys.models.editions import BlockUnit, Edition


class QualityRules(models.Model):
    """How an edition's responses are reviewed; without a row, one person decides.

    `thresholds`: when a sign becomes a flag (scoring.engine.thresholds); None: the usual ones.
    """

    edition = models.OneToOneField(Edition, primary_key=True, on_delete=models.CASCADE, related_name="quality_rules")
    two_persons = models.BooleanField(_("an exclusion needs a second person"), default=False)
    thresholds = models.JSONField(_("thresholds"), null=True)

    class Meta:
        verbose_name = _("rules of the review")
        verbose_name_plural = _("rules of the review")

    def __str__(self) -> str:
        return str(self.edition)


class QualityCheck(models.Model):
    """One pass of the flags over a closed edition. `thresholds` are those of scoring.engine.flags; `left_out` names by
    block the signs that struck too many ratings to mean anything, with that share, or had too little data (None).
    """

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="quality_checks")
    number = models.PositiveSmallIntegerField(_("number"))
    thresholds = models.JSONField(_("thresholds"), default=dict)
    left_out = models.JSONField(_("signs left out"), default=dict)
    engine_version = models.CharField(_("engine version"), max_length=20)
    responses = models.PositiveIntegerField(_("responses"))
    flagged = models.PositiveIntegerField(_("responses flagged"))
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        ordering: ClassVar = ["edition", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["edition", "number"], name="quality_check_number_once"),
        ]
        verbose_name = _("quality check")
        verbose_name_plural = _("quality checks")

    def __str__(self) -> str:
        return f"{self.edition} · {self.number}"


class ResponseFlag(models.Model):
    """A sign seen in the rating of one unit or, without a unit, in a whole response; `evidence` holds its figures."""

    quality_check = models.ForeignKey(QualityCheck, on_delete=models.PROTECT, related_name="flags")
    response = models.ForeignKey(Response, on_delete=models.PROTECT, related_name="flags")
    block_unit = models.ForeignKey(BlockUnit, null=True, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(_("flag"), max_length=20, choices=FlagCode)
    evidence = models.JSONField(_("evidence"), default=dict)

    class Meta:
        ordering: ClassVar = ["quality_check", "response", "block_unit", "code"]
        indexes: ClassVar = [models.Index(fields=["quality_check", "code"], name="flag_by_code")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["quality_check", "response", "block_unit", "code"], name="flag_once"),
            models.UniqueConstraint(
                fields=["quality_check", "response", "code"],
                condition=models.Q(block_unit__isnull=True),
                name="flag_of_response_once",
            ),
            models.CheckConstraint(condition=models.Q(code__in=FlagCode.values), name="flag_code_known"),
        ]
        verbose_name = _("flag")
        verbose_name_plural = _("flags")

    def __str__(self) -> str:
        return f"{self.response_id} · {self.code}"


class ResponseReview(models.Model):
    """A decision about a response (append-only; the latest counts). Where two persons are needed, an exclusion
    `confirms` the proposal of another person (trigger).
    """

    response = models.ForeignKey(Response, on_delete=models.PROTECT, related_name="reviews")
    decision = models.CharField(_("decision"), max_length=10, choices=Decision)
    reason = models.CharField(_("reason"), max_length=20, choices=ExclusionReason, blank=True)
    comment = models.CharField(_("comment"), max_length=500, blank=True)
    confirms = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="confirmed_by")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        ordering: ClassVar = ["response", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(decision__in=Decision.values), name="review_decision_known"),
            models.CheckConstraint(
                condition=models.Q(decision=Decision.KEEP, reason="")
                | (~models.Q(decision=Decision.KEEP) & models.Q(reason__in=ExclusionReason.values)),
                name="review_exclusion_has_reason",
            ),
        ]
        verbose_name = _("decision about a response")
        verbose_name_plural = _("decisions about responses")

    def __str__(self) -> str:
        return f"{str(self.response_id)[:8]} · {self.get_decision_display()}"
