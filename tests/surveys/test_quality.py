"""The review of answers: what is flagged, who may decide, what two persons mean, what stays as it is."""

import pytest
from django.db import DatabaseError, transaction

from accounts.enums import Role
from accounts.models import AuditEntry, Job
from accounts.services import job_execute
from surveys.enums import Decision, EditionState, FlagCode
from surveys.models import QualityCheck, QualityRules, Rating, ResponseFlag, ResponseReview
from surveys.selectors.quality import (
    Wanted,
    copies_undecided,
    decision_counts,
    exclusion_reasons,
    flag_counts,
    responses_flagged,
    unit_flags,
)
from surveys.services.quality import (
    CheckUnderway,
    ReviewNotYet,
    RulesSettled,
    quality_check_start,
    quality_rules_change,
)
from surveys.services.reviews import (
    DecisionStands,
    NothingToDecide,
    ReasonMissing,
    SecondPersonNeeded,
    Verdict,
    copies_decide,
    response_decide,
)
from tests.factories.editions import NOW, edition_answered, edition_in_state
from tests.factories.people import user_make
from tests.factories.quality import (
    LEFT_OUT,
    check_make,
    check_of,
    edition_checked,
    edition_suspicious,
    excluded,
    flagged_with,
)

pytestmark = pytest.mark.django_db


def test_check_flags_what_was_planted_with_its_evidence():
    edition = edition_checked()
    check = check_of(edition)
    counts = flag_counts(check)
    assert (counts[FlagCode.COPY], counts[FlagCode.HASTY]) == (3, 1)
    assert set(flagged_with(edition, "copy")) <= set(flagged_with(edition, "duplicate"))
    copy = ResponseFlag.objects.filter(quality_check=check, code=FlagCode.COPY).order_by("id")[0]
    assert (copy.block_unit, copy.evidence) == (None, {"group": 1, "others": 2, "units": 2})
    empty = Rating.objects.get(answers={"MB1": 3}).response
    evidence = ResponseFlag.objects.filter(quality_check=check, response=empty, code="incomplete").values_list(
        "block_unit__block__code", "evidence"
    )
    assert dict(evidence) == {
        "departments": {"answered": 1, "asked": 3},
        "localities": {"answered": 1, "asked": 4},
    }
    assert check.responses == 25
    assert check.flagged == ResponseFlag.objects.filter(quality_check=check).values("response").distinct().count()


def test_check_runs_as_a_job_and_says_so_in_the_trail():
    edition, analyst = edition_suspicious(), user_make(Role.ANALYST)
    job = quality_check_start(edition=edition, by=analyst, now=NOW)
    job_execute(str(job.pk))
    job.refresh_from_db()
    check = check_of(edition)
    assert job.result == {"check": check.pk, "flagged": check.flagged}
    entry = AuditEntry.objects.get(action="quality.check")
    assert (entry.by, entry.note) == (analyst, f"{check.flagged}/{check.responses}")


def test_two_checks_do_not_run_at_once():
    edition, analyst = edition_suspicious(), user_make(Role.ANALYST)
    job = quality_check_start(edition=edition, by=analyst, now=NOW)
    with pytest.raises(CheckUnderway):
        quality_check_start(edition=edition, by=analyst, now=NOW)
    Job.objects.filter(pk=job.pk).update(state="done")
    assert quality_check_start(edition=edition, by=analyst, now=NOW) != job


def test_checks_are_numbered_and_the_latest_counts():
    edition = edition_checked()
    again = check_make(edition)
    assert (again.number, check_of(edition)) == (2, again)
    assert again.flagged == QualityCheck.objects.get(number=1).flagged


@pytest.mark.parametrize("state", [EditionState.DRAFT, EditionState.OPEN])
def test_nothing_is_checked_or_decided_before_closing(state):
    edition = edition_in_state(state)
    with pytest.raises(ReviewNotYet):
        quality_check_start(edition=edition, by=None, now=NOW)
    with pytest.raises(ReviewNotYet):
        check_make(edition)


