"""A small made-up edition to try the engine on: in docstrings, notebooks and lessons."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from scoring.engine.dataset import HARD_COLUMNS, MARGIN_COLUMNS, Dataset, DatasetParts, dataset_read, dataset_write
from scoring.engine.recipe import recipe_default
from scoring.engine.sheet import Item, Sheet
from scoring.engine.types import (
    FirmRows,
    Framework,
    Indicator,
    RatingRows,
    SubIndex,
    Survey,
    margin_build,
    survey_build,
)

FIRMS = 60


def example_framework() -> Framework:
    """Three departments, two sub-indices, three indicators: a mean, days where less is better, a share.

    Raises nothing.

    >>> example_framework().codes
    ('clarity', 'days', 'help')
    """
    return Framework(
        ("A", "B", "C"),
        (SubIndex("transparency", 0.4), SubIndex("time", 0.6)),
        (
            Indicator("clarity", "transparency", "positive", question="Q1", scale=(1.0, 5.0)),
            Indicator("days", "time", "negative", "median", question="Q2", scale=(0.0, 20.0)),
            Indicator("help", "time", "positive", "share", question="Q3", share_of=(3.0, 4.0)),
        ),
    )


def example_survey() -> Survey:
    """Sixty firms in two strata, each rating two of the three units; a tenth of the answers is missing.

    Nothing is drawn at random: the answers follow from the numbers of firm and unit. Units A, B, C are ever weaker.
    Margin ``size`` says that 700 of 1,000 businesses are small, although only half of the firms are. Raises nothing.

    >>> survey = example_survey()
    >>> survey.n_firms, survey.n_ratings, survey.questions
    (60, 120, ('Q1', 'Q2', 'Q3'))
    """
    firm = np.repeat(np.arange(FIRMS), 2)
    unit = (firm + np.tile([0, 1], FIRMS)) % 3
    mood = np.array([-1, 0, 0, 1, 0])[firm % 5]
    clarity = np.clip(np.array([4, 3, 3])[unit] + mood - (firm % 4 == unit), 1, 5)
    days = np.array([3, 5, 8])[unit] + firm * 5 % 7
    helped = np.clip(np.array([3, 3, 2])[unit] + np.array([-1, 0, 1, 0, 0, -1, 1])[firm % 7], 1, 4)
    answers = np.column_stack([clarity, days, helped]).astype(np.float64)
    answers[(np.arange(answers.size) % 10 == 9).reshape(answers.shape)] = np.nan
    satisfaction = np.clip(clarity - (days > 8) + (firm % 3 == 0), 1, 5)
    size = ["small" if i % 2 else "large" for i in range(FIRMS)]
    return survey_build(
        RatingRows(firm, unit, answers, ("Q1", "Q2", "Q3"), satisfaction),
        FirmRows(
            base_weight=np.full(FIRMS, 1000 / FIRMS),
            stratum=np.arange(FIRMS) // 30,
            margins=[margin_build("size", size, {"small": 700, "large": 300})],
            strata=["coast", "inland"],
        ),
    )


def example_recipe(**changes: dict[str, Any]) -> dict[str, Any]:
    """The default recipe with fixed goalposts, low minimum numbers and few draws; ``changes`` alter parts of it.

    Raises nothing; ``recipe_validate`` says whether the changes make sense.

    >>> example_recipe(weight={"method": "none"})["weight"]["method"]
    'none'
    """
    recipe = recipe_default([example_framework()], edition="2024")
    usual = {"measure": {"min_n": 1, "min_ratings": 1}, "normalise": {"goalposts": "fixed"}}
    for part in (usual, {"uncertainty": {"draws": 1000}}, changes):
        for name, settings in part.items():
            recipe[name] = recipe[name] | settings
    return recipe


def example_parts() -> DatasetParts:
    """What a small dataset is written from: two respondents, two units, a question and an administrative figure.

    Raises nothing.

    >>> example_parts().ratings["Q1"].tolist()
    [4, 'dk', 2]
    """
    asked = {"code": "clarity", "sub_index": "transparency", "direction": "positive", "question": "Q1"}
    early = {"code": "early", "sub_index": "transparency", "direction": "positive", "statistic": "hard"}
    return DatasetParts(
        framework={
            "edition": {"code": "2024"},
            "blocks": [{"code": "main"}],
            "units": [{"code": "A", "block": "main"}, {"code": "B", "block": "main"}],
            "sub_indices": [{"code": "transparency", "weights": {"main": 1.0}}],
            "indicators": [asked, early],
            "questions": [{"code": "Q1"}],
        },
        respondents=pd.DataFrame(
            {"respondent": [1, 2], "size": ["small", "large"], "stratum": ["x", "x"], "base_weight": [30.0, 10.0]}
        ),
        ratings=pd.DataFrame(
            [(1, "A", None, 4), (1, "B", None, "dk"), (2, "A", 5, 2)],
            columns=["respondent", "unit", "satisfaction", "Q1"],
        ),
        hard=pd.DataFrame([("A", "early", 85.0, "report", "2024", 400)], columns=list(HARD_COLUMNS)),
        margins=pd.DataFrame([("", "size", "small", 30), ("", "size", "large", 10)], columns=list(MARGIN_COLUMNS)),
    )


def example_dataset() -> Dataset:
    """The dataset of ``example_parts``, written and read again. Raises nothing.

    >>> example_dataset().questions
    ('Q1',)
    """
    return dataset_read(dataset_write(example_parts()))


def example_sheet() -> Sheet:
    """Six ratings on twelve questions: one answer over and over; three alike or nearly; one broken off; one that says
    the opposite at every turn. Raises nothing.

    >>> example_sheet().answers.shape
    (6, 12)
    """
    steps = [1.0, 2.0, 3.0, 4.0] * 3
    rows = [[3.0] * 12, steps, steps, [*steps[:-1], 3.0], [2.0, 3.0, 1.0, *[np.nan] * 9], [4.0, 1.0] * 6]
    items = tuple(Item(f"q{k}", "agree", 1, 4, sign=1, part=f"p{k // 3}") for k in range(12))
    return Sheet(np.array(rows), items, np.arange(6), np.array([0, 0, 0, 0, 1, 1]), 2)
