"""The frozen dataset: a file of bytes that holds one edition's answers and everything needed to score them.

The file is a ZIP archive without compression and with fixed timestamps, so that the same content always gives the same
bytes and the SHA-256 of the bytes identifies the content. Its five members are described in docs/dataset.md.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from scoring.engine.checks import DatasetInvalid
from scoring.engine.texts import table_text
from scoring.engine.types import (
    FirmRows,
    FloatArray,
    Framework,
    Group,
    HardData,
    Indicator,
    IntArray,
    Margin,
    RatingRows,
    SubIndex,
    Survey,
    margin_build,
    survey_build,
)

# 2: respondents may be excluded; 3: dossiers are counted by how they were handled.
FORMATS = ("ddci-dataset/1", "ddci-dataset/2", "ddci-dataset/3")
MEMBERS = ("framework.json", "respondents.csv", "ratings.csv", "hard.csv", "margins.csv")
FIXED_TIME = (1980, 1, 1, 0, 0, 0)
NOT_APPLICABLE, DONT_KNOW = -8e9, -9e9
RATING_KEYS = ("respondent", "unit", "satisfaction")
HARD_COLUMNS = ("unit", "indicator", "value", "source", "period", "dossiers")
COUNT_COLUMNS = ("handled", "early", "on_time", "late")
MARGIN_COLUMNS = ("block", "margin", "level", "N")


@dataclass(frozen=True)
class Dataset:
    """A dataset read into memory.

    ``respondents``: one row each (text columns, ``base_weight`` as number); ``rating_respondent``, ``rating_unit`` (R,)
    point into them and ``framework["units"]``; ``answers`` (R, Q): numbers, NaN for each of the three non-answers;
    ``non_answers`` (R, Q): 0 answered, 1 not shown, 2 not applicable, 3 don't know.
    """

    framework: Mapping[str, Any]
    respondents: pd.DataFrame
    rating_respondent: IntArray
    rating_unit: IntArray
    answers: FloatArray
    non_answers: npt.NDArray[np.uint8]
    satisfaction: FloatArray
    questions: tuple[str, ...]
    hard: pd.DataFrame
    margins: pd.DataFrame

    @property
    def blocks(self) -> tuple[str, ...]:
        """Block codes in order."""
        return tuple(str(item["code"]) for item in self.framework["blocks"])


@dataclass(frozen=True)
class DatasetParts:
    """What a dataset is written from: the framework and four tables with the columns of docs/dataset.md, in any order
    of rows; cells of ``ratings`` are numbers, None/NaN (not shown) or the texts "na" and "dk". ``hard`` may have the
    ``COUNT_COLUMNS`` too.
    """

    framework: Mapping[str, Any]
    respondents: pd.DataFrame
    ratings: pd.DataFrame
    hard: pd.DataFrame
    margins: pd.DataFrame


def canonical_json(value: Any) -> str:
    """JSON text that depends on the content alone: sorted keys, no spaces, no NaN.

    Raises ``ValueError`` for NaN and infinity.

    >>> canonical_json({"b": 1, "a": [1.5, None]})
    '{"a":[1.5,null],"b":1}'
    """
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def dataset_write(parts: DatasetParts) -> bytes:
    """Write a dataset; the same content in any order of rows gives the same bytes.

    It has the lowest format that holds the content, so that what an older engine wrote is written the same again.

    Raises ``DatasetInvalid`` when a table lacks a column, a rating names an unknown respondent or unit, or a unit code
    is one of the two reserved words.

    >>> from scoring.engine.example import example_parts
    >>> turned = DatasetParts(**vars(example_parts()) | {"ratings": example_parts().ratings[::-1]})
    >>> dataset_write(turned) == dataset_write(example_parts())
    True
    """
    counted = bool(parts.hard.reindex(columns=list(COUNT_COLUMNS)).notna().to_numpy().any())
    if counted:
        _require(parts.respondents, ("excluded",), "respondents.csv")
    columns = HARD_COLUMNS + COUNT_COLUMNS if counted else HARD_COLUMNS
    framework = {**parts.framework, "format": FORMATS[2 if counted else "excluded" in parts.respondents]}
    units = [str(item["code"]) for item in framework["units"]]
    respondents = _ordered_respondents(parts.respondents)
    texts = (
        canonical_json(framework) + "\n",
        table_text(respondents),
        table_text(_ordered_ratings(parts.ratings, units, respondents)),
        table_text(_ordered(parts.hard, columns, "hard.csv", ["unit", "indicator", "period"])),
        table_text(_ordered(parts.margins, MARGIN_COLUMNS, "margins.csv", ["block", "margin", "level"])),
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, text in zip(MEMBERS, texts, strict=True):
            info = zipfile.ZipInfo(name, FIXED_TIME)
            info.external_attr = 0o644 << 16
            info.create_system = 3
            archive.writestr(info, text.encode())
    return buffer.getvalue()


def _ordered_respondents(table: pd.DataFrame) -> pd.DataFrame:
    _require(table, ("respondent", "stratum", "base_weight"), "respondents.csv")
    others = sorted(set(table.columns) - {"respondent", "stratum", "base_weight"})
    ordered = table[["respondent", *others, "stratum", "base_weight"]].sort_values("respondent", kind="stable")
    if ordered["respondent"].duplicated().any():
        raise DatasetInvalid("respondents.csv", "A respondent number occurs twice.")
    return ordered


def _ordered_ratings(table: pd.DataFrame, units: Sequence[str], respondents: pd.DataFrame) -> pd.DataFrame:
    _require(table, RATING_KEYS, "ratings.csv")
    if {"na", "dk"} & set(units):
        raise DatasetInvalid("framework.json:units", "The codes na and dk are reserved for answers.")
    position = table["unit"].astype(str).map({code: i for i, code in enumerate(units)})
    if position.isna().any():
        raise DatasetInvalid("ratings.csv:unit", f"Unknown unit {table['unit'][position.isna()].iloc[0]}.")
    if not table["respondent"].isin(respondents["respondent"]).all():
        raise DatasetInvalid("ratings.csv:respondent", "A rating names a respondent that is not listed.")
    columns = [*RATING_KEYS, *sorted(set(table.columns) - set(RATING_KEYS))]
    keyed = table[columns].assign(_position=position).sort_values(["_position", "respondent"], kind="stable")
    return keyed.drop(columns="_position")


def _ordered(table: pd.DataFrame, columns: Sequence[str], name: str, keys: list[str]) -> pd.DataFrame:
    _require(table, columns, name)
    text = table[list(columns)]
    return text.sort_values(keys, key=lambda column: column.fillna("").astype(str), kind="stable")


def _require(table: pd.DataFrame, columns: Sequence[str], name: str) -> None:
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise DatasetInvalid(f"{name}:{missing[0]}", f"{name} has no column {missing[0]}.")


def dataset_read(content: bytes) -> Dataset:
    """Read a dataset from its bytes; raises ``DatasetInvalid`` naming the member and column at fault.

    >>> from scoring.engine.example import example_dataset
    >>> example_dataset().answers.ravel().tolist(), example_dataset().non_answers.ravel().tolist()
    ([4.0, 2.0, nan], [0, 0, 3])
    """
    members = _members(content)
    framework = json.loads(members["framework.json"])
    if framework.get("format") not in FORMATS:
        raise DatasetInvalid("framework.json:format", f"Expected {FORMATS[-1]}, found {framework.get('format')}.")
    respondents = _read_text(members["respondents.csv"], numbers={"base_weight": np.float64, "respondent": np.int64})
    _require(respondents, ("respondent", "stratum", "base_weight"), "respondents.csv")
    if framework["format"] == FORMATS[0]:
        respondents["excluded"] = ""
    _require(respondents, ("excluded",), "respondents.csv")
    counts = dict.fromkeys(("value", "dossiers", *COUNT_COLUMNS), np.float64)
    hard = _read_text(members["hard.csv"], numbers=counts)
    _require(hard, COUNT_COLUMNS if framework["format"] == FORMATS[2] else (), "hard.csv")
    ratings = _read_ratings(members["ratings.csv"])
    questions = tuple(str(c) for c in ratings.columns if c not in RATING_KEYS)
    cells = ratings[list(questions)].to_numpy(dtype=np.float64)
    units = {str(item["code"]): i for i, item in enumerate(framework["units"])}
    coded, distinct = pd.factorize(ratings["unit"])
    unknown = [code for code in distinct if code not in units]
    if unknown:
        raise DatasetInvalid("ratings.csv:unit", f"Unknown unit {unknown[0]}.")
    positions = np.array([units[code] for code in distinct], dtype=np.int64)
    return Dataset(
        framework=framework,
        respondents=respondents,
        rating_respondent=_positions(respondents["respondent"], ratings["respondent"]),
        rating_unit=positions[coded] if len(distinct) else np.zeros(0, dtype=np.int64),
        answers=np.where(cells <= NOT_APPLICABLE, np.nan, cells),
        non_answers=_non_answers(cells),
        satisfaction=ratings["satisfaction"].to_numpy(dtype=np.float64),
        questions=questions,
        hard=hard,
        margins=_read_text(members["margins.csv"], numbers={"N": np.float64}),
    )


def _members(content: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {name: archive.read(name) for name in MEMBERS}
    except (zipfile.BadZipFile, KeyError) as error:
        raise DatasetInvalid("", f"The file is not a dataset archive: {error}.") from error


def _read_text(content: bytes, numbers: Mapping[str, Any]) -> pd.DataFrame:
    """A table whose columns are text except the numbers; an empty number is NaN, an empty text is ''."""
    try:
        header = pd.read_csv(io.BytesIO(content), nrows=0).columns
        kinds = {str(column): numbers.get(str(column), str) for column in header}
        empty = {str(column): [""] for column in header if numbers.get(str(column)) is np.float64}
        return pd.read_csv(
            io.BytesIO(content),
            dtype=kinds,
            keep_default_na=False,
            na_values=empty,
        )
    except ValueError as error:
        raise DatasetInvalid("", f"A table of the dataset cannot be read: {error}.") from error


def _read_ratings(content: bytes) -> pd.DataFrame:
    """Ratings, the two spoken non-answers as numbers outside every scale: one fast parse suffices."""
    for word, number in ((b"na", b"-8e9"), (b"dk", b"-9e9")):
        if b"," + word in content:
            for end in (b",", b",", b"\n"):
                content = content.replace(b"," + word + end, b"," + number + end)
    header = content[: content.index(b"\n")].decode() if b"\n" in content else ""
    columns = next(iter(pd.read_csv(io.StringIO(header), nrows=0).columns.to_frame().T.values.tolist()), [])
    if tuple(columns[:3]) != RATING_KEYS:
        raise DatasetInvalid("ratings.csv", "The first columns must be respondent, unit and satisfaction.")
    kinds: dict[str, Any] = dict.fromkeys(columns, np.float64) | {"respondent": np.int64, "unit": str}
    try:
        return pd.read_csv(io.BytesIO(content), dtype=kinds, na_values=[""], keep_default_na=False)
    except ValueError as error:
        raise DatasetInvalid("ratings.csv", f"An answer is not a number: {_first_text(error)}.") from error


def _first_text(error: ValueError) -> str:
    found = re.search(r"'([^']*)'", str(error))
    return found.group(1) if found else str(error)


def _positions(known: pd.Series[Any], wanted: pd.Series[Any]) -> IntArray:
    found = pd.Index(known).get_indexer(pd.Index(wanted))
    if (found < 0).any():
        raise DatasetInvalid("ratings.csv:respondent", "A rating names a respondent that is not listed.")
    return np.asarray(found, dtype=np.int64)


def _non_answers(cells: FloatArray) -> npt.NDArray[np.uint8]:
    kinds = np.zeros(cells.shape, dtype=np.uint8)
    kinds[np.isnan(cells)] = 1
    kinds[cells == NOT_APPLICABLE] = 2
    kinds[cells == DONT_KNOW] = 3
    return kinds


def framework_from_dataset(dataset: Dataset, block: str) -> Framework:
    """The framework of one block; raises ``DatasetInvalid`` when the dataset has no such block.

    >>> from scoring.engine.example import example_dataset
    >>> framework_from_dataset(example_dataset(), "main").codes
    ('clarity', 'early')
    """
    source = dataset.framework
    if block not in dataset.blocks:
        raise DatasetInvalid("framework.json:blocks", f"The dataset has no block {block}.")
    subs = [SubIndex(s["code"], float(s["weights"][block])) for s in source["sub_indices"] if block in s["weights"]]
    names = {item.code for item in subs}
    indicators = [
        _indicator(item)
        for item in source["indicators"]
        if block in item.get("blocks", dataset.blocks) and item["sub_index"] in names
    ]
    groups = [
        Group(g["code"], g["sub_index"], float(g.get("weight", 1.0)))
        for g in source.get("groups", ())
        if g["sub_index"] in names
    ]
    units = [str(item["code"]) for item in source["units"] if item["block"] == block]
    return Framework(tuple(units), tuple(subs), tuple(indicators), tuple(groups), block)


def _indicator(item: Mapping[str, Any]) -> Indicator:
    scale = item.get("scale")
    target = item.get("target")
    return Indicator(
        code=str(item["code"]),
        sub_index=str(item["sub_index"]),
        direction=str(item["direction"]),
        statistic=str(item.get("statistic", "mean")),
        weight=float(item.get("weight", 1.0)),
        group=item.get("group") or None,
        question=item.get("question") or None,
        share_of=tuple(float(v) for v in item.get("share_of") or ()),
        min_n=int(item.get("min_n", 1)),
        scale=None if scale is None else (float(scale[0]), float(scale[1])),
        target=None if target is None else float(target),
    )


def survey_from_dataset(dataset: Dataset, block: str) -> tuple[Survey, Framework]:
    """The survey and framework of one block.

    All respondents of the edition are kept, also those who rated no unit of this block: weights describe the whole
    sample, and variances of a part of it need the whole. Margins of the block replace general ones of the same name.
    Missing answers get code 0. Raises ``DatasetInvalid`` when the dataset has no such block.

    >>> from scoring.engine.example import example_dataset
    >>> survey_from_dataset(example_dataset(), "main")[0].n_ratings
    3
    """
    framework = framework_from_dataset(dataset, block)
    codes = {code: i for i, code in enumerate(framework.units)}
    local = np.array([codes.get(str(item["code"]), -1) for item in dataset.framework["units"]], dtype=np.int64)
    unit = local[dataset.rating_unit] if len(dataset.rating_unit) else dataset.rating_unit
    rows = unit >= 0
    stratum, strata = pd.factorize(dataset.respondents["stratum"], sort=True)
    ratings = RatingRows(
        firm=dataset.rating_respondent[rows],
        unit=unit[rows],
        answers=dataset.answers[rows],
        questions=dataset.questions,
        satisfaction=dataset.satisfaction[rows],
    )
    firms = FirmRows(
        base_weight=dataset.respondents["base_weight"].to_numpy(dtype=np.float64),
        stratum=stratum,
        margins=margins_from_dataset(dataset, block),
        respondents=[str(r) for r in dataset.respondents["respondent"]],
        strata=[str(s) for s in strata],
    )
    return survey_build(ratings, firms), framework


def margins_from_dataset(dataset: Dataset, block: str) -> tuple[Margin, ...]:
    """The margins of a block in order of their names; raises ``DatasetInvalid`` for a margin without column.

    >>> from scoring.engine.example import example_dataset
    >>> [(margin.name, margin.totals.tolist()) for margin in margins_from_dataset(example_dataset(), "main")]
    [('size', [10.0, 30.0])]
    """
    table = dataset.margins
    found: list[Margin] = []
    for name in sorted(set(table["margin"])):
        rows = table[(table["margin"] == name) & (table["block"] == block)]
        if rows.empty:
            rows = table[(table["margin"] == name) & (table["block"] == "")]
        if rows.empty:
            continue
        if name not in dataset.respondents.columns:
            raise DatasetInvalid(f"margins.csv:{name}", f"respondents.csv has no column {name}.")
        totals = dict(zip(rows["level"].astype(str), rows["N"].astype(float), strict=True))
        found.append(margin_build(name, list(dataset.respondents[name].astype(str)), totals))
    return tuple(found)


def hard_from_dataset(dataset: Dataset, framework: Framework) -> HardData:
    """Figures of a block (U, K) of the last period in text order, NaN where there is none. Raises nothing.

    >>> from scoring.engine.example import example_dataset
    >>> hard_from_dataset(example_dataset(), framework_from_dataset(example_dataset(), "main")).values.tolist()
    [[nan, 85.0], [nan, nan]]
    """
    values = np.full((len(framework.units), len(framework.indicators)), np.nan)
    dossiers = np.full(values.shape, np.nan)
    units = {code: i for i, code in enumerate(framework.units)}
    columns = {code: k for k, code in enumerate(framework.codes)}
    ordered = dataset.hard.sort_values(["unit", "indicator", "period"], kind="stable")
    rows = np.array([units.get(str(code), -1) for code in ordered["unit"]], dtype=np.int64)
    cols = np.array([columns.get(str(code), -1) for code in ordered["indicator"]], dtype=np.int64)
    known = (rows >= 0) & (cols >= 0)
    values[rows[known], cols[known]] = ordered["value"].to_numpy(dtype=np.float64)[known]
    dossiers[rows[known], cols[known]] = ordered["dossiers"].to_numpy(dtype=np.float64)[known]
    return HardData(values, dossiers, framework.codes)
