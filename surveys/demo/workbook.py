"""The workbook of the demonstration."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from surveys.workbook import workbook_read, workbook_write

FILE = Path(__file__).parent / "thai-binh-2024.xlsx"


def demo_workbook() -> bytes:
    """DDCI Thái Bình 2024: a plausible framework with simulated figures."""
    return FILE.read_bytes()


FEWEST_EARLIER = 10


def earlier_workbook(year: int) -> bytes:
    """The same framework in an earlier year with fewer answers: what came of it is compared with the year after."""
    content = workbook_read(demo_workbook()).content
    edition = replace(
        content.edition,
        year=year,
        title_vi=f"DDCI Thái Bình năm {year}",
        title_en=f"DDCI Thái Bình {year}",
        opens_on=date(year, 8, 1),
        closes_on=date(year, 10, 31),
        minimum_ratings=FEWEST_EARLIER,
    )
    return workbook_write(replace(content, edition=edition))


def trial_workbook(year: int) -> bytes:
    """The same framework for a later year, to try answering: nothing of it is ever published by the demonstration."""
    content = workbook_read(demo_workbook()).content
    edition = replace(
        content.edition,
        year=year,
        title_vi=f"DDCI Thái Bình năm {year} (thử nghiệm)",
        title_en=f"DDCI Thái Bình {year} (trial)",
        opens_on=date(year, 3, 1),
        closes_on=date(year, 12, 31),
    )
    return workbook_write(replace(content, edition=edition))
