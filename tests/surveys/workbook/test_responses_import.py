"""Responses collected elsewhere: long and wide, everything wrong said at once, nothing half imported."""

from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from accounts.models import AuditEntry
from surveys.enums import Channel
from surveys.models import Comment, Edition, Question, Rating, Response
from surveys.services.editions import WrongState, edition_close, edition_open
from surveys.services.responses_import import AlreadyImported, Imported, ResponsesFaults, responses_import
from tests.factories.editions import edition_make, edition_opened

pytestmark = pytest.mark.django_db
NOW = datetime(2024, 10, 1, 8, tzinfo=UTC)
WIDE = """respondent,unit,type,size,stratum,design_weight,MB1,MB2,TG1,DD1,satisfaction,comment
p1,so-cong-thuong,enterprise,micro,city,2.5,3,1,12,,8,Tốt
p1,quynh-phu,enterprise,micro,city,2.5,na,dk,0,4,dk,
p2,so-tai-chinh,household,,,,2,0,,,5,
"""
LONG = """respondent;unit;question;answer;type;size;stratum;design_weight;satisfaction;comment
p1;so-cong-thuong;MB1;3;enterprise;micro;city;2,5;8;Tốt
p1;so-cong-thuong;MB2;1;;;;;;
p1;so-cong-thuong;TG1;12;;;;;;
p1;quynh-phu;MB1;na;;;;;dk;
p1;quynh-phu;MB2;dk;;;;;;
p1;quynh-phu;TG1;0;;;;;;
p1;quynh-phu;DD1;4;;;;;;
p2;so-tai-chinh;MB1;2;household;;;;5;
p2;so-tai-chinh;MB2;0;;;;;;
"""


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


def take(edition: Edition, table: str) -> Imported:
    return responses_import(edition=edition, table=table.encode(), by=None, now=NOW)


def faults_of(edition: Edition, table: str | bytes) -> list[tuple[str, str]]:
    data = table.encode() if isinstance(table, str) else table
    with pytest.raises(ResponsesFaults) as refused:
        responses_import(edition=edition, table=data, by=None, now=NOW)
    assert not Response.objects.exists()
    return [(fault.place, fault.sentence) for fault in refused.value.faults]


def stored() -> list[tuple[Any, ...]]:
    ratings = Rating.objects.select_related("response", "block_unit__unit").order_by("block_unit__unit__code")
    return [
        (
            each.response.channel,
            each.response.profile,
            each.response.stratum,
            each.response.design_weight,
            each.block_unit.unit.code,
            each.answers,
            each.satisfaction,
        )
        for each in ratings
    ]


@pytest.mark.parametrize("table", [WIDE, LONG, "\ufeff" + WIDE.replace(",", "\t"), WIDE.replace("\n", "\r\n")])
def test_long_and_wide_tables_give_the_same_responses(table: str) -> None:
    edition = edition_opened()

    assert take(edition, table) == Imported(responses=2, ratings=3)

    first = {"type": "enterprise", "size": "micro"}
    assert stored() == [
        (Channel.IMPORTED, first, "city", 2.5, "quynh-phu", {"MB1": "na", "MB2": "dk", "TG1": 0, "DD1": 4}, None),
        (Channel.IMPORTED, first, "city", 2.5, "so-cong-thuong", {"MB1": 3, "MB2": 1, "TG1": 12}, 8),
        (Channel.IMPORTED, {"type": "household"}, "", 1.0, "so-tai-chinh", {"MB1": 2, "MB2": 0}, 5),
    ]
    assert list(Comment.objects.values_list("text", "block_unit__unit__code")) == [("Tốt", "so-cong-thuong")]


def test_every_fault_is_reported_with_row_and_column() -> None:
    table = WIDE.replace("so-tai-chinh", "so-lua").replace("3,1,12,,8", "9,1,12,4,11").replace("2.5,na", "-1,na")

    assert sorted(faults_of(edition_opened(), table)) == [
        ("B4", "The unit “so-lua” is not rated in this edition."),
        ("F3", "An earlier line of “p1” says “2.5” here."),
        ("G2", "Choose one of the answers offered."),
        ("J2", "“DD1” is not asked about “so-cong-thuong”."),
        ("K2", "Choose one of the answers offered."),
    ]


