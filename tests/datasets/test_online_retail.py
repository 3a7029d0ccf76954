"""The bundled Online Retail agrees with the published figures."""

from collections.abc import Iterator
from importlib.resources import files

import numpy as np
import pytest

from custinsights.datasets import load_online_retail
from custinsights.history.orders import OrderHistory


@pytest.fixture(scope="module")
def history() -> OrderHistory:
    """Return the bundled history."""
    return load_online_retail()


def test_orders_and_people(history: OrderHistory) -> None:
    """18,536 orders of 4,339 customers; 33 people more have refunds only."""
    assert len(history) == 18_536
    assert int((np.diff(history.offsets) > 0).sum()) == 4_339
    assert history.people == 4_339 + 33


def test_money(history: OrderHistory) -> None:
    """Gross revenue 8,911,407.90, refunded 611,342.09."""
    assert int(history.amount.sum()) == 891_140_790
    assert int(history.refunds.amount.sum()) == 61_134_209


def test_lines(history: OrderHistory) -> None:
    """397,924 lines of 3,665 products; each order's amount is the sum of its lines."""
    lines = history.lines
    assert lines is not None
    assert len(lines) == 397_924
    assert len(np.unique(lines.product)) == 3_665
    sums = np.add.reduceat(lines.amount, lines.offsets[:-1])
    assert (sums == history.amount).all()


def test_refunds_name_products_and_no_orders(history: OrderHistory) -> None:
    """A line file gives one refund per refund line: 8,905 of them."""
    assert len(history.refunds) == 8_905
    assert (history.refunds.order == -1).all()
    assert (history.refunds.product >= 0).all()


def test_span_and_place(history: OrderHistory) -> None:
    """From 2010-12-01 to the end of 2011-12-09 in London, pounds, 37 countries."""
    assert history.observed_from.isoformat() == "2010-12-01T00:00:00+00:00"
    assert history.observed_until.isoformat() == "2011-12-10T00:00:00+00:00"
    assert (history.currency, history.calendar.timezone) == ("GBP", "Europe/London")
    assert len(set(history.label("country").texts().tolist())) == 37


@pytest.mark.parametrize(
    ("customer", "orders", "gross"),
    [
        (12346, 1, 7_718_360),
        (12347, 7, 431_000),
        (12348, 4, 179_724),
        (12349, 1, 175_755),
        (12350, 1, 33_440),
    ],
)
def test_single_customers(history: OrderHistory, customer: int, orders: int, gross: int) -> None:
    """The published orders and gross spending of the first five customers."""
    own = history.history_of(customer)
    assert (len(own), int(own.amount.sum())) == (orders, gross)


def test_the_load_report_balances(history: OrderHistory) -> None:
    """Every row of the raw file is used, left out or bad (negative quantities and prices)."""
    report = history.load_report
    assert report.balances
    assert report.rows_read == 541_909
    assert report.rows_used == 397_924 + 8_905
    assert {bad.kind: bad.rows for bad in report.bad} == {
        "negative quantity": 1_336,
        "negative amount": 2,
    }
    assert dict(report.notes)["orders_with_several_times"] == 30  # sales of known customers


def test_titles_are_known(history: OrderHistory) -> None:
    """Products have the titles of the shop."""
    products = history.products
    assert products is not None
    titles = dict(zip(products.ids, products.labels["title"].texts().tolist(), strict=True))
    assert titles["85123A"] == "WHITE HANGING HEART T-LIGHT HOLDER"


def data_files() -> Iterator[tuple[str, int]]:
    """Yield name and size of the files beside the loader that are no code."""
    for file in files("custinsights.datasets").iterdir():
        if file.name.startswith("online_retail.") and not file.name.endswith(".py"):
            yield file.name, len(file.read_bytes())


def test_the_data_is_small_and_has_its_licence() -> None:
    """At most one megabyte, with a note on source and licence beside it."""
    sizes = dict(data_files())
    assert sizes["online_retail.npz"] <= 1_000_000
    note = (files("custinsights.datasets") / "online_retail.LICENSE.md").read_text("utf-8")
    assert "CC0" in note
