"""Importing a frame of 100,000 businesses, as XLSX and again as CSV, and planning and drawing a sample from it."""

import os
import resource
import subprocess
import sys
import tempfile

BUSINESSES = 100_000


def measure() -> None:
    for kind in ("xlsx", "csv"):
        with tempfile.TemporaryDirectory() as folder:
            environment = {**os.environ, "DDCI_VAR": folder, "JOBS_INLINE": "true", "LOG_LEVEL": "ERROR"}
            environment.pop("DATABASE_URL", None)
            # The file is made by another process, so that its memory is not counted.
            for step in (f"make('{folder}/frame', '{kind}')", f"one('{folder}/frame', '{kind}')"):
                subprocess.run(
                    [sys.executable, "-c", f"from tests.bench.frame import make, one; {step}"],
                    env=environment,
                    check=True,
                )


def make(path: str, kind: str) -> None:
    _django()
    import numpy as np
    import xlsxwriter

    from surveys.demo.frame import HEADINGS, csv_of, frame_rows
    from surveys.demo.workbook import demo_workbook
    from surveys.workbook import workbook_read

    content = workbook_read(demo_workbook()).content
    rows = list(frame_rows(content, BUSINESSES, np.random.default_rng(1), phones=True))
    if kind == "csv":
        with open(path, "wb") as file:
            file.write(csv_of(rows))
        return
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        for number, row in enumerate([list(HEADINGS), *rows]):
            sheet.write_row(number, 0, row)


def one(path: str, kind: str) -> None:
    import time

    _django()
    from django.core.management import call_command
    from django.utils import timezone

    from surveys.demo.people import province_ensure
    from surveys.demo.workbook import demo_workbook
    from surveys.population.columns import mapping_guess
    from surveys.population.plan import Plan
    from surveys.services.edition_import import edition_import
    from surveys.services.frame_imports import frame_import_start, frame_upload
    from surveys.services.samples import sample_draw
    from surveys.services.sampling import plan_assess

    call_command("migrate", verbosity=0)
    now = timezone.now()
    province = province_ensure(now=now)
    edition = edition_import(workbook=demo_workbook(), province=province, by=None, now=now)
    with open(path, "rb") as file:
        data = file.read()
    times = [(time.perf_counter(), time.process_time())]
    for _time in ("first", "again"):
        uploaded = frame_upload(province=province, name=path, data=data, by=None, now=now)
        mapping = mapping_guess(uploaded.headings)
        started = frame_import_start(frame_import=uploaded, mapping=mapping, whole=True, by=None, now=now)
        started.refresh_from_db()
        times.append((time.perf_counter(), time.process_time()))
        wall, work = (after - before for before, after in zip(times[-2], times[-1], strict=True))
        print(
            f"{kind}: {started.rows:,} rows ({started.new:,} new, {started.same:,} unchanged) in {wall:.1f} s, "
            f"{work:.1f} s of processor"
        )
    plan = Plan(size=8000, variables=("type", "locality", "size"), reserve=0.2, seed=1)
    for name, act in (
        ("plan with precision", lambda: plan_assess(edition=edition, plan=plan)),
        ("draw of 8,000", lambda: sample_draw(edition=edition, plan=plan, by=None, now=now)),
    ):
        begun = time.perf_counter()
        act()
        print(f"{name}: {time.perf_counter() - begun:.2f} s")
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


def _django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ddci.settings")
    import django

    django.setup()
