"""Stripe's payments: charged in one currency, settled in another, captured or not."""

import pytest

from custinsights.errors import BadRowsError, InvalidValue, MissingColumn, SeveralCurrencies
from custinsights.sources.formats.finding import format_for
from tests.sources.exports import (
    assert_as_expected,
    backwards,
    changed,
    export,
    figures,
    instants,
    notes,
    read,
    refunds_of,
    renamed,
    saved_by_a_spreadsheet,
    table,
    without,
    written,
)
from tests.sources.reading import amounts, left_out, owners

FILE = "stripe_payments.csv"
HEADER = (
    "id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Converted Amount,"
    "Converted Amount Refunded,Converted Currency,Refunded date (UTC),Mode,Status,Customer ID,"
    "Customer Email"
)
OLDER_HEADER = (
    "id,Description,Seller Message,Created (UTC),Amount,Amount Refunded,Currency,"
    "Converted Amount,Converted Amount Refunded,Fee,Tax,Converted Currency,Mode,Status,"
    "Statement Descriptor,Customer ID,Customer Description,Customer Email,Captured,Card ID,"
    "Card Address City,Card Address State,Card Address Country"
)
PAYMENT = {
    "id": "ch_1",
    "Amount": "12.50",
    "Amount Refunded": "0.00",
    "Currency": "eur",
    "Captured": "true",
    "Mode": "Live",
    "Status": "Paid",
    "Customer ID": "cus_1",
}
NEWER = {**PAYMENT, "Created date (UTC)": "2024-01-05 10:00:00"}


def payments(*rows: dict[str, str]) -> list[dict[str, str]]:
    """Return payments that have ids of their own."""
    return [{**NEWER, **row, "id": f"ch_{at}"} for at, row in enumerate(rows, start=1)]


def test_export_comes_to_its_figures() -> None:
    """The invented export has the people, payments and money that it was given."""
    history = read(FILE)
    assert_as_expected(FILE, history)
    assert history.currency == "USD"
    assert owners(history) == {"ch_1": "cus_1", "ch_2": "cus_2", "ch_3": "cus_1"}


def test_settled_amounts_are_taken_and_the_charged_ones_kept() -> None:
    """What came to the shop counts, in its currency; what the customer was charged is a label."""
    history = read(FILE)
    assert amounts(history) == {"ch_1": 3125_00, "ch_2": 9_50, "ch_3": 1080_00}
    assert history.order_ids is not None
    charged = zip(
        history.order_ids.tolist(),
        history.labels["original_amount"].texts(),
        history.labels["original_currency"].texts(),
        strict=True,
    )
    assert sorted(charged) == [
        ("ch_1", "3125.00", "USD"), ("ch_2", "1500", "JPY"), ("ch_3", "1,000.00", "EUR"),
    ]  # fmt: skip


def test_payments_that_were_not_converted_stay_as_they_were_charged() -> None:
    """Where one of the three converted columns says nothing, none of them is taken."""
    bare = without(table(FILE), ["Converted Amount Refunded"])
    with pytest.raises(SeveralCurrencies, match=r"USD.*EUR 1,000\.00.*JPY 1,500"):
        read(written(bare))
    history = read(
        export(
            HEADER,
            *payments(
                {"Converted Amount": "13.00", "Converted Currency": ""},
                {"Converted Amount": "", "Converted Currency": "eur"},
                {"Converted Amount": "13", "Converted Currency": "EUR", "Amount": "14.40",
                 "Currency": "usd"},
            ),
        )
    )  # fmt: skip
    assert (history.currency, amounts(history)) == (
        "EUR", {"ch_1": 12_50, "ch_2": 12_50, "ch_3": 13_00},
    )  # fmt: skip


