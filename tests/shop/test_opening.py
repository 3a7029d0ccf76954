"""How a shop's memory is opened, and what is done with it by one short call each."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import custinsights as ci
from custinsights.domain import Customer, Identity, Money, Order, OrderLine, Product
from custinsights.errors import (
    AccessRefused,
    AlreadyTaken,
    Incompatible,
    InvalidValue,
    UnknownName,
)
from custinsights.privacy import Access, EncryptingVault, RetentionRule, generate_key
from custinsights.repositories.memory import MemoryStore
from custinsights.repositories.vaults import PlainVault
from custinsights.shop import Shop, exports, open_shop
from tests.shop.conftest import DAY, NOON, euro

AS_OF = NOON + 40 * DAY
KEY = "k" * 32
EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


def test_a_shop_is_used_as_one_would_write_it(tmp_path: Path) -> None:
    """Opened without a word of settings, written to, asked by profile, rule and directory."""
    shop = ci.open_shop(str(tmp_path / "shop.db"))
    lines = [OrderLine("print-a3", 1, Money("45.00", "EUR"))]
    with shop.begin() as work:
        work.orders.add(Order(id="1001", customer="c7", placed_at=NOON, lines=lines))
    profile = shop.profile("c7", as_of=NOON, department="Prints")
    assert (profile.orders, profile.metrics["order_count"]) == ((), 0)
    text = "order_count >= 3 and days_since_last_order >= 90 and not tagged('wholesale')"
    rule = ci.rule(text)
    assert rule.matches(shop.history_of("c7"), as_of=AS_OF) is False
    assert "order_count is 1" in str(rule.explain(shop.history_of("c7"), as_of=AS_OF))
    page = shop.customers(segment=rule, tags_any=["vip"], sort="-total_spent", limit=100)
    assert page.ids == ()
    shop.close()


def test_a_shop_keeps_what_it_counts_in(tmp_path: Path) -> None:
    """What is told first stays; the same again is welcome, anything else is refused."""
    path = tmp_path / "shop.db"
    zone = ZoneInfo("Europe/Paris")
    with open_shop(path, currency="EUR", timezone=zone) as shop:
        assert repr(shop) == "<Shop in SqlStore>"
    with open_shop(path, country="FR") as shop, shop.begin() as work:
        work.orders.add(Order(id="1", customer="c1", placed_at=NOON, total=euro("1.00")))
    with open_shop(path, currency="EUR", timezone="Europe/Paris", country="FR") as shop:
        history = shop.history()
        assert (history.currency, history.calendar.timezone) == ("EUR", "Europe/Paris")
        assert shop.identities.region == "FR"
    others = {"currency": "USD", "timezone": "UTC", "country": "DE"}
    for name, value in others.items():
        with pytest.raises(Incompatible, match=f"'{value}' were given"):
            open_shop(path, **{name: value})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "told",
    [
        {"currency": "EURO"},
        {"timezone": "Paris"},
        *({"country": country} for country in ("France", "fr", "UK", "XX")),
    ],
    ids=["currency", "timezone", "name", "letters", "no code of its own", "no country"],
)
def test_what_a_shop_cannot_count_in_is_refused(told: dict[str, str]) -> None:
    """And nothing of it is kept."""
    store = MemoryStore()
    with pytest.raises((InvalidValue, UnknownName), match=next(iter(told.values()))):
        open_shop(store, **told)  # type: ignore[arg-type]
    with store.begin(read_only=True) as work:
        assert work.annotations.setting("shop") is None


def test_what_is_no_store_is_refused() -> None:
    """A vault belongs to the store that it seals."""
    with pytest.raises(InvalidValue, match="This is no store"):
        open_shop(7)  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match=r"(?i)give the vault to the store"):
        open_shop(MemoryStore(), vault=PlainVault())


def test_a_store_with_some_methods_alone_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store of one's own that is no whole one is refused, and what is missing is named."""
    store = MemoryStore()
    work = store.begin(read_only=True)
    monkeypatch.delattr(type(work), "last_change")
    monkeypatch.delattr(type(work.orders), "put_products")
    with pytest.raises(InvalidValue, match=r"none of last_change, orders\.put_products"):
        open_shop(store)


