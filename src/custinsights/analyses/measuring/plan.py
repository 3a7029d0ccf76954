"""What does a question need? Names resolved, senseless pairs refused, coders and cells laid out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, partial

import attrs
import numpy as np

from custinsights.analyses.builtin.dimensions import coder_of
from custinsights.analyses.declaring.axes import AgeCoder, Coder, OpenCoder
from custinsights.analyses.declaring.block import Block, Stream
from custinsights.analyses.declaring.declarations import Dimension, Metric
from custinsights.analyses.declaring.frames import Frames, Span
from custinsights.analyses.declaring.several import SeveralCoder
from custinsights.analyses.declaring.tally import Tally
from custinsights.errors import InvalidValue, Refused
from custinsights.history.columnar.columns import IntArray
from custinsights.history.columnar.localtime import to_datetime
from custinsights.history.context import Context
from custinsights.history.facts import Facts
from custinsights.history.kernels.cells import is_one_cell
from custinsights.history.views.counted import CountedHistory

SPEND = "spend"
"""The stream whose rows belong to the shop and to no customer: it lies in the context."""

_ONLY_AGES = ("retained", "observable")
_OF_CUSTOMERS = ("exposure", "lapsed", "at_start")


@attrs.frozen(kw_only=True, slots=False)
class Question:
    """What to measure, by what, in which window, as of when (instants in microseconds UTC)."""

    metrics: tuple[Metric, ...]
    by: tuple[Dimension, ...]
    window: tuple[int, int] | None
    as_of: int

    def __attrs_post_init__(self) -> None:
        for what, names in (
            ("metrics", [metric.name for metric in self.metrics]),
            ("by", [dimension.name for dimension in self.by]),
        ):
            if len(set(names)) != len(names):
                raise InvalidValue(
                    what=f"the argument {what} names something twice",
                    given=names,
                    allowed="each name once",
                    advice="segment_dimension(..., name=) tells segments of one kind apart"
                    if what == "by"
                    else "",
                )
        for metric in self.metrics:
            check(metric, self.by, has_window=self.window is not None)
        self._check_type()

    def _check_type(self) -> None:
        kinds = {dimension.kind for dimension in self.by}
        cohorts = [dimension.name for dimension in self.by if dimension.kind == "cohort"]
        has_no_unit = any(d.kind == "age" and d.period is None for d in self.by)
        if has_no_unit and len(cohorts) > 1:
            raise InvalidValue(
                what="age is counted in the unit of the cohort beside it, and there are several",
                given=cohorts,
                allowed="one cohort_* beside age",
            )
        several = [dimension.name for dimension in self.by if dimension.several]
        if len(several) > 1:
            raise InvalidValue(
                what="customers carry several labels of each of these dimensions",
                given=several,
                allowed="one such dimension in a question",
                advice="ask for each of them alone",
            )
        if "customer_type" in kinds and "period" not in kinds and self.window is None:
            raise InvalidValue(
                what="new and returning are relative to periods or a window, and there are none",
                given=[dimension.name for dimension in self.by],
                allowed="customer_type together with a period such as month, or with window=",
                advice="order_type tells first orders from repeat ones without a period",
            )

    @property
    def signature(self) -> Mapping[str, object]:
        """What two states must share to be merged, wherever they were made, by its plural."""
        named: dict[str, tuple[Metric | Dimension, ...]]
        named = {"metrics": self.metrics, "dimensions": self.by}
        return {
            **{what: tuple(one.name for one in ones) for what, ones in named.items()},
            **{
                f"definitions of the {what}": tuple(one.definition for one in ones)
                for what, ones in named.items()
            },
            "units of the dimensions": tuple(dimension.period for dimension in self.by),
            "contents of the dimensions": tuple(dimension.content for dimension in self.by),
            "as-of instants": to_datetime(self.as_of),
            "windows": None if self.window is None else tuple(map(to_datetime, self.window)),
        }

    @cached_property
    def tallies(self) -> tuple[Tally, ...]:
        """Every tally that some metric needs, once."""
        return tuple(dict.fromkeys(t for metric in self.metrics for t in metric.tallies))

    @cached_property
    def streams(self) -> tuple[str, ...]:
        """The streams whose facts make the cells, without those whose facts lie in others'."""
        lines = [t.on_lines for t in self.tallies if self.has_lines and t.on_lines is not None]
        whole = [t for t in self.tallies if not self.has_lines or t.on_lines is None]
        whole += [m.quantile.values for m in self.metrics if m.quantile is not None]
        names = {t.facts for t in (*lines, *whole) if t.special != "observable"}
        names -= {"customers", SPEND}
        for outer, inner in (
            ("sales", {"orders", "gaps"} if self.has_lines else {"orders", "gaps", "lines"}),
            ("orders", {"gaps"} if self.has_lines else {"gaps", "lines"}),
            ("refunds", {"line_refunds"}),
        ):
            if outer in names:
                names -= inner
        return tuple(sorted(names))

    def key(self, tally: Tally) -> str:
        """Return the name of a tally's column in the state; tallies may share their own name."""
        return self._keys[tally]

    @cached_property
    def _keys(self) -> Mapping[Tally, str]:
        return {tally: f"{place:02d} {tally.name}" for place, tally in enumerate(self.tallies)}

    @property
    def units(self) -> tuple[str, ...]:
        """The period units in `by`."""
        return tuple(str(d.period) for d in self.by if d.kind == "period")

    @property
    def labelled(self) -> tuple[Dimension, ...]:
        """The dimensions in `by` that are no periods."""
        return tuple(d for d in self.by if d.kind != "period")

    def frames(self, context: Context) -> Frames:
        """Return the periods of the question in a history of this context."""
        return Frames(Span(context=context, as_of=self.as_of, window=self.window, units=self.units))

    @property
    def has_lines(self) -> bool:
        """Whether the cells are labelled by order line."""
        return any(dimension.facts == "lines" for dimension in self.by)

    @property
    def looks_at_lines(self) -> bool:
        """Whether a tally, a quantile or a function of one's own may look at order lines."""
        streams = {tally.facts for tally in self.tallies}
        streams |= {m.quantile.values.facts for m in self.metrics if m.quantile is not None}
        has_functions = any(dimension.of is not None for dimension in self.by)
        return self.has_lines or has_functions or not streams.isdisjoint({"lines", "customers"})


