"""Bursts among the flags, and days in confidential editions only.

SQLite makes a table anew when a constraint changes and loses its triggers without a word: they are taken away before
and written again after, on both databases.
"""

from typing import ClassVar

from django.db import migrations, models

from ddci.core.immutable import Frozen, Unfrozen

NOT_CONFIDENTIAL = (
    "EXISTS (SELECT 1 FROM surveys_response r JOIN surveys_edition e ON e.id = r.edition_id "
    "WHERE r.id = {row}.response_id AND e.secrecy <> 'confidential')"
)
FLAGS = {
    "copy": "Whole response copied",
    "duplicate": "Same answers as another rating",
    "near_duplicate": "Almost the same answers as another rating",
    "same_answer": "One answer over and over",
    "hasty": "Answered very fast",
    "burst": "Ratings of a unit all at once",
    "perfect_crowd": "Perfect rating in a crowd of them",
    "incomplete": "Half empty",
    "little_variation": "Answers hardly vary",
    "inconsistent": "Answers contradict each other",
    "unusual": "Unusual pattern of answers",
}


class Migration(migrations.Migration):
    dependencies: ClassVar = [("surveys", "0090_response_days")]
    operations: ClassVar = [
        Frozen("surveys_responseday", on=["INSERT", "UPDATE"], when=NOT_CONFIDENTIAL),
        Unfrozen("surveys_responseflag"),
        migrations.RemoveConstraint(model_name="responseflag", name="flag_code_known"),
        migrations.AlterField(
            model_name="responseflag",
            name="code",
            field=models.CharField(choices=list(FLAGS.items()), max_length=20, verbose_name="flag"),
        ),
        migrations.AddConstraint(
            model_name="responseflag",
            constraint=models.CheckConstraint(condition=models.Q(code__in=list(FLAGS)), name="flag_code_known"),
        ),
        Frozen("surveys_responseflag"),
    ]
