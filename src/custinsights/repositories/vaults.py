"""How do contacts rest where everybody may read who has the file? Sealed, or as they are."""

from collections.abc import Mapping
from typing import Final, Protocol

import attrs

from custinsights.errors import InvalidValue, WrongKey

__all__ = ["PlainVault", "Vault", "proof_of", "refuse_other_vault"]

_WORD: Final = "custinsights"


class Vault(Protocol):
    """Seals what is personal before it rests somewhere, and opens it again."""

    def seal(self, text: str) -> str:
        """Return a text as it may rest; the same one may come out differently each time."""

    def open(self, text: str) -> str:
        """Return what was sealed.

        Raises
        ------
        WrongKey
            It was sealed with another key.
        """

    def blind(self, kind: str, key: str) -> str:
        """Return by what a text is found that rests sealed: always the same for the same key."""


@attrs.frozen
class PlainVault:
    """Leaves everything as it is: who has the file reads the contacts.

    Examples
    --------
    >>> PlainVault().seal("ada@example.com")
    'ada@example.com'
    """

    def seal(self, text: str) -> str:
        """Return the text."""
        return text

    def open(self, text: str) -> str:
        """Return the text."""
        return text

    def blind(self, kind: str, key: str) -> str:  # noqa: ARG002 - each kind has its own column
        """Return the key."""
        return key


def proof_of(vault: Vault) -> Mapping[str, str]:
    """Return what a store keeps of its vault, to know it again: nothing that opens anything."""
    return {"sealed": vault.seal(_WORD), "blinded": vault.blind("proof", _WORD)}


def refuse_other_vault(vault: Vault, proof: Mapping[str, str]) -> None:
    """Refuse a vault that is not the one of which a store has the proof.

    Raises
    ------
    WrongKey
        It opens nothing of what rests there, or would find nobody.
    InvalidValue
        Nothing rests there sealed.
    """
    if proof["sealed"] == _WORD and vault.seal(_WORD) != _WORD:
        advice = "Open it without one; to seal what rests there, import it into a new store"
        raise InvalidValue("this store was made without a vault", "a vault", "none", advice)
    if vault.open(proof["sealed"]) != _WORD:
        raise WrongKey("what rests here sealed")
    if vault.blind("proof", _WORD) != proof["blinded"]:
        raise WrongKey("the index of what rests here sealed")
