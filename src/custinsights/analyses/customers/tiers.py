"""Into which tier does a customer fall, by value, frequency or recency?"""

from __future__ import annotations

from collections.abc import Iterable

import attrs
import numpy as np
from attrs.validators import optional

from custinsights.analyses.analysis import Analysis
from custinsights.analyses.customers.asking import AskingSegments
from custinsights.analyses.customers.cuts import (
    FREQUENCY,
    MONETARY,
    RECENCY,
    Cuts,
    check_cuts,
)
from custinsights.analyses.customers.rfm import RFM
from custinsights.analyses.customers.tagging import check_tags, tag_names
from custinsights.domain.fields import instance, named, refuse_other
from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import AnyArray, IntArray
from custinsights.history.columnar.identities import codes_among
from custinsights.history.facts import Facts, check_history
from custinsights.history.orders import When
from custinsights.history.tagged import is_tagged
from custinsights.results.customer_table import CustomerTable
from custinsights.results.segment_set import SegmentSet, membership_of
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
class Tiers(Analysis[CustomerTable, SegmentSet]):
    """The analysis behind `tiers`; its state is the `CustomerTable` that `RFM` starts from."""

    kind: str = attrs.field(validator=named("kind of tiers", tuple(TIERS)))
    exclude: tuple[str, ...] = attrs.field(default=(), converter=_excluded)
    as_of: When | None = None
    cuts: Cuts | None = attrs.field(default=None, validator=optional(instance(Cuts)))

    def __attrs_post_init__(self) -> None:
        if self.cuts is not None:
            self._check_compares()

    def _check_compares(self) -> None:
        if self.kind != "value":
            raise InvalidValue(
                what="these tiers compare no customer with others, so that no cuts judge them",
                given=f"cuts for the {self.kind} tiers",
                allowed="cuts for the value tiers",
            )

    def __call__(self, history: Facts) -> SegmentSet:
        """Summarise and finish; the set can ask the history again."""
        return attrs.evolve(self.segmented(history), ask=AskingSegments(self, history))

    def segmented(self, history: Facts) -> SegmentSet:
        """Summarise and finish; a tag that nobody ever carried is refused."""
        check_history(history)
        check_tags(history, self.exclude, "exclude=")
        return self.finish(self.summarise(history))

    def cuts_of(self, history: Facts) -> Cuts:
        """Return the cut points of those who are not excluded."""
        self._check_compares()
        return _cuts(self.summarise(history))

    def summarise(self, history: Facts) -> CustomerTable:
        """Return recency, frequency, value and exclusion of the customers of a history or part."""
        table = RFM(as_of=self.as_of).summarise(history)
        codes = codes_among(history.customer_ids, table.ids)
        out = is_tagged(history, self.exclude, history.context.instant(self.as_of)).take(codes)
        return attrs.evolve(
            table, columns={**table.columns, "excluded": Column("excluded", "flag", out)}
        )

    def finish(self, state: CustomerTable) -> SegmentSet:
        """Put every customer of a merged table into a tier."""
        refuse_other(CustomerTable, "the state to finish", state)
        is_kept = ~state.column("excluded").values
        codes = np.where(is_kept, self._codes(state), np.int64(-1))
        names = TIERS[self.kind]
        labels: AnyArray = np.array([*names, None], dtype=object)
        segment = Column("segment", "label", labels.take(codes))
        table = attrs.evolve(
            state,
            columns={**state.columns, "segment": segment},
            title=f"{self.kind} tier of each customer",
        )
        membership = membership_of(codes, len(names))
        return SegmentSet(space=self.kind, names=names, customers=table, membership=membership)

    def _codes(self, table: CustomerTable) -> IntArray:
        if self.kind == "value":
            cuts = _cuts(table) if self.cuts is None else self.cuts
            check_cuts(cuts, table.provenance.currency)
            return cuts.tier(table.column(MONETARY).values)
        if self.kind == "frequency":
            count = table.column(FREQUENCY).values
            return np.add(count < LOYAL_ORDERS, count < RETURNING_ORDERS, dtype=np.int64)
        days = table.column(RECENCY).values
        return np.add(days >= AT_RISK_DAYS, days >= LAPSED_DAYS, dtype=np.int64)


def _cuts(state: CustomerTable) -> Cuts:
    """Return the cut points of those who are not excluded."""
    kept = np.flatnonzero(~state.column("excluded").values)
    return RFM().finish(state.take(kept)).cuts


def tiers(
    history: Facts,
    kind: str,
    *,
    exclude: str | Iterable[str] | None = None,
    as_of: When | None = None,
    cuts: Cuts | None = None,
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
    cuts
        Judge the value tiers against these cut points; default: those of this history's own
        customers, without the excluded. Other tiers compare nobody and refuse them.

    Returns
    -------
    SegmentSet
        ``.sizes`` has name -> customers; ``.members("VIP")`` the customers themselves;
        ``.diff(as_of_1, as_of_2)`` tells who moved.
    """
    return Tiers(kind, exclude, as_of, cuts)(history)
