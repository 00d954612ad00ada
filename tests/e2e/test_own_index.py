"""A reader weighs the sub-indices in a browser: the script and the server must say the same."""

import random
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.enums import Role
from scoring.models import Publication
from scoring.services.recipes import recipe_default
from surveys.models import Question, Rating
from surveys.services.datasets import dataset_freeze
from tests.e2e.steps import look_at
from tests.factories.editions import NOW, edition_closed
from tests.factories.people import user_make
from tests.factories.results import run_of
from tests.reports.releases import approve_and_publish, release_with_gaps

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
ADDRESS = "/thai-binh/2024/own-weights/localities/"
NewPage = Callable[..., Page]


@pytest.fixture(scope="module")
def publication(kept: None) -> Publication:
    return release_with_gaps()


def table_of(page: Page) -> list[str]:
    """Every row as it is read: own rank, unit, own score, shift, official rank and score, n."""
    return [re.sub(r"\s+", " ", row).strip() for row in page.locator("[data-own-table] tbody tr").all_inner_texts()]


def said(page: Page) -> tuple[list[str], list[str], str]:
    shares = page.locator("[data-own-share]").all_inner_texts()
    return table_of(page), shares, page.locator("[data-own-moved]").inner_text()


def test_script_and_server_rank_alike(new_page: NewPage, publication: Publication) -> None:
    script, server = new_page(), new_page(java_script_enabled=False)
    draws = random.Random(7)
    weightings = [[draws.choice([0, 5, 12.5, 33.33, 60, 100]) for _ in range(3)] for _ in range(7)]
    script.goto(ADDRESS)
    seen = set()

    for weights in [*(w for w in weightings if any(w)), [60, 40, 0]]:
        for field, weight in zip(script.locator(".own-controls input[type=number]").all(), weights, strict=True):
            field.fill(str(weight))
        shared = script.locator("#own-link").input_value()
        script.wait_for_timeout(500)
        server.goto(shared)
        assert said(script) == said(server), weights
        assert script.url == shared
        seen.add(tuple(table_of(script)))

    assert len(seen) > 3


def test_script_and_server_agree_on_other_means_and_missing_sub_indices(new_page: NewPage, kept: None) -> None:
    edition = edition_closed(year=2020, units=5, responses=120)
    land = set(Question.objects.filter(sub_index__code="land").values_list("code", flat=True))
    for rating in Rating.objects.filter(block_unit__unit__code="vu-thu", block_unit__block__edition=edition):
        rating.answers = {code: answer for code, answer in rating.answers.items() if code not in land}
        rating.save()
    content = recipe_default(edition)
    content["aggregate"] |= {"total": "geometric", "availability": "weight"}
    dataset = dataset_freeze(edition=edition, by=None, now=NOW)
    approve_and_publish(run_of(dataset, by=user_make(Role.ANALYST, province=edition.province), content=content))
    script, server = new_page(), new_page(java_script_enabled=False)
    script.goto(ADDRESS.replace("2024", "2020"))
    missing = set()

    for weights in ([40, 40, 20], [20, 20, 60], [1, 99, 0]):
        for field, weight in zip(script.locator(".own-controls input[type=number]").all(), weights, strict=True):
            field.fill(str(weight))
        script.wait_for_timeout(500)
        server.goto(script.locator("#own-link").input_value())
        assert said(script) == said(server), weights
        missing.add(script.locator('tr[data-unit="vu-thu"] [data-own="rank"]').inner_text() == "–")

    assert missing == {True, False}


def test_slider_by_keyboard_moves_the_field_and_reset_leads_back(
    page: Page, publication: Publication, axe: Callable[[Page], list[str]]
) -> None:
    page.goto(ADDRESS)
    official = said(page)
    slider = page.get_by_role("slider", name="Minh bạch", exact=True)
    field = page.get_by_role("spinbutton", name="Minh bạch", exact=True)
    before = float(field.input_value())

    slider.focus()
    page.keyboard.press("ArrowLeft")
    assert float(field.input_value()) == before - 0.5
    page.keyboard.press("Home")
    assert field.input_value() == "0"
    expect(page.locator("[data-own-share]").first).to_have_text("0,0%")
    field.fill("77")
    expect(slider).to_have_js_property("value", "77")
    assert "w-transparency=77" in page.locator("#own-link").input_value()
    look_at(page, axe)

    page.get_by_role("link", name="Trọng số chính thức").click()
    page.wait_for_timeout(500)
    assert said(page) == official
    assert "?" not in page.url


def test_all_weights_at_zero_are_refused_in_words(page: Page, publication: Publication) -> None:
    page.goto(ADDRESS)
    for field in page.locator(".own-controls input[type=number]").all():
        field.fill("0")

    expect(page.locator("[data-own-fault]")).to_have_text("Ít nhất một chỉ số thành phần phải có trọng số lớn hơn 0.")


def test_without_script_the_form_computes(new_page: NewPage, publication: Publication) -> None:
    page = new_page(width=360, java_script_enabled=False)
    page.goto("/thai-binh/2024/")
    page.get_by_role("link", name="Thử trọng số khác").last.click()

    page.get_by_label("Minh bạch").fill("90")
    page.get_by_role("button", name="Tính bảng xếp hạng").click()

    expect(page).to_have_url(re.compile("w-transparency=90"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Trọng số tự chọn: Địa phương")
    expect(page.locator(".own-mark")).to_be_visible()
