"""Geometry of the strips, heat steps and dots."""

import pytest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.utils.translation import override
from lxml import html

from ddci.templatetags import ddci_figures as tags


def test_strip_places_value_and_interval_on_the_axis() -> None:
    drawn = tags.strip(55, 50, 60, (10, 100))
    assert drawn == {"x": "89.6", "width": "20.9", "point": "100", "reference": None}


def test_strip_holds_everything_inside_its_frame() -> None:
    drawn = tags.strip(120, -5, 130, (10, 100), 5)
    assert drawn == {"x": "6", "width": "188", "point": "194", "reference": "6"}


def test_strip_without_interval_is_a_point() -> None:
    drawn = tags.strip(10, None, None, (10, 100))
    assert drawn is not None
    assert (drawn["x"], drawn["width"], drawn["point"]) == ("6", "0", "6")


@pytest.mark.parametrize(
    ("value", "axis"), [(None, (10, 100)), (float("nan"), (10, 100)), (5, (10, 10)), (5, (None, 3))]
)
def test_strip_without_value_or_axis_draws_nothing(value: float | None, axis: tuple[float | None, float]) -> None:
    assert tags.strip(value, 1, 2, axis) is None


@pytest.mark.parametrize(
    ("value", "step"), [(1, 1), (2.28, 1), (2.29, 2), (5.5, 4), (9.99, 7), (10, 7), (11, 7), (0, 1), (None, None)]
)
def test_heat_step_cuts_the_scale_in_seven_equal_parts(value: float | None, step: int | None) -> None:
    assert tags.heat_step(value) == step


def test_heat_step_never_falls_when_the_value_rises() -> None:
    steps = [tags.heat_step(10 + tenth / 10, "10,100") for tenth in range(901)]
    assert steps == sorted(step for step in steps if step)
    assert set(steps) == set(range(1, 8))


def test_heat_class_of_an_absent_value_has_no_colour() -> None:
    assert tags.heat_class(None) == "heat heat--none"
    assert tags.heat_class(9.9) == "heat heat-7"


def test_coordinates_have_a_point_where_the_page_writes_a_comma() -> None:
    with override("vi"):
        drawn = render_to_string(
            "components/interval_strip.html", {"value": 68.25, "low": 66.1, "high": 70.4, "min": 10, "max": 100}
        )
    strip = html.fromstring(drawn)
    numbers = [
        value for element in strip.iter() for name, value in element.items() if name in {"x", "x1", "x2", "width"}
    ]
    assert len(numbers) == 6
    assert [float(number) for number in numbers] == pytest.approx([0, 200, 123.2, 9.0, 127.7, 3])


def test_heat_cell_shows_the_number_and_sorts_by_the_whole_one() -> None:
    with override("vi"):
        cell = render_to_string("components/heat_cell.html", {"value": 6.2549, "label": "Minh bạch", "places": 1})
    assert cell.strip() == '<td class="heat heat-5" data-label="Minh bạch" data-value="6.2549">6,3</td>'


def test_heat_legend_bounds_meet() -> None:
    bounds = tags.heat_bounds(1, 10)
    assert [step for step, _low, _high in bounds] == [1, 2, 3, 4, 5, 6, 7]
    assert bounds[0][1] == 1
    assert bounds[-1][2] == pytest.approx(10)
    assert [high for _step, _low, high in bounds[:-1]] == pytest.approx([low for _step, low, _high in bounds[1:]])


def test_dot_row_draws_each_known_value_once() -> None:
    context = {
        "label": "Minh bạch",
        "value": 5.5,
        "median": 4,
        "best": None,
        "peers": [2, None, 10],
        "min": 1,
        "max": 10,
    }
    with override("vi"):
        row = html.fromstring(render_to_string("components/dot_row.html", context))
    assert [dot.get("cx") for dot in row.find_class("dot-peers")] == ["11.1%", "100%"]
    assert [dot.get("cx") for dot in row.find_class("dot-unit")] == ["50%"]
    assert row.find_class("dot-best") == []
    assert row.find_class("dot-figure")[0].findtext("strong") == "5,5"


def test_every_icon_is_hidden_from_screen_readers_and_well_formed() -> None:
    for name in tags.ICONS:
        drawn = Template("{% load ddci_figures %}{% icon name %}").render(Context({"name": name}))
        element = html.fromstring(drawn)
        assert (element.tag, element.get("aria-hidden"), element.get("class")) == ("svg", "true", "icon")
        assert len(element) >= 1
