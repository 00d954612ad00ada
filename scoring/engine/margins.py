"""Margins: known population distributions, checked and made fit for weighting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from scoring.engine.checks import InvalidWeights, MarginLevelMissing, MarginTotalsDiffer, Notice
from scoring.engine.types import FloatArray, IntArray, Margin

TOTALS_MAY_DIFFER = 0.01
NOT_SAID = -1
UNSAID = ""


def collapse(margin: Margin, smallest: int) -> tuple[Margin, tuple[Notice, ...]]:
    """Merge levels with fewer than ``smallest`` respondents.

    Rule: the level with the fewest respondents is joined to the one with the next fewest, again and again,
    until every level has enough or one is left; ties go to the earlier level. Joined levels are named "a +
    b".

    Missing levels (codes below 0) are left as they are. Raises nothing. Source: Kalton and Flores-Cervantes 2003, on
    collapsing cells.

    >>> from scoring.engine.types import margin_build
    >>> small = margin_build("size", ["a", "a", "b", "c"], {"a": 10, "b": 5, "c": 2})
    >>> collapse(small, 2)[0].levels
    ('a', 'b + c')
    """
    levels, totals = list(margin.levels), list(margin.totals)
    codes = margin.codes.copy()
    notices: list[Notice] = []
    counts = np.bincount(codes[codes >= 0], minlength=len(levels))
    while len(levels) > 1 and counts.min() < smallest:
        first, second = sorted(int(i) for i in np.argsort(counts, kind="stable")[:2])
        notices.append(Notice("levels_joined", margin.name, {"levels": [levels[first], levels[second]]}))
        levels[first] = f"{levels[first]} + {levels.pop(second)}"
        totals[first] += totals.pop(second)
        codes[codes == second] = first
        codes[codes > second] -= 1
        counts = np.bincount(codes[codes >= 0], minlength=len(levels))
    return Margin(margin.name, tuple(levels), codes, np.array(totals, dtype=np.float64)), tuple(notices)


def own_level_for_unsaid(margin: Margin, base: FloatArray) -> tuple[Margin, tuple[Notice, ...]]:
    """Respondents who did not say form a level of their own, as large as their share of the design weights.

    With share p of the weights unsaid and population N, that level counts p·N and every other (1 - p)·N_l: on this
    margin such a respondent keeps its weight, and the others still meet the population's proportions.

    Raises nothing. Source: missing level as a category of its own, Kalton and Kasprzyk 1986.

    >>> from scoring.engine.types import margin_build
    >>> margin, _ = own_level_for_unsaid(margin_build("size", ["a", "b", ""], {"a": 6, "b": 3}), np.ones(3))
    >>> margin.levels, margin.totals.tolist()
    (('a', 'b', ''), [4.0, 2.0, 3.0])
    """
    unsaid = margin.codes == NOT_SAID
    if not unsaid.any():
        return margin, ()
    size, share = float(margin.totals.sum()), float(base[unsaid].sum() / base.sum())
    codes = np.where(unsaid, len(margin.levels), margin.codes)
    totals = np.append(margin.totals * (1.0 - share), size * share)
    notice = Notice("level_unsaid", margin.name, {"n": int(unsaid.sum())})
    return Margin(margin.name, (*margin.levels, UNSAID), codes, totals), (notice,)


def margin_indicators(margins: Sequence[Margin]) -> FloatArray:
    """Level indicators (F, P) of all margins side by side.

    Codes must not be missing (``prepared`` gives those a level). Raises nothing. Source: Särndal, Swensson and Wretman,
    Model Assisted Survey Sampling, 1992, chapter 6.

    >>> from scoring.engine.types import margin_build
    >>> margin_indicators([margin_build("m", ["a", "b", "a"], {"a": 1, "b": 1})]).tolist()
    [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]
    """
    return level_indicators(margins, np.array([margin.codes for margin in margins]))


def level_indicators(margins: Sequence[Margin], codes: IntArray) -> FloatArray:
    """Level indicators (n, P) of margins with the given ``codes`` (M, n); P = all levels.

    Codes must not be missing. Raises nothing. Source: Särndal, Swensson and Wretman, Model Assisted Survey Sampling,
    1992, chapter 6.

    >>> from scoring.engine.types import margin_build
    >>> m = margin_build("m", ["a", "b"], {"a": 1, "b": 1})
    >>> level_indicators([m], np.array([[1, 0]])).tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    parts = [np.eye(len(margin.levels))[code] for margin, code in zip(margins, codes, strict=True)]
    return np.concatenate(parts, axis=1)


