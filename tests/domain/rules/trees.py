"""Random rules: every tree that some text reads as can come up."""

from decimal import Decimal
from typing import TypeAlias

from hypothesis import strategies as st

from custinsights.domain.rules.durations import never_before
from custinsights.domain.rules.tree import (
    Among,
    Argument,
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
    nodes_of,
    some,
)
from tests.domain.rules.words import WORDS

Values: TypeAlias = st.SearchStrategy[Value]
Conditions: TypeAlias = st.SearchStrategy[Condition]

EQUAL, ORDER = ("==", "!="), ("<", "<=", ">", ">=")
NUMERIC = ("count", "money", "quantity", "number")

# Signs of every sort: those that end a text, control, join, turn, or take four bytes.
texts = st.text(
    st.one_of(
        st.sampled_from("\"'\\\n\r\t\b\f\x00\x7f\x85\xa0é東🙂\u200d\u202e\ufeff\U000e0041{}#%"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=12,
)
said = texts.filter(str.strip)
numbers = st.one_of(
    st.integers(-99, 99).map(Decimal),
    st.decimals(1 - 10**15, 10**15 - 1, places=12),
    st.decimals(-1, 1, places=2),
)
durations = st.builds("{}{}".format, st.integers(1, 99_999), st.sampled_from("dwmy"))
days = st.dates().map(str)
two_days = st.lists(days, min_size=2, max_size=2, unique=True).map(sorted).map(tuple)
two_durations = st.tuples(durations, durations).filter(lambda two: not never_before(*two))
ARGUMENTS: dict[str, st.SearchStrategy[Argument]] = {
    "text": said,
    "texts": said | st.lists(said, min_size=2, max_size=3, unique=True).map(tuple),
    "number": numbers,
    "latitude": st.decimals(-90, 90, places=4),
    "longitude": st.decimals(-180, 180, places=4),
    "distance": st.decimals("0.01", 20_000, places=2),
    "count": st.integers(1, 10**15 - 1).map(Decimal),
    "duration": durations,
    "span": st.one_of(
        two_days,
        two_durations,
        st.tuples(st.none() | durations, days),
        st.tuples(days, st.none() | durations),
        st.tuples(st.none(), durations) | st.tuples(durations, st.none()),
    ),
    "trait": st.sampled_from([Name(name) for name, kind in WORDS.names.items() if kind in NUMERIC]),
    "moment": st.sampled_from(["birthday", "created_at", "last_day", "first_order_at"]),
}


@st.composite
def calls(draw: st.DrawFn, name: str) -> Call:
    """Calls of a function, with any of its options."""
    signature = WORDS.functions[name]
    optional = [one for one in signature.parameters if not one.required]
    least = 1 if signature.needs_one_of_the_options else 0
    given = draw(st.sets(st.sampled_from(optional), min_size=least)) if optional else set()
    return Call(
        name,
        tuple(draw(ARGUMENTS[one.kind]) for one in signature.parameters if one.required),
        tuple((one.name, draw(ARGUMENTS[one.kind])) for one in optional if one in given),
    )


def named(*kinds: str) -> Values:
    """Traits of some kinds, and calls of functions that give them."""
    traits = [
        Name(name)
        for name, kind in WORDS.names.items()
        if kind in kinds and name not in WORDS.labels  # of which few texts are any
    ]
    functions = [
        one.name for one in WORDS.functions.values() if one.gives in kinds and not one.gives_a_share
    ]
    return st.one_of(
        *([st.sampled_from(traits)] if traits else []), *(calls(name) for name in functions)
    )


def asks(value: Value) -> bool:
    """Whether there is a trait, an attribute or a function in a value."""
    return any(isinstance(part, Name | Attribute | Call) for part in nodes_of(value))


literal_numbers, literal_texts = numbers.map(Literal), texts.map(Literal)
literal_times = (durations | days).map(Literal)
anyhow = named("any") | st.sampled_from(["size", "größe", "in", "None"]).map(Attribute)
times, dates, labels, flags = (named(kind) for kind in ("instant", "date", "label", "flag"))
values: Values = st.recursive(
    named(*NUMERIC) | anyhow | literal_numbers,
    lambda parts: st.builds(Arithmetic, st.sampled_from("+-*/"), parts, parts),
    max_leaves=6,
)
amounts = values.filter(asks)


def compared(left: Values, signs: tuple[str, ...], right: Values) -> Conditions:
    """Comparisons as they are read: no literal on the left, something asked about."""
    return st.builds(Comparison, left, st.sampled_from(signs), right).filter(
        lambda one: not isinstance(one.left, Literal) and (asks(one.left) or asks(one.right))
    )


def looked_for(asked: Values, literals: st.SearchStrategy[Literal]) -> Conditions:
    """Values looked for in a list."""
    return st.builds(
        Among, asked, st.lists(literals, min_size=1, max_size=4, unique=True).map(tuple)
    )


leaves: Conditions = st.one_of(
    compared(values, EQUAL + ORDER, values),
    compared(times, EQUAL + ORDER, times | literal_times | anyhow),
    compared(dates, EQUAL + ORDER, dates | literal_times | anyhow),
    compared(labels, EQUAL, labels | literal_texts | anyhow),
    compared(anyhow, EQUAL, literal_texts | labels),
    compared(anyhow, ORDER, literal_times | times),
    looked_for(amounts, literal_numbers),
    looked_for(times | dates, literal_times),
    looked_for(labels, literal_texts),
    looked_for(anyhow, literal_texts | literal_numbers),
    st.builds(IsUnknown, amounts | times | dates | labels | flags),
    st.builds(Is, flags | anyhow),
)


def opposite(condition: Condition) -> Condition:
    """Return the opposite, of which no opposite is taken twice."""
    return condition.part if isinstance(condition, Not) else Not(condition)


rules: Conditions = st.recursive(
    leaves,
    lambda parts: st.one_of(
        parts.map(opposite),
        st.lists(parts, min_size=2, max_size=4).map(every),
        st.lists(parts, min_size=2, max_size=4).map(some),
    ),
    max_leaves=8,
)
