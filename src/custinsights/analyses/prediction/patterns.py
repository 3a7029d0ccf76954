"""How many customers look the same to a model? Distinct patterns with their counts.

Customers with equal numbers have equal likelihoods: a model is fitted to each pattern once, weighed
by how many customers share it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs
import numpy as np

from custinsights.analyses.prediction.fitting import Fitted, LogLikelihood, unfitted
from custinsights.analyses.prediction.purchases import DAYS
from custinsights.domain.fields import refuse_other
from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import FloatArray, IntArray
from custinsights.history.columnar.threads import in_threads
from custinsights.results.customer_table import CustomerTable

_BLOCK = 8192

_FEWEST = 10


@attrs.frozen(eq=False)
class Purchases:
    """The columns of a purchase summary: x, t_x, T and m of each customer, times in one unit."""

    x: FloatArray
    t_x: FloatArray
    T: FloatArray
    m: FloatArray
    unit: str

    @classmethod
    def of(cls, table: CustomerTable) -> Purchases:
        """Return the columns of a table that `purchase_summary` gives.

        Raises
        ------
        InvalidValue
            It is another table.
        """
        advice = "Give what custinsights.purchase_summary(history) returns"
        refuse_other(CustomerTable, "the summary of purchases", table, advice)
        units = [unit for unit in DAYS if f"{unit}s_observed" in table.columns]
        needed = {"repeat_orders", "mean_repeat_value"}
        if len(units) != 1 or not needed <= set(table.columns):
            what = "this table is no summary of purchases"
            raise InvalidValue(what, ", ".join(table.columns), "what ci.purchase_summary gives")
        unit = units[0]
        return cls(
            table["repeat_orders"].astype(np.float64),
            table[f"{unit}s_from_first_to_last"],
            table[f"{unit}s_observed"],
            table["mean_repeat_value"],
            unit,
        )

    def take(self, rows: IntArray) -> Purchases:
        """Return some customers."""
        x, t_x, T, m = (column.take(rows) for column in (self.x, self.t_x, self.T, self.m))  # noqa: N806 - the papers' T
        return Purchases(x, t_x, T, m, self.unit)

    def distinct(self) -> tuple[Purchases, IntArray]:
        """Return one customer of each x, t_x and T, without m, and int64[k]: whose is which."""
        patterns = Patterns.among((self.x, self.t_x, self.T))
        nothing = np.full(len(patterns.count), np.nan)
        x, t_x, T = patterns.columns  # noqa: N806 - as the papers write it
        return Purchases(x, t_x, T, nothing, self.unit), patterns.of


@attrs.frozen(eq=False)
class Patterns:
    """Distinct rows of some columns.

    Parameters
    ----------
    columns
        float64[p] each.
    count
        int64[p], how many customers have each.
    of
        int64[k], the pattern of each customer.
    """

    columns: tuple[FloatArray, ...]
    count: IntArray
    of: IntArray

    @classmethod
    def among(cls, columns: Sequence[FloatArray]) -> Patterns:
        """Find the distinct rows of columns, which must not hold NaN."""
        n = len(columns[0])
        order = np.lexsort(tuple(reversed(columns)))
        ordered = [column.take(order) for column in columns]
        is_new = np.ones(n, dtype=np.bool_)
        if n:
            is_new[1:] = np.any([column[1:] != column[:-1] for column in ordered], axis=0)
        of = np.empty(n, dtype=np.int64)
        of[order] = np.cumsum(is_new) - 1
        first = np.flatnonzero(is_new)
        count = np.diff(np.append(first, n))
        return cls(tuple(column.take(first) for column in ordered), count, of)

    def some(self, most: int) -> Patterns:
        """Return so many of them at most, evenly out of all."""
        rows = np.arange(0, len(self.count), -(-len(self.count) // most))
        columns = tuple(column.take(rows) for column in self.columns)
        return Patterns(columns, self.count.take(rows), np.arange(len(rows)))

    def log_likelihood(
        self, density: Callable[..., tuple[FloatArray, FloatArray]], scales: Sequence[float]
    ) -> LogLikelihood:
        """Return the log-likelihood of all customers, whose patterns are shared out among threads.

        Parameters
        ----------
        density
            From parameters and columns to the log-likelihood of each pattern, and its gradient.
        scales
            What each column is divided by.
        """
        columns = [column / scale for column, scale in zip(self.columns, scales, strict=True)]
        weights = self.count.astype(np.float64)
        blocks = [slice(at, at + _BLOCK) for at in range(0, len(weights), _BLOCK)]

        def whole(params: FloatArray) -> tuple[float, FloatArray]:
            def part(block: slice) -> tuple[float, FloatArray]:
                value, gradient = density(params, *(column[block] for column in columns))
                weight = weights[block]
                return float((weight * value).sum()), (weight * gradient).sum(axis=1)

            values, gradients = zip(*in_threads(part, blocks), strict=True)
            return sum(values), np.sum(gradients, axis=0)

        return whole


def degenerate(seen: Purchases, parameters: int) -> Fitted | None:
    """Return the verdict on data to which no model of this kind can be fitted."""
    advice = "Count what happened instead, or give a longer history"
    reasons: Sequence[tuple[bool, str]] = (
        (not len(seen.x), "there are no customers"),
        (len(seen.x) < _FEWEST, f"there are fewer than {_FEWEST} customers"),
        (len(seen.x) > 0 and not np.any(seen.T > 0), "all customers first bought on the last day"),
        (len(seen.x) > 0 and not np.any(seen.x > 0), "nobody has ordered again"),
    )
    reason = next((text for fails, text in reasons if fails), None)
    return None if reason is None else unfitted(parameters, reason, advice)
