"""What may a rule ask about what a customer did? Ordered, did and never did."""

from __future__ import annotations

from datetime import date
from typing import Any, TypeAlias

import numpy as np

from custinsights.analyses.builtin.places import place_of_sales
from custinsights.analyses.declaring.segment_functions import Compared, segment_function
from custinsights.domain.rules.durations import Duration, day_meant
from custinsights.errors import MissingData
from custinsights.history.columnar.columns import AnyArray, BoolArray, IntArray, Labels
from custinsights.history.columnar.localtime import date_of, day_number
from custinsights.history.views.counted import CountedHistory
from custinsights.history.views.timed import sum_per_customer

Texts: TypeAlias = tuple[str, ...] | None
Span: TypeAlias = tuple[str | None, str | None] | None

COUNTRY = "country"
WITHIN = "`within` means local days from as_of's less the duration on"


def is_since(history: CountedHistory, days: AnyArray, within: Duration) -> BoolArray:
    """Tell which local days lie on or after as_of's less a duration."""
    found: BoolArray = days >= day_number(within.before(date_of(history.as_of_day)))
    return found


def first_day(history: CountedHistory, within: Duration | None) -> date | None:
    """Return the first local day that counts."""
    return None if within is None else within.before(date_of(history.as_of_day))


def at_least_orders(
    history: CountedHistory, *, count: int = 1, within: Duration | None = None, **_: Any
) -> Compared:
    """How many orders there must be."""
    return Compared(threshold=count, since=first_day(history, within))


def at_least_times(
    history: CountedHistory, *_: Any, at_least: int = 1, within: Duration | None = None, **__: Any
) -> Compared:
    """How many activities there must be."""
    return Compared(threshold=at_least, since=first_day(history, within))


def no_times(
    history: CountedHistory, *_: Any, within: Duration | None = None, **__: Any
) -> Compared:
    """How many activities there may be."""
    return Compared(threshold=0, since=first_day(history, within))


def orders_fitting(
    history: CountedHistory,
    *,
    count: int = 1,  # noqa: ARG001 - called as `ordered` is
    between: Span = None,
    within: Duration | None = None,
    channel: Texts = None,
    coupon: Texts = None,
    payment_method: Texts = None,
    country: Texts = None,
) -> IntArray:
    """int64[k], counted orders that fit."""
    fits = np.ones(len(history), dtype=np.bool_)
    labels = {"channel": channel, "coupon": coupon, "payment_method": payment_method}
    for name, texts in {**labels, COUNTRY: country}.items():
        if texts is not None:
            fits &= _label(history, name).among(texts)
    if within is not None:
        fits &= is_since(history, history.day, within)
    if between is not None:
        today = date_of(history.as_of_day)
        first, end = (None if one is None else day_number(day_meant(one, today)) for one in between)
        fits &= True if first is None else history.day >= first
        fits &= True if end is None else history.day < end
    found: IntArray = history.sum_per_customer(fits)
    return found


def _label(history: CountedHistory, name: str) -> Labels:
    """Return a label of the counted orders, or say that the source has none."""
    is_place = name == COUNTRY and name in history.facts.people_table.labels
    if name not in history.facts.labels and not is_place:
        advice = f"Map the column {name!r}"
        raise MissingData(f"a column {name!r} of its orders", "the function ordered", advice)
    if name != COUNTRY:
        return history.label(name)
    place, counted = place_of_sales(history, name), history.counted_places
    return place if counted is None else place.take(counted)


@segment_function(
    parameters={
        "count": "count",
        "between": "span",
        "within": "duration",
        "channel": "texts",
        "coupon": "texts",
        "payment_method": "texts",
        "country": "texts",
    },
    definition="Whether the customer has `count` counted orders (default 1) that fit all that is "
    "given: placed on the local days from the first of `between` to before the second, with labels "
    "as they are spelled; the country is the order's, else the customer's. "
    f"{WITHIN}, and so does a duration in `between`.",
    unit="orders",
    shown=orders_fitting,
    compared=at_least_orders,
    needs_one_of_the_options=True,
)
def ordered(
    history: CountedHistory,
    *,
    count: int = 1,
    between: Span = None,
    within: Duration | None = None,
    channel: Texts = None,
    coupon: Texts = None,
    payment_method: Texts = None,
    country: Texts = None,
) -> BoolArray:
    """Whether people have so many orders that fit."""
    found = orders_fitting(
        history,
        between=between,
        within=within,
        channel=channel,
        coupon=coupon,
        payment_method=payment_method,
        country=country,
    )
    return found >= count


def times_done(
    history: CountedHistory,
    kind: tuple[str, ...],
    *,
    within: Duration | None = None,
    at_least: int = 1,  # noqa: ARG001 - called as `did` is
    outcome: Texts = None,
    subject: Texts = None,
) -> IntArray:
    """int64[k], activities that fit."""
    activities = history.activities
    fits = activities.is_kind(*kind)
    if outcome is not None:
        fits &= activities.is_outcome(*outcome)
    if subject is not None:
        fits &= activities.subject.among(subject)
    if within is not None:
        fits &= is_since(history, activities.day, within)
    return sum_per_customer(activities, fits)


@segment_function(
    parameters={
        "kind": "texts",
        "within": "duration",
        "at_least": "count",
        "outcome": "texts",
        "subject": "texts",
    },
    definition="Whether the customer has `at_least` activities (default 1) of this kind, or of any "
    f"of several, that ended so and are about this subject. {WITHIN}.",
    unit="activities",
    shown=times_done,
    compared=at_least_times,
)
def did(
    history: CountedHistory,
    kind: tuple[str, ...],
    *,
    within: Duration | None = None,
    at_least: int = 1,
    outcome: Texts = None,
    subject: Texts = None,
) -> BoolArray:
    """Whether people did something so many times."""
    return times_done(history, kind, within=within, outcome=outcome, subject=subject) >= at_least


@segment_function(
    parameters={"kind": "texts", "within": "duration", "outcome": "texts", "subject": "texts"},
    definition="Whether the customer has no activity of this kind, nor of any of several, that "
    f"ended so and is about this subject. {WITHIN}.",
    unit="activities",
    shown=times_done,
    compared=no_times,
)
def never_did(
    history: CountedHistory,
    kind: tuple[str, ...],
    *,
    within: Duration | None = None,
    outcome: Texts = None,
    subject: Texts = None,
) -> BoolArray:
    """Whether people never did something."""
    is_none: BoolArray = (
        times_done(history, kind, within=within, outcome=outcome, subject=subject) == 0
    )
    return is_none


BUILT_IN = (ordered, did, never_did)