SPOILT = [
    ("p2,so-tai-chinh,household", "p2,so-tai-chinh,charity",
     [("C4", "“charity” is not possible here. Choose one of: cooperative, enterprise, household.")]),
    ("p2,so-tai-chinh,household", "p2,so-tai-chinh,", [("C4", "“type” must be filled in.")]),
    ("p2,so-tai-chinh", ",so-tai-chinh", [("A4", "“respondent” must be filled in.")]),
    ("p1,quynh-phu", "p1,so-cong-thuong", [("B3", "This respondent has rated “so-cong-thuong” in an earlier line.")]),
    ("enterprise,micro,city,2.5,3", "enterprise,micro,city,0,3",
     [("F2", "A design weight must be above 0."), ("F3", "An earlier line of “p1” says “0” here.")]),
    ("3,1,12", "3,1,400", [("I2", "Enter a number from 0 to 365.")]),
    ("3,1,12", "3,1,a few", [("I2", "Enter a number in digits, for example 12.")]),
    ("MB1,MB2", "MB1,MB9", [("H1", "The column “MB9” is unknown.")]),
    ("MB1,MB2", "MB1,MB1", [("H1", "The column “MB1” stands here twice.")]),
    ("respondent,unit,type", "respondent,unit,kind",
     [("1", "The column “type” is missing."), ("C1", "The column “kind” is unknown.")]),
    ("8,Tốt", "8,Tốt,quá", [("2", "This line has more cells than there are titles.")]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), SPOILT)
def test_a_spoilt_table_is_refused_where_it_is_spoilt(old: str, new: str, expected: list[tuple[str, str]]) -> None:
    assert sorted(faults_of(edition_opened(), WIDE.replace(old, new, 1))) == expected


def test_too_many_units_are_a_fault_of_the_business() -> None:
    lines = ["respondent,unit,type,MB1"]
    lines += [f"p1,{unit},enterprise,3" for unit in ("so-cong-thuong", "so-tai-chinh", "so-xay-dung")]

    assert faults_of(edition_opened(), "\n".join(lines)) == [
        ("B2", "In the block “Departments and agencies”, 3 are chosen; at most 2 can be rated."),
    ]


def test_an_answer_to_a_question_that_was_not_asked_is_a_fault() -> None:
    edition = edition_make()
    Question.objects.filter(code="MB2").update(shown_if={"question": "MB1", "answers": [3, 4]}, position=1)
    edition = edition_open(edition=edition, by=None, now=NOW)

    assert faults_of(edition, WIDE) == [
        ("H3", "“MB2” is not asked after the answers given before it."),
        ("H4", "“MB2” is not asked after the answers given before it."),
    ]


def test_a_long_table_answers_each_question_once() -> None:
    assert faults_of(edition_opened(), LONG.replace("MB2;1", "MB1;1").replace("DD1;4", "DD9;4")) == [
        ("C3", "“MB1” is answered in an earlier line already."),
        ("C8", "“DD9” is not asked about “quynh-phu”."),
    ]


def test_files_that_are_no_tables_are_refused() -> None:
    edition = edition_opened()

    assert faults_of(edition, "type,unit\n".encode("utf-16"))[0][1].startswith("The file is not in UTF-8.")
    assert faults_of(edition, b"") == [("1", "The file has no titles in its first line.")]
    assert faults_of(edition, 'respondent,unit,type,MB1\n"p1,x') == [("", "The file is not a readable CSV table.")]
    assert faults_of(edition, "respondent,unit,type,MB1\n,,,\n") == [("", "The file has no responses.")]
    assert [place for place, _sentence in faults_of(edition, "respondent,unit,type\np1,so-tai-chinh,household")] == [
        "1"
    ]


def test_a_file_is_taken_once() -> None:
    edition = edition_opened()
    take(edition, WIDE)

    with pytest.raises(AlreadyImported):
        take(edition, WIDE)

    assert Response.objects.count() == 2
    assert AuditEntry.objects.filter(action="responses.import").count() == 1


@pytest.mark.parametrize("state", ["draft", "closed"])
def test_only_an_open_edition_takes_responses(state: str) -> None:
    edition = edition_make() if state == "draft" else edition_opened()
    if state == "closed":
        edition = edition_close(edition=edition, by=None, now=NOW, rng=Random(1))

    with pytest.raises(WrongState):
        take(edition, WIDE)

    assert not Response.objects.exists()


def test_the_command_takes_a_file_or_prints_its_faults(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edition_opened()
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(WIDE, encoding="utf-8")
    bad.write_text(WIDE.replace("p2,so-tai-chinh", "p2,so-lua"), encoding="utf-8")

    with pytest.raises(CommandError, match="Faults in the responses: 1"):
        call_command("responses_import", str(bad), "--edition", "thai-binh/2024")
    call_command("responses_import", str(good), "--edition", "thai-binh/2024")

    printed = capsys.readouterr()
    assert "B unit" in printed.err
    assert "2 responses, 3 ratings" in printed.out


@pytest.mark.parametrize("address", ["thai-binh/1999", "nowhere/2024", "thai-binh", "thai-binh/x"])
def test_the_command_needs_an_edition_that_exists(tmp_path: Path, address: str) -> None:
    edition_opened()

    with pytest.raises(CommandError, match="There is no edition"):
        call_command("responses_import", str(tmp_path / "x.csv"), "--edition", address)
