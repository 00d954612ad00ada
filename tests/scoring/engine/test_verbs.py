"""Edge cases of every verb."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.engine.adjust import Adjustment, adjust
from scoring.engine.aggregate import AggregateOptions, aggregate, arithmetic, combine, copeland, harmonic, power_half
from scoring.engine.checks import (
    DuplicateRating,
    GoalpostsMissing,
    IndicatorUnknown,
    InvalidWeights,
    MarginLevelMissing,
    MarginTotalsDiffer,
    MethodUnknown,
    RakingDidNotConverge,
    ShapeMismatch,
    UnitUnknown,
)
from scoring.engine.margins import collapse
from scoring.engine.measure import measure, weighted_mean, weighted_median
from scoring.engine.normalise import NORMALISERS, Column, Goalposts, NormaliseOptions, goalposts, normalise
from scoring.engine.rank import band, rank
from scoring.engine.types import (
    FirmRows,
    Framework,
    HardData,
    Indicator,
    RatingRows,
    SubIndex,
    encode_answers,
    margin_build,
    survey_build,
)
from scoring.engine.weight import WeightOptions, calibrate, design_effect, kish_n, poststratify, rake
from tests.scoring.engine.small import framework, rows, survey


def test_encoding_keeps_every_number_and_missing() -> None:
    rng = np.random.default_rng(1)
    numbers = np.column_stack([rng.integers(0, 400, 500), rng.normal(size=500), np.full(500, np.nan)])
    codes, values = encode_answers(numbers)
    assert codes.dtype == np.uint16
    back = values[np.arange(3), codes]
    np.testing.assert_array_equal(back, numbers)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"firm": [0, 0], "unit": [0, 0]}, DuplicateRating),
        ({"firm": [0, 9], "unit": [0, 0]}, ShapeMismatch),
        ({"firm": [0, 1], "unit": [0]}, ShapeMismatch),
    ],
)
def test_survey_refuses_impossible_ratings(change: dict[str, list[int]], error: type[Exception]) -> None:
    with pytest.raises(error):
        survey_build(RatingRows(answers=[[1.0], [2.0]], questions=["Q"], **change), FirmRows([1.0, 1.0]))


def test_survey_refuses_negative_weights() -> None:
    with pytest.raises(InvalidWeights):
        survey_build(RatingRows([0], [0], [[1.0]], ["Q"]), FirmRows([-1.0]))


def test_raking_names_the_margin_that_cannot_be_met() -> None:
    one = margin_build("size", ["a", "a", "b"], {"a": 60, "b": 40})
    two = margin_build("kind", ["x", "x", "y"], {"x": 30, "y": 70})
    with pytest.raises(RakingDidNotConverge) as caught:
        rake(np.ones(3), [one, two], WeightOptions(max_iterations=50))
    assert caught.value.path == "size"
    assert caught.value.params["worst"] > 0.1


def test_raking_with_trimming_meets_margins_within_bounds() -> None:
    data = survey(firms=400)
    loose = rake(data.base_weight, data.margins, WeightOptions())
    reach = loose.weights.max() / np.median(loose.weights)
    bound = 1 + 0.97 * (reach - 1)
    tight = rake(data.base_weight, data.margins, WeightOptions(trim=(0.1, bound), tolerance=1e-8, max_iterations=5000))
    for margin in data.margins:
        met = np.bincount(margin.codes, weights=tight.weights)
        np.testing.assert_allclose(met, margin.totals, rtol=1e-7)
    assert tight.weights.max() <= bound * np.median(tight.weights) * (1 + 1e-7)
    assert loose.weights.max() > bound * np.median(loose.weights)


def test_respondents_who_did_not_say_keep_their_weight_on_a_margin() -> None:
    size = margin_build("size", ["a", "a", "b", ""], {"a": 60, "b": 40})
    sector = margin_build("sector", ["x", "y", "x", "y"], {"x": 50, "y": 50})
    found = rake(np.ones(4), [size, sector], WeightOptions())
    met = np.bincount([0, 0, 1, 2], weights=found.weights)
    np.testing.assert_allclose(met, [45, 30, 25], rtol=1e-7)
    np.testing.assert_allclose(np.bincount([0, 1, 0, 1], weights=found.weights), [50, 50], rtol=1e-7)
    assert [(notice.code, notice.path, notice.params) for notice in found.notices] == [
        ("level_unsaid", "size", {"n": 1})
    ]


def test_weighting_refuses_missing_levels_and_unequal_populations() -> None:
    unknown = margin_build("size", ["a", "c"], {"a": 1, "b": 1})
    with pytest.raises(MarginLevelMissing) as caught:
        rake(np.ones(2), [unknown], WeightOptions())
    assert caught.value.path == "size"
    nobody = margin_build("size", ["a", "a"], {"a": 1, "b": 1})
    with pytest.raises(MarginLevelMissing):
        calibrate(np.ones(2), [nobody], WeightOptions())
    one, two = margin_build("m", ["a", "b"], {"a": 1, "b": 1}), margin_build("n", ["a", "b"], {"a": 2, "b": 2})
    with pytest.raises(MarginTotalsDiffer):
        rake(np.ones(2), [one, two], WeightOptions())


def test_post_stratification_meets_one_margin() -> None:
    margin = margin_build("m", ["a", "b"], {"a": 30, "b": 10})
    assert poststratify(np.ones(2), [margin], WeightOptions()).weights.tolist() == [30.0, 10.0]
    for margins in ([], [margin, margin]):
        with pytest.raises(ShapeMismatch):
            poststratify(np.ones(2), margins, WeightOptions())


def test_slightly_different_populations_are_scaled_and_reported() -> None:
    one, two = margin_build("m", ["a", "b"], {"a": 50, "b": 50}), margin_build("n", ["a", "b"], {"a": 50.2, "b": 50.2})
    found = rake(np.ones(2), [one, two], WeightOptions())
    assert [notice.code for notice in found.notices] == ["margin_rescaled"]
    assert found.weights.sum() == pytest.approx(100)


def test_collapse_joins_the_two_smallest_levels() -> None:
    margin = margin_build("m", list("aaaabbcd"), {"a": 40, "b": 20, "c": 7, "d": 3})
    joined, notices = collapse(margin, 2)
    assert joined.levels == ("a", "b", "c + d")
    assert list(joined.totals) == [40, 20, 10]
    assert list(joined.codes) == [0, 0, 0, 0, 1, 1, 2, 2]
    assert len(notices) == 1


def test_equal_weights_cost_nothing_and_no_weights_say_nothing() -> None:
    assert kish_n(np.full(7, 3.0)) == pytest.approx(7)
    assert design_effect(np.full(7, 3.0)) == pytest.approx(1)
    assert np.isnan(design_effect(np.zeros(0)))


def test_median_ignores_missing_and_weightless_answers() -> None:
    x = np.array([9.0, 1.0, 5.0, np.nan, 100.0])
    assert weighted_median(x, np.array([1.0, 1.0, 1.0, 1.0, 0.0])) == 5.0
    assert np.isnan(weighted_median(np.array([np.nan]), np.ones(1)))
    assert np.isnan(weighted_mean(np.array([np.nan]), np.ones(1)))
    even = np.array([4.0, 1.0, 2.0, 3.0])
    assert weighted_median(even, np.ones(4)) == np.median(even)


def test_measure_equals_the_plain_definitions() -> None:
    data, part = survey(), framework()
    w = np.linspace(1, 2, data.n_firms)
    found = measure(data, part, w)
    numbers = data.values[np.arange(4), data.answers]
    for u in range(5):
        mine = data.unit == u
        weights = w[data.firm[mine]]
        agree = np.where(np.isnan(numbers[mine, 2]), np.nan, numbers[mine, 2] >= 4)
        assert found.values[u, 0] == pytest.approx(weighted_mean(numbers[mine, 0], weights), abs=1e-12)
        assert found.values[u, 2] == pytest.approx(weighted_mean(agree, weights), abs=1e-12)
        assert found.values[u, 3] == weighted_median(numbers[mine, 3], weights)
        assert found.n[u, 0] == (~np.isnan(numbers[mine, 0])).sum()


def test_values_below_their_minimum_are_missing_with_a_reason() -> None:
    answers = rows()["answers"]
    answers[rows()["unit"] == 0, 0] = np.nan
    data = survey(answers=answers)
    part = framework(min_n=40)
    found = measure(data, part, data.base_weight, min_ratings=0)
    assert found.reasons[0, 0] == "no_answer"
    few = found.n < 40
    assert few.any()
    assert not few.all()
    assert np.isnan(found.values[few]).all()
    assert set(found.reasons[few]) <= {"no_answer", "below_minimum"}
    assert set(measure(data, part, data.base_weight, min_ratings=10**6).reasons.ravel()) == {"unit_below_minimum"}


def test_hard_data_needs_its_dossiers_and_leaves_soft_values_alone() -> None:
    items = (Indicator("soft", "s", "positive", question="Q0"), Indicator("hard", "s", "positive", "hard", min_n=30))
    part = Framework(("u0", "u1", "u2"), (SubIndex("s", 1.0),), items)
    figures = np.array([[np.nan, 90.0], [np.nan, 80.0], [np.nan, np.nan]])
    dossiers = np.array([[np.nan, 29.0], [np.nan, np.nan], [np.nan, np.nan]])
    data = survey(units=3, indicators=1)
    found = measure(data, part, data.base_weight, hard=HardData(figures, dossiers))
    assert list(found.reasons[:, 1]) == ["few_dossiers", "", "no_figure"]
    assert found.values[1, 1] == 80.0
    assert not np.isnan(found.values[:, 0]).any()


def test_measure_refuses_a_question_that_was_not_asked() -> None:
    part = Framework(("u0",), (SubIndex("s", 1.0),), (Indicator("k", "s", "positive", question="QX"),))
    with pytest.raises(IndicatorUnknown):
        measure(survey(), part, survey().base_weight)


def one_indicator(values: list[float], options: NormaliseOptions, history=None, **item):
    part = Framework(
        tuple("abcdefgh"[: len(values)]),
        (SubIndex("s", 1.0),),
        (Indicator("k", "s", **({"direction": "positive"} | item)),),
    )
    return normalise(np.array(values)[:, None], part, options, history)


def test_equal_goalposts_make_an_indicator_missing_with_a_notice() -> None:
    found = one_indicator([3.0, 3.0], NormaliseOptions())
    assert np.isnan(found.points).all()
    assert [notice.code for notice in found.notices] == ["goalposts_equal"]


def test_an_indicator_without_value_is_missing_with_a_notice() -> None:
    found = one_indicator([np.nan, np.nan], NormaliseOptions())
    assert [notice.code for notice in found.notices] == ["indicator_empty"]


def test_values_beyond_fixed_goalposts_are_kept_and_reported() -> None:
    found = one_indicator([0.0, 6.0], NormaliseOptions(goalposts="fixed", fixed={"k": (1.0, 5.0)}))
    assert found.points[:, 0].tolist() == [-1.25, 12.25]
    assert [notice.code for notice in found.notices] == ["outside_goalposts"]


def test_goalpost_rules() -> None:
    item, values = Indicator("k", "s", "positive", "share"), np.array([2.0, 4.0])
    past = {"2021": {"k": [0.0]}, "2022": {"k": [9.0]}, "2023": {"k": [3.0]}}

    def ends(**settings) -> tuple[float, float]:
        found = goalposts(values, item, NormaliseOptions(edition="2024", **settings), past)
        return found.lo, found.hi

    assert ends(goalposts="edition") == (2.0, 4.0)
    assert ends(goalposts="pooled", editions=("2022",)) == (2.0, 9.0)
    assert ends(goalposts="envelope", base="2021") == (0.0, 9.0)
    assert ends(goalposts="envelope", base="2021", restarts={"k": "2022"}) == (2.0, 9.0)
    assert ends(goalposts="envelope", base="2021", restarts={"k": "2024"}) == (2.0, 4.0)
    assert ends(goalposts="fixed") == (0.0, 1.0)
    with pytest.raises(GoalpostsMissing):
        ends(goalposts="pooled", editions=("2019",))
    with pytest.raises(GoalpostsMissing):
        ends(goalposts="envelope", base="2019")
    with pytest.raises(GoalpostsMissing):
        goalposts(values, Indicator("k", "s", "positive"), NormaliseOptions(goalposts="fixed"), {})


def test_an_unknown_normalisation_is_refused() -> None:
    with pytest.raises(MethodUnknown):
        one_indicator([1.0, 2.0], NormaliseOptions(method="magic"))


@pytest.mark.parametrize("method", sorted(set(NORMALISERS) - {"rank", "borda", "percentile_rank"}))
@pytest.mark.parametrize("direction", ["positive", "negative"])
def test_derivatives_of_normalisations_agree_with_differences(method: str, direction: str) -> None:
    values = np.array([2.0, 3.5, np.nan, 7.0, 5.0])
    item = Indicator("k", "s", direction, target=9.0 if direction == "positive" else 1.0)
    options = NormaliseOptions(method=method, target=(1.0, 10.0))
    part = Framework(tuple("abcde"), (SubIndex("s", 1.0),), (item,))
    found = normalise(values[:, None], part, options)
    for v in (0, 1, 3, 4):
        step = np.zeros(5)
        step[v] = 1e-6
        up = normalise((values + step)[:, None], part, options).points[:, 0]
        down = normalise((values - step)[:, None], part, options).points[:, 0]
        known = ~np.isnan(values)
        np.testing.assert_allclose(found.jacobian[0][known, v], ((up - down) / 2e-6)[known], atol=1e-5)


def test_rank_methods_orient_and_share_ranks() -> None:
    posts = Goalposts(1.0, 3.0, "edition")
    column = Column(np.array([1.0, 3.0, 1.0, np.nan]), Indicator("k", "s", "negative"), (0.0, 1.0), posts)
    np.testing.assert_array_equal(NORMALISERS["rank"](column)[0], [2.0, 1.0, 2.0, np.nan])
    np.testing.assert_array_equal(NORMALISERS["borda"](column)[0], [1.0, 0.0, 1.0, np.nan])
    np.testing.assert_array_equal(NORMALISERS["percentile_rank"](column)[0], [0.5, 0.0, 0.5, np.nan])


@pytest.mark.parametrize("mean", ["arithmetic", "geometric", "harmonic", "power_half"])
def test_derivatives_of_means_agree_with_differences(mean: str) -> None:
    values, weights = np.array([[2.0, 5.0, 3.0]]), np.array([1.0, 2.0, 0.5])
    _, gradient = combine(values, weights, mean, AggregateOptions())
    for c in range(3):
        step = np.zeros((1, 3))
        step[0, c] = 1e-6
        up = combine(values + step, weights, mean, AggregateOptions())[0]
        down = combine(values - step, weights, mean, AggregateOptions())[0]
        assert gradient[0, c] == pytest.approx(float((up - down)[0]) / 2e-6, abs=1e-7)


def test_means_are_ordered_and_refuse_zero() -> None:
    values, weights = np.array([[1.0, 9.0], [0.0, 9.0]]), np.ones(2)
    assert harmonic(values, weights)[0][0] < power_half(values, weights)[0][0] < arithmetic(values, weights)[0][0]
    assert np.isnan(harmonic(values, weights)[0][1])


def test_copeland_counts_pairs_won() -> None:
    values = np.array([[3.0, 3.0], [2.0, 2.0], [1.0, 4.0]])
    assert copeland(values, np.array([2.0, 1.0]))[0].tolist() == [2.0, 0.0, -2.0]


@pytest.mark.parametrize(("availability", "expected"), [("count", np.nan), ("weight", 4.0)])
def test_missing_children_count_by_number_or_by_weight(availability: str, expected: float) -> None:
    options = AggregateOptions(threshold=0.6, availability=availability)
    found = combine(np.array([[4.0, np.nan, np.nan]]), np.array([8.0, 1.0, 1.0]), "arithmetic", options)[0]
    np.testing.assert_array_equal(found, [expected])


def test_weights_on_empty_children_go_to_the_others() -> None:
    part = framework()
    points = np.array([[4.0, 6.0, np.nan, 2.0]])
    found = aggregate(points, part, AggregateOptions(threshold=0.5))
    assert found.sub_indices.tolist() == [[4.0, 4.0]]
    assert found.total[0] == pytest.approx(40.0)
    assert np.isnan(aggregate(points, part, AggregateOptions(threshold=0.6)).total[0])


def test_adjustment_caps_bonus_and_penalty_apart() -> None:
    given = [Adjustment("a", 5.0, "x"), Adjustment("a", -3.0, "y"), Adjustment("b", 0.5, "z")]
    found = adjust(np.array([50.0, np.nan]), ["a", "b"], given, max_bonus=2.0, max_penalty=1.0)
    assert found.total[0] == 51.0
    assert np.isnan(found.total[1])
    assert [notice.path for notice in found.notices] == ["a"]
    with pytest.raises(UnitUnknown):
        adjust(np.array([1.0]), ["a"], [Adjustment("c", 1.0, "x")], max_bonus=1, max_penalty=1)


def test_ranks_use_full_precision() -> None:
    assert rank(np.array([70.0, 70.0 + 1e-7, 70.0])).tolist() == [2, 1, 2]
    assert rank(np.array([1.0, 2.0]), np.array([True, False])).tolist() == [1, 0]
    assert band(np.array([80.0, 80.0 - 1e-7]), [("a", 80.0), ("b", None)]).tolist() == ["a", "b"]
