"""The demonstration: resumable at every step, harmless when finished, with passwords of its own."""

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEntry, User
from reports.demo.accounts_file import NAME, passwords_kept, passwords_make
from reports.demo.main_job import Progress, main_job, publication_finished, trial_open
from reports.enums import FileFormat, ReportKind
from reports.models import ReportFile
from scoring.enums import ScoreStatus
from scoring.models import Publication, RunApproval, Score, ScoringRun
from scoring.selectors.runs import runs_of
from scoring.services.publications import publication_create
from surveys.demo.people import PEOPLE, province_ensure, secrets_new
from surveys.demo.simulation import Plan
from surveys.enums import EditionState, InvitationState
from surveys.models import Edition, Invitation, Response, SealedResponse
from surveys.selectors.invitations import code_of, invitation_by_code

PLAN = Plan(invited=240, answered=170)
# Enough ratings of every locality in both years.
COMPARED = Plan(invited=420, answered=300)
PUBLISHING = "Published"
SECRETS = {key: f"mật-khẩu-{key}" for key in secrets_new()}


class Interrupted(Exception):
    """The machine was switched off."""


def stopping(before: str, done: list[str]) -> Callable[[str, Callable[[Progress], None]], None]:
    def step(title: str, work: Callable[[Progress], None]) -> None:
        if title.startswith(before):
            raise Interrupted
        work(lambda _done, _total, _message: None)
        done.append(title)

    return step


def run_until(before: str) -> list[str]:
    """The titles of the steps done until the one that begins with `before`."""
    done: list[str] = []
    with pytest.raises(Interrupted):
        main_job(passwords=SECRETS, plan=PLAN, step=stopping(before, done), clock=timezone.now)
    return done


@pytest.mark.django_db(transaction=True)
def test_the_main_job_resumes_wherever_it_was_interrupted() -> None:
    run_until("Workbook")
    run_until("170 of 240")
    assert Edition.objects.get(year=2024).state == EditionState.OPEN
    run_until("Ballot box")
    assert (SealedResponse.objects.count(), Response.objects.count()) == (170, 0)
    run_until("Remarks")
    assert not SealedResponse.objects.exists()
    assert Response.objects.count() == 170
    run_until("Weighted")
    assert Edition.objects.get(year=2024).state == EditionState.FROZEN

    assert [title.partition(",")[0] for title in run_until(PUBLISHING)] == ["Weighted"]
    assert run_until(PUBLISHING) == []

    run = ScoringRun.objects.get()
    approval = RunApproval.objects.get()
    assert run.started_by is not None
    assert (run.started_by.email, approval.by.email) == ("analyst@demo.example", "approver@demo.example")
    assert Edition.objects.get(year=2024).state == EditionState.SCORED
    assert Response.objects.count() == 170
    assert Score.objects.filter(run=run, status=ScoreStatus.INSUFFICIENT, block_unit__unit__code="so-noi-vu").exists()
    actions = list(
        AuditEntry.objects.filter(action__startswith="edition.").order_by("id").values_list("action", flat=True)
    )
    assert actions == [f"edition.{step}" for step in ("import", "open", "closed", "frozen", "scored")]


@pytest.mark.django_db(transaction=True)
def test_a_finished_demonstration_only_prints_where_to_go(
    settings: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.VAR_DIR = tmp_path
    _finish()
    passwords = passwords_make(tmp_path)
    call_command("demo")
    capsys.readouterr()
    before = (Invitation.objects.count(), AuditEntry.objects.count())

    with CaptureQueriesContext(
        connection,
    ) as asked:
        call_command("demo")

    printed = capsys.readouterr().out
    assert (Invitation.objects.count(), AuditEntry.objects.count()) == before
    assert len(asked) < 15
    code = code_of(Invitation.objects.get(edition__year=2025))
    assert f"{settings.SITE_URL}/thai-binh/2024/" in printed
    assert f"{settings.SITE_URL}/s/{code}/" in printed
    assert all(f"{person.email}" in printed and passwords[person.key] in printed for person in PEOPLE)
    assert invitation_by_code(code).edition.state == EditionState.OPEN


def _finish() -> None:
    """Publish without the PDFs, which are tested where they are made: the archive is the last file of all."""
    run_until(PUBLISHING)
    run = runs_of(Edition.objects.get(year=2024))[0]
    publication = publication_create(
        run=run, reason="", by=User.objects.get(email="manager@demo.example"), now=timezone.now()
    )
    assert publication_finished() is None
    ReportFile.objects.create(
        publication=publication, kind=ReportKind.ARCHIVE, format=FileFormat.ZIP, language="", name="x-all.zip",
        file=ContentFile(b"PK", name="x-all.zip"), size=2, sha256="0" * 64, made_at=timezone.now(),
    )  # fmt: skip
    assert publication_finished() == publication


@pytest.mark.django_db
def test_the_trial_always_has_an_invitation_that_was_not_used() -> None:
    province = province_ensure(now=timezone.now())
    first = trial_open(province=province, passwords=SECRETS, by=None, clock=timezone.now)
    assert trial_open(province=province, passwords=SECRETS, by=None, clock=timezone.now) == first

    Invitation.objects.filter(pk=first.pk).update(state=InvitationState.DONE)
    second = trial_open(province=province, passwords=SECRETS, by=None, clock=timezone.now)

    assert second != first
    assert [first.name, second.name] == ["Doanh nghiệp dùng thử 1", "Doanh nghiệp dùng thử 2"]
    assert second.edition.state == EditionState.OPEN


@pytest.mark.django_db(transaction=True)
def test_everybody_of_the_demonstration_can_sign_in() -> None:
    run_until("170 of 240")

    for person in PEOPLE:
        user = authenticate(email=person.email, password=f"mật-khẩu-{person.key}")
        assert user is not None, person.key
    assert User.objects.get(email="admin@demo.example").is_superuser
    assert not User.objects.exclude(email="admin@demo.example").filter(is_superuser=True).exists()


def test_passwords_are_drawn_anew_and_readable_by_the_owner_only(tmp_path: Path) -> None:
    assert passwords_kept(tmp_path) == {}

    first = passwords_make(tmp_path)
    assert passwords_kept(tmp_path) == first
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600
    second = passwords_make(tmp_path)

    assert len({*first.values(), *second.values()}) == 2 * len(SECRETS)
    assert min(map(len, first.values())) >= 15


@pytest.mark.django_db
def test_production_has_no_demonstration(settings: Any) -> None:
    settings.PRODUCTION = True

    with pytest.raises(CommandError, match="production"):
        call_command("demo")

    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_earlier_year_is_published_before_and_the_year_after_is_compared_with_it() -> None:
    earlier = {2023: Plan(invited=420, answered=260, seed=2023, truth=COMPARED.seed, drift=0.1)}
    done: list[str] = []

    for before in ("300 of 420", PUBLISHING):
        with pytest.raises(Interrupted):
            main_job(passwords=SECRETS, plan=COMPARED, step=stopping(before, done), clock=timezone.now, earlier=earlier)

    assert [title for title in done if title.startswith("2023")] == ["2023: 260 answers, scored and published"]
    published = Publication.objects.get()
    assert (published.edition.year, published.edition.state) == (2023, EditionState.PUBLISHED)
    kinds = set(ReportFile.objects.filter(publication=published).values_list("kind", flat=True))
    assert kinds == {ReportKind.TABLE, ReportKind.ARCHIVE}
    change = ScoringRun.objects.get(edition__year=2024).diagnostics["blocks"]["localities"]["change"]
    assert (change["year"], change["result"]) == (2023, published.run.result_sha256)
    assert change["units"]
