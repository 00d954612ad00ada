"""The main job in a real browser: businesses answer, the staff closes, reviews, freezes, scores, approves and
publishes, and everybody reads the numbers that the answers give – computed once more here, without the scoring engine.
"""

from collections.abc import Callable
from functools import partial

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from accounts.enums import Role
from accounts.models import Membership, User
from scoring.enums import Verdict
from scoring.models import Score, ScoringRun
from scoring.services.runs import run_approve
from surveys.models import Edition, Envelope, Response, UnitReader
from surveys.selectors.invitations import code_of, receipt_of
from tests.e2e import reading, recomputed, steps
from tests.e2e.steps import Business, Visited
from tests.factories.ballots import PASSPHRASES
from tests.factories.editions import NOW, answer
from tests.factories.people import PASSWORD, user_make
from tests.factories.respondents import edition_asking, invited
from tests.factories.results import scored_edition

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

BOXED = 60
NewPage = Callable[..., Page]
Axe = Callable[[Page], list[str]]
BLOCKS = {
    "departments": {"vi": "Sở, ban, ngành", "en": "Departments and agencies"},
    "localities": {"vi": "Địa phương", "en": "Localities"},
}
LISTED, INFORMED, AFTER = "Thủ tục được niêm yết đầy đủ?", "Đã nhận được thông tin?", "Sau bao nhiêu ngày?"
WAITED, LAND = "Số ngày chờ?", "Dễ tiếp cận mặt bằng?"

WITH_SCRIPT = Business(
    name="Công ty TNHH Lúa Vàng",
    stratum="micro",
    bands=("Doanh nghiệp", "Dưới 10 lao động"),
    profile={"type": "enterprise", "size": "micro"},
    visited=(
        Visited(
            unit="Sở Tài chính",
            pages={
                "Minh bạch": {LISTED: "Đồng ý", INFORMED: "Có", AFTER: 12},
                "Chi phí thời gian": {WAITED: 30},
            },
            satisfaction="8",
            stored=("so-tai-chinh", {"MB1": 3, "MB2": 1, "MB3": 12, "TG1": 30}, 8),
            comment="Cán bộ nhiệt tình.",
        ),
        Visited(
            unit="Quỳnh Phụ",
            pages={
                "Minh bạch": {LISTED: "Hoàn toàn không đồng ý", INFORMED: "Không"},
                "Chi phí thời gian": {WAITED: "Không áp dụng"},
                "Tiếp cận đất đai": {LAND: "Không biết"},
            },
            satisfaction="Không có ý kiến",
            stored=("quynh-phu", {"MB1": 1, "MB2": 0, "TG1": "na", "DD1": "dk"}, None),
        ),
    ),
)
WITHOUT_SCRIPT = Business(
    name="Hợp tác xã Bến Hới",
    stratum="small",
    bands=("Hợp tác xã", "Từ 10 lao động"),
    profile={"type": "cooperative", "size": "small"},
    visited=(
        Visited(
            unit="Sở Công Thương",
            pages={
                "Minh bạch": {LISTED: "Hoàn toàn đồng ý", INFORMED: "Không biết"},
                "Chi phí thời gian": {WAITED: 7},
            },
            satisfaction="10",
            stored=("so-cong-thuong", {"MB1": 4, "MB2": "dk", "TG1": 7}, 10),
        ),
        Visited(
            unit="Thành phố Thái Bình",
            pages={
                "Minh bạch": {LISTED: "Không áp dụng", INFORMED: "Có", AFTER: 3},
                "Chi phí thời gian": {WAITED: 0},
                "Tiếp cận đất đai": {LAND: "Đồng ý"},
            },
            satisfaction="5",
            stored=("tp-thai-binh", {"MB1": "na", "MB2": 1, "MB3": 3, "TG1": 0, "DD1": 3}, 5),
        ),
    ),
)


def test_answers_become_the_published_ranking(new_page: NewPage, axe: Axe) -> None:
    # On a desktop the same pages are looked at one by one, by the tests of each.
    look = partial(steps.look_at, axe=axe, widths=(360,))
    edition = edition_asking(units=3)
    answer(edition, responses=BOXED, seed=3)
    businesses_answer(edition, new_page, look)

    staff_publishes(edition, new_page, look)

    businesses_found(edition)
    tables = {block: recomputed.league(edition, block) for block in BLOCKS}
    visitor = new_page()
    league_read(visitor, edition, tables, look)
    scorecards = units_read(visitor, edition, tables, look)
    files = files_read(visitor, scorecards, look)
    numbers_read(edition, tables, files, visitor)


def businesses_answer(edition: Edition, new_page: NewPage, look: steps.Look) -> None:
    """Two businesses, one with a phone and scripts, one without scripts; nobody can read what they sent."""
    phone, plain = new_page(width=360), new_page(java_script_enabled=False)
    for page, business, eye in ((phone, WITH_SCRIPT, look), (plain, WITHOUT_SCRIPT, steps.fits_small_phone)):
        invitation = invited(edition, business.name, business.stratum)
        steps.business_answers(page, f"/s/{code_of(invitation)}/", business, eye)
        expect(page.get_by_text(receipt_of(invitation))).to_be_visible()
        assert Envelope.objects.filter(invitation=invitation).exists()
        assert not Response.objects.exists()


