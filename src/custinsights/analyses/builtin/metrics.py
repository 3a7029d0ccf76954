"""What can be measured? The built-in metrics, each a sum or quotient of tallies."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from custinsights.analyses.declaring.declarations import Metric
from custinsights.analyses.declaring.tally import MONEY, Quantile, Sum, Tally
from custinsights.analyses.declaring.values import GAP_DAYS, ORDER_VALUE
from custinsights.domain.fields import whole_number

ACTIVE_DAYS = 90
"""A customer whose last order is younger is active."""
LAPSE_DAYS = 180
"""A customer without an order for so long has churned."""
DAYS_PER_MONTH = 30.4375

# Named functions, not lambdas: results that hold them can be pickled and sent to another process.


def _is_first(facts: Any) -> Any:
    return facts.order_number == 1


def _is_second(orders: Any) -> Any:
    view, found = orders.view, np.zeros(len(orders), dtype=np.bool_)
    found[view.offsets.take(np.flatnonzero(view.order_count > 1)) + 1] = True
    return found


def _amount(facts: Any) -> Any:
    return facts.amount


def _units(facts: Any) -> Any:
    return facts.units


def _quantity(facts: Any) -> Any:
    return facts.quantity


def _discount(facts: Any) -> Any:
    return facts.number("discount")


def _has_discount(facts: Any) -> Any:
    return facts.number("discount") > 0


def _goods_of(facts: Any) -> Any:
    return facts.number("goods")


def _days_not_advanced(facts: Any) -> Any:
    return -facts.view.days_advanced


def _day_before_epoch(facts: Any) -> Any:
    return -facts.day.astype(np.int64)


def _metric(tally: Tally) -> Metric:
    return Metric(
        name=tally.name,
        numerator=Sum(((1, tally),)),
        unit=tally.unit,
        definition=tally.definition,
    )


def _buyers(name: str, definition: str, **more: Any) -> Tally:
    """Return a distinct count of customers, which counts the buyers of a line where asked."""
    tally = Tally(
        name, "orders", distinct="customers", unit="customers", definition=definition, **more
    )
    return attrs.evolve(tally, on_lines=attrs.evolve(tally, facts="lines", filters=()))


def _order_count(name: str, definition: str, **more: Any) -> Tally:
    """Return a count of orders, which counts the orders that contain a line where asked."""
    tally = Tally(name, "orders", unit="orders", definition=definition, **more)
    return attrs.evolve(
        tally, on_lines=attrs.evolve(tally, facts="lines", distinct="orders", filters=())
    )


orders = _metric(_order_count("orders", "Orders that count."))
first_orders = _metric(
    _order_count(
        "first_orders",
        "Orders that are their customer's first.",
        filters=(_is_first,),
    )
)
customers = _metric(_buyers("customers", "Distinct customers with an order in the cell."))
new_customers = _metric(
    _buyers(
        "new_customers",
        "Customers with an order in the cell whose first order lies in its period and window.",
        customer_type="new",
    )
)
returning_customers = (customers - new_customers).named(
    "returning_customers",
    definition="Customers with an order in the cell who first bought before its period.",
)
units = _metric(
    Tally(
        "units",
        "orders",
        of=_units,
        unit="items",
        scale=1000,
        definition="Items sold in the orders that count, before refunds.",
        on_lines=Tally("units", "lines", of=_quantity, unit="items", scale=1000),
    )
)
gross_revenue = _metric(
    Tally(
        "gross_revenue",
        "sales",
        of=_amount,
        unit=MONEY,
        definition="What was paid to the shop, before refunds.",
    )
)
refunded = _metric(
    Tally(
        "refunded",
        "refunds",
        of=_amount,
        unit=MONEY,
        definition="What was paid back.",
    )
)
revenue = (gross_revenue - refunded).named("revenue", definition="Gross revenue less refunds.")


def _of_new_customers(metric: Metric) -> Metric:
    [tally] = metric.tallies
    return _metric(attrs.evolve(tally, name=f"{tally.name}_of_new_customers", customer_type="new"))


new_customer_revenue = (_of_new_customers(gross_revenue) - _of_new_customers(refunded)).named(
    "new_customer_revenue",
    definition="Revenue of customers whose first order lies in the cell's period and window.",
)
new_customer_revenue_share = (new_customer_revenue / revenue).named(
    "new_customer_revenue_share",
    unit="share",
    definition="Revenue of new customers ÷ revenue.",
)
discounts = _metric(
    Tally(
        "discounts",
        "orders",
        of=_discount,
        unit=MONEY,
        definition="Discounts given on the orders that count.",
    )
)
_goods = Tally("goods", "orders", of=_goods_of, unit=MONEY)
_line_amounts = Tally("line_amounts", "lines", of=_amount, unit=MONEY)
_line_refunds = Tally("refunds_of_lines", "line_refunds", of=_amount, unit=MONEY)
line_revenue = Metric(
    name="line_revenue",
    numerator=Sum(((1, _line_amounts), (-1, _line_refunds))),
    unit=MONEY,
    definition="Revenue of the order lines less the refunds that name their product.",
)

total_customers = first_orders.so_far().named(
    "total_customers",
    unit="customers",
    definition="Customers with a counted order up to the end of the period.",
)
second_orders = orders.where(_is_second).named(
    "second_orders", definition="Orders that are their customer's second."
)
repeat_customers = second_orders.so_far().named(
    "repeat_customers",
    unit="customers",
    definition="Customers with two or more orders up to the end of the period.",
)
one_time_customers = (total_customers - repeat_customers).named(
    "one_time_customers",
    definition="Customers with exactly one order up to the end of the period.",
)


def _active(name: str, days: int) -> Metric:
    return _metric(
        Tally(
            name,
            "orders",
            lasting_days=days,
            unit="customers",
            definition=f"Customers whose last order is less than {days} days old at the period's "
            "end.",
        )
    )


active_customers = _active("active_customers", ACTIVE_DAYS)
new_customer_rate = (first_orders / orders).named(
    "new_customer_rate",
    unit="share",
    proportion=True,
    definition="First orders ÷ orders.",
    target=(0.4, 0.7),
)
new_customer_share = (new_customers / customers).named(
    "new_customer_share",
    unit="share",
    proportion=True,
    definition="New customers ÷ customers of the cell.",
)
repeat_rate = (repeat_customers / total_customers).named(
    "repeat_rate",
    unit="share",
    proportion=True,
    definition="Customers with two or more orders ÷ customers, both up to the period's end.",
    target=(0.2, 0.3),
)
customer_lifetime_value = (revenue.so_far() / total_customers).named(
    "customer_lifetime_value",
    definition="Historic: revenue so far ÷ customers so far. The function of the same name tells "
    "of each customer what is to come.",
)
average_order_value = (revenue / orders).named(
    "average_order_value", definition="Revenue ÷ orders."
)
revenue_per_customer = (revenue / customers).named(
    "revenue_per_customer", definition="Revenue ÷ customers of the cell."
)
median_order_value = Metric(
    name="median_order_value",
    quantile=Quantile(ORDER_VALUE),
    unit=MONEY,
    definition="Median over the counted orders of the amount less its refunds.",
)
orders_per_customer = (orders / customers).named(
    "orders_per_customer", definition="Orders ÷ customers of the cell."
)
units_per_order = (units / orders).named("units_per_order", definition="Items ÷ orders.")
_gap_count = _metric(Tally("gaps", "gaps", unit="gaps", definition="Gaps between two orders."))
average_gap_days = (_metric(GAP_DAYS) / _gap_count).named(
    "average_gap_days",
    definition="Days between consecutive orders of a customer ÷ such gaps.",
)
median_gap_days = Metric(
    name="median_gap_days",
    quantile=Quantile(GAP_DAYS),
    unit="days",
    definition="Median days between consecutive orders of a customer.",
)
_last_days = _metric(
    Tally(
        "last_order_days",
        "orders",
        of=_days_not_advanced,
        so_far=True,
        special="ageing",
        unit="days",
    )
)
average_days_since_last_order = (_last_days / total_customers).named(
    "average_days_since_last_order",
    definition="Mean days since the last order, over the customers at the period's end.",
)
_customer_days = _metric(
    Tally(
        "customer_days",
        "orders",
        of=_day_before_epoch,
        filters=(_is_first,),
        special="exposure",
        unit="days",
    )
)
order_frequency = (orders / _customer_days).named(
    "order_frequency",
    unit="orders per month",
    factor=DAYS_PER_MONTH,
    definition="Orders ÷ customer-months, counted from each customer's first order.",
)


def churn_rate(days: int = LAPSE_DAYS, *, name: str = "churn_rate") -> Metric:
    """Return the churn rate for another length of silence.

    Parameters
    ----------
    days
        A customer is active while the last order is less than so many days old.
    name
        What to call it in a catalog.
    """
    days = whole_number("the days after which a customer is no longer active are wrong", days, 1)
    lapsed = _metric(
        Tally(
            f"lapsed_within_{days}", "orders", lasting_days=days, special="lapsed", unit="customers"
        )
    )
    at_start = _metric(
        Tally(f"active_before_{days}", "orders", lasting_days=days, special="at_start")
    )
    return (lapsed / at_start).named(
        name,
        unit="share",
        proportion=True,
        definition=f"Customers active (ordered within {days} days) at the period's start and not "
        "at its end ÷ customers active at its start.",
    )


_retained = attrs.evolve(customers.tallies[0], name="retained_customers", special="retained")
_observable = Tally("observable_customers", "orders", special="observable", unit="customers")
observable_customers = _metric(_observable).named(
    "observable_customers", definition="Customers whose period at an age has ended."
)
retention_rate = Metric(
    name="retention_rate",
    numerator=Sum(((1, attrs.evolve(_retained, on_lines=None)),)),
    denominator=Sum(((1, _observable),)),
    unit="share",
    proportion=True,
    definition="Customers active at an age ÷ customers whose period at that age has ended.",
)
refund_rate = (refunded / gross_revenue).named(
    "refund_rate", unit="share", definition="Refunded ÷ gross revenue."
)
discount_rate = (discounts / _metric(_goods)).named(
    "discount_rate", unit="share", definition="Discounts ÷ goods before discount."
)
discounted_order_share = (orders.where(_has_discount) / orders).named(
    "discounted_order_share",
    unit="share",
    proportion=True,
    definition="Orders with a discount ÷ orders.",
)
BUILT_IN: tuple[Metric, ...] = (
    orders,
    customers,
    new_customers,
    returning_customers,
    first_orders,
    units,
    revenue,
    gross_revenue,
    refunded,
    new_customer_revenue,
    discounts,
    line_revenue,
    total_customers,
    repeat_customers,
    one_time_customers,
    active_customers,
    new_customer_rate,
    new_customer_share,
    new_customer_revenue_share,
    repeat_rate,
    customer_lifetime_value,
    average_order_value,
    revenue_per_customer,
    median_order_value,
    orders_per_customer,
    units_per_order,
    average_gap_days,
    median_gap_days,
    average_days_since_last_order,
    order_frequency,
    churn_rate(),
    retention_rate,
    refund_rate,
    discount_rate,
    discounted_order_share,
)
