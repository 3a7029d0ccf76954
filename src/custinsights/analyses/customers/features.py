"""How are customers made ready for a library that groups them? Traits as numbers that are alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from custinsights.domain.fields import as_tuple, looked_up, refuse_other
from custinsights.errors import InvalidValue
from custinsights.results.customer_table import CustomerTable
from custinsights.results.matrix import NUMBERS, UNKNOWN, FeatureMatrix, numbers_of
from custinsights.results.scaling import SCALINGS, Scaler


def to_matrix(
    customers: CustomerTable,
    columns: str | Iterable[str] | None = None,
    *,
    scaling: str | Mapping[str, str] = "standard",
    unknown: str = "refuse",
) -> FeatureMatrix:
    """Make a matrix of customers by features, scaled, for clustering and other models.

    Customers are grouped by whatever the caller chooses, such as scikit-learn; this makes its input
    ready and takes its labels back as segments.

    Parameters
    ----------
    customers
        What `traits` gives, or any other table of customers. To take labels back as segments it has
        total_spent, order_count and days_since_last_order, features or not.
    columns
        The features; default: every column of numbers or flags.
    scaling
        One for all, or by feature (``"standard"`` for those that are not named): ``"standard"``,
        ``"robust"``, ``"minmax"``, ``"log"`` (for money and counts, which are wide), ``"rank"`` or
        ``"none"``, as told at `custinsights.results.scaling.Scaler`.
    unknown
        What becomes of unknown values: ``"refuse"``; ``"median"``, that of the customers of whom it
        is known; or ``"drop"``, which leaves those customers out, so that they are in no group and
        have no part in the scales.

    Returns
    -------
    FeatureMatrix
        ``values``, ``names`` and ``ids``; ``cluster(estimator)`` and ``segments(labels)``;
        ``like(table)`` for other customers on the same scales.

    Raises
    ------
    InvalidValue
        If a column is no number, a value is unknown and nothing was said, or nothing is known.
    UnknownName
        If there is no such column, scaling or rule.

    Notes
    -----
    Cost: a pass over each feature; medians, quartiles and ranks sort it.

    Examples
    --------
    >>> import custinsights as ci
    >>> table = ci.traits(ci.datasets.gallery(), ["order_count", "total_spent"])
    >>> matrix = to_matrix(table, scaling={"total_spent": "log"})
    >>> matrix.shape, matrix.names
    ((134, 2), ('order_count', 'total_spent'))
    """
    refuse_other(CustomerTable, "what is to be a matrix", customers)
    names = _columns(customers, columns)
    looked_up("rule for unknown values", unknown, dict.fromkeys(UNKNOWN))
    kinds = dict.fromkeys(names, "standard")
    if isinstance(scaling, Mapping):
        for name, kind in scaling.items():
            looked_up("feature", name, kinds)
            kinds[name] = looked_up("scaling", kind, {one: one for one in SCALINGS})
    else:
        kinds = dict.fromkeys(names, looked_up("scaling", scaling, {one: one for one in SCALINGS}))
    plain = {name: numbers_of(customers, name) for name in names}
    absent: dict[str, Any] = {name: np.isnan(values) for name, values in plain.items()}
    for name in names:
        if absent[name].all():
            raise InvalidValue(
                what=f"nothing is known of the column {name!r}",
                given=f"{len(customers):,} customers, of none of whom it is",
                allowed="columns that are known of somebody",
            )
    if unknown == "drop":  # who is left out has no part in the scales either
        is_dropped = np.logical_or.reduce(list(absent.values()))
        if is_dropped.all():
            raise InvalidValue(
                what="everybody would be left out, for a value of theirs is unknown",
                given=", ".join(names),
                allowed="columns that are all known of somebody",
            )
        absent = dict.fromkeys(names, is_dropped)
    scalers = {name: Scaler(kinds[name], plain[name][~absent[name]]) for name in names}
    return FeatureMatrix.of(customers, scalers, unknown)


def _columns(customers: CustomerTable, given: str | Iterable[str] | None) -> tuple[str, ...]:
    if given is None:
        names = tuple(n for n, column in customers.columns.items() if column.kind in NUMBERS)
    else:
        names = (given,) if isinstance(given, str) else as_tuple(given)
    if not names or len(set(names)) != len(names):
        raise InvalidValue(
            what="these columns make no matrix",
            given=names or "none",
            allowed="one or more columns of numbers, each once",
        )
    return names
