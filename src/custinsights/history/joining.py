"""How do the facts of a history become columns again, to be laid out anew?"""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from custinsights.domain.fields import refuse_different
from custinsights.domain.policy import PurchasePolicy
from custinsights.errors import Incompatible, InvalidValue, counted
from custinsights.history.columns import (
    NO_INSTANT,
    AnyArray,
    IntArray,
    Labels,
    LineColumns,
    OrderColumns,
    People,
    Products,
    RefundColumns,
    TagRow,
)
from custinsights.history.context import PLURALS
from custinsights.history.facts import Facts
from custinsights.history.hanging import ALWAYS
from custinsights.history.laying import lay
from custinsights.history.localtime import to_datetime


@attrs.frozen(eq=False)
class _Columns:
    orders: OrderColumns
    refunds: RefundColumns
    lines: LineColumns | None
    people: People


def with_policy(facts: Facts, policy: PurchasePolicy) -> Facts:
    """Lay the same facts out under another policy; see `OrderHistory.with_policy`."""
    columns = _columns_with_aside(facts)
    return lay(**_arguments(facts, columns, facts.products), policy=policy)


def append(facts: Facts, other: Facts) -> Facts:
    """Lay the facts of two histories out as one; see `OrderHistory.append`."""
    refuse_different("the histories", facts.context, other.context, PLURALS)
    first, second = _columns_with_aside(facts), _columns_with_aside(other)
    _check_new(first.orders.order_id, second.orders.order_id)
    products, codes = _merged_products(facts.products, other.products)
    columns = _concatenated(first, second, codes, _joined_people(first.people, second.people))
    arguments = _arguments(facts, columns, products)
    context = other.context
    arguments["observed_from"] = min(arguments["observed_from"], to_datetime(context.observed_from))
    arguments["observed_until"] = max(
        arguments["observed_until"], to_datetime(context.observed_until)
    )
    arguments["has_times"] = facts.context.has_times and context.has_times
    arguments["load_report"] = facts.context.source_report + context.source_report
    joined = lay(**arguments, policy=facts.policy)
    if "units" in columns.orders.numbers:
        return joined
    # One of the two has lines, the other neither lines nor units: nobody knows its units.
    aside = None if joined.aside is None else _without_units(joined.aside)
    return attrs.evolve(_without_units(joined), aside=aside)


def _without_units(facts: Facts) -> Facts:
    return attrs.evolve(facts, numbers={n: c for n, c in facts.numbers.items() if n != "units"})


def _arguments(facts: Facts, columns: _Columns, products: Products | None) -> dict[str, Any]:
    context = facts.context
    return {
        "orders": columns.orders,
        "refunds": columns.refunds,
        "lines": columns.lines,
        "products": products,
        "people": columns.people,
        "currency": context.currency,
        "calendar": context.calendar,
        "observed_from": to_datetime(context.observed_from),
        "observed_until": to_datetime(context.observed_until),
        "has_times": context.has_times,
        "load_report": context.source_report,
    }


def _columns_with_aside(facts: Facts) -> _Columns:
    listed = _listed(facts)
    columns = _columns(facts, listed)
    if facts.aside is None:
        return columns
    same = None if facts.products is None else np.arange(len(facts.products))
    return _concatenated(columns, _columns(facts.aside, listed), same, columns.people)


def _listed(facts: Facts) -> IntArray:
    """Return who has a row in the customer table, or no fact that would name them."""
    has_facts = np.diff(facts.offsets) + np.diff(facts.refunds.offsets) > 0
    if facts.aside is not None:
        has_facts |= np.diff(facts.aside.offsets) + np.diff(facts.aside.refunds.offsets) > 0
    is_listed = facts.people_table.is_listed
    return np.flatnonzero(~has_facts if is_listed is None else ~has_facts | is_listed)


def _columns(facts: Facts, listed: IntArray) -> _Columns:
    refunds, lines, table, ids = facts.refunds, facts.lines, facts.people_table, facts.customer_ids
    return _Columns(
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
            ids=_identities(ids, listed),
            created_at=None if table.created_at is None else table.created_at.take(listed),
            labels={name: column.take(listed) for name, column in table.labels.items()},
            tags=_tag_rows(facts, listed),
        ),
    )


