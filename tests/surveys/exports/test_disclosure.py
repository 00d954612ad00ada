"""The version for researchers: nobody who knows a business, and which units it rated, is left with few candidates."""

from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.engine.dataset import Dataset
from surveys.exports.columns import Release, safe_names
from surveys.exports.disclosure import RATERS, controlled, full

FIELDS = ["type", "size"]
KEYS = ["stratum", *FIELDS, "channel"]
UNITS = [{"code": f"u{at}", "block": "main", "title_vi": f"Đơn vị {at}", "title_en": f"Unit {at}"} for at in range(4)]
QUESTIONS = [
    {"code": "A1", "scale": {"options": [{"value": v, "vi": str(v), "en": str(v)} for v in (1, 2, 3)]}},
    {"code": "D1", "scale": {"options": [], "minimum": 0, "maximum": 365}},
]


def dataset_of(rng: np.random.Generator, people: int, *, per_person: int = 2) -> Dataset:
    """`people` who each rate some units; the last unit is rated by three only."""
    respondents = pd.DataFrame(
        {
            "respondent": range(1, people + 1),
            "type": rng.choice(["a", "b", "c"], people, p=[0.7, 0.25, 0.05]),
            "size": rng.choice(["s", "m", "l", ""], people, p=[0.6, 0.2, 0.1, 0.1]),
            "channel": rng.choice(["invited", "imported"], people, p=[0.97, 0.03]),
            "excluded": rng.choice(["", "copy"], people, p=[0.9, 0.1]),
            "stratum": rng.choice(["x", "y"], people),
        }
    )
    respondents["base_weight"] = respondents["stratum"].map({"x": 3.0, "y": 7.0}) + rng.random(people)
    rated = np.array([(who, unit) for who in range(people) for unit in rng.permutation(3)[:per_person]] + [
        (who, 3) for who in range(min(3, people))
    ])  # fmt: skip
    answers = np.column_stack([rng.integers(1, 4, len(rated)), rng.poisson(20, len(rated))]).astype(float)
    kinds = rng.choice([0, 1, 2, 3], answers.shape, p=[0.85, 0.05, 0.05, 0.05]).astype(np.uint8)
    return Dataset(
        framework={"units": UNITS, "questions": QUESTIONS, "blocks": [{"code": "main"}]},
        respondents=respondents,
        rating_respondent=rated[:, 0].astype(np.int64),
        rating_unit=rated[:, 1].astype(np.int64),
        answers=np.where(kinds == 0, answers, np.nan),
        non_answers=kinds,
        satisfaction=rng.integers(1, 11, len(rated)).astype(float),
        questions=("A1", "D1"),
        hard=pd.DataFrame(),
        margins=pd.DataFrame(),
    )


def smallest_group(release: Release) -> tuple[int, int]:
    """Of respondents by what is told of them, of ratings by that and their unit."""
    people = release.respondents.groupby(KEYS).size().min() if len(release.respondents) else 10**6
    rated = release.ratings.groupby([*KEYS, "unit"]).size().min() if len(release.ratings) else 10**6
    return int(people), int(rated)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 300), st.sampled_from([5, 8, 20]))
def test_every_group_is_large_enough(seed: int, people: int, fewest: int) -> None:
    dataset = dataset_of(np.random.default_rng(seed), people) if people else dataset_of(np.random.default_rng(seed), 1)

    release, _changes = controlled(dataset, FIELDS, fewest, Random(seed))

    assert min(smallest_group(release)) >= fewest
    assert (release.respondents.groupby("stratum")["base_weight"].nunique() <= 1).all()
    assert (release.ratings.groupby("stratum")["base_weight"].nunique() <= 1).all()
    days = release.answers[:, 1][~np.isnan(release.answers[:, 1])]
    if len(days) >= 2 * fewest:
        assert min((days == days.max()).sum(), (days == days.min()).sum()) >= fewest


def test_what_is_changed_is_reported_and_the_rest_stays() -> None:
    dataset = dataset_of(np.random.default_rng(4), 400)
    counting = dataset.respondents["excluded"] == ""

    release, changes = controlled(dataset, FIELDS, 5, Random(1))

    told = {(change.kind, change.table, change.name): change.rows for change in changes}
    assert told["excluded", "", ""] == int((~counting).sum())
    rare = counting.to_numpy()[dataset.rating_respondent] & (dataset.rating_unit == 3)
    assert told["unit", "ratings", "u3"] == int(rare.sum()) < RATERS
    for table, rows in (("respondents", release.respondents), ("ratings", release.ratings)):
        for name in KEYS:
            assert told.get(("band", table, name), 0) == int((rows[name] == "*").sum())
    assert len(release.respondents) == int(counting.sum())
    assert "u3" not in set(release.ratings["unit"])
    # Most of what was known is still told, and answers go with their own row.
    assert (release.respondents["type"] != "*").mean() > 0.9
    assert not {"respondent", "excluded"} & set(release.ratings.columns)
    whole = full(dataset)
    kept = counting.to_numpy()[dataset.rating_respondent] & (dataset.rating_unit != 3)
    columns = ["unit", "satisfaction"]
    before = sorted(map(tuple, np.column_stack([whole.ratings[kept][columns], whole.answers[kept][:, :1]]).astype(str)))
    after = sorted(map(tuple, np.column_stack([release.ratings[columns], release.answers[:, :1]]).astype(str)))
    assert before == after


def test_order_and_numbers_say_nothing() -> None:
    dataset = dataset_of(np.random.default_rng(4), 200)
    one, other = (controlled(dataset, FIELDS, 5, Random(seed))[0] for seed in (1, 2))

    assert list(one.ratings["rating"]) == list(range(1, len(one.ratings) + 1))
    assert one.answers.shape == other.answers.shape
    assert not np.array_equal(one.answers, other.answers, equal_nan=True)


def test_a_group_of_fewer_than_five_is_no_group() -> None:
    with pytest.raises(ValueError, match="fewer than five"):
        controlled(dataset_of(np.random.default_rng(1), 20), FIELDS, 4, Random(1))


def test_names_suit_spss_and_stata() -> None:
    assert safe_names(["MB1", "mb1", "1a", "with", "tỷ lệ", "x" * 40]) == [
        "MB1", "mb1_2", "v_1a", "with_", "t__l_", "x" * 32,
    ]  # fmt: skip
