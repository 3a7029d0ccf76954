"""Which label does each fact carry? One coder per dimension of a question.

A coder gives every fact of a stream a whole number from 0 to size - 1, where 0 is the missing
label, and later says which label a number stands for.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cached_property, partial
from typing import Any, NoReturn, Protocol, TypeAlias

import attrs
import numpy as np

from custinsights.analyses.declaring.block import Block, Stream
from custinsights.analyses.declaring.declarations import Dimension
from custinsights.domain.period import Period
from custinsights.errors import InvalidValue, MissingData
from custinsights.history.columnar.columns import NO_INSTANT, AnyArray, IntArray, Labels
from custinsights.history.columnar.periods import ordinals, weekdays
from custinsights.history.facts import Facts
from custinsights.history.kernels.cells import distinct
from custinsights.history.views.activity_view import ActivityFacts
from custinsights.history.views.counted import CountedHistory
from custinsights.history.views.streamviews import RefundFacts

Label: TypeAlias = str | int | None

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Coder(Protocol):
    """What the kernel needs of a dimension."""

    @property
    def dimension(self) -> Dimension:
        """What it codes."""

    @property
    def size(self) -> int:
        """How many codes there are, the missing label included."""

    def codes(self, block: Block, stream: Stream) -> IntArray:
        """Return the code of every fact."""

    def label(self, code: int) -> Label:
        """Return the label of a code above 0."""


@attrs.frozen(eq=False, slots=False)
class ClockCoder:
    """The local hour or weekday of a fact's instant."""

    dimension: Dimension
    table: IntArray
    labels: tuple[Label, ...]

    @property
    def size(self) -> int:
        return len(self.labels) + 1

    def codes(self, block: Block, stream: Stream) -> IntArray:  # noqa: ARG002 - as other axes do
        return self.table.take(stream.slots)

    def label(self, code: int) -> Label:
        return self.labels[code - 1]


@attrs.frozen(eq=False, slots=False)
class TypeCoder:
    """Whether a fact's customer is new or returning in its frame."""

    dimension: Dimension
    size: int = 3

    def codes(self, block: Block, stream: Stream) -> IntArray:
        return block.customer_type(stream)

    def label(self, code: int) -> Label:
        return ("new", "returning")[code - 1]


@attrs.frozen(eq=False, slots=False)
class NumberCoder:
    """The order number of a fact's order; `labels`, where given, name it, the last one all above.

    So ``("first", "repeat")`` tells whether it is the first order.
    """

    dimension: Dimension
    largest: int
    labels: tuple[Label, ...] | None = None

    @property
    def size(self) -> int:
        return 1 + (self.largest if self.labels is None else len(self.labels))

    def codes(self, block: Block, stream: Stream) -> IntArray:
        numbers = block.of_sales(block.view.number_of_sale, stream)
        if stream is block.view.orders:
            numbers = block.view.order_number
        return numbers if self.labels is None else np.minimum(numbers, len(self.labels))

    def label(self, code: int) -> Label:
        return code if self.labels is None else self.labels[code - 1]


@attrs.frozen(eq=False, slots=False)
class NamedCoder:
    """A text column of the orders, the customers, the lines or the activities."""

    dimension: Dimension
    names: tuple[str, ...]
    texts: Callable[[CountedHistory, Stream], Labels]

    @property
    def size(self) -> int:
        return len(self.names) + 1

    def codes(self, block: Block, stream: Stream) -> IntArray:
        view = block.view
        if self.dimension.facts == "lines":
            return self.texts(view, stream).codes.astype(np.int64) + 1
        if isinstance(stream, ActivityFacts) and self.dimension.facts != "customers":
            return self._coded(view, stream)
        labels = block.once(f"{self.dimension.name} of all", view.sales, self._of_all(view))
        if self.dimension.facts == "customers":
            return block.of_customers(labels, stream)
        if stream is view.orders and view.counted_places is not None:
            return labels.take(view.counted_places)
        return block.of_sales(labels, stream)

    def _of_all(self, view: CountedHistory) -> Callable[[Stream], AnyArray]:
        return partial(self._coded, view)

    def _coded(self, view: CountedHistory, stream: Stream) -> IntArray:
        labels = self.texts(view, stream).renamed(self.names)
        return labels.codes.astype(np.int64) + 1

    def label(self, code: int) -> Label:
        return self.names[code - 1]


