"""Words or numbers of a cell as a band of the edition: `12` workers, `Từ 10 đến 49`, `small` and `2019` (founded)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from surveys.population.columns import heading_key

Range = tuple[float, float]
# Words before the name of a place that people leave out or add.
PLACE_WORDS = ("thanh pho", "thi xa", "thi tran", "dac khu", "tp", "tx", "tt", "huyen", "quan", "phuong", "xa")
TYPE_WORDS: Mapping[str, tuple[str, ...]] = {
    "cooperative": ("hop tac xa", "htx", "lien hiep htx", "cooperative"),
    "household": ("ho kinh doanh", "hkd", "ho ca the", "ho kd", "household business", "household"),
    "enterprise": ("doanh nghiep", "dn", "dntn", "cong ty", "cty", "tnhh", "co phan", "tap doan", "ngan hang",
                   "chi nhanh", "company", "enterprise"),
}  # fmt: skip
_BELOW = re.compile(r"\b(duoi|it hon|fewer|less|under|below)\b")
_ABOVE = re.compile(r"\b(tren|hon|over|more than)\b")
_FROM = re.compile(r"\b(tu|tro len|or more|at least|from)\b")


@dataclass(frozen=True)
class Bands:
    """The options of a profile question: `words` (without marks) and number `ranges` to their codes."""

    words: Mapping[str, str] = field(default_factory=dict)
    ranges: Sequence[tuple[Range, str]] = ()

    def by_words(self, text: str) -> str:
        """The code; a part of a label is enough where it fits one option only. Empty where the words are unknown."""
        key = heading_key(text)
        if key in self.words or len(key) < 4:
            return self.words.get(key, "")
        close = {code for words, code in self.words.items() if f" {key} " in f" {words} "}
        return close.pop() if len(close) == 1 else ""

    def by_number(self, number: float) -> str:
        return next((code for (low, high), code in self.ranges if low <= number <= high), "")


def bands_of(options: Iterable[Mapping[str, str]]) -> Bands:
    """From the options {"code", "vi", "en"} of a profile question."""
    words: dict[str, str] = {}
    ranges: list[tuple[Range, str]] = []
    for option in options:
        code = str(option["code"])
        words |= {heading_key(text): code for text in (code, option.get("vi", ""), option.get("en", "")) if text}
        found = range_of(option.get("vi", "")) or range_of(option.get("en", ""))
        if found:
            ranges.append((found, code))
    return Bands(words, tuple(ranges))


def places_of(names: Iterable[tuple[str, str]]) -> Bands:
    """Localities by (code, name); also without `huyện`, `xã` … where that leaves only one."""
    words: dict[str, str] = {}
    short: dict[str, set[str]] = {}
    for code, name in names:
        words |= {heading_key(code): code, heading_key(name): code}
        short.setdefault(_bare(heading_key(name)), set()).add(code)
    return Bands({key: codes.pop() for key, codes in short.items() if len(codes) == 1} | words)


def _bare(key: str) -> str:
    return next((key[len(word) + 1 :] for word in PLACE_WORDS if key.startswith(f"{word} ")), key)


def place_of(places: Bands, text: str) -> str:
    """The locality named by the cell, or at the end of an address."""
    for part in [text, *reversed(text.split(","))]:
        key = heading_key(part)
        code = places.words.get(key) or places.words.get(_bare(key))
        if code:
            return code
    return ""


def range_of(label: str) -> Range | None:
    """The numbers that a label such as `10 đến 49 người` or `Dưới 3 năm` means.

    >>> range_of("Dưới 10 người"), range_of("10 đến 49 người"), range_of("Từ 200 người trở lên")
    ((-inf, 9.0), (10.0, 49.0), (200.0, inf))
    """
    key = heading_key(label)
    numbers = [float(number) for number in re.findall(r"\d+", key)]
    if len(numbers) == 2:
        return numbers[0], numbers[1]
    if len(numbers) != 1:
        return None
    number = numbers[0]
    if _BELOW.search(key):
        return float("-inf"), number - 1
    if _FROM.search(key):
        return number, float("inf")
    return (number + 1, float("inf")) if _ABOVE.search(key) else (number, number)


def number_in(text: str) -> float | None:
    """A count as it stands in a cell; None where it is none."""
    found = re.fullmatch(r"\s*(\d{1,7})(?:[.,]0+)?\s*(?:người|lao động|lđ|năm)?\s*", text, re.IGNORECASE)
    return float(found[1]) if found else None


def years_in(text: str, this_year: int) -> float | None:
    """Years of activity: given as such, as a year of foundation, or as a day."""
    found = re.search(r"\b(19\d\d|20\d\d)\b", text)
    if found:
        return max(float(this_year - int(found[1])), 0.0)
    return number_in(text)


def type_of(text: str) -> str:
    """Enterprise, cooperative or household business by the words of the cell; empty where there are none."""
    padded = f" {heading_key(text)} "
    for code, words in TYPE_WORDS.items():
        if any(f" {word} " in padded for word in words):
            return code
    return ""
