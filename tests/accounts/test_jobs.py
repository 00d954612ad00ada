import pytest

from accounts.enums import JobState
from accounts.models import Job
from accounts.services import _KINDS, job_execute, job_kind, job_start, jobs_interrupted_mark
from accounts.tasks import job_task
from ddci.core.errors import NotNow
from tests.factories.editions import NOW
from tests.factories.people import province_make

pytestmark = pytest.mark.django_db


class TooEarly(NotNow):
    code = "too_early"
    sentence = "Not before %(day)s."


@pytest.fixture
def kinds():
    """Kinds of jobs for these tests only."""

    @job_kind("test_count")
    def count(job, progress):
        for done in range(1, job.arguments["upto"] + 1):
            progress(done, job.arguments["upto"], f"{done}")
        return {"counted": job.arguments["upto"]}

    @job_kind("test_refused")
    def refused(job, progress):
        raise TooEarly(day="24/11/2026")

    @job_kind("test_fault")
    def fault(job, progress):
        raise RuntimeError("secret detail")

    yield
    for kind in ("test_count", "test_refused", "test_fault"):
        del _KINDS[kind]


def start(kind, **arguments):
    job = job_start(kind=kind, arguments=arguments, province=province_make(), by=None, now=NOW)
    job_execute(str(job.pk))
    job.refresh_from_db()
    return job


def test_job_keeps_its_progress_and_result(kinds):
    job = start("test_count", upto=3)
    assert (job.state, job.done, job.total, job.message) == (JobState.DONE, 3, 3, "3")
    assert job.result == {"counted": 3}
    assert job.ended


def test_job_runs_once(kinds):
    job = start("test_count", upto=1)
    Job.objects.update(done=0)
    job_execute(str(job.pk))
    job.refresh_from_db()
    assert job.done == 0


def test_refusal_is_told_in_its_own_sentence(kinds):
    job = start("test_refused")
    assert (job.state, job.message) == (JobState.FAILED, "Not before 24/11/2026.")


def test_fault_is_told_without_its_detail(kinds, caplog):
    job = start("test_fault")
    assert job.state == JobState.FAILED
    assert job.message
    assert "secret detail" not in job.message


def test_unknown_kind_is_refused_at_once():
    with pytest.raises(KeyError):
        start("no such kind")
    assert Job.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_job_starts_after_commit(kinds):
    job = job_start(kind="test_count", arguments={"upto": 2}, province=None, by=None, now=NOW)
    job.refresh_from_db()
    assert job.state == JobState.DONE


def test_unfinished_jobs_are_marked_at_the_start_of_a_server(kinds):
    job = job_start(kind="test_count", arguments={"upto": 2}, province=None, by=None, now=NOW)
    assert jobs_interrupted_mark(now=NOW) == 1
    job.refresh_from_db()
    assert job.state == JobState.INTERRUPTED


def test_a_job_whose_worker_was_lost_is_done_again(kinds):
    job = start("test_count", upto=2)
    Job.objects.update(state=JobState.RUNNING, done=0)
    job_task.apply(args=[str(job.pk)])
    job.refresh_from_db()
    assert (job.state, job.done) == (JobState.RUNNING, 0)
    job_execute(str(job.pk), again=True)
    job.refresh_from_db()
    assert (job.state, job.done) == (JobState.DONE, 2)
