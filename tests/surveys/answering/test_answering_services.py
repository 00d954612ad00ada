"""Keeping a draft and sending it in: every rule, on real rows."""

import json
from hashlib import sha256
from random import Random

import pytest
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ddci.core.crypto import SealBrokenError, derive, unsealed
from surveys.answers.drafts import ConsentPage, OverallPage, ProfilePage, SectionPage, UnitsPage
from surveys.answers.journey import Move
from surveys.enums import Channel, EditionState, InvitationState, Secrecy
from surveys.models import Comment, Draft, Envelope, Invitation, Rating, Receipt, Response, SealedResponse
from surveys.selectors.answering import draft_content
from surveys.selectors.invitations import code_of, draft_key, receipt_of
from surveys.services.answering import (
    AlreadyClosed,
    AlreadySent,
    ConsentMissing,
    NotComplete,
    NotOpenYet,
    Tab,
    draft_discard,
    draft_save,
    response_submit,
)
from surveys.services.editions import edition_close
from tests.factories.ballots import box_opened
from tests.factories.editions import NOW, edition_in_state, edition_make
from tests.factories.respondents import (
    ANSWERS,
    PROFILE,
    edition_asking,
    entry_pages,
    invited,
    unit_key,
    whole_questionnaire,
)

pytestmark = pytest.mark.django_db


def fresh(invitation: Invitation) -> Invitation:
    return Invitation.objects.select_related("edition__province").get(pk=invitation.pk)


def test_what_is_stored_equals_what_was_entered() -> None:
    edition = edition_asking()
    invitation = invited(edition)
    finance, city = unit_key(edition, "so-tai-chinh"), unit_key(edition, "tp-thai-binh")

    saved = draft_save(invitation=invitation, pages=whole_questionnaire(finance, city), now=NOW)
    response_submit(invitation=invitation)
    box_opened(edition)

    assert saved.faults == {}
    response = Response.objects.get()
    assert (response.edition, response.questionnaire, response.channel) == (
        edition,
        edition.questionnaires.get(),
        Channel.INVITED,
    )
    # One response alone is no crowd: a stratum that would point at the business is told no more.
    assert (response.profile, response.stratum, response.design_weight) == (PROFILE, "*", 2.5)
    found = {rating.block_unit_id: (rating.answers, rating.satisfaction) for rating in Rating.objects.all()}
    assert found == {finance: (ANSWERS, 8), city: (ANSWERS, 8)}
    assert sorted(Comment.objects.values_list("block_unit_id", "text")) == sorted(
        [(finance, "Cán bộ nhiệt tình."), (city, "Cán bộ nhiệt tình.")]
    )


def test_sending_leaves_only_participation_behind() -> None:
    edition = edition_asking()
    invitation = invited(edition)
    draft_save(invitation=invitation, pages=whole_questionnaire(unit_key(edition, "so-tai-chinh")), now=NOW)

    receipt = response_submit(invitation=invitation)

    assert not Draft.objects.exists()
    assert fresh(invitation).state == InvitationState.DONE
    assert receipt == receipt_of(invitation)
    assert Receipt.objects.get().code_sha256 == sha256(receipt.replace("-", "").encode()).hexdigest()
    names = {field.name for model in (Response, Rating, Comment, Receipt) for field in model._meta.fields}
    assert names & {"invitation", "handle", "created_at", "saved_at", "at", "receipt"} == set()


def test_sending_again_shows_the_same_receipt_and_writes_nothing() -> None:
    edition = edition_asking()
    invitation = invited(edition)
    draft_save(invitation=invitation, pages=whole_questionnaire(unit_key(edition, "so-tai-chinh")), now=NOW)

    receipts = {response_submit(invitation=invitation), response_submit(invitation=fresh(invitation))}

    assert len(receipts) == 1
    assert (Envelope.objects.count(), Receipt.objects.count()) == (1, 1)
    box_opened(edition)
    assert (Response.objects.count(), Rating.objects.count()) == (1, 1)


