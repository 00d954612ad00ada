# ruff: noqa: S608 - the pieces of SQL are constants of this file
"""What stays as it is: the framework once the edition has opened, answers once they are frozen, datasets always."""

from typing import ClassVar

from django.db import migrations

from ddci.core.immutable import WRITES, Frozen

QUESTIONNAIRE = "EXISTS (SELECT 1 FROM surveys_questionnaireversion q WHERE q.id = {row}.questionnaire_id AND q.locked)"
FROZEN = "IN ('frozen', 'scored', 'published')"
NOT_ANSWERABLE = "NOT IN ('open', 'closed')"
OPENED = "<> 'draft'"
ANSWERS_FROZEN = (
    "EXISTS (SELECT 1 FROM surveys_response r JOIN surveys_edition e ON e.id = r.edition_id "
    f"WHERE r.id = {{row}}.response_id AND e.state {NOT_ANSWERABLE})"
)
BY_INDICATOR = (
    "EXISTS (SELECT 1 FROM surveys_indicator i JOIN surveys_edition e ON e.id = i.edition_id "
    f"WHERE i.id = {{row}}.indicator_id AND e.state {FROZEN})"
)
BY_QUESTION = (
    "EXISTS (SELECT 1 FROM surveys_question x JOIN surveys_questionnaireversion q ON q.id = x.questionnaire_id "
    "WHERE x.id = {row}.question_id AND q.locked)"
)
BY_FIELD = (
    "EXISTS (SELECT 1 FROM surveys_profilefield f JOIN surveys_edition e ON e.id = f.edition_id "
    f"WHERE f.id = {{row}}.field_id AND e.state {FROZEN})"
)


def edition(test: str) -> str:
    """Holds while the row's edition is in a state that passes the test."""
    return f"EXISTS (SELECT 1 FROM surveys_edition e WHERE e.id = {{row}}.edition_id AND e.state {test})"


def block(test: str) -> str:
    """Holds while the edition of the row's block is in a state that passes the test."""
    return (
        "EXISTS (SELECT 1 FROM surveys_block b JOIN surveys_edition e ON e.id = b.edition_id "
        f"WHERE b.id = {{row}}.block_id AND e.state {test})"
    )


class Migration(migrations.Migration):
    dependencies: ClassVar = [("surveys", "0001_initial")]
    operations: ClassVar = [
        Frozen("surveys_dataset"),
        Frozen("surveys_edition", on=["DELETE"], when="{row}.state <> 'draft'"),
        Frozen(
            "surveys_edition",
            on=["UPDATE"],
            when="{row}.state <> 'draft'",
            columns=["province_id", "year", "is_simulated"],
        ),
        Frozen("surveys_block", on=WRITES, when=edition(OPENED)),
        Frozen("surveys_subindex", on=WRITES, when=edition(OPENED)),
        Frozen("surveys_subindexweight", on=WRITES, when=block(OPENED)),
        Frozen("surveys_indicator", on=WRITES, when=edition(OPENED)),
        Frozen("surveys_indicator_blocks", on=WRITES, when=block(OPENED)),
        Frozen("surveys_profilefield", on=WRITES, when=edition(OPENED)),
        Frozen("surveys_eligibilityrule", on=WRITES, when=block(OPENED)),
        Frozen("surveys_blockunit", on=["INSERT", "DELETE"], when=block(OPENED)),
        Frozen("surveys_blockunit", on=["UPDATE"], when=block(OPENED), columns=["block_id", "unit_id"]),
        Frozen("surveys_questionnaireversion", when="{row}.locked"),
        Frozen("surveys_answerscale", on=WRITES, when=QUESTIONNAIRE),
        Frozen("surveys_question", on=WRITES, when=QUESTIONNAIRE),
        Frozen("surveys_question_blocks", on=WRITES, when=BY_QUESTION),
        Frozen("surveys_margin", on=WRITES, when=BY_FIELD),
        Frozen("surveys_hardvalue", on=WRITES, when=BY_INDICATOR),
        Frozen("surveys_response", on=WRITES, when=edition(NOT_ANSWERABLE)),
        Frozen("surveys_rating", on=WRITES, when=ANSWERS_FROZEN),
        Frozen("surveys_comment", on=["UPDATE"], columns=["text", "block_unit_id"]),
    ]
