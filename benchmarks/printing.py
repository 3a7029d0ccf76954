"""How do the figures read, on a screen and in the README?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from benchmarks.questions import BY_NAME, SUITE
from benchmarks.scale import flatness
from benchmarks.shop_files import FILES, ShopFile

OURS = "custinsights"
_BUILDS = {
    "build_narrow": "Build of the suite's three columns",
    "build": "Build of all five",
    "build_plain": "Build of the three columns without pyarrow",
    "build_lines": "Build of all five with order lines",
    "build_activities": "Build of all five with as many activities",
}
_READING = (
    "seconds to a history",
    "Polars' to groups",
    "ours ÷ Polars'",
    "budget",
    "peak GB",
    "Polars' peak GB",
)
_STORE = {
    "import": "import into SQLite",
    "again": "the same import again",
    "history": "the history out of SQLite",
}
_MOST_SECONDS = {"import": 120.0, "history": 15.0}
_GIGA = 1e9
_MEGA = 1e6


def comparison_text(figures: dict[str, Any]) -> str:
    """Return the tables of a comparison, one per row order."""
    head = f"{figures['orders']:,} orders, {figures['ids']} ids, {machine_text(figures)}"
    return "\n\n".join([head, *(_run_text(run) for run in figures["runs"])])


def comparison_rows(run: dict[str, Any]) -> list[list[str]]:
    """Return header and rows: part, seconds of each contestant, fastest peer over ours, copies."""
    said = run["contestants"]
    rows = [["seconds", *said, "fastest peer ÷ ours", "ours in column copies"]]
    parts = [part for part in BY_NAME if any(part in who["seconds"] for who in said.values())]
    rows += [[BY_NAME[part].title, *_cells(_times(run, part), run)] for part in parts]
    if all(part in parts for part in SUITE):
        rows += _sums(run)
    if OURS in said:
        seconds = said[OURS]["seconds"]
        for name, title in _BUILDS.items():
            if name not in seconds:
                continue
            rows.append([title, *_cells(_times(run, name), run)])
            fastest = said.get("polars", {}).get("seconds", {}).get("summary")
            if fastest:
                rows[-1][-2] = f"{seconds[name] / fastest:.1f} × Polars' summary"
    memory = [f"{who['peak_bytes'] / _GIGA:.2f}" for who in said.values()]
    rows.append(["Peak memory with the input, GB", *memory, "", ""])
    return rows


def _times(run: dict[str, Any], part: str) -> dict[str, float | None]:
    return {name: who["seconds"].get(part) for name, who in run["contestants"].items()}


def _cells(seconds: dict[str, float | None], run: dict[str, Any]) -> list[str]:
    ours = seconds.get(OURS)
    peers = [value for name, value in seconds.items() if name != OURS and value is not None]
    copy = next(iter(run["contestants"].values()))["copy_seconds"]["warm"]
    cells = ["" if value is None else f"{value:.3f}" for value in seconds.values()]
    cells.append(f"{min(peers) / ours:.1f} ×" if ours and peers else "")
    cells.append(f"{ours / copy:.0f}" if ours else "")
    return cells


def _sums(run: dict[str, Any]) -> list[list[str]]:
    """Return the suite's sums; the best peers' sum takes the fastest of them for each part."""
    said = run["contestants"]
    full = {n: w["seconds"] for n, w in said.items() if all(part in w["seconds"] for part in SUITE)}
    sums = {n: sum(full[n][part] for part in SUITE) if n in full else None for n in said}
    rows = [["Sum of the first six", *_cells(sums, run)]]
    peers = [seconds for name, seconds in full.items() if name != OURS]
    if not peers or OURS not in full:
        return rows
    best = sum(min(seconds[part] for seconds in peers) for part in SUITE)
    ours = sums[OURS] or 0.0
    rows[-1][-2] = f"{best / ours:.1f} ×"
    built = {n: ours + full[OURS]["build_narrow"] if n == OURS else v for n, v in sums.items()}
    rows.append(["Sum of the first six with the build", *_cells(built, run)])
    rows[-1][-2] = f"{best / (ours + full[OURS]['build_narrow']):.1f} ×"
    return rows


def _run_text(run: dict[str, Any]) -> str:
    return f"Rows in {run['rows']} order\n{aligned(comparison_rows(run))}"


def scale_text(figures: dict[str, Any]) -> str:
    """Return nanoseconds per order by size, and how flat they are."""
    texts = [machine_text(figures)]
    for rows in ("time", "random"):
        runs = [run for run in figures["runs"] if run["rows"] == rows]
        table = [["ns per order", *(f"{run['orders']:,}" for run in runs), "largest ÷ smallest"]]
        for part in runs[0]["seconds"]:
            each = [f"{run['seconds'][part] / run['orders'] * 1e9:.1f}" for run in runs]
            table.append([part, *each, f"{flatness(figures, part, rows):.1f}"])
        table.append(["peak GB", *(f"{run['peak_bytes'] / _GIGA:.2f}" for run in runs), ""])
        texts.append(f"Rows in {rows} order\n{aligned(table)}")
    return "\n\n".join(texts)


def reading_text(figures: dict[str, Any]) -> str:
    """Return the table of the files that were read."""
    return f"{machine_text(figures)}\n{aligned(reading_rows(figures))}"


def reading_rows(figures: dict[str, Any]) -> list[list[str]]:
    """Return header and rows: what each file took, in time and memory, and what it may take."""
    rows = [["file", "orders", "MB", *_READING]]
    for file in figures["files"]:
        ours, theirs = (file["contestants"][name] for name in (OURS, "polars"))
        rows.append(
            [
                FILES[file["file"]].title,
                f"{file['orders']:,}",
                f"{file['bytes'] / _MEGA:.0f}",
                f"{ours['seconds']:.2f}",
                f"{theirs['seconds']:.2f}",
                f"{ours['seconds'] / theirs['seconds']:.1f} ×",
                _budget(FILES[file["file"]], ours["seconds"], theirs["seconds"]),
                f"{ours['peak_bytes'] / _GIGA:.2f}",
                f"{theirs['peak_bytes'] / _GIGA:.2f}",
            ]
        )
    return rows


def _budget(file: ShopFile, ours: float, theirs: float) -> str:
    """Return the budget of a file, and whether it is kept."""
    for most, said, unit in (
        (file.most_seconds, ours, "s"),
        (file.most_ratio, ours / theirs, "×"),
    ):
        if most is not None:
            return f"{most:g} {unit}: {'kept' if said <= most else 'missed'}"
    return ""


def machine_text(figures: dict[str, Any]) -> str:
    """Return machine and versions in a line."""
    facts = figures["machine"]
    libraries = ", ".join(f"{name} {version}" for name, version in figures["versions"].items())
    return (
        f"{facts['cores']} cores of {facts['processor']}, "
        f"{facts['memory_bytes'] / _GIGA:.0f} GB, Python {facts['python']}, {libraries}"
    )


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Return rows of text in columns, the first to the left and the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def markdown(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as a Markdown table."""
    head, *body = rows
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def store_rows(figures: dict[str, Any]) -> list[list[str]]:
    """Return what importing and reading back took, in time and memory, and what it may take."""
    rows = [["what", "seconds", "budget", "peak GB"]]
    for name, title in _STORE.items():
        done, most = figures[name], _MOST_SECONDS.get(name)
        rows.append(
            [
                title,
                f"{done['seconds']:.1f}",
                "" if most is None else _within(most, done["seconds"]),
                f"{done['peak_bytes'] / _GIGA:.2f}",
            ]
        )
    return rows


