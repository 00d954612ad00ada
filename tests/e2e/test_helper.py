"""A business answers on the telephone of a helper, in a real browser: nothing of it stays there."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from surveys.enums import InvitationState
from surveys.models import Invitation, Sitting
from surveys.selectors.invitations import code_of, receipt_of
from surveys.services.access import Ways, access_change
from surveys.services.answering import draft_save
from tests.e2e.steps import look_at
from tests.factories.editions import NOW
from tests.factories.respondents import edition_asking, invited, unit_key, whole_questionnaire

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

NewPage = Callable[..., Page]
Axe = Callable[[Page], list[str]]
KEPT = "JSON.stringify([Object.keys(localStorage), Object.keys(sessionStorage), document.cookie])"
GO_ON = "main .button[value=next], main .button[value=skip]"


def test_nothing_of_a_business_stays_on_the_telephone_of_a_helper(new_page: NewPage, axe: Axe) -> None:
    edition = edition_asking()
    invitation, unit = invited(edition), unit_key(edition, "so-tai-chinh")
    draft_save(invitation=invitation, pages=whole_questionnaire(unit), now=NOW)
    page = new_page(width=360)
    page.goto("/s/assisted/")
    look_at(page, axe)
    page.locator("#code").fill(code_of(invitation))
    page.get_by_role("button", name="Mở phiếu khảo sát").click()
    expect(page.locator("#consent")).not_to_be_checked()
    page.locator("#consent").check()
    page.locator(GO_ON).click()
    expect(page.locator("input[name='p-type']").first).to_be_visible()
    expect(page.locator("input:checked")).to_have_count(0)
    look_at(page, axe)
    page.locator("input[name='p-type'][value='enterprise']").check()
    page.locator("input[name='p-size'][value='micro']").check()
    page.locator(GO_ON).click()
    page.locator(f"input[name=unit][value='{unit}']").check()
    page.locator(GO_ON).click()
    page.locator("input[name='q-MB1'][value='4']").check()
    page.locator("input[name='q-MB2'][value='0']").check()
    page.locator(GO_ON).click()
    asked = page.url
    page.goto(asked.replace(asked.split("/s/")[1].partition("/")[2], "review/"))
    page.get_by_role("button", name="Gửi phiếu").click()

    expect(page.locator(".receipt-code")).to_have_text(receipt_of(invitation))
    look_at(page, axe)
    assert page.evaluate(KEPT) == '[[],[],""]'
    assert (Invitation.objects.get().state, Sitting.objects.count()) == (InvitationState.DONE, 0)
    for _step in range(4):
        page.go_back()
        expect(page.get_by_role("heading", level=1)).to_have_text("Phiếu này đã kết thúc")
        expect(page.locator("input")).to_have_count(0)


def test_a_business_that_nobody_invited_begins_by_itself(new_page: NewPage, axe: Axe) -> None:
    edition = edition_asking()
    access_change(edition=edition, ways=Ways(True, True, 9), by=None, now=NOW)
    page = new_page(width=360)
    page.goto(f"/s/join/{edition.province.slug}/{edition.year}/")
    look_at(page, axe)
    page.get_by_role("button", name="Xin đường dẫn").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look_at(page, axe)
    page.get_by_role("button", name="Bắt đầu trả lời").click()
    expect(page.locator("#consent")).not_to_be_checked()
