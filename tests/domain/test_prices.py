"""What somebody pays who carries a tag: the rule that decides, and the price to the cent."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custinsights.domain import Money, PriceRule, Product, SpecialPrice, Tag, price_for
from custinsights.errors import Incompatible, InvalidValue, NaiveTime

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
DAY = timedelta(days=1)
USUAL = Money("45.00", "EUR")
PRINT = Product("print-a3", category="Prints", department="Works on paper", price=USUAL)


def eur(amount: str) -> Money:
    """Return an amount in euros."""
    return Money(amount, "EUR")


def found(rules: list[PriceRule], **asked: Any) -> tuple[str, int | None]:
    """Return the price of a print for a wholesaler, and the place of the rule that gave it."""
    told: Any = {"product": PRINT, "tags": ["Wholesale"], "at": NOON, **asked}
    special = price_for(told.pop("product"), told.pop("tags"), rules, **told)
    place = None if special.rule is None else [rule is special.rule for rule in rules].index(True)
    return str(special.price.amount), place


@pytest.mark.parametrize(
    ("rule", "price"),
    [
        ({"percent_off": "33.333"}, "30.00"),
        ({"percent_off": 100}, "0.00"),
        ({"amount_off": eur("2.50")}, "42.50"),
        ({"amount_off": eur("99")}, "0.00"),
        ({"fixed_price": eur("30")}, "30.00"),
        ({"fixed_price": eur("0")}, "0.00"),
        ({"percent_off": 10, "product": "print-a3"}, "40.50"),
        ({"percent_off": 10, "category": "Prints"}, "40.50"),
        ({"percent_off": 10, "department": "Works on paper"}, "40.50"),
        ({"percent_off": 10, "product": "print-a4"}, "45.00"),
        ({"percent_off": 10, "category": "prints"}, "45.00"),
        ({"percent_off": 10, "department": "Paintings"}, "45.00"),
        ({"percent_off": 10, "at_least": 2}, "45.00"),
        ({"percent_off": 10, "at_least": "1"}, "40.50"),
        ({"percent_off": 10, "since": NOON}, "40.50"),
        ({"percent_off": 10, "since": NOON + DAY}, "45.00"),
        ({"percent_off": 10, "until": NOON}, "45.00"),
        ({"percent_off": 10, "until": NOON + DAY}, "40.50"),
    ],
)
def test_a_rule_holds_for_what_it_says(rule: dict[str, Any], price: str) -> None:
    """Its product, category or department; from a quantity on; in its time."""
    assert found([PriceRule("wholesale", **rule)])[0] == price


@pytest.mark.parametrize(("minor", "price"), [(5, 2), (15, 8), (25, 12), (35, 18), (7, 4)])
def test_half_a_cent_is_rounded_to_even(minor: int, price: int) -> None:
    """Half of 5 cents is 2, half of 15 is 8; more than half goes up."""
    half = PriceRule("wholesale", percent_off=50)
    assert half.applied_to(Money.from_minor(minor, "EUR")) == Money.from_minor(price, "EUR")


def test_a_tag_counts_in_any_spelling_and_in_its_time() -> None:
    """A text counts always; a tag that is over, or another one, lowers nothing."""
    rules = [PriceRule("Straße", percent_off=10)]
    assert found(rules, tags=["STRASSE"]) == ("40.50", 0)
    assert found(rules, tags=[Tag("strasse", until=NOON + DAY)]) == ("40.50", 0)
    assert found(rules, tags=[Tag("strasse", until=NOON)]) == ("45.00", None)
    assert found(rules, tags=[]) == ("45.00", None)


def test_the_highest_priority_decides_then_the_lowest_price_then_the_first() -> None:
    """A rule that would not lower the price is passed over, whatever its priority."""
    low, lower = PriceRule("wholesale", percent_off=10), PriceRule("wholesale", percent_off=20)
    same = PriceRule("wholesale", fixed_price=eur("36"))
    high = PriceRule("wholesale", amount_off=eur("1"), priority=1)
    dear = PriceRule("wholesale", fixed_price=eur("45"), priority=2)
    assert found([low, lower]) == ("36.00", 1)
    assert found([lower, low, same]) == ("36.00", 0)
    assert found([same, low, lower]) == ("36.00", 0)
    assert found([lower, high, low]) == ("44.00", 1)
    assert found([dear, lower, high]) == ("44.00", 2)
    assert found([dear]) == ("45.00", None)


def test_a_price_alone_is_of_no_product() -> None:
    """Only rules of everything hold for it."""
    rules = [
        PriceRule("wholesale", percent_off=50, category="Prints"),
        PriceRule("wholesale", percent_off=50, product="print-a3"),
        PriceRule("wholesale", percent_off=10),
    ]
    assert found(rules, product=USUAL) == ("40.50", 2)
    assert found(rules) == ("22.50", 0)


def test_a_product_is_known_by_its_digits() -> None:
    """The product 7 is the product "7", as exports write it."""
    rules = [PriceRule("wholesale", percent_off=10, product=7)]
    assert found(rules, product=Product("7", price=USUAL)) == ("40.50", 0)


def test_a_special_price_tells_why() -> None:
    """It is an own price where nothing lowers it; else the usual one and the rule stand beside."""
    rule = PriceRule("wholesale", amount_off=eur("5"), product="print-a3", at_least="2.5")
    special = price_for(PRINT, ["wholesale"], [rule], at=NOON, quantity=3)
    assert special == SpecialPrice(eur("40.00"), USUAL, rule)
    assert special.saved == eur("5.00")
    words = "wholesale: EUR 5.00 off for the product 'print-a3' from 2.5 on"
    assert str(special) == f"EUR 40.00 instead of EUR 45.00 ({words})"
    assert str(price_for(PRINT, [], [rule], at=NOON)) == "EUR 45.00"
    fixed = PriceRule("VIP", fixed_price=eur("9"), department="Frames")
    assert str(fixed) == "VIP: EUR 9.00 in the department 'Frames'"


RULES = st.builds(
    lambda way, amount, **more: PriceRule(**more, **{way: WAYS[way](amount)}),
    way=st.sampled_from(("percent_off", "amount_off", "fixed_price")),
    amount=st.integers(1, 100),
    tag=st.sampled_from(("vip", "VIP", "wholesale")),
    category=st.sampled_from((None, "Prints", "Frames")),
    at_least=st.none() | st.integers(1, 3),
    since=st.none() | st.sampled_from((NOON, NOON + DAY)),
    priority=st.integers(0, 2),
)
WAYS: dict[str, Any] = {
    "percent_off": int,
    "amount_off": lambda amount: Money.from_minor(amount, "EUR"),
    "fixed_price": lambda amount: Money.from_minor(amount, "EUR"),
}


def plainly(rule: PriceRule, usual: int) -> int:
    """Return the price by a rule in cents, worked out in fractions."""
    if rule.percent_off is not None:
        return round(Fraction(usual) * (100 - Fraction(rule.percent_off)) / 100)
    if rule.amount_off is not None:
        return max(usual - rule.amount_off.minor, 0)
    assert rule.fixed_price is not None
    return rule.fixed_price.minor


@given(
    st.lists(RULES, max_size=5),
    st.integers(0, 120),
    st.integers(1, 3),
    st.sampled_from(("Vip", "Wholesale")),
)
def test_the_price_is_the_one_that_a_clerk_finds(
    rules: list[PriceRule], usual: int, quantity: int, tag: str
) -> None:
    """Of what holds and lowers, the best of the first priority; in whatever order rules come."""
    product = Product("p", category="Prints", price=Money.from_minor(usual, "EUR"))
    held = [
        (-rule.priority, plainly(rule, usual))
        for rule in rules
        if rule.tag.casefold() == tag.casefold()
        and rule.category in (None, "Prints")
        and (rule.at_least is None or rule.at_least <= quantity)
        and (rule.since is None or rule.since <= NOON)
        and plainly(rule, usual) < usual
    ]
    expected = min(held)[1] if held else usual
    for given_rules in (rules, rules[::-1]):
        special = price_for(product, [tag], given_rules, at=NOON, quantity=quantity)
        assert special.price.minor == expected <= usual
        assert (special.rule is None) == (not held)


def test_another_currency_is_refused() -> None:
    """Only of a rule that holds: one for others may be in any."""
    dollars = PriceRule("wholesale", amount_off=Money(5, "USD"))
    says = "currencies of the price and of the rule for 'wholesale' differ: 'EUR' and 'USD'"
    with pytest.raises(Incompatible, match=says):
        found([dollars])
    assert found([dollars], tags=["vip"]) == ("45.00", None)
    with pytest.raises(Incompatible, match="currencies of the price"):
        found([PriceRule("wholesale", fixed_price=Money(5, "USD"))])


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({}, r"in none or in several ways what is taken off: \(\) was given; allowed is one of"),
        ({"percent_off": 5, "fixed_price": USUAL}, "several ways what is taken off: 'percent_off'"),
        ({"percent_off": 5, "product": 1, "category": "x"}, "several ways of what it takes off"),
        ({"percent_off": 0}, "percent_off of a PriceRule is out of range: 0 was given"),
        ({"percent_off": "100.5"}, "percent_off of a PriceRule is out of range: 100.5"),
        ({"percent_off": 0.2}, "percent_off of a PriceRule is no exact number"),
        ({"percent_off": 5, "at_least": 0.5}, "at_least of a PriceRule is no exact number"),
        ({"amount_off": 5}, "amount_off of a PriceRule is no Money"),
        ({"fixed_price": Money(-5, "EUR")}, "fixed_price of a PriceRule is negative"),
        ({"percent_off": 5, "priority": 1.5}, "priority of a PriceRule is no whole number"),
        ({"percent_off": 5, "tag": " "}, "tag of a PriceRule is no text"),
        ({"percent_off": 5, "since": NOON, "until": NOON}, "'wholesale' ends before it begins"),
    ],
)
def test_a_rule_is_validated(fields: dict[str, Any], says: str) -> None:
    """The message names the field and what it may be."""
    with pytest.raises(InvalidValue, match=says):
        PriceRule(**{"tag": "wholesale", **fields})


def test_what_cannot_be_priced_is_refused() -> None:
    """A product has a price, a quantity is more than zero, an instant knows its zone."""
    with pytest.raises(InvalidValue, match="product to be priced has no price"):
        found([], product=Product("p"))
    with pytest.raises(InvalidValue, match="What is to be priced is no Product: 'p' was given"):
        found([], product="p")
    with pytest.raises(InvalidValue, match=r"price to be lowered is negative: 'EUR -1\.00' was"):
        found([], product=eur("-1"))
    with pytest.raises(InvalidValue, match="quantity of a price is not more than zero: 0 was"):
        found([], quantity=Decimal(0))
    with pytest.raises(NaiveTime, match="The instant of a price has no time zone"):
        found([], at=datetime(2024, 3, 5))
    with pytest.raises(InvalidValue, match="One of the tags is no Tag: 5 was given"):
        found([], tags=[5])
    with pytest.raises(InvalidValue, match="single value stands where several belong: 'str'"):
        found([], tags="vip")
    with pytest.raises(InvalidValue, match="One of the rules for prices is no PriceRule"):
        found(["10 %"])  # type: ignore[list-item]
