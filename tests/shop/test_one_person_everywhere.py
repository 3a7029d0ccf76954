"""One person who buys on the storefront, on Etsy, on Gumroad and by hand is one customer."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import attrs
import pytest

import custinsights as ci
from custinsights.domain import Customer, Identity, Money, Order
from custinsights.repositories.memory import MemoryStore
from custinsights.repositories.protocols import Store
from custinsights.repositories.sql import open_store
from custinsights.shop.shop import Shop
from docs._ext.checklist import DOCS

NOON = datetime(2023, 9, 5, 12, tzinfo=UTC)
DECIDED: dict[str, Any] = {"by": "Kim", "at": NOON}
ADA = "ada@example.com"
GUMROAD = """\
Purchase ID,Item Name,Buyer Name,Purchase Email,Buyer Email,Do not contact?,Purchase Date,\
Purchase Time (UTC timezone),Subtotal ($),Taxes ($),Tax Type,Shipping ($),Sale Price ($),Fees ($),\
Net Total ($),Tip ($),Tax Included in Price?,Street Address,City,Zip Code,State,Country,Referrer,\
Refunded?,Partial Refund ($),Fully Refunded?,Disputed?,Dispute Won?,Product ID,Quantity,\
Free trial purchase?,Pre-order authorization?,Discount Code,Payment Type,UTM Source,UTM Medium,\
UTM Campaign
g1,Brushes,Ada Example,ADA@example.com,,0,2023-07-01,2023-07-01 10:00:00 UTC,5.0,0.0,,0.0,5.0,0.5,\
4.5,0.0,0,,,,,United States,direct,0,0.0,0,0,0,p1,1,0,0,,Card,,,
"""


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Open an empty store of either kind."""
    opened: Store = MemoryStore() if request.param == "memory" else open_store(tmp_path / "shop.db")
    yield opened
    opened.close()


def etsy() -> bytes:
    """Return the export of Etsy's orders, with Ada's sent to where the storefront's are."""
    told = (DOCS / "examples" / "EtsySoldOrders2022.csv").read_text(encoding="utf-8")
    return told.replace("AUSTIN,TX,78701-0001", "Springfield,CA,90210-0001").encode()


def filled(store: Store) -> Shop:
    """Bring the orders of all four places into a shop."""
    shop = ci.open_shop(store, currency="USD", timezone="America/New_York", country="US")
    shop.imports.orders(DOCS / "examples" / "orders_export_1.csv", at=NOON)
    shop.imports.orders(BytesIO(etsy()), at=NOON)
    shop.imports.orders(BytesIO(GUMROAD.encode()), at=NOON)
    by_hand = Customer("m1", name="EXAMPLE, Ada", email="ada+fair@example.com", phone="5552345678")
    shop.add_customer(by_hand, **DECIDED)
    with shop.begin(at=NOON) as work:
        work.orders.add(
            Order(id="fair-1", customer="m1", placed_at=NOON, total=Money(80, "USD"), source="hand")
        )
        [ada] = work.people.listed(ADA)
        work.people.identify(ada.id, [Identity("phone", "+1 555 234 5678")])
    return shop


def orders_of_ada(shop: Shop) -> dict[str, int]:
    """Return in which systems the person has how many orders who has the address."""
    with shop.begin(read_only=True) as work:
        ada = work.people.find(Identity("email", ADA))
        assert ada is not None
        sources = [one.source or "" for one in work.orders.of(ada)]
    return {one: sources.count(one) for one in sorted({*sources})}


def count(shop: Shop, **asked: Any) -> list[dict[str, Any]]:
    """Return how many customers there are."""
    return ci.measure(shop.history(), ["customers", "orders"], **asked).to_dicts()


@pytest.mark.covers("A02")
def test_four_places_know_one_person(store: Store) -> None:
    """Whom an e-mail address, a phone or an address with a name tells is one, and stays one.

    Gumroad's order is hers by the address alone; Etsy's and the one by hand by what rules find. Her
    later orders are those of somebody who returns. Undone, all is as before.
    """
    shop = filled(store)
    before, by_type = count(shop), {"by": ["customer_type"], "window": ("2023-06-15", "2023-10-01")}
    assert orders_of_ada(shop).keys() == {"gumroad", "shopify"}
    matches = shop.identities.merge_same(**DECIDED)
    why = {match.reasons for match in matches}
    assert why == {("same address", "same name"), ("same phone", "same name")}
    assert orders_of_ada(shop) == {"etsy": 2, "gumroad": 1, "hand": 1, "shopify": 3}
    assert count(shop)[0]["customers"] == before[0]["customers"] - 3  # and Bo's two
    assert count(shop)[0]["orders"] == before[0]["orders"]
    types = {row["customer_type"]: row["customers"] for row in count(shop, **by_type)}
    assert types["new"] == 0
    with shop.begin(read_only=True) as work:
        merged = [*work.people.merged()]
    assert len(matches) == len(merged) == 3
    for one in merged:
        shop.identities.undo(one, **DECIDED)
    assert count(shop) == before
    assert orders_of_ada(shop).keys() == {"gumroad", "shopify"}
    again = {
        one for match in shop.identities.merge_same(**DECIDED) for one in (match.left, match.right)
    }
    assert "m1" not in again  # of whom it was said that the others are somebody else