def test_older_header_is_the_same_export() -> None:
    """The older generation calls the instant otherwise and tells the card's address."""
    history = read(
        export(
            OLDER_HEADER,
            {**PAYMENT, "Created (UTC)": "2019-01-05 23:30", "Card Address Country": "FR",
             "Customer Email": "ada@example.com", "Converted Amount": "12.50",
             "Converted Amount Refunded": "2.50", "Converted Currency": "eur"},
        )
    )  # fmt: skip
    assert amounts(history) == {"ch_1": 12_50}
    assert history.refunds.amount.tolist() == [2_50]
    assert history.labels["country"].texts().tolist() == ["FR"]
    assert instants(history.placed_at) == ["2019-01-05T23:30:00"]


def test_it_is_recognised_by_its_header() -> None:
    """Columns may stand in another order, and those that nothing needs may be missing."""
    rows = table(FILE)
    assert format_for(None, rows[0]).name == "stripe_payments"
    assert figures(read(written(backwards(rows)))) == figures(read(FILE))
    with pytest.raises(MissingColumn, match="currency: looked for 'Currency'"):
        read(written(without(rows, ["Currency"])), format="stripe_payments")
    optional = ["Description", "Fee", "Captured", "Mode", "Customer Email", "order_id (metadata)"]
    fewer = figures(read(written(without(rows, optional))))
    assert fewer == {**figures(read(FILE)), "people": 2}
    balance = "id,Type,Source,Amount,Fee,Net,Currency,Created (UTC),Available On (UTC)"
    assert format_for(None, [*balance.split(","), "placed_at"]).name == "generic"


def test_metadata_of_the_shop_become_labels() -> None:
    """A column of metadata is a label of the orders under its key."""
    rows = renamed(table(FILE), {"order_id (metadata)": "Order-Ref (metadata)"})
    history = read(written(rows))
    assert set(history.labels["metadata_order_ref"].texts()) == {"1001", "1002", "1003"}
    assert "metadata_order_id" not in history.labels


@pytest.mark.parametrize("no", ["false", "FALSE", "FAUX"])
def test_what_was_not_captured_was_not_paid(no: str) -> None:
    """Money that was only held is none, whatever the status says; a spreadsheet may translate."""
    history = read(export(HEADER, *payments({}, {"Captured": no}, {"Captured": no,
                   "Status": "Refunded", "Amount Refunded": "12.50"})))  # fmt: skip
    assert figures(history)["gross_revenue"] == figures(history)["revenue"]
    assert left_out(history) == [("status", "voided", 2)]


def test_states_are_those_of_payments() -> None:
    """Paid counts, also where it was refunded; what failed or was given up does not."""
    states = ["Paid", "Partial Refund", "Refunded", "Failed", "requires_payment_method", "canceled"]
    history = read(
        export(HEADER, *payments(*({"Status": state, "Customer ID": "c"} for state in states)))
    )
    assert figures(history)["orders"] == 2
    assert notes(history)["full_refunds_by_status"] == 1
    assert left_out(history) == [("status", "cancelled", 1), ("status", "failed", 2)]
    with pytest.raises(BadRowsError, match=r"unknown status: 1 row.*'Status': 'Odd'"):
        read(export(HEADER, *payments({"Status": "Odd"})))


def test_payments_of_the_test_mode_are_none() -> None:
    """What was paid to try the shop is not counted."""
    history = read(export(HEADER, *payments({}, {"Mode": "Test"})))
    assert left_out(history) == [("status", "voided", 1)]


def test_times_are_utc_and_days_the_shops() -> None:
    """Times without a zone are UTC, also where the shop is elsewhere."""
    history = read(
        export(HEADER, *payments({"Created date (UTC)": "2024-01-05 02:00:00"})),
        timezone="America/New_York",
    )
    assert instants(history.placed_at) == ["2024-01-05T02:00:00"]
    assert history.observed_from.isoformat() == "2024-01-04T05:00:00+00:00"
    assert not history.load_report.timezone_assumed
    assert read(FILE).load_report.timezone_assumed


def test_refund_has_its_own_instant_where_it_is_told() -> None:
    """The date of a refund is that of its column; without one it is the payment's."""
    given = {"Amount Refunded": "2.50", "Status": "Partial Refund"}
    history = read(
        export(HEADER, *payments({**given, "Refunded date (UTC)": "2024-02-01 08:00:00"}, given))
    )
    assert instants(history.refunds.refunded_at) == ["2024-01-05T10:00:00", "2024-02-01T08:00:00"]
    assert notes(history)["undated_refunds"] == 1