@pytest.mark.covers("M05")
def test_a_customer_is_created_by_hand(shop: Shop) -> None:
    """With tags, identities and who did it; an id or identity that is somebody's is refused."""
    one = Customer(shop.free_id(), name="Dan", email="dan@example.com", tags=["Wholesale"])
    shop.add_customer(one, at=NOON, by="Bo", why="fair", identities=[Identity("id", "9", "till")])
    told = shop.customer("c6")
    assert (told.name, told.created_at, [tag.name for tag in told.tags]) == (
        "Dan",
        NOON,
        ["Wholesale"],
    )
    [change] = shop.tags.book().changes(customer="c6")
    assert (change.by, change.why, change.at) == ("Bo", "fair", NOON)
    assert Identity("id", "9", "till") in shop.profile("c6", as_of=AS_OF).identities
    with pytest.raises(AlreadyTaken, match=r"The id 'c6' belongs to another.*free_id"):
        shop.add_customer(Customer("c6"), at=NOON, by="Bo")
    with pytest.raises(AlreadyTaken, match="belongs to another customer"):
        shop.add_customer(
            Customer("c8"), at=NOON, by="Bo", identities=[Identity("email", "DAN@example.com")]
        )
    assert shop.free_id() == "c7"


def test_an_id_is_given_once(shop: Shop) -> None:
    """Also who was erased, renamed or merged leaves no id to somebody else."""
    made = shop.sign_up("eve@example.com", at=NOON, how="form")
    assert made.id == "c6"
    shop.personal_data.erase("c6", at=NOON, by="Bo", key=KEY)
    assert shop.free_id() == "c7"
    last = shop.add_customer(Customer("c7"), at=NOON, by="Bo").id
    shop.identities.rename(last, "eva", by="Bo", at=NOON)
    assert shop.free_id() == "c8"


@pytest.mark.covers("M06")
def test_customers_come_by_themselves(empty: Shop) -> None:
    """By a first order, an account in a table, a subscription; the same person once."""
    with empty.begin() as work:
        work.orders.add(Order(id="1", customer="ada", placed_at=NOON, total=euro("1.00")))
    empty.imports.customers([Customer("9", email="cy@example.com")], source="etsy", at=NOON)
    by_letter = empty.sign_up("Eve@Example.com", at=NOON, how="double opt-in", evidence="mail 7")
    again = empty.sign_up("eve@example.com", at=NOON + DAY, how="form", purpose="offers")
    known = empty.sign_up("cy@example.com", at=NOON, how="form")
    assert (by_letter.id, again.id, known.id) == ("c1", "c1", "9")
    assert empty.customers().ids == ("9", "ada", "c1")
    profile = empty.profile("c1", as_of=AS_OF)
    assert [entry.kind for entry in profile.timeline] == ["consent_given", "subscribed"] * 2
    assert profile.subscriptions["newsletter"]["email"] is True
    assert profile.metrics["order_count"] == 0


@pytest.mark.parametrize("told", [{"purpose": "newsleter"}, {"channel": "pigeon"}])
def test_who_signs_up_agrees_to_what_there_is(empty: Shop, told: dict[str, str]) -> None:
    """A topic or a channel that the preference centre does not have is refused, and nobody made."""
    with pytest.raises(UnknownName, match=r"There is no (topic|channel) of the preference centre"):
        empty.sign_up("eve@example.com", at=NOON, how="form", **told)
    assert len(empty.customers()) == 0
    empty.sign_up("eve@example.com", at=NOON, how="form", purpose="Marketing")


@pytest.mark.covers("B08")
def test_a_status_is_set_and_taken(shop: Shop) -> None:
    """Beside other attributes; the log says who did it, and not what."""
    shop.set_status("c2", "vip", on=True, at=NOON, by="Bo", why="dinner")
    shop.set_status("c2", "press", on=True, at=NOON, by="Bo")
    shop.set_status("c2", "press", on=False, at=NOON, by="Bo")
    profile = shop.profile("c2", as_of=AS_OF)
    assert profile.status == ("vip",)
    assert profile.is_in("status:vip")
    assert not profile.is_in("status:press")
    with shop.begin(read_only=True) as work:
        entries = work.annotations.records("rectification", "c2")
    assert [(one["by"], one["why"], one["fields"]) for one in entries] == [
        ("Bo", "dinner", ["attributes"]),
        ("Bo", "", ["attributes"]),
        ("Bo", "", ["attributes"]),
    ]
    with pytest.raises(UnknownName, match="customer named 'c77'"):
        shop.set_status("c77", "vip", on=True, at=NOON, by="Bo")
    with pytest.raises(InvalidValue, match="no bool"):
        shop.set_status("c2", "vip", on="yes", at=NOON, by="Bo")  # type: ignore[arg-type]


def test_who_asks_and_who_is_created_is_told_by_objects(shop: Shop) -> None:
    """A name is neither an access nor a customer."""
    with pytest.raises(InvalidValue, match="no Access"):
        shop.seen_by("Kim")  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="no Customer"):
        shop.add_customer("c9", at=NOON, by="Bo")  # type: ignore[arg-type]


