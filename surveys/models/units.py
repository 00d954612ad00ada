"""Evaluated units and their lives: they start, are renamed, merge, split and end."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Province, User, in_language
from surveys.enums import LineageKind, UnitKind


class Unit(models.Model):
    """A department, agency or locality of a province, valid from a day to a day (open where empty)."""

    province = models.ForeignKey(Province, on_delete=models.PROTECT, related_name="units", verbose_name=_("province"))
    code = models.SlugField(_("code"), max_length=40)
    kind = models.CharField(_("kind"), max_length=20, choices=UnitKind)
    name_vi = models.CharField(_("name"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200, blank=True)
    short_vi = models.CharField(_("short name"), max_length=60, blank=True)
    short_en = models.CharField(_("short name in English"), max_length=60, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["province", "code"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["province", "code"], name="unit_code_once"),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True)
                | models.Q(valid_from__isnull=True)
                | models.Q(valid_to__gte=models.F("valid_from")),
                name="unit_ends_after_start",
            ),
            models.CheckConstraint(condition=models.Q(kind__in=UnitKind.values), name="unit_kind_known"),
        ]
        verbose_name = _("unit")
        verbose_name_plural = _("units")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return in_language(self.name_vi, self.name_en)

    @property
    def short(self) -> str:
        return in_language(self.short_vi or self.name_vi, self.short_en or self.name_en)


class UnitLineage(models.Model):
    """What became of a unit: one row per predecessor and successor."""

    predecessor = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="became")
    successor = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="came_from")
    kind = models.CharField(_("what happened"), max_length=20, choices=LineageKind)
    on = models.DateField(_("on"))

    class Meta:
        ordering: ClassVar = ["on", "predecessor", "successor"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["predecessor", "successor"], name="lineage_once"),
            models.CheckConstraint(condition=~models.Q(predecessor=models.F("successor")), name="lineage_not_itself"),
        ]
        verbose_name = _("unit lineage")
        verbose_name_plural = _("unit lineages")

    def __str__(self) -> str:
        return f"{self.predecessor} {self.get_kind_display()} {self.successor}"


class UnitReader(models.Model):
    """A person of a department or locality who reads its feedback."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="readers")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="units_read")

    class Meta:
        ordering: ClassVar = ["unit", "user"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["unit", "user"], name="unit_reader_once")]
        verbose_name = _("reader of a unit")
        verbose_name_plural = _("readers of units")

    def __str__(self) -> str:
        return f"{self.user} · {self.unit}"