@attrs.frozen(eq=False, slots=False)
class CohortCoder:
    """The period of a customer's first counted order."""

    dimension: Dimension
    facts: Facts
    unit: str
    first: int
    last: int

    @classmethod
    def of(cls, dimension: Dimension, facts: Facts, unit: str) -> CohortCoder:
        """Make the coder for the periods that a history covers."""
        context = facts.context
        days = np.array([context.day(context.first), context.day(context.last)])
        first, last = ordinals(unit, days, context.calendar).tolist()
        return cls(dimension, facts, unit, int(first), int(last))

    @property
    def size(self) -> int:
        return self.last - self.first + 2

    def of_people(self, block: Block) -> IntArray:
        """int64[k], the code of each person's cohort; 0 without a counted order."""
        return block.once((*self._key, "of people"), block.view.sales, self._coded(block))

    @property
    def _key(self) -> tuple[str, ...]:
        """What coders share whose cohorts are the same."""
        return ("cohort", self.unit, "" if self.dimension.of is None else self.dimension.name)

    def _coded(self, block: Block) -> Callable[[Stream], IntArray]:
        def coded(_sales: Stream) -> IntArray:
            context, anchors = self.facts.context, self.anchors(block.view)
            has_one = (anchors != NO_INSTANT) & (block.view.order_count > 0)
            known = anchors.take(np.flatnonzero(has_one))
            if not len(known):
                return np.zeros(len(anchors), dtype=np.int64)
            if not context.first <= int(known.min()) <= int(known.max()) <= context.last:
                raise InvalidValue(
                    what=f"an anchor of {self.dimension.name!r} lies outside the history",
                    given="an instant before its first fact or after its last",
                    allowed="instants between them",
                )
            codes = np.zeros(len(anchors), dtype=np.int64)
            codes[has_one] = self.table.take(context.clock.slots(known))
            return codes

        return coded

    @cached_property
    def table(self) -> IntArray:
        """The cohort code of every slot of the history's clock."""
        context = self.facts.context
        return ordinals(self.unit, context.clock.day_table, context.calendar) - self.first + 1

    def anchors(self, view: CountedHistory) -> IntArray:
        """int64[k], the instant from which each person's periods are counted."""
        if self.dimension.of is None:
            first: IntArray = view.first_per_customer(view.placed_at)
            return np.where(view.order_count > 0, first, NO_INSTANT)
        anchors = np.asarray(self.dimension.of(view))
        if anchors.shape != (view.people,) or anchors.dtype != np.int64:
            raise InvalidValue(
                what=f"the anchor of {self.dimension.name!r} does not give one instant per person",
                given=f"{anchors.dtype} of shape {anchors.shape}",
                allowed=f"int64 microseconds UTC of shape ({view.people},)",
                advice="The smallest int64 stands for none",
            )
        return anchors

    def codes(self, block: Block, stream: Stream) -> IntArray:
        people = self.of_people(block)
        return block.once(self._key, stream, lambda stream: block.of_customers(people, stream))

    def label(self, code: int) -> Label:
        ordinal = self.first + code - 1
        return Period.from_ordinal(self.unit, ordinal, self.facts.calendar).label


@attrs.frozen(eq=False, slots=False)
class AgeCoder:
    """Periods from the cohort's period to the fact's; 0 codes None, 1 codes age 0."""

    dimension: Dimension
    cohorts: CohortCoder
    table: IntArray
    as_of: int

    @classmethod
    def of(cls, dimension: Dimension, cohorts: CohortCoder, as_of: int) -> AgeCoder:
        """Make the coder in the unit of some cohorts."""
        return cls(dimension, cohorts, cohorts.table, as_of)

    @property
    def size(self) -> int:
        return max(self.cohorts.size, self._ended - 1) + 1

    @cached_property
    def _ended(self) -> int:
        """The code of the first period that has not wholly ended at as_of."""
        context = self.cohorts.facts.context
        day = context.day(self.as_of)
        found = ordinals(self.cohorts.unit, np.array([day]), context.calendar)
        return int(found[0]) - self.cohorts.first + 1

    def codes(self, block: Block, stream: Stream) -> IntArray:
        def coded(stream: Stream) -> IntArray:
            cohort = self.cohorts.codes(block, stream)
            ages = self.table.take(stream.slots)
            ages -= cohort
            ages += 1
            view = block.view
            if stream is view.orders and self.dimension.of is None:
                return np.maximum(ages, 0, out=ages)  # all customers have a first order
            known = (cohort > 0) & (ages > 0)
            # A fact, such as a refund, may come before the anchor.
            known &= stream.instant >= block.of_customers(self.cohorts.anchors(view), stream)
            return np.where(known, ages, 0)

        return block.once(self.dimension.name, stream, coded)

    def observable(self, block: Block) -> IntArray:
        """int64[k], at how many ages each customer's period has ended; -1 without an anchor."""
        cohort = self.cohorts.of_people(block)
        return np.where(cohort > 0, np.maximum(self._ended - cohort, 0), -1)

    def label(self, code: int) -> Label:
        return code - 1


