"""Can two sets of things be matched by the traces that they left? Plain statistics; nothing here knows what they are.

A trace is a value that something left under a name, such as "table.column". Two kinds of attempts are made with every
pair of names: equal values belong together (`equal`), and things stand in the same order (`order`). With the truth at
hand, an attempt is judged against chance; without it, by how few candidates equal values leave.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import erfc, exp, sqrt

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
# An attempt in a million as good as this is luck; some hundreds of pairs are tried.
SURE = 1e-6
LONG = 6


@dataclass(frozen=True)
class Traces:
    """What each of `owners` left: by name, one value per owner, or None."""

    owners: Sequence[str]
    values: Mapping[str, Sequence[str | float | None]]


@dataclass(frozen=True)
class Attempt:
    """Matching by one pair of traces: how many were right, how many luck alone would have, how likely luck is."""

    manner: str
    left: str
    right: str
    hits: float
    chance: float
    luck: float

    @property
    def leaks(self) -> bool:
        return self.luck < SURE


@dataclass(frozen=True)
class Narrowing:
    """Without the truth: so many of the left have at least one and fewer than `fewest` candidates by equal values.
    `texts`: the values are no numbers, which are equal by luck all the time, but texts of some length.
    """

    left: str
    right: str
    narrowed: int
    texts: bool


def attempts(left: Traces, right: Traces, truth: Mapping[str, str], classes: Mapping[str, str]) -> list[Attempt]:
    """Every attempt to find the right partner of every left one, the most successful first.

    Args:
        truth: the right partner of each left owner; owners without one are left out.
        classes: by left owner, what is openly known to be common to it and its partner (the stratum): luck is judged
            inside these classes.
    """
    known = [owner for owner in left.owners if owner in truth]
    at = {owner: place for place, owner in enumerate(left.owners)}
    to = {owner: place for place, owner in enumerate(right.owners)}
    rows, columns = [at[owner] for owner in known], [to[truth[owner]] for owner in known]
    groups = [np.array(places) for places in _grouped([classes.get(owner, "") for owner in known]).values()]
    partners = [(name, [theirs[column] for column in columns]) for name, theirs in right.values.items()]
    ranked = {name: _ranks(other) for name, other in partners if _tells(other)}
    found = []
    for first, ours in left.values.items():
        one = [ours[row] for row in rows]
        ranks = _ranks(one) if _tells(one) else None
        for second, other in partners:
            if ranks is not None and second in ranked:
                found.append(_by_order(first, second, ranks, ranked[second], groups))
            found += _by_equality(first, second, one, other, groups)
    return sorted(found, key=lambda attempt: (attempt.luck, attempt.left, attempt.right))


def narrowings(left: Traces, right: Traces, fewest: int) -> list[Narrowing]:
    """Pairs of names whose equal values leave some of the left fewer than `fewest` candidates."""
    found = []
    for first, ours in left.values.items():
        for second, theirs in right.values.items():
            counts = Counter(_text(value) for value in theirs if value is not None)
            narrowed = sum(0 < counts[_text(value)] < fewest for value in ours if value is not None)
            if narrowed:
                texts = all(isinstance(value, str) and len(value) >= LONG for value in ours if value is not None)
                found.append(Narrowing(first, second, narrowed, texts))
    return found


def _text(value: str | float) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _tells(values: Sequence[str | float | None]) -> bool:
    return None not in values and len(set(values)) > 1


def _grouped(names: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        found.setdefault(name, []).append(place)
    return found


def _ranks(values: Sequence[str | float | None]) -> Floats:
    """Ranks from 0, ties in the middle; numbers as numbers, anything else as text."""
    keys = list(values) if all(isinstance(value, int | float) for value in values) else [str(v) for v in values]
    order: list[int] = sorted(range(len(keys)), key=lambda place: keys[place])  # type: ignore[arg-type,return-value]
    places: dict[object, list[int]] = {}
    for rank, place in enumerate(order):
        places.setdefault(keys[place], []).append(rank)
    middle = {key: sum(tied) / len(tied) for key, tied in places.items()}
    return np.array([middle[key] for key in keys])


def _by_order(first: str, second: str, ours: Floats, theirs: Floats, groups: list[Places]) -> Attempt:
    found, variance, hits = 0.0, 0.0, 0
    for group in groups:
        x, y = ours[group] - ours[group].mean(), theirs[group] - theirs[group].mean()
        found += float((x * y).sum())
        if len(group) > 1:
            variance += float((x**2).sum() * (y**2).sum() / (len(group) - 1))
        hits += int((_places(x, 1) == _places(y, 2)).sum())
    luck = erfc(abs(found) / sqrt(2 * variance)) if variance > 0 else 1.0
    return Attempt("order", first, second, float(hits), float(len(groups)), luck)


def _places(ranks: Floats, seed: int) -> Places:
    """Places in the order of the ranks; what is tied falls out by chance."""
    order = np.lexsort((np.random.default_rng(seed).random(len(ranks)), ranks))
    places: Places = np.argsort(order)
    return places


def _by_equality(
    first: str,
    second: str,
    one: Sequence[str | float | None],
    other: Sequence[str | float | None],
    groups: list[Places],
) -> list[Attempt]:
    hits, chance, right, expected = 0.0, 0.0, 0, 0.0
    for group in groups:
        mine = [None if one[place] is None else _text(one[place]) for place in group]
        others = [None if other[place] is None else _text(other[place]) for place in group]
        counts = Counter(value for value in others if value is not None)
        for value, partner in zip(mine, others, strict=True):
            if value is not None and counts[value]:
                right += value == partner
                hits += (value == partner) / counts[value]
                expected += counts[value] / len(group)
        chance += 1.0
    return [Attempt("equal", first, second, hits, chance, _poisson_tail(right, expected))] if expected else []


def _poisson_tail(found: int, expected: float) -> float:
    """How likely at least `found` are where `expected` come by luck."""
    term, below = exp(-expected), 0.0
    for count in range(found):
        below += term
        term *= expected / (count + 1)
    return max(1.0 - below, 0.0)
