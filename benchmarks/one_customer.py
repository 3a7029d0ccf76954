"""How long does a shop take to show one customer of a hundred orders?

``python -m benchmarks.one_customer`` fills a database of SQLite with a hundred thousand customers,
one of them with a hundred orders of two lines and fifty activities, keeps cuts and five segments,
and asks for the profile of that one again and again: when nothing has changed, when another
customer has ordered and was given a note, and when the one had another status, so that all of
theirs is read anew. It refuses a profile that tells anything else than the history of the whole
shop, and keeps the figures.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import custinsights as ci
from benchmarks.agreement import AnswersDifferError
from benchmarks.measuring import machine, timed, versions
from benchmarks.printing import machine_text, one_customer_text
from benchmarks.running import ROOT
from custinsights.datasets.dice import Dice
from custinsights.domain import Activity, Customer, Money, Order, OrderLine, Product, Segment
from custinsights.shop import NINE, Shop

RESULT = ROOT / "benchmarks" / "results" / "one_customer.json"
CUSTOMERS, SMOKE_CUSTOMERS = 100_000, 300
ORDERS, ACTIVITIES, AGAIN = 100, 50, 30
_START = datetime(2022, 1, 1, tzinfo=UTC)
_AS_OF = datetime(2024, 1, 1, tzinfo=UTC)
_PRODUCTS = 1_000
_DEPARTMENTS = ("Prints", "Originals", "Books", "Cards")
_RULES = {
    "best": "percentile(total_spent) >= 0.9",
    "coming back": "order_count >= 2 and not tagged('press')",
    "vip": "status('vip')",
    "prints": "bought(department='Prints')",
    "readers": "did('email_opened')",
}


def fill(shop: Shop, customers: int) -> str:
    """Fill a shop with customers of one order each and one of a hundred; return who that is."""
    dice = Dice.seeded(7)

    def lines() -> list[OrderLine]:
        both = (dice.whole(0, _PRODUCTS - 1) for _ in range(2))
        return [OrderLine(f"p{one}", 1, Money(one % 90 + 5, "EUR")) for one in both]

    def order(number: int, customer: str) -> Order:
        placed = _START + timedelta(hours=dice.whole(0, 17_000))
        whose = {"id": f"o{number}", "customer": customer, "source": "web"}
        return Order(**whose, channel="web", placed_at=placed, lines=lines())  # type: ignore[arg-type]

    products = [
        Product(
            f"p{one}",
            title=f"Work {one}",
            department=_DEPARTMENTS[one % 4],
            keywords=[f"word {dice.whole(0, 399)}" for _ in range(3)],
            price=Money(one % 90 + 5, "EUR"),
        )
        for one in range(_PRODUCTS)
    ]
    people = [
        Customer(
            f"k{one}",
            name=f"Name {one}",
            email=f"k{one}@example.com",
            created_at=_START,
            attributes={"vip": one % 50 == 0},
        )
        for one in range(customers)
    ]
    with shop.begin() as work:
        work.orders.put_products(products)
        work.people.write(people)
    for first in range(0, customers, 20_000):
        some = range(first, min(first + 20_000, customers))
        with shop.begin() as work:
            work.orders.add(*(order(one, f"k{one}") for one in some))
    kinds = ("email_opened", "product_viewed")
    with shop.begin() as work:
        work.orders.add(*(order(customers + one, "k7") for one in range(ORDERS - 1)))
        work.activities.add(
            *(
                Activity("k7", _START + timedelta(days=one), kinds[one % 2], subject=f"p{one}")
                for one in range(ACTIVITIES)
            )
        )
    for name, rule in _RULES.items():
        shop.segments.put(Segment(name, rule))
    shop.notes.add("k7", "asks for frames", at=_START, by="Ada")
    shop.tags.add("press", "k7", at=_START, by="Ada", why="fair")
    shop.refresh_cuts(_AS_OF)
    return "k7"


def measure_profile(customers: int) -> dict[str, Any]:
    """Show one customer of a shop of so many; return the figures.

    Raises
    ------
    AnswersDifferError
        The metrics are not those of the whole history.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder, "shop.db")
        with ci.open_shop(path, currency="EUR", timezone="Europe/Paris") as shop:
            who = fill(shop, customers)
            row = ci.traits(shop.history(), NINE, as_of=_AS_OF).row(who)
        with ci.open_shop(path) as shop:
            first, profile = timed(lambda: shop.profile(who, as_of=_AS_OF))
            anew, own, warm = [], [], []
            for one in range(AGAIN):
                shop.notes.add("k8", "somebody else has changed", at=_AS_OF, by="Ada")
                line = OrderLine("p1", 1, Money(6, "EUR"))
                with shop.begin() as work:
                    work.orders.add(
                        Order(id=f"n{one}", customer="k8", placed_at=_AS_OF, lines=[line])
                    )
                anew.append(timed(lambda: shop.profile(who, as_of=_AS_OF))[0])
                shop.set_status(who, "vip", on=one % 2 == 0, at=_AS_OF, by="Ada")
                own.append(timed(lambda: shop.profile(who, as_of=_AS_OF))[0])
                warm.append(timed(lambda: shop.profile(who, as_of=_AS_OF))[0])
    if dict(profile.metrics) != {name: row[name] for name in NINE}:
        raise AnswersDifferError("the profile tells other metrics than the whole history")
    return {
        "kind": "one_customer",
        "customers": customers,
        "orders": len(profile.orders),
        "entries": len(profile.timeline),
        "first": first,
        "best": min(warm),
        "median": median(warm),
        "best_anew": min(anew),
        "median_anew": median(anew),
        "best_own": min(own),
        "median_own": median(own),
        "machine": machine(),
        "versions": versions(("numpy", "attrs", "sqlalchemy")),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.one_customer", description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="tiny, only to see that all agree")
    options = parser.parse_args(arguments)
    figures = measure_profile(SMOKE_CUSTOMERS if options.smoke else CUSTOMERS)
    print(f"{machine_text(figures)}\n{one_customer_text(figures)}")
    if not options.smoke:
        RESULT.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
        print(f"\nKept in {RESULT}")


if __name__ == "__main__":
    main()