def test_a_sealed_shop_is_asked_like_any_other(tmp_path: Path) -> None:
    """Contacts come out for who has the keys, and are found by the whole address alone."""
    vault = EncryptingVault([generate_key()], generate_key())
    shop = open_shop(tmp_path / "shop.db", currency="EUR", vault=vault)
    ada = Customer("c1", name="Ada Byron", email="ada@example.com")
    shop.add_customer(ada, at=NOON, by="Bo")
    shop.notes.add("c1", "prefers oils", at=NOON, by="Bo")
    profile = shop.profile("c1", as_of=AS_OF)
    assert (profile.customer.name, profile.notes[0].text) == ("Ada Byron", "prefers oils")
    assert shop.customers(search="ada").ids == ()
    assert shop.customers(search="ADA@example.com").ids == ("c1",)
    assert shop.sign_up("ada@example.com", at=NOON, how="form").id == "c1"
    shop.close()
    assert b"Byron" not in (tmp_path / "shop.db").read_bytes()


def test_files_come_in(empty: Shop) -> None:
    """Orders, customers, products and activities, again and again."""
    files = [EXAMPLES / "orders_export_1.csv"]
    report = empty.imports.orders(files, at=NOON)
    assert report.added == 9
    again = empty.imports.orders(files, at=NOON)
    assert (again.added, again.same) == (0, report.added)
    assert empty.imports.products([Product("a3", title="A3")], at=NOON).added == 1
    table = [Customer("77", email="zoe@example.com")]
    assert empty.imports.customers(table, at=NOON, source="web").added == 1
    with empty.begin(read_only=True) as work:
        assert {one["what"] for one in work.annotations.records("import")} == {
            "orders",
            "products",
            "customers",
        }


def test_who_was_erased_does_not_come_back(shop: Shop) -> None:
    """An import asks for the key with which somebody was erased, and keeps them away by it."""
    total = ci.measure(shop.history(), ["revenue"], as_of=AS_OF).to_dicts()
    done = shop.personal_data.erase("c1", at=NOON, by="Bo", key=KEY)
    with pytest.raises(UnknownName, match="c1"):
        shop.profile("c1", as_of=AS_OF)
    assert shop.profile(done.name, as_of=AS_OF).metrics["order_count"] == 2
    assert ci.measure(shop.history(), ["revenue"], as_of=AS_OF).to_dicts() == total
    ada = [Customer("4711", email="ada@example.com")]
    with pytest.raises(InvalidValue, match="erased"):
        shop.imports.customers(ada, source="etsy", at=NOON)
    assert shop.imports.customers(ada, source="etsy", at=NOON, key=KEY).added == 0
    assert shop.customers(search="ada").ids == ()


def test_who_is_one_person_is_one(shop: Shop) -> None:
    """Merged, undone and renamed by the shop, with the log of it."""
    shop.identities.merge("c4", "c2", by="Bo", at=NOON)
    assert shop.profile("c4", as_of=AS_OF).metrics["order_count"] == 2
    shop.identities.undo("c4", by="Bo", at=NOON)
    assert shop.profile("c4", as_of=AS_OF).metrics["order_count"] == 1
    shop.identities.rename("c4", "dora", by="Bo", at=NOON)
    assert shop.profile("c4", as_of=AS_OF).customer.id == "dora"
    assert [entry["what"] for entry in shop.identities.log()] == ["merged", "undone", "renamed"]
    assert shop.identities.review() == ()


def test_people_get_what_they_ask_for(shop: Shop) -> None:
    """Consents, an export of all, a correction, and no longer kept than needed."""
    shop.personal_data.choose("c1", {"offers": {"sms": True}}, at=NOON + DAY, how="page")
    assert shop.profile("c1", as_of=AS_OF).subscriptions["offers"]["sms"] is True
    shop.personal_data.unsubscribe("c1", at=NOON + 2 * DAY, how="link")
    ways = shop.profile("c1", as_of=AS_OF).subscriptions
    assert not any(one for topic in ways.values() for one in topic.values())
    told = shop.personal_data.export("c1", at=AS_OF)
    assert "Ada Byron" in told.files()["data.json"]
    shop.personal_data.rectify("c1", name="Ada King", at=AS_OF, by="Bo", why="married")
    assert shop.customer("c1").name == "Ada King"
    rules = [RetentionRule("activities", 30)]
    gone = shop.personal_data.retain(rules, as_of=AS_OF, by="nightly", key=generate_key())
    assert gone["activities"] == 4


