"""Where a reader sees what excluded responses do: the page of a run, starting one, the method page, the book's text."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.enums import Role
from accounts.models import User
from reports.selectors.methodology import methodology
from reports.selectors.publications import facts_of
from scoring.enums import Exclusions, Verdict
from scoring.models import Publication, Score, ScoringRun
from scoring.selectors.exclusions import Both, BothInBlock, RunExclusions, responses_used
from scoring.sentences.exclusions import exclusion_sentences, shift_sentence
from scoring.services.publications import publication_create
from scoring.services.runs import run_approve, run_start
from surveys.models import BlockUnit
from surveys.services.datasets import dataset_freeze
from tests.factories.editions import NOW
from tests.factories.people import user_make
from tests.factories.quality import edition_checked, excluded
from tests.factories.results import run_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def analyst() -> User:
    return user_make(Role.ANALYST)


@pytest.fixture
def run(analyst: User) -> ScoringRun:
    edition = edition_checked(responses=40)
    excluded(edition, by=analyst, code="copy")
    return run_of(dataset_freeze(edition=edition, by=analyst, now=NOW), by=analyst)


def published(run: ScoringRun) -> Publication:
    run_approve(run=run, verdict=Verdict.APPROVED, note="", by=user_make(Role.APPROVER), now=NOW)
    return publication_create(run=run, reason="", by=user_make(Role.MANAGER), now=NOW)


def page(user: User | None, name: str, *args: Any) -> Any:
    client = Client()
    if user:
        client.force_login(user)
    with translation.override("en"):
        return client.get(reverse(name, args=args))


def test_the_page_of_a_run_shows_both_results(run: ScoringRun, analyst: User) -> None:
    answer = page(analyst, "staff:run", run.pk)
    assert answer.context["exclusion_words"] == [
        "Of 45 responses 3 were left out after a review: careless answers (3).",
        "Signs of careless or copied answers were looked for with other thresholds than usual: fewest answers for a "
        "rating to be judged 3.",
    ]
    shown = {row.name: row for block, _sentence in answer.context["shifts"] for row in block.rows}
    scores = Score.objects.filter(run=run).select_related("block_unit__unit")
    assert {name: row.score for name, row in shown.items()} == {
        score.block_unit.unit.name_en: score.total for score in scores
    }
    assert sum(row.gone for row in shown.values()) == 6
    assert "Without the responses excluded in the review" in answer.content.decode()


def test_a_run_with_all_responses_is_started_from_the_form(run: ScoringRun, analyst: User) -> None:
    client = Client()
    client.force_login(analyst)
    address = reverse("staff:run-start", args=[run.edition_id])
    given = {"dataset": run.dataset_id, "recipe": run.recipe_id, "seed": 1}
    assert client.post(address, {**given, "exclusions": "some"}).status_code == 422
    assert client.post(address, {**given, "exclusions": "none"}).status_code == 302
    assert client.post(address, given).status_code == 302
    found = ScoringRun.objects.filter(edition=run.edition).order_by("number").values_list("exclusions", flat=True)
    assert list(found) == ["reviewed", "none", "reviewed"]


def test_runs_of_other_exclusions_are_not_the_same_run(run: ScoringRun, analyst: User) -> None:
    facts: dict[str, Any] = {"edition": run.edition, "dataset": run.dataset, "recipe": run.recipe, "seed": 1}
    first = run_start(**facts, by=analyst, now=NOW, exclusions=Exclusions.NONE)
    second = run_start(**facts, by=analyst, now=NOW)
    assert (first.number, second.number) == (2, 3)


def test_the_public_method_says_who_was_left_out_and_what_it_does(run: ScoringRun) -> None:
    publication = published(run)
    facts = facts_of(publication)
    assert (facts.responses, facts.ratings) == responses_used(run) == (42, run.dataset.ratings - 6)
    with translation.override("en"):
        method = methodology(publication)
    assert method.steps[0].sentences[0] == "Of 45 responses 3 were left out after a review: careless answers (3)."
    content = page(None, "public:methodology", "thai-binh", 2024).content.decode()
    assert "With and without the excluded responses" in content
    assert all(sentence in content for _block, sentence in method.shifts)


def test_results_of_units_without_a_rank_stay_hidden_from_the_public(analyst: User) -> None:
    edition = edition_checked(responses=40)
    excluded(edition, by=analyst, code="copy")
    BlockUnit.objects.filter(block__edition=edition, unit__code="so-cong-thuong").update(
        withheld=True, withheld_reason_vi="Đang xác minh"
    )
    run = run_of(dataset_freeze(edition=edition, by=analyst, now=NOW), by=analyst)
    names = [row.name for block, _s in methodology(published(run)).shifts for row in block.rows]
    ranked = Score.objects.filter(run=run, rank__isnull=False).values_list("block_unit__unit__name_vi", flat=True)
    assert sorted(names) == sorted(ranked)
    assert "Sở Công Thương" not in names


def test_sentences_name_the_farthest_shift() -> None:
    rows = (Both("A", 9, 10, 60.0, 59.0, 1, 3), Both("B", 9, 9, 55.0, 58.0, 2, 1), Both("C", 5, 5, 50.0, 50.0, 4, 4))
    block = BothInBlock("x", "X", rows)
    with translation.override("en"):
        assert shift_sentence(block) == (
            "Leaving these responses out moves the ranks of 2 of 3 units, farthest A: from 3 to 1."
        )
        assert shift_sentence(BothInBlock("x", "X", rows[2:])) == "Leaving these responses out changes no rank."
        assert list(exclusion_sentences(None)) == ["Every response counts; none was left out."]
        used = RunExclusions(False, 1200, (("Copied answers", 1),), ())
        assert list(exclusion_sentences(used)) == [
            "All 1,200 responses count, also the 1 that was excluded in the review: copied answers (1)."
        ]
