"""Computing a run: the file of the dataset goes in, scores, tables, diagnostics and hashes come out."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.services import Progress, audit
from ddci.core.errors import NotNow, Refusal
from scoring.engine.channels import channel_counts, channels_apply
from scoring.engine.checks import EngineError
from scoring.engine.dataset import (
    Dataset,
    canonical_json,
    dataset_read,
    hard_from_dataset,
    survey_from_dataset,
)
from scoring.engine.exclusions import exclusions_apply
from scoring.engine.pipeline import Inputs, Result, score
from scoring.enums import RunState
from scoring.frames.archive import tables_zip
from scoring.frames.changes import changes_since
from scoring.frames.diagnostics import block_diagnostics
from scoring.frames.exclusions import Beside, policy_of
from scoring.frames.inputs import history_of
from scoring.frames.results import BlockRows, block_rows
from scoring.models import IndicatorScore, Score, ScoringRun, SubIndexScore
from scoring.selectors.runs import BlockKeys, keys_by_block
from scoring.sentences import fault_sentence, step_words
from scoring.services.diagnostics import diagnostics_follow
from surveys.enums import EditionState
from surveys.models import Edition
from surveys.selectors.datasets import dataset_bytes
from surveys.selectors.quality import check_behind
from surveys.services.editions import edition_advance

ROWS_AT_ONCE = 500


class RunNotWaiting(NotNow):
    code = "run_not_waiting"
    sentence = _("This run was computed before; start a new one.")


class RunFailed(NotNow):
    code = "run_failed"
    sentence = _("The run failed. %(sentence)s")


class DatasetChanged(NotNow):
    code = "dataset_changed"
    sentence = _("The file of the dataset is not the one that was frozen.")


class RunNotRepeatable(NotNow):
    code = "run_not_repeatable"
    sentence = _(
        "This run can no longer be repeated to its hash: the engine or an earlier edition has changed since."
        " Start a new run."
    )


@dataclass(frozen=True)
class RunOutcome:
    """Block by block: what the engine found, and what it was given beside the dataset and the recipe."""

    results: Mapping[str, Result]
    keys: Mapping[str, BlockKeys]
    inputs: Mapping[str, Any]
    histories: Mapping[str, Mapping[str, Mapping[str, list[float]]]]
    given: Mapping[str, Inputs]
    beside: Beside
    changes: Mapping[str, Any]


def run_execute(*, run_id: int, progress: Progress, clock: Callable[[], datetime]) -> ScoringRun:
    """Compute a waiting run and store its result; a failure is recorded with the run and rises.

    The result depends on the dataset's bytes, the recipe, the exclusions, the seed, the engine's version, and on two
    inputs that are kept with it: which units are withheld and which earlier values the goalposts read. Where the
    dataset has excluded responses, scores and ranks with and without them are kept beside each other.

    Raises:
        RunNotWaiting: it was computed before.
        RunFailed: the engine or the stored file refused; the sentence says why.
    """
    if not ScoringRun.objects.filter(pk=run_id, state=RunState.WAITING).update(state=RunState.RUNNING):
        raise RunNotWaiting
    run = ScoringRun.objects.select_related("edition__province", "dataset", "recipe", "started_by").get(pk=run_id)
    try:
        return _stored(run, _computed(run, keys_by_block(run.edition), progress), clock())
    except (EngineError, OSError, Refusal) as error:
        fault = _fault(error)
        _run_fail(run, fault, clock())
        raise RunFailed(sentence=fault_sentence(fault)) from error
    except Exception:
        _run_fail(run, {"code": "unexpected", "path": "", "params": {}}, clock())
        raise


def run_repeat(*, run: ScoringRun, progress: Progress) -> RunOutcome:
    """Compute a complete run once more, with the units that were withheld then; nothing is stored.

    Raises:
        RunNotRepeatable: the outcome is not the stored one to the hash.
        DatasetChanged: the stored file is another one.
        EngineError: a verb refuses.
    """
    withheld = run.diagnostics["inputs"]["withheld"]
    keys = {
        block: replace(known, withheld=tuple(withheld[block])) for block, known in keys_by_block(run.edition).items()
    }
    outcome = _computed(run, keys, progress)
    stored = {block: facts["sha256"] for block, facts in run.diagnostics["blocks"].items()}
    if {block: result.sha256 for block, result in outcome.results.items()} != stored:
        raise RunNotRepeatable
    return outcome


def _computed(run: ScoringRun, keys: Mapping[str, BlockKeys], progress: Progress) -> RunOutcome:
    whole = _dataset_of(run)
    dataset = channels_apply(whole, run.recipe.content)
    used = exclusions_apply(dataset, policy_of(run))
    beside = Beside(dataset, policy_of(run), run.recipe.content, check_behind(run.dataset))
    results, histories, inputs = {}, {}, {}
    for place, (block, known) in enumerate(keys.items()):

        def tell(step: str, share: float, place: int = place, name: str = known.name) -> None:
            words = _now("%(block)s: %(step)s") % {"block": name, "step": step_words(step)}
            progress(round(100 * (place + share) / len(keys)), 100, words)

        survey, framework = survey_from_dataset(used, block)
        histories[block] = history_of(run.edition, run.recipe.content, block)
        inputs[block] = Inputs(hard_from_dataset(used, framework), histories[block], known.withheld, run.seed)
        results[block] = score(survey, framework, run.recipe.content, inputs[block], progress=tell)
        beside.add(results[block], inputs[block])
    counts = channel_counts(whole, run.recipe.content)
    kept = {
        "counted": [len(used.respondents), len(used.rating_unit)],
        "channels": {"counted": dict(counts.counted), "left_out": dict(counts.left_out)},
        "withheld": {block: list(known.withheld) for block, known in keys.items()},
        "history": {block: sorted(history) for block, history in histories.items()},
    }
    return RunOutcome(results, keys, kept, histories, inputs, beside, changes_since(run.edition, results))


def _dataset_of(run: ScoringRun) -> Dataset:
    content = dataset_bytes(run.dataset)
    if hashlib.sha256(content).hexdigest() != run.dataset.sha256:
        raise DatasetChanged
    return dataset_read(content)


@transaction.atomic
def _stored(run: ScoringRun, outcome: RunOutcome, now: datetime) -> ScoringRun:
    """Rows, tables, diagnostics and hashes at once; from here on the run cannot change."""
    blocks = [block_rows(run, result, outcome.keys[block]) for block, result in outcome.results.items()]
    _insert(blocks)
    hashes = {block: result.sha256 for block, result in outcome.results.items()}
    run.result_sha256 = hashlib.sha256(canonical_json([run.dataset.sha256, hashes]).encode()).hexdigest()
    content = tables_zip(
        _manifest(run, outcome),
        run.recipe.content,
        {block: {**result.tables, **outcome.beside.tables(block)} for block, result in outcome.results.items()},
    )
    run.tables_sha256 = hashlib.sha256(content).hexdigest()
    name = f"{run.edition.province.slug}-{run.edition.year}-run-{run.number}-{run.tables_sha256[:12]}.zip"
    run.tables.save(name, ContentFile(content), save=False)
    run.diagnostics = {
        "inputs": outcome.inputs,
        "exclusions": outcome.beside.facts(),
        "blocks": {
            block: block_diagnostics(result) | {"change": outcome.changes.get(block)}
            for block, result in outcome.results.items()
        },
    }
    run.responses_counted, run.ratings_counted = outcome.inputs["counted"]
    run.state, run.completed_at = RunState.COMPLETE, now
    run.save()
    states = (str(RunState.RUNNING), str(RunState.COMPLETE))
    province, note = run.edition.province, run.result_sha256
    audit(action="run.complete", subject=run, by=run.started_by, now=now, province=province, states=states, note=note)
    # Read again under a lock: another first run of the edition may have been stored while this one was computed.
    edition = Edition.objects.select_for_update().get(pk=run.edition_id)
    if edition.state == EditionState.FROZEN:
        edition_advance(edition=edition, to=EditionState.SCORED, by=run.started_by, now=now)
    diagnostics_follow(run=run, by=run.started_by, now=now)
    return run


def _insert(blocks: list[BlockRows]) -> None:
    Score.objects.bulk_create([row for block in blocks for row in block.scores], ROWS_AT_ONCE)
    SubIndexScore.objects.bulk_create([row for block in blocks for row in block.sub_indices], ROWS_AT_ONCE)
    IndicatorScore.objects.bulk_create([row for block in blocks for row in block.indicators], ROWS_AT_ONCE)


def _manifest(run: ScoringRun, outcome: RunOutcome) -> dict[str, Any]:
    return {
        "edition": {"province": run.edition.province.slug, "year": run.edition.year},
        "simulated": run.edition.is_simulated,
        "dataset_sha256": run.dataset.sha256,
        "recipe_sha256": run.recipe.sha256,
        "seed": run.seed,
        "engine_version": run.engine_version,
        "inputs": outcome.inputs,
        "exclusions": outcome.beside.used(),
        "blocks": {block: result.sha256 for block, result in outcome.results.items()},
        "result_sha256": run.result_sha256,
    }


def _fault(error: Exception) -> dict[str, Any]:
    """A foreseen failure as data, so that it can be said in the language of whoever reads it."""
    if isinstance(error, EngineError):
        params = {name: value if isinstance(value, (int, str)) else str(value) for name, value in error.params.items()}
        return {"code": error.code, "path": error.path, "params": params}
    if isinstance(error, Refusal):
        return {"code": error.code, "path": "", "params": {}}
    return {"code": "dataset_unreadable", "path": "", "params": {}}


@transaction.atomic
def _run_fail(run: ScoringRun, fault: dict[str, Any], now: datetime) -> None:
    """Record why there is no result; nothing of a half-stored result is left."""
    kept = ScoringRun.objects.select_for_update().get(pk=run.pk)
    kept.state, kept.completed_at = RunState.FAILED, now
    kept.fault, kept.diagnostics = fault_sentence(fault), {"fault": fault}
    kept.save(update_fields=["state", "completed_at", "fault", "diagnostics"])
    states = (str(RunState.RUNNING), str(RunState.FAILED))
    province = run.edition.province
    audit(
        action="run.fail", subject=kept, by=run.started_by, now=now, province=province, states=states, note=kept.fault
    )