def cell_sums(cell: IntArray, base: FloatArray, size: int) -> FloatArray:
    """Weight in each cell.

    ``cell``, ``base`` (F,) → (``size``,), 0 for an empty cell; nothing may be missing. Unit: businesses. Raises
    nothing. Source: Särndal, Swensson and Wretman, Model Assisted Survey Sampling, 1992, chapter 7.

    >>> cell_sums(np.array([0, 1, 0]), np.array([1.0, 2.0, 3.0]), 2).tolist()
    [4.0, 2.0]
    """
    return np.asarray(np.bincount(cell, weights=base, minlength=size), dtype=np.float64)


def cells_of(margins: Sequence[Margin]) -> tuple[IntArray, IntArray]:
    """Cell of each firm (F,) and the margin codes of each occupied cell (M, C).

    Cells are numbered in the order of their codes; codes must not be missing. Raises nothing. Source: Särndal, Swensson
    and Wretman, Model Assisted Survey Sampling, 1992, chapter 7.

    >>> from scoring.engine.types import margin_build
    >>> two = [margin_build("m", list("aab"), {"a": 1, "b": 1}), margin_build("n", list("xyx"), {"x": 1, "y": 1})]
    >>> [part.tolist() for part in cells_of(two)]
    [[0, 1, 2], [[0, 0, 1], [0, 1, 0]]]
    """
    key = np.zeros(len(margins[0].codes), dtype=np.int64)
    for margin in margins:
        key = key * len(margin.levels) + margin.codes
    _, first, cell = np.unique(key, return_index=True, return_inverse=True)
    return cell.astype(np.int64), np.array([margin.codes[first] for margin in margins])


def prepared(
    base: FloatArray, margins: Sequence[Margin], smallest: int
) -> tuple[tuple[Margin, ...], tuple[Notice, ...]]:
    """Checked margins with small levels merged and totals brought to the first margin's population.

    Respondents with a missing level get one of their own. Raises ``InvalidWeights``, ``MarginLevelMissing`` and
    ``MarginTotalsDiffer``. Source: Kalton and Flores-Cervantes 2003.

    >>> from scoring.engine.types import margin_build
    >>> ready, notices = prepared(np.ones(3), [margin_build("m", list("aab"), {"a": 60, "b": 40})], 2)
    >>> ready[0].levels, [notice.code for notice in notices]
    (('a + b',), ['levels_joined'])
    """
    if not len(base) or not base.sum() > 0:
        raise InvalidWeights("base_weight", "There is no respondent with a positive weight.")
    ready: list[Margin] = []
    notices: list[Notice] = []
    for given in margins:
        if (given.codes < NOT_SAID).any():
            count = int((given.codes < NOT_SAID).sum())
            text = f"{count} respondents have a level of {given.name} that the population does not have."
            raise MarginLevelMissing(given.name, text, n=count)
        joined, said = collapse(given, smallest)
        joined, unsaid = own_level_for_unsaid(joined, base)
        said += unsaid
        found = np.bincount(joined.codes, weights=base, minlength=len(joined.levels))
        for level, weight, total in zip(joined.levels, found, joined.totals, strict=True):
            if not (weight > 0 and total > 0):
                raise MarginLevelMissing(given.name, f"Level {level} of {given.name} is empty.", level=level)
        ready.append(joined)
        notices += said
    return _same_population(ready, notices)


def _same_population(ready: list[Margin], notices: list[Notice]) -> tuple[tuple[Margin, ...], tuple[Notice, ...]]:
    size = float(ready[0].totals.sum())
    for i, margin in enumerate(ready[1:], start=1):
        other = float(margin.totals.sum())
        difference = abs(other / size - 1)
        if difference > TOTALS_MAY_DIFFER:
            text = f"Margin {margin.name} counts {other:g} businesses, {ready[0].name} {size:g}."
            raise MarginTotalsDiffer(margin.name, text, total=other, expected=size)
        if difference > 1e-12:
            ready[i] = replace(margin, totals=margin.totals * (size / other))
            notices.append(Notice("margin_rescaled", margin.name, {"total": other, "expected": size}))
    return tuple(ready), tuple(notices)
