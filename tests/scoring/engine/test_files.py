"""Dataset file, recipe, and the engine as a plain library."""

from __future__ import annotations

import doctest
import importlib
import io
import os
import pkgutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import scoring.engine
from scoring.engine.checks import DatasetInvalid, RecipeInvalid
from scoring.engine.dataset import (
    COUNT_COLUMNS,
    HARD_COLUMNS,
    MARGIN_COLUMNS,
    DatasetParts,
    dataset_read,
    dataset_write,
    hard_from_dataset,
    survey_from_dataset,
)
from scoring.engine.pipeline import score
from scoring.engine.recipe import recipe_canonical, recipe_default, recipe_faults, recipe_read, recipe_sha256
from tests.scoring.engine.small import framework, recipe, survey

ROOT = Path(__file__).parents[3]
MODULES = sorted(f"scoring.engine.{m.name}" for m in pkgutil.iter_modules(scoring.engine.__path__))


def test_counts_of_dossiers_make_a_new_format_and_leave_datasets_without_them_as_they_were() -> None:
    plain = parts()
    respondents = plain.respondents.assign(excluded="")
    none = plain.hard.assign(**dict.fromkeys(COUNT_COLUMNS))
    old, same = (dataset_write(parts(respondents=respondents, hard=hard)) for hard in (plain.hard, none))
    assert old == same
    assert (dataset_read(old).framework["format"], "late" in dataset_read(old).hard) == ("ddci-dataset/2", False)
    counted = none.assign(handled=[40, None], early=[10, None], on_time=[28, None], late=[2, None])
    content = dataset_write(parts(respondents=respondents, hard=counted[::-1]))
    found = dataset_read(content)
    rows = found.hard.set_index("period")[list(COUNT_COLUMNS)]
    assert (found.framework["format"], rows.loc["2024"].tolist()) == ("ddci-dataset/3", [40, 10, 28, 2])
    assert rows.loc["2023"].isna().all()
    assert content == dataset_write(parts(respondents=respondents, hard=counted))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.read("hard.csv").decode().splitlines()[-1] == "a,h,95.5,report,2024,40,40,10,28,2"
    with pytest.raises(DatasetInvalid):
        dataset_write(parts(hard=counted))


def parts(**changes: Any) -> DatasetParts:
    source = {
        "edition": {"code": "2024", "title_vi": "Kỳ đánh giá 2024"},
        "blocks": [{"code": "dept"}, {"code": "local"}],
        "units": [{"code": "b", "block": "dept"}, {"code": "a", "block": "dept"}, {"code": "c", "block": "local"}],
        "sub_indices": [
            {"code": "s", "weights": {"dept": 1.0, "local": 1.0}},
            {"code": "t", "weights": {"local": 0.5}},
        ],
        "groups": [],
        "indicators": [
            {"code": "k", "sub_index": "s", "blocks": ["dept", "local"], "direction": "positive", "question": "Q1"},
            {"code": "h", "sub_index": "s", "blocks": ["dept"], "direction": "positive", "statistic": "hard"},
            {"code": "l", "sub_index": "t", "blocks": ["local"], "direction": "negative", "question": "Q2"},
        ],
        "questions": [{"code": "Q1"}, {"code": "Q2"}],
    }
    tables = {
        "framework": source,
        "respondents": pd.DataFrame(
            {
                "respondent": [2, 1, 3],
                "size": ["nhỏ", "lớn", "nhỏ"],
                "stratum": ["x", "x", ""],
                "base_weight": [2.5, 1, 1 / 3],
            }
        ),
        "ratings": pd.DataFrame(
            [
                (1, "a", 4, 3, None),
                (2, "a", None, "na", None),
                (2, "b", 5, "dk", None),
                (3, "c", 1, 2.5, 7),
                (3, "b", 2, 0, None),
            ],
            columns=["respondent", "unit", "satisfaction", "Q1", "Q2"],
        ),
        "hard": pd.DataFrame(
            [("a", "h", 95.5, "report", "2024", 40), ("a", "h", 90, "report", "2023", 9)], columns=list(HARD_COLUMNS)
        ),
        "margins": pd.DataFrame(
            [
                ("", "size", "nhỏ", 90),
                ("", "size", "lớn", 10),
                ("local", "size", "nhỏ", 60),
                ("local", "size", "lớn", 40),
            ],
            columns=list(MARGIN_COLUMNS),
        ),
    }
    return DatasetParts(**(tables | changes))


