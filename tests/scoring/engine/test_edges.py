"""Edge cases of every verb: nothing, one unit, everybody alike, everything missing, strata of one firm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from scoring.engine.adjust import adjust
from scoring.engine.aggregate import AGGREGATORS, AggregateOptions, aggregate, combine
from scoring.engine.blocks import by_blocks
from scoring.engine.bursts import bursts
from scoring.engine.checks import InvalidWeights, NotEnoughData, RakingDidNotConverge
from scoring.engine.choices import choice_sensitivity, usual_choices
from scoring.engine.clean import (
    all_maximum,
    completion_share,
    even_odd,
    excess_by_unit,
    longstring,
    mahalanobis,
    response_variability,
)
from scoring.engine.copies import duplicates, near_duplicates
from scoring.engine.covariance import centred, correlation
from scoring.engine.diagnostics import cronbach_alpha, effective_weights, signal_reliability
from scoring.engine.drivers import drivers
from scoring.engine.fragility import fragility
from scoring.engine.leniency import connected_units, leniency
from scoring.engine.normalise import NORMALISERS, NormaliseOptions, normalise
from scoring.engine.pipeline import Result, score, score_values
from scoring.engine.rank import band, rank
from scoring.engine.ranksets import both_rank_sets, normal_draws
from scoring.engine.replicates import rake_replicates, replicate_counts, replicate_weights
from scoring.engine.resample import bootstrap
from scoring.engine.sensitivity import dirichlet_weights
from scoring.engine.types import FirmRows, Framework, Indicator, RatingRows, SubIndex, margin_build, survey_build
from scoring.engine.weight import WeightOptions, kish_n, rake
from tests.scoring.engine.small import framework, recipe, rows, survey

NOTHING = np.zeros((0, 5))
BLANK = np.full((4, 5), np.nan)
ALIKE = np.full((4, 5), 3.0)


@pytest.mark.parametrize("answers", [NOTHING, BLANK, ALIKE], ids=["nothing", "blank", "alike"])
@pytest.mark.parametrize(
    "sign",
    [
        completion_share,
        lambda a: longstring(a)[0],
        lambda a: longstring(a)[1],
        response_variability,
        lambda a: mahalanobis(a)[0],
        lambda a: mahalanobis(a)[1],
        lambda a: even_odd(a, [[0, 1], [2, 3, 4]]),
        lambda a: all_maximum(a, np.full(5, 5.0)),
        duplicates,
    ],
)
def test_signs_have_a_value_per_row_whatever_the_rows(
    sign: Callable[[np.ndarray], np.ndarray], answers: np.ndarray
) -> None:
    assert sign(answers).shape == (len(answers),)


def test_rows_without_answers_are_neither_copies_nor_runs() -> None:
    assert duplicates(BLANK).tolist() == [0] * 4
    assert len(near_duplicates(BLANK).first) == 0
    assert len(near_duplicates(NOTHING).first) == 0
    assert longstring(BLANK)[0].tolist() == [0] * 4
    assert np.isnan(response_variability(BLANK)).all()
    assert response_variability(ALIKE).tolist() == [0.0] * 4
    assert duplicates(ALIKE).tolist() == [1] * 4


def test_bursts_and_excess_of_nothing_are_unremarkable() -> None:
    none = np.zeros(0, dtype=np.int64)
    found = bursts(none, none, 3, np.random.default_rng(1))
    assert found.p.tolist() == [1.0] * 3
    assert excess_by_unit(np.zeros(0, dtype=bool), none, 3).tolist() == [1.0] * 3


def test_blocks_of_nothing_are_one_empty_block() -> None:
    assert by_blocks(0, lambda part: part.stop - part.start) == [0]
    assert by_blocks(9, lambda part: part.start, rows=2, threads=3) == [0, 2, 4, 6, 8]


@pytest.mark.parametrize("method", sorted(NORMALISERS))
@pytest.mark.parametrize(
    "values", [[], [2.0], [2.0, 2.0, 2.0], [np.nan, np.nan]], ids=["none", "one", "alike", "missing"]
)
def test_what_cannot_be_put_on_a_scale_is_missing_with_a_notice(method: str, values: list[float]) -> None:
    item = Indicator("k", "s", "positive", target=9.0)
    part = Framework(tuple(str(u) for u in range(len(values))), (SubIndex("s", 1.0),), (item,))
    found = normalise(np.array(values, dtype=float)[:, None], part, NormaliseOptions(method=method))
    assert found.points.shape == (len(values), 1)
    assert np.isnan(found.points).all()
    assert [notice.code for notice in found.notices] in (["goalposts_equal"], ["indicator_empty"])


@pytest.mark.parametrize("method", sorted(AGGREGATORS))
def test_means_of_nothing_are_missing_and_of_one_child_the_child(method: str) -> None:
    options = AggregateOptions()
    assert combine(np.zeros((0, 2)), np.ones(2), method, options)[0].shape == (0,)
    assert np.isnan(combine(np.full((3, 2), np.nan), np.ones(2), method, options)[0]).all()
    assert np.isnan(combine(np.ones((3, 2)), np.zeros(2), method, options)[0]).all()
    if method != "copeland":
        np.testing.assert_allclose(combine(np.array([[4.0], [9.0]]), np.ones(1), method, options)[0], [4.0, 9.0])


def test_units_without_any_points_have_no_total() -> None:
    part = framework()
    found = aggregate(np.full((5, 4), np.nan), part, AggregateOptions())
    assert np.isnan(found.total).all()
    assert rank(found.total).tolist() == [0] * 5
    assert band(found.total, [("good", 50.0), ("low", None)]).tolist() == [""] * 5
    kept = adjust(found.total, part.units, [], max_bonus=1, max_penalty=1)
    assert np.isnan(kept.total).all()


@pytest.mark.parametrize("method", ["none", "design", "poststratify", "rake", "calibrate"])
def test_strata_of_one_firm_each_still_give_errors(method: str) -> None:
    """Everybody is alone: all strata are pooled into one."""
    part = framework()
    alone = replace(survey(), stratum=np.arange(120))
    weighting = {"method": method} | ({} if method in ("none", "design") else {"margins": ["size"]})
    found = score(alone, part, recipe(part, weight=weighting))
    pooled = score(replace(alone, stratum=np.zeros(120, dtype=np.int64)), part, recipe(part, weight=weighting))
    assert "strata_pooled" in {notice.code for notice in found.warnings}
    np.testing.assert_allclose(found.scores.se, pooled.scores.se, rtol=1e-10)


def test_one_firm_alone_has_a_score_but_no_error() -> None:
    items = (Indicator("k", "s", "positive", question="Q", scale=(1.0, 5.0)),)
    part = Framework(("A",), (SubIndex("s", 1.0),), items)
    lone = survey_build(RatingRows([0], [0], [[4.0]], ["Q"]), FirmRows([10.0]))
    found = score(lone, part, recipe(part, normalise={"goalposts": "fixed"}))
    assert found.scores.score.tolist() == [77.5]
    assert found.scores.se.isna().all()
    assert found.scores.rank_lo.tolist() == [0]


@pytest.mark.parametrize("trim", [None, (0.99, 1.01)])
def test_raking_that_cannot_be_met_names_the_margin(trim: tuple[float, float] | None) -> None:
    """Small firms are all in trade: sector and size cannot both have their numbers."""
    size = margin_build("size", ["s", "s", "l", "l"], {"s": 80, "l": 20})
    sector = margin_build("sector", ["t", "t", "i", "i"], {"t": 50, "i": 50})
    with pytest.raises(RakingDidNotConverge) as caught:
        rake(np.ones(4), [size, sector], WeightOptions(trim=trim, max_iterations=50))
    assert caught.value.path in ("size", "sector")
    drawn = replicate_counts(np.zeros(4, dtype=np.int64), 6, np.random.default_rng(1))
    assert rake_replicates(replicate_weights(np.ones(4), np.zeros(4, dtype=np.int64), drawn), [size, sector])[1] == 6


def test_no_respondents_and_no_weight_are_refused() -> None:
    margin = margin_build("size", [], {"s": 1})
    with pytest.raises(InvalidWeights):
        rake(np.zeros(0), [margin], WeightOptions())
    assert kish_n(np.zeros(0)) == 0.0
    assert centred(np.zeros((0, 2)), np.zeros(0, dtype=np.int64)).shape == (0, 2)
    assert replicate_counts(np.zeros(0, dtype=np.int64), 3, np.random.default_rng(1)).shape == (0, 3)


@pytest.mark.parametrize("size", [1, 2])
def test_rank_sets_of_one_unit_and_of_two_alike(size: int) -> None:
    draws = normal_draws(np.eye(size), 500, np.random.default_rng(2))
    sets, alone = both_rank_sets(np.full(size, 60.0), np.eye(size), draws)
    assert (sets.lower.tolist(), sets.upper.tolist()) == ([1] * size, [size] * size)
    assert (alone.lower.tolist(), alone.upper.tolist()) == ([1] * size, [size] * size)
    assert correlation(np.zeros((size, size))).shape == (size, size)


def everybody_alike() -> Result:
    part = framework()
    return score(survey(answers=np.full((240, 4), 4.0)), part, recipe(part, normalise={"goalposts": "fixed"}))


def test_when_every_answer_is_the_same_nothing_is_uncertain_and_all_share_the_first_rank() -> None:
    found = everybody_alike()
    assert (found.scores["rank"] == 1).all()
    assert (found.scores.se == 0).all()
    assert (found.scores.rank_lo == 1).all()
    assert (found.scores.rank_hi == 5).all()
    assert (bootstrap(found.run, 50, seed=1).se < 1e-4).all()
    assert np.isnan(signal_reliability(found.scores.score.to_numpy(), found.run.uncertainty.covariance))
    assert np.isnan(effective_weights(found.run.aggregated.sub_indices, found.run.adjusted.total, framework())).all()
    swaps = fragility(found.scores.score.to_numpy(), found.run.uncertainty.influence)
    assert swaps.firms.tolist() == [0, 0, 0, 0]


def test_when_every_answer_is_missing_nobody_is_ranked() -> None:
    part = framework()
    found = score(survey(answers=np.full((240, 4), np.nan)), part, recipe(part))
    assert set(found.scores.status) == {"insufficient"}
    assert found.scores.score.isna().all()
    assert np.isnan(bootstrap(found.run, 20, seed=1).se).all()
    assert found.run.ranking.sets is None
    with pytest.raises(NotEnoughData):
        choice_sensitivity(found.run, usual_choices(found.run), np.random.default_rng(1), n=16)
    ranks = dirichlet_weights(found.run.aggregated.sub_indices, part, np.random.default_rng(1), draws=4).ranks
    assert (ranks == 0).all()


def test_diagnostics_of_too_little_are_refused_not_wrong() -> None:
    with pytest.raises(NotEnoughData):
        cronbach_alpha(np.ones((9, 1)))
    with pytest.raises(NotEnoughData):
        cronbach_alpha(np.full((9, 3), np.nan))
    with pytest.raises(NotEnoughData):
        drivers(everybody_alike().run)
    with pytest.raises(NotEnoughData):
        bootstrap(score_values(np.arange(20.0).reshape(5, 4), framework(), recipe(framework())).run)


def test_units_that_share_no_raters_are_parts_of_their_own() -> None:
    """Firms rate units 0 and 1, or 2 and 3; unit 4 is rated by nobody."""
    given = rows(units=4)
    pair = np.repeat(np.arange(120) % 2, 2)
    given["unit"] = 2 * pair + np.tile([0, 1], 120)
    part = framework()
    run = score(survey(**given), part, recipe(part, normalise={"goalposts": "fixed"})).run
    found = leniency(run)
    assert not found.connected
    assert sorted(found.part.tolist()) == [-1, 0, 0, 1, 1]
    assert np.isnan(found.score[4])
    assert found.rank[4] == 0
    none = np.zeros(0, dtype=np.int64)
    assert connected_units(none, none, 3).tolist() == [-1, -1, -1]
