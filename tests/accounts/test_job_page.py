"""Background work as its page tells it."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.enums import JobState, Role
from accounts.models import Job
from accounts.web.jobs import job_facts
from tests.factories.editions import NOW
from tests.factories.people import province_make, user_make

pytestmark = pytest.mark.django_db


def job_make(state: JobState, **facts: object) -> Job:
    return Job.objects.create(kind="scoring_run", province=province_make(), state=state, created_at=NOW, **facts)


def test_a_running_job_asks_for_itself_and_a_finished_one_does_not() -> None:
    client = Client()
    client.force_login(user_make(Role.ANALYST))
    running, done = job_make(JobState.RUNNING, done=3, total=10), job_make(JobState.DONE)

    asked = [client.get(reverse("staff:job", args=[job.pk]), headers={"HX-Request": "true"}) for job in (running, done)]

    assert [b"hx-get" in answer.content for answer in asked] == [True, False]
    assert not any(b"<html" in answer.content for answer in asked)


def test_the_whole_page_is_shown_without_htmx() -> None:
    client = Client()
    client.force_login(user_make(Role.ANALYST))

    answer = client.get(reverse("staff:job", args=[job_make(JobState.WAITING).pk]))

    assert b"<html" in answer.content


def test_interrupted_work_is_told_as_failed_with_what_to_do() -> None:
    with translation.override("en"):
        facts = job_facts(job_make(JobState.INTERRUPTED, message="step 4"))

    assert facts["state"] == "failed"
    assert facts["message"] == "The server was stopped while this work ran. Start it again."


def test_whoever_started_a_job_sees_it_without_a_role() -> None:
    person, client = user_make(), Client()
    client.force_login(person)
    own, foreign = job_make(JobState.DONE, by=person), job_make(JobState.DONE)

    statuses = [client.get(reverse("staff:job", args=[job.pk])).status_code for job in (own, foreign)]

    assert statuses == [200, 404]
