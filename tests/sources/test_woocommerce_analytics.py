"""WooCommerce Analytics: names only, products in one text, refunds as rows below nothing."""

import csv
import io
import re
from functools import partial

import pytest

from custinsights.errors import InvalidValue, MissingColumn, NaiveTime
from custinsights.history.orders import OrderHistory
from custinsights.sources import read_orders
from custinsights.sources.formats.finding import format_for
from tests.sources.exports import (
    DATA,
    backwards,
    changed,
    export,
    figures,
    instants,
    notes,
    read,
    renamed,
    saved_by_a_spreadsheet,
    table,
    without,
    written,
)
from tests.sources.reading import amounts, left_out

FILE = "woocommerce_analytics_orders.csv"
LONDON = {"currency": "GBP", "timezone": "Europe/London"}
HEADER = "Date,Order #,Status,Customer,Customer type,Product(s),Items sold,Coupon(s),Net sales"
ORDER = {
    "Date": "2024-01-05 10:00:00",
    "Order #": "1",
    "Status": "completed",
    "Customer": "Ada Example",
    "Product(s)": "1× Desk, oak, 2× Lamp",
    "Items sold": "3",
    "Net sales": "30",
}
REFUND = {**ORDER, "Date": "2024-02-01 09:00:00", "Items sold": "-1", "Net sales": "-12.50"}
FRENCH = {
    "Order #": "Commande n°",
    "Status": "État",
    "Customer": "Client",
    "Customer type": "Type de client",
    "Product(s)": "Produit(s)",
    "Items sold": "Articles vendus",
    "Coupon(s)": "Code(s) promo",
    "Net Sales": "Ventes nettes",
}
OTHERS = [
    "Datum,Bestellnummer #,Status,Kunde,Kundentyp,Verkaufte Artikel,Nettoumsatz",
    "Fecha,Pedido #,Estado,Cliente,Tipo de cliente,Artículos vendidos,Ventas netas",
    "Data,Ordine n.,Stato,Cliente,Tipo di cliente,Elementi venduti,Vendite nette",
    "Datum,Bestelnummer,Status,Klant,Klanttype,Verkochte artikelen,Netto omzet",
]


def with_addresses(*rows: dict[str, str]) -> io.BytesIO:
    """Return an export to which somebody has added the customers' e-mail addresses."""
    return export(f"{HEADER},Email", *({"Email": "ada@example.com", **row} for row in rows))


def identified(*files: io.BytesIO) -> OrderHistory:
    """Read exports that have addresses."""
    columns = {"email": "Email"}
    return read_orders(
        files,
        format="woocommerce_analytics",
        columns=columns,
        currency="GBP",
        timezone="Europe/London",
    )


def test_everything_is_nobodys_and_the_report_says_what_to_export() -> None:
    """No order has an owner, all money is told, and a note tells what to do instead."""
    history = read(FILE)
    report = history.load_report
    assert (history.people, len(history), len(history.refunds)) == (0, 0, 0)
    assert [(one.reason, one.rows, one.money) for one in report.left_out] == [
        ("status", 1, (("GBP", 0),)),
        ("identity", 2, (("GBP", 1284_50),)),
        ("refund_identity", 1, (("GBP", -50_00),)),
    ]
    (advice,) = [name for name in notes(history) if "e-mail addresses" in name]
    assert "Advanced Order Export" in advice
    assert notes(history)[advice] == 4
    assert advice in str(report)
    assert report.balances


def test_nobody_is_merged_on_a_name() -> None:
    """Two orders of one name may be two people's: the name is not read at all."""
    history = read(export(HEADER, ORDER, {**ORDER, "Order #": "2"}), **LONDON)
    assert history.people == 0
    assert left_out(history) == [("identity", "", 2)]
    assert "Ada" not in str(history.load_report)


def test_advice_is_given_only_where_nobody_is_known() -> None:
    """Who has added addresses reads orders as ever, and an order without one is told."""
    history = identified(with_addresses(ORDER, {**ORDER, "Order #": "2", "Email": ""}))
    assert history.people == 1
    assert left_out(history) == [("identity", "", 1)]
    assert notes(history) == {}


def test_refund_is_a_row_below_nothing_of_its_order() -> None:
    """The row that bears the number of its order takes from it, and is no order itself."""
    history = identified(with_addresses(ORDER, REFUND))
    assert amounts(history) == {1: 30_00}
    assert (history.refunds.amount.tolist(), history.refunds.order.tolist()) == ([12_50], [0])
    assert instants(history.refunds.refunded_at) == ["2024-02-01T09:00:00"]
    assert history.numbers["units"].tolist() == [3000]


def test_refund_of_shipping_alone_is_no_order() -> None:
    """A row of nothing under the number of a sale gives back what net sales does not hold."""
    row = {**REFUND, "Items sold": "0", "Net sales": "0"}
    history = identified(with_addresses(ORDER, row))
    assert (amounts(history), history.refunds.amount.tolist()) == ({1: 30_00}, [0])
    free = {**ORDER, "Order #": "2", "Items sold": "0", "Net sales": "0"}
    assert amounts(identified(with_addresses(ORDER, free))) == {1: 30_00, 2: 0}


