"""Celery's way into jobs; without a broker the same function runs in a thread of the process."""

from typing import Any

from accounts.services import job_execute
from ddci.celery import app


@app.task(name="accounts.job", bind=True)  # type: ignore[untyped-decorator]
def job_task(self: Any, job_id: str) -> None:
    job_execute(job_id, again=bool((self.request.delivery_info or {}).get("redelivered")))
