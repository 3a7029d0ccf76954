"""How do orders become the rows of a file? Those of all, of some customers, or of one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

import numpy as np

from custinsights.domain.calendar import Calendar
from custinsights.domain.fields import as_tuple, looked_up
from custinsights.domain.money import Money
from custinsights.domain.people import Customer
from custinsights.errors import InvalidValue, counted
from custinsights.history.orders import When
from custinsights.repositories.batches import NOTHING, ORDER_COLUMNS
from custinsights.repositories.protocols import UnitOfWork
from custinsights.repositories.rows import microseconds_of
from custinsights.repositories.stored import Key
from custinsights.repositories.whole import whole
from custinsights.results.table import Column
from custinsights.shop.exports.customers import todays_ids
from custinsights.shop.exports.exported import Export
from custinsights.shop.exports.order_rows import OrderRows, read_orders_of
from custinsights.shop.exports.presets import ExportPreset, chosen_preset

__all__ = ["ORDER_FIELDS", "export_orders"]

_STORED: Final = {name: kind for name, kind in ORDER_COLUMNS.items() if kind != "mapping"}
_MADE: Final = ("entry", "products", "refunded", "net")
_PEOPLE: Final = ("name", "email", "phone")
_PARTS: Final = ("street", "postal_code", "city", "region", "country")
_PLACES: Final = {
    f"{side}_{one}": (side, one) for side in ("shipping", "billing") for one in _PARTS
}
_LABEL: Final = "label:"
_ASKED_ANYWAY: Final = ("placed_at", "currency", "amount")

ORDER_FIELDS: Final = (*_STORED, *_MADE, *(f"customer_{one}" for one in _PEOPLE), *_PLACES)
"""What can be told of orders beside ``label:NAME``: ``products`` are ids with quantities, ``net``
is the amount less what was given back of it, ``entry`` is ``order``, or ``refund`` of no order."""


def export_orders(
    work: UnitOfWork,
    preset: str | ExportPreset | None = None,
    *,
    fields: Iterable[str] | None = None,
    customers: Collection[Key] | None = None,
    window: tuple[When, When] | None = None,
    calendar: Calendar | None = None,
) -> Export:
    """Return chosen fields of orders as rows for a file.

    All orders are in it, whatever their state, also those of guests unless `customers` are told.
    Where ``entry`` is among the fields, refunds that name no order have rows of their own, so that
    ``net`` adds up; else the notes tell their sum.

    Parameters
    ----------
    work : UnitOfWork
        One that has begun; nothing is written.
    preset : str or ExportPreset, default "orders"
        A name in `PRESETS`, or one of your own.
    fields : iterable of str, optional
        Other columns than those of the preset: `ORDER_FIELDS`, and ``label:NAME``.
    customers : collection of str or int, optional
        Whose orders, by today's ids or any that they had; everybody's unless told.
    window : (datetime, datetime), optional
        Only orders placed, and refunds of no order given, in the half-open span of two dates or
        instants. What was given back later of an order in it is in ``refunded`` all the same.
    calendar : Calendar, optional
        In whose zone days begin and instants are shown; UTC unless told.

    Returns
    -------
    Export
        By ascending instant, then source and id. Amounts in several currencies are told apart by
        the field ``currency``.

    Raises
    ------
    UnknownName
        There is no such preset, field or customer.
    InvalidValue
        The preset is one of customers, a field is named twice, or the window ends before it begins.
    """
    asked = chosen_preset(preset, "orders", fields)
    for name in asked.fields:
        if not name.startswith(_LABEL):
            looked_up("field of orders", name, dict.fromkeys(ORDER_FIELDS))
    days = calendar or Calendar()
    span = None if window is None else _span(window, days)
    ids = None if customers is None else sorted(todays_ids(work.people, customers))
    needed = [name for name in ORDER_COLUMNS if name in (*_ASKED_ANYWAY, *asked.fields)]
    needed += ["labels"] if any(name.startswith(_LABEL) for name in asked.fields) else []
    needed += ["addresses"] if any(name in _PLACES for name in asked.fields) else []
    rows = read_orders_of(work.orders, needed, ids, with_lines="products" in asked.fields)
    has_entries = "entry" in asked.fields
    chosen = rows.within(span, with_refunds=has_entries)
    people = {}
    if any(name.startswith("customer_") for name in asked.fields):
        whose = {one for one in chosen.texts("customer") if one is not None}
        listed = whole(work.people, work.people.listed(customers=whose))
        people = {str(one.id): one for one in listed}
    return Export(
        preset=asked,
        columns=tuple(_column(chosen, name, people) for name in asked.fields),
        left_out={},
        notes=() if has_entries else tuple(_of_no_order(rows, span)),
        timezone=days.timezone,
    )


def _span(window: tuple[When, When], days: Calendar) -> tuple[int, int]:
    if len(as_tuple(window)) != 2:  # noqa: PLR2004 - a start and an end
        raise InvalidValue("the window is no span", len(window), "a start, and an end after it")
    start, end = (microseconds_of(days.instant(one)) or 0 for one in window)
    if end < start:
        given = " to ".join(map(str, window))
        raise InvalidValue(
            "the window ends before it begins", given, "a start, and an end after it"
        )
    return start, end


def _column(rows: OrderRows, name: str, people: Mapping[str, Customer]) -> Column:
    if name.startswith(_LABEL):
        return Column(name, "label", rows.part("labels", name.removeprefix(_LABEL)))
    if name in _PLACES:
        side, part = _PLACES[name]
        return Column(name, "label", rows.part("addresses", side, part))
    if name.startswith("customer_"):
        told = [people.get(one or "") for one in rows.texts("customer")]
        field = name.removeprefix("customer_")
        return Column(name, "label", [one and getattr(one, field) for one in told])
    kind = _STORED.get(name, "money" if name in ("refunded", "net") else "text")
    if kind == "text":
        return Column(name, "label", rows.texts(name))
    values = rows.numbers(name)
    if kind == "instant":
        return Column(name, "instant", values)
    missing = values == NOTHING
    if kind == "quantity":
        return Column(name, "quantity", np.where(missing, 0, values), missing, "items", 3)
    unit, exponent, scaled = rows.in_one_unit(np.where(missing, 0, values))
    return Column(name, "money", scaled, missing, unit, exponent)


def _of_no_order(rows: OrderRows, span: tuple[int, int] | None) -> list[str]:
    """What is said of refunds that have no row."""
    loose = rows.within(span, with_refunds=True).loose_by_currency()
    number = sum(len(amounts) for amounts in loose.values())
    sums = ", ".join(
        f"{currency} {Money.from_minor(sum(amounts), currency).amount:,}"
        for currency, amounts in loose.items()
    )
    said = f"{counted(number, 'refund')} of no order, together {sums}: not in it"
    return [f"{said}; the preset accounting has them."] if number else []
