"""Workbooks are written whole, always the same, and the documentation says what they hold."""

from pathlib import Path

import pytest
from django.db import models

from surveys.models import Block, Edition, HardValue, Indicator, Question, SubIndex, Unit
from surveys.workbook import guide, workbook_read, workbook_template, workbook_write
from surveys.workbook.columns import Kind
from surveys.workbook.sheets import SHEETS
from tests.surveys.workbook.books import book, example_lines

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "workbook.md"
MODELS: list[tuple[str, type[models.Model]]] = [
    ("edition", Edition), ("blocks", Block), ("units", Unit), ("sub_indices", SubIndex), ("questions", Question),
    ("indicators", Indicator), ("hard_data", HardValue),
]  # fmt: skip


def test_the_same_content_gives_the_same_bytes() -> None:
    content = workbook_read(book(example_lines())).content

    assert workbook_write(content) == workbook_write(content)
    assert workbook_write(workbook_read(workbook_write(content)).content) == workbook_write(content)
    assert workbook_template() == workbook_template()


@pytest.mark.parametrize(("code", "model"), MODELS)
def test_no_text_can_be_longer_than_its_column_in_the_database(code: str, model: type[models.Model]) -> None:
    sheet = next(sheet for sheet in SHEETS if sheet.code == code)
    known = {field.name: field for field in model._meta.get_fields() if isinstance(field, models.CharField)}
    lengths = {
        column.code: (column.longest, known[column.code].max_length)
        for column in sheet.columns
        if column.code in known and column.kind in {Kind.TEXT, Kind.SLUG, Kind.MARK}
    }

    assert lengths
    assert {name: pair for name, pair in lengths.items() if pair[0] != pair[1]} == {}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_document_lists_every_column(language: str) -> None:
    assert guide.markdown(language) in DOCUMENT.read_text(encoding="utf-8")
