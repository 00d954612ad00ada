"""Staff pages about people, the audit trail and background work."""

from django.urls import path

from accounts.web import jobs, members, trail

urlpatterns = [
    path("jobs/<uuid:job_id>/", jobs.job, name="job"),
    path("provinces/<slug:slug>/members/", members.members, name="members"),
    path("provinces/<slug:slug>/members/<int:membership_id>/revoke/", members.member_revoke, name="member-revoke"),
    path("provinces/<slug:slug>/members/<int:membership_id>/mail/", members.member_mail, name="member-mail"),
    path("provinces/<slug:slug>/audit/", trail.audit, name="audit"),
    path("provinces/<slug:slug>/audit.csv", trail.audit_csv, name="audit-csv"),
]
