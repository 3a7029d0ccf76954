"""Which milestones of customers are due? Orders, sums spent, join days, birthdays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import attrs
import numpy as np

from custinsights.analyses.analysis import Analysis
from custinsights.analyses.cohorts.anchors import first_order
from custinsights.analyses.customers.traits import in_blocks
from custinsights.analyses.measuring.measure import Window, window_of
from custinsights.analyses.measuring.measured import parts_of, provenance
from custinsights.domain.fields import flag, refuse_other, whole_number
from custinsights.domain.money import Money, minor_exponent
from custinsights.errors import Incompatible, InvalidValue
from custinsights.history.columnar.columns import NO_INSTANT, AnyArray, BoolArray, IntArray
from custinsights.history.columnar.periods import days_in_year
from custinsights.history.context import Context
from custinsights.history.facts import Facts, check_history, check_orders
from custinsights.history.kernels.cells import distinct, starts_of
from custinsights.history.orders import When
from custinsights.history.views.counted import CountedHistory
from custinsights.results.customer_table import CustomerTable, joined
from custinsights.results.table import Column, Table

KINDS = ("order", "spend", "join_day", "birthday")
ORDERS = (5, 10, 25, 50, 100)
SPEND = (500, 1_000, 5_000, 10_000)
ORDER, SPENT, JOINED, BORN = range(4)
_DEFINITIONS = {
    "order": "The counted order of a certain number.",
    "spend": "The counted order with which the orders so far, less their refunds, reach a mark.",
    "join_day": "A year, or several, after the customer was created, else first ordered.",
    "birthday": "The customer's birthday.",
}


def _orders(given: object) -> tuple[int, ...]:
    what = "the numbers of orders to celebrate are wrong"
    return tuple(sorted({whole_number(what, n, 1) for n in _list(given, what)}))


def _marks(given: object) -> tuple[Decimal | Money, ...]:
    what = "the marks of spend to celebrate are wrong"
    marks = _list(given, what)
    for mark in marks:
        if isinstance(mark, bool) or not isinstance(mark, int | str | Decimal | Money):
            raise InvalidValue(what, mark, "int, Decimal or text in major units, or Money, above 0")
    found = tuple(m if isinstance(m, Money) else Money(m, "BHD").amount for m in marks)
    for mark in found:
        if (mark.amount if isinstance(mark, Money) else mark) <= 0:
            raise InvalidValue(what, str(mark), "amounts above 0")
    return found


def _minor(mark: Decimal | Money, currency: str) -> int:
    if not isinstance(mark, Money):
        return Money(mark, currency).minor
    if mark.currency != currency:
        what, advice = "the currencies of a mark and of the history", "Give the mark in the latter"
        raise Incompatible(what, mark.currency, currency, advice)
    return mark.minor


def _list(given: Any, what: str) -> tuple[Any, ...]:
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise InvalidValue(what, given, "a list of them; an empty one for none")
    return tuple(given)


@attrs.frozen
class Milestones(Analysis[CustomerTable, Table]):
    """The analysis behind `milestones`; its state is a `CustomerTable` with a row per milestone."""

    window: Window
    orders: tuple[int, ...] = attrs.field(default=ORDERS, converter=_orders)
    spend: tuple[Decimal | Money, ...] = attrs.field(default=SPEND, converter=_marks)
    join_days: bool = attrs.field(default=True, validator=flag)
    birthdays: bool = attrs.field(default=True, validator=flag)
    as_of: When | None = None

    def summarise(self, history: Facts) -> CustomerTable:
        """Return the milestones of the customers of a history or of a part of one."""
        check_history(history)
        check_orders(history, "telling milestones")
        context = history.context
        window = window_of(context, self.window)
        if window is None:
            allowed = "the label of a period such as '2024-03', or a start and an end"
            raise InvalidValue("milestones are due in a window", None, allowed)
        as_of = context.instant(self.as_of)
        marks = sorted({_minor(mark, context.currency) for mark in self.spend})
        due = _Due(self, context, *window, marks)
        blocks = in_blocks(history, as_of, due.of)
        ids = history.customer_ids[:0]
        for block in blocks:
            ids = joined(ids, block[0])
        kind, at, number, amount = (
            np.concatenate([block[place] for block in blocks]) for place in range(1, 5)
        )
        exponent = minor_exponent(context.currency)
        told = provenance(context, as_of, [], window)
        no_birthday = self.birthdays and history.people_table.birthday is None
        return CustomerTable(
            ids,
            {
                "milestone": Column("milestone", "label", np.array(KINDS, object).take(kind)),
                "at": Column("at", "instant", at),
                "number": Column("number", "count", number),
                "mark": Column("mark", "money", amount, unit=context.currency, exponent=exponent),
            },
            attrs.evolve(
                told,
                definitions=_DEFINITIONS,
                remarks=("No birthday is known.",) if no_birthday else (),
            ),
            "milestones",
            parts_of(history),
        )

    def finish(self, state: CustomerTable) -> Table:
        """Return the milestones in order of time."""
        refuse_other(CustomerTable, "the state to finish", state)
        table = state.take(np.argsort(state.column("at").values, kind="stable"))
        has_mark = np.equal(table.column("milestone").values, KINDS[SPENT])
        number, mark = table.column("number"), table.column("mark")
        return Table(
            "milestones",
            [
                Column("customer", "label", table.ids.tolist()),
                table.column("milestone"),
                table.column("at"),
                attrs.evolve(number, missing=has_mark),
                attrs.evolve(mark, missing=~has_mark),
            ],
            notes=table.provenance.notes(),
            timezone=table.provenance.calendar.timezone,
        )


@attrs.frozen(eq=False)
class _Due:
    """What is due in a stretch of time."""

    asked: Milestones
    context: Context
    start: int
    end: int
    marks: list[int]

    def of(self, view: CountedHistory) -> tuple[AnyArray, IntArray, IntArray, IntArray, IntArray]:
        """Return ids, kinds, instants, numbers and marks of the milestones of some customers."""
        empty = np.empty(0, dtype=np.int64)
        found = [(empty, empty, empty, empty, empty), *self._found(view)]
        code, kind, at, number, mark = (np.concatenate(part) for part in zip(*found, strict=True))
        order = np.lexsort((mark, number, kind, at, code))
        ids = view.customer_ids[code.take(order)]
        return (ids, *(part.take(order) for part in (kind, at, number, mark)))

    def _found(self, view: CountedHistory) -> Iterator[tuple[IntArray, ...]]:
        yield self._numbered(view)
        yield from self._marked(view)
        if self.asked.join_days:
            yield from self._yearly(JOINED, self._join_days(view))
        birthday = view.facts.people_table.birthday
        if self.asked.birthdays and birthday is not None:
            yield from self._yearly(BORN, birthday)

    def _is_inside(self, instants: IntArray) -> BoolArray:
        return (instants >= self.start) & (instants < self.end)

    def _numbered(self, view: CountedHistory) -> tuple[IntArray, ...]:
        meant = np.isin(view.order_number, self.asked.orders) & self._is_inside(view.placed_at)
        rows = np.flatnonzero(meant)
        number = view.order_number.take(rows)
        return _milestones(view.customer.take(rows), ORDER, view.placed_at.take(rows), number)

    def _marked(self, view: CountedHistory) -> Iterator[tuple[IntArray, ...]]:
        """Yield per mark the first order of each customer with which the sum so far reaches it."""
        so_far = np.cumsum(view.net_amount)
        before = np.append(0, so_far).take(view.offsets[:-1])
        so_far = so_far - np.repeat(before, view.order_count)
        for mark in self.marks:
            reached = np.flatnonzero(so_far >= mark)
            rows = reached.take(starts_of(view.customer.take(reached)))
            rows = rows.take(np.flatnonzero(self._is_inside(view.placed_at.take(rows))))
            at = view.placed_at.take(rows)
            marks = np.full(len(rows), mark)
            yield _milestones(view.customer.take(rows), SPENT, at, np.zeros_like(marks), marks)

    def _join_days(self, view: CountedHistory) -> AnyArray:
        """Return the local day on which each person was created, else first ordered."""
        joined_at = first_order(view)
        created = view.facts.people_table.created_at
        if created is not None:
            is_told = (created != NO_INSTANT) & (created < view.as_of)
            joined_at = np.where(is_told, created, joined_at)
        days = np.full(view.people, np.datetime64("NaT"), dtype="M8[D]")
        known = np.flatnonzero(joined_at != NO_INSTANT)
        since = self.context.clock.days(joined_at.take(known))
        days[known] = since.astype(np.int64).astype("M8[D]")
        return days

    def _yearly(self, kind: int, dates: AnyArray) -> Iterator[tuple[IntArray, ...]]:
        """Yield the anniversaries of dates; of 29 February, in other years, on the 28th."""
        code = np.flatnonzero(~np.isnat(dates))
        dates = dates[code]
        year = dates.astype("M8[Y]").astype(np.int64) + 1970
        for day_year in range(*self._years):
            days = days_in_year(dates, day_year)
            passed = day_year - year
            low, high = self._days
            rows = np.flatnonzero((days >= low) & (days < high) & (passed > 0))
            starts = self._starts(days.take(rows))
            kept = np.flatnonzero(self._is_inside(starts))
            rows = rows.take(kept)
            yield _milestones(code.take(rows), kind, starts.take(kept), passed.take(rows))

    @property
    def _days(self) -> tuple[int, int]:
        """The local days of the stretch, half-open."""
        return self.context.day(self.start), self.context.day(self.end) + 1

    @property
    def _years(self) -> tuple[int, int]:
        years = np.array(self._days).astype("M8[D]").astype("M8[Y]").astype(np.int64) + 1970
        return int(years[0]), int(years[1]) + 1

    def _starts(self, days: IntArray) -> IntArray:
        """Return the instant at which each local day begins."""
        due, place = distinct(days)
        starts = np.array([self.context.start_of(day) for day in due.tolist()], np.int64)
        return starts.take(place)


def _milestones(
    code: IntArray, kind: int, at: IntArray, number: IntArray, mark: IntArray | None = None
) -> tuple[IntArray, ...]:
    marks = np.zeros_like(number) if mark is None else mark
    return code, np.full(len(code), kind), at, number, marks


def milestones(
    history: Facts,
    window: Window,
    *,
    orders: Iterable[int] = ORDERS,
    spend: Iterable[int | str | Decimal | Money] = SPEND,
    join_days: bool = True,
    birthdays: bool = True,
    as_of: When | None = None,
) -> Table:
    """List the milestones of customers that are due in a window.

    Parameters
    ----------
    history
        An order history.
    window
        A period's label such as ``"2024-03"``, or ``(start, end)`` with the end exclusive. Days to
        come may lie in it: birthdays and join days are known beforehand.
    orders
        Which orders are celebrated: the counted order of that number.
    spend
        Which sums are, in major units of the currency or as `Money` of it: the order with which the
        customer's counted orders so far, each less its refunds, reach the mark for the first time.
        The refunds are those before `as_of`: a later one can move a milestone to a later order, or
        undo it. A refund that names no order counts for none.
    join_days
        Whether the anniversaries of the day on which a customer was created are, else of the first
        counted order.
    birthdays
        Whether birthdays are. 29 February falls on the 28th in other years.
    as_of
        Limits the facts, exclusive; default: the end of the observation.

    Returns
    -------
    Table
        One row per milestone, in order of time: ``customer``, ``milestone`` (order, spend,
        join_day, birthday), ``at`` (of a day its start), ``number`` (of the order, or years) and
        ``mark``. Where no birthday is known a note says so.

    Raises
    ------
    InvalidValue
        If the window has no time in it, or a number or mark is not above 0.
    Incompatible
        If a mark is of another currency than the history.
    MissingData
        If the history tells of activities only.

    Examples
    --------
    >>> from custinsights.history.orders import OrderHistory
    >>> history = OrderHistory.from_arrays(
    ...     customer=["ada", "ada"],
    ...     placed_at=["2024-02-29", "2024-03-05"],
    ...     amount=[400, 150],
    ...     currency="EUR",
    ...     timezone="Europe/Paris",
    ... )
    >>> due = milestones(history, ("2024-03-01", "2025-03-01")).to_dicts()
    >>> [(row["milestone"], row["at"].date().isoformat(), row["mark"]) for row in due]
    [('spend', '2024-03-05', Decimal('500.00')), ('join_day', '2025-02-28', None)]
    """
    asked = Milestones(
        window,
        orders=orders,
        spend=spend,
        join_days=join_days,
        birthdays=birthdays,
        as_of=as_of,
    )
    return asked(history)
