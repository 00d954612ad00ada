"""The watch list for staff, and what of it the readers of a unit see."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from reports.selectors.watch import watch_list
from scoring.models import Publication
from surveys.models import Edition, Unit, UnitReader
from tests.factories.editions import edition_closed
from tests.factories.people import province_make, user_make
from tests.reports.releases import releases_over

pytestmark = pytest.mark.django_db


@pytest.fixture
def publication() -> Publication:
    return releases_over(2022, 2023, 2024, units=5, responses=40)


def page_of(edition: Edition, *roles: Role, **facts: object) -> tuple[int, str]:
    client = Client()
    client.force_login(user_make(*roles, **facts))
    response = client.get(reverse("staff:watch-list", args=[edition.pk]))
    return response.status_code, response.content.decode()


def test_every_line_stands_on_the_page_with_its_unit(publication: Publication) -> None:
    status, page = page_of(publication.edition, Role.ANALYST)

    lines = watch_list(publication.run).lines
    assert status == 200
    assert lines
    rows = re.findall(r'<th scope="row">([^<]+)</th>\s*<td data-label="Nội dung giảm">([^<]+)<', page)
    assert rows == [(line.unit_name, line.name or "Tổng điểm") for line in lines]


def test_members_without_scoring_are_refused_and_strangers_find_nothing(publication: Publication) -> None:
    assert page_of(publication.edition, Role.MANAGER)[0] == 200
    assert page_of(publication.edition, Role.MODERATOR)[0] == 403
    assert page_of(publication.edition, *Role, province=province_make("ha-nam"))[0] == 404


def test_edition_without_run_says_what_to_do() -> None:
    edition = edition_closed(responses=10)

    status, page = page_of(edition, Role.ANALYST)

    assert status == 200
    assert reverse("staff:runs", args=[edition.pk]) in page


def test_reader_of_a_unit_sees_the_falls_of_this_unit_only(publication: Publication) -> None:
    lines = watch_list(publication.run).lines
    unit = lines[0].unit
    Edition.objects.filter(pk=publication.edition_id).update(readers_first=True)
    person = user_make()
    UnitReader.objects.create(unit=Unit.objects.get(code=unit), user=person)
    client = Client()
    client.force_login(person)

    page = client.get(reverse("staff:unit-preview", args=[publication.edition_id, unit])).content.decode()

    own = [line for line in lines if line.unit == unit]
    assert page.count("kỳ liên tiếp:") == len(own)
