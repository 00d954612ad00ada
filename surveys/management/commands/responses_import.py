"""Take over responses that were collected elsewhere; faults are printed as a table and end with status 1."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ddci.core.errors import Refusal
from surveys.selectors.editions import edition_at
from surveys.services.responses_import import responses_import
from surveys.workbook.faults import FileFaults
from surveys.workbook.report import fault_table


class Command(BaseCommand):
    help = "Take over responses from a CSV file, long or wide, into an open edition (docs/workbook.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the responses, a .csv file in UTF-8")
        parser.add_argument("--edition", required=True, help="province and year, such as thai-binh/2024")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            edition = edition_at(options["edition"])
            table = options["file"].read_bytes()
            imported = responses_import(edition=edition, table=table, by=None, now=timezone.now())
        except OSError as error:
            raise CommandError(f"Cannot read {options['file']}: {error.strerror}") from error
        except FileFaults as faults:
            self.stderr.write(fault_table(faults.faults))
            raise CommandError(str(faults)) from faults
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        counts = f"{imported.responses} responses, {imported.ratings} ratings"
        self.stdout.write(self.style.SUCCESS(f"{edition.title}: {counts}"))
