"""Run in a process of its own by the measurement: one job, its figures as JSON."""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from scoring.engine.blocks import by_blocks
from scoring.engine.bursts import bursts
from scoring.engine.clean import (
    all_maximum,
    completion_share,
    even_odd,
    excess_by_unit,
    longstring,
    mahalanobis,
    response_variability,
    share_by_unit,
)
from scoring.engine.coded import Coded
from scoring.engine.copies import duplicates, near_duplicates
from scoring.engine.dataset import dataset_read, dataset_write
from scoring.engine.pipeline import Inputs, score
from scoring.engine.resample import bootstrap
from scoring.engine.sensitivity import dirichlet_weights
from scoring.engine.types import Survey
from tests.bench.scoring_data import SUB_INDICES, UNITS, framework, made_survey, recipe, synthetic

Timed = dict[str, float]


def firms(size: str, runs: str, mix: str = "means") -> dict[str, Any]:
    """Flags, scores and bootstrap of so many firms, and the greatest memory."""
    survey, days = made_survey(int(size))
    part = framework(UNITS, medians=mix == "medians")
    plan = recipe(part)
    kept: dict[str, Any] = {}

    def scores() -> None:
        kept["result"] = score(survey, part, plan, Inputs(seed=1))

    found = {
        "flags": best(lambda: flags(survey, days), int(runs)),
        "scores": best(scores, int(runs)),
        "bootstrap": best(lambda: bootstrap(kept["result"].run, 1000, seed=1), int(runs)),
    }
    found["analytic"] = total(found["flags"], found["scores"])
    found["together"] = total(found["analytic"], found["bootstrap"])
    return found | {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6}


def flags(survey: Survey, days: np.ndarray) -> None:
    """Every sign of careless or copied answers, and bursts."""
    answers = Coded(survey.answers, survey.values)
    scales = [list(range(place, answers.shape[1], SUB_INDICES)) for place in range(SUB_INDICES)]
    perfect = np.concatenate(by_blocks(len(answers), lambda rows: row_signs(answers[rows], scales)))
    mahalanobis(answers)
    share_by_unit(perfect, survey.unit, UNITS)
    excess_by_unit(perfect, survey.unit, UNITS)
    duplicates(answers)
    near_duplicates(answers)
    bursts(days[survey.firm], survey.unit, UNITS, np.random.default_rng(1))


def row_signs(answers: np.ndarray, scales: list[list[int]]) -> np.ndarray:
    """The signs that a row shows by itself; which rows give the best answer to everything."""
    completion_share(answers)
    longstring(answers)
    response_variability(answers)
    even_odd(answers, scales)
    return all_maximum(answers, np.full(answers.shape[1], 5.0))


def units(count: str, runs: str) -> dict[str, float]:
    """Processor time of every step with so many units."""
    survey, _ = made_survey(6_000, int(count))
    part = framework(int(count))
    plan = recipe(part)
    steps: dict[str, float] = {}
    result = score(survey, part, plan, Inputs(seed=1))
    for _ in range(int(runs)):
        marks: list[tuple[str, float]] = []
        score(survey, part, plan, Inputs(seed=1), progress=partial(_note, marks))
        for (step, start), (_, stop) in pairwise(marks):
            steps[step] = min(steps.get(step, np.inf), stop - start)
    steps["bootstrap"] = best(lambda: bootstrap(result.run, 250, seed=1), 2)["processor"]
    return steps


def _note(marks: list[tuple[str, float]], step: str, _share: float) -> None:
    marks.append((step, time.process_time()))


def weights(runs: str) -> Timed:
    """Ranks under 10,000 drawn weights."""
    points = np.random.default_rng(1).normal(6, 1, (UNITS, SUB_INDICES))
    return best(lambda: dirichlet_weights(points, framework(UNITS), np.random.default_rng(2)), int(runs))


def reading(runs: str) -> Timed:
    """Reading a frozen dataset of 100,000 ratings from its bytes."""
    content = dataset_write(synthetic(20_000))
    return best(lambda: dataset_read(content), int(runs))


def fingerprint(_threads: str, cores: str) -> dict[str, str]:
    """What a run and its bootstrap give, with so many threads on these processors."""
    os.sched_setaffinity(0, [int(core) for core in cores.split(",")])
    survey, _ = made_survey(20_000)
    part = framework(UNITS, medians=True)
    result = score(survey, part, recipe(part), Inputs(seed=1))
    errors = " ".join(f"{value:.6e}" for value in bootstrap(result.run, 500, seed=1).se)
    return {"sha256": f"{result.sha256} {errors}"}


def best(work: Callable[[], object], runs: int) -> Timed:
    """Least wall time and least processor time of several runs."""
    found = {"wall": np.inf, "processor": np.inf}
    for _ in range(runs):
        wall, processor = time.perf_counter(), time.process_time()
        work()
        found["wall"] = min(found["wall"], time.perf_counter() - wall)
        found["processor"] = min(found["processor"], time.process_time() - processor)
    return found


def total(one: Timed, other: Timed) -> Timed:
    return {key: one[key] + other[key] for key in one}


JOBS: dict[str, Callable[..., Any]] = {
    "firms": firms,
    "units": units,
    "weights": weights,
    "reading": reading,
    "fingerprint": fingerprint,
}

if __name__ == "__main__":
    print(json.dumps(JOBS[sys.argv[1]](*sys.argv[2:])))
