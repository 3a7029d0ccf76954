"""Which products sell fast, and which lie in stock and do not sell at all?"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from itertools import pairwise
from operator import add
from typing import Any

import attrs
import numpy as np

from custinsights.analyses.analysis import Analysis
from custinsights.analyses.measuring.measure import Window, window_of
from custinsights.analyses.measuring.measured import check_alike, parts_of, provenance
from custinsights.domain.fields import refuse_other, whole_number
from custinsights.domain.money import minor_exponent
from custinsights.errors import MissingData, counted
from custinsights.history.columnar.columns import NO_INSTANT, AnyArray, IntArray
from custinsights.history.columnar.localtime import date_of, to_datetime
from custinsights.history.columnar.threads import in_threads
from custinsights.history.context import Context
from custinsights.history.facts import BLOCK, Facts, check_history
from custinsights.history.orders import When
from custinsights.history.views.counted import CountedHistory
from custinsights.history.views.product_sales import ProductSales
from custinsights.results.table import Column, Table

_THOUSANDTHS = 1000


@attrs.frozen(eq=False)
class SalesState:
    """What was sold of every product: the mergeable state of `product_velocity`, `dead_stock`."""

    as_of: int
    window: tuple[int, int] | None
    context: Context
    sales: ProductSales
    parts: frozenset[int | str] = frozenset()

    @property
    def signature(self) -> Mapping[str, object]:
        """What states must share to be merged."""
        window = None if self.window is None else tuple(map(to_datetime, self.window))
        return {"as-of instants": to_datetime(self.as_of), "windows": window}

    def __add__(self, other: SalesState) -> SalesState:
        if not isinstance(other, SalesState):
            return NotImplemented
        check_alike(self, other)
        return attrs.evolve(self, sales=self.sales + other.sales, parts=self.parts | other.parts)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SalesState):
            return NotImplemented
        return self.signature == other.signature and self.sales == other.sales

    @property
    def days(self) -> tuple[int, int]:
        """The local day numbers in which units are counted: from, and up to (exclusive).

        A day of which only part is counted is one of them.
        """
        start, end = self.window or (self.context.observed_from, self.as_of)
        return self.context.day(start), self.context.day(min(end, self.as_of) - 1) + 1

    @property
    def days_without_sale(self) -> IntArray:
        """Days from the last sale to as_of; for what was never sold all that were observed."""
        observed_from = self.context.day(self.context.observed_from)
        last = self.sales.last_day
        since = np.where(last == NO_INSTANT, observed_from, last)
        idle: IntArray = np.maximum(self.context.day(self.as_of) - since, 0)
        return idle

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader has to know."""
        return provenance(self.context, self.as_of, (), self.window).notes()


@attrs.frozen
class Velocity(Analysis[SalesState, Table]):
    """The analysis behind `product_velocity`."""

    window: Window = None
    as_of: When | None = None

    def summarise(self, history: Facts) -> SalesState:
        """Return the mergeable state of a history or of a part of one."""
        check_history(history)
        context, products = history.context, history.products
        if products is None or history.lines is None:
            raise MissingData(
                "order lines", "the sales of products", "load a file that has a row per order line"
            )
        as_of, window = context.instant(self.as_of), window_of(context, self.window)
        cuts = history.cuts_by_orders(BLOCK).tolist()
        _ = context.clock.day_table  # made once, before threads share it

        def work(block: tuple[int, int]) -> ProductSales:
            view = CountedHistory(history.part(*block), as_of)
            return ProductSales.of(view, products, window)

        found = in_threads(work, pairwise(cuts))
        return SalesState(
            as_of,
            window,
            attrs.evolve(context, part=None),
            reduce(add, found, ProductSales.none_of(products)),
            parts_of(history),
        )

    def finish(self, state: SalesState) -> Table:
        """Return the velocity of every product of a merged state."""
        refuse_other(SalesState, "the state to finish", state)
        sales, (start, end) = state.sales, state.days
        is_sold = sales.last_day != NO_INSTANT
        first = np.where(is_sold, np.maximum(sales.first_day, start), end)
        last = np.where(is_sold, np.minimum(sales.last_day + 1, end), end)
        per_day = _per_day(sales.units, end - first)
        is_ranked = ~np.isnan(per_day)
        order = np.argsort(-per_day, kind="stable")  # NaN comes last
        rank = np.searchsorted(np.sort(-per_day[is_ranked]), -per_day, side="left") + 1
        columns = [
            Column("rank", "count", rank, missing=~is_ranked),
            Column("product", "label", sales.ids),
            Column("title", "label", sales.titles),
            Column("units", "quantity", sales.units, unit="items", exponent=3),
            Column("units_per_day", "number", per_day, unit="items"),
            Column(
                "units_per_day_on_sale", "number", _per_day(sales.units, last - first), unit="items"
            ),
            Column("first_sold", "label", _dates(sales.first_day, is_sold)),
            Column("last_sold", "label", _dates(sales.last_day, is_sold)),
            Column("days_without_sale", "count", state.days_without_sale, unit="days"),
        ]
        if "stock" in sales.known:
            columns.append(_known(sales, "stock", "quantity", "items", 3))
        return Table(
            f"how fast {counted(len(sales), 'product')} sell",
            [column.take(order) for column in columns],
            notes=state.notes,
            timezone=state.context.calendar.timezone,
        )


def _days(given: int) -> int:
    return whole_number("the days without a sale are wrong", given, 1)


