"""What did somebody agree to, and how do we know?"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import attrs
from attrs.validators import optional

from custinsights.domain.contacts import shown_id
from custinsights.domain.fields import aware, flag, identity, refuse_naive, text

__all__ = ["MARKETING", "Consent", "allows", "deciding", "purpose_word"]

MARKETING: Final = "marketing"
"""The purpose that stands for all purposes: who agrees to it, or takes it back, means every one."""


def purpose_word(word: str) -> str:
    """Return a purpose or a channel as it is compared: without case, parted by underscores.

    Examples
    --------
    >>> purpose_word("New work"), purpose_word(" e-mail ")
    ('new_work', 'e_mail')
    """
    return "_".join(word.casefold().replace("-", " ").split())


@attrs.frozen(kw_only=True)
class Consent:
    """One entry of the ledger of consents: somebody agreed to something, or took it back.

    Entries are added and never changed: what holds is what the last one says.

    Parameters
    ----------
    customer : str or int
        Whose it is.
    purpose : str
        What it is for, such as ``newsletter`` or ``offers``: a topic of the preference centre;
        ``marketing`` is all of them.
    channel : str
        By which channel: ``email``, ``sms``, ``phone``, ``post``.
    granted : bool
        Whether they agreed; False is a withdrawal.
    at : aware datetime
        When.
    how : str
        By which act: ``checkout box``, ``double opt-in``, ``unsubscribe link``.
    evidence : str, optional
        What proves it, such as the id of a form. Never shown by ``repr``.
    """

    customer: str | int = attrs.field(validator=identity, repr=shown_id)
    purpose: str = attrs.field(validator=text)
    channel: str = attrs.field(validator=text)
    granted: bool = attrs.field(validator=flag)
    at: datetime = attrs.field(validator=aware)
    how: str = attrs.field(validator=text)
    evidence: str | None = attrs.field(default=None, validator=optional(text), repr=False)


def deciding(
    ledger: Iterable[Consent], purpose: str, channel: str, *, at: datetime
) -> Consent | None:
    """Return the entry of a ledger that decides whether somebody may be written to; None if none.

    It is the last one before or at an instant about the channel, and about the purpose or
    `MARKETING`. Of entries of one instant the one that was written last decides. An entry that was
    written late, with an earlier instant, changes nothing that was said after it.

    Parameters
    ----------
    ledger : iterable of Consent
        The entries of one customer in the order in which they were written.
    purpose, channel : str
        As in a `Consent`; case, blanks and hyphens do not matter.
    at : aware datetime
        When somebody is to be written to.
    """
    refuse_naive("the instant of writing", at)
    asked = {purpose_word(purpose), MARKETING}
    told = [
        entry
        for entry in ledger
        if entry.at <= at
        and purpose_word(entry.purpose) in asked
        and purpose_word(entry.channel) == purpose_word(channel)
    ]
    return max(enumerate(told), key=lambda one: (one[1].at, one[0]), default=(0, None))[1]


def allows(ledger: Iterable[Consent], purpose: str, channel: str, *, at: datetime) -> bool:
    """Whether somebody agreed to be written to; who never said anything did not.

    Parameters
    ----------
    ledger, purpose, channel, at
        As in `deciding`.

    Examples
    --------
    >>> from datetime import UTC
    >>> may, june = datetime(2024, 5, 1, tzinfo=UTC), datetime(2024, 6, 1, tzinfo=UTC)
    >>> told = {"customer": "c7", "channel": "email", "purpose": "newsletter"}
    >>> ledger = [Consent(**told, granted=True, at=may, how="checkout box")]
    >>> ledger += [Consent(**told, granted=False, at=june, how="unsubscribe link")]
    >>> [allows(ledger, "newsletter", "email", at=at) for at in (may, june)]
    [True, False]
    """
    entry = deciding(ledger, purpose, channel, at=at)
    return entry is not None and entry.granted
