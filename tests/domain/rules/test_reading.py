"""Rules are read as trees, one for every meaning, and each prints as its one text."""

import decimal
from decimal import Decimal
from typing import Any

import pytest

from custinsights.domain.rules import Vocabulary, read, written
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
    Not,
    Or,
)
from custinsights.errors import InvalidValue, RuleError
from tests.domain.rules.words import WORDS

COUNT, CITY, FLAG = Name("order_count"), Name("customer_city"), Is(Name("is_repeat"))
THREE = Literal(Decimal(3))
MANY = Comparison(COUNT, ">=", THREE)
PARIS = Comparison(CITY, "==", Literal("Paris"))

# What is written, the tree, and the one text of the tree.
READ: list[tuple[str, Condition, str]] = [
    *(
        (f"order_count{sign}3", Comparison(COUNT, sign, THREE), f"order_count {sign} 3")
        for sign in ("==", "!=", "<", "<=", ">", ">=")
    ),
    # A literal stands on the right, and a chain is two comparisons.
    ("3 < order_count", Comparison(COUNT, ">", THREE), "order_count > 3"),
    ("3 <= order_count", MANY, "order_count >= 3"),
    ("3 > order_count", Comparison(COUNT, "<", THREE), "order_count < 3"),
    ("3 >= order_count", Comparison(COUNT, "<=", THREE), "order_count <= 3"),
    ("3 == order_count", Comparison(COUNT, "==", THREE), "order_count == 3"),
    ("3 != order_count", Comparison(COUNT, "!=", THREE), "order_count != 3"),
    (
        "3 <= order_count < 5",
        And((MANY, Comparison(COUNT, "<", Literal(Decimal(5))))),
        "order_count >= 3 and order_count < 5",
    ),
    (
        "not 3 <= order_count in [3]",
        Not(And((MANY, Among(COUNT, (THREE,))))),
        "not (order_count >= 3 and order_count in [3])",
    ),
    # Numbers are what is written.
    *(
        (f"total_spent > {given}", Comparison(Name("total_spent"), ">", Literal(number)), shown)
        for given, number, shown in [
            ("0.1", Decimal("0.1"), "total_spent > 0.1"),
            ("-2.50", Decimal("-2.5"), "total_spent > -2.5"),
            ("+2.0", Decimal(2), "total_spent > 2"),
            ("- 1_000.000_5", Decimal("-1000.0005"), "total_spent > -1000.0005"),
            ("(3)", Decimal(3), "total_spent > 3"),
            ("-(3)", Decimal(-3), "total_spent > -3"),
            ("-0.0", Decimal(0), "total_spent > 0"),
            ("100", Decimal(100), "total_spent > 100"),
            (
                "123456789012345.123456789012",
                Decimal("123456789012345.123456789012"),
                "total_spent > 123456789012345.123456789012",
            ),
        ]
    ),
    # Texts.
    ('customer_city == "Paris"', PARIS, 'customer_city == "Paris"'),
    ("customer_city == 'Paris'", PARIS, 'customer_city == "Paris"'),
    *(
        (f"customer_city == {given}", Comparison(CITY, "==", Literal(text)), shown)
        for given, text, shown in [
            ('""', "", 'customer_city == ""'),
            ("'a \"b\"'", 'a "b"', r'customer_city == "a \"b\""'),
            (r"'it\'s'", "it's", 'customer_city == "it\'s"'),
            (r'"\\\n\t\r\b\f"', "\\\n\t\r\b\f", r'customer_city == "\\\n\t\r\b\f"'),
            (r'"\u00e9\U0001F600"', "é😀", 'customer_city == "é😀"'),
            (r'"\u202ea\u0000"', "\u202ea\x00", r'customer_city == "\u202ea\u0000"'),
            (r'"\U000E0041"', "\U000e0041", r'customer_city == "\U000e0041"'),
            ('"#{x} and not"', "#{x} and not", 'customer_city == "#{x} and not"'),
        ]
    ),
    # Lists: what stands twice counts once, and the order is kept.
    (
        "customer_city in ('b', 'a', 'b',)",
        Among(CITY, (Literal("b"), Literal("a"))),
        'customer_city in ["b", "a"]',
    ),
    ("not order_count in [3]", Not(Among(COUNT, (THREE,))), "order_count not in [3]"),
    ("order_count not  in [3.0, 3]", Not(Among(COUNT, (THREE,))), "order_count not in [3]"),
    # What is unknown.
    ("customer_city is None", IsUnknown(CITY), "customer_city is None"),
    ("customer_city is\nnot None", Not(IsUnknown(CITY)), "customer_city is not None"),
    ("not customer_city is not None", IsUnknown(CITY), "customer_city is None"),
    # Flags.
    ("is_repeat", FLAG, "is_repeat"),
    ("is_repeat == True", FLAG, "is_repeat"),
    ("is_repeat != False", FLAG, "is_repeat"),
    ("is_repeat == False", Not(FLAG), "not is_repeat"),
    ("True != is_repeat", Not(FLAG), "not is_repeat"),
    ("not not is_repeat", FLAG, "is_repeat"),
    ("not not not is_repeat", Not(FLAG), "not is_repeat"),
    # Joined.
    (
        "is_repeat and (order_count>=3 and is_repeat)",
        And((FLAG, MANY, FLAG)),
        "is_repeat and order_count >= 3 and is_repeat",
    ),
    (
        "(is_repeat or order_count>=3) or is_repeat",
        Or((FLAG, MANY, FLAG)),
        "is_repeat or order_count >= 3 or is_repeat",
    ),
    (
        "is_repeat or is_repeat and order_count >= 3",
        Or((FLAG, And((FLAG, MANY)))),
        "is_repeat or is_repeat and order_count >= 3",
    ),
    (
        "(is_repeat or is_repeat) and order_count >= 3",
        And((Or((FLAG, FLAG)), MANY)),
        "(is_repeat or is_repeat) and order_count >= 3",
    ),
    (
        "not (is_repeat and order_count >= 3)",
        Not(And((FLAG, MANY))),
        "not (is_repeat and order_count >= 3)",
    ),
    (
        "not is_repeat and order_count >= 3",
        And((Not(FLAG), MANY)),
        "not is_repeat and order_count >= 3",
    ),
    ("not order_count >= 3", Not(MANY), "not order_count >= 3"),
    # Calculated.
    (
        "order_count - (1 - 2) * 3 > items / 2",
        Comparison(
            Arithmetic(
                "-",
                COUNT,
                Arithmetic("*", Arithmetic("-", Literal(Decimal(1)), Literal(Decimal(2))), THREE),
            ),
            ">",
            Arithmetic("/", Name("items"), Literal(Decimal(2))),
        ),
        "order_count - (1 - 2) * 3 > items / 2",
    ),
    (
        "1 + 2 < order_count",
        Comparison(Arithmetic("+", Literal(Decimal(1)), Literal(Decimal(2))), "<", COUNT),
        "1 + 2 < order_count",
    ),
    # Attributes are of any kind.
    ("attribute('size')", Is(Attribute("size")), 'attribute("size")'),
    (
        "attribute('größe') > 3",
        Comparison(Attribute("größe"), ">", THREE),
        'attribute("größe") > 3',
    ),
    (
        "attribute('size') == 'L'",
        Comparison(Attribute("size"), "==", Literal("L")),
        'attribute("size") == "L"',
    ),
    (
        'attribute("since") < "90d"',
        Comparison(Attribute("since"), "<", Literal("90d")),
        'attribute("since") < "90d"',
    ),
    (
        "attribute('size') < order_count",
        Comparison(Attribute("size"), "<", COUNT),
        'attribute("size") < order_count',
    ),
    (
        "attribute('a') < attribute('b')",
        Comparison(Attribute("a"), "<", Attribute("b")),
        'attribute("a") < attribute("b")',
    ),
    (
        "attribute('a') + 1 > 3",
        Comparison(Arithmetic("+", Attribute("a"), Literal(Decimal(1))), ">", THREE),
        'attribute("a") + 1 > 3',
    ),
    (
        "anything() == customer_city",
        Comparison(Call("anything"), "==", CITY),
        "anything() == customer_city",
    ),
    # Times, and values of one customer.
    (
        'last_day >= "2024-02-29"',
        Comparison(Name("last_day"), ">=", Literal("2024-02-29")),
        'last_day >= "2024-02-29"',
    ),
    (
        "first_order_at < last_order_at",
        Comparison(Name("first_order_at"), "<", Name("last_order_at")),
        "first_order_at < last_order_at",
    ),
    ("order_count < größe", Comparison(COUNT, "<", Name("größe")), "order_count < größe"),
    (
        "customer_city != customer_country",
        Comparison(CITY, "!=", Name("customer_country")),
        "customer_city != customer_country",
    ),
    ("客 > 3", Comparison(Name("客"), ">", THREE), "客 > 3"),
    # Functions and every kind of argument.
    (
        "email_domain() == 'a.de'",
        Comparison(Call("email_domain"), "==", Literal("a.de")),
        'email_domain() == "a.de"',
    ),
    ("tagged(tag='vip')", Is(Call("tagged", ("vip",))), 'tagged("vip")'),
    (
        "bought(spent=2.50, at_least=3.0, within='6m', keyword='ö', product=('b', 'a', 'b'))",
        Is(
            Call(
                "bought",
                (),
                (
                    ("product", ("b", "a")),
                    ("keyword", "ö"),
                    ("within", "6m"),
                    ("at_least", Decimal(3)),
                    ("spent", Decimal("2.5")),
                ),
            )
        ),
        'bought(product=["b", "a"], keyword="ö", within="6m", at_least=3, spent=2.5)',
    ),
    (
        "bought(product=['print', 'print'])",
        Is(Call("bought", (), (("product", "print"),))),
        'bought(product="print")',
    ),
    (
        "did(kind='visit', within='90d',)",
        Is(Call("did", ("visit",), (("within", "90d"),))),
        'did("visit", within="90d")',
    ),
    (
        "bought(at_least=1)",
        Is(Call("bought", (), (("at_least", Decimal(1)),))),
        "bought(at_least=1)",
    ),
    ("did('visit',)", Is(Call("did", ("visit",))), 'did("visit")'),
    (
        "did(within='90d', kind='visit')",
        Is(Call("did", ("visit",), (("within", "90d"),))),
        'did("visit", within="90d")',
    ),
    *(
        (
            f"ordered(between={given}) >= 3",
            Comparison(Call("ordered", (), (("between", ends),)), ">=", THREE),
            f"ordered(between={shown}) >= 3",
        )
        for given, ends, shown in [
            ("('1y', None)", ("1y", None), '["1y", None]'),
            ("('2024-01-01', None)", ("2024-01-01", None), '["2024-01-01", None]'),
            ("['2024-01-01', '1d']", ("2024-01-01", "1d"), '["2024-01-01", "1d"]'),
            ("[None, '2024-01-01']", (None, "2024-01-01"), '[None, "2024-01-01"]'),
            (
                "['2024-01-01', '2024-01-02']",
                ("2024-01-01", "2024-01-02"),
                '["2024-01-01", "2024-01-02"]',
            ),
        ]
    ),
    (
        "anniversary('birthday', '2w')",
        Is(Call("anniversary", ("birthday", "2w"))),
        'anniversary("birthday", "2w")',
    ),
    (
        "anniversary(first_order_at, within='2w')",
        Is(Call("anniversary", ("first_order_at", "2w"))),
        'anniversary("first_order_at", "2w")',
    ),
    (
        "within_km(48.85, -2.35, 50)",
        Is(Call("within_km", (Decimal("48.85"), Decimal("-2.35"), Decimal(50)))),
        "within_km(48.85, -2.35, 50)",
    ),
    (
        "percentile('total_spent') >= 0.9",
        Comparison(Call("percentile", (Name("total_spent"),)), ">=", Literal(Decimal("0.9"))),
        "percentile(total_spent) >= 0.9",
    ),
    (
        "first_bought_on() > last_day",
        Comparison(Call("first_bought_on"), ">", Name("last_day")),
        "first_bought_on() > last_day",
    ),
    # Blanks are free.
    ("\n\t (is_repeat\r\n and\tis_repeat )  ", And((FLAG, FLAG)), "is_repeat and is_repeat"),
]


