"""How good are recommendations beside libraries made for them, and what do they cost?

``python -m benchmarks.recommending``, in an environment that also holds implicit (which is part of
no extra), hides the last basket of every customer of Online Retail and asks custinsights,
the naive answers, and implicit's item-item models and alternating least squares for ten products
each. What implicit may be set to is chosen one basket earlier (by NDCG), as our weights were; the
best that any setting reaches on the last basket is kept beside it. Then it times the ten best for
everybody of a shop of a million orders. Nothing is random but where least squares begin: by `SEED`.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import product
from typing import Any

import numpy as np

import custinsights as ci
from benchmarks.measuring import machine, peak_bytes, timed, versions
from benchmarks.running import ROOT
from custinsights.domain import Calendar
from custinsights.history.columnar.columns import Labels, LineColumns, OrderColumns, Products
from custinsights.history.views.counted import CountedHistory

RESULT = ROOT / "benchmarks" / "results" / "recommending.json"
SEED = 7
SPLIT = "2011-10-01"
_LIBRARIES = ("numpy", "scipy", "implicit")
_FAVOURITE = 0.6  # how much of what a customer buys is of one department
_MEASURES = ("hit_rate", "ndcg", "coverage")
ORDERS, CUSTOMERS, PRODUCTS = 1_000_000, 100_000, 10_000


class Implicit:
    """A model of implicit as `evaluate_recommendations` asks one.

    It sees in how many orders a customer bought each product, or only that they did, and may
    recommend it again.
    """

    def __init__(self, make: Callable[[], Any], *, counted: bool) -> None:
        self.make, self.counted = make, counted

    def __call__(self, known: ci.OrderHistory, customers: Sequence[Any], k: int) -> list[list[str]]:
        """Fit the model to the known history, and ask it for every customer."""
        assert known.products is not None
        bought = purchases(known)
        if not self.counted:
            bought.data[:] = 1.0
        model = self.make()
        model.fit(bought, show_progress=False)
        codes = np.array([known.code_of(one) for one in customers])
        found, _ = model.recommend(codes, bought[codes], N=k, filter_already_liked_items=False)
        ids = known.products.ids
        return [list(dict.fromkeys(ids[at] for at in row if at >= 0)) for row in found.tolist()]


def purchases(known: ci.OrderHistory) -> Any:
    """Return customers by products: in how many orders, as a scipy matrix."""
    sparse = importlib.import_module("scipy.sparse")
    view = CountedHistory(known, known.context.observed_until)
    assert known.products is not None
    pairs = np.unique(np.stack([view.lines.counted_order, view.lines.product]), axis=1)
    customers = view.customer.take(pairs[0])
    shape = (known.people, len(known.products))
    ones = np.ones(len(customers), dtype=np.float32)
    return sparse.csr_matrix((ones, (customers, pairs[1])), shape)


def settings() -> dict[str, dict[str, Implicit]]:
    """Return the models of implicit by family, and by how they are set."""
    near = importlib.import_module("implicit.nearest_neighbours")
    squares = importlib.import_module("implicit.als").AlternatingLeastSquares
    items: dict[str, Callable[[], Any]] = {}
    for most in (20, 100):
        items[f"cosine K={most}"] = partial(near.CosineRecommender, K=most)
        items[f"tf-idf K={most}"] = partial(near.TFIDFRecommender, K=most)
        for k1, b in ((1.2, 0.75), (100, 0.5)):
            name = f"bm25 K={most} K1={k1} B={b}"
            items[name] = partial(near.BM25Recommender, K=most, K1=k1, B=b)
    als = {
        f"als {factors} factors, alpha {alpha}": partial(
            squares, factors=factors, alpha=alpha, random_state=SEED
        )
        for factors, alpha in product((64, 128), (1, 5, 20))
    }
    return {
        family: {
            f"{name}, {'orders' if counted else 'bought or not'}": Implicit(make, counted=counted)
            for name, make in models.items()
            for counted in (True, False)
        }
        for family, models in (("item-item", items), ("als", als))
    }


def compare_quality(*, quick: bool = False) -> dict[str, Any]:
    """Return the measures of every recommender, chosen earlier and reported on the last basket."""
    history = ci.datasets.load_online_retail()
    families = settings()
    if quick:
        families = {family: dict(list(models.items())[:1]) for family, models in families.items()}
    every = {name: model for models in families.values() for name, model in models.items()}
    earlier = ci.evaluate_recommendations(history, back=1, against=every)
    chosen = {
        family: max(models, key=lambda name: earlier.ndcg[name])
        for family, models in families.items()
    }
    last = ci.evaluate_recommendations(history, against=every)
    best = {family: every[name] for family, name in chosen.items()}
    parted = ci.evaluate_recommendations(history, until=SPLIT, against=best)
    return {
        "chosen": chosen,
        "earlier": {"customers": earlier.customers, **_measured(earlier, chosen)},
        "last": {"customers": last.customers, **_measured(last, chosen)},
        f"from {SPLIT}": {
            "customers": parted.customers,
            **_measured(parted, {family: family for family in best}),
        },
        "best_of_any_setting_on_the_last": {
            measure: max((getattr(last, measure)[name], name) for name in every)
            for measure in _MEASURES
        },
        "settings": len(every),
    }


def _measured(found: Any, chosen: Mapping[str, str]) -> dict[str, dict[str, float]]:
    ours = ("recommend", "own favourites", "popularity")
    names = {**dict(zip(ours, ours, strict=True)), **chosen}
    return {
        shown: {measure: getattr(found, measure)[name] for measure in _MEASURES}
        for shown, name in names.items()
    }


def make_shop(orders: int, customers: int, products: int) -> ci.OrderHistory:
    """Return a shop with departments, categories, keywords and prices; a few products lead."""
    draw = np.random.default_rng(SEED)
    worth = draw.pareto(1.5, customers) + 1
    again = draw.choice(customers, max(orders - customers, 0), p=worth / worth.sum())
    customer = np.concatenate([np.arange(customers), again])[:orders]
    begin, end = 1_577_836_800_000_000, 1_640_995_200_000_000
    order = np.repeat(np.arange(orders), 1 + draw.poisson(1.5, orders))
    department = draw.integers(0, 10, products)
    popular = 1 / (np.arange(products) + 10) ** 0.8
    bought = draw.choice(products, len(order), p=popular / popular.sum())
    favourite = draw.integers(0, 10, customers)[customer[order]]
    for one in range(10):
        rows = np.flatnonzero((favourite == one) & (draw.random(len(order)) < _FAVOURITE))
        held = np.flatnonzero(department == one)
        if len(held):
            bought[rows] = draw.choice(held, len(rows), p=popular[held] / popular[held].sum())
    price = np.rint(np.exp(draw.normal(8, 1, products))).astype(np.int64)
    words = np.minimum(draw.pareto(1.0, (products, 5)) * 20, 499).astype(int).tolist()
    return ci.OrderHistory.of(
        OrderColumns(
            customer=customer,
            placed_at=draw.integers(begin, end, orders),
            amount=np.bincount(order, price[bought], orders).astype(np.int64),
        ),
        lines=LineColumns(
            order=order, product=bought, quantity=np.full(len(order), 1000), amount=price[bought]
        ),
        products=Products(
            ids=tuple(f"p{at:05}" for at in range(products)),
            labels={
                "department": Labels(department.astype(np.int32), tuple(map(str, range(10)))),
                "category": Labels(
                    (6 * department + draw.integers(0, 6, products)).astype(np.int32),
                    tuple(f"c{at}" for at in range(60)),
                ),
            },
            numbers={"price": price},
            keywords=tuple(tuple(dict.fromkeys(f"w{word}" for word in some)) for some in words),
        ),
        currency="EUR",
        calendar=Calendar("Europe/Paris"),
    )


def measure_cost(orders: int, customers: int, products: int) -> dict[str, Any]:
    """Return what the ten best products for everybody cost."""
    history = make_shop(orders, customers, products)
    before, processor = peak_bytes(), time.process_time()
    seconds, found = timed(lambda: ci.recommend(history, k=10))
    processor = time.process_time() - processor
    recommender = ci.Recommender.of(history)
    one = min(timed(lambda: recommender.recommend(7))[0] for _ in range(20))
    return {
        "orders": len(history),
        "lines": len(history.lines or ()),
        "customers": history.people,
        "products": products,
        "recommendations": len(found),
        "seconds": seconds,
        "processor_seconds": processor,
        "load_of_the_machine": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        "seconds_for_one_customer": one,
        "peak_bytes_before": before,
        "peak_bytes": peak_bytes(),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recommending", description=__doc__)
    parser.add_argument("--part", choices=("quality", "cost", "both"), default="both")
    parser.add_argument("--smoke", action="store_true", help="tiny, ours alone: see that it runs")
    options = parser.parse_args(arguments)
    part = options.part
    if options.smoke:
        print(json.dumps(measure_cost(500, 50, 100), indent=1))
        print(ci.evaluate_recommendations(ci.datasets.gallery()))
        return
    figures = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.exists() else {}
    if part != "quality":
        figures["cost"] = measure_cost(ORDERS, CUSTOMERS, PRODUCTS)
    if part != "cost":
        figures["quality"] = compare_quality()
    figures |= {"kind": "recommending", "machine": machine(), "versions": versions(_LIBRARIES)}
    print(json.dumps(figures, indent=1))
    RESULT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
