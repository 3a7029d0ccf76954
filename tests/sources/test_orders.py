"""Tables of orders: columns, fates of rows, statuses, currencies, refunds."""

import datetime as dt
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from custinsights.domain.policy import PurchasePolicy
from custinsights.errors import (
    InvalidValue,
    MissingColumn,
    NaiveTime,
    SeveralCurrencies,
    UnknownName,
)
from custinsights.sources import read_orders
from tests.sources.reading import (
    HEADER,
    amounts,
    bad_kinds,
    left_out,
    owners,
    read,
    text_file,
)


def test_headers_of_our_own_words_need_no_mapping() -> None:
    """A table whose headers are our words, in any case, is read without being told."""
    history = read("Order ID;Customer;Date;Total;Country", "7;ada;2024-01-05;10,50;FR")
    assert amounts(history) == {7: 1050}
    assert owners(history) == {7: "ada"}
    assert history.labels["country"].texts().tolist() == ["FR"]


def test_mapping_leads_from_our_fields_to_the_headers() -> None:
    """Fields are mapped to headers without regard to case, several headers in turn."""
    history = read(
        "Who,When,Paid,Theme",
        "ada,2024-01-05,3,sea",
        columns={"customer": "who", "date": "WHEN", "total": ("Net", "Paid"), "theme": "Theme"},
    )
    assert history.amount.tolist() == [300]
    assert history.labels["theme"].texts().tolist() == ["sea"]
    assert history.order_ids is None


def test_missing_columns_say_what_was_looked_for_and_found() -> None:
    """A column that is needed and missing is named with what was looked for and what is there."""
    with pytest.raises(MissingColumn, match=r"looked for 'Wen'; found 'Who', 'When', 'Paid'"):
        read("Who,When,Paid", "a,b,c", columns={"customer": "Who", "placed_at": "Wen"})
    with pytest.raises(MissingColumn, match=r"the customer .*columns=\{'customer'"):
        read("When,Paid", "a,b", columns={"placed_at": "When", "amount": "Paid"})
    with pytest.raises(MissingColumn, match="the time of the order"):
        read("Who,Paid", "a,b", columns={"customer": "Who", "amount": "Paid"})
    with pytest.raises(MissingColumn, match="the amount of the order"):
        read("Who,When", "a,2024-01-05", columns={"customer": "Who", "placed_at": "When"})
    with pytest.raises(MissingColumn, match=r"none of .*, shopify"):
        read("x,y", "1,2")


@pytest.mark.parametrize(
    ("columns", "match"),
    [
        ({"customer": "a", "customer_id": "b"}, "twice"),
        ({"Customer ID": "customer"}, "Columns maps a name that is no field"),
        ({"customer": 3}, "maps 'customer' to something else than a header"),
    ],
)
def test_mapping_that_makes_no_sense_is_refused(columns: dict[str, object], match: str) -> None:
    """Two words for one field, and a mapping the wrong way round, are refused."""
    with pytest.raises(InvalidValue, match=match):
        read("a,b", "1,2", columns=columns)


def test_bad_rows_are_raised_all_at_once() -> None:
    """Every kind of bad row is told in one error, with its number."""
    assert bad_kinds(
        f"{HEADER},currency,status",
        "1,ada,2024-01-05,1.00,EUR,paid",
        "2,ada,05/2024,1.00,EUR,paid",
        "3,ada,2024-01-05,one,EUR,paid",
        "4,ada,2024-01-05,1.00,XXQ,paid",
        "5,ada,2024-01-05,1.00,EUR,lost",
        "6,ada,2024-01-05,-1.00,EUR,paid",
        "7,ada,2024-01-05,1.00,EUR",
        ",ada,2024-01-05,1.00,EUR,paid",
        "9,ada,2024-01-05,,EUR,paid",
        "10,ada,,1.00,EUR,paid",
        "11,ada,2024-01-05,1e14,EUR,paid",
        "12,a\0da,2024-01-05,1.00,EUR,paid",
    ) == {
        "NUL character": 1,
        "negative amount": 1,
        "no order id": 1,
        "number too large": 1,
        "unknown currency": 1,
        "unknown status": 1,
        "unreadable date": 2,
        "unreadable number": 2,
        "wrong number of cells": 1,
    }


