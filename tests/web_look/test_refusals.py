"""The pages of refusals and failures: in both languages, with a next step, without asking the database."""

from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.translation import override
from lxml import html

REFUSALS = ["400", "403", "403_csrf", "404", "409", "429"]
HEADINGS = {
    "400": ("Không đọc được yêu cầu này", "This request cannot be read"),
    "403": ("Tài khoản này không được mở trang này", "This page is not open to this account"),
    "403_csrf": ("Biểu mẫu đã hết hiệu lực", "The form is out of date"),
    "404": ("Không có trang nào ở địa chỉ này", "There is no page at this address"),
    "409": ("Hiện không thực hiện được bước này", "This step is not possible now"),
    "429": ("Thử quá nhiều lần trong thời gian ngắn", "Too many attempts in a short time"),
}


def open_page(name: str, language: str, **context: str) -> html.HtmlElement:
    path = "/en/x/" if language == "en" else "/x/"
    with override(language):
        return html.document_fromstring(render_to_string(f"{name}.html", context, request=RequestFactory().get(path)))


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("name", REFUSALS)
def test_refusal_says_what_happened_and_leads_on(name: str, language: str) -> None:
    """Runs without the database fixture: a query would fail the test."""
    page = open_page(name, language)
    assert page.get("lang") == language
    assert page.findtext(".//h1") == HEADINGS[name][language == "en"]
    steps = [link.get("href") for link in page.find_class("lost-page")[0].iter("a")]
    assert len(steps) >= 1
    assert all(steps)


@pytest.mark.parametrize("name", ["400", "403", "409", "429"])
def test_refusal_shows_the_sentence_of_its_error_escaped(name: str) -> None:
    page = open_page(name, "vi", sentence="Kỳ đánh giá <b>đã đóng</b>.", code="edition_closed")
    sentences = [paragraph.text_content() for paragraph in page.find_class("lost-page")[0].iter("p")]
    assert sentences[0] == "Kỳ đánh giá <b>đã đóng</b>."


def test_refusals_can_be_rendered_without_a_request() -> None:
    with override("vi"):
        page = html.document_fromstring(render_to_string("400.html"))
    assert page.findtext(".//h1") == HEADINGS["400"][0]


def test_failure_page_stands_alone_in_both_languages() -> None:
    page = html.document_fromstring(render_to_string("500.html"))
    assert page.findtext(".//h1") == "Hệ thống đang gặp lỗi"
    assert page.findtext(".//h2") == "Something went wrong on our side"
    assert [link.get("href") for link in page.iter("a")] == ["/", "/", "/en/"]


def test_failure_page_stands_without_the_list_of_static_files(settings: Any) -> None:
    manifest = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": manifest}}
    page = html.document_fromstring(render_to_string("500.html"))
    assert page.findtext(".//h1") == "Hệ thống đang gặp lỗi"
    assert page.xpath("//link[@rel='stylesheet']") == []
