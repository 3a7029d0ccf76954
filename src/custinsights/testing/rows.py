"""What is a history built of? The columns of a small invented shop, before they are laid out.

A check builds the same history anew from changed rows: in another order, under other names, with
another future.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import attrs
import numpy as np

from custinsights.domain.calendar import Calendar
from custinsights.domain.money import Money
from custinsights.domain.policy import PurchasePolicy
from custinsights.domain.spend import Spend
from custinsights.history.activities import ActivityColumns
from custinsights.history.columnar.columns import (
    ALWAYS,
    NO_INSTANT,
    AnyArray,
    IntArray,
    Labels,
    LineColumns,
    OrderColumns,
    People,
    Products,
    RefundColumns,
    Tags,
    uncoded,
)
from custinsights.history.columnar.localtime import DAY, to_datetime
from custinsights.history.orders import OrderHistory
from custinsights.testing.activity_rows import with_other_activities_later

STATUSES = ("paid", "pending", "failed", "voided", "cancelled")
MOST_DAYS_LATER = 400


@attrs.frozen(eq=False, kw_only=True)
class Rows:
    """The columns of a shop, and what holds for all of them.

    `observed_from` and `observed_until` are microseconds UTC.
    """

    orders: OrderColumns
    refunds: RefundColumns
    lines: LineColumns | None
    products: Products | None
    people: People | None
    currency: str
    calendar: Calendar
    policy: PurchasePolicy
    observed_from: int
    observed_until: int
    spend: tuple[Spend, ...] = ()
    activities: ActivityColumns | None = None

    def history(self) -> OrderHistory:
        """Return the history of these rows."""
        return OrderHistory.of(
            self.orders,
            refunds=self.refunds,
            lines=self.lines,
            products=self.products,
            people=self.people,
            activities=self.activities,
            currency=self.currency,
            calendar=self.calendar,
            policy=self.policy,
            observed_from=to_datetime(self.observed_from),
            observed_until=to_datetime(self.observed_until),
        ).with_spend(self.spend)

    @property
    def identities(self) -> list[int | str]:
        """Every outside identity, once, in ascending order."""
        columns = [self.orders.customer, self.refunds.customer]
        columns += [] if self.people is None else [self.people.ids]
        columns += [] if self.activities is None else [self.activities.customer]
        return sorted({name for column in columns for name in uncoded(column).tolist()})


def in_another_order(rows: Rows, seed: int) -> Rows:
    """Return the same facts with the rows of every stream in another order."""
    dice = np.random.default_rng(seed)
    order = dice.permutation(len(rows.orders))
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    found = attrs.evolve(
        rows,
        orders=_orders_of(rows.orders, order),
        refunds=_refunds_of(_relinked(rows.refunds, place), dice.permutation(len(rows.refunds))),
        spend=rows.spend[::-1],
    )
    if (lines := rows.lines) is not None:
        of_line = dice.permutation(len(lines))
        moved = attrs.evolve(lines, order=place.take(lines.order))
        found = attrs.evolve(found, lines=_lines_of(moved, of_line))
    if (people := rows.people) is not None:
        found = attrs.evolve(found, people=_people_of(people, dice.permutation(len(people))))
    if (held := rows.activities) is not None:
        found = attrs.evolve(found, activities=held.take(dice.permutation(len(held))))
    return found


def under_other_names(rows: Rows, seed: int) -> tuple[Rows, dict[int | str, int | str]]:
    """Return the same facts of customers with other identities, and old identity -> new one."""
    known = rows.identities
    numbers = np.random.default_rng(seed).permutation(len(known)).tolist()
    new: list[int | str] = [
        f"renamed at some length {number}" if isinstance(name, str) else 7_000 + 3 * number
        for name, number in zip(known, numbers, strict=True)
    ]
    name_of = dict(zip(known, new, strict=True))

    def renamed(identities: AnyArray | Labels) -> AnyArray:
        column = uncoded(identities)
        return np.array([name_of[name] for name in column.tolist()], dtype=column.dtype)

    found = attrs.evolve(
        rows,
        orders=attrs.evolve(rows.orders, customer=renamed(rows.orders.customer)),
        refunds=attrs.evolve(rows.refunds, customer=renamed(rows.refunds.customer)),
    )
    if (people := rows.people) is not None:
        found = attrs.evolve(found, people=attrs.evolve(people, ids=renamed(people.ids)))
    if (held := rows.activities) is not None:
        changed = attrs.evolve(held, customer=renamed(held.customer))
        found = attrs.evolve(found, activities=changed)
    return found, name_of


def with_another_future(rows: Rows, as_of: int, seed: int) -> Rows:
    """Return rows that tell the same of the time before `as_of`, and something else of the rest.

    Every column of later orders, refunds, lines and activities changes; everybody orders, returns
    everything and does something at `as_of` itself, strangers appear, and tags begin.
    """
    return _Future(rows, as_of, np.random.default_rng(seed)).changed()


@attrs.frozen(eq=False)
class _Future:
    rows: Rows
    as_of: int
    dice: np.random.Generator

    def changed(self) -> Rows:
        orders = self._more_orders(self._orders())
        return attrs.evolve(
            self.rows,
            orders=orders,
            refunds=self._refunds(orders),
            lines=self._lines(len(orders)),
            people=self._people(),
            spend=self._spend(),
            activities=self._activities(),
        )

    def _spend(self) -> tuple[Spend, ...]:
        """Spend in a period that is not over at as_of."""
        day = self.rows.calendar.local_date(to_datetime(self.as_of))
        days = (day - dt.timedelta(days=20), day + dt.timedelta(days=2))
        return (*self.rows.spend, Spend(days, Money.from_minor(19, self.rows.currency)))

    def _activities(self) -> ActivityColumns | None:
        held = self.rows.activities
        if held is None:
            return None
        everybody = np.array(self.rows.identities, dtype=uncoded(held.customer).dtype)
        return with_other_activities_later(held, self.as_of, self._moved(held.at), everybody)

    def _moved(self, instants: IntArray) -> IntArray:
        """Return instants of which the later ones lie elsewhere at or after as_of."""
        later = self.as_of + self.dice.integers(0, MOST_DAYS_LATER * DAY, len(instants))
        return np.where(instants < self.as_of, instants, later)

    def _orders(self) -> OrderColumns:
        orders = self.rows.orders
        is_later = orders.placed_at >= self.as_of
        return attrs.evolve(
            orders,
            placed_at=self._moved(orders.placed_at),
            amount=np.where(is_later, orders.amount * 3 + 7, orders.amount),
            numbers={
                name: np.where(is_later, column * 2 + 13, column)
                for name, column in orders.numbers.items()
            },
            labels={name: self._relabelled(c, is_later, name) for name, c in orders.labels.items()},
        )

    def _relabelled(self, column: Labels, is_later: AnyArray, name: str) -> Labels:
        texts = column.texts()
        for place in np.flatnonzero(is_later).tolist():
            choices = STATUSES if name == "order_status" else (*column.names, "later", None)
            texts[place] = choices[int(self.dice.integers(len(choices)))]
        return Labels.encode(texts)

    def _more_orders(self, orders: OrderColumns) -> OrderColumns:
        """Add an order of everybody, and of somebody new, at as_of itself."""
        known = self.rows.identities
        buyers = [*known, *([_stranger(known)] if known else [])]
        count = len(buyers)

        def longer(column: AnyArray, more: list[object]) -> AnyArray:
            return np.concatenate([column, np.array(more, dtype=column.dtype)])

        ids = orders.order_id
        if ids is not None:
            text = ids.dtype.kind != "i"
            ids = longer(ids, [f"later {n}" if text else 10**6 + n for n in range(count)])
        return attrs.evolve(
            orders,
            customer=longer(uncoded(orders.customer), list(buyers)),
            placed_at=longer(orders.placed_at, [self.as_of] * count),
            amount=longer(orders.amount, list(range(1, count + 1))),
            order_id=ids,
            numbers={name: longer(c, [1000] * count) for name, c in orders.numbers.items()},
            labels={
                name: Labels.encode(
                    [*c.texts().tolist(), *["paid" if name == "order_status" else "new"] * count]
                )
                for name, c in orders.labels.items()
            },
        )

    def _refunds(self, orders: OrderColumns) -> RefundColumns:
        """Change the later refunds, and pay everything back at as_of."""
        refunds = self.rows.refunds
        is_later = refunds.refunded_at >= self.as_of
        products = 0 if self.rows.products is None else len(self.rows.products)
        codes = self.dice.integers(-1, products, len(refunds)) if products else refunds.product
        every = np.arange(len(orders))
        return RefundColumns(
            customer=np.concatenate([uncoded(refunds.customer), *[uncoded(orders.customer)] * 2]),
            refunded_at=np.concatenate(
                [self._moved(refunds.refunded_at), *[np.maximum(orders.placed_at, self.as_of)] * 2]
            ),
            amount=np.concatenate(
                [
                    np.where(is_later, refunds.amount + 11, refunds.amount),
                    orders.amount,
                    np.full(len(orders), 17),
                ]
            ),
            order=np.concatenate(
                [np.where(is_later, -1, refunds.order), every, np.full(len(orders), -1)]
            ),
            product=np.concatenate(
                [np.where(is_later, codes, refunds.product), np.full(2 * len(orders), -1)]
            ),
        )

    def _lines(self, orders: int) -> LineColumns | None:
        lines = self.rows.lines
        if lines is None or self.rows.products is None:
            return lines
        old = self.rows.orders
        is_later = (old.placed_at >= self.as_of).take(lines.order)
        added = np.arange(len(old), orders)
        changed = attrs.evolve(
            lines,
            product=np.where(
                is_later, (lines.product + 1) % len(self.rows.products), lines.product
            ),
            quantity=np.where(is_later, lines.quantity + 1000, lines.quantity),
            amount=np.where(is_later, lines.amount * 2 + 1, lines.amount),
        )
        return LineColumns(
            order=np.concatenate([changed.order, added]),
            product=np.concatenate([changed.product, np.zeros_like(added)]),
            quantity=np.concatenate([changed.quantity, np.full(len(added), 1000)]),
            amount=np.concatenate([changed.amount, np.full(len(added), 5)]),
        )

    def _people(self) -> People | None:
        people = self.rows.people
        if people is None:
            return None
        created = people.created_at
        if created is not None:
            has_one = created != NO_INSTANT
            created = np.where(has_one, self._moved(created), NO_INSTANT)
        tags = people.tags
        kept = np.flatnonzero(tags.since < self.as_of)
        old = tags.take(kept, tags.customer[kept])
        everybody = np.arange(len(people))
        return attrs.evolve(
            people,
            created_at=created,
            tags=Tags(
                np.concatenate([old.customer, everybody]),
                Labels.encode([*old.name.texts().tolist(), *["vip"] * len(people)]),
                np.concatenate([old.since, np.full(len(people), self.as_of)]),
                np.concatenate(
                    [
                        np.where(old.until >= self.as_of, self.as_of + DAY, old.until),
                        np.full(len(people), ALWAYS),
                    ]
                ),
            ),
        )


def _stranger(known: list[int | str]) -> int | str:
    return "a stranger" if isinstance(known[0], str) else 999_999


def _orders_of(orders: OrderColumns, rows: IntArray) -> OrderColumns:
    return attrs.evolve(
        orders,
        customer=uncoded(orders.customer)[rows],
        placed_at=orders.placed_at[rows],
        amount=orders.amount[rows],
        order_id=None if orders.order_id is None else orders.order_id[rows],
        numbers={name: column[rows] for name, column in orders.numbers.items()},
        labels={name: column.take(rows) for name, column in orders.labels.items()},
    )


def with_labels(rows: Rows, names: Sequence[str], seed: int) -> Rows:
    """Return a shop whose orders have further text columns, with gaps; always the same ones."""
    draws = np.random.default_rng(seed)
    added = {
        name: Labels(draws.integers(-1, 3, len(rows.orders)).astype(np.int32), ("a", "b", "c"))
        for name in names
    }
    orders = attrs.evolve(rows.orders, labels={**rows.orders.labels, **added})
    return attrs.evolve(rows, orders=orders) if names else rows


def _relinked(refunds: RefundColumns, place: IntArray) -> RefundColumns:
    linked = refunds.order >= 0
    order = refunds.order.copy()
    order[linked] = place.take(order[linked])
    return attrs.evolve(refunds, order=order)


def _refunds_of(refunds: RefundColumns, rows: IntArray) -> RefundColumns:
    return RefundColumns(
        customer=uncoded(refunds.customer)[rows],
        refunded_at=refunds.refunded_at[rows],
        amount=refunds.amount[rows],
        order=refunds.order[rows],
        product=refunds.product[rows],
    )


def _lines_of(lines: LineColumns, rows: IntArray) -> LineColumns:
    return LineColumns(
        order=lines.order[rows],
        product=lines.product[rows],
        quantity=lines.quantity[rows],
        amount=lines.amount[rows],
    )


def _people_of(people: People, rows: IntArray) -> People:
    place = np.argsort(rows)
    tags = people.tags
    backwards = np.arange(len(tags))[::-1]
    return attrs.evolve(
        people,
        **people.known(rows),
        ids=uncoded(people.ids)[rows],
        tags=tags.take(backwards, place.take(tags.customer[backwards])),
    )
