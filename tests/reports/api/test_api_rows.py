"""The API gives the rows of a published run, in one shape, to be read only."""

import pytest
from django.test import Client

from scoring.models import IndicatorScore, Publication, Score, SubIndexScore
from tests.factories.results import published_edition
from tests.reports.api.asking import LISTS, answer, rows

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def publication(shared: None) -> Publication:
    return published_edition(responses=60)


def test_scores_are_the_rows_of_the_run(client: Client, publication: Publication) -> None:
    found = {row["unit"]: row for row in rows(client, publication, "scores")}

    stored = Score.objects.filter(run=publication.run)
    assert len(found) == len(stored)
    for score in stored:
        row = found[score.block_unit.unit.code]
        assert (row["total"], row["low"], row["high"], row["se"]) == (score.total, score.low, score.high, score.se)
        assert (row["rank"], row["rank_low"], row["rank_high"], row["n"]) == (
            score.rank,
            score.rank_low,
            score.rank_high,
            score.n,
        )
        assert (row["block"], row["tied_with"]) == (score.block.code, score.tied_with)


def test_sub_indices_and_indicators_are_the_rows_of_the_run(client: Client, publication: Publication) -> None:
    parts = {(row["unit"], row["sub_index"]): row["value"] for row in rows(client, publication, "sub-index-scores")}
    items = {(row["unit"], row["indicator"]): row["raw"] for row in rows(client, publication, "indicator-scores")}

    assert parts == {
        (score.block_unit.unit.code, score.sub_index.code): score.value
        for score in SubIndexScore.objects.filter(run=publication.run)
    }
    assert items == {
        (score.block_unit.unit.code, score.indicator.code): score.raw
        for score in IndicatorScore.objects.filter(run=publication.run)
    }


def test_lists_come_in_pages(client: Client, publication: Publication) -> None:
    first = answer(client, f"publications/{publication.pk}/scores/?page_size=4")
    second = answer(client, f"publications/{publication.pk}/scores/?page_size=4&page=2")

    assert (first["count"], len(first["results"]), len(second["results"])) == (6, 4, 2)
    assert second["next"] is None


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("publications/none/", 404, "not_found"),
        ("publications/999/", 404, "not_found"),
        ("publications/99999999999999999999999/scores/", 404, "not_found"),
        ("publications/?year=x", 400, "invalid"),
        ("publications/?page=9", 404, "not_found"),
        ("editions/?year=99999999999", 400, "invalid"),
    ],
)
def test_errors_have_one_shape(client: Client, publication: Publication, path: str, status: int, code: str) -> None:
    error = answer(client, path, status)

    assert set(error) == {"code", "message"}
    assert error["code"] == code


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_written(client: Client, publication: Publication, method: str) -> None:
    response = getattr(client, method)(f"/api/v1/publications/{publication.pk}/scores/")

    assert response.status_code in {403, 405}
    assert set(response.json()) == {"code", "message"}


def test_recipe_is_given_with_its_hash(client: Client, publication: Publication) -> None:
    found = answer(client, f"publications/{publication.pk}/recipe/")

    assert found == {"sha256": publication.run.recipe.sha256, "content": publication.run.recipe.content}


@pytest.mark.parametrize("name", ["", "recipe/", "scores/", "indicator-scores/?page_size=2"])
def test_client_that_has_the_answer_gets_304(client: Client, publication: Publication, name: str) -> None:
    address = f"/api/v1/publications/{publication.pk}/{name}"
    etag = client.get(address).headers["ETag"]

    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304
    assert client.get(address, headers={"If-None-Match": '"x"'}).status_code == 200


def test_every_address_of_the_guide_exists(client: Client, publication: Publication) -> None:
    guide = client.get("/data-api/").content.decode()

    for name in (
        "provinces/",
        "editions/",
        "publications/",
        *(f"publications/1/{name}/" for name in (*LISTS, "recipe")),
    ):
        assert f"/api/v1/{name}" in guide
        answer(client, name.replace("/1/", f"/{publication.pk}/"))
