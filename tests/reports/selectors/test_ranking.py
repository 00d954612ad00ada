"""League tables as they are read for pages and PDFs."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from reports.selectors.publications import (
    editions_public,
    publication_latest,
    publication_release,
    publications_of,
)
from reports.selectors.ranking import Ranking, bracketed, ranking
from reports.selectors.scale import axis_round
from scoring.models import Publication, Score, SubIndexScore
from tests.factories.people import province_make
from tests.factories.results import published_edition, scored_edition
from tests.reports.releases import REASON, THIN, WITHHELD, correction_of, release_with_gaps

pytestmark = pytest.mark.django_db


def tables_of(publication: Publication) -> Ranking:
    with translation.override("vi"):
        return ranking(publication_latest(publication.edition.province.slug, publication.edition.year))


def test_ranking_rows_are_the_rows_of_the_run() -> None:
    publication = published_edition(responses=60)

    tables = tables_of(publication)

    for block in tables.blocks:
        stored = list(Score.objects.filter(run=publication.run, block__code=block.code).order_by("rank"))
        assert [(row.total, row.rank, row.rank_low, row.rank_high, row.n) for row in block.rows] == [
            (score.total, score.rank, score.rank_low, score.rank_high, score.n) for score in stored
        ]
        for row in block.rows:
            values = SubIndexScore.objects.filter(run=publication.run, block_unit_id=row.block_unit_id)
            expected = list(values.order_by("sub_index__position").values_list("sub_index__code", "value"))
            assert [(cell.code, cell.value) for cell in row.cells] == expected
    assert [block.code for block in tables.blocks] == ["departments", "localities"]


def test_ranking_weights_of_a_block_sum_to_one() -> None:
    tables = tables_of(published_edition())

    for block in tables.blocks:
        assert sum(column.weight for column in block.columns) == pytest.approx(1)
    assert [column.weight for column in tables.blocks[0].columns] == pytest.approx([0.6, 0.4])


def test_ranking_needs_as_many_queries_for_three_units_as_for_one() -> None:
    counts = []
    for slug, units in (("one", 1), ("three", 3)):
        publication = published_edition(province=province_make(slug), units=units)
        loaded = publication_latest(slug, publication.edition.year)
        with CaptureQueriesContext(connection) as queries:
            ranking(loaded)
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert counts[0] <= 7


def test_withheld_and_thin_units_stand_below_without_figures() -> None:
    tables = tables_of(release_with_gaps())
    departments = tables.blocks[0]

    assert {row.code: row.status for row in departments.unranked} == {WITHHELD: "withheld", THIN: "insufficient"}
    for row in departments.unranked:
        assert (row.total, row.low, row.high, row.rank, row.band) == (None, None, None, None, "")
    withheld = departments.by_code[WITHHELD]
    assert withheld.reason == REASON
    assert [cell.value for cell in withheld.cells] == [None] * len(departments.columns)
    assert departments.by_code[THIN].reason == "Đơn vị có số lượt đánh giá thấp hơn mức tối thiểu."
    assert [row.rank for row in departments.rows] == [1, 2, 3]


def test_brackets_join_neighbours_only_while_every_pair_is_tied() -> None:
    any_row = tables_of(published_edition()).blocks[0].rows[0]
    ties = {"a": ("b",), "b": ("a", "c"), "c": ("b", "d"), "d": ("c",), "e": ()}
    rows = [replace(any_row, code=code, tied_with=tied) for code, tied in ties.items()]

    assert [row.bracket for row in bracketed(rows)] == [1, 1, 2, 2, None]


def test_axis_holds_all_values_on_round_ends_inside_the_scale() -> None:
    assert axis_round([52.1, 77.7, None], 10, (10, 100)) == (50, 80)
    assert axis_round([97.0, 99.0], 10, (10, 100)) == (80, 100)
    assert axis_round([], 10, (10, 100)) == (10, 100)


def test_nothing_is_public_before_a_publication() -> None:
    run = scored_edition()

    assert editions_public() == []
    with pytest.raises(Publication.DoesNotExist):
        publication_latest(run.edition.province.slug, run.edition.year)


def test_a_correction_becomes_the_newest_release_and_the_first_stays_reachable() -> None:
    first = published_edition()
    second = correction_of(first, "Sửa số liệu hành chính.")
    slug, year = first.edition.province.slug, first.edition.year

    assert publication_latest(slug, year) == second
    assert publication_release(slug, year, 1) == first
    assert publications_of(first.edition) == [second, first]
    edition = editions_public()[0].editions[0]
    assert (edition.release, edition.newest, edition.superseded) == (2, 2, False)
