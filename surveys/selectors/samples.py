"""Reads for planning and looking at a sample: cells of the frame, who is likely to rate whom, strata and members."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet

from accounts.models import Province
from ddci.core.text import without_marks
from surveys.models import (
    Block,
    BlockUnit,
    Business,
    Edition,
    EligibilityRule,
    Invitation,
    Sample,
    SampleMember,
    SampleStratum,
)
from surveys.population.strata import Cell
from surveys.selectors.frame import band_options, businesses_of

ROWS_AT_ONCE = 5000
# Every cell is counted by these too: who may rate what depends on them.
ALWAYS = ("type", "locality")
# From this share of the frame on, the units that a list names are believed to be those that businesses deal with.
TELLING = 0.5


@dataclass(frozen=True)
class UnitFacts:
    """A unit that will be rated."""

    code: str
    name: str
    block: str


@dataclass(frozen=True)
class FrameTable:
    """The frame counted by `variables`; `dealt` by cell and unit, how many businesses dealt with it according to the
    list, as the rules of eligibility let them rate; `telling`: for which blocks at least half of the businesses say so.
    """

    variables: tuple[str, ...]
    counts: Mapping[Cell, int]
    dealt: Mapping[Cell, Mapping[str, float]] = field(default_factory=dict)
    telling: frozenset[str] = frozenset()


def sample_of(edition: Edition) -> Sample | None:
    return Sample.objects.filter(edition=edition).select_related("drawn_by").first()


def strata_of_sample(sample: Sample) -> list[SampleStratum]:
    return list(SampleStratum.objects.filter(sample=sample).order_by("position"))


def waves_of(sample: Sample) -> dict[int, int]:
    """Businesses by wave."""
    rows = SampleMember.objects.filter(sample=sample).order_by().values("wave").annotate(n=Count("pk"))
    return dict(rows.order_by("wave").values_list("wave", "n"))


def members_found(sample: Sample, *, search: str = "", wave: str = "", stratum: str = "") -> QuerySet[SampleMember]:
    """The drawn businesses, by wave and name."""
    found = SampleMember.objects.filter(sample=sample).select_related("business", "stratum")
    if search:
        digits = "".join(sign for sign in search if sign.isdigit())
        matches = Q(business__plain_name__contains=without_marks(search))
        if len(digits) >= 4:
            matches |= Q(business__tax_code__startswith=digits)
        found = found.filter(matches)
    if wave:
        found = found.filter(wave=int(wave))
    if stratum:
        found = found.filter(stratum_id=int(stratum))
    return found.order_by("wave", "stratum__position", "business__plain_name", "pk")


def businesses_invited(edition: Edition) -> frozenset[int]:
    """The businesses of the frame that have an invitation to this edition already, by whatever way."""
    found = Invitation.objects.filter(edition=edition, business__isnull=False).order_by("business_id")
    return frozenset(found.values_list("business_id", flat=True))


def stratum_weights(edition: Edition) -> dict[str, float]:
    """Design weight of each stratum of the sample as it stands now, by name; empty where nothing was drawn."""
    strata = SampleStratum.objects.filter(sample__edition=edition).order_by("position")
    return {each.name: each.weight for each in strata}


# --- the frame, counted -----------------------------------------------------------------------------------------------
def variable_options(province: Province) -> dict[str, dict[str, str]]:
    """The variables by which a sample can be stratified, each with its bands in order; bands that only the frame knows
    come last.
    """
    return band_options(province)


def frame_table(edition: Edition, variables: tuple[str, ...]) -> FrameTable:
    """The frame counted by the variables, type and locality. Three queries, and one pass over it where the list says
    which units the businesses dealt with.
    """
    named = tuple(dict.fromkeys((*variables, *ALWAYS)))
    rows = businesses_of(edition.province).order_by().values(*named).annotate(n=Count("pk"))
    counts = {tuple(row[name] for name in named): row["n"] for row in rows}
    telling = businesses_of(edition.province).exclude(units=[])
    if not telling.exists():
        return FrameTable(named, counts)
    return _with_dealings(edition, named, counts, telling)


def _with_dealings(
    edition: Edition, named: tuple[str, ...], counts: Mapping[Cell, int], telling: QuerySet[Business]
) -> FrameTable:
    block_of = {unit.code: unit.block for unit in units_to_rate(edition)}
    most = {(rule[0], rule[1]): rule[3] for rule in eligibility_of(edition)}
    kind = named.index("type")
    dealt: dict[Cell, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    telling_of: dict[str, int] = defaultdict(int)
    for *cell, units in telling.order_by("pk").values_list(*named, "units").iterator(ROWS_AT_ONCE):
        by_block: dict[str, list[str]] = defaultdict(list)
        for code in units:
            if code in block_of:
                by_block[block_of[code]].append(code)
        for block, codes in by_block.items():
            telling_of[block] += 1
            chance = min(1.0, most.get((block, cell[kind]), len(codes)) / len(codes))
            for code in codes:
                dealt[tuple(cell)][code] += chance
    enough = TELLING * sum(counts.values())
    return FrameTable(named, counts, dealt, frozenset(block for block, n in telling_of.items() if n >= enough))


def units_to_rate(edition: Edition) -> list[UnitFacts]:
    """The units of the edition that are not withheld, by block and name."""
    rated = BlockUnit.objects.filter(block__edition=edition, withheld=False).select_related("unit", "block")
    return [
        UnitFacts(each.unit.code, each.unit.name, each.block.code)
        for each in rated.order_by("block__position", "block__code", "unit__code")
    ]


def blocks_of(edition: Edition) -> list[Block]:
    return list(Block.objects.filter(edition=edition).order_by("position", "code"))


def eligibility_of(edition: Edition) -> list[tuple[str, str, int, int]]:
    """(block, type of respondent, fewest units, most units)."""
    rules = EligibilityRule.objects.filter(block__edition=edition).order_by("block", "respondent_type")
    return list(rules.values_list("block__code", "respondent_type", "min_units", "max_units"))


def population_counts(province: Province, field: str) -> dict[str, int]:
    """Businesses of the frame by band of one variable."""
    rows = businesses_of(province).order_by().values(field).annotate(n=Count("pk"))
    return dict(rows.values_list(field, "n"))
