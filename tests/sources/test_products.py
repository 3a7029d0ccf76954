"""Products come in with all that is known of them, and describe the lines that name them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import custinsights as ci
from custinsights.domain import Money, Product
from custinsights.errors import BadRowsError, InvalidValue, MissingColumn, UnknownName
from custinsights.sources import read_products
from custinsights.sources.orders.product_list import ProductList
from tests.sources.reading import read, text_file

HEADER = "id,title,category,department,keywords,price,currency,stock,ladder,sale"
ROW = 'print-a3,Lighthouse,Seascapes,Prints,"sea; light|Sea",45.00,EUR,12.5,lighthouse,May'
LIGHTHOUSE = Product(
    "print-a3",
    title="Lighthouse",
    category="Seascapes",
    department="Prints",
    keywords=["sea", "light"],
    price=Money("45.00", "EUR"),
    stock="12.5",
    ladder="lighthouse",
    sale="May",
)


def products(*lines: str, **options: Any) -> ProductList:
    """Read a file of lines."""
    return read_products(text_file(*lines, name="products.csv"), **options)


def bad_kinds(*lines: str, **options: Any) -> dict[str, int]:
    """Return the kinds of bad rows of a file, once refused and once reported, which must agree."""
    report = products(*lines, errors="report", **options).load_report
    assert report.balances
    if report.bad:
        with pytest.raises(BadRowsError) as caught:
            products(*lines, **options)
        assert caught.value.report.bad == report.bad
    return {kind.kind: kind.rows for kind in report.bad}


def test_every_field_of_a_product_is_read() -> None:
    """A header of our own words needs no mapping; what is blank is not known."""
    assert list(products(HEADER, ROW, "7,,,,,,,-3,,")) == [LIGHTHOUSE, Product("7", stock=-3)]


def test_columns_name_the_fields_of_any_table() -> None:
    """Also in other words for them, with a decimal comma and one currency for all prices."""
    found = products(
        "Nr;Titel;Preis;Bestand",
        "0001;Vase;1.234,50;2",
        "0002;Krug;9,00;",
        columns={"sku": "Nr", "name": "Titel", "price": "Preis", "inventory": "Bestand"},
        currency="EUR",
    )
    assert list(found) == [
        Product("0001", title="Vase", price=Money("1234.50", "EUR"), stock=2),
        Product("0002", title="Krug", price=Money("9.00", "EUR")),
    ]
    with pytest.raises(UnknownName, match="no field named 'artist'"):
        products("id,artist", "1,x", columns={"id": "id", "artist": "artist"})


def test_tables_in_memory_are_read() -> None:
    """Ids that are integers stay integers, and prices are exact."""
    found = read_products(pd.DataFrame({"id": [7, 8], "price": [0.1, 2.5]}), currency="USD")
    assert list(found) == [
        Product(7, price=Money("0.10", "USD")),
        Product(8, price=Money("2.50", "USD")),
    ]


def test_products_describe_the_lines_that_name_them() -> None:
    """The table comes before what the lines say; products that nobody bought are known."""
    header = "order_id,customer,placed_at,product,product_name,category,quantity,unit_price"
    lines = (
        header,
        "1,ada,2024-01-05,print-a3,Print,Paper,2,40.00",
        "1,ada,2024-01-05,x,Card,,1,3.00",
    )
    table = products(HEADER, ROW, "vase,Vase,,,,20.00,USD,1,,")
    for given_products in (table, list(table)):
        history = read(*lines, products=given_products)
        found = history.products
        assert found is not None
        assert found.ids == ("print-a3", "vase", "x")
        assert found.labels["title"].texts().tolist() == ["Lighthouse", "Vase", "Card"]
        assert found.labels["category"].texts().tolist() == ["Seascapes", None, None]
        assert found.labels["ladder"].texts().tolist() == ["lighthouse", None, None]
        assert found.numbers["price"][0] == 4500
        assert found.keywords == (("sea", "light"), (), ())
        assert dict(history.load_report.notes) == {"prices_in_another_currency": 1}
        assert history.for_lines(sale="May").amount.tolist() == [8000]
        by = ci.measure(history, ["line_revenue"], by=["department"]).to_dicts()
        assert by == [
            {"department": None, "line_revenue": Decimal("3.00")},
            {"department": "Prints", "line_revenue": Decimal("80.00")},
        ]


def test_rows_of_one_product_complete_each_other() -> None:
    """In one file, unless they contradict; across files the later one counts."""
    found = products(
        "id,title,price", "1,Vase,", "1,,9.00", "2,Krug,1.00", "2,Krug,1.00", currency="EUR"
    )
    assert list(found) == [
        Product(1, title="Vase", price=Money("9.00", "EUR")),
        Product(2, title="Krug", price=Money("1.00", "EUR")),
    ]
    assert found.load_report.left_out_by("duplicate").rows == 1
    assert bad_kinds("id,price", "1,9.00", "1,8.00", currency="EUR") == {
        "products of which two rows tell different things": 2
    }
    files = [
        text_file("id,title", "1,Vase", name="a.csv"),
        text_file("id,title", "1,Krug", name="b.csv"),
    ]
    later = read_products(files)
    assert [one.title for one in later] == ["Krug"]
    assert dict(later.load_report.notes) == {"updated_products": 1}


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("1,dear,EUR,1", "unreadable number"),
        ("1,-2.00,EUR,1", "negative amount"),
        ("1,2.00,XYZ,1", "unknown currency"),
        ("1,2.00,,1", "unknown currency"),
        ("1,2.00,EUR,many", "unreadable number"),
        (",2.00,EUR,1", "no product id"),
    ],
)
def test_what_cannot_be_read_makes_its_row_bad(line: str, kind: str) -> None:
    """The row is refused or counted, and the other rows are read."""
    lines = ("id,price,currency,stock", line, "2,3.00,EUR,1")
    assert bad_kinds(*lines) == {kind: 1}
    assert [one.id for one in products(*lines, errors="report")] == [2]


def test_prices_need_a_currency() -> None:
    """Nobody guesses it; a column says it, and the option where the column is blank."""
    with pytest.raises(InvalidValue, match="in which currency the amounts in 'price' are"):
        products("id,price", "1,2.00")
    assert products("id,price", "1,")[0].price is None
    found = products("id,price,currency", "1,2.00,", "2,3.00,USD", currency="EUR")
    assert [str(one.price) for one in found] == ["EUR 2.00", "USD 3.00"]


@pytest.mark.parametrize(
    ("lines", "options", "error", "says"),
    [
        (
            ("title", "Vase"),
            {},
            MissingColumn,
            r"no column for the product: .*'the header', ...\}.$",
        ),
        (
            ("title", "Vase"),
            {"columns": {"title": "title"}},
            MissingColumn,
            "looked for 'product'.*Once columns are named, only those are read",
        ),
        (("id", "1"), {"currency": "XYZ"}, UnknownName, "currency"),
        (("id", "1"), {"columns": {"id": "ID2"}}, MissingColumn, "looked for 'ID2'"),
    ],
)
def test_what_cannot_be_used_is_refused(
    lines: tuple[str, ...], options: dict[str, Any], error: type[Exception], says: str
) -> None:
    """The errors are those of the other readers."""
    with pytest.raises(error, match=says):
        products(*lines, **options)


TEXTS = st.none() | st.sampled_from(["x", "Ünï"])


@given(
    st.lists(
        st.builds(
            Product,
            st.integers(1, 99),
            title=TEXTS,
            department=TEXTS,
            ladder=TEXTS,
            sale=TEXTS,
            keywords=st.sampled_from([(), ("a", "b")]),
            price=st.none() | st.sampled_from([Money("1.5", "EUR"), Money(7, "JPY")]),
            stock=st.none() | st.integers(-5, 5),
        ),
        max_size=4,
        unique_by=lambda one: one.id,
    )
)
def test_a_list_gives_back_what_it_was_made_of(given_products: list[Product]) -> None:
    """Columns lose nothing of a product, by position, slice and iteration."""
    made = ProductList.of(given_products)
    assert list(made) == given_products
    assert made[1:] == given_products[1:]
    assert repr(made) == f"<ProductList: {len(made)} product{'' if len(made) == 1 else 's'}>"


def test_two_products_of_one_id_are_refused() -> None:
    """Nothing says which of two objects is right."""
    with pytest.raises(InvalidValue, match="Two products have the same id"):
        ProductList.of([Product("a"), Product("a")])
