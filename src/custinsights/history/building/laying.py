"""How do columns in any row order become a history?

Validate, code the identities, set aside what the policy does not count, lay the rest customer by
customer in time order, and hang refunds, lines and people on it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import attrs
import numpy as np

from custinsights.domain.calendar import Calendar
from custinsights.domain.load_report import LeftOut, LoadReport
from custinsights.domain.policy import PurchasePolicy
from custinsights.errors import InvalidValue
from custinsights.history.activities import (
    Activities,
    ActivityColumns,
    hang_activities,
    settled,
)
from custinsights.history.building.hanging import (
    check_owners,
    hang_contacts,
    hang_lines,
    hang_people,
    hang_refunds,
)
from custinsights.history.columnar.columns import (
    NO_INSTANT,
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
)
from custinsights.history.columnar.identities import as_identities, check_coded, code_together
from custinsights.history.columnar.localtime import to_datetime, to_microseconds
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

STATUS = "order_status"
COUNTED_STATUS = "paid"


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
        [
            _identities(orders.customer, "the customers of the orders"),
            _identities(None if refunds is None else refunds.customer, "the customers of refunds"),
            _identities(None if people is None else people.ids, "the ids of the people"),
            _identities(
                None if activities is None else activities.customer, "the customers of activities"
            ),
            *(_identities(held.customer, "the owners of contacts") for held in contacts.values()),
        ]
    )
    hung = {
        kind: hang_contacts(held, codes)
        for (kind, held), codes in zip(contacts.items(), contact_codes, strict=True)
    }
    if people is not None and len(np.unique(people_codes)) != len(people):
        raise InvalidValue(
            what="the customer table names a customer twice",
            given=f"{len(people) - len(np.unique(people_codes))} repeated ids",
            allowed="one row per customer",
        )
    times = [orders.placed_at, *([] if refunds is None else [refunds.refunded_at])]
    times += [] if activities is None else [activities.at]
    span = _span(times, calendar, observed_from, observed_until)
    span = (*span[:2], *_with_people(people, *span[2:]))
    source_report = LoadReport() if load_report is None else load_report
    if load_report is None:
        rows = _rows_of(orders.rows, len(orders)) + _rows_of(
            None if refunds is None else refunds.rows, 0 if refunds is None else len(refunds)
        )
        rows += 0 if activities is None else len(activities)
        source_report = LoadReport(rows_read=rows, rows_used=rows)
    if refunds is not None:
        check_owners(refunds, refund_codes, order_codes)
    if lines is not None and "units" not in orders.numbers:
        orders = attrs.evolve(orders, numbers={**orders.numbers, "units": _units(lines, orders)})
    report = source_report
    dated = {"orders": orders.placed_at} | (
        {} if activities is None else {"activities": activities.at}
    )
    for what, instants in dated.items():
        if late := int((instants >= span[1]).sum()):
            report = report + LoadReport(notes=((f"{what}_after_observation", late),))
    counts = _counts(orders, policy)
    context = Context(
        currency=currency,
        calendar=calendar,
        policy=policy,
        observed_from=span[0],
        observed_until=span[1],
        first=span[2],
        last=span[3],
        has_times=has_times,
        has_activities=activities is not None,
        source_report=source_report,
        load_report=report if counts is None else _report(orders, counts, currency, policy, report),
    )
    table = hang_people(people, people_codes, ids, hung)
    parts = _Parts(orders, order_codes, refunds, refund_codes, lines, products)
    held = hang_activities(activities, active_codes, len(ids))
    if counts is None:
        return parts.facts(None, ids, table, context, held)
    aside = parts.facts(np.flatnonzero(~counts), ids, table, context, is_aside=True)
    kept = parts.facts(np.flatnonzero(counts), ids, table, context, held)
    return attrs.evolve(kept, aside=aside)


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


def _counts(orders: OrderColumns, policy: PurchasePolicy) -> BoolArray | None:
    """Return which orders count by status and amount, or None if all do."""
    counts: BoolArray | None = None
    status = orders.labels.get(STATUS)
    if status is not None:
        does = [policy.counts_status(name) for name in status.names]
        does.append(policy.counts_status(COUNTED_STATUS))  # no status: an order is a sale
        if not all(does):
            counts = np.array(does, dtype=np.bool_).take(status.codes)
    if not policy.zero_amount_counts:
        paid = orders.amount != 0
        counts = paid if counts is None else counts & paid
    return None if counts is None or bool(counts.all()) else counts


def _report(
    orders: OrderColumns,
    counts: BoolArray,
    currency: str,
    policy: PurchasePolicy,
    source: LoadReport,
) -> LoadReport:
    """Return the source's report with the orders that do not count as left out by status."""
    aside = np.flatnonzero(~counts)
    status = orders.labels.get(STATUS, Labels.missing(len(orders))).take(aside)
    amounts = orders.amount.take(aside)
    rows = np.ones(len(aside), dtype=np.int64) if orders.rows is None else orders.rows.take(aside)
    entries = []
    for code in np.unique(status.codes).tolist():
        name = COUNTED_STATUS if code < 0 else status.names[code]
        here = status.codes == code
        entries.append(
            LeftOut(
                reason="status",
                detail="zero amount" if policy.counts_status(name) else name,
                rows=int(rows[here].sum()),
                money=((currency, int(amounts[here].sum())),),
            )
        )
    left_out = sum(entry.rows for entry in entries)
    report = attrs.evolve(source, rows_used=source.rows_used - left_out)
    return report + LoadReport(left_out=tuple(entries))


