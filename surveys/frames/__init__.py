"""Rows of an edition as the parts of a dataset: the only bridge from the survey's tables to arrays.

Reads in a constant number of queries, as plain values. Respondents come in the order of their random identifiers and
leave as running numbers, so nothing in the file leads back to a row, and the same rows always give the same parts.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
import pandas as pd

from accounts.models import Province
from scoring.engine.dataset import COUNT_COLUMNS, HARD_COLUMNS, MARGIN_COLUMNS, DatasetParts
from surveys.enums import IndicatorKind, Statistic
from surveys.models import AnswerScale, Edition, Indicator, Question
from surveys.selectors.datasets import (
    blocks_for_dataset,
    hard_values_for_dataset,
    indicators_for_dataset,
    margins_for_dataset,
    profile_codes,
    questions_for_dataset,
    ratings_for_dataset,
    responses_for_dataset,
    sub_indices_for_dataset,
    units_for_dataset,
)
from surveys.selectors.quality import exclusion_reasons
from surveys.selectors.samples import stratum_weights

RESERVED_COLUMNS = frozenset({"respondent", "channel", "excluded", "stratum", "base_weight"})


def dataset_parts(edition: Edition) -> DatasetParts:
    """Everything needed to score an edition, as the engine's dataset writer takes it."""
    responses = list(responses_for_dataset(edition))
    number = {row[0]: place for place, row in enumerate(responses, start=1)}
    framework = edition_framework(edition)
    questions = [str(item["code"]) for item in framework["questions"]]
    return DatasetParts(
        framework=framework,
        respondents=_respondents(responses, edition),
        ratings=_ratings(ratings_for_dataset(edition), number, questions),
        hard=pd.DataFrame(list(hard_values_for_dataset(edition)), columns=[*HARD_COLUMNS, *COUNT_COLUMNS]),
        margins=pd.DataFrame(
            [("", field, level, count) for field, level, count in margins_for_dataset(edition)],
            columns=list(MARGIN_COLUMNS),
        ),
    )


def _respondents(responses: list[tuple[Any, ...]], edition: Edition) -> pd.DataFrame:
    profile, excluded, weights = profile_codes(edition), exclusion_reasons(edition), stratum_weights(edition)
    chosen = orjson.loads("[" + ",".join(row[1] for row in responses) + "]")
    columns: dict[str, Any] = {"respondent": range(1, len(responses) + 1)}
    for code in profile:
        columns[code] = [str(bands.get(code, "")) for bands in chosen]
    columns["channel"] = [row[2] for row in responses]
    columns["excluded"] = [excluded.get(row[0], "") for row in responses]
    columns["stratum"] = [row[3] for row in responses]
    # A reserve that was invited later has made the stratum's weight smaller for all of it.
    columns["base_weight"] = [weights.get(row[3], row[4]) for row in responses]
    return pd.DataFrame(columns)


def _ratings(rows: Iterable[tuple[Any, ...]], number: Mapping[Any, int], questions: list[str]) -> pd.DataFrame:
    respondents, units, satisfactions, texts = [], [], [], []
    for response, unit, satisfaction, answers in rows:
        respondents.append(number[response])
        units.append(unit)
        satisfactions.append(satisfaction)
        texts.append(answers)
    given = orjson.loads("[" + ",".join(texts) + "]")
    columns: dict[str, Any] = {
        "respondent": respondents,
        "unit": units,
        "satisfaction": pd.Series(satisfactions, dtype=object),
    }
    for code in questions:
        columns[code] = pd.Series([answers.get(code) for answers in given], dtype=object)
    return pd.DataFrame(columns)


