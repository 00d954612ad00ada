"""The ratings of a closed edition as the sheets that the flags read, block by block."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
import orjson

from scoring.engine.sheet import Item, Sheet
from surveys.enums import Direction, ScaleKind
from surveys.models import Edition, Question
from surveys.selectors.quality import days_of, questions_by_block, ratings_to_check

SIGN = {Direction.POSITIVE.value: 1, Direction.NEGATIVE.value: -1}


@dataclass(frozen=True)
class BlockSheet:
    """One block: its sheet, and behind each row the keys of response and rated unit."""

    block: str
    sheet: Sheet
    responses: tuple[UUID, ...]
    units: tuple[int, ...]


def block_sheets(edition: Edition) -> Iterator[BlockSheet]:
    """Sheets of all blocks that have ratings; rows in the order of the random identifiers, so they say no order."""
    asked, days = questions_by_block(edition), days_of(edition)
    rows: dict[str, list[tuple[UUID, int, str]]] = {}
    for response, block, unit, answers in ratings_to_check(edition):
        rows.setdefault(block, []).append((response, unit, answers))
    for block, found in rows.items():
        yield _sheet(block, asked.get(block, []), found, days)


def _sheet(
    block: str, asked: list[tuple[Question, str]], rows: list[tuple[UUID, int, str]], days: Mapping[UUID, date]
) -> BlockSheet:
    items = tuple(_item(question, direction) for question, direction in asked)
    given = orjson.loads("[" + ",".join(answers for _response, _unit, answers in rows) + "]")
    columns = (np.array([_number(each, item.code) for each in given]) for item in items)
    responses, units = tuple(row[0] for row in rows), tuple(row[1] for row in rows)
    firm, unit = _numbered(responses), _numbered(units)
    sheet = Sheet.of_columns(columns, items, firm, unit, _days(responses, days))
    return BlockSheet(block, sheet, responses, units)


def _days(responses: tuple[UUID, ...], days: Mapping[UUID, date]) -> np.typing.NDArray[np.int64] | None:
    """Days since the first, −1 where none is known; None where no days are kept."""
    if not days:
        return None
    first = min(days.values())
    return np.array([(days[each] - first).days if each in days else -1 for each in responses], dtype=np.int64)


def _number(answers: Mapping[str, Any], code: str) -> float:
    """The answer as a number; "not applicable", "don't know" and what was not shown are no answers."""
    value = answers.get(code)
    return float(value) if isinstance(value, (int, float)) else np.nan


def _numbered(keys: tuple[Any, ...]) -> np.typing.NDArray[np.int64]:
    place = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    return np.array([place[key] for key in keys], dtype=np.int64)


def _item(question: Question, direction: str) -> Item:
    scale = question.scale
    values = [float(option["value"]) for option in scale.options]
    number = scale.kind == ScaleKind.NUMBER
    return Item(
        code=question.code,
        scale=scale.code,
        low=float(scale.minimum or 0.0) if number else min(values, default=0.0),
        high=float(scale.maximum or 0.0) if number else max(values, default=0.0),
        sign=SIGN.get(direction, 0),
        part=question.sub_index.code,
        ordered=scale.kind in {ScaleKind.ORDINAL, ScaleKind.YESNO},
        always=question.shown_if is None,
    )
