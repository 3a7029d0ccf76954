"""Segments in plain Python: who is in which, what they spent, and who moved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from functools import cached_property
from statistics import median

from custinsights.domain.rules.tree import Condition
from tests.oracles.rules import Population, holds
from tests.oracles.shop import Identity, Shop

Membership = Mapping[str, set[Identity]]


class PlainSet:
    """Who fulfils which rule at an instant; where they are exclusive, who fulfils it first."""

    def __init__(
        self,
        shop: Shop,
        as_of: datetime,
        decimals: int,
        rules: Mapping[str, Condition],
        *,
        one: bool,
    ) -> None:
        self.everybody = Population(shop, as_of, decimals)
        self.rules, self.is_one = rules, one

    @property
    def known(self) -> set[Identity]:
        """Who had been heard of."""
        return set(self.everybody.rows)

    @cached_property
    def members(self) -> Membership:
        """Segment -> who is in it."""
        found: dict[str, set[Identity]] = {}
        for name, rule in self.rules.items():
            found[name] = {c for c in self.known if holds(rule, self.everybody, c) is True}
            if self.is_one:
                for earlier in list(found)[:-1]:
                    found[name] -= found[earlier]
        return found

    def place(self, customer: Identity) -> str:
        """The segment that somebody is in, if one at most."""
        names = [name for name, inside in self.members.items() if customer in inside]
        return names[0] if names else "none" if customer in self.known else "not yet known"

    def number(self, customer: Identity, trait: str) -> Fraction:
        """A trait that is a number, 0 where there is none."""
        value = self.everybody.rows[customer][trait]
        return value if isinstance(value, Fraction) else Fraction(0)

    def spent(self, customers: set[Identity]) -> Fraction:
        """What some customers spent."""
        return sum((self.number(c, "total_spent") for c in customers), Fraction(0))

    def row(self, name: str) -> dict[str, object]:
        """What the table says of a segment."""
        inside, whole = self.members[name], self.spent(self.known)
        orders = sum(self.number(c, "order_count") for c in inside)
        spent = self.spent(inside)
        days = [
            row["days_since_last_order"]
            for row in (self.everybody.rows[c] for c in inside)
            if row["days_since_last_order"] is not None
        ]
        return {
            "segment": name,
            "customers": len(inside),
            "share": Fraction(len(inside), len(self.known)) if self.known else None,
            "total_spent": spent,
            "share_of_spent": spent / whole if whole > 0 else None,
            "orders": orders,
            "average_order_value": spent / orders if orders else None,
            "median_days_since_last_order": median(days) if days else None,  # type: ignore[type-var]
        }
