"""How is a function in a rule called? Its arguments against its parameters."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping

from custinsights.domain.rules.durations import date_of, is_duration
from custinsights.domain.rules.places import Source, nearest_of
from custinsights.domain.rules.signatures import ARGUMENTS, NUMERIC, TIMED, Parameter, Signature
from custinsights.domain.rules.tree import Argument, Attribute, Call, Name
from custinsights.errors import RuleError

MOST_LISTED = 1_000
_OF_TABLE = ("birthday", "created_at")


def read_call(source: Source, node: ast.Call) -> Attribute | Call:
    """Return what a call means, or refuse it."""
    if not isinstance(node.func, ast.Name):
        raise RuleError(
            "only functions of the catalog can be called", "a name", *source.place(node.func)
        )
    name = node.func.id
    if name == "attribute":
        return _attribute(source, node)
    signature = source.words.function(name)
    if signature is None:
        if source.words.kind_of(name) is not None:
            raise RuleError(
                f"{name} is a trait and takes no brackets", f"{name} alone", *source.place(node)
            )
        what = f"there is no function named {name!r}"
        raise RuleError(
            what,
            "a function of the catalog",
            *source.place(node.func),
            nearest_of(name, source.words.known()),
        )
    given = _by_parameter(source, node, signature)
    read = {
        parameter.name: _READERS[parameter.kind](source, given[parameter.name], parameter)
        for parameter in signature.parameters
        if parameter.name in given
    }
    required = tuple(one.name for one in signature.parameters if one.required)
    options = tuple((name, value) for name, value in read.items() if name not in required)
    if signature.needs_one_of_the_options and not options:
        what = f"{signature.name} is told nothing to look for"
        raise RuleError(what, f"one or more of the options of {signature}", *source.place(node))
    return Call(name, tuple(read[one] for one in required), options)


def _attribute(source: Source, node: ast.Call) -> Attribute:
    name = node.args[0] if len(node.args) == 1 and not node.keywords else None
    text = name.value if isinstance(name, ast.Constant) else None
    if not isinstance(text, str) or not text.isidentifier():
        expected = 'attribute("name"), the name being one word'
        raise RuleError(
            "an attribute is asked for by its name alone", expected, *source.place(node)
        )
    return Attribute(text)


def _by_parameter(source: Source, node: ast.Call, signature: Signature) -> Mapping[str, ast.expr]:
    """Return the argument of each parameter that is given."""
    parameters = {one.name: one for one in signature.parameters}
    names = tuple(parameters)
    given: dict[str, ast.expr] = {}
    for place, argument in enumerate(node.args):
        if isinstance(argument, ast.Starred) or place >= len(names):
            raise RuleError(
                f"{signature.name} takes no further argument",
                str(signature),
                *source.place(argument),
            )
        if not parameters[names[place]].required:
            what = f"this argument of {signature.name} must be named"
            raise RuleError(what, str(signature), *source.place(argument))
        given[names[place]] = argument
    for keyword in node.keywords:
        if keyword.arg is None or keyword.arg not in parameters:
            what = f"{signature.name} has no parameter {keyword.arg!r}"
            raise RuleError(
                what, str(signature), *source.place(keyword), nearest_of(str(keyword.arg), names)
            )
        if keyword.arg in given:
            raise RuleError(f"{keyword.arg} is given twice", str(signature), *source.place(keyword))
        given[keyword.arg] = keyword.value
    missing = [name for name, one in parameters.items() if one.required and name not in given]
    if missing:
        raise RuleError(f"{signature.name} needs {missing[0]}", str(signature), *source.place(node))
    return given


def _wrong(source: Source, node: ast.expr, parameter: Parameter) -> tuple[str, str, str, int, int]:
    what = f"{parameter.name} is something else than it should be"
    return (what, ARGUMENTS[parameter.kind], *source.place(node))


def _said(node: ast.expr) -> str | None:
    """Return a text that says something, None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.strip():
        return node.value
    return None


