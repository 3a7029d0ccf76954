"""How much do a hundred rules cost, and how much does one customer?

``python -m benchmarks.segments`` judges the rules of ``rules.txt`` over a shop of eight million
orders: custinsights from the history, traits included, and beside it pandas, Polars and DuckDB over
a frame of the traits that is made for them beforehand. It refuses answers that differ, then asks
about one customer of a hundred orders, and keeps the figures.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import custinsights as ci
from benchmarks.agreement import AnswersDifferError
from benchmarks.measuring import machine, peak_bytes, timed, versions
from benchmarks.printing import segments_text
from benchmarks.rules_elsewhere import EPOCH, TIMES, pandas_query, polars_expression, sql
from benchmarks.running import ROOT
from benchmarks.shop import CURRENCY, SEED, ZONE, Shop, make_shop
from custinsights.domain import Money, Order, OrderLine
from custinsights.domain.rules.tree import Name, nodes_of

RESULT = ROOT / "benchmarks" / "results" / "segments.json"
RULES = Path(__file__).with_name("rules.txt")
ORDERS, SMOKE_ORDERS = 8_000_000, 20_000
ONE = 100
_AGAIN = 200


def read_rules() -> list[ci.Rule]:
    """Return the hundred rules."""
    return [ci.rule(line) for line in RULES.read_text(encoding="utf-8").splitlines()]


def traits_of(rules: Sequence[ci.Rule]) -> list[str]:
    """Return the names of the traits that rules ask for."""
    nodes = (node for rule in rules for node in nodes_of(rule.condition))
    return sorted({node.name for node in nodes if isinstance(node, Name)})


def history_of(shop: Shop) -> ci.OrderHistory:
    """Return the history of a shop."""
    return ci.OrderHistory.from_arrays(
        customer=shop.customer,
        placed_at=shop.placed_at,
        amount_minor=shop.amount,
        currency=CURRENCY,
        timezone=ZONE,
        country=shop.country,
        channel=shop.channel,
    )


def frame_of(history: ci.OrderHistory, names: Sequence[str]) -> Any:
    """Return the traits as a frame of pandas, instants as local days, unknown texts as None."""
    frame = ci.traits(history, names).to_pandas()
    for name in TIMES:
        local = frame[name].dt.tz_convert(ZONE).dt.tz_localize(None)
        frame[name] = (local.dt.floor("D") - np.datetime64(EPOCH)).dt.days
    return frame


def by_pandas(frame: Any, rules: Sequence[ci.Rule], as_of: Any) -> list[Any]:
    """Return the masks of ``frame.eval``."""
    return [frame.eval(pandas_query(rule.condition, as_of)).to_numpy() for rule in rules]


def by_polars(frame: Any, rules: Sequence[ci.Rule], as_of: Any) -> list[Any]:
    """Return the masks of one ``select`` of all rules."""
    named = {
        f"r{place}": polars_expression(rule.condition, as_of).fill_null(value=False)
        for place, rule in enumerate(rules)
    }
    found = frame.select(**named)
    return [found[name].to_numpy() for name in named]


def by_duckdb(frame: Any, rules: Sequence[ci.Rule], as_of: Any) -> list[Any]:
    """Return the masks of one SELECT of all rules."""
    import duckdb

    columns = ", ".join(f"coalesce({sql(rule.condition, as_of)}, false)" for rule in rules)
    with duckdb.connect() as connection:
        connection.register("traits", frame)
        found = connection.sql(f"SELECT {columns} FROM traits").fetchnumpy()
    return list(found.values())


def compare_segments(orders: int, *, repeats: int = 3) -> dict[str, Any]:
    """Judge the rules with every contestant, and return the figures.

    Raises
    ------
    AnswersDifferError
        Before any time is returned, when a contestant puts a customer elsewhere.
    """
    import polars as pl

    rules = read_rules()
    one = one_customer(rules[0])  # before the memory is full
    shop = make_shop(orders, seed=SEED)
    history = history_of(shop)
    names = traits_of(rules)

    def best(question: Callable[[], Any]) -> tuple[float, Any]:
        runs = [timed(question) for _ in range(repeats)]
        return min(seconds for seconds, _ in runs), runs[-1][1]

    alone = sum(best(partial(ci.traits, history, name))[0] for name in names)
    together, _ = best(partial(ci.traits, history, names))
    seconds, ours = best(lambda: ci.segments(history, _named(rules)))
    peak = peak_bytes()
    expected = [ours.mask(name) for name in ours.names]
    frame = frame_of(history, names)
    lazy = pl.from_pandas(frame)
    contestants: dict[str, float] = {}
    for who, question in (
        ("pandas", partial(by_pandas, frame, rules, shop.as_of)),
        ("polars", partial(by_polars, lazy, rules, shop.as_of)),
        ("duckdb", partial(by_duckdb, frame, rules, shop.as_of)),
    ):
        contestants[who], found = best(question)
        for rule, mask, other in zip(rules, expected, found, strict=True):
            if not np.array_equal(mask, np.asarray(other, dtype=np.bool_)):
                raise AnswersDifferError(f"{who} differs on: {rule.text}")
    return {
        "kind": "segments",
        "seed": SEED,
        "orders": orders,
        "customers": history.people,
        "rules": len(rules),
        "traits": len(names),
        "seconds": {
            "each_trait": alone,
            "all_traits": together,
            "custinsights": seconds,
            **contestants,
        },
        "one": one,
        "peak_bytes": peak,
        "machine": machine(),
        "versions": versions(),
    }


def _named(rules: Sequence[ci.Rule]) -> dict[str, ci.Rule]:
    return {f"rule {place}": rule for place, rule in enumerate(rules, start=1)}


def one_customer(rule: ci.Rule) -> dict[str, float]:
    """Return the seconds of one answer about a customer of a hundred orders."""
    start = datetime(2023, 1, 2, 12, tzinfo=UTC)
    orders = [
        Order(
            id=f"{place}",
            customer="c7",
            placed_at=start + timedelta(days=3 * place),
            lines=[OrderLine("print", 1, Money("45.00", CURRENCY))],
        )
        for place in range(ONE)
    ]
    history = ci.read_objects(orders, timezone=ZONE)

    def asked(given: ci.OrderHistory) -> bool:
        return rule.matches(given, as_of="2024-01-01")

    from_history = min(timed(partial(asked, history))[0] for _ in range(_AGAIN))
    from_objects = min(
        timed(lambda: asked(ci.read_objects(orders, timezone=ZONE)))[0] for _ in range(_AGAIN)
    )
    return {"from_history": from_history, "from_objects": from_objects}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.segments", description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="tiny, only to see that all agree")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each (default 3)")
    options = parser.parse_args(arguments)
    orders = SMOKE_ORDERS if options.smoke else ORDERS
    figures = compare_segments(orders, repeats=1 if options.smoke else options.repeats)
    print(segments_text(figures))
    if not options.smoke:
        RESULT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
        print(f"\nKept in {RESULT}")


if __name__ == "__main__":
    main()
