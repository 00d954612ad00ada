"""What a check finds: a stable code, where, and the parameters of its sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scoring.engine.checks import EngineError, Fault, Notice, RecipeInvalid

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True)
class Finding:
    """One finding; an ``error`` means that the table does not reproduce, a ``warning`` only asks for a look."""

    code: str
    severity: str = ERROR
    params: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The finding as plain data."""
        return {"code": self.code, "severity": self.severity, "params": dict(self.params)}


def from_error(error: EngineError) -> list[Finding]:
    """The findings that a refusal of the engine amounts to."""
    if isinstance(error, RecipeInvalid):
        return [from_fault(fault) for fault in error.faults]
    return [Finding(error.code, ERROR, {"path": error.path, "message": error.message, **error.params})]


def from_fault(fault: Fault) -> Finding:
    """A fault of the recipe as a finding."""
    return Finding(fault.code, ERROR, {"path": fault.path, "message": fault.message})


def from_notice(notice: Notice) -> Finding:
    """A notice of the engine as a finding that asks for a look."""
    return Finding(notice.code, WARNING, {"path": notice.path, **notice.params})
