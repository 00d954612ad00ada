"""Real processes: the server over the database of the test, a PostgreSQL of its own, a small disk."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
POSTGRESQL = Path("/usr/lib/postgresql")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def url_of_test_database() -> str:
    """The address of the database of this test, for another process."""
    facts = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{facts['NAME']}"
    password = f":{facts['PASSWORD']}" if facts["PASSWORD"] else ""
    return f"postgres://{facts['USER']}{password}@{facts['HOST']}:{facts['PORT']}/{facts['NAME']}"


@dataclass
class Server:
    """`manage.py serve` in a session of its own. Started again, it serves the same port."""

    folder: Path
    database: str
    processes: int = 1
    port: int = field(default_factory=free_port)

    def start(self) -> None:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "ddci.settings",
            "DATABASE_URL": self.database,
            "DDCI_VAR": str(self.folder),
            "INVITATION_KEY": settings.INVITATION_KEY,
            "LOG_LEVEL": "ERROR",
        }
        command = [sys.executable, "manage.py", "serve", "--port", str(self.port), "--processes", str(self.processes)]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        for _ in range(600):
            if self.post("/s/", {})[0]:
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise TimeoutError(self.log())

    def log(self) -> str:
        return (self.folder / "server.log").read_text(encoding="utf-8")

    def kill(self) -> None:
        """As the kernel does when memory runs out."""
        self.process.kill()
        self.process.wait()
        while self.post("/s/", {})[0]:  # the processes of a killed server end by themselves
            time.sleep(0.05)

    def kill_one_process(self) -> None:
        os.kill(self.children()[0], signal.SIGKILL)

    def children(self) -> list[int]:
        listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, check=True)
        return [int(pid) for pid in listed.stdout.split()]

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(timeout=30)

    def post(self, path: str, entries: dict[str, str]) -> tuple[int, str]:
        """Status and page; status 0 where nobody answers."""
        asking = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            asking.request("POST", path, urlencode(entries), {"Content-Type": "application/x-www-form-urlencoded"})
            answer = asking.getresponse()
            return answer.status, answer.read().decode()
        except (OSError, HTTPException):
            return 0, ""
        finally:
            asking.close()


@contextmanager
def running(server: Server) -> Iterator[Server]:
    server.folder.mkdir(parents=True, exist_ok=True)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def folder_for_all() -> Iterator[Path]:
    """A folder that other users can reach too, unlike those of pytest."""
    folder = Path(tempfile.mkdtemp(prefix="ddci-faults-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[None]:
    """A file system of its own in the folder; for root only."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def disk_resize(folder: Path, kilobytes: int) -> None:
    subprocess.run(["mount", "-o", f"remount,size={kilobytes}k", str(folder)], check=True)


def disk_used(folder: Path) -> int:
    """Kilobytes that are taken."""
    facts = os.statvfs(folder)
    return (facts.f_blocks - facts.f_bfree) * facts.f_frsize // 1024


class Cluster:
    """A PostgreSQL in a folder, run by the user `postgres`; for root only."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.tools = max(POSTGRESQL.glob("*/bin"))
        os.chmod(folder, 0o777)
        self._run("initdb", "--pgdata", str(folder / "data"), "--auth=trust", "--no-sync", "--wal-segsize=1")

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/ddci"

    def _run(self, tool: str, *arguments: str) -> None:
        command = ["runuser", "-u", "postgres", "--", str(self.tools / tool), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")

    def start(self) -> None:
        few = "-c shared_buffers=16MB -c max_wal_size=4MB -c min_wal_size=2MB"
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 {few}"
        command = ["pg_ctl", "start", "-w", "-D", str(self.folder / "data"), "-l", str(self.folder / "log")]
        for _ in range(20):
            try:
                return self._run(*command, "-o", options)
            except subprocess.CalledProcessError:
                # What is left of a killed one still holds its memory; it ends by itself.
                time.sleep(0.5)
        raise TimeoutError((self.folder / "log").read_text(encoding="utf-8"))

    def copy(self) -> None:
        """Take over the test's database as it is now."""
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "ddci")
        facts = connection.settings_dict
        asked = ["--host", str(facts["HOST"]), "--port", str(facts["PORT"] or 5432), "--username", str(facts["USER"])]
        environment = {**os.environ, "PGPASSWORD": str(facts["PASSWORD"])}
        dumping = [str(self.tools / "pg_dump"), *asked, "--no-owner", str(facts["NAME"])]
        loading = [str(self.tools / "psql"), "--quiet", "--set=ON_ERROR_STOP=1", self.url]
        with subprocess.Popen(dumping, env=environment, stdout=subprocess.PIPE) as dump:
            subprocess.run(loading, stdin=dump.stdout, stdout=subprocess.DEVNULL, check=True)
        assert dump.returncode == 0

    def kill(self) -> None:
        """All of it, as if the machine had gone."""
        pid = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, check=True)
        for each in [pid, *map(int, children.stdout.split())]:
            try:
                os.kill(each, signal.SIGKILL)
            except ProcessLookupError:
                continue

    def is_up(self) -> bool:
        command = [str(self.tools / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(command, check=False).returncode == 0

    def stop(self) -> None:
        if self.is_up():
            self._run("pg_ctl", "stop", "-m", "immediate", "-D", str(self.folder / "data"))


@contextmanager
def cluster_over(folder: Path) -> Iterator[Cluster]:
    cluster = Cluster(folder)
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.stop()
