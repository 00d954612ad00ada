"""What the engine says in codes, in the words of the reader."""

from scoring.sentences.contrasts import contrast_sentence
from scoring.sentences.faults import fault_sentence, recipe_fault_sentence, step_words
from scoring.sentences.firmness import fragility_sentences
from scoring.sentences.notices import band_words, notice_sentence, reason_words
from scoring.sentences.recipe import recipe_sentences
from scoring.sentences.shifts import largest_shift_sentence

__all__ = [
    "band_words",
    "contrast_sentence",
    "fault_sentence",
    "fragility_sentences",
    "largest_shift_sentence",
    "notice_sentence",
    "reason_words",
    "recipe_fault_sentence",
    "recipe_sentences",
    "step_words",
]