def test_bad_rows_show_five_examples_with_lines_and_no_contacts() -> None:
    """A kind shows its first five rows by file, line, column and cell; contacts are masked."""
    lines = [f"{n},ada@example.com,nowhere {n},1.00" for n in range(7)]
    report = read(HEADER, *lines, errors="report").load_report
    [kind] = report.bad
    assert (kind.rows, kind.money) == (7, (("EUR", 700),))
    assert [(one.file, one.line, one.column) for one in kind.examples] == [
        ("orders.csv", line, "placed_at") for line in range(2, 7)
    ]
    assert kind.examples[0].cell == "xxxxxxx 0"
    marked = read(HEADER, "1,ada@exam\0ple.com,2024-01-05,1.00", errors="report").load_report
    assert "ada" not in str(marked)


def test_encoding_makes_rows_bad_in_any_column() -> None:
    """A byte that is no UTF-8 makes its row bad, also in a column that is not read."""
    file = text_file(f"{HEADER},note", "1,ada,2024-01-05,1.00,é", encoding="latin-1")
    report = read_orders(file, currency="EUR", errors="report").load_report
    assert [(kind.kind, kind.rows, kind.money) for kind in report.bad] == [
        ("not UTF-8", 1, (("EUR", 100),))
    ]


def test_rows_count_under_the_first_reason() -> None:
    """Bad comes before currency, currency before status, status before identity."""
    history = read(
        f"{HEADER},currency,status",
        "1,ada,2024-01-05,1.00,EUR,paid",
        "2,,nowhere,1.00,USD,voided",
        "3,,2024-01-05,2.00,USD,voided",
        "4,,2024-01-05,3.00,EUR,voided",
        "5,,2024-01-05,4.00,EUR,paid",
        "6,ada,2024-01-05,5.00,EUR,failed",
        "7,0,2024-01-05,6.00,EUR,",
        currency="EUR",
        errors="report",
    )
    report = history.load_report
    assert amounts(history) == {1: 100}
    assert [(kind.kind, kind.rows, kind.money) for kind in report.bad] == [
        ("unreadable date", 1, (("USD", 100),))
    ]
    assert [(one.reason, one.detail, one.rows, one.money) for one in report.left_out] == [
        ("currency", "USD", 1, (("USD", 200),)),
        ("status", "failed", 1, (("EUR", 500),)),
        ("status", "voided", 1, (("EUR", 300),)),
        ("identity", "", 2, (("EUR", 1000),)),
    ]
    assert report.balances


def test_policy_says_which_statuses_are_left_out() -> None:
    """What the policy counts is not left out by its status, but by having no customer."""
    lines = (f"{HEADER},status", "1,ada,2024-01-05,1.00,pending", "2,,2024-01-05,1.00,Pending")
    assert left_out(read(*lines)) == [("status", "pending", 2)]
    counted = read(*lines, policy=PurchasePolicy(counted_statuses={"paid", "pending"}))
    assert len(counted) == 1
    assert left_out(counted) == [("identity", "", 1)]


def test_words_for_statuses_can_be_told() -> None:
    """A shop's own words for the state of an order are mapped by `statuses`."""
    lines = (f"{HEADER},status", "1,ada,2024-01-05,1.00,Bezahlt", "2,ada,2024-01-05,1.00,wc-Failed")
    with pytest.raises(ValueError, match=r"unknown status: 1 row.*Bezahlt"):
        read(*lines)
    history = read(*lines, statuses={"bezahlt": "paid"})
    assert left_out(history) == [("status", "failed", 1)]


