"""What did everybody do with which product, and how lately?"""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from custinsights.domain.deeds import BOUGHT, DEED_WEIGHTS, DEEDS, deed_of
from custinsights.history.columnar.columns import AnyArray, FloatArray, IntArray
from custinsights.history.kernels.sparse import Sparse, last_of_each
from custinsights.history.views.counted import CountedHistory

OWN_HALF_LIFE, SHOP_HALF_LIFE = 180.0, 30.0
"""After how many days a deed counts half: for the customer's own interest, and for what sells."""

_DAY = 86_400_000_000
_WEIGHT = np.array([DEED_WEIGHTS.get(deed, 0.0) for deed in DEEDS])
_IS_BOUGHT = np.array([deed in BOUGHT for deed in DEEDS])


@attrs.frozen(eq=False, kw_only=True)
class Deeds:
    """Customers by products, from the facts before as_of.

    Parameters
    ----------
    cares
        What a customer's deeds with a product weigh, each kind of deed once (`DEED_WEIGHTS`).
    lately
        The same, but each order with the product counts, and every deed halves in
        `OWN_HALF_LIFE` days. Of other deeds the latest of its kind counts.
    bought
        1 where it was bought or won.
    has
        1 where it was, and nothing of it was given back.
    selling
        float64[products], the orders with it, each halved in `SHOP_HALF_LIFE` days, against those
        with the product that sells most.
    repeat_share
        How much of what customers bought after their first order they had bought before; 0 where
        there is nothing.
    """

    cares: Sparse
    lately: Sparse
    bought: Sparse
    has: Sparse
    selling: FloatArray
    repeat_share: float


@attrs.frozen(eq=False)
class _Done:
    """Who did what with which product, and how many days ago: codes and places."""

    customer: IntArray
    product: IntArray
    deed: IntArray
    days: FloatArray

    def take(self, rows: AnyArray) -> _Done:
        """Return some of the deeds."""
        return _Done(*(getattr(self, field.name).take(rows) for field in attrs.fields(_Done)))

    def pairs(self, products: int) -> IntArray:
        """Return a number for each customer and product."""
        return self.customer * products + self.product

    def once(self, products: int) -> _Done:
        """Return the latest deed of each kind of a customer with a product."""
        return self.take(last_of_each(self.pairs(products) * len(DEEDS) + self.deed))

    def table(self, weights: AnyArray, shape: tuple[int, int]) -> Sparse:
        """Return customers by products, with the weights added up."""
        return Sparse.summed(self.customer, self.product, weights, shape)


def deeds_of(view: CountedHistory, ids: Sequence[str]) -> Deeds:
    """Lay out the deeds of a history with some products."""
    place = {product: at for at, product in enumerate(ids)}
    shape = (view.people, len(ids))
    orders, repeat_share = _orders(view, place)
    others = _others(view, place).once(len(ids))
    every = _joined(orders, others)
    once = every.once(len(ids))
    bought = once.take(np.flatnonzero(_IS_BOUGHT.take(once.deed)))
    is_kept = ~np.isin(bought.pairs(len(ids)), _given_back(view, place))
    selling = orders.table(0.5 ** (orders.days / SHOP_HALF_LIFE), shape).totals
    return Deeds(
        cares=once.table(_WEIGHT.take(once.deed), shape),
        lately=every.table(_WEIGHT.take(every.deed) * 0.5 ** (every.days / OWN_HALF_LIFE), shape),
        bought=_marked(bought, shape),
        has=_marked(bought.take(np.flatnonzero(is_kept)), shape),
        selling=selling / max(float(selling.max(initial=0.0)), np.finfo(np.float64).tiny),
        repeat_share=repeat_share,
    )


def orders_of(view: CountedHistory, ids: Sequence[str]) -> Sparse:
    """Return customers by products: in how many orders they bought each."""
    orders, _ = _orders(view, {product: at for at, product in enumerate(ids)})
    return orders.table(np.ones(len(orders.product)), (view.people, len(ids)))


def _marked(done: _Done, shape: tuple[int, int]) -> Sparse:
    table = done.table(np.ones(len(done.customer)), shape)
    return table.filled(np.minimum(table.values, 1.0))


def _joined(first: _Done, second: _Done) -> _Done:
    pairs = ((getattr(one, f.name) for one in (first, second)) for f in attrs.fields(_Done))
    return _Done(*(np.concatenate([*pair]) for pair in pairs))


def _places(names: Sequence[str], place: dict[str, int]) -> IntArray:
    """Return the place of each name, with -1 for those that have none and at the end."""
    return np.array([*(place.get(name, -1) for name in names), -1], dtype=np.int64)


def _done(
    view: CountedHistory, customer: IntArray, product: IntArray, deed: AnyArray, instant: IntArray
) -> _Done:
    """Return deeds with products that are known."""
    days = (view.as_of - instant) / _DAY
    found = _Done(customer, product, deed, days)
    return found.take(np.flatnonzero((product >= 0) & (deed >= 0)))


def _orders(view: CountedHistory, place: dict[str, int]) -> tuple[_Done, float]:
    """Return the orders with each product, and how much of what came later came again."""
    nothing = np.empty(0, dtype=np.int64)
    if view.facts.lines is None or view.facts.products is None:
        return _Done(nothing, nothing, nothing, nothing.astype(np.float64)), 0.0
    lines = view.lines
    product = _places(view.facts.products.ids, place).take(lines.product)
    rows = np.flatnonzero((lines.quantity > 0) & (product >= 0))
    rows = rows.take(last_of_each(lines.counted_order.take(rows) * len(place) + product.take(rows)))
    deed = np.full(len(product), DEEDS.index("bought"))
    done = _done(view, lines.customer, product, deed, lines.instant).take(rows)
    is_later = lines.order_number.take(rows) > 1
    again = len(rows) - len(last_of_each(done.pairs(len(place))))
    return done, again / max(int(np.count_nonzero(is_later)), 1)


def _others(view: CountedHistory, place: dict[str, int]) -> _Done:
    """Return what activities tell, in their order."""
    nothing = np.empty(0, dtype=np.int64)
    if view.facts.activities is None:
        return _Done(nothing, nothing, nothing, nothing.astype(np.float64))
    activities = view.activities
    kind, outcome, subject = activities.kind, activities.outcome, activities.subject
    outcomes = (*outcome.names, None)
    codes = [[deed_of(name, one) for one in outcomes] for name in kind.names]
    table = np.array(
        [[-1 if deed is None else DEEDS.index(deed) for deed in row] for row in codes],
        dtype=np.int64,
    ).reshape(len(kind.names), len(outcomes))
    deed = table[kind.codes, outcome.codes] if len(activities) else nothing
    product = _places(subject.names, place).take(subject.codes)
    return _done(view, activities.customer, product, deed, activities.instant)


def _given_back(view: CountedHistory, place: dict[str, int]) -> IntArray:
    """Return a number for each customer and product of which something was given back."""
    products = view.facts.products
    if products is None or not len(view.refunds):
        return np.empty(0, dtype=np.int64)
    product = _places(products.ids, place).take(view.refunds.product)
    return (view.refunds.customer * len(place) + product)[product >= 0]
