"""The passwords of the demonstration, kept beside its database and readable by the owner only.

They are drawn on the first start, because a password that stands in the source would open every installation that
somebody forgot.
"""

from collections.abc import Mapping
from pathlib import Path

from surveys.demo.people import PEOPLE, password_new

NAME = "demo-accounts.txt"


def passwords_kept(folder: Path) -> dict[str, str]:
    """Passwords by person; empty when none were made yet or somebody is missing."""
    path = folder / NAME
    if not path.exists():
        return {}
    lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
    found = {line[0].partition("@")[0]: line[1] for line in lines if len(line) == 2}
    return found if {person.key for person in PEOPLE} <= found.keys() else {}


def passwords_make(folder: Path) -> dict[str, str]:
    """New passwords for everybody, written to the file."""
    passwords = {person.key: password_new() for person in PEOPLE}
    _write(folder / NAME, passwords)
    return passwords


def _write(path: Path, passwords: Mapping[str, str]) -> None:
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text("".join(f"{person.email} {passwords[person.key]}\n" for person in PEOPLE), encoding="utf-8")