def test_several_currencies_are_refused_unless_one_is_picked() -> None:
    """Orders in several currencies are an error that tells each, or one of them is picked."""
    lines = (
        f"{HEADER},currency",
        "1,ada,2024-01-05,1.00,usd",
        "2,ada,2024-01-05,150,JPY",
        "3,bo,2024-01-05,2.50,USD",
    )
    with pytest.raises(SeveralCurrencies, match=r"USD \(2 rows, USD 3\.50\), JPY \(1 row, JPY 150"):
        read(*lines)
    history = read(*lines, currency="JPY")
    assert (history.currency, amounts(history)) == ("JPY", {2: 150})
    assert left_out(history) == [("currency", "USD", 2)]


def test_a_currency_in_which_nothing_is_is_refused() -> None:
    """An empty history is no answer: the error names the currencies that there are."""
    lines = (f"{HEADER},currency", "1,ada,2024-01-05,1.00,USD", "2,ada,2024-01-06,1,GBP")
    with pytest.raises(InvalidValue, match=r"No row is in the .*'EUR' .* 'GBP' or 'USD'.*rates="):
        read(*lines, currency="EUR")
    assert len(read(*lines, currency="USD")) == 1
    assert len(read(lines[0], currency="EUR")) == 0


def test_rates_of_days_under_their_currency_are_shown_their_shape() -> None:
    """A mapping in a mapping is refused with the keys that say the same."""
    lines = (f"{HEADER},currency", "1,ada,2024-01-05,1.00,USD")
    rates = {"USD": {dt.date(2024, 1, 5): 2}}
    with pytest.raises(InvalidValue, match=r"a mapping for 'USD'.*\('USD', date\(2024, 1, 5\)\)"):
        read(*lines, rates=rates, currency="EUR")


def test_amounts_without_any_currency_are_refused() -> None:
    """A file that does not say its currency needs to be told."""
    with pytest.raises(InvalidValue, match="Nothing says in which currency"):
        read_orders(text_file(HEADER, "1,ada,2024-01-05,1.00"))
    with pytest.raises(UnknownName, match="EURO"):
        read(HEADER, "1,ada,2024-01-05,1.00", currency="EURO")


def test_rates_convert_by_currency_and_day() -> None:
    """Every amount is converted by the rate of its order's local day; the sums before are kept."""
    asked: list[tuple[str, dt.date]] = []

    def rate(currency: str, day: dt.date) -> Decimal:
        asked.append((currency, day))
        return Decimal("0.0065") if currency == "JPY" else Decimal("0.925")

    history = read(
        f"{HEADER},currency,refunded",
        "1,ada,2024-01-05T23:30Z,1.00,EUR,",
        "2,ada,2024-01-05T23:30Z,1500,JPY,1000",
        "3,ada,2024-01-05T10:00Z,2.50,USD,",
        rates=rate,
        currency="EUR",
        timezone="Europe/Paris",
    )
    assert amounts(history) == {1: 100, 2: 975, 3: 231}
    assert history.refunds.amount.tolist() == [650]
    assert sorted(asked) == [("JPY", dt.date(2024, 1, 6)), ("USD", dt.date(2024, 1, 5))]
    notes = dict(history.load_report.notes)
    assert notes["converted_from_JPY_in_minor_units"] == 1500
    assert notes["converted_from_USD"] == 1


def test_rates_may_be_a_mapping_and_may_be_missing() -> None:
    """A mapping by currency, or by currency and day, converts; without a rate a row is bad."""
    lines = (f"{HEADER},currency", "1,ada,2024-01-05,1.00,USD", "2,ada,2024-01-06,1.00,USD")
    rates = {("USD", dt.date(2024, 1, 5)): 2, "USD": "3"}
    assert amounts(read(*lines, rates=rates, currency="EUR")) == {1: 200, 2: 300}
    only = {("USD", dt.date(2024, 1, 5)): 0.5}
    assert bad_kinds(*lines, rates=only, currency="EUR") == {"no exchange rate": 1}
    with pytest.raises(InvalidValue, match="into which currency"):
        read_orders(text_file(*lines), rates=only)


