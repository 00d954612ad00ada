"""Set up the demonstration and say how to try it. Done once; a later start only prints the addresses."""

import time
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils import timezone

from ddci.core.errors import Refusal
from reports.demo.accounts_file import NAME, passwords_kept, passwords_make
from reports.demo.main_job import EARLIER, Progress, main_job, publication_finished, trial_open
from surveys.demo.people import HOLDERS, PASSPHRASE, PEOPLE
from surveys.demo.simulation import Plan
from surveys.models import Invitation
from surveys.selectors.invitations import code_of


class Command(BaseCommand):
    help = "Run the main job on a demonstration edition with simulated data; a finished one is left alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        plan = Plan()
        parser.add_argument("--invited", type=int, default=plan.invited, help="simulated businesses invited")
        parser.add_argument("--answered", type=int, default=plan.answered, help="of these, how many answer")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demonstration has known accounts and does not belong in production.")
        passwords, publication = passwords_kept(settings.VAR_DIR), publication_finished()
        try:
            if not passwords or publication is None:
                passwords = self._prepare(passwords, Plan(invited=options["invited"], answered=options["answered"]))
                publication = publication_finished()
            if publication is None:
                raise CommandError("The demonstration was not published. Start it again.")
            province = publication.edition.province
            invitation = trial_open(province=province, passwords=passwords, by=None, clock=timezone.now)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self._explain(invitation, passwords, f"{province.slug}/{publication.edition.year}")

    def _prepare(self, passwords: dict[str, str], plan: Plan) -> dict[str, str]:
        self.stdout.write("Setting up the demonstration (simulated data). Later starts take seconds.")
        passwords = passwords or passwords_make(settings.VAR_DIR)
        # A small trial of the demonstration has no need of a past.
        earlier = EARLIER if plan == Plan() else {}
        main_job(passwords=passwords, plan=plan, step=self._step, clock=timezone.now, earlier=earlier)
        return passwords

    def _step(self, title: str, work: Callable[[Progress], None]) -> None:
        begun = seen = time.monotonic()
        shown = 0
        self.stdout.write(f"  · {title} … ", ending="")
        self.stdout.flush()

        def progress(done: int, total: int, _message: str) -> None:
            nonlocal shown, seen
            share = 100 * done // max(total, 1)
            if share >= shown + 10 or time.monotonic() - seen > 5:
                self.stdout.write(f"{share} % " if share > shown else "· ", ending="")
                self.stdout.flush()
                shown, seen = max(share, shown), time.monotonic()

        work(progress)
        self.stdout.write(self.style.SUCCESS(f"done ({time.monotonic() - begun:.1f} s)"))

    def _explain(self, invitation: Invitation, passwords: dict[str, str], edition: str) -> None:
        province, _slash, year = edition.partition("/")
        places = {
            "Public ranking": reverse("public:ranking", args=[province, year]),
            "Answer as a business": reverse("answering:start", args=[code_of(invitation)]),
            "Staff area": reverse("staff:home"),
        }
        self.stdout.write("")
        for title, path in places.items():
            self.stdout.write(f"  {title:22}{settings.SITE_URL}{path}")
        self.stdout.write(f"\n  Accounts (also in {settings.VAR_DIR / NAME}):")
        for person in PEOPLE:
            role = person.role.value if person.role else {"reader": "reads one unit", "admin": "platform"}[person.key]
            self.stdout.write(f"    {person.email:26}{passwords[person.key]:20}{role}")
        self.stdout.write("\n  Passphrases of the key holders of the ballot box:")
        for person in HOLDERS:
            self.stdout.write(f"    {person.email:26}{passwords[PASSPHRASE + person.key]}")
