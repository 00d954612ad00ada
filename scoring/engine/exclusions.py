"""Exclusions: the responses that people left out with a reason, and what leaving them out does to each unit.

A dataset keeps excluded responses; its column ``excluded`` names the reason. A run leaves them out (``reviewed``) or
uses all responses (``none``), and shows the other result beside its own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

from scoring.engine.channels import respondents_keep
from scoring.engine.checks import MethodUnknown
from scoring.engine.dataset import Dataset
from scoring.engine.pipeline import Result
from scoring.engine.types import BoolArray

REVIEWED, NONE = "reviewed", "none"
POLICIES = (REVIEWED, NONE)


def exclusion_counts(dataset: Dataset) -> dict[str, int]:
    """Responses left out by each reason, in order of the reasons' names; empty when nothing was left out.

    A missing reason (an empty text) is no exclusion. Raises nothing. Source: AAPOR, Standard Definitions, 2023
    (dispositions).

    >>> from scoring.engine.example import example_dataset
    >>> exclusion_counts(example_dataset())
    {}
    """
    given = dataset.respondents["excluded"]
    return {str(reason): int(n) for reason, n in sorted(given[given != ""].value_counts().items())}


def exclusions_apply(dataset: Dataset, policy: str) -> Dataset:
    """The dataset as one policy uses it: ``reviewed`` without the excluded respondents and their ratings, ``none``
    as it is.

    Raises ``MethodUnknown`` for any other policy.

    A missing reason (an empty text) is no exclusion. Source: AAPOR, Standard Definitions, 2023.

    >>> from scoring.engine.example import example_dataset
    >>> exclusions_apply(example_dataset(), "reviewed").respondents.shape[0]
    2
    """
    if policy not in POLICIES:
        raise MethodUnknown("exclusions", f"Exclusions are {' or '.join(POLICIES)}, not {policy}.")
    return dataset if policy == NONE else _kept(dataset, (dataset.respondents["excluded"] == "").to_numpy())


def without_flagged(dataset: Dataset, flagged: Collection[int]) -> Dataset:
    """The dataset without the flagged respondents (by number) and without those that people excluded.

    Numbers that the dataset does not have are missing from it already. Raises nothing. Source: Meade and Craig 2012,
    on showing results with and without careless respondents.

    >>> from scoring.engine.example import example_dataset
    >>> without_flagged(example_dataset(), {1}).respondents["respondent"].tolist()
    [2]
    """
    flagged_too = dataset.respondents["respondent"].isin(list(flagged))
    return _kept(dataset, ((dataset.respondents["excluded"] == "") & ~flagged_too).to_numpy())


def _kept(dataset: Dataset, kept: BoolArray) -> Dataset:
    """The dataset of some respondents."""
    if kept.all():
        return dataset
    return respondents_keep(dataset, kept)


def other_policy(policy: str) -> str:
    """The policy to compare with.

    Without ``reviewed`` it is ``none``. Raises nothing. Source: Leamer 1985, on showing both results.

    >>> other_policy("reviewed"), other_policy("none")
    ('none', 'reviewed')
    """
    return NONE if policy == REVIEWED else REVIEWED


def without_uncertainty(recipe: Mapping[str, Any]) -> dict[str, Any]:
    """The same recipe when only scores and ranks are wanted.

    A missing part of the recipe stays missing but for this. Raises nothing. Source: Leamer 1985, on showing both
    results.

    >>> without_uncertainty({"blocks": {}})["uncertainty"]
    {'method': 'none'}
    """
    return {**recipe, "uncertainty": {**recipe.get("uncertainty", {}), "method": "none"}}


def exclusion_table(kept: Result, everything: Result) -> pd.DataFrame:
    """Both results side by side, one row per unit in publication order.

    Columns: ``unit``; ``n``, ``score``, ``rank`` without the excluded responses; ``n_all``, ``score_all``,
    ``rank_all`` with them. Rank 0: takes no rank. Scores are not rounded.

    NaN where a score is missing. Raises nothing. Source: Leamer 1985, on showing both results.

    >>> from scoring.engine.example import example_framework, example_recipe, example_survey
    >>> from scoring.engine.pipeline import score
    >>> result = score(example_survey(), example_framework(), example_recipe())
    >>> exclusion_table(result, result).columns.tolist()
    ['unit', 'n', 'score', 'rank', 'n_all', 'score_all', 'rank_all']
    """
    columns = ["unit", "n", "score", "rank"]
    both = everything.scores[columns].rename(columns=lambda name: name if name == "unit" else f"{name}_all")
    return kept.scores[columns].merge(both, on="unit", how="left", validate="one_to_one")
