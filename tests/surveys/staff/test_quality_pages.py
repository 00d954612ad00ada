"""Pages of the review: counts, the list of flagged responses, one of them, decisions, rules, a new dataset."""

from dataclasses import asdict
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts.enums import Role
from accounts.models import AuditEntry, Job, User
from scoring.engine.thresholds import Thresholds
from surveys.enums import Decision
from surveys.models import Edition, Invitation, QualityRules, Response, ResponseReview
from surveys.selectors.quality import exclusion_reasons
from surveys.selectors.review_page import profile_told
from surveys.sentences import THRESHOLDS
from surveys.services.checking import quality_check_run
from surveys.services.datasets import dataset_freeze
from surveys.services.invitations import Guest, invitations_create
from tests.factories.editions import NOW, edition_answered, edition_closed
from tests.factories.people import user_make
from tests.factories.quality import check_of, edition_checked, edition_suspicious, excluded, flagged_with

pytestmark = pytest.mark.django_db


def visit(user: User, name: str, *args: Any, language: str = "vi", **query: Any) -> Any:
    client = Client()
    client.force_login(user)
    with translation.override(language):
        return client.get(reverse(f"staff:{name}", args=args), query)


def send(user: User, name: str, *args: Any, **data: Any) -> Any:
    client = Client()
    client.force_login(user)
    return client.post(reverse(f"staff:{name}", args=args), data)


def test_overview_counts_flags_states_and_units():
    edition, analyst = edition_checked(), user_make(Role.ANALYST)
    excluded(edition, by=analyst)
    context = visit(analyst, "quality", edition.pk).context
    counts = {line["code"].value: line["count"] for line in context["flags"]}
    assert (counts["copy"], counts["hasty"]) == (3, 1)
    assert {code: number for code, _label, number in context["states"]}["exclude"] == 1
    assert context["copies"] == 3
    assert sum(line.excluded for line in context["units"]) == 1


def test_overview_before_closing_says_when():
    analyst = user_make(Role.ANALYST)
    answer = visit(analyst, "quality", edition_answered(responses=3).pk, language="en")
    assert "Answers are looked at after closing" in answer.content.decode()


def test_a_check_is_started_and_its_progress_shown():
    edition, analyst = edition_suspicious(), user_make(Role.ANALYST)
    assert send(analyst, "quality-check", edition.pk).status_code == 302
    job = Job.objects.get(kind="quality_check")
    assert (job.arguments, job.by) == ({"edition": edition.pk}, analyst)
    Job.objects.filter(pk=job.pk).update(state="running")
    assert visit(analyst, "quality", edition.pk).context["job"]["id"] == job.pk


def test_a_check_before_closing_is_refused():
    assert send(user_make(Role.ANALYST), "quality-check", edition_answered(responses=2).pk).status_code == 409


def test_approvers_see_counts_but_no_way_into_responses():
    edition = edition_checked()
    page = visit(user_make(Role.APPROVER), "quality", edition.pk).content.decode()
    assert reverse("staff:quality-responses", args=[edition.pk]) not in page


def test_list_filters_and_ignores_nonsense():
    edition, analyst = edition_checked(), user_make(Role.ANALYST)

    def names(**query: str) -> set[Any]:
        return {line["response"] for line in visit(analyst, "quality-responses", edition.pk, **query).context["lines"]}

    assert names(flag="copy") == set(flagged_with(edition, "copy"))
    assert names(state="exclude") == set()
    assert names(flag="'; DROP", state="x", unit="abc", page="-4") == names()


