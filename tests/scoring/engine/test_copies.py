"""Copied answers, bursts and shares of perfect ratings."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.engine.bursts import _likelihood, _needed, bursts
from scoring.engine.clean import all_maximum, excess_by_unit
from scoring.engine.copies import duplicates, near_duplicates, row_hash


def answers(seed: int, rows: int = 80, items: int = 20) -> np.ndarray:
    rng = np.random.default_rng(seed)
    found = rng.integers(1, 6, (rows, items)).astype(float)
    found[rng.random(found.shape) < 0.05] = np.nan
    return found


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), differ=st.integers(0, 4), items=st.integers(12, 25))
def test_near_duplicates_are_exactly_those_of_the_full_comparison(seed: int, differ: int, items: int) -> None:
    rng = np.random.default_rng(seed)
    table = answers(seed, 60, items)
    for copy in range(40, 60):
        table[copy] = table[rng.integers(0, 40)]
        changed = rng.choice(items, rng.integers(0, 6), replace=False)
        table[copy, changed] = rng.integers(1, 6, len(changed))
    found = near_duplicates(table, differ=differ, least=8)
    filled = np.nan_to_num(table)
    usable = ((filled > 0).sum(axis=1) >= 8) & [len(set(row[row > 0])) >= 3 for row in filled]
    pairs = [
        (i, j, int((filled[i] != filled[j]).sum()))
        for i in range(60)
        for j in range(i + 1, 60)
        if usable[i] and usable[j] and (filled[i] != filled[j]).sum() <= differ
    ]
    assert list(zip(found.first, found.second, found.different, strict=True)) == pairs
    assert found.skipped == 0


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_equal_hashes_mean_equal_rows(seed: int) -> None:
    rng = np.random.default_rng(seed)
    table = rng.integers(1, 3, (200, 7)).astype(float)
    table[rng.random(table.shape) < 0.1] = np.nan
    same = (np.nan_to_num(table)[:, None] == np.nan_to_num(table)[None]).all(axis=2)
    np.testing.assert_array_equal(row_hash(table)[:, None] == row_hash(table)[None], same)


def test_rows_of_one_answer_and_short_rows_are_not_called_copies() -> None:
    table = np.full((6, 20), 4.0)
    table[2:4] = np.nan
    table[2:4, :6] = [1, 2, 3, 4, 5, 1]
    assert len(near_duplicates(table).first) == 0
    assert duplicates(table).tolist() == [1, 1, 2, 2, 1, 1]
    assert len(near_duplicates(np.zeros((0, 5))).first) == 0


def test_a_crowd_that_shares_a_band_is_reported_not_compared() -> None:
    table = np.tile(np.arange(12.0), (30, 1))
    found = near_duplicates(table, crowd=10)
    assert (len(found.first), found.skipped) == (0, 90)


def test_a_burst_is_found_where_it_was_put() -> None:
    rng = np.random.default_rng(3)
    unit = np.repeat(np.arange(10), 120)
    day = rng.choice(30, 1200, p=np.r_[0.4, np.full(29, 0.6 / 29)])
    day[unit == 7] = np.where(rng.random(120) < 0.4, 12 + rng.integers(0, 2, 120), day[unit == 7])
    found = bursts(day, unit, 10, rng)
    assert found.p[7] == pytest.approx(0.001)
    assert (found.start[7], found.length[7]) == (12, 2)
    assert found.ratings[7] > 2 * found.expected[7]
    assert (np.delete(found.p, 7) > 0.005).all()


def test_p_values_of_bursts_are_uniform_when_nothing_happens() -> None:
    rng = np.random.default_rng(4)
    unit = np.repeat(np.arange(200), 60)
    found = bursts(rng.integers(0, 20, len(unit)), unit, 200, rng, draws=199)
    assert 0.4 < found.p.mean() < 0.6
    assert (found.p <= 0.05).mean() < 0.1


def test_units_without_ratings_have_no_burst() -> None:
    none = np.zeros(0, dtype=np.int64)
    assert bursts(none, none, 2, np.random.default_rng(1)).p.tolist() == [1.0, 1.0]
    one_day = bursts(np.zeros(5, dtype=np.int64), np.zeros(5, dtype=np.int64), 2, np.random.default_rng(1))
    assert one_day.p.tolist() == [1.0, 1.0]


def test_excess_of_perfect_ratings_is_fishers_exact_test() -> None:
    perfect = all_maximum(np.array([[5.0], [5.0], [5.0], [2.0], [3.0], [5.0]]), np.array([5.0]))
    found = excess_by_unit(perfect, np.array([0, 0, 0, 1, 1, 1]), 3)
    # Three of the four perfect among six fall to unit 0: C(4,3)·C(2,0)/C(6,3) = 4/20.
    np.testing.assert_allclose(found, [0.2, 1.0, 1.0])


@pytest.mark.parametrize(("n", "level"), [(50, 0.7), (50, 3.0), (400, 8.0), (7, 90.0)])
def test_ratings_needed_for_a_burst_are_the_fewest_that_reach_it(n: int, level: float) -> None:
    chance = np.array([0.02, 0.1, 0.35, 1.0])
    found = _needed(n, chance, level)
    for share, least in zip(chance, found, strict=True):
        counts = np.arange(n + 1)
        enough = np.flatnonzero(_likelihood(counts, n, n * share) >= level)
        assert least == (enough[0] if len(enough) else n + 1)


def test_bursts_worth_a_look_use_every_draw_and_others_stop_early() -> None:
    rng = np.random.default_rng(3)
    unit, day = np.repeat(np.arange(6), 200), rng.integers(0, 20, 1200)
    day[:30] = 4
    found = bursts(day, unit, 6, np.random.default_rng(1))
    assert found.p[0] == 1 / 1000
    assert (found.p[1:] > 0.01).all()


@pytest.mark.parametrize("scale", [1.0, 17.3, 700.0])
def test_copies_are_found_whatever_the_answers_are(scale: float) -> None:
    """Whole numbers in a byte each, fractions and wide ranges by their place among the distinct answers."""
    table = answers(11, rows=60, items=24) * scale
    table[7], table[40] = table[3], table[3]
    table[40, 5] = np.nan
    assert duplicates(table).nonzero()[0].tolist() == [3, 7]
    found = near_duplicates(table, differ=1)
    assert list(zip(found.first, found.second, found.different, strict=True)) == [(3, 7, 0), (3, 40, 1), (7, 40, 1)]


def test_many_distinct_answers_take_two_bytes() -> None:
    table = np.random.default_rng(2).normal(size=(400, 12))
    table[399] = table[5]
    table[399, 0] += 1
    found = near_duplicates(table, differ=1)
    assert (found.first.tolist(), found.second.tolist(), found.different.tolist()) == ([5], [399], [1])
    assert duplicates(table).tolist() == [0] * 400
