"""What an analyst should look at before believing a ranking, as plain data kept with the run."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from scoring.engine.checks import NotEnoughData
from scoring.engine.diagnostics import cronbach_alpha
from scoring.engine.pipeline import Result
from scoring.frames.results import number
from scoring.frames.robustness import effective_facts, fragility_facts, weightings_facts

Facts = dict[str, Any]


def block_diagnostics(result: Result) -> Facts:
    """Weights with their margins, warnings, goalposts, reliability, nominal and effective weights, correlations."""
    named = result.tables["diagnostics"]
    about = {key: dict(zip(part["about"], part["value"], strict=True)) for key, part in named.groupby("name")}
    weights = named[named["about"] == "weights"]
    weighting = result.run.weighting
    return {
        "sha256": result.sha256,
        "warnings": [notice.as_dict() for notice in result.warnings],
        "weights": {
            "method": weighting.method if weighting else "",
            **{str(row.name_): number(row.value) for row in _named(weights)},
        },
        "margins": _records(result.tables["margins"]),
        "goalposts": _records(result.tables.get("goalposts", pd.DataFrame())),
        "signal_reliability": number(about.get("signal_reliability", {}).get("total")),
        "sub_indices": _sub_indices(result, about),
        "correlations": _records(result.tables.get("correlations", pd.DataFrame())),
        "critical": _first_critical(result.tables["critical_values"]),
        "weightings": weightings_facts(result),
        "fragility": fragility_facts(result),
        "effective": effective_facts(result),
    }


def _named(table: pd.DataFrame) -> Any:
    """Rows whose column `name` can be read: a named row keeps `name` to itself."""
    return table.rename(columns={"name": "name_"}).itertuples(index=False)


def _records(table: pd.DataFrame) -> list[Facts]:
    """Rows as plain data, absent numbers as None."""
    return [{str(key): _plain(value) for key, value in row.items()} for row in table.to_dict("records")]


def _plain(value: Any) -> Any:
    if isinstance(value, (float, np.floating)):
        return number(float(value))
    return int(value) if isinstance(value, np.integer) else value


def _sub_indices(result: Result, about: Mapping[Any, Mapping[str, float]]) -> list[Facts]:
    return [
        {
            "code": item.code,
            "nominal": number(about["nominal_weight"].get(item.code)),
            "effective": number(about["effective_weight"].get(item.code)),
            "alpha": _alpha(result, item.code),
        }
        for item in result.run.framework.sub_indices
    ]


def _alpha(result: Result, sub_index: str) -> Facts | None:
    """Cronbach's alpha of the indicators of a sub-index over units; None where it says nothing."""
    if result.run.normalised is None:
        return None
    points = result.run.normalised.points[:, result.run.framework.members(sub_index)]
    complete = points[~np.isnan(points).any(axis=1)]
    if len(complete) < 3 or not (np.ptp(complete, axis=0) > 0).all():
        return None
    try:
        with np.errstate(invalid="ignore", divide="ignore"):
            found = cronbach_alpha(complete)
    except NotEnoughData:
        return None
    return {"value": number(found.alpha), "low": number(found.lo), "high": number(found.hi), "n": found.n}


def _first_critical(table: pd.DataFrame) -> float | None:
    """The critical value of the first step of the simultaneous rank sets."""
    common = table[(table["unit"] == "") & (table["step"] == 1)]
    return number(float(common["critical"].iloc[0])) if len(common) else None