def test_answers_to_questions_that_were_not_shown_are_dropped() -> None:
    edition = edition_asking()
    invitation, finance = invited(edition), unit_key(edition, "so-tai-chinh")
    pages = [*entry_pages(finance), SectionPage(finance, {**ANSWERS, "MB2": 0})]
    draft_save(invitation=invitation, pages=pages, now=NOW)

    response_submit(invitation=invitation)
    box_opened(edition)

    assert Rating.objects.get().answers == {"MB1": 3, "MB2": 0, "TG1": "na"}


def test_units_without_answers_or_not_chosen_any_more_are_left_out() -> None:
    edition = edition_asking()
    invitation = invited(edition)
    finance, trade, city = (unit_key(edition, code) for code in ("so-tai-chinh", "so-cong-thuong", "tp-thai-binh"))
    draft_save(invitation=invitation, pages=whole_questionnaire(finance, city), now=NOW)
    draft_save(invitation=invitation, pages=[UnitsPage([finance, trade])], now=NOW)

    response_submit(invitation=invitation)
    box_opened(edition)

    assert [rating.block_unit_id for rating in Rating.objects.all()] == [finance]
    assert [comment.block_unit_id for comment in Comment.objects.all()] == [finance]


def test_no_opinion_about_satisfaction_is_stored_as_none() -> None:
    edition = edition_asking()
    invitation, finance = invited(edition), unit_key(edition, "so-tai-chinh")
    draft_save(invitation=invitation, pages=[*whole_questionnaire(finance), OverallPage(finance, "dk")], now=NOW)

    response_submit(invitation=invitation)
    box_opened(edition)

    assert Rating.objects.get().satisfaction is None
    assert not Comment.objects.exists()


def test_nothing_is_kept_without_consent() -> None:
    edition = edition_asking()
    invitation = invited(edition)

    with pytest.raises(ConsentMissing):
        draft_save(invitation=invitation, pages=[ProfilePage(PROFILE)], now=NOW)

    assert not Draft.objects.exists()
    assert fresh(invitation).state == InvitationState.SENT


def test_withdrawing_consent_deletes_everything_and_the_link_stays() -> None:
    edition = edition_asking()
    invitation = invited(edition)
    draft_save(invitation=invitation, pages=[ConsentPage(given=True)], now=NOW)
    assert fresh(invitation).state == InvitationState.STARTED

    draft_discard(invitation=invitation)

    assert not Draft.objects.exists()
    assert fresh(invitation).state == InvitationState.SENT


def test_what_was_sent_cannot_be_withdrawn() -> None:
    edition = edition_asking()
    invitation = invited(edition)
    draft_save(invitation=invitation, pages=whole_questionnaire(unit_key(edition, "so-tai-chinh")), now=NOW)
    response_submit(invitation=invitation)

    with pytest.raises(AlreadySent):
        draft_discard(invitation=invitation)
    with pytest.raises(AlreadySent):
        draft_save(invitation=invitation, pages=[ConsentPage(given=True)], now=NOW)


def test_an_invalid_field_is_named_and_the_rest_is_saved() -> None:
    edition = edition_asking()
    invitation, finance = invited(edition), unit_key(edition, "so-tai-chinh")
    pages = [*entry_pages(finance), SectionPage(finance, {"MB1": "9", "MB2": "1", "MB3": "366", "ZZ": "1"})]

    saved = draft_save(invitation=invitation, pages=pages, now=NOW)

    assert {code: fault.code for code, fault in saved.faults.items()} == {
        "MB1": "not_an_option",
        "MB3": "out_of_range",
        "ZZ": "not_asked",
    }
    assert draft_content(fresh(invitation)).ratings == {finance: {"MB2": 1}}


def test_emptying_a_number_takes_it_back_and_an_empty_choice_does_not() -> None:
    edition = edition_asking()
    invitation, finance = invited(edition), unit_key(edition, "so-tai-chinh")
    draft_save(invitation=invitation, pages=whole_questionnaire(finance), now=NOW)

    draft_save(invitation=invitation, pages=[SectionPage(finance, {"MB1": "", "MB3": ""})], now=NOW)

    assert draft_content(fresh(invitation)).ratings[finance] == {"MB1": 3, "MB2": 1, "TG1": "na"}


