"""Trials: an edition scored by other choices, stored nowhere, and what moves every unit from one ranking to another."""

import hashlib
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import pandas as pd

from scoring.engine.channels import channels_apply, channels_named
from scoring.engine.checks import EngineError
from scoring.engine.dataset import Dataset as EngineDataset
from scoring.engine.dataset import dataset_read, hard_from_dataset, survey_from_dataset
from scoring.engine.decomposition import EXCLUSIONS, Crossed, decompose
from scoring.engine.pipeline import Inputs, Result, score
from scoring.engine.types import Framework, HardData, Survey
from scoring.frames.exclusions import flagged_of, policy_of, responses_used
from scoring.frames.inputs import history_of
from scoring.frames.results import block_rows
from scoring.models import Recipe, Score, ScoringRun
from scoring.selectors.compare import Cause
from scoring.selectors.runs import BlockKeys, keys_by_block
from surveys.models import Dataset, Edition
from surveys.selectors.datasets import dataset_bytes

Results = Mapping[str, Result]
KEPT = 2
CAUSES = ("values", "goalposts", "weights", "adjustment")
_kept: dict[str, Results] = {}


class DatasetNotAsFrozen(ValueError):
    """The stored file of the dataset has not the hash that it was frozen with."""

    code = "dataset_changed"


@dataclass(frozen=True)
class Side:
    """What a ranking is computed from. `withheld`: codes of units by block; `exclusions`: which responses it uses."""

    edition: Edition
    dataset: Dataset
    recipe: Mapping[str, Any]
    withheld: Mapping[str, tuple[str, ...]]
    exclusions: str


def side_of(run: ScoringRun) -> Side:
    """What a complete run was computed from, with the units that were withheld then."""
    withheld = {block: tuple(codes) for block, codes in run.diagnostics["inputs"]["withheld"].items()}
    return Side(run.edition, run.dataset, run.recipe.content, withheld, policy_of(run))


def trial_side(edition: Edition, dataset: Dataset, recipe: Mapping[str, Any], exclusions: str) -> Side:
    """Other choices for an edition, with the units that are withheld now."""
    keys = keys_by_block(edition)
    return Side(edition, dataset, recipe, {block: known.withheld for block, known in keys.items()}, exclusions)


def side_scored(side: Side) -> Results:
    """The results of every block, without uncertainty: a trial asks what moves, and asks for it at once.

    Raises:
        EngineError: the choices cannot be computed from these data.
        DatasetNotAsFrozen: the file was changed.
    """
    flagged = flagged_of(side.edition, side.exclusions)
    channels = channels_named(side.recipe)
    answers = _answers(side.dataset.pk, side.dataset.sha256, channels, side.exclusions, flagged)
    recipe = deepcopy(dict(side.recipe))
    recipe["uncertainty"] = {**recipe.get("uncertainty", {}), "method": "none"}
    found = {}
    for block, withheld in side.withheld.items():
        survey, framework, hard = answers[block]
        given = Inputs(hard, history_of(side.edition, side.recipe, block), tuple(withheld))
        found[block] = score(survey, framework, recipe, given)
    return found


def run_scored(run: ScoringRun) -> Results:
    """The results of a complete run computed again, as `side_scored`; those of the last runs are kept at hand."""
    found = _kept.get(run.result_sha256)
    if found is None:
        found = side_scored(side_of(run))
        while len(_kept) >= KEPT:
            _kept.pop(next(iter(_kept)), None)
        _kept[run.result_sha256] = found
    return found


@lru_cache(maxsize=KEPT)
def _read(dataset_id: int, sha256: str) -> EngineDataset:
    """A frozen dataset never changes, so the last ones stay read."""
    content = dataset_bytes(Dataset.objects.get(pk=dataset_id))
    if hashlib.sha256(content).hexdigest() != sha256:
        raise DatasetNotAsFrozen(sha256)
    return dataset_read(content)


@lru_cache(maxsize=2 * KEPT)
def _answers(
    dataset_id: int, sha256: str, channels: tuple[str, ...] | None, exclusions: str, flagged: frozenset[int]
) -> dict[str, tuple[Survey, Framework, HardData]]:
    """The answers of every block, of the responses used."""
    counted = channels_apply(_read(dataset_id, sha256), {} if channels is None else {"channels": channels})
    read, found = responses_used(counted, exclusions, flagged), {}
    for block in read.blocks:
        survey, framework = survey_from_dataset(read, block)
        found[block] = (survey, framework, hard_from_dataset(read, framework))
    return found


def trial_scores(side: Side, results: Results) -> dict[int, Score]:
    """Rows of scores that are never saved, by key of the rated unit."""
    run = ScoringRun(edition=side.edition, dataset=side.dataset, recipe=Recipe(content=side.recipe))
    keys: Mapping[str, BlockKeys] = keys_by_block(side.edition)
    rows = (row for block, result in results.items() for row in block_rows(run, result, keys[block]).scores)
    return {row.block_unit_id: row for row in rows}


def causes_of(first: Side, second: Side, before: Results, after: Results) -> dict[int, Cause]:
    """What moved each unit's total between two results of one edition, by key of the rated unit.

    Where they use different responses, each is scored once more with those of the other. A block has no causes that is
    not normalised between goalposts on both sides, or cannot be scored with the responses of the other.
    """
    keys, found, swapped = keys_by_block(second.edition), {}, _Swapped(first, second)
    for block in before.keys() & after.keys():
        one, other = before[block], after[block]
        try:
            crossed = None if _respondents(one) == _respondents(other) else swapped.crossed(block)
            table = decompose(one, other, {code: code for code in keys[block].units}, crossed)
        except EngineError:
            continue
        units = keys[block].units
        for row in table.reindex(columns=["unit", *CAUSES, EXCLUSIONS], fill_value=0.0).to_numpy():
            if not any(pd.isna(part) for part in row[1:]):
                found[units[row[0]]] = Cause(*(float(part) for part in row[1:]))
    return found


@dataclass
class _Swapped:
    """Both sides with each other's responses, scored when first asked for."""

    first: Side
    second: Side

    @cached_property
    def results(self) -> tuple[Results, Results]:
        one, other = self.first, self.second
        return (
            side_scored(replace(one, dataset=other.dataset, exclusions=other.exclusions)),
            side_scored(replace(other, dataset=one.dataset, exclusions=one.exclusions)),
        )

    def crossed(self, block: str) -> Crossed:
        return self.results[0][block], self.results[1][block]


def _respondents(result: Result) -> tuple[str, ...]:
    return () if result.run.survey is None else result.run.survey.respondents
