"""Which column of a frame file is which: guessed from its headings (vi, en) and confirmed by a person."""

import re
from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ddci.core.text import without_marks

FIELDS: Mapping[str, Promise] = {
    "tax_code": _("Tax code"),
    "name": _("Name"),
    "type": _("Type"),
    "locality": _("Locality"),
    "address": _("Address"),
    "sector": _("Sector"),
    "size": _("Size or number of workers"),
    "age": _("Age or year of foundation"),
    "phone": _("Telephone"),
    "email": _("E-mail address"),
    "units": _("Units it had dealings with"),
}
NEEDED = ("name", "locality")
# Headings as associations and tax offices write them, without marks; the longer ones are looked for first.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "tax_code": ("ma so thue", "mst", "ma so doanh nghiep", "ma dn", "ma so dn", "tax code", "tax id", "tax"),
    "name": ("ten doanh nghiep", "ten don vi", "ten dn", "ten co so", "ten ho kinh doanh", "ten nguoi nop thue", "ten",
             "doanh nghiep", "business name", "company", "name"),
    "type": ("loai hinh doanh nghiep", "loai hinh", "loai hinh dn", "loai", "hinh thuc", "type", "legal form"),
    "locality": ("dia phuong", "huyen thanh pho", "quan huyen", "xa phuong", "phuong xa", "huyen", "dia ban", "xa",
                 "locality", "district", "commune", "ward"),
    "address": ("dia chi tru so", "dia chi", "tru so", "address"),
    "sector": ("linh vuc hoat dong chinh", "linh vuc", "nganh nghe kinh doanh", "nganh nghe", "nganh", "sector",
               "industry"),
    "size": ("so lao dong", "quy mo lao dong", "quy mo", "lao dong", "number of workers", "employees", "workers",
             "size"),
    "age": ("nam thanh lap", "ngay thanh lap", "so nam hoat dong", "nam bat dau", "tuoi", "year of foundation",
            "founded", "age"),
    "phone": ("so dien thoai", "dien thoai", "dt", "sdt", "di dong", "phone", "telephone", "mobile"),
    "email": ("thu dien tu", "email", "e mail", "mail"),
    "units": ("co quan da lam viec", "don vi da lam viec", "co quan da giao dich", "units", "dealt with"),
}  # fmt: skip
_WORD = re.compile(r"[^\W_]+")


def heading_key(text: str) -> str:
    """A heading without marks, signs and doubled blanks: `Số điện thoại (*)` → `so dien thoai`."""
    return " ".join(_WORD.findall(without_marks(text)))


def mapping_guess(headings: Sequence[str], remembered: Mapping[str, str] | None = None) -> dict[str, int]:
    """The place of the column of each field.

    Args:
        headings: the first row of the file.
        remembered: heading of each field when the province last imported a file; it goes before the guess.
    """
    keys = [heading_key(heading) for heading in headings]
    found: dict[str, int] = {}
    for field, heading in (remembered or {}).items():
        if field in FIELDS and heading_key(heading) in keys:
            found[field] = keys.index(heading_key(heading))
    wanted = [(field, word) for field, words in HEADINGS.items() for word in words]
    for exact in (True, False):
        for field, word in sorted(wanted, key=lambda pair: -len(pair[1])):
            if field in found:
                continue
            taken = set(found.values())
            fits = (place for place, key in enumerate(keys) if place not in taken and _fits(key, word, exact))
            place = next(fits, None)
            if place is not None:
                found[field] = place
    return {field: found[field] for field in FIELDS if field in found}


def _fits(key: str, word: str, exact: bool) -> bool:
    if exact:
        return key == word
    return len(word) > 3 and (f" {key} ").find(f" {word} ") >= 0
