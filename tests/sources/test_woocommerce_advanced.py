"""Advanced Order Export for WooCommerce: the order stands in every row of its items."""

import pytest

from custinsights.errors import BadRowsError, InvalidValue, MissingColumn
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
    renamed,
    saved_by_a_spreadsheet,
    table,
    without,
    written,
)
from tests.sources.reading import amounts, left_out, owners

FILE = "woocommerce_advanced_order_export.csv"
LONDON = {"currency": "GBP", "timezone": "Europe/London"}
HEADER = (
    "Order Number,Order Status,Order Date,Email (Billing),Phone (Billing),Cart Discount Amount,"
    "Order Subtotal Amount,Order Refund Amount,Order Total Amount,SKU,Item #,Item Name,Quantity,"
    "Quantity (- Refund),Item Cost,Coupon Code,Discount Amount,"
    "Customer User ID,Customer User Email,Date of first refund,Currency"
)
ITEM = {
    "Order Number": "1",
    "Order Status": "Completed",
    "Order Date": "2024-01-05 10:00",
    "Email (Billing)": "ada@example.com",
    "Order Total Amount": "30",
    "SKU": "M1",
    "Item #": "1",
    "Item Name": "Mug",
    "Quantity": "2",
    "Item Cost": "10",
    "Currency": "GBP",
}
FRENCH = {
    "Order Number": "Numéro de commande",
    "Order Status": "État de la commande",
    "Order Date": "Date de commande",
    "Email (Billing)": "E-mail (Facturation)",
    "Phone (Billing)": "Téléphone (Facturation)",
    "Country Code (Billing)": "Code du pays (Facturation)",
    "Country Code (Shipping)": "Code du pays (Livraison)",
    "Payment Method Title": "Titre de la méthode de paiement",
    "Cart Discount Amount": "Montant de la remise panier",
    "Order Subtotal Amount": "Sous-total de la commande",
    "Order Shipping Amount": "Montant de la livraison",
    "Order Refund Amount": "Montant du remboursement de la commande",
    "Order Total Amount": "Montant total de la commande",
    "Order Total Tax Amount": "Montant total de la taxe",
    "SKU": "UGS",
    "Item #": "Article #",
    "Item Name": "Nom de l’élément",
    "Quantity (- Refund)": "Quantité (- Remboursement)",
    "Item Cost": "Prix du produit",
    "Coupon Code": "Code de coupon",
    "Discount Amount": "Réduction",
}
FRENCH_STATES = {"Completed": "Terminée", "Refunded": "Remboursée", "Cancelled": "Annulée"}


def test_export_comes_to_its_figures() -> None:
    """The invented export has the customers, orders and money that it was given."""
    history = read(FILE)
    assert_as_expected(FILE, history)
    assert history.load_report.rows_read == 4
    assert instants(history.placed_at) == ["2024-01-05T10:00:00", "2024-01-06T11:30:00"]


def test_order_counts_once_however_many_items_repeat_it() -> None:
    """Total, discount, shipping and tax stand in each row and are the order's, once."""
    history = read(FILE)
    assert amounts(history) == {1003: 105_00, 1004: 30_00}
    assert {name: column.tolist() for name, column in history.numbers.items()} == {
        "goods": [110_00, 25_00], "discount": [10_00, 0], "shipping": [5_00, 5_00],
        "tax": [17_50, 5_00], "units": [3000, 0],
    }  # fmt: skip
    assert history.rows is not None
    assert history.rows.tolist() == [2, 1]


def test_items_are_lines_and_the_coupons_amount_is_none_of_theirs() -> None:
    """A line comes to quantity times cost; Discount Amount is the coupon's, beside the items."""
    history = read(FILE)
    assert history.lines is not None
    assert history.lines.amount.tolist() == [60_00, 50_00, 0]
    assert history.products is not None
    assert history.products.labels["title"].texts().tolist() == ["Desk, oak", "Lamp"]
    assert history.labels["coupon"].texts().tolist() == ["save10", None]


def test_more_coupons_than_items_are_rows_without_an_item() -> None:
    """A row that has a coupon alone is no line, and the order is still one."""
    coupon = {**ITEM, "SKU": "", "Item #": "", "Item Name": "", "Quantity": "", "Item Cost": ""}
    history = read(
        export(HEADER, {**ITEM, "Coupon Code": "a"}, {**coupon, "Coupon Code": "b"}), **LONDON
    )
    assert amounts(history) == {1: 30_00}
    assert history.lines is not None
    assert history.lines.amount.tolist() == [20_00]
    assert history.load_report.rows_used == 2


