"""Businesses that nobody drew count only where the recipe names them, and the run says how many were left out."""

from typing import Any

import pytest
from django.test import TestCase

from scoring.models import ScoringRun
from scoring.selectors.exclusions import responses_used
from scoring.sentences.channels import channel_sentences
from scoring.services.recipes import recipe_create, recipe_default
from scoring.services.runs import run_start
from surveys.models import Dataset, Edition, Rating, Response
from surveys.services.datasets import dataset_freeze
from tests.factories.editions import NOW, edition_closed

pytestmark = pytest.mark.django_db


def ran(edition: Edition, dataset: Dataset, **more: Any) -> ScoringRun:
    content = {**recipe_default(edition), **more}
    recipe = recipe_create(edition=edition, content=content, by=None, now=NOW)
    with TestCase.captureOnCommitCallbacks(execute=True):
        run = run_start(edition=edition, dataset=dataset, recipe=recipe, seed=1, by=None, now=NOW)
    return ScoringRun.objects.get(pk=run.pk)


def test_businesses_that_nobody_drew_count_only_where_the_recipe_names_them() -> None:
    edition = edition_closed(responses=60)
    came = list(Response.objects.filter(edition=edition).order_by("id").values_list("pk", flat=True)[:6])
    Response.objects.filter(pk__in=came).update(channel="open")
    rated = Rating.objects.filter(response__in=came).count()
    dataset = dataset_freeze(edition=edition, by=None, now=NOW)

    usual, all_in = ran(edition, dataset), ran(edition, dataset, channels=["invited", "open"])

    assert responses_used(usual) == (54, dataset.ratings - rated)
    assert responses_used(all_in) == (60, dataset.ratings)
    assert usual.result_sha256 != all_in.result_sha256
    assert list(channel_sentences(usual.diagnostics["inputs"])) == [
        "6 phiếu không được tính vì kênh gửi phiếu: vào bằng liên kết mở (6)."
    ]
    assert list(channel_sentences(all_in.diagnostics["inputs"])) == [
        "6 phiếu vẫn được tính dù doanh nghiệp không thuộc mẫu, mỗi phiếu có trọng số của một doanh nghiệp:"
        " vào bằng liên kết mở (6)."
    ]
    assert (sum(usual.scores.values_list("n", flat=True)), sum(all_in.scores.values_list("n", flat=True))) == (
        (dataset.ratings - rated, dataset.ratings)
    )
