"""Recipes: by choices, as text, as a file; faults with their place."""

import hashlib
import json

import jsonschema
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from scoring.models import Recipe
from scoring.services.recipes import recipe_default
from surveys.models import Block, Edition
from tests.factories.editions import edition_closed
from tests.factories.results import scored_edition
from tests.scoring.web.visits import address, client_of

pytestmark = pytest.mark.django_db


def imported(edition, given, role=Role.ANALYST, query=""):
    page = reverse("staff:recipe-import", args=[edition.pk]) + query
    return client_of(role).post(page, {"save": "1", **given})


def test_a_recipe_is_written_as_text_or_file():
    edition = edition_closed(responses=3)
    content = recipe_default(edition)
    assert imported(edition, {"text": json.dumps(content), "reason": "Chuẩn"}).status_code == 302
    content["measure"]["min_ratings"] = 9
    upload = SimpleUploadedFile("recipe.json", json.dumps(content).encode())
    assert imported(edition, {"file": upload, "text": "{}"}).status_code == 302
    assert [recipe.content["measure"]["min_ratings"] for recipe in Recipe.objects.order_by("number")] == [5, 9]


def test_faults_of_a_recipe_are_shown_with_their_place():
    edition = edition_closed(responses=3)
    content = recipe_default(edition)
    content["blocks"]["departments"]["sub_indices"][0]["weight"] = 0.9
    content["blocks"]["departments"]["indicators"][0]["code"] = "XX"
    response = imported(edition, {"text": json.dumps(content)})
    assert response.status_code == 422
    page = response.content.decode()
    assert "Sở, ban, ngành › Chỉ số thành phần: Trọng số của các chỉ số thành phần phải có tổng bằng 1" in page
    assert "hiện tổng là 1,3. (blocks.departments.sub_indices)" in page
    assert not Recipe.objects.exists()
    response = imported(edition, {"text": '{"a": 1,\n oops}'})
    assert response.status_code == 422
    assert "xem dòng 2" in response.content.decode()


def test_an_empty_form_is_a_fault():
    assert imported(edition_closed(responses=3), {}).status_code == 422


@pytest.mark.parametrize("text", ["[]", "7", "null", '{"blocks": 3}', '{"weight": []}'])
def test_json_that_is_no_recipe_is_a_fault_not_a_failure(text):
    edition = edition_closed(responses=3)
    assert imported(edition, {"text": text}).status_code == 422


@pytest.mark.parametrize("name", ["\\ud800", "a\\u0000b"])
def test_text_that_no_database_stores_is_a_fault_not_a_failure(name):
    edition = edition_closed(responses=3)
    text = json.dumps({**recipe_default(edition), "edition": "@"}).replace("@", name)
    assert imported(edition, {"text": text}).status_code == 422


@pytest.mark.parametrize("number", ["9" * 5000, "999999999999"])
@pytest.mark.parametrize("name", ["recipe-new", "recipe-import"])
def test_a_recipe_of_an_absurd_number_is_not_a_failure(number, name):
    page = reverse(f"staff:{name}", args=[edition_closed(responses=3).pk])
    assert client_of(Role.ANALYST).get(page, {"from": number}).status_code == 200


FAULTS = [
    (
        lambda c: c["blocks"]["departments"]["indicators"][2].pop("direction"),
        "TG1 Số ngày chờ › Chiều: Thiếu phần này.",
    ),
    (lambda c: c["normalise"].update(method="magic"), "Không có phương pháp nào tên như vậy; các phương pháp có: bor"),
    (lambda c: c["measure"].update(min_n=1), "Số câu trả lời hợp lệ tối thiểu của một chỉ tiêu: "),
    (lambda c: c["measure"].update(min_n=0), "Phải từ 1 trở lên. (measure.min_n)"),
    (lambda c: c["aggregate"].update(colour="red"), "Công thức không có phần nào tên như vậy. (aggregate.colour)"),
    (lambda c: c["uncertainty"].update(method="guess"), "Phải là một trong các giá trị: linearised, none."),
    (lambda c: c["normalise"]["fixed"].update(XX=[0, 1]), "(normalise.fixed.XX)"),
    (
        lambda c: c["normalise"]["indicators"].update(MB1={"method": "distance_to_target"}),
        "MB1 Thủ tục được niêm yết đầy đủ › Đích: Tính khoảng cách tới đích thì phải nêu đích",
    ),
]


@pytest.mark.parametrize(("spoil", "words"), FAULTS)
def test_a_fault_is_told_with_its_place_in_words(spoil, words):
    edition = edition_closed(responses=3)
    content = recipe_default(edition)
    spoil(content)
    response = imported(edition, {"text": json.dumps(content)})
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Recipe.objects.exists()


def test_an_imported_recipe_is_tried_before_it_is_saved():
    run = scored_edition(responses=30)
    content = {**run.recipe.content, "$schema": "https://example.vn/schemas/ddci-recipe-1.json"}
    content["aggregate"]["total"] = "geometric"
    page = reverse("staff:recipe-import", args=[run.edition_id])
    text = client_of(Role.ANALYST).post(page, {"text": json.dumps(content), "preview": "1"}).content.decode()
    assert "đơn vị đổi hạng" in text
    assert "Từ chỉ số thành phần thành tổng điểm" in text
    assert Recipe.objects.count() == 1


def test_a_readable_export_names_its_schema_and_comes_back_as_the_same_recipe():
    run = scored_edition(responses=20)
    client = client_of(Role.APPROVER)
    response = client.get(address("recipe-json", run), {"readable": 1})
    given = json.loads(response.content)
    schema = client.get(given["$schema"])
    assert schema["Content-Type"] == "application/schema+json"
    jsonschema.validate(given, schema.json())
    assert f'<{given["$schema"]}>; rel="describedby"' in response["Link"]
    assert imported(run.edition, {"text": response.content.decode()}).status_code == 302
    assert Recipe.objects.get() == run.recipe


def test_the_schema_is_open_to_everybody_at_one_address_in_both_languages():
    response = Client().get("/schemas/ddci-recipe-1.json")
    assert (response.status_code, response.json()["title"]) == (200, "DDCI scoring recipe")
    assert Client().get("/en/schemas/ddci-recipe-1.json").status_code == 404


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
