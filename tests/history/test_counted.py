"""What counts at an instant, customer by customer: the view that traits and tallies see."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custinsights.errors import MissingData, UnknownName
from custinsights.history.views.counted import CountedHistory
from tests.oracles.bridge import micros, to_history
from tests.oracles.dimensions import customer_place, order_text
from tests.oracles.facts import View
from tests.oracles.hand import ADA_AND_BO, LINES, REFUNDED
from tests.oracles.periods import local_date
from tests.oracles.shop import Shop
from tests.oracles.strategies import as_ofs, shops

RANDOM = settings(max_examples=100, suppress_health_check=list(HealthCheck))


@RANDOM
@given(st.data())
def test_the_view_is_the_oracles(data: st.DataObject) -> None:
    """Orders, numbers, refunds, gaps and lines that count are those of the definitions."""
    asked = data.draw(shops())
    as_of = data.draw(as_ofs(asked))
    history = to_history(asked)
    view, plain = CountedHistory(history, micros(as_of)), View(asked, as_of)
    ids = history.customer_ids.tolist()
    mine = [place for who in ids for place in plain.orders_of.get(who, [])]
    assert view.order_count.tolist() == [len(plain.orders_of.get(who, [])) for who in ids]
    assert view.placed_at.tolist() == [micros(asked.orders[n].placed_at) for n in mine]
    assert view.amount.tolist() == [asked.orders[n].amount for n in mine]
    assert view.order_number.tolist() == [plain.numbers[n] for n in mine]
    assert view.net_amount.tolist() == [plain.net_of(n) for n in mine]
    assert view.refunded.tolist() == [plain.refunded_of.get(n, 0) for n in mine]
    assert view.spent.tolist() == [plain.balances.get(who, 0) for who in ids]
    assert [ids[code] for code in view.customer.tolist()] == [
        asked.orders[n].customer for n in mine
    ]
    days = [local_date(asked, asked.orders[n].placed_at).toordinal() - 719_163 for n in mine]
    assert view.day.tolist() == days
    assert sorted(view.gaps.days.tolist()) == sorted(fact.amount for fact in plain.gap_facts)
    assert len(view.sales) == len(plain.paid)
    assert sorted(view.sales.order_number.tolist()) == sorted(
        plain.numbers.get(n, 0) for n in plain.paid
    )
    assert sorted(view.refunds.amount.tolist()) == sorted(f.amount for f in plain.refund_facts)
    assert sorted(view.refunds.instant.tolist()) == sorted(
        micros(fact.at) for fact in plain.refund_facts
    )
    assert sorted(view.line_refunds.amount.tolist()) == sorted(
        fact.amount for fact in plain.product_refund_facts
    )
    expected = [customer_place(plain, who, "country") for who in ids]
    assert view.customer_label("country").texts().tolist() == expected
    for name in ("channel", "order_status"):
        assert view.label(name).texts().tolist() == [order_text(plain, n, name) for n in mine]
    if history.lines is not None:
        lines = [line for n in mine for line in asked.orders[n].lines]
        assert view.lines.quantity.tolist() == [line.quantity for line in lines]
        assert view.lines.label("product").texts().tolist() == [line.product for line in lines]


@RANDOM
@given(shops())
def test_per_customer(asked: Shop) -> None:
    """Sum, mean, first and last of a column per person; nothing without an order."""
    history = to_history(asked)
    view = CountedHistory(history, history.context.observed_until)
    stretches = [
        view.amount[view.offsets[code] : view.offsets[code + 1]].tolist()
        for code in range(view.people)
    ]
    assert view.sum_per_customer(view.amount).tolist() == [sum(one) for one in stretches]
    assert view.first_per_customer(view.amount).tolist() == [(one or [0])[0] for one in stretches]
    assert view.last_per_customer(view.amount).tolist() == [(one or [0])[-1] for one in stretches]
    big = view.sum_per_customer(view.amount > 999)
    assert big.dtype == np.int64
    assert big.tolist() == [sum(amount > 999 for amount in one) for one in stretches]
    for found, one in zip(view.mean_per_customer(view.amount).tolist(), stretches, strict=True):
        if one:
            assert found == pytest.approx(sum(one) / len(one))
        else:
            assert np.isnan(found)


def test_before_everything() -> None:
    """Before the first fact there are people and nothing else."""
    view = CountedHistory(to_history(REFUNDED), 0)
    assert (len(view), len(view.sales), len(view.refunds), len(view.gaps)) == (0, 0, 0, 0)
    assert view.order_count.tolist() == [0, 0, 0]
    assert view.spent.tolist() == [0, 0, 0]
    assert np.isnan(view.mean_per_customer(view.amount)).all()


def test_what_the_history_lacks_is_said() -> None:
    """A column, lines or products that are not there are named with what needs them."""
    view = CountedHistory(to_history(ADA_AND_BO), 2**62)
    with pytest.raises(MissingData, match=r"'discount'.*Map the column"):
        view.number("discount")
    with pytest.raises(MissingData, match=r"units"):
        _ = view.units
    with pytest.raises(MissingData, match=r"order lines"):
        _ = view.lines
    assert view.label("campaign").texts().tolist() == [None] * 5
    assert not view.has("campaign").any()


@pytest.mark.parametrize("name", ["campain", "amout", "", 5, None, [], {}])
def test_a_name_of_no_column_is_refused(name: Any) -> None:
    """A misspelt name is no label that nobody has: views of orders, lines and refunds say so."""
    orders = CountedHistory(to_history(ADA_AND_BO), 2**62)
    lines = CountedHistory(to_history(LINES), 2**62)
    for ask in (
        orders.label,
        orders.has,
        orders.orders.label,
        orders.orders.has,
        orders.customer_label,
        lines.lines.label,
        lines.refunds.label,
    ):
        with pytest.raises(UnknownName, match=r"There is no .*(column|label of .*) named"):
            ask(name)
