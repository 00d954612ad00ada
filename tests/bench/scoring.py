"""Scoring: seconds and peak memory at three sizes, each in a process of its own, against the targets and the past.

Every figure is the best of several runs: wall time, and processor time of all threads, which other work on the machine
disturbs less. `python -m tests.bench scoring --keep` keeps the figures as those to compare with (before.json).
"""

import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

BEFORE = Path(__file__).with_name("before.json")
SIZES = {3_000: 7, 30_000: 3, 300_000: 2}
TARGETS = {3_000: (0.3, 0.3, None), 30_000: (None, None, 2.0), 300_000: (None, None, 15.0)}
MEMORY = 1000


def measure() -> None:
    before = json.loads(BEFORE.read_text("utf-8")) if BEFORE.exists() else {}
    found: dict[str, dict[str, float]] = {}
    print("30 units, 40 indicators (two thirds means, a third shares), 5 ratings per firm, raked to 3 margins")
    print(f"{'':46} {'wall':>9} {'processor':>10} {'target':>9}   before (wall, processor)")
    for size, runs in SIZES.items():
        _firms(size, runs, found, before)
    for name, kind, limit in (
        ("10,000 weight draws with ranks", "weights", 0.05),
        ("read a dataset of 100,000 ratings", "reading", 1.0),
    ):
        _line(name, _job(kind, runs=5), limit, found, before)
    _line(
        "3,000 firms, a third of indicators medians",
        _job("firms", 3_000, 5, "medians")["together"],
        None,
        found,
        before,
    )
    _units(found)
    _threads()
    if "--keep" in sys.argv:
        BEFORE.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", "utf-8")


def _firms(size: int, runs: int, found: dict[str, Any], before: dict[str, Any]) -> None:
    one = _job("firms", size, runs)
    parts = ("flags", "scores", "analytic", "bootstrap", "together")
    limits = dict(zip(("analytic", "bootstrap", "together"), TARGETS[size], strict=True))
    names = {
        "flags": "signs of careless and copied answers, bursts",
        "scores": "raking to rank sets (10,000 draws)",
        "analytic": "complete analytic run",
        "bootstrap": "bootstrap, 1,000 replicates raked anew",
        "together": "together",
    }
    print(f"{size:,} firms")
    for part in parts:
        _line(f"  {names[part]}", one[part], limits.get(part), found, before, key=f"{size} {part}")
    key = f"{size} peak"
    found[key] = {"wall": one["peak"], "processor": one["peak"]}
    past = f"{before[key]['wall']:,.0f} MB" if key in before else ""
    limit = f"{MEMORY:,} MB" if size == 300_000 else ""
    print(f"  {'peak memory of the process':44} {one['peak']:>6,.0f} MB {'':>10} {limit:>9}   {past}")


def _line(
    name: str,
    one: dict[str, float],
    limit: float | None,
    found: dict[str, Any],
    before: dict[str, Any],
    key: str = "",
) -> None:
    key = key or name
    found[key] = {"wall": one["wall"], "processor": one["processor"]}
    past = f"{before[key]['wall']:8.3f} s {before[key]['processor']:8.3f} s" if key in before else ""
    target = "" if limit is None else f"{limit:.2f} s"
    print(f"{name:46} {one['wall']:7.3f} s {one['processor']:8.3f} s {target:>9}   {past}", flush=True)


def _units(found: dict[str, Any]) -> None:
    """How each step grows from 100 to 200 units: the power of the number of units, by processor time."""
    few, many = (_job("units", units, 5) for units in (100, 200))
    print("6,000 firms, 200 units: processor time, and power by which it grows from 100 units (target: at most 2)")
    for step, seconds in many.items():
        power = f"{_power(few[step], seconds):5.1f}" if seconds > 0.005 else "    –"
        found[f"200 units {step}"] = {"wall": seconds, "processor": seconds}
        print(f"  {step:44} {'':>9} {seconds:8.3f} s {power:>9}")


def _power(few: float, many: float) -> float:
    return math.log2(many / few) if few > 0 and many > 0 else float("nan")


def _threads() -> None:
    """The same results with any number of threads and processors."""
    everywhere = sorted(os.sched_getaffinity(0))
    ways = [(1, everywhere[:1]), (2, everywhere), (4, everywhere)]
    results = {_job("fingerprint", threads, ",".join(map(str, cores)))["sha256"] for threads, cores in ways}
    verdict = "the same" if len(results) == 1 else "NOT THE SAME"
    print(f"results with 1, 2, 4 threads on 1 and {len(everywhere)} processors: {verdict}")


def _job(kind: str, *arguments: Any, runs: int = 0) -> Any:
    """Run a measurement in a process of its own."""
    given = [str(value) for value in (*arguments, *([runs] if runs else []))]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": given[0] if kind == "fingerprint" else "1"}
    command = [sys.executable, "-m", "tests.bench.scoring_jobs", kind, *given]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return json.loads(ran.stdout)
