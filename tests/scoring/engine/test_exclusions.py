"""Exclusions: a dataset keeps what was left out, old datasets still read, both results can be computed."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from scoring.engine.checks import DatasetInvalid, MethodUnknown
from scoring.engine.dataset import (
    HARD_COLUMNS,
    MARGIN_COLUMNS,
    Dataset,
    DatasetParts,
    dataset_read,
    dataset_write,
    survey_from_dataset,
)
from scoring.engine.exclusions import exclusion_counts, exclusion_table, exclusions_apply, without_uncertainty
from scoring.engine.pipeline import Result, score
from scoring.engine.recipe import recipe_default


def parts(excluded: list[str] | None = None, firms: int = 60) -> DatasetParts:
    rng = np.random.default_rng(5)
    source = {
        "edition": {"code": "2024"},
        "blocks": [{"code": "dept"}],
        "units": [{"code": code, "block": "dept"} for code in ("a", "b", "c")],
        "sub_indices": [{"code": "s", "weights": {"dept": 1.0}}],
        "groups": [],
        "indicators": [
            {"code": "k", "sub_index": "s", "direction": "positive", "question": "Q1", "scale": [1, 5]},
            {"code": "l", "sub_index": "s", "direction": "positive", "question": "Q2", "scale": [1, 5]},
        ],
        "questions": [{"code": "Q1"}, {"code": "Q2"}],
    }
    people = {"respondent": range(1, firms + 1), "stratum": "x", "base_weight": 1.0}
    respondents = pd.DataFrame(people if excluded is None else {**people, "excluded": excluded})
    ratings = pd.DataFrame(
        [
            (firm, unit, None, *(rng.integers(1, 6, 2) if firm > 5 or unit != "c" else (5, 5)))
            for firm in range(1, firms + 1)
            for unit in ("a", "b", "c")
        ],
        columns=["respondent", "unit", "satisfaction", "Q1", "Q2"],
    )
    empty = pd.DataFrame(columns=list(HARD_COLUMNS)), pd.DataFrame(columns=list(MARGIN_COLUMNS))
    return DatasetParts(source, respondents, ratings, *empty)


def reasons(firms: int = 60) -> list[str]:
    return ["careless", "careless", "duplicate", "careless", "careless"] + [""] * (firms - 5)


def scored(dataset: Dataset) -> Result:
    survey, framework = survey_from_dataset(dataset, "dept")
    recipe = recipe_default([framework]) | {"measure": {"min_n": 1, "min_ratings": 1}}
    return score(survey, framework, without_uncertainty(recipe))


def test_excluded_responses_stay_in_the_file_with_their_reason() -> None:
    found = dataset_read(dataset_write(parts(reasons())))
    assert found.framework["format"] == "ddci-dataset/2"
    assert list(found.respondents["excluded"][:6]) == [*reasons()[:5], ""]
    assert exclusion_counts(found) == {"careless": 4, "duplicate": 1}
    assert len(found.rating_unit) == 180


def test_a_dataset_of_the_first_format_reads_as_nobody_excluded() -> None:
    found = dataset_read(dataset_write(parts()))
    assert found.framework["format"] == "ddci-dataset/1"
    assert exclusion_counts(found) == {}
    assert exclusions_apply(found, "reviewed") is found


def test_the_second_format_needs_its_column(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scoring.engine.dataset.FORMATS", ("ddci-dataset/2", "ddci-dataset/1"))
    content = dataset_write(parts())
    monkeypatch.undo()
    with pytest.raises(DatasetInvalid, match="no column excluded"):
        dataset_read(content)


def test_leaving_out_equals_never_having_had_them() -> None:
    given = parts(reasons())
    people = given.respondents[given.respondents["excluded"] == ""]
    kept = dataclasses.replace(
        given, respondents=people, ratings=given.ratings[given.ratings["respondent"].isin(people["respondent"])]
    )
    dataset = dataset_read(dataset_write(given))
    without = scored(exclusions_apply(dataset, "reviewed"))
    never = scored(dataset_read(dataset_write(kept)))
    pd.testing.assert_frame_equal(without.scores, never.scores)
    assert without.sha256 == never.sha256


def test_both_results_stand_side_by_side() -> None:
    dataset = dataset_read(dataset_write(parts(reasons())))
    kept = scored(exclusions_apply(dataset, "reviewed"))
    everything = scored(exclusions_apply(dataset, "none"))
    table = exclusion_table(kept, everything).set_index("unit")
    assert list(table.columns) == ["n", "score", "rank", "n_all", "score_all", "rank_all"]
    assert (table["n_all"] - table["n"]).tolist() == [5, 5, 5]
    assert list(table["score_all"]) == list(everything.scores["score"])
    assert table.loc["c", "rank"] >= table.loc["c", "rank_all"]


def test_a_policy_that_nobody_knows_is_refused() -> None:
    with pytest.raises(MethodUnknown, match="reviewed or none"):
        exclusions_apply(dataset_read(dataset_write(parts())), "some")
