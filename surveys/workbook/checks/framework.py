"""The edition, its blocks, sub-indices with their weights, and indicators."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from surveys.enums import IndicatorKind, ScaleKind, Statistic
from surveys.workbook.checks.references import repeated, unknown
from surveys.workbook.columns import WEIGHT_PREFIX
from surveys.workbook.faults import Fault
from surveys.workbook.lookup import ScaleFacts, blocks_of, by_code, codes, scales, sub_index_blocks
from surveys.workbook.records import COUNTS
from surveys.workbook.tables import Row, Tables


def edition(tables: Tables) -> Iterator[Fault]:
    for row in tables["edition"]:
        if row["opens_on"] and row["closes_on"] and row["opens_on"] > row["closes_on"]:
            yield row.fault("closes_on", _("The last day is before the first day."))


def blocks(tables: Tables) -> Iterator[Fault]:
    yield from repeated(tables["blocks"], "code")


def sub_indices(tables: Tables) -> Iterator[Fault]:
    """Weights: a column for every block, and in every line at least one."""
    table = tables["sub_indices"]
    yield from repeated(table, "code")
    known = codes(tables["blocks"])
    for column in table.weight_columns:
        block = column.removeprefix(WEIGHT_PREFIX)
        if block not in known:
            facts = {"code": block, "sheet": "blocks"}
            yield table.fault(_("“%(code)s” does not exist in the sheet “%(sheet)s”.") % facts, column)
    for block in known if table.rows else []:
        column = f"{WEIGHT_PREFIX}{block}"
        if column not in table.places:
            yield table.fault(_("The column “%(title)s” is missing.") % {"title": column})
        elif not any(row.values.get(column) or column in row.broken for row in table):
            sentence = _("No sub-index has a weight in the block “%(block)s”.") % {"block": block}
            yield table.fault(sentence, column)
    for row in table:
        present = [column for column in table.weight_columns if row.values.get(column) or column in row.broken]
        if table.weight_columns and not present:
            yield row.fault(table.weight_columns[0], _("This sub-index has no weight in any block."))


def indicators(tables: Tables) -> Iterator[Fault]:
    table = tables["indicators"]
    yield from repeated(table, "code")
    of_sub_index, known_scales = sub_index_blocks(tables), scales(tables)
    questions = by_code(tables["questions"])
    for row in table:
        yield from unknown(row, "sub_index", of_sub_index, "sub_indices")
        yield from unknown(row, "question", questions, "questions")
        yield from foreign_blocks(row, tables, of_sub_index)
        if row["kind"] == IndicatorKind.HARD:
            yield from _hard(row)
            yield from _compared(row, by_code(table))
        elif row["kind"] == IndicatorKind.SOFT:
            question = questions.get(row["question"] or "")
            yield from _soft(row)
            yield from _asked_where_counted(row, question, of_sub_index)
            scale = known_scales.get(question["scale"] or "") if question else None
            yield from _statistic_fits(row, scale)
        if row["scale_low"] is not None and row["scale_high"] is not None and row["scale_low"] >= row["scale_high"]:
            yield row.fault("scale_high", _("The highest value must be above the lowest."))


def foreign_blocks(row: Row, tables: Tables, of_sub_index: dict[str, list[str]]) -> Iterator[Fault]:
    """Blocks that do not exist, or in which the sub-index of the line has no weight."""
    known = codes(tables["blocks"])
    yield from unknown(row, "blocks", known, "blocks")
    if row["sub_index"] not in of_sub_index:
        return
    for block in row["blocks"] or ():
        if block in known and block not in of_sub_index[row["sub_index"]]:
            facts = {"sub_index": row["sub_index"], "block": block}
            sentence = _("The sub-index “%(sub_index)s” has no weight in the block “%(block)s”.") % facts
            yield row.fault("blocks", sentence)


def _hard(row: Row) -> Iterator[Fault]:
    if row["question"]:
        yield row.fault("question", _("An indicator from records has no question."))
    if row["statistic"] and row["statistic"] != Statistic.VALUE:
        yield row.fault("statistic", _("An indicator from records has the statistic “value”."))
    if row["share_of"]:
        yield row.fault("share_of", _("Answers that count belong to a share only."))


def _compared(row: Row, indicators: dict[str, Row]) -> Iterator[Fault]:
    """Counts that exist, and indicators of the survey to compare with."""
    for word in row["counted"] or ():
        if word not in COUNTS:
            facts = {"text": word, "words": ", ".join(COUNTS)}
            yield row.fault("counted", _("“%(text)s” is not possible here. Choose one of: %(words)s.") % facts)
    yield from unknown(row, "related", indicators, "indicators")
    for code in row["related"] or ():
        if code in indicators and indicators[code]["kind"] == IndicatorKind.HARD:
            yield row.fault("related", _("“%(code)s” is not an indicator from the survey.") % {"code": code})


def _soft(row: Row) -> Iterator[Fault]:
    if not row["question"] and "question" not in row.broken:
        yield row.fault("question", _("An indicator from the survey needs a question."))
    if row["statistic"] == Statistic.VALUE:
        yield row.fault("statistic", _("An indicator from the survey needs a mean, a share or a median."))
    for column in ("counted", "related"):
        if row[column]:
            yield row.fault(column, _("This belongs to indicators from records only."))
    if row["statistic"] == Statistic.SHARE and not row["share_of"] and "share_of" not in row.broken:
        yield row.fault("share_of", _("A share needs the answers that count."))
    if row["statistic"] and row["statistic"] != Statistic.SHARE and row["share_of"]:
        yield row.fault("share_of", _("Answers that count belong to a share only."))


def _asked_where_counted(row: Row, question: Row | None, of_sub_index: dict[str, list[str]]) -> Iterator[Fault]:
    if question is None or {"blocks", "sub_index"} & (row.broken | question.broken):
        return
    for block in sorted(set(blocks_of(row, of_sub_index)) - set(blocks_of(question, of_sub_index))):
        facts = {"question": question["code"], "block": block}
        sentence = _("The question “%(question)s” is not asked in the block “%(block)s”.") % facts
        yield row.fault("question", sentence)


def _statistic_fits(row: Row, scale: ScaleFacts | None) -> Iterator[Fault]:
    if scale is None:
        return
    if row["statistic"] == Statistic.SHARE and scale.kind == ScaleKind.NUMBER:
        yield row.fault("statistic", _("A question for a number is measured by a mean or a median."))
    elif row["statistic"] in {Statistic.MEAN, Statistic.MEDIAN} and scale.kind in {ScaleKind.CHOICE, ScaleKind.YESNO}:
        yield row.fault("statistic", _("The answers to this question have no order: only a share can be measured."))
    elif row["statistic"] == Statistic.SHARE:
        for number in row["share_of"] or ():
            if not scale.accepts(number):
                sentence = _("The answer scale has no answer %(number)s.") % {"number": f"{number:g}"}
                yield row.fault("share_of", sentence)


def coverage(tables: Tables) -> Iterator[Fault]:
    """Every sub-index has an indicator in each of its blocks."""
    of_sub_index = sub_index_blocks(tables)
    counted = {(row["sub_index"], block) for row in tables["indicators"] for block in blocks_of(row, of_sub_index)}
    by_blocks = any("blocks" in row.broken or "sub_index" in row.broken for row in tables["indicators"])
    for row in tables["sub_indices"] if tables["indicators"].rows and not by_blocks else []:
        for block in of_sub_index.get(row["code"], []):
            if (row["code"], block) not in counted:
                facts = {"sub_index": row["code"], "block": block}
                sentence = _("The sub-index “%(sub_index)s” has no indicator in the block “%(block)s”.") % facts
                yield row.fault(f"{WEIGHT_PREFIX}{block}", sentence)
