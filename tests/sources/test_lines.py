"""Tables of order lines, and orders that are there twice or say two things."""

import pytest

from custinsights.errors import MissingColumn
from custinsights.sources import read_orders
from tests.sources.reading import HEADER, amounts, bad_kinds, left_out, owners, read, text_file

LINES = "order_id,customer,placed_at,product,quantity,unit_price"


def test_lines_of_an_order_add_up() -> None:
    """An order comes to its lines, each rounded once, with what is told for the whole order."""
    history = read(
        f"{LINES},line_discount,discount,shipping",
        "1,ada,2024-01-05,p1,3,0.335,0.5,1.00,4.00",
        "1,,2024-01-05,p2,0.5,9.99,,,",
        "2,bo,2024-01-06,p1,1,2.00,,,",
    )
    # 1.005 − 0.5 = 0.505 → 0.50 and 4.995 → 5.00 (half to even), − 1 + 4
    assert amounts(history) == {1: 850, 2: 200}
    assert history.lines is not None
    assert history.lines.amount.tolist() == [50, 500, 200]
    assert history.lines.quantity.tolist() == [3000, 500, 1000]
    assert history.products is not None
    assert history.products.ids == ("p1", "p2")
    assert history.numbers["units"].tolist() == [3500, 1000]
    assert history.numbers["discount"].tolist() == [100, 0]
    assert history.rows is not None
    assert history.rows.tolist() == [2, 1]


def test_line_amounts_may_be_told_instead_of_prices() -> None:
    """Lines may tell what they came to."""
    history = read(
        "order_id,customer,placed_at,product,line_total",
        "1,ada,2024-01-05,p1,3.00",
        "1,ada,2024-01-05,p2,-0.00",
    )
    assert amounts(history) == {1: 300}


@pytest.mark.parametrize("told", ["9.00", ""])
def test_total_of_an_order_stands_on_all_its_lines_or_on_the_first(told: str) -> None:
    """A total beside the lines is the order's, once, however often it is repeated."""
    history = read(
        f"{LINES},amount", "1,ada,2024-01-05,p1,2,3.00,9.00", f"1,ada,2024-01-05,p2,1,1.00,{told}"
    )
    assert amounts(history) == {1: 900}
    assert history.load_report.balances


def test_two_totals_of_one_order_are_bad() -> None:
    """Lines that tell two totals of their order make all of it bad, its money once."""
    lines = (f"{LINES},amount", "1,ada,2024-01-05,p1,2,3.00,9.00", "1,ada,2024-01-05,p2,1,1.00,8")
    assert bad_kinds(*lines) == {"two amounts under one order id": 2}
    report = read(*lines, errors="report").load_report
    assert report.bad[0].money == (("EUR", 900),)


def test_line_file_needs_order_ids() -> None:
    """Lines without an order id cannot be orders."""
    with pytest.raises(MissingColumn, match="the order's id"):
        read("customer,placed_at,product,unit_price", "ada,2024-01-05,p1,1")


def test_bad_line_costs_the_line_where_lines_are_the_story() -> None:
    """Without a total, a bad line is left out alone; with one, its whole order is bad."""
    lines = ["1,ada,2024-01-05,p1,2,3.00", "1,ada,2024-01-05,p2,-1,1.00"]
    assert bad_kinds(LINES, *lines) == {"negative quantity": 1}
    assert amounts(read(LINES, *lines, errors="report")) == {1: 600}
    with_total = [f"{line},5.00" for line in lines]
    assert bad_kinds(f"{LINES},amount", *with_total) == {
        "negative quantity": 1,
        "other lines of a bad order": 1,
    }
    assert bad_kinds(f"{LINES},amount", "1,ada,2024-01-05,p1,x,3.00,5", with_total[0]) == {
        "unreadable number": 1,
        "other lines of a bad order": 1,
    }


def test_blank_quantity_and_price_are_bad_where_nothing_else_tells_the_amount() -> None:
    """A line that does not say what it came to is bad."""
    assert bad_kinds(LINES, "1,ada,2024-01-05,p1,,3", "1,ada,2024-01-05,p1,1,") == {
        "unreadable number": 2
    }


