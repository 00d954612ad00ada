"""Signing in, the second step and a forgotten password, in Vietnamese, as staff meet them."""

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from lxml import html
from pytest_django.live_server_helper import LiveServer

from tests.conftest import Axe, NewPage
from tests.factories.people import PASSWORD, user_make

LOGIN = "/accounts/login/"
pytestmark = pytest.mark.django_db


def parsed(response: Any) -> html.HtmlElement:
    return html.document_fromstring(response.content.decode())


def code_now(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def signed_in(client: Client, email: str) -> Any:
    return client.post(LOGIN, {"login": email, "password": PASSWORD, "next": "/accounts/2fa/"})


def test_wrong_password_is_told_in_vietnamese_and_keeps_the_address(client: Client) -> None:
    page = parsed(client.post(LOGIN, {"login": "lan@example.vn", "password": "sai-mat-khau"}))
    faults = [item.text_content() for item in page.find_class("error-summary")[0].iter("li")]
    assert faults == ["Địa chỉ thư hoặc mật khẩu không đúng."]
    assert page.xpath("//input[@name='login']/@value") == ["lan@example.vn"]
    assert page.xpath("//input[@name='password']/@value") == []


def test_nobody_can_sign_up(client: Client) -> None:
    page = parsed(client.get("/accounts/signup/"))
    assert page.findtext(".//h1") == "Tài khoản do người quản lý cấp"
    assert page.xpath("//main//input") == []


def test_forgotten_password_sends_a_vietnamese_letter_whose_link_sets_a_new_one(
    client: Client, mailoutbox: list[Any]
) -> None:
    user = user_make()
    client.post("/accounts/password/reset/", {"email": user.email})
    assert [letter.subject for letter in mailoutbox] == ["[DDCI] Đặt mật khẩu mới"]
    link = re.search(r"/accounts/password/reset/key/\S+", mailoutbox[0].body)
    assert link is not None
    form = client.get(link.group(), follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": "lúa-mới-2025-đồng", "password2": "lúa-mới-2025-đồng"})
    user.refresh_from_db()
    assert user.check_password("lúa-mới-2025-đồng")
    again = parsed(Client().get(link.group(), follow=True))
    assert again.findtext(".//h1") == "Đường dẫn này không còn hiệu lực"


def test_second_step_is_switched_on_asked_for_and_switched_off(client: Client) -> None:
    user = user_make()
    signed_in(client, user.email)
    page = parsed(client.get("/accounts/2fa/totp/activate/", follow=True))
    if page.xpath("//input[@name='password']"):
        asked = client.post(
            "/accounts/reauthenticate/?next=/accounts/2fa/totp/activate/", {"password": PASSWORD}, follow=True
        )
        page = parsed(asked)
    secret = page.find_class("secret")[0].text_content()
    codes = parsed(client.post("/accounts/2fa/totp/activate/", {"code": code_now(secret)}, follow=True))
    shown = [item.text_content() for item in codes.find_class("codes")[0].iter("li")]
    assert len(shown) == 10

    other = Client()
    assert signed_in(other, user.email).headers["Location"] == "/accounts/2fa/authenticate/"
    second = parsed(other.get("/accounts/2fa/authenticate/"))
    assert second.findtext(".//h1") == "Bước đăng nhập thứ hai"
    refused = parsed(other.post("/accounts/2fa/authenticate/", {"code": "00000000"}))
    assert [each.text_content().strip() for each in refused.find_class("field-error")] == ["Mã không đúng."]
    assert "_auth_user_id" not in other.session
    other.post("/accounts/2fa/authenticate/", {"code": shown[0]})
    assert other.session["_auth_user_id"] == str(user.pk)

    client.post("/accounts/2fa/totp/deactivate/")
    assert list(Authenticator.objects.filter(user=user)) == []


@pytest.mark.e2e
@pytest.mark.parametrize("java_script_enabled", [True, False])
def test_sign_in_page_works_at_320_pixels(new_page: NewPage, site: LiveServer, java_script_enabled: bool) -> None:
    page = new_page(width=320, java_script_enabled=java_script_enabled)
    page.goto(LOGIN)
    page.get_by_label("Địa chỉ email").fill("khong-co@example.vn")
    page.get_by_label("Mật khẩu").fill("sai-mat-khau")
    page.get_by_role("main").get_by_role("button", name="Đăng nhập").click()
    page.get_by_text("Địa chỉ thư hoặc mật khẩu không đúng.").wait_for()
    assert page.get_by_role("alert").count() == 1
    if java_script_enabled:
        assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.e2e
@pytest.mark.parametrize(
    "path", [LOGIN, "/en/accounts/login/", "/accounts/password/reset/", "/khong/co/trang/nay/o/day/"]
)
def test_pages_without_content_pass_axe(new_page: NewPage, axe: Axe, path: str) -> None:
    page = new_page(width=360, reduced_motion="reduce")
    page.goto(path)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert axe(page) == [], scheme


@pytest.mark.e2e
def test_reader_chooses_dark_and_keeps_it(new_page: NewPage) -> None:
    page = new_page(color_scheme="light")
    page.goto(LOGIN)
    ground = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    page.get_by_role("button", name="Nền tối").click()
    assert page.evaluate(ground) == "rgb(17, 23, 30)"
    page.goto("/accounts/password/reset/")
    assert page.evaluate(ground) == "rgb(17, 23, 30)"
    assert page.get_by_role("button", name="Nền tối").get_attribute("aria-pressed") == "true"
