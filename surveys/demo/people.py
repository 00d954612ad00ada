"""The province and the accounts of the demonstration. Passwords are drawn anew on every installation."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.enums import Role
from accounts.models import Province, User
from accounts.services import audit, member_invite
from surveys.enums import EditionState, Secrecy
from surveys.models import Edition, Unit
from surveys.services.ballot_keys import key_holder_enrol, key_holder_name
from surveys.services.units import reader_grant

SLUG = "thai-binh"
READS = "so-cong-thuong"


@dataclass(frozen=True)
class Person:
    key: str
    name: str
    role: Role | None

    @property
    def email(self) -> str:
        return f"{self.key}@demo.example"


MANAGER = Person("manager", "Nguyễn Thị Lan", Role.MANAGER)
ANALYST = Person("analyst", "Trần Minh Đức", Role.ANALYST)
APPROVER = Person("approver", "Phạm Thu Hà", Role.APPROVER)
MODERATOR = Person("moderator", "Lê Quang Huy", Role.MODERATOR)
READER = Person("reader", "Vũ Thị Mai", None)
ADMINISTRATOR = Person("admin", "Quản trị nền tảng", None)
MEMBERS = (MANAGER, ANALYST, APPROVER, MODERATOR)
PEOPLE = (*MEMBERS, READER, ADMINISTRATOR)
# Neither invites anybody nor sees the list of businesses.
HOLDERS = (APPROVER, MODERATOR)
# What stands before the key of a person to name the passphrase.
PASSPHRASE = "ballot-"  # noqa: S105


def secrets_new() -> dict[str, str]:
    """Passwords of everybody by key, and passphrases of the key holders."""
    keys = [person.key for person in PEOPLE] + [f"{PASSPHRASE}{person.key}" for person in HOLDERS]
    return {key: password_new() for key in keys}


def password_new() -> str:
    """Fifteen letters and digits in three groups: easy to type, 75 bits."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(3))


@transaction.atomic
def province_ensure(*, now: datetime) -> Province:
    """Thái Bình, as it was in 2024."""
    province, created = Province.objects.get_or_create(
        slug=SLUG,
        defaults={
            "name_vi": "Thái Bình",
            "name_en": "Thái Bình",
            "association_vi": "Hiệp hội Doanh nghiệp tỉnh Thái Bình",
            "association_en": "Thái Bình Business Association",
            "contact_email": "ddci@demo.example",
        },
    )
    if created:
        audit(action="province.create", subject=province, by=None, now=now, province=province)
    return province


@transaction.atomic
def accounts_ensure(*, province: Province, passwords: Mapping[str, str], now: datetime) -> dict[str, User]:
    """Everybody in PEOPLE with the given passwords by key; the reader once the unit exists."""
    users: dict[str, User] = {}
    for person in MEMBERS:
        if person.role is not None:
            users[person.key], _new = member_invite(
                email=person.email, full_name=person.name, province=province, role=person.role, by=None, now=now
            )
    unit = Unit.objects.filter(province=province, code=READS).order_by("code").get()
    reader, _new = reader_grant(unit=unit, email=READER.email, by=None, now=now, full_name=READER.name)
    users[READER.key] = reader.user
    users[ADMINISTRATOR.key] = _administrator()
    for key, user in users.items():
        if not user.check_password(passwords[key]):
            user.set_password(passwords[key])
            user.save(update_fields=["password"])
    return users


@transaction.atomic
def holders_ensure(*, edition: Edition, passwords: Mapping[str, str], now: datetime) -> None:
    """The key holders of a sealed edition in preparation, with their passphrases; those that are ready stay."""
    if edition.secrecy != Secrecy.SEALED or edition.state != EditionState.DRAFT:
        return
    for person in HOLDERS:
        user, _new = member_invite(
            email=person.email,
            full_name=person.name,
            province=edition.province,
            role=person.role or Role.MODERATOR,
            by=None,
            now=now,
        )
        holder = key_holder_name(edition=edition, person=user, by=None, now=now)
        if not holder.is_ready:
            key_holder_enrol(holder=holder, passphrase=passwords[f"{PASSPHRASE}{person.key}"], now=now)


def _administrator() -> User:
    found = User.objects.filter(email=ADMINISTRATOR.email).order_by("pk").first()
    return found or User.objects.create_superuser(ADMINISTRATOR.email, full_name=ADMINISTRATOR.name)
