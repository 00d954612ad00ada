"""What holds the promises of the ballot box: secrecy is chosen before opening and stays; a sealed edition knows no link
between a business and a response; boxes come in only while answers are taken; the public key cannot be exchanged.
"""

from typing import ClassVar

from django.db import migrations

from ddci.core.immutable import Frozen

NOT_CONFIDENTIAL = (
    "EXISTS (SELECT 1 FROM surveys_response r JOIN surveys_edition e ON e.id = r.edition_id "
    "WHERE r.id = {row}.response_id AND e.secrecy <> 'confidential')"
)
NOT_OPEN_ENVELOPE = (
    "EXISTS (SELECT 1 FROM surveys_invitation i JOIN surveys_edition e ON e.id = i.edition_id "
    "WHERE i.id = {row}.invitation_id AND e.state <> 'open')"
)
NO_BOXES_NOW = (
    "EXISTS (SELECT 1 FROM surveys_ballotbox b JOIN surveys_edition e ON e.id = b.edition_id "
    "WHERE b.id = {row}.ballot_id AND (e.state NOT IN ('open', 'closed') OR b.opened_at IS NOT NULL))"
)
OPENED = "EXISTS (SELECT 1 FROM surveys_edition e WHERE e.id = {row}.edition_id AND e.state <> 'draft')"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("surveys", "0030_ballot_box")]
    operations: ClassVar = [
        Frozen(
            "surveys_edition",
            on=["UPDATE"],
            when="OLD.state <> 'draft' AND NEW.secrecy <> OLD.secrecy",
            columns=["secrecy"],
            name="secrecy",
        ),
        Frozen("surveys_responselink", on=["INSERT", "UPDATE"], when=NOT_CONFIDENTIAL),
        Frozen("surveys_envelope", on=["INSERT", "UPDATE"], when=NOT_OPEN_ENVELOPE),
        Frozen("surveys_sealedresponse", on=["INSERT", "UPDATE"], when=NO_BOXES_NOW),
        Frozen("surveys_ballotbox", on=["UPDATE"], columns=["public_key", "edition_id", "made_at"]),
        Frozen("surveys_ballotbox", on=["DELETE"], when=OPENED, name="kept"),
        Frozen("surveys_ballotbox", on=["UPDATE"], when="{row}.opened_at IS NOT NULL", name="opened_once"),
    ]
