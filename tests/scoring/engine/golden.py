"""Reading the golden cases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from scoring.engine.recipe import FORMAT
from scoring.engine.types import FirmRows, Margin, RatingRows, Survey, margin_build, survey_build

GOLDEN = Path(__file__).parents[2] / "golden"


def recipe(blocks: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """A recipe without minimum numbers or weighting unless ``parts`` say otherwise."""
    base: dict[str, Any] = {
        "format": FORMAT,
        "weight": {"method": "none"},
        "measure": {"min_n": 1, "min_ratings": 0},
        "normalise": {"method": "minmax", "target": [1, 10]},
        "aggregate": {},
        "rank": {},
        "uncertainty": {},
        "blocks": blocks,
    }
    return base | parts


def margins_of(table: pd.DataFrame, people: pd.DataFrame) -> tuple[Margin, ...]:
    return tuple(
        margin_build(
            str(name), list(people[name].astype(str)), dict(zip(g.level.astype(str), g.N.astype(float), strict=True))
        )
        for name, g in table.groupby("margin", sort=False)
    )


def ddci_survey() -> Survey:
    people = pd.read_csv(GOLDEN / "ddci/respondents.csv")
    ratings = pd.read_csv(GOLDEN / "ddci/ratings.csv")
    questions = list(pd.read_csv(GOLDEN / "ddci/criteria.csv").criterion)
    margins = margins_of(pd.read_csv(GOLDEN / "ddci/margins.csv"), people)
    rows = RatingRows(ratings.resp, ratings.unit, ratings[questions], questions)
    return survey_build(rows, FirmRows(people.w0, people["size"], margins))


def ddci_recipe(goalposts: str, method: str = "rake") -> dict[str, Any]:
    criteria = pd.read_csv(GOLDEN / "ddci/criteria.csv")
    weights = pd.read_csv(GOLDEN / "ddci/subindices.csv")
    block = {
        "sub_indices": [{"code": f"s{r.subindex}", "weight": r.weight / 100} for r in weights.itertuples()],
        "indicators": [
            {
                "code": r.criterion,
                "sub_index": f"s{r.subindex}",
                "direction": "negative" if r.reversed else "positive",
                "scale": [1, 10],
            }
            for r in criteria.itertuples()
        ],
    }
    weighting = {"method": method, "margins": ["sector", "district", "size"], "tolerance": 1e-12}
    normalise = {"method": "minmax", "target": [1, 10], "goalposts": goalposts}
    return recipe({"main": block}, weight=weighting, normalise=normalise)


def coinr_block(weights_file: str) -> dict[str, Any]:
    """COINr's levels: indicators, eight groups, two sub-indices, index."""
    meta = pd.read_csv(GOLDEN / "coinr/asem_iMeta.csv").set_index("iCode")
    weights = pd.read_csv(GOLDEN / "coinr" / weights_file).set_index("iCode").Weight
    indicators, groups = meta[meta.Level == 1], meta[meta.Level == 2]
    return {
        "sub_indices": [{"code": code, "weight": float(weights[code])} for code in ("Conn", "Sust")],
        "groups": [
            {"code": code, "sub_index": row.Parent, "weight": float(weights[code])} for code, row in groups.iterrows()
        ],
        "indicators": [
            {
                "code": code,
                "sub_index": groups.Parent[row.Parent],
                "group": row.Parent,
                "direction": "positive" if row.Direction > 0 else "negative",
                "weight": float(weights[code]),
                "target": float(row.Target),
            }
            for code, row in indicators.iterrows()
        ],
    }


def largest(a: Any, b: Any) -> float:
    """Largest absolute difference; missing must be missing in both."""
    left, right = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    assert (np.isnan(left) == np.isnan(right)).all()
    return float(np.nanmax(np.abs(left - right)))
