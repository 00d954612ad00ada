"""Trials: an edition scored by other choices, stored nowhere, and what moves every unit from one ranking to another."""

import hashlib
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd

from scoring.engine.channels import channels_apply, channels_named
from scoring.engine.checks import GoalpostsMissing
from scoring.engine.dataset import dataset_read, hard_from_dataset, survey_from_dataset
from scoring.engine.decomposition import decompose
from scoring.engine.pipeline import Inputs, Result, score
from scoring.engine.types import Framework, HardData, Survey
from scoring.frames.inputs import history_of
from scoring.frames.results import block_rows
from scoring.models import Recipe, Score, ScoringRun
from scoring.selectors.compare import Cause
from scoring.selectors.runs import BlockKeys, keys_by_block
from surveys.models import Dataset, Edition
from surveys.selectors.datasets import dataset_bytes

Results = Mapping[str, Result]
KEPT = 2
_kept: dict[str, Results] = {}


class DatasetNotAsFrozen(ValueError):
    """The stored file of the dataset has not the hash that it was frozen with."""

    code = "dataset_changed"


@dataclass(frozen=True)
class Side:
    """What a ranking is computed from. Exclusions of responses come as another dataset, or as units withheld.

    `withheld`: codes of units by block.
    """

    edition: Edition
    dataset: Dataset
    recipe: Mapping[str, Any]
    withheld: Mapping[str, tuple[str, ...]]


def side_of(run: ScoringRun) -> Side:
    """What a complete run was computed from, with the units that were withheld then."""
    withheld = {block: tuple(codes) for block, codes in run.diagnostics["inputs"]["withheld"].items()}
    return Side(run.edition, run.dataset, run.recipe.content, withheld)


def trial_side(edition: Edition, dataset: Dataset, recipe: Mapping[str, Any]) -> Side:
    """Other choices for an edition, with the units that are withheld now."""
    keys = keys_by_block(edition)
    return Side(edition, dataset, recipe, {block: known.withheld for block, known in keys.items()})


def side_scored(side: Side) -> Results:
    """The results of every block, without uncertainty: a trial asks what moves, and asks for it at once.

    Raises:
        EngineError: the choices cannot be computed from these data.
        DatasetNotAsFrozen: the file was changed.
    """
    answers = _answers(side.dataset.pk, side.dataset.sha256, channels_named(side.recipe))
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
def _answers(
    dataset_id: int, sha256: str, channels: tuple[str, ...] | None
) -> dict[str, tuple[Survey, Framework, HardData]]:
    """The answers of every block whose channel counts. A frozen dataset never changes: the last ones stay read."""
    content = dataset_bytes(Dataset.objects.get(pk=dataset_id))
    if hashlib.sha256(content).hexdigest() != sha256:
        raise DatasetNotAsFrozen(sha256)
    read, found = channels_apply(dataset_read(content), {} if channels is None else {"channels": channels}), {}
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


def causes_of(edition: Edition, before: Results, after: Results) -> dict[int, Cause]:
    """What moved each unit's total between two results of one edition, by key of the rated unit.

    A block that is not normalised between goalposts on both sides has no causes.
    """
    keys, found = keys_by_block(edition), {}
    for block in before.keys() & after.keys():
        try:
            table = decompose(before[block], after[block], {code: code for code in keys[block].units})
        except GoalpostsMissing:
            continue
        units = keys[block].units
        for code, *parts in table[["unit", "values", "goalposts", "weights", "adjustment"]].to_numpy():
            if not any(pd.isna(part) for part in parts):
                found[units[code]] = Cause(*(float(part) for part in parts))
    return found
