"""Do once what goes on by itself, for servers other than `manage.py serve`, whose clock does it every 20 seconds."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from reports.tasks import tick


class Command(BaseCommand):
    help = "Wakes what sends messages, deletes letters that nobody took, empties full trays, counts days: every minute."

    def handle(self, *args: Any, **options: Any) -> None:
        tick(now=timezone.now())
