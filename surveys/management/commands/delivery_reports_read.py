"""Read delivery reports of a gateway, one JSON object a line: `manage.py delivery_reports_read FILE`."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from surveys.messages.returns import report_of
from surveys.services.returns import return_note


class Command(BaseCommand):
    help = "Notes which text messages arrived or came back, from a gateway's reports."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            lines = options["file"].read_text(encoding="utf-8").splitlines()
        except OSError as error:
            raise CommandError(_("There is no such file.")) from error
        noted = sum(self._noted(line) for line in lines if line.strip())
        self.stdout.write(_("%(noted)d of %(all)d reports were about messages of ours.") % {
            "noted": noted, "all": len(lines),
        })  # fmt: skip

    def _noted(self, line: str) -> bool:
        try:
            report = report_of(json.loads(line))
        except ValueError:
            return False
        return report is not None and return_note(found=report)
