"""What may a rule ask beside traits? Functions of a customer's facts, with arguments."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

import attrs
from attrs.validators import optional

from custinsights.analyses.declaring.declarations import OVER_TIME
from custinsights.analyses.declaring.declared import Declared
from custinsights.domain.fields import any_text, function, instance, named
from custinsights.domain.rules.durations import Duration
from custinsights.domain.rules.printing import written
from custinsights.domain.rules.signatures import ARGUMENTS, VALUES, Parameter, Signature
from custinsights.domain.rules.tree import Argument, Call
from custinsights.errors import CustInsightsError, InvalidValue, MissingData, UnknownName
from custinsights.errors.wording import listed, sentences

RuleFunction: TypeAlias = Callable[..., Any]
"""From a counted history and arguments by name to one value per known person."""


@attrs.frozen(kw_only=True)
class Compared:
    """With what a function compared what it counted for one customer.

    Parameters
    ----------
    threshold
        With what.
    value, unit
        What decides, and its unit, where it is another number than the one that `shown` counts.
    since
        The first local day that counts; None where all do.
    """

    threshold: Decimal | int
    value: Decimal | None = None
    unit: str = ""
    since: date | None = None


@attrs.frozen
class SegmentFunction:
    """A function that rules may call: one value per customer, from that customer's facts alone.

    Parameters
    ----------
    signature
        Its name, its parameters, and what it gives.
    of
        From a counted history and the arguments by name to an array over its k people: as a
        `Trait` of the kind that it gives. A ``"texts"`` argument comes as a tuple, a ``"count"`` as
        an int, a ``"number"``, ``"latitude"``, ``"longitude"`` or ``"distance"`` as a Decimal, a
        ``"duration"`` as a `Duration`, a ``"span"`` as a
        pair of texts or None, a ``"moment"`` as datetime64[D][k], NaT where unknown, a ``"trait"``
        as float64[k] in natural units, NaN where unknown. A flag may also be int8[k]: 1, 0, and -1
        where it is unknown.
    shown
        For one that gives flags: the number that is counted, such as how many orders were found,
        shown by explanations beside the verdict; called as `of` is.
    unit
        What that number, or the value itself, is counted in.
    compared
        What explanations say that number is compared with: called as `of` is, with the facts of one
        customer, it gives a `Compared`.
    distribution
        The installed package that brought it, or None for ours.
    over_time
        What becomes of it while nothing happens: see `Trait`.
    """

    signature: Signature = attrs.field(validator=instance(Signature))
    of: RuleFunction = attrs.field(validator=function)
    shown: RuleFunction | None = attrs.field(default=None, validator=optional(function))
    unit: str = attrs.field(default="", validator=any_text)
    compared: RuleFunction | None = attrs.field(
        default=None, validator=optional(function), kw_only=True
    )
    distribution: str | None = None
    over_time: str = attrs.field(default="changes", validator=named("course over time", OVER_TIME))

    @property
    def name(self) -> str:
        """The word before the bracket."""
        return self.signature.name

    @property
    def definition(self) -> str:
        """One sentence."""
        return self.signature.definition

    def arguments(self, call: Call) -> dict[str, Any]:
        """Return the arguments of a call by name, each as the function wants it."""
        required = [one.name for one in self.signature.parameters if one.required]
        given = {**dict(zip(required, call.arguments, strict=True)), **dict(call.options)}
        kinds = {one.name: one.kind for one in self.signature.parameters}
        return {name: _wanted(kinds[name], value) for name, value in given.items()}


@contextmanager
def asking(call: Call) -> Iterator[None]:
    """Let what goes wrong in a function name the call, as the rule writes it."""
    said = written(call)
    try:
        yield
    except MissingData as error:
        raise MissingData(error.what, f"the function {said}", error.advice) from error
    except InvalidValue as error:
        advice = sentences(f"It is asked by {said}", error.advice)
        raise InvalidValue(error.what, error.given, error.allowed, advice) from error
    except CustInsightsError:
        raise
    except Exception as error:
        what = f"the function {said} fails"
        told = f"{type(error).__name__}: {error}"
        raise InvalidValue(what, told, "an answer about the people of any history") from error


def _wanted(kind: str, value: Argument) -> Any:
    if kind == "texts":
        return (value,) if isinstance(value, str) else value
    if kind == "count" and isinstance(value, Decimal):
        return int(value)
    if kind == "duration" and isinstance(value, str):
        return Duration(value)
    return value


def segment_function(
    *,
    parameters: Mapping[str, str],
    definition: str,
    name: str | None = None,
    gives: str = "flag",
    unit: str = "",
    shown: RuleFunction | None = None,
    compared: RuleFunction | None = None,
    needs_one_of_the_options: bool = False,
    over_time: str = "changes",
) -> Callable[[RuleFunction], SegmentFunction]:
    """Declare a function that rules may call: a decorator.

    Parameters
    ----------
    parameters
        Name -> kind of argument, one of `custinsights.domain.rules.signatures.ARGUMENTS`: "text",
        "texts", "number", "latitude", "longitude", "distance", "count", "duration", "span",
        "trait", "moment"; see `SegmentFunction.of`.
        Those for which the function has no default are required, come first and may be given by
        position.
    definition
        One sentence.
    name
        Default: the function's name.
    gives
        ``"flag"``: a condition by itself; or another kind of trait, to be compared.
    unit, shown, compared
        See `SegmentFunction`.
    needs_one_of_the_options
        Whether one of the parameters that are not required must be given.
    over_time
        See `Trait`: ``"stays"`` where only facts change it, so that rules need not ask again.

    Examples
    --------
    >>> @segment_function(
    ...     parameters={"at_least": "count"}, definition="Orders with a coupon, at least so many."
    ... )
    ... def used_coupons(history, at_least=1):
    ...     return history.sum_per_customer(history.has("coupon")) >= at_least
    >>> str(used_coupons.signature)
    'used_coupons(at_least=)'
    """
    if not isinstance(definition, str) or not definition.strip():
        what = "the definition of a function of rules says nothing"
        raise InvalidValue(what, definition, "one sentence, which documentation and reports show")
    for kind in parameters.values():
        if kind not in ARGUMENTS:
            raise UnknownName("kind of argument", kind, tuple(ARGUMENTS))
    if gives not in VALUES or gives in ("any", "date"):
        raise UnknownName("kind of value", gives, tuple(VALUES))

    def declare(function: RuleFunction) -> SegmentFunction:
        declared = Declared(function)
        taken = inspect.signature(function).parameters
        own = list(taken.values())[1:]
        required = {one.name: one.default is inspect.Parameter.empty for one in own}
        if [one.name for one in own] != list(parameters):
            raise InvalidValue(
                what="the parameters that are declared are not those of the function",
                given=dict(parameters),
                allowed=f"a kind for each of {listed(one.name for one in own)}, in order"
                if own
                else "none: beside the history the function takes nothing",
            )
        return SegmentFunction(
            Signature(
                getattr(function, "__name__", "") if name is None else name,
                gives,
                [Parameter(one, kind, required[one]) for one, kind in parameters.items()],
                definition,
                needs_one_of_the_options,
            ),
            declared,
            shown,
            unit,
            compared=compared,
            over_time=over_time,
        )

    return declare
