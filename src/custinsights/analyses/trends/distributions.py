"""How are gaps, order values or traits distributed? Exact quantiles, and counts by bin."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import attrs
import numpy as np

from custinsights.analyses.analysis import Analysis
from custinsights.analyses.catalog import DEFAULT, Catalog
from custinsights.analyses.declaring.declarations import Dimension, Metric, Trait
from custinsights.analyses.declaring.grouping import By, grouped_by
from custinsights.analyses.declaring.tally import MONEY, Quantile, Tally, scale_of
from custinsights.analyses.declaring.values import VALUES
from custinsights.analyses.measuring.finish import finish, grouped_values, scale_of_values
from custinsights.analyses.measuring.measure import Measure, Window
from custinsights.analyses.measuring.measured import Measured
from custinsights.domain.fields import as_tuple, checked_name, instance
from custinsights.errors import InvalidValue, UnknownName
from custinsights.history.facts import Facts
from custinsights.history.orders import When
from custinsights.results.distributions import Distributions, figures, quantile_name

QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
"""The quantiles for which none are named."""

_UNITS = {"count": None, "money": MONEY, "quantity": "items"}


def values_of(what: str | Trait | Metric, catalog: Catalog) -> Tally:
    """Return the whole numbers that are meant: named ones, a trait's, or those a tally adds up."""
    if isinstance(what, str) and what in VALUES:
        return VALUES[what]
    if isinstance(what, Metric):
        terms = () if what.numerator is None or what.denominator else what.numerator.terms
        if len(terms) == 1 and terms[0][0] == 1:
            return attrs.evolve(terms[0][1], name=what.name)
        raise InvalidValue(
            what="only what a single tally adds up is distributed",
            given=f"the metric {what.name!r}",
            allowed=f"a metric made by ci.tally or such as units; {', '.join(VALUES)}; a trait",
        )
    whole = {name: trait for name, trait in catalog.traits.items() if trait.kind in _UNITS}
    if not isinstance(what, str | Trait):
        raise UnknownName("distributed value", what, (*VALUES, *whole))
    try:
        trait = catalog.trait(what) if isinstance(what, str) else what
    except UnknownName as error:
        raise UnknownName("distributed value", what, (*VALUES, *whole)) from error
    if trait.kind not in _UNITS:
        raise InvalidValue(
            what="exact quantiles are of whole numbers",
            given=f"the trait {trait.name!r} of the kind {trait.kind}",
            allowed=", ".join((*VALUES, *whole)),
        )
    unit = _UNITS[trait.kind] or trait.unit
    return Tally(
        trait.name,
        "customers",
        of=trait.of,
        unit=unit,
        scale=scale_of(unit, None),
        definition=trait.definition,
    )


def quantile(
    what: str | Trait | Metric,
    q: float = 0.5,
    *,
    name: str | None = None,
    catalog: Catalog = DEFAULT,
) -> Metric:
    """Return an exact quantile as a metric, to be measured like any other.

    Parameters
    ----------
    what
        ``"gap_days"``, ``"order_value"``, ``"days_since_last_order"``, a trait of whole numbers
        (at each period's end), or a metric that is a tally, such as ``ci.units``.
    q
        From 0 to 1; type 7, so that one half is the median.
    name
        Default: such as ``"gap_days_q90"``.
    catalog
        Where traits are looked up.

    Examples
    --------
    >>> quantile("order_value", 0.9)
    <Metric order_value_q90: Exact quantile 0.9 of: Amount of a counted order less its refunds.>
    """
    tally = values_of(what, catalog)
    of = Quantile(tally, q)
    return Metric(
        name=checked_name(f"{tally.name}_{quantile_name(q)}" if name is None else name),
        quantile=of,
        unit=tally.unit,
        definition=f"Exact quantile {figures(q)} of: {tally.definition or tally.name}",
    )


def _bins(given: Any) -> tuple[float | Decimal, ...]:
    cuts = as_tuple(given)
    are_numbers = all(isinstance(cut, int | float | Decimal) for cut in cuts)
    if not are_numbers or not all(math.isfinite(cut) for cut in cuts):
        raise InvalidValue("the bins are no cut points", cuts, "finite numbers, such as (30, 90)")
    if any(high <= low for low, high in itertools.pairwise(cuts)):
        raise InvalidValue("the cut points do not ascend", cuts, "each larger than the one before")
    return cuts


