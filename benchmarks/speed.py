"""What do the README and the page on speed say? Only what a kept result says.

``python -m benchmarks.speed`` writes the tables of all kept results into the page on speed
(``docs/explanation``), and the largest comparison's first table into the README, each between two
``benchmarks`` markers.
Parts that were compared in a run of their own, of as many orders, have tables of their own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from benchmarks.printing import (
    comparison_rows,
    machine_text,
    markdown,
    one_customer_text,
    prediction_head,
    prediction_rows,
    reading_rows,
    segments_head,
    segments_rows,
    store_head,
    store_rows,
)
from benchmarks.questions import BY_NAME
from benchmarks.running import ROOT
from benchmarks.scale import flatness

README, PAGE = ROOT / "README.md", ROOT / "docs" / "explanation" / "speed.md"
BEGIN, END = "<!-- benchmarks -->", "<!-- /benchmarks -->"
_GIGA = 1e9
_MEASURES = ("hit_rate", "ndcg", "coverage")


def speed_text(results: Iterable[dict[str, Any]]) -> str:
    """Return the page's tables from kept results, of any kinds and in any order."""
    kept = list(results)
    by_number = _largest(kept)
    texts = [_section("Questions beside peers", *map(_comparison, by_number))] if by_number else []
    for title, kinds in _SECTIONS.items():
        parts = [_WRITTEN[kind](one) for kind in kinds for one in kept if _kind(one) == kind]
        texts += [_section(title, *parts)] if parts else []
    return "\n\n".join(texts)


def readme_text(results: Iterable[dict[str, Any]]) -> str:
    """Return the README's table: the most parts of the most orders, in order of time."""
    largest, *_ = _largest(list(results))
    run, *_ = largest["runs"]
    return f"{_comparison_head(largest)}\n\n{_rows(run)}"


def replaced(page: str, section: str) -> str:
    """Return a page with the text between its markers replaced."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page lacks the markers {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{section}\n{END}{after}"


def _section(title: str, *parts: str) -> str:
    return "\n\n".join([f"## {title}", *parts])


def _kind(figures: dict[str, Any]) -> str:
    return "strings" if figures.get("ids") == "email" else figures["kind"]


def _largest(kept: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the comparisons of most orders (numbers as ids), that of the most parts first."""
    compared = [one for one in kept if one["kind"] == "compare" and one["ids"] == "int"]
    most = max((int(one["orders"]) for one in compared), default=0)
    return sorted((one for one in compared if one["orders"] == most), key=_parts, reverse=True)


def _parts(figures: dict[str, Any]) -> int:
    """Return how many parts were asked."""
    said = figures["runs"][0]["contestants"].values()
    return sum(any(part in who["seconds"] for who in said) for part in BY_NAME)


def _comparison_head(figures: dict[str, Any]) -> str:
    return (
        f"{figures['orders']:,} orders with whole-number customer ids, in memory, a shop in New "
        "York; every library answers in its own best formulation, and all answers are equal "
        f"(`python -m benchmarks.compare`; {machine_text(figures)})."
    )


def _comparison(figures: dict[str, Any]) -> str:
    return "\n\n".join([_comparison_head(figures), *map(_rows, figures["runs"])])


def _rows(run: dict[str, Any]) -> str:
    return f"Rows in {run['rows']} order:\n\n{markdown(comparison_rows(run))}"


def _strings(figures: dict[str, Any]) -> str:
    seconds = figures["runs"][0]["contestants"]["custinsights"]["seconds"]
    return (
        f"With e-mail addresses as customer ids the build of {figures['orders']:,} orders takes "
        f"{seconds['build']:.1f} s (from a pyarrow column)."
    )


def _rfm(figures: dict[str, Any]) -> str:
    seconds = figures["seconds"]
    return (
        f"RFM of {figures['orders']:,} orders: custinsights {seconds['custinsights']:.2f} s "
        f"({seconds['build']:.2f} s more for the build), openretailscience "
        f"{figures['versions']['openretailscience']} {seconds['peer']:.2f} s."
    )


def _sizes(figures: dict[str, Any]) -> str:
    asked = [part for part in BY_NAME if part in figures["runs"][0]["seconds"]]
    sums = f"the {len(asked)} parts, s"
    table = [["size", "rows", "build, s", sums, "peak memory with the input, GB"]]
    for run in figures["runs"]:
        build = run["seconds"]["build"]
        parts = sum(run["seconds"][part] for part in asked)
        peak = run["peak_bytes"] / _GIGA
        table.append(
            [f"{run['orders']:,}", run["rows"], f"{build:.2f}", f"{parts:.2f}", f"{peak:.2f}"]
        )
    worst = max(
        flatness(figures, part, rows)
        for rows in ("time", "random")
        for part in figures["runs"][0]["seconds"]
    )
    head = f"custinsights alone (time per order varies by at most {worst:.1f} ×):"
    return f"{head}\n\n{markdown(table)}"


