"""Verdicts and releases: two persons, the right state, append-only."""

import pytest
from django.db import DatabaseError, transaction

from accounts.enums import Role
from accounts.models import AuditEntry
from accounts.rules import NotYours
from scoring.enums import RunState, Verdict
from scoring.models import Publication, RunApproval, ScoringRun
from scoring.services.publications import (
    AlreadyReleased,
    NotApproved,
    ReasonMissing,
    WithheldChanged,
    publication_create,
)
from scoring.services.recipes import recipe_create, recipe_default
from scoring.services.runs import NoteMissing, OwnRun, RunNotComplete, RunPublished, run_approve, run_start
from surveys.enums import EditionState
from surveys.models import BlockUnit
from surveys.services.units import unit_withhold
from tests.factories.editions import NOW
from tests.factories.people import province_make, user_make
from tests.factories.results import edition_frozen, published_edition, run_of, scored_edition

pytestmark = pytest.mark.django_db


def approve(run, by=None, verdict=Verdict.APPROVED, note=""):
    return run_approve(run=run, verdict=verdict, note=note, by=by or user_make(Role.APPROVER), now=NOW)


def test_another_person_approves_a_complete_run():
    run, approver = scored_edition(responses=30), user_make(Role.APPROVER)
    given = approve(run, by=approver, note=" Đã đối chiếu. ")
    assert (given.verdict, given.note, given.by) == (Verdict.APPROVED, "Đã đối chiếu.", approver)
    entry = AuditEntry.objects.get(action="run.approve")
    assert (entry.by, entry.subject_id, entry.note) == (approver, str(run.pk), "Đã đối chiếu.")


def test_the_author_cannot_approve_even_as_approver():
    dataset = edition_frozen(responses=30)
    author = user_make(Role.ANALYST, Role.APPROVER)
    run = run_of(dataset, by=author)
    with pytest.raises(OwnRun) as refused:
        approve(run, by=author)
    assert refused.value.status == 403
    assert not RunApproval.objects.exists()


def test_an_administrator_who_started_a_run_cannot_approve_it():
    administrator = user_make(superuser=True)
    run = run_of(edition_frozen(responses=30), by=administrator)
    with pytest.raises(OwnRun):
        approve(run, by=administrator)


@pytest.mark.parametrize("role", [Role.MANAGER, Role.ANALYST, Role.MODERATOR])
def test_other_roles_cannot_approve(role):
    with pytest.raises(NotYours):
        approve(scored_edition(responses=30), by=user_make(role))


def test_an_approver_of_another_province_cannot_approve():
    stranger = user_make(Role.APPROVER, province=province_make("hung-yen"))
    with pytest.raises(NotYours):
        approve(scored_edition(responses=30), by=stranger)


@pytest.mark.parametrize("state", [RunState.WAITING, RunState.RUNNING, RunState.FAILED])
def test_only_a_complete_run_is_judged(state):
    dataset = edition_frozen(responses=30)
    recipe = recipe_create(edition=dataset.edition, content=recipe_default(dataset.edition), by=None, now=NOW)
    run = run_start(edition=dataset.edition, dataset=dataset, recipe=recipe, seed=1, by=None, now=NOW)
    ScoringRun.objects.filter(pk=run.pk).update(state=state)
    with pytest.raises(RunNotComplete) as refused:
        approve(run)
    assert refused.value.status == 409
    with pytest.raises(NotApproved):
        publication_create(run=run, reason="", by=user_make(Role.MANAGER), now=NOW)


def test_sending_back_needs_a_reason():
    run = scored_edition(responses=30)
    with pytest.raises(NoteMissing):
        approve(run, verdict=Verdict.REJECTED, note="  ")
    approve(run, verdict=Verdict.REJECTED, note="Thiếu cơ cấu ngành")
    assert AuditEntry.objects.get(action="run.reject").note == "Thiếu cơ cấu ngành"


def test_a_run_that_was_sent_back_is_not_published():
    run = scored_edition(responses=30)
    approve(run)
    approve(run, verdict=Verdict.REJECTED, note="Chờ số liệu")
    with pytest.raises(NotApproved) as refused:
        publication_create(run=run, reason="", by=user_make(Role.MANAGER), now=NOW)
    assert refused.value.status == 409
    approve(run)
    assert publication_create(run=run, reason="", by=user_make(Role.MANAGER), now=NOW).release == 1


def test_the_first_release_publishes_the_edition():
    run, manager = scored_edition(responses=30), user_make(Role.MANAGER)
    approve(run)
    publication = publication_create(run=run, reason="", by=manager, now=NOW)
    publication.edition.refresh_from_db()
    assert (publication.release, publication.edition.state) == (1, EditionState.PUBLISHED)
    trail = AuditEntry.objects.order_by("-id").values_list("action", "by", "state_from", "state_to")[:2]
    assert list(trail) == [
        ("edition.published", manager.pk, "scored", "published"),
        ("publication.create", manager.pk, "", ""),
    ]


def test_a_later_release_needs_a_reason_and_the_next_number():
    first = published_edition(responses=30)
    run = run_of(first.run.dataset, by=user_make(Role.ANALYST), seed=2)
    approve(run)
    manager = user_make(Role.MANAGER)
    with pytest.raises(ReasonMissing) as refused:
        publication_create(run=run, reason=" ", by=manager, now=NOW)
    assert refused.value.status == 400
    second = publication_create(run=run, reason="Sửa lỗi số liệu hồ sơ", by=manager, now=NOW)
    assert (second.release, second.reason, Publication.objects.count()) == (2, "Sửa lỗi số liệu hồ sơ", 2)


def test_a_published_run_is_not_sent_back():
    publication = published_edition(responses=30)
    with pytest.raises(RunPublished):
        approve(publication.run, verdict=Verdict.REJECTED, note="Muộn")


@pytest.mark.parametrize("model", [RunApproval, Publication])
@pytest.mark.parametrize("write", ["update", "delete"])
def test_verdicts_and_releases_stay(model, write):
    published_edition(responses=30)
    rows = model.objects.all()
    field = "note" if model is RunApproval else "reason"
    with pytest.raises(DatabaseError, match="frozen: scoring_"), transaction.atomic():
        rows.update(**{field: "x"}) if write == "update" else rows.delete()


def test_a_unit_withheld_after_the_run_is_not_published_with_its_figures():
    run, manager = scored_edition(responses=30), user_make(Role.MANAGER)
    approve(run)
    unit = BlockUnit.objects.get(block__edition=run.edition, unit__code="so-tai-chinh")
    unit_withhold(block_unit=unit, withheld=True, reason_vi="Đang xác minh", by=manager, now=NOW)
    with pytest.raises(WithheldChanged):
        publication_create(run=run, reason="", by=manager, now=NOW)
    again = run_of(run.dataset, by=user_make(Role.ANALYST), seed=2)
    approve(again)
    assert publication_create(run=again, reason="", by=manager, now=NOW).release == 1


def test_a_form_sent_twice_publishes_once():
    first = published_edition(responses=30)
    manager = user_make(Role.MANAGER)
    publication_create(run=first.run, reason="Sửa tên đơn vị", by=manager, now=NOW)
    with pytest.raises(AlreadyReleased):
        publication_create(run=first.run, reason=" Sửa tên đơn vị ", by=manager, now=NOW)
    assert publication_create(run=first.run, reason="Sửa tên lần nữa", by=manager, now=NOW).release == 3
