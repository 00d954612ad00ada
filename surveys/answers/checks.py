"""Which answers are valid, which questions are shown, how many units may be chosen."""

import re
import unicodedata
from collections.abc import Mapping

from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from ddci.core.errors import Invalid
from surveys.answers.questionnaire import Answer, BlockSheet, Item, Scale
from surveys.enums import NonAnswer

COMMENT_LETTERS = 1000
NUMBER = re.compile(r"[+-]?\d{1,9}(?:[.,]\d{1,6})?")
Raw = int | float | str


class NotAnOption(Invalid):
    code = "not_an_option"
    sentence = _("Choose one of the answers offered.")


class NotANumber(Invalid):
    code = "not_a_number"
    sentence = _("Enter a number in digits, for example 12.")


class TooManyDecimals(Invalid):
    code = "too_many_decimals"
    sentence = _("Enter a number with at most %(decimals)s digits after the decimal comma.")


class NotWhole(Invalid):
    code = "not_whole"
    sentence = _("Enter a whole number without separators, for example 1200.")


class OutOfRange(Invalid):
    code = "out_of_range"
    sentence = _("Enter a number from %(minimum)s to %(maximum)s.")


class NotAsked(Invalid):
    code = "not_asked"
    sentence = _("This question is not asked here.")


class CommentTooLong(Invalid):
    code = "comment_too_long"
    sentence = _("The comment is longer than %(limit)s characters. Shorten it by %(excess)s.")


def answer_checked(item: Item, raw: Raw) -> Answer:
    """The answer that was entered: the value of an option, a number within its range, "na" or "dk".

    Args:
        raw: a value as stored, or text as typed or sent by a form.

    Raises:
        NotAnOption, NotANumber, NotWhole, TooManyDecimals, OutOfRange: not an answer to this question.
    """
    if raw == NonAnswer.NOT_APPLICABLE and item.not_applicable:
        return "na"
    if raw == NonAnswer.DONT_KNOW and item.dont_know:
        return "dk"
    if item.scale.is_number:
        return _number(item.scale, raw)
    for option in item.scale.options:
        if raw in (option.value, str(option.value)) and not isinstance(raw, bool):
            return option.value
    raise NotAnOption


def _number(scale: Scale, raw: Raw) -> int | float:
    text = re.sub(r"\s", "", str(raw))
    if not NUMBER.fullmatch(text):
        raise NotANumber
    digits = re.split(r"[.,]", text)[1:]
    # A typed 1.000 may mean a thousand or one: refused wherever it could be misread, never guessed.
    places = len(digits[0] if isinstance(raw, str) else digits[0].rstrip("0")) if digits else 0
    if places > scale.decimals:
        raise TooManyDecimals(decimals=scale.decimals) if scale.decimals else NotWhole
    value = float(text.replace(",", "."))
    if not scale.minimum <= value <= scale.maximum:
        raise OutOfRange(minimum=_written(scale.minimum, scale), maximum=_written(scale.maximum, scale))
    return int(value) if scale.decimals == 0 else value


def _written(bound: float, scale: Scale) -> str:
    return str(number_format(bound, decimal_pos=0 if bound == int(bound) else scale.decimals))


def shown(block: BlockSheet, answers: Mapping[str, Answer]) -> frozenset[str]:
    """Codes of the questions that are asked, given these answers.

    A question under a condition is shown only if the question it depends on is shown and was answered so.
    """
    seen = set(block.always)
    for item, condition in block.dependent:
        if condition.question in seen and answers.get(condition.question) in condition.answers:
            seen.add(item.code)
    return frozenset(seen)


def comment_checked(raw: str) -> str:
    """The comment without control characters and blank edges.

    Raises:
        CommentTooLong: longer than allowed.
    """
    lines = raw.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(ch for ch in lines if ch == "\n" or unicodedata.category(ch) not in {"Cc", "Cs"}).strip()
    if len(text) > COMMENT_LETTERS:
        raise CommentTooLong(limit=COMMENT_LETTERS, excess=len(text) - COMMENT_LETTERS)
    return unicodedata.normalize("NFC", text)


def satisfaction_checked(raw: Raw) -> int | str:
    """1 to 10, or "dk" for no opinion.

    Raises:
        NotAnOption: anything else.
    """
    if raw == NonAnswer.DONT_KNOW:
        return NonAnswer.DONT_KNOW.value
    if str(raw) in {str(value) for value in range(1, 11)}:
        return int(raw)
    raise NotAnOption
