"""Which orders count, and what does the load report say of the others, and of late facts?"""

from __future__ import annotations

import attrs
import numpy as np

from custinsights.domain.load_report import LeftOut, LoadReport
from custinsights.domain.policy import PurchasePolicy
from custinsights.history.activities import ActivityColumns
from custinsights.history.columnar.columns import (
    BoolArray,
    IntArray,
    Labels,
    OrderColumns,
    RefundColumns,
)

__all__ = ["all_used", "counted_orders", "late_facts", "without_aside"]

_STATUS = "order_status"
_COUNTED_STATUS = "paid"


def counted_orders(orders: OrderColumns, policy: PurchasePolicy) -> BoolArray | None:
    """Return which orders count by status and amount, or None if all do."""
    counts: BoolArray | None = None
    status = orders.labels.get(_STATUS)
    if status is not None:
        does = [policy.counts_status(name) for name in status.names]
        does.append(policy.counts_status(_COUNTED_STATUS))  # no status: an order is a sale
        if not all(does):
            counts = np.array(does, dtype=np.bool_).take(status.codes)
    if not policy.zero_amount_counts:
        paid = orders.amount != 0
        counts = paid if counts is None else counts & paid
    return None if counts is None or bool(counts.all()) else counts


def without_aside(
    source: LoadReport,
    orders: OrderColumns,
    counts: BoolArray,
    currency: str,
    policy: PurchasePolicy,
) -> LoadReport:
    """Return the source's report with the orders that do not count as left out by status."""
    aside = np.flatnonzero(~counts)
    status = orders.labels.get(_STATUS, Labels.missing(len(orders))).take(aside)
    amounts = orders.amount.take(aside)
    rows = np.ones(len(aside), dtype=np.int64) if orders.rows is None else orders.rows.take(aside)
    entries = []
    for code in np.unique(status.codes).tolist():
        name = _COUNTED_STATUS if code < 0 else status.names[code]
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


def all_used(
    orders: OrderColumns, refunds: RefundColumns | None, activities: ActivityColumns | None
) -> LoadReport:
    """Return the report of columns that come from no file: every row was used."""
    rows = _rows_of(orders.rows, len(orders))
    rows += 0 if refunds is None else _rows_of(refunds.rows, len(refunds))
    rows += 0 if activities is None else len(activities)
    return LoadReport(rows_read=rows, rows_used=rows)


def _rows_of(rows: IntArray | None, count: int) -> int:
    return count if rows is None else int(rows.sum())


def late_facts(orders: OrderColumns, activities: ActivityColumns | None, until: int) -> LoadReport:
    """Return a report of how many facts of each kind lie after the observation."""
    dated = {"orders": orders.placed_at}
    if activities is not None:
        dated["activities"] = activities.at
    late = {what: int((instants >= until).sum()) for what, instants in dated.items()}
    return LoadReport(
        notes=tuple((f"{what}_after_observation", count) for what, count in late.items() if count)
    )
