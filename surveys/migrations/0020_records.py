"""Values from records: counts of dossiers and the document they rest on; which indicators are counted or compared.

All columns are nullable and without default, so that SQLite adds them in place and the triggers of the tables stay.
"""

from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from ddci.core.immutable import WRITES, Frozen

FROZEN = (
    "EXISTS (SELECT 1 FROM surveys_edition e WHERE e.id = {row}.edition_id "
    "AND e.state IN ('frozen', 'scored', 'published'))"
)


def count(name, words):
    return migrations.AddField(
        model_name="hardvalue",
        name=name,
        field=models.PositiveIntegerField(blank=True, null=True, verbose_name=words),
    )


def listed(name, words):
    return migrations.AddField(
        model_name="indicator",
        name=name,
        field=models.JSONField(blank=True, null=True, verbose_name=words),
    )


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("surveys", "0011_quality_frozen"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations: ClassVar = [
        count("handled", "dossiers handled"),
        count("early", "of these early"),
        count("on_time", "of these on time"),
        count("late", "of these late"),
        listed("counted", "counts of dossiers whose share it is"),
        listed("related", "indicators of the survey about the same matter"),
        migrations.CreateModel(
            name="HardDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=200, verbose_name="number and name of the document")),
                ("file", models.FileField(blank=True, upload_to="records", verbose_name="file")),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("added_at", models.DateTimeField(verbose_name="added at")),
                (
                    "added_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="hard_documents",
                        to="surveys.edition",
                    ),
                ),
            ],
            options={
                "verbose_name": "document of records",
                "verbose_name_plural": "documents of records",
                "ordering": ["edition", "title"],
                "constraints": [models.UniqueConstraint(fields=("edition", "title"), name="hard_document_once")],
            },
        ),
        migrations.AddField(
            model_name="hardvalue",
            name="document",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.RESTRICT,
                related_name="values",
                to="surveys.harddocument",
                verbose_name="document",
            ),
        ),
        Frozen("surveys_harddocument", on=WRITES, when=FROZEN),
    ]