def test_no_decision_while_businesses_can_answer():
    edition, analyst = edition_answered(responses=3), user_make(Role.ANALYST)
    response = edition.responses.order_by("id")[0]
    with pytest.raises(ReviewNotYet):
        response_decide(response=response, verdict=LEFT_OUT, by=analyst, now=NOW)
    with pytest.raises(DatabaseError, match="frozen: surveys_responsereview"), transaction.atomic():
        ResponseReview.objects.create(response=response, decision="keep", by=analyst, at=NOW)


def test_a_decision_is_kept_with_who_why_and_when_and_the_latest_counts():
    edition, analyst = edition_checked(), user_make(Role.ANALYST)
    response = excluded(edition, by=analyst)[0]
    assert exclusion_reasons(edition) == {response.pk: "careless"}
    response_decide(response=response, verdict=Verdict(exclude=False, comment="Đã đọc lại."), by=analyst, now=NOW)
    assert exclusion_reasons(edition) == {}
    found = ResponseReview.objects.filter(response=response).order_by("id").values_list("decision", "reason", "comment")
    assert list(found) == [("exclude", "careless", "Một đáp án cho mọi câu."), ("keep", "", "Đã đọc lại.")]
    entries = AuditEntry.objects.filter(action__startswith="response.").order_by("id")
    assert [(entry.action, entry.by, entry.state_from, entry.state_to) for entry in entries] == [
        ("response.exclude", analyst, "undecided", "exclude"),
        ("response.keep", analyst, "exclude", "keep"),
    ]
    assert entries[0].note == "careless: Một đáp án cho mọi câu."


@pytest.mark.parametrize("verdict", [Verdict(True, "careless", " "), Verdict(True, "", "x"), Verdict(True, "bad", "x")])
def test_an_exclusion_needs_reason_and_comment(verdict):
    edition, analyst = edition_checked(), user_make(Role.ANALYST)
    with pytest.raises(ReasonMissing):
        response_decide(response=flagged_with(edition, "copy")[0], verdict=verdict, by=analyst, now=NOW)
    assert ResponseReview.objects.count() == 0


@pytest.mark.parametrize("verdict", [LEFT_OUT, Verdict(exclude=False)])
def test_the_same_decision_twice_is_refused(verdict):
    edition, analyst = edition_checked(), user_make(Role.ANALYST)
    response = flagged_with(edition, "copy")[0]
    response_decide(response=response, verdict=verdict, by=analyst, now=NOW)
    with pytest.raises(DecisionStands):
        response_decide(response=response, verdict=verdict, by=analyst, now=NOW)


def test_two_persons_one_proposes_another_confirms():
    first, second = user_make(Role.ANALYST), user_make(Role.MANAGER)
    edition = edition_checked(two_persons_by=second)
    response = excluded(edition, by=first)[0]
    assert exclusion_reasons(edition) == {}
    assert decision_counts(check_of(edition))[Decision.PROPOSE] == 1
    with pytest.raises(SecondPersonNeeded):
        response_decide(response=response, verdict=LEFT_OUT, by=first, now=NOW)
    confirmed = response_decide(response=response, verdict=Verdict(exclude=True), by=second, now=NOW)
    assert (confirmed.decision, confirmed.reason, confirmed.confirms.by) == ("exclude", "careless", first)
    assert exclusion_reasons(edition) == {response.pk: "careless"}


def test_the_database_itself_wants_the_second_person():
    first, second = user_make(Role.ANALYST), user_make(Role.MANAGER)
    edition = edition_checked(two_persons_by=second)
    response = excluded(edition, by=first)[0]
    proposal = ResponseReview.objects.get(response=response)
    alone = {"response": response, "decision": "exclude", "reason": "careless", "by": first, "at": NOW}
    for confirms in (None, proposal):
        with pytest.raises(DatabaseError, match="frozen: surveys_responsereview"), transaction.atomic():
            ResponseReview.objects.create(**alone, confirms=confirms)
    ResponseReview.objects.create(**{**alone, "by": second}, confirms=proposal)


def test_rules_are_settled_once_data_are_frozen():
    manager = user_make(Role.MANAGER)
    with pytest.raises(RulesSettled):
        quality_rules_change(edition=edition_in_state(EditionState.FROZEN), two_persons=True, by=manager, now=NOW)


