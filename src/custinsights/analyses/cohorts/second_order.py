"""Who orders a second time, after how long, and what about the first order went with it?

Young customers have not had the time. So everything is told of the customers who are observable at
an age (see `custinsights.analyses.builtin.exact_ages`), rather than of all, or of those who came
back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import attrs
import numpy as np

from custinsights.analyses.analysis import Analysis
from custinsights.analyses.builtin.customer_traits import BUILT_IN
from custinsights.analyses.builtin.dimensions import LINE_TEXTS
from custinsights.analyses.builtin.exact_ages import SOON, second_order_rate
from custinsights.analyses.catalog import DEFAULT, Catalog
from custinsights.analyses.customers.traits import evaluate
from custinsights.analyses.declaring.declarations import Dimension, Metric
from custinsights.analyses.declaring.grouping import By, grouped_by
from custinsights.analyses.measuring.finish import finish
from custinsights.analyses.measuring.measure import Measure
from custinsights.analyses.measuring.measured import (
    COUNT,
    Measured,
    check_alike,
    parts_of,
    provenance,
)
from custinsights.domain.fields import as_tuple, instance, refuse_other, whole_number
from custinsights.history.columnar.columns import IntArray
from custinsights.history.columnar.localtime import to_datetime
from custinsights.history.context import Context
from custinsights.history.facts import Facts, check_history
from custinsights.history.kernels.tallies import Axis, Tallies
from custinsights.history.orders import When
from custinsights.results.second_order import SecondOrder

AGES = (0, 7, 14, 30, 60, 90, 180, 360)
"""The ages in days of the curve."""
TIERS = ("lowest third", "middle third", "highest third")
_AGE, _WAITED, _AMOUNT, _AGAIN = "age", "waited", "amount", "again"
_LABELS = ("channel", "source", "campaign", "payment_method", "coupon")
_Row: TypeAlias = tuple[str, str | int | None, int, int]
"""Dimension, label, observable customers, those of them who ordered again."""

_TRAITS = {trait.name: trait for trait in BUILT_IN}


def _is_discounted(orders: Any) -> Any:
    return orders.number("discount") > 0


DISCOUNTED = Dimension(
    "discounted",
    "orders",
    of=_is_discounted,
    definition="Whether the order has a discount.",
)


def _ages(given: Iterable[int]) -> tuple[int, ...]:
    return tuple(whole_number("an age in days is wrong", age, 0) for age in as_tuple(given))


def _within(given: int) -> int:
    return whole_number("the days within which a second order is looked for are wrong", given, 0)


def _by(given: By | Iterable[By] | None) -> tuple[str | Dimension, ...] | None:
    return None if given is None else grouped_by(given)


@attrs.frozen(eq=False, kw_only=True)
class SecondOrderState:
    """The state behind `second_order`: whole numbers that add up.

    Parameters
    ----------
    within, as_of, context
        What was asked of what.
    paths
        Customers by their age in days and the days to the second order (-1 for none yet).
    amounts
        Observable customers, and those who ordered again, by the amount of the first order.
    by
        A measurement for each dimension.
    parts
        The first customer of every part in it.
    """

    within: int
    as_of: int
    context: Context
    paths: Tallies
    amounts: Tallies
    by: tuple[Measured, ...]
    parts: frozenset[int | str]

    @property
    def signature(self) -> Mapping[str, object]:
        """What states must share to be merged."""
        return {
            "as-of instants": to_datetime(self.as_of),
            "horizons": self.within,
            "dimensions": tuple(state.question.by[0].name for state in self.by),
        }

    def __add__(self, other: SecondOrderState) -> SecondOrderState:
        if not isinstance(other, SecondOrderState):
            return NotImplemented
        check_alike(self, other)
        return attrs.evolve(
            self,
            paths=self.paths + other.paths,
            amounts=self.amounts + other.amounts,
            by=tuple(a + b for a, b in zip(self.by, other.by, strict=True)),
            parts=self.parts | other.parts,
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SecondOrderState):
            return NotImplemented
        return (self.signature, self.paths, self.amounts, self.by) == (
            other.signature,
            other.paths,
            other.amounts,
            other.by,
        )


@attrs.frozen
class SecondOrdering(Analysis[SecondOrderState, SecondOrder]):
    """The analysis behind `second_order`."""

    within: int = attrs.field(default=SOON, converter=_within)
    by: tuple[str | Dimension, ...] | None = attrs.field(default=None, converter=_by)
    ages: tuple[int, ...] = attrs.field(default=AGES, converter=_ages)
    as_of: When | None = None
    catalog: Catalog = attrs.field(default=DEFAULT, validator=instance(Catalog))

    @property
    def _rate(self) -> Metric:
        return second_order_rate(self.within)

    def summarise(self, history: Facts) -> SecondOrderState:
        """Return the mergeable state of a history or of a part of one."""
        check_history(history)
        as_of = history.context.instant(self.as_of)
        age, waited, amount = _first_orders(history, as_of)
        seen = np.flatnonzero(age > self.within)
        again = (waited >= 0) & (waited <= self.within)
        dimensions = _held(history) if self.by is None else self.by
        measures = [
            Measure((self._rate,), by=(dimension,), as_of=self.as_of, catalog=self.catalog)
            for dimension in dimensions
        ]
        return SecondOrderState(
            within=self.within,
            as_of=as_of,
            context=attrs.evolve(history.context, part=None),
            paths=Tallies.of(
                [Axis(_AGE), Axis(_WAITED)], [age, waited], {COUNT: np.ones_like(age)}
            ),
            amounts=Tallies.of(
                [Axis(_AMOUNT)],
                [amount.take(seen)],
                {COUNT: np.ones_like(seen), _AGAIN: again.take(seen).astype(np.int64)},
            ),
            by=tuple(measure.summarise(history) for measure in measures),
            parts=parts_of(history),
        )

    def finish(self, state: SecondOrderState) -> SecondOrder:
        """Return what became of the first orders of a merged state."""
        refuse_other(SecondOrderState, "the state to finish", state)
        age, waited = state.paths.codes
        count = state.paths.columns[COUNT]
        is_back = (age > self.within) & (waited >= 0) & (waited <= self.within)
        days = Tallies.of([Axis(_WAITED)], [waited[is_back]], {COUNT: count[is_back]})
        ages = np.array(self.ages, dtype=np.int64)
        older = age > ages[:, None]
        back = older & (waited >= 0) & (waited <= ages[:, None])
        rows = [row for one in state.by for row in _rows(one, self._rate.name)]
        rows += _tiers(state.amounts)
        named: list[Metric | Dimension] = [self._rate, *(one.question.by[0] for one in state.by)]
        return SecondOrder(
            within=self.within,
            customers=int(count.sum()),
            returned=int(count[waited >= 0].sum()),
            observable=int(count[age > self.within].sum()),
            reordered=int(count[is_back].sum()),
            ages=ages,
            observable_at=older @ count,
            reordered_by=back @ count,
            days=days.codes[0],
            counts=days.columns[COUNT],
            dimensions=tuple(row[0] for row in rows),
            labels=tuple(row[1] for row in rows),
            label_observable=np.array([row[2] for row in rows], dtype=np.int64),
            label_reordered=np.array([row[3] for row in rows], dtype=np.int64),
            provenance=provenance(state.context, state.as_of, named),
        )


def _first_orders(history: Facts, as_of: int) -> tuple[IntArray, IntArray, IntArray]:
    """Return of every customer the age, the days to the second order (or -1), the amount."""
    names = ("days_since_first_order", "days_to_second_order", "first_order_value")
    age, waited, amount = evaluate(history, [_TRAITS[name] for name in names], as_of)
    buyers = np.flatnonzero(~np.isnan(age))
    waited = np.where(np.isnan(waited), -1, waited)
    age, waited, amount = (column.take(buyers).astype(np.int64) for column in (age, waited, amount))
    return age, waited, amount


def _held(history: Facts) -> tuple[str | Dimension, ...]:
    """Return the dimensions by which the first orders of a history can be told apart."""
    found: list[str | Dimension] = [name for name in _LABELS if name in history.labels]
    found += ["country"] if "country" in {*history.labels, *history.people_table.labels} else []
    found += ["weekday"]
    found += [DISCOUNTED] if "discount" in history.numbers else []
    if history.lines is not None and history.products is not None:
        held = {"product", *history.products.labels}
        found += [name for name in LINE_TEXTS if name in held]
    return tuple(found)


def _rows(state: Measured, metric: str) -> list[_Row]:
    """Return the labels of a dimension, those of the most customers first."""
    cube = finish(state)
    name = state.question.by[0].name
    reordered, observable = cube.numerator(metric), cube.denominator(metric)
    assert reordered is not None  # noqa: S101 - it is a quotient
    assert observable is not None  # noqa: S101 - it is a quotient
    labels = cube.labels(name).tolist()
    rows = [
        (name, label, n, again)
        for label, n, again in zip(labels, observable.tolist(), reordered.tolist(), strict=True)
        if n
    ]
    return sorted(rows, key=lambda row: -row[2])


def _tiers(amounts: Tallies) -> list[_Row]:
    """Return the thirds of the first orders by amount; equal amounts are in the same one."""
    count, again = amounts.columns[COUNT], amounts.columns[_AGAIN]
    total = int(count.sum())
    smaller = np.cumsum(count) - count
    tier = len(TIERS) * smaller // max(total, 1)
    return [
        (_AMOUNT, name, int(count[tier == place].sum()), int(again[tier == place].sum()))
        for place, name in enumerate(TIERS)
        if total
    ]


def second_order(
    history: Facts,
    within: int = SOON,
    *,
    by: By | Sequence[By] | None = None,
    ages: Sequence[int] = AGES,
    as_of: When | None = None,
    catalog: Catalog = DEFAULT,
) -> SecondOrder:
    """Return who orders a second time, after how long, and what the first order tells of it.

    A customer is observable at d days when the first counted order lies more than d days before
    `as_of`; the share at d days is that of the observable customers with a second counted order at
    most d days after the first, so that nobody counts who has not had the time. (With everybody
    who joined in the span the curve's steps are those of cohorts of different size; a share at
    more days rests on fewer, earlier customers.)

    Parameters
    ----------
    history
        An order history.
    within
        Days within which a second order is looked for, where first orders are compared.
    by
        Dimensions of orders or lines by which first orders are compared; default: channel, source,
        campaign, payment method, coupon, country, weekday, discount, product, category and
        department, those of them that the history has. Thirds by the amount of the first order
        are always there. A first order is in each of its products.
    ages
        Days since the first order for the curve.
    as_of
        Limits the facts, exclusive; default: the end of the observation.
    catalog
        Where names are looked up.

    Returns
    -------
    SecondOrder
        One row per label of the first order: observable customers, share who ordered again with a
        Wilson interval, lift (the share ÷ the share of all others) with Katz' interval, both 95 %.
        It shows and exports the 20 labels of most customers of each dimension;
        ``.table(most=None)`` has all.

    Notes
    -----
    Cost: a pass over customers, and a measurement for each dimension. With many labels some
    intervals miss 1 by chance: one in twenty where nothing is behind it.

    Examples
    --------
    >>> from custinsights.history.orders import OrderHistory
    >>> history = OrderHistory.from_arrays(
    ...     customer=["ada", "bo", "ada"],
    ...     placed_at=["2024-01-05", "2024-01-06", "2024-01-20"],
    ...     amount=[10, 5, 7],
    ...     currency="EUR",
    ...     timezone="Europe/Paris",
    ... )
    >>> found = second_order(history, 30, as_of="2024-03-01")
    >>> found.share, found.days_until(0.5)
    (0.5, 15.0)
    """
    return SecondOrdering(within, by, ages, as_of, catalog)(history)
