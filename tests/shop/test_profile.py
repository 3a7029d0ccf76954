"""What a shop sees of one customer."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest

import custinsights as ci
from custinsights.domain import Customer, Money, Order, OrderLine, Product, Refund, Segment
from custinsights.errors import AccessRefused, InvalidValue, UnknownName
from custinsights.privacy import Access
from custinsights.repositories.batches import REFUND_COLUMNS
from custinsights.repositories.memory import MemoryStore
from custinsights.repositories.order_rows import batch_of_rows
from custinsights.repositories.rows import microseconds_of
from custinsights.shop import open_shop, remembering
from custinsights.shop.once import Once
from custinsights.shop.profile import NINE
from custinsights.shop.shop import Shop
from tests.shop.conftest import DAY, NOON, STORES, euro, filled

AS_OF = NOON + 40 * DAY


@pytest.mark.covers("A12", "M01", "M02", "M03", "B10")
def test_a_profile_has_the_nine_metrics(shop: Shop) -> None:
    """They are the traits of the whole history, of this customer."""
    profile = shop.profile("c1", as_of=AS_OF)
    row = ci.traits(shop.history(), NINE, as_of=AS_OF).row("c1")
    assert dict(profile.metrics) == {name: row[name] for name in NINE}
    assert len(profile.metrics) == 9
    assert profile.metrics["total_spent"] == Decimal("798.00")
    assert (profile.customer.name, profile.customer.email) == ("Ada Byron", "ada@example.com")


def test_the_metrics_are_those_that_are_asked_for(shop: Shop) -> None:
    """Any trait is a metric, in the order of asking."""
    metrics = shop.profile("c1", as_of=AS_OF, metrics=("win_rate", "first_channel")).metrics
    assert list(metrics.items()) == [("win_rate", 1.0), ("first_channel", None)]
    with pytest.raises(UnknownName, match="trait named 'spent'"):
        shop.profile("c1", as_of=AS_OF, metrics=("spent",))


@pytest.mark.covers("B11")
def test_an_order_given_back_whole_counts_in_no_department(shop: Shop) -> None:
    """In the metrics of a department as in the list of departments, though it names no product."""
    back = Refund(euro("90.00"), NOON + 20 * DAY)
    with shop.begin(at=NOON) as work:
        told = work.orders.get("1", "etsy")
        assert told is not None
        work.orders.add(attrs.evolve(told, refunds=[back]))
    for as_of, spent in ((NOON + 19 * DAY, "90.00"), (AS_OF, "0.00")):
        profile = shop.profile("c1", as_of=as_of, department="Prints")
        assert profile.metrics["total_spent"] == Decimal(spent)
        departments = {one.name: one.spent for one in profile.departments}
        assert (departments["Prints"] or euro("0.00")) == euro(spent)
        assert profile.metrics["order_count"] == (spent == "90.00")


def test_a_department_that_the_shop_has_not_is_told(shop: Shop) -> None:
    """One that is there, and of which somebody bought nothing, is zeros."""
    with pytest.raises(UnknownName, match=r"no department named 'Pritns'.*'Originals', 'Prints'"):
        shop.profile("c2", as_of=AS_OF, department="Pritns")
    assert shop.profile("c2", as_of=AS_OF, department="prints").metrics["order_count"] == 0


def test_a_prospect_of_a_shop_without_currency_has_a_profile() -> None:
    """Nothing was spent in any."""
    shop = open_shop(MemoryStore())
    shop.add_customer(Customer("c1", name="Ada"), at=NOON, by="Bo")
    metrics = shop.profile("c1", as_of=AS_OF).metrics
    assert (metrics["order_count"], metrics["total_spent"]) == (0, 0)


def test_the_metrics_of_a_department_are_those_of_its_lines(shop: Shop) -> None:
    """As for_lines has them; of a department without a purchase nothing was spent."""
    prints = shop.profile("c1", as_of=AS_OF, department="Prints")
    assert (prints.metrics["order_count"], prints.metrics["total_spent"]) == (1, Decimal("90.00"))
    cards = shop.profile("c1", as_of=AS_OF, department="Stationery").metrics
    assert cards["total_spent"] == Decimal("8.00")
    nothing = shop.profile("c2", as_of=AS_OF, department="Originals").metrics
    assert (nothing["order_count"], nothing["total_spent"]) == (0, Decimal("0.00"))
    assert len(prints.orders) == 2


def test_nothing_at_or_after_as_of_is_seen(shop: Shop) -> None:
    """Orders, steps, items, entries, notes, tags and consents after the instant do not exist."""
    early = shop.profile("c1", as_of=NOON)
    assert (early.orders, len(early.items), early.notes) == ((), 0, ())
    assert [entry.kind for entry in early.timeline] == ["email_opened", "tag_added"]
    assert early.metrics["order_count"] == 0
    assert early.subscriptions["newsletter"]["email"] is False
    assert shop.profile("c2", as_of=NOON + DAY).customer.is_tagged("vip") is False
    middle = shop.profile("c1", as_of=NOON + 12 * DAY)
    assert [step.state for step in middle.orders[0].steps] == ["placed", "paid"]


@pytest.mark.covers("B12")
def test_a_profile_tells_groups_and_segments_against_kept_cuts(shop: Shop) -> None:
    """Before cuts are kept nobody can say who is a big spender; then it is as for all."""
    before = shop.profile("c1", as_of=AS_OF)
    assert (before.segments, before.unjudged) == (("Returning",), ("Big spenders",))
    assert before.labels == (
        "frequency:returning",
        "recency:active",
        "lifecycle:repeat_customer",
        "tag:vip",
        "status:vip",
    )
    cuts = shop.refresh_cuts(AS_OF)
    assert shop.cuts() == cuts
    after = shop.profile("c1", as_of=AS_OF)
    assert (after.segments, after.unjudged) == (("Big spenders", "Returning"), ())
    assert after.cuts_as_of == AS_OF
    history = shop.history()
    for customer in ("c1", "c2", "c4"):
        profile = shop.profile(customer, as_of=AS_OF)
        row = ci.rfm(history, as_of=AS_OF).row(customer)
        assert profile.is_in(f"rfm:{row['group']}")
        for kind in ("value", "frequency", "recency"):
            tiers = ci.tiers(history, kind, as_of=AS_OF).customers
            assert profile.is_in(f"{kind}:{tiers.row(customer)['segment']}")
    assert not after.is_in("value:casual")
    assert after.is_in("big spenders")


def test_a_new_segment_with_a_percentile_waits_for_new_cuts(shop: Shop) -> None:
    """Cuts that were kept before it was thought of do not tell of it."""
    shop.refresh_cuts(AS_OF)
    shop.segments.put(Segment("Top", "percentile(order_count) > 0.5"))
    assert shop.profile("c1", as_of=AS_OF).unjudged == ("Top",)
    shop.refresh_cuts(AS_OF)
    assert "Top" in shop.profile("c1", as_of=AS_OF).segments


@pytest.mark.covers("A13", "M21", "M22")
def test_a_profile_has_the_orders_with_their_way(shop: Shop) -> None:
    """The latest first, or sorted by date, amount, id or state, up and down."""
    profile = shop.profile("c1", as_of=AS_OF)
    assert [(view.id, view.state, view.amount) for view in profile.orders] == [
        ("2", "partly_refunded", euro("712.00")),
        ("1", "paid", euro("90.00")),
    ]
    assert [view.id for view in profile.orders_by("amount")] == ["1", "2"]
    assert [view.id for view in profile.orders_by("-placed_at")] == ["2", "1"]
    with pytest.raises(UnknownName, match="sort of orders"):
        profile.orders_by("total")


@pytest.mark.covers("M23")
def test_a_profile_drafts_a_reorder(shop: Shop) -> None:
    """At today's prices, with what is there; a unique work that they have is not offered."""
    profile = shop.profile("c1", as_of=AS_OF)
    assert profile.reorder("1").total == euro("100.00")
    states = [line.availability for line in profile.reorder("2").lines]
    assert states == ["owned", "untold"]
    with pytest.raises(UnknownName, match="order of this customer"):
        profile.reorder("3")


