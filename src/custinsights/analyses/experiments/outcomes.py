"""What did the customers of each arm do in the time after they were assigned?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np

from custinsights.analyses.analysis import Analysis
from custinsights.analyses.experiments.balance import sizes_p_value
from custinsights.analyses.experiments.standing import (
    Arm,
    corrected,
    mean_of,
    outcome_table,
    rate_of,
)
from custinsights.analyses.measuring.measured import parts_of, provenance
from custinsights.domain.fields import (
    Identity,
    instance,
    number_of_days,
    refuse_other,
    whole_number,
)
from custinsights.domain.frozen import frozen
from custinsights.domain.money import minor_exponent
from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import NO_INSTANT, FloatArray, IntArray
from custinsights.history.columnar.localtime import to_microseconds
from custinsights.history.context import Context
from custinsights.history.facts import Facts, check_history, check_orders, refuse_part
from custinsights.history.orders import When
from custinsights.history.views.counted import CountedHistory
from custinsights.results.assignment import Assignment
from custinsights.results.comparison import ORDERS, OUTCOMES, VALUE, Comparison
from custinsights.results.customer_table import CustomerTable
from custinsights.results.table import Column


def _level(given: float) -> float:
    if isinstance(given, bool) or not isinstance(given, float) or not 0 < given < 1:
        raise InvalidValue("the level is wrong", given, "a number between 0 and 1, such as 0.05")
    return given


def _planned(given: Any) -> int | None:
    return None if given is None else whole_number("the planned size is wrong", given, 1)


def _instants(given: Any) -> Any:
    if not isinstance(given, Mapping):
        return given
    return frozen({str(one): when for one, when in given.items()})


@attrs.frozen(kw_only=True)
class Comparing(Analysis[CustomerTable, Comparison]):
    """The analysis behind `compare`; its state is a `CustomerTable` of what was done."""

    assignment: Assignment = attrs.field(validator=instance(Assignment))
    at: When | Mapping[Any, When] = attrs.field(converter=_instants, repr=False)
    within: int = attrs.field(default=30, converter=number_of_days)
    planned: int | None = attrs.field(default=None, converter=_planned)
    level: float = attrs.field(default=0.05, converter=_level)
    every_outcome: bool = attrs.field(default=False, validator=instance(bool))
    as_of: When | None = None

    def __call__(self, history: Facts) -> Comparison:
        """Summarise and finish; of a part, those of the other parts would count as unknown."""
        refuse_part(history, "arms of an experiment")
        return self.finish(self.summarise(history))

    def summarise(self, history: Facts) -> CustomerTable:
        """Return what the assigned customers of a history, or of a part of one, did."""
        check_history(history)
        check_orders(history, "an experiment")
        context, as_of = history.context, history.context.instant(self.as_of)
        ids = history.customer_ids.tolist()
        found = self.assignment.rows_among(ids)
        arm = np.full(len(ids), -1, dtype=np.int64)
        arm[found[found >= 0]] = self.assignment.codes[found >= 0]
        rows = np.flatnonzero(arm >= 0)
        start, end = np.full(len(ids), NO_INSTANT), np.zeros(len(ids), dtype=np.int64)
        start[rows], end[rows] = self._times([ids[row] for row in rows.tolist()], context)
        done, low = [(end[:0], end[:0])], 0
        for part in history.blocks():
            cut = slice(low, low := low + part.people)
            done.append(_done(CountedHistory(part, as_of), start[cut], end[cut]))
        orders, value = (np.concatenate(column) for column in zip(*done, strict=True))
        names = np.array([*self.assignment.arms, None], dtype=object)
        unit, exponent = context.currency, minor_exponent(context.currency)
        columns = [
            Column("arm", "label", names[arm]),
            Column("assigned_at", "instant", start),
            Column("is_over", "flag", end <= context.day(min(as_of, context.observed_until))),
            Column("orders", "count", orders, unit="orders"),
            Column("value", "money", value, unit=unit, exponent=exponent),
        ]
        table = CustomerTable(
            history.customer_ids,
            {column.name: column for column in columns},
            provenance(context, as_of, []),
            f"what the arms of {self.assignment.experiment} did in {self.within} days",
            parts_of(history),
        )
        return table.take(rows)

    def _times(self, customers: list[Identity], context: Context) -> tuple[Any, Any]:
        """Return when each was assigned, and the local day on which the time is over."""
        if not isinstance(self.at, Mapping):
            instant = context.moment(self.at)
            return instant, context.day(instant) + self.within
        missing = sum(str(one) not in self.at for one in self.assignment.customers)
        if missing:
            raise InvalidValue(
                "nobody said when some customers were assigned",
                f"{missing:,} of {len(self.assignment):,} customers without an instant",
                "an instant for each customer in the experiment, or one for all",
            )
        instants = [context.moment(self.at[str(one)]) for one in customers]
        return instants, [context.day(one) + self.within for one in instants]

    def finish(self, state: CustomerTable) -> Comparison:
        """Compare the arms of a merged state."""
        refuse_other(CustomerTable, "the state to finish", state)
        if len(self.assignment) and not len(state):
            raise InvalidValue(
                "the history knows none of the customers in the experiment",
                f"{len(self.assignment):,} customers",
                "customers of the history, by its own identities",
            )
        codes, orders, values = self._of_all(state)
        unit = state.column("value").unit
        arms = [
            Arm(name, orders[codes == place], values[codes == place], unit)
            for place, name in enumerate(self.assignment.arms)
        ]
        tests = max(len(arms) - 1, 1) * (len(OUTCOMES) if self.every_outcome else 1)
        families = [
            [rate_of(arm, arms[0], self.level, tests) for arm in arms],
            [mean_of(ORDERS, arm, arms[0], self.level, tests) for arm in arms],
            [mean_of(VALUE, arm, arms[0], self.level, tests) for arm in arms],
        ]
        if self.every_outcome:
            families = [[row for family in families for row in family]]
        rows = [row for family in families for row in corrected(family, self.level)]
        told = state.provenance
        assigned = state.column("assigned_at").values
        return Comparison(
            experiment=self.assignment.experiment,
            customers=state,
            outcomes=outcome_table(
                f"{self.assignment.experiment}: {self.within} days by arm", rows, told.notes()
            ),
            planned=self.planned,
            smallest=min(len(arm.orders) for arm in arms),
            pending=len(self.assignment) - len(codes),
            unknown=len(self.assignment) - len(state),
            unobserved=int((assigned < to_microseconds(told.observed_from)).sum()),
            sizes_p_value=sizes_p_value(self.assignment),
        )

    def _of_all(self, state: CustomerTable) -> tuple[IntArray, IntArray, FloatArray]:
        """Return arm, orders and value of everybody whose time is over, the unknown too."""
        rows = self.assignment.rows_among(state.ids.tolist())
        known, unknown = np.flatnonzero(rows >= 0), np.flatnonzero(rows < 0)
        size = len(rows)
        orders, values = np.zeros(size, dtype=np.int64), np.zeros(size)
        is_over = np.zeros(size, dtype=np.bool_)
        orders[known] = state["orders"].take(rows[known])
        values[known] = state["value"].take(rows[known])
        is_over[known] = state["is_over"].take(rows[known])
        calendar = state.provenance.calendar
        known_until = min(state.provenance.as_of, state.provenance.observed_until)
        today, time = calendar.local_date(known_until), dt.timedelta(days=self.within)
        for place in unknown.tolist():  # they never ordered, and belong to the arms all the same
            one = self.assignment.customers[place]
            at = self.at[str(one)] if isinstance(self.at, Mapping) else self.at
            is_over[place] = calendar.local_date(calendar.instant(at)) + time <= today
        ended = np.flatnonzero(is_over)
        return self.assignment.codes[ended], orders[ended], values[ended]


def _done(view: CountedHistory, start: IntArray, end: IntArray) -> tuple[IntArray, IntArray]:
    """int64[k], orders of each person from an instant to a local day, and their value."""
    since, until = start.take(view.customer), end.take(view.customer)
    inside = (since != NO_INSTANT) & (view.placed_at >= since) & (view.day < until)
    value = np.where(inside, view.net_amount, 0)
    return view.sum_per_customer(inside), view.sum_per_customer(value)


def compare(
    history: Facts,
    assignment: Assignment,
    *,
    at: When | Mapping[Any, When],
    within: int = 30,
    planned: int | None = None,
    level: float = 0.05,
    every_outcome: bool = False,
    as_of: When | None = None,
) -> Comparison:
    """Compare the arms of an experiment: who ordered in the time after, and for how much.

    Everybody counts in the arm into which they were put, whatever became of the letter (intention
    to treat); who never ordered counts with nothing, and so does whom the history does not know,
    which a note tells. Whose time is not over at `as_of`, or at the end of the observation, is left
    out.

    Parameters
    ----------
    history
        The whole history: whom it does not know has bought nothing.
    assignment
        What `assign` gives, or `Assignment.of`.
    at
        When the customers were assigned: an instant for all, or customer -> instant.
    within
        Local days from then, that day among them, in which orders count.
    planned
        How many customers each arm is to have, as `sample_size` tells. A comparison that is read
        before says so.
    level
        How likely a difference is seen where there is none, in any of the arms.
    every_outcome
        Whether bounds and p-values are corrected for the three outcomes, too, so that any of them
        may decide. By default they are for the arms alone: choose before which outcome decides.
    as_of
        Limits the facts, exclusive; default: the end of the observation.

    Returns
    -------
    Comparison
        A row for each outcome and arm. ``conversion``: customers with a counted order in the time ÷
        all, Wilson's bounds. ``orders``: the mean number of their orders, over all. ``value``: the
        mean of what these came to, less linked refunds.
        Against the control ``difference`` and ``lift`` (the ratio) with bounds that hold for all
        arms at once (each at level ÷ their number; with `every_outcome` ÷ three times that),
        ``p_value``, and ``p_adjusted`` for as many tests by Holm; ``significant`` where that is
        below `level`.

    Raises
    ------
    InvalidValue
        If the history knows none of the customers or is a part of one, or an instant is missing.
    MissingExtra
        SciPy is not installed: the extra ``predict`` brings it.

    Notes
    -----
    Rates: chi-square test without correction, Fisher's exact where fewer than five are to be
    expected in a cell; differences by Newcombe's method 10, ratios by Katz. Means: Welch's t-test
    and its interval; ratios by the delta method on the logarithm. Values of customers are wide:
    with few buyers the t-test is rough, which ``small`` does not tell.

    References
    ----------
    Newcombe, R. G. (1998). Statistics in Medicine 17, 873-890. Katz, D. et al. (1978). Biometrics
    34, 469-474. Welch, B. L. (1947). Biometrika 34, 28-35. Holm, S. (1979). Scandinavian Journal of
    Statistics 6, 65-70.

    Examples
    --------
    >>> import custinsights as ci
    >>> history = ci.datasets.gallery()
    >>> known = ci.traits(history, "order_count", as_of="2023-06-01")
    >>> arms = ci.assign(known, ["control", "letter"], experiment="June", key="secret")
    >>> found = compare(history, arms, at="2023-06-01", within=90)
    >>> found.row("letter")["customers"], found.row("letter")["total"]
    (35, 10.0)
    """
    return Comparing(
        assignment=assignment,
        at=at,
        within=within,
        planned=planned,
        level=level,
        every_outcome=every_outcome,
        as_of=as_of,
    )(history)
