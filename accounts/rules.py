"""Who may. Doors are closed by default: a rule names the roles that open it; the platform administrator passes all."""

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from accounts.enums import OFFICE, Role
from accounts.models import Province, User
from accounts.selectors import roles_in
from ddci.core.errors import Forbidden

Person = User | AnonymousUser


class NotYours(Forbidden):
    code = "not_yours"
    sentence = _("This page belongs to people with another role. Ask the manager of your province for access.")


def has_role(person: Person, province: Province, *roles: Role) -> bool:
    """Whether the person holds one of `roles` in the province (or is the platform administrator)."""
    if not isinstance(person, User) or not person.is_active:
        return False
    return person.is_superuser or bool(roles_in(person, province) & set(roles))


def is_member(person: Person, province: Province) -> bool:
    """Whether the person works in the office of the province; interviewers see their own lists only."""
    return has_role(person, province, *OFFICE)


def may_manage_members(person: Person, province: Province) -> bool:
    return has_role(person, province, Role.MANAGER)


def may_see_audit(person: Person, province: Province) -> bool:
    return has_role(person, province, Role.MANAGER, Role.APPROVER)


def may_see_members(person: Person, province: Province) -> bool:
    return is_member(person, province)


def require(allowed: bool) -> None:
    """Refuse unless allowed.

    Raises:
        NotYours: the rule said no.
    """
    if not allowed:
        raise NotYours
