"""Into the engine: frameworks, what is withheld, values of earlier editions."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from scoring.engine.dataset import HARD_COLUMNS, MARGIN_COLUMNS, framework_from_dataset
from scoring.engine.dataset import Dataset as EngineDataset
from scoring.engine.types import Framework
from scoring.selectors.runs import earlier_values
from surveys.frames import edition_framework
from surveys.models import Edition

NEED_EARLIER_EDITIONS = frozenset({"pooled", "envelope"})


def frameworks_of(edition: Edition) -> list[Framework]:
    """What each block of an edition measures, before any answer is frozen."""
    empty = EngineDataset(
        framework=edition_framework(edition),
        respondents=pd.DataFrame(),
        rating_respondent=np.zeros(0, dtype=np.int64),
        rating_unit=np.zeros(0, dtype=np.int64),
        answers=np.zeros((0, 0)),
        non_answers=np.zeros((0, 0), dtype=np.uint8),
        satisfaction=np.zeros(0),
        questions=(),
        hard=pd.DataFrame(columns=list(HARD_COLUMNS)),
        margins=pd.DataFrame(columns=list(MARGIN_COLUMNS)),
    )
    return [framework_from_dataset(empty, block) for block in empty.blocks]


def reads_earlier_editions(recipe: Mapping[str, Any]) -> bool:
    """Whether goalposts of this recipe stand on values of earlier editions."""
    normalise = recipe["normalise"]
    rules = {normalise["goalposts"], *(own.get("goalposts", "") for own in normalise["indicators"].values())}
    return bool(rules & NEED_EARLIER_EDITIONS)


def history_of(edition: Edition, recipe: Mapping[str, Any], block: str) -> dict[str, dict[str, list[float]]]:
    """Measured values of the earlier published editions, year → indicator → values; empty unless the recipe asks."""
    history: dict[str, dict[str, list[float]]] = {}
    if reads_earlier_editions(recipe):
        for year, indicator, value in earlier_values(edition, block):
            history.setdefault(str(year), {}).setdefault(indicator, []).append(value)
    return history
