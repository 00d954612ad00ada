"""Rows that stay as they are, held by the database itself: `QuerySet.update()` and SQL pass `save()` by, a trigger
does not.

Used in migrations: `operations = [Frozen("surveys_dataset")]`. A condition is SQL over OLD (update, delete) or NEW
(insert). Where no row may be inserted, none may be moved in by an update either: there the condition is asked of NEW
too. PostgreSQL's TRUNCATE passes row triggers by, so a trigger of its own refuses it while the table has rows.
The message of a refused write starts with `frozen:` and names the table.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

WRITES = ("INSERT", "UPDATE", "DELETE")


def _sqlite(table: str, write: str, condition: str, columns: Sequence[str], name: str) -> str:
    of = f" OF {', '.join(columns)}" if columns and write == "UPDATE" else ""
    return (
        f"CREATE TRIGGER {name} BEFORE {write}{of} ON {table} "
        f"WHEN {condition} BEGIN SELECT RAISE(ABORT, 'frozen: {table}'); END"
    )


def _postgresql(table: str, write: str, condition: str, columns: Sequence[str], name: str) -> str:
    of = f" OF {', '.join(columns)}" if columns and write == "UPDATE" else ""
    result = "OLD" if write == "DELETE" else "NEW"
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger AS $$ BEGIN "
        f"IF {condition} THEN RAISE EXCEPTION 'frozen: {table}' "
        f"USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        f"RETURN {result}; END $$ LANGUAGE plpgsql; "
        f"CREATE TRIGGER {name} BEFORE {write}{of} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    )


def _condition(when: str, write: str, on: Sequence[str]) -> str:
    rows = ["NEW"] if write == "INSERT" else ["OLD"]
    if write == "UPDATE" and "INSERT" in on:
        rows.append("NEW")
    return " OR ".join(f"({when.format(row=row)})" for row in rows)


def _no_truncate(table: str, name: str) -> str:
    some_row = f"EXISTS (SELECT 1 FROM {table})"  # noqa: S608 - a name of our own
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger AS $$ BEGIN "
        f"IF {some_row} THEN RAISE EXCEPTION 'frozen: {table}' "
        f"USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        f"RETURN NULL; END $$ LANGUAGE plpgsql; "
        f"CREATE TRIGGER {name} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
    )


@dataclass(eq=False)
class Frozen(Operation):
    """Forbids `on` writes to `table` while `when` holds.

    An operation of its own rather than RunPython: it asks nothing of the models, which RunPython has built anew each
    time, and that took half of the time of all migrations.

    Attributes:
        table: database table.
        on: which of INSERT, UPDATE, DELETE are forbidden.
        when: SQL condition valid on SQLite and PostgreSQL; `{row}` stands for OLD or, on insert, NEW.
        columns: with UPDATE, only changes of these columns are forbidden.
        name: tells several rules for the same table and write apart.
    """

    table: str
    on: Sequence[str] = ("UPDATE", "DELETE")
    when: str = "{row}.id IS NOT NULL"
    columns: Sequence[str] = ()
    name: str = "frozen"

    reduces_to_sql = True
    reversible = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Models stay as they are."""

    def database_forwards(
        self, app_label: str, editor: BaseDatabaseSchemaEditor, before: ProjectState, after: ProjectState
    ) -> None:
        sqlite = editor.connection.vendor == "sqlite"
        build = _sqlite if sqlite else _postgresql
        for write in self.on:
            condition = _condition(self.when, write, self.on)
            editor.execute(build(self.table, write, condition, self.columns, self._trigger(write)))
        if "DELETE" in self.on and not sqlite:
            editor.execute(_no_truncate(self.table, self._trigger("TRUNCATE")))

    def database_backwards(
        self, app_label: str, editor: BaseDatabaseSchemaEditor, before: ProjectState, after: ProjectState
    ) -> None:
        for write in [*self.on, "TRUNCATE"]:
            if editor.connection.vendor == "sqlite":
                editor.execute(f"DROP TRIGGER IF EXISTS {self._trigger(write)}")
            else:
                editor.execute(f"DROP FUNCTION IF EXISTS {self._trigger(write)}() CASCADE")

    def describe(self) -> str:
        return f"Freeze {self.table}"

    def _trigger(self, write: str) -> str:
        return f"{self.table}_{self.name}_{write.lower()}"


class Unfrozen(Frozen):
    """Takes a rule away again: before SQLite makes a table anew, which would lose its triggers without a word."""

    def database_forwards(
        self, app_label: str, editor: BaseDatabaseSchemaEditor, before: ProjectState, after: ProjectState
    ) -> None:
        super().database_backwards(app_label, editor, before, after)

    def database_backwards(
        self, app_label: str, editor: BaseDatabaseSchemaEditor, before: ProjectState, after: ProjectState
    ) -> None:
        super().database_forwards(app_label, editor, before, after)

    def describe(self) -> str:
        return f"Unfreeze {self.table}"
