"""Who bought one thing and not another, and how many such people took the other before?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import attrs
import numpy as np

from custinsights.analyses.analysis import Analysis
from custinsights.analyses.builtin.product_functions import folded
from custinsights.analyses.customers.traits import in_blocks
from custinsights.analyses.measuring.measured import parts_of, provenance
from custinsights.analyses.segments.ladders import LABELS, Ladder, Rung
from custinsights.domain.fields import as_tuple, instance, looked_up, number_of_days, refuse_other
from custinsights.errors import InvalidValue, MissingData, UnknownName
from custinsights.history.columnar.columns import NO_INSTANT, BoolArray, IntArray
from custinsights.history.facts import Facts, check_history
from custinsights.history.kernels.cells import starts_of
from custinsights.history.orders import When
from custinsights.history.views.counted import CountedHistory
from custinsights.results.cross_sell import FIRST_BOUGHT, FIRST_OFFERED, FIRST_ORDER, CrossSell
from custinsights.results.customer_table import CustomerTable
from custinsights.results.table import Column

KINDS = ("product", *LABELS, "keyword")
"""By what things may be named."""


@attrs.frozen
class CrossSelling(Analysis[CustomerTable, CrossSell]):
    """The analysis behind `cross_sell`; its state is a `CustomerTable` of first purchases."""

    bought: Rung = attrs.field(validator=instance(Rung))
    offered: Rung = attrs.field(validator=instance(Rung))
    within: int = attrs.field(default=90, converter=number_of_days)
    as_of: When | None = None

    def __attrs_post_init__(self) -> None:
        if self.bought.name == self.offered.name:
            what = "what is offered is what was bought"
            raise InvalidValue(what, self.offered.name, "two different things")

    def summarise(self, history: Facts) -> CustomerTable:
        """Return when the customers of a history, or of a part of one, first bought which."""
        check_history(history)
        if history.products is None:
            raise MissingData("order lines", "cross-selling", "Load a file of order lines")
        ladder = Ladder("cross-sell", [self.bought, self.offered])
        rung_of = ladder.rung_of(history.products)
        for place, rung in enumerate(ladder.rungs):
            if not (rung_of == place).any():
                raise UnknownName("product on the rung", rung.name, (), "The history has none")
        as_of = history.context.instant(self.as_of)
        blocks = in_blocks(history, as_of, lambda view: self._first(view, rung_of))
        names = (FIRST_ORDER, FIRST_BOUGHT, FIRST_OFFERED)
        columns = {
            name: Column(name, "instant", np.concatenate(parts))
            for name, parts in zip(names, zip(*blocks, strict=True), strict=True)
        }
        table = CustomerTable(
            history.customer_ids,
            columns,
            provenance(history.context, as_of, []),
            f"buyers of {self.bought.name} and {self.offered.name}",
            parts_of(history),
        )
        return table.take(np.flatnonzero(columns[FIRST_ORDER].values != NO_INSTANT))

    def _first(self, view: CountedHistory, rung_of: IntArray) -> tuple[IntArray, ...]:
        rung, lines = rung_of.take(view.lines.product), view.lines
        found = [_first_of(view, np.ones(len(view), dtype=np.bool_))]
        for place in range(2):
            is_on = np.zeros(len(view), dtype=np.bool_)
            is_on[lines.counted_order[rung == place]] = True
            found.append(_first_of(view, is_on))
        return tuple(found)

    def finish(self, state: CustomerTable) -> CrossSell:
        """Return the audience of a merged state."""
        refuse_other(CustomerTable, "the state to finish", state)
        calendar = state.provenance.calendar
        seen_until = min(state.provenance.as_of, state.provenance.observed_until)
        day = calendar.local_date(seen_until) - dt.timedelta(days=self.within)
        return CrossSell(
            bought=self.bought.name,
            offered=self.offered.name,
            within=self.within,
            since=calendar.start_of_day(day),
            customers=state,
        )


def _first_of(view: CountedHistory, is_meant: BoolArray) -> IntArray:
    """int64[k], the instant of each person's first order of those meant."""
    orders = np.flatnonzero(is_meant)
    orders = orders.take(starts_of(view.customer.take(orders)))
    first = np.full(view.people, NO_INSTANT, dtype=np.int64)
    first[view.customer.take(orders)] = view.placed_at.take(orders)
    return first


def cross_sell(
    history: Facts,
    bought: str | Iterable[str] | Rung,
    offered: str | Iterable[str] | Rung,
    *,
    by: str = "product",
    within: int = 90,
    as_of: When | None = None,
) -> CrossSell:
    """Tell whom to offer one thing who bought another, and how many are to be expected to take it.

    The audience bought the one and never the other. What it will do is told by what the same kind
    of people did: of those who stood so `within` days before `as_of`, or before the end of the
    observation if that comes first, how many bought the other since. Nothing is modelled; that an
    offer changes it is for an experiment to tell.

    Parameters
    ----------
    history
        An order history with lines, or a part of one.
    bought, offered
        A label, several (any of them), or a `Rung` of products by ids, labels and keywords. What is
        both counts as offered.
    by
        What labels are: ``"product"``, ``"category"``, ``"department"`` or ``"keyword"``.
    within
        Local days in which they may take it.
    as_of
        Limits the facts, exclusive; default: the end of the observation.

    Returns
    -------
    CrossSell
        ``audience`` lists whom to ask; ``table()`` has one row: how many they are, how many took it
        before, the ``rate`` with its interval, ``expected_takers``, and the lift against customers
        who had bought neither.

    Raises
    ------
    UnknownName
        If no product has a label.
    InvalidValue
        If both are the same.
    MissingData
        If the history has no lines.

    Notes
    -----
    Cost: a few passes over the lines and orders.

    Examples
    --------
    >>> import custinsights as ci
    >>> found = cross_sell(ci.datasets.gallery(), "Cards", "Calendars", by="category")
    >>> row = found.to_dicts()[0]
    >>> row["audience"], row["past_audience"], row["takers"]
    (23, 19, 2)
    """
    looked_up("kind of label", by, dict.fromkeys(KINDS))
    one, other = (_rung(history, given, by) for given in (bought, offered))
    return CrossSelling(one, other, within, as_of)(history)


def _rung(history: Facts, given: str | Iterable[str] | Rung, by: str) -> Rung:
    """Return a rung of labels, each of which some product of the history has."""
    check_history(history)
    if isinstance(given, Rung):
        return given
    texts = (given,) if isinstance(given, str) else as_tuple(given)
    rung = Rung(" or ".join(map(str, texts)), **{by: texts})
    products = history.products
    if products is not None and by == "product":
        for text in texts:
            looked_up("product", text, dict.fromkeys(products.ids))
    elif products is not None and by in products.labels:
        names = {folded(name): name for name in products.labels[by].names}
        for text in texts:
            if folded(text) not in names:
                raise UnknownName(by, text, tuple(sorted(names.values())))
    return rung
