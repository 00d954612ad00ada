"""The recipe form: every part of a recipe, its consequence before saving, faults at their field."""

import re

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import Role
from accounts.models import AuditEntry
from scoring.engine.normalise import NORMALISERS
from scoring.models import Recipe, ScoringRun
from scoring.services.recipes import recipe_create, recipe_default
from surveys.models import Margin
from tests.factories.editions import NOW, edition_closed, edition_make
from tests.factories.results import edition_frozen, published_edition, scored_edition
from tests.scoring.web.visits import client_of, typed

pytestmark = pytest.mark.django_db
DEPARTMENTS = "blocks__departments__"


class Desk:
    """Somebody at the form of an edition."""

    def __init__(self, edition, role=Role.ANALYST, query=""):
        self.client, self.edition = client_of(role), edition
        self.page = reverse("staff:recipe-new", args=[edition.pk]) + query
        self.form = self.client.get(self.page).context["form"]

    def send(self, act="save", headers=None, **changes):
        sent = {name: value for name, value in {**typed(self.form), **changes}.items() if value is not None}
        return self.client.post(self.page, {**sent, act: "1"}, headers=headers or {})


def text_of(response):
    return re.sub(r"\s+", " ", re.sub("<[^>]*>", "", response.content.decode()))


def test_an_untouched_form_gives_the_recipe_that_it_started_from():
    edition = edition_closed(responses=3)
    assert Desk(edition).send().status_code == 302
    assert Recipe.objects.get().content == recipe_create(
        edition=edition, content=recipe_default(edition), by=None, now=NOW
    ).content  # fmt: skip


CHANGES = {
    "channels": ["invited", "self"],
    "weight__method": "design",
    "measure__min_ratings": "12",
    "measure__min_n": "4",
    f"{DEPARTMENTS}sub_indices__0__weight": "62,5",
    f"{DEPARTMENTS}sub_indices__1__weight": "37.5",
    f"{DEPARTMENTS}indicators__0__weight": "2",
    f"{DEPARTMENTS}indicators__0__statistic": "mean",
    f"{DEPARTMENTS}indicators__1__direction": "negative",
    f"{DEPARTMENTS}indicators__2__min_n": "7",
    "normalise__target_0": "0",
    "normalise__target_1": "100",
    "normalise__goalposts": "fixed",
    "normalise__fixed__TG1_0": "0",
    "normalise__fixed__TG1_1": "30,5",
    "normalise__indicators__MB2__goalposts": "edition",
    f"{DEPARTMENTS}indicators__0__target": "0,9",
    "aggregate__total": "geometric",
    "aggregate__threshold": "50",
    "aggregate__multiplier": "1",
    "adjust__max_bonus": "2",
    "adjust__points__1__unit": "so-y-te",
    "adjust__points__1__points": "1,5",
    "adjust__points__1__reason": "Sáng kiến cấp tỉnh",
    "adjust__points__1__document": "Quyết định 12/QĐ-UBND",
    "rank__bands__0__from": "85",
    "rank__bands__1__from": "",
    "uncertainty__confidence": "90",
    "uncertainty__draws": "2000",
    "uncertainty__step_down": None,
    "reason": "Theo quyết định mới",
}


def test_every_part_that_a_province_decides_is_set_by_the_form():
    edition = edition_closed(responses=3, units=5)
    assert Desk(edition).send(**CHANGES).status_code == 302
    recipe = Recipe.objects.get()
    content, parts = recipe.content, recipe.content["blocks"]["departments"]
    assert content["channels"] == ["invited", "self"]
    assert content["weight"]["margins"] == []
    assert content["measure"] == {"min_n": 4, "min_ratings": 12}
    assert [item["weight"] for item in parts["sub_indices"]] == [0.625, 0.375]
    first, second, third = parts["indicators"][:3]
    assert (first["weight"], first["statistic"], second["direction"], third["min_n"]) == (2, "mean", "negative", 7)
    assert [c["blocks"][b]["indicators"][0]["target"] for c in [content] for b in c["blocks"]] == [0.9, 0.9]
    assert (content["normalise"]["target"], content["normalise"]["goalposts"]) == ([0, 100], "fixed")
    assert content["normalise"]["fixed"] == {"TG1": [0, 30.5]}
    assert content["normalise"]["indicators"] == {"MB2": {"goalposts": "edition"}}
    assert [content["aggregate"][key] for key in ("total", "threshold", "multiplier")] == ["geometric", 0.5, 1]
    point = {"unit": "so-y-te", "points": 1.5, "reason": "Sáng kiến cấp tỉnh", "document": "Quyết định 12/QĐ-UBND"}
    assert content["adjust"] == {"max_bonus": 2, "max_penalty": 0, "points": [point]}
    assert [band["from"] for band in content["rank"]["bands"]] == [85, 60, 50, None]
    assert content["uncertainty"] == {"method": "linearised", "confidence": 0.9, "draws": 2000, "step_down": False}
    assert recipe.reason == "Theo quyết định mới"
    assert AuditEntry.objects.filter(action="recipe.create").count() == 1


