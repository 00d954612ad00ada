"""Settings that may still change, and those that may not; the workbook, in and out."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import AuditEntry
from surveys.enums import EditionState
from surveys.models import BlockUnit, Edition
from surveys.services.edition_import import workbook_export, workbook_template
from surveys.services.edition_settings import Settings, SettingSettled, edition_settings_change
from tests.factories.editions import NOW, edition_closed, edition_in_state, edition_make, edition_opened
from tests.factories.people import user_make

pytestmark = pytest.mark.django_db
NEW = {"opens_on": "2024-09-01", "closes_on": "2024-10-31", "minutes_to_answer": "12", "minimum_ratings": "20"}


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(user_make(Role.MANAGER))
    return client


def settings_of(edition: Edition, **changes: object) -> Settings:
    names = ("opens_on", "closes_on", "minutes_to_answer", "minimum_ratings", "readers_first")
    return Settings(**{name: getattr(edition, name) for name in names} | changes)  # type: ignore[arg-type]


def test_settings_are_saved_and_recorded(client: Client) -> None:
    edition = edition_make()

    client.post(reverse("staff:edition-settings", args=[edition.pk]), NEW)

    edition.refresh_from_db()
    assert (edition.opens_on, edition.minutes_to_answer, edition.minimum_ratings) == (date(2024, 9, 1), 12, 20)
    assert "minimum_ratings: 5 → 20" in AuditEntry.objects.get(action="edition.settings").note


def test_the_last_day_must_follow_the_first(client: Client) -> None:
    edition = edition_make()

    answer = client.post(reverse("staff:edition-settings", args=[edition.pk]), NEW | {"closes_on": "2024-08-31"})

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["closes_on"])


@pytest.mark.parametrize(
    ("state", "settled"),
    [
        (EditionState.OPEN, {"closes_on"}),
        (EditionState.CLOSED, {"opens_on", "closes_on", "minutes_to_answer"}),
        (EditionState.SCORED, {"opens_on", "closes_on", "minutes_to_answer", "minimum_ratings"}),
        (EditionState.PUBLISHED, {"opens_on", "closes_on", "minutes_to_answer", "minimum_ratings", "readers_first"}),
    ],
)
def test_what_has_no_effect_any_more_is_settled(client: Client, state: EditionState, settled: set[str]) -> None:
    edition = edition_in_state(state)
    changes = {
        "opens_on": date(2020, 1, 1),
        "closes_on": date(2030, 1, 1),
        "minutes_to_answer": 99,
        "minimum_ratings": 99,
        "readers_first": True,
    }

    page = client.get(reverse("staff:edition-settings", args=[edition.pk]))
    refused = set()
    for name, value in changes.items():
        try:
            edition_settings_change(edition=edition, settings=settings_of(edition, **{name: value}), by=None, now=NOW)
        except SettingSettled:
            refused.add(name)
        edition.refresh_from_db()

    assert refused == settled
    assert {name for name, field in page.context["form"].fields.items() if field.disabled} == settled


def test_a_settled_setting_in_the_form_is_ignored(client: Client) -> None:
    edition = edition_closed(responses=3)

    answer = client.post(reverse("staff:edition-settings", args=[edition.pk]), NEW)

    edition.refresh_from_db()
    assert (answer.status_code, edition.minutes_to_answer, edition.minimum_ratings) == (302, 10, 20)


def test_a_unit_is_withheld_and_released_from_the_page(client: Client) -> None:
    edition = edition_closed(responses=3)
    unit = BlockUnit.objects.filter(block__edition=edition).order_by("pk")[0]

    client.post(
        reverse("staff:edition-withhold", args=[edition.pk]), {"block_unit": unit.pk, "reason_vi": "Đang xác minh"}
    )
    unit.refresh_from_db()
    assert unit.withheld

    client.post(reverse("staff:edition-unwithhold", args=[edition.pk, unit.pk]))
    unit.refresh_from_db()
    assert not unit.withheld


def test_the_template_is_a_workbook_that_can_be_imported(client: Client) -> None:
    template = client.get(reverse("staff:workbook-template"))
    file = SimpleUploadedFile("mau.xlsx", template.content)

    answer = client.post(reverse("staff:edition-import", args=["thai-binh"]), {"workbook": file})

    assert template.content == workbook_template()
    edition = Edition.objects.get()
    assert answer.url == reverse("staff:edition", args=[edition.pk])


def test_an_opened_edition_is_not_replaced(client: Client) -> None:
    edition = edition_opened()
    file = SimpleUploadedFile("khung.xlsx", workbook_export(edition))

    answer = client.post(reverse("staff:edition-import", args=["thai-binh"]), {"workbook": file})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["workbook"]


def test_faults_are_shown_and_nothing_is_kept(client: Client) -> None:
    file = SimpleUploadedFile("ghi-chu.xlsx", b"not a workbook")

    answer = client.post(reverse("staff:edition-import", args=["thai-binh"]), {"workbook": file})

    assert (answer.status_code, answer.context["fault_count"]) == (422, 1)
    assert str(answer.context["faults"][0].sentence) in answer.content.decode()
    assert not Edition.objects.exists()


def test_the_framework_can_be_taken_away(client: Client) -> None:
    edition = edition_make()

    answer = client.get(reverse("staff:edition-export", args=[edition.pk]))

    assert answer.content == workbook_export(edition)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="ddci-thai-binh-2024.xlsx"'
