"""Every address as every role, by GET and by POST. An address without a row in the table fails the test."""

from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from surveys.models import BlockUnit
from surveys.selectors.invitations import invitation_by_code
from tests.doors import (
    COLLEAGUES,
    FORBIDDEN,
    INTERVIEWER,
    MANAGER,
    MEMBERS,
    NOT_FOUND,
    NOT_SERVED,
    RECORDERS,
    REVIEWERS,
    SCORERS,
    TO_SIGN_IN,
    Arguments,
    Closed,
    Open,
)
from tests.doors_messages import MESSAGES, OPEN_MESSAGES
from tests.factories.quality import flagged_with
from tests.roles import (
    ROLES,
    World,
    all_addresses,
    fitting_arguments,
    of_document,
    of_export,
    of_unit,
    of_value,
    world_make,
)

pytestmark = pytest.mark.django_db


def asked_unit(world: World) -> int:
    """A unit that the holder of the code can be asked about."""
    edition = invitation_by_code(world.code).edition
    return int(BlockUnit.objects.filter(block__edition=edition).order_by("pk")[0].pk)


def draft(world: World) -> list[Any]:
    return [world.draft.pk]


def opened(world: World) -> list[Any]:
    return [world.open.pk]


def closed(world: World) -> list[Any]:
    return [world.closed.pk]


def run(world: World) -> list[Any]:
    return [world.run.pk]


def province(world: World) -> list[Any]:
    return [world.province.slug]


def unit(world: World) -> list[Any]:
    return [world.province.slug, world.unit.code]


def sampled(world: World) -> list[Any]:
    return [world.sampled.pk]


def imported(world: World) -> list[Any]:
    return [world.province.slug, world.frame_import.pk]


def code(world: World) -> list[Any]:
    return [world.code]


def published(*more: Any) -> Arguments:
    return lambda world: [world.province.slug, world.publication.edition.year, *more]


def release(world: World) -> list[Any]:
    return [world.publication.pk]


def settings_of(world: World) -> dict[str, Any]:
    return {"minutes_to_answer": 10, "minimum_ratings": 5}


def own_call(world: World) -> list[Any]:
    """The business that the interviewer of the world looks after."""
    return [world.open.pk, world.call.invitation_id]


def checked(world: World) -> list[Any]:
    return [world.checked.pk]


def flagged(world: World) -> list[Any]:
    return [world.checked.pk, flagged_with(world.checked, "hasty")[0].pk]


def record_facts(world: World) -> dict[str, Any]:
    return {"TG2__value": "90", "TG2__period": "2024", "TG2__source_vi": "Báo cáo"}


def unit_facts(world: World) -> dict[str, Any]:
    return {"name_vi": world.unit.name_vi, "kind": world.unit.kind}


