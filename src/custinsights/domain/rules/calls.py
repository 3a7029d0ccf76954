"""How is a function in a rule called? Its arguments against its parameters."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import NoReturn

from custinsights.domain.people import MOST_DEGREES
from custinsights.domain.rules.durations import is_duration, means_day, never_before
from custinsights.domain.rules.places import Source
from custinsights.domain.rules.signatures import (
    ARGUMENTS,
    NUMERIC,
    TIMED,
    VALUES,
    Parameter,
    Signature,
)
from custinsights.domain.rules.tree import Argument, Attribute, Call, Name
from custinsights.errors.wording import nearest_of

ATTRIBUTE = 'attribute("name")'
_OF_TABLE = ("birthday", "created_at")


def read_call(source: Source, node: ast.Call) -> Attribute | Call:
    """Return what a call means, or refuse it."""
    assert isinstance(node.func, ast.Name)  # noqa: S101 - the text has been checked
    name = node.func.id
    if name == "attribute":
        return _attribute(source, node)
    signature = source.words.function(name)
    if signature is None:
        _refuse_call(source, node, name)
    given = _by_parameter(source, node, signature)
    arguments = {
        parameter.name: _READERS[parameter.kind](source, given[parameter.name], parameter)
        for parameter in signature.parameters
        if parameter.name in given
    }
    required = [one.name for one in signature.parameters if one.required]
    options = tuple((name, value) for name, value in arguments.items() if name not in required)
    if signature.needs_one_of_the_options and not options:
        what = f"the function {name!r} is told nothing to look for"
        source.refuse(node, what, f"one or more of the options of {signature}")
    return Call(name, tuple(arguments[name] for name in required), options)


def _refuse_call(source: Source, node: ast.Call, name: str) -> NoReturn:
    if source.words.kind_of(name) is not None:
        source.refuse(node, f"the trait {name!r} takes no brackets", f"{name} alone")
    what = f"there is no function named {name!r}"
    words = source.words
    traits = set(words.traits_of(VALUES))
    functions = [one for one in dict.fromkeys(("attribute", *words.known())) if one not in traits]
    expected = f"a function: {', '.join(sorted(functions))}"
    nearest = nearest_of(name, functions) or nearest_of(name, words.known())
    source.refuse(node.func, what, expected, nearest)


def _attribute(source: Source, node: ast.Call) -> Attribute:
    name = _said(node.args[0]) if len(node.args) == 1 and not node.keywords else None
    if name is None or not name.isidentifier():
        what = f"no attribute of customers is named by {source.said(node)}"
        source.refuse(node, what, f"{ATTRIBUTE} with a name of letters, digits and _")
    return Attribute(name)


def _by_parameter(source: Source, node: ast.Call, signature: Signature) -> Mapping[str, ast.expr]:
    """Return the argument of each parameter that is given."""
    parameters = {one.name: one for one in signature.parameters}
    names, expected = tuple(parameters), str(signature)
    given: dict[str, ast.expr] = {}
    for place, argument in enumerate(node.args):
        if place >= len(names):
            what = f"the function {signature.name!r} takes no further argument"
            source.refuse(argument, what, expected)
        if not parameters[names[place]].required:
            what = f"this argument of {signature.name!r} must be named"
            source.refuse(argument, what, expected)
        given[names[place]] = argument
    for keyword in node.keywords:
        name = str(keyword.arg)
        if name not in parameters:
            what = f"the function {signature.name!r} has no argument {name!r}"
            source.refuse(keyword, what, expected, nearest_of(name, names))
        if name in given:
            source.refuse(keyword, f"the argument {name!r} is given twice", expected)
        given[name] = keyword.value
    missing = [name for name, one in parameters.items() if one.required and name not in given]
    if missing:
        what = f"the function {signature.name!r} needs the argument {missing[0]!r}"
        source.refuse(node, what, expected)
    return given


def _refuse_argument(
    source: Source, node: ast.expr, parameter: Parameter, nearest: str | None = None
) -> NoReturn:
    what = f"the argument {parameter.name!r} cannot be {source.said(node)}"
    source.refuse(node, what, ARGUMENTS[parameter.kind], nearest)


def _said(node: ast.expr) -> str | None:
    """Return a text that says something, None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.strip():
        return node.value
    return None


