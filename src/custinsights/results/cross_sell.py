"""Whom to offer one thing who bought another, and how many may be expected to take it?"""

from __future__ import annotations

import datetime as dt

import attrs
import numpy as np

from custinsights.results.customer_table import CustomerTable
from custinsights.results.door import Presented
from custinsights.results.intervals import SMALL, lift, wilson
from custinsights.results.shares import shares
from custinsights.results.table import NO_INSTANT, Column, Table

FIRST_ORDER, FIRST_BOUGHT, FIRST_OFFERED = "first_order_at", "first_bought_at", "first_offered_at"


@attrs.frozen(eq=False, repr=False, kw_only=True)
class CrossSell(Presented):
    """Who bought one thing and not another, and how many such people took the other before.

    Parameters
    ----------
    bought, offered
        What they bought, and what they did not.
    within
        Days in which they may take it.
    since
        The start of the day that lies so many days before as_of, or before the end of the
        observation if that comes first: the audience as it stood then
        tells how many take it.
    customers
        Every customer with the first order (``first_order_at``), the first with what was bought
        (``first_bought_at``), and the first with what is offered (``first_offered_at``).
    """

    bought: str
    offered: str
    within: int
    since: dt.datetime
    customers: CustomerTable

    def __eq__(self, other: object) -> bool:
        """Tell whether the same customers are asked for the same."""
        if not isinstance(other, CrossSell):
            return NotImplemented
        return (self.bought, self.offered, self.within, self.since, self.customers) == (
            *(other.bought, other.offered, other.within, other.since, other.customers),
        )

    @property
    def audience(self) -> CustomerTable:
        """Who bought the one and never the other, and when first."""
        bought, offered = (self.customers.column(name) for name in (FIRST_BOUGHT, FIRST_OFFERED))
        rows = np.flatnonzero((bought.values != NO_INSTANT) & (offered.values == NO_INSTANT))
        title = f"bought {self.bought}, never {self.offered}"
        chosen = attrs.evolve(self.customers, columns={FIRST_BOUGHT: bought}, title=title)
        return chosen.take(rows)

    def table(self) -> Table:
        """Return one row: the audience, who took it before, and who is to be expected to.

        ``audience`` bought the one and never the other, ``both`` bought both. `within` days ago
        ``past_audience`` stood so, of whom so many (``takers``) bought the other since: ``rate``,
        with its Wilson 95 % bounds. ``expected_takers`` = audience × rate, and so its bounds.
        ``others`` are the customers who had bought neither then: ``other_rate`` of them took it
        too, and ``lift`` = rate ÷ other_rate with its 95 % bounds. ``small`` marks a past audience
        under 30.
        """
        order, bought, offered = (
            self.customers.column(name).values
            for name in (FIRST_ORDER, FIRST_BOUGHT, FIRST_OFFERED)
        )
        since = round(self.since.timestamp() * 1_000_000)

        has_one, has_other = bought != NO_INSTANT, offered != NO_INSTANT
        had_one, had_other = has_one & (bought < since), has_other & (offered < since)
        could = (order < since) & ~had_other
        past, others = could & had_one, could & ~had_one
        masks = (
            *(has_one & ~has_other, has_one & has_other),
            *(past, past & has_other, others, others & has_other),
        )
        audience, both, n, takers, m, other_takers = (
            np.array([np.count_nonzero(mask)], dtype=np.int64) for mask in masks
        )
        low, high = wilson(takers, n)
        ratio, lowest, highest = lift(takers, n, other_takers, m)
        people = "customers"
        return Table(
            f"{self.offered} for buyers of {self.bought}, within {self.within} days",
            [
                Column("audience", "count", audience, unit=people),
                Column("both", "count", both, unit=people),
                Column("past_audience", "count", n, unit=people),
                Column("takers", "count", takers, unit=people),
                Column("rate", "share", shares(takers, n)),
                Column("low", "share", low),
                Column("high", "share", high),
                Column("expected_takers", "number", audience * shares(takers, n), unit=people),
                Column("expected_low", "number", audience * low, unit=people),
                Column("expected_high", "number", audience * high, unit=people),
                Column("others", "count", m, unit=people),
                Column("other_takers", "count", other_takers, unit=people),
                Column("other_rate", "share", shares(other_takers, m)),
                Column("lift", "number", ratio),
                Column("lift_low", "number", lowest),
                Column("lift_high", "number", highest),
                Column("small", "flag", n < SMALL),
            ],
            notes=(*self.customers.provenance.notes(), *self._notes()),
            timezone=self.customers.provenance.calendar.timezone,
        )

    def _notes(self) -> tuple[str, ...]:
        if self.since >= self.customers.provenance.observed_from:
            return ()
        return (f"Nobody was observed {self.within} days before: there is no rate to go by.",)
