"""Locks that only others can open: key pairs, passphrases, recovery codes, boxes of one length.

Sealed boxes are libsodium's (X25519, XSalsa20-Poly1305): whoever has the public key can lock, only the holder of the
secret key can open. A passphrase becomes a key by Argon2id. Nothing here knows what it protects.
"""

import hashlib
import unicodedata
import zlib
from dataclasses import dataclass

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.pwhash import argon2id
from nacl.utils import random as random_bytes

from ddci.core.crypto import ALPHABET, SealBrokenError, code_normalised, letters, sealed, unsealed

KEY_BYTES = 32
CHECK_BYTES = 3
RECOVERY_LETTERS = (KEY_BYTES + CHECK_BYTES) * 8 // 5
LENGTHS = (8 * 1024, 64 * 1024, 1024 * 1024)
_HEAD = 4


@dataclass(frozen=True)
class KeyPair:
    public: bytes
    secret: bytes


@dataclass(frozen=True)
class Cost:
    """What trying one passphrase costs: passes over the memory, and bytes of memory."""

    passes: int
    memory: int


@dataclass(frozen=True)
class LockedSecret:
    """A secret that only a passphrase opens, with what is needed to try one."""

    locked: bytes
    salt: bytes
    cost: Cost


def key_pair_new() -> KeyPair:
    key = PrivateKey.generate()
    return KeyPair(bytes(key.public_key), bytes(key))


def public_of(secret: bytes) -> bytes:
    """The public key of a secret one."""
    return bytes(PrivateKey(secret).public_key)


def sealed_for(public: bytes, text: bytes) -> bytes:
    """Locked with a public key; two boxes of the same text have nothing in common."""
    return bytes(SealedBox(PublicKey(public)).encrypt(text))


def unsealed_by(secret: bytes, box: bytes) -> bytes:
    """The text of a box.

    Raises:
        SealBrokenError: locked for another key, or changed bytes.
    """
    try:
        return bytes(SealedBox(PrivateKey(secret)).decrypt(box))
    except CryptoError as error:
        raise SealBrokenError from error


def padded(text: bytes) -> bytes:
    """Compressed and filled up to a length that says nothing: 8 KiB, for very long texts 64 KiB or 1 MiB."""
    packed = zlib.compress(text, 9)
    length = next(each for each in LENGTHS if _HEAD + len(packed) <= each)
    return (len(packed).to_bytes(_HEAD, "big") + packed).ljust(length, b"\0")


def unpadded(filled: bytes) -> bytes:
    """The text that `padded` was given."""
    length = int.from_bytes(filled[:_HEAD], "big")
    return zlib.decompress(filled[_HEAD : _HEAD + length])


def _key_of(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    # Vietnamese letters are typed composed on one keyboard and decomposed on another.
    typed = unicodedata.normalize("NFC", passphrase.strip()).encode()
    return bytes(argon2id.kdf(KEY_BYTES, typed, salt, opslimit=cost.passes, memlimit=cost.memory))


def secret_locked(secret: bytes, passphrase: str, cost: Cost) -> LockedSecret:
    salt = random_bytes(argon2id.SALTBYTES)
    return LockedSecret(sealed(_key_of(passphrase, salt, cost), secret), salt, cost)


def secret_unlocked(found: LockedSecret, passphrase: str) -> bytes:
    """
    Raises:
        SealBrokenError: another passphrase.
    """
    return unsealed(_key_of(passphrase, found.salt, found.cost), found.locked)


def recovery_code(secret: bytes) -> str:
    """The secret key as 56 letters for paper; the last ones notice a mistake in copying."""
    return letters(secret + hashlib.sha256(b"recovery" + secret).digest()[:CHECK_BYTES], RECOVERY_LETTERS)


def secret_of_recovery_code(typed: str) -> bytes | None:
    """The secret key of a code as typed or scanned, or None where it is not such a code."""
    code = code_normalised(typed)
    if len(code) != RECOVERY_LETTERS or any(letter not in ALPHABET for letter in code):
        return None
    number = 0
    for letter in code:
        number = number * 32 + ALPHABET.index(letter)
    secret = number.to_bytes(KEY_BYTES + CHECK_BYTES, "big")[:KEY_BYTES]
    return secret if recovery_code(secret) == code else None
