"""A key holder's own page and sheet, and the public page of receipts, in a browser and for everybody."""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random

import pytest
from playwright.sync_api import Page, expect

from accounts.enums import Role
from ddci.core.crypto import code_normalised
from ddci.core.sealing import public_of, secret_of_recovery_code
from surveys.enums import Secrecy
from surveys.models import KeyHolder
from surveys.services.answering import draft_save, response_submit
from surveys.services.ballot_keys import key_holder_name
from surveys.services.editions import edition_close
from tests.e2e import steps
from tests.factories.editions import NOW, edition_make
from tests.factories.people import user_make
from tests.factories.respondents import edition_asking, invited, unit_key, whole_questionnaire
from tests.scanner import scanned

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_a_key_holder_sets_a_passphrase_and_gets_a_sheet(
    page: Page, axe: Callable[[Page], list[str]], tmp_path: Path
) -> None:
    edition, person = edition_make(secrecy=Secrecy.SEALED), user_make(Role.APPROVER, name="Phạm Thu Hà")
    key_holder_name(edition=edition, person=person, by=None, now=NOW)
    steps.sign_in(page, person)
    page.goto(f"/staff/editions/{edition.pk}/ballot-box/")
    steps.look_at(page, axe)
    page.get_by_label("Cụm mật khẩu", exact=True).fill("bốn từ liền nhau")
    page.get_by_label("Nhập lại cụm mật khẩu").fill("bốn từ liền nhau")
    steps.press(page, "Đặt và hiện tờ khôi phục")

    steps.headed(page, "Tờ khôi phục")
    code = page.get_by_text(re.compile(r"^([0-9A-Z]{4}-){13}[0-9A-Z]{4}$"))
    expect(code).to_be_visible()
    expect(page.get_by_role("img", name="mã QR")).to_be_visible()
    page.pdf(path=tmp_path / "sheet.pdf", format="A4")
    ((read,),) = scanned(tmp_path / "sheet.pdf")
    assert read == code_normalised(code.text_content() or "")
    secret = secret_of_recovery_code(read)
    assert secret is not None
    assert public_of(secret) == bytes(KeyHolder.objects.get(user=person).public_key)
    steps.look_at(page, axe)
    steps.follow(page, "Đã in xong; trở lại hòm phiếu")
    expect(page.get_by_text("đã đặt cụm mật khẩu").first).to_be_visible()
    assert KeyHolder.objects.get(user=person).is_ready


def test_anybody_checks_a_receipt_without_a_script(
    new_page: Callable[..., Page], axe: Callable[[Page], list[str]]
) -> None:
    edition = edition_asking()
    invitation = invited(edition)
    draft_save(invitation=invitation, pages=whole_questionnaire(unit_key(edition, "so-tai-chinh")), now=NOW)
    receipt = response_submit(invitation=invitation)
    edition_close(edition=edition, by=None, now=NOW, rng=Random(1))
    plain, look = new_page(java_script_enabled=False), partial(steps.look_at, axe=axe)
    plain.goto(f"/{edition.province.slug}/{edition.year}/receipts/")
    plain.get_by_label("Mã xác nhận").fill(receipt.lower())
    steps.press(plain, "Kiểm tra")
    expect(plain.get_by_role("status")).to_contain_text("Có. Mã này nằm trong danh sách")
    assert plain.context.cookies() == []

    seen = new_page()
    seen.goto(f"/en/{edition.province.slug}/{edition.year}/receipts/")
    look(seen)
