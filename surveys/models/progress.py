"""How fieldwork went, day by day, and what was planned. Sums only: no row of here points at a business or an answer."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from surveys.models.editions import Edition


class FieldworkDay(models.Model):
    """Where participation stood when it was last counted on a day; written by a transaction of its own.

    `counts`: by stratum [invited, opened, started, completed], all since the beginning. `withdrawn`: who took consent
    back on this day.
    """

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="fieldwork_days")
    day = models.DateField(_("day"))
    counts = models.JSONField(default=dict)
    withdrawn = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["edition", "day"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["edition", "day"], name="fieldwork_day_once")]
        verbose_name = _("day of fieldwork")
        verbose_name_plural = _("days of fieldwork")

    def __str__(self) -> str:
        return f"{self.edition_id} · {self.day}"


class FieldworkPlan(models.Model):
    """The response rate that the manager wants to reach by the last day; without it, that of the sample's plan."""

    edition = models.OneToOneField(Edition, on_delete=models.CASCADE, related_name="fieldwork_plan")
    response_rate = models.FloatField(_("response rate"))
    set_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["edition"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(response_rate__gt=0) & models.Q(response_rate__lte=1), name="fieldwork_rate_is_share"
            ),
        ]
        verbose_name = _("plan of fieldwork")
        verbose_name_plural = _("plans of fieldwork")

    def __str__(self) -> str:
        return f"{self.edition_id} · {self.response_rate:.0%}"


class StratumRate(models.Model):
    """A response rate of its own for one stratum of the invited; the others follow that of the edition."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="stratum_rates")
    stratum = models.CharField(_("stratum"), max_length=80)
    response_rate = models.FloatField(_("response rate"))

    class Meta:
        ordering: ClassVar = ["edition", "stratum"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["edition", "stratum"], name="stratum_rate_once"),
            models.CheckConstraint(
                condition=models.Q(response_rate__gt=0) & models.Q(response_rate__lte=1), name="stratum_rate_is_share"
            ),
        ]
        verbose_name = _("response rate of a stratum")
        verbose_name_plural = _("response rates of strata")

    def __str__(self) -> str:
        return f"{self.edition_id} · {self.stratum} · {self.response_rate:.0%}"
