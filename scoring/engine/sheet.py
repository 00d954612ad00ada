"""Sheet: the ratings of one block as the flags look at them, with what each question asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from scoring.engine.coded import Answers, Coded, answered, coded
from scoring.engine.outliers import available_distance
from scoring.engine.types import BoolArray, FloatArray, IntArray, encode_columns


@dataclass(frozen=True)
class Item:
    """A question as the flags see it.

    ``scale``: name of its answer scale; ``low``, ``high``: ends of the scale; ``sign``: +1 when more is better, −1 when
    less is better, 0 when neither; ``part``: what it measures together with others; ``ordered``: answered on a few
    ordered options, not by a free number; ``always``: asked of everybody.
    """

    code: str
    scale: str
    low: float
    high: float
    sign: int = 0
    part: str = ""
    ordered: bool = True
    always: bool = True


@dataclass(frozen=True)
class Sheet:
    """The ratings of one block.

    ``answers`` (R, k), numbers or coded, NaN = no answer, columns in the order asked and described by ``items``;
    ``firm`` (R,) who rated; ``unit`` (R,) 0..U−1 what was rated; ``day`` (R,) ≥ 0 when, −1 = not known, none where no
    days are kept.
    """

    answers: Answers
    items: tuple[Item, ...]
    firm: IntArray
    unit: IntArray
    n_units: int
    day: IntArray | None = None

    @classmethod
    def of_columns(
        cls,
        columns: Iterable[FloatArray],
        items: tuple[Item, ...],
        firm: IntArray,
        unit: IntArray,
        day: IntArray | None = None,
    ) -> Sheet:
        """A sheet from columns of answers (k of R,) that come one at a time, so that they never all are numbers."""
        answers = Coded(*encode_columns(columns, len(firm)))
        return cls(answers, items, firm, unit, int(unit.max(initial=-1)) + 1, day)

    def columns(self, wanted: Callable[[Item], bool]) -> BoolArray:
        """Which columns (k,) are those of some questions."""
        return np.array([wanted(item) for item in self.items], dtype=np.bool_)

    @cached_property
    def coded(self) -> Coded:
        """The answers as codes: an array of numbers is coded once."""
        return coded(self.answers)

    def positions(self, wanted: Callable[[Item], bool], *, oriented: bool = False) -> Coded:
        """Answers to some questions as places on their scale, 0 at its low end and 1 at its high end.

        ``oriented``: 1 is the best end; NaN where a question has none.
        """
        low, high = (np.array([[getattr(item, end)] for item in self.items]) for end in ("low", "high"))
        place: FloatArray = (self.coded.values - low) / np.where(high > low, high - low, np.nan)
        if oriented:
            sign = np.array([[item.sign] for item in self.items])
            place = np.where(sign > 0, place, np.where(sign < 0, 1.0 - place, np.nan))
        return Coded(self.coded.codes, place).only(self.columns(wanted))

    @cached_property
    def distances(self) -> tuple[FloatArray, FloatArray, IntArray]:
        """Distance from the usual pattern (R,) over ordered questions that everybody is asked, its tail probability,
        and the answers to these questions.
        """
        cells = self.positions(lambda item: item.ordered and item.always)
        if not cells.shape[1]:
            return np.zeros(len(cells)), np.ones(len(cells)), np.zeros(len(cells), dtype=np.int64)
        return *available_distance(cells), answered(cells)
