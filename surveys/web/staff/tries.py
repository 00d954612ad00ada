"""Wrong passphrases are counted by person; after too many, none is tried for a while."""

from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ddci.core.errors import TooMany

TRIES = 10
SECONDS = 15 * 60


class TooManyTries(TooMany):
    code = "too_many_tries"
    sentence = _("Too many wrong passphrases. Wait 15 minutes, then try again.")


def _counter(person: User) -> str:
    return f"wrong-passphrases:{person.pk}"


def try_count(person: User) -> None:
    """Count one wrong passphrase."""
    cache.add(_counter(person), 0, SECONDS)
    try:
        cache.incr(_counter(person))
    except ValueError:  # it expired between the two lines
        cache.set(_counter(person), 1, SECONDS)


def tries_check(person: User) -> None:
    """
    Raises:
        TooManyTries
    """
    if cache.get(_counter(person), 0) >= TRIES:
        raise TooManyTries
