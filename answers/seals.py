"""Codes, sealed ballots and drafts: libsodium and HMAC in a few functions, with nothing of our own invention.

A code is HMAC-SHA256 of the box's link key and the name of whom it is for: 256 bits that nobody guesses and that are
the same in every reminder. What the database holds of a code is its digest. The number of a ballot and the key of a
draft are made from the code itself, so that only who has the code comes back to them.
"""

import base64
import binascii
import hashlib
import hmac
import uuid

from nacl.exceptions import CryptoError
from nacl.exceptions import TypeError as NaClTypeError
from nacl.exceptions import ValueError as NaClValueError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import SecretBox

PADDED = 4096  # every ballot and every draft is as long as any other
SEALED = PADDED + 48
KEY = 32


class TooLong(ValueError):
    """More was answered than a ballot holds."""


class Unreadable(ValueError):
    """What was sealed was changed, or sealed for another key."""


# ---------- Codes ----------


def code_for(link_key: bytes, whom: str) -> str:
    """The code of one person ("person:12") or of one slip ("slip:unit:3"), as it stands in a link."""
    return base64.urlsafe_b64encode(_mac(link_key, f"code:{whom}")).decode().rstrip("=")


def read_code(text: str) -> bytes | None:
    """The code that somebody pasted: alone or as the whole link, with or without spaces; None when it is not one."""
    words = "".join(text.split()).rpartition("#")[2]
    if len(words) != 43 or not all(letter.isascii() and (letter.isalnum() or letter in "-_") for letter in words):
        return None
    try:
        raw = base64.urlsafe_b64decode(words + "=")
    except (binascii.Error, ValueError):
        return None
    return raw if len(raw) == KEY else None


def code_hash(code: bytes) -> str:
    """What is stored of a code."""
    return hashlib.sha256(b"helmi ballot code" + code).hexdigest()


def ballot_id(code: bytes) -> uuid.UUID:
    """The number of the ballot that this code casts; not to be found from the stored digest."""
    return uuid.UUID(bytes=_mac(code, "ballot")[:16])


def _mac(key: bytes, words: str) -> bytes:
    return hmac.new(key, words.encode(), hashlib.sha256).digest()


# ---------- Ballots ----------


def new_private_key() -> bytes:
    """A private key; its public half seals."""
    return bytes(PrivateKey.generate())


def public_key_of(private_key: bytes) -> bytes:
    """The half with which anybody can seal and nobody can open."""
    return bytes(PrivateKey(private_key).public_key)


def seal(public_key: bytes, words: bytes) -> bytes:
    """A ballot: padded to one length and sealed."""
    return bytes(SealedBox(PublicKey(public_key)).encrypt(_pad(words)))


def unseal(private_key: bytes, sealed: bytes) -> bytes:
    """What a ballot says."""
    try:
        return _unpad(bytes(SealedBox(PrivateKey(private_key)).decrypt(sealed)))
    except CryptoError as error:
        raise Unreadable from error


# ---------- Papers ----------


def seal_file(public_key: bytes, content: bytes) -> bytes:
    """A file that only the holder of the private half reads; its length is not hidden."""
    return bytes(SealedBox(PublicKey(public_key)).encrypt(content))


def unseal_file(private_key: bytes, sealed: bytes) -> bytes:
    """What the file holds."""
    try:
        return bytes(SealedBox(PrivateKey(private_key)).decrypt(sealed))
    except (CryptoError, NaClTypeError, NaClValueError) as error:
        raise Unreadable from error


# ---------- Drafts ----------


def close_draft(code: bytes, words: bytes) -> bytes:
    """A draft, locked with a key that only the code gives."""
    return bytes(SecretBox(_mac(code, "draft")).encrypt(_pad(words)))


def open_draft(code: bytes, locked: bytes) -> bytes:
    """What a draft says."""
    try:
        return _unpad(bytes(SecretBox(_mac(code, "draft")).decrypt(locked)))
    except CryptoError as error:
        raise Unreadable from error


def _pad(words: bytes) -> bytes:
    if len(words) > PADDED - 2:
        raise TooLong
    return len(words).to_bytes(2, "big") + words + bytes(PADDED - 2 - len(words))


def _unpad(padded: bytes) -> bytes:
    length = int.from_bytes(padded[:2], "big")
    if len(padded) != PADDED or length > PADDED - 2:
        raise Unreadable
    return padded[2 : 2 + length]
