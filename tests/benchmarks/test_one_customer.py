"""The benchmark of one customer shows who it is, and says what it took."""

import pytest

import custinsights as ci
from benchmarks import one_customer
from benchmarks.agreement import AnswersDifferError
from benchmarks.speed import speed_text
from custinsights.shop import NINE


def test_smoke_shows_a_customer_and_keeps_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The smoke run fills a small shop, prints the times, and keeps no figures."""
    monkeypatch.setattr(one_customer, "AGAIN", 2)
    one_customer.main(["--smoke"])
    said = capsys.readouterr().out
    assert "one customer of 100 orders and" in said
    assert "entries in a SQLite shop of 300 customers" in said
    assert "Kept" not in said


def test_a_profile_that_differs_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """No time is told of a profile that tells other numbers than the history of all."""
    monkeypatch.setattr(one_customer, "AGAIN", 1)
    monkeypatch.setattr(ci, "traits", lambda *_, **__: _Other())
    with pytest.raises(AnswersDifferError, match="other metrics than the whole history"):
        one_customer.measure_profile(20)


class _Other:
    def row(self, _: str) -> dict[str, int]:
        return dict.fromkeys(NINE, -1)


def test_the_readme_tells_the_figures() -> None:
    """The best time, the one in the middle, and the budget."""
    figures = {"kind": "one_customer", "customers": 100_000, "orders": 100, "entries": 250}
    times = {"first": 0.5, "best": 0.0123, "median": 0.0156, "best_anew": 0.02, "median_anew": 0.03}
    text = speed_text([{**figures, **times}])
    assert "12.3 ms at best, 15.6 ms in the middle (budget 20)" in text
