"""A business answers in a real browser: saving, resuming, keyboard, small screens, no JavaScript, no connection."""

import gzip
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Response, expect

from surveys.enums import EditionState
from surveys.models import Draft, Edition, Rating
from surveys.models import Response as SentResponse
from surveys.selectors.invitations import code_of, receipt_of
from surveys.services.answering import draft_save, response_submit
from tests.e2e.answering_steps import SAVED, begun, choose, link, press, stored
from tests.factories.ballots import box_opened
from tests.factories.editions import NOW, edition_make
from tests.factories.respondents import edition_asking, invited, unit_key, whole_questionnaire

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

NewPage = Callable[..., Page]
Axe = Callable[[Page], list[str]]


def test_a_business_answers_from_the_link_to_the_receipt(page: Page) -> None:
    edition = edition_asking()
    invitation, finance = invited(edition), unit_key(edition, "so-tai-chinh")

    page.goto(link(invitation))
    expect(page.locator("#consent")).not_to_be_checked()
    page.locator("#consent").check()
    press(page)
    choose(page, "p-type", "enterprise")
    choose(page, "p-size", "micro")
    press(page)
    page.locator("#search").fill("so tai")
    expect(page.locator("label.option:visible")).to_have_count(1)
    page.get_by_label("Sở Tài chính").check()
    expect(page.locator(".chip")).to_have_text(["Sở Tài chính×"])
    press(page)
    expect(page.locator("h1")).to_have_text("Minh bạch")
    expect(page.get_by_text("Sau bao nhiêu ngày?")).to_be_hidden()
    choose(page, "q-MB1", "3")
    choose(page, "q-MB2", "1")
    page.get_by_role("textbox", name=re.compile("Sau bao nhiêu ngày")).fill("12")
    press(page)
    page.locator("label", has_text="Không áp dụng").click()
    press(page)
    choose(page, "satisfaction", "8")
    page.locator("#comment").fill("Cán bộ nhiệt tình.")
    press(page)
    expect(page.locator("h1")).to_have_text("Xem lại trước khi gửi")
    page.get_by_role("button", name="Gửi phiếu").click()

    expect(page.locator(".receipt-code")).to_have_text(receipt_of(invitation))
    box_opened(edition)
    rating = Rating.objects.get()
    assert (rating.block_unit_id, rating.answers) == (finance, {"MB1": 3, "MB2": 1, "MB3": 12, "TG1": "na"})
    assert (rating.satisfaction, SentResponse.objects.get().profile) == (8, {"type": "enterprise", "size": "micro"})
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length") == 0


def test_answers_are_saved_while_answering_and_another_device_goes_on(page: Page, new_page: NewPage) -> None:
    edition = edition_asking()
    finance = unit_key(edition, "so-tai-chinh")
    invitation = begun(edition, finance)
    page.goto(link(invitation, f"rate/{finance}/transparency/"))

    choose(page, "q-MB1", "4")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        choose(page, "q-MB2", "1")
    expect(page.locator("#save-status")).to_have_text(SAVED)
    assert stored(invitation).ratings == {finance: {"MB1": 4, "MB2": 1}}

    other = new_page(width=360)
    other.goto(link(invitation))
    assert other.url.endswith(f"/rate/{finance}/transparency/")
    expect(other.locator("input[name='q-MB1'][value='4']")).to_be_checked()
    expect(other.get_by_text("Sau bao nhiêu ngày?")).to_be_visible()


def test_a_number_and_not_applicable_exclude_each_other_and_faults_show_while_answering(page: Page) -> None:
    edition = edition_asking()
    finance = unit_key(edition, "so-tai-chinh")
    invitation = begun(edition, finance)
    page.goto(link(invitation, f"rate/{finance}/time_costs/"))
    days, away = page.locator("input[name=n-TG1]"), page.locator("input[name=q-TG1][value=na]")

    away.check()
    days.fill("1.000")
    expect(away).not_to_be_checked()
    expect(page.locator(".field-error")).to_have_text(re.compile("số nguyên"))
    expect(days).to_have_attribute("aria-invalid", "true")
    days.fill("30")
    expect(page.locator(".field-error")).to_be_hidden()
    assert stored(invitation).ratings == {finance: {"TG1": 30}}
    away.check()
    expect(days).to_have_value("")


