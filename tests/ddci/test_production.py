"""The environment that docs/operations.md gives for production: complete, safe, and without any secret by default."""

import os
import re
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SECRETS = ["SECRET_KEY", "INVITATION_KEY", "DATABASE_URL"]


def documented_environment(var: Path) -> dict[str, str]:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    block = re.search(r"^```ini production\.env\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert block
    lines = dict(line.split("=", 1) for line in block[1].splitlines())
    given = {name: secrets.token_urlsafe(48) if value == "<random>" else value for name, value in lines.items()}
    return {"PATH": os.environ["PATH"], **given, "DDCI_VAR": str(var)}


def manage(*arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_the_documented_environment_passes_every_deployment_check(tmp_path: Path) -> None:
    done = manage("check", "--deploy", "--fail-level", "DEBUG", environment=documented_environment(tmp_path))

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "System check identified no issues (0 silenced).\n"


@pytest.mark.parametrize("name", SECRETS)
def test_production_does_not_start_without_a_secret(name: str, tmp_path: Path) -> None:
    environment = documented_environment(tmp_path)
    del environment[name]

    done = manage("check", environment=environment)

    assert done.returncode != 0
    assert f"{name} must be set in production" in done.stderr


def test_nothing_secret_is_written_in_production(tmp_path: Path) -> None:
    manage("check", environment=documented_environment(tmp_path))

    assert list(tmp_path.iterdir()) == []


def test_every_variable_that_the_settings_read_is_documented() -> None:
    settings = (ROOT / "ddci" / "settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r"""(?:env\.\w+|_secret)\(\s*"([A-Z_]+)\"""", settings))
    table = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs" / "operations.md").read_text(encoding="utf-8"), re.M))

    # How jobs run inside commands and tests is not the operator's concern.
    assert read - {"JOBS_INLINE"} == table
