"""Strata, allocation, the draw and the expected precision: pure functions against figures worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.population.allocation import (
    Floor,
    FloorsTooHigh,
    SampleTooLarge,
    SampleTooSmall,
    neyman,
    proportional,
    with_floors,
)
from surveys.population.drawing import stratum_drawn, wave_sizes
from surveys.population.precision import Spread, design_effect, half_widths, rank_widths
from surveys.population.strata import strata_of, stratum_names

OPTIONS = [["e", "c", "h"], ["a", "b"], ["micro", "small", "large"]]
LABELS = [
    {"e": "Doanh nghiệp", "c": "Hợp tác xã", "h": "Hộ"},
    {"a": "Huyện A", "b": "Huyện B"},
    {"micro": "Dưới 10", "small": "10 đến 49", "large": "Từ 50"},
]


def test_small_cells_are_joined_along_the_last_variable_first() -> None:
    counts = {
        ("e", "a", "micro"): 100, ("e", "a", "small"): 30, ("e", "a", "large"): 3,
        ("e", "b", "micro"): 80, ("e", "b", "small"): 25, ("e", "b", "large"): 21,
        ("c", "a", "micro"): 6, ("c", "b", "micro"): 9,
        ("h", "a", "micro"): 500, ("h", "b", "micro"): 400,
    }  # fmt: skip

    strata = strata_of(counts, OPTIONS, 20)

    assert [(each.cells, each.population) for each in strata] == [
        ((("e", "a", "micro"),), 100),
        ((("e", "a", "small"), ("e", "a", "large")), 33),
        ((("e", "b", "micro"),), 80),
        ((("e", "b", "small"),), 25),
        # Both kinds of cooperatives together are still too few: they join the smaller neighbour of another type.
        ((("e", "b", "large"), ("c", "a", "micro"), ("c", "b", "micro")), 36),
        ((("h", "a", "micro"),), 500),
        ((("h", "b", "micro"),), 400),
    ]
    assert stratum_names(strata, OPTIONS, LABELS)[:2] == [
        "Doanh nghiệp · Huyện A · Dưới 10",
        "Doanh nghiệp · Huyện A · 10 đến 49 + Từ 50",
    ]


@given(
    st.dictionaries(
        st.tuples(st.sampled_from("ech"), st.sampled_from("ab"), st.sampled_from(["micro", "small", "large"])),
        st.integers(0, 60),
        min_size=1,
    ),
    st.integers(1, 40),
)
def test_strata_hold_every_business_once_and_none_is_small(
    counts: dict[tuple[str, str, str], int], smallest: int
) -> None:
    strata = strata_of(counts, OPTIONS, smallest)

    cells = [cell for each in strata for cell in each.cells]
    assert sorted(cells) == sorted(cell for cell, count in counts.items() if count)
    assert sum(each.population for each in strata) == sum(counts.values())
    assert len(strata) < 2 or min(each.population for each in strata) >= smallest
    names = stratum_names(strata, OPTIONS, LABELS)
    assert len(set(names)) == len(names)
    assert max(map(len, names), default=0) <= 80


def test_allocations_by_hand() -> None:
    population = np.array([600, 300, 100])

    assert proportional(population, 100).tolist() == [60, 30, 10]
    # N·S = 600, 900, 100: shares 37.5, 56.25, 6.25.
    assert neyman(population, np.array([1.0, 3.0, 1.0]), 100).tolist() == [38, 56, 6]
    # A stratum cannot give more than it has; the rest goes to the others in proportion.
    assert neyman(np.array([10, 500, 500]), np.array([100.0, 1.0, 1.0]), 110).tolist() == [10, 50, 50]


def test_neyman_has_the_smallest_variance_of_neighbouring_allocations() -> None:
    population, spread = np.array([500, 300, 200]), np.array([2.0, 5.0, 1.0])

    def variance(drawn: list[int]) -> float:
        return float(sum(n**2 * s**2 / m for n, s, m in zip(population, spread, drawn, strict=True)))

    best = neyman(population, spread, 120).tolist()

    for take in range(3):
        for give in range(3):
            moved = list(best)
            moved[take] -= 3
            moved[give] += 3
            assert variance(best) <= variance(moved) + 1e-9


@given(st.lists(st.integers(1, 400), min_size=1, max_size=12), st.integers(1, 1500))
def test_any_allocation_adds_up_within_its_bounds(people: list[int], size: int) -> None:
    population = np.array(people)
    if size > sum(people):
        with pytest.raises(SampleTooLarge):
            proportional(population, size)
    elif size < sum(min(count, 2) for count in people):
        with pytest.raises(SampleTooSmall):
            proportional(population, size)
    else:
        drawn = proportional(population, size)
        assert drawn.sum() == size
        assert (drawn <= population).all()
        assert (drawn >= np.minimum(population, 2)).all()


def test_floors_lift_what_is_short_and_leave_the_rest_in_proportion() -> None:
    population = np.array([1000, 1000, 100, 100])
    locality = np.array([0.0, 0.0, 1.0, 1.0])

    drawn = with_floors(population, 200, [Floor(locality, 60)], [0, 0, 1, 1])

    assert drawn[2:].sum() == 60
    assert drawn[:2].tolist() == [70, 70]
    with pytest.raises(FloorsTooHigh):
        with_floors(population, 200, [Floor(locality, 201)])


def test_a_floor_of_ratings_draws_more_from_those_who_deal_with_the_unit() -> None:
    population = np.array([500, 500])

    drawn = with_floors(population, 100, [Floor(0.5 * np.array([0.1, 0.6]), 20)])

    assert (0.5 * np.array([0.1, 0.6]) * drawn).sum() >= 19.5
    assert drawn.sum() == 100


def test_the_draw_depends_on_businesses_and_seed_only() -> None:
    keys = [f"{number:04d}" for number in range(200)]
    back = list(reversed(keys))

    def drawn(order: list[str], seed: int) -> list[tuple[str, int]]:
        return [(order[place], wave) for place, wave in stratum_drawn(order, 50, 20, 2, (seed, 3))]

    assert drawn(keys, 7) == drawn(back, 7)
    assert drawn(keys, 7) != drawn(keys, 8)
    assert len({key for key, _wave in drawn(keys, 7)}) == 70
    assert [wave for _key, wave in drawn(keys, 7)] == [0] * 50 + [1] * 10 + [2] * 10
    assert wave_sizes(7, 3) == [3, 2, 2]


def test_every_business_of_a_stratum_is_drawn_equally_often() -> None:
    keys = [str(number) for number in range(20)]

    counts = np.zeros(20)
    for seed in range(4000):
        for place, _wave in stratum_drawn(keys, 5, 0, 0, (seed, 0)):
            counts[place] += 1

    # 4,000 draws of 5 out of 20: 1,000 each, standard deviation 27.
    assert abs(counts - 1000).max() < 4.5 * np.sqrt(4000 * 0.25 * 0.75)


def test_half_widths_by_hand_and_by_simulation() -> None:
    ratings, weights = np.array([[30.0], [70.0]]), np.array([4.0, 1.0])
    effect = design_effect(ratings, weights)
    width = half_widths(ratings.sum(axis=0), effect, Spread(within=12.0))[0]

    # Kish: 100·(30·16 + 70) ÷ (30·4 + 70)² = 1.5235; 1.96·12·√(1.5235 ÷ 100) = 2.903.
    assert effect[0] == pytest.approx(1.5235, abs=1e-4)
    assert width == pytest.approx(2.903, abs=1e-3)
    rng = np.random.default_rng(1)
    w = np.repeat(weights, [30, 70])
    means = (rng.normal(0, 12, (20_000, 100)) * w).sum(axis=1) / w.sum()
    assert 1.96 * means.std() == pytest.approx(width, rel=0.02)


def test_rank_widths_agree_with_a_simulation_of_the_rank_ranges() -> None:
    units, spread, rng = 20, Spread(between=4.0), np.random.default_rng(2)
    widths = np.full(units, 3.0)
    expected = rank_widths(widths, spread)[0]

    error = 3.0 / 1.959964
    critical = 3.61  # 95 % of the range of 20 units, as a multiple of the error of a difference
    found = []
    for _time in range(400):
        totals = rng.normal(0, 4.0, units) + rng.normal(0, error, units)
        apart = np.abs(totals[:, None] - totals[None, :]) > critical * error * np.sqrt(2)
        found.append(units - apart.sum(axis=1).mean())

    assert expected == pytest.approx(np.mean(found), rel=0.04)


def test_more_answers_never_widen_a_range_and_nobody_means_every_rank() -> None:
    spread = Spread(between=3.0)

    def widths(number: float) -> list[float]:
        return rank_widths(half_widths(np.full(10, number), np.ones(10), spread), spread).tolist()

    assert widths(50)[0] > widths(100)[0] > widths(1000)[0] > 1
    assert rank_widths(np.array([2.0, np.inf, 2.0]), spread)[1] == 3