@pytest.mark.covers("B01", "B02", "B16", "B17", "M33", "E07", "E11")
def test_a_profile_has_items_and_timeline(shop: Shop) -> None:
    """With the products, lots and sales that they name."""
    profile = shop.profile("c1", as_of=AS_OF)
    assert [(item.deed, item.id) for item in profile.items] == [
        ("returned", "card"),
        ("bought", "card"),
        ("bought", "lot-12"),
        ("wished", "print-a3"),
        ("won", "lot-12"),
        ("bought", "print-a3"),
    ]
    bid = profile.timeline.where(kinds="bid").entries[0]
    assert set(bid.references) == {"lot", "sale"}
    assert len(profile.items.where(department="prints")) == 2
    with pytest.raises(UnknownName, match="Did you mean 'Prints'"):
        profile.items.where(department="Pints")
    assert next(iter(profile.timeline.by("day"))) == "2024-03-20"


@pytest.mark.covers("B03", "B09", "B20", "B21", "B22", "B24", "B25")
def test_a_profile_has_interests(shop: Shop) -> None:
    """Departments by spend, keywords by what was done, and the list of the customer."""
    shop.interests.set("c1", "Gouache", "starred", at=NOON)
    shop.interests.set_department("c1", "Stationery", "starred", at=NOON)
    shop.refresh_cuts(AS_OF)
    profile = shop.profile("c1", as_of=AS_OF)
    assert [(one.name, one.spent) for one in profile.departments] == [
        ("Stationery", euro("8.00")),
        ("Originals", euro("700.00")),
        ("Prints", euro("90.00")),
    ]
    assert profile.departments[1].categories == (("Seascapes", euro("700.00")),)
    assert [word.word for word in profile.keywords[:2]] == ["Gouache", "sea"]
    assert {bubble.label for bubble in profile.bubbles} >= {"Gouache", "sea", "original"}
    assert [one.keyword for one in profile.interests] == ["department:Stationery", "Gouache"]


