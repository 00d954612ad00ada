"""Staff pages of trials, comparisons and the watch list in a browser: readable for everybody, on a phone too."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.enums import Role
from tests.e2e.steps import look_at
from tests.factories.people import user_make
from tests.reports.releases import releases_over

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def signed_in(page: Page, address: str, **facts: Any) -> None:
    """As an analyst, with a session made on the server."""
    client = Client()
    client.force_login(user_make(Role.ANALYST, **facts))
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value}
    page.context.add_cookies([{**cookie, "url": address}])


def test_a_trial_is_made_and_the_watch_list_read(
    page: Page, site: LiveServer, axe: Callable[[Page], list[str]]
) -> None:
    publication = releases_over(2022, 2023, 2024, units=4, responses=40)
    signed_in(page, site.url, province=publication.edition.province)

    page.goto(reverse("staff:run", args=[publication.run_id]))
    page.get_by_role("link", name="Thử lựa chọn khác").click()
    page.get_by_label("Từ chỉ số thành phần thành tổng điểm").select_option("geometric")
    page.get_by_role("button", name="Tính thử").click()

    expect(page.get_by_text("Đây là tính thử, không phải lần tính điểm.")).to_be_visible()
    expect(page.locator("table.compare")).to_have_count(2)
    look_at(page, axe)

    page.goto(reverse("staff:watch-list", args=[publication.edition_id]))
    expect(page.get_by_role("heading", level=1)).to_have_text("Danh sách theo dõi")
    look_at(page, axe)
