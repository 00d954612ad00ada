"""Celery, used only where CELERY_BROKER_URL is set: the same jobs, in workers of their own."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ddci.settings")
app = Celery("ddci")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_ignore_result=True,
    # Redis hands a task out again after this time, taking its worker for lost: longer than any job.
    broker_transport_options={"visibility_timeout": 12 * 3600},
)
app.autodiscover_tasks()
