"""The order of a league table that a reader asks for by link: `?sort=transparency&order=asc`."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import QueryDict

from ddci.core.text import vietnamese_sort_key
from reports.selectors.ranking import Block, Row

Value = float | tuple[object, ...] | None


@dataclass(frozen=True)
class Head:
    """A column that can be sorted: where its link leads and how it is sorted now ("ascending", "descending" or "")."""

    key: str
    url: str
    now: str


@dataclass(frozen=True)
class Table:
    """A block as the page shows it. `home`: in order of rank, where brackets of tied units mean something."""

    block: Block
    rows: tuple[Row, ...]
    heads: dict[str, Head]
    home: bool


def table_of(block: Block, query: QueryDict) -> Table:
    """A block in the order that was asked for; by rank if the block has no such column."""
    keys = {"rank", "name", "total", "band", "n", *(column.code for column in block.columns)}
    key = query.get("sort", "rank")
    key = key if key in keys else "rank"
    order = query.get("order", "")
    order = order if order in {"asc", "desc"} else _first(key)
    rows = _sorted(block, key, descending=order == "desc")
    release = {"release": str(query["release"])} if "release" in query else {}
    heads = {name: _head(block, name, (key, order), release) for name in sorted(keys)}
    return Table(block, rows, heads, home=(key, order) == ("rank", "asc"))


def _first(key: str) -> str:
    """The order a column is sorted in first: names and ranks upwards, scores from the best down."""
    return "asc" if key in {"rank", "name"} else "desc"


def _head(block: Block, key: str, current: tuple[str, str], release: dict[str, str]) -> Head:
    turned = {"asc": "desc", "desc": "asc"}
    order = turned[current[1]] if key == current[0] else _first(key)
    now = ("ascending" if current[1] == "asc" else "descending") if key == current[0] else ""
    return Head(key, f"?{urlencode({**release, 'sort': key, 'order': order})}#{block.code}", now)


def _sorted(block: Block, key: str, *, descending: bool) -> tuple[Row, ...]:
    """Rows by a column, those without a value last; rows that are equal keep the order of ranks."""
    value = _value(key)
    rows = (
        [replace(row, bracket=None) for row in block.all_rows]
        if (key, descending) != ("rank", False)
        else block.all_rows
    )
    present = [row for row in rows if value(row) is not None]
    absent = [row for row in rows if value(row) is None]
    return (*sorted(present, key=lambda row: value(row) or 0.0, reverse=descending), *absent)


def _value(key: str) -> Callable[[Row], Value]:
    plain: dict[str, Callable[[Row], Value]] = {
        "rank": lambda row: row.rank,
        "name": lambda row: vietnamese_sort_key(row.name),
        "total": lambda row: row.total,
        "band": lambda row: row.total,
        "n": lambda row: row.n,
    }
    return plain.get(key, lambda row: next(cell.value for cell in row.cells if cell.code == key))
