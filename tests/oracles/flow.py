"""The flow metrics: what happened inside each cell.

Facts are put into cells one by one; then each metric is one line over the facts of a cell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from tests.oracles.dimensions import LINE_LABELS, Frame, Window, customer_type, frame_of, label
from tests.oracles.facts import Fact, View
from tests.oracles.shop import Label, MissingFactsError, Value

Key = tuple[Label, ...]


@dataclass
class Cell:
    """The facts of one cell: orders by position, the rest as plain lists."""

    frame: Frame = field(default_factory=Frame)
    orders: set[int] = field(default_factory=set)
    gross: list[int] = field(default_factory=list)
    refunded: list[int] = field(default_factory=list)
    units: list[int] = field(default_factory=list)
    line_amounts: list[int] = field(default_factory=list)
    line_refunds: list[int] = field(default_factory=list)
    gaps: list[int] = field(default_factory=list)
    of_new: list[int] = field(default_factory=list)


@dataclass
class Sheet:
    """The cells so far; a fact is put into the one whose labels it carries."""

    view: View
    by: Sequence[str]
    window: Window | None
    cells: dict[Key, Cell] = field(default_factory=dict)

    def put(self, facts: Iterable[Fact]) -> Iterator[tuple[Cell, Fact]]:
        """Each fact that the window lets in, with its cell."""
        for fact in facts:
            if self.window is None or self.window[0] <= fact.at < self.window[1]:
                names, view, window = self.by, self.view, self.window
                key = tuple(label(view, name, fact, names, window) for name in names)
                frame = frame_of(view, names, window, fact.at)
                yield self.cells.setdefault(key, Cell(frame)), fact

    def put_orders(self) -> None:
        """Every counted order with its units, goods …; by line labels `put_lines` does it."""
        view = self.view
        for position in view.counted:
            for cell, _ in self.put([view.order_fact(position)]):
                cell.orders.add(position)
                if view.has_units:
                    cell.units.append(view.units_of(position))

    def put_lines(self, *, by_line: bool) -> None:
        """Every line of a counted order; by line labels it brings its order along."""
        view = self.view
        for position in view.counted:
            for line in view.shop.orders[position].lines:
                for cell, _ in self.put([view.order_fact(position, line)]):
                    cell.line_amounts.append(line.amount)
                    if by_line:
                        cell.orders.add(position)
                        cell.units.append(line.quantity)

    def put_money(self) -> None:
        """Gross revenue, refunds and gaps: facts of whole orders."""
        for cell, fact in self.put(self.view.gross_facts):
            cell.gross.append(fact.amount)
            self._of_new(cell, fact, fact.amount)
        for cell, fact in self.put(self.view.refund_facts):
            cell.refunded.append(fact.amount)
            self._of_new(cell, fact, -fact.amount)
        for cell, fact in self.put(self.view.gap_facts):
            cell.gaps.append(fact.amount)

    def _of_new(self, cell: Cell, fact: Fact, amount: int) -> None:
        """What a customer brings in, and gets back, whose first order lies in the frame."""
        if customer_type(self.view, fact.customer, cell.frame) == "new":
            cell.of_new.append(amount)


def gather(view: View, by: Sequence[str], window: Window | None) -> dict[Key, Cell]:
    """Every cell in which a fact lies; the one cell of no dimensions always."""
    sheet = Sheet(view, by, window)
    if not by:
        sheet.cells[()] = Cell(frame_of(view, by, window, view.as_of))
    by_line = any(name in LINE_LABELS for name in by)
    if not by_line:
        sheet.put_orders()
        sheet.put_money()
    sheet.put_lines(by_line=by_line)
    for cell, fact in sheet.put(view.product_refund_facts):
        cell.line_refunds.append(fact.amount)
    return sheet.cells


def ratio(numerator: int | Fraction, denominator: int | Fraction) -> Fraction | None:
    """Undefined, never 0 or ∞, when the denominator is 0."""
    return None if denominator == 0 else Fraction(numerator) / Fraction(denominator)


def median(values: Sequence[int]) -> Fraction | None:
    """The middle value, or the mean of the two middle ones."""
    ranked = sorted(values)
    if not ranked:
        return None
    return Fraction(ranked[(len(ranked) - 1) // 2] + ranked[len(ranked) // 2], 2)


def customers(view: View, cell: Cell) -> int:
    """Customers with a counted order in the cell."""
    return len({view.shop.orders[position].customer for position in cell.orders})


def new_customers(view: View, cell: Cell) -> int:
    """Active in the cell, with the first counted order in its period and window."""
    active = {view.shop.orders[position].customer for position in cell.orders}
    return sum(customer_type(view, customer, cell.frame) == "new" for customer in active)


def first_orders(view: View, cell: Cell) -> int:
    """Orders that are their customer's first."""
    return sum(view.numbers[position] == 1 for position in cell.orders)


