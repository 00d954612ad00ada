"""What the world sees: files made once from a publication, known by their hash."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.enums import FileFormat, ReportKind
from scoring.models import Publication
from surveys.models import BlockUnit


class ReportFile(models.Model):
    """Rendered once, stored with its SHA-256, unchangeable (trigger). `name` is the file name offered for download.

    `language` is empty for files without words of one language; `block_unit` only for files of one unit.
    """

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="files")
    kind = models.CharField(_("kind"), max_length=12, choices=ReportKind)
    format = models.CharField(_("format"), max_length=8, choices=FileFormat)
    language = models.CharField(_("language"), max_length=2, blank=True)
    block_unit = models.ForeignKey(BlockUnit, null=True, on_delete=models.PROTECT, related_name="report_files")
    name = models.CharField(_("file name"), max_length=120)
    file = models.FileField(_("file"), upload_to="reports", max_length=300)
    size = models.PositiveIntegerField(_("bytes"))
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        ordering: ClassVar = ["publication", "kind", "block_unit__unit__code", "language", "name"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["publication", "name"], name="report_file_name_once")]
        verbose_name = _("report file")
        verbose_name_plural = _("report files")

    def __str__(self) -> str:
        return self.name
