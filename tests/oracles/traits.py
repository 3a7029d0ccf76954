"""What is true of each known person at as_of, one row per person."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

from tests.oracles.dimensions import CUSTOMER_PLACES, cohort, customer_label
from tests.oracles.facts import View
from tests.oracles.flow import median, ratio
from tests.oracles.periods import days_between, local_date
from tests.oracles.shop import Identity, Shop

Trait = int | Fraction | str | datetime | None


def traits(shop: Shop, as_of: datetime | None = None) -> dict[Identity, dict[str, Trait]]:
    """The traits of everybody known; money in minor units, units in thousandths."""
    view = View(shop, shop.observed_until if as_of is None else as_of)
    return {customer: traits_of(view, customer) for customer in view.known}


def traits_of(view: View, customer: Identity) -> dict[str, Trait]:
    """Everything from the customer's own facts; None where undefined."""
    shop = view.shop
    mine = view.orders_of.get(customer, [])
    times = [shop.orders[position].placed_at for position in mine]
    spent = view.balances.get(customer, 0)
    gaps = [days_between(shop, a, b) for a, b in pairwise(times)]
    back = sum(refund.amount for refund in view.refunds if refund.customer == customer)
    row: dict[str, Trait] = {
        "order_count": len(mine),
        "total_spent": spent,
        "average_order_value": ratio(spent, len(mine)),
        "median_order_value": median([view.net_of(position) for position in mine]),
        "first_order_at": times[0] if times else None,
        "last_order_at": times[-1] if times else None,
        "days_since_last_order": days_between(shop, times[-1], view.as_of) if times else None,
        "average_gap_days": ratio(sum(gaps), len(gaps)),
        "refund_rate": ratio(back, spent + back) if spent + back > 0 else None,
        "median_gap_days": median(gaps),
        **{name: customer_label(view, name, customer) for name in CUSTOMER_PLACES},
        "preferred_payment_method": most_frequent(view, mine, "payment_method"),
        "preferred_channel": most_frequent(view, mine, "channel"),
        "cohort_month": cohort(view, customer, "month"),
    }
    if all(order.discount is not None for order in shop.orders):
        cheap = [position for position in mine if shop.orders[position].discount]
        row["discounted_order_share"] = ratio(len(cheap), len(mine))
        row["discounted_spent"] = sum(view.net_of(position) for position in cheap)
    if view.has_units:
        row["units"] = sum(view.units_of(position) for position in mine)
    return row | next_order_traits(view, mine)


def most_frequent(view: View, mine: list[int], name: str) -> str | None:
    """The label of most of the orders; of equally frequent ones that of the latest order."""
    labels = [view.shop.orders[position].labels.get(name) for position in mine]
    known = [label for label in labels if label is not None]
    return max(reversed(known), key=known.count, default=None)


def next_order_traits(view: View, mine: list[int]) -> dict[str, Trait]:
    """x, t_x, T and m of the next-order models, same-day orders merged."""
    shop = view.shop
    spent: dict[date, int] = {}
    for position in mine:
        day = local_date(shop, shop.orders[position].placed_at)
        spent[day] = spent.get(day, 0) + view.net_of(position)
    days = sorted(spent)
    repeats = [spent[day] for day in days[1:]]
    yesterday = local_date(shop, view.as_of) - timedelta(days=1)
    watched = max([yesterday, *days[-1:]])
    return {
        "repeat_orders": max(0, len(days) - 1),
        "weeks_from_first_to_last": Fraction((days[-1] - days[0]).days, 7) if days else None,
        "weeks_observed": Fraction((watched - days[0]).days, 7) if days else None,
        "mean_repeat_value": ratio(sum(repeats), len(repeats)),
    }
