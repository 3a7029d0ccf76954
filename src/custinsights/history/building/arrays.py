"""How do plain arrays become the columns of a history?"""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any

import numpy as np

from custinsights.domain.calendar import Calendar
from custinsights.domain.contacts import hidden_if_contact
from custinsights.domain.currencies import NO_CURRENCY
from custinsights.domain.fields import near_name, refuse_other
from custinsights.domain.load_report import LoadReport
from custinsights.domain.money import minor_exponent
from custinsights.errors import InvalidValue, UnknownName, counted
from custinsights.history.activities import ActivityColumns
from custinsights.history.columnar.amounts import LARGEST, to_minor, to_thousandths
from custinsights.history.columnar.columns import (
    NO_NUMBER,
    NUMBER_COLUMNS,
    TEXT_COLUMNS,
    AnyArray,
    IntArray,
    Labels,
    LineColumns,
    OrderColumns,
    People,
    Products,
    RefundColumns,
    listed,
)
from custinsights.history.columnar.identities import as_identities
from custinsights.history.columnar.instants import to_instants

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_MINOR = "_minor"


def calendar_of(timezone: str | ZoneInfo | None, calendar: Calendar | None) -> Calendar:
    """Return the calendar that two ways of saying it mean; refuse both at once."""
    if timezone is not None and calendar is not None:
        raise InvalidValue(
            what="the zone is given twice",
            given="timezone and calendar",
            allowed="one of them",
            advice="put the zone into the calendar",
        )
    if calendar is not None:
        refuse_other(Calendar, "the calendar", calendar)
        return calendar
    return Calendar() if timezone is None else Calendar(timezone=timezone)


def columns_of(
    *,
    customer: Any,
    placed_at: Any,
    amount: Any,
    amount_minor: Any,
    order_id: Any,
    currency: str,
    calendar: Calendar,
    has_zone: bool,
    columns: dict[str, Any],
) -> dict[str, Any]:
    """Return the keyword arguments of `OrderHistory.of` that plain arrays mean."""
    exponent = minor_exponent(currency)
    _refuse_misspelt(columns, has_ids=order_id is not None)
    streams: dict[str, Any] = {}
    for name, kind in _STREAMS.items():
        if (given := columns.pop(name, None)) is not None:
            if not isinstance(given, kind):
                raise InvalidValue(
                    what=f"{name} must be columns of their own",
                    given=type(given).__name__,
                    allowed=f"a {kind.__name__}",
                )
            streams[name] = given
    if (amount is None) == (amount_minor is None):
        raise InvalidValue(
            what="the amount must be given once",
            given="neither" if amount is None else "amount and amount_minor",
            allowed="amount in major units, or amount_minor in minor units",
        )
    rounded = 0
    if amount_minor is None:
        minor, rounded = to_minor(amount, exponent)
    else:
        minor = whole_numbers(amount_minor, "amount_minor")
    instants, notes, has_times, is_assumed = _instants(placed_at, calendar, has_zone=has_zone)
    numbers, labels, more = _columns(columns, exponent)
    rounded += more
    if rounded:
        notes["rounded_values"] = rounded
    rows = len(minor)
    refunds: RefundColumns | None = streams.get("refunds")
    if refunds is not None:
        rows += len(refunds) if refunds.rows is None else int(refunds.rows.sum())
    return {
        "orders": OrderColumns(
            customer=_identities(customer),
            placed_at=instants,
            amount=minor,
            order_id=None if order_id is None else _order_ids(order_id),
            numbers=numbers,
            labels=labels,
        ),
        **streams,
        "currency": currency,
        "calendar": calendar,
        "has_times": has_times,
        "load_report": LoadReport(
            rows_read=rows,
            rows_used=rows,
            notes=tuple(sorted(notes.items())),
            timezone_assumed=is_assumed,
        ),
    }


