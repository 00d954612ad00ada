"""What the review means for datasets: excluded responses stay, with their reason; a change is a new version."""

import pytest

from accounts.enums import Role
from accounts.models import AuditEntry
from scoring.engine.dataset import dataset_read
from scoring.engine.exclusions import exclusion_counts
from surveys.models import Rating, Response
from surveys.selectors.datasets import dataset_bytes
from surveys.services.datasets import (
    NotFrozenYet,
    NothingChanged,
    RenewalReasonMissing,
    dataset_freeze,
    dataset_renew,
)
from surveys.services.reviews import Verdict, response_decide
from tests.factories.editions import NOW, edition_closed
from tests.factories.people import user_make
from tests.factories.quality import LEFT_OUT, edition_checked, excluded, flagged_with

pytestmark = pytest.mark.django_db


def test_freeze_keeps_excluded_responses_with_their_reason():
    edition, analyst = edition_checked(), user_make(Role.ANALYST)
    left_out = excluded(edition, by=analyst)
    dataset = dataset_freeze(edition=edition, by=analyst, now=NOW)
    read = dataset_read(dataset_bytes(dataset))
    assert exclusion_counts(read) == {"careless": 1}
    assert (dataset.responses, dataset.excluded, dataset.excluded_ratings) == (25, 1, 1)
    order = list(Response.objects.filter(edition=edition).order_by("id").values_list("id", flat=True))
    flagged = [
        str(number) for number, why in read.respondents[["respondent", "excluded"]].itertuples(index=False) if why
    ]
    assert flagged == [str(order.index(response.pk) + 1) for response in left_out]


def test_freeze_of_an_unreviewed_edition_excludes_nobody():
    dataset = dataset_freeze(edition=edition_closed(responses=6), by=None, now=NOW)
    assert (dataset.responses, dataset.excluded, dataset.excluded_ratings) == (6, 0, 0)
    assert exclusion_counts(dataset_read(dataset_bytes(dataset))) == {}


def test_a_later_decision_is_a_new_version_and_the_old_one_stays():
    edition, analyst = edition_checked(), user_make(Role.ANALYST)
    first = dataset_freeze(edition=edition, by=analyst, now=NOW)
    before = dataset_bytes(first)
    excluded(edition, by=analyst, code="copy")
    second = dataset_renew(edition=edition, by=analyst, now=NOW, reason="Phát hiện ba phiếu sao chép.")
    assert (second.number, second.reason, second.excluded) == (2, "Phát hiện ba phiếu sao chép.", 3)
    assert second.excluded_ratings == Rating.objects.filter(response__in=flagged_with(edition, "copy")).count()
    first.refresh_from_db()
    assert (dataset_bytes(first), first.excluded) == (before, 0)
    assert AuditEntry.objects.filter(action="dataset.freeze").count() == 2
    edition.refresh_from_db()
    assert edition.state == "frozen"


def test_a_new_version_needs_a_reason_and_a_change():
    edition, analyst = edition_checked(), user_make(Role.ANALYST)
    with pytest.raises(NotFrozenYet):
        dataset_renew(edition=edition, by=analyst, now=NOW, reason="x")
    dataset_freeze(edition=edition, by=analyst, now=NOW)
    with pytest.raises(NothingChanged):
        dataset_renew(edition=edition, by=analyst, now=NOW, reason="x")
    response = flagged_with(edition, "copy")[0]
    response_decide(response=response, verdict=LEFT_OUT, by=analyst, now=NOW)
    with pytest.raises(RenewalReasonMissing):
        dataset_renew(edition=edition, by=analyst, now=NOW, reason=" ")
    response_decide(response=response, verdict=Verdict(exclude=False), by=analyst, now=NOW)
    with pytest.raises(NothingChanged):
        dataset_renew(edition=edition, by=analyst, now=NOW, reason="x")


def test_a_proposal_alone_excludes_nobody():
    first, second = user_make(Role.ANALYST), user_make(Role.MANAGER)
    edition = edition_checked(two_persons_by=second)
    excluded(edition, by=first)
    assert dataset_freeze(edition=edition, by=first, now=NOW).excluded == 0