def businesses_found(edition: Edition) -> None:
    """What the two businesses entered is what came out of the ballot box, and all others are there too."""
    responses = list(Response.objects.filter(edition=edition).prefetch_related("ratings__block_unit__unit"))
    assert len(responses) == BOXED + 2
    said = [
        (row, [(one.block_unit.unit.code, one.answers, one.satisfaction) for one in row.ratings.all()])
        for row in responses
    ]
    for business in (WITH_SCRIPT, WITHOUT_SCRIPT):
        wanted = sorted((visited.stored for visited in business.visited), key=str)
        (found,) = [row for row, ratings in said if sorted(ratings, key=str) == wanted]
        assert (found.profile, found.stratum, found.design_weight) == (business.profile, business.stratum, 2.5)


def staff_publishes(edition: Edition, new_page: NewPage, look: steps.Look) -> None:
    """A manager closes, freezes and publishes; an analyst scores; an approver who is another person approves."""
    manager, analyst, approver = new_page(), new_page(), new_page()
    steps.sign_in(manager, user_make(Role.MANAGER, name="Trần Văn Quản"))
    look(manager)
    steps.dashboard(manager, edition)
    look(manager)
    closing = {"doing": "Đóng kỳ đánh giá", "step": "Thu phiếu", "said": "Kỳ đánh giá đã ngừng nhận phiếu."}
    freezing = {"doing": "Khóa số liệu", "step": steps.REVIEW, "said": "Số liệu đã khóa. Bây giờ có thể tính điểm."}
    steps.step_taken(manager, **closing, look=look)
    steps.next_step(manager, doing="Mở hòm phiếu", step="Mở hòm phiếu")
    holder_opens(edition, new_page(), look)
    steps.dashboard(manager, edition)
    steps.answers_checked(manager, look)
    steps.step_taken(manager, **freezing, offered=steps.REVIEW, look=look)
    waiting = steps.next_step(manager, doing="Tính điểm", step="Tính điểm")
    expect(waiting).to_contain_text("Người phân tích là người bắt đầu lần tính điểm.")
    expect(waiting.get_by_role("link", name="Đến các lần tính điểm")).to_have_count(0)

    steps.sign_in(analyst, user_make(Role.ANALYST, Role.APPROVER, name="Lê Thị Tính"))
    steps.dashboard(analyst, edition)
    steps.run_started(analyst)
    steps.own_run_refused(analyst)
    steps.dashboard(analyst, edition)
    own = steps.next_step(analyst, doing="Phê duyệt lần tính điểm", step="Phê duyệt")
    expect(own).to_contain_text("Người phê duyệt không phải là người đã bắt đầu lần tính điểm sẽ cho ý kiến.")
    expect(own.get_by_role("link", name="Xem và cho ý kiến")).to_have_count(0)

    steps.sign_in(approver, user_make(Role.APPROVER, name="Phạm Văn Duyệt"))
    steps.dashboard(approver, edition)
    steps.run_approved(approver, look)
    steps.dashboard(manager, edition)
    steps.result_published(manager, look)


def holder_opens(edition: Edition, page: Page, look: steps.Look) -> None:
    """A key holder, who has no part in the survey but a seat in the association."""
    person = edition.key_holders.order_by("pk")[0].user
    person.set_password(PASSWORD)
    person.save()
    Membership.objects.create(user=person, province=edition.province, role=Role.MODERATOR)
    steps.sign_in(page, person)
    steps.dashboard(page, edition)
    steps.box_opened(page, PASSPHRASES[0], look)


def expected_row(row: pd.Series, language: str) -> list[str]:
    """Rank, total, every sub-index, n, as they are to be shown."""
    parts = [reading.written(value, language) for value in row.drop(["total", "rank", "n"])]
    return [str(int(row["rank"])), reading.written(row["total"], language), *parts, str(int(row["n"]))]


def expected_league(edition: Edition, table: pd.DataFrame, block: str, language: str) -> dict[str, list[str]]:
    codes = recomputed.names(edition, block, language)
    return {name: expected_row(table.loc[code], language) for name, code in codes.items()}


def league_read(page: Page, edition: Edition, tables: dict[str, pd.DataFrame], look: steps.Look) -> None:
    """From the first page to the league tables, in both languages."""
    page.goto("/")
    look(page)
    page.get_by_role("main").get_by_role("link", name=edition.title_vi).click()
    page.wait_for_url("**/thai-binh/2024/")
    look(page)
    for language in ("vi", "en"):
        for block, titles in BLOCKS.items():
            shown = reading.league_shown(page, titles[language], language)
            assert shown == expected_league(edition, tables[block], block, language)
            assert [row[0] for row in shown.values()] == sorted(row[0] for row in shown.values())
        if language == "vi":
            page.get_by_role("link", name="English").click()
    page.get_by_role("link", name="Tiếng Việt").click()


