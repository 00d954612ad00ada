"""Freezing a closed edition: what the file holds, that it holds still, and who is refused."""

import csv
import hashlib
import io
import json
import zipfile
from random import Random

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry
from scoring.engine.dataset import dataset_read, dataset_write
from surveys.enums import EditionState
from surveys.frames import dataset_parts
from surveys.models import BlockUnit, Dataset, HardValue, Indicator, Margin, ProfileField, Rating, Response
from surveys.selectors.datasets import dataset_bytes
from surveys.services.datasets import AlreadyFrozen, EditionStillOpen, NothingToFreeze, NotWritable, dataset_freeze
from surveys.services.editions import edition_close, edition_open
from tests.factories.editions import NOW, answer, edition_closed, edition_in_state, edition_make
from tests.factories.people import user_make

pytestmark = pytest.mark.django_db


def table(content: bytes, member: str) -> list[dict[str, str]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return list(csv.DictReader(io.StringIO(archive.read(member).decode())))


def test_freeze_keeps_every_answer_under_running_numbers():
    edition = edition_closed(responses=12)
    expected = sorted(
        (str(rating.block_unit), sorted((code, str(given)) for code, given in rating.answers.items()))
        for rating in Rating.objects.select_related("block_unit__unit")
    )
    names = dict(BlockUnit.objects.values_list("unit__code", "unit__name_vi"))

    dataset = dataset_freeze(edition=edition, by=None, now=NOW)

    rows = table(dataset_bytes(dataset), "ratings.csv")
    keys = {"respondent", "unit", "satisfaction"}
    found = sorted(
        (names[row["unit"]], sorted((code, cell) for code, cell in row.items() if code not in keys and cell != ""))
        for row in rows
    )
    assert found == expected
    assert (dataset.responses, dataset.ratings, dataset.number) == (12, 36, 1)
    assert sorted({int(row["respondent"]) for row in rows}) == list(range(1, 13))


def test_freeze_numbers_respondents_by_their_random_identifier():
    edition = edition_closed(responses=9)
    ordered = list(Response.objects.order_by("id").values_list("profile", "stratum", "channel", "design_weight"))

    dataset = dataset_freeze(edition=edition, by=None, now=NOW)

    rows = table(dataset_bytes(dataset), "respondents.csv")
    assert [
        ({"type": row["type"], "size": row["size"]}, row["stratum"], row["channel"], float(row["base_weight"]))
        for row in rows
    ] == ordered
    identifiers = [str(key) for key in Response.objects.values_list("id", flat=True)]
    assert [key for key in identifiers if key.encode() in dataset_bytes(dataset)] == []


def test_freeze_writes_hard_values_margins_and_the_framework():
    edition = edition_closed(responses=6)
    dataset = dataset_freeze(edition=edition, by=None, now=NOW)
    content = dataset_bytes(dataset)

    hard = {(row["unit"], row["indicator"]): float(row["value"]) for row in table(content, "hard.csv")}
    assert hard == {
        (value.block_unit.unit.code, value.indicator.code): value.value
        for value in HardValue.objects.select_related("block_unit__unit", "indicator")
    }
    margins = {(row["margin"], row["level"]): int(row["N"]) for row in table(content, "margins.csv")}
    assert margins == {
        ("type", "enterprise"): 600,
        ("type", "cooperative"): 100,
        ("type", "household"): 300,
        ("size", "micro"): 700,
        ("size", "small"): 300,
    }
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        framework = json.loads(archive.read("framework.json"))
    indicators = {item["code"]: item for item in framework["indicators"]}
    assert [item["code"] for item in framework["blocks"]] == ["departments", "localities"]
    assert framework["sub_indices"][2] == {
        "code": "land",
        "title_vi": "Tiếp cận đất đai",
        "title_en": "Land access",
        "weights": {"localities": 20.0},
    }
    assert indicators["MB1"]["scale"] == [0.0, 1.0]
    assert indicators["MB1"]["share_of"] == [3.0, 4.0]
    assert (indicators["TG1"]["direction"], indicators["TG1"]["statistic"]) == ("negative", "median")
    assert (indicators["TG2"]["statistic"], indicators["TG2"]["question"]) == ("hard", None)
    assert indicators["DD1"]["blocks"] == ["localities"]


def test_freeze_puts_indicator_groups_into_one_space_of_names():
    edition = edition_make()
    Indicator.objects.filter(code__in=["MB1", "MB2"]).update(group="niêm yết")
    Indicator.objects.filter(code="TG1").update(group="niêm yết")
    parts = dataset_parts(edition)
    assert parts.framework["groups"] == [
        {"code": "transparency/niêm yết", "sub_index": "transparency", "weight": 1.0},
        {"code": "time_costs/niêm yết", "sub_index": "time_costs", "weight": 1.0},
    ]


def test_same_rows_give_the_same_bytes_and_other_rows_do_not():
    edition = edition_closed(responses=8)
    first = dataset_write(dataset_parts(edition))
    rows = list(Response.objects.filter(edition=edition))
    ratings = list(Rating.objects.filter(response__edition=edition))
    Random(3).shuffle(rows)
    Random(4).shuffle(ratings)
    Response.objects.filter(edition=edition).delete()
    Response.objects.bulk_create(rows)
    Rating.objects.bulk_create(ratings)

    again = dataset_freeze(edition=edition, by=None, now=NOW)

    assert dataset_bytes(again) == first
    assert again.sha256 == hashlib.sha256(first).hexdigest()
    read = dataset_read(first)
    assert (len(read.respondents), len(read.rating_unit)) == (8, 24)


def test_one_changed_answer_changes_the_hash():
    edition = edition_closed(responses=8)
    before = dataset_write(dataset_parts(edition))
    rating = Rating.objects.order_by("id").first()
    assert rating is not None
    rating.answers = {**rating.answers, "TG1": 299}
    rating.save()
    assert dataset_write(dataset_parts(edition)) != before


def test_freeze_moves_the_edition_on_and_records_who():
    edition, analyst = edition_closed(responses=5), user_make()
    dataset = dataset_freeze(edition=edition, by=analyst, now=NOW, reason="Theo kế hoạch")
    edition.refresh_from_db()
    assert edition.state == EditionState.FROZEN
    trail = AuditEntry.objects.order_by("id").values_list("action", "by", "state_from", "state_to", "note")
    assert list(trail)[-2:] == [
        ("dataset.freeze", analyst.pk, "", "", dataset.sha256),
        ("edition.frozen", analyst.pk, "closed", "frozen", "Theo kế hoạch"),
    ]


@pytest.mark.parametrize("state", [EditionState.DRAFT, EditionState.OPEN])
def test_freeze_refuses_an_edition_that_is_not_closed(state):
    edition = edition_in_state(state)
    with pytest.raises(EditionStillOpen):
        dataset_freeze(edition=edition, by=None, now=NOW)
    assert not Dataset.objects.exists()


def test_freeze_refuses_a_second_time():
    edition = edition_closed(responses=5)
    dataset_freeze(edition=edition, by=None, now=NOW)
    with pytest.raises(AlreadyFrozen) as refused:
        dataset_freeze(edition=edition, by=None, now=NOW)
    assert refused.value.status == 409
    assert Dataset.objects.count() == 1


def test_freeze_refuses_an_edition_without_ratings():
    with pytest.raises(NothingToFreeze):
        dataset_freeze(edition=edition_in_state(EditionState.CLOSED), by=None, now=NOW)


def test_freeze_refuses_names_that_a_dataset_cannot_hold():
    edition = edition_make()
    ProfileField.objects.create(edition=edition, code="channel", text_vi="Kênh?", text_en="Channel?")
    department = BlockUnit.objects.filter(block__code="departments").order_by("unit__code").first()
    assert department is not None
    BlockUnit.objects.create(block=edition.blocks.get(code="localities"), unit=department.unit)
    _close_with_answers(edition)
    with pytest.raises(NotWritable) as refused:
        dataset_freeze(edition=edition, by=None, now=NOW)
    assert refused.value.facts["names"] == f"{department.unit.code}, channel"


def _close_with_answers(edition):
    edition_open(edition=edition, by=None, now=NOW)
    answer(edition, responses=3, seed=1)
    edition_close(edition=edition, by=None, now=NOW, rng=Random(1))


def test_freeze_reads_with_the_same_number_of_queries_whatever_the_size():
    small, large = edition_closed(responses=3, year=2023), edition_closed(responses=15, year=2024, units=5)
    counts = []
    for edition in (small, large):
        with CaptureQueriesContext(connection) as queries:
            dataset_parts(edition)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 13


@pytest.mark.parametrize("write", ["update", "delete", "response", "rating", "rating_insert", "margin", "hard"])
def test_what_was_frozen_stays(write):
    edition = edition_closed(responses=5)
    dataset = dataset_freeze(edition=edition, by=None, now=NOW)
    rating = Rating.objects.order_by("id").first()
    assert rating is not None
    copy = Rating(response=rating.response, block_unit=_unrated(rating), answers={})
    writes = {
        "update": lambda: Dataset.objects.filter(pk=dataset.pk).update(sha256="0" * 64),
        "delete": lambda: Dataset.objects.filter(pk=dataset.pk).delete(),
        "response": lambda: Response.objects.filter(edition=edition).update(design_weight=2),
        "rating": lambda: Rating.objects.filter(pk=rating.pk).update(answers={}),
        "rating_insert": copy.save,
        "margin": lambda: Margin.objects.update(count=1),
        "hard": lambda: HardValue.objects.update(value=1),
    }
    with pytest.raises(DatabaseError, match="frozen: surveys_"), transaction.atomic():
        writes[write]()


def _unrated(rating):
    rated = Rating.objects.filter(response=rating.response).values("block_unit")
    return BlockUnit.objects.exclude(pk__in=rated).order_by("id").first()
