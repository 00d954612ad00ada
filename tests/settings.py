"""The settings of the product; whatever it writes goes to a folder of this test run (of each worker its own)."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

FOLDER = Path(tempfile.mkdtemp(prefix="ddci-tests-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
os.environ.update(DDCI_MODE="embedded", DDCI_VAR=str(FOLDER), JOBS_INLINE="true")

from ddci.settings import *  # noqa: E402, F403
from ddci.settings import CACHES, DATABASES, STATIC_ROOT  # noqa: E402

STATIC_ROOT.mkdir()
PASSPHRASE_COST = (1, 8 * 1024)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, as in real use: a database in memory cannot be shared between a live server and a job in a thread.
    DATABASES["default"]["TEST"] = {"NAME": str(FOLDER / "test.sqlite3")}

else:
    # What a test commits need not outlive a power cut. Servers that tests start have the settings of the product.
    DATABASES["default"]["OPTIONS"]["options"] = "-c synchronous_commit=off"

if "redis" in CACHES["default"]["BACKEND"]:
    # Every test empties its cache; a worker must not empty its neighbour's.
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    CACHES["default"]["LOCATION"] += f"/{8 + worker}"

# A test client makes its middleware anew, and WhiteNoise would look every static file up each time. The server that
# browsers meet has them from the finders.
WHITENOISE_USE_FINDERS = False
