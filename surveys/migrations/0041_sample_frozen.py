"""A sample stays as it was drawn; once somebody of it is invited it cannot be taken back. Only what was issued grows,
until the data are frozen.
"""

from typing import ClassVar

from django.db import migrations

from ddci.core.immutable import Frozen

INVITED = "EXISTS (SELECT 1 FROM surveys_sample s WHERE s.id = {row}.sample_id AND s.invited)"
EDITION_FROZEN = (
    "EXISTS (SELECT 1 FROM surveys_sample s JOIN surveys_edition e ON e.id = s.edition_id "
    "WHERE s.id = {row}.sample_id AND e.state IN ('frozen', 'scored', 'published'))"
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("surveys", "0040_frame")]
    operations: ClassVar = [
        Frozen(
            "surveys_sample",
            on=["UPDATE"],
            columns=["edition_id", "seed", "plan", "precision", "frame_sha256", "population", "drawn_at"],
        ),
        Frozen("surveys_sample", on=["DELETE"], when="{row}.invited"),
        Frozen(
            "surveys_samplestratum",
            on=["UPDATE"],
            columns=["sample_id", "position", "name", "cells", "population", "drawn", "reserve"],
        ),
        Frozen("surveys_samplestratum", on=["UPDATE"], when=EDITION_FROZEN, columns=["issued"], name="issued"),
        Frozen("surveys_samplestratum", on=["DELETE"], when=INVITED),
        Frozen("surveys_samplemember", on=["UPDATE"]),
        Frozen("surveys_samplemember", on=["DELETE"], when=INVITED),
    ]
