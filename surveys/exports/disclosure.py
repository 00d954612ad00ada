"""A dataset for researchers: nobody who knows a business can find its answers.

What is known of a business (stratum, bands, way of answering) is told only as far as at least `fewest` rows share all
of it; of ratings, as far as at least `fewest` ratings of the same unit do. The rule, the same for both tables: rows
whose combination too few share lose their last known thing, are counted anew, lose the one before, and so on; what is
lost is "*". If in the end fewer than `fewest` have lost everything, the smallest group loses everything too.

Which units a respondent rated is telling as a whole, so that ratings are not joined: each has a number of its own.
Units that fewer than `RATERS` rated are left out. Numbers (days, visits) beyond the `fewest`-th lowest and highest of
their question become that one (all become the middle one where there are not twice as many). Weights are the mean of
what is told as the stratum. The order of rows is random. Excluded responses and remarks are left out.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from scoring.engine.dataset import Dataset
from surveys.exports.columns import Floats, Release

SMALLEST_FEWEST = 5
RATERS = 10
LOST = "*"
Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Change:
    """Of `of` rows (units, answers) so many were changed or left out. `kind`: excluded, unit, rating, band, number;
    `table` is respondents or ratings where it matters; `name` is a field, a question or a unit.
    """

    kind: str
    rows: int
    of: int
    table: str = ""
    name: str = ""

    def as_plain(self) -> dict[str, Any]:
        return asdict(self)


def full(dataset: Dataset) -> Release:
    """Everything as it was frozen; ratings carry what is known of their respondent."""
    people = _first(dataset.respondents, ["respondent"])
    counts = np.bincount(dataset.rating_respondent, minlength=len(people))
    rated = people.iloc[dataset.rating_respondent].reset_index(drop=True)
    return Release(
        respondents=people.assign(ratings=counts),
        ratings=_first(_rating_facts(dataset, rated), ["respondent", "block", "unit", "satisfaction"]),
        answers=dataset.answers,
        non_answers=dataset.non_answers,
        questions=dataset.questions,
    )


def controlled(dataset: Dataset, fields: Sequence[str], fewest: int, rng: Random) -> tuple[Release, tuple[Change, ...]]:
    """A release for researchers and what was changed for it.

    Args:
        fields: codes of the questions of the profile, those to be kept longest first.
        fewest: at least 5.
    """
    if fewest < SMALLEST_FEWEST:
        raise ValueError("A group of fewer than five protects nobody.")
    counting = (dataset.respondents["excluded"] == "").to_numpy()
    keys = ["stratum", *(code for code in fields if code in dataset.respondents.columns), "channel"]
    before = dataset.respondents[counting].reset_index(drop=True)
    people = _weighed(_coarse(before[[*keys, "base_weight"]], keys, fewest))
    changes = [Change("excluded", int((~counting).sum()), len(counting))] if not counting.all() else []
    changes += _bands_changed("respondents", before, people, keys)
    rows, left_out = _rows_told(dataset, counting, max(RATERS, fewest))
    changes += left_out
    known = dataset.respondents.iloc[dataset.rating_respondent[rows]].reset_index(drop=True)
    ratings = _rating_facts(dataset, known[[*keys, "base_weight"]], rows)
    told = (
        _weighed(pd.concat([_coarse(part, keys, fewest) for _unit, part in ratings.groupby("unit")]))
        if len(rows)
        else ratings
    )
    told = told.sort_index()
    changes += _bands_changed("ratings", ratings, told, keys)
    answers, clipped = _clipped(dataset, dataset.answers[rows], fewest)
    order = _shuffled(len(told), rng)
    release = Release(
        respondents=_numbered(people.iloc[_shuffled(len(people), rng)], "respondent"),
        ratings=_first(_numbered(told.iloc[order], "rating"), ["rating", "block", "unit", "satisfaction"]),
        answers=answers[order],
        non_answers=dataset.non_answers[rows][order],
        questions=dataset.questions,
    )
    return release, (*changes, *clipped)


def _rating_facts(dataset: Dataset, known: pd.DataFrame, rows: Places | None = None) -> pd.DataFrame:
    units = dataset.framework["units"]
    at = dataset.rating_unit if rows is None else dataset.rating_unit[rows]
    satisfaction = dataset.satisfaction if rows is None else dataset.satisfaction[rows]
    return known.assign(
        block=[units[place]["block"] for place in at],
        unit=[str(units[place]["code"]) for place in at],
        satisfaction=satisfaction,
    )


def _first(table: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    return table[[*names, *(name for name in table.columns if name not in names)]]


def _coarse(table: pd.DataFrame, keys: list[str], fewest: int) -> pd.DataFrame:
    """Every combination of the keys is shared by `fewest` rows at least; nothing is left of fewer rows than that."""
    if len(table) < fewest:
        return table.iloc[:0]
    told = table.copy()
    left = np.arange(len(told))
    for length in range(len(keys), -1, -1):
        sizes = _sizes(told.iloc[left], keys[:length])
        enough = sizes >= fewest
        told.loc[_among(left[enough], len(told)), keys[length:]] = LOST
        left = left[~enough]
    if len(left):
        sizes = _sizes(told, keys)
        sizes[left] = len(told) + 1
        smallest = told.iloc[int(sizes.argmin())][keys]
        joining = (told[keys] == smallest).all(axis=1).to_numpy()
        told.loc[joining | _among(left, len(told)), keys] = LOST
    return told


def _among(places: Places, length: int) -> npt.NDArray[np.bool_]:
    found = np.zeros(length, dtype=bool)
    found[places] = True
    return found


def _sizes(table: pd.DataFrame, keys: list[str]) -> Places:
    """By row, how many rows have the same keys."""
    if not keys:
        return np.full(len(table), len(table))
    return table.groupby(keys, sort=False)[keys[0]].transform("size").to_numpy().copy()


def _weighed(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(base_weight=table.groupby("stratum")["base_weight"].transform("mean"))


def _bands_changed(table: str, before: pd.DataFrame, told: pd.DataFrame, keys: list[str]) -> list[Change]:
    lost = {name: int((told[name] == LOST).sum()) for name in keys}
    changes = [Change("band", n, len(before), table, name) for name, n in lost.items() if n]
    return [
        *changes,
        *([Change("row", len(before) - len(told), len(before), table)] if len(told) < len(before) else []),
    ]


def _rows_told(dataset: Dataset, counting: npt.NDArray[np.bool_], raters: int) -> tuple[Places, list[Change]]:
    """The ratings that are told: of responses that count, about units with enough of them."""
    counted = counting[dataset.rating_respondent]
    units = dataset.framework["units"]
    by_unit = np.bincount(dataset.rating_unit[counted], minlength=len(units))
    few = [place for place, n in enumerate(by_unit) if 0 < n < raters]
    changes = [
        Change("unit", int(by_unit[place]), int(counted.sum()), "ratings", str(units[place]["code"])) for place in few
    ]
    return np.flatnonzero(counted & ~np.isin(dataset.rating_unit, few)), changes


def _clipped(dataset: Dataset, answers: Floats, fewest: int) -> tuple[Floats, list[Change]]:
    """Numbers that are no options: the extreme ones as far out as `fewest` are."""
    found, changes = answers.copy(), []
    scales = {item["code"]: item.get("scale") or {} for item in dataset.framework["questions"]}
    for place, code in enumerate(dataset.questions):
        column = found[:, place]
        known = np.sort(column[~np.isnan(column)])
        if scales.get(code, {}).get("options") or len(known) < fewest:
            continue
        clipped = (
            np.clip(column, known[fewest - 1], known[-fewest])
            if len(known) >= 2 * fewest
            else np.where(np.isnan(column), np.nan, np.median(known))
        )
        touched = int((clipped != column)[~np.isnan(column)].sum())
        if touched:
            changes.append(Change("number", touched, len(known), "ratings", code))
        found[:, place] = clipped
    return found, changes


def _shuffled(length: int, rng: Random) -> list[int]:
    order = list(range(length))
    rng.shuffle(order)
    return order


def _numbered(table: pd.DataFrame, name: str) -> pd.DataFrame:
    table = table.reset_index(drop=True)
    return _first(table.assign(**{name: np.arange(1, len(table) + 1)}), [name])