def test_rounding_is_counted() -> None:
    """Amounts with more decimals than their currency has are rounded half to even, and counted."""
    history = read(HEADER, "1,ada,2024-01-05,1.005", "2,ada,2024-01-05,1.015", "3,a,2024-01-05,1.0")
    assert amounts(history) == {1: 100, 2: 102, 3: 100}
    assert dict(history.load_report.notes)["rounded_values"] == 2


def test_times_need_a_zone_and_dates_do_not() -> None:
    """A time without a zone needs `timezone`; a date means its local day, and leaves no hours."""
    with pytest.raises(NaiveTime, match=r"'placed_at'.*2024-01-05T10:00.*timezone='Europe/London'"):
        read(HEADER, "1,ada,2024-01-05 10:00,1.00")
    dates = read(HEADER, "1,ada,2024-01-05,1.00", timezone="America/New_York")
    assert dates.placed_at.astype("M8[us]").astype("M8[h]").astype(str).tolist() == [
        "2024-01-05T05"
    ]
    assert not dates.context.has_times
    assert not read(HEADER, "1,ada,2024-01-05,1.00").load_report.timezone_assumed
    aware = read(HEADER, "1,ada,2024-01-05 10:00 -0500,1.00")
    assert aware.load_report.timezone_assumed
    assert aware.context.has_times


def test_clock_changes_are_counted() -> None:
    """Times that happened twice or never on the shop's clock are placed and counted."""
    history = read(
        HEADER,
        "1,ada,2023-11-05 01:30,1.00",
        "2,ada,2023-03-12 02:30,1.00",
        timezone="America/New_York",
    )
    assert history.load_report.notes == (("ambiguous_times", 1), ("skipped_times", 1))


def test_observation_covers_the_local_days_of_all_rows() -> None:
    """The history knows from the first row's local day to the end of the last's, used or not."""
    history = read(
        HEADER,
        "1,ada,2024-01-05 10:00,1.00",
        "2,,2024-02-01 23:59,1.00",
        timezone="America/New_York",
    )
    assert history.observed_from.isoformat() == "2024-01-05T05:00:00+00:00"
    assert history.observed_until.isoformat() == "2024-02-02T05:00:00+00:00"
    told = read(HEADER, "1,ada,2024-01-05,1.00", observed_until="2024-03-01")
    assert told.observed_until.isoformat() == "2024-03-01T00:00:00+00:00"


def test_refund_column_gives_dated_refunds() -> None:
    """A refund takes its own day, else that of cancelling, else the order's; these are counted."""
    history = read(
        f"{HEADER},refund,refunded_at,cancelled_at",
        "1,ada,2024-01-05,9.00,2.00,2024-02-01,2024-01-20",
        "2,ada,2024-01-06,9.00,9.00,,2024-01-21",
        "3,ada,2024-01-07,9.00,10.00,,",
        "4,ada,2024-01-08,9.00,0.00,,2024-01-22",
    )
    refunds = history.refunds
    assert history.order_ids is not None
    found = {
        int(history.order_ids[order]): (str(np.datetime64(int(at), "us"))[:10], int(amount))
        for order, at, amount in zip(
            refunds.order, refunds.refunded_at, refunds.amount, strict=True
        )
    }
    assert found == {1: ("2024-02-01", 200), 2: ("2024-01-21", 900), 3: ("2024-01-07", 1000)}
    assert dict(history.load_report.notes)["undated_refunds"] == 2


