"""A reader's own index: the sub-index scores of a release under weights that the reader chose. Nothing is stored."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from reports.selectors.ranking import Block, Column, Row
from scoring.engine.aggregate import AggregateOptions
from scoring.engine.reweigh import BENT, reweigh


@dataclass(frozen=True)
class OwnColumn:
    """A sub-index with the reader's weight as given, its share of the reader's index, and its official share (0..1)."""

    column: Column
    weight: float
    share: float

    @property
    def official(self) -> float:
        return self.column.weight


@dataclass(frozen=True)
class OwnRow:
    """A unit with its own score and rank beside the official ones.

    `place` counts the rows of the official table. `total` and `rank` are None for a unit without official rank and
    where too many sub-indices of the reader's index are missing. `firm`: the ranks over drawn weights.
    """

    row: Row
    place: int
    total: float | None
    rank: int | None
    firm: tuple[int, int] | None

    @property
    def shift(self) -> int | None:
        """Ranks gained against the official ranking; negative when lost."""
        return None if self.rank is None or self.row.rank is None else self.row.rank - self.rank


@dataclass(frozen=True)
class OwnIndex:
    """A block under the reader's weights: rows in order of own rank, then those without one."""

    block: Block
    options: AggregateOptions
    columns: tuple[OwnColumn, ...]
    rows: tuple[OwnRow, ...]

    @property
    def official(self) -> bool:
        """Whether the weights are the official ones."""
        return all(abs(item.share - item.official) < 5e-5 for item in self.columns)

    @property
    def moved(self) -> tuple[OwnRow, ...]:
        return tuple(row for row in self.rows if row.shift)

    @property
    def farthest(self) -> OwnRow | None:
        """The unit that moves most; of several the first in the reader's order."""
        return max(self.moved, key=lambda row: abs(row.shift or 0), default=None)

    @property
    def instant(self) -> bool:
        """Whether a browser can compute it: the total is a mean of sub-indices."""
        return self.options.total in BENT


def own_index(block: Block, options: AggregateOptions, weights: Mapping[str, float]) -> OwnIndex:
    """The block under these weights by code of sub-index (not negative, not all zero), by the recipe's own rules.

    Raises:
        InvalidWeights: negative, not finite, or all zero.
    """
    rows, given = block.all_rows, np.array([weights[column.code] for column in block.columns])
    scores = np.array([[np.nan if cell.value is None else cell.value for cell in row.cells] for row in rows])
    ranked, bonus = np.array([row.ranked for row in rows]), np.array([row.adjustment for row in rows])
    found = reweigh(scores.reshape(len(rows), len(given)), given, options, ranked, bonus)
    own = [
        OwnRow(
            row=row,
            place=number,
            total=float(total) if rank else None,
            rank=int(rank) or None,
            firm=block.firmness.weightings.get(row.code),
        )
        for number, (row, total, rank) in enumerate(zip(rows, found.total, found.ranks, strict=True))
    ]
    return OwnIndex(
        block=block,
        options=options,
        columns=tuple(
            OwnColumn(column, weights[column.code], float(share))
            for column, share in zip(block.columns, found.shares, strict=True)
        ),
        # Equal own ranks keep the order of the official table; units without one come last.
        rows=tuple(sorted(own, key=lambda each: (each.rank is None, each.rank or 0))),
    )
