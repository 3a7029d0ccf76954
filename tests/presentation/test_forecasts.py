"""What the reports say of what is to be expected."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

import custinsights as ci
from custinsights.presentation.forecasts import by_risk
from custinsights.presentation.report.answers import Answer
from custinsights.presentation.report.expecting import expectations
from custinsights.presentation.report.inquiry import Inquiry
from custinsights.presentation.report.parts import Listing
from custinsights.presentation.report.questions import answers, chosen


def test_the_risks_add_up_to_all_customers() -> None:
    """Customers, money and forecasts by risk are those of the traits, summed."""
    history = ci.datasets.gallery()
    models = ci.fit_models(history)
    rows = by_risk(history, models).to_dicts()
    assert [row["churn_risk"] for row in rows] == ["low", "medium", "high"]
    names = ["order_count", "total_spent", "churn_risk", "predicted_orders_365d"]
    table = ci.traits(history, names, catalog=ci.DEFAULT.with_models(models))
    assert sum(row["customers"] for row in rows) == int((table["order_count"] > 0).sum())
    assert sum(row["share"] for row in rows) == pytest.approx(1)
    for row in rows:
        inside = table["churn_risk"] == row["churn_risk"]
        assert row["customers"] == int(inside.sum())
        assert float(row["total_spent"]) == pytest.approx(table["total_spent"][inside].sum())
        expected = table["predicted_orders_365d"][inside].sum()
        assert row["predicted_orders_365d"] == pytest.approx(expected)


def rows_of(history: ci.OrderHistory) -> list[Answer]:
    """Return what is told in rows."""
    return [*answers(Inquiry(history), chosen(None))]


def test_both_reports_tell_what_is_to_be_expected() -> None:
    """Text, JSON and spreadsheet, and the page: the same rows, and how such a forecast did."""
    history = ci.datasets.gallery()
    [section] = [one for one in rows_of(history) if one.key == "forecast"]
    page = expectations(Inquiry(history))
    first, tried, _ = page.parts
    assert isinstance(first, Listing)
    assert isinstance(tried, Listing)
    assert section.data == first.table.to_dicts()
    assert any(note.startswith("To be used: ") for note in tried.notes)
    assert section.remarks[0].startswith("By ModifiedBetaGeoNBD and GammaGamma")


def small() -> ci.OrderHistory:
    """Return a shop of thirty customers, who have ordered once."""
    return ci.OrderHistory.from_arrays(
        customer=list(range(30)),
        placed_at=["2024-01-05"] * 30,
        amount=np.full(30, 10),
        currency="EUR",
        timezone="Europe/Paris",
    )


def test_a_shop_without_models_says_why() -> None:
    """All have ordered once, on one day: a sentence in place of the rows, in both reports."""
    history = small()
    told = expectations(Inquiry(history))
    assert told.parts == ()
    assert "all customers first bought on the last day" in told.remarks[0]
    [section] = [one for one in rows_of(history) if one.key == "forecast"]
    assert section.data == []
    assert section.remarks == told.remarks


def test_without_scipy_the_report_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is named; the other sections are there."""
    blocked: Any = None
    monkeypatch.setitem(sys.modules, "scipy.optimize", blocked)
    told = expectations(Inquiry(ci.datasets.gallery()))
    assert "predict" in told.remarks[0]
    keys = [one.key for one in rows_of(ci.datasets.gallery())]
    assert {"retention", "provenance"} <= {*keys}
