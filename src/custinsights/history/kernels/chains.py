"""Who went from one step to the next? The next fact of a kind, of many customers at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import attrs
import numpy as np

from custinsights.history.columnar.columns import BoolArray, IntArray
from custinsights.history.columnar.ordering import offsets_of


@attrs.frozen(eq=False, slots=False)
class Timeline:
    """Facts customer by customer, in time order.

    Parameters
    ----------
    customer, instant
        int64[n] of each fact.
    people
        How many customers there are, with facts or without.
    """

    customer: IntArray
    instant: IntArray
    people: int

    def __len__(self) -> int:
        return len(self.instant)

    @cached_property
    def offsets(self) -> IntArray:
        """int64[people + 1], where the facts of each customer begin."""
        return offsets_of(self.customer, self.people)

    @cached_property
    def _first_at_once(self) -> IntArray:
        """int64[n], the first row of the same customer and instant as each row."""
        begins = np.zeros(len(self), dtype=np.int64)
        is_new = self.instant[1:] != self.instant[:-1]
        is_new |= self.customer[1:] != self.customer[:-1]
        begins[1:][is_new] = np.flatnonzero(is_new) + 1
        return np.maximum.accumulate(begins, out=begins)

    def at_once(self, rows: IntArray) -> IntArray:
        """Return the first row at the instant of each row, and of its customer."""
        return self._first_at_once.take(rows)

    def since(self, customer: IntArray, instant: IntArray) -> IntArray:
        """Return the first row of some customers at or after some instants; their end if none."""
        low, high = self.offsets.take(customer), self.offsets.take(customer + 1)
        while (is_open := low < high).any():
            middle = (low + high) >> 1
            is_before = self.instant.take(middle, mode="clip") < instant
            low = np.where(is_open & is_before, middle + 1, low)
            high = np.where(is_open & ~is_before, middle, high)
        return low

    def following(
        self,
        is_meant: BoolArray | None,
        rows: IntArray,
        customer: IntArray,
        taken: Sequence[IntArray] = (),
    ) -> tuple[IntArray, BoolArray]:
        """Return the first meant fact (None: any) from some rows on, and whether there is one.

        Only facts of the customers given count, and none that is taken: each array of `taken` has
        one row for every customer given.
        """
        if is_meant is None:
            nearest = np.arange(len(self) + 1)
        else:
            nearest = np.full(len(self) + 1, len(self), dtype=np.int64)
            meant = np.flatnonzero(is_meant)
            nearest[meant] = meant
            np.minimum.accumulate(nearest[::-1], out=nearest[::-1])
        found = nearest.take(rows)
        for _ in taken:  # each time round leaves one of them behind
            again = np.flatnonzero(np.logical_or.reduce([found == held for held in taken]))
            if not len(again):
                break
            found[again] = nearest.take(found.take(again) + 1)
        return found, found < self.offsets.take(customer + 1)


def furthest(
    customer: IntArray,
    cells: IntArray,
    reach: IntArray,
    instants: Sequence[IntArray],
    *,
    never_falls: bool,
) -> IntArray:
    """Return one row per customer and cell: of those that reach furthest the first.

    Rows lie customer by customer, in time order; `never_falls` promises that cells ascend within
    each. Of rows of one instant, instants[0], the first is the one of the earliest others.
    """
    order = None if never_falls else np.lexsort((cells, customer))
    if order is not None:
        customer, cells, reach = customer.take(order), cells.take(order), reach.take(order)
        instants = [held.take(order) for held in instants]
    if not len(customer):
        return np.empty(0, dtype=np.int64)
    is_new = (customer[1:] != customer[:-1]) | (cells[1:] != cells[:-1])
    starts = np.flatnonzero(np.append(True, is_new))
    most = np.repeat(np.maximum.reduceat(reach, starts), np.diff(np.append(starts, len(reach))))
    best = np.flatnonzero(reach == most)
    begins = np.searchsorted(best, starts)
    chosen = best.take(begins)
    first = np.repeat(chosen, np.diff(np.append(begins, len(best))))
    is_tied = (best != first) & (instants[0].take(best) == instants[0].take(first))
    if is_tied.any():
        tied = np.union1d(best[is_tied], first[is_tied])
        group = np.searchsorted(starts, tied, side="right") - 1
        tied = tied.take(np.lexsort((*(held.take(tied) for held in reversed(instants)), group)))
        group = np.searchsorted(starts, tied, side="right") - 1
        once, at = np.unique(group, return_index=True)
        chosen[once] = tied.take(at)
    return chosen if order is None else order.take(chosen)
