"""Lists of businesses as people paste them."""

import pytest
from django.utils import translation

from surveys.services.invitations import Guest
from surveys.web.staff.guest_list import RowFault, guests_read

NOBODY: frozenset[str] = frozenset()


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def test_rows_in_the_usual_order() -> None:
    guests, faults = guests_read("Sao Mai,sao@example.vn,micro,2.5\nLúa Vàng\n", invited=NOBODY)

    assert guests == [Guest("Sao Mai", "sao@example.vn", "micro", 2.5), Guest("Lúa Vàng")]
    assert faults == []


@pytest.mark.parametrize("separator", [";", "\t", ","])
def test_named_columns_in_any_order(separator: str) -> None:
    text = separator.join(["Email", "Tên doanh nghiệp", "Trọng số"]) + "\n"
    text += separator.join(["sao@example.vn", "Sao Mai", "3"])

    guests, faults = guests_read(text, invited=NOBODY)

    assert (guests, faults) == ([Guest("Sao Mai", "sao@example.vn", "", 3.0)], [])


def test_a_byte_order_mark_windows_line_ends_and_empty_rows_do_not_matter() -> None:
    guests, faults = guests_read("\ufeffname;email\r\nSao Mai;sao@example.vn\r\n;\r\n\r\n", invited=NOBODY)

    assert (guests, faults) == ([Guest("Sao Mai", "sao@example.vn")], [])


def test_the_first_separator_that_occurs_counts() -> None:
    guests, faults = guests_read("Sao Mai\nLúa Vàng;l@example.vn", invited=NOBODY)

    assert (guests, faults) == ([Guest("Sao Mai"), Guest("Lúa Vàng", "l@example.vn")], [])


def test_a_decimal_comma_is_understood() -> None:
    guests, faults = guests_read("name;weight\nSao Mai;2,25", invited=NOBODY)

    assert (guests[0].design_weight, faults) == (2.25, [])


def test_a_quoted_name_may_hold_the_separator() -> None:
    guests, faults = guests_read('name,email\n"Sao Mai, chi nhánh 2",a@example.vn', invited=NOBODY)

    assert (guests, faults) == ([Guest("Sao Mai, chi nhánh 2", "a@example.vn")], [])


def test_every_fault_is_told_with_its_row() -> None:
    text = "name;email;stratum;weight\n;a@example.vn;;1\nB;not an address;;\nC;;;0\nD;;;abc\nE;;;nan\n" + "F" * 201

    _, faults = guests_read(text, invited=NOBODY)

    assert faults == [
        RowFault(2, "name", "The name is missing."),
        RowFault(3, "email", "“not an address” is not an e-mail address."),
        RowFault(4, "weight", "“0” is not a number above 0."),
        RowFault(5, "weight", "“abc” is not a number above 0."),
        RowFault(6, "weight", "“nan” is not a number above 0."),
        RowFault(7, "name", "This text is longer than 200 letters."),
    ]


def test_nobody_is_invited_twice() -> None:
    text = "A,a@example.vn\nB,A@example.vn\nC,c@example.vn\nD,\nE,"

    _, faults = guests_read(text, invited=frozenset({"c@example.vn"}))

    assert faults == [
        RowFault(2, "email", "a@example.vn stands in row 1 already."),
        RowFault(3, "email", "c@example.vn is invited already."),
    ]


@pytest.mark.parametrize("text", ["", "\n\n", "name;email\n"])
def test_a_list_without_businesses_is_a_fault(text: str) -> None:
    assert guests_read(text, invited=NOBODY) == ([], [RowFault(1, "", "There is no business in this list.")])
