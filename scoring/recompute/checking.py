"""Checks of a published table: scale, duplicates, totals, ranks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from scoring.engine.checks import TableInvalid
from scoring.engine.rank import rank
from scoring.engine.types import FloatArray, Framework
from scoring.recompute.explain import explain_totals
from scoring.recompute.findings import WARNING, Finding
from scoring.recompute.reading import Table, numbers, place

SCORE_NAMES = ("score", "total", "published", "published_total", "published_score")


@dataclass(frozen=True)
class Published:
    """Published totals (n,) and ranks (n,; NaN = not given) of some units, with the columns they came from."""

    table: Table
    units: tuple[str, ...]
    totals: FloatArray
    ranks: FloatArray
    score_column: str
    rank_column: str
    rows: tuple[int, ...]


def published_read(
    table: Table, rows: Sequence[int], known: set[str], score_column: str, rank_column: str
) -> tuple[Published, list[Finding]]:
    """The published column of a table; raises ``TableInvalid`` when it is not clear which one it is."""
    score_column = score_column or _score_column(table, known)
    rank_column = rank_column or next((c for c in table.frame.columns[1:] if "rank" in c.lower()), "")
    for name in (score_column, rank_column):
        if name and name not in table.frame.columns:
            raise TableInvalid(table.path.name, f"{table.path.name} has no column {name}.")
    totals, wrong = numbers(table, [score_column])
    ranks = np.full(len(totals), np.nan)
    if rank_column:
        ranks = numbers(table, [rank_column])[0][:, 0]
    chosen = list(rows)
    units = tuple(table.units[i] for i in chosen)
    return (
        Published(table, units, totals[chosen, 0], ranks[chosen], score_column, rank_column, tuple(chosen)),
        wrong,
    )


def _score_column(table: Table, known: set[str]) -> str:
    """The only numeric column that is neither a known code, a rank, a count nor a year."""
    candidates = []
    for name in table.frame.columns[1:]:
        plain = name.lower()
        if name in known or "rank" in plain or plain in ("n", "year", "se", "lo", "hi") or plain.startswith("n_"):
            continue
        if pd.to_numeric(table.frame[name], errors="coerce").notna().any():
            candidates.append(name)
    named = [name for name in candidates if name.lower() in SCORE_NAMES]
    if len(named or candidates) != 1:
        text = f"It is not clear which column of {table.path.name} holds the published totals: {', '.join(candidates)}."
        raise TableInvalid(table.path.name, text)
    return (named or candidates)[0]


def off_scale(table: Table, columns: Sequence[str], rows: Sequence[int], ends: FloatArray) -> list[Finding]:
    """A finding for each value outside its column's scale (columns, 2); NaN ends are not checked."""
    values, _ = numbers(table, columns)
    found: list[Finding] = []
    for row in rows:
        for c, column in enumerate(columns):
            if values[row, c] < ends[c, 0] or values[row, c] > ends[c, 1]:
                where = place(table, row, column) | {"lower": float(ends[c, 0]), "upper": float(ends[c, 1])}
                found.append(Finding("value_off_scale", params=where))
    return found


def duplicates(table: Table, columns: Sequence[str]) -> list[Finding]:
    """Units that occur twice, and units whose values are all the same as another's."""
    found: list[Finding] = []
    seen: dict[str, int] = {}
    vectors: dict[tuple[str, ...], int] = {}
    texts = table.frame[list(columns)].to_numpy(dtype=object)
    for row, unit in enumerate(table.units):
        if unit in seen:
            lines = {"line": row + 2, "other_line": seen[unit] + 2}
            found.append(Finding("unit_twice", params={"file": table.path.name, "unit": unit, **lines}))
        vector = tuple(texts[row])
        if vector in vectors and any(vector) and len(vector) > 1 and unit not in seen:
            other = vectors[vector]
            names = {"unit": unit, "other": table.units[other], "line": row + 2, "other_line": other + 2}
            found.append(Finding("row_twice", params={"file": table.path.name, **names}))
        seen.setdefault(unit, row)
        vectors.setdefault(vector, row)
    return found


