"""All intermediate tables of a run as one file: the way back from any published number to its inputs.

Values keep ten significant digits and standard errors and covariances six, as the hash of a result does: the order
in which a machine adds moves digits far behind these, so the same run gives the same bytes everywhere. Stored without
compression and with a fixed time for the same reason.
"""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import pandas as pd

from scoring.engine.dataset import FIXED_TIME, canonical_json

VALUE_DIGITS, UNCERTAINTY_DIGITS = 10, 6
UNCERTAIN = frozenset({"se", "lo", "hi", "critical"})
Tables = Mapping[str, Mapping[str, pd.DataFrame]]


def tables_zip(manifest: Mapping[str, Any], recipe: Mapping[str, Any], tables: Tables) -> bytes:
    """`run.json`, `recipe.json` and one CSV for every block and table."""
    texts = {"run.json": canonical_json(manifest) + "\n", "recipe.json": canonical_json(recipe) + "\n"}
    for block in sorted(tables):
        for name in sorted(tables[block]):
            texts[f"{block}/{name}.csv"] = table_csv(tables[block][name], rough=name == "covariance")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, text in texts.items():
            info = zipfile.ZipInfo(name, FIXED_TIME)
            info.external_attr = 0o644 << 16
            info.create_system = 3
            archive.writestr(info, text.encode())
    return buffer.getvalue()


def table_csv(table: pd.DataFrame, *, rough: bool = False) -> str:
    """A table as CSV; an absent number is an empty cell, never 0."""
    written = {
        str(name): _texts(column, rough=rough or str(name) in UNCERTAIN or str(name).endswith("_se"))
        for name, column in table.items()
    }
    return pd.DataFrame(written, index=table.index).to_csv(index=False, lineterminator="\n")


def _texts(column: "pd.Series[Any]", *, rough: bool) -> list[str]:
    if column.dtype.kind != "f":
        return ["" if pd.isna(value) else str(value) for value in column]
    pattern = f"%.{UNCERTAINTY_DIGITS if rough else VALUE_DIGITS}g"
    return ["" if pd.isna(value) else _signless(pattern % value) for value in column]


def _signless(text: str) -> str:
    return "0" if text == "-0" else text
