"""What people do beside ordering: messages they get and open, visits, bids, reviews, tickets."""

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal

import attrs
from attrs.validators import optional

from custinsights.domain.contacts import shown_id
from custinsights.domain.fields import (
    aware,
    exact_quantity,
    identity,
    instance,
    near_name,
    not_negative,
    text,
)
from custinsights.domain.money import Money
from custinsights.errors import InvalidValue, UnknownName

__all__ = [
    "ACTIVITY_KINDS",
    "Activity",
    "ActivityKind",
    "activity_kind",
    "activity_word",
    "nearest_kind",
]


@attrs.frozen
class ActivityKind:
    """What kinds of activities have in common.

    Parameters
    ----------
    family : str
        The kinds with which it belongs together, such as ``email`` or ``ticket``.
    medium : str, optional
        By what the two sides speak: ``email``, ``sms``, ``phone``; ``message`` is any other, which
        the channel of the activity names. None for what is no message.
    """

    family: str
    medium: str | None = None


_KINDS_BY_FAMILY: Mapping[tuple[str, str | None], tuple[str, ...]] = {
    ("email", "email"): ("email_sent", "email_opened", "email_clicked"),
    ("sms", "sms"): ("sms_sent", "sms_clicked", "sms_received"),
    ("message", "message"): ("message_sent", "message_received"),
    ("call", "phone"): ("call",),
    ("subscription", None): ("subscribed", "unsubscribed"),
    ("browsing", None): ("visit", "product_viewed", "added_to_cart", "checkout_started"),
    ("bidding", None): ("bid",),
    ("wishlist", None): ("wishlist",),
    ("consignment", None): ("consignment",),
    ("delivery", None): ("delivery",),
    ("voice", None): ("review", "survey_response"),
    ("ticket", None): ("ticket_opened", "ticket_replied", "ticket_resolved", "ticket_reopened"),
    ("referral", None): ("referral",),
    ("social", None): (
        *("social_followed", "social_liked", "social_shared"),
        *("social_commented", "social_mentioned"),
    ),
}

ACTIVITY_KINDS: Mapping[str, ActivityKind] = {
    name: ActivityKind(family, medium)
    for (family, medium), names in _KINDS_BY_FAMILY.items()
    for name in names
}
"""The kinds that mean the same everywhere; a shop may have others of its own."""


def activity_word(word: str) -> str:
    """Return a kind or an outcome as it is compared: without case, parted by underscores.

    Examples
    --------
    >>> activity_word(" Email Opened "), activity_word("under-bid")
    ('email_opened', 'under_bid')
    """
    return "_".join(word.casefold().replace("-", " ").split())


def activity_kind(word: object) -> str:
    """Return the kind that a word means: a known one, or one of the shop's own.

    Raises
    ------
    InvalidValue
        The word is no name: letters, digits and underscores, not beginning with a digit.
    UnknownName
        It is nearly a known kind, and so misspelt.

    Examples
    --------
    >>> activity_kind("Product viewed"), activity_kind("studio_tour")
    ('product_viewed', 'studio_tour')
    """
    kind = activity_word(word) if isinstance(word, str) else ""
    if kind in ACTIVITY_KINDS:
        return kind
    if not kind.isidentifier():
        raise InvalidValue(
            "the kind of an activity is no name",
            word if isinstance(word, str) else type(word).__name__,
            f"one of {', '.join(ACTIVITY_KINDS)}, or a name of one's own",
        )
    if nearest_kind(kind):
        advice = "A kind of one's own must not be so near to a known one"
        raise UnknownName("kind of activity", kind, tuple(ACTIVITY_KINDS), advice)
    return kind


def nearest_kind(kind: str, known: Collection[str] = ACTIVITY_KINDS) -> str:
    """Return the kind that a word nearly is, of those that are known, or nothing.

    Examples
    --------
    >>> nearest_kind("visits"), nearest_kind("deliveries"), nearest_kind("studio_tour")
    ('visit', 'delivery', '')
    """
    one = f"{kind[:-3]}y" if kind.endswith("ies") else kind
    return near_name(one, known) or ""


def _outcome(word: object) -> object:
    return activity_word(word) if isinstance(word, str) else word


def _score(value: int | str | Decimal | None) -> Decimal | None:
    return None if value is None else exact_quantity(value, "the score")


@attrs.frozen
class Activity:
    """Something that somebody did, or that was done to reach them, beside ordering.

    Parameters
    ----------
    customer : str or int or None
        The identity of the customer; None for a visitor whom nobody can tell.
    at : aware datetime
        When it happened.
    kind : str
        What happened: one of `ACTIVITY_KINDS`, or a name of one's own that is not nearly one of
        them. Case, blanks and hyphens do not matter.
    subject : str, optional
        What it is about: the id of a product, a lot, a page, a survey, a ticket.
    outcome : str, optional
        How it ended: a bid was ``won`` or ``underbid``, a message ``delivered`` or ``bounced``.
    campaign : str, optional
        The campaign that it belongs to.
    channel : str, optional
        By which channel it came: ``instagram``, ``whatsapp``, ``auction room``.
    amount : Money, optional
        An amount that goes with it, such as a bid or an estimate; not negative. It is no revenue.
    score : Decimal, optional
        A grade or a sentiment, given as int, Decimal or text, exact to thousandths.
    id : str or int, optional
        Its identity in its source; two rows of one id are one activity.

    Raises
    ------
    InvalidValue
        If something is not what it should be.
    NaiveTime
        If the time has no zone.
    UnknownName
        If the kind is nearly one of those that are known.

    Examples
    --------
    >>> from datetime import UTC
    >>> noon = datetime(2024, 3, 5, 12, tzinfo=UTC)
    >>> bid = Activity("c7", noon, "Bid", subject="lot-12", outcome="won", amount=Money(90, "EUR"))
    >>> bid.kind, bid.family
    ('bid', 'bidding')
    """

    customer: str | int | None = attrs.field(validator=optional(identity), repr=shown_id)
    at: datetime = attrs.field(validator=aware)
    kind: str = attrs.field(converter=activity_kind)
    subject: str | None = attrs.field(
        default=None, validator=optional(text), repr=shown_id, kw_only=True
    )
    outcome: str | None = attrs.field(
        default=None, converter=_outcome, validator=optional(text), kw_only=True
    )
    campaign: str | None = attrs.field(default=None, validator=optional(text), kw_only=True)
    channel: str | None = attrs.field(default=None, validator=optional(text), kw_only=True)
    amount: Money | None = attrs.field(
        default=None, validator=optional([instance(Money), not_negative]), kw_only=True
    )
    score: Decimal | None = attrs.field(default=None, converter=_score, kw_only=True)
    id: str | int | None = attrs.field(
        default=None, validator=optional(identity), repr=shown_id, kw_only=True
    )

    @property
    def family(self) -> str | None:
        """The family of its kind; None for a kind of one's own."""
        known = ACTIVITY_KINDS.get(self.kind)
        return None if known is None else known.family
