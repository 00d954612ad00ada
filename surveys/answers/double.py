"""Two people typed the same paper: where their entries differ, and the one questionnaire that comes of it.

Only what counts is compared: answers to questions that each entry shows, about units that each entry names. An answer
about a unit that only one of them named comes with that unit.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from surveys.answers.drafts import DraftContent
from surveys.answers.journey import answers_shown
from surveys.answers.questionnaire import Answer, Item, Questionnaire
from surveys.enums import NonAnswer

FIRST, SECOND = "first", "second"
EMPTY = "–"


@dataclass(frozen=True)
class Difference:
    """A place where two entries differ, in words. `unit` is "" for what is asked about the business."""

    key: str
    unit: str
    question: str
    first: str
    second: str


def differences(questionnaire: Questionnaire, first: DraftContent, second: DraftContent) -> list[Difference]:
    """Every difference in the order of the questionnaire; none where both say the same."""
    return [
        *_profile(questionnaire, first, second),
        *_units(questionnaire, first, second),
        *(each for key in _both(questionnaire, first, second) for each in _unit(questionnaire, key, first, second)),
    ]


def settled(
    questionnaire: Questionnaire, first: DraftContent, second: DraftContent, chosen: Mapping[str, str]
) -> DraftContent:
    """The first entry, with the second one's word wherever `chosen` (key of a difference → first or second) says so."""
    made = deepcopy(first)
    for difference in differences(questionnaire, first, second):
        taken = first if chosen[difference.key] == FIRST else second
        kind, _slash, place = difference.key.partition("/")
        if kind == "profile":
            _copied(made.profile, taken.profile, place)
        elif kind == "unit":
            _unit_taken(made, taken, first if int(place) in first.units else second, int(place))
        elif kind == "answer":
            unit, _slash, code = place.partition("/")
            _copied(made.ratings.setdefault(int(unit), {}), taken.ratings.get(int(unit), {}), code)
        else:
            _copied(getattr(made, kind), getattr(taken, kind), int(place))
    made.units = [key for key in questionnaire.units if key in set(made.units)]
    return made


def _copied(into: dict, taken: Mapping, key: object) -> None:  # type: ignore[type-arg]
    if key in taken:
        into[key] = taken[key]
    else:
        into.pop(key, None)


def _unit_taken(made: DraftContent, taken: DraftContent, named: DraftContent, key: int) -> None:
    """A unit that one entry (`named`) has and the other has not: taken with all that is said of it, or not at all."""
    if key not in taken.units:
        made.units = [unit for unit in made.units if unit != key]
        return
    made.units = [*made.units, key] if key not in made.units else made.units
    for name in ("ratings", "satisfaction", "comments"):
        _copied(getattr(made, name), getattr(named, name), key)


def _profile(questionnaire: Questionnaire, first: DraftContent, second: DraftContent) -> Iterator[Difference]:
    for item in questionnaire.profile:
        one, two = first.profile.get(item.code, ""), second.profile.get(item.code, "")
        if one != two:
            words = {code: str(text) for code, text in item.options}
            both = words.get(one, EMPTY), words.get(two, EMPTY)
            yield Difference(f"profile/{item.code}", "", str(item.text), *both)


def _units(questionnaire: Questionnaire, first: DraftContent, second: DraftContent) -> Iterator[Difference]:
    for key, (_block, unit) in questionnaire.units.items():
        one, two = key in first.units, key in second.units
        if one != two:
            words = [_("rated") if named else _("not rated") for named in (one, two)]
            yield Difference(f"unit/{key}", str(unit.name), _("Is this unit rated on the paper?"), *words)


def _both(questionnaire: Questionnaire, first: DraftContent, second: DraftContent) -> list[int]:
    shared = set(first.units) & set(second.units)
    return [key for key in questionnaire.units if key in shared]


def _unit(questionnaire: Questionnaire, key: int, first: DraftContent, second: DraftContent) -> Iterator[Difference]:
    block, unit = questionnaire.units[key]
    one, two = answers_shown(block, first, key), answers_shown(block, second, key)
    for item in (item for section in block.sections for item in section.items):
        if one.get(item.code) != two.get(item.code):
            both = _answer_words(item, one.get(item.code)), _answer_words(item, two.get(item.code))
            yield Difference(f"answer/{key}/{item.code}", str(unit.name), str(item.text), *both)
    opinions = [content.satisfaction.get(key) for content in (first, second)]
    if opinions[0] != opinions[1]:
        words = [_opinion_words(value) for value in opinions]
        yield Difference(f"satisfaction/{key}", str(unit.name), _("Overall satisfaction"), *words)
    remarks = [" ".join(content.comments.get(key, "").split()) for content in (first, second)]
    if remarks[0] != remarks[1]:
        yield Difference(
            f"comments/{key}", str(unit.name), _("Remark about the unit"), *(remark or EMPTY for remark in remarks)
        )


def _answer_words(item: Item, answer: Answer | None) -> str:
    if answer is None:
        return EMPTY
    if answer in NonAnswer.values:
        return str(NonAnswer(answer).label)
    options = {option.value: str(option.words) for option in item.scale.options}
    return number_format(answer) if item.scale.is_number else options.get(int(answer), str(answer))


def _opinion_words(value: int | str | None) -> str:
    if value is None:
        return EMPTY
    return str(NonAnswer(value).label) if isinstance(value, str) else f"{value}/10"
