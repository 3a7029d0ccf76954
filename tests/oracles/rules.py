"""Whether a rule is true of a customer, in plain Python: three answers, fractions, no arrays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from custinsights.domain.rules.tree import (
    Among,
    And,
    Arithmetic,
    Call,
    Comparison,
    Condition,
    Is,
    IsUnknown,
    Literal,
    Name,
    Not,
    Or,
    Value,
)
from tests.oracles import scores
from tests.oracles.facts import View
from tests.oracles.periods import local_date
from tests.oracles.shop import Identity, Shop
from tests.oracles.traits import traits_of

Plain = Fraction | str | date | None

SPELLED = {"VIP": "vip", "At-risk": "at_risk", "One-time": "one_time", "At Risk": "at_risk"}
MINOR = ("total_spent", "average_order_value", "median_order_value", "first_order_value")
TIMES = ("first_order_at", "last_order_at")


def spelled(name: str | None) -> str | None:
    """The name of a tier as rules have it."""
    return None if name is None else SPELLED.get(name, name.lower())


class Population:
    """Everybody whom a rule may compare a customer with."""

    def __init__(self, shop: Shop, as_of: datetime, decimals: int) -> None:
        self.shop, self.as_of, self.decimals = shop, as_of, decimals
        self.view = View(shop, as_of)

    @cached_property
    def rows(self) -> Mapping[Identity, Mapping[str, Plain]]:
        """The traits of everybody known, in natural units."""
        return {
            customer: {name: self.natural(name, value) for name, value in row.items()}
            for customer in self.view.known
            for row in [traits_of(self.view, customer)]
        }

    @cached_property
    def tiers(self) -> Mapping[str, Mapping[Identity, str | None]]:
        """Space -> customer -> the spelled segment."""
        found: dict[str, Mapping[Identity, str | None]] = {
            kind: {c: spelled(t) for c, t in scores.tiers(self.shop, kind, self.as_of).items()}
            for kind in ("value", "frequency", "recency")
        }
        groups = scores.rfm(self.shop, self.as_of)
        return {**found, "rfm": {c: spelled(one.group("five")) for c, one in groups.items()}}

    def natural(self, name: str, value: object) -> Plain:
        """A trait in natural units; an instant as its local day."""
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, datetime):
            return local_date(self.shop, value)
        assert isinstance(value, int | Fraction)
        return Fraction(value) / (10**self.decimals if name in MINOR else 1)

    def share_below(self, name: str, value: Fraction) -> Fraction | None:
        """The share of the customers with a smaller value."""
        everybody = [self.rows[customer][name] for customer in self.view.orders_of]
        known = [other for other in everybody if isinstance(other, Fraction)]
        smaller = sum(other < value for other in known)
        return Fraction(smaller, len(everybody)) if everybody else None


def holds(condition: Condition, everybody: Population, customer: Identity) -> bool | None:
    """True, false, or None where it is unknown."""
    row = everybody.rows[customer]
    match condition:
        case And(parts):
            found = {holds(part, everybody, customer) for part in parts}
            return False if False in found else None if None in found else True
        case Or(parts):
            found = {holds(part, everybody, customer) for part in parts}
            return True if True in found else None if None in found else False
        case Not(part):
            opposite = holds(part, everybody, customer)
            return None if opposite is None else not opposite
        case IsUnknown(value):
            return valued(value, everybody, row) is None
        case Is(Call("in_segment", (str() as name,))):
            space, _, segment = name.partition(":")
            return everybody.tiers[space].get(customer) == segment
        case Among(value, options):
            return _any(value, [one.value for one in options], everybody, row)
        case Comparison(left, sign, right):
            return _compared(left, sign, right, everybody, row)
    raise AssertionError(condition)


def _any(
    value: Value,
    options: list[Decimal | str | bool],
    everybody: Population,
    row: Mapping[str, Plain],
) -> bool | None:
    found = valued(value, everybody, row)
    if found is None:
        return None
    return any(found == (Fraction(one) if isinstance(one, Decimal) else one) for one in options)


def _compared(
    left: Value, sign: str, right: Value, everybody: Population, row: Mapping[str, Plain]
) -> bool | None:
    one, other = valued(left, everybody, row), valued(right, everybody, row)
    if isinstance(one, date) and isinstance(other, str):
        other = _day(other, local_date(everybody.shop, everybody.as_of))
    if one is None or other is None:
        return None
    if sign in ("==", "!="):
        return (one == other) == (sign == "==")
    less, same = one < other, one == other  # type: ignore[operator]
    return {"<": less, "<=": less or same, ">": not (less or same), ">=": not less}[sign]


def _day(text: str, today: date) -> date:
    if text.endswith("d"):
        return today - timedelta(days=int(text[:-1]))
    return date.fromisoformat(text)


def valued(value: Value, everybody: Population, row: Mapping[str, Plain]) -> Plain:
    """The value of a customer, or what is written; None where it is unknown."""
    match value:
        case Literal(Decimal() as number):
            return Fraction(number)
        case Literal(str() as text):
            return text
        case Name(name):
            return row[name]
        case Call("percentile", (Name(name),)):
            found = row[name]
            return everybody.share_below(name, found) if isinstance(found, Fraction) else None
        case Arithmetic(sign, left, right):
            sides = [valued(side, everybody, row) for side in (left, right)]
            one, other = sides
            if not isinstance(one, Fraction) or not isinstance(other, Fraction):
                return None
            if sign == "/":
                return one / other if other else None
            return {"+": one + other, "-": one - other, "*": one * other}[sign]
    raise AssertionError(value)
