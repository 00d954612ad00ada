"""From a workbook to a published ranking, by the same services and people as in real use.

Each step looks at what the database already holds, so a finished demonstration costs a few queries and an interrupted
one goes on where it stopped.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from random import SystemRandom

import numpy as np
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from accounts.enums import JobState
from accounts.models import Job, Province, User
from accounts.selectors import job_get, jobs_of
from accounts.services import job_start, jobs_interrupted_mark
from ddci.core.errors import NotNow
from reports.selectors.files import names_of
from reports.services.publications import publication_release, report_files_make
from scoring.enums import RunState, Verdict
from scoring.models import Publication, ScoringRun
from scoring.selectors.runs import is_approved, releases_of, runs_of
from scoring.services.publications import publication_create
from scoring.services.recipes import recipe_create, recipe_default
from scoring.services.runs import run_approve, run_start
from surveys.demo.frame import frame_csv
from surveys.demo.moderation import remarks_review
from surveys.demo.people import (
    ANALYST,
    APPROVER,
    HOLDERS,
    MANAGER,
    MODERATOR,
    PASSPHRASE,
    SLUG,
    accounts_ensure,
    holders_ensure,
    province_ensure,
)
from surveys.demo.review import answers_review
from surveys.demo.simulation import Plan, responses_simulate
from surveys.demo.workbook import demo_workbook, earlier_workbook, trial_workbook
from surveys.enums import EditionState, InvitationState
from surveys.models import Edition, Invitation
from surveys.population.columns import mapping_guess
from surveys.selectors.ballots import box_waits
from surveys.selectors.datasets import datasets_of
from surveys.selectors.editions import EditionUnknown, edition_at
from surveys.selectors.frame import import_latest
from surveys.selectors.guests import invitations_of
from surveys.selectors.quality import checks_of
from surveys.services.ballot_opening import ballot_open
from surveys.services.datasets import dataset_freeze
from surveys.services.edition_import import edition_import
from surveys.services.editions import edition_open
from surveys.services.fieldwork import fieldwork_end
from surveys.services.frame_imports import frame_import_start, frame_upload
from surveys.services.invitations import Guest, invitations_create
from surveys.workbook import workbook_read

YEAR, TRIAL_YEAR = 2024, 2025
SEED = 2024
POPULATION = 12_139  # businesses of the province in 2024, of which 4,082 were drawn
# Fieldwork grew from year to year; the units stayed much the same.
EARLIER = {
    year: Plan(invited=invited, answered=answered, seed=year, truth=SEED, drift=0.08)
    for year, invited, answered in ((2022, 1050, 600), (2023, 1400, 800))
}
GUEST = "Doanh nghiệp dùng thử"
Clock = Callable[[], datetime]
Progress = Callable[[int, int, str], None]
Step = Callable[[str, Callable[[Progress], None]], None]


class JobStopped(NotNow):
    code = "job_stopped"
    sentence = _("The work “%(kind)s” stopped: %(message)s")


@dataclass(frozen=True)
class Crew:
    """Who does what in the demonstration, and at what time."""

    users: Mapping[str, User]
    clock: Clock

    @property
    def manager(self) -> User:
        return self.users[MANAGER.key]


def _edition(year: int) -> Edition | None:
    try:
        return edition_at(f"{SLUG}/{year}")
    except EditionUnknown:
        return None


def publication_finished() -> Publication | None:
    """The release of the demonstration once all its files are made."""
    edition = _edition(YEAR)
    publication = releases_of(edition).first() if edition else None
    made = names_of(publication) if publication else set()
    return publication if any(name.endswith("-all.zip") for name in made) else None


def main_job(
    *, passwords: Mapping[str, str], plan: Plan, step: Step, clock: Clock, earlier: Mapping[int, Plan] | None = None
) -> None:
    """Do whatever is not done yet. `step(title, work)` shows a step and does its work; `earlier`: years before, each
    with the plan of a small edition.
    """
    jobs_interrupted_mark(now=clock())
    province = province_ensure(now=clock())
    found = _edition(YEAR)
    if found is None or found.state == EditionState.DRAFT:
        step("Workbook imported: units, questions, weights, hard data", lambda _progress: _import(province, clock))
    crew = Crew(accounts_ensure(province=province, passwords=passwords, now=clock()), clock)
    for year, small in sorted((earlier or {}).items()):
        if not _published(year):
            step(
                f"{year}: {small.answered:,} answers, scored and published",
                partial(_earlier, year, small, crew, passwords),
            )
    edition = edition_at(f"{SLUG}/{YEAR}")
    if import_latest(province) is None:
        size = round(plan.invited * POPULATION / Plan.invited)
        title = f"{size:,} simulated businesses imported as the sampling frame"
        step(title, lambda progress: _frame(province, crew, size, progress))
    if edition.state == EditionState.DRAFT:
        holders_ensure(edition=edition, passwords=passwords, now=clock())
        edition_open(edition=edition, by=crew.manager, now=clock())
    if edition.state == EditionState.OPEN:
        title = f"{plan.answered:,} of {plan.invited:,} simulated businesses answer"
        step(title, lambda progress: _fieldwork(edition, crew, plan, progress))
    if box_waits(edition):
        step("Ballot box opened by a key holder", lambda _progress: _open_box(edition, crew, passwords))
    if edition.state == EditionState.CLOSED:
        step("Remarks moderated, answers reviewed and frozen", lambda _progress: _freeze(edition, crew))
    if edition.state in {EditionState.FROZEN, EditionState.SCORED} and not _approved(edition):
        step("Weighted, scored, ranked; approved by a second person", lambda progress: _score(edition, crew, progress))
    if publication_finished() is None:
        step("Published; report book, scorecards, tables", lambda progress: _publish(edition, crew, progress))
    trial_open(province=province, passwords=passwords, by=crew.manager, clock=clock)


def _published(year: int) -> bool:
    edition = _edition(year)
    publication = releases_of(edition).first() if edition else None
    return publication is not None and any(name.endswith("-all.zip") for name in names_of(publication))


def _earlier(year: int, plan: Plan, crew: Crew, passwords: Mapping[str, str], progress: Progress) -> None:
    """A whole small edition of a year before; of its files only the tables, as documents take their time."""
    edition = _edition(year)
    if edition is None:
        province = edition_at(f"{SLUG}/{YEAR}").province
        edition = edition_import(workbook=earlier_workbook(year), province=province, by=None, now=crew.clock())
    if edition.state == EditionState.DRAFT:
        holders_ensure(edition=edition, passwords=passwords, now=crew.clock())
        edition_open(edition=edition, by=crew.manager, now=crew.clock())
    edition = edition_at(f"{SLUG}/{year}")
    if edition.state == EditionState.OPEN:
        _fieldwork(edition, crew, plan, progress)
        edition.refresh_from_db()
    if box_waits(edition):
        _open_box(edition, crew, passwords)
    if edition.state == EditionState.CLOSED:
        _freeze(edition, crew)
        edition.refresh_from_db()
    if not _approved(edition):
        _score(edition, crew, progress)
    publication = releases_of(edition).first() or publication_create(
        run=next(run for run in runs_of(edition) if is_approved(run)), reason="", by=crew.manager, now=crew.clock()
    )
    report_files_make(publication=publication, now=crew.clock(), progress=progress, documents=False)


def _import(province: Province, clock: Clock) -> None:
    edition_import(workbook=demo_workbook(), province=province, by=None, now=clock())


def _frame(province: Province, crew: Crew, size: int, progress: Progress) -> None:
    content = workbook_read(demo_workbook()).content
    data = frame_csv(content, size, np.random.default_rng(SEED))
    now = crew.clock()
    uploaded = frame_upload(province=province, name="danh-sach-mo-phong.csv", data=data, by=crew.manager, now=now)
    mapping = mapping_guess(uploaded.headings)
    started = frame_import_start(frame_import=uploaded, mapping=mapping, whole=True, by=crew.manager, now=now)
    if started.job is not None:
        _wait(job_get(str(started.job.pk)), progress)


def _fieldwork(edition: Edition, crew: Crew, plan: Plan, progress: Progress) -> None:
    def shown(done: int, total: int) -> None:
        progress(done, total, "")

    responses_simulate(edition=edition, plan=plan, by=crew.manager, now=crew.clock(), progress=shown)
    # Not seeded: the order in which answers are written anew must be known to nobody, in a demonstration too.
    now, reason = crew.clock(), "Hết hạn nhận phiếu"
    fieldwork_end(edition=edition, reason=reason, by=crew.manager, now=now, today=localdate(now), rng=SystemRandom())


def _open_box(edition: Edition, crew: Crew, passwords: Mapping[str, str]) -> None:
    holder = HOLDERS[0]
    secret = passwords[f"{PASSPHRASE}{holder.key}"]
    ballot_open(edition=edition, secret=secret, by=crew.users[holder.key], now=crew.clock(), rng=SystemRandom())


def _freeze(edition: Edition, crew: Crew) -> None:
    remarks_review(edition=edition, by=crew.users[MODERATOR.key], now=crew.clock())
    if not checks_of(edition).exists():
        answers_review(edition=edition, by=crew.users[ANALYST.key], now=crew.clock())
    dataset_freeze(edition=edition, by=crew.users[ANALYST.key], now=crew.clock())


def _approved(edition: Edition) -> bool:
    return any(is_approved(run) for run in runs_of(edition))


def _score(edition: Edition, crew: Crew, progress: Progress) -> None:
    run = _run_complete(edition)
    if run is None:
        analyst, now = crew.users[ANALYST.key], crew.clock()
        recipe = recipe_create(edition=edition, content=recipe_default(edition), by=analyst, now=now)
        dataset = datasets_of(edition).order_by("-number")[0]
        started = run_start(edition=edition, dataset=dataset, recipe=recipe, seed=SEED, by=analyst, now=now)
        _wait(job_get(str(started.job_id)), progress)
        run = runs_of(edition).get(pk=started.pk)
    note = "Bản trình diễn với dữ liệu mô phỏng. · Demonstration with simulated data."
    run_approve(run=run, verdict=Verdict.APPROVED, note=note, by=crew.users[APPROVER.key], now=crew.clock())
    edition.refresh_from_db()


def _run_complete(edition: Edition) -> ScoringRun | None:
    return next((run for run in runs_of(edition) if run.state == RunState.COMPLETE), None)


def _publish(edition: Edition, crew: Crew, progress: Progress) -> None:
    publication = releases_of(edition).first()
    if publication is None:
        run = next(run for run in runs_of(edition) if is_approved(run))
        publication_release(run=run, reason="", by=crew.manager, now=crew.clock())
        job = jobs_of(edition.province, "report_files")[0]
    else:
        arguments = {"publication": publication.pk}
        job = job_start(
            kind="report_files", arguments=arguments, province=edition.province, by=crew.manager, now=crew.clock()
        )
    _wait(job, progress)


def _wait(job: Job, progress: Progress) -> None:
    """Until the job has ended, in whichever process or thread it runs."""
    while not (job := job_get(str(job.pk))).ended:
        progress(job.done, job.total, job.message)
        time.sleep(0.2)
    if job.state != JobState.DONE:
        raise JobStopped(kind=job.kind, message=job.message or job.get_state_display())


def trial_open(*, province: Province, passwords: Mapping[str, str], by: User | None, clock: Clock) -> Invitation:
    """An invitation to the trial edition that nobody has completed; the edition is set up and opened where needed."""
    edition = _edition(TRIAL_YEAR)
    if edition is None:
        edition = edition_import(workbook=trial_workbook(TRIAL_YEAR), province=province, by=by, now=clock())
    if edition.state == EditionState.DRAFT:
        holders_ensure(edition=edition, passwords=passwords, now=clock())
        edition = edition_open(edition=edition, by=by, now=clock())
    waiting = invitations_of(edition, search=GUEST).exclude(state=InvitationState.DONE).first()
    if waiting is not None:
        return waiting
    number = invitations_of(edition, search=GUEST).count() + 1
    return invitations_create(edition=edition, guests=[Guest(name=f"{GUEST} {number}")], by=by, now=clock())[0]
