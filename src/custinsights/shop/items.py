"""With which products had one customer to do, and how? Bought, bid on, wished for, consigned."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias

import attrs

from custinsights.domain.activities import Activity
from custinsights.domain.contacts import shown_id
from custinsights.domain.deeds import DEEDS, deed_of
from custinsights.domain.fields import named, refuse_other
from custinsights.domain.money import Money
from custinsights.domain.orders import Order
from custinsights.domain.policy import PurchasePolicy
from custinsights.domain.products import Product
from custinsights.errors import UnknownName

__all__ = ["Item", "Items", "items", "spelled_alike"]

Vocabulary: TypeAlias = Callable[[str], Sequence[str]]
"""From ``"department"`` or ``"category"`` to those that any product is in."""


@attrs.frozen
class Item:
    """A product, and what a customer did with it.

    Parameters
    ----------
    id : str
        The identity of the product or lot.
    deed : str
        One of `DEEDS`.
    at : aware datetime
        When.
    product : Product, optional
        The product; None where the shop does not know it.
    quantity : Decimal, optional
        How much was bought.
    amount : Money, optional
        What was paid for the line, given back, bid or estimated.
    order : str, optional
        The order in which it was bought or from which it was returned.
    """

    id: str
    deed: str = attrs.field(validator=named("deed", DEEDS))
    at: datetime
    product: Product | None = None
    quantity: Decimal | None = None
    amount: Money | None = None
    order: str | None = attrs.field(default=None, repr=shown_id)

    def is_like(self, text: str) -> bool:
        """Whether its id, title or a keyword has this text, whatever its case."""
        known = () if self.product is None else (self.product.title or "", *self.product.keywords)
        return any(text.strip().casefold() in word.casefold() for word in (self.id, *known))


@attrs.frozen(repr=False)
class Items:
    """Products and what was done with them, the latest first; filtered by `where`.

    Parameters
    ----------
    entries
        The items.
    vocabulary
        Which departments and categories there are; without it any word may be one.
    """

    entries: tuple[Item, ...]
    vocabulary: Vocabulary | None = attrs.field(default=None, eq=False)

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[Item]:
        return iter(self.entries)

    def __repr__(self) -> str:
        sizes = (f"{count} {deed}" for deed, count in self.counts.items() if count)
        inside = ", ".join(sizes) or "none"
        return f"<Items: {inside}>"

    @property
    def counts(self) -> dict[str, int]:
        """Deed -> how many entries, of all deeds."""
        found = dict.fromkeys(DEEDS, 0)
        for item in self.entries:
            found[item.deed] += 1
        return found

    @property
    def win_rate(self) -> float | None:
        """Bids won ÷ bids; None without bids."""
        held = self.counts
        bids = held["won"] + held["underbid"] + held["bid"]
        return held["won"] / bids if bids else None

    def where(
        self,
        *,
        deeds: str | Collection[str] | None = None,
        department: str | None = None,
        category: str | None = None,
        like: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Items:
        """Return some of the items.

        Parameters
        ----------
        deeds
            One of `DEEDS`, or several.
        department, category
            Of the product, in whatever case; what the shop does not know is in none.
        like
            A text that the id, the title or a keyword has, whatever its case.
        since, until
            From an instant on, and before another.

        Raises
        ------
        UnknownName
            There is no such deed, or no product is in such a department or category.
        """
        wanted = DEEDS if deeds is None else (deeds,) if isinstance(deeds, str) else tuple(deeds)
        for deed in wanted:
            if deed not in DEEDS:
                raise UnknownName("deed", deed, DEEDS)
        asked = {"department": department, "category": category}
        meant = {label: self._meant(label, one) for label, one in asked.items() if one is not None}
        kept = (
            item
            for item in self.entries
            if item.deed in wanted
            and all(one is not None and _of(item, label) == one for label, one in meant.items())
            and (like is None or item.is_like(like))
            and (since is None or since <= item.at)
            and (until is None or item.at < until)
        )
        return attrs.evolve(self, entries=tuple(kept))

    def _meant(self, label: str, word: str) -> str | None:
        """Return which department or category is meant; None if nothing here is in it."""
        refuse_other(str, f"the {label}", word)
        held = {_of(item, label) or "" for item in self.entries} - {""}
        meant = spelled_alike(word, sorted(held))
        if meant is None and self.vocabulary is not None:
            known = self.vocabulary(label)
            if known and spelled_alike(word, known) is None:
                raise UnknownName(label, word, tuple(known))
        return meant


def spelled_alike(word: str, names: Sequence[str]) -> str | None:
    """Return the name that is meant by a word: itself, else the first that differs by case."""
    alike = (name for name in names if name.strip().casefold() == word.strip().casefold())
    return word if word in names else next(alike, None)


def _of(item: Item, label: str) -> str | None:
    return getattr(item.product, label, None)


def items(
    orders: Iterable[Order] = (),
    activities: Iterable[Activity] = (),
    *,
    products: Mapping[str, Product] | None = None,
    policy: PurchasePolicy | None = None,
    as_of: datetime | None = None,
    vocabulary: Vocabulary | None = None,
) -> Items:
    """Return with which products a customer had to do before an instant, the latest first.

    Bought are the lines of orders of a status that counts; returned is what refunds name. Bids are
    ``won``, ``underbid`` (any other outcome that is told) or ``bid`` (none is).

    Parameters
    ----------
    orders, activities
        Those of one customer.
    products
        Products by id, as text.
    policy
        Which orders count; default: those that are paid.
    as_of
        What is at or after it does not exist; None is all.
    vocabulary
        Which departments and categories there are, for `Items.where`.
    """
    known = {} if products is None else products
    counting = PurchasePolicy() if policy is None else policy
    found = [
        *(item for order in orders for item in _of_order(order, known, counting)),
        *(item for one in activities for item in _of_activity(one, known)),
    ]
    kept = [item for item in found if as_of is None or item.at < as_of]
    kept.sort(key=lambda item: item.at)
    return Items(tuple(reversed(kept)), vocabulary)


def _of_order(
    order: Order, products: Mapping[str, Product], policy: PurchasePolicy
) -> Iterator[Item]:
    if policy.counts_status(order.status):
        for line in order.lines:
            name, whose = str(line.product), str(order.id)
            bought = (products.get(name), line.quantity, line.revenue, whose)
            yield Item(name, "bought", order.placed_at, *bought)
    for refund in order.refunds:
        if refund.product is not None:
            name, at = str(refund.product), order.refund_instant(refund)
            back = (products.get(name), None, refund.amount, str(order.id))
            yield Item(name, "returned", at, *back)


def _of_activity(activity: Activity, products: Mapping[str, Product]) -> Iterator[Item]:
    deed = deed_of(activity.kind, activity.outcome)
    if deed is not None and activity.subject is not None:
        name = activity.subject
        yield Item(name, deed, activity.at, products.get(name), None, activity.amount)
