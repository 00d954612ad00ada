"""The other result beside a run's own: with the excluded responses where it leaves them out, else without them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from scoring.engine.checks import EngineError
from scoring.engine.dataset import Dataset, survey_from_dataset
from scoring.engine.exclusions import (
    REVIEWED,
    exclusion_counts,
    exclusion_table,
    exclusions_apply,
    other_policy,
    without_flagged,
    without_uncertainty,
)
from scoring.engine.pipeline import Inputs, Result, score
from scoring.enums import Counting
from scoring.models import ScoringRun
from surveys.models import Edition, QualityCheck
from surveys.selectors.quality import checks_of, respondents_flagged

TABLE = "exclusions"


def policy_of(run: ScoringRun) -> str:
    """What a run does with excluded responses; runs of before there were any leave out nobody's."""
    return run.exclusions or REVIEWED


def flagged_of(edition: Edition, policy: str) -> frozenset[int]:
    """The respondents that a policy leaves out because of a flag alone: none but by `flagged`."""
    return respondents_flagged(edition) if policy == Counting.FLAGGED else frozenset()


def responses_used(dataset: Dataset, policy: str, flagged: frozenset[int]) -> Dataset:
    """The dataset as a policy uses it; `flagged` are the numbers that `flagged_of` found."""
    return without_flagged(dataset, flagged) if policy == Counting.FLAGGED else exclusions_apply(dataset, policy)


@dataclass(frozen=True)
class Compared:
    """A block by other responses than the run uses: without every flagged one, and with the excluded ones where it
    leaves them out; None where that would be the same. `fault`: why it could not be computed; `check`: number of the
    check that flagged.
    """

    without: Result | None = None
    everything: Result | None = None
    fault: Mapping[str, Any] | None = None
    check: int | None = None


@dataclass(frozen=True)
class OtherResponses:
    """Scores the blocks of a run by the responses that it does not use. `dataset`: all of them."""

    run: ScoringRun
    dataset: Dataset
    flagged: frozenset[int]
    check: int | None

    def compared(self, result: Result, given: Inputs) -> Compared:
        """The same recipe and inputs on other responses, without uncertainty."""
        own = set(responses_used(self.dataset, policy_of(self.run), frozenset()).respondents["respondent"])
        clean = without_flagged(self.dataset, self.flagged)
        try:
            without = None if set(clean.respondents["respondent"]) == own else self._scored(clean, result, given)
            everything = (
                None if len(own) == len(self.dataset.respondents) else self._scored(self.dataset, result, given)
            )
        except EngineError as error:
            return Compared(fault={"code": error.code, "path": error.path, "params": dict(error.params)})
        return Compared(without, everything, check=self.check)

    def _scored(self, dataset: Dataset, result: Result, given: Inputs) -> Result:
        survey, framework = survey_from_dataset(dataset, result.block)
        return score(survey, framework, without_uncertainty(self.run.recipe.content), given)


def _same(one: Dataset, other: Dataset) -> bool:
    """Whether both have the same responses."""
    return one.respondents["respondent"].tolist() == other.respondents["respondent"].tolist()


def other_responses(run: ScoringRun, dataset: Dataset) -> OtherResponses:
    """What the latest check flagged, as a run's diagnostics compare it. Two queries."""
    check = checks_of(run.edition).first()
    return OtherResponses(run, dataset, respondents_flagged(run.edition), check.number if check else None)


@dataclass
class Beside:
    """Collects, block by block, both results; empty where the dataset has nobody excluded."""

    dataset: Dataset
    policy: str
    recipe: Mapping[str, Any]
    check: QualityCheck | None = None
    found: dict[str, pd.DataFrame] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)

    def add(self, result: Result, given: Inputs) -> None:
        """Score the block once more, by the other policy; a fault there is kept and does not stop the run."""
        if not exclusion_counts(self.dataset):
            return
        rest = exclusions_apply(self.dataset, other_policy(self.policy))
        survey, framework = survey_from_dataset(rest, result.block)
        try:
            other = score(survey, framework, without_uncertainty(self.recipe), given)
        except EngineError as error:
            self.faults[result.block] = error.code
            return
        both = (result, other) if self.policy == REVIEWED else (other, result)
        self.found[result.block] = exclusion_table(*both)

    def tables(self, block: str) -> dict[str, pd.DataFrame]:
        """The table of a block for the file of the run, by name."""
        return {TABLE: self.found[block]} if block in self.found else {}

    def used(self) -> dict[str, Any]:
        """Which exclusions the run used: the policy, the responses excluded by reason, and the check behind them."""
        check = {"number": self.check.number, "thresholds": self.check.thresholds} if self.check else None
        return {"used": self.policy, "reasons": exclusion_counts(self.dataset), "check": check}

    def facts(self) -> dict[str, Any]:
        """`used`, all responses, and by block the rows of both results, as plain data."""
        blocks = {block: [_plain(row) for row in table.to_dict("records")] for block, table in self.found.items()}
        return {**self.used(), "responses": len(self.dataset.respondents), "blocks": blocks, "faults": self.faults}


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Absent numbers as None, ranks of 0 as None."""
    plain: dict[str, Any] = {"unit": str(row["unit"])}
    for name in ("n", "n_all"):
        plain[name] = int(row[name])
    for name in ("score", "score_all"):
        plain[name] = float(row[name]) if math.isfinite(row[name]) else None
    for name in ("rank", "rank_all"):
        plain[name] = int(row[name]) or None
    return plain
