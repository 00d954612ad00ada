"""What the platform administrator can look at and cannot touch."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, Membership, Province, User
from surveys import models as surveys
from tests.factories.people import province_make, user_make
from tests.factories.results import published_edition

pytestmark = pytest.mark.django_db
CHANGEABLE = {Province, User, Membership}


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(user_make(superuser=True))
    return client


def test_answers_comments_codes_and_names_of_businesses_are_not_registered() -> None:
    secret = {
        surveys.Response,
        surveys.Rating,
        surveys.Comment,
        surveys.Draft,
        surveys.Receipt,
        surveys.Invitation,
        surveys.Envelope,
        surveys.SealedResponse,
        surveys.ResponseLink,
        surveys.KeyHolder,
    }

    assert secret.isdisjoint(admin.site._registry)


def test_every_list_and_every_row_can_be_looked_at(client: Client) -> None:
    published_edition(responses=30)
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert client.get(reverse(f"{name}_changelist")).status_code == 200, name
        row = model._default_manager.first()
        if row is not None:
            assert client.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200, name


def test_only_provinces_people_and_roles_can_be_changed(client: Client) -> None:
    published_edition(responses=30)
    for model in set(admin.site._registry) - CHANGEABLE:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        row = model._default_manager.first()
        assert client.get(reverse(f"{name}_add")).status_code == 403, name
        if row is not None:
            assert client.post(reverse(f"{name}_change", args=[row.pk]), {"x": "1"}).status_code == 403, name
            assert client.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403, name
            assert model._default_manager.filter(pk=row.pk).exists()


def test_the_file_of_answers_is_not_offered(client: Client) -> None:
    dataset = published_edition(responses=30).run.dataset

    page = client.get(reverse("admin:surveys_dataset_change", args=[dataset.pk]))

    assert dataset.sha256 in page.content.decode()
    assert dataset.file.name not in page.content.decode()


def test_a_second_factor_can_be_removed_and_its_secret_is_not_shown(client: Client) -> None:
    factor = Authenticator.objects.create(user=user_make(), type="totp", data={"secret": "JBSWY3DPEHPK3PXP"})

    page = client.get(reverse("admin:mfa_authenticator_change", args=[factor.pk]))
    client.post(reverse("admin:mfa_authenticator_delete", args=[factor.pk]), {"post": "yes"})

    assert "JBSWY3DPEHPK3PXP" not in page.content.decode()
    assert not Authenticator.objects.exists()


def test_people_are_not_deleted_here_because_the_trail_names_them(client: Client) -> None:
    user = user_make()

    answer = client.post(reverse("admin:accounts_user_delete", args=[user.pk]), {"post": "yes"})

    assert (answer.status_code, User.objects.filter(pk=user.pk).exists()) == (403, True)
    assert not AuditEntry.objects.exists()


def test_the_administration_signs_in_where_everybody_does() -> None:
    answer = Client().get(reverse("admin:login"), {"next": reverse("admin:index")})

    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))


def test_roles_given_and_taken_away_here_are_recorded(client: Client) -> None:
    user, province = user_make(), province_make()
    client.post(reverse("admin:accounts_membership_add"), {"user": user.pk, "province": province.pk, "role": "manager"})
    membership = Membership.objects.get(user=user)
    client.post(reverse("admin:accounts_membership_delete", args=[membership.pk]), {"post": "yes"})

    entries = AuditEntry.objects.order_by("id").values_list("action", "province", "by__is_superuser", "subject")
    assert list(entries) == [
        ("membership.grant", province.pk, True, str(membership)),
        ("membership.revoke", province.pk, True, str(membership)),
    ]
