"""A real mail server to send to."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.surveys.outbox.sink import Sink, sink_open


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    with sink_open() as sink:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        settings.DEFAULT_FROM_EMAIL = "DDCI <ddci@example.vn>"
        settings.PER_MINUTE = {"email": 60_000, "sms": 60_000, "zalo": 60_000}
        yield sink