def test_the_back_buttons_lose_nothing(page: Page) -> None:
    edition = edition_asking()
    finance = unit_key(edition, "so-tai-chinh")
    invitation = begun(edition, finance)
    page.goto(link(invitation, f"rate/{finance}/transparency/"))
    choose(page, "q-MB1", "2")
    choose(page, "q-MB2", "0")
    press(page)
    page.locator("input[name=n-TG1]").fill("9")

    page.locator("main .back-link").click()
    expect(page.locator("input[name='q-MB1'][value='2']")).to_be_checked()
    press(page)
    expect(page.locator("input[name=n-TG1]")).to_have_value("9")
    page.go_back()
    expect(page.locator("input[name='q-MB2'][value='0']")).to_be_checked()
    assert stored(invitation).ratings == {finance: {"MB1": 2, "MB2": 0, "TG1": 9}}


def test_without_a_connection_answers_stay_and_are_saved_later(page: Page) -> None:
    edition = edition_asking()
    finance = unit_key(edition, "so-tai-chinh")
    invitation = begun(edition, finance)
    page.goto(link(invitation, f"rate/{finance}/transparency/"))

    page.context.set_offline(True)
    choose(page, "q-MB1", "4")
    expect(page.locator("#save-status")).to_have_text(re.compile("Mất kết nối"))
    press(page)  # does not leave the page
    assert code_of(invitation) not in page.evaluate("JSON.stringify(localStorage)")
    assert stored(invitation).ratings == {}
    page.context.set_offline(False)

    expect(page.locator("#save-status")).to_have_text(SAVED)
    assert stored(invitation).ratings == {finance: {"MB1": 4}}
    assert page.evaluate("localStorage.length") == 0