def test_what_is_known_of_one_is_known_of_the_person(store: Store) -> None:
    """Contacts, addresses and the day they were first known are those of all; undone, each's own.

    Whoever of them stays: the profile, the directory, exports and the history tell the same.
    """
    shop = filled(store)
    with shop.begin(at=NOON) as work:
        ada = work.people.find(Identity("email", ADA))
        assert ada is not None
        for place, born in (("m1", None), (ada, date(1990, 5, 1))):
            held = work.people.get(place)
            assert held is not None
            told = attrs.evolve(
                held.value, birthday=born, attributes={"fair" if born else "vip": "yes"}
            )
            work.people.put(told, version=held.version)
    before = shop.customer(ada), shop.customer("m1")
    for one, into in ((ada, "m1"), ("m1", ada)):
        shop.identities.merge(one, into, **DECIDED)
        person = shop.customer(ada)
        assert str(person.id) == str(into)
        assert (person.birthday, person.phone) == (date(1990, 5, 1), "5552345678")
        assert dict(person.attributes) == {"fair": "yes", "vip": "yes"}
        assert person.email == (ADA if into == ada else "ada+fair@example.com")
        assert shop.profile(ada, as_of="2023-10-01").customer == person
        for address in (ADA, "ada+fair@example.com"):
            assert [*shop.customers(search=address)] == [person]
        [row] = shop.exports.customers(fields=["id", "birthday"], customers=[ada]).to_dicts()
        assert row == {"id": str(into), "birthday": "1990-05-01"}
        history, rule = shop.history(), "attribute('vip') == 'yes' and attribute('fair') == 'yes'"
        inside = ci.segment(history, rule)
        assert history.customer_ids[inside].tolist() == [str(into)]
        assert shop.customers(segment=rule).ids == (str(into),)
        shop.identities.undo(one, **DECIDED)
        assert (shop.customer(ada), shop.customer("m1")) == before


def test_an_import_knows_who_was_merged(store: Store) -> None:
    """The same exports again change nothing: what was merged stays so."""
    shop = filled(store)
    shop.identities.merge_same(**DECIDED)
    before = count(shop), orders_of_ada(shop)
    for source in (BytesIO(etsy()), BytesIO(GUMROAD.encode())):
        assert shop.imports.orders(source, at=NOON).changes_nothing
    assert (count(shop), orders_of_ada(shop)) == before


TWO = """\
order_id,customer,email,name,placed_at,amount
1,a,a@example.com,Anna Ray,2023-01-01,10
2,b,b@example.com,Ben Fox,2023-01-02,20
"""
MORE = f"{TWO}3,b,b@example.com,Ben Fox,2023-02-02,40\n4,,b@example.com,,2023-02-03,5\n"


def spent(shop: Shop) -> dict[str, str]:
    """Return what everybody spent."""
    rows = ci.traits(shop.history(), ["total_spent"]).to_dicts()
    return {row["customer"]: str(row["total_spent"]) for row in rows}


def test_what_comes_in_while_two_are_merged_goes_with_whose_it_is(store: Store) -> None:
    """Orders, what tables tell, acts and consents of one of them are theirs when it is undone."""
    shop = ci.open_shop(store, currency="EUR", timezone="Europe/Berlin")
    source: dict[str, Any] = {"source": "s", "at": NOON}
    form: dict[str, Any] = {"at": NOON, "how": "form"}
    shop.imports.orders(BytesIO(TWO.encode()), **source)
    shop.identities.merge("b", "a", **DECIDED)
    shop.imports.orders(BytesIO(MORE.encode()), **source)
    assert shop.imports.orders(BytesIO(MORE.encode()), **source).changes_nothing
    table = [
        Customer("a", name="Anna Ray", email="a@example.com"),
        Customer("b", name="Ben A. Fox", phone="+49 30 1234567", tags=["VIP"]),
    ]
    shop.imports.customers(table, **source)
    assert shop.imports.customers(table, **source).changes_nothing
    assert shop.sign_up("b@example.com", **form).id == "a"
    shop.personal_data.choose("b", {"newsletter": {"phone": True}}, **form)
    letters = BytesIO(b"customer,at\nb,2023-03-01\na,2023-03-01\n")
    done = ci.read_activities(letters, kind="clicked", timezone="UTC")
    shop.imports.activities(done, **source)
    assert spent(shop) == {"a": "75.00"}
    assert shop.customer("a").name == "Anna Ray"
    shop.identities.undo("b", **DECIDED)
    assert spent(shop) == {"a": "10.00", "b": "65.00"}
    assert [shop.customer(one).name for one in "ab"] == ["Anna Ray", "Ben A. Fox"]
    assert [shop.customer(one).phone for one in "ab"] == [None, "+49 30 1234567"]
    tags = [shop.tags.book().tags_of(one, at=NOON) for one in "ab"]
    assert [[tag.name for tag in one] for one in tags] == [[], ["VIP"]]
    with shop.begin(read_only=True) as work:
        kinds = [[act.kind for act in work.activities.of(one)] for one in "ab"]
        agreed = [[c.channel for c in work.people.consents(one)] for one in "ab"]
    assert kinds == [["clicked"], ["clicked", "subscribed"]]
    assert agreed == [[], ["email", "phone"]]
    assert [row["email"] for row in shop.exports.customers("email_list").to_dicts()] == [
        "b@example.com"
    ]
    assert shop.imports.orders(BytesIO(MORE.encode()), **source).changes_nothing


def test_nobody_is_merged_by_a_name(store: Store) -> None:
    """Namesakes who share nothing else are neither merged nor looked at."""
    shop = filled(store)
    for number in range(5):
        shop.add_customer(Customer(f"n{number}", name="Ada Example"), **DECIDED)
    names = {f"n{number}" for number in range(5)}
    matching = shop.identities.matches()
    assert not [one for one in matching.matches if {one.left, one.right} & names]
