"""What does the README say of speed? Only what a kept result says.

``python -m benchmarks.readme`` writes the tables of the largest comparison, of the sizes, of
reading files, of a shop's memory, of baskets, of forecasts and of the import between the README's
two ``benchmarks`` markers.
Parts that were compared in a run of their own, of as many orders, have tables of their own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
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

BEGIN, END = "<!-- benchmarks -->", "<!-- /benchmarks -->"
_GIGA = 1e9


def readme_text(results: Iterable[dict[str, Any]]) -> str:
    """Return the README's section from kept results, of any kinds and in any order."""
    kept = list(results)
    compared = [figures for figures in kept if figures["kind"] == "compare"]
    texts = []
    if by_number := [figures for figures in compared if figures["ids"] == "int"]:
        most = max(int(figures["orders"]) for figures in by_number)
        texts += _comparisons([figures for figures in by_number if figures["orders"] == most])
    texts += [_strings(figures) for figures in compared if figures["ids"] == "email"]
    texts += [_rfm(figures) for figures in kept if figures["kind"] == "rfm"]
    texts += [_sizes(figures) for figures in kept if figures["kind"] == "scale"]
    texts += [_reading(figures) for figures in kept if figures["kind"] == "reading"]
    texts += [_segments(figures) for figures in kept if figures["kind"] == "segments"]
    texts += [_store(figures) for figures in kept if figures["kind"] == "store"]
    texts += [_one_customer(figures) for figures in kept if figures["kind"] == "one_customer"]
    texts += [_baskets(figures) for figures in kept if figures["kind"] == "baskets"]
    texts += [_prediction(figures) for figures in kept if figures["kind"] == "prediction"]
    texts += [_import(figures) for figures in kept if figures["kind"] == "import"]
    return "\n\n".join(texts)


def replaced(readme: str, section: str) -> str:
    """Return a README with the text between its markers replaced."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the README lacks the markers {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{section}\n{END}{after}"


def _comparisons(compared: list[dict[str, Any]]) -> list[str]:
    """Return the texts of comparisons of one size, that of the most parts first."""
    return [_comparison(one) for one in sorted(compared, key=_parts, reverse=True)]


def _parts(figures: dict[str, Any]) -> int:
    """Return how many parts were asked."""
    said = figures["runs"][0]["contestants"].values()
    return sum(any(part in who["seconds"] for who in said) for part in BY_NAME)


def _comparison(figures: dict[str, Any]) -> str:
    head = (
        f"{figures['orders']:,} orders with whole-number customer ids, in memory, a shop in New "
        "York; every library answers in its own best formulation, and all answers are equal "
        f"(`python -m benchmarks.compare`; {machine_text(figures)})."
    )
    runs = figures["runs"]
    tables = [f"Rows in {run['rows']} order:\n\n{markdown(comparison_rows(run))}" for run in runs]
    return "\n\n".join([head, *tables])


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


def main() -> None:
    """Write the README's section from the kept results."""
    kept = sorted(Path(ROOT, "benchmarks", "results").glob("*.json"))
    results = [json.loads(path.read_text(encoding="utf-8")) for path in kept]
    readme = ROOT / "README.md"
    readme.write_text(
        replaced(readme.read_text(encoding="utf-8"), readme_text(results)), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
