"""`make simulate`: do intervals and rank sets hold what they promise? Samples from populations with known truth.

python -m tests.simulate                 every scenario, 200 samples each
python -m tests.simulate --repeats 1000  more samples, smaller Monte Carlo error
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import partial
from importlib.metadata import version
from itertools import product

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from scoring.engine import VERSION
from scoring.engine.pipeline import Inputs, score
from tests.simulate.population import Scenario, framework, recipe, sample, true_totals

FIRMS, KINDS, RULES = (600, 3000), ("distinct", "clustered", "tied"), ("fixed", "edition")
SCENARIOS = [
    *(Scenario(firms, kind, 0.3, rule) for firms, kind, rule in product(FIRMS, KINDS, RULES)),
    *(Scenario(firms, "clustered", 0.8, rule) for firms, rule in product(FIRMS, RULES)),
]
CLOSE = 1e-9
HEADS = ("bias", "bottom 3", "SE ratio", "interval", "whole table", "one unit", "width")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.simulate")
    parser.add_argument("--repeats", type=int, default=200, help="samples per scenario")
    parser.add_argument("--draws", type=int, default=2000, help="draws of rank sets (a real run uses 10,000)")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print(f"engine {VERSION}, Python {platform.python_version()}, NumPy {version('numpy')}")
    print(f"{given.repeats} samples per row; Monte Carlo error after ±")
    print("30 units, 12 indicators, 5 ratings per firm, raked to size and sector")
    print(f"{'firms':>5} {'units':10} {'lenient':>7} {'goalposts':9} " + " ".join(f"{head:>13}" for head in HEADS))
    begun = time.perf_counter()
    with ProcessPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for number, scenario in enumerate(SCENARIOS):
            one = partial(repeat, scenario, given.draws)
            seeds = [[given.seed, number, turn] for turn in range(given.repeats)]
            print(line(scenario, list(pool.map(one, seeds, chunksize=10))), flush=True)
    print(f"{time.perf_counter() - begun:.0f} s")


def repeat(scenario: Scenario, draws: int, seed: list[int]) -> dict[str, np.ndarray]:
    """One sample: errors of totals, standard errors, and what intervals and rank sets covered."""
    truth = true_totals(scenario)
    survey = sample(scenario, np.random.default_rng(seed))
    table = score(survey, framework(), recipe(scenario.goalposts, draws), Inputs(seed=seed[-1])).scores
    best = 1 + (truth[None, :] > truth[:, None] + CLOSE).sum(axis=1)
    worst = len(truth) - (truth[None, :] < truth[:, None] - CLOSE).sum(axis=1)
    return {
        "error": table.score.to_numpy() - truth,
        "se": table.se.to_numpy(),
        "interval": ((table.lo <= truth) & (truth <= table.hi)).to_numpy(),
        "whole": np.array([((table.rank_lo <= best) & (worst <= table.rank_hi)).all()]),
        "alone": ((table.rank_lo_alone <= best) & (worst <= table.rank_hi_alone)).to_numpy(),
        "width": (table.rank_hi - table.rank_lo + 1).to_numpy(),
    }


def line(scenario: Scenario, found: list[dict[str, np.ndarray]]) -> str:
    stacked = {name: np.array([one[name] for one in found], dtype=float) for name in found[0]}
    bottom = np.argsort(true_totals(scenario), kind="stable")[:3]
    spread = stacked["error"].std(axis=0, ddof=1)
    moves = spread > CLOSE
    cells = [
        mean(stacked["error"], "6.2f"),
        mean(stacked["error"][:, bottom], "6.2f"),
        f"{(stacked['se'].mean(axis=0)[moves] / spread[moves]).mean():13.3f}",
        *(mean(100 * stacked[name], "6.1f") for name in ("interval", "whole", "alone")),
        f"{stacked['width'].mean():13.1f}",
    ]
    told = asdict(scenario)
    return f"{told['firms']:5} {told['units']:10} {told['leniency']:7} {told['goalposts']:9} " + " ".join(cells)


def mean(values: np.ndarray, form: str) -> str:
    """Mean over samples and units with its Monte Carlo error, samples being independent and units not."""
    each = values.mean(axis=1)
    return f"{each.mean():{form}} ±{each.std(ddof=1) / np.sqrt(len(each)):5.2f}".rjust(13)


if __name__ == "__main__":
    main()
