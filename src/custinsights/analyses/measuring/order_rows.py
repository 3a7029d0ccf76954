"""Which orders lie behind some cells? Down to the rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np

from custinsights.analyses.declaring.axes import Coder, labels_of
from custinsights.analyses.measuring.plan import Plan, Question
from custinsights.domain.fields import whole_number
from custinsights.domain.money import minor_exponent
from custinsights.errors import UnknownName, counted
from custinsights.history.columnar.columns import BoolArray, IntArray
from custinsights.history.facts import Facts
from custinsights.history.views.counted import CountedHistory
from custinsights.results.freezing import meant
from custinsights.results.table import Column, Table

SORTS = ("placed_at", "-placed_at", "amount", "-amount")
"""By what rows of orders can be sorted; a minus puts the largest first."""


def orders_where(
    question: Question,
    facts: Facts,
    labels: Mapping[str, Any],
    sort: str = "placed_at",
    limit: int | None = None,
) -> Table:
    """Return the counted orders that carry some labels of the dimensions of a question.

    Labels of lines are carried together by a line: those are the orders that have one like it.
    """
    if sort not in SORTS:
        raise UnknownName("order of rows", sort, SORTS)
    most = None if limit is None else whole_number("the limit is wrong", limit, 1)
    plan = Plan(question, facts)
    block = plan.block(facts)
    view = block.view
    streams = [view.lines if c.dimension.facts == "lines" else view.orders for c in plan.coders]
    asked = list(zip(plan.coders, streams, strict=True))
    codes_of = [coder.codes(block, stream) for coder, stream in asked]
    while plan.has_grown():
        codes_of = [coder.codes(block, stream) for coder, stream in asked]
    bucket = block.bucket(view.orders)
    inside = (bucket > 0) & (bucket <= plan.frames.count)
    of_lines = np.ones(len(view.lines), dtype=np.bool_) if question.has_lines else None
    for coder, codes in zip(plan.coders, codes_of, strict=True):
        if coder.dimension.name not in labels:
            continue
        is_right = _carried(coder, labels[coder.dimension.name]).take(codes)
        if of_lines is not None and coder.dimension.facts == "lines":
            of_lines &= is_right
        else:
            inside &= is_right
    if of_lines is not None:
        inside &= np.isin(np.arange(len(inside)), view.lines.counted_order[of_lines])
    period_names = [d.name for d in question.by if d.kind == "period"]
    for place, name in enumerate(period_names):
        if name in labels:
            right = [frame[place] == str(labels[name]) for frame in plan.frames.labels()]
            inside &= np.array([False, *right, False], dtype=np.bool_).take(bucket)
    rows = _sorted(view, np.flatnonzero(inside), sort)
    table = order_table(view, rows[:most])
    if most is None or most >= len(rows):
        return table
    return attrs.evolve(table, title=f"{most} of {counted(len(rows), 'order')}")


def _carried(coder: Coder, label: Any) -> BoolArray:
    """Return which codes stand for a label; one that nothing carries is refused."""
    known = labels_of(coder)
    wanted = meant(label, known)
    if wanted not in known:
        names = tuple(str(name) for name in known if name is not None)
        raise UnknownName(coder.dimension.name, str(wanted), names)
    return np.array([name == wanted for name in known], dtype=np.bool_)


def _sorted(view: CountedHistory, rows: IntArray, sort: str) -> IntArray:
    rows = rows[np.argsort(view.placed_at.take(rows), kind="stable")]
    keys: IntArray = getattr(view, sort.removeprefix("-")).take(rows)
    return rows[np.argsort(-keys if sort.startswith("-") else keys, kind="stable")]


def order_table(view: CountedHistory, rows: IntArray) -> Table:
    """Return counted orders as a table: ids, instant, amounts, number and labels."""
    facts, orders = view.facts, view.orders
    customers = facts.customer_ids.take(view.customer.take(rows)).tolist()
    columns = [Column("customer", "label", customers)]
    if facts.order_ids is not None:
        ids = facts.order_ids if orders.positions is None else facts.order_ids[orders.positions]
        columns.insert(0, Column("order_id", "label", ids.take(rows).tolist()))
    currency, exponent = facts.currency, minor_exponent(facts.currency)
    paid, back = orders.amount.take(rows), view.refunded.take(rows)
    columns += [
        Column("placed_at", "instant", orders.placed_at.take(rows)),
        Column("order_number", "count", view.order_number.take(rows)),
        Column("amount", "money", paid, unit=currency, exponent=exponent),
        Column("refunded", "money", back, unit=currency, exponent=exponent),
    ]
    columns += [
        Column(name, "label", orders.label(name).take(rows).texts())
        for name in sorted(facts.labels)
    ]
    return Table(counted(len(rows), "order"), columns, timezone=facts.calendar.timezone)