def test_refunded_status_without_an_amount_is_a_full_refund() -> None:
    """An order whose state is refunded, and no amount of it is told, is refunded in full."""
    history = read(
        f"{HEADER},status,refunded",
        "1,ada,2024-01-05,9.00,refunded,",
        "2,ada,2024-01-05,9.00,refunded,3.00",
        "3,ada,2024-01-05,0.00,refunded,",
        "4,ada,2024-01-05,9.00,partially_refunded,",
    )
    assert sorted(history.refunds.amount.tolist()) == [300, 900]
    assert dict(history.load_report.notes)["full_refunds_by_status"] == 1
    assert len(history) == 4


def test_refunds_written_with_a_minus_are_the_same_refunds() -> None:
    """A column of refunds, or of discounts, may be written with a minus throughout."""
    history = read(
        f"{HEADER},refunded,discount", "1,a,2024-01-05,9,-2,-1", "2,a,2024-01-05,9,,-0.50"
    )
    assert history.refunds.amount.tolist() == [200]
    assert history.numbers["discount"].tolist() == [100, 50]
    assert bad_kinds(f"{HEADER},refunded", "1,a,2024-01-05,9,-2", "2,a,2024-01-05,9,3") == {
        "negative amount": 1
    }


def test_rows_can_be_refunds_by_the_prefix_of_their_id() -> None:
    """A row that a rule calls a refund is no sale; without a customer it is left out."""
    history = read(
        HEADER,
        "7,ada,2024-01-05,9.00",
        "C7,ada,2024-01-06,-4.00",
        "C8,bo,2024-01-06,-1.00",
        "C9,,2024-01-06,-2.00",
        refunds="invoice_prefix:C",
    )
    assert history.refunds.amount.tolist() == [400, 100]
    assert history.refunds.order.tolist() == [-1, -1]
    assert [(one.reason, one.rows, one.money) for one in history.load_report.left_out] == [
        ("refund_identity", 1, (("EUR", -200),))
    ]
    assert history.load_report.balances


def test_rows_can_be_refunds_by_a_function_and_name_their_order() -> None:
    """A refund row with an order's id is that order's and its customer's, whatever it says."""
    history = read(
        f"{HEADER},event",
        "7,ada,2024-01-05,9.00,sale",
        "7,,2024-01-06,-4.00,refund",
        "7,bo,2024-01-07,5.00,refund",
        columns={
            "order_id": "order_id",
            "customer": "customer",
            "placed_at": "placed_at",
            "amount": "amount",
            "event": "event",
        },
        refunds=lambda row: row["event"] == "refund",
    )
    assert history.refunds.amount.tolist() == [400, 500]
    assert history.refunds.order.tolist() == [0, 0]
    assert dict(history.load_report.notes) == {"refund_rows_with_positive_amounts": 1}


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"refunds": "C"}, "which rows are refunds"),
        ({"errors": "ignore"}, "what to do with bad rows"),
        ({"identity": ()}, "does not name kinds of identity"),
        ({"identity": ("email", "email")}, "does not name kinds of identity"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, object], match: str) -> None:
    """An option that cannot be meant is refused before anything is read."""
    with pytest.raises(InvalidValue, match=match):
        read(HEADER, "1,ada,2024-01-05,1.00", **options)


def test_unknown_names_in_options_are_refused() -> None:
    """A zone, kind of identity or format that nobody knows is refused by its name."""
    with pytest.raises(UnknownName, match="Europe/Lundon"):
        read(HEADER, "1,ada,2024-01-05,1.00", timezone="Europe/Lundon")
    with pytest.raises(UnknownName, match="kind of identity"):
        read(HEADER, "1,ada,2024-01-05,1.00", identity=("name",))
    with pytest.raises(UnknownName, match=r"format named 'shopfy'.*Did you mean 'shopify'"):
        read(HEADER, "1,ada,2024-01-05,1.00", format="shopfy")
    with pytest.raises(InvalidValue, match="no file"):
        read_orders([])


