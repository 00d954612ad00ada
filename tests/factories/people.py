"""Provinces and people, as real rows."""

from itertools import count

from accounts.enums import Role
from accounts.models import Membership, Province, User

PASSWORD = "lúa-nước-2024"
_number = count(1)


def province_make(slug: str = "thai-binh") -> Province:
    """A province; the same slug gives the same row."""
    name = slug.replace("-", " ").title()
    return Province.objects.get_or_create(
        slug=slug,
        defaults={
            "name_vi": f"Tỉnh {name}",
            "name_en": name,
            "association_vi": f"Hiệp hội Doanh nghiệp tỉnh {name}",
            "association_en": f"{name} Business Association",
            "contact_email": "ddci@example.vn",
        },
    )[0]


def user_make(
    *roles: Role, province: Province | None = None, name: str = "Nguyễn Thị Lúa", superuser: bool = False
) -> User:
    """A person with the given roles in the province (default: thai-binh), who can sign in with PASSWORD."""
    user = User.objects.create_user(
        f"person{next(_number)}@example.vn", PASSWORD, full_name=name, is_superuser=superuser, is_staff=superuser
    )
    for role in roles:
        Membership.objects.create(user=user, province=province or province_make(), role=role)
    return user
