"""Sensitivity of ranks to the choices of method."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from scoring.engine.checks import MethodUnknown, NotEnoughData, ShapeMismatch
from scoring.engine.choices import WEIGHTS, Choice, Option, choice_sensitivity, usual_choices
from scoring.engine.pipeline import Run, score, score_values
from scoring.engine.sensitivity import dirichlet_weights
from scoring.engine.types import Framework, SubIndex, Survey
from tests.scoring.engine.small import framework, recipe, rows, survey

SMALL = framework(units=12, indicators=6)
PART = replace(SMALL, indicators=tuple(replace(item, statistic="mean") for item in SMALL.indicators))


@pytest.fixture(scope="module")
def run() -> Run:
    plan = recipe(PART, weight={"method": "rake", "margins": ["size", "sector"]}, normalise={"goalposts": "fixed"})
    return score(survey(300, 12, 6), PART, plan).run


def firms_from(data: Survey, first: int) -> Survey:
    keep = np.flatnonzero(data.firm >= first)
    return replace(data, firm=data.firm[keep], unit=data.unit[keep], answers=data.answers[keep])


def test_the_only_choice_decides_everything(run: Run) -> None:
    """With weights held, a choice between two sets of answers explains all movement of ranks; an empty choice none."""
    half = firms_from(run.survey, 150)
    choices = [Choice("responses", (Option("all"), Option("half", survey=half))), Choice("nothing", (Option("a"),) * 2)]
    found = choice_sensitivity(run, choices, np.random.default_rng(1), concentration=1e9)
    assert found.names == (WEIGHTS, "responses", "nothing")
    moving = ~np.isnan(found.first[:, 0])
    assert moving.sum() > 3
    np.testing.assert_allclose(found.first[moving, 1], 1, atol=0.1)
    np.testing.assert_allclose(found.whole[moving, 1], 1, atol=0.1)
    np.testing.assert_allclose(found.whole[moving][:, [0, 2]], 0, atol=0.02)
    again = score(half, PART, run.recipe).run.ranking.ranks
    np.testing.assert_array_equal([found.lower, found.upper], np.sort([run.ranking.ranks, again], axis=0))


def test_all_usual_choices_are_tried_and_indices_are_shares(run: Run) -> None:
    choices = usual_choices(run, firms_from(run.survey, 30))
    assert [choice.name for choice in choices] == ["normalise", "aggregate", "goalposts", "trimming", "responses"]
    found = choice_sensitivity(run, choices, np.random.default_rng(2), concentration=10.0)
    assert found.first.shape == (12, 6)
    often = found.spread > 0.5
    assert often.sum() > 3
    assert (found.whole[often] > -0.1).all()
    assert (found.whole[often] < 1.2).all()
    assert found.shift_whole.sum() > 0.8
    assert (found.lower >= 1).all()
    assert (found.lower <= found.upper).all()
    assert (found.sampling_spread > 0).any()


def test_the_same_seed_gives_the_same_indices(run: Run) -> None:
    one, two = (choice_sensitivity(run, usual_choices(run), np.random.default_rng(3), n=64) for _ in range(2))
    np.testing.assert_array_equal(one.whole, two.whole)


def test_a_unit_without_rank_takes_no_part() -> None:
    given = rows(120, 12, 6)
    given["answers"][given["unit"] == 2] = np.nan
    run = score(survey(120, 12, 6, **given), PART, recipe(PART, normalise={"goalposts": "fixed"})).run
    found = choice_sensitivity(run, usual_choices(run), np.random.default_rng(1), n=64)
    assert np.isnan(found.first[2]).all()
    assert found.upper[2] == 0
    assert found.upper.max() <= 11


def test_choices_without_fixed_goalposts_leave_them_out() -> None:
    part = replace(PART, indicators=tuple(replace(item, scale=None) for item in PART.indicators))
    run = score(survey(120, 12, 6), part, recipe(part)).run
    assert [choice.name for choice in usual_choices(run)] == ["normalise", "aggregate"]


def test_impossible_sensitivity_is_refused(run: Run) -> None:
    rng = np.random.default_rng(1)
    many = [Choice(str(i), (Option("a"), Option("b"))) for i in range(10)]
    with pytest.raises(ShapeMismatch):
        choice_sensitivity(run, many, rng)
    with pytest.raises(MethodUnknown):
        choice_sensitivity(run, [Choice("a", (Option("c", {"aggregate": {"total": "copeland"}}),))], rng)
    with pytest.raises(NotEnoughData):
        choice_sensitivity(score_values(np.arange(72.0).reshape(12, 6), PART, recipe(PART)).run, [], rng)


def test_ten_thousand_weight_draws_are_quick() -> None:
    subs = np.random.default_rng(1).uniform(1, 10, (30, 8))
    part = Framework(tuple(f"u{u}" for u in range(30)), tuple(SubIndex(f"s{s}", 1 / 8) for s in range(8)), ())
    dirichlet_weights(subs, part, np.random.default_rng(1))
    begun = time.process_time()
    found = dirichlet_weights(subs, part, np.random.default_rng(1))
    assert time.process_time() - begun < 0.05
    assert found.ranks.shape == (10_000, 30)
