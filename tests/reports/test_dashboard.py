"""The first page of the staff area and the page of an edition, with real rows."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import JobState, Role
from accounts.models import Job, User
from accounts.services import job_start, jobs_interrupted_mark
from reports.selectors.dashboard import dashboard_of
from reports.selectors.steps import Step, current_step, gaps_for
from reports.services.resuming import report_files_resume
from scoring.enums import Verdict
from scoring.models import ScoringRun
from scoring.services.runs import run_approve
from surveys.enums import EditionState
from surveys.models import Edition, HardValue, Margin, Unit, UnitReader
from surveys.services.units import unit_withhold
from tests.factories.editions import NOW, edition_answered, edition_closed, edition_in_state, edition_make
from tests.factories.people import province_make, user_make
from tests.factories.results import published_edition, scored_edition

pytestmark = pytest.mark.django_db
TODAY = date(2024, 11, 23)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user: User, edition: Edition):
    return signed_in(user).get(reverse("staff:edition", args=[edition.pk]))


def gap_codes(edition: Edition) -> list[str]:
    standing = dashboard_of(edition, today=TODAY).standing
    return [gap.code for gap in gaps_for(current_step(standing), standing)]


def approver_make() -> User:
    return user_make(Role.APPROVER)


# --- what is missing, from rows ---------------------------------------------------------------------------------------
def test_gaps_of_a_draft_are_read_from_its_rows() -> None:
    edition = edition_make()

    assert gap_codes(edition) == ["no_invitations", "no_days", "no_approver"]

    approver_make()
    Margin.objects.filter(field__edition=edition, level="micro").update(count=701)
    assert gap_codes(edition) == ["margins_differ", "no_invitations", "no_days"]


def test_missing_values_from_records_are_counted() -> None:
    edition = edition_answered(responses=40, units=2)
    assert dashboard_of(edition, today=TODAY).standing.hard_missing == 0

    HardValue.objects.filter(pk__in=HardValue.objects.order_by("pk")[:3].values("pk")).delete()

    assert dashboard_of(edition, today=TODAY).standing.hard_missing == 3


def test_units_under_the_minimum_are_named() -> None:
    edition = edition_answered(responses=12)
    Edition.objects.filter(pk=edition.pk).update(minimum_ratings=1000)
    edition.refresh_from_db()

    assert len(dashboard_of(edition, today=TODAY).standing.short_units) == 6


def test_a_run_of_the_only_approver_waits_for_another_person() -> None:
    run = scored_edition(responses=30)
    User.objects.get(pk=run.started_by_id).memberships.create(province=run.edition.province, role=Role.APPROVER)

    assert gap_codes(run.edition) == ["author_is_approver", "not_approved"]


def test_a_run_sent_back_leads_back_to_scoring() -> None:
    run = scored_edition(responses=30)
    run_approve(run=run, verdict=Verdict.REJECTED, note="Thiếu trọng số", by=approver_make(), now=NOW)

    standing = dashboard_of(run.edition, today=TODAY).standing

    assert current_step(standing) is Step.SCORE
    assert [gap.code for gap in gaps_for(Step.SCORE, standing)] == ["run_sent_back"]


def test_units_without_readers_are_counted() -> None:
    edition = edition_make(units=2)
    UnitReader.objects.create(unit=Unit.objects.get(code="so-tai-chinh"), user=user_make())

    assert dashboard_of(edition, today=TODAY).standing.units_without_reader == 3


# --- the page ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("state", "role", "target"),
    [
        (EditionState.DRAFT, Role.MANAGER, "staff:edition-open"),
        (EditionState.OPEN, Role.MANAGER, "staff:edition-close"),
        (EditionState.FROZEN, Role.ANALYST, "staff:runs"),
    ],
)
def test_there_is_one_button_and_it_leads_to_the_next_step(state: EditionState, role: Role, target: str) -> None:
    edition = edition_in_state(state)

    answer = page(user_make(role), edition)

    address = reverse(target, args=[edition.pk])
    assert answer.content.decode().count('<a class="button" href=') == 1
    assert f'<a class="button" href="{address}">' in answer.content.decode()


def test_whoever_may_not_take_the_step_reads_who_does() -> None:
    answer = page(user_make(Role.MODERATOR), edition_make())

    assert answer.context["next"]["may"] is False
    assert str(answer.context["next"]["who"]) in answer.content.decode()
    assert '<a class="button" href=' not in answer.content.decode()


def test_a_blocked_step_has_no_button() -> None:
    answer = page(user_make(Role.MANAGER), edition_closed(responses=0))

    assert answer.context["next"]["blocked"] is True
    assert '<a class="button" href=' not in answer.content.decode()


def test_the_author_of_a_run_is_not_offered_to_approve_it() -> None:
    run = scored_edition(responses=30)
    author = User.objects.get(pk=run.started_by_id)
    author.memberships.create(province=run.edition.province, role=Role.APPROVER)

    own, other = page(author, run.edition), page(approver_make(), run.edition)

    assert (own.context["next"]["may"], other.context["next"]["may"]) == (False, True)
    assert own.context["next"]["url"] == reverse("staff:run", args=[run.pk])


def test_a_gap_is_linked_for_those_who_can_mend_it_only() -> None:
    edition = edition_make()
    links = {}
    for role in (Role.MANAGER, Role.ANALYST):
        found = {gap["action"]: gap["url"] for gap in page(user_make(role), edition).context["gaps"] if gap["action"]}
        links[role] = [url for url in found.values() if url]

    assert len(links[Role.MANAGER]) == 3
    assert links[Role.ANALYST] == [reverse("staff:members", args=["thai-binh"])]


def test_steps_carry_the_day_on_which_they_were_finished() -> None:
    line = page(user_make(Role.ANALYST), edition_closed(responses=3)).context["steps"]

    assert [(step["state"], step["note"]) for step in line] == [
        ("done", "23/11/2024"),
        ("done", "23/11/2024"),
        ("current", ""),
        ("next", ""),
        ("next", ""),
        ("next", ""),
        ("next", ""),
    ]


def test_a_published_edition_leads_to_its_public_page() -> None:
    publication = published_edition(responses=30)

    answer = page(user_make(Role.ANALYST), publication.edition)

    assert answer.context["next"] is None
    assert reverse("public:ranking", args=["thai-binh", 2024]) in answer.content.decode()


def test_only_an_open_edition_refreshes_itself() -> None:
    user = user_make(Role.ANALYST)

    pages = [page(user, edition) for edition in (edition_answered(responses=3), edition_closed(responses=3, year=2023))]

    assert [b"hx-get" in answer.content for answer in pages] == [True, False]


def test_work_that_goes_on_or_failed_is_shown_and_finished_work_is_not() -> None:
    run, user = scored_edition(responses=30), user_make(Role.ANALYST)
    Job.objects.create(kind="scoring_run", province=run.edition.province, arguments={"run": run.pk}, created_at=NOW)
    Job.objects.filter(pk=run.job_id).update(state=JobState.FAILED)
    other = Job.objects.filter(arguments__run=run.pk).exclude(pk=run.job_id)
    other.update(state=JobState.DONE, created_at=NOW.replace(year=2023))
    assert page(user, run.edition).context["job"]["state"] == "failed"

    Job.objects.filter(pk=run.job_id).update(state=JobState.DONE)
    assert page(user, run.edition).context["job"] is None


def test_the_trail_is_of_this_edition_and_what_was_made_from_it() -> None:
    run = scored_edition(responses=30)
    edition_closed(responses=3, year=2020)
    unit_withhold(block_unit=run.scores.all()[0].block_unit, withheld=True, by=None, now=NOW, reason_vi="Đang xác minh")

    trail = {entry.action for entry in dashboard_of(run.edition, today=TODAY).trail}
    subjects = {entry.subject for entry in dashboard_of(run.edition, today=TODAY).trail}

    assert {"unit.withhold", "run.complete", "dataset.freeze"} <= trail
    assert not any("2020" in subject for subject in subjects)


@pytest.mark.parametrize(("responses", "units"), [(1, 1), (3, 3), (60, 5)])
def test_the_page_needs_the_same_queries_for_many_rows(responses: int, units: int, django_assert_num_queries) -> None:
    edition, user = edition_answered(responses=responses, units=units), user_make(Role.ANALYST)
    client = signed_in(user)

    with django_assert_num_queries(25):
        client.get(reverse("staff:edition", args=[edition.pk]))


# --- the first page ---------------------------------------------------------------------------------------------------
def test_home_shows_the_editions_of_ones_own_provinces_only() -> None:
    own, _foreign = edition_make(), edition_make(province=province_make("nam-dinh"))

    answer = signed_in(user_make(Role.ANALYST)).get(reverse("staff:home"))

    assert [edition for home, *_ in answer.context["homes"] for edition in home.editions] == [own]


def test_home_shows_every_province_to_the_platform_administrator() -> None:
    edition_make()
    edition_make(province=province_make("nam-dinh"))

    answer = signed_in(user_make(superuser=True)).get(reverse("staff:home"))

    assert [home.province.slug for home, *_ in answer.context["homes"]] == ["nam-dinh", "thai-binh"]


def test_home_without_any_role_says_what_to_do() -> None:
    user = user_make()

    answer = signed_in(user).get(reverse("staff:home"))

    assert answer.templates[0].name == "staff/no_role.html"
    assert user.email in answer.content.decode()


def test_a_reader_sees_ones_units_and_a_link_once_there_is_something_to_read() -> None:
    publication = published_edition(responses=30)
    edition_make(year=2025)
    reader = UnitReader.objects.create(unit=Unit.objects.get(code="so-tai-chinh"), user=user_make())

    answer = signed_in(reader.user).get(reverse("staff:home"))

    (unit, editions), *more = answer.context["units"]
    assert (unit.code, [edition.year for edition in editions], more) == ("so-tai-chinh", [2025, 2024], [])
    year = publication.edition.year
    assert reverse("public:unit", args=["thai-binh", year, "so-tai-chinh"]) in answer.content.decode()


@pytest.mark.parametrize("editions", [1, 3])
def test_home_needs_the_same_queries_for_many_editions(editions: int, django_assert_num_queries) -> None:
    for number in range(editions):
        edition_make(year=2020 + number)
    client = signed_in(user_make(Role.MANAGER))

    with django_assert_num_queries(6):
        client.get(reverse("staff:home"))


# --- publishing and reading before publication ------------------------------------------------------------------------
def approved_run() -> ScoringRun:
    run = scored_edition(responses=30)
    run_approve(run=run, verdict=Verdict.APPROVED, note="", by=approver_make(), now=NOW)
    return run


def test_publishing_asks_first_and_then_releases() -> None:
    run = approved_run()
    client, address = signed_in(user_make(Role.MANAGER)), reverse("staff:publish", args=[run.pk])

    assert client.get(address).context["approved"] is True
    assert not run.publications.exists()

    answer = client.post(address)
    assert answer.url == reverse("staff:edition", args=[run.edition_id])
    assert run.publications.get().release == 1
    assert Job.objects.filter(kind="report_files", arguments__publication=run.publications.get().pk).exists()


def test_a_run_without_verdict_is_not_published() -> None:
    run = scored_edition(responses=30)

    answer = signed_in(user_make(Role.MANAGER)).post(reverse("staff:publish", args=[run.pk]))

    assert (answer.status_code, run.publications.exists()) == (409, False)


def test_the_next_release_needs_a_reason() -> None:
    publication = published_edition(responses=30)
    client, address = signed_in(user_make(Role.MANAGER)), reverse("staff:publish", args=[publication.run_id])

    refused = client.post(address, {"reason": " "})
    client.post(address, {"reason": "Sửa tên đơn vị"})

    assert refused.status_code == 422
    releases = publication.edition.publications.order_by("release").values_list("release", "reason")
    assert list(releases) == [(1, ""), (2, "Sửa tên đơn vị")]


def preview_status(user: User, run: ScoringRun, code: str = "so-tai-chinh") -> int:
    return signed_in(user).get(reverse("staff:unit-preview", args=[run.edition_id, code])).status_code


def test_readers_read_first_only_where_the_edition_says_so() -> None:
    run = approved_run()
    reader = UnitReader.objects.create(unit=Unit.objects.get(code="so-tai-chinh"), user=user_make()).user

    assert preview_status(reader, run) == 403
    Edition.objects.filter(pk=run.edition_id).update(readers_first=True)
    assert preview_status(reader, run) == 200
    assert preview_status(reader, run, "so-cong-thuong") == 404


def test_a_reader_sees_no_figure_before_approval_and_an_analyst_does() -> None:
    run = scored_edition(responses=30)
    Edition.objects.filter(pk=run.edition_id).update(readers_first=True)
    reader = UnitReader.objects.create(unit=Unit.objects.get(code="so-tai-chinh"), user=user_make()).user
    address = reverse("staff:unit-preview", args=[run.edition_id, "so-tai-chinh"])

    seen = [signed_in(user).get(address).context["run"] for user in (reader, user_make(Role.ANALYST))]

    assert seen == [None, run]


def test_the_preview_shows_the_score_of_the_run() -> None:
    run = approved_run()
    score = run.scores.get(block_unit__unit__code="so-tai-chinh")

    answer = signed_in(user_make(Role.ANALYST)).get(
        reverse("staff:unit-preview", args=[run.edition_id, "so-tai-chinh"])
    )

    assert answer.context["row"].total == score.total
    assert not run.publications.exists()


# --- the page of a unit before publication ----------------------------------------------------------------------------
def test_readers_see_no_figures_of_a_unit_withheld_since() -> None:
    run = scored_edition(responses=30)
    Edition.objects.filter(pk=run.edition_id).update(readers_first=True)
    run_approve(run=run, verdict=Verdict.APPROVED, note="", by=approver_make(), now=NOW)
    block_unit = run.scores.get(block_unit__unit__code="so-tai-chinh").block_unit
    reader, address = user_make(), reverse("staff:unit-preview", args=[run.edition_id, "so-tai-chinh"])
    UnitReader.objects.create(unit=block_unit.unit, user=reader)
    assert signed_in(reader).get(address).context["run"] == run

    unit_withhold(block_unit=block_unit, withheld=True, reason_vi="Đang xác minh", by=None, now=NOW)

    assert signed_in(reader).get(address).context["run"] is None


# --- files after an interruption --------------------------------------------------------------------------------------
def test_a_starting_server_goes_on_with_the_files_of_a_release() -> None:
    publication = published_edition(responses=30)
    arguments = {"publication": publication.pk}
    job_start(kind="report_files", arguments=arguments, province=publication.edition.province, by=None, now=NOW)
    assert report_files_resume(now=NOW) == 0

    jobs_interrupted_mark(now=NOW)
    later = NOW + timedelta(minutes=1)

    assert report_files_resume(now=later) == 1
    assert [job.arguments for job in Job.objects.filter(state=JobState.WAITING)] == [arguments]
    assert report_files_resume(now=later) == 0
