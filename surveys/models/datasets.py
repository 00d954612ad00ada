"""The frozen dataset: one canonical file, known by its SHA-256."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Job, User
from surveys.enums import ExportKind
from surveys.models.editions import Edition


class Dataset(models.Model):
    """Unchangeable (trigger). A correction is a new number with a reason. `file` is written by
    scoring.engine.dataset's format: all responses stand in it, `excluded` of them (with `excluded_ratings`) with the
    reason why a run leaves them out; None where nobody could be left out yet.
    """

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="datasets")
    number = models.PositiveSmallIntegerField(_("number"))
    file = models.FileField(_("file"), upload_to="datasets")
    sha256 = models.CharField(max_length=64)
    responses = models.PositiveIntegerField(_("responses"))
    ratings = models.PositiveIntegerField(_("ratings"))
    excluded = models.PositiveIntegerField(_("responses excluded"), null=True)
    excluded_ratings = models.PositiveIntegerField(_("ratings excluded"), null=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    frozen_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    frozen_at = models.DateTimeField(_("frozen at"))

    class Meta:
        ordering: ClassVar = ["edition", "number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["edition", "number"], name="dataset_number_once")]
        verbose_name = _("dataset")
        verbose_name_plural = _("datasets")

    def __str__(self) -> str:
        return f"{self.edition} · {self.number}"


class DatasetExport(models.Model):
    """A dataset as one archive of files with labels. `fewest` is the k of a version for researchers; `changes` says
    what was changed for it: list of {"kind", "table", "name", "rows", "of"}. `file` is empty until the job has written
    it.
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="exports")
    kind = models.CharField(_("version"), max_length=20, choices=ExportKind)
    fewest = models.PositiveSmallIntegerField(_("smallest group"), null=True)
    language = models.CharField(_("language of the labels"), max_length=5)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    file = models.FileField(_("file"), upload_to="exports", blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    changes = models.JSONField(default=list)
    made_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        ordering: ClassVar = ["dataset", "-made_at", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(kind__in=ExportKind.values), name="dataset_export_kind_known"),
            models.CheckConstraint(
                condition=models.Q(kind=ExportKind.FULL, fewest__isnull=True)
                | models.Q(kind=ExportKind.RESEARCH, fewest__gte=5),
                name="dataset_export_protects",
            ),
        ]
        verbose_name = _("export of a dataset")
        verbose_name_plural = _("exports of datasets")

    def __str__(self) -> str:
        return f"{self.dataset} · {self.get_kind_display()}"