@pytest.mark.parametrize(("text", "tree", "shown"), READ, ids=[text for text, _, _ in READ])
def test_a_rule_is_read_as_a_tree(text: str, tree: Condition, shown: str) -> None:
    """One meaning is one tree, whatever way it is written, and the tree has one text."""
    assert read(text, WORDS) == tree
    assert written(tree) == shown
    assert read(written(tree), WORDS) == tree


def test_every_text_of_a_trait_is_its_own_tree() -> None:
    """What is not written the same does not mean the same."""
    texts = {shown for _, _, shown in READ}
    assert len({read(shown, WORDS) for shown in texts}) == len(texts)


def test_numbers_do_not_depend_on_the_precision_of_the_caller() -> None:
    """A number is exact even where the program calculates with few digits."""
    rule = "total_spent > -123456789.123456789"
    with decimal.localcontext(decimal.Context(prec=3, traps=[decimal.Inexact])):
        tree = read(rule, WORDS)
        assert tree == Comparison(
            Name("total_spent"), ">", Literal(Decimal("-123456789.123456789"))
        )
        assert written(tree) == rule


LARGEST = [
    "order_count > " + "9" * 15 + "." + "9" * 12,
    "n" * 100 + " > 3",
    r'customer_city == "' + "é" * 497 + r'\n\"\u00e9"',
    "order_count in [" + ", ".join(map(str, range(1000))) + "]",
    "tagged(" + "(" * 49 + '"a"' + ")" * 50,
    "(" * 50 + "is_repeat" + ")" * 50,
    "not " * 50 + "is_repeat",
    "not " * 50 + "is_repeat and " + "not " * 50 + "is_repeat",
    "(" * 49 + "not is_repeat and not is_repeat" + ")" * 49,
    "order_count" + " + 1" * 50 + " > 3",
    "is_repeat and not is_repeat or " * 500 + "order_count + 1 > 2",
    "order_count > 3".ljust(20_000),
]


