"""Rules with Python's operators: the same trees as their texts, and the same mistakes."""

from __future__ import annotations

import copy
import operator
import pickle
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import reduce
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given

import custinsights as ci
from custinsights.analyses.declaring.declarations import Trait
from custinsights.analyses.declaring.segment_functions import SegmentFunction
from custinsights.analyses.segments.words import OF_POPULATION
from custinsights.domain.rules import Duration, written
from custinsights.domain.rules.tree import (
    Among,
    And,
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
    Or,
    Value,
    nodes_of,
)
from custinsights.domain.segments import Segment
from custinsights.errors import InvalidValue, RuleError, UnknownName
from tests.domain.rules.trees import rules
from tests.domain.rules.words import WORDS

w = ci.words
SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
CATALOG = ci.Catalog(
    {},
    {},
    {name: Trait(name, len, kind) for name, kind in WORDS.names.items() if kind != "date"},
    {
        name: SegmentFunction(signature, len)
        for name, signature in WORDS.functions.items()
        if name not in OF_POPULATION
    },
)
OWN = ci.RuleWords(CATALOG)


def value(node: Value) -> Any:
    """Return a value as Python writes it."""
    match node:
        case Literal(literal):
            return literal
        case Name(name):
            return getattr(OWN, name)
        case Attribute(name):
            return OWN.attribute(name)
        case Call(function, arguments, options):
            named = {name: argument(one) for name, one in options}
            return getattr(OWN, function)(*map(argument, arguments), **named)
        case Arithmetic(sign, left, right):
            return SIGNS[sign](value(left), value(right))


def argument(given: Argument) -> Any:
    """Return an argument of a function as Python writes it."""
    if isinstance(given, tuple):
        return [argument(one) for one in given]
    return value(given) if isinstance(given, Name) else given


def condition(node: Condition) -> Any:
    """Return a condition as Python writes it."""
    match node:
        case And(parts):
            return reduce(operator.and_, map(condition, parts))
        case Or(parts):
            return reduce(operator.or_, map(condition, parts))
        case Not(part):
            return ~condition(part)
        case Comparison(left, sign, right):
            return SIGNS[sign](value(left), value(right))
        case Among(asked, options):
            return value(asked).is_in([one.value for one in options])
        case IsUnknown(asked):
            return value(asked).is_unknown()
        case Is(asked):
            return value(asked)


def python_would_reckon(tree: Condition) -> bool:
    """Whether two written numbers are added up, which Python does before anybody is told."""
    return any(
        isinstance(node, Arithmetic)
        and not any(isinstance(part, Name | Attribute | Call) for part in nodes_of(node))
        for node in nodes_of(tree)
    )


def is_of_no_catalog(tree: Condition) -> bool:
    """Whether a trait that is a date is asked about, or a rank is compared with anything."""
    return any(word in written(tree) for word in ("last_day", "percentile"))


@given(rules)
def test_operators_write_what_text_writes(tree: Condition) -> None:
    """From text to a rule, to operators, and back to the same text."""
    assume(not python_would_reckon(tree))
    assume(not is_of_no_catalog(tree))
    text = written(tree)
    assert ci.rule(condition(ci.rule(text, catalog=CATALOG).condition)).text == text


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (
            (w.order_count >= 3) & ~w.tagged("wholesale") | w.customer_country.is_in(["US", "CA"]),
            'order_count >= 3 and not tagged("wholesale") or customer_country in ["US", "CA"]',
        ),
        (w.attribute("age") > 3, 'attribute("age") > 3'),
        (w.total_spent > 2 * w.average_order_value, "total_spent > 2 * average_order_value"),
        (3 <= w.order_count, "order_count >= 3"),  # noqa: SIM300 - as somebody may write it
        (w.customer_country.is_unknown(), "customer_country is None"),
        (~w.customer_country.is_unknown(), "customer_country is not None"),
        (~w.customer_country.is_in(("US",)), 'customer_country not in ["US"]'),
        (w.total_spent > "45.00", "total_spent > 45"),
        (w.total_spent > Decimal("0.10"), "total_spent > 0.1"),
        (w.total_spent > 0.1, "total_spent > 0.1"),
        (w.total_spent + "0.50" > np.float64(1e-3), "total_spent + 0.5 > 0.001"),
        (w.order_count == np.int64(3), "order_count == 3"),
        (w.attribute("note") == "45.00", 'attribute("note") == "45.00"'),
        (w.first_order_at >= date(2024, 1, 31), 'first_order_at >= "2024-01-31"'),
        (w.first_order_at >= timedelta(days=90), 'first_order_at >= "90d"'),
        (w.first_order_at >= np.datetime64("2024-01-31"), 'first_order_at >= "2024-01-31"'),
        (w.first_order_at >= np.timedelta64(48, "h"), 'first_order_at >= "2d"'),
        (w.total_spent > 0.1 + 0.2, "total_spent > 0.3"),
        (w.total_spent > 0.0000000000005, "total_spent > 0"),  # half of the last place, to even
        (w.total_spent > 0.0000000000015, "total_spent > 0.000000000002"),
        (w.total_spent > np.float32(0.1), "total_spent > 0.1"),
        (w.first_order_at >= "6m", 'first_order_at >= "6m"'),
        (w.is_overdue == True, "is_overdue"),  # noqa: E712 - as somebody may write it
        (w.is_overdue & w.tagged(["a", "b"]), 'is_overdue and tagged(["a", "b"])'),
        (~w.is_overdue, "not is_overdue"),
        ((w.units > 1) & w.is_overdue, "units > 1 and is_overdue"),
        (w.percentile(w.total_spent) >= 0.9, "percentile(total_spent) >= 0.9"),
        (w.percentile("total_spent") >= 0.9, "percentile(total_spent) >= 0.9"),
        (
            ~w.bought(keyword="print", within=timedelta(30), at_least=2),
            'not bought(keyword="print", within="30d", at_least=2)',
        ),
        (~w.bought(product="p", within=Duration("8w")), 'not bought(product="p", within="8w")'),
        (
            ~w.ordered(between=[date(2024, 1, 1), None]),
            'not ordered(between=["2024-01-01", None])',
        ),
        (~w.within_km("48.85", 2.35, km=50), "not within_km(48.85, 2.35, 50)"),
        (10 - w.units / 2 < 5, "10 - units / 2 < 5"),
        (~w.tagged('say "hi"\\'), 'not tagged("say \\"hi\\"\\\\")'),
    ],
)
def test_what_operators_write(rule: ci.Rule, text: str) -> None:
    """Operators, functions and every kind of literal, in text that reads back as the rule."""
    assert rule.text == text
    assert ci.rule(text) == rule


