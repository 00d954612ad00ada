"""Values from records as a person meets them: what stands for each unit, and the workbook to fill in."""

from collections import defaultdict
from dataclasses import dataclass

from surveys.models import BlockUnit, Edition, HardValue, Indicator
from surveys.selectors.records import hard_indicators, rated_with_block, records_of
from surveys.services.record_keys import limits_of
from surveys.workbook.records import far_values
from surveys.workbook.rows import HARD_FIELDS, picked
from surveys.workbook.write import records_write


@dataclass(frozen=True)
class RecordLine:
    """One indicator of a unit with the value that is there, if any."""

    indicator: Indicator
    value: HardValue | None

    @property
    def short(self) -> bool:
        """Fewer dossiers than the indicator needs: the value is kept but not scored."""
        found = self.value.dossiers if self.value else None
        return found is not None and found < self.indicator.minimum_n

    @property
    def counted(self) -> tuple[str, ...]:
        return limits_of(self.indicator).counted


@dataclass(frozen=True)
class UnitStanding:
    """A unit with its lines; `far` names indicators on which it lies far from the other units."""

    rated: BlockUnit
    lines: tuple[RecordLine, ...]
    far: tuple[str, ...]

    @property
    def missing(self) -> list[str]:
        return [line.indicator.code for line in self.lines if line.value is None]

    @property
    def short(self) -> list[str]:
        return [line.indicator.code for line in self.lines if line.short]

    @property
    def known(self) -> int:
        return len(self.lines) - len(self.missing)


def records_standing(edition: Edition) -> list[UnitStanding]:
    """Every unit in order of publication. Four queries."""
    values = {(row.block_unit_id, row.indicator_id): row for row in records_of(edition)}
    indicators = _by_block(edition)
    columns: dict[tuple[int, str], dict[str, float]] = defaultdict(dict)
    for row in values.values():
        columns[row.block_unit.block_id, row.indicator.code][row.block_unit.unit.code] = row.value
    far = {key: far_values(column) for key, column in columns.items()}
    standing = []
    for rated in rated_with_block(edition):
        own = indicators.get(rated.block_id, [])
        lines = tuple(RecordLine(each, values.get((rated.pk, each.pk))) for each in own)
        odd = tuple(each.code for each in own if rated.unit.code in far.get((rated.block_id, each.code), {}))
        standing.append(UnitStanding(rated, lines, odd))
    return standing


def record_lines(*, edition: Edition, rated: BlockUnit) -> list[RecordLine]:
    """The indicators of one unit with its values."""
    values = {row.indicator_id: row for row in records_of(edition).filter(block_unit=rated)}
    return [RecordLine(each, values.get(each.pk)) for each in _by_block(edition).get(rated.block_id, [])]


def _by_block(edition: Edition) -> dict[int, list[Indicator]]:
    found: dict[int, list[Indicator]] = defaultdict(list)
    for indicator in hard_indicators(edition):
        for block in indicator.blocks.all():
            found[block.pk].append(indicator)
    return found


def records_workbook(edition: Edition) -> bytes:
    """The workbook of records with a line for every unit and indicator; it can be imported again."""
    lines = []
    for unit in records_standing(edition):
        for line in unit.lines:
            row = {
                "unit": unit.rated.unit.code,
                "indicator": line.indicator.code,
                "unit_name": unit.rated.unit.name,
                "indicator_name": line.indicator.name,
            }
            if line.value:
                document = line.value.document
                row |= {**picked(line.value, HARD_FIELDS), "document": document.title if document else ""}
            lines.append(row)
    return records_write(lines)
