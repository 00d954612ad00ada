"""What a plan would give: strata, how many from each, how precise each unit would come out. Nothing is written here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext_lazy as _

from ddci.core.errors import Invalid, NotNow
from surveys.enums import Allocation
from surveys.models import Edition
from surveys.population.allocation import Floor, neyman, proportional, with_floors
from surveys.population.plan import Plan
from surveys.population.precision import (
    Spread,
    design_effect,
    half_widths,
    rank_widths,
    ratings_expected,
)
from surveys.population.strata import Cell, Stratum, strata_of, stratum_names
from surveys.selectors.evidence import Evidence, evidence_for
from surveys.selectors.samples import (
    FrameTable,
    UnitFacts,
    blocks_of,
    eligibility_of,
    frame_table,
    units_to_rate,
    variable_options,
)

Floats = npt.NDArray[np.float64]
SIZES_COMPARED = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0)


class FrameEmpty(NotNow):
    code = "frame_empty"
    sentence = _("The province has no businesses yet. Import a list first.")


class NoSpreadKnown(Invalid):
    code = "no_spread_known"
    sentence = _("No earlier edition with frozen data tells how much businesses differ. Choose another allocation.")


@dataclass(frozen=True)
class StratumPlan:
    """A stratum with what would be drawn from it."""

    name: str
    stratum: Stratum
    drawn: int
    reserve: int

    @property
    def population(self) -> int:
        return self.stratum.population

    @property
    def weight(self) -> float:
        return self.population / self.drawn


@dataclass(frozen=True)
class UnitPlan:
    """A unit with what is expected of it. `half_width` in points of the total, `ranks` the width of its rank range;
    both None where nobody is expected to rate it.
    """

    code: str
    name: str
    ratings: float
    half_width: float | None
    ranks: float | None
    enough: bool


@dataclass(frozen=True)
class BlockPlan:
    """`source` of who rates whom: "list", "own" locality, "last" edition or "even"; see `_chances`."""

    code: str
    name: str
    source: str
    spread: Spread
    units: tuple[UnitPlan, ...]

    @property
    def short(self) -> int:
        return sum(not unit.enough for unit in self.units)


@dataclass(frozen=True)
class Assessment:
    """Everything that is known before the draw."""

    plan: Plan
    population: int
    strata: tuple[StratumPlan, ...]
    blocks: tuple[BlockPlan, ...]
    evidence: Evidence | None

    @property
    def responses(self) -> float:
        return self.plan.size * self.plan.response_rate

    @property
    def reserve(self) -> int:
        return sum(each.reserve for each in self.strata)

    @property
    def joined(self) -> int:
        """Cells that were joined with others."""
        return sum(len(each.stratum.cells) for each in self.strata if each.stratum.joined)

    @property
    def cells(self) -> int:
        return sum(len(each.stratum.cells) for each in self.strata)


def plan_assess(*, edition: Edition, plan: Plan) -> Assessment:
    """Strata, allocation and expected precision of a plan, from the frame as it is now.

    Raises:
        FrameEmpty: there are no businesses.
        NoSpreadKnown: Neyman's allocation without an earlier edition.
        SampleTooLarge, SampleTooSmall, FloorsTooHigh: the numbers do not go together.
    """
    table = frame_table(edition, plan.variables)
    if not table.counts:
        raise FrameEmpty
    options = variable_options(edition.province)
    evidence = evidence_for(edition, plan.variables)
    counts = _summed(table.counts, len(plan.variables))
    codes = [_codes(options.get(name, {}), counts, place) for place, name in enumerate(plan.variables)]
    strata = strata_of(counts, codes, plan.smallest)
    names = stratum_names(strata, codes, [options.get(name, {}) for name in plan.variables])
    chances, sources = _chances(edition, plan, table, strata, evidence)
    units = units_to_rate(edition)
    drawn = _allocated(plan, strata, chances, units, evidence)
    reserves = [_reserve(plan, each.population, int(n)) for each, n in zip(strata, drawn, strict=True)]
    return Assessment(
        plan=plan,
        population=sum(counts.values()),
        strata=tuple(
            StratumPlan(name, stratum, n, reserve)
            for name, stratum, n, reserve in zip(names, strata, map(int, drawn), reserves, strict=True)
        ),
        blocks=_blocks(edition, plan, strata, drawn, chances, units, sources, evidence),
        evidence=evidence,
    )


def _summed(counts: Mapping[Cell, int], length: int) -> dict[Cell, int]:
    """Counts by the first `length` variables."""
    found: dict[Cell, int] = {}
    for cell, count in counts.items():
        found[cell[:length]] = found.get(cell[:length], 0) + count
    return found


def _codes(labels: Mapping[str, str], counts: Mapping[Cell, int], place: int) -> list[str]:
    """The bands in the order of the questionnaire, those that only the frame has after them."""
    return [*labels, *sorted({cell[place] for cell in counts} - set(labels))]


def _reserve(plan: Plan, population: int, drawn: int) -> int:
    return min(population - drawn, round(plan.reserve * drawn))


# --- who will rate whom -----------------------------------------------------------------------------------------------
def _chances(
    edition: Edition, plan: Plan, table: FrameTable, strata: Sequence[Stratum], evidence: Evidence | None
) -> tuple[Floats, dict[str, str]]:
    """(H, U) the chance that a business of a stratum that answers rates a unit, and by block where that is from.

    list: the frame says for most businesses with which units they dealt; within the rules of eligibility.
    own: the block holds the localities, and a business rates its own.
    last: the share of respondents who rated the unit in the last edition.
    even: the middle of the fewest and the most units, over all units alike.
    """
    units = units_to_rate(edition)
    rules = {(block, kind): (least, most) for block, kind, least, most in eligibility_of(edition)}
    kind, home = table.variables.index("type"), table.variables.index("locality")
    homes = {cell[home] for cell in table.counts}
    sources = {block.code: _source(block.code, units, table, homes, evidence) for block in blocks_of(edition)}
    sizes = {code: sum(unit.block == code for unit in units) for code in sources}
    stratum_of = {cell: place for place, each in enumerate(strata) for cell in each.cells}
    chances = np.zeros((len(strata), len(units)))
    for cell, count in table.counts.items():
        row = stratum_of[cell[: len(plan.variables)]]
        dealt = table.dealt.get(cell, {})
        for column, unit in enumerate(units):
            source = sources[unit.block]
            least, most = rules.get((unit.block, cell[kind]), (0, 0))
            if source == "list":
                expected = dealt.get(unit.code, 0.0)
            elif most == 0:
                expected = 0.0
            elif source == "own":
                expected = float(count) if unit.code == cell[home] else 0.0
            elif source == "last" and evidence is not None:
                expected = count * evidence.rated.get(unit.code, 0.0)
            else:
                expected = count * (least + most) / 2 / sizes[unit.block]
            chances[row, column] += expected
    population = np.array([each.population for each in strata], dtype=np.float64)
    return np.minimum(chances / population[:, None], 1.0), sources


def _source(
    block: str, units: Sequence[UnitFacts], table: FrameTable, homes: set[str], evidence: Evidence | None
) -> str:
    codes = {unit.code for unit in units if unit.block == block}
    if block in table.telling:
        return "list"
    if codes & homes:
        return "own"
    return "last" if evidence and codes & set(evidence.rated) else "even"


# --- how many from each -----------------------------------------------------------------------------------------------
def _allocated(
    plan: Plan, strata: Sequence[Stratum], chances: Floats, units: Sequence[UnitFacts], evidence: Evidence | None
) -> npt.NDArray[np.int64]:
    population = np.array([each.population for each in strata], dtype=np.int64)
    if plan.allocation == Allocation.NEYMAN:
        if evidence is None:
            raise NoSpreadKnown
        spread = np.array([evidence.leniency(plan.variables, each.cells[0]) for each in strata])
        return neyman(population, spread, plan.size)
    if plan.allocation == Allocation.FLOOR:
        floors, groups = _floors(plan, strata, chances, units)
        return with_floors(population, plan.size, floors, groups)
    return proportional(population, plan.size)


def _floors(
    plan: Plan, strata: Sequence[Stratum], chances: Floats, units: Sequence[UnitFacts]
) -> tuple[list[Floor], list[int]]:
    """A minimum of businesses for each locality (where it is a variable and kept apart), of ratings for each unit that
    anybody of the frame can rate.
    """
    floors = [
        Floor(plan.response_rate * chances[:, column], float(plan.unit_floor))
        for column in range(len(units))
        if plan.unit_floor and chances[:, column].any()
    ]
    groups = [0] * len(strata)
    if "locality" in plan.variables:
        place = plan.variables.index("locality")
        homes = [frozenset(cell[place] for cell in each.cells) for each in strata]
        known = {home: number for number, home in enumerate(dict.fromkeys(homes))}
        groups = [known[home] for home in homes]
        if plan.locality_floor:
            population = np.array([each.population for each in strata], dtype=np.float64)
            for number in known.values():
                member = np.array(groups) == number
                most = float(population[member].sum())
                floors.append(Floor(member.astype(np.float64), min(float(plan.locality_floor), most)))
    return floors, groups


# --- how precise ------------------------------------------------------------------------------------------------------
def _blocks(  # noqa: PLR0913, PLR0917 - the tables that stand side by side in an assessment
    edition: Edition,
    plan: Plan,
    strata: Sequence[Stratum],
    drawn: npt.NDArray[np.int64],
    chances: Floats,
    units: Sequence[UnitFacts],
    sources: Mapping[str, str],
    evidence: Evidence | None,
) -> tuple[BlockPlan, ...]:
    population = np.array([each.population for each in strata], dtype=np.float64)
    numbers = drawn.astype(np.float64)
    ratings = ratings_expected(numbers, plan.response_rate, chances)
    effect = design_effect(ratings, population / numbers)
    found = []
    for block in blocks_of(edition):
        columns = [column for column, unit in enumerate(units) if unit.block == block.code]
        spread = evidence.spread.get(block.code, Spread()) if evidence else Spread()
        expected = ratings[:, columns].sum(axis=0)
        widths = half_widths(expected, effect[columns], spread)
        ranks = rank_widths(widths, spread)
        rows = tuple(
            UnitPlan(
                code=units[column].code,
                name=units[column].name,
                ratings=float(n),
                half_width=float(width) if np.isfinite(width) else None,
                ranks=float(rank) if np.isfinite(width) else None,
                enough=bool(n >= edition.minimum_ratings),
            )
            for column, n, width, rank in zip(columns, expected, widths, ranks, strict=True)
        )
        found.append(BlockPlan(block.code, block.name, sources[block.code], spread, rows))
    return tuple(found)


def precision_as_data(assessment: Assessment) -> dict[str, object]:
    """What was expected, to be kept beside the sample and held against what came out."""
    return {
        "response_rate": assessment.plan.response_rate,
        "evidence": assessment.evidence.year if assessment.evidence else None,
        "blocks": {
            block.code: {
                "source": block.source,
                "within": block.spread.within,
                "between": block.spread.between,
                "units": {
                    unit.code: {"ratings": unit.ratings, "half_width": unit.half_width, "ranks": unit.ranks}
                    for unit in block.units
                },
            }
            for block in assessment.blocks
        },
    }


@dataclass(frozen=True)
class SizePoint:
    """What the middle unit of a block would come to with another size of sample."""

    size: int
    half_width: float
    ranks: float


def sizes_compared(*, assessment: Assessment, block: BlockPlan) -> list[SizePoint]:
    """The same plan with a quarter to twice the businesses: half-widths go with 1 ÷ √size, rank ranges follow."""
    widths = np.array([np.inf if unit.half_width is None else unit.half_width for unit in block.units])
    if not np.isfinite(widths).any():
        return []
    size = assessment.plan.size
    points = []
    for share in SIZES_COMPARED:
        other = min(round(size * share), assessment.population)
        scaled = widths * np.sqrt(size / other)
        ranks = rank_widths(scaled, block.spread)
        points.append(SizePoint(other, float(np.median(scaled[np.isfinite(scaled)])), float(np.median(ranks))))
    return list({point.size: point for point in points}.values())