@attrs.define(eq=False, slots=False)
class OpenCoder:
    """Labels that a function gives, found as they come.

    Codes depend on the order in which labels are met, labels do not.
    """

    dimension: Dimension
    size: int = 1 << 8
    places: dict[Label, int] = attrs.field(factory=dict)
    lock: threading.Lock = attrs.field(factory=threading.Lock)

    @property
    def is_outgrown(self) -> bool:
        """Whether more labels came than there was room for, so that the codes are worthless."""
        return len(self.places) >= self.size

    def grow(self) -> None:
        """Make room for more labels."""
        while self.size <= len(self.places) + 1:
            self.size *= 16

    def codes(self, block: Block, stream: Stream) -> IntArray:
        view, facts = block.view, self.dimension.facts
        assert self.dimension.of is not None  # noqa: S101 - open dimensions have a function
        if facts == "lines":
            return self._coded(self._of_lines(stream), len(stream))
        if facts == "activities":
            return self._coded(self.dimension.of(stream), len(stream))
        if facts == "customers":
            per_person = self._coded(self.dimension.of(view), view.people)
            return block.of_customers(per_person, stream)
        per_sale = self._coded(self.dimension.of(view.sales), len(view.sales))
        if stream is view.orders and view.counted_places is not None:
            return per_sale.take(view.counted_places)
        return block.of_sales(per_sale, stream)

    def _of_lines(self, stream: Stream) -> Any:
        assert self.dimension.of is not None  # noqa: S101 - open dimensions have a function
        try:
            return self.dimension.of(stream)
        except AttributeError as error:
            if not isinstance(stream, RefundFacts):
                raise
            raise InvalidValue(
                what=f"the dimension {self.dimension.name!r} cannot label refunds of products",
                given=str(error),
                allowed="what refunds have too: product and label(...)",
                advice="ask by it for units, orders or customers, which refunds do not lower",
            ) from error

    def _coded(self, values: Any, count: int) -> IntArray:
        array = values.codes if isinstance(values, Labels) else _array(values)
        if array.shape != (count,) or array.dtype.kind not in "biuOUT":
            self._refuse(f"{array.dtype} of shape {array.shape}", count)
        if isinstance(values, Labels):
            table = [self._place(name) for name in values.names]
            return np.array([*table, 0], dtype=np.int64).take(array)
        if array.dtype.kind in "biu":
            found, codes = distinct(array)
            return np.array([self._place(x) for x in found.tolist()], dtype=np.int64).take(codes)
        labels = array.tolist()
        others = [label for label in labels if not isinstance(label, str | int | None)]
        if not all(label != label for label in others):  # noqa: PLR0124 - NaN is missing
            kinds = {type(label).__name__ for label in others}
            self._refuse(f"{' and '.join(sorted(kinds))} values", count)
        return np.array([self._place(label) for label in labels], dtype=np.int64)

    def _refuse(self, given: str, count: int) -> NoReturn:
        raise InvalidValue(
            what=f"the dimension {self.dimension.name!r} does not give one label per fact",
            given=given,
            allowed=f"texts, integers, truth values or Labels of shape ({count},)",
        )

    def _place(self, label: Label) -> int:
        if label is None or label == "" or label != label:  # noqa: PLR0124 - NaN is missing too
            return 0
        with self.lock:
            place = self.places.setdefault(label, len(self.places) + 1)
        return place if place < self.size else 0

    def label(self, code: int) -> Label:
        return list(self.places)[code - 1]


def labels_of(coder: Coder) -> tuple[Label, ...]:
    """Return the label of every code, from 0 on."""
    if isinstance(coder, OpenCoder):
        return (None, *coder.places)
    return (None, *(coder.label(code) for code in range(1, coder.size)))


def _array(values: Any) -> AnyArray:
    """Return values as an array; those of a list keep their types."""
    if hasattr(values, "__array__"):
        return np.asarray(values)
    return np.array(list(values), dtype=object)


def clock_coder(dimension: Dimension, facts: Facts) -> ClockCoder:
    """Make the coder of hours or weekdays."""
    clock = facts.context.clock
    if dimension.kind == "hour":
        if not facts.context.has_times:
            raise MissingData(
                "the time of day",
                needed_by="the dimension 'hour'",
                advice="Its source knows dates only: group by weekday or day instead",
            )
        return ClockCoder(dimension, clock.hour_table.astype(np.int64) + 1, tuple(range(24)))
    start = facts.calendar.first_weekday_number
    table = np.mod(weekdays(clock.day_table) - start, 7) + 1
    return ClockCoder(dimension, table, WEEKDAYS[start:] + WEEKDAYS[:start])
