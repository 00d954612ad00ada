"""Cells, headings and bands of a frame file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.enums import FrameFault
from surveys.population.bands import bands_of, number_in, place_of, places_of, range_of, type_of, years_in
from surveys.population.cells import TaxCodeCheck, TaxCodeLength, email_of, phone_of, tax_code_of
from surveys.population.columns import mapping_guess
from surveys.population.reading import FrameFileEmpty, FrameFileUnreadable, grid_read
from surveys.population.records import Choices, RecordReader

SIZES = [
    {"code": "micro", "vi": "Dưới 10 người", "en": "Fewer than 10"},
    {"code": "small", "vi": "10 đến 49 người", "en": "10 to 49"},
    {"code": "large", "vi": "Từ 50 người trở lên", "en": "50 or more"},
]
AGES = [
    {"code": "young", "vi": "Dưới 3 năm"},
    {"code": "mid", "vi": "3 đến 10 năm"},
    {"code": "old", "vi": "Trên 10 năm"},
]
PLACES = [("tp", "Thành phố Thái Bình"), ("tt", "Huyện Thái Thụy"), ("xa-a", "Xã An Bình"), ("ph-a", "Phường An Bình")]


def reader(*fields: str) -> RecordReader:
    nothing = bands_of([])
    choices = Choices(
        localities=places_of(PLACES), sectors=nothing, sizes=bands_of(SIZES), ages=bands_of(AGES),
        units=bands_of([{"code": "cuc-thue", "vi": "Cục Thuế", "en": ""}]), this_year=2024,
    )  # fmt: skip
    return RecordReader({field: place for place, field in enumerate(fields)}, choices)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("0100233488", "0100233488"),  # python-stdnum's own example
        ("0100 233 488", "0100233488"),
        ("100233488", "0100233488"),  # a spreadsheet dropped the zero
        ("0314409058-002", "0314409058002"),
        ("314409058002", "0314409058002"),
    ],
)
def test_a_tax_code_is_brought_into_its_standard_form(typed: str, expected: str) -> None:
    assert tax_code_of(typed) == expected


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        ("0100233480", TaxCodeCheck),
        ("12345", TaxCodeLength),
        ("01002334AB", TaxCodeLength),
        ("٠١٠٠٢٣٣٤٨٨", TaxCodeLength),
    ],
)
def test_a_wrong_tax_code_says_what_is_wrong(typed: str, refusal: type[ValueError]) -> None:
    with pytest.raises(refusal):
        tax_code_of(typed)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("0912345678", "+84912345678"),
        ("912345678", "+84912345678"),
        ("+84 912 345 678", "+84912345678"),
        ("84912345678", "+84912345678"),
        ("0227.3831.234", "+842273831234"),
        ("DĐ: 0912345678; 0227 3831234", "+84912345678"),
        ("0166 345 6789", "+84363456789"),  # eleven digits until 2018
        ("115", ""),
        ("không có", ""),
        ("+1 202 555 0100", ""),
    ],
)
def test_a_telephone_number_becomes_e164_or_nothing(typed: str, expected: str) -> None:
    assert phone_of(typed) == expected


def test_the_first_address_of_a_cell_is_taken() -> None:
    assert email_of("Info@Example.VN; b@example.vn") == "info@example.vn"
    assert email_of("khong co") == ""


@given(st.text(max_size=60))
def test_any_text_in_a_contact_cell_gives_a_number_an_address_or_nothing(text: str) -> None:
    assert phone_of(text) == "" or phone_of(text).startswith("+84")
    assert email_of(text) == "" or "@" in email_of(text)


@given(st.lists(st.text(max_size=30), min_size=11, max_size=11))
def test_any_row_becomes_a_record_or_one_reason(cells: list[str]) -> None:
    fields = ("tax_code", "name", "type", "locality", "address", "sector", "size", "age", "phone", "email", "units")

    record, faults = reader(*fields).read(2, cells)

    assert (record is None) == (len([fault for fault in faults if fault.rejected]) == 1)


def test_headings_are_guessed_in_both_languages_and_the_last_choice_comes_first() -> None:
    vietnamese = ["STT", "Mã số thuế", "Tên doanh nghiệp (*)", "Quận/Huyện", "Địa chỉ trụ sở", "SĐT", "Số lao động"]
    english = ["No", "Business name", "Tax code", "District", "Phone", "Employees"]

    assert mapping_guess(vietnamese) == {
        "tax_code": 1, "name": 2, "locality": 3, "address": 4, "size": 6, "phone": 5,
    }  # fmt: skip
    assert mapping_guess(english) == {"tax_code": 2, "name": 1, "locality": 3, "size": 5, "phone": 4}
    assert mapping_guess(vietnamese, {"name": "STT"})["name"] == 0


def test_numbers_words_and_years_find_their_band() -> None:
    sizes, ages = bands_of(SIZES), bands_of(AGES)

    assert [sizes.by_number(number) for number in (0, 9, 10, 49, 50, 4000)] == [
        "micro", "micro", "small", "small", "large", "large",
    ]  # fmt: skip
    assert sizes.by_words("dưới 10 NGƯỜI") == "micro"
    assert ages.by_number(years_in("15/03/2019", 2024) or 0) == "mid"
    assert (number_in("12 lao động"), number_in("nhiều"), years_in("4", 2024)) == (12, None, 4)
    assert range_of("Trên 10 năm") == (11, float("inf"))


def test_places_are_known_without_their_kind_only_where_that_is_clear() -> None:
    places = places_of(PLACES)

    assert place_of(places, "TP. Thái Bình") == "tp"
    assert place_of(places, "Thái Thụy") == "tt"
    assert place_of(places, "Số 3, thôn Đông, xã An Bình") == "xa-a"
    assert place_of(places, "An Bình") == ""


def test_the_type_is_read_from_its_words_or_the_name() -> None:
    assert [type_of(text) for text in ("HTX Lúa Vàng", "Hộ kinh doanh Lan", "Công ty TNHH A", "?")] == [
        "cooperative", "household", "enterprise", "",
    ]  # fmt: skip


def test_a_row_is_rejected_for_what_it_needs_and_noted_for_what_it_does_not() -> None:
    read = reader("tax_code", "name", "locality", "size", "phone", "units").read

    record, faults = read(2, ["0100233488", "Công ty Sao Mai", "Thái Thụy", "12", "115", "Cục Thuế; Sở Y tế"])
    assert record is not None
    assert (record.type, record.locality, record.size, record.phone, record.units) == (
        "enterprise", "tt", "small", "", ["cuc-thue"],
    )  # fmt: skip
    assert [(fault.reason, fault.rejected) for fault in faults] == [
        (FrameFault.PHONE_WRONG, False),
        (FrameFault.UNIT_UNKNOWN, False),
    ]
    reasons = {
        cells[1]: read(3, cells)[1][0].reason
        for cells in (
            ["", "Công ty Không mã", "Thái Thụy"],
            ["0100233480", "Công ty Sai mã", "Thái Thụy"],
            ["0100233488", "Công ty Ở đâu", "Hà Nội"],
            ["0100233488", "Không rõ", "Thái Thụy"],
        )
    }
    assert reasons == {
        "Công ty Không mã": FrameFault.TAX_CODE_MISSING,
        "Công ty Sai mã": FrameFault.TAX_CODE_CHECK,
        "Công ty Ở đâu": FrameFault.LOCALITY_UNKNOWN,
        "Không rõ": FrameFault.TYPE_UNKNOWN,
    }
    household, _faults = read(4, ["", "Hộ kinh doanh Lan", "Thái Thụy"])
    assert household is not None
    assert household.key.startswith("~")


@pytest.mark.parametrize("data", [b"PK\x03\x04 no archive", b"\xff\xfe\x00", b"PK\x03\x04"])
def test_what_is_no_table_is_refused(data: bytes) -> None:
    with pytest.raises(FrameFileUnreadable):
        grid_read(data)


def test_a_unit_with_a_comma_in_its_name_is_one_unit() -> None:
    units = bands_of(
        [{"code": "vh", "vi": "Sở Văn hóa, Thể thao", "en": ""}, {"code": "ct", "vi": "Cục Thuế", "en": ""}]
    )
    choices = Choices(places_of(PLACES), bands_of([]), bands_of([]), bands_of([]), units, 2024)
    read = RecordReader({"name": 0, "locality": 1, "units": 2}, choices).read

    for cell in ("Sở Văn hóa, Thể thao; Cục Thuế", "Cục Thuế; Sở Văn hóa, Thể thao"):
        record, faults = read(2, ["Hộ kinh doanh Lan", "Thái Thụy", cell])
        assert record is not None
        assert (record.units, faults) == (["ct", "vh"], [])
    record, _faults = read(2, ["Hộ kinh doanh Lan", "Thái Thụy", "Cục Thuế, vh"])
    assert record is not None
    assert record.units == ["ct", "vh"]


def test_only_the_rows_that_are_wanted_are_read() -> None:
    data = "Tên;Huyện\n\nA;1\nB;2\nC;3\n".encode()

    assert grid_read(data, most=2).rows == [(3, ["A", "1"]), (4, ["B", "2"])]
    assert len(grid_read(data).rows) == 3


def test_a_file_without_rows_is_refused() -> None:
    with pytest.raises(FrameFileEmpty):
        grid_read("Tên;Huyện\n\n".encode())
