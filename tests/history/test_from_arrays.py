"""Plain arrays become a history, or an error that says what is wrong with them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import numpy as np
import pandas as pd
import pytest

from custinsights.domain.calendar import Calendar
from custinsights.errors import InvalidValue, NaiveTime, UnknownName
from custinsights.history.columnar.columns import (
    Labels,
    LineColumns,
    OrderColumns,
    People,
    Products,
    RefundColumns,
    TagRow,
)
from custinsights.history.orders import OrderHistory

PARIS = ZoneInfo("Europe/Paris")


def made(**more: Any) -> OrderHistory:
    """Return two orders of two customers, with other columns where given."""
    given: dict[str, Any] = {
        "customer": ["bo", "ada"],
        "placed_at": ["2024-01-01", "2024-01-02"],
        "amount": [1, 2],
        "currency": "EUR",
        "timezone": "Europe/Paris",
    }
    return OrderHistory.from_arrays(**{k: v for k, v in (given | more).items() if v is not ...})


@pytest.mark.parametrize(
    "customers",
    [
        ["bo", "ada"],
        ("bo", "ada"),
        np.array(["bo", "ada"]),
        np.array(["bo", "ada"], dtype=object),
        np.array(["bo", "ada"], dtype=np.dtypes.StringDType()),
        pd.Series(["bo", "ada"]),
        (name for name in ("bo", "ada")),
        Labels(np.array([1, 0], dtype=np.int32), ("ada", "bo")),
    ],
    ids=lambda value: type(value).__name__,
)
def test_customers_in_any_dress(customers: Any) -> None:
    """Texts of any kind of sequence are the same identities."""
    history = made(customer=customers)
    assert history.customer_ids.tolist() == ["ada", "bo"]
    assert history.amount.tolist() == [200, 100]


@pytest.mark.parametrize("kind", ["i1", "u4", "i8"])
def test_customers_of_any_integer_kind(kind: str) -> None:
    """Integers stay integers, and lie in their order."""
    assert made(customer=np.array([9, 2], dtype=kind)).customer_ids.tolist() == [2, 9]


@pytest.mark.parametrize(
    "amounts",
    [
        {"amount": [1, 2]},
        {"amount": [1.0, 2.0]},
        {"amount": ["1.00", "2"]},
        {"amount": [Decimal(1), Decimal("2.00")]},
        {"amount": np.array([1, 2], dtype=np.int16)},
        {"amount": ..., "amount_minor": [100, 200]},
        {"amount": ..., "amount_minor": np.array([100, 200], dtype=np.uint16)},
    ],
    ids=str,
)
def test_amounts_in_any_dress(amounts: dict[str, Any]) -> None:
    """Major units of any exact kind, or minor units as integers."""
    assert made(**amounts).amount.tolist() == [200, 100]


@pytest.mark.parametrize(
    "times",
    [
        ["2024-01-01 10:00", "2024-01-02 11:00"],
        [dt.datetime(2024, 1, 1, 10), dt.datetime(2024, 1, 2, 11)],
        [dt.datetime(2024, 1, 1, 10, tzinfo=PARIS), dt.datetime(2024, 1, 2, 11, tzinfo=PARIS)],
        ["2024-01-01T09:00:00Z", "2024-01-02T11:00+01:00"],
        np.array(["2024-01-01T10:00", "2024-01-02T11:00"], dtype="M8[ns]"),
        np.array([1704099600000000, 1704189600000000]),
        pd.to_datetime(["2024-01-01 10:00", "2024-01-02 11:00"]),
    ],
    ids=lambda value: str(value)[:40],
)
def test_times_in_any_dress(times: Any) -> None:
    """Times without a zone lie in the shop's; integers are microseconds UTC."""
    history = made(placed_at=times)
    assert history.placed_at.tolist() == [1704189600000000, 1704099600000000]
    assert history.context.has_times
    assert history.observed_from == dt.datetime(2024, 1, 1, tzinfo=PARIS)
    assert history.observed_until == dt.datetime(2024, 1, 3, tzinfo=PARIS)


