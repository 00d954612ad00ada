"""The diagnostics of a run in a real browser: accessibility, phones, opening a table, downloading a file."""

import csv
import io
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.enums import Role
from scoring.models import ScoringRun
from scoring.tables import TOPICS
from tests.conftest import Axe
from tests.e2e.steps import sign_in
from tests.factories.people import user_make
from tests.factories.results import scored_edition

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
NewPage = Callable[..., Page]


@pytest.fixture(scope="module")
def run(kept: None) -> ScoringRun:
    """The jobs of a test are done as soon as what asked for them is committed."""
    return scored_edition(responses=120, units=5)


def analyst_at(page: Page, run: ScoringRun) -> Page:
    sign_in(page, user_make(Role.ANALYST, province=run.edition.province))
    return page


def test_pages_fit_and_axe_finds_nothing(new_page: NewPage, run: ScoringRun, axe: Axe) -> None:
    page = analyst_at(new_page(reduced_motion="reduce"), run)
    start = f"/staff/runs/{run.pk}/diagnostics/"
    for path in (start, *(f"{start}localities/{topic.key}/" for topic in TOPICS)):
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        for width, scheme, rules in ((320, "light", []), (1280, "dark", ["color-contrast"])):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            assert axe(page, rules) == [], (path, width)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_a_finding_leads_to_its_figures_and_their_file(page: Page, run: ScoringRun) -> None:
    analyst_at(page, run).goto(f"/staff/runs/{run.pk}/")
    page.get_by_role("link", name="Chẩn đoán", exact=True).click()
    page.get_by_role("link", name="Khi bỏ một chỉ tiêu").first.click()
    section = page.locator("#leave-one-out")
    expect(section.locator(".plot-row:not(.plot-row--axis)")).to_have_count(4)
    section.get_by_text("Bảng số liệu").click()
    expect(section.get_by_role("rowheader", name="MB1")).to_be_visible()
    with page.expect_download() as download:
        section.get_by_role("link", name="Tải về (CSV)").click()
    content = download.value.path().read_bytes().decode("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(content)))) == 4 * 5