@pytest.mark.covers("A02", "B07", "B08")
def test_a_profile_tells_status_subscriptions_and_sources(shop: Shop) -> None:
    """VIP is a status beside the tag of that name; consents are subscriptions."""
    profile = shop.profile("c1", as_of=AS_OF)
    assert profile.status == ("vip",)
    assert profile.subscriptions["newsletter"] == {
        "email": True,
        "phone": False,
        "post": False,
        "sms": False,
    }
    assert profile.sources == ("etsy",)
    assert [note.text for note in profile.notes] == ["prefers oils"]


def test_somebody_without_orders_has_a_profile(shop: Shop) -> None:
    """A prospect is seen with what is known; a stranger is refused without naming contacts."""
    profile = shop.profile("c5", as_of=AS_OF)
    assert profile.metrics["order_count"] == 0
    assert profile.labels == ("lifecycle:prospect",)
    assert len(profile.timeline) == 1
    with pytest.raises(UnknownName, match=r"customer named 'xxx@xxxxxxx\.xxx'"):
        shop.profile("ada@example.com", as_of=AS_OF)


def test_a_profile_is_plain_json_and_shows_nobody(shop: Shop) -> None:
    """to_dict goes through JSON unchanged; repr and HTML bear no personal data."""
    shop.refresh_cuts(AS_OF)
    profile = shop.profile("c1", as_of=AS_OF)
    told = profile.to_dict()
    assert json.loads(json.dumps(told)) == told
    assert told["metrics"]["last_order_at"] == "2024-03-15T13:00:00+01:00"
    assert told["departments"][0]["spent"] == {"minor": 70000, "currency": "EUR"}
    shown = repr(profile) + profile._repr_html_() + repr(profile.timeline.entries)
    for secret in ("Ada", "ada@", "1 Quay", "oils", "34 56"):
        assert secret not in shown
    assert repr(profile).endswith(": 2 orders, 10 entries>")


