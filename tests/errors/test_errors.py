"""Errors carry their facts, mean a built-in, survive pickling and read aloud well."""

import pickle
import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from custinsights import errors
from custinsights.domain import BadCell, BadRows, LoadReport, Money

REPORT = LoadReport(
    rows_read=1200,
    rows_used=1197,
    bad=[
        BadRows("unreadable date", 2, [BadCell("orders.csv", 3, "Date", "31/31/2011")]),
        BadRows("unknown currency", 1, [BadCell("orders.csv", 9, "Currency", "EURO")]),
    ],
)
# Every class once: an error, the built-in that it means, the whole of what it says.
SPOKEN: list[tuple[errors.CustInsightsError, type[Exception], str]] = [
    (
        errors.InvalidValue("the month is out of range", 13, "a number from 1 to 12", "Count on"),
        ValueError,
        "The month is out of range: 13 was given; allowed is a number from 1 to 12. Count on.",
    ),
    (
        errors.UnknownName("metric", "revenu", ("orders", "revenue"), "Or add it to a catalog"),
        LookupError,
        (
            "There is no metric named 'revenu'. Did you mean 'revenue'? Known names: 'orders', "
            "'revenue'. Or add it to a catalog."
        ),
    ),
    (
        errors.StoreFailed("database or disk is full"),
        RuntimeError,
        (
            "The database of the shop could not go on: database or disk is full. What was not "
            "committed is not kept; make room, or look whether it is whole, and do it again."
        ),
    ),
    (
        errors.StoreBusy(60),
        TimeoutError,
        (
            "Another writer has held the store for 60 seconds. Nothing was changed; write again "
            "when it is done."
        ),
    ),
    (
        errors.NaiveTime("the instant", datetime(2024, 3, 5, 10), "Name the zone"),
        ValueError,
        (
            "The instant has no time zone: 2024-03-05T10:00:00 was given; allowed is a time with "
            "its zone. Name the zone."
        ),
    ),
    (
        errors.UnreadableFile("a.csv.gz", "the gzip stream ends too early", "Export it again"),
        OSError,
        "a.csv.gz cannot be read: the gzip stream ends too early. Export it again.",
    ),
    (
        errors.MissingColumn("the customer", ("Customer ID",), ("Order", "Total"), "Map it"),
        LookupError,
        (
            "There is no column for the customer: looked for 'Customer ID'; found 'Order', "
            "'Total'. Map it."
        ),
    ),
    (
        errors.MissingData("the time of day", "the dimension 'hour'", "Use 'weekday'"),
        LookupError,
        (
            "The dimension 'hour' needs the time of day, which this history does not hold. "
            "Use 'weekday'."
        ),
    ),
    (
        errors.BadRowsError(REPORT, "Tell refunds by refunds="),
        ValueError,
        (
            "3 of 1,200 rows cannot be read:\n"
            "  unknown currency: 1 row, such as orders.csv line 9, column 'Currency': 'EURO'\n"
            "  unreadable date: 2 rows, such as orders.csv line 3, column 'Date': '31/31/2011'\n"
            'Correct them, or pass errors="report" to leave them out and have them counted in the '
            "load report. Tell refunds by refunds=."
        ),
    ),
    (
        errors.SeveralCurrencies(
            (("EUR", 1, Money("50.00", "EUR")), ("GBP", 1000, Money("9000.00", "GBP")))
        ),
        ValueError,
        (
            "The orders are in 2 currencies: GBP (1,000 rows, GBP 9,000.00), EUR (1 row, EUR "
            "50.00); allowed is one. Pick one with currency='GBP' (the others are left "
            "out and counted), or convert them with rates=."
        ),
    ),
    (
        errors.Refused("revenue", "product", "an order holds several", "Ask for line_revenue"),
        ValueError,
        "'revenue' by 'product' makes no sense: an order holds several. Ask for line_revenue.",
    ),
    (
        errors.Incompatible("the currencies", "EUR", "USD", "Convert one of them"),
        ValueError,
        (
            "The currencies differ: 'EUR' and 'USD' were given; allowed are equal ones. "
            "Convert one of them."
        ),
    ),
    (
        errors.NotSummable("customers", "month", "Measure again without it"),
        ValueError,
        (
            "'customers' does not add up along 'month': one customer may be counted in several "
            "cells. Measure again without it."
        ),
    ),
    (
        errors.CannotAsk("drill"),
        RuntimeError,
        (
            "'drill' asks the history again, and this result does not hold it: it was saved, "
            "merged or sent without. Measure the history once more."
        ),
    ),
    (
        errors.NeedsCuts("rfm"),
        ValueError,
        (
            "'rfm' judges a customer against all customers, and no cuts were given. Make them with "
            "cuts(history) on the whole history and pass cuts=."
        ),
    ),
    (
        errors.RuleError("this is no trait", "a trait", "ordres > 3", 0, 6, "orders"),
        ValueError,
        ("This is no trait. Expected: a trait. Did you mean 'orders'?\n  ordres > 3\n  ^^^^^^"),
    ),
    (
        errors.MissingExtra("pyarrow", "arrow", "reading Parquet"),
        ImportError,
        (
            "Reading Parquet needs pyarrow, which is not installed. Install it with "
            "pip install 'custinsights[arrow]'."
        ),
    ),
    (
        errors.PlugInFailed("spend", "acme-metrics", "it is no metric"),
        RuntimeError,
        (
            "The plug-in 'spend' of acme-metrics cannot be used: it is no metric. Update or "
            "uninstall acme-metrics, or pass an object of your own."
        ),
    ),
    (
        errors.NeedsModels("churn_risk"),
        ValueError,
        (
            "'churn_risk' is told by models fitted to all customers, and none were given. Fit them "
            "with models = custinsights.fit_models(history) on the whole history and pass "
            "catalog=custinsights.DEFAULT.with_models(models)."
        ),
    ),
    (
        errors.NoModel("BetaGeoNBD", "nobody has ordered again", "Give a longer history"),
        ValueError,
        "BetaGeoNBD tells nothing here: nobody has ordered again. Give a longer history.",
    ),
    (
        errors.StaleWrite("the customer 'c7'", 3, 4),
        RuntimeError,
        (
            "The customer 'c7' was changed meanwhile: version 3 was to be replaced and version 4 "
            "is there. Read it again, and make the change anew."
        ),
    ),
    (
        errors.AlreadyTaken("the id 'c7'"),
        ValueError,
        "The id 'c7' belongs to another customer already. Merge the two, if they are one person.",
    ),
    (
        errors.NewerStore("shop.db", 7, 3),
        RuntimeError,
        (
            "The store shop.db has schema 7; allowed is at most 3. Update custinsights; nothing "
            "was changed."
        ),
    ),
    (
        errors.AccessRefused("the e-mail address", "pii", ("customer_insights",)),
        PermissionError,
        "The e-mail address needs the permission 'pii'; held: 'customer_insights'.",
    ),
    (
        errors.WrongKey("a sealed text"),
        ValueError,
        (
            "A sealed text was made with another key than those given. Give the keys of this "
            "store, the newest first; nobody can read it without them."
        ),
    ),
    (
        errors.ContractBroken("trait 'basket_size'", ("row order: 2.0 became 3.0",)),
        AssertionError,
        "The trait 'basket_size' breaks 1 check:\n  row order: 2.0 became 3.0",
    ),
]
IDS = [type(error).__name__ for error, _, _ in SPOKEN]


