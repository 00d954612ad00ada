"""Checking the answers of a closed edition: the engine's flags, kept with their evidence. Nothing is left out by it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import Progress, audit
from scoring.engine import VERSION
from scoring.engine.flags import flags
from scoring.engine.thresholds import Thresholds
from surveys.enums import NOT_CLOSED, FlagCode, Pace
from surveys.frames.sheets import BlockSheet, block_sheets
from surveys.models import Edition, QualityCheck, ResponseFlag
from surveys.selectors.quality import checks_of, paces_of, responses_count, thresholds_of
from surveys.services.quality import ReviewNotYet

ROWS_AT_ONCE = 500
FAST = (Pace.HASTY, Pace.FAST)


class _Found:
    """What the flags saw, block after block."""

    def __init__(self) -> None:
        self.flags: dict[tuple[UUID, int | None, str], Mapping[str, Any]] = {}
        self.left_out: dict[str, dict[str, float | None]] = {}
        self.groups: dict[UUID, list[tuple[str, int, int]]] = {}

    def add(self, block: BlockSheet, thresholds: Thresholds) -> None:
        flagged = flags(block.sheet, thresholds)
        if flagged.left_out:
            self.left_out[block.block] = dict(flagged.left_out)
        equals: dict[int, int] = {}
        for flag in flagged.flags:
            self.flags[block.responses[flag.row], block.units[flag.row], flag.code] = flag.evidence
            if flag.code == FlagCode.DUPLICATE:
                equals[flag.row] = int(flag.evidence["group"])
        for row, response in enumerate(block.responses):
            self.groups.setdefault(response, []).append((block.block, block.units[row], equals.get(row, 0)))

    def add_copies(self) -> None:
        """Responses that rate the same units as another one with the same answers, all of them."""
        whole = {key: tuple(sorted(ratings)) for key, ratings in self.groups.items() if all(r[2] for r in ratings)}
        size = Counter(whole.values())
        repeated = sorted(ratings for ratings, n in size.items() if n > 1)
        number = {ratings: place for place, ratings in enumerate(repeated, start=1)}
        for response, ratings in whole.items():
            if ratings in number:
                evidence = {"group": number[ratings], "others": size[ratings] - 1, "units": len(ratings)}
                self.flags[response, None, FlagCode.COPY.value] = evidence

    def rows(self, check: QualityCheck) -> Iterator[ResponseFlag]:
        for key in sorted(self.flags, key=lambda key: (key[0], key[1] or 0, key[2])):
            response, unit, code = key
            yield ResponseFlag(
                quality_check=check, response_id=response, block_unit_id=unit, code=code, evidence=self.flags[key]
            )


def quality_check_run(
    *, edition: Edition, by: User | None, now: datetime, progress: Progress, thresholds: Thresholds | None = None
) -> QualityCheck:
    """Compute all flags and keep them as the edition's latest check; earlier checks and all decisions stay.

    Args:
        thresholds: other than those of the edition.

    Bursts are looked for in a confidential edition until it is frozen; a sealed one keeps no day of an answer.

    Raises:
        ReviewNotYet: businesses can still answer, or cannot yet.
    """
    if edition.state in NOT_CLOSED:
        raise ReviewNotYet(edition=edition.title)
    chosen, found = thresholds or thresholds_of(edition), _Found()
    for place, block in enumerate(block_sheets(edition)):
        progress(place, 0, _("Looking at the ratings of block “%(block)s”") % {"block": block.block})
        found.add(block, chosen)
    found.add_copies()
    for response, pace in paces_of(edition, list(FAST)):
        found.flags[response, None, FlagCode.HASTY.value] = {"pace": pace}
    return _stored(edition, found, chosen, by, now)


@transaction.atomic
def _stored(edition: Edition, found: _Found, thresholds: Thresholds, by: User | None, now: datetime) -> QualityCheck:
    locked = Edition.objects.select_for_update().select_related("province").get(pk=edition.pk)
    latest = checks_of(locked).first()
    check = QualityCheck.objects.create(
        edition=locked,
        number=latest.number + 1 if latest else 1,
        thresholds=asdict(thresholds),
        left_out=found.left_out,
        engine_version=VERSION,
        responses=responses_count(locked),
        flagged=len({response for response, *_rest in found.flags}),
        by=by,
        at=now,
    )
    ResponseFlag.objects.bulk_create(found.rows(check), ROWS_AT_ONCE)
    note = f"{check.flagged}/{check.responses}"
    audit(action="quality.check", subject=check, by=by, now=now, province=locked.province, note=note)
    return check
