"""Frames of businesses, imported by the real services from files as an association would send them."""

import csv
import io
from collections.abc import Sequence

from accounts.models import Province
from accounts.services import job_execute
from ddci.core.text import without_marks
from surveys.demo.frame import simulated_tax_code
from surveys.models import Business, Edition, FrameImport, ProfileField
from surveys.population.columns import mapping_guess
from surveys.services.frame_imports import frame_import_start, frame_upload
from tests.factories.editions import LOCALITIES, NOW, edition_make

HEADINGS = ["Mã số thuế", "Tên doanh nghiệp", "Loại hình", "Huyện", "Địa chỉ", "Quy mô", "Điện thoại", "Email"]
TYPES = ["Doanh nghiệp", "Doanh nghiệp", "Hộ kinh doanh", "Doanh nghiệp", "Hợp tác xã"]
SIZES = ["Dưới 10 lao động", "Từ 10 lao động"]


def framed_edition(*, units: int = 3, **facts: object) -> Edition:
    """An edition in preparation that asks for the locality, so that a frame can be read against it."""
    edition = edition_make(units=units, **facts)  # type: ignore[arg-type]
    options = [{"code": code, "vi": f"Huyện {vi}", "en": en} for code, vi, en in LOCALITIES[:units]]
    ProfileField.objects.create(
        edition=edition, code="locality", text_vi="Địa bàn", text_en="Locality", options=options, position=2
    )
    return edition


def business_row(number: int, **cells: str) -> list[str]:
    """A row under HEADINGS; every third locality in turn, types and sizes mixed. `cells` by heading override."""
    row = [
        simulated_tax_code(number),
        f"Công ty TNHH Thử nghiệm {number:05d}",
        TYPES[number % 5],
        f"Huyện {LOCALITIES[number % 3][1]}",
        f"Số {number} đường Lý Bôn",
        SIZES[number % 4 == 0],
        f"0912{number:06d}",
        f"dn{number}@example.com",
    ]
    return [cells.get(heading, cell) for heading, cell in zip(HEADINGS, row, strict=True)]


def frame_file(rows: Sequence[Sequence[str]], headings: Sequence[str] = HEADINGS) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows([headings, *rows])
    return text.getvalue().encode("utf-8-sig")


def frame_imported(
    province: Province, rows: Sequence[Sequence[str]], *, whole: bool = True, headings: Sequence[str] = HEADINGS
) -> FrameImport:
    """The finished import of such a file (jobs run inline; call it where on-commit hooks run)."""
    data = frame_file(rows, headings)
    uploaded = frame_upload(province=province, name="danh-sach.csv", data=data, by=None, now=NOW)
    mapping = mapping_guess(uploaded.headings)
    started = frame_import_start(frame_import=uploaded, mapping=mapping, whole=whole, by=None, now=NOW)
    job_execute(str(started.job_id))  # does nothing where the job already ran on commit
    started.refresh_from_db()
    return started


def business_make(province: Province, number: int, **facts: object) -> Business:
    """A business as an import would have written it."""
    tax_code, name = simulated_tax_code(number), f"Công ty TNHH Lúa Vàng {number:03}"
    given: dict[str, object] = {
        "key": tax_code,
        "tax_code": tax_code,
        "name": name,
        "plain_name": without_marks(name),
        "type": "enterprise",
        "locality": "tp-thai-binh",
        "address": f"Số {number} đường Lý Bôn",
        "phone": f"+84912{number:06d}",
        "email": f"dn{number}@example.com",
    }
    return Business.objects.create(province=province, **{**given, **facts})
