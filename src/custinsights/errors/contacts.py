"""Telling that a text is a contact, and showing its shape without the person."""

import re
from collections.abc import Mapping
from typing import Any, Final

__all__ = [
    "BY_PHONE",
    "hidden_if_contact",
    "looks_like_contact",
    "masked",
    "shown_id",
    "without_contacts",
]

BY_PHONE: Final = "phone:"
"""How the id of somebody begins who is known by a phone number: figures alone say nothing."""

_E_MAIL = re.compile(r"[^\s@]@[^\s@]")  # what stands around an @: one search, however long the text
_PHONE = re.compile(
    rf"(\+|00)[0-9][0-9 ()./-]{{5,}}|{BY_PHONE}[0-9]"
    r"|(\([0-9]{2,5}\) ?|\b0[0-9]{1,5} )[0-9][0-9 ./-]{4,}"  # as they are written in a country
)
_LONGEST = 40


def looks_like_contact(value: object) -> bool:
    """Whether a value is, or holds, an e-mail address or a phone number.

    A phone number is international, in groups after an area code as they are written in a country,
    or the id of somebody who is known by it. Figures alone are none: an id looks like that.

    Examples
    --------
    >>> looks_like_contact("anna@example.com"), looks_like_contact("1001")
    (True, False)
    """
    return isinstance(value, str) and bool(_E_MAIL.search(value) or _PHONE.search(value))


def masked(value: object) -> str:
    """Return the shape of a contact: letters as x, digits as 0, signs as they are.

    The shape shows what is wrong with a cell (a blank, a missing @, too few digits) and not whose
    it is. Other invisible characters than blanks are spelled out as ``repr`` does.

    Examples
    --------
    >>> masked("anna.smith@example"), masked("+44 20 7946")
    ('xxxx.xxxxx@xxxxxxx', '+00 00 0000')
    """
    shape = "".join(
        "x" if sign.isalpha() else "0" if sign.isnumeric() else repr(sign)[1:-1]
        for sign in str(value)[:_LONGEST]
    )
    return f"{shape}…" if len(str(value)) > _LONGEST else shape


def hidden_if_contact(value: object) -> object:
    """Return a value as it is, and the shape of a contact."""
    return masked(value) if looks_like_contact(value) else value


def shown_id(value: object) -> str:
    """Return the repr of an identity, masked where a contact serves as one."""
    return repr(hidden_if_contact(value))


def without_contacts(value: Any) -> Any:
    """Return a value as it is, and the shape of every contact in it.

    Of an object of another kind that shows one, the name of its class is left.

    Examples
    --------
    >>> without_contacts(["Ada", {"mail": "ada@example.com"}])
    ['Ada', {'mail': 'xxx@xxxxxxx.xxx'}]
    """
    if isinstance(value, str):
        return hidden_if_contact(value)
    if type(value) in (list, tuple, set, frozenset):
        return type(value)(map(without_contacts, value))
    if isinstance(value, Mapping):
        return {without_contacts(name): without_contacts(one) for name, one in value.items()}
    return type(value).__name__ if looks_like_contact(repr(value)) else value