def test_the_draft_cannot_be_read_without_the_code() -> None:
    edition = edition_asking()
    invitation, other = invited(edition), invited(edition)
    draft_save(invitation=invitation, pages=whole_questionnaire(unit_key(edition, "so-tai-chinh")), now=NOW)
    box = bytes(Draft.objects.get().box)

    assert b"MB1" not in box
    with pytest.raises(SealBrokenError):
        unsealed(draft_key(other), box)
    key = derive(settings.INVITATION_KEY, "draft", code_of(invitation))
    assert json.loads(unsealed(key, box))["profile"] == PROFILE


@pytest.mark.parametrize(
    ("state", "refusal"),
    [
        (EditionState.DRAFT, NotOpenYet),
        (EditionState.CLOSED, AlreadyClosed),
        (EditionState.FROZEN, AlreadyClosed),
        (EditionState.PUBLISHED, AlreadyClosed),
    ],
)
def test_answers_are_taken_only_while_the_edition_is_open(state: EditionState, refusal: type[Exception]) -> None:
    edition = edition_make()
    invitation = invited(edition)
    type(edition).objects.filter(pk=edition.pk).update(state=state)

    with pytest.raises(refusal):
        draft_save(invitation=invitation, pages=[ConsentPage(given=True)], now=NOW)
    with pytest.raises(refusal):
        response_submit(invitation=invitation)
    assert not Draft.objects.exists()


def test_closing_deletes_what_was_not_sent_and_keeps_what_was() -> None:
    edition = edition_asking()
    finance = unit_key(edition, "so-tai-chinh")
    sent, begun = invited(edition), invited(edition)
    for invitation in (sent, begun):
        draft_save(invitation=invitation, pages=whole_questionnaire(finance), now=NOW)
    receipt = response_submit(invitation=sent)

    edition_close(edition=edition, by=None, now=NOW, rng=Random(1))

    assert (Draft.objects.count(), SealedResponse.objects.count(), Response.objects.count()) == (0, 1, 0)
    assert response_submit(invitation=fresh(sent)) == receipt
    with pytest.raises(AlreadyClosed):
        response_submit(invitation=fresh(begun))


def gaps(invitation: Invitation) -> str:
    with pytest.raises(NotComplete) as refused:
        response_submit(invitation=invitation)
    assert not Envelope.objects.exists()
    return str(refused.value.facts["gaps"])


def test_sending_needs_consent_type_units_and_one_unit_rated_by_half() -> None:
    edition = edition_asking()
    invitation, finance = invited(edition), unit_key(edition, "so-tai-chinh")
    expected = [
        (ConsentPage(given=True), "loại hình"),
        (ProfilePage(PROFILE), "ít nhất một đơn vị"),
        (UnitsPage([finance]), "ít nhất một nửa"),
        (SectionPage(finance, {"MB1": 2}), "ít nhất một nửa"),
    ]

    assert "đồng ý" in gaps(invitation)
    for page, words in expected:
        draft_save(invitation=invitation, pages=[page], now=NOW)
        assert words in gaps(invitation)
    # MB3 is not shown after MB2 = no: two of three questions are answered.
    draft_save(invitation=invitation, pages=[SectionPage(finance, {"MB2": 0})], now=NOW)
    assert response_submit(invitation=invitation)


def test_the_rule_of_a_block_counts_units_that_are_rated() -> None:
    edition = edition_asking(minimum=2)
    invitation = invited(edition)
    finance, trade, health = (unit_key(edition, code) for code in ("so-tai-chinh", "so-cong-thuong", "so-xay-dung"))
    draft_save(invitation=invitation, pages=whole_questionnaire(finance), now=NOW)
    assert "cần đánh giá ít nhất 2" in gaps(invitation)

    draft_save(invitation=invitation, pages=[UnitsPage([finance, trade, health])], now=NOW)
    assert "nhiều nhất 2" in gaps(invitation)

    draft_save(invitation=invitation, pages=[UnitsPage([finance, trade])], now=NOW)
    assert "Sở Công Thương" in gaps(invitation)

    draft_save(invitation=invitation, pages=[SectionPage(trade, {"MB1": "dk", "MB2": "na"})], now=NOW)
    assert response_submit(invitation=invitation)


