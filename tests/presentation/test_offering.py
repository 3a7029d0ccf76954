"""What the report says of what could be offered to whom: the library's numbers, told in short."""

from __future__ import annotations

from typing import Any

import pytest

import custinsights as ci
from custinsights.presentation.report import offering
from custinsights.presentation.report.inquiry import Inquiry
from custinsights.presentation.report.offering import audiences, bought_together, liked_next
from custinsights.presentation.report.parts import Listing, Section
from custinsights.presentation.report.places import titles
from custinsights.results.itemsets import Itemsets
from custinsights.results.table import Table


def shop(*orders: str, again: int = 10) -> ci.OrderHistory:
    """Return a shop of orders with some products each, of as many customers."""
    rows = [
        (f"{turn}-{number}", f"c{turn}-{number}", product)
        for turn in range(again)
        for number, products in enumerate(orders)
        for product in products
    ]
    names = ("order_id", "customer", "product")
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    table = {
        **{name: list(values) for name, values in columns.items()},
        "placed_at": ["2024-03-05"] * len(rows),
        "quantity": [1] * len(rows),
        "unit_price": ["5"] * len(rows),
    }
    return ci.read_frame(table, columns={n: n for n in table}, currency="EUR", timezone="UTC")


def table_of(section: Section) -> Table:
    """Return the rows of a section of one listing."""
    [part] = section.parts
    assert isinstance(part, Listing)
    return part.table


def test_each_two_products_stand_once_the_surer_way() -> None:
    """Who buys b nearly always buys a; who buys a does so without b, too."""
    history = shop("ab", "ab", "a", "c", "c", "c")
    [row] = table_of(bought_together(Inquiry(history))).to_dicts()
    assert (row["bought"], row["also"]) == ("b", "a")
    assert (row["n"], row["orders"], row["confidence"]) == (20, 20, 1.0)
    assert row["lift"] == pytest.approx(60 / 30)


def test_nothing_together_is_said() -> None:
    """Orders of one product have no pairs, and nobody to offer anything."""
    history = shop("a", "b")
    assert bought_together(Inquiry(history)).parts == audiences(Inquiry(history)).parts == ()
    assert "No two products lie in 0.1%" in bought_together(Inquiry(history)).remarks[0]
    assert "No two products are bought together" in audiences(Inquiry(history)).remarks[0]


def test_audiences_are_those_of_the_library() -> None:
    """Sizes and takers are what cross_sell tells of the same two products."""
    history = ci.datasets.gallery()
    ids = {title: str(one) for one, title in titles(history).items()}
    for row in table_of(audiences(Inquiry(history))).to_dicts():
        [told] = ci.cross_sell(history, ids[row["bought"]], ids[row["offer"]]).to_dicts()
        for name in ("audience", "past_audience", "takers", "expected_takers", "rate"):
            assert row[name] == told[name]


def test_what_is_liked_next_counts_recommendations() -> None:
    """Every product with the customers to whom it is among the best three; all are asked here."""
    history = ci.datasets.gallery()
    table = table_of(section := liked_next(Inquiry(history)))
    found = ci.recommend(history, k=3)
    told = found.title.tolist()
    for row in table.to_dicts():
        assert row["customers"] == told.count(row["product"])
    assert sum(row["customers"] for row in table.to_dicts()) == len(found)
    assert "Asked for all customers, 134." in section.remarks[0]
    assert any("did nothing yet" in remark for remark in section.remarks)


def test_of_many_customers_some_are_asked() -> None:
    """Every so many-th, and the section says so."""
    section = liked_next(Inquiry(ci.datasets.load_online_retail()))
    assert "Asked for every 5th of 4,372 customers, 875." in section.remarks[0]


def test_what_two_sections_want_is_asked_once_a_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pairs of what is bought together are those of which audiences are made."""
    supports = []

    def counted(history: ci.OrderHistory, **how: Any) -> Itemsets:
        supports.append(how["least_support"])
        return ci.baskets(history, **how)

    monkeypatch.setattr(offering, "baskets", counted)
    inquiry = Inquiry(ci.datasets.gallery())
    assert bought_together(inquiry).parts
    assert audiences(inquiry).parts
    assert len(supports) == len({*supports})
