"""What a recipe would do: scores and ranks on a dataset that is there already, beside those of another recipe.

Nothing is stored. The result of the recipe that a form starts from is kept in the cache for some minutes, by the
hashes of everything it depends on, so that trying a change costs one computation and not two.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from django.core.cache import cache

from scoring.engine import VERSION
from scoring.engine.channels import channels_apply
from scoring.engine.checks import EngineError
from scoring.engine.dataset import Dataset as EngineDataset
from scoring.engine.dataset import canonical_json, dataset_read, hard_from_dataset, survey_from_dataset
from scoring.engine.exclusions import REVIEWED, exclusions_apply
from scoring.engine.pipeline import Inputs, Result, score
from scoring.engine.recipe import recipe_sha256
from scoring.frames.inputs import history_of
from scoring.frames.results import number
from scoring.selectors.runs import keys_by_block
from surveys.models import Dataset, Edition
from surveys.selectors.datasets import dataset_bytes

KEPT_SECONDS = 1800
SEED = 1
Recipe = Mapping[str, Any]


@dataclass(frozen=True)
class Standing:
    """A unit under one recipe; None where it has no score, no rank or no interval."""

    rank: int | None
    total: float | None
    low: float | None
    high: float | None
    rank_low: int | None
    rank_high: int | None
    band: str

    @property
    def width(self) -> float | None:
        return None if self.low is None or self.high is None else self.high - self.low


@dataclass(frozen=True)
class Move:
    """A unit under two recipes."""

    unit: str
    before: Standing
    after: Standing

    @property
    def climb(self) -> int | None:
        """Ranks gained; negative when lost."""
        if self.before.rank is None or self.after.rank is None:
            return None
        return self.before.rank - self.after.rank

    @property
    def change(self) -> float | None:
        if self.before.total is None or self.after.total is None:
            return None
        return self.after.total - self.before.total


@dataclass(frozen=True)
class BlockConsequence:
    """All units of a block, in the order of their rank under the new recipe."""

    block: str
    moves: tuple[Move, ...]
    notices: tuple[dict[str, Any], ...]

    @property
    def moved(self) -> int:
        return sum(1 for move in self.moves if move.climb)

    @property
    def farthest(self) -> Move | None:
        """The unit whose rank changes most; None where none does."""
        return max((move for move in self.moves if move.climb), key=lambda move: abs(move.climb or 0), default=None)

    @property
    def largest(self) -> Move | None:
        """The unit whose total changes most."""
        return max((m for m in self.moves if m.change is not None), key=lambda m: abs(m.change or 0), default=None)

    @property
    def width_before(self) -> float | None:
        return _middle([move.before.width for move in self.moves])

    @property
    def width_after(self) -> float | None:
        return _middle([move.after.width for move in self.moves])

    @property
    def other_bands(self) -> int:
        return sum(1 for move in self.moves if move.before.band != move.after.band)

    @property
    def unranked(self) -> list[str]:
        """Units that lose their rank."""
        return [move.unit for move in self.moves if move.before.rank is not None and move.after.rank is None]


def _middle(widths: list[float | None]) -> float | None:
    known = [width for width in widths if width is not None]
    return median(known) if known else None


@dataclass(frozen=True)
class NotComputable:
    """The engine refuses this recipe on this dataset: `{"code", "path", "params"}` of the fault."""

    fault: dict[str, Any]


def consequence(dataset: Dataset, *, before: Recipe, after: Recipe) -> list[BlockConsequence] | NotComputable:
    """Every block of the dataset under two complete recipes; blocks that a recipe does not know are left out, and the
    responses that people excluded.

    Seeds are the same for both, so that no difference comes from the random draws.
    """
    edition = dataset.edition
    read = exclusions_apply(dataset_read(dataset_bytes(dataset)), REVIEWED)
    try:
        old = _kept_standings(dataset, read, edition, before)
        new = _standings(read, edition, after)
    except EngineError as error:
        return NotComputable({"code": error.code, "path": error.path, "params": {}})
    return [
        _block(block, old[block]["units"], new[block]["units"], new[block]["notices"]) for block in new if block in old
    ]


def _block(block: str, old: Mapping[str, Any], new: Mapping[str, Any], notices: list[Any]) -> BlockConsequence:
    moves = [Move(code, Standing(**old[code]), Standing(**new[code])) for code in new]
    moves.sort(key=lambda move: (move.after.rank is None, move.after.rank or 0, move.unit))
    return BlockConsequence(block, tuple(moves), tuple(notices))


def _kept_standings(dataset: Dataset, read: EngineDataset, edition: Edition, recipe: Recipe) -> dict[str, Any]:
    histories = {block: history_of(edition, recipe, block) for block in read.blocks if block in recipe["blocks"]}
    withheld = {block: known.withheld for block, known in keys_by_block(edition).items()}
    parts = [VERSION, dataset.sha256, recipe_sha256(recipe), histories, withheld]
    key = f"consequence:{hashlib.sha256(canonical_json(parts).encode()).hexdigest()}"
    kept: dict[str, Any] | None = cache.get(key)
    if kept is None:
        kept = _standings(read, edition, recipe)
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def _standings(read: EngineDataset, edition: Edition, recipe: Recipe) -> dict[str, Any]:
    """Block → {"units": code → standing, "notices": …} as plain data."""
    found = {}
    keys = keys_by_block(edition)
    read = channels_apply(read, recipe)
    for block in read.blocks:
        if block in recipe["blocks"]:
            survey, framework = survey_from_dataset(read, block)
            withheld = keys[block].withheld if block in keys else ()
            given = Inputs(hard_from_dataset(read, framework), history_of(edition, recipe, block), withheld, SEED)
            result = score(survey, framework, recipe, given)
            found[block] = {"units": _units(result), "notices": [notice.as_dict() for notice in result.warnings]}
    return found


def _units(result: Result) -> dict[str, dict[str, Any]]:
    rows: Any = result.scores.itertuples(index=False)
    return {
        str(row.unit): asdict(
            Standing(
                rank=int(row.rank) or None,
                total=number(row.score),
                low=number(row.lo),
                high=number(row.hi),
                rank_low=int(row.rank_lo) or None,
                rank_high=int(row.rank_hi) or None,
                band=str(row.band) if int(row.rank) else "",
            )
        )
        for row in rows
    }
