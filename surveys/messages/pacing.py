"""When a message goes: later after a failed try, not in quiet hours, not too many at once to one domain."""

from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)
JITTER = 0.25
MOST_TRIES = 8


def wait_after(tries: int, rng: Random) -> timedelta:
    """How long to wait after the `tries`-th failed try: a minute, doubled each time, six hours at most, give or take a
    quarter, so that what failed together does not come back together.
    """
    wait = min(FIRST_WAIT * 2 ** min(max(tries - 1, 0), 20), LONGEST_WAIT)
    spread: timedelta = wait * rng.uniform(1 - JITTER, 1 + JITTER)
    return spread


def quiet_until(now: datetime, begins: time, ends: time) -> datetime | None:
    """When the quiet hours end in which `now` lies; None outside. `begins` is quiet, `ends` is not; equal: never quiet.

    >>> quiet_until(datetime(2026, 11, 26, 15, tzinfo=UTC), time(21), time(7)).isoformat()
    '2026-11-27T07:00:00+07:00'
    """
    here = now.astimezone(VIETNAM)
    clock = here.timetz().replace(tzinfo=None)
    over_midnight = begins > ends
    inside = (clock >= begins or clock < ends) if over_midnight else begins <= clock < ends
    if not inside:
        return None
    day = here.date() + timedelta(days=1) if over_midnight and clock >= begins else here.date()
    return datetime.combine(day, ends, tzinfo=VIETNAM)


def interval(per_minute: int) -> timedelta:
    """The time between two messages to one domain."""
    return timedelta(minutes=1) / max(per_minute, 1)
