"""Which answers are valid, which questions are shown."""

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from ddci.core.errors import Invalid
from surveys.answers.checks import (
    CommentTooLong,
    NotAnOption,
    NotANumber,
    NotWhole,
    OutOfRange,
    TooManyDecimals,
    answer_checked,
    comment_checked,
    satisfaction_checked,
    shown,
)
from surveys.answers.questionnaire import BlockSheet, Condition, Item, Option, Scale, Section, Words
from surveys.enums import ScaleKind

AGREE = Scale("agree4", ScaleKind.ORDINAL, tuple(Option(value, Words(str(value))) for value in (1, 2, 3, 4)))
DAYS = Scale("days", ScaleKind.NUMBER, minimum=0, maximum=365)
SHARE = Scale("share", ScaleKind.NUMBER, minimum=-10, maximum=10.5, decimals=2)


def item(code: str = "Q1", scale: Scale = AGREE, **facts: object) -> Item:
    return Item(code=code, text=Words("Câu hỏi"), scale=scale, **facts)  # type: ignore[arg-type]


def block_of(items: list[Item]) -> BlockSheet:
    return BlockSheet("b", Words("Khối"), (), (Section("s", Words("Phần"), Words(""), tuple(items)),), {})


@pytest.mark.parametrize(
    ("scale", "raw", "value"),
    [
        (AGREE, "3", 3),
        (AGREE, 3, 3),
        (AGREE, "na", "na"),
        (AGREE, "dk", "dk"),
        (DAYS, "0", 0),
        (DAYS, " 12 ", 12),
        (DAYS, 365, 365),
        (DAYS, 12.0, 12),
        (SHARE, "2,5", 2.5),
        (SHARE, "2.50", 2.5),
        (SHARE, "-3", -3.0),
        (SHARE, 10.5, 10.5),
    ],
)
def test_an_answer_is_stored_as_it_was_entered(scale: Scale, raw: object, value: object) -> None:
    found = answer_checked(item(scale=scale), raw)  # type: ignore[arg-type]

    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("scale", "raw", "refusal"),
    [
        (AGREE, "5", NotAnOption),
        (AGREE, "", NotAnOption),
        (AGREE, True, NotAnOption),
        (DAYS, "mười", NotANumber),
        (DAYS, "1e3", NotANumber),
        (DAYS, "nan", NotANumber),
        (DAYS, "1.000", NotWhole),
        (DAYS, "2,5", NotWhole),
        (DAYS, 2.5, NotWhole),
        (DAYS, "366", OutOfRange),
        (DAYS, "-1", OutOfRange),
        (SHARE, "1.000", TooManyDecimals),
        (SHARE, "10,51", OutOfRange),
    ],
)
def test_what_is_no_answer_is_refused(scale: Scale, raw: object, refusal: type[Invalid]) -> None:
    with pytest.raises(refusal):
        answer_checked(item(scale=scale), raw)  # type: ignore[arg-type]


def test_not_applicable_and_dont_know_count_only_where_they_are_offered() -> None:
    plain = item(not_applicable=False, dont_know=False)

    for raw in ("na", "dk"):
        with pytest.raises(NotAnOption):
            answer_checked(plain, raw)


def test_a_range_is_named_with_the_readers_decimal_sign() -> None:
    with override("vi"), pytest.raises(OutOfRange) as refused:
        answer_checked(item(scale=SHARE), "11")

    assert refused.value.facts == {"minimum": "-10", "maximum": "10,50"}


@given(st.integers(0, 365))
def test_every_whole_number_of_the_range_survives(number: int) -> None:
    assert answer_checked(item(scale=DAYS), str(number)) == number


@given(st.decimals(-10, 10, places=2))
def test_every_decimal_number_of_the_range_survives_with_a_comma(number: object) -> None:
    assert answer_checked(item(scale=SHARE), str(number).replace(".", ",")) == float(str(number))


@given(st.text(max_size=30))
def test_whatever_is_typed_is_an_answer_or_refused(text: str) -> None:
    for scale in (AGREE, DAYS, SHARE):
        try:
            value = answer_checked(item(scale=scale), text)
        except Invalid:
            continue
        assert value in ("na", "dk") or scale.is_number or value in (1, 2, 3, 4)


def test_a_condition_shows_and_hides_and_hides_what_hangs_on_it() -> None:
    asked = [
        item("A"),
        item("B", condition=Condition("A", frozenset({1, "dk"}))),
        item("C", condition=Condition("B", frozenset({4}))),
    ]

    block = block_of(asked)
    assert shown(block, {}) == {"A"}
    assert shown(block, {"A": 1}) == {"A", "B"}
    assert shown(block, {"A": "dk", "B": 4}) == {"A", "B", "C"}
    # B was answered before, but is not shown any more: what hangs on it is not shown either.
    assert shown(block, {"A": 2, "B": 4}) == {"A"}
    # A question that depends on a later one is never asked.
    assert shown(block_of(asked[::-1]), {"A": 1, "B": 4}) == {"A"}


def test_a_comment_loses_control_characters_and_keeps_its_lines() -> None:
    assert comment_checked("  Tốt\r\nlắm\x00\x07 \t ") == "Tốt\nlắm"


def test_a_comment_has_a_limit_in_characters() -> None:
    assert comment_checked("ờ" * 1000) == "ờ" * 1000
    with pytest.raises(CommentTooLong) as refused:
        comment_checked("ờ" * 1003)
    assert refused.value.facts == {"limit": 1000, "excess": 3}


def test_satisfaction_is_one_to_ten_or_no_opinion() -> None:
    assert [satisfaction_checked(raw) for raw in ("1", 10, "dk")] == [1, 10, "dk"]
    for raw in ("0", "11", "na", "1.0"):
        with pytest.raises(NotAnOption):
            satisfaction_checked(raw)
