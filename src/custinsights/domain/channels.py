"""By which channel did a buyer come? A table of words tells, or nothing does."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Self, TypeAlias

import attrs

from custinsights.domain.channel_words import CHANNEL_FIELDS, CHANNEL_WORDS, SILENT_WORDS
from custinsights.domain.fields import looked_up, refuse_other
from custinsights.domain.frozen import Frozen
from custinsights.errors import InvalidValue

__all__ = ["ChannelTaxonomy", "channel_word"]

_HOST = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://)?(?:[^/@]*@)?([a-z0-9.-]+\.[a-z]{2,})(?::\d+)?(?:[/?#]|$)"
)
_TOP_LEVEL = re.compile(r"(.*?)\.((?:[a-z]{2,3}\.)?[a-z]{2,3})")
_BETWEEN_WORDS = re.compile(r"[\s_-]+")

_Table: TypeAlias = Mapping[str, str]


def channel_word(text: str) -> str:
    """Return a word as it is compared: without case, its parts joined in one way.

    Examples
    --------
    >>> channel_word("Paid_Social")
    'paid social'
    """
    return _BETWEEN_WORDS.sub(" ", text.strip().casefold().removeprefix("www."))


_SILENT = frozenset({"", *map(channel_word, SILENT_WORDS)})


def _table(field: object, words: object) -> _Table:
    """Return the words of one field as they are compared, and their channels."""
    looked_up("field that tells a channel", field, dict.fromkeys(CHANNEL_FIELDS))
    refuse_other(Mapping, f"the words of {field!r}", words)
    assert isinstance(words, Mapping)  # noqa: S101 - for mypy
    table: dict[str, str] = {}
    for word, channel in words.items():
        for text in (word, channel):
            if not isinstance(text, str) or not text.strip():
                what = f"a word of {field!r} or its channel is no text that says something"
                raise InvalidValue(what, text, "texts, such as {'newsletter': 'email'}")
        if table.setdefault(channel_word(word), channel) != channel:
            what = f"a word of {field!r} has two channels"
            raise InvalidValue(what, word, "each word once, however it is spelled")
    return Frozen(table)


def _tables(words: Any) -> Mapping[str, _Table]:
    refuse_other(Mapping, "the words of a ChannelTaxonomy", words)
    return Frozen({field: _table(field, words[field]) for field in words})


def _default_words() -> dict[str, dict[str, str]]:
    return {
        field: {word: channel for channel, said in channels.items() for word in said}
        for field, channels in CHANNEL_WORDS.items()
    }


@attrs.frozen
class ChannelTaxonomy:
    """What the words of shops and trackers mean: words by field, and the channel of each.

    Of the fields channel (what the shop itself calls one), utm_medium, utm_source, referrer,
    attribution and source, the first that says anything tells the channel; a word that is in no
    row of the table leaves it unknown, whatever the other fields say. Words compare without case,
    and blanks, hyphens and underscores are one. A host has its own channel, else that of the domain
    above it.

    Parameters
    ----------
    words : mapping of str to mapping of str to str, optional
        By field: the word and its channel. A word that ends in ``.*`` is a host under any top-level
        domain (``google.*``), one that ends in ``*`` is how a text begins; ``*`` alone is any text.
        By default the table of `custinsights.domain.channel_words`.

    Raises
    ------
    UnknownName
        There is no such field.
    InvalidValue
        A word or a channel is no text, or one word has two channels.

    Examples
    --------
    >>> taxonomy = ChannelTaxonomy()
    >>> taxonomy.channel_of({"utm_source": "Instagram"})
    'social'
    >>> taxonomy.channel_of({"referrer": "https://www.google.co.uk/", "utm_medium": "cpc"})
    'paid'
    >>> taxonomy.channel_of({"utm_medium": "qr", "source": "etsy"}) is None
    True
    >>> taxonomy.with_(utm_medium={"qr": "fair"}).channel_of({"utm_medium": "QR"})
    'fair'
    """

    words: Mapping[str, _Table] = attrs.field(
        factory=_default_words, converter=_tables, hash=False, repr=False
    )

    def with_(self, **words: Mapping[str, str | None]) -> Self:
        """Return the taxonomy with more words, by field; None takes a word away.

        Raises
        ------
        UnknownName, InvalidValue
            As for the class.
        """
        changed: dict[str, Mapping[str, str]] = {**self.words}
        for field, more in words.items():
            refuse_other(Mapping, f"the words of {field!r}", more)
            gone = {channel_word(word) for word, channel in more.items() if channel is None}
            added = _table(field, {word: told for word, told in more.items() if told is not None})
            kept = {w: told for w, told in self.words.get(field, {}).items() if w not in gone}
            changed[field] = {**kept, **added}
        return attrs.evolve(self, words=changed)

    def channel_of(self, said: Mapping[str, str | None]) -> str | None:
        """Return the channel that the words of some fields tell, None where none does.

        Parameters
        ----------
        said
            Texts by field; fields that tell no channel do not matter.
        """
        for field in CHANNEL_FIELDS:
            text = said.get(field) or ""
            if self.says(text):
                return self.meaning_of(field, text)
        return None

    @staticmethod
    def says(text: str) -> bool:
        """Tell whether a text says anything at all: blanks and ``(not set)`` do not."""
        return channel_word(text) not in _SILENT

    def meaning_of(self, field: str, text: str) -> str | None:
        """Return the channel that a text of one field tells, None where the table has none."""
        table = self.words.get(field, {})
        for word in _as_compared(text):
            if word in table:
                return table[word]
        beginnings = (word for word in table if _begins(word, channel_word(text)))
        found = max(beginnings, key=len, default=None)
        return None if found is None else table[found]


def _begins(word: str, text: str) -> bool:
    """Whether a word of the table is how a text begins."""
    return word.endswith("*") and not word.endswith(".*") and text.startswith(word[:-1])


def _as_compared(text: str) -> Iterator[str]:
    """Yield the words that a text may stand under, the most certain first."""
    yield channel_word(text)
    found = _HOST.match(text.strip().casefold())
    labels = found[1].split(".") if found else []
    for at in range(len(labels) - 1):
        host = ".".join(labels[at:])
        yield channel_word(host)
        top = _TOP_LEVEL.fullmatch(host)
        if top is not None:
            yield channel_word(f"{top[1]}.*")
