"""Answer scales and questions."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from surveys.enums import ScaleKind
from surveys.workbook.checks.framework import foreign_blocks
from surveys.workbook.checks.references import repeated, unknown
from surveys.workbook.faults import Fault
from surveys.workbook.lookup import (
    ScaleFacts,
    asking_order,
    blocks_of,
    by_code,
    grouped,
    sub_index_blocks,
)
from surveys.workbook.lookup import scales as scales_of
from surveys.workbook.tables import Row, Tables

# Columns of the dataset's table of ratings, beside the questions.
RESERVED = {"respondent", "unit", "satisfaction"}


def scales(tables: Tables) -> Iterator[Fault]:
    yield from repeated(tables["scales"], "code", "value")
    for rows in grouped(tables["scales"]).values():
        kind = rows[0]["kind"]
        for row in rows[1:]:
            if row["kind"] and kind and row["kind"] != kind:
                yield row.fault("kind", _("All lines of a scale have the same kind."))
        if kind == ScaleKind.NUMBER:
            yield from _number_scale(rows)
        elif kind:
            yield from _option_scale(rows)


def _number_scale(rows: list[Row]) -> Iterator[Fault]:
    row = rows[0]
    for column in ("minimum", "maximum"):
        if row[column] is None and column not in row.broken:
            yield row.fault(column, _("A number scale needs a smallest and a largest number."))
    if row["minimum"] is not None and row["maximum"] is not None and row["minimum"] >= row["maximum"]:
        yield row.fault("maximum", _("The largest number must be above the smallest."))
    if row["value"] is not None:
        yield row.fault("value", _("A number scale has no options."))
    for extra in rows[1:]:
        yield extra.fault("code", _("A number scale has one line only."))


def _option_scale(rows: list[Row]) -> Iterator[Fault]:
    if len(rows) < 2:
        yield rows[0].fault("code", _("This scale needs at least two options."))
    if rows[0]["kind"] == ScaleKind.YESNO and {row["value"] for row in rows} != {0, 1}:
        yield rows[0].fault("value", _("A yes-or-no scale has the values 1 (yes) and 0 (no)."))
    for row in rows:
        for column in ("value", "label_vi", "label_en"):
            if row[column] in {None, ""} and column not in row.broken:
                yield row.fault(column, _("“%(column)s” must be filled in.") % {"column": column})
        for column in ("minimum", "maximum"):
            if row[column] is not None:
                yield row.fault(column, _("Only a number scale has a smallest and a largest number."))


def questions(tables: Tables) -> Iterator[Fault]:
    table = tables["questions"]
    yield from repeated(table, "code")
    of_sub_index, known_scales = sub_index_blocks(tables), scales_of(tables)
    for row in table:
        if row["code"] in RESERVED:
            yield row.fault("code", _("“%(code)s” is used by the dataset itself. Choose another code.") % row.values)
        yield from unknown(row, "sub_index", of_sub_index, "sub_indices")
        yield from unknown(row, "scale", known_scales, "scales")
        yield from foreign_blocks(row, tables, of_sub_index)
        if row["shown_if"]:
            yield from _condition(row, tables, of_sub_index, known_scales)


def _condition(
    row: Row, tables: Tables, of_sub_index: dict[str, list[str]], known_scales: dict[str, ScaleFacts]
) -> Iterator[Fault]:
    """`shown_if` names an earlier question, asked in the same blocks, and answers that it has."""
    code, answers = row["shown_if"]
    earlier = by_code(tables["questions"]).get(code)
    if earlier is None:
        facts = {"code": code, "sheet": "questions"}
        yield row.fault("shown_if", _("“%(code)s” does not exist in the sheet “%(sheet)s”.") % facts)
        return
    order = asking_order(tables)
    if row["code"] and order[code] >= order[row["code"]]:
        sentence = _("The question “%(question)s” is not asked before this one.") % {"question": code}
        yield row.fault("shown_if", sentence)
    for block in sorted(set(blocks_of(row, of_sub_index)) - set(blocks_of(earlier, of_sub_index))):
        facts = {"question": code, "block": block}
        yield row.fault("shown_if", _("The question “%(question)s” is not asked in the block “%(block)s”.") % facts)
    scale = known_scales.get(earlier["scale"] or "")
    for number in answers if scale else ():
        if scale and not scale.accepts(number):
            sentence = _("The answer scale has no answer %(number)s.") % {"number": f"{number:g}"}
            yield row.fault("shown_if", sentence)