def test_a_word_alone_is_a_rule() -> None:
    """A value that is true or false is asked about wherever a rule is."""
    history = ci.datasets.gallery()
    assert ci.rule(w.is_overdue).text == "is_overdue"
    asked = ci.segment(history, w.tagged("wholesale"))
    assert asked.tolist() == ci.segment(history, 'tagged("wholesale")').tolist()
    assert asked.any()


@pytest.mark.parametrize(
    ("write", "error", "message"),
    [
        (lambda: 1 < w.order_count < 3, InvalidValue, r"'order_count > 1'.*&, \| and ~ instead"),
        (lambda: w.is_overdue and w.is_overdue, InvalidValue, "neither true nor false"),
        (lambda: (w.order_count > 1) or w.is_overdue, InvalidValue, "&.*instead of and, or"),
        (lambda: not w.is_overdue, InvalidValue, "'is_overdue' was given"),
        (lambda: w.order_count >= 3 & w.is_overdue, InvalidValue, "each comparison in brackets"),
        (lambda: w.is_overdue | "is_overdue", InvalidValue, "what is joined with a rule is none"),
        (lambda: bool(w.tagged), InvalidValue, r"not called: 'tagged'.*tagged\(name\)"),
        (lambda: w.email_domain == "x.com", InvalidValue, r"Call it, as in w.email_domain\(...\)"),
        (lambda: ~w.email_domain, InvalidValue, "not called: 'email_domain'"),
        (lambda: w.order_count > w.email_domain, InvalidValue, "not called: 'email_domain'"),
        (lambda: w.email_domain & w.is_overdue, InvalidValue, "not called: 'email_domain'"),
        (lambda: w.first_order_at > np.datetime64("2024-01"), InvalidValue, "give the date"),
        (lambda: w.first_order_at > np.datetime64("NaT"), InvalidValue, "give the date"),
        (lambda: w.first_order_at > np.timedelta64(36, "h"), InvalidValue, "Give whole days"),
        (lambda: w.first_order_at > np.timedelta64(6, "M"), InvalidValue, "duration such as .6m"),
        (
            lambda: w.first_order_at > np.timedelta64(86_400_000_000_001, "ns"),
            InvalidValue,
            "Give whole days",
        ),
        (lambda: w.ordercount, UnknownName, "Did you mean 'order_count'"),
        (lambda: w.taged("vip"), UnknownName, r"Did you mean 'tagged'.*listed by dir"),
        (lambda: w.bought(keywrd="x"), RuleError, "Did you mean 'keyword'"),
        (lambda: w.tagged("a", "b"), RuleError, "takes no further argument"),
        (lambda: w.within_km("north", 2, 3), RuleError, "'lat' cannot be .north"),
        (lambda: w.order_count & w.is_overdue, RuleError, "A condition belongs here"),
        (
            lambda: w.customer_country + 1,
            RuleError,
            "Nothing can be calculated with customer_country",
        ),
        (lambda: w.total_spent > "x", RuleError, "total_spent, which is an amount"),
        (lambda: w.total_spent > "1.", RuleError, "total_spent, which is an amount"),
        (
            lambda: w.order_count > timedelta(days=3),
            RuleError,
            "order_count, which is a whole number",
        ),
        (lambda: w.customer_country == None, InvalidValue, r"is_unknown\(\)"),  # noqa: E711
        (lambda: w.customer_country == ["US"], InvalidValue, "compared with what no rule writes"),
        (lambda: w.customer_country.is_in("US"), InvalidValue, "is_in looks into a list"),
        (lambda: w.customer_country.is_in([]), RuleError, "list has 0 values"),
        (lambda: w.order_count > np.inf, InvalidValue, "no rule writes this"),
        (lambda: w.order_count > Decimal("inf"), InvalidValue, "no rule writes this"),
        (lambda: w.order_count > 1j, InvalidValue, "no rule writes this"),
        (
            lambda: w.first_order_at > datetime(2024, 1, 1, tzinfo=UTC),
            InvalidValue,
            "compares local days: give the date",
        ),
        (lambda: w.first_order_at > timedelta(hours=36), InvalidValue, "timedelta of whole days"),
        (lambda: w.attribute("two words"), RuleError, "No attribute of customers is named"),
        (lambda: w.order_count > OWN.order_count, InvalidValue, "the words are of two catalogs"),
        (lambda: (w.units > 1) & OWN.is_repeat, InvalidValue, "words from two catalogs"),
        (lambda: ci.RuleWords(5), InvalidValue, "catalog of a RuleWords is no Catalog"),  # type: ignore[arg-type]
    ],
)
def test_what_operators_refuse(
    write: Callable[[], object], error: type[Exception], message: str
) -> None:
    """What is no rule is refused in our own words, as soon as it is written."""
    with pytest.raises(error, match=f"(?is){message}"):
        write()


