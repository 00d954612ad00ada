"""What the checks and the content both look up in the tables: blocks of a sub-index, scales, order of questions."""

from collections.abc import Iterable
from dataclasses import dataclass

from surveys.enums import ScaleKind
from surveys.workbook.columns import WEIGHT_PREFIX
from surveys.workbook.records import COUNTS, Limits, Record
from surveys.workbook.tables import Row, Table, Tables


@dataclass(frozen=True)
class ScaleFacts:
    """What a scale accepts: the values of its options, or a range of numbers."""

    kind: str
    values: tuple[float, ...]
    minimum: float | None
    maximum: float | None

    def accepts(self, number: float) -> bool:
        if self.kind != ScaleKind.NUMBER:
            return number in self.values
        return self.minimum is not None and self.maximum is not None and self.minimum <= number <= self.maximum

    @property
    def ends(self) -> tuple[float | None, float | None]:
        if self.kind == ScaleKind.NUMBER:
            return self.minimum, self.maximum
        return (min(self.values), max(self.values)) if self.values else (None, None)


def codes(table: Table, column: str = "code") -> list[str]:
    """The codes of a sheet in its order, each once."""
    return list(dict.fromkeys(row[column] for row in table if row[column]))


def by_code(table: Table) -> dict[str, Row]:
    """The first line of each code."""
    found: dict[str, Row] = {}
    for row in table:
        if row["code"]:
            found.setdefault(row["code"], row)
    return found


def grouped(table: Table) -> dict[str, list[Row]]:
    """The lines of each code, for sheets with one line per option."""
    groups: dict[str, list[Row]] = {}
    for row in table:
        if row["code"]:
            groups.setdefault(row["code"], []).append(row)
    return groups


def sub_index_blocks(tables: Tables) -> dict[str, list[str]]:
    """For each sub-index the blocks in which it has a weight, in the order of the sheet `blocks`."""
    blocks = codes(tables["blocks"])
    return {
        row["code"]: [block for block in blocks if row.values.get(f"{WEIGHT_PREFIX}{block}")]
        for row in tables["sub_indices"]
        if row["code"]
    }


def blocks_of(row: Row, of_sub_index: dict[str, list[str]]) -> list[str]:
    """Where a question or indicator counts: the blocks it names, else all of its sub-index."""
    own = of_sub_index.get(row["sub_index"] or "", [])
    return [block for block in own if block in row["blocks"]] if row["blocks"] else own


def scales(tables: Tables) -> dict[str, ScaleFacts]:
    return {
        code: ScaleFacts(
            kind=rows[0]["kind"] or "",
            values=tuple(row["value"] for row in rows if row["value"] is not None),
            minimum=_first(rows, "minimum"),
            maximum=_first(rows, "maximum"),
        )
        for code, rows in grouped(tables["scales"]).items()
    }


def _first(rows: Iterable[Row], column: str) -> float | None:
    return next((row[column] for row in rows if row[column] is not None), None)


def record_of(row: Row) -> Record:
    """The figures of a line of records."""
    return Record(**{name: row[name] for name in Record.__dataclass_fields__})


def limits_of(indicator: Row) -> Limits:
    """What a line of the sheet `indicators` allows."""
    counted = tuple(name for name in indicator["counted"] or () if name in COUNTS)
    return Limits(indicator["scale_low"], indicator["scale_high"], counted)


def asking_order(tables: Tables) -> dict[str, tuple[int, int]]:
    """Place of each question in the questionnaire: by sub-index, then by line."""
    places = {code: number for number, code in enumerate(codes(tables["sub_indices"]))}
    return {
        row["code"]: (places.get(row["sub_index"] or "", len(places)), number)
        for number, row in enumerate(tables["questions"])
        if row["code"]
    }
