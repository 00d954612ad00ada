"""A response rate of its own for single strata."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("surveys", "0100_will_not_answer"),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="StratumRate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stratum", models.CharField(max_length=80, verbose_name="stratum")),
                ("response_rate", models.FloatField(verbose_name="response rate")),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="stratum_rates", to="surveys.edition"
                    ),
                ),
            ],
            options={
                "verbose_name": "response rate of a stratum",
                "verbose_name_plural": "response rates of strata",
                "ordering": ["edition", "stratum"],
                "constraints": [
                    models.UniqueConstraint(fields=("edition", "stratum"), name="stratum_rate_once"),
                    models.CheckConstraint(
                        condition=models.Q(("response_rate__gt", 0), ("response_rate__lte", 1)),
                        name="stratum_rate_is_share",
                    ),
                ],
            },
        ),
    ]