def _with_people(people: People | None, first: int, last: int) -> tuple[int, int]:
    """Return the span of all facts with the creation of the people in it."""
    if people is None or people.created_at is None:
        return first, last
    known = people.created_at[people.created_at != NO_INSTANT]
    if not len(known):
        return first, last
    return min(first, int(known.min())), max(last, int(known.max()))


def _units(lines: LineColumns, orders: OrderColumns) -> IntArray:
    units = np.zeros(len(orders), dtype=np.int64)
    np.add.at(units, lines.order, lines.quantity)
    return units


def _rows_of(rows: IntArray | None, count: int) -> int:
    return count if rows is None else int(rows.sum())


def _span(
    times: list[IntArray],
    calendar: Calendar,
    observed_from: dt.datetime | dt.date | str | None,
    observed_until: dt.datetime | dt.date | str | None,
) -> tuple[int, int, int, int]:
    """Return observed_from, observed_until, and the first and last instant of any fact."""
    times = [column for column in times if len(column)]
    given_from = None if observed_from is None else to_microseconds(calendar.instant(observed_from))
    given_until = (
        None if observed_until is None else to_microseconds(calendar.instant(observed_until))
    )
    if not times:
        start = given_from if given_from is not None else given_until or 0
        until = given_until if given_until is not None else start
        return start, max(start, until), start, start
    first = min(int(column.min()) for column in times)
    last = max(int(column.max()) for column in times)
    if given_from is None:
        day = calendar.local_date(to_datetime(first))
        given_from = to_microseconds(calendar.start_of_day(day))
    elif given_from > first:
        raise InvalidValue(
            what="a fact lies before the beginning of the observation",
            given=f"observed_from {to_datetime(given_from).isoformat()}",
            allowed=f"an instant at or before the first fact, {to_datetime(first).isoformat()}",
            advice="leave earlier rows out of the source, or leave observed_from away",
        )
    if given_until is None:
        day = calendar.local_date(to_datetime(last)) + dt.timedelta(days=1)
        given_until = to_microseconds(calendar.start_of_day(day))
        if given_until <= last:  # clocks went back over midnight: that day had begun before
            day += dt.timedelta(days=1)
            given_until = to_microseconds(calendar.start_of_day(day))
    return given_from, max(given_from, given_until), first, last
