"""What has growth come from, and what does each group prefer?"""

from __future__ import annotations

import attrs
import numpy as np

from custinsights.analyses.customers.rfm import rfm
from custinsights.analyses.customers.tiers import tiers
from custinsights.analyses.products.preferences import preferences
from custinsights.analyses.trends.growth import growth_drivers
from custinsights.presentation.report.charting import chart, word
from custinsights.presentation.report.headline import told_spans, told_window
from custinsights.presentation.report.inquiry import Inquiry
from custinsights.presentation.report.parts import HeatTable, Part, Section, Switch
from custinsights.results.segment_set import SegmentSet
from custinsights.results.table import Column, Table

__all__ = ["drivers", "tastes"]

_MOST_LABELS = 12
_TWICE = 200


def drivers(inquiry: Inquiry) -> Section:
    """Return which customers revenue has grown or shrunk by, and what that comes from."""
    history = inquiry.history
    window, compare = told_window(history)
    if window is None:
        says = "No earlier time was observed with which to compare: that takes two months."
        return Section(key="drivers", title="What drives growth", remarks=(says,))
    by: dict[str, str | SegmentSet] = {"customer type": "customer_type"}
    by["value tier"] = tiers(history, "value")
    if "country" in history.labels and history.labels["country"].names:
        by["country"] = "country"
    parts: dict[str, Part] = {}
    for name, label in by.items():
        found = growth_drivers(history, by=label, window=window, compare=compare)
        sizes = np.abs(found.column("change").values)
        order = np.argsort(-sizes, kind="stable")
        drawn = min(_MOST_LABELS, int(np.count_nonzero(sizes)))
        most, others = np.sort(order[:drawn]), order[drawn:]
        says = "What each group adds to the change or takes from it; the numbers say by what."
        if len(most) < len(found):
            says = f"The {len(most)} largest changes of {len(found)}, gains and losses. {says}"
        parts[name] = chart(
            f"Change of revenue by {name}",
            says,
            _named(found.take([*most, *others])),
            {"change": "change"},
            most=_MOST_LABELS,
            lying=True,
        )
    return Section(
        key="drivers",
        title="What drives growth",
        about="the change of revenue: by the number of customers, how often they order, what an "
        "order is worth",
        parts=(Switch("By", parts),),
        remarks=told_spans(history, window, compare),
    )


def _named(table: Table) -> Table:
    first, *rest = table.columns
    labels = Column(first.name, "label", [word(label) for label in first.values.tolist()])
    return attrs.evolve(table, columns=[labels, *rest])


def tastes(inquiry: Inquiry) -> Section:
    """Return what each group of customers buys more often than everybody does."""
    history = inquiry.history
    section = Section(
        key="preferences",
        title="What each group prefers",
        about="100: as many of the group buy it as of all customers; 200: twice as many",
    )
    labels = () if history.products is None else history.products.labels
    by = next((one for one in ("category", "department", "title") if one in labels), "product")
    table = preferences(history, inquiry.once(rfm).segments, by=by)
    if not len(table):
        return attrs.evolve(section, about="", remarks=("No order that counts names a product.",))
    return attrs.evolve(section, parts=(_indices(table, by),))


def _indices(table: Table, by: str) -> HeatTable:
    groups, things = (table.column(name).values.tolist() for name in (table.names[0], by))
    buyers = dict.fromkeys(things, 0)
    for thing, times in zip(things, table.column("buyers").values.tolist(), strict=True):
        buyers[thing] += int(times)
    down = sorted(buyers, key=lambda thing: -buyers[thing])[:_MOST_LABELS]
    across = list(dict.fromkeys(groups))
    row_of = {thing: row for row, thing in enumerate(down)}
    indices = np.full((len(down), len(across)), np.nan)
    index = table.column("index").values.tolist()
    for group, thing, value in zip(groups, things, index, strict=True):
        if thing in row_of:
            indices[row_of[thing], across.index(group)] = value
    what = "product" if by == "title" else by
    return HeatTable(
        title=f"What each RFM group buys, by {what}",
        says="Share of the group's customers who buy it ÷ share of all customers × 100; of small "
        "groups it says little.",
        corner=f"{what} \\ group",
        down=[word(thing) for thing in down],
        across=[word(group) for group in across],
        numbers=indices,
        kind="number",
        shades=np.clip(indices / _TWICE, 0, 1),
    )
