"""How many businesses get no letter because they want no messages."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("surveys", "0101_stratum_rates"),
    ]

    operations: ClassVar = [
        migrations.AddField(
            model_name="letterfile",
            name="left_out",
            field=models.PositiveIntegerField(default=0),
        ),
    ]
