"""What every public function of the engine says about itself, and whether it is true."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import scoring.engine
from scoring.engine import PARTS, checks

FOLDER = Path(scoring.engine.__file__).parent
REFUSALS = {
    name
    for name, value in vars(checks).items()
    if isinstance(value, type) and issubclass(value, checks.EngineError) and value is not checks.EngineError
}
VERBS = {module for own in PARTS.values() for module in own}


def public_functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    for path in sorted(FOLDER.glob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield path.stem, node


FUNCTIONS = [pytest.param(module, node, id=f"{module}.{node.name}") for module, node in public_functions()]


@pytest.mark.parametrize(("module", "function"), FUNCTIONS)
def test_a_public_function_explains_itself(module: str, function: ast.FunctionDef) -> None:
    text = ast.get_docstring(function) or ""

    assert ">>> " in text, "no example"
    assert re.search(r"\b[Rr]aises\b|or ``RecipeInvalid``", text), "nothing about errors"
    if module in VERBS:
        assert re.search(r"\bNaN\b|[Mm]issing|[Ww]ithout|0 for no|no (answer|derivative)", text), "no rule for missing"
        assert re.search(r"\bSources?:\s", text), "no source"


@pytest.mark.parametrize(("module", "function"), FUNCTIONS)
def test_every_refusal_a_function_raises_itself_is_named(module: str, function: ast.FunctionDef) -> None:
    """Also that it raises nothing when it says so."""
    text = ast.get_docstring(function) or ""
    raised = {
        node.exc.func.id
        for node in ast.walk(function)
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and isinstance(node.exc.func, ast.Name)
    }

    assert {name for name in raised if f"``{name}``" not in text} == set()
    assert not (raised and "Raises nothing" in text)


def test_refusals_named_in_docstrings_exist() -> None:
    named = {
        name
        for _, function in public_functions()
        for sentence in re.findall(r"[Rr]aises (.+?)(?:\. |\.$|\n\n|$)", ast.get_docstring(function) or "", re.DOTALL)
        for name in re.findall(r"``([A-Z]\w+)``", sentence)
    }

    assert named - REFUSALS - {"ValueError", "KeyError"} == set()
    assert len(named) > 10
