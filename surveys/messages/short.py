"""Text messages are paid by segment: 160 letters of a small alphabet, or 70 of any (GSM 03.38, 3GPP TS 23.038)."""

import unicodedata
from dataclasses import dataclass

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€")
_SIGNS = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "...", "đ": "d", "Đ": "D"})


@dataclass(frozen=True)
class Length:
    """`letters` as the network counts them, in `segments` messages; `wide`: a letter needs the large alphabet."""

    letters: int
    segments: int
    wide: bool


def length_of(text: str) -> Length:
    """How long a text message is.

    >>> length_of("a" * 160), length_of("a" * 161), length_of("Kính mời")
    (Length(letters=160, segments=1, wide=False), Length(letters=161, segments=2, wide=False),
     Length(letters=8, segments=1, wide=True))
    """
    wide = not set(text) <= _BASIC | _EXTENDED
    letters = len(text.encode("utf-16-le")) // 2 if wide else len(text) + sum(ch in _EXTENDED for ch in text)
    alone, joined = (70, 67) if wide else (160, 153)
    return Length(letters, 1 if letters <= alone else -(-letters // joined), wide)


def plain(text: str) -> str:
    """The text without diacritics, for the small alphabet: `Kính mời Đông Hưng` → `Kinh moi Dong Hung`."""
    decomposed = unicodedata.normalize("NFD", text.translate(_SIGNS))
    return "".join(ch for ch in decomposed if not unicodedata.combining(ch))
