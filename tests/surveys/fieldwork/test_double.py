"""Two entries of one paper: what differs, and what comes of each decision."""

from dataclasses import replace
from typing import Any

import pytest

from surveys.answers.double import differences, settled
from surveys.answers.drafts import DraftContent
from surveys.answers.questionnaire import (
    BlockSheet,
    Condition,
    Item,
    Option,
    ProfileItem,
    Questionnaire,
    RatedUnit,
    Scale,
    Section,
    Words,
)
from surveys.enums import ScaleKind

AGREE = Scale("agree", ScaleKind.ORDINAL, (Option(1, Words("Không")), Option(4, Words("Có"))))
DAYS = Scale("days", ScaleKind.NUMBER, minimum=0, maximum=99)


def item(code: str, scale: Scale, condition: Condition | None = None) -> Item:
    return Item(code, Words(code), scale, condition=condition)


ITEMS = (item("Q1", AGREE), item("Q2", DAYS), item("Q3", AGREE, Condition("Q1", frozenset({4}))))
BLOCK = BlockSheet(
    code="b",
    name=Words("Khối"),
    units=tuple(RatedUnit(key, Words(f"Sở {key}"), Words(f"Sở {key}"), "") for key in (1, 2, 3)),
    sections=(Section("s", Words("Mục"), Words(""), ITEMS),),
    allowances={},
)
ASKED = Questionnaire(
    edition=1, version=1, profile=(ProfileItem("size", Words("Quy mô"), (("micro", Words("Nhỏ")),)),), blocks=(BLOCK,)
)
ENTRY = DraftContent(
    consent=True,
    profile={"size": "micro"},
    units=[1, 2],
    ratings={1: {"Q1": 4, "Q2": 3, "Q3": 1}, 2: {"Q1": 1, "Q2": "na"}},
    satisfaction={1: 7},
    comments={2: "Nhanh  hơn"},
)


def entry(**changes: Any) -> DraftContent:
    return replace(DraftContent.from_bytes(ENTRY.as_bytes()), **changes)


def test_the_same_words_differ_nowhere_whatever_the_tabs_and_times_were() -> None:
    other = entry(at="review", seconds=99.0, comments={2: "Nhanh hơn "}, ratings={**ENTRY.ratings, 3: {"Q1": 1}})
    assert differences(ASKED, ENTRY, other) == []


@pytest.mark.parametrize(
    ("other", "found"),
    [
        (entry(profile={}), [("profile/size", "", "Nhỏ", "–")]),
        (entry(satisfaction={1: "dk"}), [("satisfaction/1", "Sở 1", "7/10", "Không biết")]),
        (entry(comments={}), [("comments/2", "Sở 2", "Nhanh hơn", "–")]),
        (entry(units=[1]), [("unit/2", "Sở 2", "có đánh giá", "không đánh giá")]),
        (
            entry(ratings={1: {"Q1": 1, "Q2": 3, "Q3": 1}, 2: {"Q1": 1, "Q2": 12.5}}),
            [
                ("answer/1/Q1", "Sở 1", "Có", "Không"),
                ("answer/1/Q3", "Sở 1", "Không", "–"),
                ("answer/2/Q2", "Sở 2", "Không áp dụng", "12,5"),
            ],
        ),
    ],
)
def test_a_difference_is_told_in_words_and_settled_either_way(
    other: DraftContent, found: list[tuple[str, str, str, str]]
) -> None:
    told = differences(ASKED, ENTRY, other)

    assert [(each.key, each.unit, each.first, each.second) for each in told] == found
    for word, expected in (("first", ENTRY), ("second", other)):
        made = settled(ASKED, ENTRY, other, {each.key: word for each in told})
        assert differences(ASKED, made, expected) == []


def test_a_unit_that_only_the_second_named_comes_with_what_was_said_of_it() -> None:
    other = entry(units=[1, 2, 3], ratings={**ENTRY.ratings, 3: {"Q1": 1}}, satisfaction={1: 7, 3: 2})

    assert settled(ASKED, ENTRY, other, {"unit/3": "first"}).units == [1, 2]
    made = settled(ASKED, ENTRY, other, {"unit/3": "second"})
    assert (made.units, made.ratings[3], made.satisfaction[3]) == ([1, 2, 3], {"Q1": 1}, 2)
