"""What is known of one customer? The built-in traits."""

from __future__ import annotations

import attrs
import numpy as np

from custinsights.analyses.builtin.metrics import DAYS_PER_MONTH
from custinsights.analyses.builtin.places import PLACES, place_of_sales
from custinsights.analyses.declaring.declarations import Trait
from custinsights.analyses.declaring.tally import MONEY
from custinsights.domain.fields import checked_name, text
from custinsights.errors import UnknownName
from custinsights.history.columnar.columns import (
    NO_INSTANT,
    TEXT_COLUMNS,
    AnyArray,
    FloatArray,
    IntArray,
    Labels,
)
from custinsights.history.columnar.ordering import offsets_of
from custinsights.history.kernels.medians import median_per_group
from custinsights.history.kernels.modes import most_frequent
from custinsights.history.views.activity_view import ACTIVITY_LABELS
from custinsights.history.views.counted import CountedHistory


def order_count(history: CountedHistory) -> IntArray:
    """int64[k]."""
    return history.order_count


def total_spent(history: CountedHistory) -> IntArray:
    """int64[k], minor units."""
    return history.spent


def average_order_value(history: CountedHistory) -> FloatArray:
    """float64[k], minor units; NaN without orders."""
    return _divided(history.spent, history.order_count)


def median_order_value(history: CountedHistory) -> FloatArray:
    """float64[k], minor units; NaN without orders."""
    return median_per_group(history.net_amount, history.offsets)


def first_order_at(history: CountedHistory) -> IntArray:
    """int64[k], microseconds UTC."""
    return _instants(history, history.first_per_customer(history.placed_at))


def last_order_at(history: CountedHistory) -> IntArray:
    """int64[k], microseconds UTC."""
    return _instants(history, history.last_per_customer(history.placed_at))


def days_since_last_order(history: CountedHistory) -> FloatArray:
    """float64[k]; NaN without orders."""
    return np.where(
        history.order_count > 0, (history.as_of_day - history.last_day).astype(np.float64), np.nan
    )


def days_since_first_order(history: CountedHistory) -> FloatArray:
    """float64[k]; NaN without orders."""
    days = (history.as_of_day - history.first_day).astype(np.float64)
    return np.where(history.order_count > 0, days, np.nan)


def average_gap_days(history: CountedHistory) -> FloatArray:
    """float64[k]; NaN with fewer than two orders."""
    days = history.last_day - history.first_day
    return _divided(days, np.maximum(history.order_count - 1, 0))


def median_gap_days(history: CountedHistory) -> FloatArray:
    """float64[k]; NaN with fewer than two orders."""
    gaps = history.gaps
    sizes = np.maximum(history.order_count - 1, 0)
    offsets = np.zeros(history.people + 1, dtype=np.int64)
    np.cumsum(sizes, out=offsets[1:])
    return median_per_group(gaps.days, offsets)


def units(history: CountedHistory) -> IntArray:
    """int64[k], thousandths."""
    total: IntArray = history.sum_per_customer(history.units)
    return total


def refunded(history: CountedHistory) -> IntArray:
    """int64[k], minor units."""
    return history.refunded_per_customer


def customer_country(history: CountedHistory) -> Labels:
    """Labels of the k people."""
    return history.customer_label("country")


def customer_region(history: CountedHistory) -> Labels:
    """Labels of the k people."""
    return history.customer_label("region")


def customer_city(history: CountedHistory) -> Labels:
    """Labels of the k people."""
    return history.customer_label("city")


def _label_of_orders(history: CountedHistory, name: str) -> Labels:
    """Labels of the counted orders; a place that an order lacks is the customer's."""
    if name not in PLACES:
        return history.label(name)
    found, places = place_of_sales(history, name), history.counted_places
    return found if places is None else found.take(places)


@attrs.frozen
class FirstLabel:
    """A text column at the first order of each of the k people."""

    name: str

    def __call__(self, history: CountedHistory) -> Labels:
        """Return the labels of the k people."""
        column = _label_of_orders(history, self.name)
        codes = np.full(history.people, -1, dtype=np.int32)
        codes[history.buyers] = column.codes.take(history.offsets.take(history.buyers))
        return Labels(codes, column.names)