def test_the_consequence_is_shown_and_nothing_is_saved():
    run = scored_edition(responses=60, units=5)
    desk = Desk(run.edition)
    response = desk.send("preview", normalise__goalposts="fixed", aggregate__total="geometric")
    text = text_of(response)
    assert re.search(r"[1-5] trên 5 đơn vị đổi hạng", text)
    assert "Tổng điểm thay đổi nhiều nhất" in text
    assert "Độ rộng trung vị của khoảng tin cậy" in text
    assert "2 điểm khác với công thức ban đầu" in text
    assert "→ sau Mốc cố định của từng chỉ tiêu" in text
    assert (Recipe.objects.count(), ScoringRun.objects.count()) == (1, 1)


def test_the_consequence_agrees_with_the_runs_made_later():
    run = scored_edition(responses=60, units=5)
    desk = Desk(run.edition)
    shown = desk.send("preview", aggregate__total="harmonic").context["blocks_moved"]
    before = {score.block_unit.unit.name: score for score in run.scores.all()}
    for block in shown:
        for row in block["moves"]:
            stored = before[row["name"]]
            assert row["move"].before.total == pytest.approx(stored.total)
            assert (row["move"].before.rank, row["move"].before.rank_low) == (stored.rank, stored.rank_low)


def test_a_script_gets_the_panel_alone():
    desk = Desk(edition_frozen(responses=30).edition)
    response = desk.send("preview", headers={"HX-Request": "true"}, aggregate__total="geometric")
    assert response.status_code == 200
    assert "<form" not in response.content.decode()
    assert "điểm khác với công thức ban đầu" in response.content.decode()
    faulty = desk.send("preview", headers={"HX-Request": "true"}, **{f"{DEPARTMENTS}sub_indices__0__weight": "70"})
    assert (faulty.status_code, "hiện tổng là 1,1." in faulty.content.decode()) == (200, True)


def test_the_last_dataset_of_the_province_serves_an_edition_without_one():
    earlier = edition_frozen(year=2023, responses=30).edition
    text = text_of(Desk(edition_make(year=2024)).send("preview", aggregate__total="geometric"))
    assert f"năm {earlier.year}" in text
    assert "Đây là dữ liệu của một kỳ trước." in text


def test_without_any_dataset_the_differences_are_shown_alone():
    text = text_of(Desk(edition_make()).send("preview", aggregate__total="geometric"))
    assert "Chưa có bộ dữ liệu nào được chốt để thử." in text
    assert "1 điểm khác với công thức ban đầu" in text


def test_a_recipe_that_the_engine_cannot_use_on_the_data_says_why():
    desk = Desk(edition_frozen(responses=30).edition)
    response = desk.send("preview", weight__trim_0="0,99999", weight__trim_1="1,00001")
    assert "không tính điểm được bộ dữ liệu gần nhất" in text_of(response)


FAULTY = [
    ({f"{DEPARTMENTS}sub_indices__0__weight": "70"}, f"{DEPARTMENTS}sub_indices__0__weight", "hiện tổng là 1,1."),
    ({f"{DEPARTMENTS}indicators__1__weight": "viel"}, f"{DEPARTMENTS}indicators__1__weight", "không phải là số"),
    ({f"{DEPARTMENTS}indicators__1__weight": "-1"}, f"{DEPARTMENTS}indicators__1__weight", "từ 0 trở lên"),
    ({f"{DEPARTMENTS}indicators__0__share_of": ""}, f"{DEPARTMENTS}indicators__0__share_of", "danh sách"),
    ({f"{DEPARTMENTS}indicators__0__direction": "up"}, f"{DEPARTMENTS}indicators__0__direction", ""),
    ({"weight__margins": []}, "weight__margins", ""),
    ({"measure__min_n": "2"}, "measure__min_n", "3"),
    ({"normalise__method": "magic"}, "normalise__method", ""),
    ({"normalise__target_0": ""}, "normalise__target", "cả hai đầu"),
    ({"normalise__target_0": "10"}, "normalise__target", ""),
    ({"normalise__indicators__TG2__method": "distance_to_target"}, f"{DEPARTMENTS}indicators__3__target", "đích"),
    ({"adjust__points__2__unit": "so-xay-dung", "adjust__points__2__reason": "x"}, "adjust__points__2__points", ""),
    ({"adjust__points__0__points": "2", "adjust__points__0__reason": "x"}, "adjust__points__0__unit", ""),
    ({"rank__bands__1__from": "90"}, "rank__bands__0__from", ""),
    ({"uncertainty__confidence": "100"}, "uncertainty__confidence", "nhỏ hơn 1"),
    ({"uncertainty__draws": "10"}, "uncertainty__draws", "1000"),
    ({"aggregate__threshold": "120"}, "aggregate__threshold", ""),
    ({"start_sha256": "0" * 64}, "start_sha256", "mở lại biểu mẫu"),
]