def _shares(given: Any) -> tuple[float, ...]:
    shares = as_tuple(given)
    for q in shares:
        Quantile(VALUES["gap_days"], q)  # refuses what is no share
    return tuple(dict.fromkeys(shares))


@attrs.frozen
class Distributing(Analysis[Measured, Distributions]):
    """The analysis behind `distribution`; its state is that of a median."""

    what: str | Trait | Metric
    by: tuple[str | Dimension, ...] = attrs.field(default=(), converter=grouped_by)
    quantiles: tuple[float, ...] = attrs.field(default=QUANTILES, converter=_shares)
    bins: tuple[float | Decimal, ...] = attrs.field(default=(), converter=_bins)
    window: Window = None
    as_of: When | None = None
    catalog: Catalog = attrs.field(default=DEFAULT, validator=instance(Catalog))

    def summarise(self, history: Facts) -> Measured:
        """Return the mergeable state of a history or of a part of one."""
        median = quantile(self.what, catalog=self.catalog)
        measure = Measure(median, self.by, self.window, self.as_of, self.catalog)
        return measure.summarise(history)

    def finish(self, state: Measured) -> Distributions:
        """Return the distributions of a merged state."""
        cube, grouped, scale = finish(state), grouped_values(state), scale_of_values(state)
        [metric] = state.question.metrics
        assert metric.quantile is not None  # noqa: S101 - so it was summarised
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = np.where(grouped.n > 0, grouped.total / (grouped.n * scale), np.nan)
        cuts = np.array([math.ceil(Decimal(str(cut)) * scale) for cut in self.bins], dtype=np.int64)
        return Distributions(
            name=metric.quantile.values.name,
            unit=cube.metrics[metric.name].unit,
            axes=cube.axes,
            n=grouped.n,
            mean=mean,
            quantiles={quantile_name(q): grouped.quantile(q) / scale for q in self.quantiles},
            bins=self.bins,
            counts=grouped.binned(cuts) if self.bins else np.zeros((len(cube), 0), dtype=np.int64),
            is_incomplete=cube.is_partial,
            provenance=cube.provenance,
        )


def distribution(
    history: Facts,
    what: str | Trait | Metric,
    *,
    by: By | Iterable[By] = (),
    quantiles: Sequence[float] = QUANTILES,
    bins: Sequence[float | Decimal] = (),
    window: Window = None,
    as_of: When | None = None,
    catalog: Catalog = DEFAULT,
) -> Distributions:
    """Tell how values are distributed: how many, mean, exact quantiles, counts by bin.

    Parameters
    ----------
    history
        An order history, or a part of one.
    what
        ``"gap_days"`` (between consecutive orders, in the cell of the later one),
        ``"order_value"`` (amount less refunds), ``"days_since_last_order"`` (of every customer at
        each period's end), a trait of whole numbers (at each period's end, too), or a metric that
        is a tally, such as ``ci.units``.
    by
        Names of dimensions or dimensions. What tells the state of customers goes by periods and
        labels of customers only.
    quantiles
        From 0 to 1 each; type 7.
    bins
        Ascending cut points in natural units: ``(30, 90)`` counts what is under 30, from 30 to
        under 90, and from 90 up. Every value is in one bin.
    window
        See `custinsights.measure`.
    as_of
        Limits the facts, exclusive; default: the end of the observation.
    catalog
        Where names are looked up.

    Returns
    -------
    Distributions
        One row per cell.

    Raises
    ------
    Refused
        If the values do not go by a dimension (days since the last order by country of the order).

    Notes
    -----
    Cost: the values of every cell are sorted once; what customers are at the end of each period
    is judged anew for each.

    Examples
    --------
    >>> from custinsights.history.orders import OrderHistory
    >>> history = OrderHistory.from_arrays(
    ...     customer=["ada", "bo", "ada", "ada"],
    ...     placed_at=["2024-01-05", "2024-01-06", "2024-02-01", "2024-03-01"],
    ...     amount=[10, 5, 7, 8],
    ...     currency="EUR",
    ...     timezone="Europe/Paris",
    ... )
    >>> distribution(history, "gap_days", quantiles=[0.5], bins=[28]).to_dicts()
    [{'n': 2, 'mean': 28.0, 'q50': 28.0, 'under 28': 1, '28 and up': 1}]
    """
    return Distributing(what, by, quantiles, bins, window, as_of, catalog)(history)