def store_head(figures: dict[str, Any]) -> str:
    """Return what was imported, and how long one customer takes."""
    one = figures["history"]
    return (
        f"{figures['orders']:,} orders with {figures['rows']:,} lines, {_megabytes(figures, 'csv')}"
        f" of CSV, {_megabytes(figures, 'database')} of SQLite. The history of one customer of "
        f"{one['orders_of_one']} orders: {1000 * one['one']:.1f} ms."
    )


def _within(most: float, seconds: float) -> str:
    return f"{most:.0f} s: {'kept' if seconds <= most else 'missed'}"


def _megabytes(figures: dict[str, Any], what: str) -> str:
    return f"{figures[f'{what}_bytes'] / _MEGA:,.0f} MB"


def store_text(figures: dict[str, Any]) -> str:
    """Return the table of a shop's memory."""
    return f"{machine_text(figures)}\n{store_head(figures)}\n{aligned(store_rows(figures))}"


def one_customer_text(figures: dict[str, Any]) -> str:
    """Return how long the profile of one customer takes, and what it may take."""
    names = ("first", "best", "median", "best_anew", "median_anew")
    first, best, middle, best_anew, anew = (1000 * figures[name] for name in names)
    own = [f"{1000 * figures[name]:.1f}" for name in ("best_own", "median_own") if name in figures]
    after_own = f"after a change of theirs {' and '.join(own)} ms, " if own else ""
    return (
        f"The profile of one customer of {figures['orders']} orders and {figures['entries']} "
        f"entries in a SQLite shop of {figures['customers']:,} customers: {best:.1f} ms at best, "
        f"{middle:.1f} ms in the middle (budget 20); after a change of somebody else's "
        f"{best_anew:.1f} and {anew:.1f} ms, {after_own}{first:.0f} ms the first time."
    )


