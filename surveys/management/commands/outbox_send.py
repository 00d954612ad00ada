"""Send what is due: `manage.py outbox_send`, once (from cron) or with --watch for ever (as a service)."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from ddci.core.errors import Refusal
from surveys.selectors.outbox import campaigns_sending
from surveys.services.outbox import leases_expire
from surveys.services.sending import World, campaign_work
from surveys.tasks import world_real

PAUSE = 15


class Command(BaseCommand):
    help = "Sends the messages of all started campaigns that are due. Several of it may run at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--watch", action="store_true", help="do not end, look again every 15 seconds")

    def handle(self, *args: Any, **options: Any) -> None:
        world = world_real()
        while True:
            handed = self._round(world)
            self.stdout.write(_("%(count)d messages handed over.") % {"count": handed})
            if not options["watch"]:
                return
            world.sleep(PAUSE)

    def _round(self, world: World) -> int:
        leases_expire(now=world.clock())
        handed = 0
        for campaign in campaigns_sending():
            try:
                handed += campaign_work(campaign_id=campaign.pk, world=world, progress=lambda *_facts: None)
            except Refusal as refusal:
                raise CommandError(str(refusal)) from refusal
        return handed