def _reading(figures: dict[str, Any]) -> str:
    return (
        "Files read into a history, beside Polars reading the same file and grouping its orders by "
        "customer, with equal answers (`python -m benchmarks.reading`; a history keeps every order "
        "and accounts for every row):\n\n"
        f"{markdown(reading_rows(figures))}"
    )


def _segments(figures: dict[str, Any]) -> str:
    head = segments_head(figures)
    return (
        f"{head} The peers judge the same rules over a frame of the traits that was made for them, "
        "with equal answers (`python -m benchmarks.segments`):\n\n"
        f"{markdown(segments_rows(figures))}"
    )


def _store(figures: dict[str, Any]) -> str:
    return (
        f"{store_head(figures)} (`python -m benchmarks.store`)\n\n{markdown(store_rows(figures))}"
    )


def _one_customer(figures: dict[str, Any]) -> str:
    return f"{one_customer_text(figures)} (`python -m benchmarks.one_customer`)"


def _baskets(figures: dict[str, Any]) -> str:
    ours, theirs = (figures["seconds"][who] for who in ("custinsights", "mlxtend"))
    return (
        f"What is bought together in {figures['orders']:,} real orders at a support of "
        f"{figures['support']:.0%}, {figures['sets']:,} sets and {figures['rules']:,} rules: "
        f"custinsights {ours:.2f} s, mlxtend {figures['versions']['mlxtend']} {theirs:.2f} s "
        f"({theirs / ours:.0f} ×), with equal answers (`python -m benchmarks.baskets`)."
    )


def _recommending(figures: dict[str, Any]) -> str:
    cost, told = figures["cost"], figures["quality"]["last"]
    names = ("recommend", "own favourites", "item-item", "als", "popularity")
    rows = [
        [name, *(f"{100 * told[name][measure]:.1f} %" for measure in _MEASURES)] for name in names
    ]
    return (
        f"The ten best of {cost['products']:,} products for each of {cost['customers']:,} "
        f"customers of a shop of {cost['orders']:,} orders, learning from them included: "
        f"{cost['seconds']:.1f} s, {cost['processor_seconds']:.0f} s of processors (budget 20 s), "
        f"{cost['peak_bytes'] / _GIGA:.1f} GB at most; for one customer, when that is learned, "
        f"{1000 * cost['seconds_for_one_customer']:.1f} ms. What {told['customers']:,} customers "
        "of Online Retail bought next, among ten recommended products, beside implicit "
        f"{figures['versions']['implicit']} (`python -m benchmarks.recommending`):\n\n"
        f"{markdown([['who', 'hit rate', 'NDCG', 'coverage'], *rows])}"
    )


def _prediction(figures: dict[str, Any]) -> str:
    return (
        f"{prediction_head(figures)} (`python -m benchmarks.prediction`; {machine_text(figures)})"
        f"\n\n{markdown(prediction_rows(figures))}"
    )


def _import(figures: dict[str, Any]) -> str:
    return (
        f"`import custinsights` adds {figures['cost_ms']:.0f} ms to the "
        f"{figures['ground_ms']:.0f} ms of numpy, attrs and dateutil."
    )


_SECTIONS = {
    "Laying out and sizes": ("strings", "rfm", "scale"),
    "Reading files": ("reading",),
    "Segments": ("segments",),
    "A shop's memory": ("store", "one_customer"),
    "Baskets": ("baskets",),
    "Recommendations": ("recommending",),
    "Forecasts": ("prediction",),
    "Import": ("import",),
}
_WRITTEN: dict[str, Callable[[dict[str, Any]], str]] = {
    "strings": _strings,
    "rfm": _rfm,
    "scale": _sizes,
    "reading": _reading,
    "segments": _segments,
    "store": _store,
    "one_customer": _one_customer,
    "baskets": _baskets,
    "recommending": _recommending,
    "prediction": _prediction,
    "import": _import,
}


def main() -> None:
    """Write the README's table and the page on speed from the kept results."""
    kept = sorted(Path(ROOT, "benchmarks", "results").glob("*.json"))
    results = [json.loads(path.read_text(encoding="utf-8")) for path in kept]
    for path, text in ((README, readme_text(results)), (PAGE, speed_text(results))):
        path.write_text(replaced(path.read_text(encoding="utf-8"), text), encoding="utf-8")


if __name__ == "__main__":
    main()
