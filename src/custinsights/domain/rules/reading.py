"""How does text become a rule? Parsed as an expression of Python, of which little is allowed.

The parser of the standard library reads the text; what is not on the list here is refused with its
place. Nothing is ever run.
"""

from __future__ import annotations

import ast
from decimal import Decimal
from typing import NoReturn

from custinsights.domain.fields import refuse_other
from custinsights.domain.rules.calls import ATTRIBUTE, read_call
from custinsights.domain.rules.durations import means_day
from custinsights.domain.rules.lexing import GRAMMAR, VALUE, check_text
from custinsights.domain.rules.places import Source
from custinsights.domain.rules.printing import written
from custinsights.domain.rules.signatures import NUMERIC, TIMED, VALUES, Words
from custinsights.domain.rules.tree import (
    TURNED,
    Among,
    Arithmetic,
    Attribute,
    Call,
    Comparison,
    Condition,
    Is,
    IsUnknown,
    Literal,
    Name,
    Not,
    Value,
    every,
    negated,
    nodes_of,
    some,
)
from custinsights.errors import RuleError
from custinsights.errors.wording import listed, nearest_of

_COMPARISONS: dict[type[ast.AST], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_ARITHMETIC: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
}
_FITTING = {
    "label": 'a text in quotes, such as "US"',
    "flag": "True or False",
    "any": "a number, a text in quotes, True or False",
    **dict.fromkeys(NUMERIC, "a number, such as 3 or 0.25"),
    **dict.fromkeys(TIMED, 'a date such as "2024-01-31", or a duration such as "90d" before as_of'),
}
_SHARE = "<, <=, > or >= and a number from 0 to 1, such as 0.9"
_ASKED = "a trait, an attribute or a function"


def read(text: str, words: Words) -> Condition:
    """Return the rule that a text writes.

    Parameters
    ----------
    text
        An expression as in Python: comparisons (``==``, ``!=``, ``<``, ``<=``, ``>``, ``>=``,
        ``in``, ``not in``, ``is None``, ``is not None``), joined by ``and``, ``or``, ``not``;
        numbers may be added, subtracted, multiplied and divided.
    words
        Which traits and functions there are.

    Returns
    -------
    Condition
        The tree; `written` gives its text, which reads back as the same tree.

    Raises
    ------
    InvalidValue
        If the text is none.
    RuleError
        If something else is written; the error points at the place and names the nearest word.

    Examples
    --------
    >>> from custinsights.domain.rules.signatures import Vocabulary
    >>> read("2 <= order_count < 5", Vocabulary({"order_count": "count"})).parts[0].sign
    '>='
    """
    refuse_other(str, "the text of a rule", text)
    check_text(text)
    source = Source(text, words)
    try:
        parsed = source.parsed()
    except SyntaxError as error:  # no text is known that comes here
        raise RuleError("this cannot be read", GRAMMAR, text, 0, len(text)) from error
    rule = _condition(source, parsed)
    check_text(written(rule))  # with its chains written out it may be longer and deeper
    return rule


