"""Setting up an edition from its workbook: all or nothing, replaceable until it opens, and back again unchanged."""

import hashlib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from accounts.models import AuditEntry
from surveys.enums import EditionState
from surveys.models import (
    AnswerScale,
    Block,
    BlockUnit,
    Edition,
    EligibilityRule,
    HardValue,
    Indicator,
    Margin,
    ProfileField,
    Question,
    QuestionnaireVersion,
    SubIndex,
    Unit,
    UnitLineage,
)  # fmt: skip
from surveys.services.edition_import import EditionHasOpened, WorkbookFaults, edition_import, workbook_export
from surveys.services.editions import edition_open
from surveys.workbook import workbook_read
from surveys.workbook.rows import content_of
from tests.factories.ballots import key_holders_make
from tests.factories.editions import edition_make
from tests.factories.people import province_make, user_make
from tests.surveys.workbook.books import Lines, book, example_lines

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 8, 1, 8, tzinfo=UTC)
FRAMEWORK = (Block, SubIndex, ProfileField, Indicator, QuestionnaireVersion)


def imported(lines: Lines | None = None, slug: str = "thai-binh") -> Edition:
    return edition_import(workbook=book(lines or example_lines()), province=province_make(slug), by=None, now=NOW)


def opened(edition: Edition) -> Edition:
    key_holders_make(edition)
    return edition_open(edition=edition, by=None, now=NOW)


def counts() -> dict[str, int]:
    models = (*FRAMEWORK, AnswerScale, Question, BlockUnit, EligibilityRule, HardValue, Margin, Unit, Edition)
    return {model.__name__: model.objects.count() for model in models}


def test_an_imported_edition_holds_what_the_workbook_says() -> None:
    lines = example_lines()
    lines["questions"][1]["shown_if"] = "MB1 = 3, 4"

    edition = imported(lines)

    assert content_of(edition) == workbook_read(book(lines)).content
    assert edition.state == EditionState.DRAFT
    assert Question.objects.get(code="TG1").shown_if == {"question": "MB1", "answers": [3, 4]}
    assert AnswerScale.objects.get(code="agree4").options[2] == {"value": 3, "vi": "Đồng ý", "en": "Agree"}
    assert Indicator.objects.get(code="MB1").share_of == [3, 4]


def test_the_export_is_the_same_workbook_again() -> None:
    edition = imported()
    exported = workbook_export(edition)

    again = edition_import(workbook=exported, province=edition.province, by=None, now=NOW)

    assert again.pk == edition.pk
    assert workbook_export(again) == exported


def test_any_edition_can_be_exported_and_imported_elsewhere() -> None:
    made = edition_make()
    copied = edition_import(workbook=workbook_export(made), province=province_make("lai-chau"), by=None, now=NOW)

    assert content_of(copied) == content_of(made)
    assert copied.province.slug == "lai-chau"


def test_importing_again_replaces_the_framework_and_leaves_nothing_behind() -> None:
    imported()
    before = counts()
    lines = example_lines()
    lines["edition"][0]["title_vi"] = "DDCI đổi tên"
    lines["hard_data"] = []

    edition = imported(lines)

    assert edition.title_vi == "DDCI đổi tên"
    assert counts() == {**before, "HardValue": 0}


def test_an_opened_edition_keeps_its_framework() -> None:
    edition = imported()
    opened(edition)
    before = workbook_export(edition)

    with pytest.raises(EditionHasOpened) as refused:
        imported()

    assert (refused.value.status, refused.value.code) == (409, "edition_has_opened")
    assert workbook_export(edition) == before


def test_a_fault_saves_nothing() -> None:
    lines = example_lines()
    lines["hard_data"][0]["value"] = "nhiều"

    with pytest.raises(WorkbookFaults):
        imported(lines)

    assert set(counts().values()) == {0}
    assert not AuditEntry.objects.exists()


def test_the_audit_trail_names_the_file_and_the_person() -> None:
    data, province, person = book(example_lines()), province_make(), user_make()

    edition = edition_import(workbook=data, province=province, by=person, now=NOW)

    entry = AuditEntry.objects.get(action="edition.import")
    assert (entry.by, entry.at, entry.subject_id) == (person, NOW, str(edition.pk))
    assert entry.note == f"SHA-256 {hashlib.sha256(data).hexdigest()}"


def test_provinces_do_not_share_units() -> None:
    imported()
    imported(slug="lai-chau")

    assert Unit.objects.filter(code="so-cong-thuong").count() == 2


