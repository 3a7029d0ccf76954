"""Which laws hold for everything that is computed of a history? The checks that all parts share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from custinsights.domain.fields import refuse_other, whole_number
from custinsights.errors import InvalidValue, MissingData
from custinsights.history.columnar.columns import OrderColumns, RefundColumns, uncoded
from custinsights.history.columnar.localtime import to_datetime
from custinsights.testing.outcomes import Finding, Outcome, judged, reasons_of
from custinsights.testing.rows import (
    in_another_order,
    under_other_names,
    with_another_future,
    with_labels,
)
from custinsights.testing.scenes import (
    CELLS,
    Answer,
    Failure,
    Scene,
    Subject,
    differing,
    is_failure,
)
from custinsights.testing.watching import contents, difference, fill, watched

WORKS = "works on every history"
EMPTY = "empty history"
DECLARED = "declared kind and shape"
UNCHANGED = "inputs unchanged"
PURE = "no clock and no chance"
SAME = "same input, same bytes"
ROWS = "any row order"
RENAMED = "renamed customers"
FUTURE = "nothing at or after as_of matters"
PARTS = "whole = sum of parts"
ALONE = "one customer's facts alone"

READ_ONLY = "read-only"


@attrs.frozen
class Law:
    """One check: from a scene to a sentence about what is broken, None if nothing is.

    `needs_answer` leaves out the scenes on which the subject has no answer to compare; `most` is on
    how many scenes it is tried at most.
    """

    name: str
    advice: str
    broken: Callable[[Scene], str | None]
    needs_answer: bool = True
    most: int | None = None


def check_thing(thing: str, given: object, *kinds: type) -> None:
    """Refuse what is nothing that can be held to the laws."""
    if not isinstance(given, kinds):
        table = kinds[0].__name__.removeprefix("Segment").lower()
        raise InvalidValue(
            what=f"what is to be checked is no {thing}",
            given=given if isinstance(given, str) else f"a value of type {type(given).__name__}",
            allowed=f"what custinsights.{thing} made",
            advice=f"The built-in ones are in custinsights.DEFAULT.{table}s",
        )


def hold(
    subject: Subject,
    laws: Sequence[Law],
    max_examples: int,
    expected: Mapping[str, str] | None,
    *,
    labels: Iterable[str],
    raising: bool,
) -> tuple[Outcome, ...] | None:
    """Hold a subject to laws on so many histories; return the outcomes where nothing is raised."""
    from custinsights.testing.strategies import questions

    count = whole_number("the number of histories is wrong", max_examples, 1)
    names = (labels,) if isinstance(labels, str) else tuple(labels)
    for name in names:
        refuse_other(str, "a name among labels", name)
    reasons = reasons_of(expected, tuple(law.name for law in laws))
    refuse_other(bool, "the argument raising", raising)
    scenes = [
        Scene(subject, with_labels(rows, names, seed), as_of, seed)
        for seed, (rows, as_of) in enumerate(questions(count))
    ]
    findings = [_finding(law, scenes) for law in laws]
    outcomes = judged(subject.thing, findings, reasons, raising=raising)
    return None if raising else outcomes


def _finding(law: Law, scenes: Sequence[Scene]) -> Finding:
    tried = 0
    for scene in scenes:
        if law.needs_answer and not scene.has_answer:
            continue
        if tried == law.most:
            break
        tried += 1
        try:
            broken = law.broken(scene)
        except Exception as error:  # noqa: BLE001 - whatever a foreign function raises
            broken = f"it {Failure.of(error)}"
        if broken is not None:
            return Finding(law.name, law.advice, f"{broken} {scene}", tried)
    if not tried and any(any(map(is_failure, scene.whole.values())) for scene in scenes):
        tried = 1  # that it fails everywhere is told by another check
    return Finding(law.name, law.advice, None, tried)


def _works(scene: Scene) -> str | None:
    if _problem(scene) is not None:
        return None  # told by the check of what is declared
    for value in scene.whole.values():
        if is_failure(value) and READ_ONLY not in str(value):
            return f"it {value}"
    return None


def _problem(scene: Scene) -> str | None:
    try:
        return scene.subject.problem(scene.view())
    except MissingData:
        return None
    except Exception:  # noqa: BLE001 - told by the check that it works
        return None


def _declared(scene: Scene) -> str | None:
    return _problem(scene)


def _empty(scene: Scene) -> str | None:
    nobody = attrs.evolve(
        scene.rows,
        orders=_none_of(scene.rows.orders),
        refunds=RefundColumns(
            customer=uncoded(scene.rows.refunds.customer)[:0],
            **{name: np.empty(0, dtype=np.int64) for name in _REFUND_NUMBERS},
        ),
        lines=None
        if scene.rows.lines is None
        else attrs.evolve(
            scene.rows.lines, **{name: np.empty(0, dtype=np.int64) for name in _LINE_NUMBERS}
        ),
    )
    nothing = None if nobody.activities is None else nobody.activities.take(np.arange(0))
    for rows in (nobody, attrs.evolve(nobody, people=None, activities=nothing)):
        history = rows.history()
        for value in scene.answer(history).values():
            if is_failure(value):
                return f"it {value} of a history without orders, found"
    return None


_REFUND_NUMBERS = ("refunded_at", "amount", "order", "product")
_LINE_NUMBERS = ("order", "product", "quantity", "amount")


def _none_of(orders: OrderColumns) -> OrderColumns:
    return attrs.evolve(
        orders,
        customer=uncoded(orders.customer)[:0],
        placed_at=orders.placed_at[:0],
        amount=orders.amount[:0],
        order_id=None if orders.order_id is None else orders.order_id[:0],
        numbers={name: column[:0] for name, column in orders.numbers.items()},
        labels={name: column.take(slice(0, 0)) for name, column in orders.labels.items()},
    )


def _unchanged(scene: Scene) -> str | None:
    view = scene.view()
    try:
        calls = scene.subject.calls(view)
    except MissingData:
        return None
    fill(view)
    before = contents(view)
    if failure := _attempt(calls):
        return f"it writes into a column: {failure}"
    where = difference(before, contents(view))
    return None if where is None else f"it changes {where}"


def _attempt(calls: Sequence[Callable[[], Any]]) -> str:
    """Call functions and return the first refusal to write into what is read-only."""
    for call in calls:
        try:
            call()
        except Exception as error:  # noqa: BLE001 - other failures are told by other checks
            if READ_ONLY in str(error):
                return str(error)
    return ""


def _pure(scene: Scene) -> str | None:
    view = scene.view()
    try:
        for call in scene.subject.calls(view):
            _, seen = watched(call)
            if seen:
                return f"it calls {' and '.join(seen)}"
    except Exception:  # noqa: BLE001 - told by the check that it works
        return None
    return None


def _same(scene: Scene) -> str | None:
    return differing(scene.whole, scene.answer(scene.history), "when asked again")


def _any_row_order(scene: Scene) -> str | None:
    other = scene.answer(in_another_order(scene.rows, scene.seed).history())
    return differing(scene.whole, other, "with the rows in another order")


def _renamed(scene: Scene) -> str | None:
    rows, new_name = under_other_names(scene.rows, scene.seed)
    other = scene.answer(rows.history())
    whole = scene.whole
    if scene.subject.is_by_customer:
        whole = {
            (new_name[key[0]] if key[0] in new_name else key[0], *key[1:]): value
            for key, value in whole.items()
        }
    return differing(whole, other, "with the customers renamed")


def _future(scene: Scene) -> str | None:
    changed = with_another_future(scene.rows, scene.as_of, scene.seed).history()
    broken = differing(scene.whole, scene.answer(changed), "when the future changes")
    if broken is not None:
        return broken
    cut = scene.history.up_to(to_datetime(scene.as_of))
    return differing(scene.whole, scene.answer(cut), "when later facts are cut off")


def _parts(scene: Scene) -> str | None:
    history = scene.history
    merged = scene.merged(history.partition(3))
    broken = differing(scene.whole, merged, "of three parts added up")
    if broken is not None:
        return broken
    chosen = np.random.default_rng(scene.seed).integers(0, 2, history.people) == 1
    parts = [history.where(customers=~chosen), history.where(customers=chosen)]
    return differing(scene.whole, scene.merged(parts), "of two groups of customers added up")


def _alone(scene: Scene) -> str | None:
    alone: Answer = {}
    for customer in scene.history.customer_ids.tolist():
        found = scene.answer(scene.history.history_of(customer))
        alone |= {key: value for key, value in found.items() if key[0] != CELLS}
    whole = {key: value for key, value in scene.whole.items() if key[0] != CELLS}
    return differing(whole, alone, "of the customer alone")


SHARED = (
    Law(
        WORKS,
        "Allow for people without orders, ties, full refunds and missing labels.",
        _works,
        needs_answer=False,
    ),
    Law(EMPTY, "Give an array of length 0 where there is nobody.", _empty, most=4),
    Law(DECLARED, "Give what the declaration promises.", _declared, needs_answer=False),
    Law(UNCHANGED, "Copy an array before you change it.", _unchanged, needs_answer=False),
    Law(PURE, "Take the instant from as_of of the history, and draw nothing.", _pure),
    Law(SAME, "Answer from the argument alone and keep nothing between calls.", _same),
    Law(ROWS, "Use what the facts say, never at which place a source has them.", _any_row_order),
    Law(RENAMED, "Use identities for nothing but telling customers apart.", _renamed),
    Law(FUTURE, "Use what the view shows, which ends at as_of, and not its facts.", _future),
    Law(PARTS, "Judge every fact by its own customer: totals are added up at the end.", _parts),
)
BY_CUSTOMER = Law(
    ALONE, "Use one customer's facts alone; to compare customers is an analysis of its own.", _alone
)
