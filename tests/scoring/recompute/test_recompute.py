"""Recomputation of published tables from files alone."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import translation
from django.utils.translation import gettext

from scoring.engine.dataset import HARD_COLUMNS, DatasetParts, dataset_write
from scoring.recompute.explain import explain_totals
from scoring.recompute.job import Report, Request, recompute
from scoring.recompute.messages import SENTENCES, sentence
from scoring.recompute.writing import report_write
from tests.scoring.engine.golden import GOLDEN, ddci_recipe, largest, recipe

HATINH = GOLDEN / "hatinh/ddci_hatinh_2021_partial.csv"


def saved(folder: Path, data: dict[str, Any]) -> Path:
    path = folder / "recipe.json"
    path.write_text(json.dumps(data), "utf-8")
    return path


def pci_recipe(year: int) -> dict[str, Any]:
    weights = pd.read_csv(GOLDEN / "pci/pci_weights.csv").query("year == @year")
    subs = [{"code": r.subindex, "weight": r.weight} for r in weights.itertuples()]
    return recipe({"pci": {"sub_indices": subs, "indicators": []}})


def bias_recipe(year: int, **goalposts: Any) -> dict[str, Any]:
    meta = pd.read_csv(GOLDEN / "pci/pci_2013_policy_bias_meta.csv")
    indicators = [
        {"code": r.code, "sub_index": "bias", "direction": r.direction, "weight": r.weight_within_subindex}
        for r in meta.itertuples()
    ]
    block = {"sub_indices": [{"code": "bias", "weight": 1}], "indicators": indicators}
    normalise = {"method": "minmax", "target": [1, 10]} | goalposts
    return recipe({"pci": block}, edition=str(year), normalise=normalise, aggregate={"multiplier": 1})


def hatinh_recipe() -> dict[str, Any]:
    columns = pd.read_csv(HATINH).columns[3:12]
    blocks = {}
    for block, codes in (("local", list(columns)), ("dept", [c for c in columns if c != "land"])):
        subs = [{"code": code, "weight": 1 / len(codes)} for code in codes]
        blocks[block] = {"sub_indices": subs, "indicators": []}
    return recipe(blocks)


def codes(report: Report) -> set[str]:
    return {finding.code for finding in report.findings}


@pytest.mark.parametrize("year", [2013, 2014])
def test_pci_tables_reproduce(tmp_path: Path, year: int) -> None:
    table = GOLDEN / f"pci/pci_{year}.csv"
    report = recompute(Request(saved(tmp_path, pci_recipe(year)), table, table))
    assert report.reproduces
    assert report.blocks[0].comparison.units == 63
    assert report.blocks[0].comparison.largest_error <= 1e-5
    assert report.blocks[0].comparison.rank_mismatches == 0
    assert codes(report) == set()


def test_pci_with_wrong_weights_does_not_reproduce(tmp_path: Path) -> None:
    data, table = pci_recipe(2013), GOLDEN / "pci/pci_2013.csv"
    subs = data["blocks"]["pci"]["sub_indices"]
    subs[0]["weight"], subs[2]["weight"] = subs[2]["weight"], subs[0]["weight"]
    report = recompute(Request(saved(tmp_path, data), table, table))
    assert not report.reproduces
    assert codes(report) == {"not_reproduced"}
    assert report.blocks[0].comparison.rank_mismatches > 10


def test_raw_indicators_reproduce_with_goalposts_of_the_edition(tmp_path: Path) -> None:
    table = GOLDEN / "pci/pci_2013_policy_bias_indicators.csv"
    report = recompute(Request(saved(tmp_path, bias_recipe(2013)), table, table, tolerance=1.1e-6))
    assert report.reproduces


def test_raw_indicators_reproduce_with_envelope_and_restart_only(tmp_path: Path) -> None:
    table = GOLDEN / "pci/pci_2014_policy_bias_indicators.csv"
    past = (str(GOLDEN / "pci/pci_2013_policy_bias_indicators.csv"),)
    rule = {"goalposts": "envelope", "base": "2013", "restarts": {"i13": "2014"}}
    path = saved(tmp_path, bias_recipe(2014, **rule))
    assert recompute(Request(path, table, table, past, tolerance=0.004)).reproduces
    no_restart = saved(tmp_path, bias_recipe(2014, goalposts="envelope", base="2013"))
    assert not recompute(Request(no_restart, table, table, past, tolerance=0.004)).reproduces
    edition = recompute(Request(saved(tmp_path, bias_recipe(2014)), table, table, tolerance=0.004))
    assert edition.blocks[0].comparison.largest_error == pytest.approx(0.68, abs=0.01)


def test_hatinh_is_rejected_with_reasons(tmp_path: Path) -> None:
    report = recompute(Request(saved(tmp_path, hatinh_recipe()), HATINH, HATINH))
    assert not report.reproduces
    found = {finding.code: finding for finding in report.findings}
    off = found["value_off_scale"].params
    assert (off["line"], off["column"], off["value"], off["unit"]) == (15, "proactivity", "50.0", "Sở Tài chính")
    twice = found["total_twice"].params
    assert {twice["unit"], twice["other"]} == {"Sở Tài chính", "Huyện Vũ Quang"}
    assert found["totals_unexplained"].params["block"] == "dept"
    assert "Sở Tài chính" in found["totals_unexplained"].params["units"]


def test_par_index_components_sum_to_the_published_total() -> None:
    points = pd.read_csv(GOLDEN / "hatinh/par_index_laocai_2019.csv").set_index("component").points
    parts = points[~points.index.str.contains("published")]
    assert parts.sum() == pytest.approx(points["PAR INDEX 2019 total (published)"])


def test_survey_files_reproduce_scores_ranks_and_errors(tmp_path: Path) -> None:
    published = pd.read_csv(GOLDEN / "ddci/R_scores.csv").query("case == 'calibrate' and goal == 'rel'")
    published[["unit", "score", "rank"]].to_csv(tmp_path / "published.csv", index=False)
    folder = GOLDEN / "ddci"
    request = Request(
        saved(tmp_path, ddci_recipe("edition")),
        folder / "ratings.csv",
        tmp_path / "published.csv",
        respondents=folder / "respondents.csv",
        margins=folder / "margins.csv",
        weight_column="w0",
        stratum_column="size",
        tolerance=1e-8,
    )
    report = recompute(request)
    assert report.reproduces
    assert report.blocks[0].comparison.rank_mismatches == 0
    found = report.blocks[0].result.scores
    ratio = found.se.to_numpy() / published.sort_values("unit").se.to_numpy()
    assert 1 - 1e-6 <= ratio.min() <= ratio.max() <= 1 + 1e-6
    report_write(report, tmp_path / "out")
    written = pd.read_csv(tmp_path / "out/main_scores.csv")
    assert largest(written.score, found.score) == 0
    assert json.loads((tmp_path / "out/report.json").read_text("utf-8"))["reproduces"] is True
    assert pd.read_csv(tmp_path / "out/main_covariance.csv").shape == (18, 19)


def test_dataset_archive_gives_the_same_scores_as_its_tables(tmp_path: Path) -> None:
    folder = GOLDEN / "ddci"
    people = pd.read_csv(folder / "respondents.csv")
    respondents = pd.DataFrame(
        {
            "respondent": people.resp + 1,
            "size": people["size"],
            "sector": people.sector,
            "district": people.district,
            "stratum": people["size"],
            "base_weight": people.w0,
        }
    )
    ratings = pd.read_csv(folder / "ratings.csv").rename(columns={"resp": "respondent"})
    ratings = ratings.assign(respondent=ratings.respondent + 1, satisfaction=np.nan)
    data = ddci_recipe("edition")
    block = data["blocks"]["main"]
    source = {
        "edition": {"code": "2024"},
        "blocks": [{"code": "main"}],
        "units": [{"code": str(u), "block": "main"} for u in range(18)],
        "sub_indices": [{"code": s["code"], "weights": {"main": s["weight"]}} for s in block["sub_indices"]],
        "indicators": [item | {"question": item["code"], "blocks": ["main"]} for item in block["indicators"]],
        "questions": [],
    }
    margins = pd.read_csv(folder / "margins.csv").assign(block="")
    path = tmp_path / "dataset.zip"
    path.write_bytes(
        dataset_write(DatasetParts(source, respondents, ratings, pd.DataFrame(columns=list(HARD_COLUMNS)), margins))
    )
    report = recompute(Request(saved(tmp_path, data), path))
    expected = pd.read_csv(folder / "R_scores.csv").query("case == 'calibrate' and goal == 'rel'").sort_values("unit")
    assert report.reproduces
    assert largest(report.blocks[0].result.scores.score, expected.score) <= 1e-9


def table_of(folder: Path, text: str) -> Path:
    path = folder / "table.csv"
    path.write_text(text, "utf-8")
    return path


def two_parts() -> dict[str, Any]:
    return recipe(
        {"b": {"sub_indices": [{"code": "x", "weight": 0.5}, {"code": "y", "weight": 0.5}], "indicators": []}}
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("unit,x,y,total\na,2,3,25\nb,4,4,40\n", set()),
        ("unit,x,y,total\na,2,3,25\na,2,3,25\n", {"unit_twice", "total_twice"}),
        ("unit,x,y,total\na,2,3,25\nb,2,3,25\n", {"row_twice", "total_twice"}),
        ("unit,x,y,total\na,2,many,25\nb,4,4,40\n", {"cell_not_a_number", "not_reproduced", "unit_insufficient"}),
        ("unit,x,y,total\na,2,0.5,12.5\nb,4,4,40\n", {"value_off_scale"}),
        ("unit,x,y,total,rank\na,2,3,25,1\nb,4,4,40,2\n", {"rank_not_of_total", "not_reproduced"}),
        ("unit,x,y,total\na,2,3,25\nb,4,4,400\n", {"value_off_scale", "not_reproduced", "totals_unexplained"}),
        ("unit,x,total\na,2,20\nb,4,40\n", {"column_missing", "not_reproduced", "unit_insufficient"}),
        ("unit,z\na,2\n", {"table_invalid"}),
        ("unit,x,y,p,q\na,2,3,25,1\n", {"table_invalid"}),
    ],
)
def test_faults_of_a_table_are_found(tmp_path: Path, text: str, expected: set[str]) -> None:
    path = table_of(tmp_path, text)
    report = recompute(Request(saved(tmp_path, two_parts()), path, path))
    assert codes(report) == expected
    assert report.reproduces is (expected <= {"total_twice"})


def test_missing_files_and_broken_recipes_are_findings(tmp_path: Path) -> None:
    path = table_of(tmp_path, "unit,x,y\na,2,3\n")
    assert codes(recompute(Request(tmp_path / "none.json", path))) == {"table_invalid"}
    assert codes(recompute(Request(saved(tmp_path, two_parts()), tmp_path / "none.csv"))) == {"table_invalid"}
    broken = two_parts()
    broken["blocks"]["b"]["sub_indices"][0]["weight"] = 0.7
    assert codes(recompute(Request(saved(tmp_path, broken), path))) == {"weights_sum"}


def test_explain_totals_finds_the_row_that_does_not_belong() -> None:
    rng = np.random.default_rng(4)
    parts = rng.uniform(1, 10, (20, 3))
    totals = 10 * parts @ [0.2, 0.3, 0.5]
    assert explain_totals(parts, totals, 10, 0.001).weights == pytest.approx([0.2, 0.3, 0.5], abs=1e-6)
    totals[7] += 5
    found = explain_totals(parts, totals, 10, 0.001)
    assert not found.possible
    assert list(np.flatnonzero(found.misfits)) == [7]


def test_every_finding_has_a_sentence_in_both_languages(tmp_path: Path) -> None:
    report = recompute(Request(saved(tmp_path, hatinh_recipe()), HATINH, HATINH))
    with translation.override("vi"):
        lines = [sentence(finding, gettext, decimal=",") for finding in report.findings]
        untranslated = [text for text in SENTENCES.values() if gettext(text) == text]
    assert untranslated == []
    assert any("nằm ngoài thang đo từ 1 đến 10" in line for line in lines)
    with translation.override("en"):
        assert "is outside the scale 1 to 10" in " ".join(sentence(f, gettext) for f in report.findings)


def test_command_needs_no_database_and_says_whether_it_reproduces(tmp_path: Path) -> None:
    table = GOLDEN / "pci/pci_2013.csv"
    out = StringIO()
    options = {"recipe": saved(tmp_path, pci_recipe(2013)), "table": table, "published": table, "language": "en"}
    call_command("recompute", stdout=out, out=tmp_path / "out", **options)
    assert "0 ranks differ" in out.getvalue()
    assert (tmp_path / "out/pci_scores.csv").exists()
    bad = {"recipe": saved(tmp_path, hatinh_recipe()), "table": HATINH, "published": HATINH}
    with pytest.raises(CommandError) as caught:
        call_command("recompute", stdout=out, language="vi", **bad)
    assert caught.value.returncode == 3
    assert "không có bộ trọng số nào" in out.getvalue()