def duplicate_totals(published: Published) -> list[Finding]:
    """Published totals that occur more than once: possible, but often a slip of the hand."""
    values, _ = numbers(published.table, [published.score_column])
    found: list[Finding] = []
    first: dict[float, int] = {}
    for row, total in enumerate(values[:, 0]):
        if np.isnan(total):
            continue
        if total in first:
            where = place(published.table, row, published.score_column)
            other = {"other": published.table.units[first[total]], "other_line": first[total] + 2}
            found.append(Finding("total_twice", WARNING, where | other))
        first.setdefault(float(total), row)
    return found


def decimals(table: Table, columns: Sequence[str]) -> int:
    """Most decimal places written in some columns."""
    texts = table.frame[list(columns)].to_numpy(dtype=object).ravel()
    return max((len(str(text).partition(".")[2]) for text in texts), default=0)


def rounding(table: Table, parts: Sequence[str], published: Published, multiplier: float) -> float:
    """How far a recomputed total may lie off only because values and totals are printed rounded."""
    inner = 0.5 * 10.0 ** -decimals(table, parts) * multiplier
    return inner + 0.5 * 10.0 ** -decimals(published.table, [published.score_column]) + 1e-9


def unexplained(
    published: Published, parts: FloatArray, framework: Framework, multiplier: float, tolerance: float
) -> list[Finding]:
    """Whether any weights of the sub-indices (n, S) reproduce the totals; else the rows that do not fit."""
    used = ~np.isnan(parts).all(axis=0)
    complete = ~np.isnan(parts[:, used]).any(axis=1) & ~np.isnan(published.totals)
    if complete.sum() < 2 or not used.any():
        return []
    found = explain_totals(parts[complete][:, used], published.totals[complete], multiplier, tolerance)
    if found.possible:
        return []
    units = [published.units[int(i)] for i in np.flatnonzero(complete)[found.misfits]]
    params = {"block": framework.block, "smallest": found.largest_error, "tolerance": tolerance, "units": units}
    return [Finding("totals_unexplained", params=params)]


def rank_faults(published: Published) -> list[Finding]:
    """Published ranks that do not follow from the published totals."""
    given = ~np.isnan(published.ranks) & ~np.isnan(published.totals)
    expected = rank(published.totals, given)
    found: list[Finding] = []
    for i in np.flatnonzero(given & (published.ranks != expected)):
        where = place(published.table, published.rows[int(i)], published.rank_column)
        found.append(Finding("rank_not_of_total", params=where | {"expected": int(expected[i])}))
    return found


@dataclass(frozen=True)
class Comparison:
    """Recomputed against published.

    ``rank_mismatches`` counts ranks that differ at all, ``rank_faults`` those that differ by more than the
    tolerance of the totals can explain (two totals closer than twice the tolerance may change places).
    """

    units: int
    largest_error: float
    worst_unit: str
    tolerance: float
    rank_mismatches: int
    rank_faults: int

    @property
    def holds(self) -> bool:
        """Whether every total agrees within the tolerance and no rank is at fault."""
        return self.largest_error <= self.tolerance and self.rank_faults == 0


def compare(published: Published, scores: pd.DataFrame, tolerance: float) -> Comparison:
    """Compare recomputed scores with a published column; units are matched by their label.

    Without published ranks those of the published totals are used. A published unit without recomputed
    score is an infinite error.
    """
    given = ~np.isnan(published.totals)
    if not given.any():
        return Comparison(0, 0.0, "", tolerance, 0, 0)
    score = scores.set_index("unit").reindex(list(published.units))["score"].to_numpy(dtype=np.float64)
    error = np.where(given, np.nan_to_num(np.abs(score - published.totals), nan=np.inf), -1.0)
    worst = int(np.argmax(error))
    has_ranks = ~np.isnan(published.ranks)
    expected = published.ranks if has_ranks.any() else rank(published.totals).astype(np.float64)
    compared = (has_ranks if has_ranks.any() else given) & ~np.isnan(score)
    above = (score[None, :] > score[:, None] + 2 * tolerance).sum(axis=1)
    at_least = (score[None, :] >= score[:, None] - 2 * tolerance).sum(axis=1)
    fault = compared & ((expected < 1 + above) | (expected > at_least))
    differs = compared & (rank(score) != expected)
    largest = float(error[worst])
    counts = int(differs.sum()), int(fault.sum())
    return Comparison(int(given.sum()), largest, published.units[worst], tolerance, *counts)
