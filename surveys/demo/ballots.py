"""Filled-in questionnaires: who answers at all, about which units, what, and how carelessly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from surveys.demo.model import DEALT_WITH, INSPECTS, LENIENCY, RELATION, Item, Model, answer_drawn
from surveys.demo.remarks import COMPLAINTS, NAMING, ONLY_NAMING, PRAISE, WISHES
from surveys.demo.sample import Business
from surveys.enums import NonAnswer, RespondentType
from surveys.workbook import EditionContent

Answers = dict[str, int | str]

# Leaning of each type towards answering at all.
WILLING = {RespondentType.ENTERPRISE: 0.15, RespondentType.COOPERATIVE: 0.45, RespondentType.HOUSEHOLD: -0.30}
# Chances of 0, 1, 2 … units of a block (cut at what the type may rate).
HOW_MANY = {
    ("departments", RespondentType.HOUSEHOLD): (0.45, 0.55),
    ("departments", ""): (0.05, 0.35, 0.60),
    ("localities", ""): (0.06, 0.94),
}
AT_HOME = 0.94
CARELESS = 0.025
COPIED_ONE_IN, COPIES = 500, 2
LEFT_OPEN = 0.008
REMARK = 0.14
# Whoever was not inspected cannot say whether inspections overlap.
FOLLOWS_FROM = {"TG7": ("TG6", 0, 0.95), "KC5": ("TG6", 0, 0.75)}


@dataclass(frozen=True)
class RatingBallot:
    unit: str
    answers: Mapping[str, int | str]
    satisfaction: int | str
    remark: str


@dataclass(frozen=True)
class Ballot:
    profile: Mapping[str, str]
    ratings: tuple[RatingBallot, ...]


def willing(businesses: Sequence[Business], count: int, rng: np.random.Generator) -> frozenset[int]:
    """Places of the `count` businesses that answer; types differ in how willing they are."""
    leaning = np.array([WILLING[RespondentType(each.type)] for each in businesses])
    order = np.argsort(-(leaning + rng.logistic(size=len(businesses))), kind="stable")
    return frozenset(int(place) for place in order[:count])


def copied(businesses: Sequence[Business], places: Sequence[int], rng: np.random.Generator) -> dict[int, int]:
    """A few of those who answer hand in somebody else's answers: place → place whose ballot it repeats, of its type."""
    found: dict[int, int] = {}
    for source in rng.choice(places, size=max(len(places) // COPIED_ONE_IN, 1), replace=False):
        alike = [place for place in places if businesses[place].type == businesses[source].type and place != source]
        found |= {place: int(source) for place in alike[:COPIES] if place not in found}
    return {place: source for place, source in found.items() if source not in found}


def repeated(ballot: Ballot, business: Business) -> Ballot:
    """The same answers under another profile, without the remarks."""
    return Ballot(business.profile, tuple(replace(rating, remark="") for rating in ballot.ratings))


def ballot_drawn(content: EditionContent, model: Model, business: Business, rng: np.random.Generator) -> Ballot:
    """The questionnaire of one business, as its pages would send it."""
    leniency = float(rng.normal(0, LENIENCY))
    careless = rng.random() < CARELESS
    units = _units_chosen(content, model, business, rng)
    return Ballot(
        business.profile, tuple(_rating(model, block, unit, leniency, careless, rng) for block, unit in units)
    )


def _units_chosen(
    content: EditionContent, model: Model, business: Business, rng: np.random.Generator
) -> list[tuple[str, str]]:
    chosen: list[tuple[str, str]] = []
    for block, units in model.units.items():
        rule = next(
            each for each in content.eligibility if (each.block, each.respondent_type) == (block, business.type)
        )
        chances = HOW_MANY.get((block, business.type)) or HOW_MANY.get((block, "")) or (0.3, 0.7)
        count = int(np.clip(rng.choice(len(chances), p=chances), rule.min_units, min(rule.max_units, len(units))))
        chosen += [(block, unit) for unit in _dealt_with(units, business, count, rng)]
    return chosen or [
        (block, _dealt_with(units, business, 1, rng)[0]) for block, units in list(model.units.items())[-1:]
    ]


def _dealt_with(units: Sequence[str], business: Business, count: int, rng: np.random.Generator) -> list[str]:
    known = np.array([DEALT_WITH.get(unit, 1.0) for unit in units], dtype=float)
    if business.locality in units:
        known = np.full(len(units), (1 - AT_HOME) / max(len(units) - 1, 1))
        known[units.index(business.locality)] = AT_HOME
    return [str(unit) for unit in rng.choice(list(units), size=count, replace=False, p=known / known.sum())]


def _rating(
    model: Model, block: str, unit: str, leniency: float, careless: bool, rng: np.random.Generator
) -> RatingBallot:
    relation = leniency + float(rng.normal(0, RELATION))
    items = model.items[block]
    answers = _careless(items, rng) if careless else _careful(model, items, unit, relation, rng)
    mean = float(np.mean([model.level(unit, item) for item in items])) + relation
    satisfaction: int | str = int(np.clip(round(6.4 + 1.5 * mean + rng.normal(0, 1.1)), 1, 10))
    if rng.random() < 0.03:
        satisfaction = NonAnswer.DONT_KNOW.value
    remark = _remark(mean, rng) if rng.random() < REMARK else ""
    return RatingBallot(unit, answers, satisfaction, remark)


def _careful(model: Model, items: Sequence[Item], unit: str, relation: float, rng: np.random.Generator) -> Answers:
    answers: Answers = {}
    for item in items:
        if item.condition and answers.get(item.condition[0]) not in item.condition[1]:
            continue
        if rng.random() < LEFT_OPEN:
            continue
        answers[item.code] = _non_answer(item, answers, rng) or answer_drawn(
            item, model.level(unit, item) + relation, INSPECTS.get(unit, 1.0), rng
        )
    return answers


def _non_answer(item: Item, answers: Answers, rng: np.random.Generator) -> str:
    chance = rng.random()
    earlier, value, often = FOLLOWS_FROM.get(item.code, ("", 0, 0.0))
    not_applicable = often if earlier and answers.get(earlier) == value else item.habit.not_applicable
    if item.offers[0] and chance < not_applicable:
        return NonAnswer.NOT_APPLICABLE.value
    if item.offers[1] and chance > 1 - item.habit.dont_know:
        return NonAnswer.DONT_KNOW.value
    return ""


def _careless(items: Sequence[Item], rng: np.random.Generator) -> Answers:
    """The same place on every scale, the most pleasing answer, or anything at all."""
    manner = rng.choice(["same", "best", "random"], p=[0.5, 0.2, 0.3])
    place = rng.random()
    answers: Answers = {}
    for item in items:
        if item.condition and answers.get(item.condition[0]) not in item.condition[1]:
            continue
        if not item.values:
            answers[item.code] = int(item.minimum) if manner == "best" else int(min(item.minimum + 5, item.maximum))
        elif manner == "best":
            answers[item.code] = item.values[-1] if item.sign > 0 else item.values[0]
        else:
            at = place if manner == "same" else rng.random()
            answers[item.code] = item.values[int(at * len(item.values))]
    return answers


def _remark(mean: float, rng: np.random.Generator) -> str:
    kind = rng.random()
    if kind < 0.05:
        return str(rng.choice(list(NAMING)))
    if kind < 0.06:
        return str(rng.choice(ONLY_NAMING))
    mood: Any = PRAISE if mean > 0.45 else COMPLAINTS if mean < -0.45 else WISHES
    return str(rng.choice(mood if kind < 0.75 else WISHES))
