"""What became of the units since the latest earlier published edition, as plain data kept with a run.

Answers of two editions are never joined to a person, so who answered in both is not known and the samples count as
independent. Businesses that take part twice make the errors of changes too large rather than too small.
"""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pandas as pd

from scoring.engine.change import change
from scoring.engine.channels import channels_apply
from scoring.engine.checks import EngineError, GoalpostsMissing, NotEnoughData
from scoring.engine.dataset import dataset_read, hard_from_dataset, survey_from_dataset
from scoring.engine.decomposition import decompose
from scoring.engine.pipeline import Inputs, Result, score
from scoring.frames.inputs import history_of
from scoring.frames.results import number
from scoring.models import ScoringRun
from scoring.selectors.runs import run_published_before
from surveys.models import Edition
from surveys.selectors.datasets import dataset_bytes
from surveys.selectors.lineage import lineage_between

Facts = dict[str, Any]
TESTED = ("change", "se", "lo", "hi", "p", "p_holm")
PARTS = ("values", "goalposts", "weights", "adjustment")


def changes_since(edition: Edition, results: Mapping[str, Result]) -> dict[str, Facts]:
    """By block, how each unit of unbroken life moved since the newest release of the latest earlier edition.

    Each block has `year`, `result` (the hash of the earlier run), `tested` (whether both editions share goalposts that
    stay, so that a change can be tested) and `units` by code. Empty where nothing was published before, or where the
    earlier answers can no longer be read.
    """
    before = run_published_before(edition)
    if before is None:
        return {}
    lineage = lineage_between(edition, before.edition)
    try:
        earlier = _scored_again(before, set(results) & set(lineage))
    except (EngineError, OSError):
        return {}
    return {
        block: {"year": before.edition.year, "result": before.result_sha256}
        | _block_facts(then, results[block], _ranked_in_both(then, results[block], lineage[block]))
        for block, then in earlier.items()
    }


def _scored_again(run: ScoringRun, blocks: set[str]) -> dict[str, Result]:
    """An earlier run from its own dataset, recipe and inputs."""
    content = dataset_bytes(run.dataset)
    if hashlib.sha256(content).hexdigest() != run.dataset.sha256:
        return {}
    recipe = run.recipe.content
    dataset = channels_apply(dataset_read(content), recipe)
    withheld, found = run.diagnostics["inputs"]["withheld"], {}
    for block in sorted(blocks & set(dataset.blocks)):
        survey, framework = survey_from_dataset(dataset, block)
        history = history_of(run.edition, recipe, block)
        given = Inputs(hard_from_dataset(dataset, framework), history, tuple(withheld[block]), run.seed)
        found[block] = score(survey, framework, recipe, given)
    return found


def _ranked_in_both(before: Result, after: Result, lineage: Mapping[str, str]) -> dict[str, str]:
    """Only units with a public result in both editions: the others must not count among the tests."""
    first, second = (
        {code for code, ranked in zip(each.run.framework.units, each.run.ranking.takes_part, strict=True) if ranked}
        for each in (before, after)
    )
    return {code: then for code, then in lineage.items() if code in second and then in first}


def _block_facts(before: Result, after: Result, lineage: Mapping[str, str]) -> Facts:
    """Tests and parts of the changes of a block; each is left out where it has no meaning."""
    units: dict[str, Facts] = {}
    tested = True
    try:
        _add(units, change(before, after, lineage, confidence=_confidence(after)), TESTED)
    except (GoalpostsMissing, NotEnoughData):
        tested = False
    with suppress(GoalpostsMissing):
        _add(units, decompose(before, after, lineage), ("change", *PARTS))
    return {"tested": tested, "units": units}


def _confidence(result: Result) -> float:
    return float(result.run.recipe["uncertainty"]["confidence"])


def _add(units: dict[str, Facts], table: pd.DataFrame, columns: tuple[str, ...]) -> None:
    for code, *values in table[["unit", *columns]].to_numpy():
        facts = {name: number(value) for name, value in zip(columns, values, strict=True)}
        if facts["change"] is not None:
            units[str(code)] = units.get(str(code), {}) | facts
