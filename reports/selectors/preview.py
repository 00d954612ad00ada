"""A unit's result before publication, read like a published one."""

from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.models import User
from reports.selectors.publications import facts_of
from reports.selectors.ranking import ranking
from reports.selectors.unit_page import UnitResult, unit_result
from scoring.enums import RunState, ScoreStatus
from scoring.models import Publication, ScoringRun
from scoring.selectors.runs import is_approved, runs_of
from surveys.models import BlockUnit


def rated_units_for(user: User) -> QuerySet[BlockUnit]:
    """Rated units of the provinces in which this person has a role, and those whose reader this person is."""
    found = BlockUnit.objects.select_related("block__edition__province", "unit").order_by("block", "unit__code")
    if user.is_superuser:
        return found
    provinces = user.memberships.values("province")
    return found.filter(Q(unit__readers__user=user) | Q(unit__province__in=provinces)).distinct()


def run_to_preview(block_unit: BlockUnit, *, for_reader: bool) -> ScoringRun | None:
    """The newest complete run; for readers of the unit only one that a second person has approved, and none with
    figures of a unit that was withheld since.
    """
    complete = runs_of(block_unit.block.edition).filter(state=RunState.COMPLETE)
    if for_reader and block_unit.withheld:
        complete = complete.filter(scores__block_unit=block_unit, scores__status=ScoreStatus.WITHHELD)
    return next((run for run in complete if is_approved(run) or not for_reader), None)


def unit_preview(run: ScoringRun, code: str, *, now: datetime) -> UnitResult:
    """The unit's result in a run as it would be published at this moment. Nothing is saved.

    Raises:
        UnitNotRated: the run has no such unit.
    """
    release = Publication(edition=run.edition, run=run, release=0, published_at=now)
    return unit_result(release, code, tables=ranking(release, facts_of(release, 0)))
