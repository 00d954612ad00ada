"""Recompute a published table from files alone; no database is touched."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from scoring.engine.exclusions import POLICIES, REVIEWED
from scoring.recompute.job import BlockReport, Report, Request, recompute
from scoring.recompute.messages import sentence
from scoring.recompute.writing import FORMATS, report_write

DOES_NOT_REPRODUCE = 3


class Command(BaseCommand):
    """See docs/recompute.md for a worked example of each form."""

    help = str(_("Score a table from files and compare it with a published one; no database is needed."))
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Files and columns."""
        parser.add_argument("--recipe", type=Path, required=True, help="recipe (JSON)")
        parser.add_argument("--table", type=Path, required=True, help="indicators, sub-indices, ratings or dataset")
        parser.add_argument("--published", type=Path, help="table with the published totals")
        parser.add_argument("--previous", action="extend", nargs="+", default=[], metavar="[LABEL=]FILE")
        parser.add_argument("--respondents", type=Path, help="respondents of a table of ratings")
        parser.add_argument("--margins", type=Path, help="margin, level, N")
        parser.add_argument("--out", type=Path, help="folder for all tables")
        parser.add_argument("--format", choices=FORMATS, default=FORMATS[0], help="of the tables in that folder")
        parser.add_argument("--block", default="")
        parser.add_argument("--tolerance", type=float, help="largest accepted error of a total")
        parser.add_argument("--score-column", default="")
        parser.add_argument("--rank-column", default="")
        parser.add_argument("--exclusions", choices=POLICIES, default=REVIEWED, help="of a dataset with exclusions")
        parser.add_argument("--weight-column", default="base_weight")
        parser.add_argument("--stratum-column", default="stratum")
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--language", choices=["vi", "en"], help="language of the sentences")

    def handle(self, *args: Any, **options: Any) -> None:
        """Recompute, print, write; the exit code is 3 when something does not reproduce."""
        names = {name for name in Request.__dataclass_fields__ if name in options}
        request = Request(**{name: options[name] for name in names} | {"previous": tuple(options["previous"])})
        report = recompute(request)
        with translation.override(options["language"] or translation.get_language() or "vi"):
            self._print(report)
            if options["out"] is not None:
                report_write(report, options["out"], options["format"])
                self.stdout.write(gettext("All tables are in %(folder)s.") % {"folder": options["out"]})
            if not report.reproduces:
                raise CommandError(gettext("The table does not reproduce."), returncode=DOES_NOT_REPRODUCE)

    def _print(self, report: Report) -> None:
        """The scores, the comparison and every finding."""
        decimal = "," if translation.get_language() == "vi" else "."
        for item in report.blocks:
            self.stdout.write(_summary(item, decimal))
        for finding in report.findings:
            self.stdout.write(f"- {sentence(finding, gettext, decimal=decimal)}")


def _summary(item: BlockReport, decimal: str) -> str:
    """One block in words."""
    scores = item.result.scores
    params = {"block": item.block, "units": len(scores), "hash": item.result.sha256[:16]}
    text = gettext("Block %(block)s: %(units)s units scored (result %(hash)s).") % params
    found = item.comparison
    if found is None:
        return text
    error = f"{found.largest_error:.3g}".replace(".", decimal)
    figures = {"n": found.units, "error": error, "ranks": found.rank_mismatches}
    line = gettext("Compared with %(n)s published totals: largest error %(error)s, %(ranks)s ranks differ.")
    return f"{text}\n{line % figures}"
