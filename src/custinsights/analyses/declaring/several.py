"""Which labels does a customer carry who may carry several? Tags, segments, or the first basket.

The kernel gives every fact one label. So a customer with several labels goes through it as several
customers, one for each label, with all of the facts: every tally, metric and age works as it is,
the cells overlap, and the labels together hold more than the whole.
"""

from __future__ import annotations

from collections.abc import Callable

import attrs
import numpy as np

from custinsights.analyses.declaring.block import Block, Stream
from custinsights.analyses.declaring.declarations import Dimension
from custinsights.history.building.repeating import repeated
from custinsights.history.columnar.columns import AnyArray, IntArray
from custinsights.history.columnar.ordering import ragged_rows
from custinsights.history.facts import Facts
from custinsights.history.kernels.cells import starts_of
from custinsights.history.views.counted import CountedHistory
from custinsights.history.views.streamviews import product_label


@attrs.frozen(eq=False, slots=False)
class SeveralCoder:
    """The labels of which a customer may carry several.

    Parameters
    ----------
    names
        The labels that there are.
    carried
        From a counted history to people and their labels in any order, some more than once; a
        label as its place in `names`, -1 where it is missing.
    """

    dimension: Dimension
    names: tuple[str, ...]
    carried: Callable[[CountedHistory], tuple[IntArray, IntArray]]

    @property
    def size(self) -> int:
        return len(self.names) + 1

    def label(self, code: int) -> str:
        return self.names[code - 1]

    def codes(self, block: Block, stream: Stream) -> IntArray:
        assert block.standing_for is not None  # noqa: S101 - `spread` has set it
        return block.of_customers(block.standing_for, stream)

    def spread(self, facts: Facts, as_of: int, *, with_lines: bool) -> tuple[Facts, IntArray]:
        """Return the facts with every person once for each label, and the code of that label."""
        people, codes = self._labels(CountedHistory(facts, as_of))
        return repeated(facts, people, with_lines=with_lines), codes

    def _labels(self, view: CountedHistory) -> tuple[IntArray, IntArray]:
        """Return people in ascending order and a label of each; 0 for who has none."""
        people, codes = self.carried(view)
        has_none = np.ones(view.people, dtype=np.bool_)
        has_none[people] = False
        keys = np.concatenate(
            [people * self.size + codes + 1, np.flatnonzero(has_none) * self.size]
        )
        keys.sort()
        people, labels = np.divmod(keys.take(starts_of(keys)), self.size)
        return people, labels


def first_lines(view: CountedHistory, line_label: str) -> tuple[IntArray, IntArray]:
    """Return who had which label in a line of the first order.

    Parameters
    ----------
    view
        A history with lines.
    line_label
        ``"product"``, or a text column of the products.
    """
    lines, positions = view.facts.lines, view.orders.positions
    assert lines is not None  # noqa: S101 - else there were no such coder
    first: AnyArray = view.offsets.take(view.buyers)
    first = first if positions is None else positions.take(first)
    lengths = np.diff(lines.offsets).take(first)
    product = lines.product.take(ragged_rows(lines.offsets.take(first), lengths))
    codes = product_label(view, line_label, product.astype(np.int64)).codes
    return np.repeat(view.buyers, lengths), codes.astype(np.int64)


def tags_of(view: CountedHistory, names: tuple[str, ...]) -> tuple[IntArray, IntArray]:
    """Return who carries which tag just before the instant; each has one of some spellings."""
    rows, tags = view.facts.people_table.tagged_at(view.as_of), view.facts.people_table.tags
    if tags is None:
        return rows, rows
    place = {name.casefold(): code for code, name in enumerate(names)}
    table = np.array([place[name.casefold()] for name in tags.name.names], dtype=np.int64)
    return tags.customer.take(rows), table.take(tags.name.codes.take(rows))
