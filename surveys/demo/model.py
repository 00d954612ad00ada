"""The truth behind the simulated answers.

A business answers a question about a unit from

    quality of the unit + its leaning in the sub-index and in the question
    + leniency of the business + their relation + chance,

cut into the options of the scale; a question of negative direction turns the sign. Numbers of days are log-normal,
inspections Poisson with more zeros. Sizes of the parts: units differ less than businesses do, localities hardly at
all, as published tables show.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from surveys.enums import Direction, ScaleKind
from surveys.workbook import EditionContent

Floats = npt.NDArray[np.float64]

UNIT_SPREAD = {"departments": 0.20, "localities": 0.03}
SUB_INDEX_SPREAD = {"departments": 0.18, "localities": 0.08}
ITEM_SPREAD = {"departments": 0.22, "localities": 0.16}
LENIENCY, RELATION, CHANCE = 0.55, 0.40, 0.80
CUTS = {4: (-1.15, 0.0, 1.15), 5: (-1.4, -0.5, 0.45, 1.45), 2: (0.0,)}
# How many businesses deal with a department; the last has too few for a rank.
DEALT_WITH: Mapping[str, float] = {
    "cuc-thue": 10, "bao-hiem-xa-hoi": 7, "so-ke-hoach-dau-tu": 6, "cong-an-tinh": 4.5, "so-tai-nguyen-moi-truong": 4,
    "so-lao-dong-tbxh": 3, "so-xay-dung": 2.8, "so-cong-thuong": 2.8, "bql-khu-kinh-te": 2.0, "so-y-te": 1.9,
    "so-giao-thong-van-tai": 2.0, "so-nong-nghiep-ptnt": 2.0, "so-tai-chinh": 1.6, "ngan-hang-nha-nuoc": 1.4,
    "chi-cuc-hai-quan": 1.4, "so-khoa-hoc-cong-nghe": 1.1, "so-giao-duc-dao-tao": 1.1,
    "so-van-hoa-the-thao-du-lich": 1.0, "so-tu-phap": 1.0, "so-thong-tin-truyen-thong": 0.9, "so-noi-vu": 0.5,
}  # fmt: skip
INSPECTS = {
    "cuc-thue": 2.4,
    "cong-an-tinh": 1.8,
    "so-tai-nguyen-moi-truong": 1.5,
    "so-y-te": 1.5,
    "bao-hiem-xa-hoi": 1.3,
}


@dataclass(frozen=True)
class Habit:
    """How a question is answered: where its middle lies, how often it does not apply or is not known."""

    middle: float = 0.35
    not_applicable: float = 0.03
    dont_know: float = 0.04
    typical: float = 5.0  # of a number: the median, or the mean of a count
    spread: float = 0.7


DEFAULT = Habit()
HABITS: Mapping[str, Habit] = {
    "MB1": Habit(0.25), "MB2": Habit(0.6), "MB3": Habit(0.9, 0.25), "MB4": Habit(typical=5.0),
    "MB5": Habit(0.1, 0.04, 0.09),
    "ND1": Habit(0.4, 0.03, 0.10), "ND2": Habit(0.3, 0.03, 0.10), "ND4": Habit(0.1, 0.04, 0.14),
    "ND5": Habit(0.4, 0.10),
    "TG1": Habit(0.55), "TG2": Habit(0.75), "TG3": Habit(0.2), "TG4": Habit(0.25), "TG5": Habit(-0.05),
    "TG6": Habit(typical=0.55, not_applicable=0.01), "TG7": Habit(0.7, 0.05, 0.06),
    "KC1": Habit(0.4, 0.05, 0.15), "KC2": Habit(0.6, 0.03, 0.10), "KC3": Habit(0.4, 0.05, 0.12),
    "KC4": Habit(0.5, 0.35, 0.12), "KC5": Habit(0.95, 0.05, 0.08),
    "CT1": Habit(0.2, 0.04, 0.15), "CT2": Habit(0.1, 0.06, 0.22), "CT3": Habit(0.5, 0.12, 0.20),
    "CT4": Habit(0.2, 0.04, 0.14),
    "HT1": Habit(0.5), "HT2": Habit(-0.3), "HT3": Habit(0.2, 0.18, 0.08),
    "PL1": Habit(0.5, 0.03, 0.10), "PL2": Habit(0.4, 0.03, 0.16), "PL3": Habit(0.3, 0.04, 0.24), "PL4": Habit(0.9),
    "PL5": Habit(1.5, 0.01, 0.01), "LD1": Habit(0.4, 0.03, 0.13), "LD2": Habit(0.25, 0.03, 0.18),
    "LD3": Habit(0.2, 0.04, 0.18),
    "XN1": Habit(0.35, 0.12, 0.08), "XN2": Habit(0.15, 0.18, 0.12), "XN3": Habit(0.25, 0.15, 0.15),
    "DD1": Habit(0.1, 0.15), "DD2": Habit(0.05, 0.08, 0.12), "DD3": Habit(0.6, 0.10, 0.10),
    "DD4": Habit(0.1, 0.45, 0.10), "DD5": Habit(not_applicable=0.55, typical=38.0, spread=0.6),
}  # fmt: skip


@dataclass(frozen=True)
class Item:
    """A question as the model sees it: in which direction, on which scale, shown after which answers."""

    code: str
    sub_index: str
    sign: float
    values: tuple[int, ...]
    minimum: float
    maximum: float
    offers: tuple[bool, bool]
    condition: tuple[str, tuple[float, ...]] | None
    habit: Habit
    counts: bool


@dataclass(frozen=True)
class Model:
    """Quality of each unit, its leanings by sub-index and by question, and the questions of each block."""

    items: Mapping[str, tuple[Item, ...]]
    quality: Mapping[str, float]
    leaning: Mapping[tuple[str, str], float]
    units: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def level(self, unit: str, item: Item) -> float:
        return self.quality[unit] + self.leaning[unit, item.sub_index] + self.leaning[unit, item.code]


def model_drawn(content: EditionContent, rng: np.random.Generator) -> Model:
    """Draw the qualities of all units; questions get their habits."""
    units = {
        block.code: tuple(unit.code for unit in content.units if unit.block == block.code) for block in content.blocks
    }
    quality: dict[str, float] = {}
    leaning: dict[tuple[str, str], float] = {}
    for block, codes in units.items():
        for code in codes:
            quality[code] = float(rng.normal(0, UNIT_SPREAD.get(block, 0.3)))
            for sub_index in content.sub_indices:
                leaning[code, sub_index.code] = float(rng.normal(0, SUB_INDEX_SPREAD.get(block, 0.15)))
            for question in content.questions:
                leaning[code, question.code] = float(rng.normal(0, ITEM_SPREAD.get(block, 0.2)))
    items = {
        block: tuple(_item(content, each.code) for each in content.questions if block in each.blocks) for block in units
    }
    return Model(items, quality, leaning, units)


def model_moved(model: Model, size: float, rng: np.random.Generator) -> Model:
    """The same units in another year: every quality and leaning moved by chance, with this standard deviation."""

    def moved(values: Mapping[Any, float]) -> dict[Any, float]:
        return {key: value + float(rng.normal(0, size)) for key, value in values.items()}

    return replace(model, quality=moved(model.quality), leaning=moved(model.leaning))


def _item(content: EditionContent, code: str) -> Item:
    question = next(each for each in content.questions if each.code == code)
    scale = next(each for each in content.scales if each.code == question.scale)
    negative = any(each.question == code and each.direction == Direction.NEGATIVE for each in content.indicators)
    values = tuple(sorted(int(option.value) for option in scale.options))
    return Item(
        code=code,
        sub_index=question.sub_index,
        sign=-1.0 if negative else 1.0,
        values=values,
        minimum=scale.minimum or 0.0,
        maximum=scale.maximum or 0.0,
        offers=(question.not_applicable, question.dont_know),
        condition=question.shown_if,
        habit=HABITS.get(code, DEFAULT),
        counts=scale.kind == ScaleKind.NUMBER and HABITS.get(code, DEFAULT).typical < 2,
    )


def answer_drawn(item: Item, level: float, inspects: float, rng: np.random.Generator) -> int:
    """One answer, given how good the unit looks to the business on this sub-index."""
    if not item.values:
        return _number_drawn(item, level, inspects, rng)
    felt = item.sign * (item.habit.middle + level + float(rng.normal(0, CHANCE)))
    cuts = CUTS.get(len(item.values)) or tuple(np.linspace(-1.2, 1.2, len(item.values) - 1))
    return item.values[int(np.searchsorted(cuts, felt))]


def _number_drawn(item: Item, level: float, inspects: float, rng: np.random.Generator) -> int:
    """Better units keep businesses waiting for fewer days and visit them less often."""
    if item.counts:
        number = float(rng.poisson(item.habit.typical * inspects * np.exp(-0.3 * level)))
        number *= float(rng.random() < 0.85)
    else:
        number = item.habit.typical * float(np.exp(item.habit.spread * rng.normal() - 0.35 * level))
    return int(np.clip(round(number), item.minimum, item.maximum))
