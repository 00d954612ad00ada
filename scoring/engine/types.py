"""The nouns of the engine: survey, framework and their parts, all frozen.

Shapes use these letters: F firms (respondents), R ratings (one firm on one unit), U units, Q questions,
K indicators, S sub-indices. A missing answer is code 0; a missing number is NaN; neither is ever the number
0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from scoring.engine.checks import DuplicateRating, IndicatorUnknown, InvalidWeights, ShapeMismatch

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
CodeArray = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]

DIRECTIONS = ("positive", "negative")
STATISTICS = ("mean", "share", "median", "hard")


@dataclass(frozen=True)
class Margin:
    """A known population distribution: ``codes`` (F,) point into ``levels``, ``totals`` count businesses.

    Code -1: the firm did not say; -2: its level is not among the levels.
    """

    name: str
    levels: tuple[str, ...]
    codes: IntArray
    totals: FloatArray


@dataclass(frozen=True)
class Survey:
    """The answers of one block.

    ``stratum`` (F,) stratum code 0..H-1; ``base_weight`` (F,) design weight; ``firm``, ``unit`` (R,)
    indices, rows sorted by unit; ``answers`` (R, Q) codes, 0 = missing; ``values`` (Q, C) the number behind
    each code, NaN at 0.
    """

    stratum: IntArray
    base_weight: FloatArray
    firm: IntArray
    unit: IntArray
    answers: CodeArray
    values: FloatArray
    questions: tuple[str, ...]
    margins: tuple[Margin, ...] = ()
    respondents: tuple[str, ...] = ()
    satisfaction: FloatArray | None = None
    strata: tuple[str, ...] = ()

    @property
    def n_firms(self) -> int:
        """Number of respondents."""
        return len(self.base_weight)

    @property
    def n_ratings(self) -> int:
        """Number of ratings."""
        return len(self.firm)

    def bounds(self, n_units: int) -> IntArray:
        """Row bounds (U + 1,) of each unit: the ratings of unit u are rows ``bounds[u]:bounds[u + 1]``."""
        return np.searchsorted(self.unit, np.arange(n_units + 1)).astype(np.int64)


@dataclass(frozen=True)
class SubIndex:
    """A sub-index and its weight in the total."""

    code: str
    weight: float


@dataclass(frozen=True)
class Group:
    """A group of indicators inside a sub-index, with its weight there."""

    code: str
    sub_index: str
    weight: float = 1.0


@dataclass(frozen=True)
class Indicator:
    """One measured number per unit.

    ``scale``: the ends the value can take (answer scale for a mean, 0..1 for a share), used by fixed
    goalposts.
    ``share_of``: the answers counted by the statistic ``share``. ``min_n``: answers needed for a value
    (dossiers for hard data). ``target``: for the distance to a target.
    """

    code: str
    sub_index: str
    direction: str
    statistic: str = "mean"
    weight: float = 1.0
    group: str | None = None
    question: str | None = None
    share_of: tuple[float, ...] = ()
    min_n: int = 1
    scale: tuple[float, float] | None = None
    target: float | None = None

    @property
    def sign(self) -> int:
        """+1 when more is better, -1 when less is better."""
        return 1 if self.direction == "positive" else -1


@dataclass(frozen=True)
class Framework:
    """What one block measures: its units, sub-indices, groups and indicators, in publication order."""

    units: tuple[str, ...]
    sub_indices: tuple[SubIndex, ...]
    indicators: tuple[Indicator, ...]
    groups: tuple[Group, ...] = ()
    block: str = "main"

    @property
    def codes(self) -> tuple[str, ...]:
        """Indicator codes in order."""
        return tuple(item.code for item in self.indicators)

    @property
    def sub_index_codes(self) -> tuple[str, ...]:
        """Sub-index codes in order."""
        return tuple(item.code for item in self.sub_indices)

    @property
    def signs(self) -> FloatArray:
        """Directions (K,) as +1 and -1."""
        return np.array([item.sign for item in self.indicators], dtype=np.float64)

    @property
    def min_n(self) -> IntArray:
        """Minimum number of answers per indicator (K,)."""
        return np.array([item.min_n for item in self.indicators], dtype=np.int64)

    def indicator(self, code: str) -> Indicator:
        """The indicator of this code; raises ``IndicatorUnknown``."""
        for item in self.indicators:
            if item.code == code:
                return item
        raise IndicatorUnknown(code, f"The framework has no indicator {code}.")

    def members(self, sub_index: str) -> IntArray:
        """Positions of the indicators of a sub-index."""
        found = [k for k, item in enumerate(self.indicators) if item.sub_index == sub_index]
        return np.array(found, dtype=np.int64)

    def with_units(self, units: Sequence[str]) -> Framework:
        """The same framework for other units."""
        return replace(self, units=tuple(units))


@dataclass(frozen=True)
class HardData:
    """Administrative figures: ``values`` and ``dossiers`` (U, K), NaN where no figure was given.

    ``codes`` (K,) name the columns; without them they are in the order of the framework used with them.
    """

    values: FloatArray
    dossiers: FloatArray
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Measured:
    """Indicator values (U, K), their answers and weight sums, why one is missing ('' = present)."""

    values: FloatArray
    n: IntArray
    weight: FloatArray
    reasons: npt.NDArray[np.str_]
    ratings: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))


def encode_answers(numbers: npt.ArrayLike) -> tuple[CodeArray, FloatArray]:
    """Code numbers (R, Q) with NaN for missing into small integers and a table of values.

    Each question keeps its distinct answers in ascending order; code 0 is missing. Answers become uint8, or
    uint16 when a question has more than 255 distinct answers.

    Raises nothing.

    >>> codes, values = encode_answers([[3.0, np.nan], [1.0, 12.5]])
    >>> codes.tolist(), values.tolist()
    ([[2, 0], [1, 1]], [[nan, 1.0, 3.0], [nan, 12.5, nan]])
    """
    table = np.asarray(numbers, dtype=np.float64)
    return encode_columns((table[:, q] for q in range(table.shape[1])), len(table))


def encode_columns(columns: Iterable[FloatArray], n: int) -> tuple[CodeArray, FloatArray]:
    """``encode_answers`` from columns (n,) that come one at a time, so that all numbers never stand side by side.

    NaN = missing. Raises nothing.

    >>> encode_columns(iter([np.array([3.0, 1.0]), np.array([np.nan, 12.5])]), 2)[0].tolist()
    [[2, 0], [1, 1]]
    """
    found = [(codes.astype(np.uint16), levels) for codes, levels in map(_encode_column, columns)]
    width = 1 + max((len(levels) for _, levels in found), default=0)
    shape = (n, len(found))
    codes: CodeArray = np.zeros(shape, dtype=np.uint8) if width <= 256 else np.zeros(shape, dtype=np.uint16)
    values = np.full((len(found), width), np.nan)
    for q, (column, levels) in enumerate(found):
        codes[:, q] = column
        values[q, 1 : 1 + len(levels)] = levels
    return codes, values


def _encode_column(column: FloatArray) -> tuple[IntArray, FloatArray]:
    """Codes 1.. of one column's distinct answers; answers on small whole numbers avoid the sort."""
    present = ~np.isnan(column)
    answers = column[present]
    codes = np.zeros(len(column), dtype=np.int64)
    if not len(answers):
        return codes, np.zeros(0)
    whole = answers.astype(np.int64)
    if whole.min() >= 0 and whole.max() < 4096 and bool((whole == answers).all()):
        seen = np.bincount(whole, minlength=1) > 0
        codes[present] = np.cumsum(seen)[whole]
        return codes, np.flatnonzero(seen).astype(np.float64)
    levels, inverse = np.unique(answers, return_inverse=True)
    codes[present] = inverse + 1
    return codes, levels