def test_a_rated_unit_keeps_its_name_in_later_editions() -> None:
    opened(imported())
    lines = example_lines()
    lines["edition"][0]["year"] = 2028
    lines["units"][0]["name_vi"] = "Sở Công nghiệp"

    with translation.override("en"), pytest.raises(WorkbookFaults) as refused:
        imported(lines)

    assert [(fault.place, fault.sentence) for fault in refused.value.faults] == [
        (
            "units!C2",
            "“so-cong-thuong” was rated as “Sở Công Thương” in an earlier edition. "
            "Give a renamed unit a new code and name its predecessor.",
        )
    ]
    assert not Edition.objects.filter(year=2028).exists()


def test_a_unit_that_was_not_rated_yet_can_be_corrected() -> None:
    imported()
    lines = example_lines()
    lines["units"][0]["name_en"] = "Department of Trade"

    imported(lines)

    assert Unit.objects.get(code="so-cong-thuong").name_en == "Department of Trade"


def test_lineage_points_to_units_of_the_workbook_or_of_earlier_editions() -> None:
    opened(imported())
    lines = example_lines()
    lines["edition"][0]["year"] = 2028
    fate = {"predecessors": "so-cong-thuong, so-dau-tu", "lineage": "merged", "lineage_on": date(2028, 1, 1)}
    merged = {**lines["units"][0], "code": "so-kinh-te", "name_vi": "Sở Kinh tế", "name_en": "Economy", **fate}
    former = {**lines["units"][0], "code": "so-dau-tu", "name_vi": "Sở Đầu tư", "name_en": "Investment", "block": ""}
    lines["units"] = [merged, former, lines["units"][1]]
    lines["hard_data"] = []

    edition = imported(lines)

    steps = UnitLineage.objects.order_by("predecessor__code").values_list("predecessor__code", "kind", "on")
    assert list(steps) == [("so-cong-thuong", "merged", date(2028, 1, 1)), ("so-dau-tu", "merged", date(2028, 1, 1))]
    assert not BlockUnit.objects.filter(unit__code="so-dau-tu").exists()
    units = {unit.code: unit for unit in content_of(edition).units}
    assert units["so-kinh-te"].predecessors == ("so-cong-thuong", "so-dau-tu")
    assert set(units) == {"so-kinh-te", "so-dau-tu", "so-cong-thuong", "phuong-tran-lam"}


def test_an_unknown_predecessor_is_a_fault() -> None:
    lines = example_lines()
    lines["units"][1] |= {"predecessors": "xa-dong-my", "lineage": "renamed", "lineage_on": date(2025, 7, 1)}

    with pytest.raises(WorkbookFaults) as refused:
        imported(lines)

    assert [fault.place for fault in refused.value.faults] == ["units!J3"]
    assert set(counts().values()) == {0}


def test_reading_an_edition_costs_the_same_for_any_size(django_assert_num_queries: object) -> None:
    small, large = edition_make(units=1), edition_make(year=2025, units=5)

    for edition in (small, large):
        with django_assert_num_queries(15):  # type: ignore[operator]
            content_of(edition)


# --- the command ------------------------------------------------------------------------------------------------------
def test_the_command_sets_up_the_edition(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    province_make()
    path = tmp_path / "edition.xlsx"
    path.write_bytes(book(example_lines()))

    call_command("edition_import", str(path), "--province", "thai-binh")

    assert Edition.objects.get().year == 2027
    assert "thai-binh/2027" in capsys.readouterr().out


def test_the_command_prints_every_fault_as_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    province_make()
    lines = example_lines()
    lines["blocks"][1]["name_en"] = ""
    lines["hard_data"][0]["value"] = 101
    path = tmp_path / "edition.xlsx"
    path.write_bytes(book(lines))

    with translation.override("en"), pytest.raises(CommandError, match=r"Faults in the workbook: 2\."):
        call_command("edition_import", str(path), "--province", "thai-binh")

    assert capsys.readouterr().err.splitlines() == [
        "Sheet      Row  Column     Fault",
        "blocks     3    C name_en  “name_en” must be filled in.",
        "hard_data  2    C value    The value lies outside 0 to 100.",
    ]


def test_the_command_says_what_it_cannot_find(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no province “nowhere”"):
        call_command("edition_import", str(tmp_path / "x.xlsx"), "--province", "nowhere")
    province_make()
    with pytest.raises(CommandError, match="Cannot read"):
        call_command("edition_import", str(tmp_path / "x.xlsx"), "--province", "thai-binh")
