"""What people do between a questionnaire and a published ranking, found on the pages as a reader finds it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from surveys.models import Edition
from tests.factories.people import PASSWORD

Look = Callable[[Page], None]
SATISFIED = "Nhìn chung, doanh nghiệp hài lòng với đơn vị này ở mức nào?"
MAKING_FILES = 60_000
REVIEW = "Rà soát phiếu"


def look_at(page: Page, axe: Callable[[Page], list[str]], widths: tuple[int, ...] = (1280, 360)) -> None:
    """A page is readable for everybody on a phone and on a desktop, and fits the smallest phone."""
    usual = page.viewport_size or {"width": 1280, "height": 900}
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        faults = axe(page)
        assert faults == [], f"{page.url} at {width}: {faults}"
    fits_small_phone(page)
    page.set_viewport_size(usual)


def fits_small_phone(page: Page) -> None:
    usual = page.viewport_size or {"width": 1280, "height": 900}
    page.set_viewport_size({"width": 320, "height": 700})
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, page.url
    page.set_viewport_size(usual)


def headed(page: Page, title: str | re.Pattern[str]) -> None:
    expect(page.get_by_role("heading", level=1, name=title, exact=True)).to_be_visible()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).click()


# --- a business ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Visited:
    """What a business says about one unit.

    `pages`: by heading, what it gives to each question: the words of a choice, or a number that it types. `stored`:
    what must be found in the database.
    """

    unit: str
    pages: dict[str, dict[str, str | int]]
    satisfaction: str
    stored: tuple[str, dict[str, int | str], int | None]
    comment: str = ""


@dataclass(frozen=True)
class Business:
    name: str
    stratum: str
    bands: tuple[str, ...]
    profile: dict[str, str]
    visited: tuple[Visited, ...] = field(default_factory=tuple)


def business_answers(page: Page, address: str, business: Business, look: Look) -> None:
    """From the link in the invitation to the receipt."""
    page.goto(address)
    consent = page.get_by_role("checkbox", name=re.compile("Doanh nghiệp đồng ý"))
    expect(consent).not_to_be_checked()
    look(page)
    consent.check()
    press(page, "Bắt đầu")
    headed(page, "Về doanh nghiệp")
    for band in business.bands:
        page.get_by_label(band, exact=True).check()
    press(page, "Tiếp tục")
    headed(page, re.compile("doanh nghiệp đã làm việc với những đơn vị nào"))
    for visited in business.visited:
        page.get_by_role("checkbox", name=visited.unit).check()
    look(page)
    press(page, "Tiếp tục")
    for visited in business.visited:
        unit_rated(page, visited, look)
    headed(page, "Xem lại trước khi gửi")
    look(page)
    press(page, "Gửi phiếu")
    headed(page, re.compile("Đã nhận được phiếu"))
    expect(page.get_by_text("Mã xác nhận", exact=True)).to_be_visible()
    look(page)


def unit_rated(page: Page, visited: Visited, look: Look) -> None:
    """Every page about one unit."""
    for title, entries in visited.pages.items():
        headed(page, title)
        expect(page.get_by_role("main")).to_contain_text(visited.unit)
        for question, given in entries.items():
            give(page, question, given)
        if len(entries) > 2:
            look(page)
        press(page, "Tiếp tục")
    headed(page, "Mức độ hài lòng chung")
    give(page, SATISFIED, visited.satisfaction)
    page.get_by_role("textbox").fill(visited.comment)
    press(page, "Tiếp tục")


def give(page: Page, question: str, given: str | int) -> None:
    card = page.get_by_role("group", name=question)
    if isinstance(given, int):
        card.get_by_role("textbox").fill(str(given))
    else:
        card.get_by_label(given, exact=True).check()


# --- the staff -------------------------------------------------------------------------------------------------------


def sign_in(page: Page, user: User) -> None:
    """Through the page that asks who is there, to the first page of the staff area."""
    page.goto("/staff/")
    headed(page, "Đăng nhập")
    page.get_by_label("Địa chỉ email").fill(user.email)
    page.get_by_label("Mật khẩu", exact=True).fill(PASSWORD)
    press(page, "Đăng nhập")
    headed(page, "Khu vực làm việc")


def dashboard(page: Page, edition: Edition) -> None:
    page.goto("/staff/")
    page.get_by_role("main").get_by_role("link", name=edition.title_vi).click()
    headed(page, edition.title_vi)


def next_step(page: Page, *, doing: str, step: str) -> Locator:
    """The box of the next step, after making sure that it is this one and that the line of the year says the same."""
    line = page.get_by_role("list", name="Các bước của kỳ đánh giá").get_by_role("listitem")
    expect(line).to_have_count(8)
    expect(line.and_(page.locator("[aria-current=step]"))).to_contain_text(step)
    box = page.get_by_role("region", name=doing)
    expect(box).to_contain_text("Bước tiếp theo")
    return box


def answers_checked(page: Page, look: Look) -> None:
    """From the dashboard: the check of the answers; flagged responses stay undecided, so that they count."""
    box = next_step(page, doing=REVIEW, step=REVIEW)
    box.get_by_role("link", name=REVIEW, exact=True).click()
    headed(page, "Chất lượng phiếu")
    press(page, "Kiểm tra phiếu")
    expect(page.get_by_role("heading", name="Kết quả kiểm tra")).to_be_visible()
    look(page)
    follow(page, "Tổng quan")


def step_taken(page: Page, *, doing: str, step: str, said: str, look: Look, offered: str = "") -> None:
    """A step of the year by its button on the dashboard and the page that asks once more; `offered`: as a way on from
    another step.
    """
    next_step(page, doing=offered or doing, step=step).get_by_role("link", name=f"{doing}…").click()
    headed(page, doing)
    expect(page.get_by_role("region", name="Điều sẽ xảy ra")).to_be_visible()
    look(page)
    page.get_by_role("textbox", name=re.compile("nhật ký")).fill("Theo kế hoạch của hiệp hội")
    press(page, doing)
    expect(page.get_by_text(said)).to_be_visible()


def box_opened(page: Page, passphrase: str, look: Look) -> None:
    """From the dashboard: a key holder opens the ballot box."""
    box = next_step(page, doing="Mở hòm phiếu", step="Mở hòm phiếu")
    box.get_by_role("link", name="Đến hòm phiếu").click()
    headed(page, "Hòm phiếu")
    look(page)
    page.get_by_label("Cụm mật khẩu của mình, hoặc mã khôi phục").fill(passphrase)
    press(page, "Mở hòm phiếu")
    expect(page.get_by_text("Hòm phiếu đã mở.")).to_be_visible()
    look(page)


def run_started(page: Page) -> None:
    """From the dashboard: a run with everything as it is proposed."""
    box = next_step(page, doing="Tính điểm", step="Tính điểm")
    box.get_by_role("link", name="Đến các lần tính điểm").click()
    headed(page, "Các lần tính điểm")
    page.get_by_role("link", name="Bắt đầu tính điểm").first.click()
    expect(page.get_by_label("Công thức").locator("option:checked")).to_have_text("Công thức chuẩn của kỳ này")
    press(page, "Bắt đầu tính")
    expect(page.get_by_text("Đã bắt đầu lần tính điểm.")).to_be_visible()
    headed(page, "Lần tính 1 Hoàn tất")


def own_run_refused(page: Page) -> None:
    """Who started a run and is an approver too: no button, and the address of the verdict says why not."""
    expect(page.get_by_text("do chính tài khoản đang đăng nhập bắt đầu")).to_be_visible()
    expect(page.get_by_role("link", name="Cho ý kiến phê duyệt")).to_have_count(0)
    refused = page.goto(page.url + "verdict/")
    assert refused is not None
    assert refused.status == 403
    expect(page.get_by_text("Người bắt đầu lần tính không được tự phê duyệt.")).to_be_visible()


def run_approved(page: Page, look: Look) -> None:
    """From the dashboard: the run is read and approved."""
    box = next_step(page, doing="Phê duyệt lần tính điểm", step="Phê duyệt")
    box.get_by_role("link", name="Xem và cho ý kiến").click()
    headed(page, re.compile("^Lần tính 1"))
    look(page)
    follow(page, "Cho ý kiến phê duyệt")
    page.get_by_role("radio", name="Phê duyệt lần tính này").check()
    press(page, "Ghi nhận ý kiến")
    expect(page.get_by_text("Ý kiến phê duyệt đã được ghi nhận.")).to_be_visible()


def result_published(page: Page, look: Look) -> None:
    """From the dashboard: the result becomes public and its files are made."""
    box = next_step(page, doing="Công bố kết quả", step="Công bố")
    box.get_by_role("link", name="Công bố…").click()
    headed(page, "Công bố lần tính điểm 1")
    look(page)
    page.get_by_role("button", name="Công bố", exact=True).click(timeout=MAKING_FILES)
    expect(page.get_by_text("Kết quả đã công bố.")).to_be_visible(timeout=MAKING_FILES)
    expect(page.get_by_role("region", name="Kỳ đánh giá này đã công bố")).to_be_visible()
