"""What every test stands on: empty caches, files of its own, a database that can be emptied, a real browser."""

import gzip
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.utils import translation
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

AXE = Path(__file__).parent / "e2e" / "vendor" / "axe.min.js.gz"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

NewPage = Callable[..., Page]
Axe = Callable[[Page], list[str]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(autouse=True)
def _files_and_cache_of_this_test_only(settings: Any, tmp_path: Path) -> None:
    cache.clear()
    files = {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path / "files", "base_url": None}}
    settings.STORAGES = {**settings.STORAGES, "default": files}


@pytest.fixture(autouse=True)
def _vietnamese() -> Iterator[None]:
    """Every test begins in Vietnamese: a page asked for in English leaves its language behind in the thread."""
    with translation.override("vi"):
        yield


@pytest.fixture(autouse=True)
def _frozen_rows_leave_with_the_test(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that commits is cleaned up by deleting every row, which triggers on frozen tables refuse.

    They step aside for that moment only.
    """
    marker = request.node.get_closest_marker("django_db")
    commits = {"transactional_db", "live_server"} & set(request.fixturenames) or (
        marker and marker.kwargs.get("transaction")
    )
    if not commits:
        yield
        return
    # Asked for here, so that it is torn down after this.
    request.getfixturevalue("transactional_db")
    yield
    aside = _sqlite_triggers_aside if connection.vendor == "sqlite" else _postgresql_triggers_aside
    with aside():
        call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=True)


@contextmanager
def _sqlite_triggers_aside() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _sql in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
        yield
        for _name, sql in triggers:
            cursor.execute(sql)


@contextmanager
def _postgresql_triggers_aside() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgname LIKE '%\\_truncate'")
        triggers = cursor.fetchall()
        for table, name in triggers:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
        yield
        for table, name in triggers:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {name}")


# --- a real browser ----------------------------------------------------------


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium of the system; CHROMIUM names another one."""
    # Playwright keeps an event loop in this thread; the rows of a test are asked for from the same thread, in turn.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        launched = playwright.chromium.launch(executable_path=path, headless=True, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def new_page(browser: Browser, live_server: Any) -> Iterator[NewPage]:
    """Open a page as a new visitor: `new_page(width=360, java_script_enabled=False)`; paths are enough in `goto`.

    Whatever goes wrong unseen fails the test at its end: a script that throws, something the content security
    policy refused, a request to a third party.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def console(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            faults.append(message.text)

    def asked(request: Request) -> None:
        if not request.url.startswith((live_server.url, "data:", "blob:")):
            faults.append(f"request to a third party: {request.url}")

    def open_page(*, width: int = 1280, height: int = 900, **options: Any) -> Page:
        options.setdefault("locale", "vi-VN")
        viewport = {"width": width, "height": height}
        context = browser.new_context(base_url=live_server.url, viewport=viewport, **options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", console)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", asked)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """A visitor with a desktop screen who reads Vietnamese."""
    return new_page()


@pytest.fixture(scope="session")
def axe() -> Axe:
    """`axe(page)` lists what axe-core finds against WCAG 2.2 AA and good practice, one line for each element."""
    source = gzip.decompress(AXE.read_bytes()).decode()

    def run(page: Page) -> list[str]:
        page.evaluate(source)
        found = page.evaluate("tags => axe.run(document, {runOnly: tags})", WCAG)
        return [
            f"{violation['id']}: {violation['help']}: {node['html']}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]

    return run
