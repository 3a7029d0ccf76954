"""The channel of each row, from the words that tell it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from custinsights.domain.channel_words import CHANNEL_FIELDS
from custinsights.domain.channels import ChannelTaxonomy
from custinsights.history.columnar.columns import Labels
from custinsights.sources.orders.grouping import OrderRows
from custinsights.sources.texts.columns import Texts


def channels_of(said: Mapping[str, Texts], taxonomy: ChannelTaxonomy) -> Texts:
    """Return the channel of each row, blank where nothing tells it.

    Parameters
    ----------
    said
        What the rows say in some of the fields of a taxonomy, all of one length. A word that a shop
        itself calls a channel is kept where the taxonomy gives it no other.
    taxonomy
        What the words mean.

    Notes
    -----
    Cost: each distinct text is looked up once.
    """
    n = len(next(iter(said.values())))
    found = Texts.same("", n)
    is_open = np.ones(n, dtype=np.bool_)
    for field in CHANNEL_FIELDS:
        if field in said:
            column = said[field].used()
            own = field == "channel"
            names = [
                taxonomy.meaning_of(field, name) or (name if own else "") for name in column.names
            ]
            says = column.where(taxonomy.says) & is_open
            codes = np.where(says, column.codes, np.int32(len(names)))
            found = found.or_else(Texts(codes, [*names, ""]))
            is_open &= ~says
    return found


def channel_of_orders(orders: OrderRows, taxonomy: ChannelTaxonomy) -> Labels | None:
    """Return the channel of each order: its own, else what tells it; None where nothing could."""
    rows = orders.rows
    said = {field: orders.texts(field) for field in CHANNEL_FIELDS if rows.has(field)}
    if rows.format.source is not None:
        said.setdefault("source", Texts.same(rows.format.source, orders.groups.count))
    if not said:
        return None
    channel = channels_of(said, taxonomy).labels()
    return channel if channel.names or "channel" in said else None
