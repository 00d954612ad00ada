"""Tables: every intermediate of a run laid out as data frames, so that a published number can be followed
back.

Names: ``scores``, ``sub_indices``, ``groups``, ``indicators``, ``goalposts``, ``lost_points``, ``weights``,
``margins``, ``covariance``, ``ties``, ``critical_values``, ``diagnostics``, ``correlations``. A table
without content has no rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from scoring.engine.covariance import intervals
from scoring.engine.diagnostics import (
    correlations,
    effective_weights,
    margin_rows,
    signal_reliability,
    weight_summary,
)
from scoring.engine.rank import band, status
from scoring.engine.types import FloatArray, Framework, Indicator, IntArray

if TYPE_CHECKING:
    from scoring.engine.pipeline import Run

SCORE_COLUMNS = (
    "unit", "n", "score", "se", "lo", "hi", "rank", "rank_lo", "rank_hi", "rank_lo_alone", "rank_hi_alone",
    "band", "status", "before_adjustment", "adjustment",
)  # fmt: skip


def lay_out(run: Run) -> dict[str, pd.DataFrame]:
    """All tables of a run by name.

    Raises nothing.

    >>> from scoring.engine.example import example_framework, example_recipe, example_survey
    >>> from scoring.engine.pipeline import score
    >>> result = score(example_survey(), example_framework(), example_recipe())
    >>> sorted(lay_out(result.run))[:4]
    ['correlations', 'covariance', 'critical_values', 'diagnostics']
    """
    found = {
        "scores": _scores(run),
        "sub_indices": _sub_indices(run),
        "groups": _groups(run),
        "weights": _weights(run),
        "margins": _margins(run),
        "covariance": _covariance(run),
        "ties": _ties(run),
        "critical_values": _critical(run),
        "diagnostics": _diagnostics(run),
    }
    if run.normalised is not None:
        found |= {
            "indicators": _indicators(run),
            "goalposts": _goalposts(run),
            "lost_points": _lost(run),
            "correlations": _correlations(run),
        }
    return found


def as_indicators(framework: Framework) -> tuple[Indicator, ...]:
    """Each sub-index as its own only indicator, for tables that start at sub-indices.

    Raises nothing.

    >>> from scoring.engine.example import example_framework
    >>> [item.code for item in as_indicators(example_framework())]
    ['transparency', 'time']
    """
    return tuple(Indicator(item.code, item.code, "positive") for item in framework.sub_indices)


def _confidence(run: Run) -> float:
    return float(run.recipe["uncertainty"]["confidence"])


def _scores(run: Run) -> pd.DataFrame:
    total = run.adjusted.total
    se = np.full(len(total), np.nan) if run.uncertainty is None else run.uncertainty.total_se
    lo, hi = intervals(total, se, _confidence(run))
    bands = [(item["code"], item["from"]) for item in run.recipe["rank"]["bands"]]
    sets, alone = run.ranking.sets, run.ranking.marginal
    columns = {
        "unit": list(run.framework.units),
        "n": run.measured.ratings,
        "score": total,
        "se": se,
        "lo": lo,
        "hi": hi,
        "rank": run.ranking.ranks,
        "rank_lo": _spread(run, None if sets is None else sets.lower),
        "rank_hi": _spread(run, None if sets is None else sets.upper),
        "rank_lo_alone": _spread(run, None if alone is None else alone.lower),
        "rank_hi_alone": _spread(run, None if alone is None else alone.upper),
        "band": band(total, bands),
        "status": status(total, run.withheld),
        "before_adjustment": run.aggregated.total,
        "adjustment": run.adjusted.applied,
    }
    return pd.DataFrame(columns)[list(SCORE_COLUMNS)]


def _spread(run: Run, bounds: IntArray | None) -> IntArray:
    """Bounds of the ranked units put back among all units; 0 where there is none."""
    found = np.zeros(len(run.framework.units), dtype=np.int64)
    if bounds is not None:
        found[run.ranking.takes_part] = bounds
    return found


def _long(run: Run, codes: tuple[str, ...], name: str, values: dict[str, Any]) -> pd.DataFrame:
    """A table with one row per unit and item from arrays (U, n)."""
    units = np.repeat(np.array(run.framework.units, dtype=object), len(codes))
    items = np.tile(np.array(codes, dtype=object), len(run.framework.units))
    return pd.DataFrame({"unit": units, name: items} | {key: array.ravel() for key, array in values.items()})


def _sub_indices(run: Run) -> pd.DataFrame:
    scores = run.aggregated.sub_indices
    se = np.full(scores.shape, np.nan) if run.uncertainty is None else run.uncertainty.sub_index_se
    lo, hi = intervals(scores, se, _confidence(run))
    return _long(run, run.framework.sub_index_codes, "sub_index", {"score": scores, "se": se, "lo": lo, "hi": hi})


def _groups(run: Run) -> pd.DataFrame:
    codes = tuple(item.code for item in run.framework.groups)
    return _long(run, codes, "group", {"score": run.aggregated.groups})


def _indicators(run: Run) -> pd.DataFrame:
    if run.normalised is None:
        return pd.DataFrame()
    measured = run.measured
    none = np.full(measured.values.shape, np.nan)
    se = none if run.uncertainty is None else run.uncertainty.value_se
    lo, hi = intervals(measured.values, se, _confidence(run))
    points_se = none if run.points_se is None else run.points_se
    columns = {"n": measured.n, "value": measured.values, "se": se, "lo": lo, "hi": hi}
    columns |= {"points": run.normalised.points, "points_se": points_se, "reason": measured.reasons}
    return _long(run, run.framework.codes, "indicator", columns)


def _goalposts(run: Run) -> pd.DataFrame:
    posts = () if run.normalised is None else run.normalised.goalposts
    units = run.framework.units
    rows = [
        {
            "indicator": code,
            "lower": item.lo,
            "upper": item.hi,
            "source": item.source,
            "lower_unit": "" if item.lo_unit is None else units[item.lo_unit],
            "upper_unit": "" if item.hi_unit is None else units[item.hi_unit],
            "lower_edition": item.lo_edition,
            "upper_edition": item.hi_edition,
        }
        for code, item in zip(run.framework.codes, posts, strict=True)
    ]
    return pd.DataFrame(rows)


def _lost(run: Run) -> pd.DataFrame:
    if run.lost is None:
        return pd.DataFrame()
    lo, hi = intervals(run.lost.lost, run.lost.se, _confidence(run))
    known = run.uncertainty is not None
    nothing = np.full(run.lost.lost.shape, np.nan)
    columns = {"lost": run.lost.lost, "se": run.lost.se, "lo": lo, "hi": hi}
    if not known:
        columns |= dict.fromkeys(("se", "lo", "hi"), nothing)
    return _long(run, run.framework.codes, "indicator", columns)


def _weights(run: Run) -> pd.DataFrame:
    names = ("respondent", "stratum", "base_weight", "weight")
    if run.survey is None or run.weighting is None:
        return pd.DataFrame(columns=list(names))
    survey = run.survey
    labels = np.array(survey.strata or [str(h) for h in range(int(survey.stratum.max(initial=0)) + 1)], dtype=object)
    columns = (list(survey.respondents), labels[survey.stratum], survey.base_weight, run.weighting.weights)
    return pd.DataFrame(dict(zip(names, columns, strict=True)))


def _margins(run: Run) -> pd.DataFrame:
    names = ["margin", "level", "respondents", "population", "before", "after"]
    if run.survey is None or run.weighting is None:
        return pd.DataFrame(columns=names)
    met = {margin.name: margin for margin in run.weighting.margins}
    rows = [
        row
        for margin in run.survey.margins
        for row in margin_rows(met.get(margin.name, margin), run.survey.base_weight, run.weighting.weights)
    ]
    return pd.DataFrame(rows, columns=names)


def _covariance(run: Run) -> pd.DataFrame:
    units = list(run.framework.units)
    if run.uncertainty is None:
        return pd.DataFrame(columns=["unit", *units])
    table = pd.DataFrame(run.uncertainty.covariance, columns=units)
    table.insert(0, "unit", units)
    return table


def _ties(run: Run) -> pd.DataFrame:
    """Pairs of ranked units that the data cannot tell apart, both ways round."""
    if run.ranking.sets is None:
        return pd.DataFrame(columns=["unit", "other"])
    codes = np.array(run.framework.units, dtype=object)[run.ranking.takes_part]
    first, second = np.nonzero(run.ranking.sets.indistinct)
    return pd.DataFrame({"unit": codes[first], "other": codes[second]})


def _critical(run: Run) -> pd.DataFrame:
    names = ["unit", "step", "critical"]
    if run.ranking.sets is None or run.ranking.marginal is None:
        return pd.DataFrame(columns=names)
    rows = [("", step, value) for step, value in enumerate(run.ranking.sets.critical, start=1)]
    ranked = np.flatnonzero(run.ranking.takes_part)
    for u, values in zip(ranked, run.ranking.marginal.critical, strict=True):
        rows += [(run.framework.units[int(u)], step, value) for step, value in enumerate(values, start=1)]
    return pd.DataFrame(rows, columns=names)


def _diagnostics(run: Run) -> pd.DataFrame:
    """One number per row: name, what it is about, value."""
    rows: list[tuple[str, str, float]] = []
    if run.survey is not None and run.weighting is not None:
        rows += [
            (name, "weights", value) for name, value in weight_summary(run.survey.base_weight, run.weighting).items()
        ]
    shares = effective_weights(run.aggregated.sub_indices, run.aggregated.total, run.framework)
    for item, share in zip(run.framework.sub_indices, shares, strict=True):
        rows += [("nominal_weight", item.code, item.weight), ("effective_weight", item.code, float(share))]
    if run.uncertainty is not None:
        rows.append(("signal_reliability", "total", signal_reliability(run.adjusted.total, run.uncertainty.covariance)))
    return pd.DataFrame(rows, columns=["name", "about", "value"])


def _correlations(run: Run) -> pd.DataFrame:
    points: FloatArray = np.zeros((0, 0)) if run.normalised is None else run.normalised.points
    scores = np.column_stack([run.aggregated.sub_indices, run.aggregated.total])
    names = [*run.framework.sub_index_codes, "total"]
    table = pd.DataFrame(correlations(points, scores), columns=names)
    table.insert(0, "indicator", list(run.framework.codes))
    return table
