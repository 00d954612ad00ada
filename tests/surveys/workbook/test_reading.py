"""Every fault of a workbook is found, with its place, and all of them at once."""

from datetime import date
from typing import Any

import pytest
from django.utils import translation

from surveys.workbook import WorkbookFaults, workbook_read, workbook_template
from surveys.workbook.content import ordered
from surveys.workbook.example import EXAMPLE
from tests.surveys.workbook.books import Formula, book, example_lines, faults_of, titles_of


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


def test_the_example_reads_as_it_was_written() -> None:
    assert workbook_read(book(example_lines())).content == ordered(EXAMPLE)


def test_the_template_can_be_imported_as_it_stands() -> None:
    assert workbook_read(workbook_template()).content == ordered(EXAMPLE)


CELLS = [
    # sheet, line, column, value, places and sentences
    ("edition", 0, "year", None, [("edition!B2", "“year” must be filled in.")]),
    ("edition", 0, "year", "hai nghìn", [("edition!B2", "“hai nghìn” is not a number.")]),
    ("edition", 0, "year", 1999, [("edition!B2", "The number must be at least 2000.")]),
    ("edition", 0, "is_simulated", "maybe", [("edition!B7", "Write yes or no here, not “maybe”.")]),
    ("edition", 0, "closes_on", date(2027, 8, 1), [("edition!B10", "The last day is before the first day.")]),
    ("edition", 0, "opens_on", "31/2/2027",
     [("edition!B9", "“31/2/2027” is not a date. Write day/month/year, such as 31/12/2024.")]),
    ("blocks", 0, "name_vi", "x" * 101, [("blocks!B2", "The text has 101 characters; at most 100 are possible.")]),
    ("blocks", 1, "name_en", "", [("blocks!C3", "“name_en” must be filled in.")]),
    ("units", 0, "kind", "ministry",
     [("units!B2", "“ministry” is not possible here. Choose one of: "
       "department, city, district, commune, ward, special_zone.")]),
    ("units", 0, "code", "sở công thương",
     [("units!A2", "“sở công thương” cannot be a code: use letters without marks, digits, - and _."),
      ("hard_data!A2", "“so-cong-thuong” does not exist in the sheet “units”.")]),
    ("units", 1, "valid_to", date(2020, 1, 1), []),
    ("units", 1, "predecessors", "xa-tran-lam",
     [("units!K3", "“lineage” must be filled in."), ("units!L3", "“lineage_on” must be filled in.")]),
    ("units", 1, "lineage", "merged", [("units!J3", "Name the units that this one came from.")]),
    ("scales", 4, "maximum", None, [("scales!G6", "A number scale needs a smallest and a largest number.")]),
    ("scales", 4, "maximum", 0, [("scales!G6", "The largest number must be above the smallest.")]),
    ("scales", 2, "label_en", None, [("scales!E4", "“label_en” must be filled in.")]),
    ("scales", 2, "value", 2, [
        ("scales!C4", "“agree4 · 2” stands in row 3 already."),
        ("indicators!L2", "The answer scale has no answer 3."),
    ]),
    ("scales", 3, "kind", "yesno", [("scales!B5", "All lines of a scale have the same kind.")]),
    ("questions", 0, "scale", "agree9", [("questions!D2", "“agree9” does not exist in the sheet “scales”.")]),
    ("questions", 0, "shown_if", "TG1 = 3", [("questions!K2", "The question “TG1” is not asked before this one.")]),
    ("questions", 1, "shown_if", "MB9 = 3", [("questions!K3", "“MB9” does not exist in the sheet “questions”.")]),
    ("questions", 1, "shown_if", "MB1 = 5", [("questions!K3", "The answer scale has no answer 5.")]),
    ("questions", 1, "shown_if", "if KC1",
     [("questions!K3", "“if KC1” is not a condition. Write a question and its answers, such as KC1 = 3, 4.")]),
    ("questions", 1, "blocks", "departments",
     [("indicators!K3", "The question “TG1” is not asked in the block “localities”.")]),
    ("indicators", 0, "direction", None, [("indicators!G2", "“direction” must be filled in.")]),
    ("indicators", 0, "share_of", "4; 7", [("indicators!L2", "The answer scale has no answer 7.")]),
    ("indicators", 0, "share_of", None, [("indicators!L2", "A share needs the answers that count.")]),
    ("indicators", 0, "question", None, [("indicators!K2", "An indicator from the survey needs a question.")]),
    ("indicators", 1, "statistic", "share", [
        ("indicators!J3", "A question for a number is measured by a mean or a median."),
        ("indicators!L3", "A share needs the answers that count."),
    ]),
    ("indicators", 1, "scale_high", 0, [("indicators!P3", "The highest value must be above the lowest.")]),
    ("indicators", 2, "question", "TG1", [("indicators!K4", "An indicator from records has no question.")]),
    ("indicators", 2, "statistic", "mean", [("indicators!J4", "An indicator from records has the statistic “value”.")]),
    ("indicators", 2, "weight", 0, [("indicators!I4", "The number must be at least 0.0001.")]),
    ("sub_indices", 0, "weight:departments", None, [
        ("questions!C2", "The sub-index “transparency” has no weight in the block “departments”."),
        ("indicators!C2", "The sub-index “transparency” has no weight in the block “departments”."),
    ]),
    ("profile", 0, "option", "company", [
        ("profile!D2", "“company” is not possible here. Choose one of: enterprise, cooperative, household."),
        ("eligibility", "There is no rule for the block “departments” and the type “company”."),
        ("eligibility", "There is no rule for the block “localities” and the type “company”."),
        ("eligibility!B2", "The profile question “type” has no option “enterprise”."),
        ("eligibility!B5", "The profile question “type” has no option “enterprise”."),
    ]),
    ("profile", 0, "text_en", None, [("profile!C2", "“text_en” must be filled in.")]),
    ("eligibility", 0, "min_units", 3, [("eligibility!D2", "“At most” is below “at least”.")]),
    ("eligibility", 1, "respondent_type", "enterprise", [
        ("eligibility", "There is no rule for the block “departments” and the type “cooperative”."),
        ("eligibility!B3", "“departments · enterprise” stands in row 2 already."),
    ]),
    ("margins", 0, "count", 1.5, [("margins!C2", "“1.5” is not a whole number.")]),
    ("margins", 1, "option", "huge", [
        ("margins!A2", "The margin “size” lacks the option “from-10”."),
        ("margins!B3", "The profile question “size” has no option “huge”."),
    ]),
    ("hard_data", 0, "indicator", "MB1", [("hard_data!B2", "“MB1” is not an indicator from records.")]),
    ("hard_data", 0, "unit", "phuong-tran-lam",
     [("hard_data!B2", "“TG2” does not count in the block of “phuong-tran-lam”.")]),
    ("hard_data", 0, "value", 101, [("hard_data!C2", "The value lies outside 0 to 100.")]),
    ("hard_data", 0, "value", Formula("#DIV/0!"), [("hard_data!C2", "The formula in this cell gives an error.")]),
    ("hard_data", 0, "period", date(2027, 1, 1), [
        ("hard_data!E2",
         "The spreadsheet has turned this text into a date. Format the cell as text and type it again."),
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("sheet", "line", "column", "value", "expected"), CELLS)
def test_a_spoilt_cell_is_reported_where_it_stands(
    sheet: str, line: int, column: str, value: Any, expected: list[tuple[str, str]]
) -> None:
    lines = example_lines()
    lines[sheet][line][column] = value

    assert faults_of(book(lines)) == expected


def test_a_missing_sheet_is_reported_once_and_the_rest_is_still_read() -> None:
    lines = example_lines()
    del lines["blocks"]
    lines["edition"][0]["title_en"] = ""

    found = faults_of(book(lines))

    assert found[:2] == [("edition!B4", "“title_en” must be filled in."), ("blocks", "The sheet “blocks” is missing.")]


def test_an_empty_sheet_is_reported_where_lines_are_needed() -> None:
    lines = example_lines()
    lines["units"], lines["margins"], lines["hard_data"] = [], [], []

    assert faults_of(book(lines)) == [("units", "The sheet “units” has no lines.")]


def test_unknown_missing_and_repeated_titles_are_reported() -> None:
    lines = example_lines()
    titles = titles_of("blocks", lines["blocks"])

    unknown = book(lines, titles={"blocks": [*titles, "name_fr"]})
    missing = book(lines, titles={"blocks": titles[:-1]})
    repeated = book(lines, titles={"blocks": [*titles, "code"]})

    assert faults_of(unknown) == [("blocks!D1", "The column “name_fr” is unknown. Is “name_vi” meant?")]
    assert faults_of(missing)[0] == ("blocks", "The column “name_en” is missing.")
    assert faults_of(repeated) == [("blocks!D1", "The column “code” stands here twice.")]


def test_every_block_needs_its_column_of_weights() -> None:
    lines = example_lines()
    for line in lines["sub_indices"]:
        line["weight:wards"] = line.pop("weight:localities")

    found = faults_of(book(lines))

    assert ("sub_indices", "The column “weight:localities” is missing.") in found
    assert ("sub_indices!G1", "“wards” does not exist in the sheet “blocks”.") in found


def test_a_sub_index_needs_a_weight_and_an_indicator_in_each_of_its_blocks() -> None:
    without_weight, without_indicator = example_lines(), example_lines()
    without_weight["sub_indices"][1] |= {"weight:departments": None, "weight:localities": 0}
    without_indicator["indicators"] = without_indicator["indicators"][1:]

    assert ("sub_indices!F3", "This sub-index has no weight in any block.") in faults_of(book(without_weight))
    assert faults_of(book(without_indicator)) == [
        ("sub_indices!F2", "The sub-index “transparency” has no indicator in the block “departments”."),
        ("sub_indices!G2", "The sub-index “transparency” has no indicator in the block “localities”."),
    ]


def test_a_unit_has_one_line_and_one_block() -> None:
    lines = example_lines()
    lines["units"].append({**lines["units"][0], "block": "localities"})

    assert faults_of(book(lines)) == [
        ("units!A4", "“so-cong-thuong” stands in row 2 already."),
        ("units!G4", "The unit “so-cong-thuong” is in the block “departments” already; a unit has one block."),
    ]


def test_codes_of_the_dataset_cannot_be_taken() -> None:
    lines = example_lines()
    for line in lines["profile"][3:]:
        line["code"] = "stratum"
    for line in lines["margins"]:
        line["field"] = "stratum"

    assert faults_of(book(lines)) == [
        ("profile!A5", "“stratum” is used by the dataset itself. Choose another code."),
    ]


def test_margins_of_different_questions_have_the_same_total() -> None:
    lines = example_lines()
    kinds = {"enterprise": 7000, "cooperative": 100, "household": 5001}
    lines["margins"] += [{"field": "type", "option": kind, "count": count} for kind, count in kinds.items()]

    assert faults_of(book(lines)) == [("margins!C4", "The margin “type” adds up to 12101, but “size” to 12100.")]


def test_all_faults_are_reported_at_once_in_the_order_of_the_sheets() -> None:
    lines = example_lines()
    lines["hard_data"][0]["value"] = "nhiều"
    lines["edition"][0]["year"] = None
    lines["units"][1]["kind"] = "town"
    lines["units"][0]["block"] = "sections"

    places = [place for place, _sentence in faults_of(book(lines))]

    assert places == ["edition!B2", "blocks!A2", "units!G2", "units!B3", "hard_data!B2", "hard_data!C2"]


def test_columns_may_stand_in_any_order_and_lines_may_be_blank() -> None:
    lines = example_lines()
    lines["blocks"].insert(1, {})
    titles = {"blocks": ["name_en", "code", "name_vi"]}

    assert workbook_read(book(lines, titles=titles)).content == ordered(EXAMPLE)


def test_text_is_normalised_and_numbers_are_read_as_people_write_them() -> None:
    lines = example_lines()
    lines["units"][0]["name_vi"] = "  Sở Công Thương\u00a0"
    lines["hard_data"][0] |= {"value": "97,5", "dossiers": "1240", "period": 2027}
    lines["edition"][0] |= {"opens_on": "1/9/2027", "closes_on": "2027-10-31", "is_simulated": "Không"}

    assert workbook_read(book(lines)).content == ordered(EXAMPLE)


def test_what_is_no_workbook_is_refused_with_one_sentence() -> None:
    for data in (b"", b"code,name\n1,2\n", b"PK\x03\x04 broken", book(example_lines())[:4000]):
        with pytest.raises(WorkbookFaults) as refused:
            workbook_read(data)
        assert [fault.sentence for fault in refused.value.faults] == ["This is not an Excel workbook (.xlsx)."]


def test_a_cell_in_the_far_corner_does_not_fill_the_memory() -> None:
    lines = example_lines()
    titles = titles_of("units", lines["units"])
    far = [*titles, *[f"x{number}" for number in range(3)]]
    lines["units"] += [{}] * 700_000
    lines["units"].append({"x2": "stray"})

    assert faults_of(book(lines, titles={"units": far})) == [
        ("", "A sheet reaches over too many rows and columns. Delete the empty ones."),
    ]
