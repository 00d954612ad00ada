"""Letters to print as one PDF: made in the background, taken once by whoever asked. For managers only."""

from collections.abc import Iterator

from django import forms
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from accounts.enums import JobState
from accounts.rules import require
from accounts.web.jobs import job_facts
from accounts.web.requests import StaffRequest
from reports.selectors.letters import invitations_for_letters, letter_files_of, without_address
from reports.services.letters import LIVE, LettersGone, letters_forget, letters_start, letters_take
from surveys.enums import Audience
from surveys.models import Edition, LetterFile
from surveys.rules import may_invite
from surveys.web.staff.doors import edition_or_404

CHUNK = 256 * 1024


class LettersForm(forms.Form):
    audience = forms.ChoiceField(label=_("To whom"), choices=Audience.choices)


def _edition(request: StaffRequest, edition_id: int) -> Edition:
    edition = edition_or_404(request, edition_id)
    require(may_invite(request.user, edition))
    return edition


@require_safe
def letters(request: StaffRequest, edition_id: int) -> HttpResponse:
    """What letters there would be; how far those are that this person asked for."""
    edition = _edition(request, edition_id)
    file = letter_files_of(edition, request.user, timezone.now()).first()
    job = file.job if file else None
    context = {
        "edition": edition,
        "province": edition.province,
        "form": LettersForm(),
        "file": file,
        "job": job_facts(job) if job and not (file and file.file) else None,
        "working": bool(job and job.state in {JobState.WAITING, JobState.RUNNING}),
        "live": edition.state in LIVE,
        "count": invitations_for_letters(edition, Audience.ALL).count(),
        "nameless": without_address(edition),
    }
    return render(request, "staff/letters.html", context)


@require_POST
def letters_new(request: StaffRequest, edition_id: int) -> HttpResponse:
    """Begin to make them. It is recorded."""
    edition = _edition(request, edition_id)
    form = LettersForm(request.POST)
    audience = form.cleaned_data["audience"] if form.is_valid() else Audience.ALL.value
    letters_start(edition=edition, audience=audience, by=request.user, now=timezone.now())
    return redirect("staff:letters", edition.pk)


@require_POST
@cache_control(no_store=True)
def letters_file(request: StaffRequest, edition_id: int) -> HttpResponse | StreamingHttpResponse:
    """The PDF. It is recorded; when all of it has been sent, the file is deleted."""
    edition = _edition(request, edition_id)
    now = timezone.now()
    file = letter_files_of(edition, request.user, now).exclude(file="").first()
    if file is None:
        raise LettersGone
    content = letters_take(file=file, by=request.user, now=now)
    response = StreamingHttpResponse(_sent(content, file), content_type="application/pdf")
    name = f"letters-{edition.province.slug}-{edition.year}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Content-Length"] = str(len(content))
    return response


def _sent(content: bytes, file: LetterFile) -> Iterator[bytes]:
    """Whoever breaks off in between can ask again."""
    for at in range(0, len(content), CHUNK):
        yield content[at : at + CHUNK]
    letters_forget(file=file)
