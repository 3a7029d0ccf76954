"""How do contacts rest so that a copied file gives nobody away? Sealed, by keys kept elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from custinsights.errors import InvalidValue, MissingExtra, WrongKey
from custinsights.privacy.keys import Secret, keyed_hash, secret_bytes

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

__all__ = ["EncryptingVault"]


class EncryptingVault:
    """Seals texts by Fernet (AES-128-CBC, HMAC-SHA256); needs the extra ``crypto``.

    A `custinsights.repositories.vaults.Vault`. What is sealed differs each time, also of equal
    texts, and is refused where a single sign of it was changed. It tells how long the text is, to
    16 signs, and not when it was written. What is blinded (HMAC-SHA256) is always the same, so that
    an e-mail address can be looked up without being readable.

    Parameters
    ----------
    keys : list of str
        Keys as `custinsights.privacy.generate_key` makes them, the newest first: it seals; all of
        them open. To rotate, put a new one in front, `reseal` what rests, and drop the old one.
    index_key : str or bytes
        What blinds; another one than those. It cannot be rotated without reading everything.

    Raises
    ------
    InvalidValue
        If a key is none, there are none, or the index has a key of the seals.
    MissingExtra
        If the library ``cryptography`` is not installed.

    Examples
    --------
    >>> from custinsights.privacy import generate_key
    >>> old, new, index_key = generate_key(), generate_key(), generate_key()
    >>> sealed = EncryptingVault([old], index_key).seal("ada@example.com")
    >>> vault = EncryptingVault([new, old], index_key)
    >>> vault.open(vault.reseal(sealed))
    'ada@example.com'
    >>> vault
    <EncryptingVault: 2 keys>
    """

    __slots__ = ("_fernet", "_index_key", "_keys")

    def __init__(self, keys: Sequence[str], index_key: Secret) -> None:
        if isinstance(keys, str | bytes) or not keys:
            allowed = "a list of one key or more, the newest first"
            raise InvalidValue("the keys of a vault are no list", type(keys).__name__, allowed)
        blinding = secret_bytes("the index key of a vault", index_key)
        if blinding in [secret_bytes("a key of a vault", key) for key in keys]:
            what, allowed = "one key both seals and blinds", "an index key of its own"
            raise InvalidValue(what, "the same key twice", allowed)
        self._fernet = _fernet(keys)
        self._index_key = blinding
        self._keys = len(keys)

    def __repr__(self) -> str:
        return f"<EncryptingVault: {self._keys} {'key' if self._keys == 1 else 'keys'}>"

    def __reduce__(self) -> Any:
        """Refuse to be written down: the keys would lie beside what they seal."""
        what, allowed = "a vault cannot be pickled or copied", "making it anew from its keys"
        raise InvalidValue(what, "a vault with its keys", allowed)

    def seal(self, text: str) -> str:
        """Return a text sealed by the newest key, as URL-safe base64."""
        # The instant that Fernet writes beside the text is set to 0: nobody learns from it when
        # somebody's address was written, and nothing here reads a clock.
        return self._fernet.encrypt_at_time(text.encode("utf-8", "surrogatepass"), 0).decode(
            "ascii"
        )

    def open(self, text: str) -> str:
        """Return what was sealed by one of the keys.

        Raises
        ------
        WrongKey
            It was not, or was changed since.
        """
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet.decrypt(text.encode()).decode("utf-8", "surrogatepass")
        except InvalidToken:
            raise WrongKey("a sealed text") from None

    def reseal(self, text: str) -> str:
        """Return what was sealed by any of the keys as sealed by the newest one.

        Raises
        ------
        WrongKey
            None of the keys opens it.
        """
        return self.seal(self.open(text))

    def blind(self, kind: str, key: str) -> str:
        """Return by what a text is found that rests sealed."""
        return keyed_hash(self._index_key, f"index of {kind}", key)


def _fernet(keys: Sequence[str]) -> MultiFernet:
    try:
        from cryptography.fernet import Fernet, MultiFernet
    except ImportError as error:
        raise MissingExtra("cryptography", "crypto", "sealing contacts") from error
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError:
        what, allowed = "a key of a vault is none", "32 bytes as URL-safe base64"
        advice = "custinsights.privacy.generate_key() makes one"
        raise InvalidValue(what, "a text that is no such key", allowed, advice) from None