@pytest.mark.parametrize(("error", "means", "says"), SPOKEN, ids=IDS)
def test_an_error_says_what_is_wrong(
    error: errors.CustInsightsError, means: type[Exception], says: str
) -> None:
    """The message is what is wrong, what was given, what is allowed, what to do."""
    assert str(error) == says
    with pytest.raises(means, match=re.escape(says)):
        raise error


@pytest.mark.parametrize("error", [error for error, _, _ in SPOKEN], ids=IDS)
def test_an_error_survives_pickling(error: errors.CustInsightsError) -> None:
    """An error raised in another process arrives with all its facts and says the same."""
    arrived = pickle.loads(pickle.dumps(error))
    assert type(arrived) is type(error)
    assert str(arrived) == str(error)
    assert arrived.args == error.args != ()


def test_every_error_is_read_here() -> None:
    """No class is missing from the list of what errors say."""
    raised = {name for name in errors.__all__ if name not in {"CustInsightsError", "counted"}}
    assert raised <= set(IDS)


def test_a_file_that_cannot_be_read_is_caught_either_way() -> None:
    """An unreadable file is an OSError like any, and a ValueError for what it holds."""
    error = errors.UnreadableFile("a.csv", "it is no CSV")
    assert isinstance(error, OSError)
    assert isinstance(error, ValueError)


def test_errors_are_equal_only_to_themselves() -> None:
    """Two errors with the same facts are two events."""
    assert errors.NeedsCuts("rfm") != errors.NeedsCuts("rfm")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (datetime(2024, 3, 5, tzinfo=UTC), "2024-03-05T00:00:00+00:00"),
        (date(2024, 3, 5), "2024-03-05"),
        (Decimal("1.50"), "1.50"),
        ((date(2024, 3, 5), "x"), "2024-03-05, 'x'"),
        (frozenset({"b", "a"}), "'a', 'b'"),
        ((), "()"),
        ("x" * 500, "'" + "x" * 78 + "…"),
    ],
)
def test_what_was_given_is_shown_as_people_write_it(given: object, shown: str) -> None:
    """Days and numbers are shown plainly, sets in one order, and long values are cut."""
    assert str(errors.InvalidValue("it is wrong", given, "right")) == (
        f"It is wrong: {shown} was given; allowed is right."
    )


def test_a_name_in_code_keeps_its_spelling() -> None:
    """A message that begins with the name of a field does not begin it with a capital."""
    error = errors.InvalidValue("placed_at of an Order is no instant", 5, "an aware datetime")
    assert str(error).startswith("placed_at of an Order")


def test_the_nearest_name_is_suggested_in_its_own_spelling() -> None:
    """Letter case does not hide a near name, and a far one is not suggested."""
    assert errors.UnknownName("currency", "eur", ("EUR", "USD")).suggestion == "EUR"
    assert errors.UnknownName("currency", "wampum", ("EUR", "USD")).suggestion is None


def test_a_long_list_of_names_is_not_read_out() -> None:
    """With hundreds of known names the message suggests one and does not list them."""
    error = errors.UnknownName("name", "n7x", tuple(f"n{i}" for i in range(300)))
    assert "Known names" not in str(error)


def test_a_long_list_of_headers_is_cut() -> None:
    """Of very many headers the message shows the first hundred and counts the others."""
    error = errors.MissingColumn("the customer", ("Email",), tuple(f"c{i}" for i in range(120)))
    assert "'c99' and 20 more" in str(error)
    assert "found nothing" in str(errors.MissingColumn("the customer", ("Email",), ()))


def test_one_thing_is_in_the_singular() -> None:
    """A number and its noun agree, whichever plural the noun has."""
    assert errors.counted(1, "order") == "1 order"
    assert errors.counted(1, "person", "people") == "1 person"
    assert errors.counted(0, "person", "people") == "0 people"
    assert errors.counted(1200, "order") == "1,200 orders"