def test_dataset_bytes_depend_on_content_alone() -> None:
    given = parts()
    shuffled = parts(
        respondents=given.respondents.iloc[::-1],
        ratings=given.ratings.sample(frac=1, random_state=3),
        margins=given.margins.iloc[::-1],
    )
    content = dataset_write(given)
    assert content == dataset_write(shuffled)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert all(item.compress_type == zipfile.ZIP_STORED for item in archive.infolist())
        assert {item.date_time for item in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_dataset_round_trip_keeps_answers_and_tells_non_answers_apart() -> None:
    found = dataset_read(dataset_write(parts()))
    assert found.questions == ("Q1", "Q2")
    assert [found.framework["units"][u]["code"] for u in found.rating_unit] == ["b", "b", "a", "a", "c"]
    np.testing.assert_array_equal(found.answers[:, 0], [np.nan, 0.0, 3.0, np.nan, 2.5])
    assert found.non_answers.tolist() == [[3, 1], [0, 1], [0, 1], [2, 1], [0, 0]]
    np.testing.assert_array_equal(found.satisfaction, [5.0, 2.0, 4.0, np.nan, 1.0])
    assert list(found.respondents.base_weight) == [1.0, 2.5, 1 / 3]


def test_survey_of_a_block_keeps_every_respondent_and_prefers_its_own_margins() -> None:
    dataset = dataset_read(dataset_write(parts()))
    departments, part = survey_from_dataset(dataset, "dept")
    assert part.units == ("b", "a")
    assert part.codes == ("k", "h")
    assert (departments.n_firms, departments.n_ratings) == (3, 4)
    assert list(departments.margins[0].totals) == [10.0, 90.0]
    local, other = survey_from_dataset(dataset, "local")
    assert other.codes == ("k", "l")
    assert list(local.margins[0].totals) == [40.0, 60.0]
    figures = hard_from_dataset(dataset, part)
    assert figures.values[1].tolist()[1] == 95.5
    assert figures.dossiers[1, 1] == 40


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"respondents": pd.DataFrame({"respondent": [1]})}, "respondents.csv:stratum"),
        (
            {"ratings": pd.DataFrame([(1, "z", 1, 1, 1)], columns=["respondent", "unit", "satisfaction", "Q1", "Q2"])},
            "ratings.csv:unit",
        ),
        (
            {"ratings": pd.DataFrame([(9, "a", 1, 1, 1)], columns=["respondent", "unit", "satisfaction", "Q1", "Q2"])},
            "ratings.csv:respondent",
        ),
    ],
)
def test_dataset_refuses_what_does_not_fit(changes: dict[str, Any], path: str) -> None:
    with pytest.raises(DatasetInvalid) as caught:
        dataset_write(parts(**changes))
    assert caught.value.path == path


def test_dataset_refuses_other_bytes_and_other_words() -> None:
    with pytest.raises(DatasetInvalid):
        dataset_read(b"not an archive")
    table = parts().ratings.assign(Q1="many")
    with pytest.raises(DatasetInvalid, match="not a number"):
        dataset_read(dataset_write(parts(ratings=table)))


def test_default_recipe_is_valid_and_its_hash_ignores_written_defaults() -> None:
    plain = recipe_default([framework()])
    assert recipe_faults(plain) == []
    shorter = {key: value for key, value in plain.items() if key not in ("adjust", "rank")} | {"rank": {}}
    assert recipe_sha256(plain) == recipe_sha256(shorter)
    assert recipe_read(recipe_canonical(plain)) == plain
    assert recipe_sha256(plain) != recipe_sha256(plain | {"edition": "2025"})


def broken(change: Any) -> dict[str, Any]:
    data = recipe_default([framework()])
    change(data)
    return data


