"""Which labels are the largest? Places, products, channels, by any metric."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from custinsights.analyses.analysis import Analysis
from custinsights.analyses.catalog import DEFAULT, Catalog
from custinsights.analyses.declaring.declarations import Dimension, Metric
from custinsights.analyses.declaring.grouping import By, grouped_by
from custinsights.analyses.measuring.measure import Measure, Window, metrics_of
from custinsights.analyses.measuring.plan import Question
from custinsights.analyses.measuring.together import Together
from custinsights.domain.fields import instance, refuse_other
from custinsights.errors import InvalidValue
from custinsights.history.facts import Facts
from custinsights.history.orders import When
from custinsights.results.cube import Cube
from custinsights.results.ranking import Ranking


def _labels(given: By | Sequence[By]) -> tuple[str | Dimension, ...]:
    found = grouped_by(given)
    if not found:
        raise InvalidValue(
            what="there is nothing to rank",
            given="no dimension",
            allowed="at least one that gives labels, such as 'product' or 'customer_city'",
        )
    return found


@attrs.frozen
class Ranked(Analysis[Together, Ranking]):
    """The analysis behind `ranking`: one measurement by labels, and one of all together."""

    metrics: tuple[str | Metric, ...] = attrs.field(converter=metrics_of)
    by: tuple[str | Dimension, ...] = attrs.field(converter=_labels)
    window: Window = None
    as_of: When | None = None
    catalog: Catalog = attrs.field(default=DEFAULT, validator=instance(Catalog))

    def _measure(self, by: tuple[str | Dimension, ...]) -> Measure:
        return Measure(self.metrics, by, self.window, self.as_of, self.catalog)

    def summarise(self, history: Facts) -> Together:
        """Return the mergeable state of a history or of a part of one."""
        by_label = self._measure(self.by).summarise(history)
        for dimension in by_label.question.by:
            if dimension.facts == "instants":
                raise InvalidValue(
                    what="only labels are ranked, and periods and hours have their own order",
                    given=dimension.name,
                    allowed="dimensions such as customer_city, product or channel",
                    advice="ci.measure by it gives its values in time",
                )
        return Together((by_label, self._measure(()).summarise(history)))

    def finish(self, state: Together) -> Ranking:
        """Rank the labels of a merged state."""
        refuse_other(Together, "the state to finish", state)
        by_label, together = state.states
        measure = self._measure(())
        cube = measure.finish(by_label)
        ranks = _ranks(cube)
        order = np.argsort(np.where(ranks > 0, ranks, len(ranks) + 1), kind="stable")
        overlapping = _overlapping(by_label.question)
        whole = measure.finish(together)
        return Ranking(
            cube=cube.take(order),
            totals={
                name: int((whole if name in overlapping else cube).minor(name).sum())
                for name, column in cube.metrics.items()
                if column.denominator is None and column.numerator is not None
            },
            ranks=ranks.take(order),
            overlapping=overlapping,
        )


def ranking(
    history: Facts,
    metrics: str | Metric | Sequence[str | Metric],
    *,
    by: By | Sequence[By],
    window: Window = None,
    as_of: When | None = None,
    catalog: Catalog = DEFAULT,
) -> Ranking:
    """Rank labels by the first of some metrics: places, products, channels.

    Parameters
    ----------
    history
        An order history, or a part of one.
    metrics
        Names or metrics; the first one ranks.
    by
        A dimension that gives labels, such as ``"customer_city"`` or ``"product"``, or several,
        the finest last: ``["customer_country", "customer_city"]`` keeps apart the towns of one
        name.
    window, as_of, catalog
        See `measure`.

    Returns
    -------
    Ranking
        One row per label, the largest first; equal values have the same rank. Beside every sum
        stands its share of all. The label that is not known has a row and no rank. ``.hhi()`` and
        ``.top_share(n)`` tell how concentrated it is.

    Raises
    ------
    InvalidValue
        If `by` names no dimension or one of time.
    Refused, UnknownName, MissingData
        As `measure` does.

    Notes
    -----
    Cost: that of `measure` twice, by the labels and by nothing.

    Examples
    --------
    >>> from custinsights.history.orders import OrderHistory
    >>> history = OrderHistory.from_arrays(
    ...     customer=["ada", "bo", "cy"],
    ...     placed_at=["2024-01-05", "2024-01-06", "2024-02-01"],
    ...     amount=[10, 5, 7],
    ...     city=["Paris", "Lyon", "Paris"],
    ...     currency="EUR",
    ...     timezone="Europe/Paris",
    ... )
    >>> cities = ranking(history, "customers", by="customer_city")
    >>> cities.to_dicts()[0]["customer_city"], cities.share("customers").tolist()[0]
    ('Paris', 0.6666666666666666)
    """
    return Ranked(metrics, by, window, as_of, catalog)(history)


def _ranks(cube: Cube) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return 1 + labels with a strictly larger value; 0 for the unknown and the undefined."""
    column = next(iter(cube.metrics.values()))
    is_sum = column.denominator is None and column.numerator is not None
    values = column.numerator if is_sum else column.values
    assert values is not None  # noqa: S101 - a sum has a numerator
    finest = list(cube.axes.values())[-1].tolist()
    is_ranked = np.array([label is not None for label in finest], dtype=np.bool_)
    is_ranked &= ~np.isnan(column.values)
    ascending = np.sort(values[is_ranked])
    larger = len(ascending) - np.searchsorted(ascending, values, side="right")
    return np.where(is_ranked, larger + 1, 0).astype(np.int64)


def _overlapping(question: Question) -> frozenset[str]:
    """Return the metrics whose cells share customers or orders."""
    own = all(d.facts == "customers" and d.kind != "customer_type" for d in question.by)
    found = set()
    for metric in question.metrics:
        for tally in metric.tallies:
            what = tally.on_lines if question.has_lines and tally.on_lines is not None else tally
            if what.distinct is not None and not own:
                found.add(metric.name)
    return frozenset(found)
