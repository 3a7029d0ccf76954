"""A shop's facts in their plainest form.

Everything is written for the reader of a test: frozen dataclasses, Python integers and
aware datetimes. Money is in minor units, quantities are in thousandths. Nothing is computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

Identity = int | str
Label = str | int | None
Value = int | Fraction | None
Texts = Mapping[str, str | None]

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class PlainLine:
    """So many thousandths of a product for so many minor units."""

    product: str
    quantity: int
    amount: int


@dataclass(frozen=True)
class PlainOrder:
    """One order; `amount` is what was paid to the shop, before refunds."""

    id: Identity | None
    customer: Identity
    placed_at: datetime
    amount: int
    status: str = "paid"
    labels: Texts = field(default_factory=dict)
    goods: int | None = None
    discount: int | None = None
    shipping: int | None = None
    tax: int | None = None
    tip: int | None = None
    units: int | None = None
    lines: tuple[PlainLine, ...] = ()


@dataclass(frozen=True)
class PlainRefund:
    """Money given back; `order` is the position of its order in `Shop.orders`, if it names one."""

    customer: Identity
    at: datetime
    amount: int
    order: int | None = None
    product: str | None = None


@dataclass(frozen=True)
class PlainTag:
    """A tag that holds in [since, until); without dates always."""

    name: str
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class PlainPerson:
    """A row of the customer table."""

    created_at: datetime | None = None
    labels: Texts = field(default_factory=dict)
    tags: tuple[PlainTag, ...] = ()


@dataclass(frozen=True)
class Shop:
    """All that one shop knows; `products` gives title, category and department by product id."""

    orders: tuple[PlainOrder, ...]
    refunds: tuple[PlainRefund, ...] = ()
    products: Mapping[str, Texts] = field(default_factory=dict)
    people: Mapping[Identity, PlainPerson] = field(default_factory=dict)
    currency: str = "USD"
    timezone: str = "UTC"
    first_weekday: str = "monday"
    fiscal_start_month: int = 1
    counted_statuses: frozenset[str] = frozenset({"paid"})
    zero_amount_counts: bool = True
    refund_date: str = "order"
    observed_from: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    observed_until: datetime = datetime(2030, 1, 1, tzinfo=UTC)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which the shop's days begin."""
        return ZoneInfo(self.timezone)


class MissingFactsError(LookupError):
    """The shop does not hold the columns that the question needs."""


class RefusedPairError(ValueError):
    """The metric makes no sense by these dimensions."""
