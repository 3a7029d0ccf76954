"""The channel of an order is the file's own, else what trackers say, else unknown."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import custinsights as ci
from custinsights.domain import ChannelTaxonomy, Money, Order, OrderLine
from custinsights.domain.channel_words import CHANNEL_FIELDS
from custinsights.errors import InvalidValue
from custinsights.history.orders import OrderHistory
from custinsights.sources import read_objects
from custinsights.sources.formats import OrderFormat
from custinsights.sources.orders.channels import channels_of
from custinsights.sources.texts.columns import Texts
from tests.sources.reading import read
from tests.sources.test_objects import order

HEADER = "order_id,customer,placed_at,amount"


def channels(history: OrderHistory) -> list[str | None]:
    """Return the channel of each order by its id."""
    assert history.order_ids is not None
    told = zip(history.order_ids.tolist(), history.label("channel").texts().tolist(), strict=True)
    return [channel for _, channel in sorted(told)]


def orders(names: str, *said: str, **options: Any) -> OrderHistory:
    """Read orders that say something in further columns."""
    lines = [f"{at},ada,2024-01-05,1.00,{cells}" for at, cells in enumerate(said)]
    return read(f"{HEADER},{names}", *lines, **options)


def test_trackers_tell_the_channel_where_the_file_has_none() -> None:
    """Words, hosts and the source of the order; a medium that nobody knows leaves it unknown."""
    history = orders(
        "utm_medium,utm_source,referrer,source",
        "cpc,google,,",
        ",ig,,",
        ",,https://www.bing.com/search,",
        "qr,instagram,,etsy",
        ",,,Etsy",
        ",,https://somebody.example,etsy",
        ",,,till",
    )
    assert channels(history) == ["paid", "social", "search", None, "marketplace", None, None]
    assert history.labels["utm_medium"].texts().tolist().count("cpc") == 1


def test_a_channel_of_the_files_own_stays() -> None:
    """Also a word that the taxonomy does not know; a blank one is filled."""
    history = orders("channel,utm_medium", "web,cpc", ",email", "POS,")
    assert channels(history) == ["web", "email", "POS"]


def test_a_taxonomy_of_ones_own_is_used() -> None:
    """It may give the shop's own words a channel, and take words away."""
    own = ChannelTaxonomy().with_(channel={"web": "direct"}, utm_medium={"email": None})
    history = orders("channel,utm_medium", "web,cpc", ",email", "POS,", channels=own)
    assert channels(history) == ["direct", None, "POS"]
    none = orders("utm_medium", "email", channels=ChannelTaxonomy({}))
    assert "channel" not in none.labels
    with pytest.raises(InvalidValue, match="option channels= is no ChannelTaxonomy"):
        orders("utm_medium", "email", channels={"email": "email"})


def test_without_words_there_is_no_channel() -> None:
    """A file that says nothing of channels has no such label."""
    assert "channel" not in orders("source", "till").labels
    assert "channel" not in read(HEADER, "1,ada,2024-01-05,1.00").labels
    assert channels(orders("channel", "")) == [None]


def test_columns_name_the_words() -> None:
    """What an export calls them is told as for any field."""
    columns = {"customer": "customer", "placed_at": "placed_at", "amount": "amount"}
    columns |= {"order_id": "order_id", "utm_source": "UTM Source", "attribution": "Attribution"}
    history = orders(
        "UTM Source,Attribution", ",Organic: Google", "fb,", ",Web admin", columns=columns
    )
    assert channels(history) == ["search", "social", "manual"]


def test_lines_of_one_order_have_one_channel() -> None:
    """The first line that says anything tells the order's."""
    history = read(
        f"{HEADER},product,utm_medium".replace("amount", "unit_price"),
        "1,ada,2024-01-05,1.00,p,",
        "1,ada,2024-01-05,2.00,q,email",
        "2,ada,2024-01-06,2.00,q,cpc",
    )
    assert channels(history) == ["email", "paid"]


def test_frames_objects_and_formats_tell_channels_too() -> None:
    """A format's source is asked as a column's is."""
    frame = {"who": ["ada"], "when": ["2024-01-05"], "paid": [1], "medium": ["newsletter"]}
    told = ci.read_frame(
        frame, customer="who", placed_at="when", amount="paid", utm_medium="medium", currency="EUR"
    )
    assert told.label("channel").texts().tolist() == ["email"]
    line = OrderLine("p", 1, Money("1.00", "EUR"))
    given_order = order("1", lines=[line], channel=None, source="Etsy", discount=None)
    assert channels(read_objects([given_order])) == ["marketplace"]
    own = ChannelTaxonomy({"source": {"etsy": "fair"}})
    assert channels(read_objects([given_order], channels=own)) == ["fair"]
    etsy = OrderFormat(
        name="my_etsy",
        columns={name: name for name in ("order_id", "placed_at", "amount")} | {"email": "mail"},
        source="etsy",
    )
    lines = ("order_id,mail,placed_at,amount", "1,ada@x,2024-01-05,1.00")
    assert channels(read(*lines, format=etsy)) == ["marketplace"]
    assert isinstance(given_order, Order)


SAID = st.sampled_from(["", "email", "cpc", "fb", "https://google.com", "etsy", "(not set)", "x"])


@given(st.lists(st.fixed_dictionaries(dict.fromkeys(CHANNEL_FIELDS, SAID)), min_size=1))
def test_rows_together_are_what_each_is_alone(rows: list[dict[str, str]]) -> None:
    """The channel of a row is that of its words; an own word without a meaning is kept."""
    taxonomy = ChannelTaxonomy()
    columns = {field: Texts.of(row[field] for row in rows) for field in CHANNEL_FIELDS}
    found = channels_of(columns, taxonomy).array().tolist()
    expected = [
        row["channel"] if taxonomy.says(row["channel"]) else taxonomy.channel_of(row) or ""
        for row in rows
    ]
    assert found == expected
