"""What drives growth? A change of revenue as a sum of what customers, orders and values did."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import floor
from typing import Any, TypeAlias

import attrs
import numpy as np

from custinsights.analyses.analysis import Analysis
from custinsights.analyses.catalog import DEFAULT, Catalog
from custinsights.analyses.declaring.declarations import Dimension, Trait
from custinsights.analyses.declaring.grouping import By, as_label, grouped_by
from custinsights.analyses.declaring.tally import FactFunction
from custinsights.analyses.measuring.comparing import (
    COMPARISONS,
    WHAT_THEY_ARE,
    Span,
    earlier_window,
    window_or_last_year,
)
from custinsights.analyses.measuring.finish import finish
from custinsights.analyses.measuring.measure import Measure, Window, window_of
from custinsights.analyses.measuring.together import Together
from custinsights.domain.fields import instance, refuse_other
from custinsights.domain.money import minor_exponent
from custinsights.errors import InvalidValue, Refused
from custinsights.history.columnar.columns import Labels
from custinsights.history.columnar.localtime import to_datetime, to_microseconds
from custinsights.history.context import Context
from custinsights.history.facts import Facts, check_history
from custinsights.history.kernels.tallies import Label, label_key
from custinsights.history.orders import When
from custinsights.history.selection import counted_only
from custinsights.history.views.counted import CountedHistory
from custinsights.results.cube import Cube
from custinsights.results.table import Column, Table

_METRICS = ("customers", "orders", "revenue")
FACTORS = ("from_customers", "from_orders_per_customer", "from_order_value")
ENTERING, LEAVING, WITHOUT_ORDERS = "entering", "leaving", "without_orders"
MOVED_IN, MOVED_OUT = "moved_in", "moved_out"

Amounts: TypeAlias = tuple[int, int, int]
"""Customers, orders, revenue in minor units."""


@attrs.frozen
class LabelAt:
    """A label of customers as it was at an instant; who was no customer yet has none."""

    of: FactFunction
    instant: int

    def __call__(self, view: CountedHistory) -> Labels:
        """Return the label of each person."""
        then = CountedHistory(counted_only(view), min(self.instant, view.as_of))
        found = self.of(then)
        labels = found if isinstance(found, Labels) else Labels.encode(found)
        return Labels(np.where(then.order_count > 0, labels.codes, np.int32(-1)), labels.names)


@attrs.frozen
class GrowthDrivers(Analysis[Together, Table]):
    """The analysis behind `growth_drivers`."""

    by: str | Dimension | Trait | None = attrs.field(default=None, converter=as_label)
    compare: Window = "previous_period"
    window: Window = None
    as_of: When | None = None
    catalog: Catalog = attrs.field(default=DEFAULT, validator=instance(Catalog))

    def summarise(self, history: Facts) -> Together:
        """Return the mergeable state of a history or of a part of one."""
        check_history(history)
        window = window_or_last_year(history.context, self.window, self.as_of)
        earlier = self._earlier(history.context, window)
        by = self._by(earlier, window)
        return Together(
            tuple(
                Measure(_METRICS, by, span, self.as_of, self.catalog).summarise(history)
                for span in (earlier, window)
            )
        )

    def finish(self, state: Together) -> Table:
        """Decompose the change of a merged state."""
        refuse_other(Together, "the state to finish", state)
        before, after = map(finish, state.states)
        return _Decomposition(before, after).table()

    def _earlier(self, context: Context, window: Span) -> Span:
        if isinstance(self.compare, str) and self.compare in COMPARISONS:
            return earlier_window(context, window, self.compare)
        try:
            given = window_of(context, self.compare)
        except InvalidValue:
            given = None
        if given is None:
            raise InvalidValue(
                what="growth compares a window with an earlier one, and this is none",
                given=self.compare,
                allowed=f"{', '.join(COMPARISONS)}, or a window such as '2023'",
                advice=WHAT_THEY_ARE,
            )
        return to_datetime(given[0]), to_datetime(given[1])

    def _by(self, earlier: Span, window: Span) -> tuple[Dimension, ...]:
        """Return the label, or for a trait that may change the labels at both windows' ends."""
        if self.by is None:
            return ()
        [item] = grouped_by((self.by,), Trait)
        if isinstance(item, str) and item not in self.catalog.dimensions:
            item = self.catalog.traits.get(item) or self.catalog.dimension(item)
        elif isinstance(item, str):
            item = self.catalog.dimensions[item]
        if isinstance(item, Dimension):
            if item.kind == "period" or item.several:
                why = "a customer has several such labels, and the rows would not sum to the whole"
                if item.kind == "period":
                    why = "the two windows have no period in common"
                advice = "Group by a label, such as country or customer_type"
                raise Refused("growth_drivers", item.name, why, advice)
            return (item,)
        if item.kind != "label":
            raise Refused(
                "growth_drivers",
                item.name,
                f"its values are of the kind {item.kind}, and segments are labels",
                "Take a trait that is a label",
            )
        ends = zip(("before", "after"), (earlier, window), strict=True)
        return tuple(
            Dimension(
                f"{item.name}_{when}",
                "customers",
                of=LabelAt(item.of, to_microseconds(span[1])),
                never_falls=True,
                definition=f"At the end of the window {when}: {item.definition or item.name}",
            )
            for when, span in ends
        )


