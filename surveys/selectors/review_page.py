"""One flagged response as a reviewer sees it: its answers in words, and of its profile only what many share."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F

from accounts.models import in_language
from surveys.enums import NonAnswer
from surveys.models import BlockUnit, Edition, ProfileField, Question, Rating, Response, ResponseFlag
from surveys.selectors.monitor import HIDDEN_BELOW
from surveys.selectors.quality import questions_by_block


@dataclass(frozen=True)
class Told:
    """The profile as far as it may be told: (question, band) shared by at least five responses; how many are hidden."""

    lines: tuple[tuple[str, str], ...]
    hidden: int


@dataclass(frozen=True)
class AnswerLine:
    code: str
    text: str
    answer: str
    short: str
    given: bool


@dataclass(frozen=True)
class RatingPage:
    """The answers about one unit by sub-index, with the flags of this rating."""

    unit: BlockUnit
    satisfaction: int | None
    flags: tuple[ResponseFlag, ...]
    parts: tuple[tuple[str, tuple[AnswerLine, ...]], ...]


def profile_told(response: Response) -> Told:
    """Stratum and bands, one after another, as long as at least five responses share all that is told.

    Whoever holds the list of invited businesses must not recognise one of them by its bands.
    """
    alike = Response.objects.filter(edition=response.edition_id)
    lines: list[tuple[str, str]] = []
    hidden = 0
    if response.stratum:
        alike, hidden = _narrowed(alike, {"stratum": response.stratum}, lines, ("", response.stratum), hidden)
    for field in ProfileField.objects.filter(edition=response.edition_id).order_by("position", "code"):
        band = response.profile.get(field.code)
        if band:
            wanted = {f"profile__{field.code}": band}
            alike, hidden = _narrowed(alike, wanted, lines, (field.text, _band(field, band)), hidden)
    return Told(tuple(lines), hidden)


def _narrowed(
    alike: Any, wanted: dict[str, str], lines: list[tuple[str, str]], line: tuple[str, str], hidden: int
) -> Any:
    closer = alike.filter(**wanted)
    if closer.count() < HIDDEN_BELOW:
        return alike, hidden + 1
    lines.append(line)
    return closer, hidden


def _band(field: ProfileField, band: str) -> str:
    found = next((option for option in field.options if option["code"] == band), None)
    return in_language(found["vi"], found.get("en", "")) if found else band


def rating_pages(edition: Edition, response: Response, flags: list[ResponseFlag]) -> list[RatingPage]:
    """Every rating of a response with its answers in words. Four queries."""
    asked = questions_by_block(edition)
    by_unit: dict[int | None, list[ResponseFlag]] = {}
    for flag in flags:
        by_unit.setdefault(flag.block_unit_id, []).append(flag)
    ratings = Rating.objects.filter(response=response).select_related("block_unit__block", "block_unit__unit")
    return [
        RatingPage(
            unit=rating.block_unit,
            satisfaction=rating.satisfaction,
            flags=tuple(by_unit.get(rating.block_unit_id, ())),
            parts=tuple(_parts(rating, asked.get(rating.block_unit.block.code, []))),
        )
        for rating in ratings.order_by("block_unit__block__position", "block_unit__unit__code")
    ]


def _parts(rating: Rating, asked: list[tuple[Question, str]]) -> list[tuple[str, tuple[AnswerLine, ...]]]:
    parts: dict[str, list[AnswerLine]] = {}
    for question, _direction in asked:
        given = rating.answers.get(question.code)
        number = isinstance(given, (int, float))
        line = AnswerLine(question.code, question.text, _answer(question, given), str(given) if number else "·", number)
        parts.setdefault(question.sub_index.name, []).append(line)
    return [(name, tuple(lines)) for name, lines in parts.items()]


def _answer(question: Question, given: Any) -> str:
    """The answer in words; "" where the question was not shown or left open."""
    if given is None:
        return ""
    if given in NonAnswer.values:
        return str(NonAnswer(given).label)
    for option in question.scale.options:
        if option["value"] == given:
            return f"{given} · {in_language(option['vi'], option.get('en', ''))}"
    return f"{given} {question.scale.measure}".strip()


def copies_of(flags: list[ResponseFlag], response: Response) -> list[UUID]:
    """The other responses that equal this one as a whole, as the check saw them."""
    mine = next((flag for flag in flags if flag.code == "copy"), None)
    if mine is None:
        return []
    found = ResponseFlag.objects.filter(quality_check=mine.quality_check_id, code="copy").exclude(response=response)
    rows = found.order_by(F("response_id")).values_list("response_id", "evidence")
    return [key for key, evidence in rows if evidence["group"] == mine.evidence["group"]]
