"""The ballot box. The column of the edition is added by hand: on SQLite, Django would make the table anew, and its
triggers would be lost.
"""

import uuid
from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def add_secrecy(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    editor.execute(
        "ALTER TABLE surveys_edition ADD COLUMN secrecy varchar(15) NOT NULL DEFAULT 'sealed' "
        "CONSTRAINT edition_secrecy_known CHECK (secrecy IN ('sealed', 'confidential'))"
    )
    if editor.connection.vendor == "postgresql":
        editor.execute("ALTER TABLE surveys_edition ALTER COLUMN secrecy DROP DEFAULT")


def drop_secrecy(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    editor.execute("ALTER TABLE surveys_edition DROP COLUMN secrecy")


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("accounts", "0002_frozen"),
        ("surveys", "0020_records"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="BallotBox",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_key", models.BinaryField()),
                ("made_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField(null=True)),
                ("boxes", models.PositiveIntegerField(null=True)),
                ("damaged", models.PositiveIntegerField(null=True)),
                ("fewest", models.PositiveSmallIntegerField(null=True)),
                ("merges", models.JSONField(default=list)),
            ],
            options={
                "verbose_name": "ballot box",
                "verbose_name_plural": "ballot boxes",
                "ordering": ["edition"],
            },
        ),
        migrations.CreateModel(
            name="Envelope",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("box", models.BinaryField()),
            ],
            options={
                "verbose_name": "envelope",
                "verbose_name_plural": "envelopes",
                "ordering": ["invitation"],
            },
        ),
        migrations.CreateModel(
            name="KeyHolder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_key", models.BinaryField(default=bytes)),
                ("locked_secret", models.BinaryField(default=bytes)),
                ("salt", models.BinaryField(default=bytes)),
                ("passes", models.PositiveIntegerField(default=0)),
                ("memory", models.PositiveBigIntegerField(default=0)),
                ("sealed_key", models.BinaryField(default=bytes)),
            ],
            options={
                "verbose_name": "key holder",
                "verbose_name_plural": "key holders",
                "ordering": ["edition", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ResponseLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ],
            options={
                "verbose_name": "link to a response",
                "verbose_name_plural": "links to responses",
                "ordering": ["invitation"],
            },
        ),
        migrations.CreateModel(
            name="SealedResponse",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("box", models.BinaryField()),
            ],
            options={
                "verbose_name": "sealed response",
                "verbose_name_plural": "sealed responses",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="UnitCounter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ratings", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name": "counter of a unit",
                "verbose_name_plural": "counters of units",
                "ordering": ["block_unit"],
            },
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddField(
                    model_name="edition",
                    name="secrecy",
                    field=models.CharField(
                        choices=[
                            ("sealed", "Sealed: nobody can tell whose answers they are"),
                            ("confidential", "Confidential: answers can be checked with the business by telephone"),
                        ],
                        default="sealed",
                        max_length=15,
                        verbose_name="secrecy of answers",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="edition",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("secrecy__in", ["sealed", "confidential"])), name="edition_secrecy_known"
                    ),
                ),
            ],
            database_operations=[migrations.RunPython(add_secrecy, drop_secrecy)],
        ),
        migrations.AddField(
            model_name="ballotbox",
            name="edition",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="ballot_box", to="surveys.edition"
            ),
        ),
        migrations.AddField(
            model_name="ballotbox",
            name="opened_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="envelope",
            name="invitation",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="envelope", to="surveys.invitation"
            ),
        ),
        migrations.AddField(
            model_name="keyholder",
            name="edition",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="key_holders", to="surveys.edition"
            ),
        ),
        migrations.AddField(
            model_name="keyholder",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="ballot_keys", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="responselink",
            name="invitation",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="link", to="surveys.invitation"
            ),
        ),
        migrations.AddField(
            model_name="responselink",
            name="response",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="link", to="surveys.response"
            ),
        ),
        migrations.AddField(
            model_name="sealedresponse",
            name="ballot",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="sealed", to="surveys.ballotbox"
            ),
        ),
        migrations.AddField(
            model_name="unitcounter",
            name="block_unit",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="counter", to="surveys.blockunit"
            ),
        ),
        migrations.AddConstraint(
            model_name="keyholder",
            constraint=models.UniqueConstraint(fields=("edition", "user"), name="key_holder_once"),
        ),
    ]
