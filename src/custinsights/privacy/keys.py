"""How does a key become something that tells nobody whose it is?"""

import base64
import hmac
import os
from hashlib import sha256
from typing import Final, TypeAlias

from custinsights.errors import InvalidValue

__all__ = ["LEAST_BYTES", "Secret", "generate_key", "keyed_hash", "secret_bytes"]

Secret: TypeAlias = str | bytes
"""A key: what `generate_key` gives, or any text or bytes that nobody can guess."""

LEAST_BYTES: Final = 32
"""How long a key must be."""


def generate_key() -> str:
    """Return a new key: 32 random bytes as 44 signs of URL-safe base64.

    It fits everywhere that a key is asked for. Keep it where the shop file is not (a secret store
    or the environment of the process): who has both reads everything, and nobody reads anything
    sealed without it.

    Examples
    --------
    >>> len(generate_key()), generate_key() == generate_key()
    (44, False)
    """
    return base64.urlsafe_b64encode(os.urandom(LEAST_BYTES)).decode("ascii")


def secret_bytes(what: str, key: object) -> bytes:
    """Return a key as bytes; refuse what is none, without showing it."""
    given = key.encode() if isinstance(key, str) else key
    if not isinstance(given, bytes):
        raise InvalidValue(f"{what} is no key", type(key).__name__, "a text or bytes", _ADVICE)
    if len(given) < LEAST_BYTES:
        allowed = f"at least {LEAST_BYTES} bytes that nobody can guess"
        raise InvalidValue(f"{what} is too short", f"{len(given)} bytes", allowed, _ADVICE)
    return given


_ADVICE: Final = "custinsights.privacy.generate_key() makes one"


def keyed_hash(key: Secret, purpose: str, *parts: str) -> str:
    """Return the HMAC-SHA256 of some texts as hexadecimal figures.

    The same texts, key and purpose always give the same; without the key nobody can say of which
    texts it is, also not by trying them all. Hashes for different purposes cannot be compared.

    Examples
    --------
    >>> keyed_hash("k" * 32, "pseudonym", "c7")[:12]
    'd8174bd01f03'
    """
    told = b"".join(
        len(part).to_bytes(8, "big") + part
        for part in (text.encode("utf-8", "surrogatepass") for text in (purpose, *parts))
    )
    return hmac.new(secret_bytes("the key", key), told, sha256).hexdigest()
