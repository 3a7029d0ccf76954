"""How is a rule written? The one text of every tree, which reads back as the same tree."""

from __future__ import annotations

import json
from decimal import Decimal

from custinsights.domain.rules.tree import (
    Among,
    And,
    Argument,
    Arithmetic,
    Attribute,
    Call,
    Comparison,
    Is,
    IsUnknown,
    Literal,
    Name,
    Node,
    Not,
    Or,
)

_OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _ATOM = range(7)
_RANK_OF_SIGN = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT}


def written(node: Node) -> str:
    """Return the text of a rule or of a part of one.

    Examples
    --------
    >>> written(Not(Among(Name("customer_country"), (Literal("US"), Literal("CA")))))
    'customer_country not in ["US", "CA"]'
    """
    return _write(node)[0]


def _write(node: Node) -> tuple[str, int]:  # noqa: C901, PLR0911, PLR0912 - a case for each node
    """Return the text of a node and how tightly it holds together."""
    match node:
        case Literal(value):
            return _argument(value), _ATOM
        case Name(name):
            return name, _ATOM
        case Attribute(name):
            return f"attribute({_text(name)})", _ATOM
        case Call(function, arguments, options):
            given = [_argument(one) for one in arguments]
            given += [f"{name}={_argument(one)}" for name, one in options]
            return f"{function}({', '.join(given)})", _ATOM
        case Arithmetic(sign, left, right):
            rank = _RANK_OF_SIGN[sign]
            return f"{_inside(left, rank)} {sign} {_inside(right, rank + 1)}", rank
        case Comparison(left, sign, right):
            return f"{_inside(left, _SUM)} {sign} {_inside(right, _SUM)}", _COMPARISON
        case Among(value, options):
            return f"{_inside(value, _SUM)} in {_list(options)}", _COMPARISON
        case IsUnknown(value):
            return f"{_inside(value, _SUM)} is None", _COMPARISON
        case Is(value):
            return _write(value)
        case Not(Among(value, options)):
            return f"{_inside(value, _SUM)} not in {_list(options)}", _COMPARISON
        case Not(IsUnknown(value)):
            return f"{_inside(value, _SUM)} is not None", _COMPARISON
        case Not(part):
            return f"not {_inside(part, _NOT)}", _NOT
        case And(parts):
            return " and ".join(_inside(part, _NOT) for part in parts), _AND
        case Or(parts):
            return " or ".join(_inside(part, _AND) for part in parts), _OR


def _inside(node: Node, least: int) -> str:
    """Return the text of a part, in brackets where it does not hold together tightly enough."""
    text, rank = _write(node)
    return text if rank >= least else f"({text})"


def _list(options: tuple[Literal, ...]) -> str:
    return f"[{', '.join(_argument(option.value) for option in options)}]"


def _argument(value: Argument) -> str:
    match value:
        case None | bool():
            return str(value)
        case Decimal():
            return _number(value)
        case str():
            return _text(value)
        case Name(name):
            return name
        case tuple():
            return f"[{', '.join(map(_argument, value))}]"


def _number(value: Decimal) -> str:
    """Return a number in digits, without a power of ten and without zeros that say nothing."""
    if not value.is_finite():
        return str(value)
    sign, digits, exponent = value.as_tuple()
    decimals = max(-int(exponent), 0)
    shown = ("".join(map(str, digits)) + "0" * int(exponent)).rjust(decimals, "0")
    whole, fraction = shown[: len(shown) - decimals], shown[len(shown) - decimals :]
    number = f"{whole.lstrip('0') or '0'}.{fraction.rstrip('0')}".removesuffix(".")
    return f"-{number}" if sign and value else number


def _text(value: str) -> str:
    """Return a text in quotes, with a code for each sign that cannot be seen."""
    quoted = json.dumps(value, ensure_ascii=False)
    return "".join(sign if sign.isprintable() else _code(sign) for sign in quoted)


def _code(sign: str) -> str:
    code = f"{ord(sign):08x}"
    return f"\\u{code[4:]}" if code.startswith("0000") else f"\\U{code}"
