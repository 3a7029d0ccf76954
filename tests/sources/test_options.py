"""What a reader is told is checked at once, also where no row makes it matter."""

import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np
import pandas as pd
import pytest

from custinsights.domain.people import Customer
from custinsights.domain.products import Product
from custinsights.errors import CustInsightsError, InvalidValue, MissingColumn, UnreadableFile
from custinsights.history.orders import OrderHistory
from custinsights.sources import read_frame, read_objects, read_orders
from tests.sources.reading import HEADER, left_out, named, read, text_file

ROWS = (HEADER, "1,ada,2024-01-05,1.00", "2,bo,2024-01-06,2.50")
DAY = dt.date(2024, 1, 5)

WRONG: dict[str, list[Any]] = {
    "customers": [5, "x", b"x", True, [5], [None], Customer("x"), {"a": 1}, ["ada@x.org"]],
    "products": [5, "x", [5], Product("p")],
    "identity": ["", 5, None, [], True, b"email", ["x"], [5], [["email"]], {"email": 1}, "email"],
    "refunds": [5, "x", "", "invoice_prefix:", b"invoice_prefix:C", [], True],
    "currency": [5, "", "euro", "eur", b"EUR", ["EUR"], True],
    "rates": [
        5, "x", True, [("USD", 1)], {"usd": 1}, {5: 1}, {"USD": "x"}, {"USD": -1}, {"USD": 0},
        {"USD": float("nan")}, {"USD": True}, {"USD": [1]}, {("USD", "2024-01-05"): 1},
        {("USD", dt.datetime(2024, 1, 5, tzinfo=dt.UTC)): 1}, {("USD", None): 1},
        {("USD", DAY, 1): 1},
    ],
    "timezone": [5, "", "Mars", b"UTC", ["UTC"], True],
    "policy": [5, "x", {}, True],
    "observed_until": [5, "x", "2024-13-01", "2024-01-05T10:00", [], True, "1800-01-01"],
    "errors": ["x", 5, None, ["raise"], True, "RAISE"],
    "dayfirst": ["yes", 5, 0, 1, ""],
    "decimal": ["x", 5, "", True, "point"],
    "statuses": [
        5, "x", [], [("x", "paid")], {"x": "payed"}, {"x": 5}, {"x": None}, {5: "paid"},
        {" ": "paid"}, {"Ok": "paid", "ok": "failed"}, {"x": ["paid"]},
    ],
}  # fmt: skip
CASES = [(name, value) for name, values in WRONG.items() for value in values]


def from_frame(**options: Any) -> OrderHistory:
    """Read a frame that needs none of the options."""
    table = pd.DataFrame({"who": ["ada"], "when": ["2024-01-05"], "paid": [1.5]})
    return read_frame(
        table, **{"customer": "who", "placed_at": "when", "amount": "paid", **options}
    )


@pytest.mark.parametrize(
    "reader", [from_frame, lambda **told: read_orders(text_file(*ROWS), **told)]
)
@pytest.mark.parametrize(("name", "value"), CASES, ids=lambda one: str(one)[:30])
def test_wrong_option_is_refused_though_no_row_needs_it(
    reader: Callable[..., OrderHistory], name: str, value: object
) -> None:
    """An option that cannot be meant is one of our errors; nobody's address is shown in it."""
    with pytest.raises(CustInsightsError) as caught:
        reader(**{"currency": "EUR", name: value})
    assert str(caught.value)
    assert "ada@x.org" not in str(caught.value)


@pytest.mark.parametrize(
    "columns",
    [
        ["a"], "a", 5, [], [("customer", "c")], {5: "a"}, {None: "a"}, {"customer": 5},
        {"customer": None}, {"customer": []}, {"customer": [5]}, {"customer": b"a"},
    ],
)  # fmt: skip
def test_columns_are_a_mapping_from_fields_to_headers(columns: Any) -> None:
    """What is no mapping of texts to headers is refused by every reader of tables."""
    with pytest.raises(InvalidValue, match=r"[Cc]olumns"):
        read(*ROWS, columns=columns)
    with pytest.raises(InvalidValue, match=r"[Cc]olumns"):
        read_frame({"a": [1]}, columns=columns, currency="EUR")


def test_field_is_named_once() -> None:
    """Of a field that is named in `columns` and as an argument nobody knows which is meant."""
    with pytest.raises(InvalidValue, match=r"in columns= and as arguments too: \['customer_id'\]"):
        from_frame(columns={"customer": "who"}, currency="EUR")


def test_addresses_in_the_place_of_a_header_are_masked() -> None:
    """A list of e-mails is taken for headers, none of which is there, and shows nobody's."""
    with pytest.raises(MissingColumn, match=r"looked for 'xxx@x\.xxx'") as caught:
        from_frame(customer=["ada@x.org"], currency="EUR")
    assert "ada@" not in str(caught.value)


def test_series_in_the_place_of_a_header_is_not_shown() -> None:
    """A column in the place of its name is refused without what stands in it."""
    with pytest.raises(InvalidValue, match=r"something else than a header: 'Series'"):
        from_frame(customer=pd.Series(["ada"]), currency="EUR")


def test_option_is_refused_before_the_file_is_opened() -> None:
    """Nobody waits for a large file to hear that an option is wrong."""
    for options in ({"format": "nope"}, {"columns": {"custmer": "a"}}, {"timezone": "Mars"}):
        with pytest.raises(LookupError, match=r"There is no (format|field|time zone) named"):
            read_orders("absent.csv", currency="EUR", **options)


