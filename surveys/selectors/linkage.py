"""Everything an operator has about an edition, as traces of participants on one side and of answers on the other.

Nothing is left out by name: all tables with their system columns, whatever is in the cache, in sessions, in files, in
mail, in logs and dumps that are handed over. A row belongs to a participant if it is the invitation or the business
invited, points to one of them, or contains something by which an operator who has the invitation key knows it (handle,
code, receipt; tax code, name, address, telephone, e-mail); it belongs to an answer if it is the answer, points to it or
contains its identifier. What the frame says about a business is held against the stored bands as a whole.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection

from ddci.core.linkage import Traces
from surveys.answers.coarse import FEWEST, band_told, dealt_bands
from surveys.enums import InvitationState
from surveys.models import Edition, Invitation
from surveys.selectors.invitations import code_of, receipt_of, receipt_sha256
from surveys.selectors.linkage_units import narrowed_by_units
from surveys.selectors.linkage_words import Words

INVITATIONS, RESPONSES, BOXES = "surveys_invitation", "surveys_response", "surveys_sealedresponse"
BUSINESSES, UNITS = "surveys_business", "surveys_blockunit"
# Where one row stands for one participant, although it is pointed at and does not point.
SUBJECTS = ((INVITATIONS, "business_id", BUSINESSES), (BUSINESSES, "merged_into_id", BUSINESSES))
DEPTH = 3
Tables = Mapping[str, Sequence["Row"]]


@dataclass(frozen=True)
class Row:
    table: str
    values: Mapping[str, Any]


@dataclass
class Evidence:
    """Traces of both sides; `direct` names places where both stand together. `strata`: by participant, what is common
    to it and its answer on purpose, made coarse enough by `surveys.answers.coarse`: stratum and bands. `told_by_units`:
    participants of whom the frame says which units they dealt with, so that fewer than five answers fit.
    """

    participants: Traces
    answers: Traces
    strata: Mapping[str, str]
    direct: list[str] = field(default_factory=list)
    told_by_units: int = 0


@dataclass
class _Side:
    """Owners of one side, the words by which each is known, and what was found of each."""

    owners: list[str]
    words: Words
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
                side.words.owners_in(_text(row)) | found.get((table, place), set())
                for side, found in zip((people, given), belongs, strict=True)
            ]
            if both[0] and both[1]:
                direct.append(f"table {table}")
            for side, owners in zip((people, given), both, strict=True):
                for owner in owners:
                    for name, value in row.values.items():
                        side.add(owner, f"{table}.{name}", value)
    direct += _read(people, given, {**_documents(), **(documents or {})})
    strata = _bands_compared(tables, edition, people, given)
    direct += _units_written_with(tables, belongs[0])
    told = narrowed_by_units(edition) if answers == RESPONSES else 0
    return Evidence(people.traces(), given.traces(), strata, sorted(set(direct)), told)


def _units_written_with(tables: Tables, people: Mapping[tuple[str, int], set[str]]) -> Iterable[str]:
    """Tables about units of which a row was written in one transaction with few participants: a counter that rises with
    a submission says which units that business rated.
    """
    together: dict[Any, set[str]] = {}
    for (table, place), owners in people.items():
        together.setdefault(tables[table][place].values.get("xmin"), set()).update(owners)
    few = {xmin for xmin, owners in together.items() if xmin is not None and len(owners) < FEWEST}
    with connection.cursor() as cursor:
        for table, rows in tables.items():
            targets = {target for _column, (_key, target) in _plain_relations(_relations(cursor, table))}
            if UNITS in targets and any(row.values.get("xmin") in few for row in rows):
                yield f"transaction {table}"


def _relations(cursor: Any, table: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = connection.introspection.get_relations(cursor, table)
    return found


def _invited(edition: Edition) -> Any:
    done = Invitation.objects.filter(edition=edition, state=InvitationState.DONE)
    return done.select_related("business").order_by("pk")


def _participants(edition: Edition) -> _Side:
    owners: list[str] = []
    words: list[tuple[str, str]] = []
    for invitation in _invited(edition):
        owner, receipt = str(invitation.pk), receipt_of(invitation)
        owners.append(owner)
        known = [invitation.handle, code_of(invitation), receipt, receipt.replace("-", ""), receipt_sha256(receipt)]
        known += [invitation.email, invitation.name, *_contacts(invitation)]
        words += [(word, owner) for word in known if word]
    return _Side(owners, Words(words))


def _contacts(invitation: Invitation) -> list[str]:
    """By what the frame knows the business; telephones with and without the country's number."""
    business = invitation.business
    if business is None:
        return []
    phones = [business.phone, f"0{business.phone[-9:]}"] if business.phone else []
    return [business.key, business.tax_code, business.name, business.address, business.email, *phones]


