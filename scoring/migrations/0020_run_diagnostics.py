"""What a second job finds out about a complete run; written once, never changed."""

import django.db.models.deletion
from django.db import migrations, models

from ddci.core.immutable import Frozen


class Migration(migrations.Migration):
    dependencies = [
        ("scoring", "0010_exclusions"),
    ]

    operations = [
        migrations.CreateModel(
            name="RunDiagnostics",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("content", models.JSONField(verbose_name="content")),
                ("sha256", models.CharField(max_length=64)),
                ("engine_version", models.CharField(max_length=20, verbose_name="engine version")),
                ("made_at", models.DateTimeField(verbose_name="made at")),
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="deep", to="scoring.scoringrun"
                    ),
                ),
            ],
            options={
                "verbose_name": "diagnostics of a run",
                "verbose_name_plural": "diagnostics of runs",
                "ordering": ["run"],
            },
        ),
        Frozen("scoring_rundiagnostics"),
    ]
