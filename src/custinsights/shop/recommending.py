"""What would customers of the shop like? By all that rests of them, and by their own lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from custinsights.analyses.recommendation.recommending import Candidate, Recommender
from custinsights.domain.fields import as_tuple, identities
from custinsights.domain.interests import Interest
from custinsights.domain.products import Product
from custinsights.errors import InvalidValue, UnknownName
from custinsights.history.orders import When
from custinsights.privacy.access import Access, enter, shown_to
from custinsights.repositories.protocols import Store, UnitOfWork
from custinsights.repositories.rows import products_of
from custinsights.repositories.stored import Key
from custinsights.results.recommendations import Recommendations
from custinsights.shop.annotating import INTEREST, all_of, of_kind
from custinsights.shop.remembering import Remembered
from custinsights.shop.seeing import history_shown

__all__ = ["Recommending"]


@attrs.frozen(eq=False)
class Recommending:
    """Recommends the products of a shop to its customers; get it as ``shop.recommendations``.

    Parameters
    ----------
    store : Store
        Where the shop rests.
    access : Access, optional
        Who asks; None is the program itself.
    kept : Remembered
        What is worked out of the whole shop once.
    """

    store: Store = attrs.field(repr=False)
    access: Access | None
    kept: Remembered = attrs.field(repr=False)

    def of(
        self,
        customers: Key | Iterable[Key] | None = None,
        *,
        candidates: Iterable[Candidate] | None = None,
        sale: str | None = None,
        k: int = 10,
        as_of: When | None = None,
        weights: Mapping[str, float] | None = None,
        again: bool = True,
        sold_out: bool = False,
    ) -> Recommendations:
        """Return the best products for customers, as `custinsights.recommend` finds them.

        Their own lists steer it (``shop.interests``): what is starred counts more, what is refused
        is left out.

        Parameters
        ----------
        customers
            Today's id of one or several, or any that they had; default: everybody known. Who is not
            known, such as a visitor, is answered too, and ``unknown`` names them.
        candidates
            What may be recommended: ids of products of the shop, or products that it does not hold
            yet. Default: all that it holds.
        sale
            In place of candidates: the products on offer in this sale (`Product.sale`).
        k, weights, again, sold_out
            As of `custinsights.recommend`.
        as_of
            Limits the facts, exclusive; default: the end of the observation. Stocks, prices and
            interests are today's.

        Raises
        ------
        UnknownName
            There is no such product or sale.
        AccessRefused
            Who asks may not read customers.

        Notes
        -----
        Cost: what is learned from everybody is kept until the store changes or another as_of is
        asked; then a customer costs some milliseconds.
        """
        asked = None if customers is None else identities(customers)
        for one in asked or (None,):
            enter(self.store, self.access, "recommendations", customer=one)
        offered = None if candidates is None else as_tuple(candidates)
        if sale is not None and offered is not None:
            what = "a sale and candidates are told at once"
            raise InvalidValue(what, sale, "one of them, which says what is on offer")
        told = [one for one in offered or () if isinstance(one, Product)]
        with self.store.begin(read_only=True) as work:
            if sale is not None:
                offered = _on_offer(work, sale)
            history = history_shown(self.access, self.kept.history(work))

            def learn() -> Recommender:
                return Recommender.of(
                    history, as_of=as_of, products=told, weights=weights, again=again
                )

            shared = history.context.instant(as_of), repr(weights), again, self.access
            learned = learn() if told else self.kept.learned(work, shared, learn)
            people = None if asked is None else [_today(work, one) for one in asked]
            interests = [
                one.value
                for held in (
                    [all_of(work, INTEREST, Interest)]
                    if people is None
                    else [of_kind(work, one, INTEREST, Interest) for one in people]
                )
                for one in held
            ]
        return learned.hearing(shown_to(self.access, tuple(interests))).recommend(
            people,
            candidates=None if offered is None else [_id_of(one) for one in offered],
            k=k,
            sold_out=sold_out,
        )


def _today(work: UnitOfWork, customer: Key) -> Key:
    """Return the id that somebody has today; as it is told, of whom the shop does not know."""
    held = work.people.get(customer)
    return customer if held is None else held.value.id


def _id_of(offered: Candidate) -> Key:
    return offered.id if isinstance(offered, Product) else offered


def _on_offer(work: UnitOfWork, sale: str) -> tuple[Key, ...]:
    """Return the products of a sale."""
    held = [one for batch in work.orders.products() for one in products_of(batch)]
    offered = tuple(one.id for one in held if one.sale == sale)
    if not offered:
        known = tuple(sorted({one.sale for one in held if one.sale is not None}))
        raise UnknownName("sale", sale, known, "Products name it: Product(..., sale=...)")
    return offered
