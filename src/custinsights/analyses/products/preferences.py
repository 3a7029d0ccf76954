"""What does a segment buy more often than everybody?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np

from custinsights.analyses.analysis import Analysis
from custinsights.analyses.catalog import DEFAULT, Catalog
from custinsights.analyses.customers.membership import segments_of
from custinsights.analyses.declaring.declarations import Dimension, Trait, entries
from custinsights.analyses.declaring.grouping import By, as_label
from custinsights.analyses.measuring.measure import Measure, Window
from custinsights.analyses.measuring.together import Together
from custinsights.domain.fields import instance, refuse_other
from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import IntArray
from custinsights.history.facts import Facts
from custinsights.history.kernels.tallies import Label
from custinsights.history.orders import When
from custinsights.results.cube import Cube
from custinsights.results.intervals import SMALL, wilson
from custinsights.results.table import Column, Table

AVERAGE = 100
"""The index of what a segment buys as often as everybody."""


@attrs.frozen
class Preferences(Analysis[Together, Table]):
    """The analysis behind `preferences`: customers by segment and label, and by segment."""

    segments: str | Dimension | Trait = attrs.field(converter=as_label)
    by: str | Dimension = "category"
    window: Window = None
    as_of: When | None = None
    catalog: Catalog = attrs.field(default=DEFAULT, validator=instance(Catalog))

    def __attrs_post_init__(self) -> None:
        entries("by", (self.by,), Dimension)
        segments_of(self.segments, self.catalog)

    def _customers(self, *by: str | Dimension) -> Measure:
        return Measure("customers", by, self.window, self.as_of, self.catalog)

    def summarise(self, history: Facts) -> Together:
        """Return the mergeable state of a history or of a part of one."""
        segment = segments_of(self.segments, self.catalog)
        buyers = self._customers(segment, self.by).summarise(history)
        asked: list[tuple[str | Dimension, ...]] = [(segment,)]
        if segment.several:  # segments that overlap do not add up to everybody
            asked += [(self.by,), ()]
        if buyers.question.by[1].facts not in ("orders", "lines"):
            raise InvalidValue(
                what="a preference is for what orders or their lines have",
                given=buyers.question.by[1].name,
                allowed="dimensions such as category, product, payment_method or channel",
            )
        others = (self._customers(*by).summarise(history) for by in asked)
        return Together((buyers, *others))

    def finish(self, state: Together) -> Table:
        """Compare every segment of a merged state with everybody."""
        refuse_other(Together, "the state to finish", state)
        buyers, sizes, *everybody = (self._customers().finish(part) for part in state.states)
        return _compared(buyers, sizes, self._order(), everybody)

    def _order(self) -> tuple[Label, ...]:
        return segments_of(self.segments, self.catalog).closed or ()


def preferences(
    history: Facts,
    segments: By | Trait,
    *,
    by: str | Dimension = "category",
    window: Window = None,
    as_of: When | None = None,
    catalog: Catalog = DEFAULT,
) -> Table:
    """Compare what segments buy with what everybody buys.

    Parameters
    ----------
    history
        An order history, or a part of one.
    segments
        What `segments`, `tiers` and `rfm` give, also where they overlap, a dimension of customers
        such as
        ``"customer_country"``, or a trait that is a label such as ``"first_channel"``.
    by
        What is preferred: ``"product"``, ``"category"``, ``"department"``, or a label of orders
        such as ``"payment_method"``.
    window
        Limits the orders: a period's label or ``(start, end)``. A customer is one with an order in
        it.
    as_of
        Limits the facts, exclusive; default: the end of the observation.
    catalog
        Where names are looked up.

    Returns
    -------
    Table
        One row per segment and label: customers of the segment (n), buyers of the label among
        them, their share with its Wilson 95 % bounds, the share of everybody, and the index: share
        ÷ share of everybody × 100, with the bounds so divided (the share of everybody is taken as
        known). 100 is as often as everybody; ``small`` marks an n under 30. What a segment prefers
        most comes first. Customers in no segment are a segment without a name; lines without a
        label are left out.

    Raises
    ------
    InvalidValue
        If the segments are no labels of customers, or `by` is none of orders or lines.
    MissingData, Refused, UnknownName
        As `measure` does.

    Notes
    -----
    Cost: that of `measure` of customers by both labels.

    Examples
    --------
    >>> from custinsights.history.orders import OrderHistory
    >>> history = OrderHistory.from_arrays(
    ...     customer=["ada", "bo", "cy", "di"],
    ...     placed_at=["2024-01-05", "2024-01-06", "2024-02-01", "2024-02-02"],
    ...     amount=[10, 5, 7, 2],
    ...     country=["FR", "FR", "IE", "IE"],
    ...     payment_method=["card", "cash", "cash", "cash"],
    ...     currency="EUR",
    ...     timezone="Europe/Paris",
    ... )
    >>> found = preferences(history, "customer_country", by="payment_method")
    >>> [(row["customer_country"], row["payment_method"], row["index"]) for row in found.to_dicts()]
    [('FR', 'card', 200.0), ('FR', 'cash', 66.66666666666667), ('IE', 'cash', 133.33333333333334), \
('IE', 'card', 0.0)]
    """
    return Preferences(segments, by, window, as_of, catalog)(history)


def _compared(
    buyers: Cube, sizes: Cube, order: tuple[Label, ...], everybody: Sequence[Cube]
) -> Table:
    segment, label = buyers.axes
    size = _customers(sizes, segment)
    in_order = dict.fromkeys([*order, *(name for name in size if name is not None), None])
    names = [name for name in in_order if size.get(name)]
    labels = [one for one in dict.fromkeys(buyers.labels(label).tolist()) if one is not None]
    bought = _bought(buyers, names, labels)
    n = np.array([size[name] for name in names], dtype=np.int64)
    people, all_buyers = int(n.sum()), bought.sum(axis=0)
    if everybody:
        by_label, whole = everybody
        held = _customers(by_label, label)
        people = int(whole.minor("customers").sum())
        all_buyers = np.array([held[one] for one in labels], dtype=np.int64)
    share_of_all = all_buyers / max(people, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        index = AVERAGE * bought * float(people) / (n[:, None] * all_buyers)
    index = np.where(all_buyers > 0, index, np.nan)
    segments, things = np.indices(index.shape).reshape(2, -1)
    order_of_cells = np.lexsort([things, -np.nan_to_num(index.ravel()), segments])
    rows, columns = segments.take(order_of_cells), things.take(order_of_cells)
    found = bought.ravel().take(order_of_cells)
    low, high = wilson(found, n.take(rows))
    against = AVERAGE / share_of_all.take(columns)
    return Table(
        f"what is bought by {segment} and {label}, against everybody",
        [
            Column(segment, "label", [names[row] for row in rows.tolist()]),
            Column(label, "label", [labels[column] for column in columns.tolist()]),
            Column("n", "count", n.take(rows), unit="customers"),
            Column("buyers", "count", found, unit="customers"),
            Column("share", "share", found / n.take(rows)),
            Column("low", "share", low),
            Column("high", "share", high),
            Column("share_of_all", "share", share_of_all.take(columns)),
            Column("index", "number", index.ravel().take(order_of_cells)),
            Column("index_low", "number", low * against),
            Column("index_high", "number", high * against),
            Column("small", "flag", n.take(rows) < SMALL),
        ],
        notes=buyers.provenance.notes(),
        timezone=buyers.provenance.calendar.timezone,
    )


def _customers(cube: Cube, axis: str) -> dict[Any, int]:
    """Return how many customers each label of the one axis of a cube has."""
    return dict(zip(cube.labels(axis).tolist(), cube.minor("customers").tolist(), strict=True))


def _bought(buyers: Cube, segments: list[Any], labels: list[Any]) -> IntArray:
    """Return how many customers of each segment, down, bought each label, across."""
    row_of = {name: row for row, name in enumerate(segments)}
    column_of = {one: column for column, one in enumerate(labels)}
    bought = np.zeros((len(segments), len(labels)), dtype=np.int64)
    names, things = (buyers.labels(axis).tolist() for axis in buyers.axes)
    for name, one, count in zip(names, things, buyers.minor("customers").tolist(), strict=True):
        if one is not None and count:
            bought[row_of[name], column_of[one]] = count
    return bought
