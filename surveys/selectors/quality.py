"""Reads of the review of answers: what the flags saw, what was decided. Never who answered."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce

from scoring.engine.thresholds import Thresholds
from surveys.enums import Decision, FlagCode
from surveys.models import (
    BlockUnit,
    Dataset,
    Edition,
    Indicator,
    QualityCheck,
    QualityRules,
    Question,
    Rating,
    Response,
    ResponseDay,
    ResponseFlag,
    ResponseReview,
)

ROWS_AT_ONCE = 5000
UNDECIDED = "undecided"


def ratings_to_check(edition: Edition) -> Iterator[tuple[UUID, str, int, str]]:
    """(response, block, rated unit, answers as JSON text) by the random identifiers of responses."""
    return (
        Rating.objects.filter(response__edition=edition)
        .order_by("response_id", "block_unit_id")
        .values_list("response_id", "block_unit__block__code", "block_unit_id", Cast("answers", TextField()))
        .iterator(ROWS_AT_ONCE)
    )


def questions_by_block(edition: Edition) -> dict[str, list[tuple[Question, str]]]:
    """Each block's questions in the order asked, each with the direction of its indicator ("" without one)."""
    directions = dict(
        Indicator.objects.filter(edition=edition, question__isnull=False)
        .order_by("-position", "-code")
        .values_list("question__code", "direction")
    )
    found: dict[str, dict[str, tuple[Question, str]]] = {}
    asked = (
        Question.objects.filter(questionnaire__edition=edition)
        .select_related("scale", "sub_index")
        .prefetch_related("blocks")
        .order_by("questionnaire__number", "sub_index__position", "sub_index__code", "position", "code")
    )
    for question in asked:
        for block in question.blocks.all():
            found.setdefault(block.code, {})[question.code] = (question, directions.get(question.code, ""))
    return {block: list(questions.values()) for block, questions in found.items()}


def paces_of(edition: Edition, paces: list[int]) -> list[tuple[UUID, int]]:
    """Responses that were filled in at one of these paces."""
    found = Response.objects.filter(edition=edition, pace__in=paces).order_by("id")
    return [(response, pace) for response, pace in found.values_list("id", "pace") if pace is not None]


def days_of(edition: Edition) -> dict[UUID, date]:
    """The day on which each response came in; empty for a sealed edition and after freezing."""
    return dict(ResponseDay.objects.filter(response__edition=edition).order_by("response_id").values_list())


def thresholds_usual() -> Thresholds:
    """The thresholds of an edition for which nobody chose others."""
    return Thresholds()


def thresholds_of(edition: Edition) -> Thresholds:
    """When a sign becomes a flag in this edition: the usual thresholds until an analyst chose others."""
    chosen = QualityRules.objects.filter(edition=edition).values_list("thresholds", flat=True).first()
    return Thresholds(**(chosen or {}))


def responses_count(edition: Edition) -> int:
    return Response.objects.filter(edition=edition).count()


def two_persons_needed(edition: Edition) -> bool:
    """Whether an exclusion in this edition needs a second person."""
    return QualityRules.objects.filter(edition=edition, two_persons=True).exists()


def check_behind(dataset: Dataset) -> QualityCheck | None:
    """The check that was the latest when a dataset was written: its flags are what people decided about."""
    return checks_of(dataset.edition).filter(at__lte=dataset.frozen_at).first()


def checks_of(edition: Edition) -> QuerySet[QualityCheck]:
    """The quality checks of an edition, the latest first."""
    return QualityCheck.objects.filter(edition=edition).select_related("by").order_by("-number")


def latest_review() -> QuerySet[ResponseReview]:
    """The decision that counts, of the response in an outer query."""
    return ResponseReview.objects.filter(response=OuterRef("pk")).order_by("-id")


def responses_decided(edition: Edition) -> QuerySet[Any, Any]:
    """All responses with `decision`: the latest, or "undecided"."""
    decision = Coalesce(Subquery(latest_review().values("decision")[:1]), Value(UNDECIDED))
    found: QuerySet[Any, Any] = Response.objects.filter(edition=edition).annotate(decision=decision).order_by("id")
    return found


@dataclass(frozen=True)
class Wanted:
    """A filter of the review list; empty fields filter nothing. `unit` is the key of a rated unit."""

    flag: str = ""
    state: str = ""
    unit: int | None = None


def responses_flagged(check: QualityCheck, wanted: Wanted | None = None) -> QuerySet[Any, Any]:
    """Responses with flags in this check, those with most flags first; `signs` counts their flags."""
    wanted = wanted or Wanted()
    flags = ResponseFlag.objects.filter(quality_check=check, response=OuterRef("pk"))
    of_unit = flags.filter(block_unit=wanted.unit) if wanted.unit else flags
    of_code = of_unit.filter(code=wanted.flag) if wanted.flag else of_unit
    counted = flags.order_by().values("response").annotate(n=Count("code", distinct=True)).values("n")
    found: QuerySet[Any, Any] = responses_decided(check.edition).filter(Exists(of_code))
    found = found.annotate(signs=Subquery(counted))
    if wanted.state:
        found = found.filter(decision=wanted.state)
    ordered: QuerySet[Any, Any] = found.order_by("-signs", "id")
    return ordered


def responses_reviewable(edition: Edition) -> QuerySet[Any, Any]:
    """The responses that a reviewer may read: those flagged in the latest check; none before there is one."""
    check = checks_of(edition).first()
    return responses_flagged(check) if check else responses_decided(edition).none()


