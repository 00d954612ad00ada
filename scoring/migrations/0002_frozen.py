"""Recipes, complete runs with their scores, verdicts and publications stay as they are."""

from typing import ClassVar

from django.db import migrations

from ddci.core.immutable import WRITES, Frozen

RUN_COMPLETE = "EXISTS (SELECT 1 FROM scoring_scoringrun r WHERE r.id = {row}.run_id AND r.state = 'complete')"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("scoring", "0001_initial")]
    operations: ClassVar = [
        Frozen("scoring_recipe"),
        Frozen("scoring_scoringrun", when="{row}.state = 'complete'"),
        Frozen("scoring_score", on=WRITES, when=RUN_COMPLETE),
        Frozen("scoring_subindexscore", on=WRITES, when=RUN_COMPLETE),
        Frozen("scoring_indicatorscore", on=WRITES, when=RUN_COMPLETE),
        Frozen("scoring_runapproval"),
        Frozen("scoring_publication"),
    ]