def test_what_a_line_came_to_is_taken_before_its_rounded_cost() -> None:
    """Where the shop exports line totals, they are the lines'; quantities are before refunds."""
    history = read(
        export(
            f"{HEADER},Order Line Total,Order Line Subtotal",
            {**ITEM, "Quantity": "3", "Quantity (- Refund)": "1", "Item Cost": "3.33",
             "Order Line Total": "10.00", "Order Line Subtotal": "12.00"},
        ),
        **LONDON,
    )  # fmt: skip
    assert history.lines is not None
    assert (history.lines.amount.tolist(), history.lines.quantity.tolist()) == ([10_00], [3000])


def test_order_columns_may_stand_in_the_first_row_only() -> None:
    """A shop may have chosen not to repeat them: a blank cell says nothing else."""
    bare = {"Order Number": "1", "SKU": "P1", "Item #": "2", "Quantity": "1", "Item Cost": "10"}
    history = read(export(HEADER, ITEM, bare), **LONDON)
    assert amounts(history) == {1: 30_00}
    assert history.numbers["units"].tolist() == [3000]


def test_two_totals_of_one_order_are_bad() -> None:
    """What repeats must be the same."""
    with pytest.raises(BadRowsError, match="two amounts under one order id: 2 rows"):
        read(export(HEADER, ITEM, {**ITEM, "Item #": "2", "Order Total Amount": "20"}), **LONDON)


def test_it_is_recognised_by_its_header() -> None:
    """Columns may stand in another order, and those that nothing needs may be missing."""
    rows = table(FILE)
    assert format_for(None, rows[0]).name == "woocommerce_advanced"
    assert figures(read(written(backwards(rows)), **LONDON)) == figures(read(FILE))
    optional = ["Customer Note", "Item #", "SKU", "Coupon Code", "Discount Amount"]
    assert figures(read(written(without(rows, optional)), **LONDON)) == figures(read(FILE))
    with pytest.raises(MissingColumn, match=r"order_status: looked for 'Order Status', 'État"):
        read(written(without(rows, ["Order Status"])), **LONDON)


def test_header_and_states_may_be_translated() -> None:
    """A shop that speaks French exports French headers and states; they mean the same."""
    rows = renamed(table(FILE), FRENCH)
    rows = changed(rows, "État de la commande", FRENCH_STATES.__getitem__)
    assert format_for(None, rows[0]).name == "woocommerce_advanced"
    history = read(written(rows), **LONDON)
    assert figures(history) == figures(read(FILE))
    assert history.numbers["units"].tolist() == read(FILE).numbers["units"].tolist()


def test_chosen_columns_describe_products() -> None:
    """Who exports categories has them; a line without a SKU is known by its name."""
    history = read(
        export(f"{HEADER},Category", {**ITEM, "Category": "Kitchen"},
               {**ITEM, "Item #": "2", "SKU": "", "Item Name": "Gift"}),
        **LONDON,
    )  # fmt: skip
    assert history.products is not None
    assert history.products.ids == ("Gift", "M1")
    assert history.products.labels["category"].texts().tolist() == [None, "Kitchen"]


def test_missing_currency_is_asked_for() -> None:
    """The currency is a column that shops rarely choose; without it somebody has to say."""
    with pytest.raises(InvalidValue, match="currency='EUR'"):
        read(written(table(FILE)), timezone="UTC")
    history = read(export(HEADER, {**ITEM, "Currency": "SEK"}), timezone="UTC")
    assert history.currency == "SEK"


def test_states_that_do_not_count_are_left_out() -> None:
    """Processing is paid; what is pending, on hold, cancelled or failed is told apart."""
    states = ["Processing", "wc-on-hold", "Pending payment", "Cancelled", "Failed"]
    items = [{**ITEM, "Order Number": str(at), "Order Status": one}
             for at, one in enumerate(states)]  # fmt: skip
    history = read(export(HEADER, *items), **LONDON)
    assert figures(history)["orders"] == 1
    assert left_out(history) == [
        ("status", "cancelled", 1), ("status", "failed", 1), ("status", "pending", 2),
    ]  # fmt: skip
    with pytest.raises(BadRowsError, match=r"(?s)'Shipped'.*statuses="):
        read(export(HEADER, {**ITEM, "Order Status": "Shipped"}), **LONDON)
    told = read(
        export(HEADER, {**ITEM, "Order Status": "Shipped"}), statuses={"shipped": "paid"}, **LONDON
    )
    assert figures(told)["orders"] == 1


def test_refund_is_dated_where_the_date_is_told() -> None:
    """Order Refund Amount does not lower the total; it falls on the date of the first refund."""
    given = {"Order Refund Amount": "12.50", "Date of first refund": "2024-02-01 09:00"}
    history = read(export(HEADER, {**ITEM, **given}, {**ITEM, **given, "Item #": "2"}), **LONDON)
    assert amounts(history) == {1: 30_00}
    assert history.refunds.amount.tolist() == [12_50]
    assert instants(history.refunds.refunded_at) == ["2024-02-01T09:00:00"]
    assert "undated_refunds" not in notes(history)