STAFF: dict[str, Closed] = {
    "home": Closed(COLLEAGUES, outsiders=200),
    "workbook-template": Closed(COLLEAGUES, outsiders=200),
    "edition": Closed(MEMBERS, opened),
    "responses": Closed(MEMBERS, opened),
    "edition-export": Closed(MEMBERS, opened),
    "edition-import": Closed(MANAGER, province, post=422),
    "edition-open": Closed(MANAGER, draft, post=302),
    "edition-close": Closed(MANAGER, opened, post=302, data=lambda world: {"reason": "Đủ phiếu"}),
    "edition-extend": Closed(MANAGER, opened, post=422),
    "monitor": Closed(MEMBERS, opened),
    "monitor-plan": Closed(MANAGER, opened, get=NOT_SERVED, post=302, data=lambda world: {"response_rate": "40"}),
    "monitor-strata": Closed(MANAGER, opened, post=302),
    "monitor-table": Closed(MEMBERS, lambda world: [world.open.pk, "units", "csv"]),
    "edition-freeze": Closed(frozenset({"manager", "analyst"}), closed, post=302),
    "edition-settings": Closed(MANAGER, draft, post=302, data=settings_of),
    "edition-withhold": Closed(MANAGER, closed, get=NOT_SERVED, post=422),
    "edition-unwithhold": Closed(
        MANAGER, lambda world: [world.closed.pk, world.block_unit.pk], get=NOT_SERVED, post=302
    ),
    "exports": Closed(REVIEWERS, opened),
    "export-new": Closed(REVIEWERS, opened, get=NOT_SERVED, post=422),
    "export-file": Closed(REVIEWERS, of_export, get=NOT_SERVED, post=200),
    "sample": Closed(MANAGER, sampled),
    "sample-draw": Closed(MANAGER, draft, get=NOT_SERVED, post=422),
    "sample-invite": Closed(MANAGER, sampled, get=NOT_SERVED, post=302, data=lambda world: {"wave": "0"}),
    "sample-discard": Closed(MANAGER, sampled, get=NOT_SERVED, post=302),
    "sample-margins": Closed(MANAGER, draft, get=NOT_SERVED, post=302),
    "sample-strata": Closed(MANAGER, sampled),
    "sample-members": Closed(MANAGER, sampled),
    "sample-export": Closed(MANAGER, sampled, get=NOT_SERVED, post=200),
    "invitations": Closed(MANAGER, opened),
    "invitations-new": Closed(MANAGER, opened, post=422),
    "invitations-codes": Closed(MANAGER, opened, get=NOT_SERVED, post=200),
    "access": Closed(MANAGER, opened, post=422),
    "calls": Closed(MANAGER, opened),
    "calls-give": Closed(MANAGER, opened, get=NOT_SERVED, post=422),
    "calls-export": Closed(MANAGER, opened, get=NOT_SERVED, post=200),
    "my-calls": Closed(INTERVIEWER, opened),
    "my-call": Closed(INTERVIEWER, own_call, post=422, admin=NOT_FOUND),
    "my-call-begin": Closed(INTERVIEWER, own_call, get=NOT_SERVED, post=302, admin=NOT_FOUND),
    "paper": Closed(INTERVIEWER, opened, post=422),
    "paper-decide": Closed(INTERVIEWER, opened, get=NOT_SERVED, post=422),
    "paper-again": Closed(INTERVIEWER, opened, get=NOT_SERVED, post=422),
    "ballot-box": Closed(MEMBERS, draft),
    "ballot-secrecy": Closed(MANAGER, draft, get=NOT_SERVED, post=302),
    "ballot-holder-add": Closed(MANAGER, draft, get=NOT_SERVED, post=422),
    "ballot-holder-drop": Closed(MANAGER, lambda world: [world.draft.pk, world.holder.pk], get=NOT_SERVED, post=302),
    "ballot-key": Closed(frozenset({"moderator"}), draft, get=NOT_SERVED, post=422, admin=FORBIDDEN),
    "ballot-open": Closed(frozenset({"manager", "moderator"}), draft, get=NOT_SERVED, post=409),
    "records": Closed(RECORDERS, opened, post=422),
    "records-file": Closed(RECORDERS, opened),
    "records-unit": Closed(RECORDERS, of_unit, post=302, data=record_facts),
    "record-remove": Closed(RECORDERS, of_value, get=NOT_SERVED, post=302),
    "record-document": Closed(RECORDERS, opened, get=NOT_SERVED, post=422),
    "record-document-file": Closed(RECORDERS, of_document),
    "comments": Closed(frozenset({"moderator"}), closed),
    "comment-review": Closed(
        frozenset({"moderator"}),
        lambda world: [world.closed.pk, world.comment.pk],
        get=NOT_SERVED,
        post=302,
        data=lambda world: {"verdict": "shown"},
    ),
    "quality": Closed(SCORERS, checked),
    "quality-check": Closed(REVIEWERS, checked, get=NOT_SERVED, post=302),
    "quality-thresholds": Closed(REVIEWERS, checked, post=422),
    "quality-rules": Closed(MANAGER, checked, get=NOT_SERVED, post=302),
    "quality-copies": Closed(REVIEWERS, checked, post=422),
    "quality-responses": Closed(REVIEWERS, checked),
    "quality-response": Closed(REVIEWERS, flagged, post=302, data=lambda world: {"decision": "keep"}),
    "dataset-renew": Closed(REVIEWERS, lambda world: [world.run.edition_id], post=422),
    "frame": Closed(MANAGER, province),
    "frame-businesses": Closed(MANAGER, province),
    "frame-duplicates": Closed(MANAGER, province),
    "frame-duplicate-decide": Closed(
        MANAGER, lambda world: [world.province.slug, world.duplicate.pk], get=NOT_SERVED, post=302
    ),
    "frame-import": Closed(MANAGER, province, post=422),
    "frame-columns": Closed(MANAGER, lambda world: [world.province.slug, world.frame_upload.pk], post=422),
    "frame-import-result": Closed(MANAGER, imported),
    "frame-faults": Closed(MANAGER, imported, get=NOT_SERVED, post=200),
    "units": Closed(MEMBERS, province),
    "unit": Closed(MANAGER, unit, post=302, data=unit_facts),
    "unit-lineage": Closed(MANAGER, unit, get=NOT_SERVED, post=422),
    "unit-reader-add": Closed(MANAGER, unit, get=NOT_SERVED, post=422),
    "unit-reader-remove": Closed(MANAGER, lambda world: [*unit(world), world.reader.pk], get=NOT_SERVED, post=302),
    "members": Closed(MEMBERS, province, post=422, to_post=MANAGER),
    "member-revoke": Closed(
        MANAGER, lambda world: [world.province.slug, world.membership.pk], get=NOT_SERVED, post=302
    ),
    "member-mail": Closed(MANAGER, lambda world: [world.province.slug, world.membership.pk], get=NOT_SERVED, post=302),
    "audit": Closed(frozenset({"manager", "approver"}), province),
    "audit-csv": Closed(frozenset({"manager", "approver"}), province),
    "job": Closed(MEMBERS, lambda world: [world.job.pk], unseen=INTERVIEWER),
    "runs": Closed(SCORERS, lambda world: [world.run.edition_id]),
    "run-start": Closed(frozenset({"analyst"}), lambda world: [world.run.edition_id], post=422),
    "watch-list": Closed(SCORERS, lambda world: [world.run.edition_id]),
    "run-compare": Closed(SCORERS, lambda world: [world.run.edition_id]),
    "recipe-new": Closed(
        frozenset({"analyst"}), lambda world: [world.run.edition_id], post=422, data=lambda world: {"content": "{"}
    ),
    "recipe-import": Closed(
        frozenset({"analyst"}), lambda world: [world.run.edition_id], post=422, data=lambda world: {"content": "{"}
    ),
    "run": Closed(SCORERS, run),
    "run-progress": Closed(SCORERS, run),
    "run-approve": Closed(frozenset({"approver"}), run, post=422),
    "run-trial": Closed(SCORERS, run, post=422, to_post=frozenset({"analyst"})),
    "run-tables": Closed(SCORERS, run),
    "run-diagnostics": Closed(SCORERS, run),
    "run-diagnostics-part": Closed(SCORERS, lambda world: [world.run.pk, "departments", "weights"]),
    "run-diagnostics-csv": Closed(SCORERS, lambda world: [world.run.pk, "departments", "weighting"]),
    "run-diagnostics-progress": Closed(SCORERS, run),
    "run-diagnostics-json": Closed(SCORERS, run, get=NOT_FOUND),
    "run-diagnostics-start": Closed(frozenset({"analyst", "approver"}), run, get=NOT_SERVED, post=409),
    "recipe": Closed(SCORERS, lambda world: [world.run.recipe_id]),
    "recipe-json": Closed(SCORERS, lambda world: [world.run.recipe_id]),
    "unit-preview": Closed(SCORERS, lambda world: [world.run.edition_id, "so-tai-chinh"]),
    "publish": Closed(frozenset({"manager", "approver"}), lambda world: [world.publication.run_id], post=422),
}
OPEN: dict[str, Open] = {
    "healthz": Open(200, 200),
    "recipe-schema": Open(200, NOT_SERVED),
    "api-schema": Open(200),
    "api:province-list": Open(200, 403),
    "api:edition-list": Open(200, 403),
    "api:publication-list": Open(200, 403),
    "api:publication-detail": Open(200, 403, of=release),
    "api:publication-recipe": Open(200, 403, of=release),
    "api:score-list": Open(200, 403, of=release),
    "api:sub-index-score-list": Open(200, 403, of=release),
    "api:indicator-score-list": Open(200, 403, of=release),
    "api:contradiction-list": Open(200, 403, of=release),
    "api:nothing": Open(404, 403),
    "public:home": Open(200),
    "public:api": Open(200),
    "public:province": Open(200, of=province),
    "public:ranking": Open(200, of=published()),
    "public:unit": Open(200, of=published("so-cong-thuong")),
    "public:own-weights": Open(200, of=published("departments")),
    "public:methodology": Open(200, of=published()),
    "public:receipts": Open(200, 200, of=published()),
    "public:receipts-file": Open(200, of=published()),
    "public:downloads": Open(200, of=published()),
    "public:file": Open(404, of=published("no-such-file.pdf")),
    "answering:enter": Open(200, 404),
    "answering:assisted": Open(200, 404),
    "answering:join": Open(404, 404, of=lambda world: [world.province.slug, world.open.year]),
    "answering:start": Open(200, 422, of=code),
    "answering:about": Open(200, 422, of=code),
    "answering:discard": Open(302, 302, of=code),
    "answering:profile": Open(302, 409, of=code),
    "answering:units": Open(302, 409, of=code),
    "answering:section": Open(302, 409, of=lambda world: [world.code, asked_unit(world), "transparency"]),
    "answering:overall": Open(302, 409, of=lambda world: [world.code, asked_unit(world)]),
    "answering:review": Open(302, 302, of=code),
    "answering:send": Open(302, 302, of=code),
    "answering:receipt": Open(302, 302, of=code),
    "account_login": Open(200, 200, signed_in=(302, 302)),
    "account_logout": Open(302, 302, signed_in=(200, 302)),
    "account_inactive": Open(200),
    "account_signup": Open(200, 200, signed_in=(302, 302)),
    "account_reauthenticate": Open(302, 302, signed_in=(200, 200)),
    "account_email": Open(302, 302, signed_in=(200, NOT_SERVED)),
    "account_email_verification_sent": Open(200),
    "account_change_password": Open(302, 302, signed_in=(200, 200)),
    "account_set_password": Open(302, 302, signed_in=(302, 302)),
    "account_reset_password": Open(200, 200),
    "account_confirm_login_code": Open(302, 302),
    "account_confirm_email": Open(200, 404, of=lambda world: ["no-such-key"]),
    "account_reset_password_from_key": Open(200, 200, of=lambda world: ["0", "no-such-key"]),
    "account_reset_password_from_key_done": Open(200),
    "account_reset_password_done": Open(200),
    "mfa_index": Open(302, 302, signed_in=(200, NOT_SERVED)),
    "mfa_authenticate": Open(302, 302, signed_in=(302, 302)),
    "mfa_reauthenticate": Open(302, 302, signed_in=(302, 302)),
    "mfa_activate_totp": Open(302, 302, signed_in=(302, 302)),
    "mfa_deactivate_totp": Open(302, 302, signed_in=(404, 404)),
    "mfa_view_recovery_codes": Open(302, 302, signed_in=(404, NOT_SERVED)),
    "mfa_generate_recovery_codes": Open(302, 302, signed_in=(302, 302)),
    "mfa_download_recovery_codes": Open(302, 302, signed_in=(404, 404)),
}
DOORS: dict[str, Closed | Open] = {
    **{f"staff:{name}": door for name, door in {**STAFF, **MESSAGES}.items()},
    **OPEN,
    **OPEN_MESSAGES,
}


