"""What had a customer done when so many days old? Metrics at an exact age.

A customer is observable at an age of d days when the date of the first counted order + d lies
before the date of as_of: the whole of that day is known. Nobody younger is in a metric here, so
that the young do not look like those who stay away.
"""

from __future__ import annotations

from typing import Any

import attrs

from custinsights.analyses.builtin.metrics import gross_revenue, orders, refunded
from custinsights.analyses.declaring.declarations import Metric
from custinsights.domain.fields import whole_number
from custinsights.history.columnar.columns import BoolArray

SOON = 90
"""Days within which a second order is looked for, if not told otherwise."""


@attrs.frozen
class OfObservable:
    """Which facts are of customers who are observable at an age."""

    days: int

    def __call__(self, facts: Any) -> BoolArray:
        """Return a truth value for each fact."""
        view = facts.view
        is_old = view.first_day + self.days < view.as_of_day
        found: BoolArray = (is_old & (view.order_count > 0)).take(facts.customer)
        return found


@attrs.frozen
class ByAge:
    """Which facts lie at or after their customer's first order, at most so many days later."""

    days: int

    def __call__(self, facts: Any) -> BoolArray:
        """Return a truth value for each fact."""
        view, customer = facts.view, facts.customer
        first = view.first_per_customer(view.placed_at).take(customer)
        days = view.clock.day_table.take(facts.slots) - view.first_day.take(customer)
        found: BoolArray = (facts.instant >= first) & (days <= self.days)
        return found


@attrs.frozen
class ThenAgain:
    """Which counted orders are a first one that another follows within so many days."""

    days: int

    def __call__(self, facts: Any) -> BoolArray:
        """Return a truth value for each order."""
        gaps = facts.view.gaps
        found: BoolArray = facts.view.order_number == 0
        is_second = facts.view.order_number.take(gaps.counted_order) == 2  # noqa: PLR2004 - another
        found[gaps.counted_order[is_second & (gaps.days <= self.days)] - 1] = True
        return found


def is_first(facts: Any) -> Any:
    """Return which orders are their customer's first."""
    return facts.order_number == 1


def _days(days: int) -> int:
    return whole_number("the age in days is wrong", days, 0)


def second_order_rate(days: int = SOON, *, name: str = "second_order_rate") -> Metric:
    """Return the share of customers who order again within some days of their first order.

    Both numerator and denominator lie where the first order does: by ``channel`` it is the share
    of those whose first order came through a channel, by ``month`` of those who came in a month,
    by ``product`` of those whose first order held it.

    Parameters
    ----------
    days
        Only customers are counted whose first order lies more than so many days before as_of.
    name
        What to call it in a catalog.
    """
    days = _days(days)
    observable = orders.where(is_first).where(OfObservable(days))
    return (orders.where(OfObservable(days)).where(ThenAgain(days)) / observable).named(
        name,
        unit="share",
        proportion=True,
        definition=f"First orders with a second one within {days} days ÷ first orders made more "
        f"than {days} days before as_of.",
    )


def lifetime_value_at(days: int, *, gross: bool = False, name: str | None = None) -> Metric:
    """Return what customers have brought by an exact age, on average: LTV(d).

    Parameters
    ----------
    days
        The age, in days since the first counted order; the day itself is age 0.
    gross
        Whether refunds are left aside; an order that was refunded in full then stays in.
    name
        What to call it in a catalog; default ``lifetime_value_30``.

    Notes
    -----
    It goes by labels of customers. Facts before the first counted order are no part of it.
    """
    days = _days(days)
    money = gross_revenue.where(OfObservable(days)).where(ByAge(days))
    if not gross:
        money -= refunded.where(OfObservable(days)).where(ByAge(days))
    people = orders.where(is_first).where(OfObservable(days))
    value = money / people
    assert value.numerator is not None  # noqa: S101 - a quotient has one
    to_age = value.numerator.map(lambda tally: attrs.evolve(tally, special="to_age"))
    kind = "Gross revenue" if gross else "Revenue"
    return attrs.evolve(value, numerator=to_age).named(
        f"lifetime_value_{days}" if name is None else name,
        definition=f"{kind} from the first order to {days} days after it ÷ customers whose first "
        f"order was made more than {days} days before as_of.",
    )


BUILT_IN = (second_order_rate(),)
