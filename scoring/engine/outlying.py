"""Outlying: which goalposts hang on a single unit, and how much of the scale that unit takes alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.engine.checks import NotEnoughData
from scoring.engine.normalise import GOALPOST_METHODS
from scoring.engine.options import normalise_options
from scoring.engine.pipeline import Run
from scoring.engine.types import FloatArray

FEWEST = 3


@dataclass(frozen=True)
class Outlying:
    """Per indicator: ``lower``, ``upper`` (K,) share of the scale that the unit at this end takes alone; ``places``
    (U, K) where each value stands between the goalposts, 0 = lower, 1 = upper.
    """

    lower: FloatArray
    upper: FloatArray
    places: FloatArray

    @property
    def greatest(self) -> FloatArray:
        """The larger of both shares (K,); NaN where no unit of this edition sets an end."""
        return np.fmax(self.lower, self.upper)


def outlying_goalposts(run: Run) -> Outlying:
    """How far each unit that sets a goalpost stands from the next one, as a share of the scale (hi − lo).

    share at the upper end = (hi − second greatest)/(hi − lo), at the lower end likewise: by so much the scale would
    shrink without that unit. NaN for an end that no unit of this edition sets (fixed, an earlier edition), for a scale
    without length, for fewer than 3 values, and where points do not come from goalposts (ranks, z-scores). Raises
    ``NotEnoughData`` for a run that starts from sub-indices.

    Unit: a share 0..1. Source: OECD and JRC, Handbook on Constructing Composite Indicators, 2008, step 5 (outliers set
    the scale); Dixon 1950.

    >>> from scoring.engine.example import example_framework, example_recipe, example_survey
    >>> from scoring.engine.pipeline import score
    >>> result = score(example_survey(), example_framework(), example_recipe(normalise={"goalposts": "edition"}))
    >>> outlying_goalposts(result.run).upper.round(2).tolist()
    [1.0, 0.6, 0.06]
    """
    if run.normalised is None:
        raise NotEnoughData("indicators", "There are no indicators between goalposts.")
    values = run.measured.values
    size = values.shape[1]
    lower, upper = np.full(size, np.nan), np.full(size, np.nan)
    places = np.full(values.shape, np.nan)
    options = normalise_options(run.recipe)
    for k, (code, post) in enumerate(zip(run.framework.codes, run.normalised.goalposts, strict=True)):
        length = post.hi - post.lo
        if not length > 0 or options.of(code, "method") not in GOALPOST_METHODS:
            continue
        places[:, k] = (values[:, k] - post.lo) / length
        present = np.sort(places[~np.isnan(places[:, k]), k])
        if len(present) < FEWEST:
            continue
        if post.lo_unit is not None:
            lower[k] = present[1] - present[0]
        if post.hi_unit is not None:
            upper[k] = present[-1] - present[-2]
    return Outlying(lower, upper, places)
