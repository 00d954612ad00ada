"""A sample stays as it was drawn; once somebody of it is invited it cannot be taken back. Only what was issued grows,
until the data are frozen.
"""

from typing import ClassVar

from django.db import migrations

from ddci.core.immutable import frozen

INVITED = "EXISTS (SELECT 1 FROM surveys_sample s WHERE s.id = {row}.sample_id AND s.invited)"
EDITION_FROZEN = (
    "EXISTS (SELECT 1 FROM surveys_sample s JOIN surveys_edition e ON e.id = s.edition_id "
    "WHERE s.id = {row}.sample_id AND e.state IN ('frozen', 'scored', 'published'))"
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("surveys", "0040_frame")]
    operations: ClassVar = [
        frozen(
            "surveys_sample",
            on=["UPDATE"],
            columns=["edition_id", "seed", "plan", "precision", "frame_sha256", "population", "drawn_at"],
        ),
        frozen("surveys_sample", on=["DELETE"], when="{row}.invited"),
        frozen(
            "surveys_samplestratum",
            on=["UPDATE"],
            columns=["sample_id", "position", "name", "cells", "population", "drawn", "reserve"],
        ),
        frozen("surveys_samplestratum", on=["UPDATE"], when=EDITION_FROZEN, columns=["issued"], name="issued"),
        frozen("surveys_samplestratum", on=["DELETE"], when=INVITED),
        frozen("surveys_samplemember", on=["UPDATE"]),
        frozen("surveys_samplemember", on=["DELETE"], when=INVITED),
    ]
