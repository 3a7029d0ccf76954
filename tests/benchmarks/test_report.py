"""The benchmark of the page says how large it is and what of it is ours."""

import json

import pytest

from benchmarks import report


def test_smoke_writes_both_pages_and_keeps_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page with orders is the larger one; without a browser nothing is said of what is seen."""
    monkeypatch.setattr(report, "SMOKE_ORDERS", 300)
    monkeypatch.delenv("CUSTINSIGHTS_CHROMIUM", raising=False)
    before = report.RESULT.read_bytes()
    report.main(["--smoke"])
    first, bare, told = capsys.readouterr().out.splitlines()
    assert first == "The page on 300 orders"
    assert [line.partition(":")[0] for line in (bare, told)] == ["  bare", "  with orders"]
    assert report.RESULT.read_bytes() == before


def test_the_figures_hold_what_the_page_promises() -> None:
    """At most 6 MB, one of them ours, the headlines and the first chart within two seconds."""
    kept = json.loads(report.RESULT.read_text(encoding="utf-8"))
    assert kept["orders"] == 1_000_000
    assert max(kept["bytes"].values()) <= 6_000_000
    assert max(kept["bytes"].values()) - kept["plotly_bytes"] <= 1_000_000
    assert kept["seen_seconds"]["first_paint"] < 2
    assert kept["seen_seconds"]["main_thread"] < 2  # the first chart, were the machine not shared
