"""A run with and without the responses that people excluded, unit by unit, from what the run keeps."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scoring.enums import Exclusions
from scoring.models import ScoringRun
from surveys.enums import ExclusionReason


@dataclass(frozen=True)
class Both:
    """A unit without the excluded responses (`n`, `score`, `rank`) and with them (`…_all`); None: no value, no rank."""

    name: str
    n: int
    n_all: int
    score: float | None
    score_all: float | None
    rank: int | None
    rank_all: int | None

    @property
    def gone(self) -> int:
        """Ratings in excluded responses."""
        return self.n_all - self.n

    @property
    def difference(self) -> float | None:
        """What leaving them out does to the score."""
        return None if self.score is None or self.score_all is None else self.score - self.score_all

    @property
    def climb(self) -> int | None:
        """Ranks gained by leaving them out; negative when lost."""
        return None if self.rank is None or self.rank_all is None else self.rank_all - self.rank


@dataclass(frozen=True)
class BothInBlock:
    code: str
    name: str
    rows: tuple[Both, ...]

    @property
    def moved(self) -> int:
        return sum(1 for row in self.rows if row.climb)

    @property
    def farthest(self) -> Both | None:
        """The unit whose rank moves most; None where no rank moves."""
        movers = [row for row in self.rows if row.climb]
        return max(movers, key=lambda row: (abs(row.climb or 0), row.name), default=None)


@dataclass(frozen=True)
class RunExclusions:
    """What a run knows of excluded responses. `leaves_out`: it leaves them out; else it uses them all. `failed`: blocks
    that could not be scored with the other choice of responses; `check` and `thresholds`: of the flags that people
    decided about, None where nothing was checked.
    """

    leaves_out: bool
    responses: int
    reasons: tuple[tuple[str, int], ...]
    blocks: tuple[BothInBlock, ...]
    failed: tuple[str, ...] = ()
    check: int | None = None
    thresholds: Mapping[str, float] = field(default_factory=dict)

    @property
    def excluded(self) -> int:
        return sum(n for _reason, n in self.reasons)


def run_exclusions(
    diagnostics: Mapping[str, Any], blocks: Mapping[str, str], units: Mapping[str, str], *, public: bool = False
) -> RunExclusions | None:
    """From the diagnostics of a run; None where it was computed before responses could be excluded.

    Args:
        blocks, units: names by code, blocks in the order of publication.
        public: only units that take a rank in this run: results of the others are not published.
    """
    facts = diagnostics.get("exclusions")
    if facts is None:
        return None
    own = "rank" if facts["used"] == Exclusions.REVIEWED else "rank_all"
    labels, check = dict(ExclusionReason.choices), facts.get("check") or {}
    return RunExclusions(
        leaves_out=facts["used"] == Exclusions.REVIEWED,
        responses=facts["responses"],
        reasons=tuple((str(labels.get(code, code)), n) for code, n in sorted(facts["reasons"].items())),
        blocks=tuple(
            BothInBlock(
                code,
                name,
                tuple(_row(row, units) for row in _ordered(facts["blocks"][code], own) if row[own] or not public),
            )
            for code, name in blocks.items()
            if code in facts["blocks"]
        ),
        failed=tuple(name for code, name in blocks.items() if code in facts["faults"]),
        check=check.get("number"),
        thresholds=check.get("thresholds", {}),
    )


def _ordered(rows: list[dict[str, Any]], own: str) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (row[own] is None, row[own] or 0, row["unit"]))


def _row(row: Mapping[str, Any], units: Mapping[str, str]) -> Both:
    return Both(units.get(row["unit"], row["unit"]), **{name: value for name, value in row.items() if name != "unit"})


def responses_used(run: ScoringRun) -> tuple[int, int]:
    """Responses and ratings that a run was computed from."""
    data = run.dataset
    if run.responses_counted is not None and run.ratings_counted is not None:
        return run.responses_counted, run.ratings_counted
    if run.exclusions == Exclusions.NONE:
        return data.responses, data.ratings
    return data.responses - (data.excluded or 0), data.ratings - (data.excluded_ratings or 0)
