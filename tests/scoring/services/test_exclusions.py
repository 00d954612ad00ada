"""Runs with and without the responses that people excluded: both are kept, and files alone reproduce both."""

import csv
import io
import json
import zipfile
from dataclasses import asdict
from pathlib import Path

import pytest

from accounts.enums import Role
from accounts.models import User
from accounts.services import job_execute
from scoring.enums import Exclusions
from scoring.models import Score, ScoringRun
from scoring.recompute.job import Request, recompute
from scoring.recompute.writing import report_write
from scoring.services.recipes import recipe_create, recipe_default
from scoring.services.runs import run_start
from surveys.models import Dataset, Edition
from surveys.selectors.datasets import dataset_bytes
from surveys.services.datasets import dataset_freeze
from tests.factories.editions import NOW
from tests.factories.people import user_make
from tests.factories.quality import THRESHOLDS, edition_checked, excluded

pytestmark = pytest.mark.django_db


def frozen(analyst: User) -> Dataset:
    edition = edition_checked(responses=40)
    excluded(edition, by=analyst, code="copy")
    return dataset_freeze(edition=edition, by=analyst, now=NOW)


def run(edition: Edition, dataset: Dataset, by: User, exclusions: Exclusions) -> ScoringRun:
    recipe = recipe_create(edition=edition, content=recipe_default(edition), by=by, now=NOW)
    started = run_start(edition=edition, dataset=dataset, recipe=recipe, seed=3, by=by, now=NOW, exclusions=exclusions)
    job_execute(str(started.job_id))
    started.refresh_from_db()
    return started


def totals(found: ScoringRun) -> dict[str, tuple[float | None, int | None, int]]:
    rows = Score.objects.filter(run=found).order_by("block_unit__unit__code")
    return {
        code: (total, rank, n)
        for code, total, rank, n in rows.values_list("block_unit__unit__code", "total", "rank", "n")
    }


def test_a_run_leaves_out_the_excluded_and_keeps_both_results():
    analyst = user_make(Role.ANALYST)
    dataset = frozen(analyst)
    without = run(dataset.edition, dataset, analyst, Exclusions.REVIEWED)
    everything = run(dataset.edition, dataset, analyst, Exclusions.NONE)
    facts = without.diagnostics["exclusions"]
    assert (facts["used"], facts["reasons"], facts["responses"]) == ("reviewed", {"careless": 3}, 45)
    beside = {row["unit"]: row for rows in facts["blocks"].values() for row in rows}
    assert {unit: (row["score"], row["rank"], row["n"]) for unit, row in beside.items()} == totals(without)
    assert {unit: (row["score_all"], row["rank_all"], row["n_all"]) for unit, row in beside.items()} == totals(
        everything
    )
    assert sum(row["n_all"] - row["n"] for row in beside.values()) == 6
    assert everything.diagnostics["exclusions"]["blocks"] == facts["blocks"]
    assert (without.exclusions, everything.exclusions) == ("reviewed", "none")
    assert without.result_sha256 != everything.result_sha256


def test_the_file_of_a_run_says_which_exclusions_it_used():
    analyst = user_make(Role.ANALYST)
    dataset = frozen(analyst)
    found = run(dataset.edition, dataset, analyst, Exclusions.REVIEWED)
    with found.tables.open("rb") as file, zipfile.ZipFile(io.BytesIO(file.read())) as archive:
        manifest = json.loads(archive.read("run.json"))
        rows = list(csv.DictReader(io.StringIO(archive.read("departments/exclusions.csv").decode())))
    used = manifest["exclusions"]
    assert (used["used"], used["reasons"], used["check"]["number"]) == ("reviewed", {"careless": 3}, 1)
    assert used["check"]["thresholds"] == asdict(THRESHOLDS)
    assert [row["unit"] for row in rows] == [
        row["unit"] for row in found.diagnostics["exclusions"]["blocks"]["departments"]
    ]


@pytest.mark.parametrize("exclusions", list(Exclusions))
def test_files_alone_reproduce_both_results(tmp_path: Path, exclusions: Exclusions):
    analyst = user_make(Role.ANALYST)
    dataset = frozen(analyst)
    found = run(dataset.edition, dataset, analyst, exclusions)
    (tmp_path / "dataset.zip").write_bytes(dataset_bytes(dataset))
    (tmp_path / "recipe.json").write_text(json.dumps(found.recipe.content), "utf-8")
    request = Request(tmp_path / "recipe.json", tmp_path / "dataset.zip", seed=3, exclusions=exclusions.value)
    report = recompute(request)
    scored = {row.unit: row.score for block in report.blocks for row in block.result.scores.itertuples()}
    assert scored == pytest.approx({unit: total for unit, (total, _rank, _n) in totals(found).items()}, rel=1e-9)
    names = {path.name for path in report_write(report, tmp_path / "out")}
    assert {"departments_exclusions.csv", "localities_exclusions.csv"} <= names
    both = {row["unit"]: row["score_all"] for block in report.blocks for row in block.exclusions.to_dict("records")}
    rows = [row for rows in found.diagnostics["exclusions"]["blocks"].values() for row in rows]
    assert both == pytest.approx({row["unit"]: row["score_all"] for row in rows}, rel=1e-9)


def test_a_dataset_without_exclusions_is_scored_once():
    analyst = user_make(Role.ANALYST)
    edition = edition_checked(responses=20)
    dataset = dataset_freeze(edition=edition, by=analyst, now=NOW)
    found = run(edition, dataset, analyst, Exclusions.REVIEWED)
    facts = found.diagnostics["exclusions"]
    assert (facts["reasons"], facts["blocks"], facts["faults"]) == ({}, {}, {})
