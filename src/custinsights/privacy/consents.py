"""What may be sent to whom, what did they choose, and how do they take it back?"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

import attrs

from custinsights.domain.consents import MARKETING, Consent, allows, deciding, purpose_word
from custinsights.domain.fields import any_text, as_tuple, flag, looked_up, text
from custinsights.domain.frozen import Frozen
from custinsights.errors import InvalidValue, UnknownName

__all__ = ["MESSAGE_KINDS", "MessageKind", "PreferenceCentre", "may_send"]


@attrs.frozen
class MessageKind:
    """What a message is, and whether somebody must have agreed to it.

    Parameters
    ----------
    name : str
        What it is called, such as ``order_confirmation`` or ``newsletter``.
    needs_consent : bool
        True for what advertises; False for what belongs to an order, which is sent anyway.
    topic : str, default ""
        The purpose of the consent; the name where nothing is told.

    Examples
    --------
    >>> MessageKind("studio_updates", True).purpose
    'studio_updates'
    """

    name: str = attrs.field(validator=text)
    needs_consent: bool = attrs.field(validator=flag)
    topic: str = attrs.field(default="", validator=any_text)

    @property
    def purpose(self) -> str:
        """To which purpose somebody must have agreed."""
        return self.topic or self.name


_TRANSACTIONAL = ("order_confirmation", "shipping_confirmation", "delivery_confirmation")
_TOPICS = ("new_work", "offers", "studio_updates", "newsletter")

MESSAGE_KINDS: Final[Mapping[str, MessageKind]] = Frozen(
    {
        **{name: MessageKind(name, needs_consent=False) for name in _TRANSACTIONAL},
        **{name: MessageKind(name, needs_consent=True) for name in _TOPICS},
    }
)
"""The kinds of messages that a shop sends: three of an order need no consent, four topics do."""


def may_send(
    kind: str | MessageKind,
    ledger: Iterable[Consent],
    channel: str,
    *,
    at: datetime,
) -> bool:
    """Whether a message may be sent to the customer whose ledger it is.

    Parameters
    ----------
    kind : str or MessageKind
        One of `MESSAGE_KINDS`, or a kind of one's own.
    ledger, channel, at
        As in `custinsights.domain.allows`.

    Raises
    ------
    UnknownName
        If there is no such kind.

    Examples
    --------
    >>> from datetime import UTC
    >>> noon = datetime(2024, 3, 5, 12, tzinfo=UTC)
    >>> [may_send(kind, [], "email", at=noon) for kind in ("order_confirmation", "offers")]
    [True, False]
    """
    named = kind
    if not isinstance(named, MessageKind):
        word = purpose_word(named) if isinstance(named, str) else named
        named = looked_up("kind of message", word, MESSAGE_KINDS)
    return not named.needs_consent or allows(ledger, named.purpose, channel, at=at)


def _words(given: Iterable[str]) -> tuple[str, ...]:
    words = as_tuple(given)
    for word in words:
        if not isinstance(word, str) or not purpose_word(word):
            what = "a topic or a channel of a PreferenceCentre says nothing"
            raise InvalidValue(what, type(word).__name__, "texts with a visible character")
    return tuple(dict.fromkeys(map(purpose_word, words)))


@attrs.frozen
class PreferenceCentre:
    """What customers may choose: about which topics they hear, by which channels.

    Parameters
    ----------
    topics : tuple of str
        The purposes, as in the ledger; by default the topics of `MESSAGE_KINDS`.
    channels : tuple of str
        The channels.

    Examples
    --------
    >>> from datetime import UTC
    >>> may, june = datetime(2024, 5, 1, tzinfo=UTC), datetime(2024, 6, 1, tzinfo=UTC)
    >>> centre = PreferenceCentre(("newsletter", "offers"), ("email", "sms"))
    >>> chosen = {"newsletter": {"email": True}, "offers": {"sms": True}}
    >>> ledger = centre.changed("c7", [], chosen, at=may, how="preference centre")
    >>> ledger += centre.unsubscribed("c7", ledger, topic="offers", at=june, how="link")
    >>> dict(centre.read(ledger, at=june)["newsletter"])
    {'email': True, 'sms': False}
    """

    topics: tuple[str, ...] = attrs.field(default=_TOPICS, converter=_words)
    channels: tuple[str, ...] = attrs.field(
        default=("email", "sms", "phone", "post"), converter=_words
    )

    def read(self, ledger: Iterable[Consent], *, at: datetime) -> Mapping[str, Mapping[str, bool]]:
        """Return what somebody has chosen: by topic and channel whether they agreed."""
        told = tuple(ledger)
        return Frozen(
            {
                topic: Frozen({way: allows(told, topic, way, at=at) for way in self.channels})
                for topic in self.topics
            }
        )

    def changed(
        self,
        customer: str | int,
        ledger: Iterable[Consent],
        choice: Mapping[str, Mapping[str, bool]],
        *,
        at: datetime,
        how: str,
        evidence: str | None = None,
    ) -> tuple[Consent, ...]:
        """Return the entries that make the ledger say what somebody chooses now.

        Parameters
        ----------
        customer : str or int
            Whose choice it is.
        ledger : iterable of Consent
            What they said so far.
        choice : mapping of str to mapping of str to bool
            By topic and channel; what it does not name stays as it is.
        at, how, evidence
            As in a `Consent`.

        Returns
        -------
        tuple of Consent
            To be added to the ledger; none for what it says already. A first No is an entry.

        Raises
        ------
        UnknownName
            If there is no such topic or channel.
        InvalidValue
            If a choice is neither True nor False.
        """
        told, made = tuple(ledger), []
        for topic, ways in choice.items():
            for way, granted in ways.items():
                purpose = self._known("topic", topic, self.topics)
                channel = self._known("channel", way, self.channels)
                entry = Consent(
                    customer=customer,
                    purpose=purpose,
                    channel=channel,
                    granted=granted,
                    at=at,
                    how=how,
                    evidence=evidence,
                )
                last = deciding(told, purpose, channel, at=at)
                if last is None or last.granted != granted:
                    made.append(entry)
        return tuple(made)

    def unsubscribed(
        self,
        customer: str | int,
        ledger: Iterable[Consent],
        *,
        at: datetime,
        how: str,
        topic: str | None = None,
        channel: str | None = None,
        evidence: str | None = None,
    ) -> tuple[Consent, ...]:
        """Return the entries that take consent back: for a topic, a channel, both, or all.

        Parameters
        ----------
        customer, at, how, evidence
            As in a `Consent`.
        ledger : iterable of Consent
            What they said so far: channels that the centre does not have are taken back too.
        topic : str, optional
            Only this one, which need not be one of the centre's; None is everything, also topics
            that come later, until they agree anew.
        channel : str, optional
            Only this one; None is every channel.

        Returns
        -------
        tuple of Consent
            One for each channel, also where nothing was ever granted: a No is worth keeping.
        """
        used = [purpose_word(entry.channel) for entry in ledger]
        wanted = MARKETING if topic is None else purpose_word(topic)
        ways = [*self.channels, *used] if channel is None else [purpose_word(channel)]
        return tuple(
            Consent(
                customer=customer,
                purpose=wanted,
                channel=way,
                granted=False,
                at=at,
                how=how,
                evidence=evidence,
            )
            for way in dict.fromkeys(ways)
        )

    def refuse_unheard(
        self, topic: str | None, channel: str | None, ledger: Iterable[Consent] = ()
    ) -> None:
        """Refuse a topic or a channel that neither the centre nor a ledger knows.

        `MARKETING` is a topic too. What is misspelled would be said of nothing.

        Raises
        ------
        UnknownName
            There is no such topic or channel.
        """
        told = tuple(ledger)
        topics = (*self.topics, *(one.purpose for one in told), MARKETING)
        ways = (*self.channels, *(one.channel for one in told))
        for kind, word, known in (("topic", topic, topics), ("channel", channel, ways)):
            if word is not None:
                self._known(kind, word, tuple(dict.fromkeys(map(purpose_word, known))))

    @staticmethod
    def _known(kind: str, word: object, known: tuple[str, ...]) -> str:
        told = purpose_word(word) if isinstance(word, str) else word
        if told not in known:
            raise UnknownName(f"{kind} of the preference centre", word, known)
        return str(told)
