"""What must hold between cells and sheets, by topic. Each check yields every fault it finds."""

from collections.abc import Callable, Iterator

from surveys.workbook.checks import framework, people, questionnaire, units
from surveys.workbook.faults import Fault
from surveys.workbook.tables import Tables

CHECKS: tuple[Callable[[Tables], Iterator[Fault]], ...] = (
    framework.edition,
    framework.blocks,
    framework.sub_indices,
    framework.indicators,
    framework.coverage,
    units.units,
    units.lineage,
    questionnaire.scales,
    questionnaire.questions,
    people.profile,
    people.eligibility,
    people.margins,
    units.hard_data,
)


def checked(tables: Tables) -> Iterator[Fault]:
    """All faults between cells and sheets."""
    for check in CHECKS:
        yield from check(tables)
