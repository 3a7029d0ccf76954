"""What the reader of a source may be told, the same for files, frames and objects."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

import attrs
import numpy as np

from custinsights.domain.calendar import Calendar
from custinsights.domain.channels import ChannelTaxonomy
from custinsights.domain.fields import looked_up, refuse_other
from custinsights.domain.money import minor_exponent
from custinsights.domain.policy import PurchasePolicy
from custinsights.domain.statuses import ORDER_STATUSES
from custinsights.errors import InvalidValue, MissingColumn
from custinsights.history.columnar.columns import BoolArray
from custinsights.history.columnar.instants import FIRST_YEAR, LAST_YEAR
from custinsights.sources.orders.customer_list import CustomerList
from custinsights.sources.orders.identity import check_kinds
from custinsights.sources.orders.known import customer_list, product_list
from custinsights.sources.orders.product_list import ProductList
from custinsights.sources.orders.rates import Rates, check_rates
from custinsights.sources.orders.rows import ParsedRows
from custinsights.sources.texts.vocabulary import IDENTITIES, status_word

RefundRule: TypeAlias = str | Callable[[Mapping[str, str]], bool]
"""Which rows are refunds: ``"invoice_prefix:C"``, or a function of the texts of a row by field."""

_PREFIX = "invoice_prefix:"
_USUAL = ChannelTaxonomy()


def _known_currency(_owner: object, _field: object, currency: str | None) -> None:
    if currency is not None:
        minor_exponent(currency)


def _one_of(what: str, allowed: tuple[object, ...]) -> Callable[[Any, Any, Any], None]:
    """Refuse an option that is none of some words or truth values."""

    def check(_owner: object, field: attrs.Attribute[Any], value: object) -> None:
        if not any(value is one or (isinstance(value, str) and value == one) for one in allowed):
            fault = f"the option {field.name}= does not say {what}"
            raise InvalidValue(fault, value, " or ".join(map(repr, allowed)))

    return check


def _known_rule(_owner: object, _field: object, rule: RefundRule | None) -> None:
    is_prefix = isinstance(rule, str) and rule.startswith(_PREFIX) and len(rule) > len(_PREFIX)
    if rule is not None and not callable(rule) and not is_prefix:
        raise InvalidValue(
            "the option refunds= does not say which rows are refunds",
            rule,
            "'invoice_prefix:' and the first letters of their order ids, or a function of a row",
        )


def _taxonomy(given: ChannelTaxonomy | None) -> ChannelTaxonomy:
    if given is None:
        return _USUAL
    refuse_other(ChannelTaxonomy, "the option channels=", given)
    return given


def _policy(given: PurchasePolicy | None) -> PurchasePolicy:
    if given is None:
        return PurchasePolicy()
    refuse_other(PurchasePolicy, "the option policy=", given)
    return given


def _statuses(given: Mapping[str, str] | None) -> dict[str, str]:
    """Return the words of a source, as its cells are compared, and the states that they mean."""
    told: dict[str, str] = {}
    if given is None:
        return told
    refuse_other(Mapping, "the option statuses=", given)
    for word, status in given.items():
        refuse_other(str, "a word of the option statuses=", word)
        looked_up("order status", status, dict.fromkeys(ORDER_STATUSES))
        key = status_word(word)
        if not key or told.setdefault(key, status) != status:
            fault = "has two meanings" if key else "is blank"
            raise InvalidValue(
                f"a word of the option statuses= {fault}",
                word,
                "each word of the status column once; a blank one has the meaning of no status",
            )
    return told


@attrs.frozen(kw_only=True, eq=False)
class Options:
    """How a source is read; see `read_orders` for each of them."""

    customers: CustomerList = attrs.field(default=None, converter=customer_list)
    products: ProductList = attrs.field(default=None, converter=product_list)
    identity: tuple[str, ...] = attrs.field(default=IDENTITIES, converter=check_kinds)
    refunds: RefundRule | None = attrs.field(default=None, validator=_known_rule)
    currency: str | None = attrs.field(default=None, validator=_known_currency)
    rates: Rates | None = attrs.field(default=None, validator=check_rates)
    timezone: str | ZoneInfo | None = None
    policy: PurchasePolicy = attrs.field(default=None, converter=_policy)
    observed_until: dt.datetime | dt.date | str | None = None
    errors: Literal["raise", "report"] = attrs.field(
        default="raise", validator=_one_of("what to do with bad rows", ("raise", "report"))
    )
    dayfirst: bool | None = attrs.field(
        default=None,
        validator=_one_of("whether the day comes first in a date", (True, False, None)),
    )
    decimal: Literal[".", ","] | None = attrs.field(
        default=None, validator=_one_of("which mark stands before decimals", (".", ",", None))
    )
    statuses: Mapping[str, str] = attrs.field(default=None, converter=_statuses)
    channels: ChannelTaxonomy = attrs.field(default=None, converter=_taxonomy)
    keeps_all: bool = False
    """Whether orders of all currencies are kept, and those of nobody, with whom each contact is."""
    watched_in: str | None = None
    """The zone by whose days a source is watched; None is that of the calendar."""

    def __attrs_post_init__(self) -> None:
        calendar, until = self.calendar, self.observed_until
        if until is not None and not FIRST_YEAR <= calendar.instant(until).year <= LAST_YEAR:
            years = f"a day of the years {FIRST_YEAR} to {LAST_YEAR}"
            raise InvalidValue("the option observed_until= lies too far out", until, years)
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

    @property
    def days(self) -> Calendar:
        """The calendar by whose days a source is watched."""
        return self.calendar if self.watched_in is None else Calendar(timezone=self.watched_in)

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
            if not rows.has("order_id"):
                raise MissingColumn(
                    "the order's id, by which refunds= tells refunds",
                    ("order_id",),
                    tuple(rows.sheet.headers.values()),
                    "Say which header it is: columns={'order_id': 'the header', ...}",
                )
            prefix = self.refunds.removeprefix(_PREFIX)
            found |= rows.texts("order_id").where(lambda text: text.startswith(prefix))
        elif self.refunds is not None:
            columns = {field: rows.texts(field).array() for field in rows.fields}
            names = list(columns)
            told = (
                _yes_or_no(self.refunds(dict(zip(names, cells, strict=True))))
                for cells in zip(*columns.values(), strict=True)
            )
            found |= np.fromiter(told, np.bool_, len(rows))
        return found


def _yes_or_no(told: object) -> bool:
    """Refuse what a function of the user's says of a row beside True and False."""
    if not isinstance(told, bool | np.bool_):
        raise InvalidValue(
            "the function refunds= tells of a row neither that it is a refund nor that it is none",
            type(told).__name__,
            "True or False for each row",
        )
    return bool(told)
