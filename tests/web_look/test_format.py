"""Numbers, dates, ranks and addresses as readers expect them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.http import HttpRequest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.translation import override

from ddci.templatetags import ddci_format as tags

ABSENT = "–"


def render(source: str, request: HttpRequest | None = None, **context: object) -> str:
    return Template("{% load ddci_format %}" + source).render(Context({"request": request, **context}))


@pytest.mark.parametrize(
    ("language", "value", "places", "written"),
    [
        ("vi", 68.249, 1, "68,2"),
        ("en", 68.249, 1, "68.2"),
        ("vi", 12139, 0, "12.139"),
        ("en", 12139, 0, "12,139"),
        ("vi", Decimal("1234567.5"), 2, "1.234.567,50"),
        ("vi", 2.675, 2, "2,68"),
        ("vi", 0.125, 2, "0,13"),
        ("vi", -3.5, 1, "\u22123,5"),
        ("vi", -0.001, 2, "0,00"),
        ("vi", 0, 1, "0,0"),
    ],
)
def test_number_is_rounded_half_up_and_written_in_the_language(
    language: str, value: float, places: int, written: str
) -> None:
    with override(language):
        assert tags.number(value, places) == written


@pytest.mark.parametrize("absent", [None, "", float("nan"), float("inf"), "x"])
def test_absent_number_is_a_dash_and_never_zero(absent: float | str | None) -> None:
    assert tags.number(absent) == ABSENT
    assert tags.percent(absent) == ABSENT
    assert tags.signed(absent) == ABSENT
    assert tags.plain(absent) == ""


def test_percent_takes_a_share() -> None:
    with override("vi"):
        assert tags.percent(0.5803, 1) == "58,0%"
        assert tags.percent(1) == "100%"


@pytest.mark.parametrize(
    ("change", "written"),
    [(0.14, "+0,14"), (-0.14, "\u22120,14"), (0.004, "0,00"), (-0.004, "0,00"), (0, "0,00"), (1234.5, "+1.234,50")],
)
def test_change_carries_its_sign_unless_it_rounds_to_nothing(change: float, written: str) -> None:
    with override("vi"):
        assert tags.signed(change) == written


def test_number_for_machines_has_a_point_in_every_language() -> None:
    with override("vi"):
        assert tags.plain(1234.5) == "1234.5"
        assert tags.plain(1e-7) == "0.0000001"


def test_dates_are_written_in_vietnamese_order_and_time() -> None:
    at = datetime(2024, 11, 5, 18, 2, tzinfo=UTC)
    for language in ("vi", "en"):
        with override(language):
            assert tags.day(at) == "06/11/2024"
            assert tags.clock(at) == "01:02"
            assert tags.moment(at) == "01:02, 06/11/2024"
            assert tags.day(date(2024, 3, 9)) == "09/03/2024"
            assert tags.month(date(2024, 3, 9)) == "03/2024"
            assert tags.day(None) == ABSENT


@pytest.mark.parametrize(
    ("low", "high", "vietnamese", "english"),
    [
        (3, 9, "hạng 3–9", "ranks 3–9"),
        (1, 1, "hạng 1", "rank 1"),
        (None, None, ABSENT, ABSENT),
        (2, None, ABSENT, ABSENT),
    ],
)
def test_rank_range_names_both_ends_or_the_one(
    low: int | None, high: int | None, vietnamese: str, english: str
) -> None:
    with override("vi"):
        assert tags.rank_range(low, high) == vietnamese
    with override("en"):
        assert tags.rank_range(low, high) == english


def test_span_is_a_range_of_numbers() -> None:
    with override("vi"):
        assert render("{% span low high 1 %}", low=66.08, high=70.44) == "66,1–70,4"


@pytest.mark.parametrize(
    ("path", "language", "same_page"),
    [
        ("/accounts/login/?next=/staff/", "en", "/en/accounts/login/?next=/staff/"),
        ("/en/accounts/login/", "vi", "/accounts/login/"),
        ("/accounts/login/", "vi", "/accounts/login/"),
        ("/no/such/page/anywhere/", "en", "/en/"),
        ("/en/no/such/page/anywhere/", "vi", "/"),
    ],
)
def test_language_switch_keeps_the_page_and_its_query(path: str, language: str, same_page: str) -> None:
    with override("en" if path.startswith("/en/") else "vi"):
        request = RequestFactory().get(path)
        assert render("{% url_in_language language %}", request, language=language) == same_page.replace("&", "&amp;")


def test_language_switch_without_request_leads_to_the_first_page() -> None:
    with override("vi"):
        assert render("{% url_in_language 'en' %}") == "/en/"


def test_page_before_is_ours_or_the_first_page() -> None:
    ours = RequestFactory().post("/staff/x/", HTTP_REFERER="http://testserver/staff/runs/?page=2")
    foreign = RequestFactory().post("/staff/x/", HTTP_REFERER="https://elsewhere.example/")
    assert render("{% url_before %}", ours) == "http://testserver/staff/runs/?page=2"
    assert render("{% url_before %}", foreign) == "/"
    assert render("{% url_before %}") == "/"


def test_short_hash_keeps_twelve_signs() -> None:
    assert tags.short_hash("9f2c8e7b0d6a4c11aa08") == "9f2c8e7b0d6a"
    assert tags.short_hash(None) == ABSENT
