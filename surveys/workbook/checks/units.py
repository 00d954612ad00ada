"""Rated units, what became of them, and their figures from records."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from surveys.enums import IndicatorKind
from surveys.workbook.checks.references import repeated, unknown
from surveys.workbook.faults import Fault
from surveys.workbook.lookup import blocks_of, by_code, codes, limits_of, record_of, sub_index_blocks
from surveys.workbook.records import NUMBERS, record_problems
from surveys.workbook.tables import Tables


def units(tables: Tables) -> Iterator[Fault]:
    table = tables["units"]
    first: dict[str, str] = {}
    for row in table:
        block = row["block"] or ""
        if row["code"] and first.setdefault(row["code"], block) != block:
            facts = {"unit": row["code"], "block": first[row["code"]] or "-"}
            sentence = _("The unit “%(unit)s” is in the block “%(block)s” already; a unit has one block.") % facts
            yield row.fault("block", sentence)
        if row["valid_from"] and row["valid_to"] and row["valid_from"] > row["valid_to"]:
            yield row.fault("valid_to", _("The last day is before the first day."))
        yield from unknown(row, "block", codes(tables["blocks"]), "blocks")
    yield from repeated(table, "code")
    rated = {row["block"] for row in table}
    for row in tables["blocks"] if table.rows else []:
        if row["code"] and row["code"] not in rated:
            yield row.fault("code", _("The block “%(block)s” has no units.") % {"block": row["code"]})


def lineage(tables: Tables) -> Iterator[Fault]:
    """Predecessors come with what happened and when. Whether they exist is known to the database only."""
    for row in tables["units"]:
        given = {column: bool(row[column]) or column in row.broken for column in ("lineage", "lineage_on")}
        for column, present in given.items():
            if row["predecessors"] and not present:
                yield row.fault(column, _("“%(column)s” must be filled in.") % {"column": column})
            elif present and not row["predecessors"] and "predecessors" not in row.broken:
                yield row.fault("predecessors", _("Name the units that this one came from."))
        if row["code"] and row["code"] in (row["predecessors"] or ()):
            yield row.fault("predecessors", _("A unit cannot come from itself."))


def hard_data(tables: Tables) -> Iterator[Fault]:
    table = tables["hard_data"]
    yield from repeated(table, "unit", "indicator")
    indicators, of_sub_index = by_code(tables["indicators"]), sub_index_blocks(tables)
    rated = by_code(tables["units"])
    for row in table:
        yield from unknown(row, "unit", rated, "units")
        yield from unknown(row, "indicator", indicators, "indicators")
        indicator, unit = indicators.get(row["indicator"] or ""), rated.get(row["unit"] or "")
        if indicator is None or indicator.broken:
            continue
        if indicator["kind"] != IndicatorKind.HARD:
            sentence = _("“%(code)s” is not an indicator from records.") % {"code": row["indicator"]}
            yield row.fault("indicator", sentence)
            continue
        if unit and not unit.broken and unit["block"] not in blocks_of(indicator, of_sub_index):
            facts = {"code": row["indicator"], "unit": row["unit"]}
            yield row.fault("indicator", _("“%(code)s” does not count in the block of “%(unit)s”.") % facts)
        for column, sentence in record_problems(record_of(row), limits_of(indicator)):
            if column not in row.broken and not (column == "value" and row.broken & set(NUMBERS)):
                yield row.fault(column, sentence)
