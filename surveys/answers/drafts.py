"""What a draft holds, and how the fields of one page are merged into it.

A save carries the fields of one page only, so pages saved from two tabs or devices never touch each other. When the
same page was saved elsewhere since it was opened here, what is filled in here wins, what is blank here keeps what the
other one wrote, and the respondent is told (`Outcome.overtaken`): nothing is lost silently.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from ddci.core.errors import Invalid
from surveys.answers.checks import (
    NotAnOption,
    NotAsked,
    Raw,
    answer_checked,
    comment_checked,
    satisfaction_checked,
)
from surveys.answers.questionnaire import Answer, Questionnaire


@dataclass(frozen=True)
class ConsentPage:
    given: bool
    key: str = "consent"


@dataclass(frozen=True)
class ProfilePage:
    """The chosen option of each profile question by code; "" where nothing was chosen."""

    values: Mapping[str, str]
    key: str = "profile"


@dataclass(frozen=True)
class UnitsPage:
    """The keys of the chosen units."""

    units: Sequence[int]
    key: str = "units"


@dataclass(frozen=True)
class SectionPage:
    """Answers about a unit by question code; "" where nothing was entered. Section "" stands for all of them."""

    unit: int
    answers: Mapping[str, Raw]
    section: str = ""

    @property
    def key(self) -> str:
        return f"rate/{self.unit}/{self.section}"


@dataclass(frozen=True)
class OverallPage:
    unit: int
    satisfaction: Raw = ""
    comment: str = ""

    @property
    def key(self) -> str:
        return f"overall/{self.unit}"


Page = ConsentPage | ProfilePage | UnitsPage | SectionPage | OverallPage


@dataclass(frozen=True)
class Mark:
    """Who saved a page last: the draft's revision, the tab, and the tab's own count of saves."""

    revision: int
    tab: str
    turn: int


@dataclass
class Outcome:
    """What could not be taken, by field, and whether something written elsewhere was replaced."""

    faults: dict[str, Invalid] = field(default_factory=dict)
    overtaken: bool = False


@dataclass
class DraftContent:
    """Answers on their way. Those of units that are not chosen any more are kept, in case they are chosen again.

    `seconds` is the time spent so far, without any time of day.
    """

    consent: bool = False
    profile: dict[str, str] = field(default_factory=dict)
    units: list[int] = field(default_factory=list)
    ratings: dict[int, dict[str, Answer]] = field(default_factory=dict)
    satisfaction: dict[int, int | str] = field(default_factory=dict)
    comments: dict[int, str] = field(default_factory=dict)
    at: str = ""
    reviewed: bool = False
    marks: dict[str, Mark] = field(default_factory=dict)
    seconds: float = 0.0

    def as_bytes(self) -> bytes:
        """Canonical JSON: equal contents give equal bytes."""
        plain = {**vars(self), "marks": {key: vars(mark) for key, mark in self.marks.items()}}
        return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, raw: bytes) -> Self:
        plain: dict[str, Any] = json.loads(raw)
        for name in ("ratings", "satisfaction", "comments"):
            plain[name] = {int(unit): value for unit, value in plain[name].items()}
        plain["marks"] = {key: Mark(**mark) for key, mark in plain["marks"].items()}
        return cls(**plain)

    @property
    def respondent_type(self) -> str:
        return self.profile.get("type", "")


def merge(content: DraftContent, questionnaire: Questionnaire, page: Page, *, stale: bool = False) -> Outcome:
    """Write the fields of one page into the draft.

    Args:
        stale: the page was saved elsewhere since it was opened here: blank fields then clear nothing.
    """
    outcome = Outcome()
    match page:
        case ConsentPage():
            content.consent = page.given or (stale and content.consent)
        case ProfilePage():
            _merge_profile(content, questionnaire, page, outcome)
        case UnitsPage():
            known = [key for key in dict.fromkeys(page.units) if key in questionnaire.units]
            if len(known) < len(set(page.units)):
                outcome.faults["units"] = NotAnOption()
            outcome.overtaken = set(known) != set(content.units)
            content.units = [key for key in questionnaire.units if key in set(known)]
        case SectionPage():
            _merge_section(content, questionnaire, page, outcome, stale)
        case OverallPage():
            _merge_overall(content, questionnaire, page, outcome, stale)
    outcome.overtaken = outcome.overtaken and stale
    return outcome


def _merge_profile(content: DraftContent, questionnaire: Questionnaire, page: ProfilePage, outcome: Outcome) -> None:
    options = {item.code: {code for code, _words in item.options} for item in questionnaire.profile}
    for code, value in page.values.items():
        if value == "":
            continue
        if value not in options.get(code, set()):
            outcome.faults[code] = NotAnOption()
            continue
        outcome.overtaken |= content.profile.get(code, value) != value
        content.profile[code] = value


def _merge_section(
    content: DraftContent, questionnaire: Questionnaire, page: SectionPage, outcome: Outcome, stale: bool
) -> None:
    place = questionnaire.units.get(page.unit)
    if place is None:
        outcome.faults.update(dict.fromkeys(page.answers, NotAsked()))
        return
    stored = content.ratings.setdefault(page.unit, {})
    for code, raw in page.answers.items():
        item = place[0].by_code.get(code)
        if item is None:
            outcome.faults[code] = NotAsked()
        elif raw == "":
            # Only a number can be taken back by emptying its field; a choice cannot be unmade in a form.
            if item.scale.is_number and not stale:
                stored.pop(code, None)
        else:
            try:
                value = answer_checked(item, raw)
            except Invalid as fault:
                outcome.faults[code] = fault
            else:
                outcome.overtaken |= stored.get(code, value) != value
                stored[code] = value


def _merge_overall(
    content: DraftContent, questionnaire: Questionnaire, page: OverallPage, outcome: Outcome, stale: bool
) -> None:
    if page.unit not in questionnaire.units:
        outcome.faults["satisfaction"] = NotAsked()
        return
    if page.satisfaction != "":
        try:
            value = satisfaction_checked(page.satisfaction)
        except Invalid as fault:
            outcome.faults["satisfaction"] = fault
        else:
            outcome.overtaken |= content.satisfaction.get(page.unit, value) != value
            content.satisfaction[page.unit] = value
    try:
        comment = comment_checked(page.comment)
    except Invalid as fault:
        outcome.faults["comment"] = fault
        return
    if comment:
        outcome.overtaken |= content.comments.get(page.unit, comment) != comment
        content.comments[page.unit] = comment
    elif not stale:
        content.comments.pop(page.unit, None)