@pytest.mark.parametrize("paths", [3, [None], io.StringIO("a,b"), [io.StringIO("a,b")]])
def test_what_is_no_file_is_refused(paths: Any) -> None:
    """Files are paths, or opened in binary mode."""
    with pytest.raises(InvalidValue, match="This is no file"):
        read_orders(paths)


def test_header_alone_is_an_empty_history() -> None:
    """A file without rows is a history without orders."""
    history = read(HEADER)
    assert (len(history), history.people, history.load_report.rows_read) == (0, 0, 0)


def test_ids_are_integers_only_if_all_are_written_as_such() -> None:
    """Ids that are all integers, as one writes them, are integers; otherwise all are texts."""
    assert owners(read(HEADER, "1,12,2024-01-05,1", "2,7,2024-01-05,1")) == {1: 12, 2: 7}
    assert owners(read(HEADER, "1,012,2024-01-05,1", "A2,7,2024-01-05,1")) == {
        "1": "012",
        "A2": "7",
    }


def test_parts_of_the_amount_stand_for_it() -> None:
    """Without a total, an order comes to goods − discount + shipping + tax + tip."""
    history = read(
        "order_id,customer,placed_at,goods,discount,shipping,tax,tip",
        "1,ada,2024-01-05,10.00,1.00,2.00,0.50,0.25",
    )
    assert history.amount.tolist() == [1175]
    assert {name: int(column[0]) for name, column in history.numbers.items()} == {
        "goods": 1000,
        "discount": 100,
        "shipping": 200,
        "tax": 50,
        "tip": 25,
    }


def test_product_of_an_order_row_is_its_line() -> None:
    """Where a row is an order and names a product, the order has one line of it."""
    history = read(
        "customer,date,total,product,quantity", "ada,2024-01-05,10.00,p1,2", "bo,2024-01-05,3.00,,"
    )
    assert history.lines is not None
    assert history.lines.amount.tolist() == [1000]
    assert history.lines.quantity.tolist() == [2000]


def test_address_is_taken_whole_from_the_first_that_says_anything() -> None:
    """Country, region and city come from one address: the shipping one, else the billing one."""
    mapped = ("country", "city", "billing_country", "billing_region", "billing_city")
    columns = {name: name for name in (*HEADER.split(","), *mapped)}
    history = read(
        f"{HEADER},{','.join(mapped)}",
        "1,ada,2024-01-05,1,US,,CA,ON,Toronto",
        "2,ada,2024-01-06,1,,,CA,ON,Toronto",
        "3,ada,2024-01-07,1,,,,,",
        columns=columns,
    )
    assert [(history.labels[part].texts().tolist()) for part in ("country", "region", "city")] == [
        ["US", "CA", None],
        [None, "ON", None],
        [None, "Toronto", None],
    ]


def test_progress_is_told_to_the_end(tmp_path: Path) -> None:
    """Progress goes up to the size of all files."""
    paths = [tmp_path / name for name in ("a.csv", "b.csv")]
    for number, path in enumerate(paths):
        path.write_text(f"{HEADER}\n{number},ada,2024-01-05,1.00\n")
    told: list[tuple[int, int]] = []
    read_orders(paths, currency="EUR", progress=lambda done, total: told.append((done, total)))
    total = sum(path.stat().st_size for path in paths)
    assert told[-1] == (total, total)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


@pytest.mark.parametrize("word", ["on-hold", "On Hold", "on_hold", "wc-on-hold", " ON  HOLD "])
def test_a_state_is_one_word_however_it_is_spelled(word: str) -> None:
    """Blanks, hyphens, underscores and case between the parts of a state make no other state."""
    history = read(f"{HEADER},status", f"1,ada,2024-01-05,10.00,{word}")
    assert left_out(history) == [("status", "pending", 1)]
    history = read(f"{HEADER},status", f"1,ada,2024-01-05,1,{word}", statuses={"ON HOLD": "paid"})
    assert amounts(history) == {1: 100}


