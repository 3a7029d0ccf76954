"""Read the history of a shop out of the store in which its objects rest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import numpy as np

from custinsights.domain.load_report import LoadReport
from custinsights.domain.policy import PurchasePolicy
from custinsights.domain.tags import TagBook
from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import IntArray
from custinsights.history.columnar.localtime import DAY, Transitions, to_microseconds
from custinsights.history.orders import OrderHistory
from custinsights.repositories.protocols import Store, UnitOfWork
from custinsights.repositories.stored import Key
from custinsights.sources.orders.building import observed, over_refunded
from custinsights.sources.orders.options import Options
from custinsights.sources.stored.orders import Coded, chosen
from custinsights.sources.stored.people import activities_of, people_of
from custinsights.sources.stored.scanning import products_of, scanned_orders

SHOP, OBSERVED = "shop", "observed"
"""The settings of a store that say in which currency and zone the shop counts, and from when until
when its sources were watched."""


def read_store(
    store: Store | UnitOfWork,
    *,
    customers: Sequence[Key] | None = None,
    currency: str | None = None,
    timezone: str | ZoneInfo | None = None,
    policy: PurchasePolicy | None = None,
    observed_until: dt.datetime | dt.date | str | None = None,
    name: str = "",
) -> OrderHistory:
    """Read the history of a shop out of the store in which its orders rest.

    Orders, refunds, lines, products, people, tags and activities; who was merged is one person.

    Parameters
    ----------
    store
        The store, or a unit of work of it that has begun.
    customers
        Whose history: all by default. That of few is read in a few milliseconds.
    currency
        The currency of the history; by default the shop's, else that of all orders. Orders in
        others are left out and counted.
    timezone
        The zone in which days are counted; by default the shop's, else UTC.
    policy
        Which orders count; all of them rest in the store.
    observed_until
        Until when the store knows everything; by default until the end of what was imported, or of
        the last local day in it.
    name
        What the load report calls the store.

    Returns
    -------
    OrderHistory
        The history, in which customers and orders have texts for ids. Its load report counts a row
        for each order, for each refund with a key of its own, and for each activity.

    Raises
    ------
    InvalidValue
        This is no store; there is nothing in it, and no currency is told; no order is in
        `currency`; an attribute of the people is of several kinds.
    SeveralCurrencies
        The orders are in several currencies, and neither `currency` nor the shop says which.
    UnknownName
        There is no such currency or time zone.

    Notes
    -----
    A number, such as a discount, that is not told of an order is 0, if it is told of any other.
    """
    options = Options(
        currency=currency, timezone=timezone, policy=policy, observed_until=observed_until
    )
    given: Any = store
    if hasattr(given, "begin"):
        with given.begin(read_only=True) as work:
            return _history(work, options, customers, name)
    if not hasattr(given, "orders"):
        allowed = "a store, or a unit of work that its begin() gives"
        raise InvalidValue("this is no store", type(store).__name__, allowed)
    return _history(given, options, customers, name)


def _history(
    work: UnitOfWork, options: Options, customers: Sequence[Key] | None, name: str
) -> OrderHistory:
    shop = work.annotations.setting(SHOP) or {}
    if options.timezone is None and shop.get("timezone"):
        options = attrs.evolve(options, timezone=shop["timezone"])
    coded = Coded.of(scanned_orders(work.orders, customers))
    usual = shop.get("currency")
    if usual is None and customers is not None and not coded.currency.names:
        usual = _currency_of_others(work)
    currency = coded.currency_asked(options.currency, usual)
    asked = None if customers is None else sorted(set(coded.held.lines["product"].tolist()))
    products = products_of(work.orders, asked)
    is_part = customers is not None
    found = chosen(coded, currency, options.policy, products, is_part=is_part)
    active = activities_of(work.activities, customers, currency)
    has_times = not _are_days(coded.held.orders["placed_at"], options)
    watched = _watched(work.annotations.setting(OBSERVED))
    begin, end = observed([*coded.instants, *found.refunded, *watched], options)
    if begin is not None and active.columns is not None and len(active.columns):
        first, _ = observed(
            [int(active.columns.at.min())], attrs.evolve(options, observed_until=None)
        )
        begin = min(begin, first or begin)
    left_out = (*found.left_out, *active.left_out)
    rows = found.rows + active.rows
    report = LoadReport(
        sources=(name,) if name else (),
        rows_read=rows,
        rows_used=rows - sum(entry.rows for entry in left_out),
        left_out=left_out,
        timezone_assumed=options.timezone is None and has_times,
    )
    history = OrderHistory.of(
        found.orders,
        refunds=found.refunds,
        lines=found.lines,
        products=found.products,
        people=people_of(work.people, customers, coded.customer),
        activities=active.columns,
        currency=currency,
        calendar=options.calendar,
        policy=options.policy,
        observed_from=begin,
        observed_until=end,
        has_times=has_times,
        load_report=report.noting(
            "over_refunded_orders", over_refunded(found.orders, found.refunds)
        ).noting("undated_refunds", found.undated),
    )
    tags = _tags(work, customers)
    return _with_table(history.with_tags(tags) if tags.log else history)


def _currency_of_others(work: UnitOfWork) -> str | None:
    """Return the currency of the first order of all, for who has none."""
    first = next(work.orders.scan(["currency"], batch_rows=1), None)
    return None if first is None or not len(first) else str(first.orders["currency"][0])


def _with_table(history: OrderHistory) -> OrderHistory:
    """Return the history with a table of its customers, which every store has, be it empty."""
    if history.people_table.is_listed is not None:
        return history
    listed = np.zeros(history.people, dtype=np.bool_)
    people = attrs.evolve(history.people_table, is_listed=listed)
    aside = history.aside
    return history.of_facts(
        attrs.evolve(
            history,
            people_table=people,
            aside=None if aside is None else attrs.evolve(aside, people_table=people),
        )
    )


def _tags(work: UnitOfWork, customers: Sequence[Key] | None) -> TagBook:
    if customers is None:
        return TagBook(work.annotations.tag_changes())
    return TagBook(
        change for customer in customers for change in work.annotations.tag_changes(customer)
    )


def _are_days(placed_at: IntArray, options: Options) -> bool:
    """Whether every order was placed at the beginning of a local day: then days alone are known."""
    if not len(placed_at):
        return False
    for some in (placed_at[:1], placed_at):  # the first one tells it as a rule
        ends = int(some.min()), int(some.max())
        local = Transitions.of(options.calendar.zone, *ends).to_local(some)
        if np.any(local % DAY):
            return False
    return True


def _watched(setting: Mapping[str, Any] | None) -> list[int]:
    """Return the first and the last instant at which the sources of a store were watched."""
    if not setting:
        return []
    begin, end = (dt.datetime.fromisoformat(setting[side]) for side in ("from", "until"))
    return [to_microseconds(begin), to_microseconds(end) - 1]
