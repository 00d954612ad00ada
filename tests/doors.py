"""Doors: to whom an address opens, by GET and by POST."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.roles import World

MEMBERS = frozenset({"manager", "analyst", "approver", "moderator"})
SIGNED_OUT = frozenset({"anonymous", "respondent"})
MANAGER = frozenset({"manager"})
REVIEWERS = RECORDERS = frozenset({"manager", "analyst"})
SCORERS = frozenset({"manager", "analyst", "approver"})
NOT_SERVED, TO_SIGN_IN, FORBIDDEN, NOT_FOUND = 405, 302, 403, 404

Arguments = Callable[[World], list[Any]]


@dataclass(frozen=True)
class Closed:
    """A door of the staff area: opens to `to` and to the platform administrator; other members of the province are
    refused, for everybody else the thing does not exist, who is signed out is sent to sign in. `to_post`: whom it opens
    to for changes, where these are fewer. `admin`: what the platform administrator meets where even that role is
    refused.
    """

    to: frozenset[str]
    of: Arguments = lambda world: []
    get: int = 200
    post: int = NOT_SERVED
    data: Callable[[World], dict[str, Any]] = lambda world: {}
    outsiders: int = NOT_FOUND
    to_post: frozenset[str] | None = None
    admin: int | None = None

    def expected(self, role: str, method: str) -> int:
        served = self.get if method == "get" else self.post
        if role in SIGNED_OUT:
            return TO_SIGN_IN
        if served == NOT_SERVED:
            return NOT_SERVED
        opens_to = self.to if method == "get" or self.to_post is None else self.to_post
        if role == "admin" and self.admin is not None:
            return self.admin
        if role == "admin" or role in opens_to:
            return served
        return FORBIDDEN if role in MEMBERS else self.outsiders


@dataclass(frozen=True)
class Open:
    """A door for everybody; some answer those who are signed in differently."""

    get: int
    post: int = NOT_SERVED
    of: Arguments = lambda world: []
    signed_in: tuple[int, int] | None = None
    data: Callable[[World], dict[str, Any]] = lambda world: {}

    def expected(self, role: str, method: str) -> int:
        both = (self.get, self.post) if role in SIGNED_OUT or self.signed_in is None else self.signed_in
        return both[0] if method == "get" else both[1]
