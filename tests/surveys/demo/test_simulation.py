"""Simulated businesses answer through the same services as real ones, within the rules, the same for the same seed."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from surveys.demo.moderation import LEFT_TO_TRY, remarks_review
from surveys.demo.remarks import NAMING, ONLY_NAMING
from surveys.demo.sample import sample_drawn
from surveys.demo.simulation import NotSimulated, Plan, responses_simulate
from surveys.demo.workbook import demo_workbook
from surveys.enums import Channel, CommentState, EditionState, InvitationState
from surveys.models import BlockUnit, Comment, Draft, Edition, Invitation, Rating, Receipt, Response
from surveys.selectors.ballots import boxes_of
from surveys.services.edition_import import edition_import
from surveys.services.editions import edition_advance, edition_open
from surveys.workbook import workbook_read
from tests.factories.ballots import box_opened, key_holders_make
from tests.factories.editions import NOW, edition_opened
from tests.factories.people import province_make, user_make

PLAN = Plan(invited=240, answered=120, seed=7)


def silent(_done: int, _total: int) -> None:
    """Nobody watches."""


def opened(slug: str = "thai-binh") -> Edition:
    edition = edition_import(workbook=demo_workbook(), province=province_make(slug), by=None, now=NOW)
    key_holders_make(edition)
    return edition_open(edition=edition, by=None, now=NOW)


def simulate(edition: Edition, plan: Plan = PLAN) -> list[Invitation]:
    return responses_simulate(edition=edition, plan=plan, by=None, now=NOW, progress=silent)


def answers_of(edition: Edition) -> list[tuple[Any, ...]]:
    """Everything that was answered, in an order that does not depend on random identifiers, and who the respondents
    were; opening the ballot box parts rare bands from their answers.
    """
    ratings = Rating.objects.filter(response__edition=edition).select_related("block_unit__unit")
    said = sorted(
        (
            each.block_unit.unit.code,
            str(sorted((code, str(value)) for code, value in each.answers.items())),
            each.satisfaction or 0,
        )
        for each in ratings.order_by("pk")
    )
    profiles = Response.objects.filter(edition=edition).values_list("profile", "stratum", "design_weight")
    bands = Counter(band for profile, _stratum, _weight in profiles for band in profile.items())
    strata = Counter((stratum, weight) for _profile, stratum, weight in profiles)
    return [*said, *sorted(bands.items()), *sorted(strata.items())]


@pytest.mark.django_db
def test_the_plan_is_kept_and_nothing_joins_answers_to_invitations() -> None:
    edition = opened()

    silent_ones = simulate(edition)

    states = Counter(Invitation.objects.values_list("state", flat=True))
    assert states == {InvitationState.DONE: 120, InvitationState.STARTED: 4, InvitationState.SENT: 116}
    assert {each.state for each in silent_ones} == {InvitationState.SENT}
    assert Draft.objects.count() == 4
    assert (boxes_of(edition).all, Response.objects.count(), Receipt.objects.count()) == (120, 0, 120)
    box_opened(edition)
    assert Response.objects.filter(channel=Channel.INVITED).count() == 120


@pytest.mark.django_db
def test_the_same_seed_gives_the_same_answers_and_another_seed_others() -> None:
    first, second, third = opened(), opened("lai-chau"), opened("ha-tinh")

    simulate(first)
    simulate(second)
    simulate(third, Plan(invited=240, answered=120, seed=8))
    for edition in (first, second, third):
        box_opened(edition)

    assert answers_of(first) == answers_of(second)
    assert answers_of(first) != answers_of(third)


@pytest.mark.django_db
def test_an_interrupted_simulation_goes_on_to_the_same_answers() -> None:
    whole, broken = opened(), opened("lai-chau")
    simulate(whole)

    def interrupt(done: int, _total: int) -> None:
        if done >= 80:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        responses_simulate(edition=broken, plan=PLAN, by=None, now=NOW, progress=interrupt)
    assert boxes_of(broken).all == 80
    simulate(broken)
    box_opened(broken)
    box_opened(whole)

    assert Invitation.objects.filter(edition=broken).count() == 240
    assert answers_of(broken) == answers_of(whole)


@pytest.mark.django_db
def test_conditional_questions_are_asked_only_after_their_answers() -> None:
    edition = opened()
    simulate(edition)
    box_opened(edition)
    answers = list(Rating.objects.values_list("answers", flat=True))

    assert {each.get("KC1") for each in answers if "KC3" in each} == {3, 4}
    assert {each.get("MB3") for each in answers if "MB4" in each} == {1}
    assert any(each.get("TG7") == "na" for each in answers)
    assert any("dk" in each.values() for each in answers)


@pytest.mark.django_db
def test_localities_are_asked_about_land_and_departments_are_not() -> None:
    edition = opened()
    simulate(edition)
    box_opened(edition)

    asked = {
        block: set().union(*Rating.objects.filter(block_unit__block__code=block).values_list("answers", flat=True))
        for block in ("departments", "localities")
    }

    assert asked["localities"] - asked["departments"] >= {"DD1", "DD2", "DD3", "PL4", "PL5"}
    assert not [code for code in asked["departments"] if code.startswith("DD")]


def test_the_sample_is_stratified_and_its_weights_add_up_to_the_population() -> None:
    content = workbook_read(demo_workbook()).content

    drawn = sample_drawn(content, 4082, np.random.default_rng(1))

    assert len(drawn) == 4082
    assert len({each.guest.stratum for each in drawn}) == 24
    assert sum(each.guest.design_weight for each in drawn) == pytest.approx(12_139)
    by_type: Counter[str] = Counter()
    for each in drawn:
        by_type[each.type] += each.guest.design_weight  # type: ignore[assignment]
    assert by_type == pytest.approx({"enterprise": 7486, "cooperative": 431, "household": 4222})
    assert len({each.guest.name for each in drawn}) == 4082


@pytest.mark.django_db
def test_an_edition_with_real_data_is_never_filled_with_simulated_answers() -> None:
    edition = edition_opened(simulated=False)

    with pytest.raises(NotSimulated):
        simulate(edition)

    assert not Invitation.objects.exists()


@pytest.mark.django_db
def test_any_simulated_edition_can_be_filled(capsys: pytest.CaptureFixture[str]) -> None:
    edition_opened(units=3)

    call_command("simulate_responses", "--edition", "thai-binh/2024", "--invited", "30", "--answered", "20")

    assert Response.objects.count() == 20
    assert "20/30" in capsys.readouterr().out
    with pytest.raises(CommandError, match="no more than are invited"):
        call_command("simulate_responses", "--edition", "thai-binh/2024", "--invited", "30", "--answered", "31")
    with pytest.raises(CommandError):
        call_command("simulate_responses", "--edition", "thai-binh/2023")


@pytest.mark.django_db
def test_the_moderator_takes_names_out_and_leaves_some_to_try() -> None:
    edition = opened()
    texts = [*NAMING, *ONLY_NAMING, *(f"Ý kiến {number}" for number in range(60))] * 2
    units = list(BlockUnit.objects.order_by("pk"))
    Comment.objects.bulk_create(Comment(block_unit=units[at % 29], text=text) for at, text in enumerate(texts))
    edition = edition_advance(edition=edition, to=EditionState.CLOSED, by=None, now=NOW)

    reviewed = remarks_review(edition=edition, by=user_make(), now=NOW)

    states = Counter(Comment.objects.values_list("state", flat=True))
    assert states[CommentState.PENDING] == LEFT_TO_TRY
    assert reviewed == len(texts) - LEFT_TO_TRY
    shown = set(Comment.objects.exclude(shown_text="").values_list("shown_text", flat=True))
    assert not shown & {*NAMING, *ONLY_NAMING}


def test_units_of_an_earlier_year_are_as_good_but_for_a_drift() -> None:
    content = workbook_read(demo_workbook()).content
    now = Plan(seed=2024).model(content)

    same = Plan(seed=2023, truth=2024).model(content)
    moved = Plan(seed=2023, truth=2024, drift=0.1).model(content)

    assert (same.quality, same.leaning) == (now.quality, now.leaning)
    shifts = np.array([moved.leaning[key] - now.leaning[key] for key in now.leaning])
    assert np.std(shifts) == pytest.approx(0.1, rel=0.1)
    assert abs(np.mean(shifts)) < 0.02
