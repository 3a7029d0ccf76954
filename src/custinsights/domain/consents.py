"""What did somebody agree to, and how do we know?"""

from datetime import datetime

import attrs
from attrs.validators import optional

from custinsights.domain.contacts import shown_id
from custinsights.domain.fields import aware, flag, identity, text

__all__ = ["Consent"]


@attrs.frozen(kw_only=True)
class Consent:
    """One entry of the ledger of consents: somebody agreed to something, or took it back.

    Entries are added and never changed: what holds is what the last one says.

    Parameters
    ----------
    customer : str or int
        Whose it is.
    purpose : str
        What it is for, such as ``newsletter`` or ``offers``: a topic of the preference centre.
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
