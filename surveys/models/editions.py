"""An edition: one yearly run, its blocks, the units rated in it, who may rate whom, population margins, hard data."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Province, User, in_language
from surveys.enums import EditionState, RespondentType, Secrecy
from surveys.models.units import Unit


class Edition(models.Model):
    """One yearly run of a province's DDCI. Its framework becomes unchangeable when it opens (triggers)."""

    province = models.ForeignKey(
        Province, on_delete=models.PROTECT, related_name="editions", verbose_name=_("province")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    title_vi = models.CharField(_("title"), max_length=200)
    title_en = models.CharField(_("title in English"), max_length=200)
    decision_vi = models.CharField(_("legal basis"), max_length=300, blank=True)
    decision_en = models.CharField(_("legal basis in English"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=20, choices=EditionState, default=EditionState.DRAFT)
    secrecy = models.CharField(_("secrecy of answers"), max_length=15, choices=Secrecy, default=Secrecy.SEALED)
    is_simulated = models.BooleanField(_("simulated data"), default=False)
    readers_first = models.BooleanField(_("units read their page before publication"), default=False)
    opens_on = models.DateField(_("opens on"), null=True, blank=True)
    closes_on = models.DateField(_("closes on"), null=True, blank=True)
    minutes_to_answer = models.PositiveSmallIntegerField(_("minutes to answer"), default=10)
    minimum_ratings = models.PositiveSmallIntegerField(_("fewest ratings for a ranked unit"), default=30)

    class Meta:
        ordering: ClassVar = ["province", "-year"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["province", "year"], name="edition_year_once"),
            models.CheckConstraint(condition=models.Q(state__in=EditionState.values), name="edition_state_known"),
            models.CheckConstraint(condition=models.Q(secrecy__in=Secrecy.values), name="edition_secrecy_known"),
        ]
        verbose_name = _("edition")
        verbose_name_plural = _("editions")

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return in_language(self.title_vi, self.title_en)

    @property
    def decision(self) -> str:
        return in_language(self.decision_vi, self.decision_en)


class Block(models.Model):
    """A league table of its own."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="blocks")
    code = models.SlugField(_("code"), max_length=40)
    name_vi = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering: ClassVar = ["edition", "position", "code"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["edition", "code"], name="block_code_once")]
        verbose_name = _("block")
        verbose_name_plural = _("blocks")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return in_language(self.name_vi, self.name_en)


class BlockUnit(models.Model):
    """A unit that is rated in an edition, in one block. It can be withheld, with a reason that is published."""

    block = models.ForeignKey(Block, on_delete=models.CASCADE, related_name="block_units")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="block_units")
    withheld = models.BooleanField(_("withheld"), default=False)
    withheld_reason_vi = models.CharField(_("reason for withholding"), max_length=300, blank=True)
    withheld_reason_en = models.CharField(_("reason for withholding in English"), max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["block", "unit__code"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["block", "unit"], name="block_unit_once")]
        verbose_name = _("rated unit")
        verbose_name_plural = _("rated units")

    def __str__(self) -> str:
        return str(self.unit)

    @property
    def withheld_reason(self) -> str:
        return in_language(self.withheld_reason_vi, self.withheld_reason_en)


class ProfileField(models.Model):
    """A question about the respondent, answered in bands. `code` is the column of the dataset and of the margins.

    `options` is a list of {"code", "vi", "en"}. The field `type` must exist: eligibility depends on it.
    """

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="profile_fields")
    code = models.SlugField(_("code"), max_length=40)
    text_vi = models.CharField(_("question"), max_length=300)
    text_en = models.CharField(_("question in English"), max_length=300)
    options = models.JSONField(_("options"), default=list)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering: ClassVar = ["edition", "position", "code"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["edition", "code"], name="profile_field_once")]
        verbose_name = _("profile question")
        verbose_name_plural = _("profile questions")

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        return in_language(self.text_vi, self.text_en)


class EligibilityRule(models.Model):
    """How many units of a block a respondent of a type rates, at least and at most."""

    block = models.ForeignKey(Block, on_delete=models.CASCADE, related_name="eligibility_rules")
    respondent_type = models.CharField(_("type of respondent"), max_length=20, choices=RespondentType)
    min_units = models.PositiveSmallIntegerField(_("at least"), default=0)
    max_units = models.PositiveSmallIntegerField(_("at most"), default=5)

    class Meta:
        ordering: ClassVar = ["block", "respondent_type"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["block", "respondent_type"], name="eligibility_once"),
            models.CheckConstraint(
                condition=models.Q(max_units__gte=models.F("min_units")), name="eligibility_max_not_below_min"
            ),
        ]
        verbose_name = _("eligibility rule")
        verbose_name_plural = _("eligibility rules")

    def __str__(self) -> str:
        return f"{self.block} · {self.get_respondent_type_display()}: {self.min_units}-{self.max_units}"


class Margin(models.Model):
    """Population count of one option of one profile question (for weights)."""

    field = models.ForeignKey(ProfileField, on_delete=models.CASCADE, related_name="margins")
    level = models.CharField(_("option"), max_length=40)
    count = models.PositiveIntegerField(_("businesses in the population"))

    class Meta:
        ordering: ClassVar = ["field", "level"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["field", "level"], name="margin_once")]
        verbose_name = _("population margin")
        verbose_name_plural = _("population margins")

    def __str__(self) -> str:
        return f"{self.field.code}={self.level}: {self.count}"


class HardDocument(models.Model):
    """A document on which values from records rest. Its title is published with them, its file is for staff only."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="hard_documents")
    title = models.CharField(_("number and name of the document"), max_length=200)
    file = models.FileField(_("file"), upload_to="records", blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    added_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(_("added at"))

    class Meta:
        ordering: ClassVar = ["edition", "title"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["edition", "title"], name="hard_document_once")]
        verbose_name = _("document of records")
        verbose_name_plural = _("documents of records")

    def __str__(self) -> str:
        return self.title


class HardValue(models.Model):
    """An indicator's value from administrative records, with source and period.

    Where the indicator is counted (`Indicator.counted`), the counts of dossiers stand beside the value that they make.
    """

    block_unit = models.ForeignKey(BlockUnit, on_delete=models.CASCADE, related_name="hard_values")
    indicator = models.ForeignKey("surveys.Indicator", on_delete=models.CASCADE, related_name="hard_values")
    value = models.FloatField(_("value"))
    dossiers = models.PositiveIntegerField(_("number of dossiers"), null=True, blank=True)
    period = models.CharField(_("period"), max_length=60)
    source_vi = models.CharField(_("source"), max_length=300)
    source_en = models.CharField(_("source in English"), max_length=300, blank=True)
    handled = models.PositiveIntegerField(_("dossiers handled"), null=True, blank=True)
    early = models.PositiveIntegerField(_("of these early"), null=True, blank=True)
    on_time = models.PositiveIntegerField(_("of these on time"), null=True, blank=True)
    late = models.PositiveIntegerField(_("of these late"), null=True, blank=True)
    document = models.ForeignKey(
        HardDocument,
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="values",
        verbose_name=_("document"),
    )

    class Meta:
        ordering: ClassVar = ["indicator", "block_unit"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["block_unit", "indicator"], name="hard_value_once"),
        ]
        verbose_name = _("hard value")
        verbose_name_plural = _("hard values")

    def __str__(self) -> str:
        return f"{self.indicator.code} · {self.block_unit}: {self.value}"
