"""One unit's result: its own rows, the others as yardstick, and the years that may be compared."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts.enums import Role
from reports import sentences
from reports.selectors.history import same_yardstick
from reports.selectors.publications import publication_latest
from reports.selectors.ranking import Change
from reports.selectors.unit_page import UnitNotRated, UnitResult, unit_result, unit_results
from scoring.models import IndicatorScore, Publication, Score
from surveys.enums import CommentState, LineageKind
from surveys.models import BlockUnit, Comment, Unit, UnitLineage
from tests.factories.editions import edition_closed
from tests.factories.people import province_make, user_make
from tests.factories.results import published_edition, run_of
from tests.reports.releases import (
    THIN,
    WITHHELD,
    approve_and_publish,
    release_of,
    release_with_gaps,
    releases_over,
)

pytestmark = pytest.mark.django_db


def result_of(publication: Publication, code: str = "so-cong-thuong", language: str = "vi") -> UnitResult:
    with translation.override(language):
        edition = publication.edition
        return unit_result(publication_latest(edition.province.slug, edition.year), code)


def test_indicators_are_the_rows_of_the_run_with_hard_ones_apart() -> None:
    publication = published_edition(responses=60)

    unit = result_of(publication)

    stored = IndicatorScore.objects.filter(run=publication.run, block_unit_id=unit.row.block_unit_id)
    assert {item.code: (item.raw, item.points, item.lost, item.n) for item in unit.indicators} == {
        score.indicator.code: (score.raw, score.points, score.lost, score.n) for score in stored
    }
    assert [item.code for item in unit.hard] == ["TG2"]
    assert (unit.hard[0].period, unit.hard[0].source) == ("2024", "Báo cáo thử nghiệm")
    assert [item.code for item in unit.soft] == ["MB1", "MB2", "TG1"]


def test_lost_points_and_score_make_up_the_scale() -> None:
    unit = result_of(published_edition(responses=60))

    assert unit.row.total is not None
    assert sum(item.lost or 0 for item in unit.indicators) + unit.row.total == pytest.approx(100)
    losses = [item.lost for item in unit.losses]
    assert losses == sorted(losses, reverse=True)


def test_median_and_best_are_those_of_the_ranked_units() -> None:
    publication = release_with_gaps()
    unit = result_of(publication)

    for row in unit.profile:
        peers = sorted(row.peers)
        assert len(peers) == 3
        assert (row.median, row.best) == (peers[1], peers[2])


def test_withheld_unit_shows_no_figure_and_no_comment() -> None:
    publication = release_with_gaps()
    block_unit = BlockUnit.objects.get(block__edition=publication.edition, unit__code=WITHHELD)
    Comment.objects.create(block_unit=block_unit, text="Nhanh", shown_text="Nhanh", state=CommentState.SHOWN)

    unit = result_of(publication, WITHHELD)

    assert (unit.indicators, unit.comments, unit.years, unit.losses) == ((), (), (), ())
    assert [row.cell.value for row in unit.profile] == [None] * len(unit.profile)


def test_indicator_says_why_it_is_missing() -> None:
    unit = result_of(release_with_gaps(), THIN)

    assert {item.reason for item in unit.soft} <= {
        "Đơn vị có số lượt đánh giá thấp hơn mức tối thiểu.",
        "Không có câu trả lời hợp lệ.",
        "Số câu trả lời hợp lệ thấp hơn mức tối thiểu.",
    }
    assert all(item.reason for item in unit.soft)


def test_only_approved_comments_are_shown_as_approved() -> None:
    publication = published_edition()
    block_unit = BlockUnit.objects.get(block__edition=publication.edition, unit__code="so-cong-thuong")
    for state in CommentState:
        Comment.objects.create(block_unit=block_unit, text=f"Gốc {state}", shown_text=f"Duyệt {state}", state=state)

    assert sorted(result_of(publication).comments) == ["Duyệt edited", "Duyệt shown"]


def test_unknown_unit_is_not_rated() -> None:
    with pytest.raises(UnitNotRated):
        result_of(published_edition(), "so-khong-co")


def test_unit_needs_as_many_queries_for_four_units_as_for_two() -> None:
    # A single unit sets both goalposts of the default recipe and is not ranked, so it would prove little.
    counts = []
    for slug, units in (("two", 2), ("four", 4)):
        publication = published_edition(province=province_make(slug), units=units)
        loaded = publication_latest(slug, publication.edition.year)
        with CaptureQueriesContext(connection) as queries:
            unit_result(loaded, "so-cong-thuong")
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_all_units_at_once_are_the_units_one_by_one() -> None:
    publication = publication_latest(published_edition().edition.province.slug, 2024)

    for unit in unit_results(publication):
        assert unit == unit_result(publication, unit.row.code)


# --- over the years --------------------------------------------------------------------------------------------------


def two_years() -> Publication:
    province = province_make()
    release_of(edition_closed(province=province, year=2023, responses=60, seed=3))
    return release_of(edition_closed(province=province, year=2024, responses=60, seed=4))


def fixed_goalposts(publication: Publication) -> dict[str, object]:
    recipe = dict(publication.run.recipe.content)
    return {**recipe, "normalise": {**recipe["normalise"], "goalposts": "fixed"}}


def test_moving_goalposts_forbid_the_comparison_of_scores_but_show_the_years() -> None:
    unit = result_of(two_years())

    assert [year.year for year in unit.years] == [2023, 2024]
    assert unit.years[0].comparable is False
    assert unit.row.change is None


def test_same_yardstick_needs_goalposts_that_stay_and_equal_weights() -> None:
    recipe = fixed_goalposts(published_edition())
    blocks = recipe["blocks"]
    assert isinstance(blocks, dict)
    other = {**blocks["departments"], "sub_indices": [{"code": "transparency", "weight": 1.0}]}

    assert same_yardstick(recipe, recipe, "departments") is True
    assert same_yardstick(recipe, {**recipe, "blocks": {**blocks, "departments": other}}, "departments") is False
    assert same_yardstick(recipe, {**recipe, "blocks": {"localities": blocks["localities"]}}, "departments") is False


def test_renamed_unit_keeps_its_years_and_a_merged_one_does_not() -> None:
    publication = two_years()
    province = publication.edition.province
    units = {unit.code: unit for unit in Unit.objects.filter(province=province)}
    ended = Unit.objects.create(province=province, code="so-cu", kind="department", name_vi="Sở cũ")
    joined = units["so-tai-chinh"]
    UnitLineage.objects.create(predecessor=ended, successor=joined, kind=LineageKind.MERGED, on=date(2024, 7, 1))

    merged, unbroken = result_of(publication, joined.code), result_of(publication)

    assert [year.year for year in merged.years] == [2024]
    assert (merged.broken_by, merged.broken_on) == (LineageKind.MERGED, date(2024, 7, 1))
    assert [year.year for year in unbroken.years] == [2023, 2024]


# --- in words --------------------------------------------------------------------------------------------------------


def test_sentences_hold_the_numbers_of_the_row_in_the_readers_writing() -> None:
    publication = published_edition(responses=60)
    score = Score.objects.get(run=publication.run, block_unit__unit__code="so-cong-thuong")

    with translation.override("vi"):
        vi = sentences.score_sentence(result_of(publication))
    with translation.override("en"):
        en = sentences.score_sentence(result_of(publication, language="en"))

    assert f"{score.total:.2f}".replace(".", ",") in vi
    assert f"{score.total:.2f} points" in en
    assert f"{score.n} lượt đánh giá" in vi
    with translation.override("vi"):
        assert f"Hạng {score.rank} trong 3 đơn vị" in sentences.range_sentence(result_of(publication))


def test_unranked_unit_is_explained_in_both_languages() -> None:
    publication = release_with_gaps()

    with translation.override("vi"):
        vi = sentences.range_sentence(result_of(publication, WITHHELD))
    with translation.override("en"):
        en = sentences.range_sentence(result_of(publication, WITHHELD, "en"))

    assert vi == "Tạm chưa công bố: Đơn vị đang được sắp xếp lại."
    assert en == "Withheld: Being reorganised."


def test_a_wide_range_is_explained_by_n_and_design_effect_and_a_narrow_one_is_not() -> None:
    unit = result_of(published_edition(responses=60))
    row, block = unit.row, unit.block
    effective = replace(block.firmness, effective={row.code: row.n / 1.5})
    wide = replace(unit, row=replace(row, rank_low=1, rank_high=3), block=replace(block, firmness=effective))
    even = replace(wide, block=replace(block, firmness=replace(effective, effective={row.code: row.n / 1.01})))
    narrow = replace(wide, row=replace(row, rank_low=2, rank_high=2))

    with translation.override("en"):
        said, without, nothing = (sentences.width_sentence(found) for found in (wide, even, narrow))

    assert f"it rests on {row.n} ratings" in said
    assert "(design effect 1.50)" in said
    assert "design effect" not in without
    assert nothing == ""


def test_rank_under_other_weights_is_that_of_the_run() -> None:
    publication = published_edition(units=4, responses=60)
    drawn = publication.run.diagnostics["blocks"]["departments"]["weightings"]["units"]["so-cong-thuong"]

    with translation.override("en"):
        said = sentences.weights_sentence(result_of(publication, language="en"))

    assert "10,000 random weightings" in said
    assert all(str(rank) in said for rank in drawn)


# --- change since the last edition -----------------------------------------------------------------------------------


def test_a_change_on_one_yardstick_carries_its_test_and_its_parts() -> None:
    publication = releases_over(2023, 2024)
    kept = publication.run.diagnostics["blocks"]["departments"]["change"]["units"]["so-cong-thuong"]

    row = result_of(publication).row

    assert row.change is not None
    assert row.parts is not None
    assert (row.change.difference, row.change.p, row.change.tests) == (
        pytest.approx(kept["change"]),
        kept["p_holm"],
        4,
    )
    assert (row.change.low, row.change.high) == (pytest.approx(kept["lo"]), pytest.approx(kept["hi"]))
    assert (row.parts.values, row.parts.same) == (kept["values"], True)


def test_on_moving_goalposts_only_the_parts_are_told() -> None:
    row = result_of(releases_over(2023, 2024, fixed=False)).row

    assert row.change is None
    assert row.parts is not None
    assert row.parts.same is False
    with translation.override("en"):
        said = sentences.parts_sentence(row.parts)
    assert "points to 2023" in said
    assert said.endswith("the difference is not tested.")


def test_a_correction_of_the_earlier_edition_takes_the_kept_test_away() -> None:
    publication = releases_over(2023, 2024)
    earlier = Publication.objects.get(edition__year=2023)
    content = {**earlier.run.recipe.content}
    content["measure"] = {**content["measure"], "min_ratings": 6}
    analyst = user_make(Role.ANALYST, province=publication.edition.province)
    approve_and_publish(run_of(earlier.run.dataset, by=analyst, content=content), "Sửa.")

    row = result_of(publication).row

    assert row.parts is None
    assert row.change is not None
    assert row.change.p is None


def test_a_change_in_words_says_what_the_test_over_all_units_says() -> None:
    change = Change(2023, -3.2, -5.0, -1.4, 0.012, 20)
    with translation.override("vi"):
        sure, alone, chance, first = (
            sentences.change_sentence(found)
            for found in (
                change,
                replace(change, p=0.3),
                replace(change, low=-6.0, high=0.5, p=1.0),
                replace(change, p=0.0002),
            )
        )

    assert "−3,20 điểm so với năm 2023" in sure
    assert "p = 0,012" in sure
    assert "20 đơn vị" in sure
    assert "p < 0,001" in first
    assert "p = 0,300" in alone
    assert alone != sure
    assert "p =" not in chance


def test_ranking_with_earlier_editions_needs_as_many_queries_for_four_units_as_for_two() -> None:
    counts = []
    for years, units in (((2023, 2024), 2), ((2021, 2022), 4)):
        province = province_make(f"tinh-{units}")
        for year in years:
            publication = release_of(
                edition_closed(province=province, year=year, units=units, responses=60), fixed=True
            )
        loaded = publication_latest(province.slug, publication.edition.year)
        with CaptureQueriesContext(connection) as queries:
            unit_result(loaded, "so-cong-thuong")
        counts.append(len(queries))

    assert counts[0] == counts[1]
