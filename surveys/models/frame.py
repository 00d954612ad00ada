"""The frame: every business that could be asked, as the province keeps it, and how it came in.

Contact data live here and on the invitation only; no answer ever points at a business.
"""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Job, Province, User
from surveys.enums import DuplicateKind, DuplicateState, FrameChange, FrameFault, RespondentType


class FrameImport(models.Model):
    """One file of businesses: who brought it, which column was which, and what it changed. The file itself is removed
    when its businesses are taken over.
    """

    province = models.ForeignKey(Province, on_delete=models.CASCADE, related_name="frame_imports")
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    file_name = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to="frame/", blank=True)
    headings = models.JSONField(default=list)
    mapping = models.JSONField(_("columns"), default=dict)
    whole = models.BooleanField(_("the file is the whole frame"), default=True)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    finished_at = models.DateTimeField(null=True)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    rejected = models.PositiveIntegerField(_("rejected"), default=0)
    noted = models.PositiveIntegerField(_("taken over with a remark"), default=0)
    new = models.PositiveIntegerField(_("new"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    same = models.PositiveIntegerField(_("unchanged"), default=0)
    gone = models.PositiveIntegerField(_("gone"), default=0)
    changes = models.JSONField(_("changed fields"), default=dict)

    class Meta:
        ordering: ClassVar = ["province", "-uploaded_at", "-id"]
        verbose_name = _("import of the frame")
        verbose_name_plural = _("imports of the frame")

    def __str__(self) -> str:
        return f"{self.file_name} · {self.sha256[:12]}"


class Business(models.Model):
    """A business of the province's frame.

    `key` is the tax code, or a fingerprint of name, address and locality where there is none; a tax code that stands
    twice in a file gets `#2`, so that both rows can be looked at. Bands are codes of the edition's profile questions,
    `units` codes of units it had dealings with.
    """

    province = models.ForeignKey(Province, on_delete=models.CASCADE, related_name="businesses")
    key = models.CharField(max_length=40)
    tax_code = models.CharField(_("tax code"), max_length=13, blank=True)
    name = models.CharField(_("name"), max_length=200)
    plain_name = models.CharField(max_length=200)
    type = models.CharField(_("type"), max_length=20, choices=RespondentType)
    locality = models.CharField(_("locality"), max_length=40)
    address = models.CharField(_("address"), max_length=300, blank=True)
    sector = models.CharField(_("sector"), max_length=40, blank=True)
    size = models.CharField(_("size"), max_length=40, blank=True)
    age = models.CharField(_("age"), max_length=40, blank=True)
    phone = models.CharField(_("telephone"), max_length=16, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    units = models.JSONField(_("units it had dealings with"), default=list)
    present = models.BooleanField(_("in the frame"), default=True)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="merged")
    change = models.CharField(_("last change"), max_length=10, choices=FrameChange, default=FrameChange.NEW)
    changed_in = models.ForeignKey(FrameImport, null=True, on_delete=models.SET_NULL, related_name="businesses")

    class Meta:
        ordering: ClassVar = ["province", "plain_name", "key"]
        indexes: ClassVar = [
            models.Index(fields=["province", "plain_name", "key"], name="business_by_name"),
            models.Index(fields=["province", "tax_code"], name="business_by_tax_code"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["province", "key"], name="business_once"),
            models.CheckConstraint(condition=models.Q(type__in=RespondentType.values), name="business_type_known"),
            models.CheckConstraint(
                condition=~models.Q(merged_into=models.F("id")), name="business_not_merged_into_itself"
            ),
        ]
        verbose_name = _("business")
        verbose_name_plural = _("businesses")

    def __str__(self) -> str:
        return self.name


class FrameImportFault(models.Model):
    """A row of the file that was not taken over, or a cell that was left out of one that was (`rejected` = False).

    `cells` holds a rejected row as it stood, so that it can be corrected and sent again; it goes with the next import.
    """

    frame_import = models.ForeignKey(FrameImport, on_delete=models.CASCADE, related_name="faults")
    row = models.PositiveIntegerField(_("row"))
    column = models.CharField(_("column"), max_length=20, blank=True)
    reason = models.CharField(_("reason"), max_length=30, choices=FrameFault)
    value = models.CharField(_("cell"), max_length=100, blank=True)
    rejected = models.BooleanField(default=True)
    cells = models.JSONField(default=list)

    class Meta:
        ordering: ClassVar = ["frame_import", "-rejected", "row", "id"]
        indexes: ClassVar = [models.Index(fields=["frame_import", "-rejected", "row"], name="frame_fault_by_row")]
        verbose_name = _("fault of an import")
        verbose_name_plural = _("faults of imports")

    def __str__(self) -> str:
        return f"{self.row} · {self.reason}"


class Duplicate(models.Model):
    """Two rows of the frame that may be one business; a person decides."""

    first = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="duplicates")
    second = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="duplicate_of")
    kind = models.CharField(_("why"), max_length=20, choices=DuplicateKind)
    likeness = models.FloatField(_("likeness"))
    state = models.CharField(_("state"), max_length=10, choices=DuplicateState, default=DuplicateState.OPEN)

    class Meta:
        ordering: ClassVar = ["-likeness", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_once"),
            models.CheckConstraint(condition=~models.Q(first=models.F("second")), name="duplicate_not_itself"),
            models.CheckConstraint(condition=models.Q(state__in=DuplicateState.values), name="duplicate_state_known"),
        ]
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")

    def __str__(self) -> str:
        return f"{self.first_id} = {self.second_id}"