def test_changing_the_rules_is_recorded_once():
    edition, manager = edition_suspicious(), user_make(Role.MANAGER)
    for wanted in (False, True, True):
        quality_rules_change(edition=edition, two_persons=wanted, by=manager, now=NOW)
    assert QualityRules.objects.get(edition=edition).two_persons is True
    notes = AuditEntry.objects.filter(action="quality.rules").values_list("note", flat=True)
    assert list(notes) == ["two_persons: False → True"]


def test_copies_keep_one_and_exclude_the_others():
    edition, analyst = edition_checked(), user_make(Role.ANALYST)
    check = check_of(edition)
    assert copies_decide(check=check, comment="Ba phiếu giống hệt nhau.", by=analyst, now=NOW) == (1, 2)
    assert sorted(exclusion_reasons(edition).values()) == ["copy", "copy"]
    assert set(exclusion_reasons(edition)) < {response.pk for response in flagged_with(edition, "copy")}
    assert copies_undecided(check) == {}
    with pytest.raises(NothingToDecide):
        copies_decide(check=check, comment="x", by=analyst, now=NOW)


def test_copies_keep_the_one_that_was_kept_before():
    edition, analyst = edition_checked(), user_make(Role.ANALYST)
    kept = flagged_with(edition, "copy")[2]
    response_decide(response=kept, verdict=Verdict(exclude=False), by=analyst, now=NOW)
    assert copies_decide(check=check_of(edition), comment="x", by=analyst, now=NOW) == (0, 2)
    assert kept.pk not in exclusion_reasons(edition)


def test_copies_need_a_comment():
    edition, analyst = edition_checked(), user_make(Role.ANALYST)
    with pytest.raises(ReasonMissing):
        copies_decide(check=check_of(edition), comment=" ", by=analyst, now=NOW)
    assert ResponseReview.objects.count() == 0


def test_list_is_filtered_by_flag_state_and_unit():
    edition, analyst = edition_checked(), user_make(Role.ANALYST)
    check, left_out = check_of(edition), excluded(edition, by=analyst)
    unit = unit_flags(check)[0].key

    def keys(**wanted):
        return {response.pk for response in responses_flagged(check, Wanted(**wanted))}

    assert keys(flag="copy") == {response.pk for response in flagged_with(edition, "copy")}
    assert keys(state="exclude") == {response.pk for response in left_out}
    assert keys(flag="copy", state="exclude") == set()
    of_unit = ResponseFlag.objects.filter(quality_check=check, block_unit=unit).values_list("response", flat=True)
    assert keys(unit=unit) == set(of_unit)
    assert len(keys()) == check.flagged
    signs = list(responses_flagged(check).values_list("signs", flat=True))
    assert signs == sorted(signs, reverse=True)


def test_units_say_how_many_ratings_would_go():
    edition, analyst = edition_checked(), user_make(Role.ANALYST)
    before = unit_flags(check_of(edition))
    left_out = excluded(edition, by=analyst)
    after = unit_flags(check_of(edition))
    assert sum(line.excluded for line in before) == 0
    assert sum(line.excluded for line in after) == sum(response.ratings.count() for response in left_out)
    assert sum(line.ratings for line in after) == 20 * 3 + 3 * 2 + 2 + 1
    assert all(line.left == line.ratings - line.excluded for line in after)


@pytest.mark.parametrize("model", [QualityCheck, ResponseFlag, ResponseReview])
def test_checks_flags_and_decisions_are_only_added(model):
    edition = edition_checked()
    excluded(edition, by=user_make(Role.ANALYST))
    row = model.objects.order_by("pk")[0]
    changes = {"number": 9} if model is QualityCheck else {"code": "copy"} if model is ResponseFlag else {"comment": ""}
    with pytest.raises(DatabaseError, match=f"frozen: {model._meta.db_table}"), transaction.atomic():
        model.objects.filter(pk=row.pk).update(**changes)
    with pytest.raises(DatabaseError, match=f"frozen: {model._meta.db_table}"), transaction.atomic():
        model.objects.filter(pk=row.pk)._raw_delete("default")
