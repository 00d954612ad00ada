"""A frame of businesses that do not exist, as the file that an association would be given.

Tax codes begin with 00, which no province has; addresses of mail end in example.com, which nobody owns.
"""

import csv
import io
from collections.abc import Iterator, Sequence

import numpy as np
from stdnum.vn import mst

from surveys.demo.sample import NAMES, population_drawn
from surveys.enums import RespondentType
from surveys.workbook import EditionContent

HEADINGS = (
    "Mã số thuế", "Tên doanh nghiệp", "Loại hình", "Huyện, thành phố", "Địa chỉ", "Lĩnh vực", "Quy mô",
    "Số năm hoạt động", "Điện thoại", "Thư điện tử", "Cơ quan đã làm việc",
)  # fmt: skip
STREETS = ("Lý Bôn", "Trần Hưng Đạo", "Lê Lợi", "Quang Trung", "Hai Bà Trưng", "Trần Thái Tông", "Long Hưng", "Kỳ Đồng")
HAS_EMAIL = 0.7


def frame_rows(
    content: EditionContent, size: int, rng: np.random.Generator, *, phones: bool = False
) -> Iterator[list[str]]:
    """`size` businesses with the margins of the edition; with `phones`, each has a number (only for measuring)."""
    labels = {(field.code, str(option.value)): option.vi for field in content.profile for option in field.options}
    for number, profile in enumerate(population_drawn(content, size, rng), 1):
        kind = RespondentType(profile["type"])
        place = labels.get(("locality", profile.get("locality", "")), "")
        yield [
            simulated_tax_code(number),
            f"{NAMES[kind]} {number:05d}",
            labels["type", profile["type"]],
            place,
            f"Số {1 + number % 997} đường {STREETS[number % len(STREETS)]}, {place}",
            *(labels.get((field, profile.get(field, "")), "") for field in ("sector", "size", "age")),
            f"09{rng.integers(10_000_000, 99_999_999)}" if phones else "",
            f"dn{number:05d}@example.com" if rng.random() < HAS_EMAIL else "",
            "",
        ]


def frame_csv(content: EditionContent, size: int, rng: np.random.Generator) -> bytes:
    """The file as CSV in UTF-8; the same generator gives the same bytes."""
    return csv_of(frame_rows(content, size, rng))


def csv_of(rows: Iterator[list[str]] | Sequence[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(HEADINGS)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def simulated_tax_code(number: int) -> str:
    """The `number`-th tax code that begins with 00 and has a check digit."""
    # One serial number in eleven has no check digit of one place: the next one is taken, with a step that leaves room.
    serial = number * 2
    while len(digit := mst.calc_check_digit(f"00{serial:07d}")) > 1:
        serial += 1
    return f"00{serial:07d}{digit}"
