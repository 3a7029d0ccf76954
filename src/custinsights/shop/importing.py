"""Bring what files tell into a store, again and again: what is there already stays as it is."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial, reduce
from hashlib import sha256
from inspect import signature
from operator import add
from pathlib import Path
from typing import Any, Final

import attrs
import numpy as np

from custinsights.domain.calendar import Calendar
from custinsights.domain.fields import looked_up, refuse_naive
from custinsights.domain.people import Customer
from custinsights.domain.products import Product
from custinsights.domain.tag_changes import TagChange, key_of
from custinsights.errors import InvalidValue
from custinsights.history.activity_history import ActivityHistory
from custinsights.repositories.batches import OrderBatch
from custinsights.repositories.protocols import Store, UnitOfWork
from custinsights.repositories.rows import products_of
from custinsights.repositories.whole import themselves
from custinsights.shop.contacts import how_many, told_by_table, watch_table
from custinsights.shop.import_report import ImportReport
from custinsights.shop.others import others, refuse_others
from custinsights.shop.whose import Erased, Whose, is_kept_away, whose
from custinsights.sources.formats.finding import format_asked, format_for
from custinsights.sources.importing.found import Found
from custinsights.sources.importing.people import (
    activity_batch,
    people_of_activities,
    people_of_customers,
)
from custinsights.sources.importing.reading import read_found
from custinsights.sources.orders.known import customer_list, product_list
from custinsights.sources.reading import Paths, by_system, read_orders, sources_of
from custinsights.sources.stored.reading import OBSERVED, SHOP
from custinsights.sources.texts.opening import Source

__all__ = ["import_activities", "import_customers", "import_orders", "import_products"]

ROWS: Final = 20_000
"""How many orders are written at once, and kept."""

_LOG: Final = "import"
_UNDER_WAY: Final = "import_under_way"

_OPTIONS: Final = signature(read_orders).parameters
"""The options of an import are those of `read_orders`."""

Progress = Callable[[int, int], object]


def import_orders(
    store: Store,
    paths: Paths,
    *,
    source: str = "",
    at: dt.datetime | None = None,
    erased: Erased | None = None,
    progress: Progress | None = None,
    written: Progress | None = None,
    **options: Any,
) -> ImportReport:
    """Bring order exports into a store.

    An order is the same where its source and its id are. One that is there already and is told
    otherwise is changed, and the feed of changes tells what it was; the same again changes nothing.
    Orders of all states and currencies come in, those of nobody too. Each first order makes a
    customer; who is there already is found by the id in the source, the e-mail address, or the
    phone number, and completed by what was not known; a name, an e-mail address or a phone number
    that the source tells otherwise than before stands from then on, but for what the shop corrected
    by hand (`custinsights.shop.contacts`).

    In whatever order files come in, of an order that one is believed which was watched until last:
    to the end of the last local day in it, or as `observed_until` says; of equal ones the one that
    is imported later. What an older one tells otherwise is left away, and counted.

    Files of several systems are read one system after the other: what was imported of one stays
    where a file of the next cannot be read.

    Orders are kept some thousands at a time. An import that was stopped goes on where it was, if it
    is given the same files and options.

    Parameters
    ----------
    store
        The store.
    paths, **options
        The files, and how they are read, as in `read_orders`; by default in the zone of the shop,
        and in its currency where no column says it. `customers` and `products` are imported by
        themselves.
    source
        The name of the system from which they come, where neither its format nor a column tells.
    at
        The instant that the changes bear.
    erased
        Whose an identity was who was erased: their orders stay with the nameless customer. A store
        from which somebody was erased needs it: ``privacy.suppressed(work, key=key).erased``.
    progress, written
        Called now and then with the bytes read and in total, with the orders written and in total.

    Returns
    -------
    ImportReport
        What was added, changed and left out. The log ``import`` of the store keeps it.

    Raises
    ------
    MissingColumn
        The orders have no ids, by which they would be known again; and as in `read_orders`.
    InvalidValue
        Somebody was erased from the store, and `erased` is not told; the ids are those of orders of
        other people on other days, so that two systems would be taken for one (with
        ``errors="report"`` such orders are left out and counted); and as in `read_orders`.
    BadRowsError, NaiveTime, UnreadableFile, UnknownName
        As in `read_orders`.
    """
    for name in options:
        looked_up("option of an import", name, _OPTIONS)
    for name in ("customers", "products"):
        if options.get(name) is not None:
            what = f"the option {name}= is none of an import"
            raise InvalidValue(what, type(options[name]).__name__, f"import_{name}, by itself")
    asked = format_asked(options.get("format"), options.get("columns"))
    systems = by_system(sources_of(paths), lambda header: format_for(asked, header))
    reports = [
        _import_system(
            store,
            one,
            source=source,
            at=at,
            erased=erased,
            progress=progress,
            written=written,
            **options,
        )
        for one in systems
    ]
    return reduce(add, reports)


def _import_system(
    store: Store,
    given: Sequence[Source],
    *,
    source: str,
    at: dt.datetime | None,
    erased: Erased | None,
    progress: Progress | None,
    written: Progress | None,
    **options: Any,
) -> ImportReport:
    """Import the files of one system: see `import_orders`."""
    digest = _digest(given, {"source": source, **options})
    with store.begin(read_only=True) as work:
        shop = work.annotations.setting(SHOP) or {}
        under_way = work.annotations.setting(_UNDER_WAY) or {}
    usual = {name: shop[name] for name in ("currency", "timezone") if shop.get(name)}
    told = {name: value for name, value in options.items() if value is not None}
    usual["watched_in"] = shop.get("timezone")
    found = read_found(list(given), source=source, progress=progress, **{**usual, **told})
    start = int(under_way["done"]) if digest and under_way.get("digest") == digest else 0
    report = ImportReport(what="orders", done_before=start, load_report=found.report)
    with store.begin(at=at) as work:
        _settle_shop(work, {"currency": found.currency, "timezone": told.get("timezone")})
        people = whose(work, found.people, erased, found.orders)
        ids, orders = people.owners(work, found.orders)
        now = [*map(people.today, ids.tolist()), None]
        customers = np.array(now, dtype=object)[orders.person]
        days = Calendar((work.annotations.setting(SHOP) or {}).get("timezone") or "UTC")
        is_other = others(work, orders, customers.tolist(), days)
        if told.get("errors") != "report":
            refuse_others(orders, is_other)
        people.write(work)
        _describe_products(work, found.products)
        work.commit()
        refused = int(np.count_nonzero(is_other))
        first = {"new_customers": len(people.new), "kept_away": people.kept_away}
        report = report.with_counts({**first, "refused": refused})
        report = report.with_counts(how_many(people.completed))
        for done, batch in orders.batches(ids, ROWS, start):
            own = _without_addresses(batch, people.erased)
            if is_other[done - len(batch) : done].any():
                own = own.take(np.flatnonzero(~is_other[done - len(batch) : done]))
            counts = work.orders.write(own)
            report = report.with_counts(counts)
            if digest and done < len(found.orders) and counts["added"] + counts["changed"]:
                work.annotations.set(_UNDER_WAY, {"digest": digest, "done": done})
            work.commit()
            if written is not None:
                written(done, len(found.orders))
        if work.annotations.setting(_UNDER_WAY):
            work.annotations.set(_UNDER_WAY, {})
        _watch(work, found)
        work.annotations.record(_LOG, report.record())
    return report


def import_customers(
    store: Store,
    customers: Iterable[Customer],
    *,
    source: str = "",
    at: dt.datetime | None = None,
    erased: Erased | None = None,
    observed_until: dt.datetime | None = None,
) -> ImportReport:
    """Bring a table of customers into a store: what `read_customers` returns, or customers.

    Who is not there yet is made, with an account and without orders. Of who is there, what the
    table tells is believed, but for what the shop corrected by hand, and what an older table tells
    otherwise than a newer one or newer orders. Who was erased stays away. Tags are given by hand
    where nothing was ever said of them for this customer: one that was taken away does not come
    back.

    Parameters
    ----------
    store, source, at, erased
        As in `import_orders`.
    customers
        The table.
    observed_until
        When the table was made; default: `at`.
    """
    if observed_until is not None:
        refuse_naive("the instant of a table", observed_until)
    table = customer_list(customers)
    report = ImportReport(what="customers", load_report=table.load_report)
    with store.begin(at=at) as work:
        people = whose(work, people_of_customers(table, source), erased)
        ids = people.ids.tolist()
        rows = [(own, one) for own, one in zip(ids, table, strict=True) if own not in people.erased]
        away = {own for own, one in rows if is_kept_away(one.email, erased)}
        told = {own: attrs.evolve(one, email=None) if own in away else one for own, one in rows}
        new = {str(one.id) for one in people.new}
        there = {str(one.id): one for one in themselves(work.people, told.keys() - new)}
        until = observed_until or at
        anew = told_by_table(work, there, told, source, until)
        made = [attrs.evolve(told[own], id=own, tags=()) for own in told if own in new]
        attrs.evolve(people, new=made, completed=anew).write(work)
        watch_table(work, source, until)
        work.annotations.tag(*_new_tags(work, told, people))
        counts, n = how_many(anew), len(new)
        changed = counts["customers_changed"]
        counts |= {"added": n, "changed": changed, "same": len(told) - n - changed}
        counts |= {"new_customers": n, "kept_away": people.kept_away + len(away)}
        report = report.with_counts(counts)
        work.annotations.record(_LOG, report.record())
    return report


def import_products(
    store: Store, products: Iterable[Product], *, at: dt.datetime | None = None
) -> ImportReport:
    """Bring a table of products into a store: what `read_products` returns, or products.

    What the table tells of a product takes the place of what was known.
    """
    table = product_list(products)
    with store.begin(at=at) as work:
        there = _products(work, table.ids)
        told = [attrs.evolve(one, id=str(one.id)) for one in table]
        fresh = [one for one in told if there.get(str(one.id)) != one]
        work.orders.put_products(fresh)
        added = sum(1 for one in fresh if str(one.id) not in there)
        report = ImportReport(
            what="products",
            added=added,
            changed=len(fresh) - added,
            same=len(told) - len(fresh),
            load_report=table.load_report,
        )
        work.annotations.record(_LOG, report.record())
    return report


def import_activities(
    store: Store,
    activities: ActivityHistory,
    *,
    source: str = "",
    at: dt.datetime | None = None,
    erased: Erased | None = None,
) -> ImportReport:
    """Bring what people did beside ordering into a store: what `read_activities` returns.

    An activity is the same where its source and its id are; one without an id where it says the
    same. Somebody new, such as who signs up for a newsletter, becomes a customer. What was done by
    somebody who was erased stays away.
    """
    with store.begin(at=at) as work:
        people = whose(work, people_of_activities(activities, source), erased)
        people.write(work)
        batch = activity_batch(activities, people.ids, source)
        if people.erased:
            kept = [own not in people.erased for own in batch.activities["customer"].tolist()]
            at_rows = np.flatnonzero(kept)
            batch = attrs.evolve(
                batch, activities={n: c[at_rows] for n, c in batch.activities.items()}
            )
        counts = work.activities.write(batch)
        report = ImportReport(
            what="activities",
            new_customers=len(people.new),
            kept_away=people.kept_away,
            load_report=activities.load_report,
        ).with_counts({**counts, **how_many(people.completed)})
        work.annotations.record(_LOG, report.record())
    return report


def _digest(given: Sequence[Any], options: Mapping[str, Any]) -> str:
    """Return a mark of files and how they are read; blank where they are no files by a path."""
    if not all(isinstance(one, str | os.PathLike) for one in given):
        return ""
    mark = sha256(repr(sorted((name, repr(value)) for name, value in options.items())).encode())
    for path in given:
        with Path(path).open("rb") as file:
            for block in iter(partial(file.read, 1 << 20), b""):
                mark.update(block)
        mark.update(b"\0")
    return mark.hexdigest()


def _settle_shop(work: UnitOfWork, told: Mapping[str, Any]) -> None:
    """Let the shop keep its currency and zone where they are told first.

    What is kept is written again: who writes waits for others, and what is read from then on is all
    that they left, so that nobody is new who came in by an import at the same time.
    """
    shop = dict(work.annotations.setting(SHOP) or {})
    fresh = {name: str(value) for name, value in told.items() if value and not shop.get(name)}
    if shop or fresh:
        work.annotations.set(SHOP, {**shop, **fresh})


def _watch(work: UnitOfWork, found: Found) -> None:
    """Let the shop keep from when until when its sources were watched."""
    if found.observed is None:
        return
    begin, end = (at.astimezone(dt.UTC) for at in found.observed)
    known = work.annotations.setting(OBSERVED)
    if known:
        begin = min(begin, dt.datetime.fromisoformat(known["from"]))
        end = max(end, dt.datetime.fromisoformat(known["until"]))
    work.annotations.set(OBSERVED, {"from": begin.isoformat(), "until": end.isoformat()})


def _without_addresses(batch: OrderBatch, erased: frozenset[str]) -> OrderBatch:
    """Return orders without the addresses of those who were erased."""
    if not erased or not len(batch):
        return batch
    addresses = batch.orders["addresses"].copy()
    addresses[[own in erased for own in batch.orders["customer"].tolist()]] = None
    return attrs.evolve(batch, orders={**batch.orders, "addresses": addresses})


def _products(work: UnitOfWork, ids: Sequence[str]) -> dict[str, Product]:
    batches = work.orders.products([*ids])
    return {str(one.id): one for batch in batches for one in products_of(batch)}


def _describe_products(work: UnitOfWork, told: Sequence[Product]) -> None:
    """Let what lines say of products fill what is not known of them."""
    there = _products(work, [str(one.id) for one in told])
    fresh = []
    for one in told:
        known = there.get(str(one.id))
        if known is None:
            fresh.append(one)
            continue
        names = [name for name in ("title", "category", "department") if getattr(one, name)]
        blank = {n: getattr(one, n) for n in names if getattr(known, n) is None}
        if blank:
            fresh.append(attrs.evolve(known, **blank))
    work.orders.put_products(fresh)


def _new_tags(work: UnitOfWork, told: Mapping[str, Customer], people: Whose) -> list[TagChange]:
    """Return the tags of a table of which nothing was ever said."""
    if not any(one.tags for one in told.values()):
        return []
    known = {(str(c.customer), key) for c in work.annotations.tag_changes() for key in c.keys}
    why = {"by": "import", "why": "stands in the customer table"}
    return [
        TagChange(own, tag.name, "added", tag.since, until=tag.until, **why)
        for own, one in told.items()
        for tag in one.tags
        if (people.today(own), key_of(tag.name)) not in known
    ]
