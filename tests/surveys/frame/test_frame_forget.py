"""Personal data of the frame go when they are no longer needed; who was in the frame stays known."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command

from accounts.models import AuditEntry
from surveys.models import Business, FrameImport, FrameImportFault
from surveys.services.frame_forget import Forgotten, frame_forget
from surveys.services.frame_imports import frame_upload
from tests.factories.editions import NOW
from tests.factories.frames import business_row, frame_file, frame_imported, framed_edition

pytestmark = pytest.mark.django_db


def test_contact_data_go_with_time_and_names_stay(django_capture_on_commit_callbacks) -> None:
    province = framed_edition().province
    frame_imported(province, [business_row(1), business_row(2)])
    last = frame_imported(province, [business_row(2), ["", "Không mã"]])
    waiting = frame_upload(province=province, name="a.csv", data=frame_file([business_row(3)]), by=None, now=NOW)
    ended = last.finished_at
    assert ended is not None

    nothing = frame_forget(province=province, before=NOW, by=None, now=NOW)
    with django_capture_on_commit_callbacks(execute=True):
        done = frame_forget(province=province, before=ended + timedelta(days=1), by=None, now=NOW)

    assert nothing == Forgotten(0, 0, 0)
    assert done == Forgotten(1, 1, 1)
    gone, kept = Business.objects.order_by("name")
    assert (gone.phone, gone.email, gone.address, gone.tax_code != "") == ("", "", "", True)
    assert kept.phone == "+84912000002"
    assert not FrameImportFault.objects.exists()
    assert not default_storage.exists(waiting.file.name)
    assert FrameImport.objects.count() == 2
    assert AuditEntry.objects.filter(action="frame.forget").count() == 2


def test_the_command_goes_through_all_provinces(capsys: pytest.CaptureFixture[str]) -> None:
    province = framed_edition().province
    frame_imported(province, [business_row(1)])

    call_command("frame_forget", "--days", "30")

    assert capsys.readouterr().out.strip() == "thai-binh: 0 doanh nghiệp, 0 dòng bị loại, 0 tệp."