def edition_framework(edition: Edition) -> dict[str, Any]:
    """What an edition measures, as `framework.json` of the dataset states it."""
    indicators = list(indicators_for_dataset(edition))
    return {
        "edition": _edition(edition, edition.province),
        "blocks": [{"code": row[0], "title_vi": row[1], "title_en": row[2]} for row in blocks_for_dataset(edition)],
        "units": [
            {"code": row[0], "block": row[1], "title_vi": row[2], "title_en": row[3] or row[2]}
            for row in units_for_dataset(edition)
        ],
        "sub_indices": _sub_indices(edition),
        "groups": _groups(indicators),
        "indicators": [_indicator(item) for item in indicators],
        "questions": _questions(edition),
    }


def _edition(edition: Edition, province: Province) -> dict[str, Any]:
    return {
        "code": str(edition.year),
        "province": province.slug,
        "title_vi": edition.title_vi,
        "title_en": edition.title_en,
        "is_simulated": edition.is_simulated,
        "minimum_ratings": edition.minimum_ratings,
    }


def _sub_indices(edition: Edition) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for code, vi, en, block, weight in sub_indices_for_dataset(edition):
        item = found.setdefault(code, {"code": code, "title_vi": vi, "title_en": en, "weights": {}})
        item["weights"][block] = float(weight)
    return list(found.values())


def group_code(indicator: Indicator) -> str | None:
    """A group's code in the engine, where groups of different sub-indices share one space of names."""
    return f"{indicator.sub_index.code}/{indicator.group}" if indicator.group else None


def _groups(indicators: list[Indicator]) -> list[dict[str, Any]]:
    found = {group_code(item): item.sub_index.code for item in indicators if item.group}
    return [{"code": code, "sub_index": sub_index, "weight": 1.0} for code, sub_index in found.items()]


def _indicator(item: Indicator) -> dict[str, Any]:
    return {
        "code": item.code,
        "sub_index": item.sub_index.code,
        "blocks": [block.code for block in item.blocks.all()],
        "group": group_code(item),
        "direction": item.direction,
        "statistic": "hard" if item.kind == IndicatorKind.HARD else item.statistic,
        "weight": float(item.weight),
        "question": item.question.code if item.question else None,
        "share_of": [float(answer) for answer in item.share_of],
        "min_n": max(item.minimum_n, 1),
        "scale": _scale(item),
        "target": None,
        "title_vi": item.name_vi,
        "title_en": item.name_en,
    }


def _scale(item: Indicator) -> list[float] | None:
    """The ends of the raw value. A share is written in per cent for people and counted from 0 to 1 by the engine."""
    if item.scale_low is not None and item.scale_high is not None:
        per_cent = item.statistic == Statistic.SHARE and item.scale_high > 1
        unit = 100.0 if per_cent else 1.0
        return [item.scale_low / unit, item.scale_high / unit]
    if item.statistic == Statistic.SHARE:
        return [0.0, 1.0]
    return _answer_range(item.question.scale) if item.question else None


def _answer_range(scale: AnswerScale) -> list[float] | None:
    values = [float(option["value"]) for option in scale.options]
    if scale.minimum is not None and scale.maximum is not None:
        return [scale.minimum, scale.maximum]
    return [min(values), max(values)] if values and min(values) < max(values) else None


def _questions(edition: Edition) -> list[dict[str, Any]]:
    by_code: dict[str, Question] = {question.code: question for question in questions_for_dataset(edition)}
    return [
        {
            "code": code,
            "scale": {
                "code": item.scale.code,
                "kind": item.scale.kind,
                "options": item.scale.options,
                "minimum": item.scale.minimum,
                "maximum": item.scale.maximum,
            },
            "title_vi": item.text_vi,
            "title_en": item.text_en,
        }
        for code, item in sorted(by_code.items())
    ]


def framework_conflicts(framework: Mapping[str, Any], profile: Iterable[str]) -> list[str]:
    """Names that a dataset cannot hold: units in two blocks, profile questions called like a column of its own."""
    blocks: dict[str, set[str]] = defaultdict(set)
    for item in framework["units"]:
        blocks[item["code"]].add(item["block"])
    twice = [code for code, where in sorted(blocks.items()) if len(where) > 1]
    return twice + sorted(RESERVED_COLUMNS & set(profile))