def _columns(
    given: dict[str, Any], exponent: int
) -> tuple[dict[str, IntArray], dict[str, Labels], int]:
    """Return number columns, text columns, and how many values rounding changed."""
    numbers: dict[str, IntArray] = {}
    labels: dict[str, Labels] = {}
    rounded = 0
    for name, values in given.items():
        stem = name.removesuffix(_MINOR)
        if values is None:
            continue
        if stem in numbers:
            raise InvalidValue(
                what=f"the column {stem!r} is given twice",
                given=f"{stem} and {stem}{_MINOR}",
                allowed="one of them",
            )
        if stem not in NUMBER_COLUMNS:
            labels[name] = values if isinstance(values, Labels) else _labels(name, values)
        elif stem != name:
            numbers[stem] = whole_numbers(values, name)
        else:
            numbers[stem], more = (
                to_thousandths(values) if stem == "units" else to_minor(values, exponent)
            )
            rounded += more
    return numbers, labels, rounded


def _refuse_misspelt(columns: dict[str, Any], *, has_ids: bool) -> None:
    """Refuse a label of one's own whose name nearly is that of a known column not given."""
    minor = (f"{name}{_MINOR}" for name in NUMBER_COLUMNS)
    known = (*NUMBER_COLUMNS, *minor, *TEXT_COLUMNS, *_STREAMS, "order_id")
    given = [name for name, values in columns.items() if values is not None]
    given += ["order_id"] if has_ids else []
    for name in given:
        if name not in known and near_name(name, known) not in (None, *given):
            advice = "The name of a label of one's own must not be so near to a known one"
            raise UnknownName("column", name, known, advice)


_STREAMS: dict[str, type] = {
    "refunds": RefundColumns,
    "lines": LineColumns,
    "products": Products,
    "people": People,
}


def whole_numbers(values: Any, what: str) -> IntArray:
    """Return a column of whole numbers as int64; refuse floats, which would be truncated."""
    array = np.asarray(values)
    if array.ndim != 1:
        raise InvalidValue(f"{what} must be one column", f"{array.ndim} dimensions", "1")
    if array.dtype.kind in "iu" or not len(array):
        return array.astype(np.int64)
    raise InvalidValue(
        what=f"{what} must be whole numbers",
        given=f"a column of {array.dtype}",
        allowed="integers",
        advice=f"{what.removesuffix(_MINOR)} takes major units" if what.endswith(_MINOR) else "",
    )


def _instants(
    values: Any, calendar: Calendar, *, has_zone: bool
) -> tuple[IntArray, dict[str, int], bool, bool]:
    """Return instants, what the load report says of them, whether they hold times, and a guess."""
    if isinstance(values, np.ndarray) and values.dtype.kind == "i" and values.ndim == 1:
        return values.astype(np.int64, copy=False), {}, True, not has_zone
    found = to_instants(values, calendar.zone if has_zone else None)
    notes = {"ambiguous_times": found.ambiguous, "skipped_times": found.gaps}
    return (
        found.values,
        {name: count for name, count in notes.items() if count},
        not found.dates_only,
        not has_zone,
    )


def _identities(values: Any) -> AnyArray | Labels:
    """Return identities as an array or, where pyarrow holds texts, coded by it."""
    if isinstance(values, Labels) or (isinstance(values, np.ndarray) and values.ndim):
        return values
    if hasattr(values, "to_arrow"):  # a polars Series
        values = values.to_arrow()
    if hasattr(values, "dictionary_encode"):
        is_number = str(values.type).startswith(("int", "uint"))
        if values.null_count == 0 and is_number:
            return np.asarray(values.to_numpy())
        return Labels.of_arrow(values)
    return _listed(values, "customer")


def _labels(name: str, values: Any) -> Labels:
    array = values if isinstance(values, np.ndarray) else _listed(values, name)
    if array.dtype.kind in "OTU":
        texts = array.tolist()
        wrong = {type(text).__name__ for text in texts if not isinstance(text, str)}
        wrong -= {"NoneType", "float"}  # None and NaN are missing
        if not wrong and all(isnan(text) for text in texts if isinstance(text, float)):
            return Labels.encode(texts)
        given = ", ".join(sorted(wrong)) or "numbers"
    else:
        given = str(array.dtype)
    raise InvalidValue(
        what=f"the column {name!r} must hold texts",
        given=f"values of type {given}",
        allowed="texts, None where unknown; or one of the number columns "
        + ", ".join(NUMBER_COLUMNS),
    )


