"""Deleting what of the frame is no longer needed: retention of personal data."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Q

from accounts.models import Province, User
from accounts.services import audit
from surveys.models import Business, FrameImport, FrameImportFault
from surveys.selectors.frame import imports_given_up


@dataclass(frozen=True)
class Forgotten:
    """Businesses whose contact data were deleted, rejected rows deleted, files deleted that nobody took over."""

    businesses: int
    rows: int
    files: int


@transaction.atomic
def frame_forget(*, province: Province, before: datetime, by: User | None, now: datetime) -> Forgotten:
    """Delete address, telephone and e-mail of businesses that left the frame before a moment, the rejected rows of
    imports finished before it, and files uploaded before it that nobody took over.

    Names and tax codes stay: they say who was in the frame from which a sample was drawn.
    """
    gone = Business.objects.filter(province=province, present=False, changed_in__finished_at__lt=before)
    known = gone.filter(~Q(phone="") | ~Q(email="") | ~Q(address=""))
    businesses = known.update(phone="", email="", address="")
    old = FrameImportFault.objects.filter(frame_import__province=province, frame_import__finished_at__lt=before)
    rows = old.count()
    old.delete()
    waiting = list(imports_given_up(province).filter(uploaded_at__lt=before))
    files = [(each.file.storage, str(each.file.name)) for each in waiting if each.file]
    FrameImport.objects.filter(pk__in=[each.pk for each in waiting]).delete()
    for storage, name in files:
        transaction.on_commit(partial(storage.delete, name))
    forgotten = Forgotten(businesses, rows, len(files))
    note = f"{businesses}; {rows}; {len(files)}"
    audit(action="frame.forget", subject=province, by=by, now=now, province=province, note=note)
    return forgotten
