"""The pages about one unit come together: turned without loading, answered without a connection."""

import re

import pytest
from playwright.sync_api import Page, expect

from surveys.models import Invitation
from surveys.selectors.invitations import code_of
from tests.e2e.answering_steps import SAVED, begun, choose, link, press, stored
from tests.factories.respondents import edition_asking, unit_key

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def at_the_pages_of(page: Page, invitation: Invitation, unit: str) -> None:
    """Come to the pages about a unit by choosing it: they come together."""
    page.goto(link(invitation, "units/"))
    page.get_by_label(unit).check()
    press(page)
    expect(page.locator("h1")).to_have_text("Minh bạch")


def test_the_pages_about_a_unit_are_turned_without_loading_and_sent_together(page: Page) -> None:
    edition = edition_asking()
    invitation, finance = begun(edition), unit_key(edition, "so-tai-chinh")
    at_the_pages_of(page, invitation, "Sở Tài chính")
    loaded: list[str] = []
    page.on("request", lambda asked: loaded.append(asked.url) if asked.is_navigation_request() else None)

    choose(page, "q-MB1", "3")
    choose(page, "q-MB2", "1")
    page.locator("input[name=n-MB3]").fill("12")
    press(page)
    expect(page.locator("h1")).to_have_text("Chi phí thời gian")
    assert page.url.endswith(f"/rate/{finance}/time_costs/")
    page.go_back()
    expect(page.locator("input[name=n-MB3]")).to_have_value("12")
    page.go_forward()
    choose(page, "q-TG1", "na")
    press(page)
    expect(page.locator("h1")).to_have_text("Mức độ hài lòng chung")
    page.locator("main .back-link").click()
    expect(page.locator("input[name=q-TG1][value=na]")).to_be_checked()
    press(page)
    choose(page, "satisfaction", "8")
    assert loaded == []
    press(page)

    expect(page.locator("h1")).to_have_text("Xem lại trước khi gửi")
    assert len(loaded) == 1
    assert page.url.endswith("/review/")
    assert page.evaluate("localStorage.length") == 0
    found = stored(invitation)
    assert (found.ratings, found.satisfaction) == (
        {finance: {"MB1": 3, "MB2": 1, "MB3": 12, "TG1": "na"}},
        {finance: 8},
    )
    page.reload()
    expect(page.locator("h1")).to_have_text("Xem lại trước khi gửi")


def test_several_pages_answered_without_a_connection_are_kept_and_sent_later(page: Page) -> None:
    edition = edition_asking()
    invitation, finance = begun(edition), unit_key(edition, "so-tai-chinh")
    at_the_pages_of(page, invitation, "Sở Tài chính")

    page.context.set_offline(True)
    choose(page, "q-MB1", "4")
    choose(page, "q-MB2", "0")
    press(page)
    choose(page, "q-TG1", "na")
    expect(page.locator("#save-status")).to_have_text(re.compile("Mất kết nối"))
    expect(page.locator("#notice")).to_have_text(re.compile("đang được giữ trên thiết bị này"))
    kept = page.evaluate("JSON.stringify(localStorage)")
    assert "q-MB1" in kept
    assert "q-TG1" in kept
    assert code_of(invitation) not in kept
    assert stored(invitation).ratings == {}
    page.context.set_offline(False)

    expect(page.locator("#save-status")).to_have_text(SAVED)
    expect(page.locator("#notice")).to_be_hidden()
    assert stored(invitation).ratings == {finance: {"MB1": 4, "MB2": 0, "TG1": "na"}}
    assert page.evaluate("localStorage.length") == 0
