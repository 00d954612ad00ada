"""The public pages in a real browser: sorting, finding, keyboard, phones, accessibility, the security policy.

Scripts that throw, refusals of the policy and requests to third parties fail every test (see the fixture new_page).
"""

from collections.abc import Callable
from io import BytesIO

import pikepdf
import pytest
from playwright.sync_api import Page, expect

from scoring.models import Publication, Score
from tests.conftest import Axe
from tests.reports.releases import WITHHELD, release_with_gaps, store_charts_and_tables

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
RANKING, UNIT = "/thai-binh/2024/", "/thai-binh/2024/units/so-cong-thuong/"
PAGES = (
    "/",
    "/thai-binh/",
    RANKING,
    UNIT,
    f"/thai-binh/2024/units/{WITHHELD}/",
    "/thai-binh/2024/methodology/",
    "/thai-binh/2024/downloads/",
    "/data-api/",
)
NewPage = Callable[..., Page]


@pytest.fixture(scope="module")
def publication(kept: None) -> Publication:
    made = release_with_gaps()
    store_charts_and_tables(made)
    return made


def names_shown(page: Page, block: str = "departments") -> list[str]:
    return page.locator(f"#{block}-table tbody tr:visible .league-name").all_inner_texts()


def test_heads_sort_in_place_and_keep_the_address(page: Page, publication: Publication) -> None:
    page.goto(RANKING)
    by_rank = names_shown(page)
    page.evaluate("window.kept = true")

    page.locator("#departments-table th.num a").click()

    stored = Score.objects.filter(run=publication.run, block__code="departments")
    counts = page.locator("#departments-table tbody td.num").all_inner_texts()
    assert [int(count) for count in counts] == sorted((score.n for score in stored), reverse=True)
    assert page.evaluate("window.kept") is True
    assert page.url.endswith("?sort=n&order=desc#departments")
    expect(page.locator("#departments-table th[aria-sort]")).to_have_text("Lượt đánh giá")

    page.locator("#departments-table th.league-rank a").click()
    assert names_shown(page) == by_rank


def test_sorted_address_shows_the_same_without_script(new_page: NewPage, publication: Publication) -> None:
    with_script = new_page()
    with_script.goto(RANKING)
    with_script.locator("#departments-table th.league-sub a").first.click()
    without = new_page(java_script_enabled=False)
    without.goto(with_script.url)

    assert names_shown(without) == names_shown(with_script)
    without.locator("#departments-table th.league-name a").first.click()
    without.wait_for_load_state()
    assert names_shown(without)[:2] == ["Sở Công Thương", "Sở Nội vụ"]


def test_units_are_found_without_diacritics(page: Page, publication: Publication) -> None:
    page.goto(RANKING)

    page.get_by_label("Tìm đơn vị").first.fill("noi vu")

    assert names_shown(page) == ["Sở Nội vụ"]
    expect(page.locator("[data-league-filter=departments-table] [role=status]")).to_have_text("Số đơn vị hiển thị: 1")


def test_a_unit_is_reached_and_sorted_by_keyboard(page: Page, publication: Publication) -> None:
    page.goto(RANKING)
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()

    head = page.locator("#departments-table th.num a")
    head.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#departments-table th.num")).to_have_attribute("aria-sort", "descending")

    link = page.locator("#departments-table tbody .league-name a").first
    name = link.inner_text()
    link.focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(name)


@pytest.mark.parametrize("language", ["", "/en"])
def test_nothing_sticks_out_at_320_pixels(new_page: NewPage, publication: Publication, language: str) -> None:
    page = new_page(width=320)

    for path in PAGES:
        page.goto(f"{language}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_axe_finds_nothing(new_page: NewPage, publication: Publication, axe: Axe) -> None:
    page = new_page(reduced_motion="reduce")

    for path in PAGES:
        page.goto(path)
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            for scheme, rules in (("light", []), ("dark", ["color-contrast"])):
                page.emulate_media(color_scheme=scheme)
                assert axe(page, rules) == [], (path, width, scheme)


def test_english_axe_finds_nothing_either(
    page: Page, publication: Publication, axe: Callable[[Page], list[str]]
) -> None:
    for path in (RANKING, UNIT):
        page.goto(f"/en{path}")
        assert axe(page) == [], path


def test_table_fits_a_desktop_in_both_languages(new_page: NewPage, publication: Publication) -> None:
    for language in ("", "/en"):
        page = new_page(width=1280)
        page.goto(f"{language}{RANKING}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_heads_are_not_focusable_where_they_are_not_seen(new_page: NewPage, publication: Publication) -> None:
    page = new_page(width=360)
    page.goto(RANKING)

    assert page.locator("#departments-table thead a:visible").count() == 0
    page.get_by_text("Sắp xếp theo").first.click()
    page.locator(".league-sort a:visible", has_text="Đơn vị").first.click()
    assert names_shown(page)[0] == "Sở Công Thương"
    expect(page.locator(".league-sort").first.locator("[aria-current]")).to_have_text("Đơn vị")


def test_chart_is_seen_with_its_words(page: Page, publication: Publication) -> None:
    page.goto(UNIT)

    chart = page.get_by_role("img", name="Sở Công Thương theo từng chỉ số thành phần")
    expect(chart).to_be_visible()
    font = chart.locator("text").first.evaluate("element => getComputedStyle(element).fontFamily")
    assert "Be Vietnam Pro" in font


def test_a_table_is_downloaded_as_it_is_stored(page: Page, publication: Publication) -> None:
    page.goto("/thai-binh/2024/downloads/")

    with page.expect_download() as download:
        page.get_by_role("link", name="scores.csv").click()

    assert download.value.suggested_filename == "ddci-thai-binh-2024-r1-scores.csv"


def test_league_tables_are_printed_on_turned_sheets_with_every_column(page: Page, publication: Publication) -> None:
    page.goto(RANKING)
    sheets = pikepdf.open(BytesIO(page.pdf(prefer_css_page_size=True))).pages
    turned = [sheet for sheet in sheets if sheet.mediabox[2] > sheet.mediabox[3]]
    assert turned

    page.emulate_media(media="print")
    printed = round((297 - 2 * 14) * 96 / 25.4)
    page.set_viewport_size({"width": printed, "height": 700})
    ends = page.locator(".league th:last-child").evaluate_all(
        "heads => heads.map(h => h.getBoundingClientRect().right)"
    )
    assert ends
    assert max(ends) <= printed
