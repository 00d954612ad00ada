"""The change since the last edition on paper: tested and taken apart on the scorecard, which stays on four pages."""

import io
import re
import subprocess

import pikepdf
import pytest
from django.utils import translation

from reports import sentences
from reports.pdf.book import unit_page
from reports.pdf.reading import reading_of
from reports.pdf.scorecard import scorecard, scorecard_context
from tests.reports.releases import releases_over

pytestmark = pytest.mark.django_db


def words_of(pdf: bytes) -> str:
    found = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return re.sub(r"\s+", " ", found.stdout.decode())


def test_scorecard_says_the_change_its_test_and_its_parts_on_four_pages() -> None:
    reading = reading_of(releases_over(2023, 2024, units=3), "vi")
    result = reading.units[0]

    pdf = scorecard(result, reading)

    with translation.override("vi"):
        expected = [sentences.change_sentence(result.row.change), sentences.parts_sentence(result.row.parts)]
    words = words_of(pdf)
    assert all(expected)
    assert all(sentence in words for sentence in expected)
    assert len(pikepdf.open(io.BytesIO(pdf)).pages) == 4


def test_book_leaves_the_parts_out_so_that_units_stay_on_one_page() -> None:
    reading = reading_of(releases_over(2023, 2024, units=3), "vi")
    result = reading.units[0]

    with translation.override("vi"):
        card, page = scorecard_context(result, reading), unit_page(result)
        change = sentences.change_sentence(result.row.change)

    assert card["parts"]
    assert change in page["front_sentences"]
    assert card["parts"] not in page["front_sentences"]


def test_without_an_earlier_edition_nothing_is_said_of_change() -> None:
    reading = reading_of(releases_over(2024, units=3), "vi")

    with translation.override("vi"):
        card = scorecard_context(reading.units[0], reading)

    assert card["parts"] == ""
    assert len(card["front_sentences"]) == 2
