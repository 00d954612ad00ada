"""Populations whose true scores are known exactly, and samples drawn from them.

Answers are 1..5: the unit's level plus the business's size and sector effect, its leniency and chance, rounded and held
within the scale. What a unit's mean or share is in the whole population then follows from the normal distribution.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from scoring.engine.aggregate import aggregate
from scoring.engine.normalise import normalise
from scoring.engine.options import aggregate_options, normalise_options
from scoring.engine.recipe import framework_from_recipe, recipe_default
from scoring.engine.types import (
    FirmRows,
    FloatArray,
    Framework,
    Indicator,
    RatingRows,
    SubIndex,
    Survey,
    margin_build,
    survey_build,
)

UNITS, INDICATORS, SUB_INDICES, PER_FIRM = 30, 12, 3, 5
BUSINESSES = 20_000
SIZES = {"small": (0.60, 0.40, 0.15), "medium": (0.30, 0.35, 0.0), "large": (0.10, 0.25, -0.45)}
SECTORS = {"trade": (0.45, 0.10), "services": (0.35, -0.05), "industry": (0.20, -0.14)}
NOISE = 0.9


@dataclass(frozen=True)
class Scenario:
    """Firms sampled, how the units' true levels lie, spread of leniency between firms, and the rule for goalposts."""

    firms: int
    units: str
    leniency: float
    goalposts: str


def levels(kind: str) -> FloatArray:
    """True level (U, K) of every unit before rounding: the same pattern of indicators around the unit's own level.

    ``distinct``: evenly spread; ``clustered``: three groups of ten that are tied; ``tied``: all alike but the best and
    the worst unit, which set goalposts.
    """
    place = np.arange(UNITS)
    own = {
        "distinct": 0.9 * (place / (UNITS - 1) - 0.5),
        "clustered": 0.4 * (place // 10 - 1.0),
        "tied": np.where(place == 0, -0.5, np.where(place == UNITS - 1, 0.5, 0.0)),
    }[kind]
    return 3.3 + own[:, None] + 0.5 * np.sin(np.arange(INDICATORS))


def framework() -> Framework:
    """Two thirds of the indicators are means, a third shares of the answers 4 and 5; every third is negative."""
    items = tuple(
        Indicator(
            f"k{k}",
            f"s{k % SUB_INDICES}",
            "negative" if k % 3 == 1 else "positive",
            "share" if k % 3 == 2 else "mean",
            question=f"Q{k}",
            share_of=(4.0, 5.0),
            scale=(0.0, 1.0) if k % 3 == 2 else (1.0, 5.0),
        )
        for k in range(INDICATORS)
    )
    subs = tuple(SubIndex(f"s{s}", weight) for s, weight in enumerate((0.5, 0.3, 0.2)))
    return Framework(tuple(f"u{u:02d}" for u in range(UNITS)), subs, items)


def recipe(goalposts: str, draws: int) -> dict[str, object]:
    """Raked to size and sector, otherwise the defaults."""
    plan = recipe_default([framework()])
    plan["weight"] |= {"method": "rake", "margins": ["size", "sector"]}
    plan["normalise"] |= {"goalposts": goalposts}
    plan["uncertainty"] |= {"draws": draws}
    return plan


def true_totals(scenario: Scenario) -> FloatArray:
    """Totals (U,) if the whole population answered."""
    plan = recipe(scenario.goalposts, 1)
    part = framework_from_recipe(plan, "main", framework().units)
    spread = float(np.hypot(NOISE, scenario.leniency))
    values = np.zeros((UNITS, INDICATORS))
    turned = oriented(levels(scenario.units))
    for size_share, _, size_effect in SIZES.values():
        for sector_share, sector_effect in SECTORS.values():
            centre = turned + size_effect + sector_effect
            chance = 1 - ndtr((np.arange(1.5, 5)[:, None, None] - centre) / spread)
            mean, share = 1 + chance.sum(axis=0), chance[2]
            shares = np.arange(INDICATORS) % 3 == 2
            values += size_share * sector_share * np.where(shares, share, mean)
    points = normalise(values, part, normalise_options(plan)).points
    return aggregate(points, part, aggregate_options(plan)).total


def oriented(level: FloatArray) -> FloatArray:
    """Levels of negative indicators turned round, so that a better unit is better on each."""
    negative = np.arange(INDICATORS) % 3 == 1
    return np.where(negative, 6.6 - level, level)


def sample(scenario: Scenario, rng: np.random.Generator) -> Survey:
    """A stratified sample in which large firms are drawn more often than they occur."""
    drawn = [round(share * scenario.firms) for _, share, _ in SIZES.values()]
    drawn[0] += scenario.firms - sum(drawn)
    stratum = np.repeat(np.arange(len(SIZES)), drawn)
    sector = rng.choice(len(SECTORS), scenario.firms, p=[share for share, _ in SECTORS.values()])
    effect = np.array([e for *_, e in SIZES.values()])[stratum] + np.array([e for _, e in SECTORS.values()])[sector]
    kind = effect + rng.normal(0, scenario.leniency, scenario.firms)
    firm = np.repeat(np.arange(scenario.firms), PER_FIRM)
    unit = np.argsort(rng.random((scenario.firms, UNITS)), axis=1)[:, :PER_FIRM].ravel()
    felt = oriented(levels(scenario.units))[unit] + kind[firm][:, None] + rng.normal(0, NOISE, (len(firm), INDICATORS))
    answers = np.clip(np.round(felt), 1, 5)
    answers[rng.random(answers.shape) < 0.05] = np.nan
    shares = np.array([share for share, *_ in SIZES.values()])
    margins = [
        margin_build(name, list(np.array(list(shares))[code]), {k: BUSINESSES * v[0] for k, v in shares.items()})
        for name, code, shares in (("size", stratum, SIZES), ("sector", sector, SECTORS))
    ]
    base = (BUSINESSES * shares / drawn)[stratum]
    rows = RatingRows(firm, unit, answers, [f"Q{k}" for k in range(INDICATORS)])
    return survey_build(rows, FirmRows(base, stratum, margins))
