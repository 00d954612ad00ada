"""Goalposts that hang on one unit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.engine.checks import NotEnoughData
from scoring.engine.outlying import Outlying, outlying_goalposts
from scoring.engine.pipeline import score_sub_indices, score_values
from tests.scoring.engine.small import framework, recipe


def outlying(values: np.ndarray, **normalise: str) -> Outlying:
    part = framework(units=len(values), indicators=values.shape[1])
    return outlying_goalposts(score_values(values, part, recipe(part, normalise=normalise)).run)


def test_an_outlier_takes_its_distance_from_the_next_unit() -> None:
    found = outlying(np.array([[1.0, 1.0], [2.0, 1.0], [3.0, 1.5], [11.0, 2.0]]))
    np.testing.assert_allclose(found.lower, [0.1, 0.0])
    np.testing.assert_allclose(found.upper, [0.8, 0.5])
    np.testing.assert_allclose(found.greatest, [0.8, 0.5])
    np.testing.assert_allclose(found.places[:, 0], [0, 0.1, 0.2, 1])


def test_ends_that_no_unit_sets_are_missing() -> None:
    found = outlying(np.array([[1.0, 2.0], [2.0, 3.0], [3.0, 4.0]]), goalposts="fixed")
    assert np.isnan([found.lower, found.upper, found.greatest]).all()
    np.testing.assert_allclose(found.places[:, 0], [0, 0.25, 0.5])


@pytest.mark.parametrize("method", ["percentile_rank", "zscore"])
def test_points_that_do_not_come_from_goalposts_hang_on_no_unit(method: str) -> None:
    found = outlying(np.array([[1.0, 1.0], [2.0, 1.0], [3.0, 1.5], [11.0, 2.0]]), method=method)
    assert np.isnan([found.lower, found.upper]).all()
    assert np.isnan(found.places).all()


def test_two_values_equal_values_and_no_values_say_nothing() -> None:
    gone = np.nan
    found = outlying(np.array([[1.0, 2.0, gone], [2.0, 2.0, gone], [gone, 2.0, gone]]))
    assert np.isnan([found.lower, found.upper]).all()
    np.testing.assert_allclose(found.places[:2, 0], [0, 1])
    assert np.isnan(found.places[:, 1:]).all()


def test_a_run_from_sub_indices_has_no_scale() -> None:
    part = framework(units=3)
    with pytest.raises(NotEnoughData):
        outlying_goalposts(score_sub_indices(np.ones((3, 2)), part, recipe(part)).run)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_order_of_units_and_unit_of_measure_do_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(7, 3))
    first, again = outlying(values), outlying(5 + 3 * values[rng.permutation(7)])
    np.testing.assert_allclose(first.lower, again.lower)
    np.testing.assert_allclose(first.upper, again.upper)