@pytest.mark.parametrize("rule", LARGEST, ids=range(len(LARGEST)))
def test_the_bounds_themselves_are_within(rule: str) -> None:
    """The largest number, name, text, list, depth and length are read; one more is refused."""
    words = Vocabulary({**WORDS.names, "n" * 100: "count"}, list(WORDS.functions.values()))
    tree = read(rule, words)
    assert read(written(tree), words) == tree


GROWING = {
    "signs": " and ".join(["1<total_spent<2"] * 900),
    "levels": "not 1 < " + "1 + (" * 24 + "1 + order_count" + ")" * 24 + " < 9",
}


@pytest.mark.parametrize("rule", GROWING.values(), ids=GROWING)
def test_a_chain_is_bounded_as_it_is_written_out(rule: str) -> None:
    """A rule is refused when its one text, in which chains are longer, could not be read back."""
    with pytest.raises(RuleError, match="at most") as refused:
        read(rule, WORDS)
    assert len(refused.value.rule) > len(rule)


@pytest.mark.parametrize("given", [None, 3, b"is_repeat", ["is_repeat"]], ids=repr)
def test_a_rule_is_a_text(given: Any) -> None:
    """What is no text is no rule."""
    with pytest.raises(InvalidValue, match="text of a rule is no text"):
        read(given, WORDS)
