"""Copies: rows of answers that are the same, or nearly the same, as another. Flags only.

Equal rows are found by a hash of each row; nearly equal ones by banding (Indyk and Motwani 1998): items are dealt
into bands, and only rows that agree on a whole band are compared in full. Two rows that differ in fewer items than
there are bands agree on at least one band, so that none of those pairs is missed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scoring.engine.blocks import by_blocks
from scoring.engine.coded import Answers, Coded
from scoring.engine.types import CodeArray, IntArray, encode_answers

Hashes = npt.NDArray[np.uint64]
Words = npt.NDArray[np.uint64]
SEED = 20_240_101
PAIRS = 1 << 16
EVERY_BYTE = np.uint64(0x7F7F7F7F7F7F7F7F)


def row_hash(answers: Answers) -> Hashes:
    """A number (n,) for each row of answers (n, k), equal for equal rows; missing answers are equal to each other.

    Σ_k bits(x_k)·r_k modulo 2⁶⁴, mixed, with fixed odd random r_k: two different rows get the same number with a
    chance of about 2⁻⁶⁰.

    Raises nothing. Source: Carter and Wegman 1979, universal hashing; the mixing constant is that of SplitMix64
    (Steele, Lea and Flood 2014).

    >>> h = row_hash(np.array([[1.0, np.nan], [1.0, 2.0], [1.0, np.nan]]))
    >>> bool(h[0] == h[2]), bool(h[0] == h[1])
    (True, False)
    """

    def one(rows: slice) -> Hashes:
        filled = np.where(np.isnan(answers[rows]), np.inf, answers[rows] + 0.0)
        return _hash(np.ascontiguousarray(filled, dtype=np.float64).view(np.uint64))

    return np.concatenate(by_blocks(len(answers), one))


def _hash(words: Words) -> Hashes:
    mixed = (words ^ (words >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(32)
    odd = np.random.default_rng(SEED).integers(0, 2**63, words.shape[1], dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    found: Hashes = (mixed * odd).sum(axis=1, dtype=np.uint64)
    return found


@dataclass(frozen=True)
class _Coded:
    """Answers (n, k) as small numbers, 0 = missing, equal within a column where the answers are. ``alike``: equal
    across columns too, a byte each, as whole numbers close together can be."""

    codes: CodeArray
    alike: bool


def _coded(answers: Answers) -> _Coded:
    if isinstance(answers, Coded):
        return _Coded(answers.codes, answers.alike and answers.codes.dtype == np.uint8)

    def ends(rows: slice) -> tuple[float, float, bool]:
        cells = answers[rows]
        lowest, highest = np.fmin.reduce(cells, axis=None), np.fmax.reduce(cells, axis=None)
        return float(lowest), float(highest), bool(((np.rint(cells) == cells) | np.isnan(cells)).all())

    found = np.array(by_blocks(len(answers), ends)) if answers.size else np.zeros((1, 3))
    low, high = np.fmin.reduce(found[:, 0]), np.fmax.reduce(found[:, 1])
    if not (high - low < 254 and found[:, 2].all()):
        return _Coded(encode_answers(answers)[0], False)

    codes = np.empty(answers.shape, dtype=np.uint8)

    def code(rows: slice) -> None:
        cells = answers[rows] - (low - 1.0)
        np.copyto(cells, 0.0, where=np.isnan(cells))
        codes[rows] = cells

    by_blocks(len(answers), code)
    return _Coded(codes, True)


def _packed(codes: CodeArray) -> Words:
    """Rows of codes as whole words (n, W), filled up with zeros where they need it."""
    if codes.flags.c_contiguous and codes.shape[1] and codes.shape[1] * codes.itemsize % 8 == 0:
        return codes.view(np.uint64)
    width = -(-codes.shape[1] * codes.itemsize // 8) * 8 // codes.itemsize
    filled = np.zeros((len(codes), max(width, 8 // codes.itemsize)), dtype=codes.dtype)
    filled[:, : codes.shape[1]] = codes
    return filled.view(np.uint64)


def duplicates(answers: Answers, least: int = 5) -> IntArray:
    """Group number (n,) of rows with exactly the same answers to the same items, in order of first appearance;
    0 = no other row is the same.

    Rows with fewer than ``least`` answers are not compared: short rows are equal by chance.

    A missing answer equals a missing answer only. Raises nothing. Source: Kuriakose and Robbins 2016, on near
    duplicates in surveys.

    >>> duplicates(np.array([[1.0, 2.0], [1.0, 3.0], [1.0, 2.0]]), least=2).tolist()
    [1, 0, 1]
    """
    found = np.zeros(len(answers), dtype=np.int64)
    codes = _coded(answers).codes
    enough = np.flatnonzero(_answered(codes) >= least)
    order, ends = _runs(_hashes(codes, enough))
    repeated = np.flatnonzero(ends > np.arange(len(ends)) + 1)
    starts = repeated[np.diff(ends[repeated], prepend=-1) > 0]
    sizes = ends[starts] - starts
    first = np.minimum.reduceat(enough[order], starts) if len(starts) else starts
    place = np.empty(len(starts), dtype=np.int64)
    place[np.argsort(first)] = np.arange(1, len(starts) + 1)
    members = np.repeat(starts - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())
    found[enough[order[members]]] = np.repeat(place, sizes)
    return found


def _answered(codes: CodeArray) -> IntArray:
    parts = by_blocks(len(codes), lambda rows: (codes[rows] > 0).astype(np.float32) @ np.ones(codes.shape[1], "f4"))
    return np.concatenate(parts).astype(np.int64)


def _hashes(codes: CodeArray, chosen: IntArray) -> Hashes:
    parts = by_blocks(len(chosen), lambda rows: _hash(_packed(codes[chosen[rows]])))
    return np.concatenate(parts)


def _runs(hashes: Hashes) -> tuple[IntArray, IntArray]:
    """Order (n,) that puts equal hashes together, and for each place in it where its run of equal ones ends."""
    order = np.argsort(hashes)
    last = np.flatnonzero(np.diff(hashes[order], append=~hashes[order[-1:]]) != 0) if len(order) else order
    return order, np.repeat(last + 1, np.diff(last, prepend=-1))


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
    answers: Answers, *, differ: int = 2, least: int = 10, crowd: int = 2000, row_distinct: int = 3
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
    coded = _coded(answers)
    codes = coded.codes
    usable = np.flatnonzero((_answered(codes) >= least) & (_distinct(coded, answers) >= row_distinct))
    words, keys, skipped = _packed(codes), [np.zeros(0, dtype=np.int64)], 0
    for band in range(differ + 1):
        order, ends = _runs(_hashes(codes[:, band :: differ + 1], usable))
        sizes = ends - np.searchsorted(ends, ends)
        crowded = sizes > crowd
        skipped += int(crowded.sum())
        keys += _close(words, codes.itemsize, usable[order], np.where(crowded, 0, ends), differ)
    both = np.unique(np.concatenate(keys))
    first, second = both // max(len(codes), 1), both % max(len(codes), 1)
    shared = ((codes[first] > 0) & (codes[second] > 0)).sum(axis=1)
    return NearCopies(first, second, shared, (codes[first] != codes[second]).sum(axis=1), skipped)


def _distinct(coded: _Coded, answers: Answers) -> IntArray:
    """Distinct answers in each row (n,)."""

    def steps(rows: slice) -> IntArray:
        ordered = np.sort(answers[rows], axis=1)
        return np.asarray(1 + (ordered[:, 1:] > ordered[:, :-1]).sum(axis=1), dtype=np.int64)

    most = int(coded.codes.max(initial=0))
    if not (coded.alike and most < 64):
        return np.concatenate(by_blocks(len(answers), steps))
    narrow = next(kind for kind in (np.uint8, np.uint16, np.uint32, np.uint64) if most < 8 * np.dtype(kind).itemsize)
    bits = np.array([0, *(1 << code for code in range(1, most + 1))], dtype=narrow)

    def marks(rows: slice) -> IntArray:
        seen = np.bitwise_or.reduce(bits[coded.codes[rows].T], axis=0)
        return np.asarray(np.bitwise_count(seen), dtype=np.int64)

    return np.concatenate(by_blocks(len(answers), marks))


def _close(words: Words, size: int, rows: IntArray, ends: IntArray, differ: int) -> list[IntArray]:
    """Pairs, as first·n + second, of rows within a run of equal hashes that differ in at most ``differ`` items.

    Each row is compared with the next of its run, then with the one after that, until runs are exhausted.
    """
    found, lag = [], 1
    places = np.flatnonzero(ends > np.arange(len(ends)) + lag)
    while len(places):
        for start in range(0, len(places), PAIRS):
            one, other = rows[places[start : start + PAIRS]], rows[places[start : start + PAIRS] + lag]
            near = _differences(words[one], words[other], size) <= differ
            low, high = np.minimum(one[near], other[near]), np.maximum(one[near], other[near])
            found.append(low * len(words) + high)
        lag += 1
        places = places[ends[places] > places + lag]
    return found


def _differences(one: Words, other: Words, size: int) -> IntArray:
    """How many codes of ``size`` bytes differ between rows of words."""
    differing = one ^ other
    if size > 1:
        return np.asarray((differing.view(np.uint16) != 0).sum(axis=1), dtype=np.int64)
    marked = ((differing & EVERY_BYTE) + EVERY_BYTE | differing) & ~EVERY_BYTE
    return np.asarray(np.bitwise_count(marked) @ np.ones(differing.shape[1], dtype=np.int64), dtype=np.int64)
