"""Scorecards per second and the time of the ranking book, with a published edition of the demonstration's size."""

import os
import resource
import subprocess
import sys
import tempfile


def measure() -> None:
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "DDCI_VAR": folder, "JOBS_INLINE": "true", "LOG_LEVEL": "ERROR"}
        environment.pop("DATABASE_URL", None)
        subprocess.run(
            [sys.executable, "-c", "from tests.bench.documents import one; one()"], env=environment, check=True
        )


def one() -> None:
    import time

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ddci.settings")
    import django

    django.setup()
    from django.core.management import call_command

    from reports.pdf.book import book
    from reports.pdf.reading import reading_of
    from reports.pdf.scorecard import scorecard
    from tests.bench.published import published_demo

    call_command("migrate", verbosity=0)
    publication = published_demo()
    begun = time.perf_counter()
    reading = reading_of(publication, "vi")
    read = time.perf_counter()
    pages = [scorecard(result, reading) for result in reading.units]
    made = time.perf_counter()
    whole = book(reading)
    bound = time.perf_counter()
    size = sum(map(len, pages)) / len(pages) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"reading the release: {read - begun:.2f} s for {len(pages)} units")
    print(f"scorecards: {len(pages) / (made - read):.2f} per second in one process, {size:.0f} kB each")
    print(f"ranking book: {bound - made:.2f} s, {len(whole) / 1024:.0f} kB")
    print(f"peak memory: {peak:.0f} MiB")
