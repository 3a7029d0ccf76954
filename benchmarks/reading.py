"""How fast does a file become a history, beside Polars reading and grouping the same file?

``python -m benchmarks.reading`` writes the files of the benchmarks' shop (a million orders as CSV
and as a Shopify export, ten million as Parquet), reads each a few times with custinsights and with
Polars, in processes of their own; refuses answers that differ; prints times, ratios and peak
memory; and keeps the figures. A history keeps and checks every row, Polars only sums them up.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

import custinsights as ci
from benchmarks.agreement import check_agreement
from benchmarks.measuring import machine, peak_bytes, timed, versions
from benchmarks.printing import reading_text
from benchmarks.questions import Answer
from benchmarks.running import ROOT, read_answer, write_answer
from benchmarks.shop import CURRENCY, SEED, ZONE
from benchmarks.shop_files import FILES

RESULT = ROOT / "benchmarks" / "results" / "reading.json"
SMOKE_ORDERS = 20_000
_WARM_UP_ORDERS = 500
ORDERS = {"csv": 10**6, "shopify": 10**6, "parquet-int": 10**7, "parquet-email": 10**7}
"""How many orders each file has when figures are kept."""


def compare_reading(orders: dict[str, int], *, repeats: int = 3) -> dict[str, Any]:
    """Read each file with both, and return the figures.

    Parameters
    ----------
    orders
        The orders in each file, by its name.
    repeats
        How often each reads it; the best time counts.

    Raises
    ------
    AnswersDifferError
        Before any time is returned, when the two give a customer other orders.
    """
    files = []
    for name, count in orders.items():
        kind = FILES[name]
        with TemporaryDirectory() as folder:
            path = Path(folder, f"orders{kind.suffix}")
            rows = kind.write(path, count)
            measured = {who: _apart(who, name, path, repeats) for who in READERS}
            answers = {who: read_answer(folder, who, "summary") for who in READERS}
            check_agreement("summary", answers)
            files.append(
                {
                    "file": name,
                    "orders": count,
                    "rows": rows,
                    "bytes": path.stat().st_size,
                    "contestants": measured,
                }
            )
    return {
        "kind": "reading",
        "seed": SEED,
        "machine": machine(),
        "versions": versions(),
        "files": files,
    }


def _apart(who: str, name: str, path: Path, repeats: int) -> dict[str, Any]:
    """Read in a fresh process, which leaves its answer beside the file."""
    command = [sys.executable, "-m", "benchmarks.reading", "--job", who, name, str(path)]
    command += ["--repeats", str(repeats)]
    done = subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True)
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def measure(who: str, name: str, path: Path, *, repeats: int) -> dict[str, Any]:
    """Read a file in this process; write the answer into its folder.

    Returns
    -------
    dict
        ``seconds``, the best of the runs, and ``peak_bytes``, with the libraries of both.
    """
    read, answer = READERS[who]
    with TemporaryDirectory() as folder:  # imports, first calls, thread pools
        small = Path(folder, f"small{path.suffix}")
        FILES[name].write(small, _WARM_UP_ORDERS)
        read(name, small)
    runs = [timed(partial(read, name, path)) for _ in range(repeats)]
    peak = peak_bytes()
    write_answer(str(path.parent), who, "summary", answer(runs[-1][1]))
    return {"seconds": min(seconds for seconds, _ in runs), "peak_bytes": peak}


def _read(name: str, path: Path) -> ci.OrderHistory:
    currency = None if name == "shopify" else CURRENCY
    return ci.read_orders(path, currency=currency, timezone=ZONE)


def _summary(history: ci.OrderHistory) -> Answer:
    """Return what Polars is asked for, of the customers with an order that counts."""
    starts, ends = history.offsets[:-1], history.offsets[1:]
    orders = ends - starts
    has = np.flatnonzero(orders)
    return {
        "customer": np.array(history.customer_ids[has].tolist()),
        "orders": orders[has],
        "revenue": np.add.reduceat(history.amount, starts[has]),
        "first": history.placed_at[starts[has]],
        "last": history.placed_at[ends[has] - 1],
    }


def _group(name: str, path: Path) -> Answer:
    return FILES[name].group(path)


def _as_it_is(answer: Answer) -> Answer:
    return answer


READERS: dict[str, tuple[Callable[[str, Path], Any], Callable[[Any], Answer]]] = {
    "custinsights": (_read, _summary),
    "polars": (_group, _as_it_is),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reading", description=__doc__)
    parser.add_argument("--file", action="append", choices=list(FILES), help="only this file")
    parser.add_argument("--smoke", action="store_true", help="tiny, only to see that all agree")
    parser.add_argument("--repeats", type=int, default=3, help="runs per file (default 3)")
    parser.add_argument("--job", nargs=3, metavar=("WHO", "FILE", "PATH"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.job:
        who, name, path = options.job
        print(json.dumps(measure(who, name, Path(path), repeats=options.repeats)))
        return
    wanted = options.file or list(FILES)
    orders = {name: SMOKE_ORDERS if options.smoke else ORDERS[name] for name in wanted}
    figures = compare_reading(orders, repeats=1 if options.smoke else options.repeats)
    print(reading_text(figures))
    if not options.smoke and not options.file:
        RESULT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
        print(f"\nKept in {RESULT}")


if __name__ == "__main__":
    main()