def revenue(cell: Cell) -> int:
    """gross_revenue − refunded, always."""
    return sum(cell.gross) - sum(cell.refunded)


def units(view: View, cell: Cell) -> int:
    """Thousandths of the counted orders, before refunds."""
    if not view.has_units:
        raise MissingFactsError("units need a units column or lines")
    return sum(cell.units)


def line_revenue(view: View, cell: Cell) -> int:
    """What the lines of counted orders cost, less the refunds that name a product."""
    if view.shop.orders and not any(order.lines for order in view.shop.orders):
        raise MissingFactsError("line_revenue needs lines")
    return sum(cell.line_amounts) - sum(cell.line_refunds)


def discounts(view: View, cell: Cell) -> list[int]:
    """The discount of each counted order of the cell."""
    return column(view, cell, "discount")


def column(view: View, cell: Cell, name: str) -> list[int]:
    """One number of each counted order of the cell."""
    if any(getattr(order, name) is None for order in view.shop.orders):
        raise MissingFactsError(f"the orders have no {name}")
    return [int(getattr(view.shop.orders[position], name)) for position in cell.orders]


FLOW: dict[str, Callable[[View, Cell], Value]] = {
    "orders": lambda _, cell: len(cell.orders),
    "customers": customers,
    "new_customers": new_customers,
    "returning_customers": lambda view, cell: customers(view, cell) - new_customers(view, cell),
    "first_orders": first_orders,
    "units": units,
    "revenue": lambda _, cell: revenue(cell),
    "gross_revenue": lambda _, cell: sum(cell.gross),
    "new_customer_revenue": lambda _, cell: sum(cell.of_new),
    "new_customer_revenue_share": lambda _, cell: ratio(sum(cell.of_new), revenue(cell)),
    "refunded": lambda _, cell: sum(cell.refunded),
    "discounts": lambda view, cell: sum(discounts(view, cell)),
    "line_revenue": line_revenue,
    "new_customer_rate": lambda view, cell: ratio(first_orders(view, cell), len(cell.orders)),
    "new_customer_share": lambda view, cell: ratio(
        new_customers(view, cell), customers(view, cell)
    ),
    "average_order_value": lambda _, cell: ratio(revenue(cell), len(cell.orders)),
    "revenue_per_customer": lambda view, cell: ratio(revenue(cell), customers(view, cell)),
    "median_order_value": lambda view, cell: median([view.net_of(i) for i in cell.orders]),
    "orders_per_customer": lambda view, cell: ratio(len(cell.orders), customers(view, cell)),
    "units_per_order": lambda view, cell: ratio(units(view, cell), len(cell.orders)),
    "average_gap_days": lambda _, cell: ratio(sum(cell.gaps), len(cell.gaps)),
    "median_gap_days": lambda _, cell: median(cell.gaps),
    "refund_rate": lambda _, cell: ratio(sum(cell.refunded), sum(cell.gross)),
    "discount_rate": lambda view, cell: ratio(
        sum(discounts(view, cell)), sum(column(view, cell, "goods"))
    ),
    "discounted_order_share": lambda view, cell: ratio(
        sum(discount > 0 for discount in discounts(view, cell)), len(cell.orders)
    ),
}


def measure_flow(
    view: View, metrics: Sequence[str], by: Sequence[str], window: Window | None
) -> dict[Key, dict[str, Value]]:
    """Each metric in each cell in which a fact lies."""
    return {
        key: {metric: FLOW[metric](view, cell) for metric in metrics}
        for key, cell in gather(view, by, window).items()
    }
