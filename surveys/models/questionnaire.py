"""The questionnaire: answer scales as data, questions; a version becomes unchangeable when the edition opens."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import in_language
from surveys.enums import ScaleKind
from surveys.models.editions import Block, Edition


class QuestionnaireVersion(models.Model):
    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="questionnaires")
    number = models.PositiveSmallIntegerField(_("version"), default=1)
    locked = models.BooleanField(_("unchangeable"), default=False)

    class Meta:
        ordering: ClassVar = ["edition", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["edition", "number"], name="questionnaire_number_once"),
        ]
        verbose_name = _("questionnaire version")
        verbose_name_plural = _("questionnaire versions")

    def __str__(self) -> str:
        return f"{self.edition} · {self.number}"


class AnswerScale(models.Model):
    """How questions are answered.

    `options` (not for numbers): list of {"value": int, "vi": str, "en": str} in the order shown. Numbers have a range
    `minimum`..`maximum`, `decimals` places and a unit of measure.
    """

    questionnaire = models.ForeignKey(QuestionnaireVersion, on_delete=models.CASCADE, related_name="scales")
    code = models.SlugField(_("code"), max_length=40)
    kind = models.CharField(_("kind"), max_length=10, choices=ScaleKind)
    options = models.JSONField(_("options"), default=list, blank=True)
    minimum = models.FloatField(_("smallest number"), null=True, blank=True)
    maximum = models.FloatField(_("largest number"), null=True, blank=True)
    decimals = models.PositiveSmallIntegerField(_("decimal places"), default=0)
    measure_vi = models.CharField(_("unit of measure"), max_length=40, blank=True)
    measure_en = models.CharField(_("unit of measure in English"), max_length=40, blank=True)

    class Meta:
        ordering: ClassVar = ["questionnaire", "code"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["questionnaire", "code"], name="scale_code_once"),
            models.CheckConstraint(
                condition=~models.Q(kind=ScaleKind.NUMBER)
                | models.Q(minimum__isnull=False, maximum__isnull=False, maximum__gt=models.F("minimum")),
                name="scale_number_has_range",
            ),
        ]
        verbose_name = _("answer scale")
        verbose_name_plural = _("answer scales")

    def __str__(self) -> str:
        return self.code

    @property
    def measure(self) -> str:
        return in_language(self.measure_vi, self.measure_en)


class Question(models.Model):
    """A question about a rated unit.

    `shown_if` is empty or {"question": code, "answers": [values]}: the question is asked only after one of these
    answers to an
    earlier question about the same unit; otherwise it counts as not shown.
    """

    questionnaire = models.ForeignKey(QuestionnaireVersion, on_delete=models.CASCADE, related_name="questions")
    sub_index = models.ForeignKey("surveys.SubIndex", on_delete=models.CASCADE, related_name="questions")
    blocks = models.ManyToManyField(Block, related_name="questions", verbose_name=_("blocks"))
    scale = models.ForeignKey(AnswerScale, on_delete=models.PROTECT, related_name="questions")
    code = models.CharField(_("code"), max_length=20)
    text_vi = models.CharField(_("question"), max_length=400)
    text_en = models.CharField(_("question in English"), max_length=400)
    help_vi = models.CharField(_("explanation"), max_length=400, blank=True)
    help_en = models.CharField(_("explanation in English"), max_length=400, blank=True)
    not_applicable = models.BooleanField(_("offers “not applicable”"), default=True)
    dont_know = models.BooleanField(_("offers “don't know”"), default=True)
    shown_if = models.JSONField(_("asked only if"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering: ClassVar = ["questionnaire", "sub_index__position", "position", "code"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["questionnaire", "code"], name="question_code_once"),
        ]
        verbose_name = _("question")
        verbose_name_plural = _("questions")

    def __str__(self) -> str:
        return f"{self.code} {self.text}"

    @property
    def text(self) -> str:
        return in_language(self.text_vi, self.text_en)

    @property
    def help(self) -> str:
        return in_language(self.help_vi, self.help_en)
