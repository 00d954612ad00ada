"""What the last edition's data say about spread and about who is rated, for planning the next sample.

Read from the frozen dataset, never from single answers in the database; what leaves this module are standard deviations
and shares of the whole. A dataset never changes, so the figures are kept in the cache.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
from django.core.cache import cache

from scoring.engine.dataset import dataset_read, survey_from_dataset
from scoring.engine.types import Framework, Indicator, Survey
from surveys.models import Dataset, Edition, Invitation
from surveys.population.precision import Spread

Floats = npt.NDArray[np.float64]
FEWEST_FOR_SPREAD = 30
KEPT_SECONDS = 7 * 24 * 3600
LEAST_BETWEEN = 0.5


@dataclass(frozen=True)
class Evidence:
    """`spread` by block, `rated`: share of respondents who rated a unit, by its code, `groups`: standard deviation of
    the businesses' leniency by bands of (variable, …) with at least 30 businesses; () is everybody.
    """

    year: int
    responses: int
    response_rate: float | None
    spread: Mapping[str, Spread] = field(default_factory=dict)
    rated: Mapping[str, float] = field(default_factory=dict)
    groups: Mapping[tuple[tuple[str, str], ...], float] = field(default_factory=dict)

    def leniency(self, variables: tuple[str, ...], cell: tuple[str, ...]) -> float:
        """The spread among businesses of a cell, by as many of its first variables as there are enough businesses."""
        for length in range(len(cell), -1, -1):
            key = tuple(zip(variables[:length], cell[:length], strict=True))
            if key in self.groups:
                return self.groups[key]
        return 1.0


def evidence_for(edition: Edition, variables: tuple[str, ...]) -> Evidence | None:
    """From the latest frozen edition of the province before this one; None where there is none."""
    found = Dataset.objects.filter(edition__province=edition.province_id, edition__year__lt=edition.year)
    dataset = found.select_related("edition").order_by("-edition__year", "-number").first()
    if dataset is None:
        return None
    key = f"evidence:1:{dataset.sha256}:{'-'.join(variables)}"
    kept: Evidence | None = cache.get(key)
    if kept is None:
        kept = _read(dataset, variables)
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def _read(dataset: Dataset, variables: tuple[str, ...]) -> Evidence:
    with dataset.file.open("rb") as file:
        content = dataset_read(file.read())
    firms = len(content.respondents)
    spread: dict[str, Spread] = {}
    rated: dict[str, float] = {}
    leniency = np.zeros((firms, 2))
    for block in content.blocks:
        survey, framework = survey_from_dataset(content, block)
        totals = rating_totals(survey, framework)
        known = np.isfinite(totals)
        unit, firm, totals = survey.unit[known], survey.firm[known], totals[known]
        counts = np.bincount(unit, minlength=len(framework.units))
        means = np.bincount(unit, totals, minlength=len(framework.units)) / np.maximum(counts, 1)
        residuals = totals - means[unit]
        spread[block] = _spread(residuals, counts, means, _stretch(survey, framework, residuals))
        rated |= {code: float(n) / max(firms, 1) for code, n in zip(framework.units, counts, strict=True)}
        leniency[:, 0] += np.bincount(firm, residuals, minlength=firms)
        leniency[:, 1] += np.bincount(firm, minlength=firms)
    invited = Invitation.objects.filter(edition=dataset.edition).count()
    return Evidence(
        year=dataset.edition.year,
        responses=firms,
        response_rate=min(firms / invited, 1.0) if invited else None,
        spread=spread,
        rated=rated,
        groups=_groups(content.respondents, leniency, variables),
    )


def _stretch(survey: Survey, framework: Framework, residuals: Floats) -> float:
    """How much wider ratings spread on goalposts that are the lowest and the highest unit of the edition itself."""
    totals = rating_totals(survey, framework, between_units=True)
    known = np.isfinite(totals)
    unit, totals = survey.unit[known], totals[known]
    means = np.bincount(unit, totals) / np.maximum(np.bincount(unit), 1)
    narrow = float((residuals**2).sum())
    return float(np.sqrt(((totals - means[unit]) ** 2).sum() / narrow)) if narrow else 1.0


def rating_totals(survey: Survey, framework: Framework, *, between_units: bool = False) -> Floats:
    """The total (R,) on 10..100 of each single rating, on the ends of the answer scales; NaN without an answer.

    With `between_units` the ends are the lowest and the highest mean of a unit instead, and totals can lie beyond.

    Weights of sub-indices and indicators are those of the framework, rescaled over the answers present.
    """
    places = {code: place for place, code in enumerate(survey.questions)}
    subs = {sub.code: sub.weight for sub in framework.sub_indices}
    within = pd.Series([each.weight for each in framework.indicators]).groupby(
        [each.sub_index for each in framework.indicators]
    ).sum()  # fmt: skip
    total, weights = np.zeros(survey.n_ratings), np.zeros(survey.n_ratings)
    for each in framework.indicators:
        if each.question not in places or each.scale is None:
            continue
        place = places[each.question]
        number = survey.values[place, survey.answers[:, place]]
        points = _points(number, each, survey.unit if between_units else None)
        weight = subs[each.sub_index] * each.weight / within[each.sub_index]
        total += np.where(np.isnan(points), 0.0, points * weight)
        weights += np.where(np.isnan(points), 0.0, weight)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(10 * total / weights)


def _points(number: Floats, indicator: Indicator, unit: npt.NDArray[np.int64] | None) -> Floats:
    """1 to 10 for each answer, NaN where there is none; beyond that where means of units are the goalposts."""
    low, high = indicator.scale or (0.0, 0.0)
    if indicator.statistic == "share":
        low, high = 0.0, 1.0
        number = np.where(np.isnan(number), np.nan, np.isin(number, indicator.share_of).astype(float))
    number = np.clip(number, low, high)
    if unit is not None:
        known = ~np.isnan(number)
        counts = np.bincount(unit[known], minlength=1)
        means = np.bincount(unit[known], number[known], minlength=1)[counts > 0] / counts[counts > 0]
        low, high = (float(means.min()), float(means.max())) if len(means) else (0.0, 0.0)
    share = (number - low) / (high - low) if high > low else np.full(len(number), np.nan)
    return np.asarray(1 + 9 * (share if indicator.sign > 0 else 1 - share))


def _spread(residuals: Floats, counts: npt.NDArray[np.int64], means: Floats, stretch: float) -> Spread:
    rated = counts > 0
    freedom = max(int(counts.sum() - rated.sum()), 1)
    within = float(np.sqrt((residuals**2).sum() / freedom))
    if within == 0 or rated.sum() < 2:
        return Spread()
    noise = float(np.mean(within**2 / counts[rated]))
    between = float(np.sqrt(max(float(np.var(means[rated], ddof=1)) - noise, LEAST_BETWEEN**2)))
    return Spread(within, between, stretch)


def _groups(
    respondents: pd.DataFrame, leniency: Floats, variables: tuple[str, ...]
) -> dict[tuple[tuple[str, str], ...], float]:
    """Standard deviations of the mean residual of a business, by the bands of the first 0, 1, 2 … variables."""
    answered = leniency[:, 1] > 0
    mean = pd.Series(leniency[answered, 0] / leniency[answered, 1])
    known = [name for name in variables if name in respondents.columns]
    table = respondents.loc[answered, known].reset_index(drop=True).astype(str)
    found: dict[tuple[tuple[str, str], ...], float] = {(): float(mean.std(ddof=1)) if len(mean) > 1 else 1.0}
    for length in range(1, len(known) + 1):
        names = known[:length]
        if tuple(names) != variables[:length]:
            break
        for bands, values in mean.groupby([table[name] for name in names]):
            if len(values) >= FEWEST_FOR_SPREAD:
                found[tuple(zip(names, map(str, bands), strict=True))] = float(values.std(ddof=1))
    return found
