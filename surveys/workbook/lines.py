"""From content to the lines of each sheet: the way back of content.py."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from surveys.enums import ScaleKind
from surveys.workbook.columns import WEIGHT_PREFIX
from surveys.workbook.content import EditionContent, ProfileFacts, ScaleContent, SubIndexFacts

Line = dict[str, Any]


def lines_of(content: EditionContent) -> dict[str, list[Line]]:
    """By sheet, its lines as column → value. Values are plain: str, int, float, bool, date, tuple or None."""
    return {
        "edition": [asdict(content.edition)],
        "blocks": [asdict(each) for each in content.blocks],
        "units": [asdict(each) for each in content.units],
        "sub_indices": [_sub_index(each) for each in content.sub_indices],
        "scales": [line for each in content.scales for line in _scale(each)],
        "questions": [asdict(each) for each in content.questions],
        "indicators": [asdict(each) for each in content.indicators],
        "profile": [line for each in content.profile for line in _profile(each)],
        "eligibility": [asdict(each) for each in content.eligibility],
        "margins": [asdict(each) for each in content.margins],
        "hard_data": [asdict(each) for each in content.hard_data],
    }


def _sub_index(facts: SubIndexFacts) -> Line:
    line = asdict(facts)
    weights = line.pop("weights")
    return {**line, **{f"{WEIGHT_PREFIX}{block}": weight for block, weight in weights}}


def _scale(facts: ScaleContent) -> Iterator[Line]:
    if facts.kind == ScaleKind.NUMBER:
        yield {name: value for name, value in asdict(facts).items() if name != "options"}
    for option in facts.options:
        yield {
            "code": facts.code,
            "kind": facts.kind,
            "value": option.value,
            "label_vi": option.vi,
            "label_en": option.en,
        }


def _profile(facts: ProfileFacts) -> Iterator[Line]:
    for number, option in enumerate(facts.options):
        texts = {"text_vi": facts.text_vi, "text_en": facts.text_en} if number == 0 else {}
        yield {
            "code": facts.code,
            **texts,
            "option": option.value,
            "option_vi": option.vi,
            "option_en": option.en,
        }


def cell_of(value: Any) -> Any:
    """A value as it is written into a cell."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], tuple):
        return f"{value[0]} = {', '.join(f'{number:g}' for number in value[1])}"
    if isinstance(value, tuple):
        numeric = all(isinstance(part, int | float) for part in value)
        return "; ".join(f"{part:g}" for part in value) if numeric else ", ".join(value)
    return value
