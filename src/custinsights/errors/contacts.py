"""Telling that a text is a contact, and showing its shape without the person."""

import re
from collections.abc import Mapping
from typing import Any, Final
from unicodedata import category, decimal, normalize

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

_E_MAIL = re.compile(
    r"[^\s@]@[^\s@]"  # what stands around an @: one search, however long the text
    r"|[^\s@] ?[(\[]at[)\]] ?[^\s@]",
    re.IGNORECASE,
)
_A_DAY = r"[0-3]?[0-9]([ ./-])[01]?[0-9]\1[0-9]{2}(?:[0-9]{2})?(?!\1?[0-9])"
_A_MONTH = r"[01][0-9][./][0-9]{4}(?![0-9])"
_AMAZON = r"[0-9]{3}(?:-[0-9]{7}){2}(?![0-9])"  # how its orders are numbered
_PHONE = re.compile(
    rf"(?:\+|(?<!\w)(?<!\w-)00(?=[1-9]))[0-9][0-9 ()./-]{{5,}}|{BY_PHONE}[0-9]"
    r"|\([0-9]{2,5}\)[ ./-]*[0-9][0-9 ./-]{4,}"  # as they are written in a country
    rf"|(?<![0-9][./-])(?<!\w-)\b(?!{_A_DAY}|{_A_MONTH}|{_AMAZON})0[1-9][0-9]{{0,4}}"
    r"(?: [0-9][0-9 ./-]{4,}| ?[./] ?[0-9][0-9 ./-]{4,}|-(?=[0-9-]{7})[0-9][0-9 ./-]{6,})"
    r"|(?<!\w[./-])\b(?:1[ ./-])?[2-9][0-9]{2}([ ./-])[2-9][0-9]{2}\2[0-9]{4}\b"
)
_OTHER_FIGURES = re.compile(r"(?:(?![0-9])\d){7}")
_FIGURE = re.compile(r"(?![0-9])\d")
_SIGNS = {"Pd": "-", "Sm": "-", "Zs": " ", "Cf": ""}
_SLASHES = {"\u2044": "/", "\u2215": "/", "\u00b7": "."}
_LONGEST = 40


def looks_like_contact(value: object) -> bool:
    """Whether a value is, or holds, an e-mail address or a phone number.

    A phone number is international, in groups after an area code as they are written in a country,
    or the id of somebody who is known by it; dashes, blanks, figures and letters of every script
    count as those of ASCII. Figures alone are none, for an id looks like that: but seven of another
    script are, for people write so and machines do not. Nor is what is local: ``555-0101``.

    Examples
    --------
    >>> looks_like_contact("anna@example.com"), looks_like_contact("1001")
    (True, False)
    """
    if not isinstance(value, str):
        return False
    text = value if value.isascii() else _in_ascii(value)
    return bool(_E_MAIL.search(text) or _PHONE.search(text) or _OTHER_FIGURES.search(value))


def _in_ascii(text: str) -> str:
    """Return a text with the signs and figures of ASCII for those of other scripts."""
    spelt = (
        _SLASHES.get(sign) or (sign if sign.isascii() else _SIGNS.get(category(sign), sign))
        for sign in normalize("NFKC", text)
    )
    return _FIGURE.sub(lambda found: str(decimal(found[0])), "".join(spelt))


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
