"""The text of a tree reads back as the tree, whatever the tree is."""

import json
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from custinsights.domain.rules import read, written
from custinsights.domain.rules.tree import (
    Among,
    And,
    Arithmetic,
    Attribute,
    Call,
    Comparison,
    Condition,
    Is,
    IsUnknown,
    Literal,
    Name,
    Node,
    Not,
    Or,
    every,
    nodes_of,
    some,
)
from tests.domain.rules.trees import numbers, opposite, rules, texts
from tests.domain.rules.words import WORDS


@given(rules)
def test_a_tree_is_read_from_its_text(tree: Condition) -> None:
    """Reading and writing are inverse: the text of what is read is the text that was read."""
    text = written(tree)
    assert read(text, WORDS) == tree
    assert written(read(text, WORDS)) == text


@given(rules)
def test_a_text_can_be_seen_and_kept_in_any_file(tree: Condition) -> None:
    """The text of a tree is one line of signs that can be seen, and JSON holds it."""
    text = written(tree)
    assert text.isprintable()
    assert json.loads(json.dumps(text).encode()) == text


@pytest.mark.parametrize(
    "node",
    [Literal, Name, Attribute, Call, Arithmetic, Comparison, Among, IsUnknown, Is, Not, And, Or],
)
def test_random_trees_have_every_node(node: type[Node]) -> None:
    """The two tests above leave no node out."""
    find(
        rules,
        lambda tree: any(isinstance(part, node) for part in nodes_of(tree)),
        settings=settings(phases=[Phase.generate], database=None),
    )


@given(texts)
def test_a_text_is_kept_sign_by_sign(text: str) -> None:
    """Quotes, backslashes, line breaks, unseen signs and all others come back as they were."""
    tree = Comparison(Name("customer_city"), "==", Literal(text))
    assert read(written(tree), WORDS) == tree


@given(numbers, st.integers(0, 5))
def test_a_number_is_kept_digit_by_digit(number: Decimal, zeros: int) -> None:
    """A number is written in digits alone, whatever its exponent, and without needless zeros."""
    sign, digits, exponent = number.as_tuple()
    longer = Decimal((sign, (*digits, *[0] * zeros), int(exponent) - zeros))
    text = written(Literal(longer))
    assert Decimal(text) == number
    assert text == written(Literal(number))
    assert set(text) <= set("-.0123456789")
    assert "." not in text or text[-1] not in ".0"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("1E+3", "1000"),
        ("1E-12", "0.000000000001"),
        ("-0.00", "0"),
        ("0E+5", "0"),
        ("-1E+1", "-10"),
    ],
)
def test_a_number_is_written_without_a_power_of_ten(number: str, text: str) -> None:
    """Decimals of any exponent become plain digits."""
    assert written(Literal(Decimal(number))) == text


def test_a_number_without_end_is_shown_as_such() -> None:
    """No rule holds one, and what an explanation shows of a customer may."""
    assert written(Literal(Decimal("-Infinity"))) == "-Infinity"


A, B, C, D = (Is(Attribute(name)) for name in "abcd")
CONDITIONS: list[Condition] = [
    Comparison(Name("order_count"), ">", Literal(Decimal(-3))),
    Among(Name("order_count"), (Literal(Decimal(3)),)),
    Not(Among(Name("order_count"), (Literal(Decimal(3)),))),
    IsUnknown(Name("order_count")),
    Not(IsUnknown(Name("order_count"))),
    A,
    Not(A),
    And((A, B)),
    Or((A, B)),
    Not(And((A, B))),
    Not(Or((A, B))),
    And((Or((A, B)), C)),
    Or((And((A, B)), C)),
]


@pytest.mark.parametrize("inner", CONDITIONS, ids=written)
def test_every_condition_inside_every_other(inner: Condition) -> None:
    """Brackets stand where a condition within another would else be read as something else."""
    for tree in (
        opposite(inner),
        every([inner, D]),
        every([D, inner]),
        some([inner, D]),
        some([D, inner]),
        some([D, every([D, opposite(inner)])]),
    ):
        assert read(written(tree), WORDS) == tree


@pytest.mark.parametrize(("outer", "inner"), list(product("+-*/", repeat=2)))
def test_every_calculation_inside_every_other(outer: str, inner: str) -> None:
    """Brackets keep what is calculated first, on either side of each sign."""
    part = Arithmetic(inner, Name("items"), Literal(Decimal(-2)))
    for sum_ in (Arithmetic(outer, part, Name("größe")), Arithmetic(outer, Name("größe"), part)):
        for tree in (
            Comparison(sum_, "<", Literal(Decimal(3))),
            Comparison(Name("items"), "<", sum_),
            Among(sum_, (Literal(Decimal(3)),)),
            IsUnknown(sum_),
        ):
            assert read(written(tree), WORDS) == tree


@pytest.mark.parametrize(
    ("text", "shorter"),
    [
        ("((order_count) > (3))", "order_count > 3"),
        ("(order_count + 1) + 2 > (3)", "order_count + 1 + 2 > 3"),
        ("(order_count * 2) + 2 > 3", "order_count * 2 + 2 > 3"),
        ("not (is_repeat)", "not is_repeat"),
        ("(not is_repeat) and (order_count > 3)", "not is_repeat and order_count > 3"),
        ("(is_repeat and is_repeat) or is_repeat", "is_repeat and is_repeat or is_repeat"),
        ("not (order_count > 3)", "not order_count > 3"),
    ],
)
def test_brackets_that_say_nothing_are_left_out(text: str, shorter: str) -> None:
    """There are no more brackets than are needed."""
    assert written(read(text, WORDS)) == shorter
