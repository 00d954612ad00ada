"""The sample as a manager sees it: planned, drawn, looked at, invited, taken along as a file."""

import csv
import io
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import Role
from accounts.models import AuditEntry
from surveys.models import Edition, Invitation, Margin, Sample, SampleMember
from surveys.population.plan import Plan
from surveys.services.samples import sample_draw, sample_invite
from tests.factories.editions import NOW
from tests.factories.frames import business_row, frame_imported, framed_edition
from tests.factories.people import province_make, user_make

pytestmark = pytest.mark.django_db

CHOSEN = {
    "size": "40", "response_rate": "50", "by_type": "on", "by_locality": "on", "smallest": "10",
    "allocation": "proportional", "locality_floor": "0", "unit_floor": "0", "reserve": "50", "waves": "2", "seed": "7",
}  # fmt: skip


@pytest.fixture
def edition() -> Edition:
    edition = framed_edition()
    frame_imported(edition.province, [business_row(number) for number in range(1, 121)])
    return edition


@pytest.fixture
def client(edition: Edition) -> Client:
    client = Client()
    client.force_login(user_make(Role.MANAGER))
    return client


def drawn(edition: Edition, **more: Any) -> Sample:
    return sample_draw(edition=edition, plan=Plan(**{"size": 40, "smallest": 10, **more}), by=None, now=NOW)


def test_the_plan_is_reckoned_without_drawing(client: Client, edition: Edition) -> None:
    first = client.get(reverse("staff:sample", args=[edition.pk]))
    changed = client.get(reverse("staff:sample", args=[edition.pk]), {**CHOSEN, "size": "80"})

    assert first.context["assessment"].plan.size == 120  # a third would be too few to begin with
    assert changed.context["assessment"].plan.size == 80
    assert len(changed.context["blocks"]) == 2
    assert not Sample.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [{"size": "0"}, {"size": "x"}, {"size": "500"}, {"seed": "-1"}, {"waves": "99"}, {"allocation": "neyman"},
     {"allocation": "?"}, {"allocation": "floor", "locality_floor": "10000", "unit_floor": "10000"}],
)  # fmt: skip
def test_a_plan_that_cannot_be_says_why_and_draws_nothing(
    client: Client, edition: Edition, wrong: dict[str, str]
) -> None:
    shown = client.get(reverse("staff:sample", args=[edition.pk]), CHOSEN | wrong)
    answer = client.post(reverse("staff:sample-draw", args=[edition.pk]), CHOSEN | wrong)

    assert shown.status_code == 200
    assert answer.status_code == 422
    assert shown.context["refusal"] or shown.context["form"].errors
    assert not Sample.objects.exists()


def test_no_variable_at_all_is_one_stratum(client: Client, edition: Edition) -> None:
    plan = {name: value for name, value in CHOSEN.items() if not name.startswith("by_")}

    shown = client.get(reverse("staff:sample", args=[edition.pk]), plan)

    assert [each.population for each in shown.context["assessment"].strata] == [120]


def test_from_the_plan_to_invitations(client: Client, edition: Edition) -> None:
    page = reverse("staff:sample", args=[edition.pk])
    assert client.post(reverse("staff:sample-draw", args=[edition.pk]), CHOSEN).status_code == 302
    assert client.get(page).context["upcoming"] == 0

    for wave in ("0", "1", "2"):
        assert client.post(reverse("staff:sample-invite", args=[edition.pk]), {"wave": wave}).status_code == 302
    assert client.post(reverse("staff:sample-invite", args=[edition.pk]), {"wave": "2"}).status_code == 409
    assert client.post(reverse("staff:sample-invite", args=[edition.pk]), {"wave": "x"}).status_code == 409

    found = client.get(page)
    assert found.context["upcoming"] is None
    assert found.context["totals"]["issued"] == Invitation.objects.count() == SampleMember.objects.count()
    assert client.post(reverse("staff:sample-discard", args=[edition.pk])).status_code == 409


def test_a_sample_nobody_was_invited_from_is_discarded(client: Client, edition: Edition) -> None:
    drawn(edition)

    client.post(reverse("staff:sample-discard", args=[edition.pk]))

    assert not Sample.objects.exists()
    assert client.get(reverse("staff:sample-members", args=[edition.pk])).status_code == 404
    assert client.post(reverse("staff:sample-discard", args=[edition.pk])).status_code == 404


def test_the_files_hold_strata_and_businesses(client: Client, edition: Edition) -> None:
    sample = drawn(edition, reserve=0.5)

    strata = client.get(reverse("staff:sample-strata", args=[edition.pk])).content.decode("utf-8-sig")
    answer = client.post(reverse("staff:sample-export", args=[edition.pk]))

    rows = list(csv.DictReader(io.StringIO(strata)))
    assert sum(int(row["N_h"]) for row in rows) == 120
    assert sum(float(row["weight"]) * int(row["n_h"]) for row in rows) == pytest.approx(120)
    people = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(people) == SampleMember.objects.filter(sample=sample).count() == 60
    assert people[0]["phone"].startswith("'+84")
    assert answer.headers["Cache-Control"] == "no-store"
    assert AuditEntry.objects.get(action="sample.export").note == "60"


def test_drawn_businesses_are_searched_and_filtered(client: Client, edition: Edition) -> None:
    sample = drawn(edition, reserve=0.5)
    member = SampleMember.objects.filter(sample=sample, wave=1).select_related("business").order_by("pk")[0]
    address = reverse("staff:sample-members", args=[edition.pk])

    def found(**query: object) -> int:
        return int(client.get(address, query).context["page_obj"].paginator.count)

    assert (found(), found(wave="1"), found(wave="0")) == (60, 20, 40)
    assert found(search=member.business.tax_code) == found(search=member.business.name) == 1
    assert found(wave="x") == 60
    assert found(stratum=member.stratum_id) == SampleMember.objects.filter(stratum=member.stratum_id).count()


@pytest.mark.parametrize("size", [18, 60])
def test_pages_need_the_same_queries_for_many(client: Client, edition: Edition, size: int) -> None:
    counted = []
    with CaptureQueriesContext(connection) as asked:
        client.get(reverse("staff:sample", args=[edition.pk]), CHOSEN | {"size": str(size)})
    counted.append(len(asked))
    sample_invite(sample=drawn(edition, size=size), wave=0, by=None, now=NOW)
    for name in ("sample", "sample-members"):
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse(f"staff:{name}", args=[edition.pk]))
        counted.append(len(asked))

    assert counted == [18, 12, 9]


def test_counts_of_the_population_are_taken_over(client: Client, edition: Edition) -> None:
    client.post(reverse("staff:sample-margins", args=[edition.pk]))

    assert Margin.objects.filter(field__edition=edition, field__code="locality").count() == 3


def test_the_dashboard_leads_from_the_frame_to_the_sample(client: Client, edition: Edition) -> None:
    board = client.get(reverse("staff:edition", args=[edition.pk]))

    assert reverse("staff:sample", args=[edition.pk]) in {gap["url"] for gap in board.context["gaps"]}


def test_a_province_without_businesses_is_told_what_comes_first(client: Client) -> None:
    other = framed_edition(province=province_make("ha-tinh"))
    client.force_login(user_make(Role.MANAGER, province=other.province))

    page = client.get(reverse("staff:sample", args=[other.pk]))

    assert reverse("staff:frame-import", args=["ha-tinh"]) in page.content.decode()
    assert client.post(reverse("staff:sample-draw", args=[other.pk]), CHOSEN).status_code == 409
