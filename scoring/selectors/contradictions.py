"""Where values from records and what businesses said contradict each other in a run."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from scoring.engine.contradictions import Contradiction, contradictions
from scoring.models import IndicatorScore, ScoringRun
from scoring.selectors.runs import indicator_scores_of
from surveys.enums import Direction, IndicatorKind
from surveys.models import Indicator


@dataclass(frozen=True)
class Contrast:
    """A unit with its value from a record and from a survey indicator about the same matter."""

    hard: IndicatorScore
    soft: IndicatorScore
    found: Contradiction

    @property
    def unit_code(self) -> str:
        return self.soft.block_unit.unit.code


def contrasts_of(run: ScoringRun, *, block: str = "") -> list[Contrast]:
    """Every contradiction of a run (of one block), the farthest apart first. One query.

    A record is compared with the survey indicators that the workbook names for it, else with all of its sub-index.
    Withheld units are compared too: who may see them is for the caller to decide.
    """
    columns: dict[str, dict[int, list[IndicatorScore]]] = defaultdict(lambda: defaultdict(list))
    scores = indicator_scores_of(run)
    for score in scores.filter(block_unit__block__code=block) if block else scores:
        columns[score.block_unit.block.code][score.indicator_id].append(score)
    found = [each for of_block in columns.values() for each in _in_block(list(of_block.values()))]
    return sorted(found, key=lambda each: (-abs(each.found.hard_rank - each.found.soft_rank), each.unit_code))


def _in_block(columns: Sequence[list[IndicatorScore]]) -> Iterator[Contrast]:
    hard = [column for column in columns if column[0].indicator.kind == IndicatorKind.HARD]
    soft = [column for column in columns if column[0].indicator.kind == IndicatorKind.SOFT]
    for records in hard:
        for answers in soft:
            if _related(records[0].indicator, answers[0].indicator):
                yield from _compared(records, answers)


def _related(hard: Indicator, soft: Indicator) -> bool:
    return soft.code in hard.related if hard.related else soft.sub_index_id == hard.sub_index_id


def _compared(records: list[IndicatorScore], answers: list[IndicatorScore]) -> Iterator[Contrast]:
    """Units without a point on either side (too few dossiers or answers) stay out."""
    by_unit = {score.block_unit_id: score for score in records}
    pairs = [(by_unit[score.block_unit_id], score) for score in answers if score.block_unit_id in by_unit]
    for each in contradictions(
        _values([hard.raw if hard.points is not None else None for hard, _soft in pairs]),
        _values([soft.raw if soft.points is not None else None for _hard, soft in pairs]),
        _values([soft.raw_se for _hard, soft in pairs]),
        hard_sign=_sign(records[0].indicator),
        soft_sign=_sign(answers[0].indicator),
    ):
        yield Contrast(*pairs[each.u], each)


def _values(values: Sequence[float | None]) -> "np.typing.NDArray[np.float64]":
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _sign(indicator: Indicator) -> int:
    return 1 if indicator.direction == Direction.POSITIVE else -1
