"""The method in words, made from the recipe and the run."""

import pytest
from django.utils import translation

from reports.selectors.method_words import shortest
from reports.selectors.methodology import Methodology, methodology
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


def test_settings_are_written_without_needless_digits() -> None:
    with translation.override("vi"):
        assert [shortest(10.0), shortest(0.25), shortest(5)] == ["10", "0,25", "5"]
