"""The audit trail as it is read: filters, pages, the file."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from accounts.selectors import AuditFilter, audit_found
from accounts.services import audit
from accounts.web.trail import LINES_ON_A_PAGE
from tests.factories.people import province_make, user_make

pytestmark = pytest.mark.django_db
# 23:30 in Hanoi on 4 November.
LATE = datetime(2024, 11, 4, 16, 30, tzinfo=UTC)


def line(action: str, by: User | None = None, at: datetime = LATE, note: str = "", slug: str = "thai-binh") -> None:
    province = province_make(slug)
    audit(action=action, subject=province, by=by, now=at, province=province, note=note)


def found(**wanted: object) -> list[str]:
    return [entry.action for entry in audit_found(province_make(), AuditFilter(**wanted))]  # type: ignore[arg-type]


def signed_in(role: Role = Role.MANAGER) -> Client:
    client = Client()
    client.force_login(user_make(role))
    return client


def test_lines_of_another_province_are_not_found() -> None:
    line("edition.open")
    line("edition.closed", slug="nam-dinh")

    assert found() == ["edition.open"]


def test_the_latest_line_comes_first() -> None:
    line("edition.open")
    line("edition.closed", at=LATE + timedelta(hours=1))

    assert found() == ["edition.closed", "edition.open"]


def test_filter_by_action_and_person() -> None:
    one, other = user_make(), user_make()
    line("edition.open", by=one)
    line("edition.open", by=other)
    line("edition.closed", by=one)

    assert len(found(action="edition.open", person=one.pk)) == 1


def test_days_are_days_of_vietnam_and_both_included() -> None:
    line("edition.open")
    day = LATE.date()

    assert found(since=day, until=day) == ["edition.open"]
    assert found(since=day + timedelta(days=1)) == []
    assert found(until=day - timedelta(days=1)) == []


def test_a_day_that_is_none_filters_nothing() -> None:
    line("edition.open")

    answer = signed_in().get(reverse("staff:audit", args=["thai-binh"]), {"since": "yesterday"})

    assert [entry.action for entry in answer.context["page_obj"]] == ["edition.open"]


def test_long_trails_are_shown_in_pages() -> None:
    for _ in range(LINES_ON_A_PAGE + 1):
        line("edition.settings")

    answer = signed_in().get(reverse("staff:audit", args=["thai-binh"]), {"page": "2"})

    assert len(answer.context["page_obj"]) == 1


@pytest.mark.parametrize("lines", [1, 3, 30])
def test_the_page_needs_the_same_queries_for_many_lines(lines: int, django_assert_num_queries) -> None:
    client, doer = signed_in(), user_make()
    for _ in range(lines):
        line("edition.settings", by=doer)

    with django_assert_num_queries(8):
        client.get(reverse("staff:audit", args=["thai-binh"]))


def test_the_file_holds_the_filtered_lines_and_no_formula() -> None:
    doer = user_make()
    line("edition.open", by=doer, note='=HYPERLINK("http://x")')
    line("edition.closed", by=doer)

    answer = signed_in().get(reverse("staff:audit-csv", args=["thai-binh"]), {"action": "edition.open"})

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["action"], row["by"], row["note"]) for row in rows] == [
        ("edition.open", doer.email, '\'=HYPERLINK("http://x")')
    ]


@pytest.mark.parametrize("query", ["since=0001-01-01", "until=9999-12-31"])
def test_days_at_the_ends_of_the_calendar_filter_nothing(query: str) -> None:
    line("edition.open")
    for name in ("audit", "audit-csv"):
        answer = signed_in().get(f"{reverse(f'staff:{name}', args=['thai-binh'])}?{query}")
        assert b"edition.open" in answer.getvalue()
