"""The method in words, made from the recipe and the run."""

import pytest
from django.utils import translation

from reports.selectors import method_words as words
from reports.selectors.method_words import shortest
from reports.selectors.methodology import Methodology, methodology
from reports.selectors.scale import scale_of
from scoring.engine.recipe import recipe_complete
from scoring.models import Publication
from tests.factories.results import published_edition
from tests.reports.releases import release_with_gaps

pytestmark = pytest.mark.django_db


def method_of(publication: Publication, language: str = "vi") -> Methodology:
    with translation.override(language):
        return methodology(publication)


def test_every_step_has_a_title_and_sentences_in_both_languages() -> None:
    publication = published_edition()

    vi, en = method_of(publication), method_of(publication, "en")

    assert [step.title for step in en.steps] == [
        "Leaving out responses",
        "Weighting the responses",
        "Measuring the indicators",
        "Bringing indicators to one scale",
        "Putting the score together",
        "Bonus and penalty points",
        "Ranking",
        "Lost points",
        "How sure the ranks are",
    ]
    for one, other in zip(vi.steps, en.steps, strict=True):
        assert one.sentences
        assert len(one.sentences) == len(other.sentences)
        assert not set(one.sentences) & set(other.sentences)


def test_weights_are_those_of_the_recipe_and_sum_to_one() -> None:
    method = method_of(published_edition())

    for block in method.blocks:
        assert sum(part.weight for part in block.sub_indices) == pytest.approx(1)
        for part in block.sub_indices:
            assert sum(item.share for item in part.indicators) == pytest.approx(1)


def test_numbers_of_the_run_are_the_numbers_of_its_diagnostics() -> None:
    publication = published_edition(responses=60)

    method = method_of(publication)

    stored = publication.run.diagnostics["blocks"]["departments"]
    block = method.blocks[0]
    assert (block.effective_n, block.design_effect) == (stored["weights"]["kish_n"], stored["weights"]["design_effect"])
    assert block.respondents == 60
    posts = {item["indicator"]: (item["lower"], item["upper"]) for item in stored["goalposts"]}
    assert {item.code: (item.low, item.high) for part in block.sub_indices for item in part.indicators} == posts


def test_units_without_rank_are_counted() -> None:
    departments = method_of(release_with_gaps()).blocks[0]

    assert (departments.ranked, departments.insufficient, departments.withheld) == (3, 1, 1)


def test_approval_and_hashes_are_told() -> None:
    publication = published_edition()

    method = method_of(publication)

    assert method.approved_at == publication.run.approvals.get().at
    assert method.facts.result_sha256 == publication.run.result_sha256


def recipe(**parts):
    blocks = {"main": {"sub_indices": [], "groups": [{"code": "g"}], "indicators": []}}
    plain = recipe_complete({"blocks": blocks})
    return plain | {name: plain[name] | part for name, part in parts.items()}


def english(sentences) -> list[str]:
    with translation.override("en"):
        return list(sentences)


def test_a_running_envelope_names_its_base_and_its_restarts() -> None:
    part = recipe(normalise={"goalposts": "envelope", "base": "2021", "restarts": {"T01": "2023"}})["normalise"]

    assert english(words.normalise(part))[-2:] == [
        "The base edition is 2021.",
        "These indicators start anew, because their question changed: T01 (2023).",
    ]


def test_groups_and_the_rule_for_missing_parts_are_told_as_the_engine_follows_them() -> None:
    content = recipe(aggregate={"group": "geometric", "availability": "weight", "threshold": 0.5})

    told = english(words.aggregate(content, scale_of(content)))

    assert told[0] == (
        "Indicators are combined into groups by the weighted arithmetic mean and groups into sub-indices by the "
        "weighted geometric mean."
    )
    assert "parts with at least 50% of the weight" in told[-1]


def test_scores_without_a_range_claim_none() -> None:
    content = recipe(normalise={"method": "zscore", "target": [10, 2]})

    assert english(words.aggregate(content, scale_of(content)))[2] == "The score is 10 times that mean."
    assert english(words.lost(content, scale_of(content))) == []


def test_scores_made_from_ranks_promise_no_interval() -> None:
    told = english(words.uncertainty(recipe(normalise={"method": "percentile_rank"})))

    assert told == ["Scores made from ranks move in jumps: no interval and no rank range can be derived for them."]


def test_only_raking_is_said_to_trim() -> None:
    for method, told in (("rake", True), ("design", False)):
        part = recipe(weight={"method": method, "margins": ["size"], "trim": [0.5, 3]})["weight"]
        assert any("times the median weight" in text for text in english(words.weight(part, ["Size"]))) is told


def test_settings_are_written_without_needless_digits() -> None:
    with translation.override("vi"):
        assert [shortest(10.0), shortest(0.25), shortest(5)] == ["10", "0,25", "5"]
