"""Money is exact, of one currency, and adds like numbers do."""

import pickle
import re
from decimal import ROUND_UP, Decimal, localcontext
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custinsights.domain import CURRENCIES, Money, minor_exponent
from custinsights.errors import Incompatible, InvalidValue, UnknownName

MINOR = st.integers(-(10**17), 10**17)
EUROS = MINOR.map(lambda minor: Money.from_minor(minor, "EUR"))
ANY_MONEY = st.builds(Money.from_minor, MINOR, st.sampled_from(CURRENCIES))


@pytest.mark.parametrize(
    ("currency", "exponent"),
    [
        ("EUR", 2),
        ("USD", 2),
        ("JPY", 0),
        ("KRW", 0),
        ("ISK", 0),
        ("KWD", 3),
        ("TND", 3),
        ("CLF", 4),
    ],
)
def test_a_currency_has_the_decimals_of_iso_4217(currency: str, exponent: int) -> None:
    """Yen have no decimals, euros two, dinars three, the Chilean unit of account four."""
    assert minor_exponent(currency) == exponent


def test_the_table_of_currencies_is_whole() -> None:
    """Every active code stands once, in capitals; those withdrawn lately are still read."""
    assert len(CURRENCIES) == len(set(CURRENCIES)) == 179
    assert all(re.fullmatch(r"[A-Z]{3}", code) for code in CURRENCIES)
    assert {"EUR", "ZWG", "XCG", "HRK", "LTL"} <= set(CURRENCIES)
    assert not {"XAU", "XXX", "XTS", "DEM"} & set(CURRENCIES)


@pytest.mark.parametrize("unknown", ["euro", "", "eur", None, 978, ["EUR"]])
def test_an_unknown_currency_is_refused(unknown: Any) -> None:
    """What is no code of ISO 4217 in capitals has no exponent."""
    with pytest.raises(UnknownName, match=r"There is no currency named .*ISO 4217"):
        minor_exponent(unknown)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("45.00", "EUR", 4500),
        ("45", "EUR", 4500),
        ("45.1", "EUR", 4510),
        ("-0.01", "EUR", -1),
        ("+7", "EUR", 700),
        (45, "EUR", 4500),
        (Decimal("45.10"), "EUR", 4510),
        (Decimal("4.5E+1"), "EUR", 4500),
        (Decimal("45.1000"), "EUR", 4510),
        (Decimal("0E+999999"), "EUR", 0),
        ("45", "JPY", 45),
        ("1.234", "KWD", 1234),
    ],
)
def test_an_amount_becomes_minor_units(
    amount: str | Decimal | int, currency: str, minor: int
) -> None:
    """Major units times ten to the currency's exponent, exactly."""
    assert Money(amount, currency).minor == minor
    assert Money(amount, currency) == Money.from_minor(minor, currency)


@pytest.mark.parametrize(
    ("amount", "currency", "says"),
    [
        (4.5, "EUR", r"cannot be a float.*4\.5 was given.*Write Money\('4\.5', 'EUR'\)"),
        (True, "EUR", "is no number: True was given"),
        (None, "EUR", "is no number: None was given"),
        ("1,234.50", "EUR", r"is no plain number: '1,234\.50' was given.*thousands separators"),
        ("€5", "EUR", "is no plain number"),
        ("5.", "EUR", "is no plain number"),
        (" 5", "EUR", "is no plain number"),
        ("٣", "EUR", "is no plain number"),
        ("1e3", "EUR", "is no plain number"),
        ("", "EUR", "is no plain number"),
        ("4.505", "EUR", r"finer than EUR allows: '4\.505' was given; allowed is at most 2 dec"),
        ("4.5", "JPY", "finer than JPY allows.*allowed is a whole number"),
        (Decimal("1.0000000000000000000000000000000000001"), "EUR", "finer than EUR"),
        (Decimal("1E-999999"), "EUR", "finer than EUR"),
        (Decimal("NaN"), "EUR", "too large"),
        (Decimal("Infinity"), "EUR", "too large"),
        (Decimal("1E+999999"), "EUR", "too large"),
        (10**17, "EUR", "too large: '10,000,000,000,000,000,000 minor units' was given"),
    ],
)
def test_what_is_no_exact_amount_is_refused(amount: Any, currency: str, says: str) -> None:
    """Nothing is rounded, guessed or read from a float."""
    with pytest.raises(InvalidValue, match=says):
        Money(amount, currency)


@pytest.mark.parametrize("minor", [4.5, True, "45", Decimal(1)])
def test_minor_units_are_whole(minor: Any) -> None:
    """Only an int counts minor units."""
    with pytest.raises(InvalidValue, match="counted in whole numbers"):
        Money.from_minor(minor, "EUR")