def test_a_move_is_remembered_for_the_next_device() -> None:
    edition = edition_asking()
    invitation, finance = invited(edition), unit_key(edition, "so-tai-chinh")
    section = f"rate/{finance}/transparency"

    moves = [
        ("consent", "next", entry_pages(finance)),
        ("profile", "next", []),
        ("units", "next", []),
        (section, "next", []),
        (section, "skip", []),
        (f"rate/{finance}/time_costs", "back", []),
    ]
    seen = [
        draft_save(invitation=invitation, pages=pages, now=NOW, move=Move(here, go)).content.at
        for here, go, pages in moves
    ]

    assert seen == ["profile", "units", section, section, f"rate/{finance}/time_costs", section]


def test_a_late_autosave_of_the_same_tab_changes_nothing() -> None:
    edition = edition_asking()
    invitation, finance = invited(edition), unit_key(edition, "so-tai-chinh")
    draft_save(invitation=invitation, pages=entry_pages(finance), now=NOW)
    newer, older = (SectionPage(finance, {"MB1": value}, "transparency") for value in ("4", "1"))

    draft_save(invitation=invitation, pages=[newer], now=NOW, tab=Tab("a", turn=2))
    saved = draft_save(invitation=invitation, pages=[older], now=NOW, tab=Tab("a", turn=1))

    assert saved.content.ratings == {finance: {"MB1": 4}}
    assert not saved.overtaken


def test_two_tabs_on_one_page_lose_nothing_and_are_told() -> None:
    edition = edition_asking()
    invitation, finance = invited(edition), unit_key(edition, "so-tai-chinh")
    first = draft_save(invitation=invitation, pages=entry_pages(finance), now=NOW)
    filled = SectionPage(finance, {"MB1": "4", "MB2": "1", "MB3": "7"}, "transparency")
    stale = SectionPage(finance, {"MB1": "1", "MB2": "", "MB3": ""}, "transparency")

    one = draft_save(invitation=invitation, pages=[filled], now=NOW, tab=Tab("a", 1, first.revision))
    two = draft_save(invitation=invitation, pages=[stale], now=NOW, tab=Tab("b", 1, first.revision))

    assert (one.overtaken, two.overtaken) == (False, True)
    # The last choice counts; what was blank in the older window did not erase the number.
    assert two.content.ratings == {finance: {"MB1": 1, "MB2": 1, "MB3": 7}}


def test_two_tabs_on_different_pages_both_keep_what_they_saved() -> None:
    edition = edition_asking()
    invitation, finance = invited(edition), unit_key(edition, "so-tai-chinh")
    first = draft_save(invitation=invitation, pages=entry_pages(finance), now=NOW)
    pages = [SectionPage(finance, {"MB1": "4"}, "transparency"), SectionPage(finance, {"TG1": "3"}, "time_costs")]

    for name, page in zip("ab", pages, strict=True):
        saved = draft_save(invitation=invitation, pages=[page], now=NOW, tab=Tab(name, 1, first.revision))
        assert not saved.overtaken

    assert draft_content(fresh(invitation)).ratings == {finance: {"MB1": 4, "TG1": 3}}


VALUES = {"MB1": [1, 2, 3, 4, "na", "dk"], "MB2": [0, 1, "na", "dk"], "TG1": [0, 7, 365, "na", "dk"]}


@given(st.fixed_dictionaries({code: st.sampled_from(values) for code, values in VALUES.items()}), st.integers(1, 10))
@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_valid_answers_come_out_as_they_went_in(answers: dict[str, int | str], satisfaction: int) -> None:
    edition = edition_in_state(EditionState.OPEN, year=2100 - Response.objects.count(), secrecy=Secrecy.SEALED)
    invitation, finance = invited(edition), unit_key(edition, "so-tai-chinh")
    entered = {code: str(value) for code, value in answers.items()}
    pages = [*entry_pages(finance), SectionPage(finance, entered), OverallPage(finance, str(satisfaction))]

    draft_save(invitation=invitation, pages=pages, now=NOW)
    response_submit(invitation=invitation)
    box_opened(edition)

    rating = Rating.objects.get(response__edition=edition)
    assert (rating.answers, rating.satisfaction) == (answers, satisfaction)