def check(metric: Metric, by: tuple[Dimension, ...], *, has_window: bool) -> None:
    """Refuse a metric and dimensions that make no sense together."""
    for tally in metric.tallies:
        for dimension in by:
            _check_pair(metric, tally, dimension)
        if tally.special in _ONLY_AGES:
            _check_ages(metric, by, has_window=has_window)
        if tally.special == "to_age":
            _check_customers(metric, by, has_window=has_window)
    if metric.quantile is not None:
        for dimension in by:
            _check_pair(metric, metric.quantile.values, dimension)


def _check_pair(metric: Metric, tally: Tally, dimension: Dimension) -> None:
    is_period = dimension.kind == "period"
    if (tally.is_stock or tally.special in _OF_CUSTOMERS) and not (
        is_period or dimension.of_customers
    ):
        raise Refused(
            metric.name,
            dimension.name,
            "it tells the state of customers, so it goes by periods and customer labels only",
            "Group by customer_country" if dimension.kind == "place" else "",
        )
    if tally.facts == SPEND and not is_period and dimension.kind != "acquisition_channel":
        raise Refused(
            metric.name,
            dimension.name,
            "what was spent belongs to days and to channels, and to no customer or order",
            "Group by periods and acquisition_channel",
        )
    if tally.facts == "activities" or dimension.facts == "activities":
        _check_activities(metric, tally.facts, dimension)
        return
    is_of_lines = tally.facts in ("lines", "line_refunds") or tally.on_lines is not None
    if dimension.facts == "lines" and not is_of_lines:
        raise Refused(
            metric.name,
            dimension.name,
            "it belongs to whole orders, which have lines of several labels",
            "Ask for line_revenue, units, orders or customers, or measure history.for_lines(...)",
        )


def _check_activities(metric: Metric, facts: str, dimension: Dimension) -> None:
    """Refuse activities by a label of orders, and other facts by a label of activities."""
    if facts == "activities" and not dimension.labels_activities:
        raise Refused(
            metric.name,
            dimension.name,
            "an activity is no order, and has no such label",
            "Group by activity_kind, subject, outcome, campaign, channel, message_medium, a period "
            "or a label of customers",
        )
    if facts != "activities" and dimension.facts == "activities":
        raise Refused(
            metric.name,
            dimension.name,
            "it is a label of activities, and no order has it",
            "Ask for activities or active_people, or group by channel or campaign, which both have",
        )


