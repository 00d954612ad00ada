"""Public pages of one release, only read: its numbers, its words, what is kept and what is not found."""

import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from scoring.models import Publication, Score
from tests.factories.results import published_edition
from tests.reports.public.reading import PAGES, UNTRANSLATED, text_of, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def publication(shared: None) -> Publication:
    return published_edition(responses=60)


def test_ranking_shows_the_numbers_of_the_rows_with_a_decimal_comma(client: Client, publication: Publication) -> None:
    page = text_of(client, "/thai-binh/2024/")

    for score in Score.objects.filter(run=publication.run):
        row = re.search(rf'<tr[^>]*data-unit="{score.block_unit.unit.code}".*?</tr>', page, re.S)
        assert row is not None
        assert f"{score.total:.2f}".replace(".", ",") in row.group()
        ends = f"{score.low:.1f}–{score.high:.1f}".replace(".", ",").replace("-", "\N{MINUS SIGN}")
        assert ends in row.group()
        assert f">{score.n}<" in row.group()
    assert publication.run.result_sha256 in page


def test_english_page_has_decimal_points_and_english_words(client: Client, publication: Publication) -> None:
    score = Score.objects.get(run=publication.run, block_unit__unit__code="so-cong-thuong")

    page = text_of(client, "/en/thai-binh/2024/")

    assert f"{score.total:.2f}" in page
    assert "Department of Industry and Trade" in page
    assert '<html lang="en">' in page


@pytest.mark.parametrize("path", PAGES)
def test_vietnamese_pages_hold_no_english_and_english_ones_no_vietnamese(
    client: Client, publication: Publication, path: str
) -> None:
    vietnamese = words_of(text_of(client, f"/thai-binh/2024/{path}"))
    english = words_of(text_of(client, f"/en/thai-binh/2024/{path}"))

    assert UNTRANSLATED.findall(vietnamese.replace("English", "")) == []
    for word in ("đơn vị", "chỉ tiêu", "khoảng", "điểm", "công bố"):
        assert word not in english.lower()


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere/",
        "/thai-binh/2023/",
        "/thai-binh/2024/units/nobody/",
        "/thai-binh/2024/?release=2",
        "/thai-binh/2024/?release=x",
        "/thai-binh/2024/?release=99999999999999999999",
        "/thai-binh/2024/files/none.csv",
    ],
)
def test_what_does_not_exist_is_not_found(client: Client, publication: Publication, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_pages_can_only_be_read(client: Client, publication: Publication, method: str) -> None:
    assert getattr(client, method)("/thai-binh/2024/").status_code == 405


def test_a_page_is_made_once_and_then_kept(client: Client, publication: Publication) -> None:
    text_of(client, "/thai-binh/2024/")

    with CaptureQueriesContext(connection) as queries:
        text_of(client, "/thai-binh/2024/")

    assert len(queries) <= 4


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("", True),
        ("?sort=n&order=desc", True),
        ("?sort=transparency&release=1", True),
        ("?sort=invented", False),
        ("?order=invented", False),
        ("?release=01", False),
        ("?sort=n&sort=n", False),
        ("?invented=1", False),
    ],
)
def test_only_pages_that_links_lead_to_are_kept(
    client: Client, publication: Publication, query: str, kept: bool
) -> None:
    response = client.get(f"/thai-binh/2024/{query}")

    assert response.status_code == 200
    assert (cache.get(f"page:{response.headers['ETag']}") is not None) == kept
