"""One row of a frame file as a record, with everything that is wrong with it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ddci.core.text import without_marks
from surveys.enums import FrameFault, RespondentType
from surveys.population.bands import Bands, number_in, place_of, type_of, years_in
from surveys.population.cells import TaxCodeCheck, TaxCodeLength, email_of, phone_of, tax_code_of
from surveys.population.columns import heading_key

LONGEST_NAME, LONGEST_ADDRESS, LONGEST_VALUE = 200, 300, 100


@dataclass(frozen=True)
class Choices:
    """What the latest edition offers: bands by profile question, localities, units that can be rated."""

    localities: Bands
    sectors: Bands
    sizes: Bands
    ages: Bands
    units: Bands
    this_year: int


@dataclass(frozen=True)
class Fault:
    """`column` is a field of `columns.FIELDS`; a rejected row has one of these with `rejected`."""

    row: int
    column: str
    reason: FrameFault
    value: str
    rejected: bool


@dataclass(slots=True)
class Record:
    """A business as the file describes it; the fields are those of `surveys.models.Business`."""

    key: str
    tax_code: str
    name: str
    plain_name: str
    type: str
    locality: str
    address: str
    sector: str
    size: str
    age: str
    phone: str
    email: str
    units: list[str]


class Rejected(Exception):
    """The row cannot be taken over: column, reason, value."""


class RecordReader:
    """Reads rows with one mapping (field → place of its column) and one set of choices."""

    def __init__(self, mapping: Mapping[str, int], choices: Choices) -> None:
        self.mapping = mapping
        self.choices = choices
        self.place = lru_cache(8192)(lambda text: place_of(choices.localities, text))
        self.sector = lru_cache(4096)(choices.sectors.by_words)
        self.unit = lru_cache(4096)(choices.units.by_words)
        self.type = lru_cache(8192)(type_of)

    def read(self, row: int, cells: Sequence[str]) -> tuple[Record | None, list[Fault]]:
        """The record (None where the row is rejected) and the faults of the row."""
        given = {field: cells[at] if at < len(cells) else "" for field, at in self.mapping.items()}
        notes: list[Fault] = []
        try:
            return self._record(row, given, notes), notes
        except Rejected as refusal:
            column, reason, value = refusal.args
            return None, [Fault(row, column, reason, value[:LONGEST_VALUE], rejected=True)]

    def _record(self, row: int, given: Mapping[str, str], notes: list[Fault]) -> Record:
        name = given.get("name", "")
        if not name:
            raise Rejected("name", FrameFault.NAME_MISSING, "")
        if len(name) > LONGEST_NAME:
            raise Rejected("name", FrameFault.NAME_LENGTH, name)
        kind = self._type(given.get("type", ""), name)
        tax_code = self._tax_code(given.get("tax_code", ""), kind)
        address = given.get("address", "")
        locality = self._locality(given.get("locality", ""), address)
        plain = without_marks(name)[:LONGEST_NAME]
        if len(address) > LONGEST_ADDRESS:
            notes.append(self._note(row, "address", FrameFault.ADDRESS_LENGTH, address))
        return Record(
            key=tax_code or fingerprint(plain, address, locality),
            tax_code=tax_code,
            name=name,
            plain_name=plain,
            type=kind,
            locality=locality,
            address=address[:LONGEST_ADDRESS],
            sector=self._kept(row, "sector", given, notes),
            size=self._kept(row, "size", given, notes),
            age=self._kept(row, "age", given, notes),
            phone=self._kept(row, "phone", given, notes),
            email=self._kept(row, "email", given, notes),
            units=self._units(row, given.get("units", ""), notes),
        )

    def _type(self, text: str, name: str) -> str:
        """By its column; where that is empty, by the name (`Công ty …`, `HTX …`, `Hộ kinh doanh …`)."""
        kind = self.type(text) if text else type_of(name)
        if not kind:
            raise Rejected("type", FrameFault.TYPE_UNKNOWN, text)
        return str(kind)

    def _tax_code(self, text: str, kind: str) -> str:
        if not text:
            if kind == RespondentType.HOUSEHOLD:
                return ""
            raise Rejected("tax_code", FrameFault.TAX_CODE_MISSING, "")
        try:
            return tax_code_of(text)
        except TaxCodeLength as error:
            raise Rejected("tax_code", FrameFault.TAX_CODE_LENGTH, text) from error
        except TaxCodeCheck as error:
            raise Rejected("tax_code", FrameFault.TAX_CODE_CHECK, text) from error

    def _locality(self, text: str, address: str) -> str:
        """By its column; where that is empty, by the end of the address."""
        code = self.place(text or address)
        if code:
            return str(code)
        raise Rejected("locality", FrameFault.LOCALITY_UNKNOWN if text else FrameFault.LOCALITY_MISSING, text)

    def _kept(self, row: int, column: str, given: Mapping[str, str], notes: list[Fault]) -> str:
        """The standard form of a cell; one that has none is left out with a note, and the row is kept."""
        text = given.get(column, "")
        if not text:
            return ""
        value, reason = getattr(self, f"_{column}")(text)
        if not value:
            notes.append(self._note(row, column, reason, text))
        return str(value)

    def _sector(self, text: str) -> tuple[str, FrameFault]:
        return self.sector(text), FrameFault.SECTOR_UNKNOWN

    def _size(self, text: str) -> tuple[str, FrameFault]:
        number = number_in(text)
        bands = self.choices.sizes
        return bands.by_words(text) if number is None else bands.by_number(number), FrameFault.SIZE_UNKNOWN

    def _age(self, text: str) -> tuple[str, FrameFault]:
        bands = self.choices.ages
        by_words = bands.by_words(text)
        years = None if by_words else years_in(text, self.choices.this_year)
        return by_words if years is None else bands.by_number(years), FrameFault.AGE_UNKNOWN

    def _phone(self, text: str) -> tuple[str, FrameFault]:
        return phone_of(text), FrameFault.PHONE_WRONG

    def _email(self, text: str) -> tuple[str, FrameFault]:
        return email_of(text), FrameFault.EMAIL_WRONG

    def _units(self, row: int, text: str, notes: list[Fault]) -> list[str]:
        codes: list[str] = []
        for part in filter(None, map(str.strip, text.split(";"))):
            # A comma parts units too, but some have one in their name.
            for name in [part] if self.unit(part) else filter(None, map(str.strip, part.split(","))):
                code = self.unit(name)
                if code:
                    codes.append(code)
                else:
                    notes.append(self._note(row, "units", FrameFault.UNIT_UNKNOWN, name))
        return sorted(set(codes))

    def _note(self, row: int, column: str, reason: FrameFault, value: str) -> Fault:
        return Fault(row, column, reason, value[:LONGEST_VALUE], rejected=False)


def fingerprint(*parts: str) -> str:
    """A key for a business without a tax code: the same for the same words, whatever the marks, signs and blanks."""
    plain = "|".join(heading_key(part).replace(" ", "") for part in parts)
    return f"~{hashlib.sha256(plain.encode()).hexdigest()[:32]}"
