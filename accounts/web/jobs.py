"""Work behind the request, as its owner sees it."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.enums import JobState, job_words
from accounts.models import Job
from accounts.selectors import jobs_visible_to, roles_remember
from accounts.web.requests import StaffRequest


@require_safe
def job(request: StaffRequest, job_id: str) -> HttpResponse:
    """How far the work is. Asked by htmx, only the fragment that changes."""
    found = get_object_or_404(jobs_visible_to(roles_remember(request.user)), pk=job_id)
    context = {"work": found, "job": job_facts(found), "province": found.province}
    fragment = request.headers.get("HX-Request") == "true"
    return render(request, "staff/job_state.html" if fragment else "staff/job.html", context)


def job_facts(work: Job) -> dict[str, object]:
    """A job as the component that shows progress wants it."""
    stopped = work.state == JobState.INTERRUPTED
    interrupted = _("The server was stopped while this work ran. Start it again.")
    return {
        "id": work.pk,
        "label": job_words(work.kind),
        "state": JobState.FAILED.value if stopped else work.state,
        "done": work.done,
        "total": work.total,
        "message": interrupted if stopped else work.message,
    }