@pytest.mark.parametrize("told", ["yes", None, 1, [True, False], np.array([True])])
def test_function_of_refunds_tells_true_or_false(told: object) -> None:
    """A function that tells something else of a row is refused."""
    with pytest.raises(InvalidValue, match=r"function refunds= .* True or False for each row"):
        read(*ROWS, refunds=lambda _row: told)
    assert len(read(*ROWS, refunds=lambda _row: np.bool_(0))) == 2


@pytest.mark.parametrize("rate", ["x", 0, -1, [1], True])
def test_function_of_rates_tells_a_rate(rate: Any) -> None:
    """What is no rate is refused; None is a day without one, and makes its rows bad."""
    rows = (f"{HEADER},currency", "1,ada,2024-01-05,1.00,USD")
    with pytest.raises(InvalidValue, match="what is no rate"):
        read_orders(text_file(*rows), currency="EUR", rates=lambda *_: rate)
    with pytest.raises(ValueError, match=r"no exchange rate: 1 row.*\n.*needs a rate"):
        read_orders(text_file(*rows), currency="EUR", rates=lambda *_: None)


def test_words_for_statuses_compare_as_cells_do() -> None:
    """A word is known in any case, with its blanks and its prefix."""
    rows = (f"{HEADER},status", "1,ada,2024-01-05,1.00,wc-On The Way")
    assert left_out(read(*rows, statuses={"wc-on the WAY": "failed"})) == [("status", "failed", 1)]


def test_identity_that_is_in_no_column_is_refused() -> None:
    """Who wants people by e-mail and has no e-mails would lose every row."""
    with pytest.raises(MissingColumn, match=r"looked for 'email'; .*columns=\{'email'"):
        read(*ROWS, identity="email")


def test_refunds_by_order_id_need_order_ids() -> None:
    """A prefix of order ids finds nothing where there are none."""
    with pytest.raises(MissingColumn, match="by which refunds= tells refunds"):
        from_frame(refunds="invoice_prefix:C", currency="EUR")


@pytest.mark.parametrize("paths", [5, None, "", b"", b"x.csv", [], [5], True, {}, {"a": 1},
    io.StringIO("a"), [["a"]], pd.DataFrame({"a": [1]}), object()])  # fmt: skip
def test_what_is_no_file_is_refused(paths: Any) -> None:
    """Files are paths, or open and binary; bytes and tables are told which way to go."""
    with pytest.raises(InvalidValue, match=r"(is no file|no file to read).*opened in binary mode"):
        read_orders(paths, currency="EUR")


def test_file_that_is_closed_or_gives_texts_is_refused() -> None:
    """A file that cannot be read from is told before anything is read."""
    closed = named(b"a")
    closed.close()
    with pytest.raises(UnreadableFile, match=r"orders\.csv cannot be read: it is closed"):
        read_orders(closed)
    wrapped = type("Wrapper", (), {"read": lambda _self, _size=-1: ""})()
    with pytest.raises(InvalidValue, match="open as text"):
        read_orders(wrapped)


def test_progress_is_a_function() -> None:
    """What cannot be called is refused."""
    with pytest.raises(InvalidValue, match="progress= is no function"):
        read(*ROWS, progress=True)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"orders": None}, "orders are no list"),
        ({"orders": 5}, "orders are no list"),
        ({"orders": [5]}, "One of the orders is no Order: 'int'"),
        ({"customers": 5}, "customers are no list"),
        ({"refunds": "invoice_prefix:C"}, "refunds are no list"),
        ({}, "There is no row, and no currency is told"),
    ],
)
def test_objects_come_in_lists(options: dict[str, Any], match: str) -> None:
    """One object, or something else, in the place of a list is refused."""
    with pytest.raises(InvalidValue, match=match):
        read_objects(**{"orders": [], **options})


@pytest.mark.parametrize(
    "value",
    [
        b"a",
        (1, 2),
        ["a"],
        True,
        7.5,
        2.0**60,
        DAY,
        {"a": 1},
        "\ud800",
        np.array([1]),
        float("inf"),
        Decimal("Infinity"),
        dt.timedelta(1),
    ],
)
def test_id_is_a_text_or_a_whole_number(value: object) -> None:
    """Other values are no ids: their rows are bad, and do not become texts in silence."""
    table = {"who": [value, "ada"], "when": [DAY] * 2, "paid": [1, 2], "no": ["1", "2"]}
    for changed in ({}, {"who": table["no"], "no": table["who"]}):
        history = read_frame(
            {**table, **changed}, customer="who", placed_at="when", amount="paid", order_id="no",
            currency="EUR", errors="report",
        )  # fmt: skip
        [bad] = history.load_report.bad
        assert (bad.kind, bad.rows, len(history)) == ("id that is no text or whole number", 1, 1)


def test_ids_compare_as_they_are_written() -> None:
    """A whole number is the same id whatever its type."""
    uuid = UUID(int=7)
    who = [7, "7", 7.0, np.int64(7), Decimal("7.0"), uuid, str(uuid)]
    table = {"who": who, "when": [DAY] * 7, "paid": [1] * 7}
    history = read_frame(table, customer="who", placed_at="when", amount="paid", currency="EUR")
    assert history.customer_ids.tolist() == [str(uuid), "7"]


def test_label_that_is_no_text_is_refused() -> None:
    """Numbers, truth values and days are labels as they are written; bytes are none."""
    table = {"who": ["a"] * 4, "when": [DAY] * 4, "paid": [1] * 4, "land": [b"FR", 8.0, True, DAY]}
    history = read_frame(
        table, customer="who", placed_at="when", amount="paid", country="land", currency="EUR",
        errors="report",
    )  # fmt: skip
    assert sorted(history.labels["country"].names) == ["2024-01-05", "8", "True"]
    assert [bad.kind for bad in history.load_report.bad] == ["value that is no text"]
