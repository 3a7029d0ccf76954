"""How large is a page, how long does it take to write, and when does a reader see something?

``python -m benchmarks.report`` writes the report on a shop of a million orders, bare and with the
latest orders in it, and keeps the figures. Where the environment variable CUSTINSIGHTS_CHROMIUM
names Chromium, and the extra ``browser`` is there, it also opens the page, each time in a fresh
window: when is the first text painted, when the first chart drawn, and how long has the main thread
of the page worked until then? The last hardly depends on what else the machine does.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import custinsights as ci
from benchmarks.measuring import machine, peak_bytes, timed, versions
from benchmarks.running import ROOT
from benchmarks.segments import history_of
from benchmarks.shop import SEED, make_shop

RESULT = ROOT / "benchmarks" / "results" / "report.json"
ORDERS, SMOKE_ORDERS = 1_000_000, 2_000
_LIBRARIES = ("numpy", "plotly", "jinja2", "playwright")
_DRAWN = """() => new Promise(done => {
  const look = () => document.querySelector('#drill-plot .main-svg')
    ? done(performance.now()) : requestAnimationFrame(look);
  look();
})"""
_METRICS = "Performance.getMetrics"
_PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


def measure_report(orders: int, *, repeats: int = 3) -> dict[str, Any]:
    """Write the page, open it if there is a browser, and return the figures."""
    from plotly.offline import get_plotlyjs

    history = history_of(make_shop(orders, seed=SEED))
    seconds, sizes, seen = {}, {}, {}
    with TemporaryDirectory() as folder:
        for name, is_told in (("bare", False), ("with_orders", True)):
            path = Path(folder) / f"{name}.html"
            write = partial(ci.report, history, path, include_orders=is_told)
            seconds[name] = min(timed(write)[0] for _ in range(repeats))
            sizes[name] = path.stat().st_size
        if chromium := os.environ.get("CUSTINSIGHTS_CHROMIUM"):
            seen = _opened(chromium, Path(folder) / "with_orders.html", repeats)
    return {
        "kind": "report",
        "seed": SEED,
        "orders": orders,
        "write_seconds": seconds,
        "bytes": sizes,
        "plotly_bytes": len(get_plotlyjs().encode()),
        "seen_seconds": seen,
        "peak_bytes": peak_bytes(),
        "machine": machine(),
        "versions": versions(_LIBRARIES),
    }


def _opened(chromium: str, path: Path, repeats: int) -> dict[str, float]:
    """Return the seconds to the first text and chart, and those that the page itself worked."""
    from playwright.sync_api import sync_playwright

    runs = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for _ in range(repeats):
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            tools = page.context.new_cdp_session(page)
            tools.send("Performance.enable", {"timeDomain": "threadTicks"})
            page.goto(path.as_uri(), wait_until="commit")
            drawn = page.evaluate(_DRAWN)
            told = {one["name"]: one["value"] for one in tools.send(_METRICS)["metrics"]}
            painted = page.evaluate(_PAINTED)
            runs.append((painted / 1000, drawn / 1000, told["TaskDuration"]))
            page.close()
        browser.close()
    names = ("first_paint", "first_chart", "main_thread")
    return {name: min(times) for name, times in zip(names, zip(*runs, strict=True), strict=True)}


def report_text(figures: dict[str, Any]) -> str:
    """Return the figures as text."""
    lines = [f"The page on {figures['orders']:,} orders"]
    for name, size in figures["bytes"].items():
        ours = (size - figures["plotly_bytes"]) / 1e6
        lines.append(
            f"  {name.replace('_', ' ')}: {size / 1e6:.2f} MB, {ours:.2f} MB of them ours, "
            f"written in {figures['write_seconds'][name]:.1f} s"
        )
    for name, seconds in figures["seen_seconds"].items():
        lines.append(f"  {name.replace('_', ' ')}: {seconds:.2f} s")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report", description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="tiny, only to see that it works")
    options = parser.parse_args(arguments)
    figures = measure_report(
        SMOKE_ORDERS if options.smoke else ORDERS, repeats=1 if options.smoke else 3
    )
    print(report_text(figures))
    if not options.smoke:
        RESULT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
        print(f"\nKept in {RESULT}")


if __name__ == "__main__":
    main()