def _identities(ids: AnyArray, codes: IntArray) -> AnyArray:
    taken = ids.take(codes)
    return taken.astype(object) if taken.dtype.kind == "T" else taken


def _tag_rows(facts: Facts, listed: IntArray) -> tuple[TagRow, ...]:
    tags = facts.people_table.tags
    if tags is None:
        return ()
    return tuple(
        TagRow(
            person=person,
            name=name,
            since=None if since == NO_INSTANT else since,
            until=None if until == ALWAYS else until,
        )
        for person, name, since, until in zip(
            np.searchsorted(listed, tags.customer).tolist(),
            tags.name.texts().tolist(),
            tags.since.tolist(),
            tags.until.tolist(),
            strict=True,
        )
    )


def _concatenated(
    first: _Columns, second: _Columns, codes: IntArray | None, people: People
) -> _Columns:
    """Put two sets of columns one after the other; `codes` renames the second's products."""
    a, b = first.orders, second.orders
    n, m = len(a), len(b)
    none = np.empty(0, dtype=np.int64)
    orders = OrderColumns(
        customer=_joined(_plain(a.customer), _plain(b.customer)),
        placed_at=np.concatenate([a.placed_at, b.placed_at]),
        amount=np.concatenate([a.amount, b.amount]),
        order_id=_joined_ids(a, b),
        numbers={
            name: np.concatenate([part.numbers[name] for part in (a, b) if len(part)] or [none])
            for name in sorted({*a.numbers, *b.numbers})
            if all(name in part.numbers for part in (a, b) if len(part))
        },
        labels={
            name: _joined_labels(
                a.labels.get(name, Labels.missing(n)), b.labels.get(name, Labels.missing(m))
            )
            for name in sorted({*a.labels, *b.labels})
        },
        rows=None
        if a.rows is None and b.rows is None
        else np.concatenate(
            [
                np.ones(n, dtype=np.int64) if a.rows is None else a.rows,
                np.ones(m, dtype=np.int64) if b.rows is None else b.rows,
            ]
        ),
    )
    refunds, others = first.refunds, second.refunds
    table = np.append(np.arange(0) if codes is None else codes, -1)
    joined = RefundColumns(
        customer=_joined(_plain(refunds.customer), _plain(others.customer)),
        refunded_at=np.concatenate([refunds.refunded_at, others.refunded_at]),
        amount=np.concatenate([refunds.amount, others.amount]),
        order=np.concatenate([refunds.order, np.where(others.order < 0, -1, others.order + n)]),
        product=np.concatenate([refunds.product, table.take(others.product)]),
        rows=np.concatenate(
            [
                np.ones(len(part), dtype=np.int64) if part.rows is None else part.rows
                for part in (refunds, others)
            ]
        ),
    )
    return _Columns(
        orders,
        joined,
        _joined_lines(first.lines, second.lines, n, table),
        people,
    )


def _joined_ids(a: OrderColumns, b: OrderColumns) -> AnyArray | None:
    """Return the ids of all orders, or None where some have none."""
    if not len(a) or not len(b):
        return a.order_id if len(a) else b.order_id
    if a.order_id is None or b.order_id is None:
        return None
    kinds = ["integers" if ids.dtype.kind == "i" else "texts" for ids in (a.order_id, b.order_id)]
    if kinds[0] != kinds[1]:
        raise Incompatible("the order ids of the histories", *kinds)
    return _joined(a.order_id, b.order_id)


def _plain(identities: AnyArray | Labels) -> AnyArray:
    return identities.texts() if isinstance(identities, Labels) else identities


def _joined(first: AnyArray, second: AnyArray) -> AnyArray:
    if not len(first) or not len(second):
        return second if not len(first) else first
    return np.concatenate([first, second])


def _joined_labels(first: Labels, second: Labels) -> Labels:
    names = tuple(sorted({*first.names, *second.names}))
    codes = [first.renamed(names).codes, second.renamed(names).codes]
    return Labels(np.concatenate(codes), names)


