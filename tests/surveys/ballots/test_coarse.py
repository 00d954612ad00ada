"""Strata and bands that too few share: what becomes of them, by hand and for any numbers."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.answers.ballot import Ballot, Rated, envelope_bytes, envelope_parts
from surveys.answers.coarse import coarsened


def ballots(**strata: int) -> list[Ballot]:
    return [
        Ballot(1, {"type": "enterprise"}, [], {}, stratum=name.replace("_", " · "), design_weight=1.0 + len(name))
        for name, n in strata.items()
        for _ in range(n)
    ]


def counts(found: list[Ballot], **fewest: int) -> dict[str, int]:
    return dict(Counter(each.stratum for each in coarsened(found, **fewest).ballots))


@pytest.mark.parametrize(
    ("strata", "expected"),
    [
        ({"A": 5, "B": 9}, {"A": 5, "B": 9}),
        ({"A_x": 2, "A_y": 3, "A_z": 9}, {"A · *": 5, "A · z": 9}),
        ({"A_x": 2, "A_y": 7, "A_z": 9}, {"A · *": 9, "A · z": 9}),
        ({"A_x": 2, "B_y": 3, "B_z": 9}, {"*": 14}),
        ({"A": 2, "B": 6, "C": 9}, {"*": 8, "C": 9}),
        ({"A": 1, "B": 2}, {"*": 3}),
    ],
)
def test_small_strata_climb_the_ladder(strata: dict[str, int], expected: dict[str, int]) -> None:
    assert counts(ballots(**strata)) == expected


def test_merged_strata_have_one_weight_and_the_sum_stays() -> None:
    found = ballots(A=2, BBB=3, CC=9)
    coarse = coarsened(found)

    assert {each.design_weight for each in coarse.ballots if each.stratum == "*"} == {(2 * 2.0 + 3 * 4.0) / 5}
    assert sum(each.design_weight for each in coarse.ballots) == pytest.approx(sum(e.design_weight for e in found))
    assert [merge.as_plain() for merge in coarse.merges] == [
        {"field": "stratum", "levels": ["A", "BBB"], "into": "*", "responses": 5}
    ]


def test_a_band_of_few_is_not_told() -> None:
    bands = ["micro"] * 9 + ["small"] * 6 + ["large"] * 2
    coarse = coarsened([Ballot(1, {"size": band}, [], {}, stratum="A") for band in bands])

    assert Counter(each.profile["size"] for each in coarse.ballots) == {"micro": 9, "": 8}
    assert [merge.levels for merge in coarse.merges] == [("large", "small")]


def test_rare_combinations_are_counted() -> None:
    bands = [("a", "x")] * 6 + [("b", "x")] * 6 + [("a", "y")] * 5 + [("b", "y")] * 1
    coarse = coarsened([Ballot(1, {"one": one, "two": two}, [], {}) for one, two in bands])
    assert (coarse.rare, list(coarse.merges)) == (1, [])


@given(st.dictionaries(st.sampled_from(["A · x", "A · y", "A · z", "B · x", "B · y", "C", "D"]), st.integers(1, 12)))
def test_no_stored_stratum_has_too_few_unless_all_are_one(strata: dict[str, int]) -> None:
    found = [Ballot(1, {"f": name[:1]}, [], {}, stratum=name) for name, n in strata.items() for _ in range(n)]
    coarse = coarsened(found)

    stored = Counter(each.stratum for each in coarse.ballots)
    assert sum(stored.values()) == len(found)
    assert len(stored) <= 1 or min(stored.values()) >= 5
    bands = Counter(each.profile["f"] for each in coarse.ballots)
    assert len(bands) <= 1 or min(bands.values()) >= 5
    assert [before.profile.keys() for before in found] == [after.profile.keys() for after in coarse.ballots]


def test_a_ballot_and_an_envelope_come_out_as_they_went_in() -> None:
    ballot = Ballot(
        3, {"type": "household"}, [Rated(7, {"MB1": 3, "TG1": "na"}, None)], {7: "Tốt."}, "invited", "A", 2.5
    )

    assert Ballot.from_bytes(ballot.as_bytes()) == ballot
    assert envelope_parts(envelope_bytes([7, 9], b"box")) == ([7, 9], b"box")
    assert len(envelope_bytes([], b"")) == len(envelope_bytes(list(range(1, 80)), b""))
