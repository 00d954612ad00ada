"""The recomputation: read, score, compare, report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from scoring.engine.channels import channels_apply
from scoring.engine.checks import EngineError, TableInvalid
from scoring.engine.dataset import Dataset, dataset_read, hard_from_dataset, survey_from_dataset
from scoring.engine.exclusions import (
    REVIEWED,
    exclusion_counts,
    exclusion_table,
    exclusions_apply,
    other_policy,
    without_uncertainty,
)
from scoring.engine.pipeline import (
    Inputs,
    Result,
    history_from_tables,
    score,
    score_sub_indices,
    score_values,
)
from scoring.engine.recipe import framework_from_recipe, recipe_read
from scoring.engine.types import FloatArray, Framework
from scoring.recompute import checking
from scoring.recompute.checking import Comparison, Published
from scoring.recompute.findings import ERROR, Finding, from_error, from_notice
from scoring.recompute.reading import (
    DATASET,
    INDICATORS,
    RATINGS,
    SUB_INDICES,
    SurveyFiles,
    Table,
    blocks_of,
    edition_label,
    form_of,
    numbers,
    survey_read,
    table_read,
)

ZIP_MAGIC = b"PK"
# Published workbooks keep about seven significant digits; totals around 60 are then good to 1e-5.
LEAST_TOLERANCE = 1e-5


@dataclass(frozen=True)
class Request:
    """What to recompute.

    ``table``: indicators, sub-indices, ratings or a dataset archive. ``published``: a table with totals and
    perhaps ranks (it may be the same file). ``previous``: earlier tables as "label=file" for goalposts.
    ``tolerance``: largest accepted error, None = what the printed decimals allow. ``score_column``,
    ``rank_column``: in the published table. ``exclusions``: of a dataset, whether the responses that people left out
    are left out ("reviewed") or used ("none").
    """

    recipe: Path
    table: Path
    published: Path | None = None
    previous: tuple[str, ...] = ()
    respondents: Path | None = None
    margins: Path | None = None
    block: str = ""
    tolerance: float | None = None
    score_column: str = ""
    rank_column: str = ""
    exclusions: str = REVIEWED
    weight_column: str = "base_weight"
    stratum_column: str = "stratum"
    seed: int = 0


@dataclass(frozen=True)
class BlockReport:
    """One block: its result and, with a published table, the comparison."""

    block: str
    form: str
    result: Result
    comparison: Comparison | None = None
    exclusions: pd.DataFrame | None = None


@dataclass(frozen=True)
class Report:
    """The outcome of a recomputation: a report per block and everything found."""

    blocks: tuple[BlockReport, ...] = ()
    findings: tuple[Finding, ...] = field(default=())

    @property
    def reproduces(self) -> bool:
        """Whether nothing contradicts the published table, or, without one, the table itself is in order."""
        compared = [item.comparison for item in self.blocks if item.comparison is not None]
        clean = not any(finding.severity == ERROR for finding in self.findings)
        return bool(self.blocks) and clean and all(comparison.holds for comparison in compared)


def recompute(request: Request) -> Report:
    """Recompute a table from files; every foreseen fault is a finding of the report, never an exception."""
    try:
        recipe = recipe_read(_text(request.recipe))
        if _is_archive(request.table):
            return _dataset(request, recipe)
        return _table(request, recipe)
    except EngineError as error:
        return Report((), tuple(from_error(error)))


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TableInvalid(str(path), f"The file cannot be read: {error}.") from error


def _is_archive(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(2) == ZIP_MAGIC
    except OSError as error:
        raise TableInvalid(str(path), f"The file cannot be read: {error}.") from error


def _dataset(request: Request, recipe: Mapping[str, Any]) -> Report:
    """Form (c) from a frozen dataset."""
    dataset = channels_apply(dataset_read(request.table.read_bytes()), recipe)
    chosen = [request.block] if request.block else [code for code in dataset.blocks if code in recipe["blocks"]]
    reports, findings = [], []
    used = exclusions_apply(dataset, request.exclusions)
    for block in chosen:
        result = _dataset_block(request, recipe, used, block)
        report, found = _compared(request, recipe, result, DATASET)
        reports.append(replace(report, exclusions=_exclusions(request, recipe, dataset, result)))
        findings += found
    return Report(tuple(reports), tuple(findings))


def _exclusions(request: Request, recipe: Mapping[str, Any], dataset: Dataset, result: Result) -> pd.DataFrame | None:
    """Scores and ranks with and without the excluded responses; None where nobody was left out, or where the other
    choice of responses cannot be scored.
    """
    if not exclusion_counts(dataset):
        return None
    rest = exclusions_apply(dataset, other_policy(request.exclusions))
    try:
        other = _dataset_block(request, without_uncertainty(recipe), rest, result.block)
    except EngineError:
        return None
    return exclusion_table(*((result, other) if request.exclusions == REVIEWED else (other, result)))


def _dataset_block(request: Request, recipe: Mapping[str, Any], dataset: Dataset, block: str) -> Result:
    survey, framework = survey_from_dataset(dataset, block)
    inputs = Inputs(hard_from_dataset(dataset, framework), _history(request, framework), seed=request.seed)
    return score(survey, framework, recipe, inputs)


def _table(request: Request, recipe: Mapping[str, Any]) -> Report:
    """Forms (a), (b) and (c) from CSV files."""
    table = table_read(request.table)
    form = form_of(table, recipe)
    findings: list[Finding] = []
    reports: list[BlockReport] = []
    if form != RATINGS:
        findings += checking.duplicates(table, _known_columns(table, recipe))
    if request.published is not None:
        findings += checking.duplicate_totals(_published(request, recipe, None)[0])
    for block, rows in blocks_of(table, recipe, request.block).items():
        result, found = _block(request, recipe, table, (block, form, rows))
        findings += found
        report, found = _compared(request, recipe, result, form, table)
        reports.append(report)
        findings += found
    return Report(tuple(reports), tuple(findings))


def _known_columns(table: Table, recipe: Mapping[str, Any]) -> list[str]:
    codes = _codes(recipe)
    return [name for name in table.frame.columns[1:] if name in codes]


def _codes(recipe: Mapping[str, Any]) -> set[str]:
    blocks = recipe["blocks"].values()
    return {item["code"] for block in blocks for kind in ("sub_indices", "indicators") for item in block[kind]}


def _block(
    request: Request, recipe: Mapping[str, Any], table: Table, part: tuple[str, str, list[int]]
) -> tuple[Result, list[Finding]]:
    """Score the rows of one block."""
    block, form, rows = part
    if form != RATINGS:
        first = {unit: i for i, unit in reversed(list(enumerate(table.units)))}
        rows = [i for i in rows if first[table.units[i]] == i]
    framework = framework_from_recipe(recipe, block, [table.units[i] for i in rows])
    if form == RATINGS:
        if request.respondents is None:
            raise TableInvalid(table.path.name, "Ratings need a file of respondents.")
        names = (request.weight_column, request.stratum_column)
        files = SurveyFiles(table, request.respondents, request.margins, *names)
        questions = list(dict.fromkeys(str(i.question) for i in framework.indicators if i.statistic != "hard"))
        survey, units = survey_read(files, questions, rows)
        inputs = Inputs(history=_history(request, framework), seed=request.seed)
        return score(survey, framework.with_units(units), recipe, inputs), []
    codes = framework.codes if form == INDICATORS else framework.sub_index_codes
    values, found = _values(table, codes, rows)
    found += checking.off_scale(
        table, [c for c in codes if c in table.frame.columns], rows, _ends(form, framework, recipe, table)
    )
    inputs = Inputs(history=_history(request, framework), seed=request.seed)
    if form == SUB_INDICES:
        return score_sub_indices(values, framework, recipe, inputs), found
    return score_values(values, framework, recipe, inputs), found


def _values(table: Table, codes: Sequence[str], rows: list[int]) -> tuple[FloatArray, list[Finding]]:
    """Values (units, codes) of some rows; a column that the table lacks is missing and reported."""
    present = [code for code in codes if code in table.frame.columns]
    found = [
        Finding("column_missing", params={"file": table.path.name, "column": c}) for c in codes if c not in present
    ]
    cells, wrong = numbers(table, present)
    values = np.full((len(rows), len(codes)), np.nan)
    values[:, [list(codes).index(code) for code in present]] = cells[rows]
    lines = {i + 2 for i in rows}
    return values, found + [item for item in wrong if item.params["line"] in lines]


def _ends(form: str, framework: Framework, recipe: Mapping[str, Any], table: Table) -> FloatArray:
    """Scale of each column present: the target range for sub-indices, the answer scale for indicators."""
    if form == SUB_INDICES:
        target = recipe["normalise"]["target"]
        size = sum(code in table.frame.columns for code in framework.sub_index_codes)
        return np.tile(np.array(target, dtype=np.float64), (size, 1))
    ends = []
    for item in framework.indicators:
        if item.code in table.frame.columns:
            fallback = (0.0, 1.0) if item.statistic == "share" else (np.nan, np.nan)
            ends.append(item.scale or fallback)
    return np.array(ends, dtype=np.float64).reshape(len(ends), 2)


def _history(request: Request, framework: Framework) -> dict[str, dict[str, Any]]:
    """Earlier tables by edition label."""
    past: dict[str, pd.DataFrame] = {}
    for argument in request.previous:
        label, path = edition_label(argument)
        table = table_read(path)
        present = [code for code in framework.codes if code in table.frame.columns]
        past[label] = pd.DataFrame(numbers(table, present)[0], columns=present)
    return history_from_tables(past, framework.codes)


def _published(request: Request, recipe: Mapping[str, Any], units: set[str] | None) -> tuple[Published, list[Finding]]:
    """The published column for some units (None = all)."""
    table = table_read(request.published or request.table)
    rows = [i for i, unit in enumerate(table.units) if units is None or unit in units]
    return checking.published_read(table, rows, _codes(recipe), request.score_column, request.rank_column)


def _compared(
    request: Request, recipe: Mapping[str, Any], result: Result, form: str, table: Table | None = None
) -> tuple[BlockReport, list[Finding]]:
    """Compare a block with the published table, if there is one, and check that table itself."""
    findings = [from_notice(notice) for notice in result.warnings]
    if request.published is None:
        return BlockReport(result.block, form, result), findings
    published, wrong = _published(request, recipe, set(result.run.framework.units))
    findings += [item for item in wrong if item.params["unit"] in published.units]
    multiplier = float(recipe["aggregate"]["multiplier"])
    columns = [] if table is None else _known_columns(table, recipe)
    printed = 0.0 if table is None or not columns else checking.rounding(table, columns, published, multiplier)
    allowed = max(LEAST_TOLERANCE, printed)
    tolerance = request.tolerance if request.tolerance is not None else allowed
    findings += _off_range(published, recipe) + checking.rank_faults(published)
    if form == SUB_INDICES and recipe["aggregate"]["total"] == "arithmetic":
        parts = result.run.aggregated.sub_indices[_positions(result, published)]
        findings += checking.unexplained(published, parts, result.run.framework, multiplier, max(tolerance, allowed))
    comparison = checking.compare(published, result.scores, tolerance)
    if not comparison.holds:
        findings.append(_not_reproduced(result.block, comparison))
    return BlockReport(result.block, form, result, comparison), findings


def _positions(result: Result, published: Published) -> list[int]:
    index = {unit: u for u, unit in enumerate(result.run.framework.units)}
    return [index[unit] for unit in published.units]


def _off_range(published: Published, recipe: Mapping[str, Any]) -> list[Finding]:
    """Published totals outside the range that the recipe's scale allows."""
    lo, hi = (float(end) * float(recipe["aggregate"]["multiplier"]) for end in recipe["normalise"]["target"])
    bonus, penalty = float(recipe["adjust"]["max_bonus"]), float(recipe["adjust"]["max_penalty"])
    if recipe["normalise"]["method"] != "minmax":
        return []
    ends = np.array([[lo - penalty, hi + bonus]])
    return checking.off_scale(published.table, [published.score_column], published.rows, ends)


def _not_reproduced(block: str, comparison: Comparison) -> Finding:
    params = {
        "block": block,
        "error": comparison.largest_error,
        "unit": comparison.worst_unit,
        "tolerance": comparison.tolerance,
        "ranks": comparison.rank_faults,
    }
    return Finding("not_reproduced", params=params)
