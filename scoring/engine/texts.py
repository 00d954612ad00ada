"""Texts: tables as the CSV of a dataset, the same bytes for the same content."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd


def table_text(table: pd.DataFrame) -> str:
    """A table as CSV with the shortest text of each number that reads back to the same number; absent is empty.

    Raises nothing.

    >>> table_text(pd.DataFrame({"unit": ["A", "B"], "value": [0.1, np.nan], "n": [3.0, 4.0]}))
    'unit,value,n\\nA,0.1,3\\nB,,4\\n'
    """
    return table.apply(_column_text).to_csv(index=False, lineterminator="\n")


def _column_text(column: pd.Series[Any]) -> pd.Series[Any]:
    codes, distinct = pd.factorize(column, use_na_sentinel=True)
    texts = np.array([*(_cell(value) for value in distinct), ""], dtype=object)
    return pd.Series(texts[codes], index=column.index, dtype=object)


def _cell(value: Any) -> str:
    if isinstance(value, (bool, np.bool_)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        number = float(value)
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
    return str(value)
