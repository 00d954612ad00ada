"""Frames and components as the pages use them."""

from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.translation import override
from lxml import html


class Sample(forms.Form):
    email = forms.EmailField(
        label="E-mail", help_text="For signing in", widget=forms.EmailInput(attrs={"placeholder": "x"})
    )
    agreed = forms.BooleanField(label="Agreed")


def component(name: str, **context: Any) -> html.HtmlElement:
    with override("en"):
        return html.fragment_fromstring(render_to_string(f"components/{name}.html", context), create_parent="main")


def test_field_joins_label_hint_and_error_to_its_control() -> None:
    form = Sample({"email": "no address"})
    field = component("field", field=form["email"])
    control = field.xpath(".//input")[0]
    described = control.get("aria-describedby").split()
    assert [field.get_element_by_id(each).text_content().strip() for each in described] == [
        "For signing in",
        "Enter a valid email address.",
    ]
    assert control.get("aria-invalid") == "true"
    assert control.get("placeholder") is None
    assert control.get("class") == "input"
    assert field.xpath(".//label/@for") == [control.get("id")]


def test_field_without_fault_is_not_called_invalid() -> None:
    control = component("field", field=Sample({"email": "a@b.vn"})["email"]).xpath(".//input")[0]
    assert control.get("aria-invalid") is None
    assert control.get("aria-describedby") == "id_email_hint"


def test_box_to_tick_stands_before_its_label_and_is_not_ticked() -> None:
    field = component("field", field=Sample()["agreed"])
    label = field.find_class("check")[0]
    assert label.text_content().strip() == "Agreed"
    assert label.xpath("./input/@type") == ["checkbox"]
    assert label.xpath("./input/@checked") == []


def test_error_summary_leads_to_each_field() -> None:
    form = Sample({})
    summary = component("error_summary", form=form)
    assert summary.xpath(".//a/@href") == ["#id_email", "#id_agreed"]
    assert summary.find_class("error-summary")[0].get("role") == "alert"


def test_error_summary_of_a_good_form_is_nothing() -> None:
    assert len(component("error_summary", form=Sample({"email": "a@b.vn", "agreed": "on"}))) == 0


def test_steps_name_the_current_one() -> None:
    states = [{"title": "A", "state": "done"}, {"title": "B", "state": "current"}, {"title": "C", "state": "next"}]
    line = component("steps", steps=states)
    assert [item.get("aria-current") for item in line.iter("li")] == [None, "step", None]
    assert line.xpath(".//li[1]")[0].text_content().split() == ["A:", "done"]


@pytest.mark.parametrize(("state", "word"), [("ok", "In order:"), ("warn", "To look at:"), ("fail", "Missing:")])
def test_check_says_its_state_in_words(state: str, word: str) -> None:
    check = component("checks", checks=[{"state": state, "title": "Weights add up."}])
    assert " ".join(check.text_content().split()) == f"{word} Weights add up."
    assert len(check.xpath(".//svg")) == 1


def test_pagination_keeps_the_query_and_skips_the_middle() -> None:
    page = Paginator(range(24000), 20).page(600)
    row = component("pagination", page_obj=page, query="q=abc")
    assert row.xpath(".//a[@rel='prev']/@href") == ["?q=abc&page=599"]
    texts = [item.text_content().strip() for item in row.iter("li")]
    assert texts == ["Previous", "1", "…", "599", "600", "601", "…", "1,200", "Next"]


def test_pagination_of_one_page_is_nothing() -> None:
    assert len(component("pagination", page_obj=Paginator([1], 20).page(1))) == 0


def test_job_polls_only_while_it_runs() -> None:
    job = {"label": "Scoring", "state": "running", "done": 1240, "total": 2368}
    running = component("progress_job", job=job, poll_url="/x/")
    assert running.xpath(".//*[@hx-get]/@hx-get") == ["/x/"]
    assert running.xpath(".//progress/@value") == ["1240"]
    finished = component("progress_job", job={**job, "state": "done"}, poll_url="/x/")
    assert finished.xpath(".//*[@hx-get]") == []


def test_simulated_banner_stands_on_every_frame_that_is_told_so() -> None:
    request = RequestFactory().get("/")
    for frame in ("base.html", "answering/base.html"):
        told = render_to_string(frame, {"simulated": True, "messages": []}, request=request)
        untold = render_to_string(frame, {"messages": []}, request=request)
        assert ("banner--simulated" in told, "banner--simulated" in untold) == (True, False)


def test_respondents_frame_asks_for_few_files_and_writes_no_style() -> None:
    page = html.document_fromstring(render_to_string("answering/base.html", {}, request=RequestFactory().get("/")))
    assert len(page.xpath("//link[@rel='stylesheet']")) == 2
    assert len(page.xpath("//script")) == 1
    assert page.xpath("//@style") == []
    assert page.xpath("//script[not(@src)]") == []
