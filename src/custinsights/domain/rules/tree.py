"""What is a rule made of? One tree of frozen nodes.

A rule is a *condition* on one customer. Conditions compare *values*: traits by name, attributes of
the customer table, what a function finds, written literals, and sums of these. A condition is
true, false, or unknown where a value is: `not` of unknown is unknown, `and` is false as soon as one
part is, `or` true as soon as one part is (Kleene's logic). Who is unknown at the end does not
belong to the segment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import TypeAlias

import attrs

__all__ = [
    "Among",
    "And",
    "Argument",
    "Arithmetic",
    "Attribute",
    "Call",
    "Comparison",
    "Condition",
    "Is",
    "IsUnknown",
    "Literal",
    "Name",
    "Node",
    "Not",
    "Or",
    "Value",
    "children",
    "every",
    "negated",
    "nodes_of",
    "some",
]

OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
"""The comparison that is true where another is false."""

TURNED = {"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
"""The comparison that means the same with its sides exchanged."""


@attrs.frozen(cache_hash=True)
class Literal:
    """A written number (exactly as written), text, or flag."""

    value: Decimal | str | bool


@attrs.frozen(cache_hash=True)
class Name:
    """A trait of the catalog."""

    name: str


@attrs.frozen(cache_hash=True)
class Attribute:
    """A further column of the customer table."""

    name: str


@attrs.frozen(cache_hash=True)
class Call:
    """What a registered function finds.

    Parameters
    ----------
    function
        Its name.
    arguments
        By position.
    options
        By name, in the order of the function's parameters; what is not given is not there.
    """

    function: str
    arguments: tuple[Argument, ...] = ()
    options: tuple[tuple[str, Argument], ...] = ()


@attrs.frozen(cache_hash=True)
class Arithmetic:
    """The sum, difference, product or quotient of two numbers."""

    sign: str
    left: Value
    right: Value


@attrs.frozen(cache_hash=True)
class Comparison:
    """Two values and ``==``, ``!=``, ``<``, ``<=``, ``>`` or ``>=``; unknown where one is."""

    left: Value
    sign: str
    right: Value


@attrs.frozen(cache_hash=True)
class Among:
    """Whether a value is one of some literals; unknown where the value is."""

    value: Value
    options: tuple[Literal, ...]


@attrs.frozen(cache_hash=True)
class IsUnknown:
    """Whether a value is unknown; never unknown itself."""

    value: Value


@attrs.frozen(cache_hash=True)
class Is:
    """A value that is a flag, taken as a condition."""

    value: Value


@attrs.frozen(cache_hash=True)
class Not:
    """The opposite of a condition."""

    part: Condition


@attrs.frozen(cache_hash=True)
class And:
    """Whether all of two or more conditions hold; `every` makes one."""

    parts: tuple[Condition, ...]


@attrs.frozen(cache_hash=True)
class Or:
    """Whether one or more of two or more conditions hold; `some` makes one."""

    parts: tuple[Condition, ...]


Value: TypeAlias = Literal | Name | Attribute | Call | Arithmetic
"""What can be compared."""

Condition: TypeAlias = Comparison | Among | IsUnknown | Is | Not | And | Or
"""What is true, false or unknown."""

Node: TypeAlias = Value | Condition

Argument: TypeAlias = Decimal | str | bool | Name | tuple["Argument", ...] | None
"""What a function may be given: a literal, the name of a trait, or a list of these."""


def every(parts: Iterable[Condition]) -> Condition:
    """Return the condition that all hold; those that are `And` are taken apart."""
    flat = [one for part in parts for one in (part.parts if isinstance(part, And) else (part,))]
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def some(parts: Iterable[Condition]) -> Condition:
    """Return the condition that one or more hold; those that are `Or` are taken apart."""
    flat = [one for part in parts for one in (part.parts if isinstance(part, Or) else (part,))]
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def negated(condition: Condition) -> Condition:
    """Return the condition that one does not hold; twice is the condition itself."""
    return condition.part if isinstance(condition, Not) else Not(condition)


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes right below one."""
    match node:
        case And(parts) | Or(parts):
            return parts
        case Not(part):
            return (part,)
        case Comparison(left, _, right) | Arithmetic(_, left, right):
            return (left, right)
        case Among(value, options):
            return (value, *options)
        case IsUnknown(value) | Is(value):
            return (value,)
        case Call(_, arguments, options):
            given = (*arguments, *(value for _, value in options))
            return tuple(one for one in given if isinstance(one, Name))
        case _:
            return ()


def nodes_of(node: Node) -> Iterator[Node]:
    """Walk through a tree, each node before those below it."""
    yield node
    for child in children(node):
        yield from nodes_of(child)
