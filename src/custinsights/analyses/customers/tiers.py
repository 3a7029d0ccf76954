"""Into which tier does a customer fall, by value, frequency or recency?"""

from __future__ import annotations

from collections.abc import Iterable

import attrs
import numpy as np

from custinsights.analyses.customers.cuts import (
    FREQUENCY,
    MONETARY,
    RECENCY,
    casual_below,
    value_tiers,
    vip_above,
)
from custinsights.analyses.customers.rfm import RFM
from custinsights.analyses.customers.tagging import check_tags, tag_names
from custinsights.domain.fields import named, refuse_other
from custinsights.history.columnar.columns import AnyArray, IntArray
from custinsights.history.facts import Facts, check_history
from custinsights.history.kernels.distribution import Distribution
from custinsights.history.orders import When
from custinsights.history.tagged import is_tagged
from custinsights.results.customer_table import CustomerTable
from custinsights.results.segment_set import SegmentSet
from custinsights.results.table import Column

VALUE = ("VIP", "Regular", "Casual")
FREQUENCIES = ("Loyal", "Returning", "One-time")
RECENCIES = ("Active", "At-risk", "Lapsed")
TIERS = {"value": VALUE, "frequency": FREQUENCIES, "recency": RECENCIES}
LOYAL_ORDERS, RETURNING_ORDERS = 3, 2
AT_RISK_DAYS, LAPSED_DAYS = 90, 180


def _excluded(given: str | Iterable[str] | None) -> tuple[str, ...]:
    return tag_names(given, "the tags to exclude")


@attrs.frozen
class Tiers:
    """The analysis behind `tiers`; its state is the `CustomerTable` that `RFM` starts from."""

    kind: str = attrs.field(validator=named("kind of tiers", tuple(TIERS)))
    exclude: tuple[str, ...] = attrs.field(default=(), converter=_excluded)
    as_of: When | None = None

    def __call__(self, history: Facts) -> SegmentSet:
        """Summarise and finish; a tag that nobody ever carried is refused."""
        check_history(history)
        check_tags(history, self.exclude, "exclude=")
        return self.finish(self.summarise(history))

    def summarise(self, history: Facts) -> CustomerTable:
        """Return recency, frequency, value and exclusion of the customers of a history or part."""
        table = RFM(as_of=self.as_of).summarise(history)
        codes = np.searchsorted(history.customer_ids, table.ids)
        out = is_tagged(history, self.exclude, history.context.instant(self.as_of)).take(codes)
        return attrs.evolve(
            table, columns={**table.columns, "excluded": Column("excluded", "flag", out)}
        )

    def finish(self, state: CustomerTable) -> SegmentSet:
        """Put every customer of a merged table into a tier."""
        refuse_other(CustomerTable, "the state to finish", state)
        kept = np.flatnonzero(~state.column("excluded").values)
        codes = np.full(len(state), -1, dtype=np.int64)
        codes[kept] = _codes(self.kind, state.take(kept))
        names = TIERS[self.kind]
        labels: AnyArray = np.array([*names, None], dtype=object)
        segment = Column("segment", "label", labels.take(codes))
        table = attrs.evolve(
            state,
            columns={**state.columns, "segment": segment},
            title=f"{self.kind} tier of each customer",
        )
        return SegmentSet(space=self.kind, names=names, customers=table, codes=codes)


def tiers(
    history: Facts,
    kind: str,
    *,
    exclude: str | Iterable[str] | None = None,
    as_of: When | None = None,
) -> SegmentSet:
    """Put every customer into a tier.

    Parameters
    ----------
    history
        An order history; people without a counted order are in no tier.
    kind
        ``"value"``: VIP where 10 · (customers with an equal or better total spent) ≤ N, Casual
        where 10 · (customers with an equal or worse one) ≤ 3 N, else Regular, so that VIP and
        Casual never exceed their shares; ``"frequency"``: Loyal 3+ orders, Returning 2, One-time
        1; ``"recency"``: Active less than 90 days since the last order, At-risk less than 180,
        Lapsed from then on.
    exclude
        A tag or several: customers who carry one at `as_of` are in no tier and leave N
        (``exclude="wholesale"``). A tag that nobody in the history ever carried is refused.
    as_of
        Limits the facts, exclusive; default: the end of the observation.

    Returns
    -------
    SegmentSet
        ``.sizes`` has name -> customers; ``.members("VIP")`` the customers themselves.
    """
    return Tiers(kind, exclude, as_of)(history)


def _codes(kind: str, table: CustomerTable) -> IntArray:
    if kind == "value":
        spent = table.column(MONETARY).values
        found = Distribution.of(spent)
        return value_tiers(spent, vip_above(found), casual_below(found))
    if kind == "frequency":
        count = table.column(FREQUENCY).values
        return np.add(count < LOYAL_ORDERS, count < RETURNING_ORDERS, dtype=np.int64)
    days = table.column(RECENCY).values
    return np.add(days >= AT_RISK_DAYS, days >= LAPSED_DAYS, dtype=np.int64)
