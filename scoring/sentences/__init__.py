"""What the engine says in codes, in the words of the reader."""

from scoring.sentences.contrasts import contrast_sentence
from scoring.sentences.faults import fault_sentence, recipe_fault_sentence, step_words
from scoring.sentences.notices import band_words, notice_sentence, reason_words
from scoring.sentences.recipe import recipe_sentences

__all__ = [
    "band_words",
    "contrast_sentence",
    "fault_sentence",
    "notice_sentence",
    "reason_words",
    "recipe_fault_sentence",
    "recipe_sentences",
    "step_words",
]