@attrs.frozen(eq=False)
class _Decomposition:
    before: Cube
    after: Cube

    def table(self) -> Table:
        """Return one row per label, the largest growth first, and what is to be known of it."""
        rows = sorted(self._rows().items(), key=lambda row: (-row[1].change, label_key(row[0])))
        provenance = self.after.provenance
        exponent = minor_exponent(provenance.currency)
        total = sum(row.change for _, row in rows)
        columns = []
        if self._axes:
            name = self._axes[-1].removesuffix("_after") if self._is_moving else self._axes[0]
            columns.append(Column(name, "label", [label for label, _ in rows]))
        terms = [*FACTORS, ENTERING, LEAVING, WITHOUT_ORDERS]
        terms += [MOVED_IN, MOVED_OUT] if self._is_moving else []
        amounts = {
            "before": [row.before for _, row in rows],
            "after": [row.after for _, row in rows],
            "change": [row.change for _, row in rows],
            **{term: [row.terms.get(term, 0) for _, row in rows] for term in terms},
        }
        columns += [
            Column(
                name,
                "money",
                np.array(column, dtype=np.int64),
                unit=provenance.currency,
                exponent=exponent,
            )
            for name, column in amounts.items()
        ]
        shares = [row.change / total if total else np.nan for _, row in rows]
        columns.append(Column("share_of_change", "share", np.array(shares, dtype=np.float64)))
        title = "drivers of growth" + (f" by {columns[0].name}" if self._axes else "")
        notes = (*provenance.notes(), self.before.provenance.comparison())
        return Table(title, columns, notes, provenance.calendar.timezone)

    @property
    def _axes(self) -> tuple[str, ...]:
        return tuple(self.after.axes)

    @property
    def _is_moving(self) -> bool:
        """Whether customers have a label at each window's end."""
        return len(self._axes) == 2  # noqa: PLR2004 - before and after

    def _rows(self) -> dict[Label, _Row]:
        stayed: dict[Label, list[Amounts]] = {}
        moved: dict[Label, list[int]] = {}
        for window, cube in enumerate((self.before, self.after)):
            for labels, amounts in _cells(cube):
                label, has_moved = self._label(labels, window)
                ours = stayed.setdefault(label, [(0, 0, 0), (0, 0, 0)])
                theirs = moved.setdefault(label, [0, 0])
                if has_moved:
                    theirs[window] += amounts[2]
                else:
                    ours[window] = _added(ours[window], amounts)
        rows = {label: _Row.of(stayed[label], moved[label]) for label in stayed}
        return {label: row for label, row in rows.items() if not (self._axes and row.is_empty)}

    def _label(self, labels: tuple[Label, ...], window: int) -> tuple[Label, bool]:
        """Return the label of a cell in a window, and whether its customers have another one."""
        if not self._is_moving:
            return (labels[0] if labels else None), False
        known = [label for label in labels if label is not None]
        if len(set(known)) > 1:
            return labels[window], True
        return (known[0] if known else None), False


@attrs.frozen
class _Row:
    before: int
    after: int
    terms: Mapping[str, int]

    @property
    def is_empty(self) -> bool:
        return not (self.before or self.after or any(self.terms.values()))

    @property
    def change(self) -> int:
        return self.after - self.before

    @classmethod
    def of(cls, stayed: list[Amounts], moved: list[int]) -> _Row:
        terms = {**decomposed(*stayed), MOVED_IN: moved[1], MOVED_OUT: -moved[0]}
        return cls(stayed[0][2] + moved[0], stayed[1][2] + moved[1], terms)