def outcome(world: World, client: Any, method: str, name: str, door: Closed | Open) -> int:
    """The status of one request, whose effects are taken back."""
    address = reverse(name, args=door.of(world))
    with transaction.atomic():
        answer = client.get(address) if method == "get" else client.post(address, door.data(world))
        if answer.streaming:
            b"".join(answer.streaming_content)
        transaction.set_rollback(True)
    if answer.status_code == TO_SIGN_IN and isinstance(door, Closed) and method == "get":
        assert answer.url.startswith(reverse("account_login")), name
    return int(answer.status_code)


def test_every_address_stands_in_the_table() -> None:
    named = {name for name in all_addresses() if not name.startswith("admin:")}

    assert named == set(DOORS)


@pytest.fixture(scope="module")
def world(shared: None) -> World:
    return world_make()


@pytest.mark.parametrize("role", ROLES)
def test_every_address_as_this_role(world: World, role: str) -> None:
    wrong = []
    client = world.client(role)
    arrived = client.cookies.output()
    for name, door in DOORS.items():
        for method in ("get", "post"):
            client.cookies = SimpleCookie(arrived.replace("Set-Cookie:", ""))
            found, expected = outcome(world, client, method, name, door), door.expected(role, method)
            if found != expected:
                wrong.append(f"{method} {name}: {found}, not {expected}")

    assert not wrong, "\n".join(wrong)


def test_the_administration_is_for_the_platform_administrator_only(world: World) -> None:
    names = sorted(name for name in all_addresses() if name.startswith("admin:"))
    targets = [reverse(name, args=given) for name in names for given in fitting_arguments(name)]
    let_in = [
        f"{role} {address}"
        for role in ROLES
        if role != "admin"
        for client in [world.client(role)]
        for address in targets
        if not {client.get(address).status_code, client.post(address).status_code} <= {302, 403, 404}
    ]

    assert len(targets) > 30
    assert let_in == []