def test_customers_and_orders_leave_for_files(shop: Shop) -> None:
    """By presets or fields, of a segment or some customers, in the zone of the shop."""
    letter = shop.exports.customers("email_list", as_of=AS_OF)
    assert [row["email"] for row in letter.to_dicts()] == ["ada@example.com"]
    fields = ["id", "total_spent"]
    best = shop.exports.customers(fields=fields, segment="Big spenders", as_of=AS_OF)
    assert [row["id"] for row in best.to_dicts()] == ["c1"]
    both = shop.exports.customers(
        fields=fields, segment="order_count >= 1", customers=["c4", "c3"], as_of=AS_OF
    )
    assert [row["id"] for row in both.to_dicts()] == ["c4"]
    own = shop.exports.orders(customers=["c1"])
    assert [row["id"] for row in own.to_dicts()] == ["1", "2"]
    assert own.timezone == "Europe/Paris"
    some = shop.exports.orders(segment="frequency:returning", as_of=AS_OF)
    assert len(some) == 2
    assert len(shop.exports.orders()) == 5
    with pytest.raises(InvalidValue, match=r"needs a segment=.* with window="):
        shop.exports.orders(as_of=AS_OF)


def test_who_may_not_see_contacts_takes_none_out(shop: Shop) -> None:
    """Exports of numbers need one permission, those of contacts two."""
    clerk = shop.seen_by(Access({"customer_insights"}, who="Kim"), at=AS_OF)
    assert len(clerk.exports.customers("analysis", as_of=AS_OF)) == 5
    assert len(clerk.exports.orders("accounting")) == 5
    for act in (
        clerk.exports.customers,
        lambda: clerk.exports.customers("email_list"),
        lambda: clerk.exports.orders(fields=["id", "shipping_street"]),
        lambda: clerk.personal_data.export("c1", at=AS_OF),
        clerk.begin,
    ):
        with pytest.raises(AccessRefused, match="pii"):
            act()
    stranger = shop.seen_by(Access((), who="Lee"))
    acts: tuple[Callable[[], object], ...] = (
        lambda: stranger.imports.products([], at=NOON),
        lambda: stranger.imports.customers([], at=NOON),
        stranger.exports.orders,
        stranger.history,
        lambda: stranger.history_of("c1"),
        lambda: stranger.customer("c1"),
        lambda: stranger.add_customer(Customer("c9"), at=NOON, by="Lee"),
        lambda: stranger.set_status("c1", "vip", on=False, at=NOON, by="Lee"),
        lambda: stranger.sign_up("x@example.com", at=NOON, how="x"),
        stranger.free_id,
        stranger.refresh_cuts,
        stranger.cuts,
    )
    for refused in acts:
        with pytest.raises(AccessRefused, match="customer_insights"):
            refused()
    assert exports.is_personal(exports.PRESETS["email_list"].fields)


def test_a_history_for_who_may_not_see_contacts_tells_of_nobody(shop: Shop) -> None:
    """Numbers are the same; birthdays, coordinates and contacts are not in it, flags are."""
    told = {"vip": True, "memo": "pays late", "income": 1122.33}
    shop.personal_data.rectify("c1", attributes=told, at=NOON, by="Bo")
    shop.refresh_cuts()
    clerk = shop.seen_by(Access({"customer_insights"}, who="Kim"))
    for whole, seen in (
        (shop.history(), clerk.history()),
        (shop.history_of("c1"), clerk.history_of("c1")),
    ):
        assert ci.measure(seen, ["revenue"]) == ci.measure(whole, ["revenue"])
        assert {*whole.people_table.attributes} == {"vip", "memo", "income"}
        known = seen.people_table
        assert ({*known.attributes}, known.birthday, known.coordinates) == ({"vip"}, None, None)
        assert seen.aside is None or {*seen.aside.people_table.attributes} <= {"vip"}


def test_the_log_of_access_bears_the_instant_of_the_request(shop: Shop) -> None:
    """Who may see contacts leaves a word of whom they saw, and when."""
    noon = datetime(2024, 5, 1, 12, tzinfo=UTC)
    ada = shop.seen_by(Access({"customer_insights", "pii"}, who="Ada"), at=noon)
    assert ada.profile("c1", as_of=AS_OF).customer.name == "Ada Byron"
    with shop.begin(read_only=True) as work:
        [entry] = work.annotations.records("access", "c1")
    assert (entry["who"], entry["outcome"], entry["at"]) == ("Ada", "read", noon.isoformat())


def test_the_history_is_read_once(shop: Shop) -> None:
    """Until a fact has changed; to see it, which is logged, and to write a note changes none."""
    whole = shop.history()
    kim = shop.seen_by(Access({"customer_insights", "pii"}, who="Kim"))
    assert kim.history() is shop.history() is whole
    shop.notes.add("c1", "new", at=NOON, by="Bo")
    assert shop.history() is whole
    shop.tags.add("local", "c1", at=NOON, by="Bo", why="fair")
    assert shop.history() is not whole
