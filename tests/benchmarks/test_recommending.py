"""The benchmark of recommendations gives other libraries what they need."""

from __future__ import annotations

from collections import Counter

import numpy as np

import custinsights as ci
from benchmarks.recommending import Implicit, make_shop, measure_cost, purchases
from custinsights.history.views.counted import CountedHistory


def test_purchases_are_orders_with_a_product() -> None:
    """Customers by products, in how many orders: as the orders tell it one by one."""
    history = ci.datasets.gallery()
    view = CountedHistory(history, history.context.observed_until)
    lines = {*zip(view.lines.counted_order.tolist(), view.lines.product.tolist(), strict=True)}
    told = Counter((int(view.customer[order]), product) for order, product in lines)
    table = purchases(history).tocoo()
    found = zip(table.row.tolist(), table.col.tolist(), table.data.tolist(), strict=True)
    assert {(customer, product): n for customer, product, n in found} == told


class Model:
    """Recommends the first products to everybody, as a model of implicit would."""

    def fit(self, bought: object, *, show_progress: bool) -> None:
        """See what was bought."""
        self.bought, self.quiet = bought, not show_progress

    def recommend(
        self,
        codes: np.ndarray,
        _bought: object,
        *,
        N: int,  # noqa: N803
        filter_already_liked_items: bool,
    ) -> tuple[np.ndarray, None]:
        """Return the first products, and -1 where a model knows no more."""
        assert not filter_already_liked_items
        return np.tile([*range(N - 1), -1], (len(codes), 1)), None


def test_a_model_of_theirs_answers_in_our_words() -> None:
    """Codes of products come back as ids; what a model does not know is left out."""
    history = ci.datasets.gallery()
    assert history.products is not None
    found = Implicit(Model, counted=False)(history, ["c001", "c002"], 3)
    assert found == [list(history.products.ids[:2])] * 2


def test_the_shop_is_the_same_every_time() -> None:
    """The shop of the cost is drawn by its seed, and everybody is recommended ten products."""
    one, other = (make_shop(500, 50, 100) for _ in range(2))
    assert one.placed_at.tolist() == other.placed_at.tolist()
    figures = measure_cost(500, 50, 100)
    assert (figures["recommendations"], figures["customers"]) == (500, 50)
