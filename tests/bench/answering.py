"""Completed surveys and saved pages per second: a real server, a real HTTP client that asks for what browsers ask for.

Each business consents, gives its profile, chooses 5 units, answers every question (204) and sends its answers in; the
client is described in `tests.bench.browser`. At the end the number of stored answers must equal the number of receipts
shown. Processor time is that of the server's processes, of the database's processes for them, and of the client, which
all share this machine.
"""

import json
import os
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests.bench.browser import Browser, Known

SAVERS, SAVES = 16, 150
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Way:
    """How many businesses, how many at once, in which kind of browser (see `tests.bench.browser`)."""

    name: str
    clients: int
    surveys: int
    script: bool = True
    saving: bool = False


WAYS = (
    Way("script", 1, 20),
    Way("script", 16, 300),
    Way("script", 64, 300),
    Way("script, each page saved", 16, 96, saving=True),
    Way("no script", 16, 32, script=False),
)
HEAD = "database    browser                   at once surveys  per s  requests     p50     p95     p99  errors   "


@dataclass(frozen=True)
class Served:
    address: str
    codes: list[str]
    pid: int
    database: str

    def seconds(self) -> tuple[float, float, float]:
        """Processor time so far: server, database, client."""
        listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.pid)], capture_output=True, check=False)
        backends: list[int] = []
        if self.database.startswith("postgres"):
            with psycopg.connect(self.database) as asking:
                found = asking.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
                backends = [pid for (pid,) in found if pid != asking.info.backend_pid]
        servers = [self.pid, *map(int, listed.stdout.split())]
        return sum(map(processor_of, servers)), sum(map(processor_of, backends)), time.process_time()


def processor_of(pid: int) -> float:
    """Seconds that a process has used; none where it has gone, or runs on another machine."""
    try:
        facts = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(facts[11]) + int(facts[12])) / TICK


def measure() -> None:
    print(HEAD + "processor ms per survey: server, database, client")
    for name, environment in databases():
        with (
            tempfile.TemporaryDirectory() as folder,
            served(name, {**environment, "DDCI_VAR": folder}) as found,
        ):
            known = Known()
            Browser(found.address, 0, known).answer(found.codes.pop())
            for way in WAYS:
                print(f"{name:<12}" + surveys(found, known, way), flush=True)
            print(f"{name:<12}" + saves(found, known), flush=True)


def databases() -> Iterator[tuple[str, dict[str, str]]]:
    yield "SQLite", {}
    services = subprocess.run([".ci/services.sh"], capture_output=True, text=True, check=True).stdout.split()
    environment = dict(item.split("=", 1) for item in services)
    parts = urlsplit(environment["DATABASE_URL"])
    name = "ddci_bench"
    with psycopg.connect(urlunsplit(parts._replace(path="/postgres")), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")  # type: ignore[arg-type]
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
    yield "PostgreSQL", {**environment, "DATABASE_URL": urlunsplit(parts._replace(path=f"/{name}")), **production()}


def production() -> dict[str, str]:
    """The documented environment of an installation behind a proxy, which the client plays."""
    return {
        "DDCI_MODE": "production",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "INVITATION_KEY": secrets.token_urlsafe(48),
        "ALLOWED_HOSTS": "127.0.0.1",
        "SITE_URL": "https://ddci.example.vn",
        "EMAIL_URL": "smtp://127.0.0.1:9",
        "DEFAULT_FROM_EMAIL": "DDCI <ddci@example.vn>",
    }


@contextmanager
def served(name: str, changes: dict[str, str]) -> Iterator[Served]:
    """A server on a free port over a fresh database with an open edition, and unused codes."""
    environment = {**os.environ, "DATABASE_URL": "", **changes}
    if not environment["DATABASE_URL"]:
        del environment["DATABASE_URL"]
    wanted = 1 + sum(way.surveys for way in WAYS) + SAVERS
    codes = json.loads(prepare(environment, str(wanted)))
    if "DDCI_MODE" in changes:
        collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
        subprocess.run(collect, env=environment, check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    processes = (os.cpu_count() or 1) if "CACHE_URL" in changes else 1
    command = [sys.executable, "manage.py", "serve", "--port", str(port), "--processes", str(processes)]
    command += ["--trusted-proxy", "127.0.0.1"] if "DDCI_MODE" in changes else []
    with (Path(changes["DDCI_VAR"]) / "server.log").open("w", encoding="utf-8") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            wait_for(f"127.0.0.1:{port}")
            yield Served(f"127.0.0.1:{port}", codes, server.pid, environment.get("DATABASE_URL", ""))
            print(f"{name:<12}stored {prepare(environment, 'count')} answers; receipts: see above, and 1 at the start")
        finally:
            server.terminate()
            server.wait(timeout=30)


def prepare(environment: dict[str, str], asked: str) -> str:
    command = [sys.executable, "-m", "tests.bench.prepare", asked]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1]


def wait_for(address: str) -> None:
    host, port = address.split(":")
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex((host, int(port))) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"Nothing answers at {address}.")


def surveys(found: Served, known: Known, way: Way) -> str:
    """One line of figures."""
    batch = [found.codes.pop() for _ in range(way.surveys)]
    browsers = [
        Browser(found.address, seed, known, script=way.script, saving=way.saving) for seed in range(way.surveys)
    ]
    before, begun = found.seconds(), time.perf_counter()
    with ThreadPoolExecutor(way.clients) as pool:
        done = list(pool.map(lambda pair: pair[0].answer(pair[1]), zip(browsers, batch, strict=True)))
    seconds, after = time.perf_counter() - begun, found.seconds()
    times = sorted(each for browser in browsers for each in browser.times)
    spent = ", ".join(f"{1000 * (b - a) / way.surveys:.0f}" for a, b in zip(before, after, strict=True))
    return (
        f"{way.name:<25} {way.clients:>7} {way.surveys:>7} {sum(done) / seconds:>6.1f} "
        f"{len(times) / way.surveys:>9.0f} "
        f"{milliseconds(times)} {way.surveys - sum(done):>7}   {spent}"
    )


def saves(found: Served, known: Known) -> str:
    """How many changes of one page are saved and confirmed per second."""
    batch = [found.codes.pop() for _ in range(SAVERS)]
    browsers = [Browser(found.address, seed, known) for seed in range(SAVERS)]
    before, begun = found.seconds(), time.perf_counter()
    with ThreadPoolExecutor(SAVERS) as pool:
        confirmed = sum(pool.map(lambda pair: pair[0].save(pair[1], SAVES), zip(browsers, batch, strict=True)))
    seconds, after = time.perf_counter() - begun, found.seconds()
    times = sorted(each for browser in browsers for each in browser.times)
    spent = ", ".join(f"{1000 * (b - a) / confirmed:.1f}" for a, b in zip(before, after, strict=True))
    return (
        f"saves of a page: {confirmed / seconds:.0f} per s by {SAVERS} at once, {milliseconds(times)}, "
        f"{SAVERS * SAVES - confirmed} not confirmed, processor ms per save: {spent}"
    )


def milliseconds(times: list[float]) -> str:
    """Half, 95 and 99 % of the requests took no longer."""
    return " ".join(f"{1000 * quantile(times, share):>5.0f}ms" for share in (0.5, 0.95, 0.99))


def quantile(times: list[float], share: float) -> float:
    return statistics.quantiles(times, n=1000, method="inclusive")[round(share * 1000) - 1] if len(times) > 1 else 0.0
