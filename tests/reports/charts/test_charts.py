"""Charts: well-formed, described, safe under the content security policy, the same each time."""

import re
from xml.etree import ElementTree

import pytest

from reports.charts import charts_of
from reports.selectors.ranking import ranking
from reports.web.public.drawings import TOKENS
from scoring.models import Publication
from tests.factories.editions import edition_closed
from tests.factories.people import province_make
from tests.factories.results import published_edition
from tests.reports.releases import release_of, release_with_gaps

pytestmark = pytest.mark.django_db
SVG = "{http://www.w3.org/2000/svg}"


def texts_of(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_a_release_has_intervals_for_each_block_and_a_profile_for_each_ranked_unit() -> None:
    publication = release_with_gaps()

    charts = charts_of(publication, "vi")

    ranked = {row.code for block in ranking(publication).blocks for row in block.rows}
    assert {chart.name for chart in charts if chart.unit is None} == {
        "intervals-departments-1",
        "intervals-localities-1",
    }
    assert {chart.unit for chart in charts if chart.unit} == ranked
    assert {chart.name for chart in charts if chart.unit} == {f"profile-{code}" for code in ranked}


def test_every_chart_has_title_and_description_and_nothing_the_policy_forbids() -> None:
    for chart in charts_of(published_edition(), "vi"):
        root = ElementTree.fromstring(chart.svg)
        titled = {element.tag.removeprefix(SVG): element for element in list(root)[:2]}
        assert root.get("role") == "img"
        assert root.get("aria-labelledby") == f"{chart.name}-title {chart.name}-desc"
        assert all(titled[tag].text for tag in ("title", "desc"))
        for forbidden in ("style=", "<style", "<script", "href", "url(", " class="):
            assert forbidden not in chart.svg
        assert len(re.findall(r'role="', chart.svg)) == 1


def test_numbers_in_a_chart_are_those_of_the_rows_in_the_writing_of_the_language() -> None:
    publication = published_edition(responses=60)
    rows = ranking(publication).blocks[0].rows

    written = {
        language: texts_of(next(chart.svg for chart in charts_of(publication, language))) for language in ("vi", "en")
    }

    for row in rows:
        assert f"{row.total:.2f}" in written["en"]
        assert f"{row.total:.2f}".replace(".", ",") in written["vi"]


def test_same_release_gives_the_same_drawings() -> None:
    publication = published_edition()

    assert charts_of(publication, "vi") == charts_of(publication, "vi")


def test_trend_is_drawn_from_the_second_year_on() -> None:
    province = province_make()
    release_of(edition_closed(province=province, year=2023))
    publication: Publication = release_of(edition_closed(province=province, year=2024))

    names = {chart.name for chart in charts_of(publication, "vi")}

    assert "trend-so-cong-thuong" in names


def test_every_colour_of_a_chart_follows_the_theme() -> None:
    drawings = "".join(chart.svg for chart in charts_of(published_edition(), "vi"))

    assert set(re.findall(r'"(#[0-9a-fA-F]+)"', drawings)) <= set(TOKENS)
