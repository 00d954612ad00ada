"""Copies: rows of answers that are the same, or nearly the same, as another. Flags only.

Equal rows are found by a hash of each row; nearly equal ones by banding (Indyk and Motwani 1998): items are dealt
into bands, and only rows that agree on a whole band are compared in full. Two rows that differ in fewer items than
there are bands agree on at least one band, so that none of those pairs is missed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scoring.engine.types import FloatArray, IntArray, encode_answers

Hashes = npt.NDArray[np.uint64]
SEED = 20_240_101


def row_hash(answers: FloatArray) -> Hashes:
    """A number (n,) for each row of answers (n, k), equal for equal rows; missing answers are equal to each other.

    Σ_k bits(x_k)·r_k modulo 2⁶⁴, mixed, with fixed odd random r_k: two different rows get the same number with a
    chance of about 2⁻⁶⁰.

    Raises nothing. Source: Carter and Wegman 1979, universal hashing; the mixing constant is that of SplitMix64
    (Steele, Lea and Flood 2014).

    >>> h = row_hash(np.array([[1.0, np.nan], [1.0, 2.0], [1.0, np.nan]]))
    >>> bool(h[0] == h[2]), bool(h[0] == h[1])
    (True, False)
    """
    filled = np.where(np.isnan(answers), np.inf, answers + 0.0)
    bits = np.ascontiguousarray(filled, dtype=np.float64).view(np.uint64)
    mixed = (bits ^ (bits >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(32)
    odd = np.random.default_rng(SEED).integers(0, 2**63, bits.shape[1], dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    found: Hashes = (mixed * odd).sum(axis=1, dtype=np.uint64)
    return found


def duplicates(answers: FloatArray, least: int = 5) -> IntArray:
    """Group number (n,) of rows with exactly the same answers to the same items, in order of first appearance;
    0 = no other row is the same.

    Rows with fewer than ``least`` answers are not compared: short rows are equal by chance.

    A missing answer equals a missing answer only. Raises nothing. Source: Kuriakose and Robbins 2016, on near
    duplicates in surveys.

    >>> duplicates(np.array([[1.0, 2.0], [1.0, 3.0], [1.0, 2.0]]), least=2).tolist()
    [1, 0, 1]
    """
    found = np.zeros(len(answers), dtype=np.int64)
    enough = np.flatnonzero((~np.isnan(answers)).sum(axis=1) >= least)
    if not len(enough):
        return found
    _, first, group, count = np.unique(
        row_hash(answers[enough]), return_index=True, return_inverse=True, return_counts=True
    )
    repeated = count[group] > 1
    found[enough[repeated]] = np.unique(first[group[repeated]], return_inverse=True)[1] + 1
    return found


@dataclass(frozen=True)
class NearCopies:
    """Pairs of rows ``first`` < ``second`` (m,) in order, how many items both answered (m,) and how many of these
    differ (m,). ``skipped``: rows left uncompared within a band because too many shared it."""

    first: IntArray
    second: IntArray
    shared: IntArray
    different: IntArray
    skipped: int


def near_duplicates(
    answers: FloatArray, *, differ: int = 2, least: int = 10, crowd: int = 2000, row_distinct: int = 3
) -> NearCopies:
    """Pairs of rows that differ in at most ``differ`` items, an answer against no answer counting as a difference.

    Rows with fewer than ``least`` answers or fewer than ``row_distinct`` distinct ones are not compared: a row of
    all fours resembles others without being copied (see ``longstring``). Every pair is found, except among more
    than ``crowd`` rows that share a band; how many rows that left out is reported.

    NaN is a missing answer. Raises nothing. Source: Indyk and Motwani 1998; Kuriakose and Robbins 2016.

    >>> rows = np.array([[1, 2, 3, 4, 5, 1], [1, 2, 3, 4, 5, 2], [5, 4, 1, 2, 2, 3]], dtype=float)
    >>> found = near_duplicates(rows, differ=1, least=5)
    >>> found.first.tolist(), found.second.tolist(), found.different.tolist()
    ([0], [1], [1])
    """
    codes = encode_answers(answers)[0]
    answered = codes > 0
    ordered = np.sort(answers, axis=1)
    with np.errstate(invalid="ignore"):
        distinct = 1 + (np.diff(ordered, axis=1) > 0).sum(axis=1)
    usable = np.flatnonzero((answered.sum(axis=1) >= least) & (distinct >= row_distinct))
    pairs, skipped = [np.zeros((0, 2), dtype=np.int64)], 0
    for band in range(differ + 1):
        for rows in _sharing(answers[usable, band :: differ + 1]):
            if len(rows) > crowd:
                skipped += len(rows)
                continue
            pairs += _close(codes, usable[rows], differ)
    both = np.unique(np.concatenate(pairs), axis=0)
    first, second = both[:, 0], both[:, 1]
    shared = (answered[first] & answered[second]).sum(axis=1)
    return NearCopies(first, second, shared, (codes[first] != codes[second]).sum(axis=1), skipped)


def _sharing(band: FloatArray) -> Iterator[IntArray]:
    """Groups of two or more rows that agree on every item of a band."""
    hashes = row_hash(band)
    order = np.argsort(hashes, kind="stable")
    starts = np.flatnonzero(np.diff(hashes[order])) + 1
    for group in np.split(order, starts):
        if len(group) > 1:
            yield group


def _close(codes: npt.NDArray[np.unsignedinteger], rows: IntArray, differ: int) -> list[IntArray]:
    """Pairs of some rows that differ in at most ``differ`` items."""
    found = []
    for place, row in enumerate(rows[:-1]):
        others = rows[place + 1 :]
        close = others[(codes[others] != codes[row]).sum(axis=1) <= differ]
        if len(close):
            found.append(np.column_stack([np.minimum(close, row), np.maximum(close, row)]))
    return found
