"""Everything an operator has about an edition, as traces of participants on one side and of answers on the other.

Nothing is left out by name: all tables with their system columns, whatever is in the cache, in sessions, in files, in
mail, in logs and dumps that are handed over. A row belongs to a participant if it is the invitation, points to it, or
contains something by which an operator who has the invitation key knows it (handle, code, receipt, name, address); it
belongs to an answer if it is the answer, points to it or contains its identifier.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection

from ddci.core.linkage import Traces
from surveys.enums import InvitationState
from surveys.models import Edition, Invitation
from surveys.selectors.invitations import code_of, receipt_of, receipt_sha256

INVITATIONS, RESPONSES, BOXES = "surveys_invitation", "surveys_response", "surveys_sealedresponse"
DEPTH = 3
WORD = re.compile(r"[\w@.+-]{4,}")


@dataclass(frozen=True)
class Row:
    table: str
    values: Mapping[str, Any]


@dataclass
class Evidence:
    """Traces of both sides; `direct` names places where both stand together."""

    participants: Traces
    answers: Traces
    strata: Mapping[str, str]
    direct: list[str] = field(default_factory=list)


@dataclass
class _Side:
    """Owners of one side, the words by which each is known, and what was found of each."""

    owners: list[str]
    words: dict[str, str]
    left: dict[str, dict[str, list[Any]]] = field(default_factory=dict)

    def add(self, owner: str, name: str, value: Any) -> None:
        self.left.setdefault(name, {}).setdefault(owner, []).append(value)

    def traces(self) -> Traces:
        """Of several values of one owner, the smallest stands for all."""
        values = {
            name: [_plain(by_owner.get(owner)) for owner in self.owners] for name, by_owner in sorted(self.left.items())
        }
        return Traces(self.owners, values)


def _plain(values: Sequence[Any] | None) -> str | float | None:
    kept = [value for value in values or [] if value is not None]
    if not kept:
        return None
    if all(isinstance(value, int | float) for value in kept):
        return min(float(value) for value in kept)
    return min(value.isoformat() if hasattr(value, "isoformat") else str(value) for value in kept)


def evidence_of(edition: Edition, *, answers: str = RESPONSES, documents: Mapping[str, str] | None = None) -> Evidence:
    """Everything about those who completed and about the answers in the table `answers` (responses or boxes).

    Args:
        documents: texts that are no tables, by name: logs, dumps.
    """
    tables = {table: list(_rows(table)) for table in connection.introspection.table_names()}
    people = _participants(edition)
    given = _answers(tables[answers], edition, answers)
    direct: list[str] = []
    belongs = [_belonging(tables, side, seed) for side, seed in ((people, INVITATIONS), (given, answers))]
    for table, rows in tables.items():
        for place, row in enumerate(rows):
            both = [
                _owners(row, side, found.get((table, place)))
                for side, found in zip((people, given), belongs, strict=True)
            ]
            if both[0] and both[1]:
                direct.append(f"table {table}")
            for side, owners in zip((people, given), both, strict=True):
                for owner in owners:
                    for name, value in row.values.items():
                        side.add(owner, f"{table}.{name}", value)
    direct += _read(people, given, {**_documents(), **(documents or {})})
    strata = dict(_invited(edition).values_list("pk", "stratum"))
    return Evidence(
        people.traces(), given.traces(), {str(key): name for key, name in strata.items()}, sorted(set(direct))
    )


def _invited(edition: Edition) -> Any:
    return Invitation.objects.filter(edition=edition, state=InvitationState.DONE).order_by("pk")


def _participants(edition: Edition) -> _Side:
    owners: list[str] = []
    words: dict[str, str] = {}
    for invitation in _invited(edition):
        owner, receipt = str(invitation.pk), receipt_of(invitation)
        owners.append(owner)
        known = (invitation.handle, code_of(invitation), receipt, receipt.replace("-", ""), receipt_sha256(receipt))
        words |= {word: owner for word in (*known, invitation.email) if word}
    return _Side(owners, words)


def _answers(rows: Sequence[Row], edition: Edition, table: str) -> _Side:
    owners: list[str] = []
    words: dict[str, str] = {}
    ballot = getattr(edition, "ballot_box", None)
    column, wanted = ("edition_id", edition.pk) if table == RESPONSES else ("ballot_id", ballot.pk if ballot else 0)
    for row in rows:
        if row.values[column] == wanted and row.values.get("channel") != "imported":
            owner = str(row.values["id"]).replace("-", "")
            owners.append(owner)
            dashed = f"{owner[:8]}-{owner[8:12]}-{owner[12:16]}-{owner[16:20]}-{owner[20:]}"
            words |= {owner: owner, dashed: owner}
    return _Side(sorted(owners), words)


def _rows(table: str) -> Iterator[Row]:
    """All rows with what the database itself keeps about them; places as numbers."""
    system = "xmin::text::bigint AS xmin, ctid::text AS ctid" if connection.vendor == "postgresql" else "rowid AS ctid"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {system}, t.* FROM {connection.ops.quote_name(table)} t")  # noqa: S608 - own tables
        names = [column[0] for column in cursor.description]
        for found in cursor.fetchall():
            values = dict(zip(names, found, strict=True))
            values["ctid"] = _place(values["ctid"])
            yield Row(table, {name: _readable(value) for name, value in values.items()})


def _place(ctid: Any) -> float:
    block, _comma, line = str(ctid).strip("()").partition(",")
    return float(block) * 10_000 + float(line or 0)


def _readable(value: Any) -> Any:
    return len(value) if isinstance(value, bytes | memoryview) else value


def _belonging(tables: Mapping[str, Sequence[Row]], side: _Side, seed: str) -> dict[tuple[str, int], str]:
    """Rows that point to something of the side, straight or over others."""
    wanted = set(side.owners)
    known: dict[str, dict[str, str]] = {seed: {}}
    found: dict[tuple[str, int], str] = {}
    for place, row in enumerate(tables[seed]):
        owner = str(row.values["id"]).replace("-", "")
        if owner in wanted:
            known[seed][str(row.values["id"])] = owner
            found[seed, place] = owner
    with connection.cursor() as cursor:
        relations = {table: connection.introspection.get_relations(cursor, table) for table in tables}
    for _step in range(DEPTH):
        for table, rows in tables.items():
            for column, (target, target_table) in _plain_relations(relations[table]):
                for place, row in enumerate(rows if target == "id" and target_table in known else []):
                    owner = known[target_table].get(str(row.values[column]), "")
                    if owner and (table, place) not in found:
                        found[table, place] = owner
                        known.setdefault(table, {})[str(row.values.get("id"))] = owner
    return found


def _plain_relations(found: Mapping[str, Any]) -> list[tuple[str, tuple[str, str]]]:
    return [(column, (relation[0], relation[1])) for column, relation in found.items()]


def _owners(row: Row, side: _Side, pointed: str | None) -> set[str]:
    text = " ".join(str(value) for value in row.values.values() if isinstance(value, str) or hasattr(value, "hex"))
    found = {side.words[word] for word in WORD.findall(text) if word in side.words}
    return found | ({pointed} if pointed else set())


def _read(people: _Side, given: _Side, documents: Mapping[str, str]) -> Iterable[str]:
    """Goes through the texts line by line; where both sides stand in one line, that is a direct link."""
    for name, text in documents.items():
        for number, line in enumerate(text.splitlines()):
            words = set(WORD.findall(line))
            ours = {people.words[word] for word in words if word in people.words}
            theirs = {given.words[word] for word in words if word in given.words}
            if ours and theirs:
                yield f"text {name}"
            for side, owners in ((people, ours), (given, theirs)):
                for owner in owners:
                    side.add(owner, f"text {name}.line", number)


def _documents() -> dict[str, str]:
    """Cache, sessions, and every file below the folder of the installation that is text."""
    found = {"cache": "\n".join(map(str, _cache())), "sessions": ""}
    found["sessions"] = "\n".join(str(each.get_decoded()) for each in Session.objects.order_by("session_key"))
    for path in sorted(Path(settings.VAR_DIR).rglob("*")):
        if path.is_file() and path.suffix in {".log", ".txt", ".json", ".jsonl", ".csv", ".eml"}:
            found[str(path.relative_to(settings.VAR_DIR))] = path.read_text(encoding="utf-8", errors="replace")
    return found


def _cache() -> list[Any]:
    """Keys and values of the cache, as far as this process can see them."""
    kept: Any = getattr(cache, "_cache", {})
    if hasattr(kept, "get_client"):
        client = kept.get_client()
        return [(key, client.get(key)) for key in client.scan_iter(count=500)]
    return list(kept.items()) if hasattr(kept, "items") else []
