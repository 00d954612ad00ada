"""Channels: which responses count, by the way in which they came.

A dataset keeps every response; its column ``channel`` says how it came in. Responses of businesses that nobody drew
(``OUTSIDE``) stand for nobody knows how many others: they are counted only where the recipe names their channel.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from scoring.engine.dataset import Dataset
from scoring.engine.types import BoolArray

CHANNELS = ("invited", "phone", "onsite", "paper", "helped", "imported", "self", "open")
OUTSIDE = frozenset({"self", "open"})
USUAL = tuple(channel for channel in CHANNELS if channel not in OUTSIDE)


@dataclass(frozen=True)
class ChannelCounts:
    """Responses by channel: those that the recipe counts, and those that it leaves out."""

    counted: Mapping[str, int]
    left_out: Mapping[str, int]


def channels_named(recipe: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The channels that a recipe names; None where it names none: then all count but those of businesses nobody drew.

    A missing ``channels`` is not written into the recipe, so that older recipes keep their hash. Raises nothing.
    Source: AAPOR, Report of the Task Force on Non-Probability Sampling, 2013.

    >>> channels_named({"channels": ["self"]}), channels_named({})
    (('self',), None)
    """
    return tuple(recipe["channels"]) if "channels" in recipe else None


def channels_apply(dataset: Dataset, recipe: Mapping[str, Any]) -> Dataset:
    """The dataset with the respondents whose channel the recipe counts, and their ratings.

    A channel that is unknown, or missing in a dataset of elsewhere, counts unless the recipe names channels. Raises
    nothing. Source: AAPOR, Report of the Task Force on Non-Probability Sampling, 2013.

    >>> from scoring.engine.example import example_dataset
    >>> channels_apply(example_dataset(), {}).respondents.shape[0]
    2
    """
    kept = _kept(dataset, recipe)
    return dataset if kept is None or kept.all() else respondents_keep(dataset, kept)


def channel_counts(dataset: Dataset, recipe: Mapping[str, Any]) -> ChannelCounts:
    """How many responses of each channel count, and how many do not; empty where the dataset has no channels.

    A missing column gives two empty tables. Raises nothing. Source: AAPOR, Standard Definitions, 2023.

    >>> from scoring.engine.example import example_dataset
    >>> channel_counts(example_dataset(), {}).left_out
    {}
    """
    kept = _kept(dataset, recipe)
    if kept is None:
        return ChannelCounts({}, {})
    given = dataset.respondents["channel"]
    both = [given[chosen].value_counts().items() for chosen in (kept, ~kept)]
    counted, left_out = ({str(name): int(n) for name, n in sorted(each)} for each in both)
    return ChannelCounts(counted, left_out)


def _kept(dataset: Dataset, recipe: Mapping[str, Any]) -> BoolArray | None:
    if "channel" not in dataset.respondents.columns:
        return None
    given = dataset.respondents["channel"]
    named = channels_named(recipe)
    kept: BoolArray = (~given.isin(list(OUTSIDE)) if named is None else given.isin(list(named))).to_numpy()
    return kept


def respondents_keep(dataset: Dataset, kept: BoolArray) -> Dataset:
    """The dataset with the respondents for whom ``kept`` (n,) is true, and their ratings; nothing may be missing.

    Raises nothing. Source: none needed, it is a choice of rows.

    >>> import numpy as np
    >>> from scoring.engine.example import example_dataset
    >>> respondents_keep(example_dataset(), np.array([True, False])).respondents.shape[0]
    1
    """
    rows = kept[dataset.rating_respondent]
    position = kept.cumsum() - 1
    return replace(
        dataset,
        respondents=dataset.respondents[kept].reset_index(drop=True),
        rating_respondent=position[dataset.rating_respondent[rows]],
        rating_unit=dataset.rating_unit[rows],
        answers=dataset.answers[rows],
        non_answers=dataset.non_answers[rows],
        satisfaction=dataset.satisfaction[rows],
    )
