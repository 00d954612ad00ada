"""The recipe form in a real browser: with and without JavaScript, on a phone and on a desk."""

import re
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.enums import Role
from scoring.models import Recipe, ScoringRun
from tests.factories.results import scored_edition
from tests.scoring.web.visits import client_of

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

NewPage = Callable[..., Page]
Axe = Callable[[Page], list[str]]


@pytest.fixture(scope="module")
def run(kept: None) -> ScoringRun:
    return scored_edition(responses=60, units=5)


def at_the_form(page: Page, site: LiveServer, run: ScoringRun, name: str = "recipe-new") -> None:
    session = client_of(Role.ANALYST).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": site.url}])
    page.goto(reverse(f"staff:{name}", args=[run.edition_id]))


def test_a_change_shows_its_consequence_at_once_and_is_saved(
    new_page: NewPage, site: LiveServer, run: ScoringRun, axe: Axe
) -> None:
    page = new_page()
    at_the_form(page, site, run)
    panel = page.locator("#consequence")
    expect(panel).to_contain_text("Hãy thay đổi một lựa chọn")
    page.get_by_label("Mốc của chỉ tiêu").select_option("fixed")
    expect(panel).to_contain_text("trên 5 đơn vị đổi hạng")
    expect(panel).to_contain_text("1 điểm khác với công thức ban đầu")
    page.get_by_label("Minh bạch").first.fill("70")
    page.keyboard.press("Tab")
    expect(panel).to_contain_text("hiện tổng là 1,1.")
    page.get_by_role("button", name="Đưa tổng về 100 %").first.click()
    expect(page.get_by_label("Minh bạch").first).to_have_value("63,636364")
    assert axe(page) == []
    page.get_by_role("button", name="Lưu công thức").click()
    expect(page.get_by_text("dùng được")).to_be_visible()
    written = Recipe.objects.order_by("-number")[0].content
    assert written["normalise"]["goalposts"] == "fixed"
    assert written["blocks"]["departments"]["sub_indices"][0]["weight"] == pytest.approx(7 / 11, abs=1e-7)


def test_the_form_works_on_a_phone_without_javascript(
    new_page: NewPage, site: LiveServer, run: ScoringRun, axe: Axe
) -> None:
    page = new_page(width=360, java_script_enabled=False)
    at_the_form(page, site, run)
    page.get_by_label("Từ chỉ số thành phần thành tổng điểm").select_option("geometric")
    page.get_by_label("Độ tin cậy (%)").fill("150")
    page.get_by_role("button", name="Xem hệ quả").click()
    expect(page.locator("#error-summary")).to_contain_text("Độ tin cậy (%): Phải nhỏ hơn 1.")
    page.get_by_label("Độ tin cậy (%)").fill("90")
    page.get_by_role("button", name="Xem hệ quả").click()
    expect(page.locator("#consequence")).to_contain_text(re.compile(r"\d trên 5 đơn vị đổi hạng"))
    expect(page.locator("#consequence")).to_contain_text("2 điểm khác với công thức ban đầu")
    before = Recipe.objects.count()
    page.get_by_role("button", name="Lưu công thức").click()
    expect(page.get_by_text("dùng được")).to_be_visible()
    assert Recipe.objects.count() == before + 1
    assert Recipe.objects.order_by("-number")[0].content["uncertainty"]["confidence"] == 0.9


@pytest.mark.parametrize("width", [320, 1280])
def test_form_and_import_are_accessible_and_fit(
    new_page: NewPage, site: LiveServer, run: ScoringRun, axe: Axe, width: int
) -> None:
    page = new_page(width=width)
    for name in ("recipe-new", "recipe-import"):
        at_the_form(page, site, run, name)
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        # Tables scroll inside the form and never slide under the panel beside it.
        beyond = "[...document.querySelectorAll('.recipe-sections')].map(each => each.scrollWidth - each.clientWidth)"
        assert max(page.evaluate(beyond), default=0) <= 0
