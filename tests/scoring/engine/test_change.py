"""Change between editions and the watch list."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from scoring.engine.change import Panel, change, falling
from scoring.engine.checks import GoalpostsMissing, NotEnoughData
from scoring.engine.pipeline import Result, score, score_values
from tests.scoring.engine.small import framework, recipe, survey

SAME = {f"u{u}": f"u{u}" for u in range(5)}


def scored(seed: int, goalposts: str = "fixed") -> Result:
    part = framework()
    part = replace(part, indicators=tuple(replace(i, statistic="mean") for i in part.indicators))
    return score(survey(firms=300, seed=seed), part, recipe(part, normalise={"goalposts": goalposts}))


def test_an_edition_compared_with_itself_has_neither_change_nor_error() -> None:
    result = scored(1)
    everybody = np.arange(300)
    found = change(result, result, SAME, Panel(everybody, everybody))
    np.testing.assert_allclose(found.change, 0, atol=1e-12)
    np.testing.assert_allclose(found.se, 0, atol=1e-6)


def test_independent_samples_add_their_variances() -> None:
    before, after = scored(1), scored(2)
    found = change(before, after, SAME)
    expected = np.sqrt(np.square(before.scores.se) + np.square(after.scores.se))
    np.testing.assert_allclose(found.se, expected)
    np.testing.assert_allclose(found.change, after.scores.score - before.scores.score)
    assert (found.p_holm >= found.p_bh).all()
    assert (found.p_bh >= found.p).all()


def test_only_units_with_unbroken_lineage_are_compared() -> None:
    found = change(scored(1), scored(2), {"u0": "u3", "u1": "gone"})
    assert list(found.unit) == ["u0"]
    assert found.before[0] == pytest.approx(scored(1).scores.score[3])


def test_goalposts_of_one_edition_cannot_be_compared() -> None:
    with pytest.raises(GoalpostsMissing):
        change(scored(1), scored(2, "edition"), SAME)


def test_different_fixed_goalposts_cannot_be_compared() -> None:
    part = framework()
    pairs = {"fixed": {"k0": [1, 6]}, "goalposts": "fixed"}
    other = score(survey(firms=300), part, recipe(part, normalise=pairs))
    with pytest.raises(GoalpostsMissing, match="different goalposts"):
        change(scored(1), other, SAME)


def test_change_needs_a_covariance() -> None:
    part = framework()
    bare = score_values(np.arange(20.0).reshape(5, 4), part, recipe(part, normalise={"goalposts": "fixed"}))
    with pytest.raises(NotEnoughData):
        change(bare, bare, SAME)


def test_watch_list_needs_every_step_to_fall() -> None:
    levels = {"a": (9.0, 8.0, 7.0, 6.9), "b": (9.0, 8.0, 8.5, 6.0), "c": (9.0, 8.0, np.nan, 6.0)}
    tables = [
        pd.DataFrame({"unit": list(levels), "item": "x", "score": [v[i] for v in levels.values()], "se": 0.2})
        for i in range(4)
    ]
    found = falling(tables, "item")
    assert found.unit.tolist() == ["a"]
    assert found.fall[0] == pytest.approx(2.1)
    assert found.significant[0] == 2
    assert falling(tables[:3], "item").empty
