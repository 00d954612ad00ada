"""Completed surveys per second: a real server, a real HTTP client that loads and sends every page as a browser does.

Each business consents, gives its profile, chooses units, answers every page and sends its answers in. At the end the
number of stored responses must equal the number of receipts shown.
"""

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests.bench.browser import Browser

CONCURRENCIES = (1, 16, 64)
SURVEYS = {1: 10, 16: 64, 64: 128}


def measure() -> None:
    print("database     clients  surveys     per s  requests/s     p50     p95     p99  errors")
    for name, environment in databases():
        with (
            tempfile.TemporaryDirectory() as folder,
            served(name, {**environment, "DDCI_VAR": folder}) as (address, codes),
        ):
            for clients in CONCURRENCIES:
                batch = [codes.pop() for _ in range(SURVEYS[clients])]
                print(f"{name:<12} {clients:>7} " + run(address, batch, clients), flush=True)


def databases() -> Iterator[tuple[str, dict[str, str]]]:
    yield "SQLite", {}
    services = subprocess.run([".ci/services.sh"], capture_output=True, text=True, check=True).stdout.split()
    environment = dict(item.split("=", 1) for item in services)
    parts = urlsplit(environment["DATABASE_URL"])
    name = "ddci_bench"
    with psycopg.connect(urlunsplit(parts._replace(path="/postgres")), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")  # type: ignore[arg-type]
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
    yield "PostgreSQL", {**environment, "DATABASE_URL": urlunsplit(parts._replace(path=f"/{name}"))}


@contextmanager
def served(name: str, changes: dict[str, str]) -> Iterator[tuple[str, list[str]]]:
    """A server on a free port over a fresh database with an open edition; gives its address and unused codes."""
    environment = {**os.environ, "DATABASE_URL": "", **changes, "LOG_LEVEL": "ERROR"}
    if not environment["DATABASE_URL"]:
        del environment["DATABASE_URL"]
    made = subprocess.run(
        [sys.executable, "-m", "tests.bench.prepare", str(sum(SURVEYS.values()))],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    codes = json.loads(made.stdout.splitlines()[-1])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = Path(changes["DDCI_VAR"]) / "server.log"
    with log.open("w", encoding="utf-8") as written:
        server = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", str(port)], env=environment, stdout=written, stderr=written
        )
        try:
            address = f"127.0.0.1:{port}"
            wait_for(address)
            yield address, codes
            stored = subprocess.run(
                [sys.executable, "-m", "tests.bench.prepare", "count"],
                env=environment, capture_output=True, text=True, check=True,
            )  # fmt: skip
            print(f"{name:<12} stored {stored.stdout.splitlines()[-1]} responses")
        finally:
            server.terminate()
            server.wait(timeout=20)


def wait_for(address: str) -> None:
    host, port = address.split(":")
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex((host, int(port))) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"Nothing answers at {address}.")


def run(address: str, codes: list[str], clients: int) -> str:
    """One line of figures for `codes` surveys by `clients` at a time."""
    browsers = [Browser(address, seed) for seed in range(len(codes))]
    begun = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        done = list(pool.map(lambda pair: pair[0].answer(pair[1]), zip(browsers, codes, strict=True)))
    seconds = time.perf_counter() - begun
    times = sorted(each for browser in browsers for each in browser.times)
    p50, p95, p99 = (1000 * quantile(times, share) for share in (0.5, 0.95, 0.99))
    errors = len(codes) - sum(done)
    return (
        f"{len(codes):>8} {sum(done) / seconds:>9.2f} {len(times) / seconds:>11.0f} "
        f"{p50:>5.0f}ms {p95:>5.0f}ms {p99:>5.0f}ms {errors:>7}"
    )


def quantile(times: list[float], share: float) -> float:
    return statistics.quantiles(times, n=1000, method="inclusive")[round(share * 1000) - 1] if len(times) > 1 else 0.0
