"""How does RFM compare with a library made for it?

``python -m benchmarks.against_openretailscience --orders 1e7``, in an environment that also holds
openretailscience (which is part of no extra: it wants an older pandas). Its scores split equal
values by chance (NTILE), so that scores cannot be equal; what they are scored on is compared first:
recency, orders and revenue of every customer.
"""

from __future__ import annotations

import argparse
import importlib
import json
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

import custinsights as ci
from benchmarks.agreement import AnswersDifferError
from benchmarks.contestants.with_duckdb import orders_table
from benchmarks.measuring import machine, timed, versions
from benchmarks.running import ROOT
from benchmarks.shop import CURRENCY, SEED, ZONE, Shop, make_shop

RESULT = ROOT / "benchmarks" / "results" / "rfm-openretailscience.json"
_LIBRARIES = ("numpy", "pandas", "duckdb", "ibis-framework", "openretailscience")
_REPEATS = 3
_TRANSACTIONS = """
CREATE TABLE transactions AS
SELECT customer AS customer_id, row_number() OVER () AS transaction_id,
       (placed_at AT TIME ZONE 'America/New_York')::DATE AS transaction_date, amount AS unit_spend
FROM orders
"""


def compare_rfm(orders: int, *, seed: int = SEED) -> dict[str, Any]:
    """Return the best times of both, after what both score has been found equal."""
    shop = make_shop(orders, seed=seed)
    build_seconds, history = _best(partial(_history, shop))
    our_seconds, _ = _best(partial(ci.rfm, history))
    segment = _segmenter(shop)
    their_seconds, theirs = _best(segment)
    _check(theirs, history)
    return {
        "kind": "rfm",
        "orders": orders,
        "seed": seed,
        "seconds": {"build": build_seconds, "custinsights": our_seconds, "peer": their_seconds},
        "machine": machine(),
        "versions": versions(_LIBRARIES),
    }


def _best(ask: Callable[[], Any]) -> tuple[float, Any]:
    runs = [timed(ask) for _ in range(_REPEATS)]
    return min(seconds for seconds, _ in runs), runs[-1][1]


def _history(shop: Shop) -> ci.OrderHistory:
    return ci.OrderHistory.from_arrays(
        customer=shop.customer,
        placed_at=shop.placed_at,
        amount_minor=shop.amount,
        currency=CURRENCY,
        timezone=ZONE,
    )


def _segmenter(shop: Shop) -> Callable[[], Any]:
    """Return the library's RFM over a DuckDB table with local dates, the fastest of its inputs."""
    connection = orders_table(shop)
    connection.execute(_TRANSACTIONS)
    backend = importlib.import_module("ibis").duckdb.from_connection(connection)
    library = importlib.import_module("openretailscience.segmentation.rfm")
    table, day = backend.table("transactions"), shop.as_of

    def segment() -> Any:
        return library.RFMSegmentation(table, day, 5, 5, 5).table.execute()

    return segment


def _check(theirs: Any, history: ci.OrderHistory) -> None:
    """Refuse other customers, days, orders or revenue than ours."""
    names = ["days_since_last_order", "order_count", "total_spent"]
    table = ci.traits(history, names).table()
    in_order = theirs.sort_values("customer_id")
    for name, column in zip(
        ["customer", *names], ["customer_id", "recency_days", "frequency", "monetary"], strict=True
    ):
        ours = np.asarray(table.column(name).values)
        if not np.array_equal(ours, in_order[column].to_numpy().astype(ours.dtype)):
            raise AnswersDifferError(f"rfm: {column} of openretailscience and {name} differ")


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", default="1e7", help="size of the shop (default 1e7)")
    figures = compare_rfm(int(float(parser.parse_args().orders)))
    print(json.dumps(figures["seconds"], indent=1))
    RESULT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
