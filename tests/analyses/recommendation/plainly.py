"""What a match score is, told plainly: a shop as lists, and every part of the score by loops."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from math import log, sqrt
from typing import Any

import attrs
import numpy as np

from custinsights.domain import Calendar, Interest
from custinsights.history.activity_history import ActivityHistory
from custinsights.history.columnar.columns import (
    NO_NUMBER,
    Labels,
    LineColumns,
    OrderColumns,
    People,
    Products,
)
from custinsights.history.orders import OrderHistory

BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
AS_OF = datetime(2024, 7, 1, tzinfo=UTC)
_DEEDS = {
    ("bid", "won"): ("won", 3.0),
    ("bid", "underbid"): ("underbid", 2.0),
    ("bid", None): ("bid", 2.0),
    ("wishlist", None): ("wished", 2.0),
    ("product_viewed", None): ("viewed", 1.0),
    ("visit", None): None,
}


@attrs.frozen
class Good:
    """A product."""

    id: str
    department: str | None = None
    category: str | None = None
    keywords: tuple[str, ...] = ()
    price: int | None = None
    stock: int | None = None


@attrs.frozen
class Bought:
    """An order, so many days after `BEGIN`, of one of each product, for so much each."""

    customer: str
    day: int
    products: tuple[str, ...]
    paid: int = 1000


@attrs.frozen
class Did:
    """Something done beside ordering."""

    customer: str
    day: int
    kind: str
    product: str
    outcome: str | None = None


@attrs.frozen
class Shop:
    """All that is known."""

    goods: tuple[Good, ...]
    orders: tuple[Bought, ...] = ()
    deeds: tuple[Did, ...] = ()
    people: tuple[str, ...] = ()
    currency: str = "EUR"

    def history(self, *, reverse: bool = False) -> OrderHistory:
        """Return the history, its rows in one order or in the other."""
        orders = [*self.orders][:: -1 if reverse else 1]
        goods = [*self.goods][:: -1 if reverse else 1]
        place = {good.id: at for at, good in enumerate(goods)}
        lines = [(at, place[one], o.paid) for at, o in enumerate(orders) for one in o.products]
        at, product, paid = np.array(lines, dtype=np.int64).reshape(-1, 3).T
        labels = {
            n: Labels.encode([getattr(g, n) for g in goods]) for n in ("category", "department")
        }
        numbers = {
            n: np.array(
                [NO_NUMBER if getattr(g, n) is None else getattr(g, n) * f for g in goods], np.int64
            )
            for n, f in (("price", 1), ("stock", 1000))
        }
        history = OrderHistory.of(
            OrderColumns(
                customer=np.array([o.customer for o in orders], dtype=object),
                placed_at=np.array([_instant(o.day) for o in orders], dtype=np.int64),
                amount=np.array([o.paid * len(o.products) for o in orders], dtype=np.int64),
            ),
            lines=LineColumns(
                order=at, product=product, quantity=np.full(len(at), 1000), amount=paid
            ),
            products=Products(
                ids=tuple(place),
                labels=labels,
                numbers=numbers,
                keywords=tuple(g.keywords for g in goods),
            ),
            people=People(ids=np.array(self.people, dtype=object)),
            currency=self.currency,
            calendar=Calendar("UTC"),
            observed_from=BEGIN,
            observed_until=AS_OF,
        )
        if not self.deeds:
            return history
        deeds = [*self.deeds][:: -1 if reverse else 1]
        done = ActivityHistory.from_arrays(
            customer=[d.customer for d in deeds],
            at=[_when(d.day) for d in deeds],
            kind=[d.kind for d in deeds],
            subject=[d.product for d in deeds],
            outcome=[d.outcome for d in deeds],
            timezone="UTC",
        )
        return history.with_activities(done)

    @property
    def everybody(self) -> list[str]:
        """Everybody known."""
        return sorted(
            {o.customer for o in self.orders} | {d.customer for d in self.deeds} | {*self.people}
        )


def _when(day: int) -> datetime:
    return BEGIN + timedelta(days=day)


def _instant(day: int) -> int:
    return int(_when(day).timestamp()) * 1_000_000


def _age(day: int) -> int:
    return (AS_OF - _when(day)).days


def _done(shop: Shop, customer: str) -> list[tuple[str, str, float, int]]:
    """Return what one did: product, deed, weight, days ago."""
    orders = [o for o in shop.orders if o.customer == customer]
    bought = [(p, "bought", 3.0, _age(o.day)) for o in orders for p in {*o.products}]
    known = {good.id for good in shop.goods}
    latest: dict[tuple[str, str], tuple[float, int]] = {}
    for d in shop.deeds:
        deed = _DEEDS[d.kind, d.outcome]
        if d.customer == customer and deed and d.product in known:
            _, age = latest.get((d.product, deed[0]), (0.0, _age(d.day)))
            latest[d.product, deed[0]] = deed[1], min(age, _age(d.day))
    return bought + [(p, deed, *rest) for (p, deed), rest in latest.items()]


def lately(shop: Shop, customer: str) -> dict[str, float]:
    """Return what the deeds with each product weigh, by how lately they were."""
    found: dict[str, float] = {}
    for product, _, weight, age in _done(shop, customer):
        found[product] = found.get(product, 0.0) + weight * 0.5 ** (age / 180)
    return found


def _labels(good: Good) -> dict[str, set[str]]:
    return {
        "department": {good.department.casefold()} if good.department else set(),
        "category": {good.category.casefold()} if good.category else set(),
        "keyword": {word.casefold() for word in good.keywords},
    }


def _rarity(shop: Shop, kind: str, label: str) -> float:
    if kind != "keyword":
        return 1.0
    having = sum(label in _labels(good)["keyword"] for good in shop.goods)
    return 1 + log((1 + len(shop.goods)) / (1 + having))


def cares(shop: Shop, customer: str, own: Iterable[Interest]) -> dict[tuple[str, str], float]:
    """Return how much one cares for each label."""
    goods = {good.id: good for good in shop.goods}
    once = {(p, deed): weight for p, deed, weight, _ in _done(shop, customer)}
    sums: dict[str, dict[str, float]] = {"department": {}, "category": {}, "keyword": {}}
    for (product, _), weight in once.items():
        for kind, labels in _labels(goods[product]).items():
            for label in labels:
                more = weight * _rarity(shop, kind, label)
                sums[kind][label] = sums[kind].get(label, 0.0) + more
    found = {
        (kind, label): worth / max(held.values())
        for kind, held in sums.items()
        for label, worth in held.items()
    }
    silent = {_key(one) for one in own if one.state in ("refused", "inactive")}
    return {key: 0.0 if key in silent else worth for key, worth in found.items()}


def _key(one: Interest) -> tuple[str, str]:
    kind = "department" if one.department else "keyword"
    return kind, (one.department or one.keyword).casefold()


def phi(shop: Shop, one: str, other: str) -> float:
    """Return how closely two products go together."""
    baskets = {
        c: {p for p, deed, *_ in _done(shop, c) if deed in ("bought", "won")}
        for c in shop.everybody
    }
    n = sum(bool(held) for held in baskets.values())
    a, b = (sum(p in held for held in baskets.values()) / n if n else 0.0 for p in (one, other))
    both = sum(one in held and other in held for held in baskets.values()) / n if n else 0.0
    spread = sqrt(a * (1 - a) * b * (1 - b))
    return (both - a * b) / spread if spread > 1e-12 and one != other else 0.0


def _price(shop: Shop, product: str) -> int | None:
    good = next(g for g in shop.goods if g.id == product)
    if good.price is not None:
        return good.price
    paid = [o.paid for o in shop.orders for p in o.products if p == product]
    return round(sum(paid) / len(paid)) if paid else None


def parts(
    shop: Shop, customer: str, own: Iterable[Interest] = ()
) -> Mapping[str, Mapping[str, float]]:
    """Return the parts of the score of every product: product -> part -> value."""
    words = [one for one in own if one.customer == customer]
    did, found = lately(shop, customer), cares(shop, customer, words)
    sold = {
        g.id: sum(0.5 ** (_age(o.day) / 30) for o in shop.orders if g.id in o.products)
        for g in shop.goods
    }
    most_sold = max(sold.values(), default=0.0) or 1.0
    goes = {g.id: sum(w * max(phi(shop, p, g.id), 0.0) for p, w in did.items()) for g in shop.goods}
    closest = max(goes.values(), default=0.0) or 1.0
    priced = [(w, log(price)) for p, w in did.items() if (price := _price(shop, p))]
    told: dict[str, dict[str, float]] = {}
    for good in shop.goods:
        labels = {kind: held for kind, held in _labels(good).items() if held}
        if _is_refused(labels, words):
            told[good.id] = dict.fromkeys(("content", "co_purchase", "price_fit", "recency"), 0.0)
            continue
        kinds = [
            sum(_rarity(shop, k, x) * found.get((k, x), 0.0) for x in held)
            / sum(_rarity(shop, k, x) for x in held)
            for k, held in labels.items()
        ]
        mean = sum(kinds) / len(kinds) if kinds else 0.0
        said = [
            {"active": 1 / 2, "starred": 2 / 3}.get(one.state, 0.0)
            for one in words
            if _key(one)[1] in labels.get(_key(one)[0], ())
        ]
        own_share = did.get(good.id, 0.0) / (max(did.values(), default=0.0) or 1.0)
        told[good.id] = {
            "content": 1 - (1 - mean) * (1 - max(said, default=0.0)),
            "co_purchase": goes[good.id] / closest,
            "price_fit": _fit(priced, _price(shop, good.id)),
            "recency": (2 * own_share + sold[good.id] / most_sold) / 3,
        }
    return told


def _is_refused(labels: Mapping[str, set[str]], own: Iterable[Interest]) -> bool:
    refused = [one for one in own if one.state == "refused"]
    departments = {one.department.casefold() for one in refused if one.department}
    words = {one.keyword.casefold() for one in refused if not one.department}
    keywords = labels.get("keyword", set())
    return bool(labels.get("department", set()) & departments) or (
        bool(keywords) and keywords <= words
    )


def _fit(priced: list[tuple[float, float]], price: int | None) -> float:
    if not priced or not price:
        return 0.0
    total = sum(w for w, _ in priced)
    usual = sum(w * x for w, x in priced) / total
    variance = sum(w * (x - usual) ** 2 for w, x in priced) / total + 0.1
    return 1 / (1 + (log(price) - usual) ** 2 / variance)


def as_rows(found: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """Return recommendations by customer and product."""
    return {(row["customer"], row["product"]): row for row in found.to_dicts()}
