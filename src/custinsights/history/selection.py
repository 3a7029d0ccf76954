"""What is left of a history when only some of it is looked at?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import attrs
import numpy as np

from custinsights.domain.fields import looked_up
from custinsights.domain.load_report import LeftOut, LoadReport
from custinsights.errors import InvalidValue, MissingData
from custinsights.history.activities import Activities
from custinsights.history.columnar.columns import NO_INSTANT, BoolArray, IntArray, Labels, Products
from custinsights.history.columnar.ordering import offsets_of, ragged_rows
from custinsights.history.columnar.threads import gather
from custinsights.history.facts import Facts
from custinsights.history.streams import Lines, Refunds
from custinsights.history.views.counted import CountedHistory


def select(
    facts: Facts,
    *,
    orders: IntArray,
    customers: IntArray | None = None,
    is_refund_kept: BoolArray | None = None,
    is_activity_kept: BoolArray | None = None,
) -> Facts:
    """Return some orders (sorted positions) of some customers (sorted codes; default all).

    Refunds of dropped orders and dropped customers go with them, and activities of the latter.
    """
    offsets = np.searchsorted(orders, facts.offsets).astype(np.int64)
    refunds = facts.refunds
    kept = np.ones(len(refunds), dtype=np.bool_) if is_refund_kept is None else is_refund_kept
    place = np.searchsorted(orders, refunds.order)
    is_held = np.zeros(len(refunds), dtype=np.bool_)
    inside = np.flatnonzero(place < len(orders))
    is_held[inside] = orders.take(place.take(inside)) == refunds.order.take(inside)
    kept = kept & (is_held | (refunds.order < 0))
    owner = refunds.customer
    if customers is not None:
        new_code = np.full(facts.people, -1, dtype=np.int64)
        new_code[customers] = np.arange(len(customers))
        offsets = np.append(offsets.take(customers), offsets[-1])
        owner = new_code.take(owner)
        kept = kept & (owner >= 0)
    rows = np.flatnonzero(kept)
    people = len(offsets) - 1
    return attrs.evolve(
        facts,
        customer_ids=facts.customer_ids if customers is None else facts.customer_ids[customers],
        offsets=offsets,
        placed_at=gather(facts.placed_at, orders),
        amount=gather(facts.amount, orders),
        numbers={name: gather(column, orders) for name, column in facts.numbers.items()},
        labels={
            name: Labels(gather(column.codes, orders), column.names)
            for name, column in facts.labels.items()
        },
        order_ids=None if facts.order_ids is None else gather(facts.order_ids, orders),
        rows=None if facts.rows is None else gather(facts.rows, orders),
        refunds=Refunds(
            offsets_of(owner.take(rows), people),
            refunds.refunded_at.take(rows),
            refunds.amount.take(rows),
            np.where(refunds.order.take(rows) < 0, -1, place.take(rows)),
            refunds.product.take(rows),
            refunds.rows.take(rows),
        ),
        lines=None if facts.lines is None else facts.lines.take(orders),
        people_table=facts.people_table
        if customers is None
        else facts.people_table.take(customers),
        activities=_activities(facts.activities, is_activity_kept, customers),
    )


def _activities(
    held: Activities | None, is_kept: BoolArray | None, customers: IntArray | None
) -> Activities | None:
    if held is None or (is_kept is None and customers is None):
        return held
    return held.chosen(is_kept, customers)


def counted_only(view: CountedHistory) -> Facts:
    """Return the columns without the orders that do not count at a view's instant.

    Which orders count is decided once; seen at an earlier instant, these are the state of then.
    """
    positions = view.orders.positions
    return view.facts if positions is None else select(view.facts, orders=positions)


def is_known(facts: Facts, as_of: int) -> BoolArray | None:
    """Return which people had been heard of before an instant, or None if all had.

    A person is heard of at the first order of any status, the first refund, the first activity, or
    `created_at`. One who has a row without a date in the customer table, or of whom nothing is
    dated, was always known.
    """
    if as_of > facts.context.last:
        return None
    first = np.full(facts.people, np.iinfo(np.int64).max)
    is_dated = np.zeros(facts.people, dtype=np.bool_)
    streams = [(facts.offsets, facts.placed_at), (facts.refunds.offsets, facts.refunds.refunded_at)]
    if facts.aside is not None:
        streams += [
            (facts.aside.offsets, facts.aside.placed_at),
            (facts.aside.refunds.offsets, facts.aside.refunds.refunded_at),
        ]
    if facts.activities is not None:
        streams.append((facts.activities.offsets, facts.activities.at))
    for offsets, instants in streams:
        owners = np.flatnonzero(np.diff(offsets))
        first[owners] = np.minimum(first[owners], instants.take(offsets.take(owners)))
        is_dated[owners] = True
    created_at, is_listed = facts.people_table.created_at, facts.people_table.is_listed
    if created_at is not None:
        has_date = created_at != NO_INSTANT
        first = np.where(has_date, np.minimum(first, created_at), first)
        is_dated |= has_date
        is_listed = None if is_listed is None else is_listed & ~has_date
    known = ~is_dated | (first < as_of)
    if is_listed is not None:
        known |= is_listed
    return None if bool(known.all()) else known


def up_to(facts: Facts, as_of: int) -> Facts:
    """Return the facts before an instant; see `OrderHistory.up_to`."""
    context = facts.context
    context = attrs.evolve(
        context,
        observed_until=max(as_of, context.observed_from),
        last=max(min(context.last, as_of - 1), context.first),
    )
    known = is_known(facts, as_of)
    customers = None if known is None else np.flatnonzero(known)
    aside = facts.aside
    return attrs.evolve(
        _before(facts, as_of, customers),
        context=context,
        aside=None
        if aside is None
        else attrs.evolve(_before(aside, as_of, customers), context=context),
    )


def _before(facts: Facts, as_of: int, customers: IntArray | None) -> Facts:
    return select(
        attrs.evolve(facts, people_table=facts.people_table.before(as_of)),
        orders=np.flatnonzero(facts.placed_at < as_of),
        customers=customers,
        is_refund_kept=facts.refunds.refunded_at < as_of,
        is_activity_kept=None if facts.activities is None else facts.activities.at < as_of,
    )


def where(
    facts: Facts,
    customers: Iterable[int | str] | BoolArray | None,
    orders: BoolArray | Callable[[Facts], BoolArray] | None,
) -> Facts:
    """Return the facts of some customers or orders; see `OrderHistory.where`."""
    chosen = facts
    codes = None if customers is None else codes_of(facts, customers)
    if codes is not None:
        chosen = _of_customers(facts, codes)
        if facts.aside is not None:
            chosen = attrs.evolve(chosen, aside=_of_customers(facts.aside, codes))
    if orders is not None:
        mask = np.asarray(orders(facts) if callable(orders) else orders)
        if mask.dtype != np.bool_ or mask.shape != (len(facts),):
            raise InvalidValue(
                what="the choice of orders is not one truth value per order",
                given=f"{mask.dtype} of shape {mask.shape}",
                allowed=f"bool of shape ({len(facts)},)",
            )
        if codes is not None:
            mask = mask[np.isin(facts.customer, codes)]
        chosen = select(chosen, orders=np.flatnonzero(mask))
    return chosen


def _of_customers(facts: Facts, codes: IntArray) -> Facts:
    lengths = np.diff(facts.offsets).take(codes)
    rows = ragged_rows(facts.offsets.take(codes), lengths)
    return select(facts, orders=rows, customers=codes)


def codes_of(facts: Facts, customers: Iterable[int | str] | BoolArray) -> IntArray:
    """Return in order the codes of customers who are named, or chosen by a mask over all."""
    if isinstance(customers, np.ndarray) and customers.dtype == np.bool_:
        if len(customers) != facts.people:
            raise InvalidValue(
                what="the mask over the customers has another length than the history",
                given=f"{len(customers)} values",
                allowed=f"{facts.people} values, one per customer id",
            )
        return np.flatnonzero(customers)
    if isinstance(customers, str) or not isinstance(customers, Iterable):
        raise InvalidValue(
            what="the customers to keep must be several identities",
            given="one text" if isinstance(customers, str) else type(customers).__name__,
            allowed="a list of identities, or a mask",
            advice="use history_of for one customer",
        )
    return np.unique(np.array([facts.code_of(c) for c in customers], dtype=np.int64))


def for_lines(facts: Facts, labels: Mapping[str, str]) -> Facts:
    """Return the facts of the lines with some labels; see `OrderHistory.for_lines`."""
    if not labels:
        raise InvalidValue(
            what="for_lines needs to know which lines",
            given="nothing",
            allowed="at least one label, such as department='Prints' or product='print-a3'",
        )
    _lines_of(facts)  # refuses a history without
    products = Products(ids=()) if facts.products is None else facts.products
    is_chosen = np.ones(len(products), dtype=np.bool_)
    for name, wanted in labels.items():
        whole = np.arange(len(products), dtype=np.int32)
        held = {"product": Labels(whole, products.ids), **products.labels}
        column = looked_up("line label", name, held)
        place = {known: code for code, known in enumerate(column.names)}
        is_chosen &= column.codes == looked_up(name, wanted, place)
    chosen = _lines_only(facts, is_chosen)
    ours, theirs = facts.refunds, chosen.refunds
    dropped = LeftOut(
        reason="selection",
        detail="refunds of other products",
        rows=int(ours.rows.sum() - theirs.rows.sum()),
        money=((facts.currency, int(ours.amount.sum() - theirs.amount.sum())),),
    )
    if facts.activities is not None and chosen.activities is not None:
        gone = len(facts.activities) - len(chosen.activities)
        others = LeftOut("selection", "activities about other things", gone)
    else:
        others = LeftOut("selection")
    context = attrs.evolve(
        facts.context,
        source_report=_without(facts.context.source_report, dropped, others),
        load_report=_without(facts.context.load_report, dropped, others),
    )
    aside = None if facts.aside is None else _lines_only(facts.aside, is_chosen)
    return attrs.evolve(chosen, context=context, aside=aside)


def _without(report: LoadReport, *dropped: LeftOut) -> LoadReport:
    for entry in dropped:
        if entry.rows:
            report = attrs.evolve(report, rows_used=report.rows_used - entry.rows)
            report = report + LoadReport(left_out=(entry,))
    return report


def _names_one(refunds: Refunds, is_chosen: BoolArray) -> BoolArray:
    table = np.append(is_chosen, np.False_)
    return table.take(refunds.product)


def _lines_of(facts: Facts) -> Lines:
    if facts.lines is None:
        raise MissingData("order lines", needed_by="for_lines", advice="load a file of lines")
    return facts.lines


def _lines_only(facts: Facts, is_chosen: BoolArray) -> Facts:
    """Return the orders with a chosen line, reduced to those lines."""
    lines = _lines_of(facts)
    rows = np.flatnonzero(is_chosen.take(lines.product))
    order = lines.order.take(rows)
    amount = np.zeros(len(facts), dtype=np.int64)
    np.add.at(amount, order, lines.amount.take(rows))
    units = np.zeros(len(facts), dtype=np.int64)
    np.add.at(units, order, lines.quantity.take(rows))
    refunds, is_kept = _refunds_of_lines(facts, amount, _names_one(facts.refunds, is_chosen))
    reduced = attrs.evolve(
        facts,
        amount=amount,
        numbers={"units": units},
        refunds=refunds,
        lines=attrs.evolve(
            lines,
            offsets=offsets_of(order, len(facts)),
            product=lines.product.take(rows),
            quantity=lines.quantity.take(rows),
            amount=lines.amount.take(rows),
        ),
    )
    return select(
        reduced,
        orders=np.unique(order),
        is_refund_kept=is_kept,
        is_activity_kept=None
        if facts.activities is None or facts.products is None
        else _is_about_one(facts.activities, facts.products, is_chosen),
    )


def _refunds_of_lines(
    facts: Facts, amount: IntArray, is_named: BoolArray
) -> tuple[Refunds, BoolArray]:
    """Return the refunds of which lines have a part, and which these are.

    They are those that name the lines. Where with one of them a whole order is given back, so is
    what was paid for its lines and not given back before.
    """
    refunds = facts.refunds
    rows = np.flatnonzero(refunds.order >= 0)
    rows = rows[np.argsort(refunds.order[rows], kind="stable")]  # those of an order by instant
    order, at = refunds.order[rows], refunds.refunded_at[rows]
    starts = np.flatnonzero(np.diff(order, prepend=-1))
    given_back, of_lines = (
        _running(values[rows], starts)
        for values in (refunds.amount, np.where(is_named, refunds.amount, 0))
    )
    paid = facts.amount[order]
    is_last = np.append((order[1:] != order[:-1]) | (at[1:] != at[:-1]), np.True_)[: len(rows)]
    whole = np.flatnonzero(is_last & (paid > 0) & (given_back >= paid))
    whole = whole[np.unique(order[whole], return_index=True)[1]]
    left = amount[order[whole]] - of_lines[whole]
    whole, left = whole[left > 0], left[left > 0]
    at_rows = rows[whole]
    changed, product = refunds.amount.copy(), refunds.product.copy()
    changed[at_rows] = np.where(is_named[at_rows], changed[at_rows], 0) + left
    product[at_rows] = np.where(is_named[at_rows], product[at_rows], -1)
    is_kept = is_named.copy()
    is_kept[at_rows] = True
    return attrs.evolve(refunds, amount=changed, product=product), is_kept


def _running(values: IntArray, starts: IntArray) -> IntArray:
    """Return the running sum of the rows of each order, which begin at some places."""
    running = np.cumsum(values)
    before = (running - values)[starts]
    return running - np.repeat(before, np.diff(starts, append=len(values)))


def _is_about_one(activities: Activities, products: Products, is_chosen: BoolArray) -> BoolArray:
    """Return which activities are about a chosen product."""
    chosen = {products.ids[code] for code in np.flatnonzero(is_chosen).tolist()}
    subject = activities.label("subject")
    table = np.array([*(name in chosen for name in subject.names), False], dtype=np.bool_)
    return table.take(subject.codes)