def test_dates_alone() -> None:
    """A date is local midnight at its start, and a source of dates knows no hours."""
    history = made(placed_at=[dt.date(2024, 1, 1), dt.date(2024, 1, 2)])
    assert history.placed_at.tolist() == made().placed_at.tolist()
    assert not history.context.has_times


def test_what_the_load_report_says_of_arrays() -> None:
    """Rows used, values that rounding changed, hours that happened twice or never, a guess."""
    report = made(
        placed_at=["2024-03-31 02:30", "2024-10-27 02:30"],
        amount=["1.005", "2.10"],
        discount=["0.001", "0"],
    ).load_report
    assert dict(report.notes) == {"ambiguous_times": 1, "rounded_values": 2, "skipped_times": 1}
    assert (report.rows_read, report.rows_used, report.balances) == (2, 2, True)
    assert not report.timezone_assumed
    zoned = made(placed_at=["2024-01-01T10:00Z", "2024-01-02T10:00Z"], timezone=None)
    assert zoned.load_report.timezone_assumed
    assert zoned.calendar == Calendar(timezone="UTC")


def test_further_columns() -> None:
    """Money in major or minor units, units in items, every other name a column of texts."""
    history = made(
        goods=["1.50", "3"],
        discount_minor=[50, 100],
        units=[1, "0.25"],
        channel=["web", None],
        mood=Labels.encode([None, "good"]),
        coupon=np.array(["X", np.nan], dtype=object),
        region=None,
    )
    numbers = {name: column.tolist() for name, column in history.numbers.items()}
    assert numbers == {"goods": [300, 150], "discount": [100, 50], "units": [250, 1000]}
    labels = {name: column.texts().tolist() for name, column in history.labels.items()}
    assert labels == {"channel": [None, "web"], "coupon": [None, "X"], "mood": ["good", None]}
    assert history.number("amount") is history.amount
    assert history.has("discount").tolist() == [True, True]
    assert history.has("coupon").tolist() == [False, True]
    assert history.has("tip").tolist() == [False, False]


def test_columns_are_copied() -> None:
    """What happens to the caller's arrays later does not reach the history."""
    amounts, customers = np.array([100, 200]), np.array([1, 2])
    history = made(customer=customers, amount=..., amount_minor=amounts)
    amounts[:] = 0
    customers[:] = 7
    assert history.amount.tolist() == [100, 200]
    assert history.customer_ids.tolist() == [1, 2]


def test_no_orders() -> None:
    """An empty source is a history: of nobody, observed from and until the same instant."""
    history = made(customer=[], placed_at=[], amount=[])
    assert (len(history), history.people) == (0, 0)
    assert history.observed_from == history.observed_until
    assert repr(history).startswith("<OrderHistory: 0 orders of 0 people")
    told = made(
        customer=[],
        placed_at=[],
        amount=[],
        observed_from="2024-01-01",
        observed_until="2024-02-01",
    )
    assert told.observed_until - told.observed_from == dt.timedelta(days=31)


REFUNDS = RefundColumns(
    customer=np.array(["ada"], dtype=object),
    refunded_at=np.array([1704189600000000]),
    amount=np.array([5]),
    order=np.array([1]),
    product=np.array([-1]),
)
LINES = LineColumns(
    order=np.array([0, 1]),
    product=np.array([0, 0]),
    quantity=np.array([1000, 2000]),
    amount=np.array([100, 200]),
)
PRODUCTS = Products(ids=("print",), labels={"category": Labels.encode(["Prints"])})
PEOPLE = People(
    ids=np.array(["ada", "cy"], dtype=object),
    labels={"country": Labels.encode(["FR", None])},
    tags=(TagRow(person=1, name="vip", since=0),),
)


def test_streams_and_tables() -> None:
    """Refunds, lines, products and people come in columns of their own; units follow the lines."""
    history = made(refunds=REFUNDS, lines=LINES, products=PRODUCTS, people=PEOPLE)
    assert history.refunds.order.tolist() == [0]
    assert history.numbers["units"].tolist() == [2000, 1000]
    assert history.customer_ids.tolist() == ["ada", "bo", "cy"]
    assert history.offsets.tolist() == [0, 1, 2, 2]
    tags = history.people_table.tags
    assert tags is not None
    assert (tags.customer.tolist(), tags.name.texts().tolist()) == ([2], ["vip"])
    assert history.load_report.rows_read == 3


