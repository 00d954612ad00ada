"""Giving and taking roles, and the account that comes with a first role."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import AuditEntry, Membership, User
from accounts.selectors import roles_in, roles_remember
from accounts.services import LastManager, NameNeeded, member_invite, membership_grant, membership_revoke
from tests.factories.editions import NOW
from tests.factories.people import PASSWORD, province_make, user_make

pytestmark = pytest.mark.django_db


def manager_client() -> tuple[Client, User]:
    manager, client = user_make(Role.MANAGER), Client()
    client.force_login(manager)
    return client, manager


def test_invite_makes_an_account_without_password() -> None:
    manager = user_make(Role.MANAGER)

    user, created = member_invite(
        email="Hoa@Example.vn", full_name="Vũ Thị Hoa", province=province_make(), role=Role.ANALYST, by=manager, now=NOW
    )

    assert created
    assert (user.email, user.full_name, user.has_usable_password()) == ("hoa@example.vn", "Vũ Thị Hoa", False)
    assert roles_in(user, province_make()) == {Role.ANALYST}
    trail = AuditEntry.objects.order_by("id").values_list("action", "by__email")
    assert list(trail) == [("user.create", manager.email), ("membership.grant", manager.email)]


def test_invite_finds_the_account_whatever_the_case() -> None:
    known = user_make()

    user, created = member_invite(
        email=known.email.upper(), full_name="", province=province_make(), role=Role.ANALYST, by=None, now=NOW
    )

    assert (user, created) == (known, False)


def test_invite_asks_for_the_name_of_a_new_person() -> None:
    with pytest.raises(NameNeeded):
        member_invite(
            email="x@example.vn", full_name=" ", province=province_make(), role=Role.ANALYST, by=None, now=NOW
        )

    assert not User.objects.filter(email="x@example.vn").exists()


def test_granting_twice_is_recorded_once() -> None:
    user = user_make()
    for _ in range(2):
        membership_grant(user=user, province=province_make(), role=Role.APPROVER, by=None, now=NOW)

    assert AuditEntry.objects.filter(action="membership.grant").count() == 1


def test_the_last_manager_stays() -> None:
    manager = user_make(Role.MANAGER)
    user_make(Role.MANAGER, province=province_make("nam-dinh"))

    with pytest.raises(LastManager):
        membership_revoke(membership=Membership.objects.get(user=manager), by=manager, now=NOW)

    assert roles_in(manager, province_make()) == {Role.MANAGER}


def test_one_of_two_managers_can_leave() -> None:
    manager, other = user_make(Role.MANAGER), user_make(Role.MANAGER)

    membership_revoke(membership=Membership.objects.get(user=manager), by=other, now=NOW)

    assert roles_in(manager, province_make()) == frozenset()


def test_remembered_roles_are_not_asked_for_again(django_assert_num_queries) -> None:
    user = roles_remember(User.objects.get(pk=user_make(Role.ANALYST, Role.MODERATOR).pk))
    province = province_make()

    with django_assert_num_queries(0):
        assert roles_in(user, province) == {Role.ANALYST, Role.MODERATOR}


def test_a_new_member_gets_a_link_and_can_sign_in_with_it() -> None:
    client, _ = manager_client()

    answer = client.post(
        reverse("staff:members", args=["thai-binh"]),
        {"email": "hoa@example.vn", "full_name": "Vũ Thị Hoa", "role": "analyst"},
    )

    assert answer.status_code == 302
    assert [message.to for message in mail.outbox] == [["hoa@example.vn"]]
    link = re.search(r"https?://[^/]+(/\S+)", mail.outbox[0].body)
    assert link is not None
    visitor = Client()
    page = visitor.get(link[1], follow=True)
    visitor.post(page.redirect_chain[-1][0], {"password1": PASSWORD, "password2": PASSWORD})
    assert User.objects.get(email="hoa@example.vn").check_password(PASSWORD)


def test_a_known_person_gets_no_mail() -> None:
    client, _ = manager_client()
    known = user_make()

    client.post(reverse("staff:members", args=["thai-binh"]), {"email": known.email, "role": "analyst"})

    assert mail.outbox == []
    assert roles_in(known, province_make()) == {Role.ANALYST}


def test_the_page_says_that_a_name_is_needed() -> None:
    client, _ = manager_client()

    answer = client.post(reverse("staff:members", args=["thai-binh"]), {"email": "x@example.vn", "role": "analyst"})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["full_name"]


def test_taking_away_the_last_manager_is_refused_with_a_page() -> None:
    client, manager = manager_client()
    membership = Membership.objects.get(user=manager)

    answer = client.post(reverse("staff:member-revoke", args=["thai-binh", membership.pk]))

    assert answer.status_code == 409
    assert Membership.objects.filter(pk=membership.pk).exists()


def test_a_membership_of_another_province_is_not_found() -> None:
    client, _ = manager_client()
    foreign = Membership.objects.get(user=user_make(Role.ANALYST, province=province_make("nam-dinh")))

    answer = client.post(reverse("staff:member-revoke", args=["thai-binh", foreign.pk]))

    assert answer.status_code == 404
    assert Membership.objects.filter(pk=foreign.pk).exists()


@pytest.mark.parametrize("members", [1, 4])
def test_the_page_needs_the_same_queries_for_many_members(members: int, django_assert_num_queries) -> None:
    client, _ = manager_client()
    for _ in range(members):
        user_make(Role.ANALYST, Role.MODERATOR)

    with django_assert_num_queries(5):
        client.get(reverse("staff:members", args=["thai-binh"]))


def test_nobody_changes_the_address_by_which_a_manager_knows_them() -> None:
    user = user_make(Role.ANALYST)
    client = Client()
    client.force_login(user)
    before = user.email

    for act in ("action_add", "action_primary"):
        answer = client.post(reverse("account_email"), {act: "", "email": "future.approver@example.vn"})
        assert answer.status_code == 405

    user.refresh_from_db()
    assert user.email == before
    assert not EmailAddress.objects.exclude(email=before).exists()
