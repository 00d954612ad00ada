"""Reading tables for a recomputation: CSV files and the dataset archive."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from scoring.engine.checks import TableInvalid
from scoring.engine.types import FirmRows, FloatArray, RatingRows, Survey, margin_build, survey_build
from scoring.recompute.findings import Finding

BLOCK_COLUMNS = ("block", "group")
NON_ANSWERS = ("", "na", "dk")
INDICATORS, SUB_INDICES, RATINGS, DATASET = "indicators", "sub_indices", "ratings", "dataset"


@dataclass(frozen=True)
class Table:
    """A CSV table as text: units are the first column, ``line`` of row i is i + 2."""

    path: Path
    frame: pd.DataFrame

    @property
    def units(self) -> list[str]:
        """Labels of the first column."""
        return [str(label) for label in self.frame.iloc[:, 0]]


def table_read(path: Path) -> Table:
    """Read a CSV file as text (UTF-8, with or without byte order mark); raises ``TableInvalid``."""
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise TableInvalid(str(path), f"The table cannot be read: {error}.") from error
    if frame.empty or frame.shape[1] < 2:
        raise TableInvalid(str(path), "The table needs a column of units and at least one column of values.")
    return Table(path, frame.apply(lambda column: column.str.strip()))


def numbers(table: Table, columns: Sequence[str]) -> tuple[FloatArray, list[Finding]]:
    """Columns as numbers (rows, columns) with NaN for empty, and a finding for every cell that is no number."""
    text = table.frame[list(columns)]
    read = text.apply(lambda column: pd.to_numeric(column, errors="coerce"))
    values: FloatArray = np.asarray(read.to_numpy(dtype=np.float64), dtype=np.float64)
    wrong = np.isnan(values) & ~text.isin(NON_ANSWERS).to_numpy()
    found = [
        Finding("cell_not_a_number", params=place(table, int(row), columns[int(column)]))
        for row, column in np.argwhere(wrong)
    ]
    return values, found


def place(table: Table, row: int, column: str) -> dict[str, Any]:
    """Where a cell stands, for a sentence: file, line, column, unit and its text."""
    return {
        "file": table.path.name,
        "line": row + 2,
        "column": column,
        "unit": table.units[row],
        "value": table.frame[column].iloc[row],
    }


def form_of(table: Table, recipe: Mapping[str, Any]) -> str:
    """Which form a table has, judged by its columns; raises ``TableInvalid`` when neither fits."""
    columns = set(table.frame.columns[1:])
    indicators = {item["code"] for block in recipe["blocks"].values() for item in block["indicators"]}
    questions = {item.get("question") or item["code"] for b in recipe["blocks"].values() for item in b["indicators"]}
    subs = {item["code"] for block in recipe["blocks"].values() for item in block["sub_indices"]}
    if "unit" in columns and columns & questions:
        return RATINGS
    if columns & indicators:
        return INDICATORS
    if columns & subs:
        return SUB_INDICES
    text = f"{table.path.name} has no column named after an indicator or a sub-index of the recipe."
    raise TableInvalid(table.path.name, text)


def blocks_of(table: Table, recipe: Mapping[str, Any], chosen: str) -> dict[str, list[int]]:
    """Rows of each block: by a column ``block`` or ``group`` that names blocks of the recipe, else all in one."""
    known = [chosen] if chosen else list(recipe["blocks"])
    for name in BLOCK_COLUMNS:
        if name in table.frame.columns and set(table.frame[name]) & set(known):
            labels = list(table.frame[name])
            return {
                block: [i for i, label in enumerate(labels) if label == block] for block in known if block in labels
            }
    if len(known) > 1:
        text = f"The recipe has the blocks {', '.join(known)}; name one or add a column block."
        raise TableInvalid(table.path.name, text)
    return {known[0]: list(range(len(table.frame)))}


def edition_label(argument: str) -> tuple[str, Path]:
    """Label and path of an earlier table: "2013=file.csv", or the year in the file's name, or its stem.

    >>> edition_label("pci_2013_values.csv")[0], edition_label("first=a.csv")[0]
    ('2013', 'first')
    """
    label, separator, path = argument.partition("=")
    if separator and "/" not in label:
        return label, Path(path)
    found = re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)", Path(argument).stem)
    return (found.group(0) if found else Path(argument).stem), Path(argument)


@dataclass(frozen=True)
class SurveyFiles:
    """The files of form (c) and the names of two columns in the file of respondents."""

    ratings: Table
    respondents: Path
    margins: Path | None
    weight_column: str
    stratum_column: str


def survey_read(files: SurveyFiles, questions: Sequence[str], rows: list[int]) -> tuple[Survey, tuple[str, ...]]:
    """Survey and unit codes from ratings (respondent, unit, answers), respondents and margins.

    The first column of ratings and of respondents is the respondent's identity. Raises ``TableInvalid``.
    """
    people = table_read(files.respondents)
    ratings = Table(files.ratings.path, files.ratings.frame.iloc[rows].reset_index(drop=True))
    for name in (files.weight_column, files.stratum_column):
        if name not in people.frame.columns:
            raise TableInvalid(people.path.name, f"{people.path.name} has no column {name}.")
    missing = [code for code in questions if code not in ratings.frame.columns]
    if missing:
        raise TableInvalid(ratings.path.name, f"{ratings.path.name} has no column {missing[0]}.")
    firm = pd.Index(people.units).get_indexer(pd.Index(ratings.units))
    if (firm < 0).any():
        unknown = ratings.units[int(np.flatnonzero(firm < 0)[0])]
        raise TableInvalid(ratings.path.name, f"Respondent {unknown} is not in {people.path.name}.")
    labels, units = pd.factorize(ratings.frame["unit"])
    answers, wrong = numbers(ratings, questions)
    weights, wrong_weights = numbers(people, [files.weight_column])
    if wrong or wrong_weights:
        first = (wrong + wrong_weights)[0].params
        text = f"Line {first['line']}, column {first['column']}: {first['value']} is not a number."
        raise TableInvalid(str(first["file"]), text)
    strata, names = pd.factorize(people.frame[files.stratum_column], sort=True)
    order = _natural(list(units))
    position = np.argsort(order)
    survey = survey_build(
        RatingRows(firm, position[labels], answers, list(questions)),
        FirmRows(weights[:, 0], strata, _margins(files.margins, people), people.units, [str(n) for n in names]),
    )
    return survey, tuple(str(units[int(i)]) for i in order)


def _natural(labels: list[str]) -> np.typing.NDArray[np.int64]:
    """Order of labels with numbers in numeric order."""
    keys = [[(0, int(t), "") if t.isdigit() else (1, 0, t) for t in re.findall(r"\d+|\D+", str(x))] for x in labels]
    return np.array(sorted(range(len(labels)), key=lambda i: keys[i]), dtype=np.int64)


def _margins(path: Path | None, people: Table) -> list[Any]:
    """Margins from a table margin, level, N; each margin is named after a column of the respondents."""
    if path is None:
        return []
    table = table_read(path)
    found = []
    for name in dict.fromkeys(table.frame["margin"]):
        rows = table.frame[table.frame["margin"] == name]
        if name not in people.frame.columns:
            raise TableInvalid(path.name, f"{people.path.name} has no column {name}.")
        totals = dict(zip(rows["level"], pd.to_numeric(rows["N"]).astype(float), strict=True))
        found.append(margin_build(str(name), list(people.frame[name]), totals))
    return found
