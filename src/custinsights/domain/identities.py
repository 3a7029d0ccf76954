"""What tells that two rows are of one person: ids of systems, e-mail addresses, phone numbers."""

import re
from typing import Final

import attrs

from custinsights.domain.contacts import masked
from custinsights.domain.fields import any_text, named, text
from custinsights.domain.spelling import folded

__all__ = ["IDENTITY_KINDS", "Identity", "email_key", "phone_key"]

IDENTITY_KINDS: Final = ("id", "email", "phone")
"""The kinds of identities: an id in a source, an e-mail address, a phone number."""

_E_MAIL = re.compile(r"[^@\s]+@[^@\s]+")
_FEWEST_FIGURES = 6


def email_key(address: str) -> str:
    """Return an e-mail address as it is compared: without case; blank if it is none.

    Examples
    --------
    >>> email_key(" Ada@Example.COM "), email_key("ada")
    ('ada@example.com', '')
    """
    key = folded(address.strip())
    return key if _E_MAIL.fullmatch(key) else ""


def phone_key(number: str) -> str:
    """Return a phone number as it is compared: its figures; blank if it has few, or none.

    A plus and two noughts before the country are the same.

    Examples
    --------
    >>> phone_key("+33 6 12 34 56 78"), phone_key("0033612345678"), phone_key("n/a")
    ('33612345678', '33612345678', '')
    """
    figures = "".join(filter(str.isdecimal, number)).removeprefix("00")
    return figures if len(figures) >= _FEWEST_FIGURES else ""


_KEYS = {"email": email_key, "phone": phone_key}


@attrs.frozen
class Identity:
    """Something by which a person is known somewhere.

    Parameters
    ----------
    kind : {"id", "email", "phone"}
        What it is.
    value : str
        The id, the address or the number. Personal: never shown by ``repr``.
    source : str, default ""
        The system that gave an id, such as ``etsy``; an id without one is the shop's own. Contacts
        have none: an address is the same everywhere.

    Raises
    ------
    InvalidValue
        If the value says nothing.
    UnknownName
        If there is no such kind.

    Examples
    --------
    >>> Identity("email", "Ada@Example.com").key == Identity("email", "ada@example.com").key
    True
    """

    kind: str = attrs.field(validator=named("kind of identity", IDENTITY_KINDS))
    value: str = attrs.field(validator=text, repr=masked)
    source: str = attrs.field(default="", validator=any_text)

    @property
    def key(self) -> tuple[str, str, str]:
        """What is compared: kind, source and normalised value; a blank value never matches."""
        normalised = _KEYS.get(self.kind, str.strip)(self.value)
        return (self.kind, self.source if self.kind == "id" else "", normalised)
