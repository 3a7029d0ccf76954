"""What is not what it should be is refused in our own words, whichever object it comes to."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from custinsights.domain import (
    Calendar,
    Customer,
    LeftOut,
    LoadReport,
    Money,
    OrderLine,
    Period,
    PurchasePolicy,
    Tag,
)
from custinsights.domain.fields import as_int, looked_up, whole_number
from custinsights.domain.frozen import frozen
from custinsights.errors import CustInsightsError, InvalidValue, UnknownName

VIP = Tag("vip")
MARCH = Period("month", date(2024, 3, 1), Calendar())


@pytest.mark.parametrize("kind", [int, np.int8, np.int64, np.uint16])
def test_a_whole_number_may_come_from_any_library(kind: Callable[[int], int]) -> None:
    """The integers of numpy count as Python's own, and are kept as those."""
    five = whole_number("the number is wrong", kind(5), 1)
    assert (five, type(five)) == (5, int)
    assert Calendar(fiscal_start_month=kind(5)) == Calendar(fiscal_start_month=5)
    assert type(Calendar(fiscal_start_month=kind(5)).fiscal_start_month) is int
    assert Money(kind(5), "EUR") == Money("5.00", "EUR")
    assert Money.from_minor(kind(5), "EUR") == Money("0.05", "EUR")
    assert Money(1, "EUR") * kind(5) == Money(5, "EUR")
    assert OrderLine("p", kind(5), Money(1, "EUR")).quantity == 5
    assert MARCH.next(kind(5)) == MARCH.next(5)
    assert Period.from_ordinal("week", kind(5), Calendar()).ordinal == 5


@pytest.mark.parametrize(
    "given", [True, False, np.True_, 5.0, np.float64(5), "5", None, [5], Fraction(5), float("nan")]
)
def test_a_whole_number_is_nothing_else(given: object) -> None:
    """Truth values, floats and texts are no whole numbers, also where they look like one."""
    assert as_int(given) is None
    with pytest.raises(InvalidValue, match=r"number is wrong: .*a whole number from 2 to 10\."):
        whole_number("the number is wrong", given, 2, 10)


@pytest.mark.parametrize(("number", "limits"), [(1, (2, 10)), (11, (2, 10)), (-1, (0, None))])
def test_a_whole_number_has_limits(number: int, limits: tuple[int, int | None]) -> None:
    """Both ends are allowed and nothing beyond them."""
    with pytest.raises(InvalidValue, match=rf"{number} was given; allowed is a whole number from"):
        whole_number("the number is wrong", number, *limits)
    assert [whole_number("wrong", end, 2, 10) for end in (2, 10)] == [2, 10]


@pytest.mark.parametrize("name", ["oders", 5, None, ["orders"], {}, float("nan")])
def test_a_name_is_looked_up(name: object) -> None:
    """What is no name at all is an unknown name too, also if nothing can be looked up by it."""
    with pytest.raises(UnknownName, match=r"There is no thing named .*Known names: 'orders'"):
        looked_up("thing", name, {"orders": 1})
    assert looked_up("thing", "orders", {"orders": 1}) == 1


def test_a_zone_may_be_given_as_itself() -> None:
    """A ZoneInfo is kept by its name, so that the calendar is the one made of the name."""
    paris = Calendar(ZoneInfo("Europe/Paris"))
    assert paris == Calendar("Europe/Paris")
    assert paris.timezone == "Europe/Paris"


@pytest.mark.parametrize("zone", [5, True, UTC, datetime(2024, 1, 1, tzinfo=UTC), " ", b"UTC"])
def test_a_zone_has_a_name(zone: Any) -> None:
    """An offset is no zone: it does not know when the clocks change."""
    with pytest.raises(InvalidValue, match=r"names no zone: .* or a ZoneInfo.*'Europe/London'"):
        Calendar(zone)


@pytest.mark.parametrize(
    ("window", "says"),
    [
        (("2024-02-01", "2024-01-01"), r"as it begins: '2024-02-01', '2024-01-01' was given"),
        ([date(2024, 2, 1), date(2024, 1, 1)], r"as it begins: 2024-02-01, 2024-01-01 was"),
    ],
)
def test_a_reversed_window_is_told_as_it_was_given(window: Any, says: str) -> None:
    """Local dates are not turned into instants of another zone in the message."""
    with pytest.raises(InvalidValue, match=says):
        Calendar("Europe/Paris").window(window)


@pytest.mark.parametrize(
    ("ask", "given", "error", "says"),
    [
        (Period.containing, (["month"], MARCH.start, Calendar()), UnknownName, "unit of time"),
        (Period.containing, ("month", None, Calendar()), InvalidValue, "no day"),
        (Period.containing, ("month", datetime(2024, 1, 1), Calendar()), InvalidValue, "no day"),
        (Period.from_ordinal, ("month", 1.5, Calendar()), InvalidValue, "whole numbers"),
        (MARCH.next, (True,), InvalidValue, "whole numbers: True"),
        (VIP.is_named, (None,), InvalidValue, "name of a tag is no text"),
        (VIP.holds_at, ("2024-01-01",), InvalidValue, "no instant"),
        (Customer("c", tags=[VIP]).is_tagged, ("vip", 5), InvalidValue, "no instant"),
        (PurchasePolicy().counts_status, (np.zeros(2),), UnknownName, "order status"),
        (LeftOut, ("status", "", 1, [("EUR",)]), InvalidValue, "no name and number"),
        (LoadReport, ((), 0, 0, ["x"]), InvalidValue, "left_out is no LeftOut"),
        (LoadReport, ((), 0, 0, (), [LeftOut("status")]), InvalidValue, "bad is no BadRows"),
        (LoadReport, ((), 0, 0, (), (), ["x"]), InvalidValue, "no name and number: 'x'"),
        (frozen, (None,), InvalidValue, "table of names is no Mapping: 'NoneType'"),
    ],
)
def test_wrong_types_are_ours(
    ask: Callable[..., object],
    given: tuple[object, ...],
    error: type[CustInsightsError],
    says: str,
) -> None:
    """Python's own errors would not say what is allowed."""
    with pytest.raises(error, match=says):
        ask(*given)