def _condition(source: Source, node: ast.expr) -> Condition:
    match node:
        case ast.BoolOp(op=ast.And(), values=values):
            return every(_condition(source, value) for value in values)
        case ast.BoolOp(values=values):
            return some(_condition(source, value) for value in values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return negated(_condition(source, operand))
        case ast.Compare():
            return every(_links(source, node))
    value, said = _value(source, node), source.said(node)
    if not _asks(value):
        source.refuse(node, f"{said} alone says nothing about a customer", GRAMMAR)
    kind = _kind(source, value)
    if kind not in ("flag", "any"):
        what = f"a condition belongs here, and {said} is {VALUES[kind]}"
        source.refuse(node, what, f"a comparison of it with {_FITTING[kind]}")
    return Is(value)


def _links(source: Source, node: ast.Compare) -> list[Condition]:
    """Return each comparison of a chain: ``1 < a < 3`` is ``a > 1 and a < 3``."""
    ends = [node.left, *node.comparators]
    return [
        _link(source, left, sign, right)
        for left, sign, right in zip(ends, node.ops, ends[1:], strict=False)
    ]


def _link(source: Source, left: ast.expr, sign: ast.cmpop, right: ast.expr) -> Condition:
    match sign:
        case ast.Is():
            return _unknown(source, left, right)
        case ast.IsNot():
            return Not(_unknown(source, left, right))
        case ast.In():
            return _among(source, left, right)
        case ast.NotIn():
            return Not(_among(source, left, right))
    return _comparison(source, left, _COMPARISONS[type(sign)], right)


def _unknown(source: Source, left: ast.expr, right: ast.expr) -> IsUnknown:
    if not (isinstance(right, ast.Constant) and right.value is None):
        what = f"after 'is' stands {source.said(right)}, and not None"
        source.refuse(right, what, "None, to ask whether something is unknown, or ==")
    value = _asked(source, left)
    _refuse_share(source, left, value)
    return IsUnknown(value)


def _comparison(source: Source, left: ast.expr, sign: str, right: ast.expr) -> Condition:
    first, second = _value(source, left), _value(source, right)
    if not (_asks(first) or _asks(second)):
        what = f"{source.said(left)} {sign} {source.said(right)} says nothing about a customer"
        source.refuse(left, what, f"{_ASKED} on one side")
    if isinstance(first, Literal):
        left, first, sign, right, second = right, second, TURNED[sign], left, first
    is_written = isinstance(second, Literal) and sign not in ("==", "!=")
    if not is_written or not _is_share(source, first):
        _refuse_share(source, left, first)
        _refuse_share(source, right, second)
    if isinstance(second, Literal):
        _check_literal(source, left, first, right, second)
    else:
        _check_pair(source, left, first, right, second)
    if sign not in ("==", "!="):
        _check_order(source, left, first, right, second)
    if isinstance(second, Literal) and isinstance(second.value, bool):
        return Is(first) if second.value == (sign == "==") else Not(Is(first))
    return Comparison(first, sign, second)


def _is_share(source: Source, value: Value) -> bool:
    signature = source.words.function(value.function) if isinstance(value, Call) else None
    return signature is not None and signature.gives_a_share


def _refuse_share(source: Source, node: ast.expr, value: Value) -> None:
    if _is_share(source, value):
        what = f"{source.said(node)} can only be compared with a written share"
        source.refuse(node, what, _SHARE)


def _check_literal(
    source: Source, left: ast.expr, value: Value, right: ast.expr, literal: Literal
) -> None:
    """Refuse a literal that cannot be what a value is."""
    kind, given = _kind(source, value), literal.value
    if _is_share(source, value) and not (isinstance(given, Decimal) and 0 <= given <= 1):
        what = f"{source.said(right)} is no share of the customers"
        source.refuse(right, what, "a number from 0 to 1, such as 0.9")
    if kind in NUMERIC:
        fits = isinstance(given, Decimal)
    elif kind in TIMED:
        fits = _is_time(given)
    else:
        fits = kind == "any" or isinstance(given, str if kind == "label" else bool)
    if not fits:
        what = f"{source.said(right)} does not fit {source.said(left)}, which is {VALUES[kind]}"
        source.refuse(right, what, _FITTING[kind])
    labels = source.words.labels_of(value.name) if isinstance(value, Name) else None
    if labels is not None and isinstance(given, str) and given not in labels:
        what = f"{source.said(left)} is never {source.said(right)}"
        source.refuse(right, what, listed(labels), nearest_of(given, labels))


def _check_pair(
    source: Source, left: ast.expr, first: Value, right: ast.expr, second: Value
) -> None:
    """Refuse two values of one customer that have nothing in common."""
    kinds = (_kind(source, first), _kind(source, second))
    alike = {"number" if kind in NUMERIC else kind for kind in kinds}
    said = [
        f"{source.said(node)} ({VALUES[kind]})"
        for node, kind in zip((left, right), kinds, strict=True)
    ]
    what = f"these cannot be compared: {' and '.join(said)}"
    if "flag" in alike:
        source.refuse(right, what, "and, or, not where something is true or false")
    if len(alike - {"any"}) > 1:
        source.refuse(right, what, "two values of one kind")


def _check_order(
    source: Source, left: ast.expr, first: Value, right: ast.expr, second: Value
) -> None:
    """Refuse to ask which of two texts or flags is the greater one."""
    for node, value in ((left, first), (right, second)):
        kind = _kind(source, value)
        is_time = isinstance(value, Literal) and _is_time(value.value)
        if kind in ("label", "flag") and not is_time:
            what = f"there is no order in {source.said(node)}, which is {VALUES[kind]}"
            source.refuse(node, what, "== or !=")


def _is_time(given: object) -> bool:
    return isinstance(given, str) and means_day(given)


def _among(source: Source, left: ast.expr, right: ast.expr) -> Among:
    value = _asked(source, left)
    _refuse_share(source, left, value)
    kind = _kind(source, value)
    if kind == "flag":
        what = f"no list is needed for {source.said(left)}, which is {VALUES[kind]}"
        source.refuse(left, what, f"{source.said(left)} alone, or not before it")
    if not isinstance(right, ast.List | ast.Tuple):
        what = f"after 'in' stands {source.said(right)}, and no list"
        source.refuse(right, what, 'a list such as ["US", "CA"]')
    options = []
    for one in source.listed(right):
        option = _literal(source, one)
        if option is None or isinstance(option.value, bool):
            what = f"a list cannot hold {source.said(one)}"
            source.refuse(one, what, "numbers, or texts in quotes")
        _check_literal(source, left, value, one, option)
        options.append(option)
    return Among(value, tuple(dict.fromkeys(options)))


def _asked(source: Source, node: ast.expr) -> Value:
    value = _value(source, node)
    if not _asks(value):
        what = f"{source.said(node)} is no question about a customer"
        source.refuse(node, what, _ASKED)
    return value


def _asks(value: Value) -> bool:
    """Whether a value says something about a customer: it is not written out."""
    return any(isinstance(part, Name | Attribute | Call) for part in nodes_of(value))


def _literal(source: Source, node: ast.expr) -> Literal | None:
    number = source.number(node)
    if number is not None:
        return Literal(number)
    if isinstance(node, ast.Constant) and isinstance(node.value, str | bool):
        return Literal(node.value)
    return None


def _value(source: Source, node: ast.expr) -> Value:
    literal = _literal(source, node)
    if literal is not None:
        return literal
    if isinstance(node, ast.Name):
        return _name(source, node)
    if isinstance(node, ast.Call):
        return read_call(source, node)
    if not isinstance(node, ast.BinOp):
        _refuse_value(source, node)
    left, right = _number(source, node.left), _number(source, node.right)
    return Arithmetic(_ARITHMETIC[type(node.op)], left, right)


def _refuse_value(source: Source, node: ast.expr) -> NoReturn:
    match node:
        case ast.Constant():
            what = "None stands where a value belongs"
            source.refuse(node, what, "is None or is not None, to ask for what is unknown")
        case ast.List() | ast.Tuple():
            what = "a list stands where a value belongs"
            source.refuse(node, what, f"{VALUE}; a list only after in")
        case ast.UnaryOp(op=ast.USub() | ast.UAdd()):
            what = f"the sign before {source.said(node.operand)} belongs to no written number"
            source.refuse(node, what, "a number after the sign, or a value before it")
    source.refuse(node, "a condition stands where a value belongs", VALUE)


def _name(source: Source, node: ast.Name) -> Name:
    if source.words.kind_of(node.id) is None:
        _refuse_name(source, node, node.id)
    return Name(node.id)


def _refuse_name(source: Source, node: ast.Name, name: str) -> NoReturn:
    function = ATTRIBUTE if name == "attribute" else source.words.function(name)
    if function is not None:
        source.refuse(node, f"the function {name!r} has no brackets", str(function))
    what = f"there is no trait named {name!r}"
    known = source.words.known()
    traits = source.words.traits_of(VALUES)
    near = nearest_of(name, ("True", "False", "None", *traits)) or nearest_of(name, known)
    nearest = source.words.meant(name) or near
    source.refuse(node, what, f'a trait, attribute("{name}") or the text "{name}"', nearest)


def _number(source: Source, node: ast.expr) -> Value:
    value = _value(source, node)
    _refuse_share(source, node, value)
    kind = _kind(source, value)
    if kind not in (*NUMERIC, "any"):
        what = f"nothing can be calculated with {source.said(node)}, which is {VALUES[kind]}"
        source.refuse(node, what, "a number")
    return value


def _kind(source: Source, value: Value) -> str:
    """Return the kind of a value, one of `VALUES`."""
    match value:
        case Literal(Decimal()) | Arithmetic():
            return "number"
        case Literal(bool()):
            return "flag"
        case Literal():
            return "label"
        case Attribute():
            return "any"
        case Name(name):
            return source.words.kind_of(name) or "any"
        case Call(function):
            signature = source.words.function(function)
            return "any" if signature is None else signature.gives