def test_list_costs_the_same_for_one_response_and_for_many():
    edition, analyst = edition_checked(responses=30), user_make(Role.ANALYST)

    def queries(**query: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert visit(analyst, "quality-responses", edition.pk, **query).context["lines"]
        return len(captured)

    visit(analyst, "quality-responses", edition.pk)
    assert queries(flag="hasty") == queries()


def test_a_response_is_shown_with_evidence_and_without_its_sender():
    edition = edition_answered(responses=3, year=2024)
    invitations_create(edition=edition, guests=[Guest(name="Công ty Sao Mai")], by=None, now=NOW)
    edition = edition_checked(year=2023)
    analyst = user_make(Role.ANALYST)
    response = flagged_with(edition, "copy")[0]
    page = visit(analyst, "quality-response", edition.pk, response.pk, language="en").content.decode()
    assert "The whole response equals 2 other responses." in page
    assert "2 · Disagree" in page
    assert [name for name in Invitation.objects.values_list("name", flat=True) if name in page] == []
    others = [each for each in flagged_with(edition, "copy") if each != response]
    assert all(reverse("staff:quality-response", args=[edition.pk, each.pk]) in page for each in others)


def test_responses_without_a_flag_cannot_be_read():
    edition, analyst = edition_checked(), user_make(Role.ANALYST)
    plain = _response(edition, "household", "micro", "x")
    assert visit(analyst, "quality-response", edition.pk, plain.pk).status_code == 404
    assert visit(analyst, "quality-response", edition.pk, uuid4()).status_code == 404
    other = edition_checked(year=2020)
    assert visit(analyst, "quality-response", edition.pk, flagged_with(other, "copy")[0].pk).status_code == 404


def test_bands_that_few_share_are_not_told():
    edition = edition_closed(responses=0)
    rare = _response(edition, "cooperative", "small", "hiếm")
    for _each in range(5):
        _response(edition, "cooperative", "micro", "đông")
    told = profile_told(rare)
    assert (told.lines, told.hidden) == ((("Loại hình", "Hợp tác xã"),), 2)


def _response(edition: Edition, kind: str, size: str, stratum: str) -> Response:
    return Response.objects.create(
        edition=edition,
        questionnaire=edition.questionnaires.get(),
        channel="invited",
        profile={"type": kind, "size": size},
        stratum=stratum,
    )


def test_excluding_and_keeping_from_the_page():
    edition, analyst = edition_checked(), user_make(Role.ANALYST)
    response = flagged_with(edition, "hasty")[0]
    at = (edition.pk, response.pk)
    assert send(analyst, "quality-response", *at, decision="exclude").status_code == 422
    assert send(analyst, "quality-response", *at, decision="exclude", reason="hasty").status_code == 422
    assert send(analyst, "quality-response", *at, decision="burn", reason="hasty", comment="x").status_code == 422
    assert ResponseReview.objects.count() == 0
    given = {"decision": "exclude", "reason": "hasty", "comment": "Dưới một giây mỗi câu."}
    assert send(analyst, "quality-response", *at, **given).status_code == 302
    assert exclusion_reasons(edition) == {response.pk: "hasty"}
    assert send(analyst, "quality-response", *at, **given).status_code == 409
    assert send(analyst, "quality-response", *at, decision="keep").status_code == 302
    assert exclusion_reasons(edition) == {}


def test_the_second_person_confirms_without_typing_it_again():
    manager, analyst = user_make(Role.MANAGER), user_make(Role.ANALYST)
    edition = edition_checked(two_persons_by=manager)
    response = excluded(edition, by=analyst)[0]
    assert send(analyst, "quality-response", edition.pk, response.pk, decision="exclude").status_code == 403
    assert send(manager, "quality-response", edition.pk, response.pk, decision="exclude").status_code == 302
    assert exclusion_reasons(edition) == {response.pk: "careless"}


def test_copies_are_decided_together():
    edition, analyst = edition_checked(), user_make(Role.ANALYST)
    assert len(visit(analyst, "quality-copies", edition.pk).context["groups"]) == 1
    assert send(analyst, "quality-copies", edition.pk, comment="").status_code == 422
    assert send(analyst, "quality-copies", edition.pk, comment="Ba phiếu giống hệt nhau.").status_code == 302
    found = ResponseReview.objects.order_by("decision").values_list("decision", flat=True)
    assert list(found) == [Decision.EXCLUDE, Decision.EXCLUDE, Decision.KEEP]
    assert visit(analyst, "quality-copies", edition.pk).context["groups"] == []


def test_a_manager_demands_two_persons():
    edition, manager = edition_checked(), user_make(Role.MANAGER)
    send(manager, "quality-rules", edition.pk, two_persons="yes")
    assert QualityRules.objects.get(edition=edition).two_persons is True
    send(manager, "quality-rules", edition.pk, two_persons="no")
    assert QualityRules.objects.get(edition=edition).two_persons is False


def test_an_analyst_chooses_thresholds_that_count_from_the_next_check_on():
    edition, analyst = edition_checked(), user_make(Role.ANALYST)
    form = visit(analyst, "quality-thresholds", edition.pk).context["form"]
    assert set(form.fields) == set(THRESHOLDS) == set(asdict(Thresholds()))
    assert (form["complete"].value(), form.fields["complete"].help_text) == (0.5, "Thông thường: 0,5")
    typed = {name: str(value) for name, value in asdict(Thresholds()).items()}
    assert send(analyst, "quality-thresholds", edition.pk, **typed | {"complete": "1,5"}).status_code == 422
    assert (
        send(analyst, "quality-thresholds", edition.pk, **typed | {"complete": "0,75", "least": "3"}).status_code == 302
    )
    entry = AuditEntry.objects.get(action="quality.thresholds")
    assert (entry.by, entry.note) == (analyst, "complete: 0.5 → 0.75, least: 10 → 3")
    before, after = check_of(edition), quality_check_run(edition=edition, by=None, now=NOW, progress=silent)
    assert (before.thresholds["complete"], after.thresholds) == (0.5, asdict(Thresholds(complete=0.75, least=3)))
    page = visit(analyst, "quality", edition.pk).content.decode()
    assert "<dt>Trả lời thiếu một nửa: tỷ lệ câu được trả lời dưới</dt><dd>0,75</dd>" in page
    dataset_freeze(edition=edition, by=analyst, now=NOW)
    assert send(analyst, "quality-thresholds", edition.pk, **typed).status_code == 409


def silent(_done: int, _total: int, _words: str) -> None:
    """Nobody asked for progress."""


def test_freezing_says_what_the_review_left_open():
    edition, analyst = edition_checked(), user_make(Role.ANALYST)
    excluded(edition, by=analyst)
    page = visit(analyst, "edition-freeze", edition.pk, language="en").content.decode()
    assert "flagged responses are undecided and will count." in page
    assert "1 response will be left out of the scores." in page


def test_a_new_version_of_the_dataset_from_its_page():
    edition, analyst = edition_checked(), user_make(Role.ANALYST)
    dataset_freeze(edition=edition, by=analyst, now=NOW)
    assert send(analyst, "dataset-renew", edition.pk, reason="Sửa").status_code == 422
    excluded(edition, by=analyst)
    assert send(analyst, "dataset-renew", edition.pk, reason="").status_code == 422
    assert send(analyst, "dataset-renew", edition.pk, reason="Loại một phiếu trả lời quá nhanh.").status_code == 302
    numbers = edition.datasets.order_by("number").values_list("number", "excluded")
    assert list(numbers) == [(1, 0), (2, 1)]
