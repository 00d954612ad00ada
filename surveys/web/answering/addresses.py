"""The address of each step."""

from functools import lru_cache
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language

from surveys.answers.journey import Kind, Step

NO_CODE = "0"


def step_address(code: str, step: Step) -> str:
    return _address(get_language() or "", step).replace(f"/s/{NO_CODE}/", f"/s/{code}/", 1)


@lru_cache(2000)
def _address(_language: str, step: Step) -> str:
    """The address of a step without the code, which is remembered nowhere."""
    places: dict[str, Any] = {"code": NO_CODE}
    match step.kind:
        case Kind.CONSENT:
            name = "about"
        case Kind.RATE:
            name, places = "section", {**places, "unit": step.unit, "section": step.section}
        case Kind.OVERALL:
            name, places = "overall", {**places, "unit": step.unit}
        case _:
            name = step.kind.value
    return reverse(f"answering:{name}", kwargs=places)
