"""One cell of a frame file brought into its standard form, or nothing where it has none."""

import re

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidFormat, InvalidLength
from stdnum.vn import mst

# Mobile numbers of eleven digits became ten in 2018; old lists still have them.
OLD_MOBILE = {
    "0120": "070", "0121": "079", "0122": "077", "0126": "076", "0128": "078",
    "0123": "083", "0124": "084", "0125": "085", "0127": "081", "0129": "082",
    "0162": "032", "0163": "033", "0164": "034", "0165": "035", "0166": "036", "0167": "037", "0168": "038",
    "0169": "039", "0186": "056", "0188": "058", "0199": "059",
}  # fmt: skip
_APART = re.compile(r"[;/,\n]|\s-\s|\bhoặc\b|\bvà\b")


class TaxCodeLength(ValueError):
    """Not 10 or 13 digits."""


class TaxCodeCheck(ValueError):
    """The check digit does not fit."""


def tax_code_of(text: str) -> str:
    """10 or 13 digits. A zero in front that a spreadsheet dropped is put back where the check digit then fits.

    Raises:
        TaxCodeLength, TaxCodeCheck

    >>> tax_code_of("0100 233 488"), tax_code_of("100233488"), tax_code_of("0314409058-002")
    ('0100233488', '0100233488', '0314409058002')
    """
    digits = mst.compact(text.lstrip("'"))
    if len(digits) in {9, 12} and digits.isascii() and digits.isdigit():
        digits = f"0{digits}"
    try:
        return str(mst.validate(digits))
    except InvalidChecksum as error:
        raise TaxCodeCheck from error
    except (InvalidLength, InvalidFormat, InvalidComponent) as error:
        raise TaxCodeLength from error


def phone_of(text: str) -> str:
    """The first Vietnamese number of the cell in E.164; empty where there is none.

    >>> phone_of("0912.345.678 / 0227 3831 234"), phone_of("912345678"), phone_of("0166 345 6789"), phone_of("115")
    ('+84912345678', '+84912345678', '+84363456789', '')
    """
    for part in [text, *_APART.split(text)]:
        number = _number(part)
        if number:
            return number
    return ""


def _number(text: str) -> str:
    digits = re.sub(r"[^\d+]", "", text)
    if not 8 <= len(digits) <= 15:
        return ""
    national = re.sub(r"^(\+84|0084|84(?=\d{9,10}$))", "0", digits)
    if len(national) == 11 and national[:4] in OLD_MOBILE:
        national = OLD_MOBILE[national[:4]] + national[4:]
    try:
        number = phonenumbers.parse(national, "VN")
    except phonenumbers.NumberParseException:
        return ""
    if number.country_code != 84 or not phonenumbers.is_valid_number(number):
        return ""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def email_of(text: str) -> str:
    """The first address of the cell in lower case; empty where there is none."""
    for part in re.split(r"[;,/\s]+", text.strip().lower()):
        try:
            validate_email(part)
        except ValidationError:
            continue
        if len(part) <= 254:
            return part
    return ""
