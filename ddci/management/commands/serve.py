"""Serve the product with waitress."""

import errno
import os
import signal
import socket
import sys
import threading
from argparse import SUPPRESS, ArgumentParser
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog
import waitress
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.utils import timezone

from accounts.services import jobs_interrupted_mark
from ddci.core.processes import Processes, end_with
from reports.services.resuming import report_files_resume
from reports.tasks import tick
from scoring.services.runs import runs_interrupted_mark
from surveys.services.sending import outbox_workers_forget

log = structlog.get_logger("ddci.clock")
BACKLOG = 1024
TICK = 20
FORWARDED = ("x-forwarded-for", "x-forwarded-proto")


def socket_open(*, host: str, port: int) -> socket.socket:
    """A socket of our own at host and port, or a sentence why not."""
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind(address)
    except OSError as error:
        opened.close()
        if error.errno == errno.EADDRINUSE:
            advice = f"Choose another one: PORT={port + 1} make demo"
            raise CommandError(f"Port {port} on {host} is taken by another program. {advice}") from error
        raise CommandError(f"Cannot listen on {host}:{port}: {error.strerror}") from error
    return opened


class Clock:
    """Calls again and again what goes on by itself (`reports.tasks.tick`). Several servers may do so side by side."""

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._run, name="clock", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.wait(TICK):
            try:
                tick(now=timezone.now())
            except Exception:
                log.exception("the clock stumbled")
            finally:
                close_old_connections()


class Command(BaseCommand):
    help = "Serve the product with waitress."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--processes", type=int, default=1, help="as many as processors; needs CACHE_URL")
        parser.add_argument("--threads", type=int, default=8, help="of each process")
        parser.add_argument("--trusted-proxy", help="address of the proxy whose X-Forwarded headers are believed")
        parser.add_argument("--migrate", action="store_true", help="bring the database up to date first")
        parser.add_argument("--demo", action="store_true", help="the same, and the demonstration if not there")

        parser.add_argument("--inherited", type=int, nargs=2, help=SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["inherited"]:
            number, lifeline = options["inherited"]
            return self._serve_inherited(number, lifeline, options)
        # Before the work: that the port is taken should be said at once, not after minutes.
        opened = socket_open(host=options["host"], port=options["port"])
        clock = Clock()
        try:
            self._prepare(demo=options["demo"], migrate=options["migrate"])
            clock.start()
            self._say_where(opened)
            if options["processes"] > 1:
                self._serve_together(opened, options)
            else:
                self._serve(opened, options)
        except KeyboardInterrupt:
            pass
        finally:
            clock.stop()
            opened.close()
        self.stdout.write("\nStopped.")
        return None

    def _prepare(self, *, demo: bool, migrate: bool) -> None:
        if migrate or demo:
            call_command("migrate", verbosity=0)
        jobs_interrupted_mark(now=timezone.now())
        runs_interrupted_mark(now=timezone.now())
        if demo:
            call_command("demo")
        report_files_resume(now=timezone.now())
        if not settings.CELERY_BROKER_URL:
            outbox_workers_forget()

    def _say_where(self, opened: socket.socket) -> None:
        host, port = opened.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        self.stdout.write(self.style.SUCCESS(f"\nServing on http://{shown}:{port}/   (Ctrl-C stops)"))
        self.stdout.flush()
        # Also where a script that put it in the background had signals ignored, and for service managers.
        for asked in (signal.SIGINT, signal.SIGTERM):
            signal.signal(asked, signal.default_int_handler)

    def _serve_together(self, opened: socket.socket, options: dict[str, Any]) -> None:
        """In processes of their own, which share the socket. They begin empty: nothing of this one is copied."""
        opened.listen(BACKLOG)
        command = [sys.executable, sys.argv[0], "serve", "--threads", str(options["threads"])]
        if options["trusted_proxy"]:
            command += ["--trusted-proxy", options["trusted_proxy"]]
        command += ["--inherited", str(opened.fileno())]
        processes = Processes(command, count=options["processes"], inherited=[opened.fileno()])
        try:
            processes.look_after()
        finally:
            processes.stop()

    def _serve_inherited(self, number: int, lifeline: int, options: dict[str, Any]) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        end_with(lifeline)
        with suppress(KeyboardInterrupt):
            self._serve(socket.socket(fileno=number), options)

    def _serve(self, opened: socket.socket, options: dict[str, Any]) -> None:
        # WhiteNoise warns of a missing folder, which only a production installation fills.
        Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
        trusted_proxy = options["trusted_proxy"]
        waitress.serve(
            get_wsgi_application(),
            sockets=[opened],
            threads=options["threads"],
            trusted_proxy=trusted_proxy,
            trusted_proxy_headers=FORWARDED if trusted_proxy else (),
            backlog=BACKLOG,
            # `select` would look through all sockets for each, and end at 1,024.
            asyncore_use_poll=True,
            ident=None,
            _quiet=True,
        )
