"""How fast a questionnaire was filled in, as coarse as helps: seconds are summed in the sealed draft, a step is kept.

Two seconds per question are hardly enough to read it (Huang, Curran, Keeney, Poposki, DeShon 2012). No time of day is
kept, and the sum is deleted with the draft.
"""

from datetime import datetime

from surveys.enums import Pace

LONGEST_GAP = 300
HASTY, FAST = 1.0, 2.0


def seconds_between(before: datetime | None, now: datetime) -> float:
    """Time between two saves, as time spent answering; a longer pause than five minutes counts as five minutes."""
    if before is None:
        return 0.0
    return min(max((now - before).total_seconds(), 0.0), LONGEST_GAP)


def pace_of(seconds: float, answers: int) -> Pace | None:
    """The step of a questionnaire; None where it was handed in at once, so that nothing is known."""
    if seconds <= 0 or not answers:
        return None
    each = seconds / answers
    return Pace.HASTY if each < HASTY else Pace.FAST if each < FAST else Pace.STEADY
