"""Writing the outcome: every table as CSV, the summary as JSON."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pandas as pd

from scoring.recompute.job import BlockReport, Report

FORMATS = ("csv", "json")


def report_write(report: Report, folder: Path, form: str = "csv") -> list[Path]:
    """Write all tables of every block (``<block>_<table>.csv`` or ``.json``) and ``report.json``; returns the paths
    written."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for item in report.blocks:
        given = {} if item.exclusions is None else {"exclusions": item.exclusions}
        for name, table in sorted({**item.result.tables, **given}.items()):
            written.append(_table_write(table, folder / f"{item.block}_{name}.{form}"))
    path = folder / "report.json"
    path.write_text(json.dumps(report_data(report), ensure_ascii=False, indent=2) + "\n", "utf-8")
    return [*written, path]


def _table_write(table: pd.DataFrame, path: Path) -> Path:
    """A table as CSV, or as a JSON list with an object per row in which a missing number is null."""
    if path.suffix == ".csv":
        table.to_csv(path, index=False, lineterminator="\n", float_format="%.17g")
        return path
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1, default=_number) + "\n", "utf-8")
    return path


def _number(value: Any) -> Any:
    """NumPy's numbers as Python's."""
    return value.item()


def report_data(report: Report) -> dict[str, Any]:
    """The report as plain data."""
    return {
        "reproduces": report.reproduces,
        "blocks": [_block_data(item) for item in report.blocks],
        "findings": [plain(finding.as_dict()) for finding in report.findings],
    }


def _block_data(item: BlockReport) -> dict[str, Any]:
    comparison = item.comparison
    data: dict[str, Any] = {
        "block": item.block,
        "form": item.form,
        "engine": item.result.version,
        "recipe_sha256": item.result.recipe_sha256,
        "result_sha256": item.result.sha256,
        "seed": item.result.seed,
    }
    if comparison is not None:
        data["comparison"] = plain(vars(comparison) | {"holds": comparison.holds})
    return data


def plain(value: Any) -> Any:
    """JSON has neither infinity nor NaN: they become text."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