def test_refund_lines_name_their_product() -> None:
    """Each refund line is a refund of its product."""
    history = read(
        LINES, "1,ada,2024-01-05,p1,2,3.00", "C2,ada,2024-02-01,p1,-1,3.00",
        refunds="invoice_prefix:C",
    )  # fmt: skip
    assert history.refunds.amount.tolist() == [300]
    assert history.refunds.product.tolist() == [0]


def test_two_customers_currencies_or_statuses_under_one_id_are_bad() -> None:
    """Inside one file an order has one customer, one currency and one status."""
    header = f"{LINES},currency,status"
    first = "1,ada,2024-01-05,p1,1,1,EUR,paid"
    assert bad_kinds(header, first, "1,bo,2024-01-05,p2,1,1,EUR,paid", currency="EUR") == {
        "two customers under one order id": 2
    }
    assert bad_kinds(header, first, "1,ada,2024-01-05,p2,1,1,USD,paid", currency="EUR") == {
        "two currencies under one order id": 2
    }
    assert bad_kinds(header, first, "1,ada,2024-01-05,p2,1,1,EUR,voided", currency="EUR") == {
        "two statuses under one order id": 2
    }
    assert bad_kinds(header, first, "1,,2024-01-05,p2,1,1,,", currency="EUR") == {}


def test_equal_lines_are_two_lines_unless_they_have_an_id() -> None:
    """Equal lines are separate facts; a line that has its own id is there once."""
    line = "1,ada,2024-01-05,p1,1,2.00"
    assert amounts(read(LINES, line, line)) == {1: 400}
    once = read(f"{LINES},line_id", f"{line},a", f"{line},a", f"{line},b")
    assert amounts(once) == {1: 400}
    assert left_out(once) == [("duplicate", "", 1)]
    assert bad_kinds(f"{LINES},line_id", f"{line},a", "1,ada,2024-01-05,p1,2,2.00,a") == {
        "two lines under one line id": 1
    }


def test_equal_orders_under_one_id_are_one_order() -> None:
    """An order row that is there twice is left out once; two different ones are bad."""
    twice = read(HEADER, "1,ada,2024-01-05,1.00", "2,bo,2024-01-05,2", "1,ada,2024-01-05,1.00")
    assert amounts(twice) == {1: 100, 2: 200}
    assert left_out(twice) == [("duplicate", "", 1)]
    assert bad_kinds(HEADER, "1,ada,2024-01-05,1.00", "1,ada,2024-01-05,2.00") == {
        "two orders under one order id": 2
    }
    assert bad_kinds(HEADER, "1,ada,2024-01-05,1.00", "1,bo,2024-01-05,1.00") == {
        "two customers under one order id": 2
    }


def test_order_ids_of_several_sources_are_several_orders() -> None:
    """An order is known by its source and its id together."""
    history = read(f"{HEADER},source", "1,ada,2024-01-05,1,etsy", "1,bo,2024-01-05,2,shop")
    assert sorted(history.amount.tolist()) == [100, 200]


@pytest.mark.parametrize("turn", [1, -1])
def test_of_two_files_that_wins_which_was_watched_until_last(turn: int) -> None:
    """In whatever order they are given: the end of the last local day in a file tells."""
    old = text_file(HEADER, "1,ada,2024-01-05,1.00", "2,ada,2024-01-06,2.00", name="old.csv")
    new = text_file(HEADER, "1,ada,2024-01-05,1.50", "3,ada,2024-01-07,3.00", name="new.csv")
    history = read_orders([old, new][::turn], currency="EUR")
    assert amounts(history) == {1: 150, 2: 200, 3: 300}
    assert dict(history.load_report.notes)["updated_orders"] == 1
    assert history.load_report.balances


def test_of_files_that_end_alike_the_later_one_wins() -> None:
    """Of an order in two files the later file's is taken; one that differed counts as updated."""
    first = text_file(HEADER, "1,ada,2024-01-05,1.00", "2,ada,2024-01-06,2.00", name="1.csv")
    second = text_file(HEADER, "2,ada,2024-01-06,2.00", "1,ada,2024-01-05,1.50", name="2.csv")
    history = read_orders([first, second], currency="EUR")
    assert amounts(history) == {1: 150, 2: 200}
    assert [(one.detail, one.rows, one.money) for one in history.load_report.left_out] == [
        ("", 1, (("EUR", 200),)),
        ("updated", 1, (("EUR", 100),)),
    ]
    assert dict(history.load_report.notes)["updated_orders"] == 1
    assert history.load_report.sources == ("1.csv", "2.csv")


