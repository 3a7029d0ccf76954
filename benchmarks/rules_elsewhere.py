"""The same rules in the languages of the peers: a query of pandas, expressions of Polars, SQL.

Each translator walks the tree of a rule. Dates and durations come as days, for the peers get the
traits with instants as local days. In pandas a comparison with a missing value is false and not
unknown, so `not` is taken down to the comparisons first.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from custinsights.domain.rules.durations import day_meant
from custinsights.domain.rules.printing import written
from custinsights.domain.rules.tree import (
    OPPOSITE,
    Among,
    And,
    Arithmetic,
    Comparison,
    Condition,
    IsUnknown,
    Literal,
    Name,
    Not,
    Or,
    Value,
)

EPOCH = date(1970, 1, 1)
TIMES = ("first_order_at", "last_order_at")


def day(text: str, as_of: date) -> int:
    """Return the day that a date means, or a duration before as_of."""
    return (day_meant(text, as_of) - EPOCH).days


def told(value: Value, beside: Value, as_of: date) -> str:
    """Return a value as text that pandas and SQL read alike, but for the quotes of texts."""
    match value:
        case Name(name):
            return name
        case Literal(str() as text):
            is_time = isinstance(beside, Name) and beside.name in TIMES
            return str(day(text, as_of)) if is_time else f"'{text}'"
        case Literal(Decimal() as number):
            return str(number)
        case Arithmetic(sign, left, right):
            return f"({told(left, right, as_of)} {sign} {told(right, left, as_of)})"
    raise ValueError(written(value))


def pandas_query(condition: Condition, as_of: date, *, wanted: bool = True) -> str:
    """Return the text for ``frame.eval``."""
    match condition:
        case Not(part):
            return pandas_query(part, as_of, wanted=not wanted)
        case And(parts) | Or(parts):
            joint = " and " if isinstance(condition, And) == wanted else " or "
            return joint.join(f"({pandas_query(one, as_of, wanted=wanted)})" for one in parts)
        case IsUnknown(Name(name)):
            return f"{name} != {name}" if wanted else f"{name} == {name}"
        case Among(Name(name), options):
            words = [one.value for one in options]
            return f"{name} in {words}" if wanted else f"{name} not in {words} and {name} == {name}"
        case Comparison(left, sign, right):
            sign = sign if wanted else OPPOSITE[sign]
            text = f"{told(left, right, as_of)} {sign} {told(right, left, as_of)}"
            names = [side.name for side in (left, right) if isinstance(side, Name)]
            known = [f"{name} == {name}" for name in names] if sign == "!=" else []
            return " and ".join((text, *known))
    raise ValueError(written(condition))


def sql(condition: Condition, as_of: date) -> str:
    """Return the condition for a WHERE of SQL, whose logic has unknown values as rules do."""
    match condition:
        case Not(part):
            return f"NOT ({sql(part, as_of)})"
        case And(parts) | Or(parts):
            joint = " AND " if isinstance(condition, And) else " OR "
            return joint.join(f"({sql(one, as_of)})" for one in parts)
        case IsUnknown(Name(name)):
            return f"{name} IS NULL"
        case Among(Name(name), options):
            return f"{name} IN ({', '.join(told(one, condition.value, as_of) for one in options)})"
        case Comparison(left, sign, right):
            sign = {"==": "=", "!=": "<>"}.get(sign, sign)
            return f"{told(left, right, as_of)} {sign} {told(right, left, as_of)}"
    raise ValueError(written(condition))


def polars_expression(condition: Condition, as_of: date) -> Any:
    """Return the expression of Polars, whose logic has unknown values as rules do."""
    import polars as pl

    match condition:
        case Not(part):
            return ~polars_expression(part, as_of)
        case And(parts):
            return pl.all_horizontal([polars_expression(one, as_of) for one in parts])
        case Or(parts):
            return pl.any_horizontal([polars_expression(one, as_of) for one in parts])
        case IsUnknown(Name(name)):
            return pl.col(name).is_null()
        case Among(Name(name), options):
            return pl.col(name).is_in([one.value for one in options])
        case Comparison(left, sign, right):
            one, other = _side(left, right, as_of), _side(right, left, as_of)
            methods = {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
            return getattr(one, methods[sign])(other)
    raise ValueError(written(condition))


def _side(value: Value, beside: Value, as_of: date) -> Any:
    import polars as pl

    match value:
        case Name(name):
            return pl.col(name)
        case Literal(str() as text):
            is_time = isinstance(beside, Name) and beside.name in TIMES
            return pl.lit(day(text, as_of) if is_time else text)
        case Literal(Decimal() as number):
            return pl.lit(float(number))
        case Arithmetic(sign, left, right):
            one, other = _side(left, right, as_of), _side(right, left, as_of)
            methods = {"+": "add", "-": "sub", "*": "mul", "/": "truediv"}
            return getattr(one, methods[sign])(other)
    raise ValueError(written(value))
