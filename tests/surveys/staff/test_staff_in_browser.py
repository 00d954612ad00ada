"""The staff area in a real browser: accessible, nothing wider than the screen, nothing the content policy refuses."""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from surveys.enums import EditionState
from surveys.models import Edition
from tests.factories.quality import flagged_with
from tests.roles import World, world_make

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

NewPage = Callable[..., Page]
Axe = Callable[..., list[str]]


@pytest.fixture(scope="module")
def world(kept: None) -> World:
    return world_make()


def sign_in(page: Page, world: World, role: str, site: LiveServer) -> None:
    session = world.client(role).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": site.url}])


def pages_of(world: World) -> list[tuple[str, str]]:
    """Every page of this part with somebody who may see it."""
    province, unit = world.province.slug, world.unit.code
    return [
        ("manager", reverse("staff:home")),
        ("reader", reverse("staff:home")),
        ("manager", reverse("staff:edition", args=[world.draft.pk])),
        ("manager", reverse("staff:edition", args=[world.open.pk])),
        ("approver", reverse("staff:edition", args=[world.run.edition_id])),
        ("manager", reverse("staff:edition", args=[world.publication.edition_id])),
        ("manager", reverse("staff:edition-open", args=[world.draft.pk])),
        ("manager", reverse("staff:edition-close", args=[world.open.pk])),
        ("manager", reverse("staff:edition-freeze", args=[world.draft.pk])),
        ("manager", reverse("staff:edition-settings", args=[world.draft.pk])),
        ("analyst", reverse("staff:responses", args=[world.open.pk])),
        ("manager", reverse("staff:monitor", args=[world.open.pk])),
        ("manager", reverse("staff:monitor-strata", args=[world.sampled.pk])),
        ("manager", reverse("staff:edition-extend", args=[world.open.pk])),
        ("analyst", reverse("staff:exports", args=[world.run.edition_id])),
        ("manager", reverse("staff:invitations", args=[world.open.pk])),
        ("manager", reverse("staff:invitations-new", args=[world.open.pk])),
        ("manager", reverse("staff:access", args=[world.open.pk])),
        ("manager", reverse("staff:calls", args=[world.open.pk])),
        ("interviewer", reverse("staff:home")),
        ("interviewer", reverse("staff:my-calls", args=[world.open.pk])),
        ("interviewer", reverse("staff:my-call", args=[world.open.pk, world.call.invitation_id])),
        ("interviewer", reverse("staff:paper", args=[world.open.pk])),
        ("manager", reverse("staff:records", args=[world.closed.pk])),
        ("manager", reverse("staff:records-unit", args=[world.closed.pk, world.block_unit.pk])),
        ("moderator", reverse("staff:comments", args=[world.closed.pk])),
        ("analyst", reverse("staff:quality-thresholds", args=[world.checked.pk])),
        ("manager", reverse("staff:sample", args=[world.draft.pk])),
        ("manager", reverse("staff:sample", args=[world.sampled.pk])),
        ("manager", reverse("staff:sample-members", args=[world.sampled.pk])),
        ("manager", reverse("staff:frame", args=[province])),
        ("manager", reverse("staff:frame-businesses", args=[province])),
        ("manager", reverse("staff:frame-duplicates", args=[province])),
        ("manager", reverse("staff:frame-import", args=[province])),
        ("manager", reverse("staff:frame-columns", args=[province, world.frame_upload.pk])),
        ("manager", reverse("staff:frame-import-result", args=[province, world.frame_import.pk])),
        ("manager", reverse("staff:edition", args=[world.checked.pk])),
        ("manager", reverse("staff:quality", args=[world.checked.pk])),
        ("analyst", reverse("staff:quality", args=[world.closed.pk])),
        ("analyst", reverse("staff:quality-responses", args=[world.checked.pk])),
        ("analyst", reverse("staff:quality-response", args=[world.checked.pk, _flagged(world)])),
        ("analyst", reverse("staff:quality-copies", args=[world.checked.pk])),
        ("analyst", reverse("staff:edition-freeze", args=[world.checked.pk])),
        ("analyst", reverse("staff:dataset-renew", args=[world.run.edition_id])),
        ("manager", reverse("staff:units", args=[province])),
        ("manager", reverse("staff:unit", args=[province, unit])),
        ("manager", reverse("staff:members", args=[province])),
        ("manager", reverse("staff:audit", args=[province])),
        ("manager", reverse("staff:edition-import", args=[province])),
        ("analyst", reverse("staff:job", args=[world.job.pk])),
        ("manager", reverse("staff:publish", args=[world.publication.run_id])),
        ("analyst", reverse("staff:unit-preview", args=[world.run.edition_id, "so-tai-chinh"])),
    ]


def _flagged(world: World) -> UUID:
    return flagged_with(world.checked, "copy")[0].pk


def test_pages_are_accessible_and_fit(new_page: NewPage, axe: Axe, world: World, site: LiveServer) -> None:
    """On the smallest phone by day, on a desk by night."""
    page = new_page(reduced_motion="reduce")
    found = []
    for role, address in pages_of(world):
        sign_in(page, world, role, site)
        page.goto(address)
        for width, scheme, rules in ((320, "light", []), (1280, "dark", ["color-contrast"])):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            faults = axe(page, rules) + ([f"{wider} px too wide"] if wider > 0 else [])
            found += [f"{role} {address} {width} {scheme} {fault}" for fault in faults]

    assert not found, "\n".join(found)


def test_the_row_of_links_begins_where_one_is(new_page: NewPage, world: World, site: LiveServer) -> None:
    page = new_page(width=360)
    sign_in(page, world, "manager", site)
    page.goto(reverse("staff:edition-settings", args=[world.open.pk]))
    expect(page.locator(".staff-nav [aria-current=page]")).to_be_in_viewport(ratio=1)


def test_closing_by_keyboard_and_without_scripts(new_page: NewPage, world: World, site: LiveServer) -> None:
    page = new_page(java_script_enabled=False)
    sign_in(page, world, "manager", site)
    page.goto(reverse("staff:edition", args=[world.open.pk]))

    page.get_by_role("link", name="Đóng kỳ đánh giá…").press("Enter")
    page.get_by_label("Lý do").fill("Đủ phiếu")
    page.get_by_role("button", name="Đóng kỳ đánh giá").press("Enter")

    expect(page.get_by_role("status")).to_contain_text("Kỳ đánh giá đã ngừng nhận phiếu.")
    assert Edition.objects.get(pk=world.open.pk).state == EditionState.CLOSED


def test_a_job_is_followed_to_its_end(new_page: NewPage, world: World, site: LiveServer) -> None:
    page = new_page()
    sign_in(page, world, "analyst", site)
    world.job.state, world.job.done, world.job.total = "running", 3, 10
    world.job.save()
    page.goto(reverse("staff:job", args=[world.job.pk]))
    expect(page.locator(".job")).to_contain_text("3 / 10")

    world.job.state = "done"
    world.job.save()

    expect(page.locator(".job--done")).to_be_visible()
