"""Which label a fact carries by each dimension."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tests.oracles.facts import Fact, View
from tests.oracles.periods import PERIODS, local_date, period_of, periods_apart, start_of
from tests.oracles.shop import WEEKDAYS, Identity, Label

CLOCK = ("weekday", "hour")
PLACES = ("country", "region", "city")
ORDER_TEXTS = (*PLACES, "channel", "payment_method", "coupon", "order_status")
ORDER_LABELS = ("order_type", "order_number", "price_type", *ORDER_TEXTS)
COHORTS = ("cohort_week", "cohort_month", "cohort_quarter", "cohort_year")
CUSTOMER_PLACES = ("customer_country", "customer_region", "customer_city")
CUSTOMER_LABELS = (*CUSTOMER_PLACES, *COHORTS)
LINE_LABELS = ("product", "title", "category", "department")
DIMENSIONS = (
    *PERIODS,
    *CLOCK,
    "customer_type",
    *ORDER_LABELS,
    *CUSTOMER_LABELS,
    *LINE_LABELS,
    "age",
)

Window = tuple[datetime, datetime]


class Frame:
    """The periods in `by` together with the window: what new and returning are relative to."""

    def __init__(self, start: datetime | None = None, end: datetime | None = None) -> None:
        self.start, self.end = start, end

    def narrowed(self, start: datetime, end: datetime) -> Frame:
        """What is left of the frame inside [start, end)."""
        later = start if self.start is None else max(start, self.start)
        return Frame(later, end if self.end is None else min(end, self.end))

    def holds(self, at: datetime) -> bool:
        """Whether the instant lies in [start, end)."""
        return not self.is_after(at) and (self.end is None or at < self.end)

    def is_after(self, at: datetime) -> bool:
        """Whether the instant lies before the frame begins."""
        return self.start is not None and at < self.start


def frame_of(view: View, by: Sequence[str], window: Window | None, at: datetime) -> Frame:
    """The frame of the cell in which a fact dated `at` lies."""
    frame = Frame() if window is None else Frame(*window)
    for unit in by:
        if unit in PERIODS:
            span = period_of(view.shop, unit, local_date(view.shop, at))
            frame = frame.narrowed(start_of(view.shop, span.first), start_of(view.shop, span.end))
    return frame


def customer_type(view: View, customer: Identity, frame: Frame) -> Label:
    """New if the first counted order lies in the frame, returning if before it, else None."""
    first = view.first_at(customer)
    if first is None:
        return None
    if frame.holds(first):
        return "new"
    return "returning" if frame.is_after(first) else None


def customer_place(view: View, customer: Identity, place: str) -> Label:
    """The customer table's address, else the label of the latest counted order before as_of."""
    table = table_label(view, customer, place)
    if table is not None or customer not in view.orders_of:
        return table
    return order_text(view, view.orders_of[customer][-1], place)


def table_label(view: View, customer: Identity, name: str) -> str | None:
    """What the customer table says of the customer."""
    person = view.shop.people.get(customer)
    return None if person is None else person.labels.get(name)


def order_text(view: View, position: int, name: str) -> str | None:
    """The order's own label; a place that the order lacks is the customer's (reading 5)."""
    order = view.shop.orders[position]
    if name == "order_status":
        return order.status
    text = order.labels.get(name)
    if text is None and name in PLACES:
        return table_label(view, order.customer, name)
    return text


def cohort(view: View, customer: Identity, unit: str) -> Label:
    """The period of the customer's first counted order."""
    first = view.first_at(customer)
    if first is None:
        return None
    return period_of(view.shop, unit, local_date(view.shop, first)).label


def age_unit(by: Sequence[str]) -> str:
    """The unit of the cohort beside the age; alone: months."""
    units = [name.removeprefix("cohort_") for name in by if name in COHORTS]
    return units[0] if units else "month"


def age(view: View, fact: Fact, unit: str) -> Label:
    """Periods since the first counted order; facts before it, and without it, are age None."""
    first = view.first_at(fact.customer)
    if first is None or fact.at < first:
        return None
    shop = view.shop
    return periods_apart(shop, unit, local_date(shop, first), local_date(shop, fact.at))


def customer_label(view: View, name: str, customer: Identity) -> Label:
    """A label that is the customer's in all cells."""
    if name in CUSTOMER_PLACES:
        return customer_place(view, customer, name.removeprefix("customer_"))
    return cohort(view, customer, name.removeprefix("cohort_"))


def line_label(view: View, name: str, product: str | None) -> Label:
    """The product, or what the product table says of it."""
    if product is None or name == "product":
        return product
    return view.shop.products.get(product, {}).get(name)


def order_label(view: View, name: str, position: int | None) -> Label:
    """The label of the order; a fact that names no order has none."""
    if position is None:
        return None
    if name in ORDER_TEXTS:
        return order_text(view, position, name)
    if name == "price_type":
        return "discounted" if view.shop.orders[position].discount else "full_price"
    number = view.numbers.get(position)
    if name == "order_number" or number is None:
        return number
    return "first" if number == 1 else "repeat"


def time_label(view: View, name: str, at: datetime) -> Label:
    """The label of the period, weekday or hour in which the instant lies."""
    local = at.astimezone(view.shop.zone)
    if name == "hour":
        return local.hour
    if name == "weekday":
        return WEEKDAYS[local.weekday()]
    return period_of(view.shop, name, local.date()).label


def label(view: View, name: str, fact: Fact, by: Sequence[str], window: Window | None) -> Label:
    """The label of one fact by one dimension."""
    if name in (*PERIODS, *CLOCK):
        return time_label(view, name, fact.at)
    if name == "customer_type":
        return customer_type(view, fact.customer, frame_of(view, by, window, fact.at))
    if name == "age":
        return age(view, fact, age_unit(by))
    if name in CUSTOMER_LABELS:
        return customer_label(view, name, fact.customer)
    if name in LINE_LABELS:
        return line_label(view, name, fact.product)
    return order_label(view, name, fact.order)