@pytest.mark.parametrize(("changes", "field", "words"), FAULTY)
def test_a_fault_is_shown_at_its_field(changes, field, words):
    response = Desk(edition_closed(responses=3)).send(**changes)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert words.casefold() in str(response.context["form"].errors[field]).casefold()
    assert not Recipe.objects.exists()


def test_a_weight_shown_rounded_stays_exact_and_a_sum_is_brought_to_100():
    edition = edition_closed(responses=3)
    desk = Desk(edition)
    weights = [f"blocks__localities__sub_indices__{row}__weight" for row in range(3)]
    assert [typed(desk.form)[name] for name in weights] == ["50", "33,333333", "16,666667"]
    desk.send(measure__min_ratings="9")
    kept = Recipe.objects.get(number=1).content["blocks"]["localities"]["sub_indices"]
    assert [item["weight"] for item in kept] == [0.5, 1 / 3, 1 / 6]
    response = desk.send("", rescale="localities", **dict(zip(weights, ["1", "2", "2"], strict=True)))
    desk.form = response.context["form"]
    assert [desk.form.data[name] for name in weights] == ["20", "40", "40"]
    assert desk.send(**dict(zip(weights, ["20", "40", "40"], strict=True))).status_code == 302
    written = Recipe.objects.get(number=2).content["blocks"]
    assert [item["weight"] for item in written["localities"]["sub_indices"]] == [0.2, 0.4, 0.4]
    assert [item["weight"] for item in written["departments"]["sub_indices"]] == [0.6, 0.4]


def test_what_an_edition_does_not_have_is_not_offered():
    edition = edition_closed(responses=3)
    Margin.objects.all().delete()
    form = Desk(edition).form
    assert [code for code, _ in form.fields["normalise__goalposts"].choices] == ["edition", "fixed"]
    assert "normalise__editions" not in form.fields
    assert form.fields["weight__margins"].choices == []


def test_earlier_published_editions_open_pooled_goalposts_and_restarts():
    published_edition(year=2023, responses=30)
    run = scored_edition(year=2024, responses=30)
    changes = {"normalise__goalposts": "envelope", "normalise__base": "2023", "normalise__restarts__MB1": "2023"}
    desk = Desk(run.edition)
    response = desk.send("preview", **changes, normalise__editions=["2023"])
    assert response.status_code == 200
    assert "đơn vị đổi hạng" in text_of(response)
    assert desk.send(**changes).status_code == 302
    normalise = Recipe.objects.order_by("-pk")[0].content["normalise"]
    assert [normalise[key] for key in ("goalposts", "base", "restarts")] == ["envelope", "2023", {"MB1": "2023"}]


def test_a_recipe_made_from_another_one_shows_what_is_different():
    edition = edition_closed(responses=3)
    Desk(edition).send(measure__min_ratings="9")
    desk = Desk(edition, query="?from=1")
    assert desk.form["measure__min_ratings"].initial == 9
    first = Recipe.objects.get(number=1)
    text = text_of(desk.client.get(reverse("staff:recipe", args=[first.pk])))
    assert "Khác với công thức chuẩn của kỳ đánh giá" in text
    assert "Số lượt đánh giá tối thiểu để xếp hạng trước 5 → sau 9" in text
    desk.send(aggregate__total="harmonic")
    second = Recipe.objects.get(number=2)
    assert second.starts_from.number == 1
    text = text_of(desk.client.get(reverse("staff:recipe", args=[second.pk])))
    assert "Khác với công thức 1" in text
    assert "Trung bình cộng có trọng số → sau Trung bình điều hòa có trọng số" in text


def test_a_new_method_of_the_registry_is_offered_with_its_words_and_used(monkeypatch):
    def halfway(column):
        """Everybody gets the middle of the scale but for the sign of the value."""
        points = np.where(np.isnan(column.values), np.nan, 5.0 + column.values / 1000)
        return points, np.full((len(points), len(points)), np.nan)

    edition = edition_frozen(responses=30).edition
    monkeypatch.setitem(NORMALISERS, "halfway", halfway)
    desk = Desk(edition)
    assert desk.form.fields["normalise__method"].choices[-1] == ("halfway", "halfway")
    assert "Everybody gets the middle of the scale" in desk.client.get(desk.page).content.decode()
    response = desk.send("preview", normalise__method="halfway")
    assert "đơn vị đổi hạng" in text_of(response)
    assert desk.send(normalise__method="halfway").status_code == 302
    assert Recipe.objects.get().content["normalise"]["method"] == "halfway"


def test_the_form_costs_the_same_number_of_queries_for_three_and_for_five_units():
    counts = []
    for units, year in ((3, 2023), (5, 2024)):
        desk = Desk(edition_frozen(units=units, year=year, responses=25).edition)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            desk.send("preview", aggregate__total="geometric")
        counts.append(len(seen))
    assert counts[0] == counts[1]
