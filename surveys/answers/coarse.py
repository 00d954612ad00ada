"""Strata and bands that too few responses share are made coarser before anybody reads them.

Who took part is known, so a stratum or a band with fewer than `fewest` responses points at those few businesses. The
ladder is fixed and every step on it is recorded (`Merge`):

    stratum   “A · B”  →  “A · *”  (small strata that share A, with the next smallest where they are too few)  →  “*”
    band      →  “” (not stated)

Merged strata get the mean of their design weights, because a weight of its own would tell the stratum; the sum of the
weights stays.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from surveys.answers.ballot import Ballot

FEWEST = 5
BETWEEN = " · "
REST = "*"


@dataclass(frozen=True)
class Merge:
    """`levels` of `field` ("stratum" or a profile question) became `into`, which `responses` then have in common."""

    field: str
    levels: tuple[str, ...]
    into: str
    responses: int

    def as_plain(self) -> dict[str, Any]:
        return asdict(self) | {"levels": list(self.levels)}


@dataclass(frozen=True)
class Coarse:
    """The ballots as they are stored; what was merged; how many still have a combination that fewer than `FEWEST`
    share.
    """

    ballots: Sequence[Ballot]
    merges: Sequence[Merge]
    rare: int


def coarsened(ballots: Sequence[Ballot], fewest: int = FEWEST) -> Coarse:
    """Strata and bands at which fewer than `fewest` responses stand are merged; see the module for the ladder."""
    strata = _strata(Counter(each.stratum for each in ballots), fewest)
    fields = sorted({code for each in ballots for code in each.profile})
    bands = {code: _bands(Counter(each.profile.get(code, "") for each in ballots), fewest) for code in fields}
    found = [
        replace(
            each,
            stratum=strata.get(each.stratum, each.stratum),
            profile={code: bands[code].get(band, band) for code, band in each.profile.items()},
        )
        for each in ballots
    ]
    merged = set(strata.values())
    weights = {name: _mean(each.design_weight for each in found if each.stratum == name) for name in merged}
    found = [replace(each, design_weight=weights.get(each.stratum, each.design_weight)) for each in found]
    merges = [*_merges("stratum", strata, (each.stratum for each in found))]
    for code in fields:
        merges += _merges(code, bands[code], (each.profile.get(code, "") for each in found))
    return Coarse(found, merges, _rare(found, fewest))


def _strata(counts: Mapping[str, int], fewest: int) -> dict[str, str]:
    """Which stratum is stored under which other name."""
    into: dict[str, str] = {}
    for family in sorted({stratum.rpartition(BETWEEN)[0] for stratum in counts} - {""}):
        inside = {name: n for name, n in counts.items() if name.rpartition(BETWEEN)[0] == family}
        pool = _pool(inside, fewest)
        if pool and sum(inside[name] for name in pool) >= fewest:
            into |= dict.fromkeys(pool, f"{family}{BETWEEN}{REST}")
    after: Counter[str] = Counter()
    for name, n in counts.items():
        after[into.get(name, name)] += n
    rest = set(_pool(after, fewest))
    into |= {name: REST for name in counts if into.get(name, name) in rest}
    return into


def _pool(counts: Mapping[str, int], fewest: int) -> list[str]:
    """The small ones, and as many of the next smallest as it takes to make them enough together."""
    order = sorted(counts, key=lambda name: (counts[name], name))
    pool = [name for name in order if counts[name] < fewest]
    for name in order[len(pool) :]:
        if not pool or sum(counts[each] for each in pool) >= fewest:
            break
        pool.append(name)
    return pool


def _bands(counts: Mapping[str, int], fewest: int) -> dict[str, str]:
    named = {band: n for band, n in counts.items() if n}
    pool = _pool(named, fewest)
    if pool and pool != [""] and "" in named and "" not in pool:
        pool.append("")
    return {band: "" for band in pool if band}


def _merges(field: str, into: Mapping[str, str], stored: Iterable[str]) -> list[Merge]:
    counts = Counter(stored)
    return [
        Merge(field, tuple(sorted(level for level, new in into.items() if new == name)), name, counts[name])
        for name in sorted(set(into.values()))
    ]


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found)


def _rare(ballots: Sequence[Ballot], fewest: int) -> int:
    cells = Counter((each.stratum, *sorted(each.profile.items())) for each in ballots)
    return sum(n for n in cells.values() if n < fewest)
