from random import Random

import pytest
from django.db import connection

from accounts.models import AuditEntry
from surveys.enums import EditionState
from surveys.models import Draft, Edition, Invitation, Question, Rating, Receipt, Response
from surveys.selectors.readiness import gaps_before_opening
from surveys.services.editions import NEXT_STATES, NotReady, WrongState, edition_advance, edition_close, edition_open
from tests.factories.editions import NOW, edition_answered, edition_in_state, edition_make
from tests.factories.people import user_make

pytestmark = pytest.mark.django_db


def test_opening_locks_the_questionnaire_and_is_recorded():
    edition, manager = edition_make(), user_make()
    edition_open(edition=edition, by=manager, now=NOW)
    edition.refresh_from_db()
    assert edition.state == EditionState.OPEN
    assert edition.questionnaires.get().locked
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.by, entry.at, entry.state_from, entry.state_to) == (
        "edition.open",
        manager,
        NOW,
        "draft",
        "open",
    )


def test_opening_names_everything_that_is_missing():
    edition = edition_make()
    edition.blocks.get(code="localities").eligibility_rules.all().delete()
    edition.blocks.get(code="departments").block_units.all().delete()
    edition.indicators.filter(sub_index__code="land").delete()
    with pytest.raises(NotReady) as refused:
        edition_open(edition=edition, by=None, now=NOW)
    assert len(gaps_before_opening(edition)) == 3
    assert all(gap in str(refused.value) for gap in gaps_before_opening(edition))
    edition.refresh_from_db()
    assert edition.state == EditionState.DRAFT


def test_an_empty_edition_lacks_blocks_questionnaire_profile_and_key_holders():
    edition = Edition.objects.create(province=edition_make().province, year=2030, title_vi="t", title_en="t")
    assert len(gaps_before_opening(edition)) == 4


@pytest.mark.parametrize("state", EditionState)
@pytest.mark.parametrize("to", EditionState)
def test_only_the_next_state_follows(state, to):
    edition = edition_in_state(state, units=1)
    if to in NEXT_STATES[state]:
        assert edition_advance(edition=edition, to=to, by=None, now=NOW).state == to
    else:
        with pytest.raises(WrongState):
            edition_advance(edition=edition, to=to, by=None, now=NOW)
        edition.refresh_from_db()
        assert edition.state == state


def test_opening_twice_is_refused_and_changes_nothing():
    edition = edition_in_state(EditionState.OPEN, units=1)
    before = AuditEntry.objects.count()
    with pytest.raises(WrongState):
        edition_open(edition=edition, by=None, now=NOW)
    assert AuditEntry.objects.count() == before


def content():
    """All answers, without any order."""
    responses = Response.objects.order_by("id").values_list("id", "channel", "profile", "stratum", "design_weight")
    ratings = Rating.objects.order_by("id").values_list("id", "response", "block_unit", "answers", "satisfaction")
    return list(responses), list(ratings), list(Receipt.objects.order_by("id").values_list("id", "code_sha256"))


def rows_as_stored():
    where = "rowid" if connection.vendor == "sqlite" else "ctid"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM surveys_response ORDER BY {where}")
        return [str(row[0]).replace("-", "") for row in cursor.fetchall()]


def test_closing_keeps_every_answer_in_another_order_and_drops_drafts():
    edition = edition_answered(responses=60)
    invitation = Invitation.objects.create(edition=edition, handle="ABCDEF")
    Draft.objects.create(invitation=invitation, box=b"x", saved_at=NOW)
    Receipt.objects.create(edition=edition, code_sha256="0" * 64)
    before, order = content(), rows_as_stored()
    edition_close(edition=edition, by=None, now=NOW, rng=Random(5), reason="đủ phiếu")
    assert content() == before
    assert sorted(rows_as_stored()) == sorted(order)
    assert rows_as_stored() != order
    assert Draft.objects.count() == 0
    assert AuditEntry.objects.get(action="edition.closed").note == "đủ phiếu"


def test_questions_of_a_draft_edition_can_change():
    edition_make()
    assert Question.objects.filter(code="MB1").update(text_vi="Khác?") == 1
