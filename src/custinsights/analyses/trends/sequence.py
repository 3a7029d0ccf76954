"""What do customers spend on their first order, their second, ..., and how many get that far?"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import attrs
import numpy as np

from custinsights.analyses.analysis import Analysis
from custinsights.analyses.builtin.dimensions import order_number
from custinsights.analyses.catalog import DEFAULT, Catalog
from custinsights.analyses.declaring.declarations import Dimension
from custinsights.analyses.declaring.grouping import By, grouped_by
from custinsights.analyses.measuring.finish import finish
from custinsights.analyses.measuring.measure import Measure
from custinsights.analyses.measuring.measured import Measured
from custinsights.domain.fields import instance
from custinsights.errors import Refused
from custinsights.history.columnar.columns import FloatArray, IntArray
from custinsights.history.facts import Facts
from custinsights.history.orders import When
from custinsights.results.cube import Cube
from custinsights.results.intervals import wilson
from custinsights.results.table import Column, Table

_METRICS = ("customers", "orders", "revenue", "average_order_value", "median_order_value")


@attrs.frozen(slots=False)
class OrderSequence(Analysis[Measured, Table]):
    """The analysis behind `order_sequence`; its state is a measurement by order number."""

    by: tuple[str | Dimension, ...] = attrs.field(default=(), converter=grouped_by)
    last: int = 10
    as_of: When | None = None
    catalog: Catalog = attrs.field(default=DEFAULT, validator=instance(Catalog))

    def __attrs_post_init__(self) -> None:
        _ = self._number

    @cached_property
    def _number(self) -> Dimension:
        return order_number(self.last)

    def summarise(self, history: Facts) -> Measured:
        """Return the mergeable state of a history or of a part of one."""
        by = [self.catalog.dimension(item) if isinstance(item, str) else item for item in self.by]
        for dimension in by:
            if dimension.facts != "customers" or dimension.kind == "customer_type":
                raise Refused(
                    "order_sequence",
                    dimension.name,
                    "a customer's orders have several such labels, and one sequence",
                    "Group by a label of customers, such as cohort_year or customer_country",
                )
        measure = Measure(_METRICS, by=(*by, self._number), as_of=self.as_of, catalog=self.catalog)
        return measure.summarise(history)

    def finish(self, state: Measured) -> Table:
        """Divide the customers of each step by all, and by those of the step before."""
        cube = finish(state)
        number = self._number.name
        cube = cube.take(np.flatnonzero([label is not None for label in cube.axes[number]]))
        steps = len(self._number.closed or ())
        grid = cube.minor("customers").reshape(-1, steps)  # all steps of all labels are there
        if self.by:
            cube = cube.take(np.flatnonzero(np.repeat(grid[:, 0] > 0, steps)))
        customers = cube.minor("customers")
        grid = customers.reshape(-1, steps)
        before = np.concatenate([0 * grid[:, :1], grid[:, :-1]], axis=1).reshape(-1)
        everybody = np.repeat(grid[:, 0], steps)
        low, high = wilson(customers, everybody)
        columns = [Column(name, "label", labels) for name, labels in cube.axes.items()]
        table = cube.table()
        columns += [
            table.column("customers"),
            Column("share_reaching", "share", _share(customers, everybody)),
            Column("low", "share", low),
            Column("high", "share", high),
            Column("share_of_previous", "share", _share(customers, before)),
            *(table.column(name) for name in _METRICS[1:]),
        ]
        return Table(self._title(cube), columns, notes=table.notes, timezone=table.timezone)

    def _title(self, cube: Cube) -> str:
        return "orders in sequence" + "".join(f" by {n}" for n in list(cube.axes)[:-1])


def _share(above: IntArray, below: IntArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below > 0, above / below, np.nan)


def order_sequence(
    history: Facts,
    *,
    by: By | Iterable[By] = (),
    last: int = 10,
    as_of: When | None = None,
    catalog: Catalog = DEFAULT,
) -> Table:
    """Tell what customers spend by order number, and which share of them gets that far.

    Parameters
    ----------
    history
        An order history.
    by
        Names of labels of customers such as ``"cohort_year"`` or ``"customer_country"``, or
        dimensions: one sequence for each label.
    last
        Later orders go together with this number, as ``"10+"``.
    as_of
        Limits the facts, exclusive; default: the end of the observation.
    catalog
        Where names are looked up.

    Returns
    -------
    Table
        One row per order number: customers (the n of the step), their share of all customers of
        the label with its Wilson 95 % interval, their share of those of the step before, orders,
        revenue, and mean and median order value. In the last row are all later orders of the
        customers who reached it. Recent customers have had less time: compare cohorts.

    Raises
    ------
    Refused
        If a label is one of orders, of which a customer has several.

    Notes
    -----
    Cost: one measurement by order number. To limit the orders to a window, ask
    ``measure(history, ..., by=[order_number(10)], window=...)``.
    """
    return OrderSequence(by, last, as_of, catalog)(history)
