"""From which recipe another one was made. A nullable column is added in place, so the triggers of the table stay."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("scoring", "0020_run_diagnostics")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="recipe",
            name="starts_from",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="scoring.recipe",
                verbose_name="starts from",
            ),
        ),
    ]
