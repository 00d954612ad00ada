"""Rows of the frame that may be the same business. Never every row with every other: neighbours in sorted order only.

The rows are sorted several ways (name, name with its words in order, address, telephone); what is alike stands close
in at least one of them. Each row is compared with the few that follow it, so the work grows with n log n.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property

from ddci.core.text import without_marks
from surveys.enums import DuplicateKind

WINDOW = 5
ALIKE_NAME, ALIKE_ADDRESS, ALIKE_NAME_ALONE = 0.86, 0.75, 0.96
MOST_PAIRS = 5_000
# Words of the legal form and of no business in particular.
FORM_WORDS = frozenset({
    "cong", "ty", "cty", "trach", "nhiem", "huu", "han", "tnhh", "co", "phan", "cp", "ctcp", "mot", "hai", "thanh",
    "vien", "mtv", "tv", "doanh", "nghiep", "tu", "nhan", "dntn", "hop", "tac", "xa", "htx", "ho", "kinh", "hkd",
    "chi", "nhanh", "cua", "hang", "so", "va", "the",
})  # fmt: skip
ADDRESS_WORDS = frozenset({
    "so", "duong", "pho", "to", "thon", "xom", "xa", "phuong", "huyen", "quan", "thi", "tran", "thanh", "tp", "tinh",
    "viet", "nam",
})  # fmt: skip
ABBREVIATIONS = {
    "tm": ("thuong", "mai"), "dv": ("dich", "vu"), "xd": ("xay", "dung"), "sx": ("san", "xuat"), "vt": ("van", "tai"),
    "xnk": ("xuat", "nhap", "khau"), "vlxd": ("vat", "lieu", "xay", "dung"), "dt": ("dau", "tu"),
    "cn": ("cong", "nghe"),
}  # fmt: skip
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Row:
    """A business as it is compared."""

    pk: int
    tax_code: str
    name: str
    address: str
    locality: str
    phone: str

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Words of the name without those of its legal form."""
        return _words(self.name, FORM_WORDS) or _words(self.name, frozenset())

    @cached_property
    def core(self) -> str:
        return " ".join(self.words)

    @cached_property
    def sorted_core(self) -> str:
        return " ".join(sorted(self.words))

    @cached_property
    def place(self) -> tuple[str, ...]:
        return _words(self.address, ADDRESS_WORDS)

    @cached_property
    def numbers(self) -> frozenset[str]:
        """`Số 1` and `Số 2` are two businesses, however alike the rest is."""
        return frozenset(word for word in self.words if any(sign.isdigit() for sign in word))


@dataclass(frozen=True)
class Pair:
    """Two rows, the one to keep first, and how alike they are (0 to 1)."""

    first: int
    second: int
    kind: DuplicateKind
    likeness: float


def _words(text: str, without: frozenset[str]) -> tuple[str, ...]:
    written = (word for word in _WORD.findall(without_marks(text)) if word not in without)
    return tuple(part for word in written for part in ABBREVIATIONS.get(word, (word,)))


def pairs_alike(rows: Sequence[Row]) -> list[Pair]:
    """The pairs worth a person's look, the most alike first, at most 5,000. Two rows with one tax code come first."""
    found: dict[tuple[int, int], Pair] = {}
    for pair in [*_by_tax_code(rows), *_by_neighbours(rows)]:
        found.setdefault((min(pair.first, pair.second), max(pair.first, pair.second)), pair)
    order = sorted(found.values(), key=lambda pair: (-pair.likeness, pair.first, pair.second))
    return order[:MOST_PAIRS]


def _by_tax_code(rows: Sequence[Row]) -> Iterator[Pair]:
    """The same code twice, or a branch beside its company: the head office is kept."""
    coded = sorted((row for row in rows if row.tax_code), key=lambda row: (row.tax_code, row.pk))
    head: Row | None = None
    for row in coded:
        if head is None or head.tax_code[:10] != row.tax_code[:10]:
            head = row
        elif head.tax_code == row.tax_code:
            yield Pair(head.pk, row.pk, DuplicateKind.TAX_CODE, 1.0)
        else:
            yield Pair(head.pk, row.pk, DuplicateKind.BRANCH, 0.5)


def _by_neighbours(rows: Sequence[Row]) -> Iterator[Pair]:
    orders: Iterable[list[tuple[str, Row]]] = (
        [(f"{row.core} {row.locality}", row) for row in rows],
        [(f"{row.sorted_core} {row.locality}", row) for row in rows],
        [(f"{row.locality} {' '.join(row.place)}", row) for row in rows if row.place],
        [(row.phone, row) for row in rows if row.phone],
    )
    compared: set[tuple[int, int]] = set()
    for keyed in orders:
        keyed.sort(key=lambda each: (each[0], each[1].pk))
        order = [row for _key, row in keyed]
        for place, row in enumerate(order):
            for other in order[place + 1 : place + 1 + WINDOW]:
                ends = (row.pk, other.pk) if row.pk < other.pk else (other.pk, row.pk)
                if ends in compared or not _worth_comparing(row, other):
                    continue
                compared.add(ends)
                alike = likeness(row, other)
                if alike:
                    first, second = _kept_first(row, other)
                    yield Pair(first.pk, second.pk, DuplicateKind.NAME_ADDRESS, round(alike, 3))


def _worth_comparing(one: Row, two: Row) -> bool:
    """A cheap look before the dear one."""
    if one.numbers != two.numbers:
        return False
    if abs(len(one.core) - len(two.core)) > 0.3 * max(len(one.core), len(two.core)):
        return False
    shared = len(set(one.words) & set(two.words))
    return 2 * shared >= min(len(one.words), len(two.words))


def _kept_first(one: Row, two: Row) -> tuple[Row, Row]:
    """Whoever has a tax code, then a telephone number, then came first."""
    return (
        (one, two)
        if (not one.tax_code, not one.phone, one.pk) <= (not two.tax_code, not two.phone, two.pk)
        else (
            two,
            one,
        )
    )


def likeness(one: Row, two: Row) -> float:
    """0 where the rows are no candidates, else the mean likeness of name and address.

    Names are alike from 0.86 on, in the order of their words or sorted; addresses from 0.75 on. Without an address on
    either side the names must nearly be the same, in the same locality or with the same telephone number.
    """
    matcher = SequenceMatcher(None, one.core, two.core, autojunk=False)
    name = 1.0 if one.sorted_core == two.sorted_core else matcher.ratio()
    if name < ALIKE_NAME:
        return 0.0
    if not one.place or not two.place:
        near = one.locality == two.locality or (one.phone and one.phone == two.phone)
        return 0.9 * name if near and name >= ALIKE_NAME_ALONE else 0.0
    address = _address_likeness(one.place, two.place)
    same_phone = bool(one.phone) and one.phone == two.phone
    return (name + address) / 2 if address >= ALIKE_ADDRESS or same_phone else 0.0


def _address_likeness(one: tuple[str, ...], two: tuple[str, ...]) -> float:
    """Share of words in common; the shorter address may leave the district and the province out."""
    house_numbers = [next((word for word in words if word[0].isdigit()), "") for words in (one, two)]
    if all(house_numbers) and house_numbers[0] != house_numbers[1]:
        return 0.0
    shared = len(set(one) & set(two))
    return shared / min(len(set(one)), len(set(two)))