def test_a_date_of_another_age_says_which_are_read() -> None:
    """A date that lies too far out is no unreadable one: the kind names the years that are read."""
    lines = [f"{at},ada,{day},1" for at, day in enumerate(["1850-01-01", "9999-12-31", "soon"])]
    told = {"date outside the years 1900 to 2199": 2, "unreadable date": 1}
    assert bad_kinds(HEADER, *lines) == told
    assert bad_kinds(HEADER, "1,ada,1/13/1850,1") == {"date outside the years 1900 to 2199": 1}


def test_numbers_parted_by_lakhs_are_read() -> None:
    """1,23,456.78 is written so in India; it shows that a comma parts, and no decimals."""
    told = ['1,ada,2024-01-05,"1,23,456.78"', '2,ada,2024-01-05,"₹12,34,567"']
    assert amounts(read(HEADER, *told, currency="INR")) == {1: 12345678, 2: 123456700}
    more = ['3,ada,2024-01-05,"1,234"', '4,ada,2024-01-05,"-1,00,000"']
    both = read(HEADER, *told, more[0], currency="INR")
    assert amounts(both) == {1: 12345678, 2: 123456700, 3: 123400}
    assert bad_kinds(HEADER, *told, more[1], currency="INR") == {"negative amount": 1}
    assert bad_kinds(HEADER, '1,ada,2024-01-05,"1,23,45"') == {"unreadable number": 1}


def test_over_refunded_orders_are_noted() -> None:
    """Orders of which more was given back than was paid are counted in the load report."""
    lines = ["1,ada,2024-01-05,10.00,10.01", "2,ada,2024-01-05,10.00,10.00", "3,ada,2024-01-05,0,1"]
    history = read(f"{HEADER},refunded", *lines)
    assert dict(history.load_report.notes)["over_refunded_orders"] == 2
    history = read(f"{HEADER},refunded", lines[1])
    assert "over_refunded_orders" not in dict(history.load_report.notes)


def test_an_observation_that_ends_before_all_rows_is_refused() -> None:
    """Nothing would be known of any order; later orders alone are noted."""
    lines = [HEADER, "1,ada,2024-01-05,10.00", "2,ada,2024-02-05,10.00"]
    with pytest.raises(InvalidValue, match=r"observed_until= lies before all rows.*2024-01-05"):
        read(*lines, observed_until="2024-01-05")
    history = read(*lines, observed_until="2024-01-06")
    assert dict(history.load_report.notes)["orders_after_observation"] == 1


@pytest.mark.parametrize(
    ("amount", "currency", "sign"),
    [
        ("€5.00", "GBP", "€"),
        ("$7.00", "GBP", "$"),
        ("7.00 $", "EUR", "$"),
        ("£7.00", "USD", "£"),
        ("¥700", "KRW", "¥"),
        ("($7.00)", "JPY", "$"),
    ],
)
def test_the_sign_of_another_currency_makes_its_row_bad(
    amount: str, currency: str, sign: str
) -> None:
    """An amount is in its currency or not at all: a sign that contradicts is named."""
    lines = (HEADER, "1,ada,2024-01-05,5", f"2,bo,2024-01-06,{amount}")
    assert bad_kinds(*lines, currency=currency)[f"sign {sign} of another currency"] == 1
    by_row = [f"{HEADER},currency", *(f"{line},{currency}" for line in lines[1:])]
    assert bad_kinds(*by_row)[f"sign {sign} of another currency"] == 1


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("$7", "CAD"), ("$7", "AUD"), ("$7", "USD"), ("£7", "EGP"), ("¥7", "CNY"), ("¤7", "EUR")],
)
def test_a_sign_stands_for_every_currency_that_is_written_with_it(
    amount: str, currency: str
) -> None:
    """Dollars of any country bear the same sign, and one that names no currency says nothing."""
    history = read(HEADER, f"1,ada,2024-01-05,{amount}", currency=currency)
    assert history.currency == currency
    assert len(history) == 1
