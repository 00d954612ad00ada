"""The first page of the staff area and the page of an edition: where the year stands, what is missing, what is next."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.rules import is_member, may_see_audit, require
from accounts.selectors import roles_remember
from accounts.web.jobs import job_facts
from accounts.web.requests import StaffRequest
from reports.rules import may_see_dashboard
from reports.selectors.dashboard import Dashboard, dashboard_of, homes_of, units_to_read
from reports.selectors.steps import Gap, Step, current_step, gaps_for, steps_of
from scoring.rules import may_approve, may_publish, may_start_run
from surveys.models import Edition
from surveys.rules import (
    may_draw_sample,
    may_freeze_data,
    may_invite,
    may_moderate,
    may_open_box,
    may_prepare_edition,
    may_review_responses,
)
from surveys.web.staff.doors import edition_or_404

LINE = {
    Step.PREPARE: gettext_lazy("Prepare"),
    Step.COLLECT: gettext_lazy("Collect answers"),
    Step.UNSEAL: gettext_lazy("Open the ballot box"),
    Step.REVIEW: gettext_lazy("Review answers"),
    Step.FREEZE: gettext_lazy("Freeze the data"),
    Step.SCORE: gettext_lazy("Compute scores"),
    Step.APPROVE: gettext_lazy("Approve"),
    Step.PUBLISH: gettext_lazy("Publish"),
}
# The state that an edition reaches at the end of a step.
REACHES = {Step.PREPARE: "open", Step.COLLECT: "closed", Step.FREEZE: "frozen", Step.SCORE: "scored"} | {
    Step.PUBLISH: "published"
}


@dataclass(frozen=True)
class Doing:
    """How the next step is named and what is said before it is taken."""

    title: Promise
    text: Promise
    button: Promise
    page: str
    who: Promise


DOING = {
    Step.PREPARE: Doing(
        gettext_lazy("Open the edition"),
        gettext_lazy("Invited businesses can then answer. The framework and the questionnaire become unchangeable."),
        gettext_lazy("Open the edition…"),
        "edition-open",
        gettext_lazy("A manager opens the edition."),
    ),
    Step.COLLECT: Doing(
        gettext_lazy("Close the edition"),
        gettext_lazy("Nobody can answer after that; drafts are deleted, and the ballot box can be opened."),
        gettext_lazy("Close the edition…"),
        "edition-close",
        gettext_lazy("A manager closes the edition."),
    ),
    Step.UNSEAL: Doing(
        gettext_lazy("Open the ballot box"),
        gettext_lazy("Until then nobody can read an answer. They are mixed, and made coarse where few are alike."),
        gettext_lazy("To the ballot box"),
        "ballot-box",
        gettext_lazy("A key holder opens the ballot box with the own passphrase."),
    ),
    Step.REVIEW: Doing(
        gettext_lazy("Review the answers"),
        gettext_lazy("Careless and copied responses are flagged; a person decides which are left out, with a reason."),
        gettext_lazy("Review the answers"),
        "quality",
        gettext_lazy("A manager or an analyst reviews the answers."),
    ),
    Step.FREEZE: Doing(
        gettext_lazy("Freeze the data"),
        gettext_lazy("All answers become one file that cannot be changed and from which every score is computed."),
        gettext_lazy("Freeze the data…"),
        "edition-freeze",
        gettext_lazy("A manager or an analyst freezes the data."),
    ),
    Step.SCORE: Doing(
        gettext_lazy("Compute the scores"),
        gettext_lazy("A scoring run applies a recipe to the frozen data. It can be repeated as often as needed."),
        gettext_lazy("Go to the scoring runs"),
        "runs",
        gettext_lazy("An analyst starts scoring runs."),
    ),
    Step.APPROVE: Doing(
        gettext_lazy("Have the run approved"),
        gettext_lazy("A second person reads the run and approves it or sends it back with a reason."),
        gettext_lazy("Read and judge the run"),
        "run",
        gettext_lazy("An approver who did not start the run gives the verdict."),
    ),
    Step.PUBLISH: Doing(
        gettext_lazy("Publish the result"),
        gettext_lazy("The ranking becomes public and its files are made. A release can be replaced, not taken back."),
        gettext_lazy("Publish…"),
        "publish",
        gettext_lazy("A manager or an approver publishes."),
    ),
}


@require_safe
def home(request: StaffRequest) -> HttpResponse:
    """The provinces, editions and units of this person; without any, what to do."""
    person = roles_remember(request.user)
    units = units_to_read(person)
    homes = [
        (
            found,
            is_member(person, found.province),
            may_prepare_edition(person, found.province),
            may_see_audit(person, found.province),
        )
        for found in homes_of(person)
    ]
    if not homes and not units:
        return render(request, "staff/no_role.html", {})
    return render(request, "staff/home.html", {"homes": homes, "units": units})


@require_safe
def edition(request: StaffRequest, edition_id: int) -> HttpResponse:
    """The dashboard of an edition."""
    found = edition_or_404(request, edition_id)
    require(may_see_dashboard(request.user, found))
    board = dashboard_of(found, today=timezone.localdate())
    step = current_step(board.standing)
    context = {
        "edition": found,
        "province": found.province,
        "board": board,
        "steps": _line(board, step),
        "gaps": [_check(gap, board, request.user) for gap in gaps_for(step, board.standing)],
        "next": _next(step, board, request.user),
        "job": board.job and job_facts(board.job),
    }
    return render(request, "staff/edition.html", context)


def _line(board: Dashboard, current: Step | None) -> list[dict[str, object]]:
    """The steps for the component that draws them, with the day on which each was finished."""
    order = steps_of(board.standing)
    place = len(order) if current is None else order.index(current)
    line: list[dict[str, object]] = []
    for number, step in enumerate(order):
        state = "done" if number < place else "current" if number == place else "next"
        entry = board.reached.get(REACHES.get(step, ""))
        note = timezone.localtime(entry.at).strftime("%d/%m/%Y") if entry and state == "done" else ""
        line.append({"title": LINE[step], "state": state, "note": note})
    return line


def _check(gap: Gap, board: Dashboard, person: User) -> dict[str, object]:
    """A gap for the component that lists them; the link only for those who can do something there."""
    state = "fail" if gap.blocks else "warn"
    link = _address(gap.page, board) if gap.page and _may_open(gap.page, board.edition, person) else ""
    return {"state": state, "title": gap.sentence, "url": link, "action": gap.action}


def _address(page: str, board: Dashboard) -> str:
    edition, run = board.edition, board.standing.run
    if page in {"members", "units"}:
        return reverse(f"staff:{page}", args=[edition.province.slug])
    if page in {"run", "publish"}:
        return reverse(f"staff:{page}", args=[run.pk]) if run else reverse("staff:runs", args=[edition.pk])
    return reverse(f"staff:{page}", args=[edition.pk])


def _may_open(page: str, edition: Edition, person: User) -> bool:
    """Whether the page that mends a gap would let this person in."""
    province = edition.province
    doors = {
        "invitations-new": lambda: may_invite(person, edition),
        "sample": lambda: may_draw_sample(person, edition),
        "edition-settings": lambda: may_prepare_edition(person, province),
        "edition-extend": lambda: may_prepare_edition(person, province),
        "runs": lambda: may_start_run(person, province),
        "run": lambda: may_start_run(person, province) or may_approve(person, province),
        "comments": lambda: may_moderate(person, edition),
        "quality": lambda: may_review_responses(person, edition),
        "edition-freeze": lambda: may_freeze_data(person, edition),
    }
    return doors[page]() if page in doors else True


def _next(step: Step | None, board: Dashboard, person: User) -> dict[str, object] | None:
    """The one thing that is next, for those who may do it with its button, for others with who does it."""
    if step is None:
        return None
    doing = DOING[step]
    blocked = any(gap.blocks for gap in gaps_for(step, board.standing))
    return {
        "title": doing.title,
        "text": doing.text,
        "button": doing.button,
        "url": _address(doing.page, board),
        "may": _may_take(step, board, person),
        "who": doing.who,
        "blocked": blocked,
    }


def _may_take(step: Step, board: Dashboard, person: User) -> bool:
    edition, run = board.edition, board.standing.run
    province = edition.province
    if step in {Step.PREPARE, Step.COLLECT}:
        return may_prepare_edition(person, province)
    if step == Step.UNSEAL:
        return may_open_box(person, edition)
    if step in {Step.REVIEW, Step.FREEZE}:
        return may_freeze_data(person, edition)
    if step == Step.SCORE:
        return may_start_run(person, province)
    if step == Step.APPROVE:
        return may_approve(person, province) and run is not None and run.author != person.pk
    return may_publish(person, province)
