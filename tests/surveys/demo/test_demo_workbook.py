"""The committed workbook of the demonstration: it imports as it stands, and holds what is said of it."""

from collections import Counter

import pytest

from surveys.demo.model import DEALT_WITH, HABITS
from surveys.demo.workbook import demo_workbook, trial_workbook
from surveys.enums import Direction, IndicatorKind, RespondentType
from surveys.selectors.readiness import gaps_before_opening
from surveys.services.edition_import import edition_import, workbook_export
from surveys.workbook import EditionContent, workbook_read
from tests.factories.ballots import key_holders_make
from tests.factories.editions import NOW
from tests.factories.people import province_make

LOCALITIES = {
    "tp-thai-binh", "quynh-phu", "dong-hung", "thai-thuy", "tien-hai", "kien-xuong", "hung-ha", "vu-thu",
}  # fmt: skip
# About six seconds an answer: what a business can be asked to spend.
MINUTES_PER_ANSWER = 0.1


@pytest.fixture(scope="module")
def content() -> EditionContent:
    return workbook_read(demo_workbook()).content


def test_units_and_sub_indices_are_as_many_as_announced(content: EditionContent) -> None:
    assert Counter(unit.block for unit in content.units) == {"departments": 21, "localities": 8}
    assert {unit.code for unit in content.units if unit.block == "localities"} == LOCALITIES
    weights = {
        block.code: [dict(each.weights).get(block.code, 0) for each in content.sub_indices] for block in content.blocks
    }
    assert {block: sum(1 for weight in values if weight) for block, values in weights.items()} == {
        "departments": 9,
        "localities": 10,
    }
    assert {block: sum(values) for block, values in weights.items()} == {"departments": 100, "localities": 100}
    assert dict(content.sub_indices[-1].weights).keys() == {"localities"}


def test_indicators_are_as_many_as_announced(content: EditionContent) -> None:
    kinds = Counter(each.kind for each in content.indicators)
    negative = [each.code for each in content.indicators if each.direction == Direction.NEGATIVE]

    assert kinds == {IndicatorKind.SOFT: 45, IndicatorKind.HARD: 5}
    assert len(negative) == 18
    assert len(content.hard_data) == 5 * 29


def test_everything_has_both_languages_and_says_that_it_is_simulated(content: EditionContent) -> None:
    texts = [
        (getattr(row, f"{name}_vi"), getattr(row, f"{name}_en"))
        for rows, name in (
            (content.units, "name"), (content.units, "short"), (content.sub_indices, "name"),
            (content.sub_indices, "meaning"), (content.questions, "text"), (content.indicators, "name"),
            (content.profile, "text"), (content.hard_data, "source"), ([content.edition], "decision"),
        )
        for row in rows
    ]  # fmt: skip

    assert [pair for pair in texts if not all(pair)] == []
    assert content.edition.is_simulated
    assert "mô phỏng" in content.edition.decision_vi
    assert {
        ("mô phỏng" in each.source_vi.lower(), "simulated" in each.source_en.lower()) for each in content.hard_data
    } == {(True, True)}


def test_the_population_has_the_size_of_the_frame_on_every_margin(content: EditionContent) -> None:
    totals: Counter[str] = Counter()
    for margin in content.margins:
        totals[margin.field] += margin.count

    assert totals == dict.fromkeys(["type", "size", "sector", "locality", "age"], 12_139)


@pytest.mark.parametrize("kind", RespondentType.values)
def test_nobody_is_asked_for_more_than_the_promised_minutes(content: EditionContent, kind: str) -> None:
    most = {rule.block: rule.max_units for rule in content.eligibility if rule.respondent_type == kind}
    asked = {block.code: sum(block.code in each.blocks for each in content.questions) for block in content.blocks}

    answers = sum(most[block] * asked[block] for block in asked)

    assert answers * MINUTES_PER_ANSWER <= content.edition.minutes_to_answer * 1.25


def test_the_simulation_knows_every_department_and_question(content: EditionContent) -> None:
    assert set(DEALT_WITH) == {unit.code for unit in content.units if unit.block == "departments"}
    assert set(HABITS) >= {question.code for question in content.questions} - {"ND3"}


@pytest.mark.django_db
def test_the_workbook_imports_ready_to_open_and_exports_unchanged() -> None:
    edition = edition_import(workbook=demo_workbook(), province=province_make(), by=None, now=NOW)

    key_holders_make(edition)
    assert gaps_before_opening(edition) == []
    assert workbook_export(edition) == demo_workbook()


@pytest.mark.django_db
def test_the_trial_is_the_same_framework_of_another_year() -> None:
    edition = edition_import(workbook=trial_workbook(2025), province=province_make(), by=None, now=NOW)

    assert (edition.year, edition.title_vi) == (2025, "DDCI Thái Bình năm 2025 (thử nghiệm)")
    assert edition.is_simulated
    assert edition.questionnaires.get().questions.count() == 45
