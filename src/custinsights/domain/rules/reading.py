"""How does text become a rule? Parsed as an expression of Python, of which little is allowed.

The parser of the standard library reads the text; what is not on the list here is refused with its
place. Nothing is ever run.
"""

from __future__ import annotations

import ast
from decimal import Decimal

from custinsights.domain.fields import refuse_other
from custinsights.domain.rules.calls import MOST_LISTED, read_call
from custinsights.domain.rules.durations import date_of, is_duration
from custinsights.domain.rules.lexing import GRAMMAR, check_tokens, one_line
from custinsights.domain.rules.places import Source, nearest_of
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
    some,
)
from custinsights.errors import RuleError

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

    Raises
    ------
    RuleError
        Something else is written; the error points at the place and names the nearest word.

    Examples
    --------
    >>> from custinsights.domain.rules.signatures import Vocabulary
    >>> read("2 <= order_count < 5", Vocabulary({"order_count": "count"})).parts[0].sign
    '>='
    """
    refuse_other(str, "the text of a rule", text)
    line = one_line(text)
    check_tokens(line)
    source = Source(line, words)
    try:
        tree = ast.parse(line.lstrip(), mode="eval")
    except SyntaxError as error:
        place = max(0, min((error.offset or 1) - 1 + len(line) - len(line.lstrip()), len(line) - 1))
        end = place + 1
        raise RuleError("this cannot be read", GRAMMAR, line, place, end) from None
    except (ValueError, MemoryError, RecursionError):
        raise RuleError("the rule is nested too deeply", GRAMMAR, line, 0, 1) from None
    shift = len(line) - len(line.lstrip())
    return _condition(Source(line[shift:], source.words), tree.body)


def _condition(source: Source, node: ast.expr) -> Condition:
    match node:
        case ast.BoolOp(op=ast.And(), values=values):
            return every(_condition(source, value) for value in values)
        case ast.BoolOp(values=values):
            return some(_condition(source, value) for value in values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _opposite(_condition(source, operand))
        case ast.Compare():
            return every(_links(source, node))
    value = _value(source, node)
    kind = _kind(source, value)
    if isinstance(value, Literal) or kind not in ("flag", "any"):
        said = source.text(node)
        what = f"{said} is {VALUES[kind]}, no condition"
        shown = "..." if kind != "label" else '"..."'
        raise RuleError(what, f"a comparison, such as {said} == {shown}", *source.place(node))
    return Is(value)


def _opposite(condition: Condition) -> Condition:
    return condition.part if isinstance(condition, Not) else Not(condition)


def _links(source: Source, node: ast.Compare) -> list[Condition]:
    """Return each comparison of a chain: ``1 < a < 3`` is ``a > 1 and a < 3``."""
    ends = [node.left, *node.comparators]
    return [
        _link(source, node, left, sign, right)
        for left, sign, right in zip(ends, node.ops, ends[1:], strict=False)
    ]


def _link(
    source: Source, whole: ast.Compare, left: ast.expr, sign: ast.cmpop, right: ast.expr
) -> Condition:
    if isinstance(sign, ast.Is | ast.IsNot):
        if not (isinstance(right, ast.Constant) and right.value is None):
            raise RuleError(
                "is asks only whether something is known",
                "is None, is not None",
                *source.place(right),
            )
        unknown = IsUnknown(_no_literal(source, left))
        return unknown if isinstance(sign, ast.Is) else Not(unknown)
    if isinstance(sign, ast.In | ast.NotIn):
        among = _among(source, left, right)
        return among if isinstance(sign, ast.In) else Not(among)
    return _comparison(source, whole, left, _COMPARISONS[type(sign)], right)


def _comparison(
    source: Source, whole: ast.Compare, left: ast.expr, sign: str, right: ast.expr
) -> Condition:
    first, second = _value(source, left), _value(source, right)
    if isinstance(first, Literal):
        if isinstance(second, Literal):
            raise RuleError(
                "two written values are compared", "a trait on one side", *source.place(whole)
            )
        first, second, sign = second, first, TURNED[sign]
        left, right = right, left
    if not isinstance(second, Literal):
        return _both_read(source, whole, first, sign, second)
    _check_literal(source, left, first, right, second)
    kind = _kind(source, first)
    if kind in ("label", "flag") and sign not in ("==", "!="):
        said = source.text(left)
        raise RuleError(
            f"{said} is {VALUES[kind]} and has no order", "==, != or in", *source.place(whole)
        )
    if isinstance(second.value, bool):
        is_meant = second.value == (sign == "==")
        return Is(first) if is_meant else Not(Is(first))
    return Comparison(first, sign, second)


def _both_read(
    source: Source, whole: ast.Compare, first: Value, sign: str, second: Value
) -> Condition:
    """Return the comparison of two values of one customer."""
    kinds = [
        "number" if kind in NUMERIC else kind
        for kind in (_kind(source, first), _kind(source, second))
    ]
    if "any" not in kinds and kinds[0] != kinds[1]:
        what = f"{VALUES[kinds[0]]} is compared with {VALUES[kinds[1]]}"
        raise RuleError(what, "two values of one kind", *source.place(whole))
    if "flag" in kinds or ("label" in kinds and sign not in ("==", "!=")):
        raise RuleError(
            "these values have no order", "values that are numbers or times", *source.place(whole)
        )
    return Comparison(first, sign, second)


def _among(source: Source, left: ast.expr, right: ast.expr) -> Among:
    value = _no_literal(source, left)
    if not isinstance(right, ast.List | ast.Tuple):
        raise RuleError(
            "in looks into a list", 'a list, such as ["US", "CA"]', *source.place(right)
        )
    if not 0 < len(right.elts) <= MOST_LISTED:
        what = "the list is empty or very long"
        raise RuleError(what, f"from 1 to {MOST_LISTED:,} values", *source.place(right))
    options = []
    for one in right.elts:
        option = _value(source, one)
        if not isinstance(option, Literal) or isinstance(option.value, bool):
            expected = _FITTING[_kind(source, value)]
            raise RuleError("a list holds written values only", expected, *source.place(one))
        _check_literal(source, left, value, one, option)
        options.append(option)
    return Among(value, tuple(dict.fromkeys(options)))


def _no_literal(source: Source, node: ast.expr) -> Value:
    value = _value(source, node)
    if isinstance(value, Literal):
        raise RuleError(
            "a written value is asked about",
            "a trait, an attribute or a function",
            *source.place(node),
        )
    return value


def _check_literal(
    source: Source, left: ast.expr, value: Value, right: ast.expr, literal: Literal
) -> None:
    """Refuse a literal that cannot be what a value is."""
    kind, given = _kind(source, value), literal.value
    fits = {
        "label": isinstance(given, str),
        "flag": isinstance(given, bool),
        "any": True,
        **dict.fromkeys(NUMERIC, isinstance(given, Decimal)),
        **dict.fromkeys(
            TIMED, isinstance(given, str) and (is_duration(given) or date_of(given) is not None)
        ),
    }
    if not fits[kind]:
        what = f"{source.text(left)} is {VALUES[kind]}, and this is not"
        raise RuleError(what, _FITTING[kind], *source.place(right))


def _value(source: Source, node: ast.expr) -> Value:
    number = source.number(node)
    if number is not None:
        return Literal(number)
    match node:
        case ast.Constant(value=str() | bool() as constant):
            return Literal(constant)
        case ast.Constant(value=None):
            raise RuleError("None is compared", "is None or is not None", *source.place(node))
        case ast.Name(id=name):
            return _name(source, node, name)
        case ast.Call():
            return read_call(source, node)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
            parts = [_number(source, side) for side in (left, right)]
            return Arithmetic(_ARITHMETIC[type(op)], *parts)
    raise RuleError("this is no part of a rule", GRAMMAR, *source.place(node))


def _name(source: Source, node: ast.Name, name: str) -> Name:
    if source.words.kind_of(name) is None:
        known, expected = source.words.known(), "a trait of the catalog"
        signature = source.words.function(name)
        if signature is not None:
            raise RuleError(f"{name} is a function", str(signature), *source.place(node))
        what = f"there is no trait named {name!r}"
        raise RuleError(
            what,
            f'{expected}, or attribute("{name}")',
            *source.place(node),
            nearest_of(name, known),
        )
    return Name(name)


def _number(source: Source, node: ast.expr) -> Value:
    value = _value(source, node)
    kind = _kind(source, value)
    if kind not in (*NUMERIC, "any"):
        raise RuleError(
            f"{source.text(node)} is {VALUES[kind]}",
            "a number to calculate with",
            *source.place(node),
        )
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
