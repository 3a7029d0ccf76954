"""What can be grouped by? The built-in dimensions, and the coder that each one needs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from custinsights.analyses.builtin.customer_traits import acquisition_channel
from custinsights.analyses.builtin.places import PLACES, place_of_sales
from custinsights.analyses.declaring.axes import (
    AgeCoder,
    ClockCoder,
    Coder,
    CohortCoder,
    NamedCoder,
    NumberCoder,
    OpenCoder,
    TypeCoder,
    clock_coder,
)
from custinsights.analyses.declaring.declarations import Dimension
from custinsights.analyses.declaring.several import SeveralCoder, first_lines, tags_of
from custinsights.domain.fields import checked_name, whole_number
from custinsights.errors import MissingData
from custinsights.history.columnar.columns import Labels
from custinsights.history.facts import Facts
from custinsights.history.views.activity_view import MEDIUM, activities_of, media_names
from custinsights.history.views.counted import CountedHistory
from custinsights.history.views.streamviews import OrderFacts, product_label

COHORT_UNITS = ("week", "month", "quarter", "year")
_PERIODS = ("day", "week", "month", "quarter", "year", "fiscal_quarter", "fiscal_year")
_ORDER_TEXTS = {
    "channel": "Sales channel of the order, or channel of the activity.",
    "payment_method": "How the order was paid.",
    "coupon": "Coupon code of the order.",
    "campaign": "Campaign that the order or the activity is credited to.",
    "source": "System that the order comes from.",
    "order_status": "Status of the order.",
}
_ACTIVITY_TEXTS = {
    "activity_kind": "What happened: visit, email_opened, bid, ...",
    "subject": "What the activity is about: a product, a lot, a page, a survey.",
    "outcome": "How the activity ended: won, underbid, delivered, bounced, ...",
    "message_medium": "By what a message went: email, sms, phone, else its channel; of other "
    "activities None.",
}
_ORDER_TYPES = ("first", "repeat")
LINE_TEXTS = ("product", "title", "category", "department")
DISCOUNTED, FULL_PRICE = "discounted", "full_price"


def price_type(sales: OrderFacts) -> Labels:
    """Return of each order whether it was discounted."""
    return Labels(
        np.where(sales.number("discount") > 0, 0, 1).astype(np.int32), (DISCOUNTED, FULL_PRICE)
    )


BUILT_IN: tuple[Dimension, ...] = (
    *(
        Dimension(
            unit,
            "instants",
            kind="period",
            period=unit,
            never_falls=True,
            definition=f"{unit.replace('_', ' ').capitalize()} of the fact in the shop's calendar.",
        )
        for unit in _PERIODS
    ),
    Dimension("weekday", "instants", kind="weekday", definition="Local weekday of the fact."),
    Dimension("hour", "instants", kind="hour", definition="Local hour of the fact, 0 to 23."),
    Dimension(
        "customer_type",
        "customers",
        kind="customer_type",
        never_falls=True,
        closed=("new", "returning"),
        definition="new: the customer's first order lies in the cell's frame; returning: before.",
    ),
    Dimension(
        "order_type",
        "orders",
        kind="order_type",
        never_falls=True,
        definition="first: the customer's first order; repeat: a later one.",
    ),
    Dimension(
        "order_number",
        "orders",
        kind="order_number",
        never_falls=True,
        definition="1 for a customer's first order, 2 for the second, ...",
    ),
    *(
        Dimension(
            place,
            "orders",
            kind="place",
            definition=f"Where the order went: its {place}, else the customer's.",
        )
        for place in PLACES
    ),
    *(Dimension(name, "orders", kind="text", definition=d) for name, d in _ORDER_TEXTS.items()),
    Dimension(
        "price_type",
        "orders",
        of=price_type,
        definition="discounted: the order has a discount; full_price: it has none.",
    ),
    *(
        Dimension(
            f"customer_{place}",
            "customers",
            kind="customer_place",
            never_falls=True,
            definition=f"The customer's {place}: the customer table's, else the latest order's.",
        )
        for place in PLACES
    ),
    Dimension(
        "acquisition_channel",
        "customers",
        kind="acquisition_channel",
        never_falls=True,
        definition="What brought the customer: the customer table's, else the first order's "
        "channel.",
    ),
    *(
        Dimension(name, "activities", kind="activity_text", definition=d)
        for name, d in _ACTIVITY_TEXTS.items()
    ),
    *(
        Dimension(name, "lines", kind="line_text", definition=f"{name.capitalize()} of the line.")
        for name in LINE_TEXTS
    ),
    *(
        Dimension(
            f"first_{name}",
            "customers",
            kind="first_lines",
            never_falls=True,
            definition=f"{name.capitalize()} in the customer's first order; a customer is in each "
            "of several.",
        )
        for name in LINE_TEXTS
    ),
    Dimension(
        "tag",
        "customers",
        kind="tags",
        never_falls=True,
        definition="A tag that the customer carries at as_of, the same for all cells; a customer "
        "is in each of several.",
    ),
    *(
        Dimension(
            f"cohort_{unit}",
            "customers",
            kind="cohort",
            period=unit,
            never_falls=True,
            definition=f"{unit.capitalize()} of the customer's first order.",
        )
        for unit in COHORT_UNITS
    ),
    Dimension(
        "age",
        "instants",
        kind="age",
        never_falls=True,
        definition="Periods since the customer's first order, in the unit of the cohort beside it.",
    ),
)


def order_number(last: int = 10, *, name: str = "order_number") -> Dimension:
    """Return the order number as a dimension whose long tail is folded: 1, 2, ..., ``"10+"``.

    Parameters
    ----------
    last
        From which number on orders go together, at least 2.
    name
        What to call it in results or in a catalog.

    Examples
    --------
    >>> order_number(3).closed
    (1, 2, '3+')
    """
    last = whole_number("the order number from which on orders go together is wrong", last, 2)
    return Dimension(
        checked_name(name),
        "orders",
        kind="order_number",
        never_falls=True,
        closed=(*range(1, last), f"{last}+"),
        definition=f"1 for a customer's first order, 2 for the second, ... {last}+ for later ones.",
    )


def coder_of(dimension: Dimension, facts: Facts, by: Sequence[Dimension], as_of: int) -> Coder:
    """Return the coder of a dimension for the facts of a history."""
    if dimension.kind in ("hour", "weekday"):
        coder: ClockCoder = clock_coder(dimension, facts)
        return coder
    if dimension.kind == "customer_type":
        return TypeCoder(dimension)
    if dimension.kind in ("order_number", "order_type"):
        lengths = facts.offsets[1:] - facts.offsets[:-1]
        labels = _ORDER_TYPES if dimension.kind == "order_type" else dimension.closed
        return NumberCoder(dimension, int(lengths.max(initial=0)), labels)
    if dimension.kind == "cohort":
        return CohortCoder.of(dimension, facts, str(dimension.period))
    if dimension.kind == "age":
        return AgeCoder.of(
            dimension, CohortCoder.of(dimension, facts, age_unit(dimension, by)), as_of
        )
    if dimension.several:
        return _several(dimension, facts)
    if dimension.of is not None:
        return OpenCoder(dimension)
    return _named(dimension, facts)


def age_unit(age: Dimension, by: Sequence[Dimension]) -> str:
    """Return the unit of age: its own, else that of the cohort beside it, else months."""
    if age.period is not None:
        return age.period
    return next((str(other.period) for other in by if other.kind == "cohort"), "month")


def _named(dimension: Dimension, facts: Facts) -> NamedCoder:
    name = dimension.name
    if dimension.kind == "line_text":
        known = _line_names(dimension, facts, name)
        return NamedCoder(dimension, known, lambda view, stream: _of_lines(view, stream, name))
    if dimension.kind == "activity_text":
        held = activities_of(facts)
        told = name.removeprefix("activity_")
        names = media_names(held) if name == MEDIUM else held.label(told).names
        return NamedCoder(dimension, names, lambda _, stream: _own(stream, told))
    if dimension.kind == "customer_place":
        place = name.removeprefix("customer_")
        return NamedCoder(
            dimension, _names(facts, place), lambda view, _: view.customer_label(place)
        )
    if dimension.kind == "acquisition_channel":
        known = _names_in([facts.people_table.labels.get(name), facts.labels.get("channel")])
        return NamedCoder(dimension, known, lambda view, _: acquisition_channel(view))
    if dimension.kind == "place":
        return NamedCoder(
            dimension, _names(facts, name), lambda view, _: place_of_sales(view, name)
        )
    columns = [facts.labels.get(name)]
    if dimension.labels_activities and facts.activities is not None:
        columns.append(facts.activities.labels.get(name))
    return NamedCoder(dimension, _names_in(columns), lambda _, stream: _own(stream, name))


def _own(stream: Any, column: str) -> Labels:
    labels: Labels = stream.label(column)
    return labels


def _line_names(dimension: Dimension, facts: Facts, name: str) -> tuple[str, ...]:
    """Return the products, or the names of a label that they have."""
    if facts.products is None or facts.lines is None:
        raise MissingData(
            "order lines",
            needed_by=f"the dimension {dimension.name!r}",
            advice="load a file that has a row per order line",
        )
    return facts.products.ids if name == "product" else _names_in([facts.products.labels.get(name)])


def _several(dimension: Dimension, facts: Facts) -> SeveralCoder:
    if dimension.kind == "tags":
        known = _tag_names(facts)
        return SeveralCoder(dimension, known, partial(tags_of, names=known))
    if dimension.kind == "segments":
        membership: Any = dimension.of
        return SeveralCoder(dimension, membership.names, membership)
    name = dimension.name.removeprefix("first_")
    known = _line_names(dimension, facts, name)
    return SeveralCoder(dimension, known, partial(first_lines, line_label=name))


def _tag_names(facts: Facts) -> tuple[str, ...]:
    """Return the tags that there are, each in one spelling."""
    tags = facts.people_table.tags
    names = () if tags is None else tags.name.names
    spelled = {name.casefold(): name for name in sorted(names, reverse=True)}
    return tuple(sorted(spelled.values()))


def _of_lines(view: CountedHistory, stream: Any, name: str) -> Labels:
    return product_label(view, name, stream.product)


def _names(facts: Facts, name: str) -> tuple[str, ...]:
    return _names_in([facts.labels.get(name), facts.people_table.labels.get(name)])


def _names_in(columns: Sequence[Labels | None]) -> tuple[str, ...]:
    """Return the names of several columns in order; one without rows has names too."""
    return tuple(
        sorted({text for column in columns if column is not None for text in column.names})
    )
