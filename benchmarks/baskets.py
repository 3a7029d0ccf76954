"""How does what is bought together compare with a library made for it?

``python -m benchmarks.baskets``, in an environment that also holds mlxtend (which is part of no
extra), asks Online Retail for all sets of products that one order in a hundred holds, and for all
rules: custinsights from the history, mlxtend from lists of products made for it beforehand. It
refuses answers that differ in a set, a rule or a number.
"""

from __future__ import annotations

import argparse
import importlib
import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import custinsights as ci
from benchmarks.agreement import AnswersDifferError
from benchmarks.measuring import machine, timed, versions
from benchmarks.running import ROOT
from custinsights.results.itemsets import BETWEEN, Itemsets

RESULT = ROOT / "benchmarks" / "results" / "baskets.json"
SUPPORT = 0.01
_LONGEST = 20
_LIBRARIES = ("numpy", "pandas", "scipy", "mlxtend")
_NUMBERS = ("support", "confidence", "lift", "leverage", "conviction")


def compare_baskets(*, repeats: int = 3) -> dict[str, Any]:
    """Return the best times of both, after their answers have been found equal."""
    history = ci.datasets.load_online_retail()
    baskets = lists_of(history)

    def best(question: Callable[[], Any]) -> tuple[float, Any]:
        runs = [timed(question) for _ in range(repeats)]
        return min(seconds for seconds, _ in runs), runs[-1][1]

    our_sets, found = best(lambda: ci.baskets(history, least_support=SUPPORT, longest=_LONGEST))
    our_rules, rules = best(lambda: found.rules(most_consequents=_LONGEST))
    encode, frame = best(lambda: _encoded(baskets))
    patterns = importlib.import_module("mlxtend.frequent_patterns")
    grow, sets = best(lambda: patterns.fpgrowth(frame, min_support=SUPPORT, use_colnames=True))
    derive, theirs = best(
        lambda: patterns.association_rules(sets, metric="confidence", min_threshold=0.0)
    )
    check_sets(found, sets)
    check_rules(rules.to_dicts(), theirs)
    return {
        "kind": "baskets",
        "orders": found.baskets,
        "sets": len(found),
        "rules": len(rules),
        "support": SUPPORT,
        "seconds": {"custinsights": our_sets + our_rules, "mlxtend": encode + grow + derive},
        "machine": machine(),
        "versions": versions(_LIBRARIES),
    }


def lists_of(history: ci.OrderHistory) -> list[list[str]]:
    """Return the products of every order, as mlxtend takes them."""
    assert history.lines is not None
    assert history.products is not None
    names = np.array(history.products.ids, dtype=object).take(history.lines.product)
    return [part.tolist() for part in np.split(names, history.lines.offsets[1:-1])]


def _encoded(baskets: list[list[str]]) -> Any:
    pandas = importlib.import_module("pandas")
    encoder = importlib.import_module("mlxtend.preprocessing").TransactionEncoder()
    return pandas.DataFrame(encoder.fit_transform(baskets), columns=encoder.columns_)


def check_sets(found: Itemsets, theirs: Any) -> None:
    """Refuse other sets, or other supports."""
    ours = {frozenset(map(str, some)): n for some, n in zip(found.sets, found.orders, strict=True)}
    counts = np.rint(theirs["support"].to_numpy() * found.baskets).astype(np.int64)
    if ours != dict(zip(theirs["itemsets"], counts, strict=True)):
        raise AnswersDifferError("the sets of mlxtend's fpgrowth differ")


def check_rules(ours: list[dict[str, Any]], theirs: Any) -> None:
    """Refuse other rules, or other numbers; mlxtend's infinite conviction is a missing one."""
    told = {
        (frozenset(row["bought"].split(BETWEEN)), frozenset(row["also"].split(BETWEEN))): [
            np.inf if row[name] is None else row[name] for name in _NUMBERS
        ]
        for row in ours
    }
    keys = list(zip(theirs["antecedents"], theirs["consequents"], strict=True))
    if told.keys() != {*keys} or not np.allclose(
        [told[key] for key in keys], theirs[list(_NUMBERS)].to_numpy(), rtol=1e-9, atol=1e-12
    ):
        raise AnswersDifferError("the rules of mlxtend's association_rules differ")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.baskets", description=__doc__)
    parser.add_argument("--repeats", type=int, default=3, help="runs of each (default 3)")
    parser.add_argument("--smoke", action="store_true", help="tiny, ours alone: see that it runs")
    options = parser.parse_args(arguments)
    if options.smoke:
        found = ci.baskets(ci.datasets.gallery(), least_orders=3)
        print(f"{len(found):,} sets and {len(found.rules()):,} rules of a small shop")
        return
    figures = compare_baskets(repeats=options.repeats)
    print(json.dumps(figures["seconds"], indent=1))
    RESULT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
