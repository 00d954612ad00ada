"""The address of each step."""

from typing import Any

from django.urls import reverse

from surveys.answers.journey import Kind, Step


def step_address(code: str, step: Step) -> str:
    places: dict[str, Any] = {"code": code}
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
