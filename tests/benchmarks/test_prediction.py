"""The benchmark of forecasts: equal answers before any figure, and what is kept and printed."""

from typing import Any

import numpy as np
import pytest

import custinsights as ci
from benchmarks import prediction
from benchmarks.agreement import AnswersDifferError
from benchmarks.printing import prediction_head, prediction_rows
from benchmarks.speed import speed_text


def test_customers_behave_as_the_model_says() -> None:
    """What BG/NBD finds of the made-up customers is what they were made of."""
    history = prediction.made_up(20_000)
    found = ci.BetaGeoNBD.fit(ci.purchase_summary(history, unit="day"))
    for name, true in {"r": 0.5, "alpha": 60.0, "a": 0.8, "b": 2.5}.items():
        assert abs(found.params[name] - true) < 5 * found.standard_errors[name], name


def test_a_smoke_run_measures_everything(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each model has a row, with the many and without the other library."""
    monkeypatch.setattr(prediction, "is_there", lambda _: False)
    monkeypatch.setattr(prediction, "_REPEATS", 1)
    prediction.main(["--smoke"])
    printed = capsys.readouterr().out
    for name in prediction.PEERS:
        assert name in printed


class Other:
    """Another library's model with parameters of its own."""

    def __init__(self, params: dict[str, float], orders: float) -> None:
        """Keep what it shall answer."""
        self.params_, self.orders = params, orders

    def conditional_expected_number_of_purchases_up_to_time(self, *_told: object) -> Any:
        """Return as many orders of everybody."""
        return np.full(2357, self.orders)


def test_other_answers_are_refused() -> None:
    """Parameters or forecasts that differ end the benchmark before a time is told."""
    ours = ci.BetaGeoNBD.fit(prediction.sample())
    with pytest.raises(AnswersDifferError, match="the parameters differ"):
        prediction.check("BetaGeoNBD", ours, Other({"r": 1.0}, 0.0), [])
    with pytest.raises(AnswersDifferError, match="the orders to expect differ"):
        prediction.check("BetaGeoNBD", ours, Other({**ours.params}, 7.0), [])


FIGURES: dict[str, Any] = {
    "kind": "prediction",
    "sample": {
        "BetaGeoNBD": {"custinsights": 0.005, "lifetimes": 0.06},
        "ParetoNBD": {"custinsights": 0.05},
    },
    "large": {
        "customers": 1_000_000,
        "orders": 2_700_000,
        "patterns": 419_188,
        "summary": 1.3,
        "fit": {"BetaGeoNBD": 1.2, "ParetoNBD": 4.4},
        "ask": {"BetaGeoNBD": 0.3, "ParetoNBD": 0.8},
        "lifetimes": {"BetaGeoNBD": {"seconds": 30.0, "verdict": "stopped"}},
    },
    "machine": {"processor": "a", "cores": 2, "memory_bytes": 8e9, "python": "3.11.0"},
    "versions": {"numpy": "2.0"},
}


def test_the_readme_tells_the_kept_figures() -> None:
    """Times of the sample with their ratio, times of the many with what became of the peer."""
    _, bg, pareto = prediction_rows(FIGURES)
    assert bg == ["BetaGeoNBD", "5.0", "60", "1/12", "1.2", "30 (stopped)", "0.3"]
    assert pareto == ["ParetoNBD", "50.0", "", "", "4.4", "", "0.8"]
    assert "419,188 patterns" in prediction_head(FIGURES)
    text = speed_text([FIGURES])
    assert "python -m benchmarks.prediction" in text
    assert "| BetaGeoNBD | 5.0 | 60 | 1/12 |" in text
