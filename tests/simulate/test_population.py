"""What is known of the made-up populations is what large samples show."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.engine.pipeline import Inputs, score
from tests.simulate.__main__ import SCENARIOS, line, repeat
from tests.simulate.population import Scenario, framework, recipe, sample, true_totals


@pytest.mark.parametrize("kind", ["distinct", "clustered", "tied"])
def test_true_totals_are_those_of_a_sample_of_everybody(kind: str) -> None:
    scenario = Scenario(40_000, kind, 0.3, "fixed")
    survey = sample(scenario, np.random.default_rng(7))
    found = score(survey, framework(), recipe("fixed", 200), Inputs(seed=1)).scores
    assert (np.abs(found.score - true_totals(scenario)) / found.se).max() < 4
    assert found.se.max() < 0.4


def test_units_are_tied_as_the_scenario_says() -> None:
    tied = true_totals(Scenario(600, "tied", 0.3, "edition"))
    assert np.ptp(tied[1:-1]) < 1e-9
    assert tied[0] < tied[1] < tied[-1]
    clustered = true_totals(Scenario(600, "clustered", 0.3, "edition"))
    assert [len(np.unique(part.round(9))) for part in np.split(clustered, 3)] == [1, 1, 1]
    assert np.unique(true_totals(Scenario(600, "distinct", 0.3, "fixed")).round(9)).size == 30


def test_a_row_of_the_table_sums_its_samples_up() -> None:
    found = [repeat(SCENARIOS[0], 200, [1, 0, turn]) for turn in range(4)]
    again = [repeat(SCENARIOS[0], 200, [1, 0, turn]) for turn in range(4)]
    text = line(SCENARIOS[0], found)
    assert text == line(SCENARIOS[0], again)
    assert text.split()[:4] == ["600", "distinct", "0.3", "fixed"]
    assert f"{np.mean([one['width'] for one in found]):.1f}" in text