def _added(ours: Amounts, theirs: Amounts) -> Amounts:
    return ours[0] + theirs[0], ours[1] + theirs[1], ours[2] + theirs[2]


def _cells(cube: Cube) -> list[tuple[tuple[Label, ...], Amounts]]:
    labels: Any = zip(*[axis.tolist() for axis in cube.axes.values()], strict=True)
    amounts = zip(*[cube.minor(name).tolist() for name in _METRICS], strict=True)
    return list(zip(labels if cube.axes else [()] * len(cube), amounts, strict=True))


def decomposed(before: Amounts, after: Amounts) -> dict[str, int]:
    """Return the change of revenue as terms that sum to it, in minor units.

    Where there are customers in both windows the terms are the Shapley values of the three factors
    customers × orders per customer × order value, computed in fractions; the minor units that
    rounding down leaves go to the largest remainders, in the order of the factors. Else the
    whole change is one term: entering, leaving, or refunds without orders.

    References
    ----------
    Shapley, L. S. (1953). A value for n-person games. Contributions to the Theory of Games 2.

    Examples
    --------
    >>> decomposed((2, 2, 200), (3, 6, 900))
    {'from_customers': 192, 'from_orders_per_customer': 317, 'from_order_value': 191}
    """
    change = after[2] - before[2]
    if not before[0] or not after[0]:
        term = ENTERING if after[0] else LEAVING if before[0] else WITHOUT_ORDERS
        return {term: change}
    exact = _shapley(_factors(before), _factors(after))
    whole = [floor(value) for value in exact]
    order = sorted(range(len(exact)), key=lambda place: whole[place] - exact[place])
    for place in order[: change - sum(whole)]:
        whole[place] += 1
    return dict(zip(FACTORS, whole, strict=True))


def _factors(amounts: Amounts) -> list[Fraction]:
    customers, orders, revenue = amounts
    return [Fraction(customers), Fraction(orders, customers), Fraction(revenue, orders)]


def _shapley(before: list[Fraction], after: list[Fraction]) -> list[Fraction]:
    """Return what each of three factors adds to their product, on average over all orders."""
    values = []
    for place in range(3):
        (b, a), (c, d) = ((before[n], after[n]) for n in range(3) if n != place)
        weight = (2 * b * c + a * c + b * d + 2 * a * d) / 6
        values.append((after[place] - before[place]) * weight)
    return values


def growth_drivers(
    history: Facts,
    *,
    by: By | Trait | None = None,
    compare: Window = "previous_period",
    window: Window = None,
    as_of: When | None = None,
    catalog: Catalog = DEFAULT,
) -> Table:
    """Tell what a change of revenue comes from; the terms of every row sum to its change.

    Parameters
    ----------
    history
        An order history.
    by
        A label such as ``"country"`` or ``"customer_type"``, segments that do not overlap, or a
        label trait: this one is judged at the end of each window, so that customers can move from
        one label to another. None takes all together.
    compare
        ``"previous_period"`` (as many days before), ``"previous_year"`` (both ends a year
        earlier), or a window of its own.
    window
        A period's label or ``(start, end)``; default: the 12 months before `as_of`.
    as_of
        Limits the facts, exclusive; default: the end of the observation.
    catalog
        Where names are looked up.

    Returns
    -------
    Table
        One row per label, the largest growth first; money, exact to the minor unit. ``change`` is
        ``after`` less ``before`` and the sum of these: the effects of the number of customers, of
        orders per customer and of order value (Shapley values); ``entering`` and ``leaving``, the
        change of a label that has customers in one of the windows only; ``without_orders``,
        refunds where nobody ordered; and for a trait ``moved_in`` and ``moved_out``, what
        customers spend who had, or got, another label. The changes of all rows sum to the change
        of revenue.

    Raises
    ------
    Refused
        If revenue does not go by the label (product), or for periods.

    Notes
    -----
    Cost: two measurements by the label. Customers of several labels of orders are counted in
    each, and so the effects of rows do not sum to those of the whole; their changes do.
    """
    return GrowthDrivers(by, compare, window, as_of, catalog)(history)