@dataclass(frozen=True)
class RatingRows:
    """Raw ratings: ``firm`` and ``unit`` (R,) zero-based, ``answers`` (R, Q) numbers, NaN = missing."""

    firm: npt.ArrayLike
    unit: npt.ArrayLike
    answers: npt.ArrayLike
    questions: Sequence[str]
    satisfaction: npt.ArrayLike | None = None


@dataclass(frozen=True)
class FirmRows:
    """Raw respondents: ``base_weight`` and ``stratum`` (F,), labels of strata and of respondents, margins."""

    base_weight: npt.ArrayLike
    stratum: npt.ArrayLike | None = None
    margins: Sequence[Margin] = ()
    respondents: Sequence[str] = ()
    strata: Sequence[str] = ()


def survey_build(ratings: RatingRows, firms: FirmRows) -> Survey:
    """Check, code and sort raw arrays into a ``Survey``; rows are sorted by unit, then firm.

    Raises ``ShapeMismatch``, ``InvalidWeights`` and ``DuplicateRating``.

    Missing answers are NaN in ``answers``.

    >>> rows = RatingRows(firm=[1, 0], unit=[0, 0], answers=[[4], [2]], questions=["Q1"])
    >>> survey = survey_build(rows, FirmRows(base_weight=[1, 1]))
    >>> survey.firm.tolist(), survey.values[0].tolist()
    ([0, 1], [nan, 2.0, 4.0])
    """
    firm = np.asarray(ratings.firm, dtype=np.int64)
    unit = np.asarray(ratings.unit, dtype=np.int64)
    numbers = np.asarray(ratings.answers, dtype=np.float64).reshape(len(firm), len(ratings.questions))
    weights = np.asarray(firms.base_weight, dtype=np.float64)
    stratum = np.zeros(len(weights)) if firms.stratum is None else np.asarray(firms.stratum)
    _check_rows(firm, unit, weights, stratum.astype(np.int64))
    order = np.lexsort((firm, unit))
    codes, values = encode_answers(numbers)
    overall = ratings.satisfaction
    return Survey(
        stratum=stratum.astype(np.int64),
        base_weight=weights,
        firm=firm[order],
        unit=unit[order],
        answers=codes[order],
        values=values,
        questions=tuple(ratings.questions),
        margins=tuple(firms.margins),
        respondents=tuple(firms.respondents) or tuple(str(i + 1) for i in range(len(weights))),
        satisfaction=None if overall is None else np.asarray(overall, dtype=np.float64)[order],
        strata=tuple(firms.strata),
    )