def test_answers_kept_on_the_device_come_back_when_the_page_is_opened_again(page: Page) -> None:
    edition = edition_asking()
    finance = unit_key(edition, "so-tai-chinh")
    invitation = begun(edition, finance)
    address = link(invitation, f"rate/{finance}/transparency/")
    page.goto(address)
    page.route("**/rate/**", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    choose(page, "q-MB1", "4")
    expect(page.locator("#save-status")).to_have_text(re.compile("Mất kết nối"))
    page.unroute("**/rate/**")

    page.goto(address)

    expect(page.locator("input[name='q-MB1'][value='4']")).to_be_checked()
    expect(page.locator("#notice")).to_be_visible()
    expect(page.locator("#save-status")).to_have_text(SAVED)
    assert stored(invitation).ratings == {finance: {"MB1": 4}}


def test_two_windows_on_one_page_are_told(page: Page, new_page: NewPage) -> None:
    edition = edition_asking()
    finance = unit_key(edition, "so-tai-chinh")
    invitation = begun(edition, finance)
    other = new_page()
    for window in (page, other):
        window.goto(link(invitation, f"rate/{finance}/transparency/"))

    choose(page, "q-MB1", "4")
    expect(page.locator("#save-status")).to_have_text(SAVED)
    choose(other, "q-MB1", "1")

    expect(other.locator("#notice")).to_have_text(re.compile("cửa sổ hoặc thiết bị khác"))
    expect(page.locator("#notice")).to_be_hidden()
    assert stored(invitation).ratings == {finance: {"MB1": 1}}


def test_the_keyboard_alone_is_enough(page: Page) -> None:
    edition = edition_asking()
    finance = unit_key(edition, "so-tai-chinh")
    invitation = begun(edition, finance)
    page.goto(link(invitation, f"rate/{finance}/transparency/"))

    def to(selector: str) -> None:
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        pytest.fail(f"Tab never reaches {selector}")

    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    to("input[name=q-MB1]")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    to("input[name=q-MB2]")
    page.keyboard.press("Space")
    to("input[name=n-MB3]")
    page.keyboard.type("14")
    page.keyboard.press("Enter")  # goes on; it must not press the language switch at the top

    expect(page.locator("h1")).to_have_text("Chi phí thời gian")
    assert page.url.endswith(f"/s/{code_of(invitation)}/rate/{finance}/time_costs/")
    assert stored(invitation).ratings == {finance: {"MB1": 2, "MB2": 1, "MB3": 14}}


def test_what_is_open_is_told_in_focus_and_leads_to_the_question(page: Page) -> None:
    edition = edition_asking()
    finance = unit_key(edition, "so-tai-chinh")
    page.goto(link(begun(edition, finance), f"rate/{finance}/transparency/"))

    press(page)
    expect(page.locator("#told")).to_be_focused()
    expect(page.locator("#told li")).to_have_count(2)
    page.locator("#told a").last.click()
    expect(page.locator("#question-2")).to_be_focused()
    press(page)

    expect(page.locator("h1")).to_have_text("Chi phí thời gian")


def test_the_journey_without_javascript(new_page: NewPage) -> None:
    edition = edition_asking()
    invitation, finance = invited(edition), unit_key(edition, "so-tai-chinh")
    page = new_page(width=360, java_script_enabled=False)

    page.goto("/s/")
    page.locator("#code").fill(code_of(invitation).lower())
    page.locator("main .button").click()
    page.locator("#consent").check()
    press(page)
    choose(page, "p-type", "enterprise")
    choose(page, "p-size", "micro")
    press(page)
    assert page.locator("#search").is_hidden()
    page.get_by_label("Sở Tài chính").check()
    press(page)
    expect(page.get_by_text("Chỉ trả lời câu này nếu câu 2")).to_be_visible()
    choose(page, "q-MB1", "3")
    choose(page, "q-MB2", "0")
    page.locator("input[name=n-MB3]").fill("12")  # not asked after “no”: dropped
    press(page)
    choose(page, "q-TG1", "dk")
    press(page)
    choose(page, "satisfaction", "10")
    press(page)
    page.get_by_role("button", name="Gửi phiếu").click()

    expect(page.locator(".receipt-code")).to_have_text(receipt_of(invitation))
    box_opened(edition)
    assert Rating.objects.get().answers == {"MB1": 3, "MB2": 0, "TG1": "dk"}
    assert not Draft.objects.exists()
    assert finance == Rating.objects.get().block_unit_id


def every_page(edition: Edition) -> list[str]:
    """An address of each kind of page, as respondents meet them."""
    finance = unit_key(edition, "so-tai-chinh")
    new, going, sent = invited(edition), begun(edition, finance), begun(edition, finance)
    draft_save(invitation=sent, pages=whole_questionnaire(finance), now=NOW)
    response_submit(invitation=sent)
    crowded = begun(edition, *[unit_key(edition, code) for code in ("so-tai-chinh", "so-cong-thuong", "so-xay-dung")])
    asking = ["about/", "delete/", "profile/?open=1", "units/", f"rate/{finance}/transparency/?open=1"]
    asking += [f"rate/{finance}/time_costs/", f"overall/{finance}/?open=1", "review/"]
    return [
        "/s/",
        link(new),
        *[link(going, rest) for rest in asking],
        link(crowded, "units/?open=1"),
        link(sent),
        link(sent, "receipt/"),
        link(invited(edition_make(year=2033))),
        "/s/UNKNOWN/",
        "/en" + link(going, f"rate/{finance}/transparency/"),
    ]


def test_axe_finds_nothing_and_nothing_is_wider_than_the_smallest_phone(new_page: NewPage, axe: Axe) -> None:
    edition = edition_asking()
    addresses = every_page(edition)
    page = new_page(width=320)
    found: dict[str, object] = {}

    def look(address: str) -> None:
        page.goto(address)
        faults = axe(page)
        width = page.evaluate("document.documentElement.scrollWidth")
        if faults or width > 320:
            found[address] = (faults, width)

    for address in addresses:
        look(address)
    Edition.objects.filter(pk=edition.pk).update(state=EditionState.CLOSED)
    look(addresses[1])

    assert found == {}


def test_the_first_page_is_light_and_asks_nobody_else(new_page: NewPage) -> None:
    invitation = invited(edition_asking())
    page = new_page(width=360)
    answers: list[Response] = []

    def came(answer: Response) -> None:
        answers.append(answer)

    page.on("response", came)

    page.goto(link(invitation), wait_until="networkidle")

    sizes = {answer.url: len(gzip.compress(answer.body())) for answer in answers if answer.url.startswith("http")}
    fonts = sum(size for url, size in sizes.items() if url.endswith(".woff2"))
    assert fonts > 0
    assert sum(sizes.values()) - fonts <= 30_000
    assert sum(sizes.values()) <= 100_000
    assert len(sizes) <= 8
