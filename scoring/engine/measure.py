"""Measure: one number per unit and indicator from the answers that were given.

A missing answer (not shown, not applicable, don't know) is left out of numerator and denominator; it is
never zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scoring.engine.blocks import ROWS, by_blocks
from scoring.engine.checks import IndicatorUnknown
from scoring.engine.rank import settled
from scoring.engine.types import FloatArray, Framework, HardData, IntArray, Measured, Survey


@dataclass(frozen=True)
class AnswerTable:
    """How indicators read coded answers: question column (K,) and the number behind each code (K, C), 0 if
    missing.

    ``soft`` lists the indicators measured by questions, ``medians`` those of them measured by a median.
    """

    columns: IntArray
    values: FloatArray
    soft: IntArray
    medians: IntArray


def answer_table(survey: Survey, framework: Framework) -> AnswerTable:
    """Translate the framework's questions and statistics into look-up tables.

    A share reads an answer as 1 when it is among ``share_of``, else 0. Raises ``IndicatorUnknown`` when a
    question is not in the survey.

    A missing answer has code 0 and the number 0, which presence leaves out. Source: Groves and others, Survey
    Methodology, 2009, chapter 10 (coding).

    >>> from scoring.engine.example import example_framework, example_recipe, example_survey
    >>> table = answer_table(example_survey(), example_framework())
    >>> table.columns.tolist(), table.medians.tolist()
    ([0, 1, 2], [1])
    """
    position = {code: q for q, code in enumerate(survey.questions)}
    size = len(framework.indicators)
    columns = np.zeros(size, dtype=np.int64)
    values = np.zeros((size, survey.values.shape[1] if survey.values.ndim == 2 else 1))
    soft = [k for k, item in enumerate(framework.indicators) if item.statistic != "hard"]
    for k in soft:
        item = framework.indicators[k]
        if item.question not in position:
            raise IndicatorUnknown(item.code, f"Indicator {item.code} asks for question {item.question}.")
        columns[k] = position[item.question]
        numbers = survey.values[columns[k]]
        present = np.nan_to_num(numbers, nan=0.0)
        values[k] = np.isin(numbers, item.share_of) if item.statistic == "share" else present
    medians = [k for k in soft if framework.indicators[k].statistic == "median"]
    return AnswerTable(columns, values, np.array(soft, dtype=np.int64), np.array(medians, dtype=np.int64))


def unit_answers(
    survey: Survey, table: AnswerTable, rows: slice, members: Sequence[int] | IntArray
) -> tuple[FloatArray, FloatArray]:
    """Numbers x (n, K) and presence a (n, K) of some ratings; x = 0 where a = 0.

    n ratings in ``rows``, K chosen indicators; a missing answer has a = 0. Raises nothing. Source: Särndal, Swensson
    and Wretman, Model Assisted Survey Sampling, 1992, chapter 10 (domains).

    >>> from scoring.engine.example import example_framework, example_recipe, example_survey
    >>> survey = example_survey()
    >>> x, a = unit_answers(survey, answer_table(survey, example_framework()), slice(0, 2), [0, 1])
    >>> x.tolist(), a.tolist()
    ([[2.0, 3.0], [4.0, 6.0]], [[1.0, 1.0], [1.0, 1.0]])
    """
    chosen = np.asarray(members, dtype=np.int64)
    columns = table.columns[chosen]
    codes = survey.answers[rows]
    if not np.array_equal(columns, np.arange(codes.shape[1])):
        codes = codes[:, columns]
    present = (codes > 0).astype(np.float64)
    places = codes + np.arange(len(chosen)) * table.values.shape[1]
    return np.take(table.values[chosen].ravel(), places, mode="clip"), present


def weighted_mean(x: FloatArray, w: FloatArray) -> float:
    """Σ w x / Σ w over the answers that are present (NaN = missing); NaN when none is.

    ``x``, ``w`` (n,); unit: that of x. Raises nothing. Source: Hájek 1971.

    >>> weighted_mean(np.array([1.0, 3.0, np.nan]), np.array([1.0, 3.0, 9.0]))
    2.5
    """
    present = ~np.isnan(x)
    total = w[present].sum()
    return float(np.dot(w[present], x[present]) / total) if total > 0 else float("nan")


def weighted_median(x: FloatArray, w: FloatArray) -> float:
    """The smallest answer below which (inclusive) more than half of the weight lies.

    When exactly half of the weight lies at or below an answer, the mean of it and the next one: with equal
    weights this is the ordinary median. Missing answers are NaN; NaN when none is present.

    ``x``, ``w`` (n,); unit: that of x. Raises nothing. Source: Edgeworth 1888; for equal weights ``numpy.median``.

    >>> weighted_median(np.array([1.0, 2.0, 10.0, np.nan]), np.array([1.0, 1.0, 1.0, 5.0]))
    2.0
    >>> weighted_median(np.array([1.0, 2.0]), np.array([1.0, 1.0]))
    1.5
    """
    present = ~np.isnan(x) & (w > 0)
    if not present.any():
        return float("nan")
    order = np.argsort(x[present], kind="stable")
    levels, first = np.unique(x[present][order], return_index=True)
    return median_of_levels(levels, np.add.reduceat(w[present][order], first))


def median_of_levels(levels: FloatArray, mass: FloatArray) -> float:
    """Weighted median of distinct ascending ``levels`` with their weight ``mass``; NaN without mass.

    Both (C,); unit: that of the levels. Raises nothing. Source: Edgeworth 1888.

    >>> median_of_levels(np.array([1.0, 2.0, 5.0]), np.array([1.0, 1.0, 3.0]))
    5.0
    """
    total = mass.sum()
    if not total > 0:
        return float("nan")
    kept = mass > 0
    levels, cumulated = levels[kept], np.cumsum(mass[kept])
    half = total / 2
    at = int(np.searchsorted(cumulated, half * (1 - 1e-12)))
    if at + 1 < len(levels) and abs(cumulated[at] - half) <= 1e-12 * total:
        return float(levels[at] + levels[at + 1]) / 2
    return float(levels[at])


def level_masses(
    survey: Survey, table: AnswerTable, rows: slice, k: int, w: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Distinct answers of indicator k among some ratings and the weight on each.

    Both (C,), ascending; missing answers carry no weight. Unit: that of the answers, and businesses. Raises nothing.
    Source: Särndal, Swensson and Wretman, Model Assisted Survey Sampling, 1992, chapter 5.

    >>> from scoring.engine.example import example_framework, example_recipe, example_survey
    >>> survey, w = example_survey(), np.ones(40)
    >>> levels, mass = level_masses(survey, answer_table(survey, example_framework()), slice(0, 40), 0, w)
    >>> levels.tolist(), mass.tolist()
    ([2.0, 3.0, 4.0, 5.0], [2.0, 11.0, 17.0, 6.0])
    """
    codes = survey.answers[rows, table.columns[k]]
    counted = np.bincount(codes, weights=w, minlength=table.values.shape[1])
    mass = np.asarray(counted, dtype=np.float64)
    mass[0] = 0.0
    found = np.flatnonzero(mass > 0)
    return table.values[k, found], mass[found]


