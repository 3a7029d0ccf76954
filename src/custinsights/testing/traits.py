"""Does a trait, or the anchor of cohorts, keep the laws?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, overload

import numpy as np

from custinsights.analyses.cohorts.anchors import Anchor, anchor_of
from custinsights.analyses.cohorts.cohorts import Cohorts
from custinsights.analyses.customers.traits import ITEMS, Traits
from custinsights.analyses.declaring.declarations import Trait
from custinsights.analyses.declaring.tally import MONEY
from custinsights.errors import CustInsightsError, MissingData
from custinsights.history.columnar.columns import NO_INSTANT, Labels
from custinsights.history.columnar.localtime import to_datetime
from custinsights.history.orders import OrderHistory
from custinsights.history.views.counted import CountedHistory
from custinsights.results.customer_table import CustomerTable
from custinsights.testing.laws import BY_CUSTOMER, SHARED, Law, check_thing, hold
from custinsights.testing.outcomes import Outcome
from custinsights.testing.scenes import Answer, Scene, Subject, added

DTYPES = {
    "count": np.dtype(np.int64),
    "money": np.dtype(np.int64),
    "quantity": np.dtype(np.int64),
    "number": np.dtype(np.float64),
    "instant": np.dtype(np.int64),
    "flag": np.dtype(np.bool_),
}
UNITS = {"money": MONEY, "quantity": ITEMS}
UNITLESS = ("instant", "flag", "label")
USUAL_EXAMPLES = 25

BEFORE = "an instant before as_of"
COHORTS = "cohorts of parts add up"


@overload
def check_trait(
    trait: Trait,
    *,
    max_examples: int = ...,
    labels: Iterable[str] = ...,
    expected: Mapping[str, str] | None = ...,
    raising: Literal[True] = ...,
) -> None: ...
@overload
def check_trait(
    trait: Trait,
    *,
    max_examples: int = ...,
    labels: Iterable[str] = ...,
    expected: Mapping[str, str] | None = ...,
    raising: Literal[False],
) -> tuple[Outcome, ...]: ...
def check_trait(
    trait: Trait,
    *,
    max_examples: int = USUAL_EXAMPLES,
    labels: Iterable[str] = (),
    expected: Mapping[str, str] | None = None,
    raising: bool = True,
) -> tuple[Outcome, ...] | None:
    """Hold a trait to the laws on random histories, always the same ones.

    The laws: it works on every history and on an empty one; gives what its kind promises (int64
    for count, money, quantity and instant, float64 without infinities for number, bool for flag,
    a text or None each for label); changes no column; reads no clock and draws nothing; gives the
    same bytes when asked again; depends on neither the order of the rows nor the names of the
    customers nor anything at or after as_of; its whole is the sum of its parts; and it judges a
    customer by that customer's facts alone.

    Parameters
    ----------
    trait
        What `custinsights.trait` made.
    max_examples
        On how many histories.
    labels
        Text columns of a shop's own that the function looks at: the orders of the histories have
        them, with some gaps.
    expected
        Check -> why it may fail. Such a check fails when the law holds after all.
    raising
        False returns the outcomes instead of raising.

    Returns
    -------
    None or tuple of Outcome
        With ``raising=False`` one outcome per check.

    Raises
    ------
    ContractBroken
        Naming every failed check, what broke it, and what to do.
    MissingExtra
        Without Hypothesis.

    Examples
    --------
    >>> from custinsights.analyses.catalog import trait
    >>> @trait(unit="items", definition="Mean number of items in the customer's orders.")
    ... def basket_size(history):
    ...     return history.mean_per_customer(history.units)
    >>> check_trait(basket_size)
    """
    check_thing("trait", trait, Trait)
    thing = f"trait {trait.name!r}"
    laws = (*SHARED, BY_CUSTOMER)
    return hold(
        _subject(thing, trait), laws, max_examples, expected, labels=labels, raising=raising
    )


@overload
def check_anchor(
    anchor: str | Anchor,
    *,
    max_examples: int = ...,
    labels: Iterable[str] = ...,
    expected: Mapping[str, str] | None = ...,
    raising: Literal[True] = ...,
) -> None: ...
@overload
def check_anchor(
    anchor: str | Anchor,
    *,
    max_examples: int = ...,
    labels: Iterable[str] = ...,
    expected: Mapping[str, str] | None = ...,
    raising: Literal[False],
) -> tuple[Outcome, ...]: ...
def check_anchor(
    anchor: str | Anchor,
    *,
    max_examples: int = USUAL_EXAMPLES,
    labels: Iterable[str] = (),
    expected: Mapping[str, str] | None = None,
    raising: bool = True,
) -> tuple[Outcome, ...] | None:
    """Hold the anchor of cohorts to the laws on random histories, always the same ones.

    The laws are those of a trait whose kind is ``"instant"`` (see `check_trait`); besides, every
    instant lies before as_of, and the cohorts of parts add up to those of the whole.

    Parameters
    ----------
    anchor
        A function from a counted history to one instant per person, or the name of a built-in
        one.
    max_examples, labels, expected, raising
        See `check_trait`.

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
    >>> check_anchor("first_order", max_examples=5)
    """
    name = anchor if isinstance(anchor, str) else getattr(anchor, "__name__", "anchor")
    of = anchor_of(anchor)
    subject = _subject(f"anchor {name!r}", Trait(name, of, "instant"))
    laws = (*SHARED, BY_CUSTOMER, _before_as_of(of), _cohorts_add_up(anchor))
    return hold(subject, laws, max_examples, expected, labels=labels, raising=raising)


def _subject(thing: str, trait: Trait) -> Subject:
    def calls(view: CountedHistory) -> Sequence[Callable[[], Any]]:
        return (lambda: trait.of(view),)

    return Subject(
        thing=thing,
        analyses=lambda as_of: {trait.name: Traits((trait,), as_of=to_datetime(as_of))},
        read=read_table,
        calls=calls,
        problem=lambda view: problem_of(trait, view),
        is_by_customer=True,
    )


def read_table(table: CustomerTable) -> Answer:
    """Return the one column of a table as plain values by customer."""
    (column,) = table.columns.values()
    return {
        (customer,): repr(value) if isinstance(value, float) else value
        for customer, value in zip(table.ids.tolist(), column.values.tolist(), strict=True)
    }


def problem_of(trait: Trait, view: CountedHistory) -> str | None:
    """Return what is wrong with the declaration of a trait, or with what its function gives."""
    if trait.kind in UNITS and trait.unit != UNITS[trait.kind]:
        return f"the kind {trait.kind!r} goes with the unit {UNITS[trait.kind]!r}"
    if trait.kind in UNITLESS and trait.unit:
        return f"the kind {trait.kind!r} has no unit, and {trait.unit!r} is given"
    values = trait.of(view)
    if trait.kind == "label":
        return _label_problem(values, view.people)
    wanted = DTYPES[trait.kind]
    if not isinstance(values, np.ndarray) or values.shape != (view.people,):
        shape = getattr(values, "shape", type(values).__name__)
        return f"it gives {shape} for {view.people} people"
    if values.dtype != wanted:
        return f"it gives {values.dtype}, and the kind {trait.kind!r} promises {wanted}"
    if trait.kind == "number" and bool(np.isinf(values).any()):
        return "it gives an infinite number where it is undefined, which is NaN"
    return None


def _label_problem(values: Any, people: int) -> str | None:
    if isinstance(values, Labels):
        try:
            values.check("labels", people)
        except CustInsightsError as error:
            return str(error).rstrip(".")
        return None
    texts = np.asarray(values).tolist() if isinstance(values, np.ndarray) else values
    if not hasattr(texts, "__len__") or isinstance(texts, str) or len(texts) != people:
        return f"it does not give one label each for {people} people"
    wrong = next((text for text in texts if text is not None and not isinstance(text, str)), None)
    return None if wrong is None else f"it gives {wrong!r}, which is no text"


def _before_as_of(of: Anchor) -> Law:
    def broken(scene: Scene) -> str | None:
        view = scene.view()
        anchors = np.asarray(of(view))
        late = np.flatnonzero((anchors != NO_INSTANT) & (anchors >= view.as_of))
        if not len(late):
            return None
        customer = view.customer_ids.tolist()[int(late[0])]
        return f"{customer}: it gives {int(anchors[late[0]])} at or after as_of {view.as_of}"

    return Law(BEFORE, "Give the smallest int64 to whom the anchor has not come yet.", broken)


def _cohorts_add_up(anchor: str | Anchor) -> Law:
    def broken(scene: Scene) -> str | None:
        try:
            return _cohorts_differ(anchor, scene)
        except MissingData:
            return None
        except CustInsightsError as error:
            return f"the cohorts cannot be made: {str(error).rstrip('.')}"

    return Law(COHORTS, "Give instants of the customer's own facts, in microseconds UTC.", broken)


def _cohorts_differ(anchor: str | Anchor, scene: Scene) -> str | None:
    analysis = Cohorts(anchor=anchor, as_of=to_datetime(scene.as_of))

    def state(history: OrderHistory) -> Any:
        return analysis.summarise(history)

    first, second = scene.history.partition(2)
    whole = state(scene.history)
    merged = added(state(first), state(second))
    return None if merged == whole else "the cells of two parts do not add up to the whole's"
