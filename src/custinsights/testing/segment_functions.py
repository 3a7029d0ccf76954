"""Does a function that rules may call keep the laws?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal, overload

import attrs
import numpy as np

from custinsights.analyses.catalog import DEFAULT, Catalog
from custinsights.analyses.customers.traits import Traits
from custinsights.analyses.declaring.declarations import Trait
from custinsights.analyses.declaring.segment_functions import SegmentFunction
from custinsights.analyses.segments.judging import Judge
from custinsights.analyses.segments.words import CatalogWords
from custinsights.domain.fields import refuse_other
from custinsights.domain.rules.durations import Duration
from custinsights.domain.rules.printing import written
from custinsights.domain.rules.reading import read
from custinsights.domain.rules.tree import Argument, Call, IsUnknown
from custinsights.errors import InvalidValue
from custinsights.history.columnar.localtime import to_datetime
from custinsights.history.views.counted import CountedHistory
from custinsights.testing.laws import BY_CUSTOMER, SHARED, check_thing, hold
from custinsights.testing.outcomes import Outcome
from custinsights.testing.scenes import Subject
from custinsights.testing.traits import USUAL_EXAMPLES, problem_of, read_table

SHOWN = "shown"
_VERDICTS = np.array(["no", "yes", None], dtype=object)


@overload
def check_segment_function(
    function: SegmentFunction,
    *,
    arguments: Mapping[str, Any] | None = ...,
    max_examples: int = ...,
    labels: Iterable[str] = ...,
    expected: Mapping[str, str] | None = ...,
    raising: Literal[True] = ...,
) -> None: ...
@overload
def check_segment_function(
    function: SegmentFunction,
    *,
    arguments: Mapping[str, Any] | None = ...,
    max_examples: int = ...,
    labels: Iterable[str] = ...,
    expected: Mapping[str, str] | None = ...,
    raising: Literal[False],
) -> tuple[Outcome, ...]: ...
def check_segment_function(
    function: SegmentFunction,
    *,
    arguments: Mapping[str, Any] | None = None,
    max_examples: int = USUAL_EXAMPLES,
    labels: Iterable[str] = (),
    expected: Mapping[str, str] | None = None,
    raising: bool = True,
) -> tuple[Outcome, ...] | None:
    """Hold a function of rules to the laws on random histories, always the same ones.

    The laws are those of a trait (see `check_trait`), and hold for the number that explanations
    show as well: it works on every history and on an empty one; gives what its declaration promises
    (a flag is bool, or int8 of 1, 0 and -1 for unknown); changes no column; reads no clock and
    draws nothing; depends on neither the order of the rows nor the names of the customers nor
    anything at or after as_of; its whole is the sum of its parts; and it judges a customer by that
    customer's facts alone.

    Parameters
    ----------
    function
        What `custinsights.segment_function` made.
    arguments
        What it is called with, by name, as a rule would write it: texts, numbers, lists of texts,
        durations such as "90d". Check it with several, also with such as nobody meets.
    max_examples, labels, expected, raising
        See `check_trait`.

    Returns
    -------
    None or tuple of Outcome
        With ``raising=False`` one outcome per check.

    Raises
    ------
    RuleError
        If a rule could not call the function with these arguments.
    ContractBroken
        Naming every failed check, what broke it, and what to do.
    MissingExtra
        Without Hypothesis.

    Examples
    --------
    >>> from custinsights.analyses.declaring.segment_functions import segment_function
    >>> @segment_function(parameters={"at_least": "count"}, definition="Orders with a coupon.")
    ... def used_coupons(history, at_least=1):
    ...     return history.sum_per_customer(history.has("coupon")) >= at_least
    >>> check_segment_function(used_coupons, arguments={"at_least": 2}, max_examples=5)
    """
    check_thing("segment_function", function, SegmentFunction)
    catalog = attrs.evolve(DEFAULT, functions={**DEFAULT.functions, function.name: function})
    asked = _Asked(function, catalog, _call(function, catalog, arguments or {}))
    laws = (*SHARED, BY_CUSTOMER)
    return hold(asked.subject(), laws, max_examples, expected, labels=labels, raising=raising)


def _call(function: SegmentFunction, catalog: Catalog, arguments: Mapping[str, Any]) -> Call:
    """Return the call with some arguments, read as a rule reads it."""
    refuse_other(Mapping, "what the function is called with", arguments)
    options = tuple((str(name), _argument(value)) for name, value in arguments.items())
    text = f"{written(Call(function.name, (), options))} is None"
    found = read(text, CatalogWords(catalog))
    assert isinstance(found, IsUnknown)  # noqa: S101 - so it is written
    assert isinstance(found.value, Call)  # noqa: S101 - as above
    return found.value


def _argument(value: Any) -> Argument:
    match value:
        case None | str() | bool() | Decimal():
            return value
        case int() | float():
            return Decimal(str(value))
        case Duration():
            return value.text
        case list() | tuple():
            return tuple(map(_argument, value))
    what = "a rule cannot write an argument of the function"
    raise InvalidValue(what, type(value).__name__, "texts, numbers, and lists of these")


@attrs.frozen(eq=False)
class _Asked:
    """A call of a function."""

    function: SegmentFunction
    catalog: Catalog
    call: Call

    def subject(self) -> Subject:
        """Return what is put to the histories."""
        columns = {self.function.name: Trait(self.function.name, self.found, self._kind)}
        if self.function.shown is not None:
            columns[SHOWN] = Trait(SHOWN, self.shown, "number")
        return Subject(
            thing=f"function {self.function.name!r}",
            analyses=lambda as_of: {
                name: Traits((trait,), as_of=to_datetime(as_of)) for name, trait in columns.items()
            },
            read=read_table,
            calls=self.calls,
            problem=self.problem,
            is_by_customer=True,
        )

    @property
    def _kind(self) -> str:
        gives = self.function.signature.gives
        return "label" if gives == "flag" else gives

    def values(self, view: CountedHistory) -> Any:
        """Return what the function gives."""
        return self.function.of(view, **Judge(view, self.catalog).arguments(self.call))

    def found(self, view: CountedHistory) -> Any:
        """Return what the function gives, flags as words, so that they may be unknown."""
        values = self.values(view)
        return _VERDICTS.take(np.asarray(values, dtype=np.int8)) if self._is_flag else values

    def shown(self, view: CountedHistory) -> Any:
        """Return the number that explanations show, as floats."""
        assert self.function.shown is not None  # noqa: S101 - asked where there is one
        arguments = Judge(view, self.catalog).arguments(self.call)
        return np.asarray(self.function.shown(view, **arguments), dtype=np.float64)

    def calls(self, view: CountedHistory) -> Sequence[Callable[[], Any]]:
        """Return the calls in which nothing may be changed, and no clock read."""
        found = (lambda: self.values(view),)
        return found if self.function.shown is None else (*found, lambda: self.shown(view))

    @property
    def _is_flag(self) -> bool:
        return self.function.signature.gives == "flag"

    def problem(self, view: CountedHistory) -> str | None:
        """Return what is wrong with what the function gives, or with what it shows."""
        if self.function.shown is not None:
            shown = self.shown(view)
            if shown.shape != (view.people,) or np.isinf(shown).any():
                return f"what it shows is not one finite number each for {view.people} people"
        if not self._is_flag:
            kind, unit = self.function.signature.gives, self.function.unit
            return problem_of(Trait(self.function.name, self.values, kind, unit), view)
        values = self.values(view)
        if not isinstance(values, np.ndarray) or values.shape != (view.people,):
            shape = getattr(values, "shape", type(values).__name__)
            return f"it gives {shape} for {view.people} people"
        if values.dtype not in (np.bool_, np.int8):
            return f"it gives {values.dtype}, and a flag is bool, or int8 with -1 where unknown"
        if values.dtype == np.int8 and not np.isin(values, (-1, 0, 1)).all():
            return "it gives another number than 1, 0, and -1 where it is unknown"
        return None
