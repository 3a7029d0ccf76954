"""What has growth come from, and what does each group prefer?"""

from __future__ import annotations

import attrs
import numpy as np

from custinsights.analyses.customers.rfm import rfm
from custinsights.analyses.customers.tiers import tiers
from custinsights.analyses.products.preferences import preferences
from custinsights.analyses.trends.growth import growth_drivers
from custinsights.history.orders import OrderHistory
from custinsights.presentation.cells import MISSING
from custinsights.presentation.report.charting import chart, word
from custinsights.presentation.report.headline import told_window
from custinsights.presentation.report.parts import HeatTable, Part, Section, Switch
from custinsights.results.segment_set import SegmentSet
from custinsights.results.table import Column, Table

__all__ = ["drivers", "tastes"]

_MOST_LABELS = 12
_TWICE = 200


def drivers(history: OrderHistory) -> Section:
    """Return which customers revenue has grown or shrunk by, and what that comes from."""
    window, compare = told_window(history)
    by: dict[str, str | SegmentSet] = {"customer type": "customer_type"}
    by["value tier"] = tiers(history, "value")
    if "country" in history.labels and history.labels["country"].names:
        by["country"] = "country"
    parts: dict[str, Part] = {}
    notes: tuple[str, ...] = ()
    for name, label in by.items():
        found = growth_drivers(history, by=label, window=window, compare=compare)
        notes = tuple(note for note in found.notes if not note.startswith("As of"))
        parts[name] = chart(
            f"Change of revenue by {name}",
            "What each group adds to the change or takes from it; the numbers say by what.",
            _named(found.take(range(min(len(found), _MOST_LABELS)))),
            {"change": "change"},
            lying=True,
        )
    return Section(
        key="drivers",
        title="What drives growth",
        about="the change of revenue: by the number of customers, how often they order, what an "
        "order is worth",
        parts=(Switch("By", parts),),
        remarks=notes,
    )


def _named(table: Table) -> Table:
    first, *rest = table.columns
    labels = Column(first.name, "label", [word(label) for label in first.values.tolist()])
    return attrs.evolve(table, columns=[labels, *rest])


def tastes(history: OrderHistory) -> Section:
    """Return what each group of customers buys more often than everybody does."""
    section = Section(
        key="preferences",
        title="What each group prefers",
        about="100: as many of the group buy it as of all customers; 200: twice as many",
    )
    labels = () if history.products is None else history.products.labels
    by = next((one for one in ("category", "department") if one in labels), "product")
    table = preferences(history, rfm(history).segments, by=by)
    if not len(table):
        return attrs.evolve(section, about="", remarks=("Nobody bought a product that is told.",))
    return attrs.evolve(section, parts=(_indices(table, by),))


def _indices(table: Table, by: str) -> HeatTable:
    groups, things = (table.column(name).values.tolist() for name in (table.names[0], by))
    buyers = dict.fromkeys(things, 0)
    for thing, times in zip(things, table.column("buyers").values.tolist(), strict=True):
        buyers[thing] += int(times)
    across = sorted(buyers, key=lambda thing: -buyers[thing])[:_MOST_LABELS]
    down = list(dict.fromkeys(groups))
    indices = np.full((len(down), len(across)), np.nan)
    for group, thing, index in zip(
        groups, things, table.column("index").values.tolist(), strict=True
    ):
        if thing in across:
            indices[down.index(group), across.index(thing)] = index
    return HeatTable(
        title=f"What each RFM group buys, by {by}",
        says="Share of the group's customers who buy it ÷ share of all customers × 100; of small "
        "groups it says little.",
        corner=f"group \\ {by}",
        down=[word(group) for group in down],
        across=[word(thing) for thing in across],
        texts=[[_rounded(index) for index in row] for row in indices.tolist()],
        shades=np.clip(indices / _TWICE, 0, 1),
    )


def _rounded(index: float) -> str:
    return MISSING if np.isnan(index) else f"{index:,.0f}"
