"""How long does a shop's memory take: a million orders into SQLite, and their history out again?

``python -m benchmarks.store`` writes a million orders of two lines each as CSV, imports them into a
database of SQLite, imports them again, and reads the history back, each in a process of its own. It
refuses a history that tells anything else than the file, and keeps the figures.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import polars as pl

import custinsights as ci
from benchmarks.agreement import AnswersDifferError
from benchmarks.measuring import machine, peak_bytes, timed, versions
from benchmarks.printing import store_text
from benchmarks.running import ROOT
from benchmarks.shop import CURRENCY, SEED, ZONE, make_shop
from custinsights.repositories.sql import open_store
from custinsights.shop.importing import import_orders

RESULT = ROOT / "benchmarks" / "results" / "store.json"
ORDERS, SMOKE_ORDERS = 1_000_000, 3_000
LINES = 2
_PRODUCTS = 1_000
_AGAIN = 20


def write_orders(path: Path, orders: int) -> int:
    """Write orders of two lines each as CSV, a row for each line; return how many rows."""
    shop = make_shop(orders, seed=SEED, strings=True)
    order = np.repeat(np.arange(orders), LINES)
    dice = np.random.default_rng(SEED)
    times = pl.Series(shop.placed_at).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    product = dice.integers(0, _PRODUCTS, len(order))
    frame = pl.DataFrame(
        {
            "order_id": order + 10_000,
            "email": shop.customer[order].tolist(),
            "placed_at": times.dt.strftime("%Y-%m-%dT%H:%M:%SZ")[order],
            "product": [f"PR-{number:04}" for number in product.tolist()],
            "quantity": dice.integers(1, 4, len(order)),
            "unit_price": product % 90 + 9.5,
            "country": shop.country.texts()[order].tolist(),
            "channel": shop.channel.texts()[order].tolist(),
        }
    )
    frame.write_csv(path, float_precision=2)
    return len(frame)


def totals(history: ci.OrderHistory) -> dict[str, Any]:
    """Return what a history sums up to."""
    asked = ["orders", "customers", "revenue", "units"]
    return {
        "totals": str(ci.measure(history, asked).to_dicts()),
        "countries": str(ci.measure(history, asked[:3], by=["country"]).to_dicts()),
        "lines": 0 if history.lines is None else len(history.lines),
    }


def imported(csv: Path, database: Path) -> dict[str, Any]:
    """Import a file, and return how long that took and what it changed."""
    with contextlib.closing(open_store(database)) as store:
        seconds, report = timed(lambda: import_orders(store, csv, currency=CURRENCY, timezone=ZONE))
    return {"seconds": seconds, "added": report.added, "same": report.same}


def from_file(csv: Path, _database: Path) -> dict[str, Any]:
    """Read a file, and return what its history sums up to."""
    return totals(ci.read_orders(csv, currency=CURRENCY, timezone=ZONE))


def from_store(_csv: Path, database: Path) -> dict[str, Any]:
    """Read a history out of a database, then that of one customer again and again."""
    with contextlib.closing(open_store(database)) as store:
        seconds, history = timed(lambda: ci.read_store(store))
        peak = peak_bytes()
        busiest = str(history.customer_ids[int(np.argmax(np.diff(history.offsets)))])
        one = [timed(lambda: ci.read_store(store, customers=[busiest])) for _ in range(_AGAIN)]
    return {
        **totals(history),
        "seconds": seconds,
        "peak_bytes": peak,
        "one": min(took for took, _ in one),
        "orders_of_one": len(one[0][1]),
    }


JOBS: dict[str, Callable[[Path, Path], dict[str, Any]]] = {
    "import": imported,
    "again": imported,
    "file": from_file,
    "history": from_store,
}


def measure_store(orders: int) -> dict[str, Any]:
    """Import so many orders and read them back; return the figures.

    Raises
    ------
    AnswersDifferError
        The history from the database is not that of the file, or the import again changed it.
    """
    with TemporaryDirectory() as folder:
        csv, database = Path(folder, "orders.csv"), Path(folder, "shop.db")
        rows = write_orders(csv, orders)
        done = {name: _apart(name, csv, database) for name in JOBS}
        sizes = {"csv_bytes": csv.stat().st_size, "database_bytes": database.stat().st_size}
    for told in ("totals", "countries", "lines"):
        if done["file"][told] != done["history"][told]:
            raise AnswersDifferError(f"the store tells other {told} than the file")
    if (done["again"]["added"], done["again"]["same"]) != (0, orders):
        raise AnswersDifferError("importing the same again changed the store")
    kept = ("seconds", "peak_bytes", "one", "orders_of_one")
    return {
        "kind": "store",
        "seed": SEED,
        "orders": orders,
        "rows": rows,
        **sizes,
        **{
            name: {key: value for key, value in done[name].items() if key in kept}
            for name in ("import", "again", "history")
        },
        "machine": machine(),
        "versions": versions(("numpy", "attrs", "sqlalchemy")),
    }


def _apart(name: str, csv: Path, database: Path) -> dict[str, Any]:
    """Do a job in a fresh process."""
    command = [sys.executable, "-m", "benchmarks.store", "--job", name, str(csv), str(database)]
    done = subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.store", description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="tiny, only to see that all agree")
    parser.add_argument("--orders", type=int, default=ORDERS, help="how many (default a million)")
    parser.add_argument("--job", nargs=3, metavar=("NAME", "CSV", "DB"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.job:
        name, csv, database = options.job
        print(json.dumps(_with_peak(JOBS[name](Path(csv), Path(database)))))
        return
    figures = measure_store(SMOKE_ORDERS if options.smoke else options.orders)
    print(store_text(figures))
    if not options.smoke and options.orders == ORDERS:
        RESULT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
        print(f"\nKept in {RESULT}")


def _with_peak(done: dict[str, Any]) -> dict[str, Any]:
    return {"peak_bytes": peak_bytes(), **done}


if __name__ == "__main__":
    main()