@attrs.frozen
class DeadStock(Analysis[SalesState, Table]):
    """The analysis behind `dead_stock`."""

    days: int = attrs.field(default=90, converter=_days)
    as_of: When | None = None

    def summarise(self, history: Facts) -> SalesState:
        """Return the mergeable state of a history or of a part of one; stocks must be known."""
        check_history(history)
        if history.products is None or "stock" not in history.products.numbers:
            raise MissingData(
                "stocks of its products", "dead_stock", "Load the products with a column stock"
            )
        return Velocity(as_of=self.as_of).summarise(history)

    def finish(self, state: SalesState) -> Table:
        """Return what lies in stock and did not sell, of a merged state."""
        refuse_other(SalesState, "the state to finish", state)
        sales, context, idle = state.sales, state.context, state.days_without_sale
        stock = sales.known["stock"]
        price = sales.known.get("price", np.full(len(sales), NO_INSTANT))
        has_price = price != NO_INSTANT
        value = _rounded(np.where(stock > 0, stock, 0) * np.where(has_price, price, 0))
        rows = np.flatnonzero((stock > 0) & (idle >= self.days))
        rows = rows[np.lexsort((rows, -stock[rows], -value[rows]))]
        money: dict[str, Any] = {
            "unit": context.currency,
            "exponent": minor_exponent(context.currency),
        }
        columns = [
            Column("product", "label", sales.ids),
            Column("title", "label", sales.titles),
            _known(sales, "stock", "quantity", "items", 3),
            Column("days_without_sale", "count", idle, unit="days"),
            Column("never_sold", "flag", sales.last_day == NO_INSTANT),
            Column("price", "money", np.where(has_price, price, 0), ~has_price, **money),
            Column("stock_value", "money", value, ~has_price, **money),
        ]
        whole = Column("all", "money", value[rows].sum(keepdims=True), **money)
        worth = Table("", [whole]).to_dicts()[0]["all"]
        notes = [f"In stock for {worth} {context.currency}, without a sale in {self.days} days."]
        if unpriced := int((~has_price[rows]).sum()):
            notes.append(f"{counted(unpriced, 'product')} without a price not among it.")
        return Table(
            f"{counted(len(rows), 'product')} in stock that did not sell",
            [column.take(rows) for column in columns],
            notes=(*state.notes, *notes),
            timezone=context.calendar.timezone,
        )


def product_velocity(history: Facts, *, window: Window = None, as_of: When | None = None) -> Table:
    """Tell how fast every product sells: units a day, and how long it has not sold.

    Parameters
    ----------
    history
        An order history with lines, or a part of one.
    window
        Where units are counted: a period's label or ``(start, end)``; default: all before `as_of`.
    as_of
        Limits the facts, exclusive; default: the end of the observation.

    Returns
    -------
    Table
        One row per product, the fastest first; equal ones share a rank. ``units_per_day`` counts
        the days from the first sale, ``units_per_day_on_sale`` those from the first sale to the
        last, both included; of either the days inside the window. Units are before refunds. What
        was never sold, or first after the window, has neither number and no rank, and comes last.
        ``days_without_sale`` is counted from the last sale to `as_of`; for what was never sold
        from the beginning of the observation.

    Raises
    ------
    MissingData
        If the history has no lines.

    Notes
    -----
    Cost: one pass over the lines.

    Examples
    --------
    >>> import custinsights as ci
    >>> fastest = product_velocity(ci.datasets.gallery()).to_dicts()[0]
    >>> fastest["product"], fastest["units"]
    ('cards-harbour', Decimal('284'))
    """
    return Velocity(window, as_of)(history)


def dead_stock(history: Facts, days: int = 90, *, as_of: When | None = None) -> Table:
    """List the products that are in stock and have not sold for a number of days.

    Parameters
    ----------
    history
        An order history with lines and with products whose stock is known. A table of products
        knows one stock, that of its day: ask as of then.
    days
        Without a sale for so long or longer, from the last sale to `as_of`. What was never sold is
        listed once the observation is as long.
    as_of
        Limits the facts, exclusive; default: the end of the observation.

    Returns
    -------
    Table
        The most valuable stock first: stock, days without a sale, price, and the value at that
        price, rounded half to even, where there is a price.

    Raises
    ------
    MissingData
        If the history has no lines, or knows no stock.

    Notes
    -----
    Cost: one pass over the lines.
    """
    return DeadStock(days, as_of)(history)


def _per_day(units: IntArray, days: IntArray) -> AnyArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(days > 0, units / (_THOUSANDTHS * days.astype(np.float64)), np.nan)


def _dates(days: IntArray, is_known: AnyArray) -> list[str | None]:
    told = zip(days.tolist(), is_known.tolist(), strict=True)
    return [date_of(day).isoformat() if known else None for day, known in told]


def _known(sales: ProductSales, name: str, kind: str, unit: str, exponent: int) -> Column:
    values = sales.known[name]
    missing = values == NO_INSTANT
    return Column(name, kind, np.where(missing, 0, values), missing, unit=unit, exponent=exponent)


def _rounded(thousandths: IntArray) -> IntArray:
    """Round thousandths to whole numbers, half to even."""
    whole, rest = np.divmod(thousandths, _THOUSANDTHS)
    half = _THOUSANDTHS // 2
    up: IntArray = whole + ((rest > half) | ((rest == half) & (whole % 2 == 1)))
    return up
