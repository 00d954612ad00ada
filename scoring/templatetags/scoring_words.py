"""Codes of the engine in the words of the reader: `{% load scoring_words %}`."""

from django import template

from scoring import sentences
from scoring.selectors.compare import BlockShifts
from scoring.selectors.names import EditionNames
from scoring.selectors.run_page import BlockPage
from surveys.enums import Direction, Statistic

register = template.Library()


@register.filter
def band_words(code: str) -> str:
    """`{{ score.band|band_words }}`; empty for an empty code."""
    return sentences.band_words(code) if code else ""


@register.filter
def reason_words(code: str) -> str:
    return sentences.reason_words(code)


@register.filter
def statistic_words(code: str) -> str:
    """A statistic of a recipe; it calls recorded values "hard"."""
    return str(Statistic(Statistic.VALUE if code == "hard" else code).label)


@register.filter
def direction_words(code: str) -> str:
    return str(Direction(code).label)


@register.filter
def field_name(names: EditionNames, code: str) -> str:
    """`{{ names|field_name:row.margin }}`: the profile question behind a margin."""
    return names.fields.get(code, code)


@register.simple_tag
def level_name(names: EditionNames, margin: str, level: str) -> str:
    return names.level(margin, level)


@register.filter
def largest_shift(block: BlockShifts) -> str:
    return sentences.largest_shift_sentence(block)


@register.simple_tag
def firm_words(block: BlockPage, responses: int) -> str:
    """How many responses hold the order of a block; empty where that is not known."""
    return " ".join(sentences.fragility_sentences(block.firmness, block.names, responses))