def test_a_profile_is_as_somebody_may_see_it(shop: Shop) -> None:
    """Without pii contacts, notes and streets are shapes; without a permission nothing is read."""
    masked = shop.seen_by(Access({"customer_insights"}, who="Bo")).profile("c1", as_of=AS_OF)
    whole = json.dumps(masked.to_dict())
    for secret in ("Ada", "ada@", "1 Quay", "oils", "34 56"):
        assert secret not in whole
    assert masked.metrics == shop.profile("c1", as_of=AS_OF).metrics
    with pytest.raises(AccessRefused, match="customer_insights"):
        shop.seen_by(Access((), who="Bo")).profile("c1", as_of=AS_OF)
    with shop.begin(read_only=True) as work:
        assert work.annotations.records("access", "c1")[-1]["outcome"] == "refused"


def test_a_merged_customer_is_seen_as_one(shop: Shop) -> None:
    """Both ids show one person with all orders and notes."""
    with shop.begin() as work:
        work.people.merge("c2", "c1")
    for customer in ("c1", "c2"):
        profile = shop.profile(customer, as_of=AS_OF)
        assert str(profile.customer.id) == "c1"
        assert [view.id for view in profile.orders] == ["2", "3", "1"]
        assert profile.metrics["order_count"] == 3


def test_a_tie_in_time_is_sorted_by_id(empty: Shop) -> None:
    """Orders of one instant come by id, so that the profile never depends on the store."""
    with empty.begin() as work:
        for number in ("b", "a"):
            work.orders.add(Order(id=number, customer="c1", placed_at=NOON, total=euro("1.00")))
    assert [view.id for view in empty.profile("c1", as_of=AS_OF).orders] == ["b", "a"]


def test_a_customer_without_any_dated_fact_has_a_profile(empty: Shop) -> None:
    """Who was only put, without an instant, has metrics of nobody's orders."""
    with empty.begin() as work:
        work.people.put(Customer("c1", name="Ada"))
        work.orders.add(Order(id="1", customer="c2", placed_at=NOON, total=euro("1.00")))
    assert empty.profile("c1", as_of=datetime(2024, 1, 1, tzinfo=UTC)).metrics["order_count"] == 0


def test_money_given_back_for_no_order_is_seen(shop: Shop) -> None:
    """A refund that rests by itself lowers what was spent, and stands in the timeline."""
    before = shop.profile("c1", as_of=AS_OF).metrics["total_spent"]
    row = {
        **dict.fromkeys(REFUND_COLUMNS),
        "source": "etsy",
        "id": "r1",
        "customer": "c1",
        "currency": "EUR",
        "amount": 300,
        "refunded_at": microseconds_of(NOON + 20 * DAY),
    }
    with shop.begin() as work:
        work.orders.write(batch_of_rows([], [row]))
    profile = shop.profile("c1", as_of=AS_OF)
    assert profile.metrics["total_spent"] == before - 3
    [entry] = profile.timeline.where(kinds="refund_given")
    assert (entry.at, entry.family) == (NOON + 20 * DAY, "ordering")
    assert json.dumps(profile.to_dict())
    with shop.begin() as work:
        of_order = {**row, "id": "r2", "amount": 9000, "names": "1"}
        work.orders.write(batch_of_rows([], [of_order]))
    profile = shop.profile("c1", as_of=AS_OF)
    assert profile.orders_by("id")[0].state == "refunded"
    assert len(profile.timeline.where(kinds="refund_given")) == 1
    assert len(shop.profile("c1", as_of=NOON + 20 * DAY).timeline.where(kinds="refund_given")) == 0


def test_an_order_is_meant_by_its_system_too(shop: Shop) -> None:
    """Where two systems have given one id, whoever drafts a reorder says which one is meant."""
    with shop.begin() as work:
        line = OrderLine("card", 1, euro("4.00"))
        work.orders.add(Order(id="1", source="web", customer="c1", placed_at=NOON, lines=[line]))
    profile = shop.profile("c1", as_of=AS_OF)
    assert [line.id for line in profile.reorder("1", "web").lines] == ["card"]
    assert [line.id for line in profile.reorder(1, "etsy").lines] == ["print-a3"]
    with pytest.raises(InvalidValue, match="allowed is 'etsy' or 'web'"):
        profile.reorder("1")


