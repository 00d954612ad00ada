"""Files of numbers: the same numbers as in the database, in three formats."""

import csv
import io
import json
import time
from datetime import timedelta

import openpyxl
import pytest

from reports.tables import BYTE_ORDER_MARK, TableFile, tables_of
from scoring.models import IndicatorScore, Publication, Score, SubIndexScore
from surveys.models import Unit
from tests.factories.results import published_edition
from tests.reports.releases import THIN, WITHHELD, release_with_gaps

pytestmark = pytest.mark.django_db


def file_of(publication: Publication, ending: str) -> TableFile:
    return next(table for table in tables_of(publication) if table.name.endswith(ending))


def lines_of(publication: Publication) -> list[dict[str, str]]:
    text = file_of(publication, ".csv").content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_names_hold_province_year_and_release() -> None:
    assert [table.name for table in tables_of(published_edition())] == [
        "ddci-thai-binh-2024-r1-scores.csv",
        "ddci-thai-binh-2024-r1-results-vi.xlsx",
        "ddci-thai-binh-2024-r1-results-en.xlsx",
        "ddci-thai-binh-2024-r1-results.json",
    ]


def test_csv_gives_back_the_scores_to_the_last_digit() -> None:
    publication = published_edition(responses=60)

    lines = lines_of(publication)

    stored = {score.block_unit.unit.code: score for score in Score.objects.filter(run=publication.run)}
    assert {line["unit"] for line in lines} == set(stored)
    for line in lines:
        score = stored[line["unit"]]
        assert float(line["score"]) == score.total
        assert (int(line["rank"]), int(line["n"])) == (score.rank, score.n)
        assert line["tied_with"].split() == score.tied_with
    assert {line["simulated"] for line in lines} == {"true"}


def test_csv_opens_in_excel_as_utf8() -> None:
    content = file_of(published_edition(), ".csv").content.decode()

    assert content.startswith(BYTE_ORDER_MARK + "block,unit,")
    assert "Sở Công Thương" in content


def test_units_without_rank_have_reasons_and_no_figures() -> None:
    lines = {line["unit"]: line for line in lines_of(release_with_gaps())}

    assert (lines[WITHHELD]["status"], lines[WITHHELD]["reason_en"]) == ("withheld", "Being reorganised.")
    assert lines[THIN]["status"] == "insufficient"
    for code in (WITHHELD, THIN):
        assert [lines[code][column] for column in ("score", "low", "high", "rank", "band", "adjustment")] == [""] * 6


def test_workbook_has_notes_and_every_row() -> None:
    publication = release_with_gaps()
    book = openpyxl.load_workbook(io.BytesIO(file_of(publication, "-vi.xlsx").content))

    assert book.sheetnames == ["Ghi chú", "Điểm", "Chỉ số thành phần", "Chỉ tiêu"]
    assert book["Ghi chú"]["A1"].value == "Dữ liệu mô phỏng"
    assert book["Điểm"].max_row - 1 == Score.objects.filter(run=publication.run).count()
    assert book["Chỉ số thành phần"].max_row - 1 == SubIndexScore.objects.filter(run=publication.run).count()
    shown = IndicatorScore.objects.filter(run=publication.run).exclude(block_unit__unit__code=WITHHELD)
    assert book["Chỉ tiêu"].max_row - 1 == shown.count()
    totals = {row[1].value: row[5].value for row in book["Điểm"].iter_rows(min_row=2)}
    stored = Score.objects.filter(run=publication.run, status="ranked")
    assert {code: total for code, total in totals.items() if total is not None} == pytest.approx(
        {score.block_unit.unit.code: score.total for score in stored}
    )


def test_english_workbook_has_english_headings() -> None:
    book = openpyxl.load_workbook(io.BytesIO(file_of(published_edition(), "-en.xlsx").content))

    assert book.sheetnames == ["Notes", "Scores", "Sub-indices", "Indicators"]
    assert [cell.value for cell in book["Scores"][1]][:6] == ["Block", "Code", "Unit", "Status", "Ratings", "Score"]


def test_json_is_canonical_and_complete() -> None:
    publication = published_edition(responses=60)
    content = file_of(publication, ".json").content.decode()

    results = json.loads(content)

    assert content == json.dumps(results, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n"
    assert results["recipe"] == publication.run.recipe.content
    assert results["result_sha256"] == publication.run.result_sha256
    assert results["simulated"] is True
    unit = next(item for item in results["units"] if item["unit"] == "so-cong-thuong")
    stored = IndicatorScore.objects.filter(run=publication.run, block_unit__unit__code="so-cong-thuong")
    assert {code: item["raw"] for code, item in unit["indicators"].items()} == {
        score.indicator.code: score.raw for score in stored
    }


def test_same_release_gives_the_same_bytes_at_another_time(monkeypatch: pytest.MonkeyPatch) -> None:
    publication = published_edition()
    first = tables_of(publication)
    later = time.time() + timedelta(days=3).total_seconds()
    monkeypatch.setattr(time, "time", lambda: later)

    assert tables_of(publication) == first


def test_csv_holds_no_formula() -> None:
    publication = published_edition(responses=30)
    Unit.objects.filter(code="so-tai-chinh").update(name_vi="=HYPERLINK(1)", name_en="@SUM(1)")

    names = {line["unit"]: (line["name_vi"], line["name_en"]) for line in lines_of(publication)}

    assert names["so-tai-chinh"] == ("'=HYPERLINK(1)", "'@SUM(1)")
