"""Make one history of several channels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias, overload
from zoneinfo import ZoneInfo

import attrs
import numpy as np

from custinsights.domain.calendar import Calendar
from custinsights.domain.currencies import NO_CURRENCY
from custinsights.domain.fields import refuse_different
from custinsights.domain.load_report import LoadReport
from custinsights.domain.money import Money
from custinsights.errors import Incompatible, InvalidValue, SeveralCurrencies
from custinsights.history.activity_history import ActivityHistory
from custinsights.history.building.joining import (
    Columns,
    columns_of,
    concatenated,
    listed,
    relaid,
    spanning,
)
from custinsights.history.columnar.columns import (
    AnyArray,
    BoolArray,
    ContactColumns,
    Labels,
    Products,
)
from custinsights.history.columnar.uniting import united_people, united_products
from custinsights.history.context import Context
from custinsights.history.facts import Facts, check_history
from custinsights.history.orders import OrderHistory
from custinsights.history.whole import History
from custinsights.sources.orders.identity import outside_ids
from custinsights.sources.orders.options import Options
from custinsights.sources.orders.rates import Rates
from custinsights.sources.orders.shaping import identities
from custinsights.sources.several.exchange import converted, in_zone, without_facts, without_prices
from custinsights.sources.several.overlap import Origins, comparable_ids, once, rows_and_money
from custinsights.sources.several.persons import persons_of

Histories: TypeAlias = Iterable[History] | Mapping[str, History]


@overload
def combine(  # type: ignore[overload-overlap]  # the narrower comes first
    histories: Iterable[ActivityHistory] | Mapping[str, ActivityHistory],
    *,
    currency: str | None = None,
    rates: Rates | None = None,
    timezone: str | ZoneInfo | None = None,
) -> ActivityHistory: ...
@overload
def combine(
    histories: Histories,
    *,
    currency: str | None = None,
    rates: Rates | None = None,
    timezone: str | ZoneInfo | None = None,
) -> OrderHistory: ...
def combine(
    histories: Histories,
    *,
    currency: str | None = None,
    rates: Rates | None = None,
    timezone: str | ZoneInfo | None = None,
) -> OrderHistory | ActivityHistory:
    """Make one history of several: of several channels, or of several exports of one.

    An order is the same where its source and its id are: it counts once, as the history tells it
    that was observed until last, of several the later in the list. A refund that names no order or
    an activity counts once where two histories of one source hold it alike. Orders without ids
    cannot be compared. Whom one source gives one id is one person; people with ids of different
    sources are one where they share an e-mail address, else a phone number; a contact that belongs
    to two ids of one source tells nothing. Who has no id is told as by `read_orders`. What belongs
    to people who were joined belongs to the one person that they are, and all is asked again until
    nobody is joined any more. Of what is said differently of a person or a product, the history is
    believed that was observed until last.

    Parameters
    ----------
    histories
        The histories; or a mapping from the name of a source to its history, for those whose
        orders have no label ``source`` of their own, or that have no orders. Histories that name no
        source are of one.
    currency
        The currency of the history together. Without `rates`, histories in others are left out and
        counted.
    rates
        As in `read_orders`. An order and its refunds are converted by the rate of the order's day.
    timezone
        The zone in which days and hours are counted. By default that of the histories which name
        one; days of a history without times of day stay the days that they are.

    Returns
    -------
    OrderHistory or ActivityHistory
        The history; of activities where all are. Its load report adds up those of the others, and
        says how many rows were there twice. Everybody is named by an id, else an e-mail address,
        else a phone number; where two people would have one name, the source stands before it:
        ``"etsy:7"``.

    Raises
    ------
    InvalidValue
        There is no history; an order of two histories that name no source is not the same; two
        histories of one source tell different parts of an order, which are read in one call; there
        is no rate for a day.
    SeveralCurrencies
        The histories are in several currencies, and `currency` is not given.
    Incompatible
        They count in several time zones, and `timezone` is not given; or they have other policies,
        first weekdays or fiscal years; or an attribute of the people is of several kinds.

    Notes
    -----
    A number of the orders that only some of the histories have, such as their discounts, is in
    none of them together; neither are the order ids, where some have none. Cost: one sort of the
    orders, a few passes over the people.

    Examples
    --------
    >>> shop = OrderHistory.from_arrays(
    ...     customer=["ada@example.com", "bo@example.com"],
    ...     placed_at=["2024-01-05", "2024-01-06"],
    ...     amount=[10, 5],
    ...     order_id=[1, 2],
    ...     currency="EUR",
    ...     timezone="Europe/Paris",
    ... )
    >>> fair = OrderHistory.from_arrays(
    ...     customer=["ada@example.com"],
    ...     placed_at=["2024-02-01"],
    ...     amount=[7],
    ...     order_id=[1],
    ...     currency="EUR",
    ...     timezone="Europe/Paris",
    ... )
    >>> combine({"shop": shop, "fair": fair})
    <OrderHistory: 3 orders of 2 people, 2024-01-05 to 2024-02-02 Europe/Paris, EUR>
    """
    options = Options(currency=currency, rates=rates, timezone=timezone)
    given, names = _given(histories)
    for facts in given[1:]:
        refuse_different("the histories", given[0], facts, {"policy": "policies"})
    calendar = _calendar([facts.context for facts in given], options)
    code = _currency(given, options)
    given = [_without_currency(facts, code) for facts in given]
    persons = persons_of(given, [_who_comes(facts, code, options) for facts in given], names)
    is_text = any(facts.customer_ids.dtype.kind == "T" for facts in given)
    ids = outside_ids(persons.names, is_text=is_text)
    named = ids if len(ids) else np.array([None])  # nobody comes in
    parts = [
        _part(facts, named.take(codes), code, calendar, options)
        for facts, codes in zip(given, persons.codes, strict=True)
    ]
    contexts = [part.context for part in parts]
    ends = sorted({context.observed_until for context in contexts}, reverse=True)
    ranks = [ends.index(context.observed_until) for context in contexts]
    products, codes = united_products([part.products for part in parts], ranks)
    held = comparable_ids([part.columns for part in parts])
    people = united_people([part.people for part in held], ranks)
    origins = Origins.of(held, ranks, names)
    columns, report, notes = once(concatenated(held, codes, people), origins, code)
    contacts = {
        kind: ContactColumns(identities(ids, one.person), one.text)
        for kind, one in persons.held.items()
        if len(one.person)
    }
    columns = attrs.evolve(columns, contacts=contacts)
    whole = spanning(contexts)
    told = {**persons.notes, **notes} if len(given) > 1 else {}
    report += LoadReport(notes=[(name, times) for name, times in told.items() if times])
    is_assumed = options.timezone is None and all(not _names_zone(facts.context) for facts in given)
    report = attrs.evolve(
        whole.source_report + report,
        rows_used=whole.source_report.rows_used - report.rows_left_out,
        timezone_assumed=is_assumed and whole.source_report.timezone_assumed,
    )
    made = relaid(columns, products, attrs.evolve(whole, source_report=report))
    tells_orders = any(facts.tells_orders for facts in given)
    return OrderHistory.of_facts(made) if tells_orders else ActivityHistory.of_facts(made)


@attrs.frozen(eq=False)
class _Part:
    """A history on its way: its columns under new identities, its products, what holds for it."""

    columns: Columns
    products: Products | None
    context: Context


def _given(histories: Any) -> tuple[list[Facts], list[str]]:
    """Return the histories, and the names of those without orders.

    The orders of named ones have the name as their source.
    """
    if isinstance(histories, Facts) or not isinstance(histories, Iterable):
        given = type(histories).__name__
        raise InvalidValue("there is no list of histories", given, "several histories in a list")
    values = [*(histories.values() if isinstance(histories, Mapping) else histories)]
    names: list[Any] = [*histories] if isinstance(histories, Mapping) else [None] * len(values)
    for facts in values:
        check_history(facts)
    if not values:
        raise InvalidValue("there is no history to combine", (), "one history or more")
    found = [_of_source(facts, name) for facts, name in zip(values, names, strict=True)]
    return found, [
        name if name and not (len(facts) or facts.aside) else ""
        for facts, name in zip(found, names, strict=True)
    ]


def _of_source(facts: Facts, name: object) -> Facts:
    """Return a history with its source as a label of the orders that have none."""
    if name is None:
        return facts
    if not isinstance(name, str) or not name.strip():
        raise InvalidValue("the name of a source is no text", name, "a text such as 'fair'")
    column = facts.labels.get("source", Labels.missing(len(facts)))
    filled = Labels(
        np.where(column.codes < 0, np.int32(len(column.names)), column.codes), (*column.names, name)
    )
    aside = None if facts.aside is None else _of_source(facts.aside, name)
    labels = {**facts.labels, "source": filled.canonical()}
    return attrs.evolve(facts, labels=labels, aside=aside)


def _names_zone(context: Context) -> bool:
    """Whether somebody said in which zone a history counts days: for dates alone UTC is none."""
    is_none = not context.has_times and context.calendar.timezone == Calendar().timezone
    return not (context.source_report.timezone_assumed or is_none)


def _calendar(contexts: Sequence[Context], options: Options) -> Calendar:
    """Return the one calendar of all histories, in the zone that is asked for or that they name."""
    zones = [*dict.fromkeys(c.calendar.timezone for c in contexts if _names_zone(c))]
    if options.timezone is not None:
        zones = [options.calendar.timezone]
    if len(zones) > 1:
        advice = f"Say in which zone days and hours are counted: timezone={zones[0]!r}"
        raise Incompatible("the time zones of the histories", zones[0], zones[1], advice)
    zone = zones[0] if zones else Calendar().timezone
    calendars = [attrs.evolve(context.calendar, timezone=zone) for context in contexts]
    for calendar in calendars[1:]:
        if calendar != calendars[0]:
            raise Incompatible("the calendars of the histories", calendars[0], calendar)
    return calendars[0]


def _currency(given: Sequence[Facts], options: Options) -> str:
    codes = sorted({facts.currency for facts in given} - {NO_CURRENCY}) or [NO_CURRENCY]
    if options.currency is not None or len(codes) == 1:
        return options.currency or codes[0]
    told = []
    for code in codes:
        counts = [rows_and_money(columns_of(facts)) for facts in given if facts.currency == code]
        total = Money.from_minor(sum(minor for _, minor in counts), code)
        told.append((code, sum(rows for rows, _ in counts), total))
    raise SeveralCurrencies(told)


def _without_currency(facts: Facts, currency: str) -> Facts:
    """Return a history in which there is no money as one in the currency of the others."""
    if facts.currency != NO_CURRENCY:
        return facts
    return attrs.evolve(facts, context=attrs.evolve(facts.context, currency=currency))


def _who_comes(facts: Facts, currency: str, options: Options) -> BoolArray:
    """Return who comes in with a history: of one whose facts stay out those in its table."""
    if facts.currency == currency or options.rates is not None:
        return np.ones(facts.people, dtype=np.bool_)
    comes = np.zeros(facts.people, dtype=np.bool_)
    comes[listed(facts)] = True
    return comes


def _part(
    facts: Facts, ids: AnyArray, currency: str, calendar: Calendar, options: Options
) -> _Part:
    """Return the columns of a history in the currency and the zone of all."""
    aside = None if facts.aside is None else attrs.evolve(facts.aside, customer_ids=ids)
    columns = attrs.evolve(
        columns_of(attrs.evolve(facts, customer_ids=ids, aside=aside)), contacts={}
    )
    context, products = attrs.evolve(facts.context, part=None), facts.products
    before, after = (facts.currency, facts.calendar.timezone), (currency, calendar.timezone)
    if context.spend is not None and before != after:
        what = "the currencies or time zones of a history with spend and of all together"
        advice = "Combine the histories first, then say what was spent: with_spend"
        raise Incompatible(what, before, after, advice)
    columns, context = in_zone(columns, context, calendar)
    if facts.currency != currency:
        products = None if products is None else without_prices(products)
        columns, report = (
            without_facts(columns, facts.currency)
            if options.rates is None
            else converted(columns, facts.currency, currency, options.rates, calendar)
        )
        used = context.source_report.rows_used - report.rows_left_out
        report = attrs.evolve(context.source_report, rows_used=used) + report
        context = attrs.evolve(context, source_report=report)
    return _Part(columns, products, attrs.evolve(context, currency=currency, calendar=calendar))
