"""Rows of models read by a statement of our own, where composing it anew for every request would cost more than
running it.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connection, models

M = TypeVar("M", bound=models.Model)


class Columns(Generic[M]):
    """All columns of a model's table under the name that a statement gives the table, as one run in its SELECT."""

    def __init__(self, model: type[M], table: str) -> None:
        self.model = model
        self.fields = list(model._meta.concrete_fields)
        self.sql = ", ".join(f"{table}.{field.column}" for field in self.fields)

    @cached_property
    def _names(self) -> list[str]:
        return [field.attname for field in self.fields]

    @cached_property
    def _conversions(self) -> list[tuple[int, Any, Any]]:
        """Place, column and function of each value that the database gives in a form of its own."""
        found: list[tuple[int, Any, Any]] = []
        for place, field in enumerate(self.fields):
            column = field.get_col(self.model._meta.db_table)
            converters = [*connection.ops.get_db_converters(column), *column.get_db_converters(connection)]
            found += [(place, column, convert) for convert in converters]
        return found

    def __len__(self) -> int:
        return len(self.fields)

    def made(self, row: Sequence[Any]) -> M:
        """The instance of a row that begins with these columns."""
        values = list(row[: len(self)])
        for place, column, convert in self._conversions:
            values[place] = convert(values[place], column, connection)
        return self.model.from_db(connection.alias, self._names, values)
