"""The day of a response in confidential editions; thresholds of the flags for an edition."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("surveys", "0071_fieldwork_days")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="ResponseDay",
            fields=[
                (
                    "response",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="came_in",
                        serialize=False,
                        to="surveys.response",
                    ),
                ),
                ("day", models.DateField(verbose_name="day")),
            ],
            options={
                "verbose_name": "day of a response",
                "verbose_name_plural": "days of responses",
                "ordering": ["response"],
            },
        ),
        migrations.AddField(
            model_name="qualityrules",
            name="thresholds",
            field=models.JSONField(null=True, verbose_name="thresholds"),
        ),
    ]