def flags_by_response(check: QualityCheck, responses: list[Response]) -> dict[UUID, list[ResponseFlag]]:
    """The flags of some responses. One query."""
    found: dict[UUID, list[ResponseFlag]] = {}
    flags = ResponseFlag.objects.filter(quality_check=check, response__in=responses).select_related("block_unit__unit")
    for flag in flags.order_by("response_id", F("block_unit_id").asc(nulls_first=True), "id"):
        found.setdefault(flag.response_id, []).append(flag)
    return found


def respondents_flagged(edition: Edition) -> frozenset[int]:
    """The numbers that the responses flagged in the latest check have in the datasets of an edition; empty without one.

    Datasets number responses in the order of their random identifiers; frozen, none is added or taken away. One
    query.
    """
    latest = checks_of(edition).values("pk")[:1]
    flagged = Exists(ResponseFlag.objects.filter(quality_check=Subquery(latest), response=OuterRef("pk")))
    found = Response.objects.filter(edition=edition).order_by("id").annotate(is_flagged=flagged)
    marks = found.values_list("is_flagged", flat=True).iterator(ROWS_AT_ONCE)
    return frozenset(number for number, is_flagged in enumerate(marks, start=1) if is_flagged)


def flag_counts(check: QualityCheck) -> dict[FlagCode, int]:
    """How many responses carry each flag at least once."""
    rows = ResponseFlag.objects.filter(quality_check=check).order_by().values("code")
    counted = {row["code"]: row["n"] for row in rows.annotate(n=Count("response", distinct=True))}
    return {code: counted.get(code.value, 0) for code in FlagCode}


def decision_counts(check: QualityCheck) -> dict[str, int]:
    """Of the flagged responses, how many are undecided, kept, proposed and excluded. One query."""
    rows = responses_flagged(check).order_by().values("decision").annotate(n=Count("pk"))
    counted = {row["decision"]: row["n"] for row in rows}
    return {state: counted.get(state, 0) for state in (UNDECIDED, *Decision.values)}


@dataclass(frozen=True)
class UnitFlags:
    """What the review means for one rated unit: its ratings, those in flagged and in excluded responses."""

    block: str
    key: int
    name: str
    ratings: int
    flagged: int
    excluded: int
    minimum: int

    @property
    def share(self) -> float:
        return self.flagged / self.ratings if self.ratings else 0.0

    @property
    def left(self) -> int:
        """Ratings that remain after the exclusions decided so far."""
        return self.ratings - self.excluded

    @property
    def falls_short(self) -> bool:
        """Enough ratings before the exclusions, too few after them."""
        return self.left < self.minimum <= self.ratings


def unit_flags(check: QualityCheck) -> list[UnitFlags]:
    """Every rated unit of the edition, by block and code. Two queries."""
    flagged = Exists(ResponseFlag.objects.filter(quality_check=check, response=OuterRef("response")))
    latest = ResponseReview.objects.filter(response=OuterRef("response")).order_by("-id").values("decision")[:1]
    rows = (
        Rating.objects.filter(response__edition=check.edition)
        .annotate(is_flagged=flagged, decision=Subquery(latest))
        .order_by()
        .values("block_unit")
        .annotate(
            ratings=Count("pk"),
            flagged=Count("pk", filter=Q(is_flagged=True)),
            excluded=Count("pk", filter=Q(decision=Decision.EXCLUDE)),
        )
    )
    counted: dict[int, dict[str, Any]] = {row["block_unit"]: dict(row) for row in rows}
    units = BlockUnit.objects.filter(block__edition=check.edition).select_related("block", "unit")
    return [
        UnitFlags(
            block=unit.block.name,
            key=unit.pk,
            name=unit.unit.name,
            minimum=check.edition.minimum_ratings,
            **{name: counted.get(unit.pk, {}).get(name, 0) for name in ("ratings", "flagged", "excluded")},
        )
        for unit in units.order_by("block__position", "block__code", "unit__code")
    ]


def copies_undecided(check: QualityCheck) -> dict[int, list[tuple[Response, str]]]:
    """Groups of equal responses, each member with its decision; only groups with an undecided one."""
    flags = ResponseFlag.objects.filter(quality_check=check, code=FlagCode.COPY).order_by("response_id")
    group = {response: evidence["group"] for response, evidence in flags.values_list("response_id", "evidence")}
    members: dict[int, list[tuple[Response, str]]] = {}
    for response in responses_decided(check.edition).filter(pk__in=list(group)):
        members.setdefault(group[response.pk], []).append((response, response.decision))
    return {key: found for key, found in sorted(members.items()) if any(now == UNDECIDED for _each, now in found)}


def exclusion_reasons(edition: Edition) -> dict[UUID, str]:
    """Why each excluded response is left out. One query."""
    latest = latest_review()
    found = (
        Response.objects.filter(Exists(latest), edition=edition)
        .annotate(decision=Subquery(latest.values("decision")[:1]), reason=Subquery(latest.values("reason")[:1]))
        .filter(decision=Decision.EXCLUDE)
        .order_by("id")
    )
    return dict(found.values_list("id", "reason"))


def reviews_of(response: Response) -> QuerySet[ResponseReview]:
    """Every decision about a response, the latest first."""
    return ResponseReview.objects.filter(response=response).select_related("by", "confirms__by").order_by("-id")
