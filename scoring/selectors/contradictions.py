"""Where values from records and what businesses said contradict each other in a run."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
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


@dataclass(frozen=True)
class _Cell:
    """What is needed to compare, without the rows themselves: there are thousands, and few contradict each other."""

    score: int
    raw: float | None
    se: float | None
    points: float | None

    @property
    def value(self) -> float:
        """Without a point (too few dossiers or answers) a unit stays out."""
        return np.nan if self.raw is None or self.points is None else self.raw


_Column = dict[int, _Cell]
_Pair = tuple[_Cell, _Cell, Contradiction]


def contrasts_of(run: ScoringRun, *, block: str = "") -> list[Contrast]:
    """Every contradiction of a run (of one block), the farthest apart first. Three queries.

    A record is compared with the survey indicators that the workbook names for it, else with all of its sub-index.
    Withheld units are compared too: who may see them is for the caller to decide.
    """
    rows = IndicatorScore.objects.filter(run=run, **({"block_unit__block__code": block} if block else {}))
    columns: dict[int, dict[int, _Column]] = defaultdict(lambda: defaultdict(dict))
    for of_block, indicator, score, unit, raw, se, points in rows.order_by("id").values_list(
        "block_unit__block_id", "indicator_id", "id", "block_unit_id", "raw", "raw_se", "points"
    ):
        columns[of_block][indicator][unit] = _Cell(score, raw, se, points)
    known = {each.pk: each for each in Indicator.objects.filter(edition=run.edition_id).order_by("pk")}
    pairs = [each for of_block in columns.values() for each in _in_block(of_block, known)]
    scores = indicator_scores_of(run).in_bulk({cell.score for pair in pairs for cell in pair[:2]})
    found = [Contrast(scores[hard.score], scores[soft.score], each) for hard, soft, each in pairs]
    return sorted(found, key=lambda each: (-abs(each.found.hard_rank - each.found.soft_rank), each.unit_code))


def _in_block(columns: Mapping[int, _Column], known: Mapping[int, Indicator]) -> Iterator[_Pair]:
    hard = [known[pk] for pk in columns if known[pk].kind == IndicatorKind.HARD]
    soft = [known[pk] for pk in columns if known[pk].kind == IndicatorKind.SOFT]
    for record in hard:
        for answer in soft:
            if _related(record, answer):
                signs = {"hard_sign": _sign(record), "soft_sign": _sign(answer)}
                yield from _compared(columns[record.pk], columns[answer.pk], signs)


def _related(hard: Indicator, soft: Indicator) -> bool:
    return soft.code in hard.related if hard.related else soft.sub_index_id == hard.sub_index_id


def _compared(records: _Column, answers: _Column, signs: Mapping[str, int]) -> Iterator[_Pair]:
    pairs = [(records[unit], cell) for unit, cell in answers.items() if unit in records]
    hard = np.array([record.value for record, _answer in pairs], dtype=np.float64)
    soft = np.array([answer.value for _record, answer in pairs], dtype=np.float64)
    errors = np.array([np.nan if answer.se is None else answer.se for _record, answer in pairs], dtype=np.float64)
    for each in contradictions(hard, soft, errors, **signs):
        yield *pairs[each.u], each


def _sign(indicator: Indicator) -> int:
    return 1 if indicator.direction == Direction.POSITIVE else -1
