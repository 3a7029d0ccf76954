"""Acquisition, its cost and the return on spend are the plain oracle's."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import custinsights as ci
from custinsights.domain import Money, Spend
from custinsights.history.orders import OrderHistory
from tests.oracles import winning
from tests.oracles.agreement import EXPONENTS, Found
from tests.oracles.bridge import to_history
from tests.oracles.dimensions import Window
from tests.oracles.facts import View
from tests.oracles.flow import ratio
from tests.oracles.periods import local_date, period_of, start_of
from tests.oracles.plain import measure
from tests.oracles.shop import Label, Shop, Value
from tests.oracles.strategies import as_ofs, shops, windows
from tests.oracles.winning import Outlay

SOME = settings(max_examples=30, suppress_health_check=list(HealthCheck))


@st.composite
def outlays(draw: st.DrawFn, shop: Shop) -> list[Outlay]:
    """Draw what was spent: days of a few, months, of channels and of none, also before the shop."""
    begin = local_date(shop, shop.observed_from)
    length = (local_date(shop, shop.observed_until) - begin).days
    found = []
    for _ in range(draw(st.integers(1, 6))):
        first = begin + timedelta(days=draw(st.integers(-3, length)))
        end = first + timedelta(days=draw(st.sampled_from((1, 7, 30))))
        if draw(st.booleans()):
            month = period_of(shop, "month", first)
            first, end = month.first, month.end
        channel = draw(st.sampled_from((None, "web", "web", "fair", "post")))
        kind = draw(st.sampled_from(("media", "other")))
        found.append(
            Outlay(first, end, draw(st.sampled_from((0, 1, 250, 999, 1000))), channel, kind)
        )
    return found


def with_spend(shop: Shop, spent: list[Outlay]) -> OrderHistory:
    """Return the history that knows what was spent."""
    rows = [
        Spend(
            (one.first, one.end),
            Money.from_minor(one.amount, shop.currency),
            channel=one.channel,
            kind=one.kind,
        )
        for one in spent
    ]
    return to_history(shop).with_spend(rows)


def close(shop: Shop, found: Found, expected: Value, *, is_money: bool) -> bool:
    """Whether a value is the oracle's, in major units, up to rounding."""
    scale = 10 ** EXPONENTS[shop.currency] if is_money else 1
    right = None if expected is None else pytest.approx(float(Fraction(expected) / scale))
    return found == right if found is None else float(found) == right


def span_of(view: View, spent: list[Outlay]) -> Window:
    """The span in which something was spent, if it is over."""
    spans = [winning.span(view, one) for one in spent]
    over = [span for span in spans if span[1] <= view.as_of]
    if not over:
        return view.as_of - timedelta(microseconds=1), view.as_of
    return min(span[0] for span in over), max(span[1] for span in over)


@pytest.mark.parametrize("by", [None, "acquisition_channel", "month", "year"])
@pytest.mark.parametrize("spend", ["acquisition_spend", "media_spend"])
@SOME
@given(data=st.data(), margin=st.sampled_from([Fraction(1), Fraction(1, 4)]))
def test_acquisition(spend: str, by: str | None, margin: Fraction, data: st.DataObject) -> None:
    """Spend, customers won, cost, value, ratio and months to pay back, of every label."""
    shop = data.draw(shops())
    view = View(shop, data.draw(as_ofs(shop)))
    every = data.draw(outlays(shop))
    window = data.draw(windows(shop, view.as_of))
    meant = [one for one in every if spend == "acquisition_spend" or one.kind == "media"]
    frame = span_of(view, every) if window is None else window
    expected = winning.acquisition(view, meant, by, frame, margin)
    table = ci.acquisition(
        with_spend(shop, every), by=by, spend=spend, margin=margin, window=window, as_of=view.as_of
    )
    found = {row.get(by or ""): row for row in table.to_dicts()}
    nothing = (0, 0, None, None, None, None)
    for label in {*found, *(label for label, row in expected.items() if any(row))}:
        right = expected.get(label, nothing)
        row = found[label]
        assert close(shop, row[spend], right[0], is_money=True)
        assert row["new_customers"] == right[1]
        assert close(shop, row["customer_acquisition_cost"], right[2], is_money=True)
        assert close(shop, row["customer_lifetime_value"], right[3], is_money=True)
        assert close(shop, row["ltv_to_cac"], right[4], is_money=False)
        assert row["payback_months"] == right[5], label


@pytest.mark.parametrize("by", ["month", "quarter", "year", ""])
@SOME
@given(data=st.data())
def test_cost_and_return(by: str, data: st.DataObject) -> None:
    """Spend in whole periods ÷ new customers, and revenue ÷ media spend, by period."""
    shop = data.draw(shops())
    view = View(shop, data.draw(as_ofs(shop)))
    every = data.draw(outlays(shop))
    orders = measure(shop, ["new_customers", "revenue"], (by,) if by else (), None, view.as_of)
    names = ["acquisition_spend", "media_spend", "customer_acquisition_cost", "return_on_ad_spend"]
    cube = ci.measure(with_spend(shop, every), names, by=by or (), as_of=view.as_of)
    ever: Window = (
        min(start_of(shop, one.first) for one in every),
        max(start_of(shop, one.end) for one in every),
    )
    spent = winning.costs(view, every, by or None, ever)
    rows: dict[Label, dict[str, Found]] = {row.pop(by, None): row for row in cube.to_dicts()}
    for label, row in rows.items():
        mine = spent.get(label, [])
        media = [one for one in mine if one.kind == "media"]
        total, paid = (sum(one.amount for one in part) for part in (mine, media))
        told = orders.get((label,) if by else (), {"new_customers": 0, "revenue": 0})
        cost = ratio(total, told["new_customers"] or 0) if mine else None
        assert close(shop, row["acquisition_spend"], total, is_money=True)
        assert close(shop, row["media_spend"], paid, is_money=True)
        assert close(shop, row["customer_acquisition_cost"], cost, is_money=True)
        back = ratio(told["revenue"] or 0, paid)
        assert close(shop, row["return_on_ad_spend"], back, is_money=False)