def test_the_amount_has_the_decimals_of_the_currency() -> None:
    """What is shown is what an invoice shows."""
    assert str(Money("45", "EUR").amount) == "45.00"
    assert str(Money("45", "JPY").amount) == "45"
    assert str(Money.from_minor(-5, "KWD").amount) == "-0.005"
    assert repr(Money("1234.5", "EUR")) == "Money('1234.50', 'EUR')"
    assert str(Money("-1234.5", "EUR")) == "EUR -1,234.50"


@given(ANY_MONEY)
def test_repr_and_pickle_give_it_back(money: Money) -> None:
    """An amount survives being written down and sent."""
    assert eval(repr(money)) == money
    assert pickle.loads(pickle.dumps(money)) == money
    assert Money(money.amount, money.currency) == money
    assert Money(str(money.amount), money.currency) == money


@given(ANY_MONEY)
def test_the_users_decimal_context_changes_nothing(money: Money) -> None:
    """A program that works with three digits still has exact money."""
    with localcontext() as context:
        context.prec, context.rounding = 3, ROUND_UP
        assert Money(str(money.amount), money.currency).minor == money.minor


@given(EUROS, EUROS, EUROS)
def test_money_adds_like_numbers(a: Money, b: Money, c: Money) -> None:
    """Addition is associative and commutative, with zero and with an opposite of each."""
    zero = Money(0, "EUR")
    assert (a + b) + c == a + (b + c)
    assert a + b == b + a
    assert a + zero == a == +a
    assert a - b == a + -b
    assert a - a == zero
    assert abs(a) == max(a, -a)
    assert bool(a) == (a != zero)


@given(st.lists(EUROS, max_size=5))
def test_sum_needs_no_start_and_takes_one(amounts: list[Money]) -> None:
    """The built-in sum works on money."""
    total = sum(amounts, start=Money(0, "EUR"))
    assert total.minor == sum(one.minor for one in amounts)
    assert sum(amounts) == (total if amounts else 0)


@given(EUROS, st.integers(-40, 40), st.integers(-40, 40))
def test_an_int_multiplies_money(a: Money, n: int, m: int) -> None:
    """Multiplication distributes and works from both sides."""
    assert a * n + a * m == a * (n + m)
    assert n * a == a * n
    assert (a * n).minor == a.minor * n


@given(EUROS, EUROS)
def test_money_compares_by_amount(a: Money, b: Money) -> None:
    """The order is that of the minor units, and equal amounts hash alike."""
    assert (a < b, a <= b, a > b, a >= b) == (
        a.minor < b.minor,
        a.minor <= b.minor,
        a.minor > b.minor,
        a.minor >= b.minor,
    )
    assert (a == b) == (a.minor == b.minor)
    assert len({a, Money.from_minor(a.minor, "EUR")}) == 1


def test_currencies_do_not_mix() -> None:
    """Ten euros are not ten dollars, nor more, nor less, nor twenty of anything."""
    euros, dollars = Money(10, "EUR"), Money(10, "USD")
    assert euros != dollars
    for mixed in (
        lambda: euros + dollars,
        lambda: euros - dollars,
        lambda: euros < dollars,
        lambda: sum([euros, dollars]),
    ):
        with pytest.raises(Incompatible, match=r"'EUR' and 'USD' were given.*Convert one of them"):
            mixed()


@pytest.mark.parametrize("other", [1, 1.5, "1", None, Decimal(1)])
def test_money_and_a_number_do_not_mix(other: object) -> None:
    """A number has no currency: it is neither added to money nor compared with it."""
    euro = Money(1, "EUR")
    assert euro != other
    for mixed in (lambda: euro + other, lambda: euro - other, lambda: euro < other):
        with pytest.raises(TypeError, match=r"not supported|unsupported"):
            mixed()


@pytest.mark.parametrize("factor", [1.5, True, Decimal(1), Money(1, "EUR")])
def test_only_an_int_multiplies(factor: object) -> None:
    """A factor that would need rounding is refused."""
    with pytest.raises(TypeError, match="unsupported operand"):
        Money(1, "EUR") * factor


def test_arithmetic_stays_within_the_range() -> None:
    """A sum that a history could not hold is refused, not wrapped."""
    most = Money.from_minor(2**63 - 1, "EUR")
    with pytest.raises(InvalidValue, match="too large"):
        most + Money.from_minor(1, "EUR")


def test_money_does_not_change() -> None:
    """An amount is a value."""
    money = Money(1, "EUR")
    with pytest.raises(AttributeError):
        money.minor = 5  # type: ignore[misc]
    assert money == Money(1, "EUR")


def test_money_takes_part_in_matching() -> None:
    """A pattern sees the amount and the currency."""
    match Money("45", "EUR"):
        case Money(amount, "EUR"):
            assert amount == Decimal(45)
        case _:
            pytest.fail("the pattern did not match")