def order_frequency(history: CountedHistory) -> FloatArray:
    """float64[k]; NaN without orders, and on the day of the first."""
    days = np.where(history.order_count > 0, history.as_of_day - history.first_day, 0)
    return _divided(history.order_count * DAYS_PER_MONTH, days)


def orders_last_year(history: CountedHistory) -> IntArray:
    """int64[k]."""
    is_late: IntArray = history.sum_per_customer(history.as_of_day - history.day <= YEAR)
    return is_late


def days_to_second_order(history: CountedHistory) -> FloatArray:
    """float64[k]; NaN with fewer than two orders."""
    found = np.full(history.people, np.nan)
    several = np.flatnonzero(history.order_count > 1)
    first = history.offsets.take(several)
    days = history.day.take(first + 1).astype(np.float64) - history.day.take(first)
    found[several] = np.maximum(days, 0)
    return found


def first_order_value(history: CountedHistory) -> FloatArray:
    """float64[k], minor units; NaN without orders."""
    amount = history.first_per_customer(history.amount).astype(np.float64)
    return np.where(history.order_count > 0, amount, np.nan)


def acquisition_channel(history: CountedHistory) -> Labels:
    """Labels of the k people."""
    first = FirstLabel("channel")(history)
    table = history.facts.people_table.labels.get("acquisition_channel")
    if table is None:
        return first
    names = tuple(sorted({*table.names, *first.names}))
    own = table.renamed(names).codes
    return Labels(np.where(own >= 0, own, first.renamed(names).codes), names)


def discounted_order_share(history: CountedHistory) -> FloatArray:
    """float64[k]; NaN without orders."""
    return history.mean_per_customer(history.number("discount") > 0)


def discounted_spent(history: CountedHistory) -> IntArray:
    """int64[k], minor units."""
    total: IntArray = history.sum_per_customer(
        np.where(history.number("discount") > 0, history.net_amount, 0)
    )
    return total


@attrs.frozen
class MostFrequent:
    """The label that a person's orders, or activities, have most often; of several the latest."""

    label: str = attrs.field(validator=text)

    def __call__(self, history: CountedHistory) -> Labels:
        """Labels of the k people; orders and activities without the label do not count."""
        known = (*TEXT_COLUMNS, *history.facts.labels, *ACTIVITY_LABELS)
        if self.label not in known:
            raise UnknownName("label of orders or activities", self.label, known)
        if self.label in ACTIVITY_LABELS:
            done = history.activities
            column = done.label(self.label.removeprefix("activity_"))
            offsets = offsets_of(done.customer, history.people)
        else:
            column, offsets = _label_of_orders(history, self.label), history.offsets
        return Labels(most_frequent(column.codes, offsets), column.names)


def preferred(label: str) -> Trait:
    """Return the trait of the label that a customer's orders, or activities, have most often.

    Of labels that are equally frequent the one that came last is preferred; orders or activities
    without the label do not count, and a person without any has none.

    Parameters
    ----------
    label
        A text column of the orders, also one of the shop's own, or what activities alone have:
        ``"message_medium"``, ``"activity_kind"``, ``"subject"``, ``"outcome"``. Those of
        ``"payment_method"``, ``"channel"`` and ``"message_medium"`` are in the catalog as
        ``preferred_payment_method`` and so on. A name that a history does not have is refused
        when it is asked, with the nearest one.

    Examples
    --------
    >>> preferred("coupon").name
    'preferred_coupon'
    """
    of = MostFrequent(label)
    facts = "activities" if label in ACTIVITY_LABELS else "orders"
    return Trait(
        checked_name(f"preferred_{label}"),
        of,
        "label",
        "",
        f"The {label.replace('_', ' ')} of most {facts}; of equally frequent ones the latest.",
    )


