"""Let simulated businesses answer an open edition that is marked as simulated."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ddci.core.errors import Refusal
from surveys.demo.simulation import Plan, responses_simulate
from surveys.selectors.editions import edition_at


class Command(BaseCommand):
    help = "Let simulated businesses answer an open edition that is marked as simulated data."

    def add_arguments(self, parser: ArgumentParser) -> None:
        plan = Plan()
        parser.add_argument("--edition", required=True, help="province and year, such as thai-binh/2024")
        parser.add_argument("--invited", type=int, default=plan.invited)
        parser.add_argument("--answered", type=int, default=plan.answered)
        parser.add_argument("--seed", type=int, default=plan.seed)

    def handle(self, *args: Any, **options: Any) -> None:
        if not 0 < options["answered"] <= options["invited"]:
            raise CommandError("At least one answers, and no more than are invited.")
        plan = Plan(invited=options["invited"], answered=options["answered"], seed=options["seed"])
        try:
            edition = edition_at(options["edition"])
            responses_simulate(edition=edition, plan=plan, by=None, now=timezone.now(), progress=self._progress)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(self.style.SUCCESS(f"\n{edition.title}: {plan.answered}/{plan.invited}"))

    def _progress(self, done: int, total: int) -> None:
        self.stdout.write(f"\r{done}/{total}", ending="")
        self.stdout.flush()
