"""The framework: sub-indices, their weights by block, indicators."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import in_language
from surveys.enums import Direction, IndicatorKind, Statistic
from surveys.models.editions import Block, Edition
from surveys.models.questionnaire import Question


class SubIndex(models.Model):
    """A component of the index; it belongs to the blocks for which it has a weight."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="sub_indices")
    code = models.SlugField(_("code"), max_length=40)
    name_vi = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100)
    meaning_vi = models.CharField(_("what it means, in one sentence"), max_length=300, blank=True)
    meaning_en = models.CharField(_("what it means, in English"), max_length=300, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering: ClassVar = ["edition", "position", "code"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["edition", "code"], name="sub_index_code_once")]
        verbose_name = _("sub-index")
        verbose_name_plural = _("sub-indices")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return in_language(self.name_vi, self.name_en)

    @property
    def meaning(self) -> str:
        return in_language(self.meaning_vi, self.meaning_en)


class SubIndexWeight(models.Model):
    """The weight of a sub-index in a block; any positive scale, weights of a block are divided by their sum."""

    sub_index = models.ForeignKey(SubIndex, on_delete=models.CASCADE, related_name="weights")
    block = models.ForeignKey(Block, on_delete=models.CASCADE, related_name="weights")
    weight = models.DecimalField(_("weight"), max_digits=8, decimal_places=4)

    class Meta:
        ordering: ClassVar = ["block", "sub_index__position", "sub_index__code"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sub_index", "block"], name="sub_index_weight_once"),
            models.CheckConstraint(condition=models.Q(weight__gt=0), name="sub_index_weight_positive"),
        ]
        verbose_name = _("weight of a sub-index")
        verbose_name_plural = _("weights of sub-indices")

    def __str__(self) -> str:
        return f"{self.block.code} · {self.sub_index.code}: {self.weight}"


class Indicator(models.Model):
    """One measured number per unit.

    `share_of` lists the answers that count for a share (numbers as written in the scale's options). `scale_low` and
    `scale_high` are the ends between which the raw value can lie; fixed goalposts default to them. Of an indicator from
    records, `counted` lists the counts (early, on_time, late) whose share of all dossiers handled it is, and `related`
    the codes of survey indicators with which it is compared; both are nothing where the workbook does not say.
    """

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="indicators")
    sub_index = models.ForeignKey(SubIndex, on_delete=models.CASCADE, related_name="indicators")
    blocks = models.ManyToManyField(Block, related_name="indicators", verbose_name=_("blocks"))
    code = models.CharField(_("code"), max_length=20)
    name_vi = models.CharField(_("name"), max_length=300)
    name_en = models.CharField(_("name in English"), max_length=300)
    kind = models.CharField(_("kind"), max_length=10, choices=IndicatorKind)
    direction = models.CharField(_("direction"), max_length=10, choices=Direction)
    group = models.CharField(_("group within the sub-index"), max_length=60, blank=True)
    weight = models.DecimalField(_("weight within the sub-index"), max_digits=8, decimal_places=4, default=1)
    statistic = models.CharField(_("statistic"), max_length=10, choices=Statistic)
    share_of = models.JSONField(_("answers that count"), default=list, blank=True)
    question = models.ForeignKey(
        Question, null=True, blank=True, on_delete=models.PROTECT, related_name="indicators", verbose_name=_("question")
    )
    measure_vi = models.CharField(_("unit of measure"), max_length=40, blank=True)
    measure_en = models.CharField(_("unit of measure in English"), max_length=40, blank=True)
    scale_low = models.FloatField(_("lowest possible value"), null=True, blank=True)
    scale_high = models.FloatField(_("highest possible value"), null=True, blank=True)
    minimum_n = models.PositiveSmallIntegerField(_("fewest valid answers or dossiers"), default=5)
    basis = models.CharField(_("source of the indicator"), max_length=300, blank=True)
    counted = models.JSONField(_("counts of dossiers whose share it is"), null=True, blank=True)
    related = models.JSONField(_("indicators of the survey about the same matter"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering: ClassVar = ["edition", "sub_index__position", "position", "code"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["edition", "code"], name="indicator_code_once"),
            models.CheckConstraint(
                condition=models.Q(kind=IndicatorKind.HARD, question__isnull=True, statistic=Statistic.VALUE)
                | (models.Q(kind=IndicatorKind.SOFT, question__isnull=False) & ~models.Q(statistic=Statistic.VALUE)),
                name="indicator_soft_has_question",
            ),
            models.CheckConstraint(
                condition=models.Q(direction__in=Direction.values), name="indicator_direction_known"
            ),
            models.CheckConstraint(condition=models.Q(weight__gt=0), name="indicator_weight_positive"),
        ]
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def name(self) -> str:
        return in_language(self.name_vi, self.name_en)

    @property
    def measure(self) -> str:
        return in_language(self.measure_vi, self.measure_en)
