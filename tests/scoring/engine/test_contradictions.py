"""Contradictions between records and answers: found when they are plain, not when they can be chance or a tie."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.engine.contradictions import Contradiction, contradictions

HARD = np.array([99.0, 98, 97, 96, 95, 94, 93, 92])
SOFT = np.array([0.41, 0.70, 0.72, 0.74, 0.76, 0.78, 0.80, 0.82])
SURE = np.full(8, 0.02)


def test_good_records_and_poor_answers_contradict_each_other():
    found = contradictions(HARD, SOFT, SURE)
    assert found[0] == Contradiction(0, 1, 8, 8, records_better=True)
    # 70 % with a standard error of 2 points lies below the middle (75 %) for certain as well.
    assert [(each.u, each.records_better) for each in found] == [(0, True), (1, True), (6, False), (7, False)]


def test_an_interval_that_reaches_the_middle_is_no_contradiction():
    assert contradictions(HARD, SOFT, np.full(8, 0.5)) == []
    assert [each.u for each in contradictions(HARD, SOFT, np.array([0.02, *[0.5] * 7]))] == [0]


def test_directions_turn_the_ranks_round():
    same = contradictions(-HARD, -SOFT, SURE, hard_sign=-1, soft_sign=-1)
    assert same == contradictions(HARD, SOFT, SURE)
    # Reversed, the best in the records is the best in the survey as well.
    assert contradictions(HARD, -SOFT, SURE) == []


def test_equal_values_never_make_a_contradiction():
    full = np.full(8, 100.0)
    assert contradictions(full, SOFT, SURE) == []
    four_at_the_top = np.array([100.0, 100, 100, 100, 95, 94, 93, 92])
    assert [each.u for each in contradictions(four_at_the_top, SOFT, SURE)] == [6, 7]


def test_few_units_and_missing_values_are_left_out():
    assert contradictions(HARD[:7], SOFT[:7], SURE[:7]) == []
    assert contradictions(np.array([]), np.array([]), np.array([])) == []
    missing = np.where(np.arange(8) == 3, np.nan, HARD)
    assert contradictions(missing, SOFT, SURE) == []
    assert contradictions(HARD, SOFT, np.full(8, np.nan)) == []


@given(st.permutations(range(8)))
def test_the_order_of_the_units_does_not_matter(order):
    places = list(order)
    moved = contradictions(HARD[places], SOFT[places], SURE[places])
    expected = {(each.u, each.records_better) for each in contradictions(HARD, SOFT, SURE)}
    assert {(places[each.u], each.records_better) for each in moved} == expected


@given(st.floats(0.1, 1000), st.floats(-100, 100))
def test_the_unit_of_measurement_does_not_matter(times, plus):
    scaled = contradictions(HARD * times + plus, SOFT, SURE)
    assert scaled == contradictions(HARD, SOFT, SURE)
    assert scaled[0].n_units == pytest.approx(8)
