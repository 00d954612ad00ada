# ruff: noqa: S608 - the pieces of SQL are constants of this file
"""Checks, flags and decisions are only added, and only once nobody can answer; two persons where two are needed."""

from typing import ClassVar

from django.db import migrations

from ddci.core.immutable import Frozen

NOT_CLOSED = "IN ('draft', 'open')"
BY_RESPONSE = (
    "EXISTS (SELECT 1 FROM surveys_response r JOIN surveys_edition e ON e.id = r.edition_id "
    f"WHERE r.id = {{row}}.response_id AND e.state {NOT_CLOSED})"
)
ONE_PERSON_ONLY = (
    "{row}.decision = 'exclude' AND EXISTS (SELECT 1 FROM surveys_response r "
    "JOIN surveys_qualityrules q ON q.edition_id = r.edition_id WHERE r.id = {row}.response_id AND q.two_persons) "
    "AND NOT EXISTS (SELECT 1 FROM surveys_responsereview p WHERE p.id = {row}.confirms_id "
    "AND p.response_id = {row}.response_id AND p.decision = 'propose' AND p.by_id <> {row}.by_id)"
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("surveys", "0010_quality")]
    operations: ClassVar = [
        Frozen("surveys_qualitycheck"),
        Frozen("surveys_responseflag"),
        Frozen("surveys_responsereview"),
        Frozen(
            "surveys_qualitycheck",
            on=["INSERT"],
            when=f"EXISTS (SELECT 1 FROM surveys_edition e WHERE e.id = {{row}}.edition_id AND e.state {NOT_CLOSED})",
            name="too_early",
        ),
        Frozen("surveys_responsereview", on=["INSERT"], when=BY_RESPONSE, name="too_early"),
        Frozen("surveys_responsereview", on=["INSERT"], when=ONE_PERSON_ONLY, name="two_persons"),
    ]
