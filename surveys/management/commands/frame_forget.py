"""Delete contact data of businesses that left the frame, and old rejected rows: `manage.py frame_forget --days 180`."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.selectors import provinces_all
from surveys.services.frame_forget import frame_forget


class Command(BaseCommand):
    help = "Deletes contact data of businesses that left the frame some days ago, and rejected rows of old imports."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=180, help="how long ago at least (default 180)")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        for province in provinces_all():
            done = frame_forget(province=province, before=now - timedelta(days=options["days"]), by=None, now=now)
            words = {"province": province.slug, "businesses": done.businesses, "rows": done.rows, "files": done.files}
            self.stdout.write(
                _("%(province)s: %(businesses)d businesses, %(rows)d rejected rows, %(files)d files.") % words
            )
