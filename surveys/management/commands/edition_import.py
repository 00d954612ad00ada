"""Set up an edition from its workbook; faults are printed as a table and end with status 1."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.selectors import provinces_all
from ddci.core.errors import Refusal
from surveys.services.edition_import import edition_import
from surveys.workbook.faults import FileFaults
from surveys.workbook.report import fault_table


class Command(BaseCommand):
    help = "Set up an edition from its workbook (docs/workbook.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the workbook, an .xlsx file")
        parser.add_argument("--province", required=True, help="short name of the province, such as thai-binh")

    def handle(self, *args: Any, **options: Any) -> None:
        province = provinces_all().filter(slug=options["province"]).first()
        if province is None:
            raise CommandError(f"There is no province “{options['province']}”.")
        try:
            content = options["file"].read_bytes()
            edition = edition_import(workbook=content, province=province, by=None, now=timezone.now())
        except OSError as error:
            raise CommandError(f"Cannot read {options['file']}: {error.strerror}") from error
        except FileFaults as faults:
            self.stderr.write(fault_table(faults.faults))
            raise CommandError(str(faults)) from faults
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(self.style.SUCCESS(f"{edition.title} ({edition.province.slug}/{edition.year})"))
