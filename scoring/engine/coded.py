"""Coded answers: a byte or two for each answer, and the number behind each code, read a few thousand rows at a time.

What the flags take may be an array of numbers or answers so coded: both give the same blocks of numbers to the last
digit, but an array of a million ratings is eight times as large.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from scoring.engine.blocks import by_blocks
from scoring.engine.types import BoolArray, CodeArray, FloatArray, IntArray, encode_answers


@dataclass(frozen=True)
class Coded:
    """``codes`` (n, k) of answers, 0 = no answer; ``values`` (k, C) the number behind each code, NaN = no answer.

    In a column no two codes in use stand for the same answer.
    """

    codes: CodeArray
    values: FloatArray

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.codes), len(self.values)

    def __getitem__(self, rows: Any) -> FloatArray:
        """The answers of some rows as numbers (m, k), or of one row (k,)."""
        codes = self.codes[rows]
        found = np.empty(codes.shape)
        for column, numbers in enumerate(self.values):
            np.take(numbers, codes[..., column], out=found[..., column], mode="clip")
        return found

    def part(self, rows: IntArray) -> Coded:
        """Some rows, still coded."""
        return Coded(self.codes[rows], self.values)

    def only(self, columns: BoolArray) -> Coded:
        """The same rows with some columns (k,)."""
        return Coded(self.codes[:, columns], self.values[columns])

    def beside(self, column: IntArray) -> Coded:
        """The same rows with one more column (n,) of whole numbers ≥ 0, as the unit that a row is about."""
        most = int(column.max(initial=0)) + 1
        kind = self.codes.dtype if most < 1 << (8 * self.codes.itemsize) else np.dtype(np.uint16)
        values = np.full((len(self.values) + 1, max(self.values.shape[1], most + 1)), np.nan)
        values[:-1, : self.values.shape[1]] = self.values
        values[-1, 1 : most + 1] = np.arange(most)
        return Coded(np.column_stack([self.codes.astype(kind), (column + 1).astype(kind)]), values)

    @property
    def alike(self) -> bool:
        """Whether a code stands for the same number in every column."""
        return len(self.values) > 0 and bool(np.array_equal(self.values, self.values[[0] * len(self.values)], True))


Answers = FloatArray | Coded


def coded(answers: Answers) -> Coded:
    """Answers (n, k) as codes; what is coded already stays as it is.

    NaN = no answer, code 0. Raises nothing. Source: dictionary encoding of a column, as in Apache Arrow.

    >>> found = coded(np.array([[3.0, np.nan], [1.0, 12.5]]))
    >>> found.codes.tolist(), found[0:1].tolist()
    ([[2, 0], [1, 1]], [[3.0, nan]])
    """
    return answers if isinstance(answers, Coded) else Coded(*encode_answers(answers))


def answered(answers: Answers) -> IntArray:
    """Number (n,) of answers that are there in each row.

    NaN = no answer. Raises nothing. Source: definition of a count.

    >>> answered(np.array([[3.0, np.nan], [1.0, 12.5]])).tolist()
    [1, 2]
    """
    return np.concatenate(by_blocks(len(answers), lambda rows: (~np.isnan(answers[rows])).sum(axis=1)))


def whole(answers: Answers, rows: slice) -> FloatArray:
    """Those of some rows (m, k) that have no gap.

    NaN = no answer. Raises nothing. Source: definition.

    >>> whole(np.array([[3.0, np.nan], [1.0, 12.5]]), slice(0, 2)).tolist()
    [[1.0, 12.5]]
    """
    if isinstance(answers, Coded):
        # Only rows in question become numbers: often they are few.
        cells = answers[np.flatnonzero((answers.codes[rows] > 0).all(axis=1)) + rows.start]
    else:
        cells = answers[rows]
    return cells[~np.isnan(cells @ np.ones(cells.shape[1]))]
