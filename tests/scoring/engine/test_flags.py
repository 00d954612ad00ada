"""Flags: each sign strikes what it is meant for, says what was seen, and leaves the rest alone."""

from functools import partial

import numpy as np
import pytest
from scipy.stats import chi2

from scoring.engine.clean import (
    all_maximum,
    completion_share,
    even_odd,
    longstring,
    mahalanobis,
    response_variability,
)
from scoring.engine.coded import coded
from scoring.engine.copies import duplicates, near_duplicates
from scoring.engine.flags import Flag, flags, perfect_by_unit
from scoring.engine.outliers import available_covariance, available_distance
from scoring.engine.sheet import Item, Sheet
from scoring.engine.thresholds import Thresholds

RNG = np.random.default_rng(7)
ITEMS = tuple(
    Item(f"q{k}", "agree" if k < 12 else "ease", 1, 4 if k < 12 else 5, sign=-1 if k % 3 == 0 else 1, part=f"p{k // 4}")
    for k in range(16)
)


def ordinary(rows: int) -> np.ndarray:
    """Answers with a leaning of each row, so that they are consistent but not equal."""
    leaning = RNG.normal(0, 1.0, (rows, 1))
    quality = leaning + RNG.normal(0, 0.7, (rows, 16))
    sign = np.array([item.sign for item in ITEMS])
    ends = np.array([item.high for item in ITEMS])
    place = 1 / (1 + np.exp(-quality * sign))
    return np.clip(np.floor(place * ends) + 1, 1, ends)


def sheet(answers: np.ndarray, unit: np.ndarray | None = None, items: tuple[Item, ...] = ITEMS) -> Sheet:
    given = np.zeros(len(answers), dtype=np.int64) if unit is None else unit
    return Sheet(answers, items, np.arange(len(answers)), given, int(given.max(initial=0)) + 1)


def of(code: str, found: tuple[Flag, ...]) -> dict[int, dict[str, float]]:
    return {flag.row: dict(flag.evidence) for flag in found if flag.code == code}


def test_half_empty_ratings_are_incomplete() -> None:
    answers = ordinary(30)
    answers[4, 7:] = np.nan
    answers[5, 8:] = np.nan
    assert of("incomplete", flags(sheet(answers)).flags) == {4: {"answered": 7, "asked": 16}}


def test_one_answer_over_and_over_on_a_scale_is_flagged_and_scales_are_not_mixed() -> None:
    answers = ordinary(30)
    answers[3, :12] = 3
    answers[9, :9] = 2
    answers[9, 9:12] = [1, 4, 3]
    answers[9, 12:] = 2
    found = flags(sheet(answers)).flags
    assert of("same_answer", found) == {3: {"run": 12, "answered": 12}}


def test_answers_that_hardly_move_are_flagged_unless_they_are_one_answer() -> None:
    items = tuple(Item(f"q{k}", "ten", 0, 100) for k in range(12))
    answers = RNG.integers(0, 100, (30, 12)).astype(float)
    answers[2] = [50, 51] * 6
    answers[3] = 50
    found = flags(sheet(answers, items=items)).flags
    assert list(of("little_variation", found)) == [2]
    assert list(of("same_answer", found)) == [3]


def test_contradictions_are_flagged_where_the_others_are_consistent() -> None:
    items = tuple(Item(f"q{k}", "ten", 0, 10, sign=1, part=f"p{k // 4}") for k in range(24))
    level = np.repeat(RNG.uniform(1, 9, (60, 6)), 4, axis=1)
    answers = level + RNG.normal(0, 0.2, level.shape)
    swap = np.tile([1.0, -1.0], 12)
    answers[11] = 5 + swap * np.repeat([4, -4, 3, -3, 2, -2], 4)
    found = flags(sheet(answers, items=items))
    assert list(of("inconsistent", found.flags)) == [11]
    assert found.left_out == {}


def test_a_statistical_sign_that_strikes_many_is_left_out_and_said_to_be() -> None:
    items = tuple(Item(f"q{k}", "ten", 0, 10, sign=1, part=f"p{k // 4}") for k in range(24))
    found = flags(sheet(RNG.uniform(0, 10, (200, 24)), items=items))
    assert of("inconsistent", found.flags) == {}
    assert found.left_out["inconsistent"] > 0.1


def test_an_unusual_pattern_is_flagged_with_gaps_in_every_row() -> None:
    answers = RNG.multivariate_normal(np.zeros(12), 0.8 + 0.2 * np.eye(12), 400)
    answers[RNG.random(answers.shape) < 0.1] = np.nan
    answers[7] = np.tile([2.5, -2.5], 6)
    items = tuple(Item(f"q{k}", "free", -4, 4) for k in range(12))
    found = of("unusual", flags(sheet(answers, items=items)).flags)
    assert 7 in found
    assert len(found) < 8


def test_the_distance_of_complete_rows_is_mahalanobis() -> None:
    answers = RNG.normal(size=(300, 4)) @ RNG.normal(size=(4, 4))
    mean, covariance = answers.mean(axis=0), np.cov(answers, rowvar=False, ddof=0)
    deviation = answers - mean
    expected = np.einsum("ij,jk,ik->i", deviation, np.linalg.inv(covariance), deviation)
    distance, tail = available_distance(answers)
    np.testing.assert_allclose(distance, expected, rtol=1e-8)
    np.testing.assert_allclose(tail, chi2.sf(expected, 4), rtol=1e-8)


