"""Made-up answers with unit effects, lenient and severe firms and 6 % missing answers."""

import numpy as np
import pandas as pd

from scoring.engine.dataset import DatasetParts
from scoring.engine.recipe import recipe_default
from scoring.engine.types import Framework, Indicator, SubIndex, Survey, margin_build

UNITS, QUESTIONS, PER_FIRM, SUB_INDICES, DAYS = 30, 40, 5, 8, 30
LEVELS = {"size": 3, "sector": 6, "locality": 10}


def made_survey(size: int, units: int = UNITS) -> tuple[Survey, np.ndarray]:
    """Answers 1..5 of so many firms, as coded in memory, and the day (F,) on which each firm answered."""
    rng = np.random.default_rng(1)
    firm = np.repeat(np.arange(size), PER_FIRM)
    first = rng.integers(0, units, size)
    steps = np.cumsum(rng.integers(1, units // PER_FIRM, (size, PER_FIRM)), axis=1)
    unit = ((first[:, None] + steps) % units).ravel()
    order = np.lexsort((firm, unit))
    firm, unit = firm[order], unit[order]
    kind = rng.normal(0, 0.08, size)
    answers = np.empty((len(firm), QUESTIONS), dtype=np.uint8)
    for start in range(0, len(firm), 20_000):
        rows = slice(start, start + 20_000)
        lean = 0.5 + 0.3 * (unit[rows] / units - 0.5) + kind[firm[rows]]
        part = 1 + rng.binomial(4, np.clip(lean, 0.05, 0.95)[:, None], (len(lean), QUESTIONS))
        answers[rows] = np.where(rng.random(part.shape) < 0.06, 0, part)
    codes = {name: rng.integers(0, levels, size) for name, levels in LEVELS.items()}
    margins = tuple(
        margin_build(name, [str(code) for code in found], dict.fromkeys(map(str, range(levels)), 5 * size / levels))
        for (name, levels), found in zip(LEVELS.items(), codes.values(), strict=True)
    )
    survey = Survey(
        stratum=codes["size"],
        base_weight=np.full(size, 5.0),
        firm=firm,
        unit=unit,
        answers=answers,
        values=np.tile([np.nan, 1.0, 2.0, 3.0, 4.0, 5.0], (QUESTIONS, 1)),
        questions=tuple(f"Q{place:02d}" for place in range(QUESTIONS)),
        margins=margins,
        respondents=tuple(str(place) for place in range(1, size + 1)),
    )
    return survey, rng.integers(0, DAYS, size)


def framework(units: int, *, medians: bool = False) -> Framework:
    """Two thirds means and a third shares, or a third each of means, shares and medians."""
    kinds = ("mean", "share", "median") if medians else ("mean", "share", "mean")
    items = tuple(
        Indicator(
            f"I{place:02d}",
            f"s{place % SUB_INDICES}",
            "negative" if place % 3 == 0 else "positive",
            kinds[place % 3],
            question=f"Q{place:02d}",
            share_of=(4.0, 5.0),
            min_n=5,
            scale=(1.0, 5.0),
        )
        for place in range(QUESTIONS)
    )
    subs = tuple(SubIndex(f"s{place}", 1 / SUB_INDICES) for place in range(SUB_INDICES))
    return Framework(tuple(f"u{place:03d}" for place in range(units)), subs, items, block="departments")


def recipe(part: Framework) -> dict[str, object]:
    """The default recipe, raked to three margins."""
    plan = recipe_default([part])
    plan["weight"] |= {"method": "rake", "margins": list(LEVELS)}
    return plan


def synthetic(size: int) -> DatasetParts:
    """A dataset with unit effects, firm leniency and 6 % non-answers."""
    rng = np.random.default_rng(1)
    codes = [f"Q{number:02d}" for number in range(QUESTIONS)]
    framework = {
        "edition": {"code": "bench", "title_vi": "Đo", "title_en": "Bench"},
        "blocks": [{"code": "departments", "title_vi": "Sở", "title_en": "Departments"}],
        "units": [
            {"code": f"u{u:02d}", "block": "departments", "title_vi": f"Sở {u}", "title_en": f"Department {u}"}
            for u in range(UNITS)
        ],
        "sub_indices": [
            {"code": f"s{s}", "title_vi": f"S{s}", "title_en": f"S{s}", "weights": {"departments": 1}}
            for s in range(SUB_INDICES)
        ],
        "groups": [],
        "indicators": [indicator(code, place) for place, code in enumerate(codes)],
        "questions": [
            {"code": code, "scale": {"kind": "ordinal"}, "title_vi": code, "title_en": code} for code in codes
        ],
    }
    margins = {"size": rng.integers(0, 3, size), "sector": rng.integers(0, 6, size)}
    respondents = pd.DataFrame(
        {
            "respondent": np.arange(1, size + 1),
            **{name: [f"{name}{value}" for value in values] for name, values in margins.items()},
            "stratum": [f"size{value}" for value in margins["size"]],
            "base_weight": 5.0,
        }
    )
    firm = np.repeat(np.arange(size), PER_FIRM)
    unit = np.argsort(rng.random((size, UNITS)), axis=1)[:, :PER_FIRM].ravel()
    lean = 0.5 + 0.01 * (unit - UNITS / 2)[:, None] + rng.normal(0, 0.08, size)[firm][:, None]
    answers = 1.0 + rng.binomial(3, np.clip(lean, 0.05, 0.95), (firm.size, QUESTIONS))
    answers[rng.random(answers.shape) < 0.06] = np.nan
    ratings = pd.DataFrame(answers, columns=codes)
    ratings.insert(0, "respondent", firm + 1)
    ratings.insert(1, "unit", [f"u{place:02d}" for place in unit])
    ratings.insert(2, "satisfaction", 7)
    population = pd.DataFrame(
        [
            {"block": "", "margin": name, "level": f"{name}{value}", "N": 5 * size / (values.max() + 1)}
            for name, values in margins.items()
            for value in range(values.max() + 1)
        ]
    )
    hard = pd.DataFrame(columns=["unit", "indicator", "value", "source", "period", "dossiers"])
    return DatasetParts(framework, respondents, ratings, hard, population)


def indicator(code: str, place: int) -> dict[str, object]:
    return {
        "code": f"I{code}",
        "sub_index": f"s{place % SUB_INDICES}",
        "blocks": ["departments"],
        "group": None,
        "direction": "negative" if place % 3 == 0 else "positive",
        "statistic": ("mean", "share", "median")[place % 3],
        "weight": 1,
        "question": code,
        "share_of": [3, 4] if place % 3 == 1 else [],
        "min_n": 5,
        "scale": [0, 1] if place % 3 == 1 else [1, 4],
        "target": None,
        "title_vi": code,
        "title_en": code,
    }
