"""Keys, derived codes and sealed text. Nothing here knows what it protects.

Codes are derived, not stored: `code_for` computes the code of a handle from the invitation key, so a stolen database
opens no
questionnaire. Alphabet: Crockford's base 32, which has no I, L, O, U.
"""

import hmac
import secrets
from pathlib import Path

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
HANDLE_LETTERS, CODE_LETTERS = 6, 16


class SealBrokenError(Exception):
    """The text was not sealed with this key, or was changed since."""


def secret_kept_in_file(path: Path) -> str:
    """The secret in `path`; made there on first use, readable by its owner only."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48), encoding="ascii")
    return path.read_text(encoding="ascii").strip()


def derive(key: str, purpose: str, *parts: str) -> bytes:
    """32 bytes that only the holder of `key` can compute; different for every purpose and parts."""
    message = "\x1f".join((purpose, *parts)).encode()
    return hmac.digest(key.encode(), message, "sha256")


def letters(raw: bytes, count: int) -> str:
    """The first `count` base-32 letters of `raw` (5 bits a letter)."""
    number = int.from_bytes(raw, "big") >> (len(raw) * 8 - count * 5)
    return "".join(ALPHABET[(number >> (5 * place)) & 31] for place in reversed(range(count)))


def handle_new() -> str:
    """A random handle of 30 bits: names an invitation in the database, opens nothing by itself."""
    return letters(secrets.token_bytes(8), HANDLE_LETTERS)


def code_for(key: str, handle: str, purpose: str = "invitation-code") -> str:
    """The code of a handle for a purpose: 16 letters, of which 50 bits cannot be guessed without the key."""
    return handle + letters(derive(key, purpose, handle), CODE_LETTERS - HANDLE_LETTERS)


def code_normalised(typed: str) -> str:
    """What a person typed, as a code: upper case, no blanks or dashes, look-alike letters replaced."""
    kept = "".join(ch for ch in typed.upper() if ch.isalnum())
    return kept.translate(str.maketrans("OIL", "011"))


def handle_of_code(key: str, typed: str, purpose: str = "invitation-code") -> str:
    """The handle of a valid code, or "" – in constant time, so that wrong codes give nothing away."""
    code = code_normalised(typed)
    handle = code[:HANDLE_LETTERS]
    expected = code_for(key, handle, purpose)
    return handle if hmac.compare_digest(code.encode(), expected.encode()) else ""


def code_in_groups(code: str) -> str:
    """`ABCD-EFGH-JKMN-PQRS`: as it is printed."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def sealed(key: bytes, text: bytes) -> bytes:
    """Encrypted and authenticated with a 32-byte key (XSalsa20-Poly1305)."""
    return bytes(SecretBox(key).encrypt(text))


def unsealed(key: bytes, box: bytes) -> bytes:
    """The text of a box.

    Raises:
        SealBrokenError: another key, or changed bytes.
    """
    try:
        return bytes(SecretBox(key).decrypt(box))
    except CryptoError as error:
        raise SealBrokenError from error