def _check_rows(firms: IntArray, units: IntArray, weights: FloatArray, groups: IntArray) -> None:
    """Refuse rows that cannot be scored."""
    if len(firms) != len(units):
        raise ShapeMismatch("ratings", "firm and unit must have the same length.")
    if len(groups) != len(weights):
        raise ShapeMismatch("respondents", "stratum and base_weight must have the same length.")
    if len(firms) and (firms.min() < 0 or firms.max() >= len(weights)):
        raise ShapeMismatch("ratings", "A rating names a respondent that does not exist.")
    if not np.isfinite(weights).all() or (weights < 0).any():
        raise InvalidWeights("respondents.base_weight", "Base weights must be finite and not negative.")
    key = units * max(len(weights), 1) + firms
    if len(np.unique(key)) != len(key):
        raise DuplicateRating("ratings", "A respondent rates the same unit more than once.")


def margin_build(name: str, labels: Sequence[Any], totals: Mapping[str, float]) -> Margin:
    """A margin from each firm's label and the population totals.

    An empty label (the firm did not say) gets code -1, a label that the population does not have code -2.

    Raises nothing; levels that nobody has are found by ``margins.prepared``.

    >>> margin_build("size", ["small", "large"], {"small": 90, "large": 10}).codes.tolist()
    [0, 1]
    """
    levels = tuple(totals)
    index = {level: code for code, level in enumerate(levels)}
    codes = np.array([index.get(str(label), -2 if str(label) else -1) for label in labels], dtype=np.int64)
    return Margin(name, levels, codes, np.array([totals[level] for level in levels], dtype=np.float64))
