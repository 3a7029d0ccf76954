"""What do the coders of a question share about one stretch of customers?"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import cached_property
from typing import Protocol

import attrs
import numpy as np

from custinsights.analyses.declaring.frames import Frames
from custinsights.history.columnar.columns import AnyArray, IntArray
from custinsights.history.kernels.cells import one_cell
from custinsights.history.views.counted import CountedHistory

NO_FRAME = 1 << 40
"""The first frame of somebody who never bought."""


class Stream(Protocol):
    """Facts of one kind: see `custinsights.history.views.streamviews`."""

    def __len__(self) -> int: ...
    @property
    def customer(self) -> IntArray:
        """The customer code of each fact."""

    @property
    def slots(self) -> IntArray:
        """The quarter-hour slot of each fact."""

    @property
    def instant(self) -> IntArray:
        """The instant by which each fact is labelled."""

    @property
    def order(self) -> IntArray | None:
        """The place of each fact's order among the sales, -1 for none; None for the row."""


@attrs.frozen(eq=False, slots=False)
class Block:
    """A stretch of customers under one question, with what its coders share."""

    view: CountedHistory
    frames: Frames
    buckets: IntArray
    standing_for: IntArray | None = None
    """int64[k], which of a customer's several labels each person of the view stands for."""
    cached: dict[tuple[Hashable, int], tuple[Stream, AnyArray]] = attrs.field(factory=dict)

    def bucket(self, stream: Stream) -> IntArray:
        """Return the frame bucket of every fact."""
        return self.once("bucket", stream, self._buckets)

    def _buckets(self, stream: Stream) -> IntArray:
        if self.frames.is_all_time:
            return one_cell(1, len(stream))
        buckets = self.buckets.take(stream.slots)
        span = self.frames.span
        if span.window is not None and len(buckets):
            instant = stream.instant
            if span.context.start_of(span.first_day) != span.start:
                buckets[instant < span.start] = 0
            if span.window[1] < span.as_of:
                buckets[instant >= span.end] = self.frames.count + 1
        return buckets

    @cached_property
    def first_bucket(self) -> IntArray:
        """int64[k], the bucket of each person's first counted order; huge without one."""
        first = np.full(self.view.people, NO_FRAME, dtype=np.int64)
        buyers = self.view.buyers
        first[buyers] = self.bucket(self.view.orders).take(self.view.offsets.take(buyers))
        return first

    def customer_type(self, stream: Stream) -> IntArray:
        """Return 1 for new, 2 for returning, 0 for neither, of every fact."""
        return self.once("customer_type", stream, self._types)

    def _types(self, stream: Stream) -> IntArray:
        since = self.bucket(stream) - self.of_customers(self.first_bucket, stream)
        types = (since > 0).astype(np.int64)
        types += since >= 0
        return types

    def of_customers(self, values: AnyArray, stream: Stream) -> AnyArray:
        """Give every fact the value of its customer."""
        if stream is self.view.orders:
            return np.repeat(values, self.view.order_count)
        return values.take(stream.customer)

    def of_sales(self, values: AnyArray, stream: Stream) -> AnyArray:
        """Give every fact the value of its order, 0 where it names none."""
        if stream.order is None:
            return values
        if len(values) == 0:
            return np.zeros(len(stream), dtype=values.dtype)
        taken = values.take(stream.order, mode="clip")
        if (missing := stream.order < 0).any():
            taken[missing] = 0
        return taken

    def once(self, what: Hashable, stream: Stream, make: Callable[[Stream], AnyArray]) -> AnyArray:
        """Make something of a stream at the first call and keep it."""
        key = (what, id(stream))  # the stream is kept with it, so that its id stays its own
        if key not in self.cached:
            self.cached[key] = (stream, make(stream))
        return self.cached[key][1]
