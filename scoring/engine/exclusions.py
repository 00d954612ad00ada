"""Exclusions: the responses that people left out with a reason, and what leaving them out does to each unit.

A dataset keeps excluded responses; its column ``excluded`` names the reason. A run leaves them out (``reviewed``) or
uses all responses (``none``), and shows the other result beside its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from scoring.engine.checks import MethodUnknown
from scoring.engine.dataset import Dataset
from scoring.engine.pipeline import Result

REVIEWED, NONE = "reviewed", "none"
POLICIES = (REVIEWED, NONE)


def exclusion_counts(dataset: Dataset) -> dict[str, int]:
    """Responses left out by each reason, in order of the reasons' names; empty when nothing was left out."""
    given = dataset.respondents["excluded"]
    return {str(reason): int(n) for reason, n in sorted(given[given != ""].value_counts().items())}


def exclusions_apply(dataset: Dataset, policy: str) -> Dataset:
    """The dataset as one policy uses it: ``reviewed`` without the excluded respondents and their ratings, ``none``
    as it is.

    Raises ``MethodUnknown`` for any other policy.
    """
    if policy not in POLICIES:
        raise MethodUnknown("exclusions", f"Exclusions are {' or '.join(POLICIES)}, not {policy}.")
    kept = (dataset.respondents["excluded"] == "").to_numpy()
    if policy == NONE or kept.all():
        return dataset
    rows = kept[dataset.rating_respondent]
    position = np.cumsum(kept) - 1
    return replace(
        dataset,
        respondents=dataset.respondents[kept].reset_index(drop=True),
        rating_respondent=position[dataset.rating_respondent[rows]],
        rating_unit=dataset.rating_unit[rows],
        answers=dataset.answers[rows],
        non_answers=dataset.non_answers[rows],
        satisfaction=dataset.satisfaction[rows],
    )


def other_policy(policy: str) -> str:
    """The policy to compare with."""
    return NONE if policy == REVIEWED else REVIEWED


def without_uncertainty(recipe: Mapping[str, Any]) -> dict[str, Any]:
    """The same recipe when only scores and ranks are wanted."""
    return {**recipe, "uncertainty": {**recipe.get("uncertainty", {}), "method": "none"}}


def exclusion_table(kept: Result, everything: Result) -> pd.DataFrame:
    """Both results side by side, one row per unit in publication order.

    Columns: ``unit``; ``n``, ``score``, ``rank`` without the excluded responses; ``n_all``, ``score_all``,
    ``rank_all`` with them. Rank 0: takes no rank. Scores are not rounded.
    """
    columns = ["unit", "n", "score", "rank"]
    both = everything.scores[columns].rename(columns=lambda name: name if name == "unit" else f"{name}_all")
    return kept.scores[columns].merge(both, on="unit", how="left", validate="one_to_one")