def _order_ids(values: Any) -> AnyArray:
    given = values if isinstance(values, np.ndarray) else _listed(values, "order_id")
    ids = as_identities(given, "the ids of the orders")
    repeated = len(ids) - len(np.unique(ids) if ids.dtype.kind == "i" else set(ids.tolist()))
    if repeated:
        raise InvalidValue(
            what="order ids are there more than once",
            given=counted(repeated, "repeated id"),
            allowed="one row per order",
            advice="read files of order lines or of overlapping exports with read_orders",
        )
    return ids


def _listed(values: Any, what: str) -> AnyArray:
    """Return any sequence as an array, texts as objects."""
    items = values.to_pylist() if hasattr(values, "to_pylist") else listed(values, what)  # pyarrow
    array = np.asarray(items)
    if array.dtype.kind in "iuO":
        return array
    return np.array(items, dtype=object)


def activity_columns_of(
    *,
    customer: Any,
    at: Any,
    texts: dict[str, Any],
    amount: Any,
    amount_minor: Any,
    score: Any,
    currency: str | None,
    calendar: Calendar,
    has_zone: bool,
) -> dict[str, Any]:
    """Return the keyword arguments of `ActivityHistory.of` that plain arrays mean."""
    if amount is not None and amount_minor is not None:
        raise InvalidValue(
            "the amount is given twice", "amount and amount_minor", "one of them, or none"
        )
    if currency is None and (amount is not None or amount_minor is not None):
        raise InvalidValue(
            "nothing says in which currency the amounts of the activities are",
            None,
            "the code of a currency",
            "Pass currency='EUR' or another code",
        )
    code = NO_CURRENCY if currency is None else currency
    exponent = minor_exponent(code)
    instants, notes, has_times, is_assumed = _instants(at, calendar, has_zone=has_zone)
    minor, rounded = _where_told("amount", amount, exponent)
    scores, more = _where_told("score", score, 3)
    if rounded + more:
        notes["rounded_values"] = rounded + more
    rows = len(instants)
    return {
        "activities": ActivityColumns(
            customer=_identities(customer),
            at=instants,
            labels={
                name: given if isinstance(given, Labels) else _labels(name, given)
                for name, given in texts.items()
            },
            amount=minor if amount_minor is None else whole_numbers(amount_minor, "amount_minor"),
            score=scores,
        ),
        "currency": code,
        "calendar": calendar,
        "has_times": has_times,
        "load_report": LoadReport(
            rows_read=rows,
            rows_used=rows,
            notes=tuple(sorted(notes.items())),
            timezone_assumed=is_assumed,
        ),
    }


def _where_told(name: str, values: Any, decimals: int) -> tuple[IntArray | None, int]:
    """Read numbers of which some may be missing; None where there is no column at all.

    How many of them were finer than so many decimals comes with them.
    """
    if values is None:
        return None, 0
    array = values if isinstance(values, np.ndarray) else _listed(values, "a column of numbers")
    rows = np.arange(len(array))
    if array.dtype.kind not in "iu":
        rows = np.flatnonzero([one is not None and one == one for one in array.tolist()])  # noqa: PLR0124 - no NaN
    told, rounded, wrong = to_minor(array[rows], decimals, errors="mask")
    if wrong.any():
        row = int(rows[wrong][0])
        raise InvalidValue(
            what=f"the {name} of an activity is no finite number, or too large",
            given=hidden_if_contact(array[row]),
            allowed=f"a number of at most {LARGEST:,} units of the smallest kind, or None",
            advice=f"Correct row {row}, the first of {counted(int(wrong.sum()), 'such row')}",
        )
    found = np.full(len(array), NO_NUMBER)
    found[rows] = told
    return found, rounded
