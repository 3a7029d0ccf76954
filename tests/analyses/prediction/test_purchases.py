# ruff: noqa: N806
"""What models are told of a customer: x, t_x, T and m by the papers' rules."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import custinsights as ci
from custinsights.errors import UnknownName
from tests.oracles.bridge import to_history
from tests.oracles.published import cdnow_sample
from tests.oracles.shop import Shop
from tests.oracles.strategies import as_ofs, shops
from tests.oracles.traits import traits


@settings(max_examples=60, deadline=None)
@given(st.data(), shops())
def test_purchases_agree_with_a_plain_count(data: st.DataObject, shop: Shop) -> None:
    """Days with orders, weeks and mean values are those of a plain count over the orders."""
    as_of = data.draw(as_ofs(shop))
    table = ci.purchase_summary(to_history(shop), as_of=as_of)
    expected = {key: row for key, row in traits(shop, as_of).items() if row["order_count"]}
    assert set(table.ids.tolist()) == set(expected)
    for customer, x, t_x, T, m in zip(
        table.ids.tolist(),
        table["repeat_orders"].tolist(),
        table["weeks_from_first_to_last"].tolist(),
        table["weeks_observed"].tolist(),
        table["mean_repeat_value"].tolist(),
        strict=True,
    ):
        row = expected[customer]
        assert x == row["repeat_orders"]
        assert t_x == pytest.approx(float(row["weeks_from_first_to_last"]))  # type: ignore[arg-type]
        assert pytest.approx(float(row["weeks_observed"])) == T  # type: ignore[arg-type]
        scale = 10 ** table.column("mean_repeat_value").exponent
        minor = 10 ** {"JPY": 0, "KWD": 3}.get(shop.currency, 2)
        if row["mean_repeat_value"] is None:
            assert np.isnan(m)
        else:
            assert m * minor / scale == pytest.approx(float(row["mean_repeat_value"]))  # type: ignore[arg-type]


def test_the_papers_sample() -> None:
    """946 of the 2,357 customers repeat; customer 1 has 2 repeats, 30.43 of 38.86 weeks, 22.35."""
    table = ci.purchase_summary(to_history(cdnow_sample()), as_of="1997-10-01")
    assert len(table) == 2357
    assert int((table["repeat_orders"] > 0).sum()) == 946
    first = table.take(np.array([0]))
    assert first["weeks_from_first_to_last"].round(2).tolist() == [30.43]
    assert first["weeks_observed"].round(2).tolist() == [38.86]
    assert first["mean_repeat_value"].tolist() == pytest.approx([22.345])


def test_a_unit_names_its_columns() -> None:
    """Times come in the unit that is asked for, under its name; another word is refused."""
    history = to_history(cdnow_sample())
    days = ci.purchase_summary(history, as_of="1997-10-01", unit="day")
    assert days["days_observed"][0] == 272
    with pytest.raises(UnknownName, match="unit of time"):
        ci.purchase_summary(history, unit="fortnight")
