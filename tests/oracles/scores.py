"""Where a customer stands among all: RFM, tiers, percentiles, concentration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple

from tests.oracles.facts import View
from tests.oracles.flow import ratio
from tests.oracles.shop import Identity, Shop
from tests.oracles.traits import traits_of


class PlainScore(NamedTuple):
    """The three digits; `group` is the name of the triple in a preset."""

    r: int
    f: int
    m: int

    @property
    def value(self) -> Fraction:
        """V = (F + M) / 2."""
        return Fraction(self.f + self.m, 2)

    def group(self, preset: str) -> str:
        """The name of the group in the preset `five` or `eleven`."""
        return {"five": five, "eleven": eleven}[preset](self.r, self.value)


def numbers(view: View) -> dict[Identity, tuple[int, int, int]]:
    """Of every customer: days since the last order, counted orders, total spent."""
    found = {}
    for customer in view.orders_of:
        row = traits_of(view, customer)
        days, orders, spent = row["days_since_last_order"], row["order_count"], row["total_spent"]
        assert isinstance(days, int)
        assert isinstance(orders, int)
        assert isinstance(spent, int)
        found[customer] = (days, orders, spent)
    return found


def score(value: int, everybody: Sequence[int], bins: int) -> int:
    """1 + (bins · customers with a strictly worse value) // N; more is better.

    A column with one distinct value scores the middle, (bins + 1) // 2.
    """
    if len(set(everybody)) == 1:
        return (bins + 1) // 2
    worse = sum(other < value for other in everybody)
    return 1 + bins * worse // len(everybody)


def rfm(shop: Shop, as_of: datetime | None = None, bins: int = 5) -> dict[Identity, PlainScore]:
    """The scores of every customer."""
    found = numbers(View(shop, shop.observed_until if as_of is None else as_of))
    recency = [-days for days, _, _ in found.values()]
    orders = [count for _, count, _ in found.values()]
    money = [spent for _, _, spent in found.values()]
    tables = [
        {value: score(value, column, bins) for value in set(column)}
        for column in (recency, orders, money)
    ]
    return {
        customer: PlainScore(tables[0][-days], tables[1][count], tables[2][spent])
        for customer, (days, count, spent) in found.items()
    }


def five(r: int, v: Fraction) -> str:
    """Name the group of the preset `five`."""
    if r >= 4 and v >= 4:
        return "Champions"
    if r >= 3:
        return "Loyal" if v >= 3 else "Potential"
    if v < 3:
        return "Dormant"
    return "At Risk" if r == 2 else "Lost"


# One row per R, the groups from low to high V: below 2, below 3, below 4, 4 and more.
ELEVEN = {
    5: ("New", "Potential loyalist", "Loyal", "Champions"),
    4: ("Promising", "Potential loyalist", "Loyal", "Champions"),
    3: ("About to sleep", "Needs attention", "Needs attention", "Loyal"),
    2: ("Hibernating", "Hibernating", "At risk", "At risk"),
    1: ("Lost", "Lost", "At risk", "Can't lose"),
}


def eleven(r: int, v: Fraction) -> str:
    """Name the group of the preset `eleven`."""
    return ELEVEN[r][(v >= 2) + (v >= 3) + (v >= 4)]


def tiers(
    shop: Shop,
    kind: str,
    as_of: datetime | None = None,
    exclude: frozenset[Identity] = frozenset(),
) -> dict[Identity, str | None]:
    """The tier of every customer by value, frequency or recency; None for the excluded."""
    found = numbers(View(shop, shop.observed_until if as_of is None else as_of))
    ours = {customer: row for customer, row in found.items() if customer not in exclude}
    spent = [money for _, _, money in ours.values()]
    value_of = {money: value_tier(money, spent) for money in set(spent)}
    tier: dict[Identity, str | None] = dict.fromkeys(found)
    for customer, (days, orders, money) in ours.items():
        tier[customer] = {
            "value": value_of[money],
            "frequency": "One-time" if orders == 1 else "Returning" if orders == 2 else "Loyal",
            "recency": "Active" if days < 90 else "At-risk" if days < 180 else "Lapsed",
        }[kind]
    return tier


def value_tier(spent: int, everybody: Sequence[int]) -> str:
    """VIP: 10 · (equal or better) ≤ N; Casual: 10 · (equal or worse) ≤ 3 N; else Regular."""
    if 10 * sum(other >= spent for other in everybody) <= len(everybody):
        return "VIP"
    if 10 * sum(other <= spent for other in everybody) <= 3 * len(everybody):
        return "Casual"
    return "Regular"


def sizes(labels: Mapping[Identity, str | None]) -> dict[str, int]:
    """How many customers have each label."""
    count: dict[str, int] = {}
    for name in labels.values():
        if name is not None:
            count[name] = count.get(name, 0) + 1
    return count


def percentile(value: int | Fraction, everybody: Sequence[int | Fraction]) -> Fraction | None:
    """Customers with a strictly smaller value ÷ customers."""
    return ratio(sum(other < value for other in everybody), len(everybody))


def top_share(totals: Sequence[int], share: Fraction) -> Fraction | None:
    """What the best share of the customers hold of all; positive totals, linear inside one."""
    ranked = sorted((total for total in totals if total > 0), reverse=True)
    left, held = share * len(ranked), Fraction(0)
    for total in ranked:
        part = min(Fraction(1), left)
        held, left = held + part * total, left - part
    return ratio(held, sum(ranked))


def gini(totals: Sequence[int]) -> Fraction | None:
    """Mean absolute difference of two positive totals ÷ twice the mean."""
    ours = [total for total in totals if total > 0]
    apart = sum(abs(one - other) for one in ours for other in ours)
    return ratio(apart, 2 * len(ours) * sum(ours))


def hhi(counts: Mapping[str | None, int]) -> Fraction | None:
    """The sum of squared shares, the unknown left out."""
    known = [count for name, count in counts.items() if name is not None]
    return ratio(sum(count * count for count in known), sum(known) ** 2)
