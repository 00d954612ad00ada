"""Scoring: seconds and peak memory at three sizes, each in a process of its own, against the targets and the past.

Every figure is the best of several runs: wall time, which the targets are about, and processor time of all threads,
which other work on the machine disturbs less. Before: processor time of an earlier commit on a machine of the same
kind (before.json); `python -m tests.bench scoring --keep` replaces it by today's.
"""

import json
import math
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

BEFORE = Path(__file__).with_name("before.json")
SIZES = {3_000: 7, 30_000: 3, 300_000: 2}
LIMITS = {"3000 analytic": 0.3, "3000 bootstrap": 0.3, "30000 together": 2.0, "300000 together": 15.0}
MEMORY = 1000
NAMES = {
    "flags": "signs of careless and copied answers, bursts",
    "scores": "raking to rank sets (10,000 draws)",
    "analytic": "complete analytic run",
    "bootstrap": "bootstrap, 1,000 replicates raked anew",
    "together": "together",
}


@dataclass
class Report:
    """Prints each figure beside its target and what it was; keeps it."""

    before: dict[str, Any]
    processor: dict[str, float] = field(default_factory=dict)
    peak: dict[str, float] = field(default_factory=dict)

    def line(self, key: str, one: dict[str, float], name: str = "", limit: float | None = None) -> None:
        self.processor[key] = round(one["processor"], 4)
        past = self.before.get("processor", {}).get(key)
        told = "" if past is None else f"{past:8.3f} s"
        target = "" if limit is None else f"≤ {limit:.2f} s"
        wall = "" if math.isnan(one["wall"]) else f"{one['wall']:.3f} s"
        figures = f"{wall:>10} {one['processor']:9.3f} s {target:>9} {told:>11}"
        print(f"{name or key:48} {figures}", flush=True)

    def memory(self, size: int, peak: float) -> None:
        self.peak[str(size)] = round(peak)
        past = self.before.get("peak", {}).get(str(size))
        told = "" if past is None else f"{past:,} MB"
        target = f"≤ {MEMORY:,} MB" if size == max(SIZES) else ""
        print(f"{'  peak memory of the process':48} {peak:7,.0f} MB {'':11} {target:>9} {told:>11}", flush=True)


def measure() -> None:
    before = json.loads(BEFORE.read_text("utf-8")) if BEFORE.exists() else {}
    report = Report(before)
    print("30 units, 40 indicators (two thirds means, a third shares), 5 ratings per firm, raked to 3 margins")
    print(f"before: processor time of commit {before.get('commit', '–')}")
    print(f"{'':48} {'wall':>10} {'processor':>11} {'target':>9} {'before':>11}")
    for size, runs in SIZES.items():
        print(f"{size:,} firms")
        one = _job("firms", size, runs=runs)
        for part, name in NAMES.items():
            report.line(f"{size} {part}", one[part], f"  {name}", LIMITS.get(f"{size} {part}"))
        report.memory(size, one["peak"])
    report.line("3,000 firms, a third of indicators medians", _job("firms", 3_000, "medians", runs=5)["together"])
    report.line("10,000 weight draws with ranks", _job("weights", runs=9), limit=0.05)
    report.line("read a dataset of 100,000 ratings", _job("reading", runs=5), limit=1.0)
    _units(report)
    _threads()
    if "--keep" in sys.argv:
        kept = {"commit": _commit(), "processor": report.processor, "peak": report.peak}
        BEFORE.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")


def _units(report: Report) -> None:
    """How each step grows with units: the power of their number, by processor time."""
    few, many = (_job("units", units, runs=5) for units in (100, 200))
    print("200 units, 6,000 firms: power by which each step grows from 100 units on (target: at most 2)")
    for step, seconds in many.items():
        power = math.log2(seconds / few[step]) if few[step] > 0.002 and seconds > 0 else math.nan
        told = "too short to tell" if math.isnan(power) else f"power {power:.1f}"
        report.line(f"200 units {step}", {"wall": math.nan, "processor": seconds}, f"  {step}: {told}")


def _threads() -> None:
    """The same results with any number of threads and processors."""
    everywhere = sorted(os.sched_getaffinity(0))
    ways = [(1, everywhere[:1]), (2, everywhere), (4, everywhere)]
    results = {_job("fingerprint", threads, ",".join(map(str, cores)))["sha256"] for threads, cores in ways}
    verdict = "the same" if len(results) == 1 else "NOT THE SAME"
    print(f"results with 1, 2, 4 threads on 1 and {len(everywhere)} processors (target: the same): {verdict}")


def _job(kind: str, *arguments: Any, runs: int = 0) -> Any:
    """Run a measurement in a process of its own."""
    given = [str(value) for value in arguments]
    if runs:
        given.insert(1, str(runs))
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": given[0] if kind == "fingerprint" else "1"}
    command = [sys.executable, "-m", "tests.bench.scoring_jobs", kind, *given]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return json.loads(ran.stdout)


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
