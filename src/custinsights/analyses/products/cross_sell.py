"""Who bought one thing and never its companion? Gaps against what is to be expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import attrs
import numpy as np

from custinsights.analyses.analysis import Analysis
from custinsights.analyses.catalog import DEFAULT, Catalog
from custinsights.analyses.declaring.axes import labels_of
from custinsights.analyses.declaring.block import Block
from custinsights.analyses.declaring.declarations import Dimension, entries
from custinsights.analyses.measuring.finish import provenance_of
from custinsights.analyses.measuring.measure import Window
from custinsights.analyses.measuring.measured import Measured, check_alike, parts_of
from custinsights.analyses.measuring.plan import Plan, Question
from custinsights.analyses.products.things import things_bought
from custinsights.domain.fields import instance, looked_up, refuse_other
from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import IntArray
from custinsights.history.facts import BLOCK, Facts, check_history
from custinsights.history.kernels.cells import CellTotals
from custinsights.history.kernels.pairs import PAIRS, count_pairs
from custinsights.history.kernels.tallies import Axis, Label, Tallies
from custinsights.history.orders import When
from custinsights.history.views.counted import CountedHistory
from custinsights.results.intervals import SMALL, wilson
from custinsights.results.table import Column, Table

BOUGHT, OTHER = "bought", "other"


@attrs.frozen(eq=False)
class PairState:
    """Customers by two labels that they bought: the mergeable state of `cross_sell_gaps`.

    The label None stands for everything: (None, y) are the buyers of y, (None, None) all customers.
    """

    measured: Measured
    bought: tuple[str, ...] | None

    @property
    def signature(self) -> Mapping[str, object]:
        """What states must share to be merged."""
        return {**self.measured.signature, "things bought": self.bought}

    @property
    def context(self) -> Any:
        """Of the history."""
        return self.measured.context

    @property
    def parts(self) -> frozenset[int | str]:
        """The first customer of every part in it."""
        return self.measured.parts

    def __add__(self, other: PairState) -> PairState:
        if not isinstance(other, PairState):
            return NotImplemented
        check_alike(self, other)
        return attrs.evolve(self, measured=self.measured + other.measured)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PairState):
            return NotImplemented
        return self.bought == other.bought and self.measured == other.measured


def _bought(given: str | Sequence[str] | None) -> tuple[str, ...] | None:
    return None if given is None else tuple(dict.fromkeys(entries("bought", given)))


def _least(given: float) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not given > 0:
        raise InvalidValue("the least expected number of customers is wrong", given, "above 0")
    return float(given)


@attrs.frozen
class CrossSellGaps(Analysis[PairState, Table]):
    """The analysis behind `cross_sell_gaps`."""

    bought: tuple[str, ...] | None = attrs.field(default=None, converter=_bought)
    by: str | Dimension = "category"
    least: float = attrs.field(default=5.0, converter=_least)
    window: Window = None
    as_of: When | None = None
    catalog: Catalog = attrs.field(default=DEFAULT, validator=instance(Catalog))

    def __call__(self, history: Facts) -> Table:
        """Summarise and finish; a label that the history does not have is refused."""
        check_history(history)
        question = self._question(history)
        state = self.summarise(history)
        known = set(labels_of(Plan(question, history).coders[0]))
        known |= set(state.measured.tallies.labels_of(OTHER))
        for label in self.bought or ():
            names = sorted(str(one) for one in known if one is not None)
            looked_up(question.by[0].name, label, dict.fromkeys(names))
        return self.finish(state)

    def _question(self, history: Facts) -> Question:
        return things_bought(
            history,
            self.by,
            window=self.window,
            as_of=self.as_of,
            catalog=self.catalog,
            of_orders=True,
        )

    def summarise(self, history: Facts) -> PairState:
        """Return the mergeable state of a history or of a part of one."""
        check_history(history)
        plan = Plan(self._question(history), history)
        totals = self._totals(plan)
        while plan.has_grown():
            totals = self._totals(plan)
        coder = plan.coders[0]
        cells, columns = totals.finished(PAIRS)
        labels = labels_of(coder)
        measured = Measured(
            plan.question,
            attrs.evolve(history.context, part=None),
            Tallies.of(
                [Axis(BOUGHT, labels), Axis(OTHER, labels)], np.divmod(cells, coder.size), columns
            ),
            parts=parts_of(history),
        )
        return PairState(measured, self.bought)

    def _totals(self, plan: Plan) -> CellTotals:
        coder, size = plan.coders[0], plan.coders[0].size
        totals = CellTotals(size * size)
        totals.touch(PAIRS)
        for low, high in pairwise(plan.facts.cuts_by_orders(BLOCK).tolist()):
            view = CountedHistory(plan.facts.part(low, high), plan.question.as_of)
            block = Block(view, plan.frames, plan.buckets)
            stream = view.lines if plan.question.has_lines else view.orders
            codes = coder.codes(block, stream)
            bucket = block.bucket(stream)
            inside = np.flatnonzero((bucket > 0) & (bucket <= plan.frames.count))
            is_first = np.ones(size, dtype=np.bool_)
            if self.bought is not None:
                for code, label in enumerate(labels_of(coder)[:size]):
                    is_first[code] = label in self.bought
            count_pairs(totals, stream.customer.take(inside), codes.take(inside), size, is_first)
        return totals

    def finish(self, state: PairState) -> Table:
        """Return the gaps of a merged state."""
        refuse_other(PairState, "the state to finish", state)
        return _gaps(state.measured, state.bought, self.least)


def cross_sell_gaps(
    history: Facts,
    bought: str | Sequence[str] | None = None,
    *,
    by: str | Dimension = "category",
    least: float = 5.0,
    window: Window = None,
    as_of: When | None = None,
    catalog: Catalog = DEFAULT,
) -> Table:
    """Find what the buyers of one thing buy less often than all customers do.

    Parameters
    ----------
    history
        An order history, or a part of one.
    bought
        Whose buyers to look at: a label or several; default: every label.
    by
        What things are: ``"category"``, ``"product"``, ``"department"``, or a label of orders.
    least
        Leave out pairs of which so few customers are to be expected that a gap tells nothing.
    window
        Limits the orders: a period's label or ``(start, end)``.
    as_of
        Limits the facts, exclusive; default: the end of the observation.
    catalog
        Where names are looked up.

    Returns
    -------
    Table
        One row per gap, the widest first: buyers of ``bought`` (n), those of them who bought
        ``missing`` too and those without it, their share with its Wilson 95 % bounds, the share
        that is to be expected (that of all customers with a line or an order), ``lift`` (share ÷
        expected share, below 1), and how many customers the gap is wide. ``small`` marks an n
        under 30.

    Raises
    ------
    UnknownName
        If nothing of that label is known.
    InvalidValue
        If `by` is no label of lines or orders.
    MissingData
        If the history has no lines.

    Notes
    -----
    Cost: one sort of the lines in blocks, and a step for each two labels of one customer of which
    the first is in `bought`; with all products of a large catalogue name those of interest.

    Examples
    --------
    >>> import custinsights as ci
    >>> gap = cross_sell_gaps(ci.datasets.gallery(), "Cards").to_dicts()[0]
    >>> gap["missing"], gap["n"], gap["both"], gap["without"]
    ('City scenes', 35, 14, 21)
    """
    return CrossSellGaps(bought, by, least, window, as_of, catalog)(history)


def _gaps(measured: Measured, bought: tuple[str, ...] | None, least: float) -> Table:
    tallies = measured.tallies
    counts = tallies.columns[PAIRS]
    rows: IntArray = tallies.codes[0]
    first, other = tallies.axes
    firsts, others = first.labels or (), other.labels or ()
    is_single = np.array([label is None for label in firsts], dtype=np.bool_).take(rows)
    buyers = np.zeros(len(others), dtype=np.int64)
    buyers[tallies.codes[1][is_single]] = counts[is_single]
    is_label = np.array([label is not None for label in others], dtype=np.bool_)
    everybody = int(buyers[~is_label].sum())
    place = {label: code for code, label in enumerate(others)}
    found: list[tuple[Label, Label, int, int, int]] = []
    for code, label in enumerate(firsts):
        if label is None or (bought is not None and label not in bought):
            continue
        n, both = int(buyers[place[label]]), np.zeros(len(others), dtype=np.int64)
        mine = slice(*np.searchsorted(rows, [code, code + 1]).tolist())
        both[tallies.codes[1][mine]] = counts[mine]
        expected = n * buyers
        is_gap = is_label & (both * everybody < expected) & (expected >= least * everybody)
        found += [
            (label, others[y], n, int(both[y]), int(buyers[y]))
            for y in np.flatnonzero(is_gap).tolist()
        ]
    return _table(found, everybody, measured)


def _table(
    found: list[tuple[Label, Label, int, int, int]], everybody: int, measured: Measured
) -> Table:
    n, both, buyers = (np.array([row[at] for row in found], dtype=np.int64) for at in (2, 3, 4))
    gap = (n * buyers - both * everybody) / max(everybody, 1)
    low, high = wilson(both, n)
    columns = [
        Column(BOUGHT, "label", [row[0] for row in found]),
        Column("missing", "label", [row[1] for row in found]),
        Column("n", "count", n, unit="customers"),
        Column("both", "count", both, unit="customers"),
        Column("without", "count", n - both, unit="customers"),
        Column("share", "share", both / n),
        Column("low", "share", low),
        Column("high", "share", high),
        Column("expected_share", "share", buyers / max(everybody, 1)),
        Column("lift", "number", both * everybody / (n * buyers)),
        Column("gap", "number", gap, unit="customers"),
        Column("small", "flag", n < SMALL),
    ]
    told = provenance_of(measured)
    return Table(
        f"what buyers of one {measured.question.by[0].name} buy less than all",
        [column.take(np.argsort(-gap, kind="stable")) for column in columns],
        notes=told.notes(),
        timezone=told.calendar.timezone,
    )