def test_order_is_refunded_by_its_rows_or_else_by_its_state() -> None:
    """A state that says refunded adds nothing to a refund's own row, and stands for it if none."""
    order = {**ORDER, "Status": "refunded"}
    whole = {**REFUND, "Status": "refunded", "Net sales": "-30", "Items sold": "-3"}
    for rows in ([order, whole], [order]):
        history = identified(with_addresses(*rows))
        assert history.refunds.amount.tolist() == [30_00]


def test_older_files_guard_negative_numbers() -> None:
    """An apostrophe before a minus is a guard against formulas, and no text."""
    row = {**REFUND, "Items sold": "'-1", "Net sales": "'-12.50", "Coupon(s)": "'=ten"}
    history = identified(with_addresses({**ORDER, "Coupon(s)": "'=ten"}, row))
    assert history.refunds.amount.tolist() == [12_50]
    assert history.labels["coupon"].texts().tolist() == ["=ten"]


def test_products_in_one_text_are_not_parted() -> None:
    """Names hold commas, so that nothing is a line; the units are those of the order."""
    history = identified(with_addresses(ORDER))
    assert (history.lines, history.products) == (None, None)
    assert history.numbers["units"].tolist() == [3000]


def test_header_may_be_translated() -> None:
    """The export of a French shop is read as that of an English one; so are others."""
    rows = renamed(table(FILE), FRENCH)
    rows = without(rows, ["N. Revenue (formatted)"])  # the browser's export has none
    assert format_for(None, rows[0]).name == "woocommerce_analytics"
    assert figures(read(written(rows), **LONDON)) == figures(read(FILE))
    for header in OTHERS:
        assert format_for(None, header.split(",")).name == "woocommerce_analytics"


def test_header_in_an_unknown_language_is_told_to_the_user() -> None:
    """What was looked for and what was found are said; single columns can be named."""
    names = {"Net Sales": "Nettoomsättning", "Items sold": "Sålda artiklar"}
    rows = renamed(table(FILE), names)
    with pytest.raises(MissingColumn, match=r"looked for 'Net Sales', .* found .*Nettoomsättning"):
        read(written(rows), format="woocommerce_analytics", **LONDON)
    named = {"amount": "Nettoomsättning", "units": "Sålda artiklar"}
    history = read(written(rows), format="woocommerce_analytics", columns=named, **LONDON)
    assert figures(history) == figures(read(FILE))


def test_formatted_revenue_is_not_read() -> None:
    """It is a text in the shop's money and holds two amounts where something was refunded."""
    for text in ("৳2,999", "£50.00 £0.00", ""):
        replaced = partial(re.sub, ".+", text)
        rows = changed(table(FILE), "N. Revenue (formatted)", replaced)
        assert figures(read(written(rows), **LONDON)) == figures(read(FILE))


def test_it_is_recognised_by_its_header() -> None:
    """Columns may stand in another order, older ones have other names, some may be missing."""
    rows = table(FILE)
    assert (DATA / FILE).read_bytes().startswith(b"\xef\xbb\xbf")
    assert format_for(None, rows[0]).name == "woocommerce_analytics"
    assert figures(read(written(backwards(rows)), **LONDON)) == figures(read(FILE))
    older = without(renamed(rows, {"Net Sales": "N. Revenue"}), ["Attribution", "Customer type"])
    assert figures(read(written(older), **LONDON)) == figures(read(FILE))


def test_file_that_a_spreadsheet_saved_is_the_same() -> None:
    """Semicolons, decimal commas and other dates change nothing; an open date is asked for."""
    rows = changed(table(FILE), "Date", lambda cell: f"{cell[8:10]}/01/2024 {cell[11:16]}")
    rows = changed(rows, "Net Sales", lambda cell: cell.replace(".", ","))
    with pytest.raises(InvalidValue, match=r"'Date'.*dayfirst"):
        read(saved_by_a_spreadsheet(rows), **LONDON)
    history = read(saved_by_a_spreadsheet(rows), dayfirst=True, **LONDON)
    assert figures(history) == figures(read(FILE))
    assert history.observed_from == read(FILE).observed_from


def test_times_are_those_of_the_site() -> None:
    """Times have no zone: without the shop's they cannot be placed."""
    with pytest.raises(NaiveTime, match="Date"):
        read(export(HEADER, ORDER), currency="GBP")
    history = read(export(HEADER, ORDER), currency="GBP", timezone="Asia/Tokyo")
    assert history.observed_from.isoformat() == "2024-01-04T15:00:00+00:00"


def test_two_exports_behind_each_other_are_one() -> None:
    """An order that is there twice counts once, and so does a refund."""
    rows = [*csv.reader(io.StringIO(with_addresses(ORDER, REFUND).getvalue().decode()))]
    history = identified(written([*rows, *rows]))
    assert amounts(history) == {1: 30_00}
    assert history.refunds.amount.tolist() == [12_50]
    assert left_out(history) == [("duplicate", "", 2)]


def test_exports_of_two_dates_count_a_refund_once() -> None:
    """What both exports tell is one refund; another one of the same order is another."""
    second = {**REFUND, "Date": "2024-03-01 09:00:00", "Net sales": "-2"}
    first = with_addresses(ORDER, REFUND)
    history = identified(first, with_addresses(ORDER, REFUND, second))
    assert history.refunds.amount.tolist() == [12_50, 2_00]
    assert left_out(history) == [("duplicate", "", 2)]
    first.seek(0)
    history = identified(first, with_addresses(second))
    assert history.refunds.amount.tolist() == [12_50, 2_00]
    assert history.refunds.order.tolist() == [0, 0]
