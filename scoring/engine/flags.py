"""Flags: every sign of careless or copied answers in one block, rating by rating, with its evidence.

The verbs of ``clean`` and ``copies`` applied to ratings whose questions have scales of their own. A flag says what was
seen, never what follows from it: a person decides, with a reason. Bursts are looked for where the sheet has days.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from scoring.engine.bursts import bursts
from scoring.engine.clean import (
    all_maximum,
    completion_share,
    even_odd,
    excess_by_unit,
    longstring,
    response_variability,
    share_by_unit,
)
from scoring.engine.coded import answered
from scoring.engine.copies import duplicates, near_duplicates
from scoring.engine.sheet import Item, Sheet
from scoring.engine.thresholds import Thresholds
from scoring.engine.types import BoolArray, FloatArray

Evidence = Mapping[str, float]
SEED = 20_240_101


@dataclass(frozen=True)
class Flag:
    """A sign seen in rating ``row``: its code and the figures that show it."""

    code: str
    row: int
    evidence: Evidence


@dataclass(frozen=True)
class Flagged:
    """The flags of a block by row and code. ``left_out``: signs that struck too many ratings, with their share, or that
    there is too little data for, with None.
    """

    flags: tuple[Flag, ...]
    left_out: Mapping[str, float | None]


def flags(sheet: Sheet, thresholds: Thresholds | None = None) -> Flagged:
    """All flags of a block's ratings.

    A statistical sign that strikes more than ``too_many`` of the ratings describes the questionnaire, not a
    respondent: it is left out, and said to be. So is one that there is too little data for.

    A missing answer is no sign by itself. Raises nothing. Source: Meade and Craig 2012; Curran 2016.

    >>> items = tuple(Item(f"q{k}", "agree", 1, 4) for k in range(12))
    >>> answers = np.array([[3.0] * 12, [1, 2, 3, 4] * 3])
    >>> sheet = Sheet(answers, items, np.array([0, 1]), np.array([0, 0]), 1)
    >>> [(flag.code, flag.row) for flag in flags(sheet).flags]
    [('same_answer', 0)]
    """
    chosen, found, left_out = thresholds or Thresholds(), list[Flag](), dict[str, float | None]()
    for code, sign in SIGNS.items() if len(sheet.answers) else ():
        if code == "unusual" and too_little(sheet, chosen):
            left_out[code] = None
            continue
        seen = list(sign(sheet, chosen))
        share = len(seen) / len(sheet.answers)
        if code in STATISTICAL and share > chosen.too_many:
            left_out[code] = share
        else:
            found += seen
    return Flagged(tuple(sorted(found, key=lambda flag: (flag.row, flag.code))), left_out)


def incomplete(sheet: Sheet, thresholds: Thresholds) -> Iterator[Flag]:
    """Ratings with fewer answers than ``complete`` of the questions; evidence ``answered``, ``asked``.

    Missing answers are what is counted. Raises nothing. Source: Meade and Craig 2012; Curran 2016.

    >>> from scoring.engine.example import example_sheet
    >>> [(flag.row, flag.evidence) for flag in incomplete(example_sheet(), Thresholds())]
    [(4, {'answered': 3, 'asked': 12})]
    """
    share, given = completion_share(sheet.coded), answered(sheet.coded)
    for row in np.flatnonzero(share < thresholds.complete):
        yield Flag("incomplete", int(row), {"answered": int(given[row]), "asked": len(sheet.items)})


def same_answer(sheet: Sheet, thresholds: Thresholds) -> Iterator[Flag]:
    """Ratings that give one answer over and over on one scale; evidence ``run``, ``answered`` on that scale.

    Scales are looked at one by one: a 3 of four options is not a 3 of five.

    Missing answers are skipped. Raises nothing. Source: Johnson 2005; Meade and Craig 2012; Curran 2016.

    >>> from scoring.engine.example import example_sheet
    >>> [(flag.row, flag.evidence) for flag in same_answer(example_sheet(), Thresholds())]
    [(0, {'run': 12, 'answered': 12})]
    """
    best, given = np.zeros(len(sheet.answers), dtype=np.int64), np.zeros(len(sheet.answers), dtype=np.int64)
    for scale in dict.fromkeys(item.scale for item in sheet.items if item.ordered):
        cells = sheet.coded.only(sheet.columns(partial(_on_scale, scale)))
        run, count = longstring(cells)[0], answered(cells)
        longer = run > best
        best, given = np.where(longer, run, best), np.where(longer, count, given)
    hit = (best >= thresholds.run) & (best >= thresholds.run_share * given)
    for row in np.flatnonzero(hit):
        yield Flag("same_answer", int(row), {"run": int(best[row]), "answered": int(given[row])})


def _on_scale(scale: str, item: Item) -> bool:
    return item.ordered and item.scale == scale


def little_variation(sheet: Sheet, thresholds: Thresholds) -> Iterator[Flag]:
    """Ratings whose answers hardly move over all scales, yet are not one answer only; evidence ``spread``.

    Missing answers are skipped. Unit: share of the scale. Raises nothing. Source: Dunn, Heggestad, Shanock and
    Theilgard 2018.

    >>> from scoring.engine.example import example_sheet
    >>> [flag.row for flag in little_variation(example_sheet(), Thresholds(spread=0.4))]
    [1, 2, 3]
    """
    cells = sheet.positions(lambda item: item.ordered)
    spread, count = response_variability(cells), answered(cells)
    repeated = {flag.row for flag in same_answer(sheet, thresholds)}
    for row in np.flatnonzero((spread < thresholds.spread) & (count >= thresholds.least)):
        if int(row) not in repeated:
            yield Flag("little_variation", int(row), {"spread": float(spread[row])})


def inconsistent(sheet: Sheet, thresholds: Thresholds) -> Iterator[Flag]:
    """Ratings whose answers to questions about the same matter contradict each other; evidence ``even_odd``.

    Missing answers are skipped. Raises nothing. Source: Jackson 1977; Johnson 2005.

    >>> from scoring.engine.example import example_sheet
    >>> [(flag.row, round(flag.evidence["even_odd"], 6)) for flag in inconsistent(example_sheet(), Thresholds())]
    [(1, 1.0), (2, 1.0), (3, 1.0), (5, 1.0)]
    """

    def usable(item: Item) -> bool:
        return item.ordered and item.sign != 0

    parts: dict[str, list[int]] = {}
    for place, column in enumerate(np.flatnonzero(sheet.columns(usable))):
        parts.setdefault(sheet.items[column].part, []).append(place)
    scales = [columns for columns in parts.values() if len(columns) > 1]
    if len(scales) < 3:
        return
    cells = sheet.positions(usable, oriented=True)
    value, count = even_odd(cells, scales), answered(cells)
    for row in np.flatnonzero((value >= thresholds.even_odd) & (count >= thresholds.least)):
        yield Flag("inconsistent", int(row), {"even_odd": float(value[row])})


def unusual(sheet: Sheet, thresholds: Thresholds) -> Iterator[Flag]:
    """Ratings far from the usual pattern of answers (Mahalanobis); evidence ``distance``, ``answered``.

    Only ordered questions that everybody is asked. No verdict on a rating with two answers that fewer than 20 ratings
    give together.

    Missing answers add no distance. Raises nothing. Source: Mahalanobis 1936; Curran 2016.

    >>> answers = np.random.default_rng(1).integers(2, 4, (200, 12)).astype(np.float64)
    >>> answers[7] = [1.0, 4.0] * 6
    >>> items = tuple(Item(f"q{k}", "agree", 1, 4) for k in range(12))
    >>> sheet = Sheet(answers, items, np.arange(200), np.zeros(200, dtype=np.int64), 1)
    >>> [flag.row for flag in unusual(sheet, Thresholds())]
    [7]
    """
    distance, tail, given = sheet.distances
    for row in np.flatnonzero((tail < thresholds.unusual) & (given >= thresholds.least)):
        yield Flag("unusual", int(row), {"distance": float(distance[row]), "answered": int(given[row])})


def too_little(sheet: Sheet, thresholds: Thresholds) -> bool:
    """Whether no rating with enough answers can be told usual or unusual, because fewer than 20 give them together.

    Missing answers are no answers. Raises nothing. Source: see ``outliers.available_distance``.

    >>> from scoring.engine.example import example_sheet
    >>> too_little(example_sheet(), Thresholds())
    True
    """
    distance, _tail, given = sheet.distances
    enough = given >= thresholds.least
    return bool(enough.any() and np.isnan(distance[enough]).all())


def duplicate(sheet: Sheet, thresholds: Thresholds) -> Iterator[Flag]:
    """Ratings of a unit that equal other ratings of it in every answer; evidence ``others``, ``group``, ``answered``.

    A number stands for each group within the block. Two firms that are content with everything look like copies too.

    A missing answer equals a missing answer only. Raises nothing. Source: Kuriakose and Robbins 2016.

    >>> from scoring.engine.example import example_sheet
    >>> [(flag.row, flag.evidence) for flag in duplicate(example_sheet(), Thresholds())]
    [(1, {'others': 1, 'group': 1, 'answered': 12}), (2, {'others': 1, 'group': 1, 'answered': 12})]
    """
    group = duplicates(sheet.coded.beside(sheet.unit), thresholds.least + 1)
    size, given = np.bincount(group), answered(sheet.coded)
    for row in np.flatnonzero(group):
        evidence = {"others": int(size[group[row]]) - 1, "group": int(group[row]), "answered": int(given[row])}
        yield Flag("duplicate", int(row), evidence)


def near_duplicate(sheet: Sheet, thresholds: Thresholds) -> Iterator[Flag]:
    """Ratings of a unit that differ from another one of it in at most ``differ`` answers, yet in one at least.

    Evidence: ``others`` so close, ``different`` answers to the closest, ``shared`` answers that both gave.

    A missing answer against an answer is a difference. Raises nothing. Source: Kuriakose and Robbins 2016.

    >>> from scoring.engine.example import example_sheet
    >>> [(flag.row, flag.evidence["others"]) for flag in near_duplicate(example_sheet(), Thresholds())]
    [(1, 1), (2, 1), (3, 2)]
    """
    for u in range(sheet.n_units):
        rows = np.flatnonzero(sheet.unit == u)
        if len(rows) < 2:
            continue
        pairs = near_duplicates(sheet.coded.part(rows), differ=thresholds.differ, least=thresholds.least)
        apart = pairs.different > 0
        ends = np.concatenate([pairs.first[apart], pairs.second[apart]])
        different, shared = np.tile(pairs.different[apart], 2), np.tile(pairs.shared[apart], 2)
        for place in np.unique(ends):
            mine = np.flatnonzero(ends == place)
            closest = mine[np.argmin(different[mine])]
            evidence = {"others": len(mine), "different": int(different[closest]), "shared": int(shared[closest])}
            yield Flag("near_duplicate", int(rows[place]), evidence)


def perfect_crowd(sheet: Sheet, thresholds: Thresholds) -> Iterator[Flag]:
    """Perfect ratings of a unit that has far more of them than its block; evidence ``share``, ``rest``, ``p``.

    Perfect is the best answer to every question that has a best one.

    Missing answers are skipped. Raises nothing. Source: Fisher 1935; Curran 2016.

    >>> from scoring.engine.example import example_sheet
    >>> list(perfect_crowd(example_sheet(), Thresholds()))
    []
    """
    perfect, own, rest, p = perfect_by_unit(sheet, thresholds)
    for row in np.flatnonzero(perfect & (p < thresholds.excess)[sheet.unit]):
        u = sheet.unit[row]
        yield Flag("perfect_crowd", int(row), {"share": float(own[u]), "rest": float(rest[u]), "p": float(p[u])})


def perfect_by_unit(sheet: Sheet, thresholds: Thresholds) -> tuple[BoolArray, FloatArray, FloatArray, FloatArray]:
    """Which ratings are perfect (R,); the share of them per unit (U,) and elsewhere (U,); chance of so many (U,).

    Missing answers are skipped; NaN without ratings. Raises nothing. Source: Fisher 1935.

    >>> from scoring.engine.example import example_sheet
    >>> perfect, own, rest, chance = perfect_by_unit(example_sheet(), Thresholds())
    >>> perfect.any().item(), own.tolist(), chance.tolist()
    (False, [0.0, 0.0], [1.0, 1.0])
    """
    cells = sheet.positions(lambda item: item.sign != 0, oriented=True)
    perfect = all_maximum(cells, np.ones(cells.shape[1])) & (answered(cells) >= thresholds.least)
    own, rest = share_by_unit(perfect, sheet.unit, sheet.n_units)
    return perfect, own, rest, excess_by_unit(perfect, sheet.unit, sheet.n_units)


def burst(sheet: Sheet, thresholds: Thresholds) -> Iterator[Flag]:
    """Ratings in the days in which a unit's ratings came all at once, unlike its block's.

    Evidence: ``ratings`` in so many ``days``, ``expected`` there, ``p``; never the day itself.

    Ratings without a day are left out; a sheet without days has no bursts. The draws behind p always start from the
    same seed. Raises nothing. Source: Kulldorff 1997.

    >>> from dataclasses import replace
    >>> from scoring.engine.example import example_sheet
    >>> whole, unit = example_sheet(), np.repeat([0, 1], [40, 10])
    >>> days = np.r_[np.arange(40) % 10, np.full(10, 4)]
    >>> found = burst(Sheet(np.ones((50, 1)), whole.items[:1], np.arange(50), unit, 2, days), Thresholds())
    >>> [flag.row for flag in found] == list(range(40, 50))
    True
    """
    if sheet.day is None:
        return
    known = np.flatnonzero(sheet.day >= 0)
    day, unit = sheet.day[known], sheet.unit[known]
    seen = bursts(day, unit, sheet.n_units, np.random.default_rng(SEED), longest=thresholds.burst_days)
    after = day - seen.start[unit]
    for place in np.flatnonzero((seen.p[unit] <= thresholds.burst) & (after >= 0) & (after < seen.length[unit])):
        u = unit[place]
        evidence = {"ratings": int(seen.ratings[u]), "days": int(seen.length[u])}
        figures = {"expected": float(seen.expected[u]), "p": float(seen.p[u])}
        yield Flag("burst", int(known[place]), {**evidence, **figures})


SIGNS: Mapping[str, Callable[[Sheet, Thresholds], Iterator[Flag]]] = {
    "incomplete": incomplete,
    "same_answer": same_answer,
    "little_variation": little_variation,
    "inconsistent": inconsistent,
    "unusual": unusual,
    "duplicate": duplicate,
    "near_duplicate": near_duplicate,
    "perfect_crowd": perfect_crowd,
    "burst": burst,
}
STATISTICAL = frozenset({"inconsistent", "unusual"})