def _check_ages(metric: Metric, by: tuple[Dimension, ...], *, has_window: bool) -> None:
    if has_window or not any(dimension.kind == "age" for dimension in by):
        raise Refused(
            metric.name,
            "window" if has_window else ", ".join(d.name for d in by) or "nothing",
            "it is the share of a cohort that is active at an age, over all its time",
            "Ask by=['cohort_month', 'age'], without a window",
        )
    for dimension in by:
        if dimension.kind != "age" and not dimension.of_customers:
            raise Refused(
                metric.name,
                dimension.name,
                "its denominator is customers, whatever they ordered",
                "Group by age beside cohort_month or another label of customers",
            )


def _check_customers(metric: Metric, by: tuple[Dimension, ...], *, has_window: bool) -> None:
    others = [dimension.name for dimension in by if not dimension.of_customers]
    if others or has_window:
        raise Refused(
            metric.name,
            others[0] if others else "window",
            "it is what customers did from their first order on",
            "Group by cohort_month or another label of customers, without a window",
        )


@attrs.frozen(eq=False, slots=False)
class Plan:
    """A question laid out over the facts of one history."""

    question: Question
    facts: Facts

    @cached_property
    def frames(self) -> Frames:
        """The periods of the question."""
        return self.question.frames(self.facts.context)

    @cached_property
    def buckets(self) -> IntArray:
        """The bucket of every slot of the history's clock."""
        return self.frames.bucket_table(self.facts.context.clock)

    @cached_property
    def coders(self) -> tuple[Coder, ...]:
        """One coder per dimension that is no period."""
        question = self.question
        return tuple(
            coder_of(dimension, self.facts, question.by, question.as_of)
            for dimension in question.labelled
        )

    def block(self, facts: Facts) -> Block:
        """Return a stretch of the customers, laid out for the coders."""
        as_of, codes = self.question.as_of, None
        for coder in self.coders:
            if isinstance(coder, SeveralCoder):
                lines = self.question.looks_at_lines
                facts, codes = coder.spread(facts, as_of, with_lines=lines)
        return Block(CountedHistory(facts, as_of), self.frames, self.buckets, codes)

    @property
    def shape(self) -> tuple[int, ...]:
        """Buckets, then the sizes of the coders."""
        return (self.frames.count + 2, *(coder.size for coder in self.coders))

    @property
    def cells(self) -> int:
        """How many cells there could be."""
        size = 1
        for length in self.shape:
            size *= length
        if size >= 1 << 62:
            raise InvalidValue(
                what="the question has too many possible cells",
                given=f"{size} cells",
                allowed="fewer than 4e18",
                advice="leave a dimension out",
            )
        return size

    def cells_of(self, block: Block, stream: Stream) -> IntArray:
        """Return the cell of every fact of a stream."""
        return block.once("cells", stream, partial(self._coded, block))

    def _coded(self, block: Block, stream: Stream) -> IntArray:
        cells = block.bucket(stream)
        for coder in self.coders:
            codes = coder.codes(block, stream)
            if is_one_cell(cells):
                cells = codes + int(cells[0]) * coder.size
            else:
                cells = cells * coder.size
                cells += codes
        return cells

    @property
    def never_falls(self) -> bool:
        """Whether cells ascend along the orders of every customer."""
        repeats_days = self.facts.context.clock.transitions.repeats_days
        return not repeats_days and all(d.never_falls for d in self.question.labelled)

    @cached_property
    def age(self) -> AgeCoder | None:
        """The coder of age, if it is in the question."""
        return next((coder for coder in self.coders if isinstance(coder, AgeCoder)), None)

    def has_grown(self) -> bool:
        """Tell whether more labels came than were foreseen, and make room for them."""
        outgrown = [c for c in self.coders if isinstance(c, OpenCoder) and c.is_outgrown]
        for coder in outgrown:
            coder.grow()
        return bool(outgrown)

    def unravel(self, cells: IntArray) -> tuple[IntArray, ...]:
        """Return bucket and codes of cells."""
        if not len(cells):
            return tuple(np.empty(0, dtype=np.int64) for _ in self.shape)
        return tuple(np.asarray(part) for part in np.unravel_index(cells, self.shape))
