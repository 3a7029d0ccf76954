"""How is a question summarised? Block by block of whole customers, in threads."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TypeAlias

import attrs
import numpy as np

from custinsights.analyses.declaring.axes import Coder, labels_of
from custinsights.analyses.declaring.block import Block, Stream
from custinsights.analyses.declaring.tally import Quantile, Tally
from custinsights.analyses.measuring.measured import (
    COUNT,
    ENDED,
    FACTS,
    FRAME,
    SLOPE,
    VALUE,
    Measured,
    parts_of,
)
from custinsights.analyses.measuring.plan import SPEND, Plan, Question
from custinsights.errors import MissingData
from custinsights.history.columnar.columns import BoolArray, IntArray
from custinsights.history.columnar.threads import in_threads, workers
from custinsights.history.facts import BLOCK, Facts
from custinsights.history.kernels.cells import (
    CellTotals,
    count_values,
    starts_of,
    truths,
    whole,
)
from custinsights.history.kernels.tallies import Axis, Tallies
from custinsights.history.views.counted import CountedHistory

Work: TypeAlias = "Callable[[Plan, Block, Totals], None]"
"""What one block of customers adds to the totals."""


def summarise(question: Question, facts: Facts, work: Work | None = None) -> Measured:
    """Summarise the facts of a history for a question; `work` adds a block in a way of its own."""
    summary = _Summary(Plan(question, facts), _every_tally if work is None else work)
    totals = summary.totals()
    while summary.plan.has_grown():
        totals = summary.totals()
    return summary.finished(totals)


def _every_tally(plan: Plan, block: Block, totals: Totals) -> None:
    _BlockWork(plan, block, totals).run()


@attrs.frozen(eq=False, slots=False)
class _Summary:
    plan: Plan
    work: Work

    def totals(self) -> Totals:
        """Go through all blocks and return what they add up to."""
        plan = self.plan
        cuts = plan.facts.cuts_by_orders(BLOCK).tolist()
        waiting = deque(pairwise(cuts)) or deque([(0, 0)])
        _ = plan.buckets, plan.coders  # made once, before threads share them
        some = in_threads(lambda _: self._work(waiting), range(min(workers(), len(waiting))))
        total = some[0]
        for more in some[1:]:
            total.add(more)
        return total

    def _work(self, waiting: deque[tuple[int, int]]) -> Totals:
        totals = Totals(CellTotals(self.plan.cells), [[] for _ in self._quantiles])
        while waiting:
            try:
                low, high = waiting.popleft()
            except IndexError:  # another thread took the last one
                break
            facts = self.plan.facts.part(low, high)
            self.work(self.plan, self.plan.block(facts), totals)
        return totals

    @property
    def _quantiles(self) -> list[Quantile]:
        return [m.quantile for m in self.plan.question.metrics if m.quantile is not None]

    def finished(self, totals: Totals) -> Measured:
        """Return totals over all blocks as a state."""
        plan = self.plan
        totals.cells.touch(FACTS)
        cells, columns = totals.cells.finished(FACTS)
        for name in _columns_of(plan.question):
            columns.setdefault(name, np.zeros(len(cells), dtype=np.int64))
        axes = [Axis(FRAME), *(_axis(coder) for coder in plan.coders)]
        values = []
        for quantile, chunks in zip(self._quantiles, totals.values, strict=True):
            is_counted = quantile.values.facts == "customers"
            joined = _joined(chunks, 3 if is_counted else 2)
            where, value, count = joined if is_counted else count_values(*joined)
            values.append(
                Tallies.of([*axes, Axis(VALUE)], [*plan.unravel(where), value], {COUNT: count})
            )
        return Measured(
            plan.question,
            attrs.evolve(plan.facts.context, part=None),
            Tallies.of(axes, plan.unravel(cells), columns),
            tuple(values),
            self._exposed(totals),
            parts_of(plan.facts),
        )

    def _exposed(self, totals: Totals) -> Tallies | None:
        if not any(tally.special == "observable" for tally in self.plan.question.tallies):
            return None
        coders = [coder for coder in self.plan.coders if coder is not self.plan.age]
        cells, ended, counts = _joined(totals.exposed, 3)
        codes: list[IntArray] = []
        for coder in reversed(coders):
            cells, code = np.divmod(cells, coder.size)
            codes.insert(0, code)
        axes = [*(_axis(coder) for coder in coders), Axis(ENDED)]
        return Tallies.of(axes, [*codes, ended], {COUNT: counts})


def _joined(chunks: list[tuple[IntArray, ...]], width: int) -> tuple[IntArray, ...]:
    if not chunks:
        return tuple(np.empty(0, dtype=np.int64) for _ in range(width))
    return tuple(np.concatenate(column) for column in zip(*chunks, strict=True))


def _axis(coder: Coder) -> Axis:
    return Axis(coder.dimension.name, labels_of(coder))


def _columns_of(question: Question) -> list[str]:
    held = [t for t in question.tallies if t.special != "observable" and t.facts != SPEND]
    names = [question.key(tally) for tally in held]
    return names + [
        f"{question.key(tally)}{SLOPE}"
        for tally in question.tallies
        if tally.special in ("ageing", "exposure")
    ]


@attrs.define(eq=False)
class Totals:
    """What blocks add up to."""

    cells: CellTotals
    values: list[list[tuple[IntArray, ...]]]
    exposed: list[tuple[IntArray, ...]] = attrs.field(factory=list)

    def add(self, other: Totals) -> None:
        """Add what other blocks add up to."""
        self.cells += other.cells
        for mine, theirs in zip(self.values, other.values, strict=True):
            mine.extend(theirs)
        self.exposed.extend(other.exposed)


@attrs.frozen(eq=False, slots=False)
class _BlockWork:
    """What one block of customers adds to the totals."""

    plan: Plan
    block: Block
    totals: Totals

    def run(self) -> None:
        question = self.plan.question
        for tally in question.tallies:
            self._add(tally)
        for place, quantile in enumerate(
            m.quantile for m in question.metrics if m.quantile is not None
        ):
            self.totals.values[place].extend(self._values(quantile.values))
        for facts in question.streams:
            self.totals.cells.count(FACTS, self._cells(self._stream(facts)))

    def _stream(self, facts: str) -> Stream:
        stream: Stream = getattr(self.block.view, facts)
        return stream

    def _cells(self, stream: Stream) -> IntArray:
        return self.plan.cells_of(self.block, stream)

    def _add(self, tally: Tally) -> None:
        """Add a tally of the block to the totals."""
        if tally.facts == SPEND:
            _ = self.block.view.spend  # of the shop, not of these customers: see `finish`
            return
        if tally.special == "observable":
            self._expose()
            return
        if tally.facts == "customers":
            self._judge(tally)
            return
        name, totals = self.plan.question.key(tally), self.totals.cells
        kept = self._kept(tally)
        if self.plan.question.has_lines and tally.on_lines is not None:
            tally = tally.on_lines
            if kept is not None:
                kept = kept.take(self.block.view.lines.counted_order)
        stream = self._stream(tally.facts)
        cells = self._cells(stream)
        if tally.distinct is not None:
            self._add_distinct(name, tally, stream, kept)
        elif tally.special in ("lapsed", "at_start") or tally.lasting_days is not None:
            self._add_spells(tally)
        elif tally.of is None:
            totals.count(name, cells if kept is None else cells.take(np.flatnonzero(kept)))
        else:
            values = whole(tally.name, tally.of(stream), len(stream))
            totals.add(name, cells, values if kept is None else values * kept)
        if tally.special in ("ageing", "exposure"):
            is_first = self.block.view.order_number == 1
            totals.add(f"{name}{SLOPE}", cells, is_first)

    def _kept(self, tally: Tally) -> BoolArray | None:
        """Return which facts pass the tally's filters, or None if there are none."""
        kept: BoolArray | None = None
        stream = self._stream(tally.facts)
        if tally.customer_type == "new":
            kept = self.block.customer_type(stream) == 1
        for condition in tally.filters:
            passes = truths(tally.name, condition(stream), len(stream))
            kept = passes if kept is None else kept & passes
        return kept

    def _add_distinct(
        self, name: str, tally: Tally, stream: Stream, kept: BoolArray | None
    ) -> None:
        view, cells = self.block.view, self._cells(stream)
        if tally.special == "retained":
            assert self.plan.age is not None  # noqa: S101 - the question was checked
            ended = self.plan.age.observable(self.block)
            ages = self.plan.age.codes(self.block, stream)
            in_time = ages <= self.block.of_customers(ended, stream)
            if not in_time.all():
                kept = in_time if kept is None else kept & in_time
        if tally.distinct == "customers" and stream is view.orders and kept is None:
            starts = view.offsets.take(view.buyers)
        else:
            of_orders = tally.distinct == "orders" and stream is not view.orders
            owners = stream.counted_order if of_orders else stream.customer  # type: ignore[attr-defined]  # lines
            if kept is not None:
                rows = np.flatnonzero(kept)
                cells, owners = cells.take(rows), owners.take(rows)
            starts = starts_of(owners)
        # Refunds lie by their own instant, and an order refunded in full has no number.
        never_falls = self.plan.never_falls and tally.facts in (
            "orders",
            "lines",
            "gaps",
            "activities",
        )
        self.totals.cells.count_distinct(name, cells, starts, never_falls=never_falls)

    def _add_spells(self, tally: Tally) -> None:
        """Add customers while their last order is young; see definitions of active and churn."""
        view, frames, totals = self.block.view, self.plan.frames, self.totals.cells
        days = tally.lasting_days
        assert days is not None  # noqa: S101 - spells last a number of days
        stream = view.orders
        n = len(stream)
        if not n:
            return
        after = frames.count + 1
        bucket = self.block.bucket(stream)
        rest = self._cells(stream) - bucket * self._stride
        following = np.full(n, after, dtype=np.int64)
        following[:-1] = bucket[1:]
        following[view.offsets[1:].take(view.buyers) - 1] = after
        # The first bucket whose end comes `days` or more after the order.
        lapse = np.searchsorted(frames.end_days, stream.day.astype(np.int64) + days, side="left")
        if tally.special == "lapsed":
            self._add_lapses(tally, bucket, following, lapse, rest)
            return
        stop = np.maximum(np.minimum(following, lapse), bucket)
        ones = np.ones(n, dtype=np.int64)
        totals.add(self.plan.question.key(tally), bucket * self._stride + rest, ones)
        totals.add(self.plan.question.key(tally), stop * self._stride + rest, -ones)
        totals.count(FACTS, stop * self._stride + rest)

    @property
    def _stride(self) -> int:
        return self.plan.cells // self.plan.shape[0]

    def _add_lapses(
        self,
        tally: Tally,
        bucket: IntArray,
        following: IntArray,
        lapse: IntArray,
        rest: IntArray,
    ) -> None:
        """Add customers in the frame at whose start they were active and at whose end not."""
        view, frames = self.block.view, self.plan.frames
        days = tally.lasting_days
        assert days is not None  # noqa: S101 - spells last a number of days
        inside = (lapse >= 1) & (lapse <= frames.count) & (following > lapse)
        lapses = inside & (bucket < lapse)
        # An order in the very frame in which it lapses: what was the last one before the frame?
        within = np.flatnonzero(inside & (bucket == lapse))
        if len(within):
            starts = np.ones(len(bucket), dtype=np.bool_)
            starts[1:] = bucket[1:] != bucket[:-1]
            starts[view.offsets.take(view.buyers)] = True
            run = np.maximum.accumulate(np.where(starts, np.arange(len(bucket)), 0)).take(within)
            before = np.maximum(run - 1, 0)
            has_before = view.order_number.take(run) > 1
            age = frames.end_days.take(lapse.take(within) - 1) - view.day.take(before)
            lapses[within] = has_before & (age < days)
        rows = np.flatnonzero(lapses)
        cells = lapse.take(rows) * self._stride + rest.take(rows)
        self.totals.cells.count(self.plan.question.key(tally), cells)
        self.totals.cells.count(FACTS, cells)

    def _values(self, tally: Tally) -> Iterator[tuple[IntArray, ...]]:
        """Yield cells and values of facts; of customers, at each period's end, with counts too."""
        if tally.facts == "customers":
            for cells, values in self._judged(tally):
                yield count_values(cells, values)
            return
        assert tally.of is not None  # noqa: S101 - a quantile was checked
        stream = self._stream(tally.facts)
        cells, values = self._cells(stream), whole(tally.name, tally.of(stream), len(stream))
        if (kept := self._kept(tally)) is not None:
            rows = np.flatnonzero(kept)
            cells, values = cells.take(rows), values.take(rows)
        yield cells, values

    def _judge(self, tally: Tally) -> None:
        """Add what a function says of every customer at the end of each period."""
        for cells, values in self._judged(tally):
            self.totals.cells.add(self.plan.question.key(tally), cells, values)

    def _judged(self, tally: Tally) -> Iterator[tuple[IntArray, IntArray]]:
        """Yield what a function says of every customer at the end of each period."""
        from custinsights.history.selection import counted_only

        assert tally.of is not None  # noqa: S101 - tallies of customers have a function
        view, frames = self.block.view, self.plan.frames
        counted = counted_only(view)
        buyers = _People(view)
        labels = self._cells(buyers) % self._stride
        for place, end in enumerate(frames.end_instants, start=1):
            then = CountedHistory(counted, min(end, view.as_of))
            values = whole(tally.name, tally.of(then), then.people)
            rows = then.buyers
            self.totals.cells.count(FACTS, place * self._stride + labels.take(rows))
            for condition in tally.filters:
                passes = truths(tally.name, condition(then), then.people)
                rows = rows.take(np.flatnonzero(passes.take(rows)))
            yield place * self._stride + labels.take(rows), values.take(rows)

    def _expose(self) -> None:
        """Count the customers by their labels and the number of ages that have ended."""
        age = self.plan.age
        assert age is not None  # noqa: S101 - the question was checked
        people = _People(self.block.view)
        cells = np.zeros(len(people), dtype=np.int64)
        for coder in self.plan.coders:
            if coder is not age:
                cells = cells * coder.size + coder.codes(self.block, people)
        rows = self.block.view.buyers
        ended = age.observable(self.block)
        self.totals.exposed.append(count_values(cells.take(rows), ended.take(rows)))


@attrs.frozen(eq=False)
class _People:
    """The people of a block as a stream, for labels of customers."""

    view: CountedHistory

    def __len__(self) -> int:
        return self.view.people

    @property
    def customer(self) -> IntArray:
        return np.arange(self.view.people)

    @property
    def slots(self) -> IntArray:
        return np.zeros(self.view.people, dtype=np.int64)

    @property
    def instant(self) -> IntArray:
        return np.zeros(self.view.people, dtype=np.int64)

    @property
    def order(self) -> IntArray:
        raise MissingData("orders", needed_by="a label of customers")
