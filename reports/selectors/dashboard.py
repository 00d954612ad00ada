"""What the dashboard of an edition and the first page of the staff area show. The number of queries does not grow with
the rows.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import CharField, Count, Q, QuerySet, Sum
from django.db.models.functions import Cast

from accounts.enums import JobState, Role
from accounts.models import AuditEntry, Job, Province, User, in_language
from accounts.selectors import audit_of, jobs_of, members_of, provinces_of
from reports.selectors.steps import ReviewStanding, RunStanding, Standing
from scoring.enums import Verdict
from scoring.models import Publication, Recipe, ScoringRun
from scoring.selectors.runs import releases_of, runs_of, verdict_of
from surveys.enums import EditionState, IndicatorKind, Secrecy
from surveys.models import BlockUnit, Dataset, Edition, HardValue, Indicator, Margin, QualityCheck, Unit
from surveys.selectors import monitor
from surveys.selectors.ballots import box_waits
from surveys.selectors.editions import editions_visible_to
from surveys.selectors.frame import businesses_of
from surveys.selectors.quality import UNDECIDED, checks_of, decision_counts, exclusion_reasons
from surveys.selectors.readiness import framework_gaps, key_gaps
from surveys.selectors.units import units_read_by

AUDIT_LINES = 8
JOBS_LOOKED_AT = 20


@dataclass(frozen=True)
class Dashboard:
    """Everything the page of an edition shows."""

    edition: Edition
    standing: Standing
    participation: monitor.Participation
    time_passed: float | None
    blocks: list[monitor.BlockCount]
    strata: list[monitor.Line]
    channels: list[monitor.Line]
    framework: list[monitor.FrameworkCount]
    reached: dict[str, AuditEntry]
    trail: list[AuditEntry]
    job: Job | None
    publication: Publication | None


@dataclass(frozen=True)
class ProvinceHome:
    """A province with the editions this person may open there."""

    province: Province
    roles: tuple[Role, ...]
    editions: tuple[Edition, ...]


def dashboard_of(edition: Edition, *, today: date) -> Dashboard:
    """The dashboard for a member of the province. About twenty queries, whatever the number of rows."""
    participation = monitor.participation_of(edition)
    blocks = monitor.block_counts(edition)
    run = runs_of(edition).first()
    publication = releases_of(edition).first()
    trail = _trail(edition)
    return Dashboard(
        edition=edition,
        standing=_standing(edition, today, participation, blocks, run),
        participation=participation,
        time_passed=monitor.share_of_time(edition, today),
        blocks=blocks,
        strata=monitor.stratum_counts(edition),
        channels=monitor.channel_counts(edition),
        framework=monitor.framework_counts(edition) if edition.state == EditionState.DRAFT else [],
        reached={
            entry.state_to: entry for entry in reversed(trail.filter(subject_kind="edition").exclude(state_to=""))
        },
        trail=list(trail[:AUDIT_LINES]),
        job=_latest_job(edition, run, publication),
        publication=publication,
    )


def _trail(edition: Edition) -> QuerySet[AuditEntry]:
    """What was done with the edition itself and with everything made from it."""
    made: dict[str, QuerySet[Any]] = {
        "blockunit": BlockUnit.objects.filter(block__edition=edition),
        "qualitycheck": QualityCheck.objects.filter(edition=edition),
        "dataset": Dataset.objects.filter(edition=edition),
        "recipe": Recipe.objects.filter(edition=edition),
        "scoringrun": ScoringRun.objects.filter(edition=edition),
        "publication": Publication.objects.filter(edition=edition),
    }
    wanted = Q(subject_kind="edition", subject_id=str(edition.pk))
    for kind, rows in made.items():
        wanted |= Q(subject_kind=kind, subject_id__in=rows.order_by().values(key=Cast("pk", CharField())))
    return audit_of(edition.province).filter(wanted)


def _standing(
    edition: Edition,
    today: date,
    participation: monitor.Participation,
    blocks: list[monitor.BlockCount],
    run: ScoringRun | None,
) -> Standing:
    state = EditionState(edition.state)
    return Standing(
        state=state,
        today=today,
        opens_on=edition.opens_on,
        closes_on=edition.closes_on,
        framework_gaps=tuple(framework_gaps(edition)) if state == EditionState.DRAFT else (),
        key_gaps=tuple(key_gaps(edition)) if state == EditionState.DRAFT else (),
        is_sealed=edition.secrecy == Secrecy.SEALED,
        box_waits=box_waits(edition),
        population_sums=_population_sums(edition),
        businesses=0 if participation.invited else businesses_of(edition.province).count(),
        invited=participation.invited,
        responses=participation.responses,
        ratings=participation.ratings,
        short_units=tuple(line.label for block in blocks for line in block.short),
        minimum_ratings=edition.minimum_ratings,
        hard_missing=_hard_missing(edition),
        comments_waiting=participation.comments_waiting,
        units_without_reader=_units_without_reader(edition),
        readers_first=edition.readers_first,
        approvers=_approvers(edition.province),
        run=None if run is None else _run_standing(run),
        review=_review_standing(edition) if state == EditionState.CLOSED else None,
    )


def _review_standing(edition: Edition) -> ReviewStanding | None:
    check = checks_of(edition).first()
    if check is None:
        return None
    decided = decision_counts(check)
    return ReviewStanding(check.flagged, decided[UNDECIDED], len(exclusion_reasons(edition)))


def _run_standing(run: ScoringRun) -> RunStanding:
    verdict = verdict_of(run)
    return RunStanding(
        pk=run.pk,
        number=run.number,
        state=run.state,
        author=run.started_by_id,
        approved=verdict is not None and verdict.verdict == Verdict.APPROVED,
        sent_back=verdict is not None and verdict.verdict == Verdict.REJECTED,
    )


def _population_sums(edition: Edition) -> dict[str, int]:
    """By profile question, how many businesses its population counts add up to."""
    found = Margin.objects.filter(field__edition=edition).order_by()
    sums = found.values("field__text_vi", "field__text_en").annotate(total=Sum("count"))
    return {
        in_language(row["field__text_vi"], row["field__text_en"]): row["total"]
        for row in sums.order_by("field__position", "field__code")
    }


def _hard_missing(edition: Edition) -> int:
    """How many values from records are still unknown: of every hard indicator for every unit of its blocks."""
    units = dict(
        BlockUnit.objects.filter(block__edition=edition)
        .order_by()
        .values("block")
        .annotate(n=Count("pk"))
        .values_list("block", "n")
    )
    hard = Indicator.blocks.through.objects.filter(indicator__edition=edition, indicator__kind=IndicatorKind.HARD)
    wanted = sum(units.get(block, 0) for block in hard.order_by("pk").values_list("block_id", flat=True))
    return max(wanted - HardValue.objects.filter(indicator__edition=edition).count(), 0)


def _units_without_reader(edition: Edition) -> int:
    return Unit.objects.filter(block_units__block__edition=edition, readers__isnull=True).distinct().count()


def _approvers(province: Province) -> frozenset[int]:
    return frozenset(
        members_of(province).filter(role=Role.APPROVER, user__is_active=True).values_list("user_id", flat=True)
    )


def _latest_job(edition: Edition, run: ScoringRun | None, publication: Publication | None) -> Job | None:
    """The latest work for this edition that still goes on, or that went wrong and was not followed by another."""
    wanted = {
        ("edition", edition.pk if edition.state == EditionState.CLOSED else None),
        ("run", run.pk if run else None),
        ("publication", publication.pk if publication else None),
    }
    for job in jobs_of(edition.province)[:JOBS_LOOKED_AT]:
        if wanted & {(name, key) for name, key in job.arguments.items() if isinstance(key, int)}:
            return None if job.state == JobState.DONE else job
    return None


def homes_of(user: User) -> list[ProvinceHome]:
    """The provinces of a person with roles and editions. Three queries."""
    roles: dict[int, list[Role]] = {}
    for membership in user.memberships.all():
        roles.setdefault(membership.province_id, []).append(Role(membership.role))
    editions: dict[int, list[Edition]] = {}
    for edition in editions_visible_to(user):
        editions.setdefault(edition.province_id, []).append(edition)
    return [
        ProvinceHome(
            province=province,
            roles=tuple(roles.get(province.pk, ())),
            editions=tuple(editions.get(province.pk, ())),
        )
        for province in provinces_of(user)
    ]


def units_to_read(user: User) -> list[tuple[Unit, list[Edition]]]:
    """The units whose page this person may read, each with the editions that rated it, the latest first."""
    units = list(units_read_by(user))
    rated = (
        BlockUnit.objects.filter(unit__in=units)
        .select_related("block__edition__province")
        .order_by("unit__code", "-block__edition__year")
    )
    editions: dict[int, list[Edition]] = {}
    for block_unit in rated:
        editions.setdefault(block_unit.unit_id, []).append(block_unit.block.edition)
    return [(unit, editions.get(unit.pk, [])) for unit in units]