def test_later_file_wins_line_by_line_order_by_order() -> None:
    """An order of several lines is replaced as a whole."""
    first = text_file(LINES, "1,ada,2024-01-05,p1,1,1", "1,ada,2024-01-05,p2,1,2", name="1.csv")
    second = text_file(LINES, "1,ada,2024-01-05,p1,1,5", name="2.csv")
    history = read_orders([first, second], currency="EUR")
    assert amounts(history) == {1: 500}
    assert left_out(history) == [("duplicate", "updated", 2)]


def test_bad_order_in_the_later_file_does_not_replace_a_good_one() -> None:
    """A row that cannot be read says nothing about the order of an earlier file."""
    first = text_file(HEADER, "1,ada,2024-01-05,1.00", name="1.csv")
    second = text_file(HEADER, "1,ada,2024-01-05,many", name="2.csv")
    history = read_orders([first, second], currency="EUR", errors="report")
    assert amounts(history) == {1: 100}
    assert history.load_report.rows_bad == 1


def test_split_files_need_not_have_the_same_columns() -> None:
    """Files come together whatever the order of their columns, and may lack optional ones."""
    first = text_file(HEADER, "1,ada,2024-01-05,1.00", name="1.csv")
    second = text_file(
        "amount;placed_at;country;customer;order_id", "2.00;2024-01-06;FR;bo;2", name="2.csv"
    )
    history = read_orders([first, second], currency="EUR")
    assert owners(history) == {1: "ada", 2: "bo"}
    assert history.labels["country"].texts().tolist() == [None, "FR"]


def test_long_columns_read_like_short_ones() -> None:
    """A column of which every text differs is read like any other, also across files."""
    rows = [f"A{n},{n % 7 + 1},2024-01-{n % 28 + 1:02},{n}.{n % 100:02}" for n in range(70_000)]
    first = text_file(HEADER, *rows[:60_000], name="1.csv")
    second = text_file(HEADER, *rows[59_990:], name="2.csv")
    history = read_orders([first, second], currency="EUR")
    assert amounts(history) == {f"A{n}": n * 100 + n % 100 for n in range(70_000)}
    assert history.load_report.left_out_by("duplicate").rows == 10


def test_shopify_order_that_is_there_twice_in_a_file_is_one() -> None:
    """Two exports behind each other in one file have each order once; a changed one is bad."""
    header = "Name,Email,Financial Status,Created at,Currency,Total,Lineitem name,Lineitem quantity"
    order = ["#1,ada@x.org,paid,2024-01-05 10:00:00 +0000,EUR,9,cup,2", "#1,ada@x.org,,,,,pot,1"]
    history = read(header, *order, header, *order)
    assert amounts(history) == {"#1": 900}
    assert left_out(history) == [("duplicate", "", 2)]
    assert dict(history.load_report.notes)["repeated_headers"] == 1
    changed = [order[0].replace(",9,", ",8,"), order[1]]
    assert bad_kinds(header, *order, *changed) == {"two orders under one order id": 4}


def test_shopify_line_without_its_order_is_bad() -> None:
    """A continuation whose first line is missing has no amount, and is bad."""
    header = "Name,Email,Financial Status,Created at,Currency,Total,Lineitem name,Lineitem quantity"
    assert bad_kinds(header, "#1,ada@x.org,,2024-01-05 10:00:00 +0000,EUR,,pot,1") == {
        "unreadable number": 1
    }


def test_shopify_order_without_an_email_is_known_by_its_phone() -> None:
    """An order without an e-mail is its phone's, the order's own or else the billing address's."""
    header = "Name,Email,Phone,Billing Phone,Financial Status,Created at,Currency,Total"
    when = "paid,2024-01-05 10:00:00 +0000,EUR"
    history = read(
        f"{header},Lineitem name",
        f"#1,ada@x.org,'+1 555 0100,,{when},1,cup",
        f"#2,,,(1)5550100,{when},2,cup",
        f"#3,,5550199,5550100,{when},3,cup",
    )
    assert owners(history) == {"#1": "ada@x.org", "#2": "ada@x.org", "#3": "phone:5550199"}
