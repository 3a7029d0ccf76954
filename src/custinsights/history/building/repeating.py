"""What if a customer were several people? The facts of some people, some of them several times."""

from __future__ import annotations

import attrs
import numpy as np

from custinsights.history.activities import Activities
from custinsights.history.columnar.columns import IntArray
from custinsights.history.columnar.ordering import ragged_rows
from custinsights.history.facts import Facts
from custinsights.history.streams import PeopleTable, Refunds


def repeated(facts: Facts, people: IntArray, *, with_lines: bool) -> Facts:
    """Return the facts of people by their codes, as often as each is named.

    Orders set aside and contacts stay behind: no number is made of them.

    Parameters
    ----------
    facts
        A stretch of customers.
    people
        int64[m], codes in ascending order, some several times.
    with_lines
        Whether the order lines go along, which are many.

    Notes
    -----
    Cost: every column of the facts, as often as its owners are named.
    """
    orders, offsets = _of_owners(facts.offsets, people)
    return attrs.evolve(
        facts,
        customer_ids=facts.customer_ids[people],
        offsets=offsets,
        placed_at=facts.placed_at.take(orders),
        amount=facts.amount.take(orders),
        numbers={name: column.take(orders) for name, column in facts.numbers.items()},
        labels={name: column.take(orders) for name, column in facts.labels.items()},
        order_ids=None if facts.order_ids is None else facts.order_ids[orders],
        rows=None if facts.rows is None else facts.rows.take(orders),
        refunds=_refunds_of(facts, people, offsets),
        lines=facts.lines.take(orders) if with_lines and facts.lines is not None else None,
        people_table=_table_of(facts.people_table, people),
        aside=None,
        activities=None if facts.activities is None else _done_by(facts.activities, people),
    )


def _of_owners(offsets: IntArray, people: IntArray) -> tuple[IntArray, IntArray]:
    """Return the rows of people, one after another, and the offsets among them."""
    lengths = np.diff(offsets).take(people)
    found = np.zeros(len(people) + 1, dtype=np.int64)
    np.cumsum(lengths, out=found[1:])
    return ragged_rows(offsets.take(people), lengths), found


def _refunds_of(facts: Facts, people: IntArray, offsets: IntArray) -> Refunds:
    held = facts.refunds
    rows, found = _of_owners(held.offsets, people)
    moved = np.repeat(offsets[:-1] - facts.offsets.take(people), np.diff(found))
    order = held.order.take(rows)
    return Refunds(
        found,
        held.refunded_at.take(rows),
        held.amount.take(rows),
        np.where(order < 0, order, order + moved),
        held.product.take(rows),
        held.rows.take(rows),
    )


def _done_by(done: Activities, people: IntArray) -> Activities:
    rows, found = _of_owners(done.offsets, people)
    return Activities(
        offsets=found,
        at=done.at.take(rows),
        labels={name: column.take(rows) for name, column in done.labels.items()},
        **{name: column.take(rows) for name, column in done.plain.items()},
    )


def _table_of(table: PeopleTable, people: IntArray) -> PeopleTable:
    tags = table.tags
    if tags is not None:
        bounds = np.searchsorted(tags.customer, np.arange(int(people.max(initial=-1)) + 2))
        rows, found = _of_owners(bounds, people)
        tags = tags.take(rows, np.repeat(np.arange(len(people)), np.diff(found)))
    return PeopleTable(
        **table.known(people),
        tags=tags,
        is_listed=None if table.is_listed is None else table.is_listed.take(people),
    )
