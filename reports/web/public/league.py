"""What the page of league tables shows."""

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from reports.selectors.ranking import Ranking, Row
from reports.sentences import block_finding, finding, how_to_read
from reports.web.public.sorting import Table, table_of
from scoring.sentences import fragility_sentences


def league_context(tables: Ranking, query: QueryDict) -> dict[str, Any]:
    """The finding, how to read it, and each block with its finding and rows."""
    shown = [table_of(block, query) for block in tables.blocks]
    return {
        "finding": finding(tables),
        "how_to_read": how_to_read(tables),
        "scale": tables.scale,
        "tables": [_shown(table, tables.facts.responses) for table in shown],
    }


def _shown(table: Table, responses: int) -> dict[str, Any]:
    columns, block = table.block.columns, table.block
    names = [column.name for column in columns]
    return {
        "table": table,
        "block": block,
        "finding": block_finding(block),
        "firm": fragility_sentences(block.firmness, {row.code: row.name for row in block.rows}, responses),
        "columns": [(column, table.heads[column.code]) for column in columns],
        "sorts": [
            (_("Rank"), table.heads["rank"]),
            (_("Unit"), table.heads["name"]),
            *((column.name, table.heads[column.code]) for column in columns),
            (_("Ratings"), table.heads["n"]),
        ],
        "rows": [
            (row, tie, list(zip(names, row.cells, strict=True)))
            for row, tie in zip(table.rows, _ties(table), strict=True)
        ],
    }


def _ties(table: Table) -> list[str]:
    """The part of its bracket that a row draws: its start, middle or end."""
    found = []
    for place, row in enumerate(table.rows):
        above = place > 0 and _joined(row, table.rows[place - 1])
        below = place + 1 < len(table.rows) and _joined(row, table.rows[place + 1])
        found.append(
            {(False, True): "tie-start", (True, True): "tie", (True, False): "tie-end"}.get((above, below), "")
        )
    return found


def _joined(row: Row, other: Row) -> bool:
    return row.bracket is not None and row.bracket == other.bracket