BLOCK = "blocks.main"


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        (
            lambda d: d["blocks"]["main"]["indicators"][1].pop("direction"),
            "recipe_shape",
            f"{BLOCK}.indicators[1].direction",
        ),
        (lambda d: d["blocks"]["main"]["sub_indices"][0].update(weight=0.9), "weights_sum", f"{BLOCK}.sub_indices"),
        (lambda d: d["normalise"].update(method="magic"), "method_unknown", "normalise.method"),
        (lambda d: d["aggregate"].update(total="magic"), "method_unknown", "aggregate.total"),
        (lambda d: d["weight"].update(method="magic"), "method_unknown", "weight.method"),
        (lambda d: d["weight"].update(method="rake"), "margins_missing", "weight.margins"),
        (lambda d: d["weight"].update(trim=[2, 3]), "trim_empty", "weight.trim"),
        (lambda d: d["weight"].update(trim=[0.5, 2]), "trim_unused", "weight.trim"),
        (
            lambda d: d["weight"].update(method="poststratify", margins=["size", "sector"]),
            "margins_too_many",
            "weight.margins",
        ),
        (
            lambda d: d["normalise"].update(method="distance_to_target"),
            "target_missing",
            f"{BLOCK}.indicators[0].target",
        ),
        (lambda d: d["normalise"].update(target=[10, 1]), "target_empty", "normalise.target"),
        (lambda d: d["normalise"].update(colour="red"), "recipe_shape", "normalise.colour"),
        (
            lambda d: d["rank"].update(bands=[{"code": "a", "from": 1}, {"code": "b", "from": 2}]),
            "bands_not_falling",
            "rank.bands",
        ),
        (
            lambda d: d["blocks"]["main"]["indicators"][0].update(sub_index="x"),
            "sub_index_unknown",
            f"{BLOCK}.indicators[0].sub_index",
        ),
        (
            lambda d: d["blocks"]["main"]["indicators"][0].update(group="x"),
            "group_unknown",
            f"{BLOCK}.indicators[0].group",
        ),
        (
            lambda d: d["blocks"]["main"]["indicators"][2].update(share_of=[]),
            "share_of_missing",
            f"{BLOCK}.indicators[2].share_of",
        ),
        (lambda d: d["blocks"]["main"]["indicators"][1].update(code="k0"), "code_twice", f"{BLOCK}.indicators[1].code"),
        (
            lambda d: d["blocks"]["main"]["indicators"][0].update(scale=[5, 1]),
            "scale_empty",
            f"{BLOCK}.indicators[0].scale",
        ),
        (
            lambda d: [item.update(sub_index="s1") for item in d["blocks"]["main"]["indicators"]],
            "part_empty",
            f"{BLOCK}.sub_indices[0]",
        ),
        (
            lambda d: d["blocks"]["main"]["groups"].append({"code": "g", "sub_index": "s0", "weight": 1}),
            "part_empty",
            f"{BLOCK}.groups[0]",
        ),
        (
            lambda d: [
                item.update(weight=0) for item in d["blocks"]["main"]["indicators"] if item["sub_index"] == "s1"
            ],
            "part_empty",
            f"{BLOCK}.sub_indices[1]",
        ),
        (lambda d: d.pop("blocks"), "recipe_shape", "blocks"),
    ],
)
def test_recipe_faults_name_their_path(change: Any, code: str, path: str) -> None:
    assert (code, path) in [(fault.code, fault.path) for fault in recipe_faults(broken(change))]


def test_recipe_with_fixed_goalposts_needs_both_ends() -> None:
    data = broken(lambda d: d["normalise"].update(goalposts="fixed"))
    assert recipe_faults(data) == []
    data["blocks"]["main"]["indicators"][0]["scale"] = None
    assert [fault.code for fault in recipe_faults(data)] == ["goalposts_missing"]


def test_recipe_that_is_not_json_names_the_place() -> None:
    with pytest.raises(RecipeInvalid) as caught:
        recipe_read('{"format": }')
    assert caught.value.faults[0].path == "line 1, column 12"


def test_score_refuses_a_recipe_without_the_block() -> None:
    part = framework()
    other = recipe(part)
    other["blocks"] = {"elsewhere": other["blocks"]["main"]}
    with pytest.raises(RecipeInvalid):
        score(survey(), part, other)


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def run(code: str, **environment: str) -> str:
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=True
    )
    return answer.stdout.strip()


def test_result_is_the_same_for_any_number_of_threads() -> None:
    code = "from tests.scoring.engine.small import *; from scoring.engine.pipeline import score; "
    code += "f = framework(units=12); r = recipe(f, weight={'method': 'rake', 'margins': ['size', 'sector']}); "
    code += "print(score(survey(firms=3000, units=12), f, r).sha256)"
    found = {run(code, OPENBLAS_NUM_THREADS=n, OMP_NUM_THREADS=n) for n in ("1", "4")}
    assert len(found) == 1
