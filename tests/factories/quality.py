"""Closed editions whose answers were checked: three equal responses, a half empty and a hasty one."""

from random import Random

from accounts.models import User
from scoring.engine.thresholds import Thresholds
from surveys.enums import Channel, Pace
from surveys.models import BlockUnit, Edition, QualityCheck, Rating, Response
from surveys.selectors.quality import checks_of
from surveys.services.checking import quality_check_run
from surveys.services.editions import edition_close
from surveys.services.quality import quality_rules_change
from surveys.services.reviews import Verdict, response_decide
from tests.factories.editions import NOW, edition_answered

# The questionnaire of the factories is short.
THRESHOLDS = Thresholds(least=3)
LEFT_OUT = Verdict(exclude=True, reason="careless", comment="Một đáp án cho mọi câu.")
COPIED = {
    "departments": {"MB1": 2, "MB2": 1, "TG1": 97},
    "localities": {"MB1": 2, "MB2": 0, "TG1": 98, "DD1": 1},
}


def edition_suspicious(*, responses: int = 20, **facts: object) -> Edition:
    """A closed edition with answers worth a look."""
    edition = edition_answered(responses=responses, **facts)  # type: ignore[arg-type]
    for _copy in range(3):
        _response(edition, COPIED)
    _response(edition, {"departments": {"MB1": 3}, "localities": {"MB1": 1}})
    _response(edition, {"departments": {"MB1": 1, "MB2": 1, "TG1": 96}}, pace=Pace.HASTY)
    return edition_close(edition=edition, by=None, now=NOW, rng=Random(2))


def _response(edition: Edition, answers: dict[str, dict[str, int]], pace: Pace | None = None) -> Response:
    response = Response.objects.create(
        edition=edition,
        questionnaire=edition.questionnaires.get(),
        channel=Channel.INVITED,
        profile={"type": "enterprise", "size": "micro"},
        stratum="micro",
        pace=pace,
    )
    for block, given in answers.items():
        unit = BlockUnit.objects.filter(block__edition=edition, block__code=block).order_by("unit__code")[0]
        Rating.objects.create(response=response, block_unit=unit, answers=given, satisfaction=5)
    return response


def check_make(edition: Edition, by: User | None = None) -> QualityCheck:
    return quality_check_run(
        edition=edition, by=by, now=NOW, progress=lambda done, total, message: None, thresholds=THRESHOLDS
    )


def edition_checked(*, two_persons_by: User | None = None, **facts: object) -> Edition:
    """A suspicious edition with its first check; two persons are needed where somebody decides so."""
    edition = edition_suspicious(**facts)  # type: ignore[arg-type]
    if two_persons_by:
        quality_rules_change(edition=edition, two_persons=True, by=two_persons_by, now=NOW)
    check_make(edition)
    return edition


def check_of(edition: Edition) -> QualityCheck:
    return checks_of(edition)[0]


def flagged_with(edition: Edition, code: str) -> list[Response]:
    """The responses that carry a flag, in a fixed order."""
    found = Response.objects.filter(flags__quality_check=check_of(edition), flags__code=code).order_by("id")
    return list(found.distinct())


def excluded(edition: Edition, *, by: User, code: str = "hasty") -> list[Response]:
    """Leave out every response that carries a flag."""
    responses = flagged_with(edition, code)
    for response in responses:
        response_decide(response=response, verdict=LEFT_OUT, by=by, now=NOW)
    return responses
