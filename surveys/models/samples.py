"""A sample drawn from the frame: the plan, its strata with their weights, and who was drawn in which wave."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from surveys.models.editions import Edition
from surveys.models.frame import Business


class Sample(models.Model):
    """One draw. `plan` holds everything that was chosen, `precision` what was expected of it before the draw.

    The same frame (`frame_sha256`), plan and seed give the same businesses again.
    """

    edition = models.OneToOneField(Edition, on_delete=models.CASCADE, related_name="sample")
    seed = models.BigIntegerField(_("seed"))
    plan = models.JSONField(_("plan"))
    precision = models.JSONField(_("expected precision"), default=dict)
    frame_sha256 = models.CharField(max_length=64)
    population = models.PositiveIntegerField(_("businesses in the frame"))
    drawn_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField()
    invited = models.BooleanField(_("invitations were made"), default=False)

    class Meta:
        ordering: ClassVar = ["edition"]
        verbose_name = _("sample")
        verbose_name_plural = _("samples")

    def __str__(self) -> str:
        return f"{self.edition} · {self.seed}"


class SampleStratum(models.Model):
    """A stratum: `population` businesses, `drawn` of them in the main sample, `issued` so far with reserves.

    The design weight is population ÷ issued, the same for all of a stratum.
    """

    sample = models.ForeignKey(Sample, on_delete=models.CASCADE, related_name="strata")
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("stratum"), max_length=80)
    cells = models.JSONField(_("cells"), default=list)
    population = models.PositiveIntegerField(_("businesses in the frame"))
    drawn = models.PositiveIntegerField(_("drawn"))
    reserve = models.PositiveIntegerField(_("in reserve"), default=0)
    issued = models.PositiveIntegerField(_("issued"))

    class Meta:
        ordering: ClassVar = ["sample", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sample", "name"], name="sample_stratum_once"),
            models.CheckConstraint(
                condition=models.Q(issued__gt=0) & models.Q(issued__lte=models.F("population")),
                name="sample_stratum_issued_within",
            ),
        ]
        verbose_name = _("stratum of a sample")
        verbose_name_plural = _("strata of samples")

    def __str__(self) -> str:
        return self.name

    @property
    def weight(self) -> float:
        """Businesses of the frame for which one that was asked stands."""
        return self.population / self.issued


class SampleMember(models.Model):
    """A business in the sample. Wave 0 is the main sample, 1 and up are reserves in their order."""

    sample = models.ForeignKey(Sample, on_delete=models.CASCADE, related_name="members")
    stratum = models.ForeignKey(SampleStratum, on_delete=models.CASCADE, related_name="members")
    business = models.ForeignKey(Business, on_delete=models.PROTECT, related_name="sampled")
    wave = models.PositiveSmallIntegerField(_("wave"), default=0)

    class Meta:
        ordering: ClassVar = ["sample", "wave", "stratum", "id"]
        indexes: ClassVar = [models.Index(fields=["sample", "wave"], name="sample_member_by_wave")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sample", "business"], name="sample_member_once"),
        ]
        verbose_name = _("business in a sample")
        verbose_name_plural = _("businesses in samples")

    def __str__(self) -> str:
        return f"{self.business_id} · {self.wave}"
