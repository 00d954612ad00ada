"""Steps of a business that answers."""

import re
from typing import Any

from playwright.sync_api import Page

from surveys.models import Edition, Invitation
from surveys.selectors.answering import draft_content
from surveys.selectors.invitations import code_of
from surveys.services.answering import draft_save
from tests.factories.editions import NOW
from tests.factories.respondents import entry_pages, invited

SAVED = re.compile(r"^Đã lưu \d\d:\d\d$")
GO_ON = "main .button[value=next], main .button[value=skip]"


def link(invitation: Invitation, rest: str = "") -> str:
    return f"/s/{code_of(invitation)}/{rest}"


def begun(edition: Edition, *units: int) -> Invitation:
    invitation = invited(edition)
    draft_save(invitation=invitation, pages=entry_pages(*units), now=NOW)
    return invitation


def stored(invitation: Invitation) -> Any:
    return draft_content(Invitation.objects.get(pk=invitation.pk))


def press(page: Page) -> None:
    page.locator(GO_ON).click()


def choose(page: Page, name: str, value: str) -> None:
    page.locator(f"input[name='{name}'][value='{value}']").check()
