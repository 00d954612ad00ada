"""Reads of who is who and who did what."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import models
from django.db.models import QuerySet, prefetch_related_objects
from django.utils import timezone

from accounts.enums import OFFICE, JobState, Role
from accounts.models import AuditEntry, Job, Membership, Province, User


def provinces_of(user: User) -> QuerySet[Province]:
    """Provinces in which this person has a role; all for the platform administrator."""
    if user.is_superuser:
        return Province.objects.order_by("slug")
    return Province.objects.filter(memberships__user=user).distinct().order_by("slug")


def provinces_all() -> QuerySet[Province]:
    return Province.objects.order_by("slug")


def roles_in(user: User, province: Province) -> frozenset[Role]:
    """The roles of this person in this province; empty for strangers. One query, none after `roles_remember`."""
    return frozenset(Role(each.role) for each in user.memberships.all() if each.province_id == province.pk)


def roles_remember(user: User) -> User:
    """Load the roles of this person once, for a page that asks for them many times."""
    prefetch_related_objects([user], "memberships")
    return user


def user_by_email(email: str) -> User | None:
    """The person who signs in with this address, in whatever case it was typed."""
    return User.objects.filter(email__iexact=email.strip()).order_by("pk").first()


def members_of(province: Province) -> QuerySet[Membership]:
    return Membership.objects.filter(province=province).select_related("user").order_by("user__email", "role")


def audit_of(province: Province) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(province=province).select_related("by").order_by("-at", "-id")


@dataclass(frozen=True)
class AuditFilter:
    """Which lines of the audit trail are looked for; an empty field filters nothing. Both days are included."""

    action: str = ""
    person: int | None = None
    since: date | None = None
    until: date | None = None


def audit_found(province: Province, wanted: AuditFilter) -> QuerySet[AuditEntry]:
    """The lines of the audit trail that were looked for, the latest first."""
    found = audit_of(province)
    if wanted.action:
        found = found.filter(action=wanted.action)
    if wanted.person:
        found = found.filter(by_id=wanted.person)
    if wanted.since:
        found = found.filter(at__gte=_midnight(wanted.since))
    if wanted.until:
        found = found.filter(at__lt=_midnight(wanted.until + timedelta(days=1)))
    return found


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def audit_actions(province: Province) -> list[str]:
    """The kinds of action that occur in the trail of a province."""
    found = AuditEntry.objects.filter(province=province).order_by("action").values_list("action", flat=True)
    return list(found.distinct())


def audit_people(province: Province) -> QuerySet[User]:
    """The people who occur in the trail of a province."""
    doers = AuditEntry.objects.filter(province=province, by__isnull=False).order_by().values("by")
    return User.objects.filter(pk__in=doers).order_by("full_name", "email")


def job_get(job_id: str) -> Job:
    """The job with its latest progress."""
    return Job.objects.select_related("province").get(pk=job_id)


def jobs_visible_to(user: User) -> QuerySet[Job]:
    """Jobs of the provinces in which this person has a role, and those started by this person."""
    found = Job.objects.select_related("province", "by").order_by("-created_at", "id")
    if user.is_superuser:
        return found
    provinces = user.memberships.filter(role__in=OFFICE).values("province")
    return found.filter(models.Q(province__in=provinces) | models.Q(by=user))


def jobs_of(province: Province, kind: str = "") -> QuerySet[Job]:
    found = Job.objects.filter(province=province)
    return (found.filter(kind=kind) if kind else found).order_by("-created_at", "id")


def jobs_unfinished() -> QuerySet[Job]:
    return Job.objects.filter(state__in=[JobState.WAITING, JobState.RUNNING]).order_by("created_at", "id")