def _joined_lines(
    first: LineColumns | None, second: LineColumns | None, orders: int, table: IntArray
) -> LineColumns | None:
    if first is None and second is None:
        return None
    none = np.empty(0, dtype=np.int64)
    a = first or LineColumns(order=none, product=none, quantity=none, amount=none)
    b = second or LineColumns(order=none, product=none, quantity=none, amount=none)
    return LineColumns(
        order=np.concatenate([a.order, b.order + orders]),
        product=np.concatenate([a.product, table.take(b.product)]),
        quantity=np.concatenate([a.quantity, b.quantity]),
        amount=np.concatenate([a.amount, b.amount]),
    )


def _joined_people(first: People, second: People) -> People:
    """Unite two customer tables; what the second knows of a person of both adds to the first."""
    ids = list(dict.fromkeys([*first.ids.tolist(), *second.ids.tolist()]))
    row = {identity: place for place, identity in enumerate(ids)}
    created_at = np.full(len(ids), NO_INSTANT, dtype=np.int64)
    labels: dict[str, list[str | None]] = {}
    tags: set[TagRow] = set()
    for people in (second, first):
        rows = np.array([row[identity] for identity in people.ids.tolist()], dtype=np.int64)
        if people.created_at is not None:
            known = np.flatnonzero(people.created_at != NO_INSTANT)
            created_at[rows.take(known)] = people.created_at.take(known)
        for name, column in people.labels.items():
            texts = labels.setdefault(name, [None] * len(ids))
            for place, text in zip(rows.tolist(), column.texts().tolist(), strict=True):
                texts[place] = texts[place] if text is None else text
        tags |= {attrs.evolve(tag, person=int(rows[tag.person])) for tag in people.tags}
    is_text = any(isinstance(identity, str) for identity in ids)
    return People(
        ids=np.array(ids, dtype=object if is_text else np.int64),
        created_at=created_at if bool((created_at != NO_INSTANT).any()) else None,
        labels={name: Labels.encode(texts) for name, texts in labels.items()},
        tags=tuple(sorted(tags, key=lambda tag: (tag.person, tag.name, str(tag.since)))),
    )


def _merged_products(
    first: Products | None, second: Products | None
) -> tuple[Products | None, IntArray | None]:
    """Unite two product tables; return the codes of the second's products in it."""
    if first is None or second is None:
        table = second if first is None else first
        return table, None if second is None else np.arange(len(second))
    place = {product: code for code, product in enumerate(first.ids)}
    fresh = [code for code, product in enumerate(second.ids) if product not in place]
    for code in fresh:
        place[second.ids[code]] = len(place)
    labels = {
        name: _joined_labels(
            first.labels.get(name, Labels.missing(len(first))),
            second.labels.get(name, Labels.missing(len(second))).take(
                np.array(fresh, dtype=np.int64)
            ),
        )
        for name in sorted({*first.labels, *second.labels})
    }
    numbers = {
        name: np.concatenate(
            [
                first.numbers.get(name, np.full(len(first), NO_INSTANT)),
                second.numbers.get(name, np.full(len(second), NO_INSTANT))[fresh],
            ]
        )
        for name in sorted({*first.numbers, *second.numbers})
    }
    keywords = None
    if first.keywords is not None or second.keywords is not None:
        ours = first.keywords or ((),) * len(first)
        theirs = second.keywords or ((),) * len(second)
        keywords = (*ours, *(theirs[code] for code in fresh))
    merged = Products(ids=tuple(place), labels=labels, numbers=numbers, keywords=keywords)
    return merged, np.array([place[product] for product in second.ids], dtype=np.int64)


def _check_new(known: AnyArray | None, added: AnyArray | None) -> None:
    if known is None or added is None:
        return
    twice = len({*known.tolist()} & {*added.tolist()})
    if twice:
        raise InvalidValue(
            what="orders to append are in the history already",
            given=f"{counted(twice, 'order id')} that both hold",
            allowed="orders with new ids",
            advice="read overlapping exports together: read_orders counts each order once",
        )
