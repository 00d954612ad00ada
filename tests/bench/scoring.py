"""Scoring time and peak memory: 30 units x 40 indicators x 5 ratings per firm, each size in a process of its own."""

import json
import os
import resource
import subprocess
import sys
import time

SIZES = (2_368, 30_000)
UNITS, QUESTIONS, PER_FIRM, SUB_INDICES = 30, 40, 5, 8


def measure() -> None:
    print(
        f"{UNITS} units, {QUESTIONS} indicators, {PER_FIRM} ratings per firm; raking to two margins, 10,000 rank draws"
    )
    print(f"{'responses':>10} {'write':>8} {'read':>8} {'score':>8} {'peak memory':>12}")
    for size in SIZES:
        code = f"from tests.bench.scoring import one; one({size})"
        one_thread = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
        ran = subprocess.run([sys.executable, "-c", code], env=one_thread, capture_output=True, text=True, check=True)
        found = json.loads(ran.stdout)
        seconds = " ".join(f"{found[step]:7.3f}s" for step in ("write", "read", "score"))
        print(f"{size:>10,} {seconds} {found['peak'] / 2**20:>9.0f} MiB")


def one(size: int) -> None:
    """Print the figures of one size as JSON."""
    from scoring.engine.dataset import dataset_read, dataset_write, survey_from_dataset
    from scoring.engine.pipeline import Inputs, score
    from scoring.engine.recipe import recipe_default

    parts = synthetic(size)
    begun = time.perf_counter()
    content = dataset_write(parts)
    written = time.perf_counter()
    del parts
    dataset = dataset_read(content)
    read = time.perf_counter()
    survey, framework = survey_from_dataset(dataset, "departments")
    recipe = recipe_default([framework])
    recipe["weight"] |= {"method": "rake", "margins": ["size", "sector"]}
    result = score(survey, framework, recipe, Inputs(seed=1))
    scored = time.perf_counter()
    assert result.sha256
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"write": written - begun, "read": read - written, "score": scored - read, "peak": peak}))


def synthetic(size: int) -> "DatasetParts":  # noqa: F821 - imported where the time is taken
    """A dataset with unit effects, firm leniency and 6 % non-answers."""
    import numpy as np
    import pandas as pd

    from scoring.engine.dataset import DatasetParts

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