def test_state_tells_a_full_refund_where_no_column_does() -> None:
    """Without the column of refunds a state still tells full ones, and the report says so."""
    rows = without(table(FILE), ["Order Refund Amount"])
    history = read(written(rows), **LONDON)
    assert figures(history)["refunded"] == figures(read(FILE))["refunded"]
    assert notes(history)["full_refunds_by_status"] == 1
    assert notes(history)["files_without_refund_amounts"] == 1


def test_customers_are_known_by_account_address_or_phone() -> None:
    """A guest's account is 0; an order without an e-mail is the account's, or its phone's."""
    history = read(
        export(
            HEADER,
            {**ITEM, "Customer User ID": "0", "Phone (Billing)": " +44 20 7946 0001"},
            {**ITEM, "Order Number": "2", "Email (Billing)": "", "Customer User ID": "0",
             "Customer User Email": "Bo@Example.com"},
            {**ITEM, "Order Number": "3", "Email (Billing)": "",
             "Phone (Billing)": "'+442079460001"},
            {**ITEM, "Order Number": "4", "Customer User ID": "7",
             "Email (Billing)": "bo@example.com"},
        ),
        **LONDON,
    )  # fmt: skip
    assert owners(history) == {1: "ada@example.com", 2: "7", 3: "ada@example.com", 4: "7"}


def test_guards_against_formulas_are_taken_off() -> None:
    """The plug-in writes a blank before = + - @: it is no part of the name or the id."""
    history = read(
        export(HEADER, {**ITEM, "Item Name": " =Mug", "SKU": " -M1", "Coupon Code": " @ten"}),
        **LONDON,
    )
    assert history.products is not None
    assert history.products.ids == ("-M1",)
    assert history.products.labels["title"].texts().tolist() == ["=Mug"]
    assert history.labels["coupon"].texts().tolist() == ["@ten"]


def test_file_that_a_spreadsheet_saved_is_the_same() -> None:
    """A mark at the start, semicolons, decimal commas and other dates change nothing."""
    rows = changed(table(FILE), "Order Date", lambda cell: f"{cell[8:10]}/01/2024{cell[10:]}")
    rows = changed(rows, "Order Total Tax Amount", lambda cell: cell.replace(".", ","))
    with pytest.raises(InvalidValue, match=r"Order Date.*dayfirst"):
        read(saved_by_a_spreadsheet(rows), **LONDON)
    history = read(saved_by_a_spreadsheet(rows), dayfirst=True, **LONDON)
    assert figures(history) == figures(read(FILE))
    assert history.placed_at.tolist() == read(FILE).placed_at.tolist()
    assert history.numbers["tax"].tolist() == [17_50, 5_00]


def test_two_exports_behind_each_other_are_one() -> None:
    """Items that are there twice, told by their numbers in the order, count once."""
    rows = table(FILE)
    twice = read(written([*rows, *rows]), **LONDON)
    assert figures(twice)["revenue"] == figures(read(FILE))["revenue"]
    assert twice.numbers["units"].tolist() == [3000, 0]
    assert twice.load_report.balances


NET = "Order Total Amount (- Refund)"


def test_total_less_refunds_is_read_with_what_was_given_back() -> None:
    """Of the total less refunds, what was given back is taken off again; the total comes first."""
    net = renamed(table(FILE), {"Order Total Amount": NET})
    net = changed(net, NET, lambda cell: "0" if cell == "30" else cell)
    assert figures(read(written(net), **LONDON)) == figures(read(FILE))
    both = [[*row, "Order Total Amount" if row is net[0] else "x"] for row in net]
    with pytest.raises(BadRowsError, match="unreadable number"):
        read(written(both), **LONDON)


def test_total_less_refunds_alone_is_refused() -> None:
    """Nobody knows then what was paid, and an order that was given back would be one of nothing."""
    net = renamed(table(FILE), {"Order Total Amount": NET})
    with pytest.raises(MissingColumn, match=r"before refunds.*Order Refund Amount"):
        read(written(without(net, ["Order Refund Amount"])), **LONDON)


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"Order Number": "1", "Order Total Amount": "-5.00"}, "two amounts under one order id"),
        ({"Order Number": "9", "Order Total Amount": "-5.00"}, "negative amount"),
    ],
)
def test_refunds_in_rows_of_their_own_are_refused(row: dict[str, str], kind: str) -> None:
    """A row of a refund, with its order's number or its own, is no order: it is bad, and told."""
    refund = {**ITEM, "Order Status": "Completed", "Item #": "", **row}
    with pytest.raises(BadRowsError, match=kind):
        read(export(HEADER, {**ITEM, "Order Number": "1"}, refund), **LONDON)
