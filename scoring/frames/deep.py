"""Diagnostics that take seconds, as plain data: what the second job keeps beside a complete run."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from scoring.engine.checks import EngineError
from scoring.engine.choices import Choice, ChoiceSensitivity, choice_sensitivity, usual_choices
from scoring.engine.diagnostics import Alpha, consistency, leave_one_out
from scoring.engine.drivers import drivers
from scoring.engine.leniency import leniency
from scoring.engine.normalise import History
from scoring.engine.outlying import outlying_goalposts
from scoring.engine.pipeline import Progress, Result
from scoring.engine.resample import bootstrap
from scoring.engine.sensitivity import dirichlet_weights
from scoring.engine.types import FloatArray
from scoring.frames.exclusions import Compared

Facts = dict[str, Any]
Part = Callable[["Given"], Facts]

DIGITS = 8
REPLICATES, DRAWS, POINTS = 1000, 10_000, 1024
MIDDLE = 0.9
BOUNDS = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0, 5.0)
UNIT_COLUMNS = {
    "unit": "unit", "n": "n", "score": "score", "se": "se", "rank": "rank", "rank_low": "rank_lo",
    "rank_high": "rank_hi", "own_low": "rank_lo_alone", "own_high": "rank_hi_alone", "status": "status",
}  # fmt: skip


@dataclass(frozen=True)
class Given:
    """A result, the earlier values its goalposts read, and the results by other responses where there are any."""

    result: Result
    history: History
    compared: Compared = field(default_factory=Compared)

    def rng(self, stream: int) -> np.random.Generator:
        """Every verb draws from a stream of its own, so that one does not move another."""
        return np.random.default_rng([self.result.seed, stream])


def deep_diagnostics(given: Given, tell: Progress) -> Facts:
    """Everything about one block; what cannot be had says why: `{"missing": {"code", "path", "params"}}`.

    Rounded to 8 digits, behind which the order of adding differs from machine to machine.
    """
    found: Facts = {"units": _units(given.result)}
    for place, (name, part) in enumerate(PARTS.items()):
        tell(name, place / len(PARTS))
        try:
            found[name] = part(given)
        except EngineError as error:
            found[name] = {"missing": {"code": error.code, "path": error.path, "params": error.params}}
    plain: Facts = rounded(found)
    return plain


def rounded(value: Any) -> Any:
    """Plain data with floats of 8 significant digits and None for what is not a number."""
    if isinstance(value, Mapping):
        return {str(key): rounded(each) for key, each in value.items()}
    if isinstance(value, np.ndarray):
        return rounded(value.tolist())
    if isinstance(value, (list, tuple)):
        return [rounded(each) for each in value]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (float, np.floating)):
        return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value


def _units(result: Result) -> list[Facts]:
    table = result.scores[list(UNIT_COLUMNS.values())].set_axis(list(UNIT_COLUMNS), axis="columns")
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def _weights(given: Given) -> Facts:
    """How many responses have a weight up to each bound, in medians of the weights; the last number is above all."""
    weighting = given.result.run.weighting
    weights = np.zeros(0) if weighting is None else weighting.weights
    middle = float(np.median(weights)) if len(weights) else 1.0
    place = np.searchsorted(np.array(BOUNDS), weights / middle * (1 - 1e-12), side="left")
    return {"bounds": list(BOUNDS), "counts": np.bincount(place, minlength=len(BOUNDS) + 1), "median": middle}


def _consistency(given: Given) -> Facts:
    return {
        code: {"items": found.items, "units": _alpha(found.on_units), "responses": _alpha(found.on_responses)}
        | {"asked": _asked(given, found.items)}
        for code, found in consistency(given.result.run).items()
    }


def _asked(given: Given, items: tuple[str, ...]) -> list[str]:
    """The indicators measured by questions: only they have answers that can agree with each other."""
    framework = given.result.run.framework
    return [code for code in items if framework.indicator(code).statistic != "hard"]


def _alpha(found: Alpha | None) -> Facts | None:
    if found is None or not math.isfinite(found.alpha):
        return None
    return {
        "alpha": found.alpha,
        "standardised": found.standardised,
        "low": found.lo,
        "high": found.hi,
        "n": found.n,
        "rest": found.item_rest,
        "dropped": found.if_dropped,
    }


def _goalposts(given: Given) -> Facts:
    found = outlying_goalposts(given.result.run)
    codes = given.result.run.framework.codes
    return {
        code: {"lower": found.lower[k], "upper": found.upper[k], "places": found.places[:, k]}
        for k, code in enumerate(codes)
    }


def _leave_one_out(given: Given) -> Facts:
    """Ranks of the units without each indicator; 0 = none."""
    found = leave_one_out(given.result.run)
    return dict(zip(given.result.run.framework.codes, found.ranks, strict=True))


def _leniency(given: Given) -> Facts:
    found = leniency(given.result.run)
    columns = {"score": found.score, "rank": found.rank, "part": found.part, "alarm": found.alarm}
    return {"firm_share": found.firm_share, "connected": found.connected} | columns


def _drivers(given: Given) -> Facts:
    found = drivers(given.result.run)
    parts = dict(zip(given.result.run.framework.sub_index_codes, found.importance, strict=True))
    return {"parts": parts, "r_squared": found.r_squared, "n": found.n}


def _drawn_weights(given: Given) -> Facts:
    """Middle 90 % of the ranks of the ranked units under weights drawn around the official ones."""
    run = given.result.run
    scores: FloatArray = np.where(run.ranking.takes_part[:, None], run.aggregated.sub_indices, np.nan)
    found = dirichlet_weights(scores, run.framework, given.rng(1), draws=DRAWS)
    low, high = found.spread(MIDDLE)
    return {"draws": DRAWS, "low": low, "high": high, "first": (found.ranks == 1).mean(axis=0)}


def _choices(given: Given) -> Facts:
    """Sobol indices; without the choice of trimming where the weights cannot be trimmed so far, and without that of
    responses where the others cannot be scored by themselves.
    """
    run, cleaned = given.result.run, given.compared.without
    choices = usual_choices(run, None if cleaned is None else cleaned.run.survey)
    choices, found = _possible(given, choices)
    return {
        "names": found.names,
        "options": {choice.name: [option.label for option in choice.options] for choice in choices},
        "first": found.first,
        "whole": found.whole,
        "shift_first": found.shift_first,
        "shift_whole": found.shift_whole,
        "low": found.lower,
        "high": found.upper,
        "spread": found.spread,
        "sampling": found.sampling_spread,
    }


def _possible(given: Given, choices: list[Choice]) -> tuple[list[Choice], ChoiceSensitivity]:
    """As many of the choices as can be computed together, and what they do; the fault of all where none can."""
    faults = []
    for left_out in ((), ("trimming",), ("responses",), ("trimming", "responses")):
        kept = [choice for choice in choices if choice.name not in left_out]
        if len(kept) + len(left_out) != len(choices):
            continue
        try:
            return kept, choice_sensitivity(given.result.run, kept, given.rng(2), n=POINTS, history=given.history)
        except EngineError as error:
            faults.append(error)
    raise faults[0]


def _errors(given: Given) -> Facts:
    """Standard errors of the totals by both ways."""
    run = given.result.run
    found = bootstrap(run, REPLICATES, given.result.seed)
    linear = np.full(len(found.se), np.nan) if run.uncertainty is None else run.uncertainty.total_se
    return {"replicates": REPLICATES, "unmet": found.unmet, "linear": linear, "bootstrap": found.se}


def _flagged(given: Given) -> Facts:
    """Scores and ranks of the run, with the excluded responses too, and without every flagged one; empty where all are
    the same.
    """
    compared = given.compared
    if compared.fault is not None:
        return {"missing": compared.fault}
    others = {"all": compared.everything, "without": compared.without}
    found = {name: _standing(result) for name, result in others.items() if result is not None}
    return {"check": compared.check, "responses": _responses(given.result)} | found if found else {}


def _standing(result: Result) -> Facts:
    run = result.run
    standing = {"score": run.adjusted.total, "rank": run.ranking.ranks, "n": run.measured.ratings}
    return {"responses": _responses(result)} | standing


def _responses(result: Result) -> int:
    return 0 if result.run.survey is None else result.run.survey.n_firms


PARTS: dict[str, Part] = {
    "weights": _weights,
    "consistency": _consistency,
    "goalposts": _goalposts,
    "leave_one_out": _leave_one_out,
    "leniency": _leniency,
    "drivers": _drivers,
    "drawn_weights": _drawn_weights,
    "flagged": _flagged,
    "choices": _choices,
    "errors": _errors,
}
