"""Telling that a text is a contact, and showing its shape without the person."""

import re

__all__ = ["hidden_if_contact", "looks_like_contact", "masked", "shown_id"]

_E_MAIL = re.compile(r"[^\s@]@[^\s@]")  # what stands around an @: one search, however long the text
_PHONE = re.compile(r"(\+|00)[0-9][0-9 ()./-]{5,}")
_LONGEST = 40


def looks_like_contact(value: object) -> bool:
    """Whether a value is, or holds, an e-mail address or an international phone number.

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
