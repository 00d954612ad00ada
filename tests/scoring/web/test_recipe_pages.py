"""Recipes: by choices, as text, as a file; faults with their place."""

import hashlib
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.enums import Role
from scoring.models import Recipe
from scoring.services.recipes import recipe_default
from surveys.models import Block, Edition, Margin
from tests.factories.editions import edition_closed
from tests.factories.results import scored_edition
from tests.scoring.web.visits import address, client_of

pytestmark = pytest.mark.django_db


CHOICES = {
    "choices": "1",
    "weights": "design",
    "goalposts": "fixed",
    "indicator_mean": "arithmetic",
    "total_mean": "geometric",
    "min_ratings": "12",
    "reason": "Theo quyết định mới",
}


def new_recipe(edition, given, role=Role.ANALYST, query=""):
    return client_of(role).post(reverse("staff:recipe-new", args=[edition.pk]) + query, given)


def test_a_recipe_is_written_by_choices():
    edition = edition_closed(responses=3)
    assert new_recipe(edition, CHOICES).status_code == 302
    recipe = Recipe.objects.get()
    content = recipe.content
    assert (content["weight"]["method"], content["weight"]["margins"]) == ("design", [])
    assert (content["normalise"]["goalposts"], content["aggregate"]["total"]) == ("fixed", "geometric")
    assert (content["measure"]["min_ratings"], recipe.reason) == (12, "Theo quyết định mới")


def test_choices_without_population_counts_or_earlier_editions_are_not_offered():
    edition = edition_closed(responses=3)
    Margin.objects.all().delete()
    form = client_of(Role.ANALYST).get(reverse("staff:recipe-new", args=[edition.pk])).context["form"]
    assert [code for code, _ in form.fields["weights"].choices] == ["none", "design"]
    assert [code for code, _ in form.fields["goalposts"].choices] == ["edition", "fixed"]


def test_a_recipe_starts_from_another_one():
    edition = edition_closed(responses=3)
    new_recipe(edition, CHOICES)
    form = client_of(Role.ANALYST).get(reverse("staff:recipe-new", args=[edition.pk]), {"from": 1}).context["form"]
    assert (form["goalposts"].initial, form["min_ratings"].initial) == ("fixed", 12)


def test_a_recipe_is_written_as_text_or_file():
    edition = edition_closed(responses=3)
    content = recipe_default(edition)
    assert new_recipe(edition, {"text": json.dumps(content), "reason": "Chuẩn"}).status_code == 302
    content["measure"]["min_ratings"] = 9
    upload = SimpleUploadedFile("recipe.json", json.dumps(content).encode())
    assert new_recipe(edition, {"file": upload, "text": "{}"}).status_code == 302
    assert [recipe.content["measure"]["min_ratings"] for recipe in Recipe.objects.order_by("number")] == [5, 9]


def test_faults_of_a_recipe_are_shown_with_their_place():
    edition = edition_closed(responses=3)
    content = recipe_default(edition)
    content["blocks"]["departments"]["sub_indices"][0]["weight"] = 0.9
    content["blocks"]["departments"]["indicators"][0]["code"] = "XX"
    response = new_recipe(edition, {"text": json.dumps(content)})
    assert response.status_code == 422
    page = response.content.decode()
    assert "blocks.departments.sub_indices: Trọng số của các chỉ số thành phần phải có tổng bằng 1." in page
    assert not Recipe.objects.exists()
    response = new_recipe(edition, {"text": '{"a": 1,\n oops}'})
    assert response.status_code == 422
    assert "xem dòng 2" in response.content.decode()


def test_an_empty_form_is_a_fault():
    assert new_recipe(edition_closed(responses=3), {}).status_code == 422


@pytest.mark.parametrize("text", ["[]", "7", "null", '{"blocks": 3}', '{"weight": []}'])
def test_json_that_is_no_recipe_is_a_fault_not_a_failure(text):
    edition = edition_closed(responses=3)
    assert new_recipe(edition, {"text": text}).status_code == 422


@pytest.mark.parametrize("name", ["\\ud800", "a\\u0000b"])
def test_text_that_no_database_stores_is_a_fault_not_a_failure(name):
    edition = edition_closed(responses=3)
    text = json.dumps({**recipe_default(edition), "edition": "@"}).replace("@", name)
    assert new_recipe(edition, {"text": text}).status_code == 422


@pytest.mark.parametrize("number", ["9" * 5000, "999999999999"])
def test_a_recipe_of_an_absurd_number_is_not_a_failure(number):
    page = reverse("staff:recipe-new", args=[edition_closed(responses=3).pk])
    assert client_of(Role.ANALYST).get(page, {"from": number}).status_code == 200


def test_the_recipe_page_and_its_json():
    run = scored_edition(responses=20)
    client = client_of(Role.APPROVER)
    page = client.get(address("recipe", run)).content.decode()
    assert "Mỗi chỉ tiêu được quy về thang 1 đến 10" in page
    assert "Thủ tục được niêm yết đầy đủ" in page
    raw = client.get(address("recipe-json", run)).content
    assert hashlib.sha256(raw).hexdigest() == run.recipe.sha256
    assert json.loads(raw) == run.recipe.content


def test_an_edition_of_another_number_does_not_exist():
    assert client_of(Role.ANALYST).get(reverse("staff:runs", args=[999])).status_code == 404
    assert (Edition.objects.count(), Block.objects.count()) == (0, 0)
