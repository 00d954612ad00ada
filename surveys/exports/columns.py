"""Tables of a release with everything that is said about their columns, in Vietnamese and English."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Texts = tuple[str, str]
# Outside every scale that a questionnaire is likely to have.
NOT_TOLD, NOT_APPLICABLE, DONT_KNOW = -99997.0, -99998.0, -99999.0
NON_ANSWERS: Mapping[float, tuple[str, Texts]] = {
    NOT_TOLD: ("*", ("Không tiết lộ", "Not told")),
    NOT_APPLICABLE: ("na", ("Không áp dụng", "Not applicable")),
    DONT_KNOW: ("dk", ("Không biết", "Don't know")),
}
LONGEST_NAME = 32
# Words that SPSS or Stata do not take as the name of a variable.
RESERVED = frozenset(
    word
    for words in ("all and by eq ge gt le lt ne not or to with", "byte double float if in int long using str strl _all")
    for word in words.split()
)


@dataclass(frozen=True)
class Option:
    """A value with its number in SPSS and Stata, its code in CSV, and its words."""

    number: float
    code: str
    words: Texts


@dataclass(frozen=True)
class Column:
    """`kind`: labelled (one of `options`), number or text. `missing`: numbers of non-answers that can occur; an empty
    cell of a question means that it was not shown.
    """

    name: str
    label: Texts
    kind: str
    options: tuple[Option, ...] = ()
    missing: tuple[float, ...] = ()

    def words(self, language: str) -> dict[float, str]:
        """By number what it means."""
        place = 0 if language == "vi" else 1
        found = {option.number: option.words[place] or option.words[0] for option in self.options}
        return found | {number: NON_ANSWERS[number][1][place] for number in self.missing}

    def codes(self) -> dict[float, str]:
        return {option.number: option.code for option in self.options} | {
            number: NON_ANSWERS[number][0] for number in self.missing
        }


@dataclass(frozen=True)
class Table:
    """`cells`: one column per entry of `columns`, by its name: numbers (NaN: empty) or text."""

    name: str
    title: Texts
    columns: tuple[Column, ...]
    cells: pd.DataFrame


@dataclass(frozen=True)
class Field:
    """A question of the profile with its bands (code, words)."""

    code: str
    text: Texts
    bands: tuple[tuple[str, Texts], ...]


@dataclass(frozen=True)
class Release:
    """What is given away: one row per respondent, one per rating.

    `respondents`, `ratings`: text bands by code of field, `channel`, `stratum`, numbers `base_weight`, and of ratings
    `unit` (code) and `satisfaction`. `answers`, `non_answers` (R, Q) as in `scoring.engine.dataset.Dataset`.
    """

    respondents: pd.DataFrame
    ratings: pd.DataFrame
    answers: Floats
    non_answers: npt.NDArray[np.uint8]
    questions: tuple[str, ...]


def tables_of(
    release: Release, framework: Mapping[str, Any], fields: Sequence[Field], channels: Iterable[tuple[str, Texts]]
) -> tuple[Table, Table]:
    """The respondents' and the ratings' table with labels."""
    described = {
        field.code: (field.text, [(code, words) for code, words in field.bands])
        for field in (*fields, Field("channel", ("Cách trả lời", "Way of answering"), tuple(channels)))
    }
    people = _described(release.respondents, described)
    rated = _described(release.ratings, described | {"unit": (UNIT, _units(framework))})
    questions = {item["code"]: item for item in framework["questions"]}
    answers = [
        _answer(questions.get(code, {"code": code}), release.answers[:, place], release.non_answers[:, place])
        for place, code in enumerate(release.questions)
    ]
    tables = []
    for name, title, found in (
        ("respondents", ("Người trả lời", "Respondents"), people),
        ("ratings", ("Lượt đánh giá", "Ratings"), [*rated, *answers]),
    ):
        names = safe_names([column.name for column, _cells in found])
        columns = tuple(replace(column, name=safe) for safe, (column, _cells) in zip(names, found, strict=True))
        cells = pd.DataFrame({safe: cells for safe, (_column, cells) in zip(names, found, strict=True)})
        tables.append(Table(name, title, columns, cells))
    return tables[0], tables[1]


UNIT = ("Đơn vị được đánh giá", "Unit rated")
KNOWN: Mapping[str, Texts] = {
    "respondent": ("Số của người trả lời", "Number of the respondent"),
    "rating": ("Số của lượt đánh giá", "Number of the rating"),
    "stratum": ("Tầng mẫu", "Sampling stratum"),
    "base_weight": ("Quyền số thiết kế", "Design weight"),
    "excluded": ("Lý do không được tính (trống: được tính)", "Why it does not count (empty: it counts)"),
    "ratings": ("Số lượt đánh giá trong phiếu", "Ratings in the response"),
    "block": ("Khối", "Block"),
    "satisfaction": ("Mức hài lòng chung, 1 đến 10", "Overall satisfaction, 1 to 10"),
}
NUMBERS = frozenset({"respondent", "rating", "base_weight", "ratings", "satisfaction"})
Described = Mapping[str, tuple[Texts, list[tuple[str, Texts]]]]


def _units(framework: Mapping[str, Any]) -> list[tuple[str, Texts]]:
    return [(str(item["code"]), (item["title_vi"], item["title_en"])) for item in framework["units"]]


def _described(table: pd.DataFrame, described: Described) -> list[tuple[Column, pd.Series[Any]]]:
    found = []
    for name in map(str, table.columns):
        cells = table[name]
        if name in described:
            found.append(_labelled(name, *described[name], cells))
        elif name in NUMBERS:
            found.append((Column(name, KNOWN[name], "number"), cells.astype(np.float64)))
        else:
            found.append((Column(name, KNOWN.get(name, (name, name)), "text"), cells.astype(str)))
    return found


def _labelled(
    name: str, label: Texts, bands: list[tuple[str, Texts]], cells: pd.Series[Any]
) -> tuple[Column, pd.Series[Any]]:
    """Bands as numbers from 1 in their order; a band that nobody has described comes last under its own code."""
    known = [code for code, _words in bands]
    others = sorted(set(cells.unique()) - set(known) - {"", "*"})
    spoken = [*bands, *((code, (code, code)) for code in others)]
    options = tuple(Option(float(place), code, words) for place, (code, words) in enumerate(spoken, 1))
    numbers = {option.code: option.number for option in options} | {"*": NOT_TOLD}
    missing = (NOT_TOLD,) if (cells == "*").any() else ()
    return Column(name, label, "labelled", options, missing), cells.map(numbers).astype(np.float64)


def _answer(
    question: Mapping[str, Any], answers: Floats, non_answers: npt.NDArray[np.uint8]
) -> tuple[Column, pd.Series[Any]]:
    scale = question.get("scale", {})
    options = tuple(
        Option(float(each["value"]), f"{float(each['value']):g}", (each.get("vi", ""), each.get("en", "")))
        for each in scale.get("options") or ()
    )
    code = str(question["code"])
    label = (
        str(question.get("title_vi", code)),
        str(question.get("title_en", "")) or str(question.get("title_vi", code)),
    )
    cells = np.where(non_answers == 2, NOT_APPLICABLE, np.where(non_answers == 3, DONT_KNOW, answers))
    column = Column(code, label, "labelled" if options else "number", options, (NOT_APPLICABLE, DONT_KNOW))
    return column, pd.Series(cells)


def safe_names(names: Sequence[str]) -> list[str]:
    """Names that SPSS and Stata take: letters, digits and underscores, a letter first, at most 32 signs, each once.

    >>> safe_names(["MB1", "1a", "with", "mb1"])
    ['MB1', 'v_1a', 'with_', 'mb1_2']
    """
    taken: set[str] = set()
    found = []
    for name in names:
        plain = re.sub(r"[^A-Za-z0-9_]", "_", name)
        plain = plain if plain[:1].isalpha() else f"v_{plain}"
        plain = (f"{plain}_" if plain.lower() in RESERVED else plain)[:LONGEST_NAME]
        number = 1
        while (safe := plain if number == 1 else f"{plain[: LONGEST_NAME - 4]}_{number}").lower() in taken:
            number += 1
        taken.add(safe.lower())
        found.append(safe)
    return found
