"""Read bounced mail: `manage.py bounces_read --maildir ~/Maildir`, `--mbox FILE`, or one mail on standard input."""

import mailbox
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from surveys.messages.returns import bounce_of
from surveys.services.returns import return_note


class Command(BaseCommand):
    help = "Reads delivery status notifications and notes which messages came back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        source = parser.add_mutually_exclusive_group()
        source.add_argument("--maildir", help="a Maildir; mails of ours that were read are removed from it")
        source.add_argument("--mbox", help="a file of mails; it is only read")

    def handle(self, *args: Any, **options: Any) -> None:
        noted = other = 0
        for content, remove in self._mails(options["maildir"], options["mbox"]):
            bounce = bounce_of(content)
            if bounce is not None and return_note(found=bounce):
                noted += 1
                remove()
            else:
                other += 1
        words = {"noted": noted, "other": other}
        self.stdout.write(_("%(noted)d messages came back; %(other)d mails were something else.") % words)

    def _mails(self, maildir: str | None, mbox: str | None) -> Iterator[tuple[bytes, Any]]:
        """The bytes of each mail and how to remove it once it is dealt with."""
        try:
            if maildir:
                kept = mailbox.Maildir(maildir, create=False)
                yield from ((kept.get_bytes(key), lambda key=key: kept.remove(key)) for key in list(kept.keys()))
            elif mbox:
                file = mailbox.mbox(mbox, create=False)
                yield from ((file.get_bytes(key), lambda: None) for key in list(file.keys()))
            else:
                yield sys.stdin.buffer.read(), lambda: None
        except (mailbox.Error, OSError) as error:
            raise CommandError(_("There is no such mailbox.")) from error
