"""A new method is one function plus its registration."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from scoring.engine.aggregate import AGGREGATORS
from scoring.engine.checks import RecipeInvalid
from scoring.engine.normalise import NORMALISERS, TOPLESS_METHODS, Column, NormaliseOptions, normalise
from scoring.engine.pipeline import score
from scoring.engine.recipe import recipe_validate
from scoring.engine.types import FloatArray
from scoring.engine.weight import WEIGHTERS, Weighting
from tests.scoring.engine.small import framework, recipe, survey


def logistic(column: Column) -> tuple[FloatArray, FloatArray]:
    """Y = a + (b − a)/(1 + exp(−z)): the example of docs/method.md."""
    a, b = column.target
    x = column.indicator.sign * column.values
    centre, spread = np.nanmean(x), np.nanstd(x)
    z = (x - centre) / spread
    share = 1 / (1 + np.exp(-z))
    n = np.count_nonzero(~np.isnan(x))
    inner = np.eye(len(x)) - 1 / n - np.outer(np.nan_to_num(z), np.nan_to_num(z)) / n
    slope = (b - a) * share * (1 - share) / spread
    return a + (b - a) * share, column.indicator.sign * slope[:, None] * inner


@pytest.fixture
def registered() -> Iterator[None]:
    NORMALISERS["logistic"] = logistic
    yield
    del NORMALISERS["logistic"]


def settings() -> dict[str, object]:
    return recipe(framework(), normalise={"method": "logistic"})


def test_a_recipe_may_not_name_what_is_not_registered() -> None:
    with pytest.raises(RecipeInvalid) as caught:
        recipe_validate(settings())

    assert [(fault.code, fault.path) for fault in caught.value.faults] == [("method_unknown", "normalise.method")]


@pytest.mark.usefixtures("registered")
def test_a_registered_normalisation_scores_by_recipe_with_errors_and_lost_points() -> None:
    part, data = framework(), survey()

    found = score(data, part, recipe_validate(settings()))

    values = found.run.measured.values
    expected = normalise(values, part, NormaliseOptions(method="logistic")).points
    np.testing.assert_array_equal(found.run.normalised.points, expected)
    assert ((expected > 1) & (expected < 10)).all()
    assert sorted(found.scores["rank"]) == [1, 2, 3, 4, 5]
    assert (found.scores.se > 0).all()
    assert (found.scores.rank_hi >= found.scores.rank_lo).all()
    lost = found.tables["lost_points"].groupby("unit", sort=False).lost.sum()
    np.testing.assert_allclose(100 - lost.to_numpy(), found.scores.score, atol=1e-10)


@pytest.mark.usefixtures("registered")
def test_what_a_method_is_like_is_told_beside_the_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scoring.engine.normalise.TOPLESS_METHODS", TOPLESS_METHODS | {"logistic"})

    found = score(survey(), framework(), recipe_validate(settings()))

    assert found.tables["lost_points"].lost.isna().all()


def test_means_and_weightings_are_registered_in_the_same_way(monkeypatch: pytest.MonkeyPatch) -> None:
    def weakest(values: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
        return np.nanmin(values, axis=1), (values == np.nanmin(values, axis=1)[:, None]).astype(float)

    def doubled(base: FloatArray, _margins: object, _options: object) -> Weighting:
        return Weighting(2 * base, "doubled")

    chosen = recipe(framework(), aggregate={"total": "weakest"}, weight={"method": "doubled"})
    with pytest.raises(RecipeInvalid):
        recipe_validate(chosen)
    monkeypatch.setitem(AGGREGATORS, "weakest", weakest)
    monkeypatch.setitem(WEIGHTERS, "doubled", doubled)

    found = score(survey(), framework(), recipe_validate(chosen))

    np.testing.assert_allclose(found.scores.score, 10 * found.run.aggregated.sub_indices.min(axis=1))
    assert found.tables["weights"].weight.sum() == pytest.approx(2000)