def units_read(page: Page, edition: Edition, tables: dict[str, pd.DataFrame], look: steps.Look) -> dict[str, bytes]:
    """A department in Vietnamese and a locality in English: page and scorecard say what the league table says.

    Gives the scorecards by the end of their names.
    """
    scorecards = {}
    for block, language, unit in (("departments", "vi", "Sở Tài chính"), ("localities", "en", "Quỳnh Phụ")):
        page.goto("/thai-binh/2024/" if language == "vi" else "/en/thai-binh/2024/")
        steps.follow(page, unit)
        steps.headed(page, unit)
        look(page)
        expected = expected_league(edition, tables[block], block, language)[unit]
        assert reading.unit_shown(page, language) == expected
        pdf = reading.scorecard_downloaded(page, language)
        rank, total, *_parts, n = expected
        assert reading.scorecard_shown(pdf, language) == [rank, total, n]
        scorecards[f"-{recomputed.names(edition, block, language)[unit]}-{language}.pdf"] = pdf
    return scorecards


def files_read(page: Page, scorecards: dict[str, bytes], look: steps.Look) -> dict[str, bytes]:
    """The files that the page of downloads names with their hashes; the archive holds the scorecards seen before."""
    page.goto("/thai-binh/2024/")
    page.get_by_role("navigation", name="Kỳ đánh giá này").get_by_role("link", name="Tải về").click()
    steps.headed(page, "Tải về")
    look(page)
    files = reading.files_downloaded(page)
    for ending, pdf in scorecards.items():
        assert reading.archived(files["all.zip"], ending) == pdf
    return files


def numbers_read(edition: Edition, tables: dict[str, pd.DataFrame], files: dict[str, bytes], page: Page) -> None:
    """Files and API give one and the same number to the last digit, and it is the recomputed one."""
    scores = Score.objects.filter(run__edition=edition)
    stored = scores.values_list("block_unit__unit__code", "total", "rank", "n")
    figures = {unit: tuple(rest) for unit, *rest in stored}
    assert reading.json_figures(files["results.json"]) == figures
    assert reading.csv_figures(files["scores.csv"]) == figures
    assert reading.api_figures(page, edition.year) == figures
    everything = pd.concat(tables.values())
    assert set(figures) == set(everything.index)
    for unit, (total, rank, n) in figures.items():
        row = everything.loc[unit]
        assert (rank, n) == (row["rank"], row["n"])
        assert total == pytest.approx(row["total"], rel=1e-9)


# --- readers before publication --------------------------------------------------------------------------------------


def reader_of(run: ScoringRun, code: str) -> User:
    """A person who reads this unit's feedback and has no role in the province."""
    person = user_make(name=f"Người đọc {code}")
    unit = run.edition.blocks.get(code="departments").block_units.get(unit__code=code).unit
    UnitReader.objects.create(unit=unit, user=person)
    return person


def status_of(page: Page, address: str) -> int:
    answered = page.goto(address)
    assert answered is not None
    return answered.status


def test_readers_read_first_only_their_own_unit(new_page: NewPage, axe: Axe) -> None:
    run = scored_edition(responses=60, seed=3)
    Edition.objects.filter(pk=run.edition_id).update(readers_first=True)
    reader, stranger, visitor = new_page(), new_page(), new_page()
    steps.sign_in(reader, reader_of(run, "so-tai-chinh"))
    steps.sign_in(stranger, reader_of(run, "so-xay-dung"))

    reader.get_by_role("main").get_by_role("link", name=run.edition.title_vi).click()
    expect(reader.get_by_text("Chưa có kết quả để đọc.")).to_be_visible()
    run_approve(run=run, verdict=Verdict.APPROVED, note="", by=user_make(Role.APPROVER), now=NOW)
    reader.reload()

    expect(reader.get_by_text("Trước công bố.")).to_be_visible()
    steps.headed(reader, "Sở Tài chính")
    steps.look_at(reader, axe)
    table = recomputed.league(run.edition, "departments")
    assert reading.unit_shown(reader, "vi") == expected_row(table.loc["so-tai-chinh"], "vi")
    assert status_of(stranger, reader.url) == 404
    assert status_of(visitor, "/thai-binh/2024/units/so-tai-chinh/") == 404
    visitor.goto(reader.url)
    steps.headed(visitor, "Đăng nhập")


def test_readers_wait_for_publication_unless_the_edition_says_otherwise(new_page: NewPage) -> None:
    run = scored_edition(responses=60, seed=3)
    run_approve(run=run, verdict=Verdict.APPROVED, note="", by=user_make(Role.APPROVER), now=NOW)
    page = new_page()

    steps.sign_in(page, reader_of(run, "so-tai-chinh"))

    expect(page.get_by_role("main")).to_contain_text(run.edition.title_vi)
    expect(page.get_by_role("main").get_by_role("link", name=run.edition.title_vi)).to_have_count(0)
    assert status_of(page, f"/staff/editions/{run.edition_id}/units/so-tai-chinh/preview/") == 403
