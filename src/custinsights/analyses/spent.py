"""What was spent in each cell? Rows of the shop, whole periods in whole frames."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from custinsights.analyses.frames import Frames
from custinsights.analyses.tally import Tally
from custinsights.history.cells import truths, whole
from custinsights.history.columns import IntArray
from custinsights.history.context import Context
from custinsights.history.spending import SpendFacts
from custinsights.history.tallies import Label


def spent_cells(
    tally: Tally, context: Context, frames: Frames, *, is_labelled: bool
) -> dict[tuple[Label, ...], IntArray]:
    """Return a tally of what was spent, by acquisition channel or as a whole.

    A row counts in the frame that holds all of its period, so far in all frames at whose end its
    period is over. What was spent before the observation began counts nowhere, for nobody saw whom
    it won.

    Returns
    -------
    dict
        Labels -> int64[frames].
    """
    rows = SpendFacts.before(context.spend or (), frames.span.as_of)
    values = whole(tally.name, rows.amount if tally.of is None else tally.of(rows), len(rows))
    for condition in tally.filters:
        values = values * truths(tally.name, condition(rows), len(rows))
    names = rows.channel.texts().tolist()
    cells: dict[tuple[Label, ...], IntArray] = defaultdict(
        lambda: np.zeros(frames.count, dtype=np.int64)
    )
    limits = zip(frames.start_instants, frames.end_instants, strict=True)
    for frame, (start, end) in enumerate(limits):
        inside = (rows.end <= end) & (rows.end > context.observed_from)
        if not tally.so_far:
            inside &= rows.start >= start
        for row in np.flatnonzero(inside).tolist():
            cells[(names[row],) if is_labelled else ()][frame] += values[row]
    return dict(cells)
