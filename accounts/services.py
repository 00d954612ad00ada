"""Writes: the audit trail, memberships, background jobs."""

import socket
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from django.conf import settings
from django.db import close_old_connections, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError

from accounts.enums import JobState, Role
from accounts.models import AuditEntry, Job, Membership, Province, User
from accounts.selectors import jobs_unfinished, user_by_email
from ddci.celery import app as celery
from ddci.core.errors import Invalid, NotNow, Refusal

log = structlog.get_logger("ddci.jobs")


class LastManager(NotNow):
    code = "last_manager"
    sentence = _("A province needs at least one manager. Name another one first.")


class NameNeeded(Invalid):
    code = "name_needed"
    sentence = _("No account has this address yet. Give the person's full name, and the account will be made.")


def audit(  # noqa: PLR0913 - one line of the trail has this many columns
    *,
    action: str,
    subject: models.Model,
    by: User | None,
    now: datetime,
    province: Province | None,
    states: tuple[str, str] = ("", ""),
    note: str = "",
) -> AuditEntry:
    """Append one line to the audit trail; call it inside the transaction of the change it records."""
    return AuditEntry.objects.create(
        province=province,
        by=by,
        at=now,
        action=action,
        subject_kind=subject._meta.model_name or "",
        subject_id=str(subject.pk),
        subject=str(subject)[:200],
        state_from=states[0],
        state_to=states[1],
        note=note,
    )


@transaction.atomic
def membership_grant(*, user: User, province: Province, role: Role, by: User | None, now: datetime) -> Membership:
    """Give a role; granting it twice changes nothing."""
    membership, created = Membership.objects.get_or_create(user=user, province=province, role=role)
    if created:
        audit(action="membership.grant", subject=membership, by=by, now=now, province=province)
    return membership


@transaction.atomic
def member_invite(
    *, email: str, full_name: str, province: Province, role: Role, by: User | None, now: datetime
) -> tuple[User, bool]:
    """Give a role to whoever signs in with this address; make the account first where there is none.

    A new account has no password: its owner sets one by the link that is mailed. Returns the user and whether the
    account is new.

    Raises:
        NameNeeded: the account would be new and nobody said whose it is.
    """
    user = user_by_email(email)
    created = user is None
    if user is None:
        if not full_name.strip():
            raise NameNeeded
        user = User.objects.create_user(email.strip(), full_name=full_name.strip())
        audit(action="user.create", subject=user, by=by, now=now, province=province)
    membership_grant(user=user, province=province, role=role, by=by, now=now)
    return user, created


@transaction.atomic
def membership_revoke(*, membership: Membership, by: User | None, now: datetime) -> None:
    """Take a role away.

    Raises:
        LastManager: it would leave the province without a manager.
    """
    others = Membership.objects.filter(province=membership.province, role=Role.MANAGER).exclude(pk=membership.pk)
    if membership.role == Role.MANAGER and not others.exists():
        raise LastManager
    audit(action="membership.revoke", subject=membership, by=by, now=now, province=membership.province)
    membership.delete()


# --- jobs -----------------------------------------------------------------------------------------------------------
Progress = Callable[[int, int, str], None]
JobFunction = Callable[[Job, Progress], dict[str, Any] | None]
_KINDS: dict[str, JobFunction] = {}


def job_kind(kind: str) -> Callable[[JobFunction], JobFunction]:
    """Register the function that does jobs of this kind (used in the apps' tasks.py)."""

    def register(function: JobFunction) -> JobFunction:
        _KINDS[kind] = function
        return function

    return register


def job_start(
    *, kind: str, arguments: dict[str, Any], province: Province | None, by: User | None, now: datetime
) -> Job:
    """Record a job and start it once the surrounding transaction is committed.

    Raises:
        KeyError: no function is registered for this kind.
    """
    _KINDS[kind]
    job = Job.objects.create(kind=kind, arguments=arguments, province=province, by=by, created_at=now)
    transaction.on_commit(lambda: _dispatch(str(job.pk)))
    return job


def _dispatch(job_id: str) -> None:
    if settings.CELERY_BROKER_URL:
        _send(job_id)
    elif settings.JOBS_INLINE:
        job_execute(job_id)
    else:
        threading.Thread(target=_execute_in_thread, args=(job_id,), name=f"job-{job_id[:8]}", daemon=True).start()


def _send(job_id: str) -> None:
    """What asked for the job is committed: a broker that cannot be reached must not leave it waiting for ever."""
    try:
        celery.send_task("accounts.job", args=[job_id])
    except OperationalError:
        log.exception("broker unreachable", job=job_id)
        _job_end(job_id, JobState.INTERRUPTED)


def _execute_in_thread(job_id: str) -> None:
    close_old_connections()
    try:
        job_execute(job_id)
    finally:
        close_old_connections()


def job_execute(job_id: str, *, again: bool = False) -> None:
    """Do one waiting job: its state, progress and outcome are written to its row as it goes; a second call does
    nothing.

    Args:
        again: the worker that had taken the job was lost, so one that is still marked as running is taken once more.
    """
    takable = [JobState.WAITING, JobState.RUNNING] if again else [JobState.WAITING]
    taken = Job.objects.filter(pk=job_id, state__in=takable).update(
        state=JobState.RUNNING, started_at=timezone.now(), worker=socket.gethostname()
    )
    if not taken:
        return
    job = Job.objects.get(pk=job_id)

    def progress(done: int, total: int, message: str) -> None:
        Job.objects.filter(pk=job_id).update(done=done, total=total, message=message[:300])

    try:
        result = _KINDS[job.kind](job, progress) or {}
    except Refusal as refusal:
        _job_end(job_id, JobState.FAILED, message=str(refusal))
    except Exception:
        log.exception("job failed", job=job_id, kind=job.kind)
        _job_end(job_id, JobState.FAILED, message=str(_("An unexpected fault stopped the work. It has been recorded.")))
    else:
        _job_end(job_id, JobState.DONE, result=result)


def _job_end(job_id: str, state: JobState, **fields: Any) -> None:
    Job.objects.filter(pk=job_id).update(state=state, ended_at=timezone.now(), **fields)


def jobs_interrupted_mark(*, now: datetime) -> int:
    """At the start of a server that does jobs itself: what ran in the process before does not run any more."""
    if settings.CELERY_BROKER_URL:
        return 0
    return jobs_unfinished().update(state=JobState.INTERRUPTED, ended_at=now)
