"""Kinds of files that are made from a publication."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReportKind(models.TextChoices):
    BOOK = "book", _("Ranking book")
    SCORECARD = "scorecard", _("Scorecard")
    TABLE = "table", _("Data table")
    CHART = "chart", _("Chart")
    ARCHIVE = "archive", _("All files in one archive")


class FileFormat(models.TextChoices):
    PDF = "pdf", "PDF"
    CSV = "csv", "CSV"
    XLSX = "xlsx", "XLSX"
    JSON = "json", "JSON"
    SVG = "svg", "SVG"
    ZIP = "zip", "ZIP"
