"""What must hold of a value from records, and what is only odd."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from surveys.workbook import workbook_read, workbook_write
from surveys.workbook.records import Limits, Record, far_values, record_dossiers, record_problems, record_value
from tests.surveys.workbook.books import book, example_lines, faults_of

SHARE = Limits(0, 100, ("early", "on_time"))
PLAIN = Limits(0, 18)
NEEDED = "A value is needed, or the counts of dossiers of which it is the share."


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


CASES = [
    (Record(value=12.5, period="2024"), PLAIN, []),
    (Record(value=18.01, period="2024"), PLAIN, [("value", "The value lies outside 0 to 18.")]),
    (Record(period="2024"), PLAIN, [("value", NEEDED)]),
    (Record(handled=200, early=50, on_time=140, late=10, period="Q1/2024"), SHARE, []),
    (
        Record(handled=200, early=50, on_time=140, late=9, period="2024"),
        SHARE,
        [("handled", "Early, on time and late add up to 199, but 200 were handled.")],
    ),
    (
        Record(early=50, on_time=140, late=10, value=95, period="2024"),
        SHARE,
        [("handled", "With counts of dossiers, the number handled is needed.")],
    ),
    (
        Record(value=99, handled=200, early=50, on_time=140, late=10, period="2024"),
        SHARE,
        [("value", "The value is 99, but the counts of dossiers give 95.00.")],
    ),
    (Record(value=95.0, handled=200, early=50, on_time=140, late=10, period="2024"), SHARE, []),
    (
        Record(value=5, dossiers=10, handled=20, period="2024"),
        PLAIN,
        [("dossiers", "The number of dossiers differs from the number handled.")],
    ),
    (Record(value=5, dossiers=-1, period="2024"), PLAIN, [("dossiers", "A number of dossiers cannot be below 0.")]),
    (
        Record(value=5, period="năm nay"),
        PLAIN,
        [("period", "“năm nay” is no period. Write 2024, Q1/2024, 09/2024 or 01/2024-09/2024.")],
    ),
    (Record(handled=0, early=0, on_time=0, late=0, period="2024"), SHARE, [
        ("value", NEEDED),
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("record", "limits", "problems"), CASES)
def test_what_cannot_be_is_found(record, limits, problems):
    assert list(record_problems(record, limits)) == problems


@pytest.mark.parametrize("period", ["2024", "Q4/2024", "H1/2024", "9/2024", "01/2024-09/2024", "01/01/2024–30/06/2024"])
def test_periods_that_are_understood(period):
    assert list(record_problems(Record(value=1, period=period), PLAIN)) == []


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.integers(0, 10_000))
def test_counts_that_add_up_give_a_share_between_0_and_100(early, on_time, late):
    record = Record(handled=early + on_time + late, early=early, on_time=on_time, late=late, period="2024")
    value = record_value(record, SHARE)
    if record.handled:
        assert value is not None
        assert 0 <= value <= 100
        assert list(record_problems(record, SHARE)) == []
        assert record_dossiers(record) == record.handled


def test_a_slip_of_the_decimal_mark_is_far_from_the_others_and_mere_spread_is_not():
    usual = {"a": 91.0, "b": 92.5, "c": 93.0, "d": 94.0, "e": 95.0}
    assert far_values(usual) == {}
    assert list(far_values({**usual, "f": 9.45})) == ["f"]
    assert far_values(dict.fromkeys("abcde", 100.0) | {"f": 1.0}) == {}
    assert far_values({"a": 1.0, "b": 2.0, "c": 3.0, "d": 99.0}) == {}


def counted_lines():
    lines = example_lines()
    lines["indicators"][2] |= {"counted": "early, on_time", "related": "TG1"}
    counts = {"value": None, "dossiers": None, "handled": 400, "early": 100, "on_time": 290, "late": 10}
    lines["hard_data"][0] |= {**counts, "document": "Báo cáo 12/BC-TTPVHCC"}
    return lines


def test_counts_in_the_workbook_make_the_value_and_come_back_as_they_were():
    content = workbook_read(book(counted_lines())).content
    indicator, facts = content.indicators[2], content.hard_data[0]
    assert (indicator.counted, indicator.related) == (("early", "on_time"), ("TG1",))
    assert (facts.value, facts.dossiers, facts.document) == (97.5, 400, "Báo cáo 12/BC-TTPVHCC")
    assert workbook_read(workbook_write(content)).content == content


SPOILT = [
    ("indicators", 2, "counted", "early; never", "“never” is not possible here. Choose one of: early, on_time, late."),
    ("indicators", 2, "related", "TG9", "“TG9” does not exist in the sheet “indicators”."),
    ("indicators", 2, "related", "TG2", "“TG2” is not an indicator from the survey."),
    ("indicators", 0, "counted", "early", "This belongs to indicators from records only."),
    ("hard_data", 0, "late", 11, "Early, on time and late add up to 401, but 400 were handled."),
    ("hard_data", 0, "late", -1, "The number must be at least 0."),
    ("hard_data", 0, "value", 90, "The value is 90, but the counts of dossiers give 97.50."),
]


@pytest.mark.parametrize(("sheet", "line", "column", "value", "sentence"), SPOILT)
def test_faults_of_records_in_the_workbook_of_the_edition(sheet, line, column, value, sentence):
    lines = counted_lines()
    lines[sheet][line][column] = value
    assert [found for _place, found in faults_of(book(lines))] == [sentence]