def changed(columns: Any, **more: Any) -> Any:
    """Return columns with some of them changed."""
    return attrs.evolve(columns, **more)


WRONG: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"customer": ["ada"]}, InvalidValue, r"'customer' has another length.*1 row'.*2 rows"),
    ({"placed_at": ["2024-01-01"]}, InvalidValue, r"'placed_at' has another length"),
    ({"order_id": [1]}, InvalidValue, r"'order_id' has another length"),
    ({"channel": ["web"]}, InvalidValue, r"'channel' has another length"),
    ({"discount": [1]}, InvalidValue, r"discount.*another length"),
    ({"customer": ["ada", None]}, InvalidValue, r"only integers or only texts.*NoneType"),
    ({"customer": ["ada", 1]}, InvalidValue, r"only integers or only texts.*int"),
    ({"customer": ["ada", ""]}, InvalidValue, r"empty text"),
    ({"customer": np.array([1.0, 2.0])}, InvalidValue, r"float64.*astype"),
    ({"customer": np.array([1, 2**63], dtype=np.uint64)}, InvalidValue, r"do not fit 64 bits"),
    (
        {"customer": Labels(np.array([0, -1], dtype=np.int32), ("ada",))},
        InvalidValue,
        r"missing in some rows.*1 row without",
    ),
    (
        {"placed_at": ["2024-01-01 10:00", "2024-01-02"], "timezone": None},
        NaiveTime,
        r"1 time such as 2024-01-01.*timezone=",
    ),
    ({"placed_at": ["2024-01-01", "soon"]}, InvalidValue, r"1 such value, in row 1"),
    ({"placed_at": np.array([0, 2**62])}, InvalidValue, r"years 1 to 9999.*another unit"),
    ({"amount": [1, -2]}, InvalidValue, r"negative number.*refund"),
    ({"amount": [1, "x"]}, InvalidValue, r"1 such value, in row 1"),
    ({"amount": [1.0, np.nan]}, InvalidValue, r"not finite numbers"),
    ({"amount": ...}, InvalidValue, r"given once.*neither"),
    ({"amount_minor": [1, 2]}, InvalidValue, r"given once.*amount and amount_minor"),
    ({"amount": ..., "amount_minor": [1.0, 2.0]}, InvalidValue, r"whole numbers.*major units"),
    ({"amount": ..., "amount_minor": [2**62, 2**62]}, InvalidValue, r"too large to be summed"),
    ({"currency": "EURO"}, UnknownName, r"Did you mean 'EUR'"),
    ({"timezone": "Mars/Base"}, UnknownName, r"time zone"),
    ({"calendar": Calendar()}, InvalidValue, r"zone is given twice"),
    ({"channel": [1, 2]}, InvalidValue, r"'channel' must hold texts.*int64.*discount"),
    ({"channel": ["web", 3.5]}, InvalidValue, r"'channel' must hold texts"),
    ({"goods": [1, 2], "goods_minor": [1, 2]}, InvalidValue, r"'goods' is given twice"),
    ({"goods_minor": [1.5, 2.0]}, InvalidValue, r"whole numbers"),
    ({"order_id": [7, 7]}, InvalidValue, r"more than once.*1 repeated.*read_orders"),
    ({"order_id": ["a", "a"]}, InvalidValue, r"more than once"),
    ({"order_id": ["a", None]}, InvalidValue, r"ids of the orders must hold only"),
    ({"observed_from": "2024-01-02"}, InvalidValue, r"before the beginning of the observation"),
    ({"refunds": [1]}, InvalidValue, r"refunds must be columns.*a RefundColumns"),
    (
        {"refunds": changed(REFUNDS, order=np.array([0]))},
        InvalidValue,
        r"order of another customer.*1 such",
    ),
    (
        {"refunds": changed(REFUNDS, order=np.array([2]))},
        InvalidValue,
        r"orders of refunds.*does not exist.*-1 to 1",
    ),
    ({"refunds": changed(REFUNDS, amount=np.array([-5]))}, InvalidValue, r"refunds.*negative"),
    ({"refunds": changed(REFUNDS, product=np.array([0]))}, InvalidValue, r"products of refunds"),
    ({"refunds": changed(REFUNDS, amount=np.array([1.5]))}, InvalidValue, r"refunds.*64 bits"),
    ({"refunds": changed(REFUNDS, customer=np.array([1]))}, InvalidValue, r"in different ways"),
    ({"lines": LINES}, InvalidValue, r"products of lines.*does not exist"),
    (
        {"lines": changed(LINES, order=np.array([0, -1])), "products": PRODUCTS},
        InvalidValue,
        r"orders of lines.*0 to 1",
    ),
    (
        {"lines": changed(LINES, quantity=np.array([1])), "products": PRODUCTS},
        InvalidValue,
        r"quantities of lines.*another length",
    ),
    (
        {"people": changed(PEOPLE, ids=np.array(["ada", "ada"], dtype=object))},
        InvalidValue,
        r"names a customer twice.*1 repeated",
    ),
]