def _text(source: Source, node: ast.expr, parameter: Parameter) -> Argument:
    text = _said(node)
    if text is None:
        raise RuleError(*_wrong(source, node, parameter))
    return text


def _texts(source: Source, node: ast.expr, parameter: Parameter) -> Argument:
    if not isinstance(node, ast.List | ast.Tuple):
        return _text(source, node, parameter)
    if not 0 < len(node.elts) <= MOST_LISTED:
        what = f"{parameter.name} is an empty list or a very long one"
        raise RuleError(what, f"from 1 to {MOST_LISTED:,} texts", *source.place(node))
    return tuple(dict.fromkeys(_text(source, one, parameter) for one in node.elts))


def _number(source: Source, node: ast.expr, parameter: Parameter) -> Argument:
    number = source.number(node)
    if number is None:
        raise RuleError(*_wrong(source, node, parameter))
    return number


def _count(source: Source, node: ast.expr, parameter: Parameter) -> Argument:
    number = source.number(node)
    if number is None or number < 1 or number != number.to_integral_value():
        raise RuleError(*_wrong(source, node, parameter))
    return number.to_integral_value()


def _duration(source: Source, node: ast.expr, parameter: Parameter) -> Argument:
    text = _said(node)
    if text is None or not is_duration(text):
        raise RuleError(*_wrong(source, node, parameter))
    return text


def _span(source: Source, node: ast.expr, parameter: Parameter) -> Argument:
    if not isinstance(node, ast.List | ast.Tuple) or len(node.elts) != 2:  # noqa: PLR2004
        raise RuleError(*_wrong(source, node, parameter))
    ends = tuple(_end(source, one, parameter) for one in node.elts)
    if ends == (None, None):
        raise RuleError(
            f"{parameter.name} is open on both sides", ARGUMENTS["span"], *source.place(node)
        )
    first, last = (date_of(end) if isinstance(end, str) else None for end in ends)
    if first is not None and last is not None and first >= last:
        raise RuleError(
            f"{parameter.name} ends before it begins", ARGUMENTS["span"], *source.place(node)
        )
    return ends


def _end(source: Source, node: ast.expr, parameter: Parameter) -> Argument:
    if isinstance(node, ast.Constant) and node.value is None:
        return None
    text = _said(node)
    if text is None or not (is_duration(text) or date_of(text)):
        raise RuleError(*_wrong(source, node, parameter))
    return text


def _trait(source: Source, node: ast.expr, parameter: Parameter) -> Argument:
    name = node.id if isinstance(node, ast.Name) else _said(node) or ""
    kind = source.words.kind_of(name)
    if kind is None:
        what = f"there is no trait named {name!r}" if name else "this is no trait"
        raise RuleError(
            what,
            ARGUMENTS[parameter.kind],
            *source.place(node),
            nearest_of(name, source.words.known()),
        )
    if kind not in NUMERIC:
        raise RuleError(f"{name} is no number", ARGUMENTS[parameter.kind], *source.place(node))
    return Name(name)


def _moment(source: Source, node: ast.expr, parameter: Parameter) -> Argument:
    name = node.id if isinstance(node, ast.Name) else _said(node) or ""
    if name in _OF_TABLE or source.words.kind_of(name) in TIMED:
        return name
    known = (*_OF_TABLE, *(one for one in source.words.known() if one.endswith("_at")))
    what = f"{name!r} is no time or date of a customer"
    raise RuleError(what, ARGUMENTS[parameter.kind], *source.place(node), nearest_of(name, known))


_READERS: Mapping[str, Callable[[Source, ast.expr, Parameter], Argument]] = {
    "text": _text,
    "texts": _texts,
    "number": _number,
    "count": _count,
    "duration": _duration,
    "span": _span,
    "trait": _trait,
    "moment": _moment,
}
