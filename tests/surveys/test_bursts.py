"""The day of a response: kept for bursts in a confidential edition, gone with freezing, impossible in a sealed one."""

from datetime import date, timedelta
from random import Random

import pytest
from django.db import DatabaseError, transaction

from accounts.enums import Role
from surveys.enums import Channel, FlagCode, Secrecy
from surveys.models import BlockUnit, Edition, Invitation, QualityCheck, Rating, Response, ResponseDay, ResponseFlag
from surveys.sentences import flag_sentence
from surveys.services.answering import draft_save, response_submit
from surveys.services.checking import quality_check_run
from surveys.services.datasets import dataset_freeze
from surveys.services.editions import edition_close
from surveys.services.withdrawal import response_shown
from tests.factories.ballots import box_opened
from tests.factories.editions import NOW, edition_answered
from tests.factories.people import user_make
from tests.factories.respondents import edition_asking, invited, unit_key, whole_questionnaire

pytestmark = pytest.mark.django_db
FIRST = date(2024, 11, 1)


def sent_in(secrecy: Secrecy) -> Edition:
    edition = edition_asking(secrecy=secrecy)
    invitation = invited(edition)
    draft_save(invitation=invitation, pages=whole_questionnaire(unit_key(edition, "so-tai-chinh")), now=NOW)
    response_submit(invitation=invitation, day=FIRST)
    return edition


def crowded() -> tuple[Edition, set[object]]:
    """A confidential edition of ninety responses over twenty days, and twenty more about one unit on one day."""
    edition = edition_answered(responses=90, units=5)
    ordinary = list(Response.objects.filter(edition=edition).order_by("id"))
    days = [
        ResponseDay(response=each, day=FIRST + timedelta(place % 20 + 1)) for place, each in enumerate(ordinary[:-1])
    ]
    unit = BlockUnit.objects.filter(block__edition=edition, block__code="departments").order_by("unit__code")[0]
    crowd, rng = set(), Random(1)
    for _each in range(20):
        response = Response.objects.create(
            edition=edition,
            questionnaire=edition.questionnaires.get(),
            channel=Channel.INVITED,
            profile={"type": "enterprise", "size": "micro"},
            stratum="micro",
        )
        answers = {"MB1": rng.randint(1, 4), "MB2": rng.randint(0, 1), "TG1": rng.randint(1, 60)}
        Rating.objects.create(response=response, block_unit=unit, answers=answers, satisfaction=5)
        days.append(ResponseDay(response=response, day=FIRST))
        crowd.add(response.pk)
    ResponseDay.objects.bulk_create(days)
    return edition_close(edition=edition, by=None, now=NOW, rng=Random(2)), crowd


def checked(edition: Edition) -> QualityCheck:
    return quality_check_run(edition=edition, by=None, now=NOW, progress=lambda done, total, message: None)


def test_a_confidential_edition_keeps_the_day_through_closing_until_freezing() -> None:
    edition = sent_in(Secrecy.CONFIDENTIAL)
    assert response_shown(invitation=Invitation.objects.get())["day"] == "2024-11-01"
    edition = edition_close(edition=edition, by=None, now=NOW, rng=Random(1))
    assert ResponseDay.objects.get().day == FIRST
    assert ResponseDay.objects.get().response == Response.objects.get()
    dataset_freeze(edition=edition, by=user_make(Role.MANAGER), now=NOW)
    assert ResponseDay.objects.count() == 0


def test_a_sealed_edition_keeps_no_day_and_the_database_takes_none() -> None:
    edition = sent_in(Secrecy.SEALED)
    box_opened(edition)
    assert ResponseDay.objects.count() == 0
    with pytest.raises(DatabaseError, match="frozen: surveys_responseday"), transaction.atomic():
        ResponseDay.objects.create(response=Response.objects.get(), day=FIRST)


def test_ratings_that_come_all_at_once_are_flagged_without_saying_when() -> None:
    edition, crowd = crowded()
    flags = ResponseFlag.objects.filter(quality_check=checked(edition), code=FlagCode.BURST)
    found = {flag.response_id: flag.evidence for flag in flags}
    assert crowd <= set(found)
    assert len(found) <= len(crowd) + 5
    evidence = next(iter(found.values()))
    assert set(evidence) == {"ratings", "days", "expected", "p"}
    assert (evidence["ratings"], evidence["p"]) == (len(found), 0.001)
    assert flag_sentence("burst", evidence).startswith(f"{len(found)} lượt đánh giá về đơn vị này")
    dataset_freeze(edition=edition, by=None, now=NOW)
    assert not ResponseFlag.objects.filter(quality_check=checked(edition), code=FlagCode.BURST).exists()
