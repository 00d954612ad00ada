"""The frozen dataset: one canonical file, known by its SHA-256."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
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
