"""Reads of scoring runs, their verdicts, their scores, and of what a run is computed from."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, OuterRef, Prefetch, Q, QuerySet, Subquery

from accounts.enums import JobState
from accounts.models import Job, User
from scoring.enums import Exclusions, RunState, Verdict
from scoring.models import IndicatorScore, Publication, RunApproval, Score, ScoringRun, SubIndexScore
from surveys.models import BlockUnit, Edition, Indicator, SubIndex

UNFINISHED = (RunState.WAITING, RunState.RUNNING)
JOB_ENDED = (JobState.DONE, JobState.FAILED, JobState.INTERRUPTED)


def runs_of(edition: Edition) -> QuerySet[ScoringRun]:
    """The runs of an edition, newest first, with verdicts and releases; `job_state` tells of a job that was stopped."""
    return (
        _runs()
        .filter(edition=edition)
        .prefetch_related(Prefetch("publications", Publication.objects.order_by("release")))
        .defer("diagnostics")
        .order_by("-number")
    )


def runs_visible_to(user: User) -> QuerySet[ScoringRun]:
    """Runs of the provinces in which this person has a role; all for the platform administrator."""
    found = _runs().order_by("edition", "-number")
    return found if user.is_superuser else found.filter(edition__province__in=user.memberships.values("province"))


def _runs() -> QuerySet[ScoringRun]:
    job_state = Job.objects.filter(pk=OuterRef("job_id")).values("state")[:1]
    return (
        ScoringRun.objects.select_related("edition__province", "dataset", "recipe", "started_by")
        .prefetch_related(Prefetch("approvals", RunApproval.objects.select_related("by").order_by("at", "id")))
        .annotate(job_state=Subquery(job_state))
    )


def runs_stopped() -> QuerySet[ScoringRun]:
    """Runs that were waiting or running when their job came to an end without them."""
    ended = Job.objects.filter(kind="scoring_run", state__in=JOB_ENDED).order_by().values("id")
    return ScoringRun.objects.filter(state__in=UNFINISHED, job_id__in=ended).order_by("id")


def run_underway(run: ScoringRun) -> bool:
    """Whether the same dataset, recipe and seed are being computed at this moment."""
    return _same(run).filter(state__in=UNFINISHED).exists()


def _same(run: ScoringRun) -> QuerySet[ScoringRun]:
    """Runs of the same dataset, recipe, seed and exclusions; a run of before there were any left nobody out."""
    same = ScoringRun.objects.filter(dataset_id=run.dataset_id, recipe_id=run.recipe_id, seed=run.seed)
    alike = Q(exclusions=run.exclusions)
    return same.filter(alike | Q(exclusions=None) if run.exclusions in {None, Exclusions.REVIEWED} else alike)


def verdict_of(run: ScoringRun) -> RunApproval | None:
    """The verdict that counts: the latest."""
    return max(run.approvals.all(), key=lambda given: (given.at, given.pk), default=None)


def is_approved(run: ScoringRun) -> bool:
    verdict = verdict_of(run)
    return verdict is not None and verdict.verdict == Verdict.APPROVED


def is_published(run: ScoringRun) -> bool:
    return Publication.objects.filter(run=run).exists()


def releases_of(edition: Edition) -> QuerySet[Publication]:
    """The releases of an edition, newest first."""
    return Publication.objects.filter(edition=edition).select_related("run").order_by("-release")


def scores_of(run: ScoringRun) -> QuerySet[Score]:
    """Scores by block, rank and unit; units without a rank come last."""
    return (
        Score.objects.filter(run=run)
        .select_related("block", "block_unit__unit")
        .order_by("block__position", "block__code", F("rank").asc(nulls_last=True), "block_unit__unit__code")
    )


def sub_index_scores_of(run: ScoringRun) -> QuerySet[SubIndexScore]:
    return (
        SubIndexScore.objects.filter(run=run)
        .select_related("sub_index", "block_unit")
        .order_by("block_unit", "sub_index__position", "sub_index__code")
    )


def indicator_scores_of(run: ScoringRun) -> QuerySet[IndicatorScore]:
    return (
        IndicatorScore.objects.filter(run=run)
        .select_related("indicator__sub_index", "block_unit__block", "block_unit__unit")
        .order_by(
            "block_unit__block__position",
            "indicator__sub_index__position",
            "indicator__position",
            "indicator__code",
            "block_unit__unit__code",
        )
    )


def earlier_values(edition: Edition, block: str) -> list[tuple[int, str, float]]:
    """(year, indicator code, measured value) of the newest release of every earlier edition of the province."""
    newest = Publication.objects.filter(edition=OuterRef("pk")).order_by("-release").values("run")[:1]
    earlier = (
        Edition.objects.filter(province=edition.province_id, year__lt=edition.year)
        .annotate(run=Subquery(newest))
        .filter(run__isnull=False)
        .order_by("year")
        .values("run")
    )
    rows = (
        IndicatorScore.objects.filter(run__in=earlier, block_unit__block__code=block)
        .order_by("run__edition__year", "indicator__code", "block_unit__unit__code")
        .values_list("run__edition__year", "indicator__code", "raw")
    )
    return [(year, indicator, raw) for year, indicator, raw in rows if raw is not None]


def run_published_before(edition: Edition) -> ScoringRun | None:
    """The run of the newest release of the latest earlier edition of the province; None where nothing was published."""
    earlier = Publication.objects.filter(edition__province=edition.province_id, edition__year__lt=edition.year)
    newest = earlier.select_related("run__edition", "run__dataset", "run__recipe")
    publication = newest.order_by("-edition__year", "-release").first()
    return None if publication is None else publication.run


@dataclass(frozen=True)
class BlockKeys:
    """Primary keys behind the codes that the engine speaks, for one block."""

    block: int
    name: str
    units: dict[str, int]
    sub_indices: dict[str, int]
    indicators: dict[str, int]
    withheld: tuple[str, ...]


def keys_by_block(edition: Edition) -> dict[str, BlockKeys]:
    """Three queries; blocks in order of publication."""
    sub_indices = dict(SubIndex.objects.filter(edition=edition).order_by("code").values_list("code", "pk"))
    indicators = dict(Indicator.objects.filter(edition=edition).order_by("code").values_list("code", "pk"))
    found: dict[str, BlockKeys] = {}
    rows = BlockUnit.objects.filter(block__edition=edition).select_related("block", "unit")
    for row in rows.order_by("block__position", "block__code", "unit__code"):
        known = found.get(row.block.code) or BlockKeys(row.block_id, row.block.name, {}, sub_indices, indicators, ())
        known.units[row.unit.code] = row.pk
        withheld = (*known.withheld, row.unit.code) if row.withheld else known.withheld
        found[row.block.code] = BlockKeys(
            known.block, known.name, known.units, known.sub_indices, known.indicators, withheld
        )
    return found


def job_of(run: ScoringRun) -> Job | None:
    """The work behind a run, with its latest progress."""
    key: UUID | None = run.job_id
    return None if key is None else Job.objects.filter(pk=key).first()


def runs_same(run: ScoringRun) -> QuerySet[ScoringRun]:
    """Other complete runs of the same dataset, recipe, seed and exclusions."""
    return _same(run).filter(state=RunState.COMPLETE).exclude(pk=run.pk).defer("diagnostics").order_by("number")


def state_shown(run: ScoringRun) -> RunState:
    """The state of a run as people should see it: one whose job was stopped has failed, though nobody marked it yet."""
    stopped = getattr(run, "job_state", "") in JOB_ENDED
    return RunState.FAILED if stopped and run.state in UNFINISHED else RunState(run.state)


def years_published_before(edition: Edition) -> list[int]:
    """Years of earlier editions of the province that have a release."""
    earlier = Edition.objects.filter(province=edition.province_id, year__lt=edition.year, publications__isnull=False)
    return list(earlier.order_by("year").values_list("year", flat=True).distinct())
