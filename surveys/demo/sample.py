"""Whom to invite: a stratified sample of businesses that do not exist, with design weights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from surveys.enums import RespondentType
from surveys.services.invitations import Guest
from surveys.workbook import EditionContent

Floats = npt.NDArray[np.float64]

NAMES = {
    RespondentType.ENTERPRISE: "Công ty mô phỏng",
    RespondentType.COOPERATIVE: "Hợp tác xã mô phỏng",
    RespondentType.HOUSEHOLD: "Hộ kinh doanh mô phỏng",
}
# Relative chances of being drawn: few cooperatives exist, and households answer about one locality only.
DRAWN = {RespondentType.ENTERPRISE: 2.0, RespondentType.COOPERATIVE: 3.0, RespondentType.HOUSEHOLD: 1.0}
# How sizes, lines of business and ages lean by type of business (times the margin, then scaled to 1).
LEANINGS: Mapping[str, Mapping[str, Mapping[str, float]]] = {
    "size": {
        RespondentType.ENTERPRISE: {"micro": 0.84, "small": 1.43, "medium": 1.5, "large": 1.55},
        RespondentType.COOPERATIVE: {"micro": 0.5, "small": 2.5, "medium": 2.0, "large": 1.0},
        RespondentType.HOUSEHOLD: {"micro": 1.33, "small": 0.1, "medium": 0.01, "large": 0.001},
    },
    "sector": {
        RespondentType.ENTERPRISE: {"agriculture": 0.5, "industry": 1.2, "construction": 1.4},
        RespondentType.COOPERATIVE: {"agriculture": 12.0, "industry": 0.4, "construction": 0.2},
        RespondentType.HOUSEHOLD: {"agriculture": 0.7, "industry": 0.7, "construction": 0.3, "trade": 1.3},
    },
}


@dataclass(frozen=True)
class Business:
    """A simulated business: its bands by profile question."""

    profile: Mapping[str, str]
    guest: Guest

    @property
    def type(self) -> str:
        return self.profile["type"]

    @property
    def locality(self) -> str:
        return self.profile.get("locality", "")


def sample_drawn(content: EditionContent, size: int, rng: np.random.Generator) -> list[Business]:
    """`size` businesses from strata of type by locality; the design weight is population over sample of a stratum."""
    strata = _strata(content)
    drawn = _shared([people * DRAWN[RespondentType(kind)] for (kind, _locality), people in strata.items()], size)
    businesses = []
    for ((kind, locality), people), count in zip(strata.items(), drawn, strict=True):
        places = [("locality", locality), ("type", kind)] if locality else [("type", kind)]
        columns = {field.code: _bands(content, field.code, kind, locality, count, rng) for field in content.profile}
        for place in range(count):
            profile = {code: values[place] for code, values in columns.items()}
            stratum = " · ".join(_label(content, field, code) for field, code in places)
            businesses.append((profile, stratum, people / count))
    order = rng.permutation(len(businesses))
    return [_business(number, *businesses[place]) for number, place in enumerate(order, 1)]


def population_drawn(content: EditionContent, size: int, rng: np.random.Generator) -> list[dict[str, str]]:
    """Profiles of a whole population of `size`, in random order, in the proportions of the edition's margins."""
    strata = _strata(content)
    profiles: list[dict[str, str]] = []
    for (kind, locality), count in zip(strata, _shared(list(strata.values()), size), strict=True):
        columns = {field.code: _bands(content, field.code, kind, locality, count, rng) for field in content.profile}
        profiles += [{code: values[place] for code, values in columns.items()} for place in range(count)]
    return [profiles[place] for place in rng.permutation(len(profiles))]


def _label(content: EditionContent, field: str, code: str) -> str:
    """The Vietnamese words of an option, as an association would name a stratum in its list."""
    options = (option for each in content.profile if each.code == field for option in each.options)
    return next((option.vi for option in options if str(option.value) == code), code)


def _business(number: int, profile: dict[str, str], stratum: str, weight: float) -> Business:
    name = f"{NAMES[RespondentType(profile['type'])]} {number:04d}"
    return Business(profile, Guest(name=name, stratum=stratum, design_weight=weight))


def _counts(content: EditionContent, field: str) -> dict[str, float]:
    """Population by option of a profile question; equal shares where there are no margins."""
    options = [str(option.value) for each in content.profile if each.code == field for option in each.options]
    given = {margin.option: float(margin.count) for margin in content.margins if margin.field == field}
    return {option: given.get(option, 0.0) if given else 1000.0 for option in options}


def _strata(content: EditionContent) -> dict[tuple[str, str], float]:
    """Population by type and locality, both margins kept."""
    types, localities = _counts(content, "type"), _counts(content, "locality") or {"": 1.0}
    total = sum(localities.values())
    strata: dict[tuple[str, str], float] = {}
    for kind, people in types.items():
        shares = _shared([people * count / total for count in localities.values()], round(people))
        strata |= {(kind, locality): float(share) for locality, share in zip(localities, shares, strict=True) if share}
    return strata


def _shared(claims: Sequence[float], total: int) -> list[int]:
    """`total` divided in proportion to the claims, by largest remainders."""
    exact = np.array(claims) * total / max(sum(claims), 1e-12)
    shares = np.floor(exact).astype(int)
    for place in np.argsort(shares - exact, kind="stable")[: total - int(shares.sum())]:
        shares[place] += 1
    return [int(share) for share in shares]


def _bands(
    content: EditionContent, field: str, kind: str, locality: str, count: int, rng: np.random.Generator
) -> list[str]:
    if field == "type":
        return [kind] * count
    if field == "locality" and locality:
        return [locality] * count
    counts = _counts(content, field)
    leaning = LEANINGS.get(field, {}).get(kind, {})
    chances = np.array([people * leaning.get(option, 1.0) for option, people in counts.items()])
    return [str(band) for band in rng.choice(list(counts), size=count, p=chances / chances.sum())]
