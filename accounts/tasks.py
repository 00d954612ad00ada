"""Celery's way into jobs; without a broker the same function runs in a thread of the process."""

from accounts.services import job_execute
from ddci.celery import app


@app.task(name="accounts.job")  # type: ignore[untyped-decorator]
def job_task(job_id: str) -> None:
    job_execute(job_id)
