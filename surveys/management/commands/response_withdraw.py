"""Show or delete the answers of a business that asks for it; possible in a confidential edition only."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ddci.core.errors import Refusal
from surveys.selectors.invitations import invitation_by_code
from surveys.services.withdrawal import response_shown, response_withdraw


class Command(BaseCommand):
    help = "Show the answers that belong to a code, or delete them; in a sealed edition nobody can find them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--code", required=True, help="the code of the invitation, which the business names")
        parser.add_argument("--show", action="store_true", help="print the answers and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            invitation = invitation_by_code(options["code"])
            if options["show"]:
                self.stdout.write(json.dumps(response_shown(invitation=invitation), ensure_ascii=False, indent=2))
                return
            response_withdraw(invitation=invitation, by=None, now=timezone.now())
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(self.style.SUCCESS("Deleted."))
