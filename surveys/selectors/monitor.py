"""How fieldwork goes: counts only, never an answer and never a business. Few queries, however many rows.

While the ballot box of an edition is shut, boxes are counted, and ratings of units by counters that are raised by whole
trays (see `surveys.services.tray`); bands and comments are unknown. Responses collected elsewhere are never sealed and
are counted as they are.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.utils.translation import gettext as _

from accounts.models import in_language
from surveys.answers.routes import OUTSIDE
from surveys.enums import Channel, CommentState, InvitationState
from surveys.models import (
    Block,
    BlockUnit,
    Comment,
    Edition,
    Indicator,
    Invitation,
    ProfileField,
    Question,
    Rating,
    Response,
    SubIndexWeight,
    UnitCounter,
)
from surveys.selectors.ballots import boxes_of, may_hold_boxes

HIDDEN_BELOW = 5
FEWEST_SHOWN = 8


@dataclass(frozen=True)
class Participation:
    """Of the businesses invited: how many began and how many sent their answers in. Those that were not drawn (open
    link, self-registered) are left out: nobody knows how many could have come, so they have no rate.
    """

    invited: int
    started: int
    done: int
    responses: int
    ratings: int
    comments: int
    comments_waiting: int

    @property
    def rate(self) -> float | None:
        """The share of the invited who completed; None before anybody is invited."""
        return self.done / self.invited if self.invited else None


@dataclass(frozen=True)
class Line:
    """One row of a table of counts. `share` is of the largest row or of the whole, as the table says; `enough` is None
    where there is no minimum.
    """

    label: str
    count: int
    share: float
    code: str = ""
    of: int | None = None
    enough: bool | None = None
    withheld: bool = False


@dataclass(frozen=True)
class BlockCount:
    code: str
    name: str
    ratings: int
    minimum: int
    units: tuple[Line, ...]

    @property
    def mark(self) -> float:
        """Where the minimum lies on the bars of the units, 0 to 1."""
        return self.minimum / max(self.minimum, *(line.count for line in self.units), 1)

    @property
    def fewest(self) -> tuple[Line, ...]:
        """The units to look at: those under the minimum, at least eight."""
        return self.units[: max(FEWEST_SHOWN, len(self.short))]

    @property
    def short(self) -> tuple[Line, ...]:
        """Units with too few ratings to be ranked."""
        return tuple(line for line in self.units if not line.enough)


@dataclass(frozen=True)
class BandCount:
    """One profile question with the responses in each band; counts under five are not told (`None`)."""

    text: str
    lines: tuple[tuple[str, int | None, float], ...]


@dataclass(frozen=True)
class FrameworkCount:
    """How much of everything a block has."""

    name: str
    units: int
    sub_indices: int
    indicators: int
    questions: int


def framework_counts(edition: Edition) -> list[FrameworkCount]:
    """By block: units, weighted sub-indices, indicators, questions. One query."""
    kinds = {
        "units": BlockUnit.objects.filter(block=OuterRef("pk")),
        "sub_indices": SubIndexWeight.objects.filter(block=OuterRef("pk")),
        "indicators": Indicator.blocks.through.objects.filter(block=OuterRef("pk")),
        "questions": Question.blocks.through.objects.filter(block=OuterRef("pk")),
    }
    counts = {f"{name}_counted": Subquery(_count(rows)) for name, rows in kinds.items()}
    blocks = Block.objects.filter(edition=edition).order_by("position", "code").annotate(**counts)
    return [
        FrameworkCount(block.name, **{name: getattr(block, f"{name}_counted") or 0 for name in kinds})
        for block in blocks
    ]


def _count(rows: QuerySet[Any]) -> QuerySet[Any, Any]:
    counted: QuerySet[Any, Any] = rows.order_by().values("block").annotate(n=Count("pk")).values("n")
    return counted


def participation_of(edition: Edition) -> Participation:
    """Seven queries at most."""
    drawn = Invitation.objects.filter(edition=edition).exclude(stratum__in=OUTSIDE.values())
    invited = drawn.aggregate(
        invited=Count("pk"),
        started=Count("pk", filter=~Q(state=InvitationState.SENT)),
        done=Count("pk", filter=Q(state=InvitationState.DONE)),
    )
    comments = Comment.objects.filter(block_unit__block__edition=edition).aggregate(
        comments=Count("pk"), comments_waiting=Count("pk", filter=Q(state=CommentState.PENDING))
    )
    return Participation(
        **invited,
        **comments,
        responses=Response.objects.filter(edition=edition).count() + boxes_of(edition).all,
        ratings=Rating.objects.filter(response__edition=edition).count() + sum(_sealed_ratings(edition).values()),
    )


def _sealed_ratings(edition: Edition) -> dict[int, int]:
    """By unit, how many boxes rate it, as far as trays have been emptied."""
    if not may_hold_boxes(edition):
        return {}
    counters = UnitCounter.objects.filter(block_unit__block__edition=edition).order_by("block_unit")
    return dict(counters.values_list("block_unit", "ratings"))


def block_counts(edition: Edition) -> list[BlockCount]:
    """Ratings of every unit by block, the fewest first, against the minimum for a rank. Four queries."""
    counted = dict(
        Rating.objects.filter(response__edition=edition)
        .order_by()
        .values("block_unit")
        .annotate(n=Count("pk"))
        .values_list("block_unit", "n")
    )
    for key, n in _sealed_ratings(edition).items():
        counted[key] = counted.get(key, 0) + n
    units: dict[int, list[tuple[int, BlockUnit]]] = {}
    for unit in BlockUnit.objects.filter(block__edition=edition).select_related("unit").order_by("unit__code"):
        units.setdefault(unit.block_id, []).append((counted.get(unit.pk, 0), unit))
    blocks = Block.objects.filter(edition=edition).order_by("position", "code")
    return [_block_count(edition, block, units.get(block.pk, [])) for block in blocks]


def _block_count(edition: Edition, block: Block, units: list[tuple[int, BlockUnit]]) -> BlockCount:
    most = max([edition.minimum_ratings, 1, *(n for n, _ in units)])
    lines = tuple(
        Line(
            label=unit.unit.name,
            code=unit.unit.code,
            count=n,
            share=n / most,
            enough=n >= edition.minimum_ratings,
            withheld=unit.withheld,
        )
        for n, unit in sorted(units, key=lambda pair: (pair[0], pair[1].unit.code))
    )
    return BlockCount(block.code, block.name, sum(n for n, _ in units), edition.minimum_ratings, lines)


def stratum_counts(edition: Edition) -> list[Line]:
    """Completed of invited by stratum. One query."""
    found = (
        Invitation.objects.filter(edition=edition)
        .order_by()
        .values("stratum")
        .annotate(invited=Count("pk"), done=Count("pk", filter=Q(state=InvitationState.DONE)))
        .order_by("stratum")
    )
    return [
        Line(label=row["stratum"], count=row["done"], of=row["invited"], share=row["done"] / row["invited"])
        for row in found
    ]


def channel_counts(edition: Edition) -> list[Line]:
    """Responses by the way in which they came; boxes do not tell theirs before they are opened. Three queries."""
    found = Response.objects.filter(edition=edition).order_by().values("channel").annotate(n=Count("pk"))
    counted = {row["channel"]: row["n"] for row in found}
    shut = boxes_of(edition).all
    named = [(channel.value, str(channel.label), counted.get(channel.value, 0)) for channel in Channel]
    total = shut + sum(counted.values())
    return [
        Line(label=label, code=code, count=n, share=n / total)
        for code, label, n in [*named, ("", _("Sealed: told apart when the box is opened"), shut)]
        if n
    ]


def band_counts(edition: Edition) -> list[BandCount]:
    """Responses by each band of each profile question. One query per profile question."""
    responses = Response.objects.filter(edition=edition)
    return [
        _band_count(field, _bands(responses, field.code))
        for field in ProfileField.objects.filter(edition=edition).order_by("position", "code")
    ]


def _bands(responses: QuerySet[Response], code: str) -> dict[str, int]:
    found = responses.order_by().values(band=KT(f"profile__{code}")).annotate(n=Count("pk"))
    return {row["band"]: row["n"] for row in found}


def _band_count(field: ProfileField, counted: dict[str, int]) -> BandCount:
    total = sum(counted.values())
    lines = []
    for option in field.options:
        n = counted.get(option["code"], 0)
        told = n == 0 or n >= HIDDEN_BELOW
        label = in_language(option["vi"], option.get("en", ""))
        lines.append((label, n if told else None, n / total if total and told else 0.0))
    return BandCount(field.text, tuple(lines))


def share_of_time(edition: Edition, today: date) -> float | None:
    """How much of the fieldwork's time has passed, 0 to 1; None without both days."""
    if edition.opens_on is None or edition.closes_on is None:
        return None
    length = (edition.closes_on - edition.opens_on).days + 1
    passed = (today - edition.opens_on).days
    return min(max(passed / length, 0.0), 1.0) if length > 0 else None
