"""The API: published rows only, filters, pages, one shape of error, ETags, and a description that is kept."""

from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories.people import province_make
from tests.factories.results import published_edition, scored_edition
from tests.reports.api.asking import LISTS, answer, rows
from tests.reports.releases import REASON, THIN, WITHHELD, correction_of, release_with_gaps

pytestmark = pytest.mark.django_db


def test_withheld_units_have_no_figures_anywhere(client: Client) -> None:
    publication = release_with_gaps()

    scores = {row["unit"]: row for row in rows(client, publication, "scores")}

    assert (scores[WITHHELD]["status"], scores[WITHHELD]["total"], scores[WITHHELD]["rank"]) == ("withheld", None, None)
    assert (scores[WITHHELD]["reason_vi"], scores[WITHHELD]["reason_en"]) == (REASON, "Being reorganised.")
    assert scores[THIN]["reason_en"] == "The unit has fewer ratings than the minimum."
    for name in ("sub-index-scores", "indicator-scores"):
        assert WITHHELD not in {row["unit"] for row in rows(client, publication, name)}


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


@pytest.mark.parametrize("name", ["", "recipe/", *(f"{name}/" for name in LISTS)])
def test_nothing_is_found_that_is_not_published(client: Client, name: str) -> None:
    run = scored_edition()

    assert answer(client, "provinces/")["count"] == answer(client, "editions/")["count"] == 0
    assert answer(client, f"publications/{run.pk}/{name}", 404)["code"] == "not_found"


def test_corrected_releases_are_listed_newest_first(client: Client) -> None:
    first = published_edition()
    second = correction_of(first, "Sửa số liệu.")

    found = answer(client, "publications/")["results"]

    assert [(row["id"], row["release"], row["reason"]) for row in found] == [
        (second.pk, 2, "Sửa số liệu."),
        (first.pk, 1, ""),
    ]


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
