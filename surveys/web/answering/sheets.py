"""The choice of units, the review and the place on the way, as plain values for the templates."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from surveys.answers.journey import Kind, Step, allowance_sentence, open_items, shown_codes, steps
from surveys.enums import NonAnswer
from surveys.web.answering.addresses import step_address
from surveys.web.answering.doors import Visit
from surveys.web.answering.fragments import options_html


@dataclass(frozen=True, slots=True)
class Shelf:
    """A block in the choice of units."""

    code: str
    name: str
    rule: str
    count: str
    words: str
    chosen: int
    minimum: int
    maximum: int
    units: str


def shelves(visit: Visit) -> list[Shelf]:
    """The blocks with their units as HTML and their rule for this respondent."""
    chosen = set(visit.content.units)
    found = []
    for block in visit.questionnaire.blocks:
        allowance = block.allowance(visit.content.respondent_type)
        count = sum(1 for unit in block.units if unit.key in chosen)
        # The browser counts on with the same words.
        words = _("%(count)s of at most %(high)s chosen") % {"count": "{number}", "high": allowance.maximum}
        found.append(
            Shelf(
                code=block.code,
                name=str(block.name),
                rule=allowance_sentence(allowance),
                count=words.replace("{number}", str(count)),
                words=words,
                chosen=count,
                minimum=allowance.minimum,
                maximum=allowance.maximum,
                units=options_html(visit.questionnaire, block, chosen) if allowance.maximum or count else "",
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class ReviewRow:
    address: str
    name: str
    state: str
    missing: list[str]


@dataclass(frozen=True, slots=True)
class ReviewUnit:
    name: str
    rows: list[ReviewRow]
    is_empty: bool


def review_units(visit: Visit) -> list[ReviewUnit]:
    """Every chosen unit with its pages: how much is answered, and the questions that are not."""
    rows: dict[int, list[ReviewRow]] = {key: [] for key in visit.content.units}
    for step in steps(visit.questionnaire, visit.content):
        if step.kind is Kind.RATE:
            rows[step.unit].append(_section_row(visit, step))
        elif step.kind is Kind.OVERALL:
            rows[step.unit].append(_overall_row(visit, step))
    return [
        ReviewUnit(
            name=str(visit.questionnaire.units[key][1].name),
            rows=found,
            is_empty=not visit.content.ratings.get(key) and key not in visit.content.satisfaction,
        )
        for key, found in rows.items()
    ]


def review_profile(visit: Visit) -> list[tuple[str, str]]:
    """Each question about the business with the band chosen, or ""."""
    return [
        (str(item.text), str(dict(item.options).get(visit.content.profile.get(item.code, ""), "")))
        for item in visit.questionnaire.profile
    ]


def _section_row(visit: Visit, step: Step) -> ReviewRow:
    block, _unit = visit.questionnaire.units[step.unit]
    section = block.section(step.section)
    codes = shown_codes(block, visit.content, step.unit)
    asked = sum(item.code in codes for item in section.items) if section else 0
    missing = [str(item.text) for item in open_items(block, visit.content, step.unit, step.section)]
    state = _("%(count)s of %(asked)s answered") % {"count": asked - len(missing), "asked": asked}
    return ReviewRow(step_address(visit.code, step), str(section.name) if section else "", state, missing)


def _overall_row(visit: Visit, step: Step) -> ReviewRow:
    value = visit.content.satisfaction.get(step.unit)
    missing = [_("Overall satisfaction")] if value is None else []
    state = "" if value is None else _("No opinion") if value == NonAnswer.DONT_KNOW else f"{value}/10"
    if step.unit in visit.content.comments:
        state = _("%(state)s, with a comment") % {"state": state} if state else _("with a comment")
    return ReviewRow(step_address(visit.code, step), _("Overall satisfaction"), state, missing)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page stands: in words, and as a share of the whole way."""

    words: str
    number: int
    total: int


def place_of(visit: Visit, step: Step, order: list[Step], number: int = 0) -> Place:
    """Where a step stands among all steps, which are given in order.

    Args:
        number: of the step, where it is known already.
    """
    number = number or (order.index(step) + 1 if step in order else 1)
    return Place(_place_words(visit, step, order, number), number, max(len(order), _expected(visit)))


def _expected(visit: Visit) -> int:
    """Pages of one unit and around it: before units are chosen, the bar must not promise too short a way."""
    longest = max((len(block.sections) for block in visit.questionnaire.blocks), default=0)
    return longest + 5


def _place_words(visit: Visit, step: Step, order: list[Step], number: int) -> str:
    if step.unit and step.unit in visit.content.units:
        units = [each.unit for each in order]
        facts = {
            "unit": str(visit.questionnaire.units[step.unit][1].short),
            "place": visit.content.units.index(step.unit) + 1,
            "units": len(visit.content.units),
            "page": max(number - units.index(step.unit), 1),
            "pages": units.count(step.unit),
        }
        return _("%(unit)s · %(place)s/%(units)s · page %(page)s/%(pages)s") % facts
    return {
        Kind.CONSENT: _("About this survey"),
        Kind.PROFILE: _("About the business"),
        Kind.UNITS: _("Choosing units"),
        Kind.REVIEW: _("Review"),
    }.get(step.kind, "")
