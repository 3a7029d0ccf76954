"""How do the facts of a history become columns again, to be laid out anew?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs
import numpy as np

from custinsights.domain.fields import refuse_different
from custinsights.domain.load_report import LoadReport
from custinsights.domain.policy import PurchasePolicy
from custinsights.errors import Incompatible, InvalidValue, counted
from custinsights.history.activities import ActivityColumns, joined_activities
from custinsights.history.building.laying import lay
from custinsights.history.columnar.columns import (
    AnyArray,
    BoolArray,
    ContactColumns,
    IntArray,
    Labels,
    LineColumns,
    OrderColumns,
    People,
    Products,
    RefundColumns,
    uncoded,
)
from custinsights.history.columnar.localtime import to_datetime
from custinsights.history.columnar.uniting import below_each_other, united_people, united_products
from custinsights.history.context import PLURALS, Context
from custinsights.history.facts import Facts


@attrs.frozen(eq=False)
class Columns:
    """The columns of one or more histories, as a source hands them over."""

    orders: OrderColumns
    refunds: RefundColumns
    lines: LineColumns | None
    people: People
    contacts: Mapping[str, ContactColumns]
    activities: ActivityColumns | None = None


def with_policy(facts: Facts, policy: PurchasePolicy) -> Facts:
    """Lay the same facts out under another policy; see `OrderHistory.with_policy`."""
    return relaid(columns_of(facts), facts.products, attrs.evolve(facts.context, policy=policy))


def append(facts: Facts, other: Facts) -> Facts:
    """Lay the facts of two histories out as one; see `OrderHistory.append`."""
    refuse_different("the histories", facts.context, other.context, PLURALS)
    first, second = columns_of(facts), columns_of(other)
    check_new(first, second)
    products, codes = united_products([facts.products, other.products], [0, 1])
    people = united_people([first.people, second.people], [0, 1])
    columns = concatenated([first, second], codes, people)
    return relaid(columns, products, spanning([facts.context, other.context]))


def spanning(contexts: Sequence[Context]) -> Context:
    """Return what holds for several histories together; they share all but their span.

    What was spent to win the customers is what one of them says, or all alike.
    """
    spend = [*dict.fromkeys(one.spend for one in contexts if one.spend is not None)]
    if len(spend) > 1:
        advice = "Put the histories together first, then say what was spent: with_spend"
        ours, theirs = (counted(len(rows), "row") for rows in spend[:2])
        raise Incompatible("the spend tables of the histories", ours, theirs, advice)
    return attrs.evolve(
        contexts[0],
        observed_from=min(context.observed_from for context in contexts),
        observed_until=max(context.observed_until for context in contexts),
        spend=spend[0] if spend else None,
        has_times=all(context.has_times for context in contexts),
        source_report=sum((context.source_report for context in contexts), start=LoadReport()),
    )


def relaid(columns: Columns, products: Products | None, context: Context) -> Facts:
    """Lay columns out as a history."""
    joined = lay(
        columns.orders,
        refunds=columns.refunds,
        lines=columns.lines,
        products=products,
        people=columns.people,
        contacts=columns.contacts,
        activities=columns.activities,
        currency=context.currency,
        calendar=context.calendar,
        policy=context.policy,
        observed_from=to_datetime(context.observed_from),
        observed_until=to_datetime(context.observed_until),
        has_times=context.has_times,
        load_report=context.source_report,
    )
    joined = attrs.evolve(joined, context=attrs.evolve(joined.context, spend=context.spend))
    if "units" in columns.orders.numbers or columns.lines is None:
        return joined
    # Some of the histories have lines, others neither lines nor units: nobody knows their units.
    aside = None if joined.aside is None else _without_units(joined.aside)
    return attrs.evolve(_without_units(joined), aside=aside)


def _without_units(facts: Facts) -> Facts:
    return attrs.evolve(facts, numbers={n: c for n, c in facts.numbers.items() if n != "units"})


def columns_of(facts: Facts) -> Columns:
    """Return the columns of a history, those of the orders that do not count among them."""
    named = listed(facts)
    columns = _columns(facts, named)
    in_table = _is_in_table(facts).take(named)
    people = columns.people if in_table.all() else attrs.evolve(columns.people, is_listed=in_table)
    columns = attrs.evolve(columns, people=people)
    if facts.aside is None:
        return columns
    aside = attrs.evolve(_columns(facts.aside, named), contacts={})  # they are the same people's
    same = None if facts.products is None else np.arange(len(facts.products))
    return concatenated([columns, aside], [same, same], columns.people)


def listed(facts: Facts) -> IntArray:
    """Return who has a row in the customer table, a tag, or no fact that would name them."""
    is_named, tags = _is_in_table(facts), facts.people_table.tags
    if tags is not None:
        is_named[tags.customer] = True
    return np.flatnonzero(is_named)


def _is_in_table(facts: Facts) -> BoolArray:
    has_facts = np.diff(facts.offsets) + np.diff(facts.refunds.offsets) > 0
    if facts.aside is not None:
        has_facts |= np.diff(facts.aside.offsets) + np.diff(facts.aside.refunds.offsets) > 0
    if facts.activities is not None:
        has_facts |= np.diff(facts.activities.offsets) > 0
    is_listed = facts.people_table.is_listed
    return ~has_facts if is_listed is None else ~has_facts | is_listed


def _columns(facts: Facts, named: IntArray) -> Columns:
    refunds, lines, table, ids = facts.refunds, facts.lines, facts.people_table, facts.customer_ids
    return Columns(
        OrderColumns(
            customer=_identities(ids, facts.customer),
            placed_at=facts.placed_at,
            amount=facts.amount,
            order_id=facts.order_ids,
            numbers=facts.numbers,
            labels=facts.labels,
            rows=facts.rows,
        ),
        RefundColumns(
            customer=_identities(ids, refunds.customer),
            refunded_at=refunds.refunded_at,
            amount=refunds.amount,
            order=refunds.order,
            product=refunds.product.astype(np.int64),
            rows=refunds.rows,
        ),
        None
        if lines is None
        else LineColumns(
            order=lines.order,
            product=lines.product.astype(np.int64),
            quantity=lines.quantity,
            amount=lines.amount,
        ),
        People(
            **table.known(named),
            ids=_identities(ids, named),
            tags=()
            if table.tags is None
            else table.tags.take(slice(None), np.searchsorted(named, table.tags.customer)),
        ),
        {
            kind: ContactColumns(_identities(ids, held.customer), held.value)
            for kind, held in table.contacts.items()
        },
        None
        if facts.activities is None
        else ActivityColumns(
            customer=_identities(ids, facts.activities.customer),
            at=facts.activities.at,
            labels=facts.activities.labels,
            **facts.activities.plain,
        ),
    )


def _identities(ids: AnyArray, codes: IntArray) -> AnyArray:
    taken = ids.take(codes)
    return taken.astype(object) if taken.dtype.kind == "T" else taken


def concatenated(
    parts: Sequence[Columns], products: Sequence[IntArray | None], people: People
) -> Columns:
    """Put the columns of several histories one after the other.

    Parameters
    ----------
    products
        For each the codes of its products in a common table, None where it has none.
    people
        What they know together.
    """
    starts = np.cumsum([0, *(len(part.orders) for part in parts)]).tolist()
    tables = [np.append(np.arange(0) if codes is None else codes, -1) for codes in products]
    numbered = list(zip(parts, starts, tables, strict=False))
    kinds = sorted({kind for part in parts for kind in part.contacts})
    held = {
        kind: [part.contacts[kind] for part in parts if kind in part.contacts] for kind in kinds
    }
    refunds = [part.refunds for part in parts]
    return Columns(
        _orders([part.orders for part in parts]),
        RefundColumns(
            customer=_joined([uncoded(part.customer) for part in refunds]),
            refunded_at=np.concatenate([part.refunded_at for part in refunds]),
            amount=np.concatenate([part.amount for part in refunds]),
            order=np.concatenate(
                [np.where(p.refunds.order < 0, -1, p.refunds.order + n) for p, n, _ in numbered]
            ),
            product=np.concatenate([table.take(p.refunds.product) for p, _, table in numbered]),
            rows=np.concatenate([_rows(part.rows, len(part)) for part in refunds]),
        ),
        _lines(numbered),
        people,
        {
            kind: ContactColumns(
                _joined([uncoded(one.customer) for one in those]),
                below_each_other([one.value for one in those]),
            )
            for kind, those in held.items()
        },
        joined_activities([part.activities for part in parts]),
    )


def rearranged(
    columns: Columns,
    orders: IntArray,
    refunds: IntArray,
    lines: IntArray | None = None,
    activities: IntArray | None = None,
) -> Columns:
    """Return some rows in another order.

    `lines` are by default those of the orders kept, `activities` all.
    """
    place = np.full(len(columns.orders) + 1, -1, dtype=np.int64)
    place[orders] = np.arange(len(orders))
    given, back, held = columns.orders, columns.refunds, columns.lines
    if held is not None and lines is None:
        lines = np.flatnonzero(place.take(held.order) >= 0)
    return attrs.evolve(
        columns,
        orders=attrs.evolve(
            given,
            customer=given.customer.take(orders),
            placed_at=given.placed_at.take(orders),
            amount=given.amount.take(orders),
            order_id=None if given.order_id is None else given.order_id.take(orders),
            numbers={name: column.take(orders) for name, column in given.numbers.items()},
            labels={name: column.take(orders) for name, column in given.labels.items()},
            rows=None if given.rows is None else given.rows.take(orders),
        ),
        refunds=attrs.evolve(
            back,
            customer=back.customer.take(refunds),
            refunded_at=back.refunded_at.take(refunds),
            amount=back.amount.take(refunds),
            order=place.take(back.order.take(refunds)),
            product=back.product.take(refunds),
            rows=None if back.rows is None else back.rows.take(refunds),
        ),
        lines=None
        if held is None or lines is None
        else LineColumns(
            order=place.take(held.order.take(lines)),
            product=held.product.take(lines),
            quantity=held.quantity.take(lines),
            amount=held.amount.take(lines),
        ),
        activities=columns.activities
        if columns.activities is None or activities is None
        else columns.activities.take(activities),
    )


def _orders(parts: Sequence[OrderColumns]) -> OrderColumns:
    filled = [part for part in parts if len(part)] or parts[:1]
    names = set.intersection(*(set(part.numbers) for part in filled))
    labels = sorted({name for part in parts for name in part.labels})
    return OrderColumns(
        customer=_joined([uncoded(part.customer) for part in parts]),
        placed_at=np.concatenate([part.placed_at for part in parts]),
        amount=np.concatenate([part.amount for part in parts]),
        order_id=_joined_ids([part.order_id for part in filled]),
        numbers={
            name: np.concatenate([part.numbers[name] for part in filled]) for name in sorted(names)
        },
        labels={
            name: below_each_other(
                [part.labels.get(name, Labels.missing(len(part))) for part in parts]
            )
            for name in labels
        },
        rows=None
        if all(part.rows is None for part in parts)
        else np.concatenate([_rows(part.rows, len(part)) for part in parts]),
    )


def _rows(rows: IntArray | None, count: int) -> IntArray:
    return np.ones(count, dtype=np.int64) if rows is None else rows


def _joined_ids(columns: Sequence[AnyArray | None]) -> AnyArray | None:
    """Return the ids of all orders, or None where some have none."""
    known = [ids for ids in columns if ids is not None]
    if not known or len(known) < len(columns):
        return None
    kinds = ["integers" if ids.dtype.kind == "i" else "texts" for ids in known]
    for kind in kinds[1:]:
        if kind != kinds[0]:
            raise Incompatible("the order ids of the histories", kinds[0], kind)
    return np.concatenate(known)


def _joined(columns: Sequence[AnyArray]) -> AnyArray:
    """Return several columns as one; those without rows have no type of their own."""
    return np.concatenate([column for column in columns if len(column)] or columns[:1])


def _lines(numbered: Sequence[tuple[Columns, int, AnyArray]]) -> LineColumns | None:
    held = [(part.lines, start, codes) for part, start, codes in numbered if part.lines is not None]
    if not held:
        return None
    return LineColumns(
        order=np.concatenate([lines.order + start for lines, start, _ in held]),
        product=np.concatenate([codes.take(lines.product) for lines, _, codes in held]),
        quantity=np.concatenate([lines.quantity for lines, _, _ in held]),
        amount=np.concatenate([lines.amount for lines, _, _ in held]),
    )


def check_new(known: Columns, added: Columns) -> None:
    """Refuse orders and activities that are in both of two histories.

    Each source of activities may give its ids anew: they are the same where kind and instant are.
    """
    done = [part.activities for part in (known, added)]
    if again := set.intersection(*map(_identified, done)):
        raise InvalidValue(
            what="activities to be put together are in the history already",
            given=f"{counted(len(again), 'activity id')} that both hold, of one kind and instant",
            allowed="new activities",
            advice="read overlapping files together: read_activities counts each id once",
        )
    if known.orders.order_id is None or added.orders.order_id is None:
        return
    twice = len({*known.orders.order_id.tolist()} & {*added.orders.order_id.tolist()})
    if twice:
        raise InvalidValue(
            what="orders to append are in the history already",
            given=f"{counted(twice, 'order id')} that both hold",
            allowed="orders with new ids",
            advice="read overlapping exports together: read_orders counts each order once",
        )


def _identified(done: ActivityColumns | None) -> set[tuple[str, int, str]]:
    """Return the id, instant and kind of each activity with an id."""
    if done is None or done.ids is None:
        return set()
    rows = np.flatnonzero(done.ids != "")
    kinds = done.labels["kind"].take(rows).texts()
    told = done.ids.take(rows), done.at.take(rows), kinds
    return {*zip(*(column.tolist() for column in told), strict=True)}
