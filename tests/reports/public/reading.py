"""Reading public pages as their visitors do."""

import re

from django.test import Client

PAGES = ("", "units/so-cong-thuong/", "methodology/", "downloads/")
UNTRANSLATED = re.compile(r"\b(the|and|of|is|are|with)\b")


def text_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def words_of(page: str) -> str:
    """The text a reader sees."""
    page = re.sub(r"<(script|style|code|pre)\b.*?</\1>", "", page, flags=re.S)
    return re.sub(r"<[^>]+>", " ", page[page.index("<body") :])
