"""Does a dimension keep the laws?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, overload

import attrs
import numpy as np

from custinsights.analyses.declaring.declarations import Dimension, Metric
from custinsights.analyses.declaring.tally import Sum, Tally
from custinsights.analyses.measuring.measure import Measure
from custinsights.errors import CustInsightsError
from custinsights.history.columnar.columns import AnyArray, Labels
from custinsights.history.columnar.localtime import to_datetime
from custinsights.history.views.counted import CountedHistory
from custinsights.testing.laws import SHARED, Law, check_thing, hold
from custinsights.testing.outcomes import Outcome
from custinsights.testing.scenes import Scene, Subject
from custinsights.testing.tallies import holds, read_cube

USUAL_EXAMPLES = 25
NEVER_FALLS = "never falls"
ADDS_UP = "one label per fact"

OF_ORDERS = ("customers", "orders", "gross_revenue", "refunded")
OF_LINES = ("customers", "orders", "line_revenue")
OF_ACTIVITIES = ("activities", "active_people")
OF_CUSTOMERS = ("total_customers", "repeat_customers", "average_gap_days")
_line_count = Metric("line_count", numerator=Sum(((1, Tally("line_count", "lines")),)))


@overload
def check_dimension(
    dimension: Dimension,
    *,
    max_examples: int = ...,
    labels: Iterable[str] = ...,
    expected: Mapping[str, str] | None = ...,
    raising: Literal[True] = ...,
) -> None: ...
@overload
def check_dimension(
    dimension: Dimension,
    *,
    max_examples: int = ...,
    labels: Iterable[str] = ...,
    expected: Mapping[str, str] | None = ...,
    raising: Literal[False],
) -> tuple[Outcome, ...]: ...
def check_dimension(
    dimension: Dimension,
    *,
    max_examples: int = USUAL_EXAMPLES,
    labels: Iterable[str] = (),
    expected: Mapping[str, str] | None = None,
    raising: bool = True,
) -> tuple[Outcome, ...] | None:
    """Hold a dimension to the laws on random histories, always the same ones.

    The laws: it works on every history and on an empty one; gives each fact one label (a text, an
    integer, a truth value or None), so that every split adds up; changes no column; reads no clock
    and draws nothing; gives the same bytes when asked again; depends on neither the order of the
    rows nor the names of the customers nor anything at or after as_of; its whole is the sum of its
    parts; and where it promises that it never falls, labels ascend along the orders of each
    customer and distinct customers come out as without the promise.

    Parameters
    ----------
    dimension
        What `custinsights.dimension` made.
    max_examples, labels, expected, raising
        See `custinsights.testing.check_trait`.

    Returns
    -------
    None or tuple of Outcome
        With ``raising=False`` one outcome per check.

    Raises
    ------
    ContractBroken
        Naming every failed check, what broke it, and what to do.

    Examples
    --------
    >>> from custinsights.analyses.catalog import dimension
    >>> @dimension("ever_loyal", facts="customers")
    ... def ever_loyal(history):
    ...     return history.order_count >= 3
    >>> check_dimension(ever_loyal, max_examples=5)
    """
    check_thing("dimension", dimension, Dimension)
    laws: tuple[Law, ...] = (*SHARED, *(() if dimension.several else (_one_label_each(dimension),)))
    if dimension.never_falls:
        laws = (*laws, _never_falls(dimension))
    return hold(_subject(dimension), laws, max_examples, expected, labels=labels, raising=raising)


def _subject(dimension: Dimension) -> Subject:
    return Subject(
        thing=f"dimension {dimension.name!r}",
        analyses=lambda as_of: _measures(dimension, as_of),
        read=read_cube,
        calls=lambda view: [call for call, _ in _calls(dimension, view)],
        problem=lambda view: _problem(dimension, view),
    )


def _measures(dimension: Dimension, as_of: int) -> dict[str, Measure]:
    when, by = to_datetime(as_of), _beside(dimension)
    if dimension.facts == "lines":
        return {"of lines": Measure(OF_LINES, by=by, as_of=when)}
    of_activities = {"of activities": Measure(OF_ACTIVITIES, by=by, as_of=when)}
    if dimension.facts == "activities":
        return of_activities
    found = {"of orders": Measure(OF_ORDERS, by=by, as_of=when)}
    if dimension.facts == "customers" and dimension.kind != "customer_type":
        found["of customers"] = Measure(OF_CUSTOMERS, by=by, as_of=when)
    return found | of_activities if dimension.labels_activities else found


def _beside(dimension: Dimension) -> tuple[str | Dimension, ...]:
    """Return what to group by: new and returning are relative to periods."""
    return ("month", dimension) if dimension.kind == "customer_type" else (dimension,)


def _calls(dimension: Dimension, view: CountedHistory) -> Sequence[tuple[Callable[[], Any], int]]:
    """Return a call of the function, if it has one, and how many facts it sees."""
    of = dimension.of
    if of is None or not holds(view, dimension.facts):
        return ()
    if dimension.facts == "customers":
        return ((lambda: of(view), view.people),)
    stream: Any = view.sales if dimension.facts == "orders" else getattr(view, dimension.facts)
    return ((lambda: of(stream), len(stream)),)


def _problem(dimension: Dimension, view: CountedHistory) -> str | None:
    """Return what is wrong with what the function gives, or None."""
    for call, count in _calls(dimension, view):
        if problem := _label_problem(call(), count):
            return problem
    return None


def _label_problem(values: Any, count: int) -> str | None:
    if isinstance(values, Labels):
        try:
            values.check("labels", count)
        except CustInsightsError as error:
            return str(error).rstrip(".")
        return None
    array = np.asarray(values)
    if array.shape != (count,):
        return f"it gives labels of shape {array.shape} for {count} facts"
    if array.dtype.kind not in "biuOUT":
        return f"it gives {array.dtype}, and labels are texts, integers or truth values"
    for label in array.tolist():
        if label is not None and not isinstance(label, str | int):
            return f"it gives the label {label!r}, which is no text, integer or truth value"
    return None


def _one_label_each(dimension: Dimension) -> Law:
    counts: dict[str, str | Metric] = {"lines": _line_count, "activities": "activities"}
    metric = counts.get(dimension.facts, "orders")
    name = metric if isinstance(metric, str) else metric.name

    def broken(scene: Scene) -> str | None:
        if not holds(scene.view(), dimension.facts):
            return None
        when = to_datetime(scene.as_of)
        split = Measure((metric,), by=_beside(dimension), as_of=when)(scene.history)
        whole = Measure((metric,), as_of=when)(scene.history)
        parts, total = int(split.minor(name).sum()), int(whole.minor(name).sum())
        return None if parts == total else f"its labels hold {parts} {name} of {total}"

    return Law(ADDS_UP, "Give every fact one label, None where it is unknown.", broken)


def _never_falls(dimension: Dimension) -> Law:
    def broken(scene: Scene) -> str | None:
        view = scene.view()
        if dimension.of is not None and dimension.facts in ("orders", "activities"):
            if not holds(view, dimension.facts):
                return None
            stream: Any = view.sales if dimension.facts == "orders" else view.activities
            fallen = _fallen(dimension.of(stream), stream.customer)
            if fallen is not None:
                return fallen
        when = to_datetime(scene.as_of)
        freely = attrs.evolve(dimension, never_falls=False)
        counted = "active_people" if dimension.facts == "activities" else "customers"
        ours, theirs = (
            read_cube(Measure((counted,), by=_beside(one), as_of=when)(scene.history))
            for one in (dimension, freely)
        )
        for key, amount in theirs.items():
            if ours[key] != amount:
                return f"{key[0]}: {ours[key]} distinct customers are counted, and it has {amount}"
        return None

    return Law(NEVER_FALLS, "Leave never_falls away: it is only a promise that saves time.", broken)


def _fallen(values: Any, customer: AnyArray) -> str | None:
    """Return a sentence about a label that falls or comes back along the orders of a customer."""
    labels = values.texts().tolist() if isinstance(values, Labels) else np.asarray(values).tolist()
    are_numbers = all(isinstance(label, int) for label in labels)
    left: set[tuple[int, Any]] = set()
    for place in range(1, len(labels)):
        owner, before, now = int(customer[place]), labels[place - 1], labels[place]
        if owner != customer[place - 1] or before == now:
            continue
        left.add((owner, before))
        if (owner, now) in left or (are_numbers and now < before):
            return f"the label {now!r} follows {before!r} in the facts of one customer"
    return None
