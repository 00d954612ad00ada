"""Wrong codes are counted by sender; after too many, every typed code is refused for a while, right or wrong."""

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ddci.core.crypto import derive
from ddci.core.errors import TooMany

WRONG_CODES = 10
SECONDS = 15 * 60


class TooManyCodes(TooMany):
    code = "too_many_codes"
    sentence = _("Too many wrong codes were entered from here. Wait 15 minutes, then try again.")


def _counter(request: HttpRequest) -> str:
    """Where wrong codes of this sender are counted: a keyed hash, so that no address stands in the cache."""
    sender = str(request.META.get("REMOTE_ADDR", ""))
    return f"wrong-codes:{derive(settings.SECRET_KEY, 'wrong-codes', sender).hex()[:24]}"


def wrong_code_count(request: HttpRequest) -> None:
    """Count one wrong code."""
    counter = _counter(request)
    cache.add(counter, 0, SECONDS)
    try:
        cache.incr(counter)
    except ValueError:  # it expired between the two lines
        cache.set(counter, 1, SECONDS)


def wrong_codes_check(request: HttpRequest) -> None:
    """Refuse a sender of too many wrong codes.

    Raises:
        TooManyCodes
    """
    if cache.get(_counter(request), 0) >= WRONG_CODES:
        raise TooManyCodes
