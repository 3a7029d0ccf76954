"""Were the arms alike before anything was done to them?"""

from __future__ import annotations

from collections.abc import Sequence
from math import nan, sqrt
from typing import Any

import numpy as np

from custinsights.analyses.catalog import DEFAULT, Catalog
from custinsights.analyses.customers.traits import Traits
from custinsights.analyses.declaring.declarations import Trait
from custinsights.analyses.experiments import significance
from custinsights.domain.fields import refuse_other
from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import FloatArray
from custinsights.history.facts import Facts, check_history, refuse_part
from custinsights.history.orders import When
from custinsights.results.assignment import Assignment
from custinsights.results.comparison import Balance
from custinsights.results.customer_table import CustomerTable
from custinsights.results.table import Column, Table

BEFORE = ("order_count", "total_spent", "average_order_value", "days_since_last_order")
"""The traits by which arms are compared where none are named."""

ALIKE = 0.1
"""Means that differ by less of a deviation are alike (Austin 2009)."""

LEVEL = 0.05


def sizes_p_value(assignment: Assignment) -> float:
    """Return how likely arms of these weights are to differ so in size by chance."""
    counts = np.array(list(assignment.sizes.values()), dtype=np.int64)
    return significance.of_sizes(counts, assignment.expected)


def balance(
    history: Facts,
    assignment: Assignment,
    names: str | Trait | Sequence[str | Trait] = BEFORE,
    *,
    at: When,
    catalog: Catalog = DEFAULT,
) -> Balance:
    """Tell whether the arms of an experiment were alike before anything was done to them.

    Parameters
    ----------
    history
        The whole history: sizes are those of all arms.
    assignment
        What `assign` gives, or `Assignment.of`.
    names
        Traits that are numbers, counts or money.
    at
        When the customers were assigned: nothing at or after it is looked at.
    catalog
        Where names are looked up.

    Returns
    -------
    Balance
        ``is_suspect`` where arms of these sizes come by chance less than once in a thousand times
        (chi-square; sample ratio mismatch): something is wrong with who was counted, and nothing
        is to be believed. A row for each trait and arm: means over the customers of whom it is
        known, their standardised ``difference`` (of the means ÷ the root of the mean variance), the
        p-value of Welch's t-test, and that corrected for the number of rows by Holm. ``unlike``
        where the difference is over 0.1 and the corrected p-value below 0.05.

    Raises
    ------
    InvalidValue
        If a trait is no number, or the history is a part of one.
    MissingExtra
        SciPy is not installed: the extra ``predict`` brings it.

    References
    ----------
    Austin, P. C. (2009). Balance diagnostics for comparing the distribution of baseline covariates
    between treatment groups. Statistics in Medicine 28, 3083-3107. Fabijan, A. et al. (2019).
    Diagnosing sample ratio mismatch in online controlled experiments. Proceedings of ACM SIGKDD,
    2156-2164.
    """
    refuse_other(Assignment, "what tells the arms", assignment)
    check_history(history)
    refuse_part(history, "arms of an experiment")
    history.context.moment(at)  # refuses None, which is no instant to have been assigned at
    table = Traits(names, as_of=at, catalog=catalog)(history)
    rows = assignment.rows_among(table.ids.tolist())
    found: list[dict[str, Any]] = []
    for name in table.columns:
        values = _numbers(table, name)
        arms = [
            known[~np.isnan(known)]
            for place in range(len(assignment.arms))
            for known in [values.take(rows[(assignment.codes == place) & (rows >= 0)])]
        ]
        for arm, of_arm in zip(assignment.arms[1:], arms[1:], strict=True):
            found.append({"trait": name, "arm": arm, **_beside(of_arm, arms[0])})
    p_values = np.array([row["p_value"] for row in found], dtype=np.float64)
    adjusted = significance.holm(p_values)
    differences = np.array([row["difference"] for row in found], dtype=np.float64)
    traits = Table(
        f"the arms of {assignment.experiment} beside {assignment.arms[0]}",
        [
            *(Column(name, "label", [row[name] for row in found]) for name in ("trait", "arm")),
            Column("customers", "count", [row["customers"] for row in found], unit="customers"),
            *(
                Column(name, "number", [row[name] for row in found])
                for name in ("mean", "control_mean", "difference", "p_value")
            ),
            Column("p_adjusted", "number", adjusted),
            Column("unlike", "flag", (np.abs(differences) > ALIKE) & (adjusted < LEVEL)),
        ],
        notes=table.provenance.notes(),
    )
    return Balance(
        experiment=assignment.experiment, sizes_p_value=sizes_p_value(assignment), traits=traits
    )


def _numbers(table: CustomerTable, name: str) -> FloatArray:
    column = table.column(name)
    if column.kind not in ("count", "money", "quantity", "number", "share", "flag"):
        raise InvalidValue(
            f"the trait {name!r} has no mean",
            f"a {column.kind}",
            "traits that are numbers, counts, money or flags",
        )
    values: FloatArray = table[name].astype(np.float64)
    return np.where(column.absent, np.nan, values)


def _beside(values: FloatArray, control: FloatArray) -> dict[str, Any]:
    """Return means of an arm and the control, their standardised difference, and its p-value."""
    means = [float(one.mean()) if len(one) else nan for one in (values, control)]
    spreads = [float(one.var(ddof=1)) if len(one) > 1 else nan for one in (values, control)]
    deviation = sqrt(sum(spreads) / 2) if sum(spreads) > 0 else nan
    tested = significance.of_means(values, control, LEVEL)
    return {
        "customers": len(values),
        "mean": means[0],
        "control_mean": means[1],
        "difference": (means[0] - means[1]) / deviation,
        "p_value": tested.p_value,
    }
