"""The passwords of the demonstration and the passphrases of its key holders, kept beside its database and readable by
the owner only.

They are drawn on the first start, because a password that stands in the source would open every installation that
somebody forgot.
"""

from collections.abc import Mapping
from pathlib import Path

from surveys.demo.people import HOLDERS, PASSPHRASE, PEOPLE, secrets_new

NAME = "demo-accounts.txt"


def passwords_kept(folder: Path) -> dict[str, str]:
    """Passwords by person and passphrases of key holders; empty when none were made yet or one is missing."""
    path = folder / NAME
    if not path.exists():
        return {}
    lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
    found = {line[0].partition("@")[0]: line[1] for line in lines if len(line) == 2}
    return found if _wanted() <= found.keys() else {}


def passwords_make(folder: Path) -> dict[str, str]:
    """New passwords for everybody and passphrases for the key holders, written to the file."""
    passwords = secrets_new()
    _write(folder / NAME, passwords)
    return passwords


def _wanted() -> set[str]:
    return {person.key for person in PEOPLE} | {f"{PASSPHRASE}{person.key}" for person in HOLDERS}


def _write(path: Path, passwords: Mapping[str, str]) -> None:
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    lines = [f"{person.email} {passwords[person.key]}\n" for person in PEOPLE]
    lines += [f"{PASSPHRASE}{person.email} {passwords[PASSPHRASE + person.key]}\n" for person in HOLDERS]
    path.write_text("".join(lines), encoding="utf-8")