def test_a_gap_leaves_the_distance_of_the_other_answers() -> None:
    answers = RNG.normal(size=(300, 3)) @ RNG.normal(size=(3, 3))
    answers[0, 1] = np.nan
    mean, covariance = available_covariance(answers)
    there = [0, 2]
    part = answers[0, there] - mean[there]
    expected = part @ np.linalg.inv(covariance[np.ix_(there, there)]) @ part
    assert available_distance(answers)[0][0] == pytest.approx(expected, rel=1e-9)


def test_too_little_data_is_no_verdict_on_the_pattern_of_answers() -> None:
    answers = ordinary(60)
    answers[7] = np.where(np.arange(16) % 2, 1.0, [item.high for item in ITEMS])
    few, rare = answers[:19], answers.copy()
    rare[15:, 4] = np.nan
    assert "unusual" in {flag.code for flag in flags(sheet(answers)).flags}
    assert flags(sheet(few)).left_out["unusual"] is None
    distance = available_distance(rare)[0]
    assert (np.isnan(distance[:15]).all(), np.isnan(distance[15:]).any()) == (True, False)


def test_coded_answers_give_the_same_signs_to_the_last_digit() -> None:
    answers, scales = ordinary(5000), [list(range(start, 16, 4)) for start in range(4)]
    answers[RNG.random(answers.shape) < 0.05] = np.nan
    best, short = np.full(16, 5.0), coded(answers)
    for verb in (
        completion_share,
        longstring,
        response_variability,
        mahalanobis,
        partial(even_odd, scales=scales),
        partial(all_maximum, best=best),
        duplicates,
        available_distance,
    ):
        np.testing.assert_array_equal(verb(short), verb(answers))
    one, other = near_duplicates(short, differ=4), near_duplicates(answers, differ=4)
    np.testing.assert_array_equal([one.first, one.different], [other.first, other.different])
    assert (short.codes.dtype, short.alike, len(one.first) > 0) == (np.uint8, False, True)


def test_the_distance_of_a_row_with_gaps_is_that_of_its_answers() -> None:
    answers = RNG.normal(size=(300, 4)) @ RNG.normal(size=(4, 4))
    answers[0, 1] = answers[1, :2] = np.nan
    complete = answers[2:]
    distance, tail = mahalanobis(answers)
    for row, there in enumerate(([0, 2, 3], [2, 3])):
        part = answers[row, there] - complete.mean(axis=0)[there]
        expected = part @ np.linalg.inv(np.cov(complete.T)[np.ix_(there, there)]) @ part
        assert distance[row] == pytest.approx(expected, rel=1e-9)
        assert tail[row] == pytest.approx(chi2.sf(expected, len(there)), rel=1e-9)


def test_equal_and_nearly_equal_ratings_of_one_unit_are_told_apart() -> None:
    answers = RNG.integers(1, 5, (40, 16)).astype(float)
    unit = np.zeros(40, dtype=np.int64)
    unit[30:] = 1
    answers[1, :] = answers[0, :] = np.tile([1, 2, 3, 4], 4)
    answers[31, :] = answers[0, :]
    answers[2, :] = answers[0, :]
    answers[2, 5] = 4
    found = flags(sheet(answers, unit)).flags
    assert of("duplicate", found) == {
        0: {"others": 1, "group": 1, "answered": 16},
        1: {"others": 1, "group": 1, "answered": 16},
    }
    assert of("near_duplicate", found) == {
        0: {"others": 1, "different": 1, "shared": 16},
        1: {"others": 1, "different": 1, "shared": 16},
        2: {"others": 2, "different": 1, "shared": 16},
    }


def test_perfect_ratings_are_flagged_only_where_a_unit_has_far_too_many() -> None:
    best = np.array([item.high if item.sign > 0 else item.low for item in ITEMS], dtype=float)
    answers = np.vstack([ordinary(100), np.tile(best, (21, 1))])
    unit = np.r_[np.arange(100) % 4, np.full(20, 2), [1]]
    given = sheet(answers, unit)
    found = of("perfect_crowd", flags(given).flags)
    assert sorted(found) == list(range(100, 120))
    perfect, own, _rest, p = perfect_by_unit(given, Thresholds())
    assert (int(perfect[100:].sum()), own[2] > own[1]) == (21, True)
    assert found[100]["p"] == p[2] < 0.001


def test_no_ratings_give_no_flags() -> None:
    found = flags(sheet(np.zeros((0, 16))))
    assert (found.flags, found.left_out) == ((), {})


def test_the_order_of_rows_changes_nothing() -> None:
    answers = ordinary(80)
    answers[:3, :12] = 3
    order = RNG.permutation(80)
    first = {(flag.code, flag.row) for flag in flags(sheet(answers)).flags}
    second = {(flag.code, int(order[flag.row])) for flag in flags(sheet(answers[order])).flags}
    assert first == second
    assert {("same_answer", row) for row in range(3)} <= first
