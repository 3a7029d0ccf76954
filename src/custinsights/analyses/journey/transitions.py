"""Who moved from which stage of the lifecycle to which, between two instants?"""

from __future__ import annotations

import attrs
import numpy as np

from custinsights.analyses.analysis import Analysis
from custinsights.analyses.builtin.lifecycle import STAGES, TRAIT
from custinsights.analyses.customers.traits import evaluate
from custinsights.analyses.measuring.measured import parts_of, provenance
from custinsights.domain.fields import refuse_other
from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import AnyArray, IntArray
from custinsights.history.facts import Facts, check_history
from custinsights.history.kernels.distribution import Distribution
from custinsights.history.orders import When
from custinsights.history.selection import is_known
from custinsights.results.customer_table import CustomerTable
from custinsights.results.moves import Moves
from custinsights.results.table import Column

UNKNOWN = "Not yet known"
"""Before a person was first heard of."""


@attrs.frozen
class Transitions(Analysis[CustomerTable, Moves]):
    """The analysis behind `transitions`; its state is a `CustomerTable` of both stages."""

    from_: When
    to: When

    def summarise(self, history: Facts) -> CustomerTable:
        """Return the stages of everybody known at the later instant."""
        check_history(history)
        start, end = (history.context.instant(at) for at in (self.from_, self.to))
        if end < start:
            raise InvalidValue(
                what="the later of the two instants comes first",
                given=(str(self.from_), str(self.to)),
                allowed="from_ before to, or both alike",
            )
        before, after = (_stages(history, at) for at in (start, end))
        table = CustomerTable(
            history.customer_ids,
            {"before": Column("before", "label", before), "after": Column("after", "label", after)},
            provenance(history.context, end, [TRAIT], (start, end)),
            "stages of each customer",
            parts_of(history),
        )
        known = is_known(history, end)
        return table if known is None else table.take(np.flatnonzero(known))

    def finish(self, state: CustomerTable) -> Moves:
        """Count who moved from where to where."""
        refuse_other(CustomerTable, "the state to finish", state)
        earlier = (UNKNOWN, *STAGES)
        before, after = (
            _codes(state.column(name).values, names)
            for name, names in (("before", earlier), ("after", STAGES))
        )
        shape = len(earlier), len(STAGES)
        found = Distribution.of(before * shape[1] + after)
        people = np.zeros(shape[0] * shape[1], dtype=np.int64)
        people[found.values] = found.counts
        return Moves(customers=state, earlier=earlier, later=STAGES, people=people.reshape(shape))


def _stages(history: Facts, at: int) -> AnyArray:
    (stages,) = evaluate(history, [TRAIT], at)
    texts: AnyArray = stages.texts()
    known = is_known(history, at)
    return texts if known is None else np.where(known, texts, UNKNOWN)


def _codes(labels: AnyArray, names: tuple[str, ...]) -> IntArray:
    place = {name: code for code, name in enumerate(names)}
    return np.array([place[label] for label in labels.tolist()], dtype=np.int64)


def transitions(history: Facts, from_: When, to: When) -> Moves:
    """Count who moved from which stage of the lifecycle to which, between two instants.

    Parameters
    ----------
    history
        A history; without activities nobody is an advocate.
    from_, to
        The two instants, exclusive as ``as_of`` is: facts at or after each do not exist for it.
        Between one instant and itself nobody moves.

    Returns
    -------
    Moves
        A row for every two stages: ``people``, their share of those who were at ``before`` (with
        Wilson's 95 % bounds) and of those who are at ``after``; ``.across()`` lays them out as a
        matrix, ``.members(before, after)`` gives the people themselves. Everybody known at `to` is
        in one row; who was not known at `from_` comes from "Not yet known". Somebody is known from
        the first order of any status, refund, activity or ``created_at`` on; who is in the
        customer table without a ``created_at`` was always known. A refund in full, and an order
        that came back, can lead back to an earlier stage.

    Raises
    ------
    InvalidValue
        If `to` comes before `from_`.

    Examples
    --------
    >>> from custinsights.history.orders import OrderHistory
    >>> history = OrderHistory.from_arrays(
    ...     customer=["ada", "bo", "ada"],
    ...     placed_at=["2024-01-05", "2024-01-06", "2024-02-01"],
    ...     amount=[10, 5, 7],
    ...     currency="EUR",
    ...     timezone="Europe/Paris",
    ... )
    >>> moved = transitions(history, "2024-01-06", "2024-03-01")
    >>> [(r["before"], r["after"]) for r in moved.to_dicts() if r["people"]]
    [('Not yet known', 'First-Time Buyer'), ('First-Time Buyer', 'Repeat Customer')]
    """
    return Transitions(from_, to)(history)
