"""How recent, how frequent, how valuable is every customer, against all others?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import attrs
import numpy as np
from attrs.validators import optional

from custinsights.analyses.analysis import Analysis
from custinsights.analyses.catalog import DEFAULT
from custinsights.analyses.customers.asking import AskingSegments
from custinsights.analyses.customers.cuts import (
    FREQUENCY,
    MONETARY,
    RECENCY,
    SCORED,
    SCORINGS,
    Cuts,
    check_cuts,
    checked_bins,
    cuts_of,
    scored_columns,
)
from custinsights.analyses.customers.groups import GroupMap, group_map
from custinsights.analyses.measuring.measured import parts_of, provenance
from custinsights.domain.fields import instance, named, refuse_other
from custinsights.domain.money import minor_exponent
from custinsights.errors import Incompatible, counted
from custinsights.history.columnar.columns import AnyArray
from custinsights.history.columnar.localtime import to_microseconds
from custinsights.history.facts import Facts, check_history, check_orders
from custinsights.history.kernels.distribution import Distribution
from custinsights.history.orders import When
from custinsights.results.customer_table import CustomerTable
from custinsights.results.segment_set import SegmentSet, Sizes, membership_of
from custinsights.results.table import Column, Table

SCORE_OF = {RECENCY: "r_score", FREQUENCY: "f_score", MONETARY: "m_score"}


@attrs.frozen(eq=False, repr=False)
class RFMTable(CustomerTable):
    """Scores and groups, one row per customer.

    Columns: days_since_last_order, order_count, total_spent, r_score, f_score, m_score and, where
    there is a group map, group.

    Parameters
    ----------
    cuts
        The cut points that the scores were judged against.
    groups
        The groups of the map, from the best to the worst; empty without a map.
    """

    cuts: Cuts = attrs.field(kw_only=True)
    groups: tuple[str, ...] = attrs.field(kw_only=True)
    ask: AskingSegments | None = attrs.field(default=None, kw_only=True)

    def take(self, rows: AnyArray) -> Self:
        """Return some rows, which cannot ask the history again."""
        return attrs.evolve(super().take(rows), ask=None)

    def __add__(self, other: CustomerTable) -> Self:
        """Merge with other customers who were judged against the same cut points."""
        if not isinstance(other, RFMTable):
            return NotImplemented
        if (self.cuts, self.groups) != (other.cuts, other.groups):
            raise Incompatible(
                "the cut points of the tables",
                f"those of {counted(self.cuts.customers, 'customer')}",
                "others",
                "Merge the states of RFM and finish once, or judge all against the same cuts",
            )
        return attrs.evolve(super().__add__(other), ask=None)

    @property
    def segments(self) -> SegmentSet:
        """The groups as segments, which tell of their moves too."""
        place = {group: code for code, group in enumerate(self.groups)}
        column = self.column("group").values
        codes = np.array([place[group] for group in column.tolist()], dtype=np.int64)
        return SegmentSet(
            space="rfm",
            names=self.groups,
            customers=self,
            membership=membership_of(codes, len(self.groups)),
            ask=self.ask,
        )

    @property
    def sizes(self) -> Mapping[str, int]:
        """Group -> how many customers."""
        return self.segments.sizes if self.groups else Sizes()

    def table(self) -> Table:
        """Return the rows, with what has to be said of the scores."""
        table = super().table()
        notes = list(table.notes)
        if self.cuts.is_small:
            people = counted(self.cuts.customers, "customer")
            notes.append(f"Small: {people} for {self.cuts.bins} scores.")
        notes += [
            f"Everybody has the same {name}: all score in the middle."
            for name in sorted(self.cuts.flat)
        ]
        return attrs.evolve(table, notes=tuple(notes))


@attrs.frozen
class RFM(Analysis[CustomerTable, RFMTable]):
    """The analysis behind `rfm`; its state is a `CustomerTable` of recency, frequency, value.

    The population judges every customer: `finish` takes the cut points from the merged table, or
    from `cuts` where they are given.
    """

    bins: int = attrs.field(default=5, converter=checked_bins)
    groups: str | GroupMap | None = None
    scoring: str = attrs.field(default="rank", validator=named("scoring", SCORINGS))
    cuts: Cuts | None = attrs.field(default=None, validator=optional(instance(Cuts)))
    as_of: When | None = None

    def __attrs_post_init__(self) -> None:
        if self.cuts is not None and self.cuts.bins != self.bins:
            raise Incompatible(
                "the numbers of scores",
                f"bins={self.bins}",
                f"cuts of {self.cuts.bins}",
                "Make the cuts with as many bins",
            )
        group_map(self.groups, self.bins)

    def __call__(self, history: Facts) -> RFMTable:
        """Summarise and finish."""
        found = self.finish(self.summarise(history))
        return attrs.evolve(found, ask=AskingSegments(self, history))

    def segmented(self, history: Facts) -> SegmentSet:
        """Return the groups as segments."""
        return self.finish(self.summarise(history)).segments

    def cuts_of(self, history: Facts) -> Cuts:
        """Return the cut points of a history."""
        return self.finish(self.summarise(history)).cuts

    def summarise(self, history: Facts) -> CustomerTable:
        """Return recency, frequency and value of the customers of a history or part."""
        check_history(history)
        check_orders(history, "scoring customers")
        context = history.context
        as_of = context.instant(self.as_of)
        columns = scored_columns(history, as_of)
        wanted = [DEFAULT.traits[name] for name in SCORED]
        currency, exponent = context.currency, minor_exponent(context.currency)
        return CustomerTable(
            history.customer_ids[columns["code"]],
            {
                RECENCY: Column(RECENCY, "count", columns[RECENCY], unit="days"),
                FREQUENCY: Column(FREQUENCY, "count", columns[FREQUENCY], unit="orders"),
                MONETARY: Column(
                    MONETARY, "money", columns[MONETARY], unit=currency, exponent=exponent
                ),
            },
            provenance(context, as_of, wanted),
            "recency, frequency and value of each customer",
            parts_of(history),
        )

    def finish(self, state: CustomerTable) -> RFMTable:
        """Score every customer of a merged table."""
        refuse_other(CustomerTable, "the state to finish", state)
        values = {name: state.column(name).values for name in SCORED}
        cuts = self.cuts
        if cuts is not None:
            check_cuts(cuts, state.provenance.currency)
        else:
            cuts = cuts_of(
                {name: Distribution.of(column) for name, column in values.items()},
                bins=self.bins,
                scoring=self.scoring,
                as_of=to_microseconds(state.provenance.as_of),
                currency=state.provenance.currency,
            )
        scores = {name: cuts.score(name, column) for name, column in values.items()}
        columns: dict[str, Column] = dict(state.columns)
        for name in SCORED:
            columns[SCORE_OF[name]] = Column(SCORE_OF[name], "count", scores[name])
        found = group_map(self.groups, self.bins)
        if found is not None:
            names: Any = np.array(found.groups, dtype=object)
            codes = found.codes(scores[RECENCY], scores[FREQUENCY], scores[MONETARY])
            columns["group"] = Column("group", "label", names.take(codes))
        return RFMTable(
            state.ids,
            columns,
            state.provenance,
            f"RFM scores, 1 to {self.bins}",
            state.parts,
            cuts=cuts,
            groups=() if found is None else found.groups,
        )


def rfm(
    history: Facts,
    *,
    bins: int = 5,
    groups: str | GroupMap | None = None,
    scoring: str = "rank",
    cuts: Cuts | None = None,
    as_of: When | None = None,
) -> RFMTable:
    """Score every customer by recency, frequency and monetary value, and name the groups.

    A score is 1 + (bins · customers with a strictly worse value) // customers: equal values get
    equal scores, whatever the order of the rows. Recency is `days_since_last_order` (fewer is
    better), frequency the counted orders, value `total_spent`. Where everybody has the same value
    all score in the middle. People without a counted order have no row.

    Parameters
    ----------
    history
        An order history.
    bins
        How many scores, 2 to 10.
    groups
        ``"five"`` (the default with five bins), ``"eleven"``, or a `GroupMap`; other numbers of
        bins have groups only with a map of their own.
    scoring
        ``"rank"`` or ``"quantile"``; see `cuts`.
    cuts
        Judge against these cut points instead of this history's own; `scoring` is theirs then.
    as_of
        Limits the facts, exclusive; default: the end of the observation.

    Returns
    -------
    RFMTable
        With ``.sizes`` and ``.cuts``.

    Notes
    -----
    Cost: a few passes over the orders, then one sort of the k totals spent.

    References
    ----------
    Hughes, A. M. (1994). Strategic Database Marketing, for the idea; the groups and ties are ours.
    """
    return RFM(bins, groups, scoring, cuts, as_of)(history)
