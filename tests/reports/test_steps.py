"""Which step is next and what is missing for it, as pure functions of where an edition stands."""

from dataclasses import replace
from datetime import date

import pytest
from django.utils import translation

from reports.selectors.steps import GAPS, ReviewStanding, RunStanding, Standing, Step, current_step, gaps_for, steps_of
from surveys.enums import EditionState

RUN = RunStanding(pk=1, number=3, state="complete", author=7)
READY = Standing(
    state=EditionState.DRAFT,
    today=date(2024, 11, 1),
    opens_on=date(2024, 9, 1),
    closes_on=date(2024, 10, 31),
    population_sums={"Loại hình": 1000, "Quy mô": 1000},
    invited=100,
    responses=60,
    ratings=180,
    minimum_ratings=30,
    approvers=frozenset({8}),
)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def codes(step: Step, **changes: object) -> list[str]:
    return [gap.code for gap in gaps_for(step, replace(READY, **changes))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "run", "step"),
    [
        (EditionState.DRAFT, None, Step.PREPARE),
        (EditionState.OPEN, None, Step.COLLECT),
        (EditionState.CLOSED, None, Step.REVIEW),
        (EditionState.FROZEN, None, Step.SCORE),
        (EditionState.SCORED, RUN, Step.APPROVE),
        (EditionState.SCORED, replace(RUN, approved=True), Step.PUBLISH),
        (EditionState.SCORED, replace(RUN, sent_back=True), Step.SCORE),
        (EditionState.SCORED, replace(RUN, state="failed"), Step.SCORE),
        (EditionState.PUBLISHED, RUN, None),
    ],
)
def test_the_step_that_is_next(state: EditionState, run: RunStanding | None, step: Step | None) -> None:
    assert current_step(replace(READY, state=state, run=run)) is step


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ({"review": ReviewStanding(flagged=9, undecided=1)}, Step.REVIEW),
        ({"review": ReviewStanding(flagged=9, undecided=0, excluded=4)}, Step.FREEZE),
        ({"review": ReviewStanding(flagged=0, undecided=0)}, Step.FREEZE),
        ({"ratings": 0}, Step.FREEZE),
    ],
)
def test_a_closed_edition_is_reviewed_before_it_is_frozen(changes: dict[str, object], step: Step) -> None:
    assert current_step(replace(READY, state=EditionState.CLOSED, **changes)) is step  # type: ignore[arg-type]


def test_the_review_never_blocks_freezing() -> None:
    for review, code in ((None, "not_checked"), (ReviewStanding(flagged=9, undecided=3), "undecided")):
        found = gaps_for(Step.REVIEW, replace(READY, review=review))
        assert [(gap.code, gap.blocks) for gap in found] == [(code, False), ("freeze_anyway", False)]


def test_a_sealed_box_is_opened_before_the_data_are_frozen() -> None:
    sealed = replace(READY, state=EditionState.CLOSED, is_sealed=True, box_waits=True)

    assert current_step(sealed) is Step.UNSEAL
    assert current_step(replace(sealed, box_waits=False)) is Step.REVIEW
    assert Step.UNSEAL in steps_of(sealed)
    assert Step.UNSEAL not in steps_of(READY)


def test_every_step_has_its_gaps_and_a_finished_year_has_none() -> None:
    assert set(GAPS) == set(Step)
    assert gaps_for(None, READY) == []


@pytest.mark.parametrize("step", [Step.PREPARE, Step.COLLECT, Step.UNSEAL, Step.FREEZE, Step.PUBLISH])
def test_nothing_is_missing_where_all_is_ready(step: Step) -> None:
    assert codes(step) == []


@pytest.mark.parametrize(
    ("step", "changes", "code"),
    [
        (Step.PREPARE, {"framework_gaps": ("There is no questionnaire yet.",)}, "framework"),
        (Step.PREPARE, {"key_gaps": ("Nobody holds a key.",)}, "no_key_holders"),
        (Step.UNSEAL, {"responses": 4}, "few_boxes"),
        (Step.PREPARE, {"population_sums": {}}, "no_margins"),
        (Step.PREPARE, {"population_sums": {"a": 1000, "b": 1001}}, "margins_differ"),
        (Step.PREPARE, {"invited": 0}, "no_invitations"),
        (Step.PREPARE, {"closes_on": None}, "no_days"),
        (Step.PREPARE, {"approvers": frozenset()}, "no_approver"),
        (Step.COLLECT, {"today": date(2024, 10, 31)}, "still_time"),
        (Step.COLLECT, {"invited": 0, "responses": 0}, "no_invitations"),
        (Step.COLLECT, {"short_units": ("Sở Y tế",)}, "short_units"),
        (Step.COLLECT, {"hard_missing": 2}, "hard_missing"),
        (Step.FREEZE, {"review": ReviewStanding(flagged=9, undecided=0, excluded=4)}, "excluded"),
        (Step.FREEZE, {"ratings": 0}, "no_ratings"),
        (Step.FREEZE, {"population_sums": {"a": 1, "b": 2}}, "margins_differ"),
        (Step.SCORE, {"run": None}, "no_run"),
        (Step.SCORE, {"run": replace(RUN, state="running")}, "run_underway"),
        (Step.SCORE, {"run": replace(RUN, state="failed")}, "run_failed"),
        (Step.SCORE, {"run": replace(RUN, sent_back=True)}, "run_sent_back"),
        (Step.APPROVE, {"run": RUN}, "not_approved"),
        (Step.PUBLISH, {"comments_waiting": 4}, "comments_waiting"),
        (Step.PUBLISH, {"readers_first": True, "units_without_reader": 4}, "no_readers"),
    ],
)
def test_what_is_missing(step: Step, changes: dict[str, object], code: str) -> None:
    assert codes(step, **changes) == [code]


@pytest.mark.parametrize(
    ("approvers", "expected"),
    [
        (frozenset(), ["no_approver", "not_approved"]),
        (frozenset({7}), ["author_is_approver", "not_approved"]),
        (frozenset({7, 8}), ["not_approved"]),
    ],
)
def test_the_author_of_a_run_cannot_be_its_only_approver(approvers: frozenset[int], expected: list[str]) -> None:
    assert codes(Step.APPROVE, run=RUN, approvers=approvers) == expected


def test_units_without_readers_matter_only_where_they_read_first() -> None:
    assert codes(Step.PUBLISH, readers_first=False, units_without_reader=4) == []


def test_what_blocks_comes_first() -> None:
    gaps = gaps_for(Step.PREPARE, replace(READY, invited=0, framework_gaps=("No units.", "No questionnaire.")))

    assert [(gap.sentence, gap.blocks) for gap in gaps] == [
        ("No units.", True),
        ("No questionnaire.", True),
        ("Nobody is invited yet.", False),
    ]


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (("A",), "1 unit has fewer than 30 ratings and would not be ranked: A."),
        (("A", "B", "C"), "3 units have fewer than 30 ratings and would not be ranked: A, B, C."),
        (tuple("ABCDE"), "5 units have fewer than 30 ratings and would not be ranked: A, B, C and 2 more."),
    ],
)
def test_short_units_are_named_but_not_all(names: tuple[str, ...], sentence: str) -> None:
    assert [gap.sentence for gap in gaps_for(Step.COLLECT, replace(READY, short_units=names))] == [sentence]


def test_population_counts_that_differ_are_told_with_their_sums() -> None:
    gaps = gaps_for(Step.PREPARE, replace(READY, population_sums={"Type": 1000, "Size": 1050}))

    assert [gap.sentence for gap in gaps] == ["The population counts add up differently: Type: 1,000; Size: 1,050."]
