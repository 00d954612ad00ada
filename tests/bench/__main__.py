"""`make bench`: how fast and how large, on this machine, with these versions. Nothing here is asserted.

python -m tests.bench                 everything
python -m tests.bench scoring         one part: scoring, answering, documents or frame
"""

import os
import platform
import subprocess
import sys
from importlib.metadata import version

from tests.bench import answering, documents, frame, scoring

PARTS = {
    "scoring": scoring.measure,
    "answering": answering.measure,
    "documents": documents.measure,
    "frame": frame.measure,
}
NAMED = ["django", "numpy", "pandas", "scipy", "waitress", "weasyprint"]


def processor() -> str:
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    versions = ", ".join(f"{name} {version(name)}" for name in NAMED)
    return (
        f"{os.cpu_count()} x {processor()}, {memory:.0f} GiB, {platform.platform()}\n"
        f"Python {platform.python_version()}, {versions}; commit {commit.stdout.strip()}"
    )


def main() -> None:
    chosen = [name for name in sys.argv[1:] if not name.startswith("--")] or list(PARTS)
    print(machine())
    for name in chosen:
        print(f"\n== {name}", flush=True)
        PARTS[name]()


main()
