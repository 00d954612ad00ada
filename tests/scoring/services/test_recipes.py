"""Recipes: the default one, validation with paths, hashes."""

import pytest
from django.db import DatabaseError, transaction

from accounts.models import AuditEntry
from scoring.models import Recipe
from scoring.services.recipes import RecipeFaulty, recipe_create, recipe_default
from surveys.models import Margin
from tests.factories.editions import NOW, edition_make
from tests.factories.people import user_make

pytestmark = pytest.mark.django_db


def test_default_recipe_rakes_where_margins_are_known():
    content = recipe_default(edition_make())
    assert (content["weight"]["method"], content["weight"]["margins"]) == ("rake", ["size", "type"])
    assert content["measure"] == {"min_n": 3, "min_ratings": 5}
    assert (content["normalise"]["method"], content["normalise"]["goalposts"]) == ("minmax", "edition")
    assert content["normalise"]["target"] == [1, 10]
    assert content["aggregate"]["threshold"] == pytest.approx(2 / 3)
    assert [band["from"] for band in content["rank"]["bands"]] == [80, 70, 60, 50, None]
    assert (content["uncertainty"]["draws"], content["uncertainty"]["confidence"]) == (10_000, 0.95)
    assert {code: [part["weight"] for part in block["sub_indices"]] for code, block in content["blocks"].items()} == {
        "departments": [0.6, 0.4],
        "localities": [0.5, pytest.approx(1 / 3), pytest.approx(1 / 6)],
    }


def test_default_recipe_falls_back_to_design_weights():
    edition = edition_make()
    Margin.objects.all().delete()
    assert recipe_default(edition)["weight"]["method"] == "design"


def test_recipe_is_numbered_hashed_and_recorded():
    edition, analyst = edition_make(), user_make()
    first = recipe_create(edition=edition, content=recipe_default(edition), by=analyst, now=NOW)
    fixed = {**recipe_default(edition), "normalise": {"method": "minmax", "target": [1, 10], "goalposts": "fixed"}}
    second = recipe_create(edition=edition, content=fixed, by=analyst, now=NOW, reason="Cột mốc cố định")
    assert (first.number, second.number) == (1, 2)
    assert first.sha256 != second.sha256
    assert second.content["normalise"]["editions"] == []
    entries = AuditEntry.objects.filter(action="recipe.create").order_by("id").values_list("by", "note")
    assert list(entries) == [(analyst.pk, first.sha256), (analyst.pk, "Cột mốc cố định")]


def test_the_same_content_gives_the_same_recipe():
    edition = edition_make()
    first = recipe_create(edition=edition, content=recipe_default(edition), by=None, now=NOW)
    again = recipe_create(edition=edition, content=recipe_default(edition), by=None, now=NOW)
    assert again == first
    assert Recipe.objects.count() == 1


def faults_of(edition, content):
    with pytest.raises(RecipeFaulty) as refused:
        recipe_create(edition=edition, content=content, by=None, now=NOW)
    assert refused.value.status == 400
    return [(fault.code, fault.path) for fault in refused.value.faults]


def test_faults_of_shape_come_with_their_path():
    edition = edition_make()
    content = recipe_default(edition)
    content["blocks"]["departments"]["indicators"][1]["direction"] = "up"
    del content["blocks"]["localities"]["sub_indices"]
    assert sorted(faults_of(edition, content)) == [
        ("recipe_shape", "blocks.departments.indicators[1].direction"),
        ("recipe_shape", "blocks.localities.sub_indices"),
    ]


def test_faults_of_meaning_come_with_their_path():
    edition = edition_make()
    content = recipe_default(edition)
    content["aggregate"]["total"] = "magic"
    content["blocks"]["departments"]["sub_indices"][0]["weight"] = 0.7
    assert faults_of(edition, content) == [
        ("method_unknown", "aggregate.total"),
        ("weights_sum", "blocks.departments.sub_indices"),
    ]


def test_faults_against_the_edition_are_listed_all_at_once():
    edition = edition_make()
    content = recipe_default(edition)
    content["blocks"]["wards"] = content["blocks"].pop("localities")
    content["blocks"]["departments"]["indicators"][0]["code"] = "XX1"
    content["weight"]["margins"] = ["size", "sector"]
    content["adjust"]["points"] = [{"unit": "nobody", "points": 1, "reason": "Giải thưởng"}]
    assert faults_of(edition, content) == [
        ("block_missing", "blocks.localities"),
        ("code_unknown", "blocks.departments.indicators[0].code"),
        ("block_unknown", "blocks.wards"),
        ("margin_unknown", "weight.margins[1]"),
        ("unit_unknown", "adjust.points[0].unit"),
    ]


@pytest.mark.parametrize("write", ["update", "delete"])
def test_a_recipe_stays(write):
    edition = edition_make()
    recipe = recipe_create(edition=edition, content=recipe_default(edition), by=None, now=NOW)
    rows = Recipe.objects.filter(pk=recipe.pk)
    with pytest.raises(DatabaseError, match="frozen: scoring_recipe"), transaction.atomic():
        rows.update(sha256="0" * 64) if write == "update" else rows.delete()


def test_no_recipe_shows_the_answer_of_one_or_two():
    edition = edition_make()
    content = {**recipe_default(edition), "measure": {"min_n": 2, "min_ratings": 5}}
    assert list(faults_of(edition, content)) == [("answers_too_few", "measure.min_n")]
