"""What every test stands on: empty caches, files of its own, a database that can be emptied, a real browser."""

import gzip
import os
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, transaction
from django.test import override_settings
from django.utils import translation
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright
from pytest_django.live_server_helper import LiveServer

AXE = Path(__file__).parent / "e2e" / "vendor" / "axe.min.js.gz"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

NewPage = Callable[..., Page]
Axe = Callable[..., list[str]]


OF_A_MODULE = {"kept", "shared"}
OF_THE_MODELS = {"django_content_type", "auth_permission", "django_migrations"}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with a browser take longest and come first, so that no worker is left alone with one of them."""

    def browses(item: pytest.Item) -> bool:
        return "browser" in getattr(item, "fixturenames", ())

    items.sort(key=browses, reverse=True)
    for item in filter(browses, items):
        item.add_marker(pytest.mark.e2e)


@pytest.fixture(autouse=True)
def _files_and_cache_of_this_test_only(
    request: pytest.FixtureRequest, settings: Any, tmp_path: Path, django_db_blocker: Any
) -> None:
    cache.clear()
    if not OF_A_MODULE & set(request.fixturenames):
        settings.STORAGES = _files_in(tmp_path)


def _files_in(folder: Path) -> dict[str, Any]:
    files = {**django_settings.STORAGES["default"], "OPTIONS": {"location": folder / "files", "base_url": None}}
    return {**django_settings.STORAGES, "default": files}


@pytest.fixture(autouse=True)
def _vietnamese() -> Iterator[None]:
    """Every test begins in Vietnamese: a page asked for in English leaves its language behind in the thread."""
    with translation.override("vi"):
        yield


# --- rows that several tests stand on ----------------------------------------


@pytest.fixture(scope="module")
def shared(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[None]:
    """Module fixtures that ask for this make rows once; whatever a test does to them is taken back after it."""
    files = override_settings(STORAGES=_files_in(tmp_path_factory.mktemp("shared")))
    with django_db_blocker.unblock(), files, translation.override("vi"), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def kept(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[None]:
    """The same with rows that are committed, for a server and its browsers. Tests leave them as they found them, or are
    the last of their module.
    """
    files = override_settings(STORAGES=_files_in(tmp_path_factory.mktemp("kept")))
    with django_db_blocker.unblock(), files:
        with translation.override("vi"):
            yield
        with _frozen_rows_may_leave(django_db_blocker):
            call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, None, None]:
    """A test that commits is cleaned up by deleting every row, which triggers on frozen tables refuse: they step aside
    for that moment only. After the last test there is no database to bring them back to; one that was skipped left
    nothing.
    """
    marker = item.get_closest_marker("django_db")
    commits = "transactional_db" in getattr(item, "fixturenames", ()) or (marker and marker.kwargs.get("transaction"))
    blocker = getattr(item, "funcargs", {}).get("django_db_blocker")
    if not commits or blocker is None:
        return (yield)
    if "kept" in getattr(item, "fixturenames", ()):
        connection.ops.sql_flush = _nothing
        return (yield)
    with _frozen_rows_may_leave(blocker, again=nextitem is not None):
        return (yield)


@contextmanager
def _frozen_rows_may_leave(blocker: Any, *, again: bool = True) -> Iterator[None]:
    with blocker.unblock():
        triggers = _triggers_aside()
    # To truncate a hundred tables takes PostgreSQL a second, to delete the few rows of a test next to nothing.
    connection.ops.sql_flush = _deletions
    yield
    vars(connection.ops).pop("sql_flush", None)
    if again:
        with blocker.unblock():
            _triggers_back(triggers)


def _nothing(style: Any, tables: list[str], **_options: Any) -> list[str]:
    return []


def _deletions(style: Any, tables: list[str], **_options: Any) -> list[str]:
    """One statement for each table that has rows; references are checked at the end of the transaction. What the models
    themselves are called stays: Django remembers the numbers.
    """
    with connection.cursor() as cursor:
        full = []
        for table in set(tables) - OF_THE_MODELS:
            cursor.execute(f'SELECT EXISTS (SELECT 1 FROM "{table}")')
            full += [table] if cursor.fetchone()[0] else []
    return [f'DELETE FROM "{table}"' for table in full]


def _triggers_aside() -> list[tuple[str, str]]:
    """Names with what brings them back: their definition on SQLite, their table on PostgreSQL."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            for name, _sql in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
        else:
            cursor.execute("SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
            triggers = cursor.fetchall()
            cursor.execute(";".join(f"ALTER TABLE {table} DISABLE TRIGGER {name}" for name, table in triggers))
    return list(triggers)


def _triggers_back(triggers: list[tuple[str, str]]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for _name, sql in triggers:
                cursor.execute(sql)
        else:
            cursor.execute(";".join(f"ALTER TABLE {table} ENABLE TRIGGER {name}" for name, table in triggers))


# --- a real browser ----------------------------------------------------------


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium of the system; CHROMIUM names another one."""
    # Playwright keeps an event loop in this thread; the rows of a test are asked for from the same thread, in turn.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium-headless-shell")
        launched = playwright.chromium.launch(executable_path=path, headless=True, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def site(django_db_setup: None) -> Iterator[LiveServer]:
    """The product on a port of its own; its tests stand on committed rows (`transaction=True` or `kept`)."""
    server = LiveServer("localhost")
    yield server
    server.stop()


@pytest.fixture
def new_page(browser: Browser, site: LiveServer) -> Iterator[NewPage]:
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
        if not request.url.startswith((site.url, "data:", "blob:")):
            faults.append(f"request to a third party: {request.url}")

    def open_page(*, width: int = 1280, height: int = 900, **options: Any) -> Page:
        options.setdefault("locale", "vi-VN")
        viewport = {"width": width, "height": height}
        context = browser.new_context(base_url=site.url, viewport=viewport, **options)
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
    """`axe(page)` lists what axe-core finds against WCAG 2.2 AA and good practice, one line for each element.
    `axe(page, ["color-contrast"])`: by these rules only, where the rest of the page was looked at before.
    """
    source = gzip.decompress(AXE.read_bytes()).decode()

    def run(page: Page, rules: Sequence[str] = ()) -> list[str]:
        page.wait_for_load_state()  # after a click, the next page may have come without being read yet
        if not page.evaluate("'axe' in window"):
            page.evaluate(source)
        only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": WCAG}
        found = page.evaluate("only => axe.run(document, {runOnly: only, resultTypes: ['violations']})", only)
        return [
            f"{violation['id']}: {violation['help']}: {node['html']}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]

    return run
