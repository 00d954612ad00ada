"""Reads of who is who and who did what."""

from django.db.models import QuerySet

from accounts.enums import JobState, Role
from accounts.models import AuditEntry, Job, Membership, Province, User


def provinces_of(user: User) -> QuerySet[Province]:
    """Provinces in which this person has a role; all for the platform administrator."""
    if user.is_superuser:
        return Province.objects.order_by("slug")
    return Province.objects.filter(memberships__user=user).distinct().order_by("slug")


def provinces_all() -> QuerySet[Province]:
    return Province.objects.order_by("slug")


def roles_in(user: User, province: Province) -> frozenset[Role]:
    """The roles of this person in this province; empty for strangers."""
    found = Membership.objects.filter(user=user, province=province).values_list("role", flat=True)
    return frozenset(Role(role) for role in found)


def members_of(province: Province) -> QuerySet[Membership]:
    return Membership.objects.filter(province=province).select_related("user").order_by("user__email", "role")


def audit_of(province: Province) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(province=province).select_related("by").order_by("-at", "-id")


def job_get(job_id: str) -> Job:
    """The job with its latest progress."""
    return Job.objects.select_related("province").get(pk=job_id)


def jobs_of(province: Province, kind: str = "") -> QuerySet[Job]:
    found = Job.objects.filter(province=province)
    return (found.filter(kind=kind) if kind else found).order_by("-created_at", "id")


def jobs_unfinished() -> QuerySet[Job]:
    return Job.objects.filter(state__in=[JobState.WAITING, JobState.RUNNING]).order_by("created_at", "id")
