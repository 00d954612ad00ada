"""Count the day of every open edition: for a nightly timer."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from surveys.selectors.editions import editions_open
from surveys.services.fieldwork import day_count


class Command(BaseCommand):
    help = "Write down where participation of every open edition stands today."

    def handle(self, *args: Any, **options: Any) -> None:
        for edition in editions_open():
            row = day_count(edition=edition, today=timezone.localdate())
            self.stdout.write(f"{edition}: {sum(counts[3] for counts in row.counts.values())}")
