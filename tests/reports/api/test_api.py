"""The API: published rows only, filters, pages, one shape of error, ETags, and a description that is kept."""

from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from scoring.models import IndicatorScore, Publication, Score, SubIndexScore
from tests.factories.people import province_make
from tests.factories.results import published_edition, scored_edition
from tests.reports.releases import REASON, THIN, WITHHELD, correction_of, release_with_gaps

pytestmark = pytest.mark.django_db
LISTS = ("scores", "sub-index-scores", "indicator-scores")


def answer(client: Client, path: str, status: int = 200) -> Any:
    response = client.get(f"/api/v1/{path}")
    assert response.status_code == status, response.content
    return response.json()


def rows(client: Client, publication: Publication, name: str, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = answer(client, f"publications/{publication.pk}/{name}/?page_size=500{query}")[
        "results"
    ]
    return found


def test_scores_are_the_rows_of_the_run(client: Client) -> None:
    publication = published_edition(responses=60)

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


def test_withheld_units_have_no_figures_anywhere(client: Client) -> None:
    publication = release_with_gaps()

    scores = {row["unit"]: row for row in rows(client, publication, "scores")}

    assert (scores[WITHHELD]["status"], scores[WITHHELD]["total"], scores[WITHHELD]["rank"]) == ("withheld", None, None)
    assert (scores[WITHHELD]["reason_vi"], scores[WITHHELD]["reason_en"]) == (REASON, "Being reorganised.")
    assert scores[THIN]["reason_en"] == "The unit has fewer ratings than the minimum."
    for name in ("sub-index-scores", "indicator-scores"):
        assert WITHHELD not in {row["unit"] for row in rows(client, publication, name)}


def test_sub_indices_and_indicators_are_the_rows_of_the_run(client: Client) -> None:
    publication = published_edition(responses=60)

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


def test_filters_narrow_lists(client: Client) -> None:
    publication = release_with_gaps()
    published_edition(province=province_make("nam-dinh"))

    def units(name: str, query: str) -> set[str]:
        return {row["unit"] for row in rows(client, publication, name, query)}

    assert units("scores", "&status=withheld") == {WITHHELD}
    assert units("scores", "&block=localities&unit=dong-hung") == {"dong-hung"}
    assert {row["sub_index"] for row in rows(client, publication, "sub-index-scores", "&sub_index=land")} == {"land"}
    assert {row["indicator"] for row in rows(client, publication, "indicator-scores", "&indicator=TG2")} == {"TG2"}
    assert [row["slug"] for row in answer(client, "provinces/")["results"]] == ["nam-dinh", "thai-binh"]
    assert [row["province"] for row in answer(client, "editions/?province=nam-dinh")["results"]] == ["nam-dinh"]
    assert answer(client, "publications/?province=thai-binh&year=2023")["count"] == 0


def test_lists_come_in_pages(client: Client) -> None:
    publication = published_edition(responses=60)

    first = answer(client, f"publications/{publication.pk}/scores/?page_size=4")
    second = answer(client, f"publications/{publication.pk}/scores/?page_size=4&page=2")

    assert (first["count"], len(first["results"]), len(second["results"])) == (6, 4, 2)
    assert second["next"] is None


@pytest.mark.parametrize("name", ["", "recipe/", *(f"{name}/" for name in LISTS)])
def test_nothing_is_found_that_is_not_published(client: Client, name: str) -> None:
    run = scored_edition()

    assert answer(client, "provinces/")["count"] == answer(client, "editions/")["count"] == 0
    assert answer(client, f"publications/{run.pk}/{name}", 404)["code"] == "not_found"


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
def test_errors_have_one_shape(client: Client, path: str, status: int, code: str) -> None:
    published_edition()

    error = answer(client, path, status)

    assert set(error) == {"code", "message"}
    assert error["code"] == code


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_written(client: Client, method: str) -> None:
    publication = published_edition()

    response = getattr(client, method)(f"/api/v1/publications/{publication.pk}/scores/")

    assert response.status_code in {403, 405}
    assert set(response.json()) == {"code", "message"}


def test_corrected_releases_are_listed_newest_first(client: Client) -> None:
    first = published_edition()
    second = correction_of(first, "Sửa số liệu.")

    found = answer(client, "publications/")["results"]

    assert [(row["id"], row["release"], row["reason"]) for row in found] == [
        (second.pk, 2, "Sửa số liệu."),
        (first.pk, 1, ""),
    ]


def test_recipe_is_given_with_its_hash(client: Client) -> None:
    publication = published_edition()

    found = answer(client, f"publications/{publication.pk}/recipe/")

    assert found == {"sha256": publication.run.recipe.sha256, "content": publication.run.recipe.content}


@pytest.mark.parametrize("name", ["", "recipe/", "scores/", "indicator-scores/?page_size=2"])
def test_client_that_has_the_answer_gets_304(client: Client, name: str) -> None:
    publication = published_edition()
    address = f"/api/v1/publications/{publication.pk}/{name}"
    etag = client.get(address).headers["ETag"]

    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304
    assert client.get(address, headers={"If-None-Match": '"x"'}).status_code == 200


@pytest.mark.parametrize("name", LISTS)
def test_lists_need_as_many_queries_for_four_units_as_for_two(client: Client, name: str) -> None:
    counts = []
    for slug, units in (("two", 2), ("four", 4)):
        publication = published_edition(province=province_make(slug), units=units)
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            rows(client, publication, name)
        counts.append(len(queries))

    assert counts[0] == counts[1]


# --- the description -------------------------------------------------------------------------------------------------


def test_description_is_made_without_a_warning(tmp_path: Any) -> None:
    written = tmp_path / "schema.yml"
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(written))
    assert "/api/v1/publications/{id}/scores/" in written.read_text(encoding="utf-8")


def test_every_address_of_the_guide_exists(client: Client) -> None:
    publication = published_edition()
    guide = client.get("/data-api/").content.decode()

    for name in (
        "provinces/",
        "editions/",
        "publications/",
        *(f"publications/1/{name}/" for name in (*LISTS, "recipe")),
    ):
        assert f"/api/v1/{name}" in guide
        answer(client, name.replace("/1/", f"/{publication.pk}/"))
