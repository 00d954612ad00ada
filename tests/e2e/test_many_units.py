"""Two hundred units to choose from, on a phone: found by a few letters, counted where one looks."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from surveys.enums import UnitKind
from surveys.models import BlockUnit, Edition, EligibilityRule, Unit
from surveys.selectors.answering import draft_content
from surveys.selectors.invitations import code_of, invitation_by_code
from surveys.services.answering import draft_save
from surveys.services.editions import edition_open
from tests.factories.editions import NOW, edition_make
from tests.factories.respondents import entry_pages, invited

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
NewPage = Callable[..., Page]
Axe = Callable[[Page], list[str]]
PLACES = ("Đông Quan", "Thụy Hải", "Vũ Thư", "Hưng Hà", "Tiền Hải", "Quỳnh Phụ", "Kiến Xương", "Thái Thụy")


def edition_of_many() -> Edition:
    edition = edition_make()
    localities = edition.blocks.get(code="localities")
    EligibilityRule.objects.filter(block=localities).update(max_units=3)
    units = [
        Unit(
            province=edition.province,
            code=f"xa-{number}",
            name_vi=f"Xã {PLACES[number % 8]} {number}",
            kind=UnitKind.COMMUNE,
        )
        for number in range(200)
    ]
    BlockUnit.objects.bulk_create(BlockUnit(block=localities, unit=unit) for unit in Unit.objects.bulk_create(units))
    return edition_open(edition=edition, by=None, now=NOW)


def test_two_hundred_units_are_chosen_from_on_a_phone(new_page: NewPage, axe: Axe) -> None:
    invitation = invited(edition_of_many())
    draft_save(invitation=invitation, pages=entry_pages(), now=NOW)
    page = new_page(width=360, height=740)
    page.goto(f"/s/{code_of(invitation)}/units/", timeout=60_000)  # the first page of a process is slow
    options, localities = page.locator("label.option:visible"), page.locator(".picker-group").last

    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.locator("#search").fill("thuy hai 169")
    expect(options).to_have_count(1)
    options.check()
    page.locator("#search").fill("")
    page.get_by_label("Xã Vũ Thư 106", exact=True).check()

    # Far down in the list, the count of its group and the way on still are in sight.
    expect(localities.locator(".picker-now")).to_have_text("Đã chọn 2, nhiều nhất 3")
    expect(localities.locator(".picker-now")).to_be_in_viewport()
    expect(page.locator("main .button[value=next]")).to_be_in_viewport()
    assert axe(page) == []
    for _ in range(50):  # one save may answer for both boxes, or each have its own
        if len(draft_content(invitation_by_code(code_of(invitation))).units) == 2:
            break
        page.wait_for_timeout(100)
    assert len(draft_content(invitation_by_code(code_of(invitation))).units) == 2
    expect(page.locator("#save-status")).to_have_text(re.compile("Đã lưu"))