def segments_rows(figures: dict[str, Any]) -> list[list[str]]:
    """Return a row for each contestant: the seconds, and their ratio to what ours adds."""
    seconds = figures["seconds"]
    added = max(seconds["custinsights"] - seconds["all_traits"], 0.0)
    rows = [["who", "seconds", "of which rules"]]
    rows.append(
        ["custinsights, from the history", f"{seconds['custinsights']:.2f}", f"{added:.2f}"]
    )
    rows += [
        [f"{who}, over a frame of the traits", "", f"{seconds[who]:.2f}"]
        for who in ("pandas", "polars", "duckdb")
    ]
    return rows


def segments_head(figures: dict[str, Any]) -> str:
    """Return what was asked, and how it compares with the budgets."""
    seconds, one = figures["seconds"], figures["one"]
    ratio = seconds["custinsights"] / seconds["each_trait"]
    return (
        f"{figures['rules']} rules of {figures['traits']} traits over {figures['customers']:,} "
        f"customers and {figures['orders']:,} orders: {ratio:.2f} × the sum of the traits "
        f"({seconds['each_trait']:.2f} s; budget 3). One customer of 100 orders: "
        f"{1000 * one['from_history']:.2f} ms from a history (budget 1), "
        f"{1000 * one['from_objects']:.1f} ms from Order objects (budget 5)."
    )


def segments_text(figures: dict[str, Any]) -> str:
    """Return the figures as text."""
    return (
        f"{segments_head(figures)}\n\n{aligned(segments_rows(figures))}\n\n{machine_text(figures)}"
    )


def prediction_head(figures: dict[str, Any]) -> str:
    """Return what was fitted, and how much time many customers take beside the fits."""
    large = figures["large"]
    return (
        f"Models of repeat buying fitted to the CDNOW sample (2,357 customers) and to "
        f"{large['customers']:,} customers of {large['orders']:,} orders in {large['patterns']:,} "
        f"patterns, which take {large['summary']:.1f} s to be summed up, beside lifetimes with "
        "equal answers. Seconds are of the processor, of all threads together; allowed are a third "
        "of lifetimes' for the sample, and 10 s for a fit of the many."
    )


def prediction_rows(figures: dict[str, Any]) -> list[list[str]]:
    """Return a row for each model: the sample in both libraries, the many, and asking of all."""
    many = f"{figures['large']['customers']:,}, s"
    rows = [["model", "sample, ms", "lifetimes, ms", "ratio", many, "lifetimes, s", "asked, s"]]
    for name, seconds in figures["sample"].items():
        ours, theirs = seconds["custinsights"], seconds.get("lifetimes")
        large = figures["large"]
        peer = large["lifetimes"].get(name, {"seconds": None, "verdict": ""})
        told = peer["verdict"]
        if peer["seconds"] is not None:
            told = f"{peer['seconds']:.0f}{'' if told == 'fitted' else f' ({told})'}"
        rows.append(
            [
                name,
                f"{1000 * ours:.1f}",
                "" if theirs is None else f"{1000 * theirs:.0f}",
                "" if theirs is None else f"1/{theirs / ours:.0f}",
                f"{large['fit'][name]:.1f}",
                told,
                f"{large['ask'][name]:.1f}",
            ]
        )
    return rows


def prediction_text(figures: dict[str, Any]) -> str:
    """Return the figures as text."""
    head, rows = prediction_head(figures), prediction_rows(figures)
    return f"{machine_text(figures)}\n{head}\n{aligned(rows)}"
