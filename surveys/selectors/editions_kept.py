"""Editions as respondents' pages need them, kept in the process. What decides about answering, the state, comes with
every request.
"""

import time
from copy import copy
from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from accounts.models import Province
from surveys.models import Edition

# Names and contacts that another process changed are seen after this many seconds.
FRESH_FOR = 60.0
_kept: dict[int, tuple[float, Edition]] = {}


def edition_kept(pk: int, *, state: str) -> Edition:
    """The edition with its province, as it was read within the last minute, if it still is in this state."""
    kept = _kept.get(pk)
    if kept is None or kept[1].state != state or time.monotonic() - kept[0] >= FRESH_FOR:
        kept = (time.monotonic(), Edition.objects.select_related("province").get(pk=pk))
        _kept[pk] = kept
    # Each caller has an instance of its own, so that nobody can change another's.
    return copy(kept[1])


@receiver(post_save, sender=Edition)
@receiver(post_save, sender=Province)
def editions_forget(**_signal: Any) -> None:
    """What was changed in this process is seen in it at once."""
    _kept.clear()
