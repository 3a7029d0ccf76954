"""Are recommendations any good? Held against the baskets that customers bought next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice, pairwise
from typing import Protocol

import attrs
import numpy as np

from custinsights.analyses.measuring.measured import provenance
from custinsights.analyses.recommendation.deeds import orders_of
from custinsights.analyses.recommendation.recommending import Recommender
from custinsights.domain.fields import Identity, refuse_other, whole_number
from custinsights.errors import InvalidValue
from custinsights.history.activities import Activities
from custinsights.history.columnar.columns import IntArray
from custinsights.history.facts import check_history, refuse_part
from custinsights.history.orders import OrderHistory, When
from custinsights.history.views.counted import CountedHistory
from custinsights.results.recommended import RecommendationEvaluation

OURS, POPULAR, FAVOURITES = "recommend", "popularity", "own favourites"
"""What is evaluated, and the naive answers: the products that most customers bought, and before
them those that the customer bought in most orders, of equals the more popular ones."""


class Rival(Protocol):
    """Another way to recommend: gets the known history, the customers, and how many products."""

    def __call__(
        self, known: OrderHistory, customers: Sequence[Identity], k: int, /
    ) -> Iterable[Sequence[str]]:
        """Return for each customer the ids of products, best first."""


@attrs.frozen(eq=False)
class _Split:
    """What is known, whose basket is hidden, and what is in it; and what is naively expected.

    `popular` is everything by the number of customers, of equals the first by id; `favourites` are
    what each had bought before, by the number of orders, of equals the more popular one.
    """

    known: OrderHistory
    customers: list[Identity]
    baskets: list[frozenset[str]]
    favourites: list[tuple[str, ...]]
    popular: tuple[str, ...]

    def of_new(self) -> _Split:
        """Keep in the baskets what had not been bought before, and the customers with such."""
        pairs = zip(self.baskets, self.favourites, strict=True)
        news = [basket.difference(had) for basket, had in pairs]
        rows = [row for row, new in enumerate(news) if new]
        return attrs.evolve(
            self,
            customers=[self.customers[row] for row in rows],
            baskets=[news[row] for row in rows],
            favourites=[self.favourites[row] for row in rows],
        )

    def naive(self, k: int, *, again: bool) -> dict[str, list[tuple[str, ...]]]:
        """Return what is naively recommended to each customer."""
        news = [
            tuple(islice((one for one in self.popular if one not in had), k))
            for had in map(frozenset, self.favourites)
        ]
        if not again:
            return {POPULAR: news}
        pairs = zip(self.favourites, news, strict=True)
        favourites = [(*own[:k], *new)[:k] for own, new in pairs]
        return {POPULAR: [self.popular[:k]] * len(news), FAVOURITES: favourites}


def evaluate_recommendations(
    history: OrderHistory,
    *,
    k: int = 10,
    until: When | None = None,
    as_of: When | None = None,
    again: bool = True,
    back: int = 0,
    weights: Mapping[str, float] | None = None,
    against: Mapping[str, Rival] | None = None,
) -> RecommendationEvaluation:
    """Hide the last basket of every customer, recommend from the rest, and look who finds it.

    Nothing is drawn at random. The default weights of `recommend` were chosen so on UCI Online
    Retail, one basket back (``back=1``): with `again` those of shops where things are bought again,
    without it the others. What they reach on the last baskets, beside other libraries, stands in
    ``docs/explanation/recommendations``.

    Parameters
    ----------
    history
        An order history with lines.
    k
        How many products each customer is recommended.
    until
        Where the known part ends for everybody: hidden is the first basket from then on. By default
        hidden is each customer's last basket, and known all others of all customers, also later
        ones; activities of the customer from the hidden basket on are hidden too.
    as_of
        Limits the facts, exclusive; default: the end of the observation.
    again
        Whether products that the customer had bought before are recommended and looked for. Without
        them, who bought nothing new is left out.
    back
        How many last baskets of everybody to leave out before one is hidden: what is tuned with
        ``back=1`` is judged fairly with 0.
    weights
        Of the parts of the match score, as in `recommend`.
    against
        Other recommenders by name: each is called with the known history, the customers and `k`,
        and returns for each of them ids of products, best first.

    Returns
    -------
    RecommendationEvaluation
        For `recommend`, for the naive answers (the products that most customers bought; with
        `again` also those that the customer bought in most orders, of equals the more popular one,
        and then the popular ones), and for each of `against`: the hit rate (customers of whose
        basket something is among the k ÷ customers), the NDCG (mean over the customers of Σ 1 /
        log2(1 + rank) over the hits ÷ the most that it could be) and the coverage (products that
        are recommended to somebody ÷ all products).

    Raises
    ------
    InvalidValue
        Nobody has a basket to hide and another one before it, or what is in `against` is no
        recommender.
    MissingData
        The history has no lines.

    References
    ----------
    Järvelin, K. and Kekäläinen, J. (2002). Cumulated gain-based evaluation of IR techniques. ACM
    Transactions on Information Systems 20 (4), 422-446.

    Examples
    --------
    >>> import custinsights as ci
    >>> found = evaluate_recommendations(ci.datasets.gallery())
    >>> found.customers, sorted(found.ndcg)
    (62, ['own favourites', 'popularity', 'recommend'])
    """
    check_history(history)
    refuse_part(history, "recommendations")
    refuse_other(bool, "whether things are recommended again", again)
    rivals = {} if against is None else against
    refuse_other(Mapping, "what recommenders are held against", rivals)
    for name in rivals:
        if name in (OURS, POPULAR, FAVOURITES):
            raise InvalidValue("this recommender is always held", name, "another name for yours")
    most = whole_number("the number of products is wrong", k, 1)
    told = history if as_of is None else history.up_to(as_of)
    for _ in range(whole_number("the number of baskets to leave out is wrong", back, 0)):
        told = _last_hidden(told).known
    split = _last_hidden(told) if until is None else _hidden_from(told, until)
    if not again:
        split = split.of_new()
    if not len(split.customers):
        allowed = "customers with an order before the one that is hidden"
        raise InvalidValue("no basket can be hidden", "0 customers with two orders", allowed)
    customers = split.customers
    found = {
        OURS: _ours(split.known, customers, most, weights, again=again),
        **split.naive(most, again=again),
    }
    for name, rival in rivals.items():
        found[name] = _theirs(name, rival, split.known, customers, most)
    context = split.known.context
    return RecommendationEvaluation.of(
        found,
        split.baskets,
        products=len(split.known.products or ()),
        k=most,
        provenance=provenance(context, context.observed_until, ()),
    )


def _ours(
    known: OrderHistory,
    customers: Sequence[Identity],
    k: int,
    weights: Mapping[str, float] | None,
    *,
    again: bool,
) -> list[tuple[str, ...]]:
    recommender = Recommender.of(known, weights=weights, again=again)
    found = recommender.recommend(customers, k=k, sold_out=True)
    ends = np.searchsorted(found.row, np.arange(len(customers) + 1)).tolist()
    return [tuple(found.product[low:high]) for low, high in pairwise(ends)]


def _theirs(
    name: str, rival: Rival, known: OrderHistory, customers: Sequence[Identity], k: int
) -> list[tuple[str, ...]]:
    """Return what another recommender tells each customer."""
    allowed = "a function of the known history, the customers and k"
    if not callable(rival):
        raise InvalidValue(f"{name} is no recommender", type(rival).__name__, allowed)
    told = rival(known, customers, k)
    if isinstance(told, str | Mapping) or not isinstance(told, Iterable):
        allowed = "for each customer, in their order, the ids of products"
        advice = "Of Recommendations pass [found.of(one).product for one in customers]"
        raise InvalidValue(f"{name} recommends nothing", type(told).__name__, allowed, advice)
    return [tuple(map(str, some))[:k] for some in told]


def _last_hidden(history: OrderHistory) -> _Split:
    """Hide the last counted order of everybody who has another one."""
    view = CountedHistory(history, history.context.observed_until)
    hidden = (view.offsets[1:] - 1)[view.order_count > 1]
    keeps = np.ones(len(history), dtype=np.bool_)
    keeps[_positions(view, hidden)] = False
    known = history.where(orders=keeps)
    if known.activities is not None:
        known = attrs.evolve(known, activities=_before(known.activities, view, hidden))
    return _split(known, view, hidden)


def _hidden_from(history: OrderHistory, until: When) -> _Split:
    """Hide all orders from an instant on; the first is the basket of who had one before."""
    view = CountedHistory(history, history.context.observed_until)
    later = view.placed_at >= history.context.moment(until)
    before = view.sum_per_customer(~later)
    first = (view.offsets[:-1] + before)[(before > 0) & (before < view.order_count)]
    return _split(history.up_to(until), view, first)


def _positions(view: CountedHistory, rows: IntArray) -> IntArray:
    """Return where counted orders stand among all orders."""
    return rows if view.orders.positions is None else view.orders.positions.take(rows)


def _before(held: Activities, view: CountedHistory, hidden: IntArray) -> Activities:
    """Return the activities of customers before their hidden orders."""
    end = np.full(view.people, np.iinfo(np.int64).max)
    end[view.customer.take(hidden)] = view.placed_at.take(hidden)
    return held.chosen(held.at < end.take(held.customer), None)


def _split(known: OrderHistory, view: CountedHistory, hidden: IntArray) -> _Split:
    customers = view.customer_ids.take(view.customer.take(hidden)).tolist()
    lines, products = view.lines, view.facts.products
    names = np.array(products.ids if products else (), dtype=object)
    begins, ends = (np.searchsorted(lines.counted_order, hidden, side=s) for s in ("left", "right"))
    ids = sorted(names.tolist())
    orders = orders_of(CountedHistory(known, known.context.observed_until), ids)
    held = orders.take(np.array([known.code_of(one) for one in customers], dtype=np.int64))
    ranked = np.argsort(-orders.counts, kind="stable")
    place = np.argsort(ranked)[held.columns]
    return _Split(
        known=known,
        customers=customers,
        baskets=[
            frozenset(names.take(lines.product[low:high]).tolist())
            for low, high in zip(begins.tolist(), ends.tolist(), strict=True)
        ],
        favourites=[
            tuple(
                ids[held.columns[low + at]]
                for at in np.lexsort((place[low:high], -held.values[low:high])).tolist()
            )
            for low, high in pairwise(held.offsets.tolist())
        ],
        popular=tuple(ids[at] for at in ranked.tolist()),
    )
