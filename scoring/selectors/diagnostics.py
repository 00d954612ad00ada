"""Reads of what was found out about a run after it was complete, and of the work behind it."""

from dataclasses import dataclass
from typing import Any

from accounts.models import Job
from accounts.selectors import jobs_unfinished
from scoring.models import RunDiagnostics, ScoringRun
from scoring.selectors.names import EditionNames

DIAGNOSTICS_JOB = "run_diagnostics"
Facts = dict[str, Any]


@dataclass(frozen=True)
class BlockFacts:
    """What is known about one block: from the run itself, and from its diagnostics where they are there."""

    code: str
    name: str
    names: EditionNames
    recipe: Facts
    run: Facts
    deep: Facts | None

    @property
    def units(self) -> list[Facts]:
        """The units in the order in which the diagnostics list their figures."""
        found: list[Facts] = (self.deep or {}).get("units", [])
        return found

    @property
    def ranked(self) -> list[tuple[int, Facts]]:
        """Place and facts of the units with a rank, best first."""
        places = [(place, unit) for place, unit in enumerate(self.units) if unit["rank"]]
        return sorted(places, key=lambda each: (each[1]["rank"], each[1]["unit"]))

    @property
    def responses(self) -> int:
        return round(self.run["weights"].get("respondents") or 0)

    def part(self, name: str) -> Facts | None:
        """A part of the diagnostics; None until they are computed, or where the part is empty."""
        return (self.deep or {}).get(name) or None

    def known(self, name: str) -> Facts | None:
        """A part whose figures are there."""
        found = self.part(name)
        return None if found is None or "missing" in found else found

    def unit(self, code: str) -> str:
        return self.names.units.get(code, code)

    def named(self, unit: Facts) -> Facts:
        """What heads the row of a unit: code, name, ratings."""
        return {"unit": unit["unit"], "name": self.unit(unit["unit"]), "n": unit["n"]}

    def sub_index(self, code: str) -> str:
        return self.names.sub_indices.get(code, code)

    def indicator(self, code: str) -> str:
        return f"{code} {self.names.indicators[code]}" if code in self.names.indicators else code

    @property
    def sub_index_of(self) -> dict[str, str]:
        """Indicator → its sub-index, in the recipe's order."""
        return {item["code"]: item["sub_index"] for item in self.recipe["blocks"][self.code]["indicators"]}


def blocks_diagnosed(run: ScoringRun, made: RunDiagnostics | None, names: EditionNames) -> list[BlockFacts]:
    """The blocks of a complete run, in order of publication. No query."""
    facts, deep = run.diagnostics["blocks"], {} if made is None else made.content["blocks"]
    return [
        BlockFacts(code, name, names, run.recipe.content, facts[code], deep.get(code))
        for code, name in names.blocks.items()
        if code in facts
    ]


def diagnostics_of(run: ScoringRun) -> RunDiagnostics | None:
    return RunDiagnostics.objects.filter(run=run).first()


def diagnostics_job(run: ScoringRun) -> Job | None:
    """The latest work at the diagnostics of a run."""
    found = Job.objects.filter(kind=DIAGNOSTICS_JOB, arguments__diagnosed=run.pk)
    return found.order_by("-created_at", "-id").first()


def diagnostics_underway(run: ScoringRun) -> bool:
    return jobs_unfinished().filter(kind=DIAGNOSTICS_JOB, arguments__diagnosed=run.pk).exists()