def measure(
    survey: Survey,
    framework: Framework,
    weights: FloatArray,
    *,
    hard: HardData | None = None,
    min_ratings: int = 0,
) -> Measured:
    """Indicator values of every unit.

    m_uk = Σ_i w_i a_iuk x_iuk / Σ_i w_i a_iuk for means and shares (a share reads x as 0 or 1, so its unit
    is a proportion 0..1), the weighted median for medians, the figure itself for hard data. ``weights``
    (F,).

    A value with fewer answers than the indicator's minimum is NaN with the reason ``below_minimum``;
    without any answer ``no_answer``; hard data without figure ``no_figure``, with too few dossiers
    ``few_dossiers``. A unit with fewer than ``min_ratings`` ratings has no soft value:
    ``unit_below_minimum``. Values that rounding alone tells apart are made one number (``rank.settled``); tables that
    somebody else measured are taken digit by digit (``measure_table``).

    Raises ``IndicatorUnknown``. Source: Hájek 1971 for the weighted mean; Särndal, Swensson and Wretman, Model Assisted
    Survey Sampling, 1992, chapter 5, for medians.

    >>> from scoring.engine.types import FirmRows, Indicator, RatingRows, SubIndex, survey_build
    >>> rows = RatingRows(firm=[0, 1], unit=[0, 0], answers=[[4], [2]], questions=["Q"])
    >>> survey = survey_build(rows, FirmRows(base_weight=[1, 3]))
    >>> part = Framework(("A",), (SubIndex("s", 1),), (Indicator("k", "s", "positive", question="Q"),))
    >>> measure(survey, part, survey.base_weight).values.tolist()
    [[2.5]]
    """
    table = answer_table(survey, framework)
    bounds = survey.bounds(len(framework.units))
    shape = (len(framework.units), len(framework.indicators))
    sums, mass = np.zeros(shape), np.zeros(shape)
    counts = np.zeros(shape, dtype=np.int64)
    found = by_blocks(shape[0], lambda unit: _sums(survey, table, bounds[unit.start : unit.stop + 1], weights), rows=1)
    for u in range(shape[0]):
        sums[u, table.soft], mass[u, table.soft], counts[u, table.soft] = found[u]
    values = np.divide(sums, mass, out=np.full(shape, np.nan), where=mass > 0)
    for u in range(shape[0]):
        rows = slice(int(bounds[u]), int(bounds[u + 1]))
        w = weights[survey.firm[rows]]
        for k in table.medians:
            values[u, k] = median_of_levels(*level_masses(survey, table, rows, int(k), w))
    for k in table.soft:
        values[:, k] = settled(values[:, k])
    return _judged(
        framework, Measured(values, counts, mass, np.full(shape, "", "<U20"), np.diff(bounds)), hard, min_ratings
    )


