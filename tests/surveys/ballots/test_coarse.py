"""Strata and bands that too few share: what becomes of them, by hand and for any numbers."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.answers.ballot import Ballot, Rated, envelope_bytes, envelope_parts
from surveys.answers.coarse import CHANNEL, band_told, coarsened, dealt_bands
from surveys.answers.routes import OUTSIDE
from surveys.enums import Channel


def ballots(**strata: int) -> list[Ballot]:
    return [
        Ballot(1, {"type": "enterprise"}, [], {}, stratum=name.replace("_", " · "), design_weight=1.0 + len(name))
        for name, n in strata.items()
        for _ in range(n)
    ]


def counts(found: list[Ballot], **fewest: int) -> dict[str, int]:
    return dict(Counter(each.stratum for each in coarsened(found, ["type"], Random(1), **fewest).ballots))


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
    coarse = coarsened(found, ["type"], Random(1))

    assert {each.design_weight for each in coarse.ballots if each.stratum == "*"} == {(2 * 2.0 + 3 * 4.0) / 5}
    assert sum(each.design_weight for each in coarse.ballots) == pytest.approx(sum(e.design_weight for e in found))
    assert [merge.as_plain() for merge in coarse.merges] == [
        {"field": "stratum", "levels": ["A", "BBB"], "into": "*", "responses": 5}
    ]


def test_bands_of_few_are_dealt_out_inside_their_group_and_every_count_stays() -> None:
    bands = ["micro"] * 9 + ["small"] * 6 + ["large"] * 2
    found = [Ballot(1, {"size": band}, [], {}, stratum="A") for band in bands]
    seen = set()
    for seed in range(60):
        coarse = coarsened(found, ["size"], Random(seed))
        assert Counter(each.profile["size"] for each in coarse.ballots) == {"micro": 9, "small": 6, "large": 2}
        assert [each.profile["size"] for each in coarse.ballots[:9]] == ["micro"] * 9
        assert [(merge.levels, merge.into, merge.responses) for merge in coarse.merges] == [(("large", "small"), "", 8)]
        seen |= {place for place, each in enumerate(coarse.ballots) if each.profile["size"] == "large"}

    assert seen == set(range(9, 17))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(*(st.sampled_from("abbccccc") for _ in range(3)), st.sampled_from("AB")), min_size=5))
def test_what_is_told_about_one_fits_five_at_least(people: list[tuple[str, str, str, str]]) -> None:
    found = [Ballot(1, {"x": x, "y": y, "z": z}, [], {}, stratum=stratum) for x, y, z, stratum in people]
    coarse = coarsened(found, ["x", "y", "z"], Random(3))
    dealt = dealt_bands(merge.as_plain() for merge in coarse.merges)

    told = Counter(
        (each.stratum, *(band_told(dealt, field, band) for field, band in each.profile.items()))
        for each in coarse.ballots
    )

    assert min(told.values()) >= 5


def test_later_questions_are_dealt_out_inside_what_is_alike_so_far() -> None:
    bands = [("a", "x")] * 6 + [("b", "x")] * 6 + [("a", "y")] * 5 + [("b", "y")] * 1
    found = [Ballot(1, {"one": one, "two": two}, [], {}) for one, two in bands]
    coarse = coarsened(found, ["one", "two"], Random(1))

    assert Counter(tuple(each.profile.values()) for each in coarse.ballots) == Counter(bands)
    assert [each.profile["one"] for each in coarse.ballots] == [one for one, _two in bands]
    assert [(merge.field, merge.levels, merge.responses) for merge in coarse.merges] == [("two", ("x", "y"), 7)]


NAMES = st.sampled_from(["A · x", "A · y", "A · z", "B · x", "B · y", "C"])
BANDS = st.sampled_from(["", "a", "b", "c"])


@settings(deadline=None)
@given(st.lists(st.tuples(NAMES, BANDS, BANDS), max_size=70), st.integers(0, 99))
def test_strata_are_never_small_and_margins_stay(rows: list[tuple[str, str, str]], seed: int) -> None:
    found = [
        Ballot(1, {"f": one, "g": two}, [], {7: str(at)}, stratum=name) for at, (name, one, two) in enumerate(rows)
    ]
    coarse = coarsened(found, ["f", "g"], Random(seed))

    stored = Counter(each.stratum for each in coarse.ballots)
    assert len(stored) <= 1 or min(stored.values()) >= 5
    assert [each.comments for each in coarse.ballots] == [each.comments for each in found]
    for code in "fg":
        assert Counter(each.profile[code] for each in coarse.ballots) == Counter(each.profile[code] for each in found)


def test_whoever_knows_all_bands_finds_the_answer_once_in_five_at_most() -> None:
    """The author of a rare combination is looked for among the stored ones with it, as an operator would."""
    rng = Random(5)
    bands = [("a" if rng.random() < 0.8 else "b", rng.choice("uvwxyz"), rng.choice("pqrs")) for _ in range(120)]
    found = [Ballot(1, dict(zip("fgh", each, strict=True)), [], {7: str(at)}) for at, each in enumerate(bands)]
    sought = Counter(bands)
    rare = [at for at, each in enumerate(bands) if sought[each] == 1]
    hits = tries = 0
    for seed in range(300):
        for at in rare:
            fits = (
                [
                    each
                    for each in coarsened(found, "fgh", Random(seed)).ballots
                    if tuple(each.profile.values()) == bands[at]
                ]
                if at == rare[seed % len(rare)]
                else []
            )
            hits += sum(each.comments == {7: str(at)} for each in fits) / max(len(fits), 1)
            tries += bool(fits)

    assert len(rare) >= 10
    assert tries > 200
    assert hits / tries < 0.3


def test_a_ballot_and_an_envelope_come_out_as_they_went_in() -> None:
    ballot = Ballot(
        3, {"type": "household"}, [Rated(7, {"MB1": 3, "TG1": "na"}, None)], {7: "Tốt."}, "invited", "A", 2.5
    )

    assert Ballot.from_bytes(ballot.as_bytes()) == ballot
    assert envelope_parts(envelope_bytes([7, 9], b"box")) == ([7, 9], b"box")
    assert len(envelope_bytes([], b"")) == len(envelope_bytes(list(range(1, 80)), b""))


def came(stratum: str, channel: Channel, number: int, size: str = "micro") -> list[Ballot]:
    return [Ballot(1, {"size": size}, [], {}, channel=channel.value, stratum=stratum) for _ in range(number)]


def test_channels_of_few_are_dealt_out_inside_their_stratum_before_any_band() -> None:
    found = [
        *came("A", Channel.INVITED, 30),
        *came("A", Channel.PHONE, 6, "small"),
        *came("A", Channel.PAPER, 2),
        *came("B", Channel.INVITED, 9),
    ]
    papers = set()
    for seed in range(60):
        coarse = coarsened(found, ["size"], Random(seed))
        given = [each.channel for each in coarse.ballots]
        assert Counter(given) == {"invited": 39, "phone": 6, "paper": 2}
        assert (given[:30].count("invited"), set(given[38:])) == (30, {"invited"})
        assert all(set(each.profile) == {"size"} for each in coarse.ballots)
        assert (coarse.merges[0].field, coarse.merges[0].levels, coarse.merges[0].responses) == (
            (CHANNEL, ("paper", "phone"), 8)
        )
        papers |= {place for place, channel in enumerate(given) if channel == "paper"}
    assert papers == set(range(30, 38))


@pytest.mark.parametrize(
    ("registered", "opened", "expected"),
    [
        (7, 6, {Channel.SELF: (OUTSIDE[Channel.SELF], 7), Channel.OPEN: (OUTSIDE[Channel.OPEN], 6)}),
        (3, 4, {Channel.SELF: ("Ngoài mẫu · *", 3), Channel.OPEN: ("Ngoài mẫu · *", 4)}),
    ],
)
def test_who_was_not_drawn_stays_apart_from_who_was(
    registered: int, opened: int, expected: dict[Channel, tuple[str, int]]
) -> None:
    found = [
        *came("A", Channel.INVITED, 9),
        *came(OUTSIDE[Channel.SELF], Channel.SELF, registered),
        *came(OUTSIDE[Channel.OPEN], Channel.OPEN, opened),
    ]
    counted = Counter((each.channel, each.stratum) for each in coarsened(found, [], Random(1)).ballots)

    assert counted.pop(("invited", "A")) == 9
    assert counted == {(channel.value, stratum): number for channel, (stratum, number) in expected.items()}
