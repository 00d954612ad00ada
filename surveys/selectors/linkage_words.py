"""By which words a participant or an answer is known, and where they stand in a text.

Codes, numbers and addresses of one piece are looked for as they are. Names and postal addresses are looked for as
whole phrases, whatever their case, marks and punctuation. What several share says little: a word of `FEWEST` or more
owners is left out.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from ddci.core.text import without_marks
from surveys.answers.coarse import FEWEST

WORD = re.compile(r"[\w@.+-]{4,}")
PLAIN = re.compile(r"\w+")
ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
SHORTEST = 6
Owners = frozenset[str]


class Words:
    """Which owners a text names.

    >>> words = Words([("0100109106", "a"), ("Công ty Lúa Vàng", "b")])
    >>> sorted(words.owners_in("CÔNG TY LÚA VÀNG (0100109106)"))
    ['a', 'b']
    """

    def __init__(self, known: Iterable[tuple[str, str]]) -> None:
        found: dict[str, set[str]] = {}
        for text, owner in known:
            key = _plain(text) if " " in text.strip() else text.strip()
            if len(key) >= SHORTEST:
                found.setdefault(key, set()).add(owner)
        few = {key: frozenset(owners) for key, owners in found.items() if len(owners) < FEWEST}
        self._words: Mapping[str, Owners] = {key: owners for key, owners in few.items() if " " not in key}
        self._phrases = _by_rarest({key: owners for key, owners in few.items() if " " in key})

    def owners_in(self, text: str) -> set[str]:
        if "\\u" in text:
            text = ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
        found = {owner for word in WORD.findall(text) for owner in self._words.get(word.strip("."), ())}
        if self._phrases:
            plain = _plain(text)
            padded = f" {plain} "
            for token in set(plain.split()) & self._phrases.keys():
                for phrase, owners in self._phrases[token]:
                    if f" {phrase} " in padded:
                        found |= owners
        return found


def _plain(text: str) -> str:
    return " ".join(PLAIN.findall(without_marks(text)))


def _by_rarest(phrases: Mapping[str, Owners]) -> dict[str, list[tuple[str, Owners]]]:
    """The phrases by that token of theirs which the fewest phrases have, so that few are tried on each text."""
    counts = Counter(token for phrase in phrases for token in set(phrase.split()))
    found: dict[str, list[tuple[str, Owners]]] = {}
    for phrase, owners in phrases.items():
        rarest = min(phrase.split(), key=lambda token: (counts[token], token))
        found.setdefault(rarest, []).append((phrase, owners))
    return found