def test_who_paid_in_another_currency_is_seen(shop: Shop) -> None:
    """With the orders, and without numbers in the shop's currency."""
    with shop.begin() as work:
        dollars = Money("5.00", "USD")
        work.orders.add(Order(id="8", customer="c8", placed_at=NOON, total=dollars))
    profile = shop.profile("c8", as_of=AS_OF)
    assert [view.amount for view in profile.orders] == [dollars]
    assert set(profile.metrics.values()) == {None}
    assert profile.labels == ()


def test_a_department_is_found_in_any_case(shop: Shop) -> None:
    """What is no text is refused."""
    found = shop.profile("c1", as_of=AS_OF, department=" prints").metrics
    assert found == shop.profile("c1", as_of=AS_OF, department="Prints").metrics
    with pytest.raises(InvalidValue, match="The department is no text"):
        shop.profile("c1", as_of=AS_OF, department=7)  # type: ignore[arg-type]


def test_hostile_words_stay_words(empty: Shop) -> None:
    """They name customers, tags, segments, products, and are neither run nor lost."""
    evil = '<script>alert("x")</script>'
    empty.add_customer(Customer("c1", name=evil, tags=[evil]), at=NOON, by=evil)
    empty.segments.put(Segment(evil, "order_count > 0"))
    empty.notes.add("c1", evil, at=NOON, by=evil)
    with empty.begin() as work:
        work.orders.put_products([Product("p", title=evil, department=evil, keywords=[evil])])
        lines = [OrderLine("p", 1, euro("5.00"))]
        work.orders.add(Order(id=evil, customer="c1", placed_at=NOON, lines=lines))
    profile = empty.profile("c1", as_of=AS_OF, department=evil)
    assert profile.segments == (evil,)
    assert profile.keywords[0].word == evil
    assert profile.metrics["order_count"] == 1
    assert evil not in repr(profile) + profile._repr_html_()
    assert empty.customers(segment=evil, tags_any=evil).ids == ("c1",)


def test_a_profile_is_the_same_in_every_store(tmp_path: Path) -> None:
    """What is told of somebody does not hang on where it rests."""
    shops = [
        filled(open_shop(make(tmp_path), currency="EUR", timezone="Europe/Paris"))
        for make in STORES
    ]
    for shop in shops:
        shop.refresh_cuts(AS_OF)
    for customer in ("c1", "c2", "c3", "c5"):
        told = [shop.profile(customer, as_of=AS_OF).to_dict() for shop in shops]
        assert all(one == told[0] for one in told)
    for shop in shops:
        shop.close()


def test_what_was_read_of_somebody_is_kept_until_the_shop_changes(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same again is not read again, by whoever asks; a change of anybody's is seen at once."""
    reads, read = [], Once.read

    def counted(*told: Any) -> Once:
        reads.append(told)
        return read(*told)

    monkeypatch.setattr(Once, "read", counted)
    first = shop.profile("c1", as_of=AS_OF)
    clerk = shop.seen_by(Access({"customer_insights"}, who="Kim"))
    assert clerk.profile("c1", as_of=AS_OF).customer.email == "xxx@xxxxxxx.xxx"
    assert shop.profile("c1", as_of=AS_OF).to_dict() == first.to_dict()
    assert len(reads) == 1
    shop.notes.add("c1", "new", at=NOON, by="Bo")
    shop.set_status("c1", "vip", on=False, at=NOON, by="Bo")
    second = shop.profile("c1", as_of=AS_OF)
    assert (len(second.notes), second.status) == (len(first.notes) + 1, ())
    for number in range(remembering.MOST_SEEN + 3):
        with shop.begin() as work:
            work.people.put(Customer(f"p{number}"))
    for number in range(remembering.MOST_SEEN + 3):
        shop.profile(f"p{number}", as_of=AS_OF)
    assert len(shop._kept._seen) == remembering.MOST_SEEN
    shop.personal_data.erase("p9", at=NOON, by="Bo", key="k" * 32)
    shop.profile("c1", as_of=AS_OF)
    assert "c1" in shop._kept._seen
    assert "p9" not in shop._kept._seen
