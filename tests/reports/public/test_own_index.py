"""A reader's own weights: the published scores under other weights, never to be taken for the official ranking."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ddci.templatetags.ddci_format import signed
from scoring.models import Publication, Score, SubIndexScore
from tests.factories.people import province_make
from tests.factories.results import published_edition, scored_edition
from tests.reports.releases import REASON, THIN, WITHHELD, correction_of, release_with_gaps

pytestmark = pytest.mark.django_db
ADDRESS = "/thai-binh/2024/own-weights/departments/"
MARK = "không phải bảng xếp hạng chính thức"


def text_of(client: Client, query: str = "", status: int = 200, address: str = ADDRESS) -> str:
    response = client.get(address + query)
    assert response.status_code == status
    return response.content.decode()


def row_of(page: str, unit: str) -> dict[str, str]:
    """The cells of a unit: own rank, own score, shift."""
    found = re.search(rf'<tr data-unit="{unit}".*?</tr>', page, re.S)
    assert found is not None
    cells = dict(re.findall(r'data-own="(\w+)">([^<]*)<', found.group()))
    return {name: text.strip() for name, text in cells.items()}


def units_in_order(page: str) -> list[str]:
    return re.findall(r'<tr data-unit="([^"]+)"', page)


def parts_of(publication: Publication, code: str) -> dict[str, float]:
    """The published scores of all ranked departments on a sub-index, by unit."""
    found = SubIndexScore.objects.filter(
        run=publication.run, sub_index__code=code, block_unit__block__code="departments"
    )
    ranked = Score.objects.filter(run=publication.run, rank__isnull=False).values("block_unit")
    return dict(found.filter(block_unit__in=ranked).values_list("block_unit__unit__code", "value"))


def test_without_weights_the_page_is_the_official_ranking_and_says_it_is_not(client: Client) -> None:
    publication = published_edition(responses=60)

    page = text_of(client)

    for score in Score.objects.filter(run=publication.run, block__code="departments"):
        own = row_of(page, score.block_unit.unit.code)
        assert own == {"rank": str(score.rank), "total": f"{score.total:.2f}".replace(".", ","), "shift": "0"}
    assert "không đơn vị nào đổi hạng" in page
    assert MARK in page


def test_all_weight_on_one_sub_index_ranks_by_it(client: Client) -> None:
    publication = published_edition(responses=60)
    parts = parts_of(publication, "time_costs")

    page = text_of(client, "?w-transparency=0&w-time_costs=7")

    for code, value in parts.items():
        own = row_of(page, code)
        assert own["total"] == f"{10 * value:.2f}".replace(".", ",")
        rank = 1 + sum(other > value for other in parts.values())
        official = Score.objects.get(run=publication.run, block_unit__unit__code=code).rank or 0
        assert (own["rank"], own["shift"]) == (str(rank), signed(official - rank, 0))
    assert units_in_order(page) == sorted(parts, key=lambda code: -parts[code])
    assert re.findall(r"data-own-share>([^<]+)<", page) == ["0,0%", "100,0%"]


def test_the_mark_stands_in_title_page_and_caption_of_a_shared_link(client: Client, settings: Any) -> None:
    published_edition()

    page = text_of(client, "?w-transparency=10&w-time_costs=30")

    title, caption = re.search(r"<title>(.*?)</title>", page, re.S), re.search(r"<caption>(.*?)</caption>", page, re.S)
    assert title is not None
    assert caption is not None
    assert MARK in title.group(1)
    assert MARK in caption.group(1)
    assert "banner--warning own-mark" in page
    assert f'value="{settings.SITE_URL}{ADDRESS}?w-transparency=10&amp;w-time_costs=30"' in page


def test_withheld_and_thin_units_stay_without_rank_under_any_weights(client: Client) -> None:
    release_with_gaps()

    page = text_of(client, "?w-transparency=100&w-time_costs=0")

    for code in (WITHHELD, THIN):
        assert row_of(page, code) == {"rank": "–", "total": "–", "shift": "–"}
    assert set(units_in_order(page)[-2:]) == {WITHHELD, THIN}
    assert REASON in page
    withheld = re.search(rf'<tr data-unit="{WITHHELD}"[^>]*>', page)
    assert withheld is not None
    assert 'data-parts=","' in withheld.group()


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("?w-transparency=abc&w-time_costs=1", "Xin nhập một số."),
        ("?w-transparency=&w-time_costs=1", "Xin nhập một số từ 0 đến 100."),
        ("?w-transparency=-1&w-time_costs=1", "w-transparency_error"),
        ("?w-transparency=1e9&w-time_costs=1", "w-transparency_error"),
        ("?w-transparency=nan&w-time_costs=1", "w-transparency_error"),
        ("?w-transparency=0&w-time_costs=0", "Ít nhất một chỉ số thành phần phải có trọng số lớn hơn 0."),
    ],
)
def test_impossible_weights_are_named_and_the_official_ones_shown(client: Client, query: str, fault: str) -> None:
    published_edition()

    page = text_of(client, query, status=422)

    assert fault in page
    assert "không đơn vị nào đổi hạng" in page


def test_unknown_blocks_and_unpublished_editions_are_not_found(client: Client) -> None:
    scored_edition()
    text_of(client, status=404)
    published_edition(province=province_make("ha-nam"))
    text_of(client, status=404, address="/ha-nam/2024/own-weights/wards/")
    text_of(client, status=404, address="/ha-nam/2023/own-weights/departments/")


def test_an_earlier_release_keeps_its_own_scores_and_says_so(client: Client) -> None:
    correction_of(published_edition(), "Sửa số liệu.")

    page = text_of(client, "?release=1&w-transparency=10&w-time_costs=30")

    assert '<input type="hidden" name="release" value="1">' in page
    assert "?release=1#departments" in page


def test_ranks_over_drawn_weights_hold_the_official_rank(client: Client) -> None:
    publication = published_edition(units=4, responses=60)

    page = text_of(client)

    drawn = publication.run.diagnostics["blocks"]["departments"]["weightings"]
    assert drawn["draws"] == 10_000
    for score in Score.objects.filter(run=publication.run, block__code="departments"):
        low, high = drawn["units"][score.block_unit.unit.code]
        assert low <= (score.rank or 0) <= high
    assert "10.000" in page


def test_page_needs_as_many_queries_for_four_units_as_for_two(client: Client) -> None:
    counts = []
    for slug, units in (("two", 2), ("four", 4)):
        published_edition(province=province_make(slug), units=units)
        with CaptureQueriesContext(connection) as queries:
            text_of(client, "?w-transparency=10&w-time_costs=30", address=f"/{slug}/2024/own-weights/departments/")
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert counts[0] <= 14


def test_english_page_has_english_words_and_decimal_points(client: Client) -> None:
    published_edition()

    page = text_of(client, "?w-transparency=10&w-time_costs=30", address="/en" + ADDRESS)

    assert "not the official ranking" in page
    assert re.findall(r"data-own-share>([^<]+)<", page) == ["25.0%", "75.0%"]
