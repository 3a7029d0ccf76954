"""The channel of a buyer is what the table of words says, and else unknown."""

import pickle
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custinsights.domain import ChannelTaxonomy
from custinsights.domain.channel_words import (
    CHANNEL_FIELDS,
    CHANNEL_WORDS,
    CHANNELS,
    SILENT_WORDS,
)
from custinsights.errors import InvalidValue, UnknownName

DEFAULT = ChannelTaxonomy()


@pytest.mark.covers("A47")
@pytest.mark.parametrize(
    ("said", "channel"),
    [
        ({"utm_medium": "cpc", "utm_source": "google"}, "paid"),
        ({"utm_medium": "Paid-Social", "utm_source": "facebook"}, "paid"),
        ({"utm_medium": "influencer"}, "collaboration"),
        ({"utm_medium": "craft_fair"}, "fair"),
        ({"utm_medium": " E-Mail "}, "email"),
        ({"utm_medium": "refer-a-friend"}, "referral"),
        ({"utm_source": "IG"}, "social"),
        ({"utm_source": "www.google.de"}, "search"),
        ({"utm_medium": "(none)", "utm_source": "(direct)"}, "direct"),
        ({"utm_medium": "", "utm_source": None, "referrer": "direct"}, "direct"),
        ({"referrer": "https://www.google.co.uk/search?q=prints"}, "search"),
        ({"referrer": "https://mail.google.com/mail/u/0/"}, "email"),
        ({"referrer": "http://l.instagram.com"}, "social"),
        ({"referrer": "HTTPS://user@t.co:443/x"}, "social"),
        ({"referrer": "https://www.etsy.com/listing/1"}, "marketplace"),
        ({"referrer": "amazon.com.au"}, "marketplace"),
        ({"referrer": "www.amazon.com.au"}, "marketplace"),
        ({"attribution": "Organic: Bing"}, "search"),
        ({"attribution": "Web admin"}, "manual"),
        ({"source": "etsy"}, "marketplace"),
        ({"channel": "shopify_draft_order"}, "manual"),
    ],
)
def test_words_tell_the_channel(said: dict[str, str | None], channel: str) -> None:
    """Case, hyphens and the rest of an address do not matter; the medium goes before the source."""
    assert DEFAULT.channel_of(said) == channel


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"utm_source": ""},
        {"utm_medium": "qr"},
        {"utm_medium": "fb_boost", "utm_source": "facebook"},
        {"utm_source": "spring-leaflet", "referrer": "https://www.google.com"},
        {"referrer": "https://google.evil-shop.com"},
        {"referrer": "https://notfacebook.com"},
        {"referrer": "https://somebody.example"},
        {"attribution": "Unknown"},
        {"source": "shopify"},
        {"channel": "web"},
        {"channel": "web", "source": "etsy"},
        {"campaign": "cpc"},
    ],
)
def test_what_no_word_tells_is_unknown(said: dict[str, str | None]) -> None:
    """No field speaks for another that says what the table does not know."""
    assert DEFAULT.channel_of(said) is None


def test_the_table_has_every_channel_and_only_these() -> None:
    """All channels are told by some word, in fields that are asked."""
    told = [channel for channels in CHANNEL_WORDS.values() for channel in channels]
    assert set(told) == set(CHANNELS)
    assert set(CHANNEL_WORDS) == set(CHANNEL_FIELDS)


def test_every_word_of_the_table_means_its_channel() -> None:
    """No word of the table hides another one."""
    for field, channels in CHANNEL_WORDS.items():
        for channel, words in channels.items():
            for word in words:
                text = word.replace(".*", ".com").replace("*", "something")
                assert DEFAULT.channel_of({field: text}) == channel, (field, word)


def test_words_of_ones_own_add_and_take_away() -> None:
    """A changed taxonomy is another one; the one it was made of stays."""
    changed = DEFAULT.with_(
        utm_medium={"qr": "fair", "CPC": None, "e mail": "newsletter"},
        channel={"web": "direct"},
        referrer={"*": "referral"},
    )
    assert changed.channel_of({"utm_medium": "QR"}) == "fair"
    assert changed.channel_of({"utm_medium": "cpc"}) is None
    assert changed.channel_of({"utm_medium": "email"}) == "email"
    assert changed.channel_of({"utm_medium": "e-mail"}) == "newsletter"
    assert changed.channel_of({"channel": "web", "source": "etsy"}) == "direct"
    assert changed.channel_of({"referrer": "https://somebody.example"}) == "referral"
    assert changed.channel_of({"referrer": "https://google.com"}) == "search"
    assert DEFAULT == ChannelTaxonomy() != changed
    assert ChannelTaxonomy({}).channel_of({"utm_medium": "email"}) is None
    assert pickle.loads(pickle.dumps(changed)) == changed
    assert hash(DEFAULT) == hash(ChannelTaxonomy())


def test_the_longest_beginning_decides() -> None:
    """Of two beginnings of a text the more exact one tells."""
    taxonomy = ChannelTaxonomy({"attribution": {"source: *": "other", "source: fair*": "fair"}})
    assert taxonomy.channel_of({"attribution": "Source: Fair 2024"}) == "fair"
    assert taxonomy.channel_of({"attribution": "Source: x"}) == "other"


@pytest.mark.parametrize(
    ("words", "error", "says"),
    [
        ({"medium": {"a": "b"}}, UnknownName, "field that tells a channel named 'medium'"),
        ({5: {}}, UnknownName, "field that tells a channel"),
        ([], InvalidValue, "words of a ChannelTaxonomy is no Mapping"),
        ({"source": ["etsy"]}, InvalidValue, "words of 'source' is no Mapping"),
        ({"source": {"etsy": None}}, InvalidValue, "no text that says something: None"),
        ({"source": {" ": "direct"}}, InvalidValue, "no text that says something: ' '"),
        (
            {"source": {"Our-Shop": "direct", "our shop": "manual"}},
            InvalidValue,
            "word of 'source' has two channels: 'our shop'",
        ),
    ],
)
def test_a_wrong_table_is_refused(words: object, error: type[Exception], says: str) -> None:
    """Fields are known, and every word means one channel."""
    with pytest.raises(error, match=says):
        ChannelTaxonomy(words)


@given(st.text(max_size=60), st.sampled_from(CHANNEL_FIELDS))
def test_any_text_is_told_or_unknown(text: str, field: str) -> None:
    """Whatever a cell holds, there is a channel or none, and never an error."""
    assert DEFAULT.channel_of({field: text}) in {None, *CHANNELS}


@pytest.mark.parametrize(("word", "field"), [*product(SILENT_WORDS, CHANNEL_FIELDS[1:-1])])
def test_words_that_say_nothing_are_passed_over(word: str, field: str) -> None:
    """Where a tracker knows nothing, the next field is asked."""
    assert DEFAULT.channel_of({field: word.upper(), "source": "etsy"}) == "marketplace"


def test_a_host_is_one_with_and_without_www() -> None:
    """A word that begins with www. stands for the host, on either side."""
    taxonomy = ChannelTaxonomy().with_(referrer={"www.my.example": "fair"})
    for told in ("https://my.example/x", "https://www.my.example/x", "www.my.example"):
        assert taxonomy.channel_of({"referrer": told}) == "fair"