def _text(source: Source, node: ast.expr, parameter: Parameter) -> str:
    text = _said(node)
    if text is None:
        _refuse_argument(source, node, parameter)
    return text


def _texts(source: Source, node: ast.expr, parameter: Parameter) -> Argument:
    if not isinstance(node, ast.List | ast.Tuple):
        return _text(source, node, parameter)
    texts = tuple(dict.fromkeys(_text(source, one, parameter) for one in source.listed(node)))
    return texts if len(texts) > 1 else texts[0]


def _number(source: Source, node: ast.expr, parameter: Parameter) -> Argument:
    number = source.number(node)
    if number is None:
        _refuse_argument(source, node, parameter)
    return number


def _degrees(source: Source, node: ast.expr, parameter: Parameter) -> Argument:
    number = source.number(node)
    if number is None or abs(number) > MOST_DEGREES[parameter.kind]:
        _refuse_argument(source, node, parameter)
    return number


def _distance(source: Source, node: ast.expr, parameter: Parameter) -> Argument:
    number = source.number(node)
    if number is None or number <= 0:
        _refuse_argument(source, node, parameter)
    return number


def _count(source: Source, node: ast.expr, parameter: Parameter) -> Argument:
    number = source.number(node)
    if number is None or number < 1 or number != number.to_integral_value():
        _refuse_argument(source, node, parameter)
    return number.to_integral_value()


def _duration(source: Source, node: ast.expr, parameter: Parameter) -> Argument:
    text = _said(node)
    if text is None or not is_duration(text):
        _refuse_argument(source, node, parameter)
    return text


def _span(source: Source, node: ast.expr, parameter: Parameter) -> Argument:
    if not isinstance(node, ast.List | ast.Tuple) or len(node.elts) != 2:  # noqa: PLR2004 - a pair
        _refuse_argument(source, node, parameter)
    ends = [_end(source, one, parameter) for one in node.elts]
    if ends == [None, None]:
        what = f"the argument {parameter.name!r} is open on both sides"
        source.refuse(node, what, ARGUMENTS[parameter.kind])
    first, last = ends
    if first is not None and last is not None and never_before(first, last):
        what = f"the argument {parameter.name!r} ends before or on the day on which it begins"
        source.refuse(node, what, ARGUMENTS[parameter.kind])
    return tuple(ends)


def _end(source: Source, node: ast.expr, parameter: Parameter) -> str | None:
    if isinstance(node, ast.Constant) and node.value is None:
        return None
    text = _said(node)
    if text is None or not means_day(text):
        _refuse_argument(source, node, parameter)
    return text


def _trait(source: Source, node: ast.expr, parameter: Parameter) -> Argument:
    return Name(_name_of(source, node, parameter, NUMERIC))


def _moment(source: Source, node: ast.expr, parameter: Parameter) -> Argument:
    return _name_of(source, node, parameter, TIMED, _OF_TABLE)


def _name_of(
    source: Source,
    node: ast.expr,
    parameter: Parameter,
    kinds: tuple[str, ...],
    further: tuple[str, ...] = (),
) -> str:
    """Return the name of a trait of some kinds, with or without quotes, or a further name."""
    name = node.id if isinstance(node, ast.Name) else _said(node) or ""
    if name not in further and source.words.kind_of(name) not in kinds:
        traits = source.words.traits_of(kinds)
        is_known = source.words.kind_of(name) is not None
        nearest = None if is_known else nearest_of(name, (*further, *traits))
        _refuse_argument(source, node, parameter, nearest)
    return name


_READERS: Mapping[str, Callable[[Source, ast.expr, Parameter], Argument]] = {
    "text": _text,
    "texts": _texts,
    "number": _number,
    **dict.fromkeys(MOST_DEGREES, _degrees),
    "distance": _distance,
    "count": _count,
    "duration": _duration,
    "span": _span,
    "trait": _trait,
    "moment": _moment,
}
