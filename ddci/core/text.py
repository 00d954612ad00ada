"""Vietnamese text: sorting as a Vietnamese reader expects, which neither Python nor SQLite does."""

import re
import unicodedata

_LATIN_MARKS = re.compile("[\u0300-\u036f]+")
_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
_PLACE = {letter: index + 10 for index, letter in enumerate(_LETTERS)}


def vietnamese_sort_key(text: str) -> tuple[tuple[int, ...], tuple[int, ...], str]:
    """Key for `sorted`: letters in the order a ă â b c d đ …, then tones (level, huyền, hỏi, ngã, sắc, nặng), then
    the text itself.
    """
    letters: list[int] = []
    tones: list[int] = []
    for cluster in unicodedata.normalize("NFC", text.casefold()):
        parts = unicodedata.normalize("NFD", cluster)
        tone = next((_TONES[mark] for mark in parts if mark in _TONES), 0)
        plain = unicodedata.normalize("NFC", "".join(ch for ch in parts if ch not in _TONES))
        letters.append(
            _PLACE.get(plain, 0 if plain.isspace() else 100 + ord(plain[0]) if not plain.isdigit() else ord(plain) - 48)
        )
        tones.append(tone)
    return tuple(letters), tuple(tones), text


def without_marks(text: str) -> str:
    """Lower case without diacritics, for searching: `Đông Hưng` → `dong hung`."""
    decomposed = _LATIN_MARKS.sub("", unicodedata.normalize("NFD", text.casefold().replace("đ", "d")))
    if decomposed.isascii():
        return decomposed
    return "".join(ch for ch in decomposed if not unicodedata.combining(ch))


def csv_cell(text: str) -> str:
    """The text as a cell that a spreadsheet does not take for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