def test_words_are_listed_and_copied() -> None:
    """dir() lists what may be written; words and values survive copies and pickles."""
    assert {"order_count", "tagged", "percentile", "attribute"} <= {*dir(w)}
    assert [name for name in dir(w) if name.startswith("_")] == []
    assert copy.copy(w) == w
    assert dir(pickle.loads(pickle.dumps(w))) == dir(w)
    assert repr(pickle.loads(pickle.dumps(w.order_count * 2))) == "<order_count * 2>"
    assert repr(w.tagged) == "<tagged(name)>"
    assert repr(w).startswith("<words of <Catalog")
    assert not hasattr(w, "_repr_html_")
    with pytest.raises(TypeError, match="unhashable"):
        hash(w.order_count)


def test_what_is_joined_stays_within_what_a_reader_takes() -> None:
    """Too long, too deep: refused when it is joined; what is not refused reads back."""
    rules = [w.order_count > number for number in range(1_200)]
    found = rules[0]
    while len(found.text) < 19_970:
        found |= rules[len(found.condition.parts) if isinstance(found.condition, Or) else 1]
    with pytest.raises(RuleError, match="at most 20,000 signs"):
        _ = found | found
    assert len(found.text) > 19_900
    assert ci.rule(found.to_json()).text == found.text
    negated, nested = rules[0], rules[0]
    for one in rules[1:26]:
        negated = ~(negated & one)
    for one in rules[1:51]:
        nested = (nested | one) & w.is_overdue
    for deep in (negated, nested):
        assert ci.rule(deep.to_json()).text == deep.text == written(deep.condition)
    with pytest.raises(RuleError, match="nested too deeply"):
        _ = ~(negated & rules[0])
    with pytest.raises(RuleError, match="nested too deeply"):
        _ = (nested | rules[0]) & w.is_overdue


def test_a_segment_takes_what_prints_as_a_rule() -> None:
    """It keeps the text."""
    for rule in (w.order_count > 3, ci.rule("order_count > 3")):
        assert Segment("x", rule, "d") == Segment("x", "order_count > 3", "d")
    assert Segment("x", w.is_overdue).rule == "is_overdue"
    with pytest.raises(InvalidValue, match="rule of a Segment is no text"):
        Segment("x", 5)  # type: ignore[arg-type]


def test_rules_that_may_be_named_have_names_of_their_own() -> None:
    """As the segments of a set: by name or as segments, no name twice, none with a colon."""
    asked = 'in_segment("vip")'
    rule = ci.rule(asked, segments=[Segment("VIP", "units > 1")])
    assert rule.filled == ci.rule("units > 1").condition
    for named, told in (
        ({"vip": "units > 1", "Vip": "units > 2"}, "same name"),
        ([Segment("vip", "units > 1"), Segment("Vip", "units > 2")], "same name"),
        ({"vip": "units > 1", "preset:vip": "units > 2"}, "cannot name a segment: 'preset:vip'"),
        ([5], "these are no segments"),
        ("vip", "these are no segments"),
        ({5: "units > 1"}, "name of a Segment is no text"),
    ):
        with pytest.raises(InvalidValue, match=f"(?i){told}"):
            ci.rule(asked, segments=named)  # type: ignore[arg-type]
        with pytest.raises(InvalidValue, match=f"(?i){told}"):
            ci.segment(ci.datasets.gallery(), asked, segments=named)  # type: ignore[arg-type]