def test_payment_without_an_amount_is_bad() -> None:
    """A blank amount is not nothing, and a wrong one is shown."""
    with pytest.raises(BadRowsError, match=r"unreadable number: 2 rows"):
        read(export(HEADER, *payments({"Amount": ""}, {"Amount": "1.2.3"}, {})))


def test_amounts_are_read_as_a_spreadsheet_leaves_them() -> None:
    """Thousands may be parted, and a spreadsheet may have written decimals with a comma."""
    rows = table(FILE)
    for header in ("Amount", "Amount Refunded", "Converted Amount", "Converted Amount Refunded"):
        rows = changed(rows, header, lambda cell: cell.replace(",", "").replace(".", ","))
    assert figures(read(saved_by_a_spreadsheet(rows))) == figures(read(FILE))


def test_ambiguous_date_asks_which_number_is_the_day() -> None:
    """6/5/2026 may be in May or in June: who reads it has to say."""
    rows = changed(table(FILE), "Created date (UTC)", lambda cell: f"{cell[8:10]}/6/2026 09:00")
    with pytest.raises(InvalidValue, match=r"Created date \(UTC\).*dayfirst"):
        read(saved_by_a_spreadsheet(rows))
    history = read(saved_by_a_spreadsheet(rows), dayfirst=True)
    assert figures(history) == figures(read(FILE))
    assert history.observed_from.isoformat() == "2026-06-05T00:00:00+00:00"


def test_two_exports_behind_each_other_are_one() -> None:
    """A payment that is there twice counts once."""
    rows = table(FILE)
    twice = read(written([*rows, *rows]))
    assert figures(twice)["revenue"] == figures(read(FILE))["revenue"]
    assert notes(twice)["repeated_headers"] == 1


def test_column_that_a_user_names_is_read_as_it_is() -> None:
    """Who names the amount, the refund and the currency gets these, and no conversion."""
    named = {"amount": "Amount", "refunded": "Amount Refunded", "currency": "Currency"}
    history = read(FILE, columns=named, currency="EUR", format="stripe_payments")
    assert amounts(history) == {"ch_3": 1000_00}


def test_a_lost_dispute_gives_back_what_was_disputed() -> None:
    """Beside refunds; in the settlement's currency it is the same part of what was settled."""
    header = f"{HEADER},Disputed Amount,Dispute Status,Dispute Date (UTC)"
    settled = {"Converted Amount": "10.00", "Converted Currency": "usd"}
    part = {**settled, "Converted Amount Refunded": "0.00", "Disputed Amount": "5.00"}
    rows = payments(
        {"Dispute Status": "lost", "Disputed Amount": "12.50", "Dispute Date (UTC)": "2024-02-01"},
        {"Dispute Status": "won", "Disputed Amount": "12.50"},
        {"Dispute Status": "needs_response", "Disputed Amount": "12.50"},
        {"Dispute Status": "Lost", "Disputed Amount": "2.50", "Amount Refunded": "10.00"},
        {"Dispute Status": "lost"},
        {"Dispute Status": ""},
    )  # fmt: skip
    history = read(export(header, *rows))
    assert refunds_of(history) == [
        ("ch_1", 12_50, "2024-02-01 00:00"), ("ch_4", 12_50, "2024-01-05 10:00"),
        ("ch_5", 12_50, "2024-01-05 10:00"),
    ]  # fmt: skip
    lost = {**NEWER, **part, "Dispute Status": "lost"}
    assert [amount for _, amount, _ in refunds_of(read(export(header, lost)))] == [4_00]
    whole = {**lost, "Disputed Amount": "12.50", "Converted Amount": "9.99"}
    assert [amount for _, amount, _ in refunds_of(read(export(header, whole)))] == [9_99]
    with pytest.raises(BadRowsError, match="unreadable number"):
        read(export(header, {**lost, "Disputed Amount": "x"}))
