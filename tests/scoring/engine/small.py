"""Small made-up surveys."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from scoring.engine.aggregate import aggregate
from scoring.engine.measure import measure
from scoring.engine.normalise import normalise
from scoring.engine.options import aggregate_options, normalise_options
from scoring.engine.pipeline import Run
from scoring.engine.recipe import recipe_default
from scoring.engine.types import (
    FirmRows,
    Framework,
    Indicator,
    RatingRows,
    SubIndex,
    Survey,
    margin_build,
    survey_build,
)

STATISTICS = ("mean", "mean", "share", "median")


def framework(units: int = 5, indicators: int = 4, min_n: int = 1) -> Framework:
    items = tuple(
        Indicator(
            f"k{k}",
            f"s{k % 2}",
            "negative" if k % 3 == 1 else "positive",
            STATISTICS[k % 4],
            question=f"Q{k}",
            share_of=(4.0, 5.0),
            min_n=min_n,
            scale=(1.0, 5.0),
        )
        for k in range(indicators)
    )
    subs = (SubIndex("s0", 0.6), SubIndex("s1", 0.4))
    return Framework(tuple(f"u{u}" for u in range(units)), subs, items)


def rows(firms: int = 120, units: int = 5, indicators: int = 4, seed: int = 3) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    firm = np.repeat(np.arange(firms), 2)
    unit = (np.repeat(rng.integers(0, units, firms), 2) + np.tile([0, 1], firms)) % units
    level = np.linspace(2.5, 3.5, units)[unit][:, None]
    answers = np.clip(np.round(level + rng.normal(size=(len(firm), indicators))), 1, 5)
    answers[rng.random(answers.shape) < 0.05] = np.nan
    return {"firm": firm, "unit": unit, "answers": answers, "questions": [f"Q{k}" for k in range(indicators)]}


def survey(firms: int = 120, units: int = 5, indicators: int = 4, seed: int = 3, **changes: Any) -> Survey:
    rng = np.random.default_rng(seed + 1)
    size = rng.choice(["small", "large"], firms, p=[0.7, 0.3])
    sector = rng.choice(["trade", "industry", "services"], firms)
    margins = [
        margin_build("size", list(size), {"small": 800, "large": 200}),
        margin_build("sector", list(sector), {"trade": 500, "industry": 200, "services": 300}),
    ]
    given = rows(firms, units, indicators, seed) | changes
    return survey_build(RatingRows(**given), FirmRows(np.full(firms, 1000 / firms), rng.integers(0, 4, firms), margins))


def jackknife(run: Run) -> tuple[np.ndarray, np.ndarray]:
    """Standard errors of points (U, K) and totals (U,) by leaving out each firm in turn, weights as they are."""
    assert run.survey is not None
    assert run.weighting is not None
    data, part, firms = run.survey, run.framework, run.survey.n_firms
    points, totals = [], []
    for firm in range(firms):
        keep = data.firm != firm
        rest = replace(data, firm=data.firm[keep], unit=data.unit[keep], answers=data.answers[keep], satisfaction=None)
        values = measure(rest, part, run.weighting.weights).values
        points.append(normalise(values, part, normalise_options(run.recipe)).points)
        totals.append(aggregate(points[-1], part, aggregate_options(run.recipe)).total)
    spread = [np.array(each) - np.mean(each, axis=0) for each in (points, totals)]
    errors = [np.sqrt((firms - 1) / firms * np.square(each).sum(axis=0)) for each in spread]
    return errors[0], errors[1]


def recipe(part: Framework, **parts: dict[str, Any]) -> dict[str, Any]:
    """The default recipe with light minimum numbers and few draws; ``parts`` change single settings."""
    data = recipe_default([part])
    changes = {"measure": {"min_n": 1, "min_ratings": 1}, "uncertainty": {"draws": 1000}}
    for name, settings in (changes | parts).items():
        data[name] = data[name] | settings
    return data
