"""Which orders or activities lie behind some cells? Down to the rows."""

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
from custinsights.history.activities import ACTIVITY_TEXTS
from custinsights.history.columnar.columns import BoolArray, IntArray
from custinsights.history.facts import Facts
from custinsights.history.kernels.cells import truths
from custinsights.history.views.counted import CountedHistory
from custinsights.results.freezing import meant
from custinsights.results.table import Column, Table

TIMES = ("placed_at", "at")
ROWS = {"orders": ("placed_at", "amount"), "activities": ("at", "amount", "score")}
"""The streams that are shown row by row, and by what each can be sorted."""


def rows_where(
    question: Question, facts: Facts, labels: Mapping[str, Any], sort: str, limit: int | None
) -> Table:
    """Return the facts that a question counts and that carry some labels of its dimensions.

    The question is of one tally or several of a stream of `ROWS`; a fact is there that one of them
    counts. Labels of lines are carried together by a line: those are the orders that have one like
    it. A minus before what rows are sorted by puts the largest first.
    """
    [facts_of] = {tally.facts for tally in question.tallies}
    sorts = tuple(sign + key for key in ROWS[facts_of] for sign in ("", "-"))
    if sort not in sorts:
        raise UnknownName("order of rows", sort, sorts)
    most = None if limit is None else whole_number("the limit is wrong", limit, 1)
    plan = Plan(question, facts)
    block = plan.block(facts)
    view = block.view
    stream: Any = getattr(view, facts_of)
    streams = [view.lines if c.dimension.facts == "lines" else stream for c in plan.coders]
    asked = list(zip(plan.coders, streams, strict=True))
    codes_of = [coder.codes(block, stream) for coder, stream in asked]
    while plan.has_grown():
        codes_of = [coder.codes(block, stream) for coder, stream in asked]
    bucket = block.bucket(stream)
    inside = (bucket > 0) & (bucket <= plan.frames.count) & _is_counted(question, stream)
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
    rows = _sorted(stream, np.flatnonzero(inside), sort)
    is_orders = facts_of == "orders"
    table = (order_table if is_orders else activity_table)(view, rows[:most])
    every = counted(len(rows), *(("order",) if is_orders else ("activity", "activities")))
    title = every if most is None or most >= len(rows) else f"{most} of {every}"
    return attrs.evolve(table, title=title)


def _is_counted(question: Question, stream: Any) -> BoolArray:
    """Return which facts of a stream some tally of a question counts."""
    found = np.zeros(len(stream), dtype=np.bool_)
    for tally in question.tallies:
        passes = np.ones(len(stream), dtype=np.bool_)
        for condition in tally.filters:
            passes &= truths(tally.name, condition(stream), len(stream))
        found |= passes
    return found


def _carried(coder: Coder, label: Any) -> BoolArray:
    """Return which codes stand for a label; one that nothing carries is refused."""
    known = labels_of(coder)
    wanted = meant(label, known)
    if wanted not in known:
        names = tuple(str(name) for name in known if name is not None)
        raise UnknownName(coder.dimension.name, str(wanted), names)
    return np.array([name == wanted for name in known], dtype=np.bool_)


def _sorted(stream: Any, rows: IntArray, sort: str) -> IntArray:
    rows = rows[np.argsort(stream.instant.take(rows), kind="stable")]
    name = sort.removeprefix("-")
    keys: IntArray = getattr(stream, "instant" if name in TIMES else name).take(rows)
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
    return Table("orders", columns, timezone=facts.calendar.timezone)


def activity_table(view: CountedHistory, rows: IntArray) -> Table:
    """Return activities as a table: who, when, the texts and the numbers that the source tells."""
    facts, stream = view.facts, view.activities
    customers = facts.customer_ids.take(stream.customer.take(rows)).tolist()
    columns = [
        Column("customer", "label", customers),
        Column("at", "instant", stream.instant.take(rows)),
    ]
    columns += [
        Column(name, "label", stream.label(name).take(rows).texts())
        for name in ACTIVITY_TEXTS
        if name in stream.held.labels
    ]
    if "amount" in stream.held.numbers:
        amount, is_there = stream.amount.take(rows), stream.has("amount").take(rows)
        currency, exponent = facts.currency, minor_exponent(facts.currency)
        columns.append(
            Column("amount", "money", amount, ~is_there, unit=currency, exponent=exponent)
        )
    if "score" in stream.held.numbers:
        score = np.where(stream.has("score"), stream.score / 1000, np.nan).take(rows)
        columns.append(Column("score", "number", score))
    return Table("activities", columns, timezone=facts.calendar.timezone)
