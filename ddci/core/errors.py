"""Foreseen refusals. Every app's typed errors derive from these five; everything else is a fault and rises.

A refusal has a stable `code` for machines and one translated sentence for people, with named placeholders filled from
the keyword arguments.
"""

from typing import Any, ClassVar

from django.utils.functional import Promise


class Refusal(Exception):
    """Base of all foreseen refusals: HTTP `status`, stable `code`, translated `sentence` with named placeholders."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "refused"
    sentence: ClassVar[str | Promise] = ""

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        super().__init__(self.code, facts)

    def __str__(self) -> str:
        return str(self.sentence) % self.facts if self.facts else str(self.sentence)


class Invalid(Refusal):
    """The shape of what was given is wrong (400)."""

    status = 400


class Forbidden(Refusal):
    """This person may not do this (403)."""

    status = 403


class NotNow(Refusal):
    """The thing is not in a state in which this can be done (409)."""

    status = 409


class TooMany(Refusal):
    """Asked too often (429)."""

    status = 429


class Unavailable(Refusal):
    """Something that is needed does not answer now, such as the database or its disk (503)."""

    status = 503