def _answers(rows: Sequence[Row], edition: Edition, table: str) -> _Side:
    owners: list[str] = []
    words: list[tuple[str, str]] = []
    ballot = getattr(edition, "ballot_box", None)
    column, wanted = ("edition_id", edition.pk) if table == RESPONSES else ("ballot_id", ballot.pk if ballot else 0)
    for row in rows:
        if row.values[column] == wanted and row.values.get("channel") != "imported":
            owner = str(row.values["id"]).replace("-", "")
            owners.append(owner)
            dashed = f"{owner[:8]}-{owner[8:12]}-{owner[12:16]}-{owner[16:20]}-{owner[20:]}"
            words += [(owner, owner), (dashed, owner)]
    return _Side(sorted(owners), Words(words))


def _bands_compared(tables: Tables, edition: Edition, people: _Side, given: _Side) -> dict[str, str]:
    """Adds what the frame says about each business, all at once, and the stored bands of the same questions, as far as
    they tell something (`surveys.answers.coarse.band_told`); returns by participant its stratum with these bands.
    """
    ballot = getattr(edition, "ballot_box", None)
    dealt = dealt_bands(ballot.merges if ballot else [])
    theirs = set(given.owners)
    profiles = {
        str(row.values["id"]).replace("-", ""): (row.values["stratum"], orjson.loads(row.values["profile"]))
        for row in tables[RESPONSES]
        if str(row.values["id"]).replace("-", "") in theirs
    }
    asked = {code for _stratum, profile in profiles.values() for code in profile}
    invited = list(_invited(edition))
    known = sorted(code for code in asked if all(getattr(each.business, code, "") for each in invited))

    def add(side: _Side, owner: str, stratum: str, bands: Mapping[str, str]) -> None:
        name = "surveys_business" if side is people else "surveys_response"
        told = [band_told(dealt, code, bands.get(code, "")) for code in known]
        side.add(owner, f"{name}.bands", " · ".join(told))
        side.add(owner, f"{name}.stratum and bands", " | ".join([stratum, *told]))

    if not known:
        return {str(each.pk): each.stratum for each in invited}
    for owner, (stratum, profile) in profiles.items():
        add(given, owner, stratum, profile)
    strata = {}
    for each in invited:
        bands = {code: str(getattr(each.business, code)) for code in known}
        add(people, str(each.pk), each.stratum, bands)
        strata[str(each.pk)] = " | ".join([each.stratum, *bands.values()])
    return strata


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


def _belonging(tables: Tables, side: _Side, seed: str) -> dict[tuple[str, int], set[str]]:
    """Rows that point to something of the side, straight or over others."""
    known, found = _seeds(tables, side, seed)
    with connection.cursor() as cursor:
        relations = {table: _relations(cursor, table) for table in tables}
    for _step in range(DEPTH):
        for table, rows in tables.items():
            for column, (target, target_table) in _plain_relations(relations[table]):
                for place, row in enumerate(rows if target == "id" and target_table in known else []):
                    owners = known[target_table].get(str(row.values[column]), set())
                    if owners:
                        found.setdefault((table, place), set()).update(owners)
                        known.setdefault(table, {}).setdefault(str(row.values.get("id")), set()).update(owners)
    return found


def _seeds(
    tables: Tables, side: _Side, seed: str
) -> tuple[dict[str, dict[str, set[str]]], dict[tuple[str, int], set[str]]]:
    """What the side starts from: its rows and the subjects of these, by table and key, and by table and place."""
    wanted = set(side.owners)
    known: dict[str, dict[str, set[str]]] = {seed: {}}
    for row in tables[seed]:
        owner = str(row.values["id"]).replace("-", "")
        if owner in wanted:
            known[seed][str(row.values["id"])] = {owner}
    for table, column, target in SUBJECTS if seed == INVITATIONS else ():
        for row in tables[table]:
            owners, pointed = known.get(table, {}).get(str(row.values["id"])), row.values[column]
            if owners and pointed is not None:
                known.setdefault(target, {}).setdefault(str(pointed), set()).update(owners)
    found = {
        (table, place): set(rows_known[str(row.values["id"])])
        for table, rows_known in known.items()
        for place, row in enumerate(tables[table])
        if str(row.values["id"]) in rows_known
    }
    return known, found


def _plain_relations(found: Mapping[str, Any]) -> list[tuple[str, tuple[str, str]]]:
    return [(column, (relation[0], relation[1])) for column, relation in found.items()]


def _text(row: Row) -> str:
    return "  ".join(str(value) for value in row.values.values() if isinstance(value, str) or hasattr(value, "hex"))


def _read(people: _Side, given: _Side, documents: Mapping[str, str]) -> Iterable[str]:
    """Goes through the texts line by line; where both sides stand in one line, that is a direct link."""
    for name, text in documents.items():
        for number, line in enumerate(text.splitlines()):
            ours, theirs = people.words.owners_in(line), given.words.owners_in(line)
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
