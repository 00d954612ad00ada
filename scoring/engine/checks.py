"""Typed refusals and warnings of the engine.

The engine speaks in stable codes, paths and parameters; whoever shows them to a person turns them into a
sentence of that person's language. The English sentence carried along serves notebooks and logs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True)
class Notice:
    """Something the reader of a result must know although the computation went on.

    ``code`` is stable, ``path`` names the place (indicator, unit, margin …), ``params`` fill the sentence.
    """

    code: str
    path: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The notice as plain data, in a fixed order of keys."""
        return {"code": self.code, "path": self.path, "params": dict(sorted(self.params.items()))}


@dataclass(frozen=True)
class Fault:
    """One fault in a recipe or a file: a stable code, the path of the fault and an English sentence.

    ``params`` are the figures and names of the sentence, for whoever says it in another language.
    """

    code: str
    path: str
    message: str
    params: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class EngineError(Exception):
    """A foreseen refusal of the engine.

    >>> error = RakingDidNotConverge("sector", "Margin sector is still 3 % off.", worst=0.03)
    >>> error.code, error.path, error.params
    ('raking_did_not_converge', 'sector', {'worst': 0.03})
    """

    code: ClassVar[str] = "engine_error"

    def __init__(self, path: str, message: str, **params: Any) -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path
        self.message = message
        self.params = params


class ShapeMismatch(EngineError):
    """Two arrays that must describe the same things do not have the same length."""

    code = "shape_mismatch"


class DuplicateRating(EngineError):
    """One respondent rates one unit more than once."""

    code = "duplicate_rating"


class InvalidWeights(EngineError):
    """Weights that are negative, not finite or all zero."""

    code = "invalid_weights"


class MarginUnknown(EngineError):
    """A margin named by the recipe is not among the margins of the data."""

    code = "margin_unknown"


class MarginLevelMissing(EngineError):
    """A respondent has no level on a margin, or a population level has no respondent."""

    code = "margin_level_missing"


class MarginTotalsDiffer(EngineError):
    """The totals of two margins describe populations of different size."""

    code = "margin_totals_differ"


class RakingDidNotConverge(EngineError):
    """Iterative proportional fitting did not reach the margins; ``path`` names the worst one."""

    code = "raking_did_not_converge"


class CalibrationFailed(EngineError):
    """Calibration equations have no solution within the bounds."""

    code = "calibration_failed"


class MethodUnknown(EngineError):
    """A registry has no method of this name."""

    code = "method_unknown"


class GoalpostsMissing(EngineError):
    """Goalposts cannot be formed: an edition or a fixed pair is not given."""

    code = "goalposts_missing"


class UnitUnknown(EngineError):
    """A unit is named that the framework does not have."""

    code = "unit_unknown"


class IndicatorUnknown(EngineError):
    """An indicator is named that the framework does not have."""

    code = "indicator_unknown"


class DatasetInvalid(EngineError):
    """The bytes are not a dataset of this format."""

    code = "dataset_invalid"


class TableInvalid(EngineError):
    """A table given as a file cannot be read as what the recipe expects."""

    code = "table_invalid"


class RecipeInvalid(EngineError):
    """A recipe was refused; ``faults`` lists every fault with its path."""

    code = "recipe_invalid"

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        first = self.faults[0]
        super().__init__(first.path, first.message, count=len(self.faults))


class NotEnoughData(EngineError):
    """Too few rows for the statistic asked for."""

    code = "not_enough_data"
