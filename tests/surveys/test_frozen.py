"""The database itself refuses to change what is frozen, by whatever way."""

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import AuditEntry
from surveys.enums import EditionState
from surveys.models import (
    AnswerScale,
    Block,
    BlockUnit,
    Dataset,
    Edition,
    EligibilityRule,
    HardValue,
    Indicator,
    Margin,
    ProfileField,
    Question,
    QuestionnaireVersion,
    Rating,
    Response,
    SubIndex,
    SubIndexWeight,
)
from surveys.services.editions import edition_advance
from tests.factories.editions import NOW, edition_answered, edition_in_state, edition_make

pytestmark = pytest.mark.django_db

FRAMEWORK = [
    (Block, {"name_vi": "khác"}),
    (SubIndex, {"name_vi": "khác"}),
    (SubIndexWeight, {"weight": 1}),
    (Indicator, {"minimum_n": 1}),
    (ProfileField, {"text_vi": "khác"}),
    (EligibilityRule, {"max_units": 9}),
    (QuestionnaireVersion, {"locked": False}),
    (AnswerScale, {"decimals": 2}),
    (Question, {"text_vi": "khác"}),
    (Indicator.blocks.through, {"block_id": 1}),
    (Question.blocks.through, {"block_id": 1}),
]


def check_refused(change):
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        change()


@pytest.mark.parametrize(("model", "change"), FRAMEWORK, ids=lambda value: getattr(value, "__name__", ""))
def test_framework_cannot_change_once_the_edition_is_open(model, change):
    edition_in_state(EditionState.OPEN)
    row = model.objects.order_by("pk").first()
    check_refused(lambda: model.objects.filter(pk=row.pk).update(**change))
    check_refused(lambda: model.objects.filter(pk=row.pk)._raw_delete("default"))
    if model is not QuestionnaireVersion:
        row.pk = None
        check_refused(lambda: row.save(force_insert=True))


@pytest.mark.parametrize(("model", "change"), FRAMEWORK, ids=lambda value: getattr(value, "__name__", ""))
def test_framework_of_a_draft_edition_can_change(model, change):
    edition_make()
    rows = model.objects.order_by("pk")
    if "block_id" in change:  # the same once more: the other block may stand there already
        change = {"block_id": Block.objects.get(code="localities").pk}
        rows = rows.filter(**change)
    row = rows.last()
    assert model.objects.filter(pk=row.pk).update(**change) == 1


def test_opened_edition_keeps_its_year_and_its_mark_of_simulation():
    edition = edition_in_state(EditionState.OPEN)
    check_refused(lambda: Edition.objects.filter(pk=edition.pk).update(year=2001))
    check_refused(lambda: Edition.objects.filter(pk=edition.pk).update(is_simulated=False))
    check_refused(lambda: Edition.objects.filter(pk=edition.pk)._raw_delete("default"))
    assert Edition.objects.filter(pk=edition.pk).update(title_vi="Tên mới") == 1


def test_units_of_an_opened_edition_stay_but_can_be_withheld():
    edition_in_state(EditionState.OPEN)
    rated = BlockUnit.objects.order_by("pk").first()
    check_refused(lambda: BlockUnit.objects.filter(pk=rated.pk)._raw_delete("default"))
    check_refused(lambda: BlockUnit.objects.filter(pk=rated.pk).update(block_id=rated.block_id + 1))
    assert BlockUnit.objects.filter(pk=rated.pk).update(withheld=True) == 1


@pytest.mark.parametrize("state", [EditionState.FROZEN, EditionState.SCORED, EditionState.PUBLISHED])
def test_answers_margins_and_records_cannot_change_once_frozen(state):
    edition = edition_answered(responses=3)
    order = list(EditionState)
    for step in order[2 : order.index(state) + 1]:
        edition_advance(edition=edition, to=step, by=None, now=NOW)
    check_refused(lambda: Response.objects.update(stratum="x"))
    check_refused(lambda: Rating.objects.update(answers={}))
    check_refused(lambda: Rating.objects.all()._raw_delete("default"))
    check_refused(
        lambda: Response.objects.create(edition=edition, questionnaire=edition.questionnaires.get(), channel="invited")
    )
    check_refused(lambda: Margin.objects.update(count=1))
    check_refused(lambda: HardValue.objects.update(value=1))


def test_no_row_can_be_moved_into_what_is_frozen():
    frozen = edition_in_state(EditionState.FROZEN)
    still_open = edition_answered(responses=1, year=2025)
    check_refused(lambda: Response.objects.filter(edition=still_open).update(edition=frozen))
    draft = edition_make(year=2026)
    check_refused(lambda: Block.objects.filter(edition=draft).update(edition=frozen, code="moved"))


@pytest.mark.parametrize("table", ["accounts_auditentry", "surveys_block"])
def test_frozen_tables_cannot_be_emptied(table):
    edition_in_state(EditionState.OPEN)
    emptied = f"TRUNCATE {table} CASCADE" if connection.vendor == "postgresql" else f"DELETE FROM {table}"

    def empty():
        connection.check_constraints()
        with connection.cursor() as cursor:
            cursor.execute(emptied)

    check_refused(empty)


def test_draft_edition_takes_no_answers():
    edition = edition_make()
    check_refused(
        lambda: Response.objects.create(edition=edition, questionnaire=edition.questionnaires.get(), channel="invited")
    )


@pytest.mark.parametrize(
    ("state", "back"),
    [("closed", "open"), ("frozen", "closed"), ("frozen", "open"), ("scored", "open"), ("published", "draft")],
)
def test_no_way_leads_back_to_taking_or_changing_answers(state, back):
    edition = edition_in_state(EditionState(state))
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        Edition.objects.filter(pk=edition.pk).update(state=back)
    edition.refresh_from_db()
    assert edition.state == state


def test_dataset_never_changes():
    edition = edition_in_state(EditionState.CLOSED)
    Dataset.objects.create(
        edition=edition, number=1, file="d.zip", sha256="0" * 64, responses=0, ratings=0, frozen_at=NOW
    )
    check_refused(lambda: Dataset.objects.update(sha256="1" * 64))
    check_refused(lambda: Dataset.objects.all()._raw_delete("default"))


def test_audit_trail_is_append_only():
    edition_in_state(EditionState.OPEN)
    assert AuditEntry.objects.exists()
    check_refused(lambda: AuditEntry.objects.update(note="khác"))
    check_refused(lambda: AuditEntry.objects.all()._raw_delete("default"))
