"""What is stored about a respondent fits at least `fewest` responses equally well.

Who took part is known, and so is much about each business: a stratum, or a combination of bands, that fewer than
`fewest` responses have points at those few. The ladder is fixed, and every step on it is recorded (`Merge`):

    stratum   “A · B”  →  “A · *”  (small strata that share A, with the next smallest where they are too few)  →  “*”
    channel   inside a stratum, channels of too few (and with the next smallest, where they are too few together) become
              one group, in which only the number of each channel is kept: they are dealt out anew at random
    bands     in the same way inside the responses that are alike so far, question by question, as they are asked

Merged strata get the mean of their design weights, because a weight of its own would tell the stratum; the sum of the
weights stays. Bands are dealt out and not left blank, so that every margin of the profile stays what it was and weights
can be fitted to the population (data swapping inside groups: Dalenius and Reiss 1982).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from math import fsum
from random import Random
from typing import Any

from surveys.answers.ballot import Ballot

FEWEST = 5
BETWEEN = " · "
REST = "*"
# Stands before the questions of the profile; no question can be called so.
CHANNEL = "*channel"


@dataclass(frozen=True)
class Merge:
    """Strata `levels` became `into`; or (`into` is empty) bands `levels` of the question `field` (`CHANNEL`: channels)
    were dealt out anew. So many `responses` were touched.
    """

    field: str
    levels: tuple[str, ...]
    into: str
    responses: int

    def as_plain(self) -> dict[str, Any]:
        return asdict(self) | {"levels": list(self.levels)}


@dataclass(frozen=True)
class Coarse:
    """The ballots as they are stored, in the given order, and what was merged."""

    ballots: Sequence[Ballot]
    merges: Sequence[Merge]


def coarsened(ballots: Sequence[Ballot], fields: Sequence[str], rng: Random, fewest: int = FEWEST) -> Coarse:
    """Every ballot becomes one of at least `fewest` that its author could have given, as far as stratum, channel and
    bands say.

    Args:
        fields: the questions of the profile, those whose bands are to be kept longest first.
    """
    strata = _strata(Counter(each.stratum for each in ballots), fewest)
    named = [strata.get(each.stratum, each.stratum) for each in ballots]
    weights = {
        name: _mean(each.design_weight for each, stored in zip(ballots, named, strict=True) if stored == name)
        for name in set(strata.values())
    }
    profiles = [{CHANNEL: each.channel, **each.profile} for each in ballots]
    asked = [CHANNEL, *fields]
    dealt: dict[str, Counter[str]] = {}
    for name in sorted(set(named)):
        inside = [profile for profile, stored in zip(profiles, named, strict=True) if stored == name]
        _bands_deal(inside, asked, _Dealer(rng, fewest, dealt))
    found = [
        replace(
            each,
            channel=profile.pop(CHANNEL),
            stratum=name,
            design_weight=weights.get(name, each.design_weight),
            profile=profile,
        )
        for each, name, profile in zip(ballots, named, profiles, strict=True)
    ]
    merges = [
        Merge("stratum", tuple(sorted(old for old, new in strata.items() if new == name)), name, named.count(name))
        for name in sorted(set(strata.values()))
    ]
    merges += [Merge(field, tuple(sorted(dealt[field])), "", dealt[field].total()) for field in asked if field in dealt]
    return Coarse(found, merges)


def dealt_bands(merges: Iterable[Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    """By question, the bands that were dealt out anew somewhere, from merges as they are stored."""
    return {merge["field"]: frozenset(merge["levels"]) for merge in merges if not merge["into"]}


def band_told(dealt: Mapping[str, frozenset[str]], field: str, band: str) -> str:
    """What a stored band tells about one respondent: one that was dealt out anew says no more than that."""
    return REST if band in dealt.get(field, ()) else band


@dataclass(frozen=True)
class _Dealer:
    rng: Random
    fewest: int
    dealt: dict[str, Counter[str]]


def _bands_deal(profiles: list[dict[str, str]], fields: Sequence[str], dealer: _Dealer) -> None:
    """Deal out the bands of too few, question by question, in place."""
    if not fields or not profiles:
        return
    field, groups = fields[0], dict[str, list[dict[str, str]]]()
    for profile in profiles:
        groups.setdefault(profile.get(field, ""), []).append(profile)
    pool = [
        profile
        for band in _pool({band: len(group) for band, group in groups.items()}, dealer.fewest)
        for profile in groups.pop(band)
    ]
    bands = [profile.get(field, "") for profile in pool]
    if len(set(bands)) > 1:
        dealer.dealt.setdefault(field, Counter()).update(bands)
        dealer.rng.shuffle(bands)
        for profile, band in zip(pool, bands, strict=True):
            profile[field] = band
    for group in (*groups.values(), pool):
        _bands_deal(group, fields[1:], dealer)


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


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return fsum(found) / len(found)
