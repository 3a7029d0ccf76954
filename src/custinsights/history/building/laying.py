"""How do columns in any row order become a history?

Validate, code the identities, set aside what the policy does not count, lay the rest customer by
customer in time order, and hang refunds, lines and people on it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

import attrs
import numpy as np

from custinsights.domain.calendar import Calendar
from custinsights.domain.load_report import LoadReport
from custinsights.domain.policy import PurchasePolicy
from custinsights.errors import InvalidValue
from custinsights.history.activities import (
    Activities,
    ActivityColumns,
    hang_activities,
    settled,
)
from custinsights.history.building.counting import (
    all_used,
    counted_orders,
    late_facts,
    without_aside,
)
from custinsights.history.building.hanging import (
    check_owners,
    hang_contacts,
    hang_lines,
    hang_people,
    hang_refunds,
)
from custinsights.history.building.span import span_of, with_people
from custinsights.history.columnar.columns import (
    AnyArray,
    ContactColumns,
    IntArray,
    Labels,
    LineColumns,
    OrderColumns,
    People,
    Products,
    RefundColumns,
)
from custinsights.history.columnar.identities import as_identities, check_coded, code_together
from custinsights.history.columnar.ordering import lay_out, offsets_of
from custinsights.history.columnar.threads import gather
from custinsights.history.columnar.validation import (
    check_lines,
    check_orders,
    check_people,
    check_products,
    check_refunds,
)
from custinsights.history.context import Context
from custinsights.history.facts import Facts
from custinsights.history.streams import PeopleTable


def lay(
    orders: OrderColumns,
    *,
    refunds: RefundColumns | None,
    lines: LineColumns | None,
    products: Products | None,
    people: People | None,
    contacts: Mapping[str, ContactColumns],
    activities: ActivityColumns | None = None,
    currency: str,
    calendar: Calendar,
    policy: PurchasePolicy,
    observed_from: dt.datetime | dt.date | str | None,
    observed_until: dt.datetime | dt.date | str | None,
    has_times: bool,
    load_report: LoadReport | None,
) -> Facts:
    """Lay columns out as the facts of a history; see `OrderHistory.of`."""
    check_orders(orders)
    check_products(products)
    check_people(people)
    check_refunds(refunds, orders, products)
    check_lines(lines, orders, products)
    activities = settled(activities)
    ids, (order_codes, refund_codes, people_codes, active_codes, *contact_codes) = code_together(
        [*_identities_of(orders, refunds, people, activities, contacts)]
    )
    hung = {
        kind: hang_contacts(held, codes)
        for (kind, held), codes in zip(contacts.items(), contact_codes, strict=True)
    }
    _refuse_repeated(people, people_codes)
    times = [orders.placed_at, *([] if refunds is None else [refunds.refunded_at])]
    times += [] if activities is None else [activities.at]
    begin, until, first, last = span_of(times, calendar, observed_from, observed_until)
    first, last = with_people(people, first, last)
    if refunds is not None:
        check_owners(refunds, refund_codes, order_codes)
    if lines is not None and "units" not in orders.numbers:
        orders = attrs.evolve(orders, numbers={**orders.numbers, "units": _units(lines, orders)})
    source_report = all_used(orders, refunds, activities) if load_report is None else load_report
    report = source_report + late_facts(orders, activities, until)
    counts = counted_orders(orders, policy)
    if counts is not None:
        report = without_aside(report, orders, counts, currency, policy)
    context = Context(
        currency=currency,
        calendar=calendar,
        policy=policy,
        observed_from=begin,
        observed_until=until,
        first=first,
        last=last,
        has_times=has_times,
        has_activities=activities is not None,
        source_report=source_report,
        load_report=report,
    )
    table = hang_people(people, people_codes, ids, hung)
    parts = _Parts(orders, order_codes, refunds, refund_codes, lines, products)
    held = hang_activities(activities, active_codes, len(ids))
    if counts is None:
        return parts.facts(None, ids, table, context, held)
    aside = parts.facts(np.flatnonzero(~counts), ids, table, context, is_aside=True)
    kept = parts.facts(np.flatnonzero(counts), ids, table, context, held)
    return attrs.evolve(kept, aside=aside)


def _identities_of(
    orders: OrderColumns,
    refunds: RefundColumns | None,
    people: People | None,
    activities: ActivityColumns | None,
    contacts: Mapping[str, ContactColumns],
) -> Iterator[AnyArray | Labels]:
    """Yield all columns that name customers."""
    yield _identities(orders.customer, "the customers of the orders")
    yield _identities(None if refunds is None else refunds.customer, "the customers of refunds")
    yield _identities(None if people is None else people.ids, "the ids of the people")
    active = None if activities is None else activities.customer
    yield _identities(active, "the customers of activities")
    for held in contacts.values():
        yield _identities(held.customer, "the owners of contacts")


def _refuse_repeated(people: People | None, codes: IntArray) -> None:
    if people is not None and (repeated := len(people) - len(np.unique(codes))):
        raise InvalidValue(
            what="the customer table names a customer twice",
            given=f"{repeated} repeated ids",
            allowed="one row per customer",
        )


@attrs.frozen(eq=False)
class _Parts:
    """The columns of a source with every identity coded."""

    orders: OrderColumns
    order_codes: IntArray
    refunds: RefundColumns | None
    refund_codes: IntArray
    lines: LineColumns | None
    products: Products | None

    def facts(
        self,
        chosen: IntArray | None,
        ids: AnyArray,
        people_table: PeopleTable,
        context: Context,
        activities: Activities | None = None,
        *,
        is_aside: bool = False,
    ) -> Facts:
        """Lay out all orders, or the chosen rows of them, with what hangs on them."""
        orders, k = self.orders, len(ids)
        codes = self.order_codes if chosen is None else self.order_codes.take(chosen)
        times = orders.placed_at if chosen is None else orders.placed_at.take(chosen)

        def tie_breakers(tied: IntArray) -> list[AnyArray]:
            return self._tie_breakers(tied if chosen is None else chosen.take(tied))

        layout = lay_out(codes, times, tie_breakers)
        rows = layout.rows if chosen is None else chosen.take(layout.rows)
        place = None
        if self.refunds is not None or self.lines is not None:
            place = np.full(len(orders), -1, dtype=np.int64)
            place[rows] = np.arange(len(rows))
        ids_of_orders = orders.order_id
        return Facts(
            customer_ids=ids,
            offsets=offsets_of(layout.groups, k),
            placed_at=layout.placed_at,
            amount=gather(orders.amount, rows),
            numbers={name: gather(orders.numbers[name], rows) for name in sorted(orders.numbers)},
            labels=_taken(orders.labels, rows),
            order_ids=None if ids_of_orders is None else gather(ids_of_orders, rows),
            rows=None if orders.rows is None else gather(orders.rows, rows),
            refunds=hang_refunds(
                self.refunds, self.refund_codes, place, k, takes_unlinked=not is_aside
            ),
            lines=hang_lines(self.lines, place, len(rows)),
            products=self.products,
            people_table=people_table,
            aside=None,
            context=context,
            activities=activities,
        )

    def _tie_breakers(self, rows: IntArray) -> list[AnyArray]:
        """Return what settles ties among orders: the id, then everything else they hold."""
        orders = self.orders
        keys: list[AnyArray] = []
        if orders.order_id is not None:
            ids = orders.order_id.take(rows)
            keys.append(ids if ids.dtype.kind == "i" else _ranks(ids))
        keys.append(orders.amount.take(rows))
        keys += [orders.numbers[name].take(rows) for name in sorted(orders.numbers)]
        for name in sorted(orders.labels):
            keys.append(orders.labels[name].take(rows).canonical().codes)
        if self.refunds is not None:
            keys.append(
                marks(
                    self.refunds.order,
                    rows,
                    len(orders),
                    [self.refunds.amount, self.refunds.refunded_at, self.refunds.product],
                )
            )
        if self.lines is not None:
            keys.append(
                marks(
                    self.lines.order,
                    rows,
                    len(orders),
                    [self.lines.product, self.lines.quantity, self.lines.amount],
                )
            )
        return keys


def marks(owners: IntArray, rows: IntArray, count: int, columns: list[IntArray]) -> IntArray:
    """Return a number per order that depends on the set of what hangs on it, not on its order."""
    mixed = np.zeros(len(owners), dtype=np.uint64)
    for column in columns:
        mixed = (mixed ^ column.astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    sums = np.zeros(count, dtype=np.uint64)
    linked = np.flatnonzero(owners >= 0)
    np.add.at(sums, owners.take(linked), mixed.take(linked))
    return sums.take(rows).view(np.int64)


def _ranks(ids: AnyArray) -> IntArray:
    texts = ids.tolist()
    shorter_first = sorted(set(texts), key=lambda text: (len(text), text))  # #999 before #1000
    rank = {text: place for place, text in enumerate(shorter_first)}
    return np.array([rank[text] for text in texts], dtype=np.int64)


def _identities(values: AnyArray | Labels | None, what: str) -> AnyArray | Labels:
    if values is None:
        return np.empty(0, dtype=np.int64)
    if isinstance(values, Labels):
        check_coded(values, what)
        return values
    return as_identities(values, what)


def _taken(labels: Mapping[str, Labels], rows: IntArray) -> dict[str, Labels]:
    taken = {}
    for name in sorted(labels):
        column = labels[name].canonical()
        taken[name] = Labels(gather(column.codes, rows), column.names)
    return taken


def _units(lines: LineColumns, orders: OrderColumns) -> IntArray:
    units = np.zeros(len(orders), dtype=np.int64)
    np.add.at(units, lines.order, lines.quantity)
    return units
