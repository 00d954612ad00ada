"""The questionnaire of an edition, as respondents meet it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from django.utils.translation import get_language

from surveys.enums import ScaleKind

Answer = int | float | Literal["na", "dk"]


@dataclass(frozen=True, slots=True)
class Words:
    """A text in both languages; `str()` gives the reader's."""

    vi: str
    en: str = ""

    def __str__(self) -> str:
        return self.en if self.en and (get_language() or "vi").startswith("en") else self.vi

    def __bool__(self) -> bool:
        return bool(self.vi)


@dataclass(frozen=True, slots=True)
class Option:
    value: int
    words: Words


@dataclass(frozen=True, slots=True)
class Scale:
    """Options in the order shown, or for numbers a range with decimal places and a unit of measure."""

    code: str
    kind: ScaleKind
    options: tuple[Option, ...] = ()
    minimum: float = 0.0
    maximum: float = 0.0
    decimals: int = 0
    measure: Words = Words("")

    @property
    def is_number(self) -> bool:
        return self.kind == ScaleKind.NUMBER


@dataclass(frozen=True, slots=True)
class Condition:
    """Asked only after one of these answers to an earlier question about the same unit."""

    question: str
    answers: frozenset[Answer]


@dataclass(frozen=True, slots=True)
class Item:
    """One question about a unit."""

    code: str
    text: Words
    scale: Scale
    hint: Words = Words("")
    not_applicable: bool = True
    dont_know: bool = True
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """One page: the questions of one sub-index."""

    code: str
    name: Words
    meaning: Words
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class RatedUnit:
    """A unit to choose; `key` is the identifier of its place in the edition, `search` its name without diacritics."""

    key: int
    name: Words
    short: Words
    search: str


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many units of a block a respondent rates."""

    minimum: int
    maximum: int


@dataclass(frozen=True)
class BlockSheet:
    """A block: its units, its pages, the allowance of each type of respondent; a type without one does not rate it.

    `always` are the questions asked of everybody; `dependent` those under a condition, in the order asked (a question
    that depends on a later one is never asked).
    """

    code: str
    name: Words
    units: tuple[RatedUnit, ...]
    sections: tuple[Section, ...]
    allowances: Mapping[str, Allowance]
    items: tuple[Item, ...] = field(init=False)
    by_code: Mapping[str, Item] = field(init=False)
    always: frozenset[str] = field(init=False)
    dependent: tuple[tuple[Item, Condition], ...] = field(init=False)

    def __post_init__(self) -> None:
        items = tuple(item for section in self.sections for item in section.items)
        object.__setattr__(self, "items", items)
        object.__setattr__(self, "by_code", {item.code: item for item in items})
        object.__setattr__(self, "always", frozenset(item.code for item in items if item.condition is None))
        object.__setattr__(self, "dependent", tuple(_dependent(items)))

    def allowance(self, respondent_type: str) -> Allowance:
        return self.allowances.get(respondent_type, Allowance(0, 0))

    def section(self, code: str) -> Section | None:
        return next((section for section in self.sections if section.code == code), None)


def _dependent(items: Sequence[Item]) -> Iterator[tuple[Item, Condition]]:
    before: set[str] = set()
    for item in items:
        if item.condition and item.condition.question in before:
            yield item, item.condition
        before.add(item.code)


@dataclass(frozen=True, slots=True)
class ProfileItem:
    """A question about the respondent; options as pairs of code and words."""

    code: str
    text: Words
    options: tuple[tuple[str, Words], ...]


@dataclass(frozen=True)
class Questionnaire:
    """Everything asked in an edition. `version` is the identifier of the questionnaire version; in `kept`, pages keep
    what they make of it, for as long as it is kept itself.
    """

    edition: int
    version: int
    profile: tuple[ProfileItem, ...]
    blocks: tuple[BlockSheet, ...]
    units: Mapping[int, tuple[BlockSheet, RatedUnit]] = field(init=False)
    kept: dict[Any, Any] = field(init=False, default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        places = {unit.key: (block, unit) for block in self.blocks for unit in block.units}
        object.__setattr__(self, "units", places)
