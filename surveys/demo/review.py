"""The demonstration's analyst reviews flagged responses: the plain cases are decided, some are left to try."""

import json
from datetime import datetime

from django.db import transaction

from accounts.models import User
from surveys.enums import ExclusionReason, FlagCode
from surveys.models import Edition, Response, ResponseFlag
from surveys.selectors.quality import copies_undecided, flags_by_response, responses_flagged
from surveys.services.checking import quality_check_run
from surveys.services.reviews import Verdict, response_decide

CARELESS = (
    "Một đáp án lặp lại trong mọi lượt đánh giá của phiếu. · One answer repeated in every rating of the response."
)
HONEST = "Đã đọc: khác thường nhưng nhất quán. · Read: unusual but consistent."
COPIED = "Các phiếu giống hệt nhau ở mọi câu. · Responses equal in every answer."


@transaction.atomic
def answers_review(*, edition: Edition, by: User, now: datetime) -> int:
    """Check the answers, exclude copies and whoever repeats one answer about every unit, keep what is merely unusual.

    The rest stays undecided. What is decided follows from the answers alone. Returns how many were decided.
    """
    check = quality_check_run(edition=edition, by=by, now=now, progress=_silent)
    decided = 0
    for members in copies_undecided(check).values():
        # Not left to chance as for a person: the same demonstration must give the same scores.
        kept, *others = sorted((each for each, _state in members), key=_place)
        response_decide(response=kept, verdict=Verdict(False, "", COPIED), by=by, now=now)
        for each in others:
            response_decide(response=each, verdict=Verdict(True, ExclusionReason.COPY, COPIED), by=by, now=now)
        decided += len(members)
    responses = list(responses_flagged(check).filter(decision="undecided"))
    seen = flags_by_response(check, responses)
    for response in responses:
        verdict = _verdict(seen[response.pk], response.ratings.count())
        if verdict:
            response_decide(response=response, verdict=verdict, by=by, now=now)
            decided += 1
    return decided


def _silent(_done: int, _total: int, _message: str) -> None:
    """Nobody watches."""


def _place(response: Response) -> tuple[str, str]:
    return response.stratum, json.dumps(response.profile, sort_keys=True)


def _verdict(flags: list[ResponseFlag], ratings: int) -> Verdict | None:
    repeated = [flag for flag in flags if flag.code == FlagCode.SAME_ANSWER]
    if len(repeated) == ratings and all(flag.evidence["run"] == flag.evidence["answered"] for flag in repeated):
        return Verdict(True, ExclusionReason.CARELESS, CARELESS)
    if {flag.code for flag in flags} == {FlagCode.UNUSUAL.value}:
        return Verdict(False, "", HONEST)
    return None
