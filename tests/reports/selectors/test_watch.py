"""The watch list: exactly what fell in every one of the last editions, with the test of each fall."""

from datetime import date
from itertools import pairwise
from math import hypot

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from reports.selectors.watch import INDICATOR, SUB_INDEX, TOTAL, Line, Value, run_watched, watch_list
from reports.selectors.watch_words import beyond_sentence, line_sentence, reach_sentences
from scoring.models import IndicatorScore, Publication, Score, SubIndexScore
from surveys.enums import LineageKind
from surveys.models import Unit, UnitLineage
from tests.factories.editions import edition_closed
from tests.factories.people import province_make
from tests.reports.releases import release_of, releases_over

pytestmark = pytest.mark.django_db
Series = dict[tuple[str, str, str], list[tuple[float, float | None, int]]]


def series_of(years: list[int]) -> Series:
    """(unit, kind, item) → value, error and sign in each year, read straight from the rows."""
    found: Series = {}
    for year in years:
        run = Publication.objects.get(edition__year=year).run
        for score in Score.objects.filter(run=run, rank__isnull=False):
            found.setdefault((score.block_unit.unit.code, TOTAL, ""), []).append((score.total or 0, score.se, 1))
        for part in SubIndexScore.objects.filter(run=run, value__isnull=False):
            key = (part.block_unit.unit.code, SUB_INDEX, part.sub_index.name)
            found.setdefault(key, []).append((part.value or 0, part.se, 1))
        for item in IndicatorScore.objects.filter(run=run, raw__isnull=False):
            key = (item.block_unit.unit.code, INDICATOR, item.indicator.name)
            sign = -1 if item.indicator.direction == "negative" else 1
            error = None if item.indicator.kind == "hard" else item.raw_se
            found.setdefault(key, []).append((item.raw or 0, error, sign))
    return {key: values for key, values in found.items() if len(values) == len(years)}


def falling_of(series: Series) -> dict[tuple[str, str, str], tuple[list[float], list[bool | None]]]:
    found = {}
    for key, values in series.items():
        steps = list(pairwise(values))
        if all(sign * (after - before) < 0 for (before, _e, sign), (after, _f, _s) in steps):
            beyond = [
                None if e is None or f is None else abs(after - before) > 1.96 * hypot(e, f)
                for (before, e, _s), (after, f, _t) in steps
            ]
            found[key] = ([value for value, _e, _s in values], beyond)
    return found


def shown(lines: tuple[Line, ...]) -> dict[tuple[str, str, str], tuple[list[float], list[bool | None]]]:
    return {
        (line.unit, line.kind, line.name): (
            [each.value for each in line.values],
            [each.beyond for each in line.values[1:]],
        )
        for line in lines
    }


def test_three_falls_in_a_row_are_found_each_with_its_test() -> None:
    publication = releases_over(2021, 2022, 2023, 2024, units=5, responses=40)

    found = watch_list(publication.run)

    assert (found.times, found.years, found.moved) == (3, (2021, 2022, 2023, 2024), ())
    expected = falling_of(series_of([2021, 2022, 2023, 2024]))
    assert expected
    assert shown(found.lines) == expected


def test_three_editions_give_an_early_warning_of_two_falls_and_two_give_nothing() -> None:
    publication = releases_over(2022, 2023, 2024, units=4, responses=40)
    second = Publication.objects.get(edition__year=2023)

    found, nothing = watch_list(publication.run), watch_list(second.run)

    assert found.times == 2
    assert shown(found.lines) == falling_of(series_of([2022, 2023, 2024]))
    assert (nothing.times, nothing.lines) == (0, ())
    with translation.override("en"):
        assert "early warning" in " ".join(reach_sentences(found))
        assert "three published editions" in " ".join(reach_sentences(nothing))


def test_on_moving_goalposts_only_measured_values_are_watched() -> None:
    publication = releases_over(2022, 2023, 2024, fixed=False, units=4, responses=40)

    found = watch_list(publication.run)

    assert found.moved == ("Sở, ban, ngành", "Địa phương")
    assert {line.kind for line in found.lines} == {INDICATOR}
    expected = {key: value for key, value in falling_of(series_of([2022, 2023, 2024])).items() if key[1] == INDICATOR}
    assert shown(found.lines) == expected


def test_units_with_a_broken_life_are_not_watched() -> None:
    publication = releases_over(2022, 2023, 2024, units=5, responses=40)
    unit = Unit.objects.get(province=publication.edition.province, code=watch_list(publication.run).lines[0].unit)
    gone = Unit.objects.create(province=unit.province, code="so-cu", kind="department", name_vi="Sở cũ")
    UnitLineage.objects.create(predecessor=gone, successor=unit, kind=LineageKind.MERGED, on=date(2023, 7, 1))

    assert watch_list(publication.run).of(unit.code) == ()


def test_edition_without_release_watches_its_newest_complete_run() -> None:
    publication = releases_over(2024)

    assert run_watched(publication.edition) == publication.run
    assert run_watched(edition_closed(province=publication.edition.province, year=2025, responses=10)) is None


def test_watch_list_needs_as_many_queries_for_four_units_as_for_two() -> None:
    counts = []
    for slug, units in (("two", 2), ("four", 4)):
        province = province_make(slug)
        for year in (2022, 2023, 2024):
            last = release_of(edition_closed(province=province, year=year, units=units, responses=30, seed=year))
        run = run_watched(last.edition)
        assert run is not None
        with CaptureQueriesContext(connection) as queries:
            watch_list(run)
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert counts[0] <= 10


def test_lines_say_what_fell_and_which_falls_exceed_chance() -> None:
    values = (Value(2021, 0.624, None), Value(2022, 0.6, True), Value(2023, 0.55, False), Value(2024, 0.5, True))
    line = Line("Sở", "a", "Sở A", INDICATOR, "Hài lòng", "share", "%", values)
    days = Line(
        "Sở", "a", "Sở A", INDICATOR, "Số ngày", "median", "ngày", (Value(2023, 7.0, None), Value(2024, 9.5, None))
    )

    with translation.override("vi"):
        said, hard = line_sentence(line), line_sentence(days)
    with translation.override("en"):
        english = beyond_sentence(line)

    assert "từ 62,4% năm 2021 xuống 50,0% năm 2024" in said
    assert "mức giảm năm 2022, 2024" in said
    assert "7,00 ngày" in hard
    assert "không có sai số chọn mẫu" in hard
    assert english == "Beyond chance: the falls of 2022, 2024."
