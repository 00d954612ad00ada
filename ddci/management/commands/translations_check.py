"""Prove that every visible text has its translation and that the catalogues are those of the present code."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z]|\{\w*\}")
NOT_TRANSLATED = (".*", "var", "node_modules", "staticfiles", "static", "docs", "tests", "*.pyc", "*.mo")


class Key(NamedTuple):
    context: str | None
    singular: str
    plural: str | None


def key(message: Message) -> Key:
    if isinstance(message.id, str):
        return Key(message.context, message.id, None)
    return Key(message.context, message.id[0], message.id[1])


def catalogue_read(path: Path) -> dict[Key, Message]:
    with path.open("rb") as file:
        catalogue: Catalog = read_po(file, ignore_obsolete=True)
    return {key(message): message for message in catalogue if message.id}


def catalogues_extracted(languages: list[str]) -> dict[str, set[Key]]:
    """The texts of the code as it stands, collected in a copy, so that nothing here is written to."""
    with tempfile.TemporaryDirectory(prefix="ddci-texts-") as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(settings.BASE_DIR, copy, ignore=shutil.ignore_patterns(*NOT_TRANSLATED))
        command = [
            sys.executable,
            "manage.py",
            "makemessages",
            "--no-wrap",
            "--no-location",
            "--verbosity",
            "0",
        ]
        wanted = [f"--locale={language}" for language in languages]
        environment = {**os.environ, "DDCI_VAR": str(Path(folder) / "var")}
        done = subprocess.run(  # noqa: S603 - our own manage.py
            [*command, *wanted], cwd=copy, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise CommandError(f"Collecting the texts failed:\n{done.stderr}")
        return {
            language: set(catalogue_read(copy / "locale" / language / "LC_MESSAGES" / "django.po"))
            for language in languages
        }


def faults_of_message(wanted: Key, message: Message) -> Iterator[str]:
    """What is wrong with one translation, in words."""
    translations = [message.string] if isinstance(message.string, str) else list(message.string or [""])
    if message.fuzzy:
        yield "is marked fuzzy"
    if not all(translations):
        yield "has no translation"
        return
    required = set(PLACEHOLDER.findall(wanted.plural or wanted.singular))
    allowed = required | set(PLACEHOLDER.findall(wanted.singular))
    for position, translation in enumerate(translations):
        found = set(PLACEHOLDER.findall(translation))
        # A singular form may say "one" instead of showing the number; the last form never may.
        missing = required - found if position == len(translations) - 1 else set()
        for placeholder in sorted(missing):
            yield f"lost the placeholder {placeholder}"
        for placeholder in sorted(found - allowed):
            yield f"has a placeholder of its own: {placeholder}"


def faults(language: str, wanted: set[Key], present: dict[Key, Message]) -> Iterator[str]:
    """Every fault of one catalogue, each naming its text."""
    for each in sorted(wanted - set(present), key=str):
        yield f"{language}: {each.singular!r} is not in the catalogue; run `make messages`"
    for each in sorted(set(present) - wanted, key=str):
        yield f"{language}: {each.singular!r} is no longer used; run `make messages`"
    for each in sorted(wanted & set(present), key=str):
        for fault in faults_of_message(each, present[each]):
            yield f"{language}: {each.singular!r} {fault}"


class Command(BaseCommand):
    help = "Check that all translations are complete and up to date."

    def handle(self, *args: Any, **options: Any) -> None:
        languages = [code for code, _name in settings.LANGUAGES]
        extracted = catalogues_extracted(languages)
        found = []
        for language in languages:
            path = Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"
            present = catalogue_read(path) if path.exists() else {}
            found += list(faults(language, extracted[language], present))
        if found:
            raise CommandError("\n".join([*found, f"{len(found)} faults in the translations."]))
        self.stdout.write(f"{len(extracted[languages[0]])} texts, complete in {', '.join(languages)}.")
