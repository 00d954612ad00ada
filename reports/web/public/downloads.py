"""What the page of downloads shows."""

from collections.abc import Sequence
from typing import Any

from reports.enums import ReportKind
from reports.models import ReportFile


def downloads_of(files: Sequence[ReportFile]) -> dict[str, Any]:
    """The files by kind; scorecards by unit. `complete`: the archive, which is made last, is there."""
    kinds = {kind: [file for file in files if file.kind == kind] for kind in ReportKind}
    units: dict[str, list[ReportFile]] = {}
    for file in kinds[ReportKind.SCORECARD]:
        name = file.block_unit.unit.name if file.block_unit else ""
        units.setdefault(name, []).append(file)
    return {
        "books": kinds[ReportKind.BOOK],
        "tables": kinds[ReportKind.TABLE],
        "archives": kinds[ReportKind.ARCHIVE],
        "scorecards": units,
        "complete": bool(kinds[ReportKind.ARCHIVE]),
    }
