"""Is what a shop keeps in memory always what a shop that is opened anew reads?"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from custinsights.analyses.customers.traits import traits
from custinsights.domain import Activity, Consent, Money, Order, OrderLine, Product, Segment
from custinsights.errors import CustInsightsError
from custinsights.repositories.batches import NOTHING
from custinsights.repositories.order_rows import batch_of_rows
from custinsights.repositories.protocols import UnitOfWork
from custinsights.shop import noticing
from custinsights.shop.once import Once
from custinsights.shop.opening import open_shop
from custinsights.shop.profile import NINE
from custinsights.shop.shop import Shop

START = datetime(2024, 3, 5, 12, tzinfo=UTC)
AS_OF = START + timedelta(days=90)
WHO = ("c1", "c2", "c3")
Act = Callable[[Shop, str, int, datetime], object]


def order(number: int, customer: str | None, at: datetime) -> Order:
    """Return an order."""
    line = OrderLine(f"p{number}", 1, Money(5 + number, "EUR"))
    return Order(id=f"o{number}", customer=customer, source="web", placed_at=at, lines=[line])


def in_work(act: Callable[[UnitOfWork, str, int, datetime], object]) -> Act:
    """Return an act that does something in a unit of work."""

    def done(shop: Shop, who: str, number: int, at: datetime) -> None:
        with shop.begin(at=at) as work:
            act(work, who, number, at)

    return done


def refund(work: UnitOfWork, who: str, number: int, at: datetime) -> None:
    """Write a refund by itself, which names an order."""
    row = {
        "order": -1,
        "source": "web",
        "id": f"r{number}",
        "customer": who,
        "refunded_at": NOTHING,
        "amount": 100,
        "product": None,
        "currency": "EUR",
        "names": f"o{at.day % 4}",
    }
    work.orders.write(batch_of_rows([], [row]))


def other(number: int) -> str:
    """Return somebody."""
    return WHO[number % len(WHO)]


ACTS: Mapping[str, Act] = {
    "order": in_work(lambda work, who, number, at: work.orders.add(order(number, who, at))),
    "guest": in_work(lambda work, _, number, at: work.orders.add(order(number, None, at))),
    "refund": in_work(refund),
    "product": in_work(
        lambda work, who, number, _: work.orders.put_products(
            [Product(f"p{number}", title=f"of {who}", department=who)]
        )
    ),
    "activity": in_work(
        lambda work, who, number, at: work.activities.add(
            Activity(who, at, "visit", subject=f"p{number}", id=f"a{number}"), source="web"
        )
    ),
    "consent": in_work(
        lambda work, who, _, at: work.people.consent(
            Consent(
                customer=who,
                purpose="newsletter",
                channel="email",
                granted=at.day % 2 == 0,
                at=at,
                how="box",
            )
        )
    ),
    "status": lambda shop, who, number, at: shop.set_status(
        who, "vip", on=number % 2 == 0, at=at, by="Bo"
    ),
    "note": lambda shop, who, number, at: shop.notes.add(who, f"note {number}", at=at, by="Bo"),
    "tag": lambda shop, who, number, at: shop.tags.add(f"t{number}", who, at=at, by="B", why="x"),
    "interest": lambda shop, who, number, at: shop.interests.set(who, f"word {number}", at=at),
    "segment": lambda shop, _, number, __: shop.segments.put(
        Segment(f"s{number}", f"order_count >= {number}")
    ),
    "cuts": lambda shop, *_: shop.refresh_cuts(AS_OF),
    "merge": lambda shop, who, number, at: shop.identities.merge(
        who, other(number), by="Bo", at=at
    ),
    "undo": lambda shop, who, _, at: shop.identities.undo(who, by="Bo", at=at),
    "rename": lambda shop, who, number, at: shop.identities.rename(
        who, other(number), by="Bo", at=at
    ),
    "rename to a new id": lambda shop, who, _, at: shop.identities.rename(
        who, f"{who}{at.day}", by="Bo", at=at
    ),
    "erase": lambda shop, who, _, at: shop.personal_data.erase(who, at=at, by="Bo", key="k" * 32),
}


def told(shop: Shop, who: str) -> Any:
    """Return what a shop tells of somebody, or why not."""
    try:
        seen = shop.profile(who, as_of=AS_OF)
    except CustInsightsError as error:
        return type(error)
    return seen.to_dict(), shop.customer(who), str(seen.table.to_dicts())


def totals(shop: Shop) -> Any:
    """Return what a shop tells of all."""
    table = traits(shop.history(), NINE, as_of=AS_OF).to_dicts()
    return [(one.id, one.tags) for one in shop.customers().customers], str(table)


steps = st.tuples(
    st.sampled_from(sorted(ACTS)), st.sampled_from(WHO), st.integers(0, 3), st.booleans()
)


@given(st.lists(steps, min_size=1, max_size=6))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_kept_is_what_a_shop_opened_anew_reads(
    acts: list[tuple[str, str, int, bool]],
) -> None:
    """Two shops on one file tell the same as a third one opened anew, whoever changed what."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "shop.db")
        both = [open_shop(path, currency="EUR", timezone="UTC") for _ in range(2)]
        with both[0].begin(at=START) as work:
            work.orders.add(*(order(at, one, START) for at, one in enumerate(WHO)))
        for day, (act, who, number, is_second) in enumerate(acts, 1):
            with suppress(CustInsightsError):  # what is refused changes nothing
                ACTS[act](both[is_second], who, number, START + timedelta(days=day))
            with open_shop(path) as anew:
                expected = [*(told(anew, one) for one in WHO), totals(anew)]
            for shop in both:
                assert [*(told(shop, one) for one in WHO), totals(shop)] == expected
        for shop in both:
            shop.close()


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return of whom all was read, in turn."""
    found, read = [], Once.read

    def counted(*asked: Any) -> Once:
        found.append(str(asked[1].id))
        return read(*asked)

    monkeypatch.setattr(Once, "read", counted)
    return found


OF_OTHERS = sorted(
    {*ACTS} - {"cuts", "merge", "undo", "rename", "refund"}  # settings, and orders of both
)


@pytest.mark.parametrize("act", OF_OTHERS)
def test_what_others_do_lets_nothing_be_read_again(
    tmp_path: Path, reads: list[str], act: str
) -> None:
    """Orders, notes and whatever else of others is no reason to read somebody again."""
    with open_shop(tmp_path / "shop.db", currency="EUR", timezone="UTC") as shop:
        with shop.begin(at=START) as work:
            work.orders.add(*(order(at, one, START) for at, one in enumerate(WHO)))
        first = shop.profile("c1", as_of=AS_OF)
        ACTS[act](shop, "c2", 3, START + timedelta(days=1))
        second = shop.profile("c1", as_of=AS_OF)
        assert reads == ["c1"]
        assert (second.orders, second.notes) == (first.orders, first.notes)


def test_after_very_many_changes_all_is_read_anew(
    tmp_path: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody looks through more changes than reading anew would cost."""
    monkeypatch.setattr(noticing, "MOST", 2)
    with open_shop(tmp_path / "shop.db", currency="EUR", timezone="UTC") as shop:
        with shop.begin(at=START) as work:
            work.orders.add(*(order(at, one, START) for at, one in enumerate(WHO)))
        for many in (0, 2, 3):
            for number in range(many):
                shop.notes.add("c2", f"note {many} {number}", at=START, by="Bo")
            shop.profile("c1", as_of=AS_OF)
        assert reads == ["c1", "c1"]
