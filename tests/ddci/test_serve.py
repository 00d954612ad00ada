"""Starting the product: its port, its prompt end, the address of a visitor behind a proxy."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_serve_names_a_taken_port_and_how_to_choose_another(taken_port: int) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("serve", port=taken_port, demo=True)

    assert str(refused.value) == (
        f"Port {taken_port} on 127.0.0.1 is taken by another program. "
        f"Choose another one: PORT={taken_port + 1} make demo"
    )


def answer_of(url: str, server: subprocess.Popen[bytes]) -> tuple[int, bytes]:
    deadline = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                return response.status, response.read()
        except OSError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def test_serve_prepares_an_empty_database_answers_and_stops_cleanly(free_port: int, tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "CACHE_URL"}}
    environment = {**kept, "DDCI_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "ddci.settings"}
    command = [sys.executable, "manage.py", "serve", "--migrate", "--port", str(free_port)]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as server:
        try:
            answer = answer_of(f"http://127.0.0.1:{free_port}/healthz", server)
            server.send_signal(signal.SIGINT)
            output, errors = server.communicate(timeout=20)
        finally:
            server.kill()

    assert answer == (200, b'{"status": "ok"}')
    assert f"http://127.0.0.1:{free_port}/" in output.decode()
    assert (server.returncode, errors.decode()) == (0, "")
