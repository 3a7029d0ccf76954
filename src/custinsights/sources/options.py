"""What the reader of a source may be told, the same for files, frames and objects."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

import attrs
import numpy as np

from custinsights.domain.calendar import Calendar
from custinsights.domain.money import minor_exponent
from custinsights.domain.people import Customer
from custinsights.domain.policy import PurchasePolicy
from custinsights.domain.products import Product
from custinsights.errors import InvalidValue
from custinsights.history.columns import BoolArray
from custinsights.sources.identity import KINDS, check_kinds
from custinsights.sources.known import objects
from custinsights.sources.rows import ParsedRows

Rates: TypeAlias = (
    Callable[[str, dt.date], "Decimal | int | float | str | None"]
    | Mapping[Any, "Decimal | int | float | str"]
)
"""A currency and a day to the worth of one unit in the currency of the history; as a mapping, its
keys are currencies or pairs of currency and day."""

RefundRule: TypeAlias = str | Callable[[Mapping[str, str]], bool]
"""Which rows are refunds: ``"invoice_prefix:C"``, or a function of the texts of a row by field."""

_PREFIX = "invoice_prefix:"


def _known_currency(_owner: object, _field: object, currency: str | None) -> None:
    if currency is not None:
        minor_exponent(currency)


def _report_or_raise(_owner: object, _field: object, errors: str) -> None:
    if errors not in {"raise", "report"}:
        raise InvalidValue("errors says what to do with bad rows", errors, "'raise' or 'report'")


def _known_rule(_owner: object, _field: object, rule: RefundRule | None) -> None:
    is_prefix = isinstance(rule, str) and rule.startswith(_PREFIX) and len(rule) > len(_PREFIX)
    if rule is not None and not callable(rule) and not is_prefix:
        raise InvalidValue(
            "refunds says which rows are refunds",
            rule,
            "'invoice_prefix:' and the first letters of their order ids, or a function of a row",
        )


def _customers(given: Iterable[Customer] | None) -> tuple[Customer, ...]:
    return objects(given, Customer, "customers")


def _products(given: Iterable[Product] | None) -> tuple[Product, ...]:
    return objects(given, Product, "products")


def _policy(given: PurchasePolicy | None) -> PurchasePolicy:
    return PurchasePolicy() if given is None else given


@attrs.frozen(kw_only=True, eq=False)
class Options:
    """How a source is read; see `read_orders` for each of them."""

    customers: tuple[Customer, ...] = attrs.field(default=(), converter=_customers)
    products: tuple[Product, ...] = attrs.field(default=(), converter=_products)
    identity: tuple[str, ...] = attrs.field(default=KINDS, converter=check_kinds)
    refunds: RefundRule | None = attrs.field(default=None, validator=_known_rule)
    currency: str | None = attrs.field(default=None, validator=_known_currency)
    rates: Rates | None = None
    timezone: str | None = None
    policy: PurchasePolicy = attrs.field(default=None, converter=_policy)
    observed_until: dt.datetime | dt.date | str | None = None
    errors: Literal["raise", "report"] = attrs.field(default="raise", validator=_report_or_raise)
    dayfirst: bool | None = None
    statuses: Mapping[str, str] | None = None

    def __attrs_post_init__(self) -> None:
        if self.rates is not None and self.currency is None:
            raise InvalidValue(
                "rates are given, and nothing says into which currency to convert",
                None,
                "currency='EUR' or another code beside rates=",
            )

    @property
    def calendar(self) -> Calendar:
        """The calendar of the history: in the shop's zone, else in UTC."""
        return Calendar() if self.timezone is None else Calendar(timezone=self.timezone)

    def zone(self, of_format: str | None) -> ZoneInfo | None:
        """Return the zone of times without one: the format's own, else the shop's."""
        name = of_format or self.timezone
        return None if name is None else Calendar(timezone=name).zone

    def refund_rows(self, rows: ParsedRows) -> BoolArray:
        """bool[n], the rows that are refunds and no sales."""
        found = np.zeros(len(rows), dtype=np.bool_)
        if rows.format.refund_rows is not None:
            found |= rows.format.refund_rows(rows)
        if isinstance(self.refunds, str):
            prefix = self.refunds.removeprefix(_PREFIX)
            found |= rows.texts("order_id").where(lambda text: text.startswith(prefix))
        elif self.refunds is not None:
            columns = {field: rows.texts(field).array() for field in rows.fields}
            names = list(columns)
            told = (
                bool(self.refunds(dict(zip(names, cells, strict=True))))
                for cells in zip(*columns.values(), strict=True)
            )
            found |= np.fromiter(told, np.bool_, len(rows))
        return found

    def rate(self, currency: str, day: dt.date) -> Decimal | int | float | str | None:
        """Return what one unit of a currency was worth on a day, None where nobody says."""
        if self.rates is None or currency == self.currency:
            return 1
        if callable(self.rates):
            return self.rates(currency, day)
        return self.rates.get((currency, day), self.rates.get(currency))
