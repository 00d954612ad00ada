"""The same job in a thread of the process and in a Celery worker: its row tells the same story."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from celery.contrib.testing.worker import start_worker

from accounts import tasks  # noqa: F401 - registers the task
from accounts.enums import JobState
from accounts.models import Job
from accounts.services import job_kind, job_start
from ddci.celery import app

NOW = datetime(2024, 11, 23, 8, 0, tzinfo=UTC)
# Redis where the suite runs with it, otherwise a queue in memory.
MEMORY = "memory://"


@job_kind("test_sum")
def _sum(job: Job, progress: Any) -> dict[str, Any]:
    progress(2, 2, "summed")
    return {"sum": sum(job.arguments["numbers"])}


@pytest.fixture
def worker(settings: Any) -> Iterator[None]:
    cache = settings.CACHES["default"]["LOCATION"]
    settings.CELERY_BROKER_URL = cache if cache.startswith("redis") else MEMORY
    settings.JOBS_INLINE = False
    app.conf.update(broker_url=settings.CELERY_BROKER_URL)
    with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=30):
        yield


@pytest.fixture
def thread(settings: Any) -> None:
    settings.JOBS_INLINE = False


def job_ended(job: Job) -> Job:
    deadline = time.monotonic() + 30
    while not job.ended and time.monotonic() < deadline:
        time.sleep(0.05)
        job.refresh_from_db()
    return job


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("place", ["thread", "worker"])
def test_job_is_done_outside_the_caller(place: str, request: pytest.FixtureRequest) -> None:
    request.getfixturevalue(place)

    job = job_ended(job_start(kind="test_sum", arguments={"numbers": [1, 2, 3]}, province=None, by=None, now=NOW))

    assert (job.state, job.result, job.done, job.total) == (JobState.DONE, {"sum": 6}, 2, 2)


@pytest.mark.django_db
def test_a_job_that_no_broker_took_does_not_wait_for_ever(
    settings: Any, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(app, "_pool", None)
    monkeypatch.setattr(app.amqp, "_producer_pool", None)
    before = app.conf.broker_url
    app.conf.update(broker_url=settings.CELERY_BROKER_URL)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            job = job_start(kind="test_sum", arguments={"numbers": [1]}, province=None, by=None, now=NOW)
    finally:
        app.conf.update(broker_url=before)

    job.refresh_from_db()
    assert job.state == JobState.INTERRUPTED