@pytest.mark.parametrize(("more", "error", "message"), WRONG, ids=lambda value: str(value)[:50])
def test_what_is_wrong_is_said(more: dict[str, Any], error: type[Exception], message: str) -> None:
    """Each mistake is an error that says what was given and what is allowed."""
    with pytest.raises(error, match="(?is)" + message):
        made(**more)


def test_no_identity_in_errors() -> None:
    """An error about columns shows no customer."""
    with pytest.raises(InvalidValue, match="only texts") as caught:
        made(customer=["ada@example.org", 5])
    assert "ada" not in str(caught.value)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"numbers": {"weight": np.array([1])}}, r"unknown name.*weight.*goods"),
        ({"amount": np.array([1], dtype=np.int32)}, r"whole numbers in 64 bits.*int32"),
        ({"placed_at": np.array([1.0])}, r"microseconds UTC.*float64"),
        ({"rows": np.array([-1])}, r"rows holds a negative number"),
        (
            {"labels": {"channel": Labels(np.array([3], dtype=np.int32), ("web",))}},
            r"point to no label.*3",
        ),
    ],
)
def test_columns_of_a_source_are_validated(more: dict[str, Any], message: str) -> None:
    """What a source hands over is checked like what a user does."""
    given: dict[str, Any] = {
        "customer": np.array([1]),
        "placed_at": np.array([0]),
        "amount": np.array([1]),
    }
    with pytest.raises(InvalidValue, match="(?is)" + message):
        OrderHistory.of(OrderColumns(**(given | more)), currency="EUR", calendar=Calendar())


def test_orders_of_one_instant_are_numbered_by_their_ids() -> None:
    """Of two texts the shorter is first, as numbers are: #999 before #1000."""
    history = OrderHistory.from_arrays(
        customer=["ada", "ada"],
        placed_at=["2024-01-05", "2024-01-05"],
        amount=[10, 50],
        order_id=["#1000", "#999"],
        currency="EUR",
        timezone="UTC",
    )
    assert history.order_ids is not None
    assert history.order_ids.tolist() == ["#999", "#1000"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [("chanel", "channel"), ("contry", "country"), ("order_ids", "order_id"), ("Coupon", "coupon")],
)
def test_a_misspelt_column_is_no_label(name: str, meant: str) -> None:
    """It is refused with the name that is meant, unless that column is given too."""
    with pytest.raises(UnknownName, match=rf"Did you mean '{meant}'\?.*must not be so near"):
        made(**{name: ["x", "y"]})
    assert made(**{name: ["x", "y"], meant: ["a", "b"]}).labels[name].names == ("x", "y")


@pytest.mark.parametrize("name", ["theme", "studio", "wrapped_by", "till"])
def test_a_label_of_ones_own(name: str) -> None:
    """A name that is near to none is a label."""
    assert made(**{name: ["x", "y"]}).labels[name].names == ("x", "y")