def _divided(above: AnyArray, below: AnyArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        share: FloatArray = above / below
    return np.where(below > 0, share, np.nan)


def _instants(history: CountedHistory, values: IntArray) -> IntArray:
    return np.where(history.order_count > 0, values, NO_INSTANT)


YEAR = 365
"""Days in which the orders of a year are counted."""

_FIRST = {
    "channel": "Sales channel",
    "source": "Source system",
    "payment_method": "Payment method",
    "coupon": "Coupon code",
    "campaign": "Campaign",
    "country": "Country",
    "region": "Region",
    "city": "City",
}

_OVER_TIME = {
    "days_since_last_order": "counts_days",
    "days_since_first_order": "counts_days",
    "order_frequency": "changes",
    "orders_last_year": "changes",
}

# The functions keep their names, so that traits can be pickled.
_TRAITS = (
    Trait("order_count", order_count, "count", "orders", "Orders that count."),
    Trait("total_spent", total_spent, "money", MONEY, "What the customer paid, less all refunds."),
    Trait("average_order_value", average_order_value, "number", MONEY, "Total spent ÷ orders."),
    Trait(
        "median_order_value",
        median_order_value,
        "number",
        MONEY,
        "Median over the orders of the amount less its refunds.",
    ),
    Trait("first_order_at", first_order_at, "instant", "", "When the first order was placed."),
    Trait("last_order_at", last_order_at, "instant", "", "When the last order was placed."),
    Trait(
        "days_since_last_order",
        days_since_last_order,
        "number",
        "days",
        "Calendar days from the last order to as_of.",
    ),
    Trait(
        "days_since_first_order",
        days_since_first_order,
        "number",
        "days",
        "Calendar days from the first order to as_of.",
    ),
    Trait(
        "average_gap_days",
        average_gap_days,
        "number",
        "days",
        "Mean days between consecutive orders.",
    ),
    Trait(
        "median_gap_days",
        median_gap_days,
        "number",
        "days",
        "Median days between consecutive orders.",
    ),
    Trait("units", units, "quantity", "items", "Items in the orders that count, before refunds."),
    Trait("refunded", refunded, "money", MONEY, "What went back to the customer."),
    Trait(
        "customer_country",
        customer_country,
        "label",
        "",
        "The customer table's country, else that of the latest order.",
    ),
    Trait(
        "customer_region",
        customer_region,
        "label",
        "",
        "The customer table's region, else that of the latest order.",
    ),
    Trait(
        "customer_city",
        customer_city,
        "label",
        "",
        "The customer table's city, else that of the latest order.",
    ),
    Trait(
        "acquisition_channel",
        acquisition_channel,
        "label",
        "",
        "What brought the customer: the customer table's, else the first order's channel.",
    ),
    preferred("payment_method"),
    preferred("channel"),
    preferred("message_medium"),
    Trait(
        "discounted_order_share",
        discounted_order_share,
        "number",
        "share",
        "Orders with a discount ÷ orders.",
    ),
    Trait(
        "discounted_spent",
        discounted_spent,
        "money",
        MONEY,
        "What the customer paid for orders with a discount, less their refunds.",
    ),
    Trait(
        "order_frequency",
        order_frequency,
        "number",
        "orders per month",
        "Orders ÷ months since the first one.",
    ),
    Trait(
        "orders_last_year",
        orders_last_year,
        "count",
        "orders",
        "Orders in the 365 days before as_of.",
    ),
    Trait(
        "days_to_second_order",
        days_to_second_order,
        "number",
        "days",
        "Calendar days from the first order to the second.",
    ),
    Trait(
        "first_order_value",
        first_order_value,
        "number",
        MONEY,
        "What was paid for the first order, before refunds.",
    ),
    *(
        Trait(f"first_{name}", FirstLabel(name), "label", "", f"{text} of the first order.")
        for name, text in _FIRST.items()
    ),
)

BUILT_IN = tuple(attrs.evolve(one, over_time=_OVER_TIME.get(one.name, "stays")) for one in _TRAITS)
"""The built-in traits; most stay as they are while nothing happens."""