def _sums(survey: Survey, table: AnswerTable, bounds: IntArray, weights: FloatArray) -> FloatArray:
    """Σ w a x, Σ w a and number of answers (3, K_soft) of the ratings of one unit, a few thousand at a time."""
    found = np.zeros((3, len(table.soft)))
    for start in range(int(bounds[0]), int(bounds[-1]), ROWS):
        rows = slice(start, min(start + ROWS, int(bounds[-1])))
        x, a = unit_answers(survey, table, rows, table.soft)
        w = weights[survey.firm[rows]]
        found += w @ x, w @ a, np.ones(len(w)) @ a
    return found


def measure_table(table: FloatArray) -> Measured:
    """Indicator values that somebody else measured (U, K): taken as they are, NaN = missing.

    Unit: as given. Raises nothing. Source: published tables such as those of the PCI (VCCI).

    >>> measure_table(np.array([[1.0, np.nan]])).reasons.tolist()
    [['', 'no_figure']]
    """
    values = np.asarray(table, dtype=np.float64)
    reasons = np.where(np.isnan(values), "no_figure", "").astype("<U20")
    none = np.zeros(values.shape, dtype=np.int64)
    return Measured(values.copy(), none, np.zeros(values.shape), reasons, np.zeros(len(values), dtype=np.int64))


def _judged(framework: Framework, raw: Measured, hard: HardData | None, min_ratings: int) -> Measured:
    """Apply minimum numbers and enter hard data."""
    values, counts = raw.values.copy(), raw.n.copy()
    is_hard = np.array([item.statistic == "hard" for item in framework.indicators], dtype=bool)
    if hard is not None:
        values[:, is_hard] = hard.values[:, is_hard]
        counts[:, is_hard] = np.nan_to_num(hard.dossiers[:, is_hard]).astype(np.int64)
    reasons = raw.reasons.copy()
    few = counts < framework.min_n
    if hard is not None:
        few[:, is_hard] &= ~np.isnan(hard.dossiers[:, is_hard])
    else:
        few[:, is_hard] = False
    reasons[few] = "below_minimum"
    reasons[few & is_hard] = "few_dossiers"
    reasons[np.isnan(values) & ~is_hard] = "no_answer"
    reasons[np.isnan(values) & is_hard] = "no_figure"
    short = raw.ratings < min_ratings
    reasons[np.ix_(short, ~is_hard)] = "unit_below_minimum"
    values[_missing(reasons)] = np.nan
    return Measured(values, counts, raw.weight, reasons, raw.ratings)


def _missing(reasons: npt.NDArray[np.str_]) -> npt.NDArray[np.bool_]:
    return np.asarray(reasons != "")
