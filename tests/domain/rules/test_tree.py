"""Trees are values: they compare, hash and pickle as such, and can be walked through."""

import pickle

from hypothesis import given

from custinsights.domain.rules import read
from custinsights.domain.rules.tree import (
    OPPOSITE,
    TURNED,
    And,
    Attribute,
    Call,
    Condition,
    Is,
    Name,
    Not,
    Or,
    children,
    every,
    nodes_of,
    some,
)
from tests.domain.rules.trees import rules
from tests.domain.rules.words import WORDS

A, B, C = (Is(Attribute(name)) for name in "abc")


@given(rules)
def test_a_tree_is_a_value(tree: Condition) -> None:
    """A tree that arrives from another process is equal, and found where the first one is kept."""
    arrived = pickle.loads(pickle.dumps(tree))
    assert arrived == tree
    assert {tree: 1}[arrived] == 1


@given(rules)
def test_a_walk_meets_each_node_before_those_below(tree: Condition) -> None:
    """All nodes come, the tree first, each with all of its parts behind it."""
    walked = list(nodes_of(tree))
    assert walked[0] is tree
    assert len(walked) == 1 + sum(len(list(nodes_of(child))) for child in children(tree))


def test_the_parts_of_each_node_are_its_children() -> None:
    """What stands in a rule is found in its tree, traits given to functions as well."""
    rule = read(
        "order_count + items > 1 and (customer_city in ['a'] or not is_repeat) and "
        "percentile(total_spent) > 0.5 and last_day is None and bought(keyword='a')",
        WORDS,
    )
    names = [node.name for node in nodes_of(rule) if isinstance(node, Name)]
    assert names == "order_count items customer_city is_repeat total_spent last_day".split()  # noqa: SIM905
    assert children(Call("f", (Name("a"), "b"), (("c", Name("d")),))) == (Name("a"), Name("d"))


def test_conditions_are_joined_flat() -> None:
    """Of several that are joined the same way there is one list, and one alone stays itself."""
    assert every([And((A, B)), C, Or((A, B))]) == And((A, B, C, Or((A, B))))
    assert some([Or((A, B)), C, And((A, B))]) == Or((A, B, C, And((A, B))))
    assert every([A]) is some([A]) is A
    assert every([Or((A, B))]) == Or((A, B))
    assert some([Not(A)]) == Not(A)


def test_comparisons_are_turned_and_opposed() -> None:
    """Whatever two numbers are, the tables hold what they say."""
    means = {
        "==": int.__eq__, "!=": int.__ne__, "<": int.__lt__,
        "<=": int.__le__, ">": int.__gt__, ">=": int.__ge__,
    }  # fmt: skip
    for left, right in ((1, 2), (2, 1), (1, 1)):
        for sign, holds in means.items():
            assert means[OPPOSITE[sign]](left, right) is not holds(left, right)
            assert means[TURNED[sign]](right, left) is holds(left, right)
