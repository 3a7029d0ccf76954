"""What files tell comes into a store once, however often they are imported."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

import custinsights as ci
from custinsights import privacy
from custinsights.analyses.builtin.forecasts import PREDICTED
from custinsights.domain import Customer, Identity, Money, Product, Tag, TagBook
from custinsights.errors import InvalidValue, MissingColumn, UnknownName
from custinsights.repositories.memory import MemoryStore
from custinsights.repositories.protocols import Store
from custinsights.repositories.sql import open_store
from custinsights.shop import importing
from custinsights.shop.importing import (
    import_activities,
    import_customers,
    import_orders,
    import_products,
)
from custinsights.sources import read_activities, read_customers, read_store
from tests.shop.answers import answers

DATA = Path(__file__).parents[1] / "data"
FORMATS = DATA / "formats"
NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)

ONLINE_RETAIL = {
    "columns": {
        "order_id": "InvoiceNo",
        "customer": "CustomerID",
        "placed_at": "InvoiceDate",
        "product": "StockCode",
        "product_name": "Description",
        "quantity": "Quantity",
        "unit_price": "UnitPrice",
        "country": "Country",
    },
    "currency": "GBP",
    "timezone": "Europe/London",
    "refunds": "invoice_prefix:C",
    "errors": "report",
}

EXPORTS: Mapping[str, tuple[tuple[Path, ...], dict[str, Any]]] = {
    "shopify": (
        (DATA / "sources/shopify_orders_export.csv",),
        {"currency": "USD", "timezone": "America/New_York"},
    ),
    "online retail": ((DATA / "sources/online_retail_lines.csv.gz",), ONLINE_RETAIL),
    "etsy orders": ((FORMATS / "etsy_sold_orders.csv",), {}),
    "etsy items": ((FORMATS / "etsy_sold_order_items.csv",), {}),
    "etsy en-GB": ((FORMATS / "etsy_sold_orders_en_gb_variant.csv",), {}),
    "gumroad": ((FORMATS / "gumroad_sales.csv",), {"timezone": "Europe/Paris"}),
    "square": (
        (FORMATS / "square_items_detail.csv",),
        {"currency": "USD", "timezone": "America/New_York"},
    ),
    "squarespace": ((FORMATS / "squarespace_orders.csv",), {"timezone": "UTC"}),
    "stripe": ((FORMATS / "stripe_payments.csv",), {"currency": "USD", "timezone": "UTC"}),
    "woocommerce advanced": (
        (FORMATS / "woocommerce_advanced_order_export.csv",),
        {"currency": "GBP", "timezone": "Europe/London"},
    ),
    "woocommerce analytics": (
        (FORMATS / "woocommerce_analytics_orders.csv",),
        {"currency": "GBP", "timezone": "Europe/London"},
    ),
    "webtoffee": (
        (FORMATS / "woocommerce_webtoffee_orders.csv",),
        {"timezone": "Europe/London"},
    ),
    "webtoffee items": (
        (FORMATS / "woocommerce_webtoffee_items.csv",),
        {"timezone": "Europe/London"},
    ),
}


def csv(text: str) -> io.BytesIO:
    """Return rows as a file."""
    return io.BytesIO(text.encode())


def changes(store: Store) -> int:
    """Return the number of the last change in a store."""
    with store.begin(read_only=True) as work:
        return work.last_change()


def customers_of(store: MemoryStore) -> dict[str, Customer]:
    """Return everybody in a store."""
    with store.begin(read_only=True) as work:
        return {str(one.id): one for one in work.people.listed()}


@pytest.mark.parametrize("export", EXPORTS)
def test_the_store_tells_what_the_files_tell(export: str) -> None:
    """Every number from a store is that from the files; the same files again change nothing."""
    files, options = EXPORTS[export]
    store = MemoryStore()
    first = import_orders(store, files, at=NOON, **options)
    after = changes(store)
    again = import_orders(store, files, at=NOON, **options)
    assert first.added > 0
    assert (again.changes_nothing, again.same) == (True, first.added)
    assert changes(store) == after
    history = read_store(store)
    assert answers(history) == answers(ci.read_orders(files, **options))


def test_the_gallery_comes_back_from_a_store() -> None:
    """Objects, tables and activities together tell what the gallery tells, every trait of it."""
    shop = ci.datasets.gallery_objects()
    store = MemoryStore()
    zone = "America/New_York"
    did = read_activities(shop.activities, timezone=zone)
    with store.begin(at=NOON) as work:
        work.orders.add(*shop.orders)
    imports = [
        partial(import_customers, store, shop.customers),
        partial(import_products, store, shop.products),
        partial(import_activities, store, did),
    ]
    assert [one().added for one in imports] == [134 - 118, 96, 2131]
    assert all(one().changes_nothing for one in imports)
    history = read_store(store, timezone=zone)
    expected = ci.read_objects(
        shop.orders, customers=shop.customers, products=shop.products, timezone=zone
    ).with_activities(did)
    assert answers(history) == answers(expected)
    for trait in sorted(ci.DEFAULT.traits.keys() - {*PREDICTED}):
        told = ci.traits(history, [trait]).to_dicts()
        assert told == ci.traits(expected, [trait]).to_dicts(), trait


def test_one_customer_is_read_alone() -> None:
    """The history of one customer is that part of the history of all."""
    store = MemoryStore()
    files, options = EXPORTS["online retail"]
    import_orders(store, files, **options)
    whole = read_store(store)
    for customer in whole.customer_ids.tolist():
        alone = read_store(store, customers=[customer])
        part = whole.history_of(customer)
        assert alone.customer_ids.tolist() == [customer]
        assert ci.traits(alone).to_dicts() == ci.traits(part).to_dicts()


HALVES = """\
order_id,customer,email,placed_at,amount,currency
1,7,ada@example.com,2024-01-05,10.00,EUR
2,8,bo@example.com,2024-01-06,20.00,EUR
3,7,ada@example.com,2024-01-07,30.00,EUR
"""


def test_overlapping_exports_come_together() -> None:
    """Exports that overlap come to what one export of all comes to, in either order."""
    head, *rows = HALVES.splitlines(keepends=True)
    parts = ["".join([head, *rows[:2]]), "".join([head, *rows[1:]])]
    whole, forth, back = MemoryStore(), MemoryStore(), MemoryStore()
    import_orders(whole, csv(HALVES))
    for part in parts:
        import_orders(forth, csv(part))
    assert import_orders(back, csv(parts[1])).added == 2
    report = import_orders(back, csv(parts[0]))
    assert (report.added, report.same) == (1, 1)
    told = [answers(read_store(store)) for store in (whole, forth, back)]
    assert told[0] == told[1] == told[2]


SEEN = "order_id,customer,placed_at,amount,order_status\n"
SEEN_OPTIONS: dict[str, Any] = {"currency": "EUR", "timezone": "Europe/Paris", "at": NOON}
MARCH = f"{SEEN}1,A,2024-03-01,50,paid\n2,B,2024-03-02,120,paid\n"
APRIL = f"{SEEN}1,A,2024-03-01,50,cancelled\n2,B,2024-03-02,120,paid\n4,A,2024-04-02,50,paid\n"
MAY = f"{SEEN}2,B,2024-03-02,110,paid\n3,B,2024-03-02,7,paid\n5,C,2024-05-01,1,paid\n"
"""Three exports of one shop, watched for longer and longer, of different orders."""


@pytest.mark.parametrize("turn", [*permutations((MARCH, APRIL, MAY))], ids=map(str, range(6)))
def test_exports_come_in_any_order(turn: tuple[str, ...], tmp_path: Path) -> None:
    """A store is what `combine` makes of the exports: what was watched until last is believed."""
    read = [ci.read_orders(csv(one), currency="EUR", timezone="Europe/Paris") for one in turn]
    wanted = answers(ci.combine(read))
    for store in (MemoryStore(), open_store(tmp_path / "shop.db")):
        for one in turn:
            import_orders(store, csv(one), **SEEN_OPTIONS)
        assert answers(read_store(store)) == wanted
        with store.begin(read_only=True) as work:
            assert [order.amount.amount for order in work.orders.of("B")] == [110, 7]
        store.close()


@pytest.mark.parametrize("opened", [MemoryStore, None], ids=["memory", "sqlite"])
def test_what_an_older_export_tells_is_counted(opened: Any, tmp_path: Path) -> None:
    """Orders that a newer one told otherwise stay; unknown ones are added, equal ones the same."""
    store = opened() if opened else open_store(tmp_path / "shop.db")
    import_orders(store, csv(APRIL), **SEEN_OPTIONS)
    older = f"{MARCH}6,C,2024-03-03,1,paid\n"
    before = changes(store)
    report = import_orders(store, csv(older), **SEEN_OPTIONS)
    assert (report.added, report.changed, report.same, report.older) == (1, 0, 1, 1)
    assert "1 kept as a newer file told" in str(report)
    assert changes(store) == before + 3  # the order, who ordered it, and from when all is known
    told = {"observed_until": "2024-06-01", **SEEN_OPTIONS}
    assert import_orders(store, csv(older), **told).changed == 1
    store.close()


@pytest.mark.parametrize("opened", [MemoryStore, None], ids=["memory", "sqlite"])
def test_an_equal_order_was_watched_for_longer(opened: Any, tmp_path: Path) -> None:
    """Of three exports the one between does not count, though the last said what the first did."""
    store = opened() if opened else open_store(tmp_path / "shop.db")
    for until in ("2024-03-10", "2024-05-10", "2024-04-10"):
        amount = "60" if until == "2024-04-10" else "50"
        row = f"{FAIR}1,A,2024-03-01,{amount}\n"
        import_orders(store, csv(row), **FAIR_OPTIONS, observed_until=until)
    with store.begin(read_only=True) as work:
        assert [order.amount.amount for order in work.orders.of("A")] == [50]
    store.close()


@pytest.mark.parametrize("export", ["shopify", "etsy orders", "gumroad", "stripe"])
def test_undated_refunds_are_told_of_a_store_too(export: str) -> None:
    """The caveat that refunds have no day of their own is that of the files."""
    files, options = EXPORTS[export]
    store = MemoryStore()
    import_orders(store, files, **options)
    told = dict(read_store(store).load_report.notes)
    wanted = dict(ci.read_orders(files, **options).load_report.notes)
    assert told["undated_refunds"] == wanted["undated_refunds"] > 0


def test_files_are_watched_by_the_days_of_the_shop() -> None:
    """A file that is read in another zone than the shop's changes nothing of what was watched."""
    files, options = EXPORTS["shopify"]
    store = MemoryStore()
    import_orders(store, files, **options)
    before, number = read_store(store), changes(store)
    again = import_orders(store, files, **{**options, "timezone": "Asia/Tokyo"})
    assert (again.changes_nothing, changes(store)) == (True, number)
    after = read_store(store)
    assert (after.observed_from, after.observed_until) == (
        before.observed_from,
        before.observed_until,
    )


def test_a_wrong_zone_is_put_right_by_another_import() -> None:
    """Of one file that was read in two zones the later import is believed."""
    store = MemoryStore()
    text = f"{FAIR}1,A,2024-03-01T11:00,50\n"
    shop: dict[str, Any] = {"currency": "EUR", "timezone": "Europe/Paris"}
    import_orders(store, csv(text), **shop)
    for zone in ("America/New_York", "Europe/Paris"):
        assert import_orders(store, csv(text), **{**shop, "timezone": zone}).changed == 1


def test_each_order_knows_its_own_file(tmp_path: Path) -> None:
    """Of files that are imported together each was watched until its own end."""
    store = MemoryStore()
    files = [tmp_path / name for name in ("march.csv", "may.csv")]
    for path, text in zip(files, (MARCH, MAY), strict=True):
        path.write_text(text)
    import_orders(store, files[::-1], **SEEN_OPTIONS)
    report = import_orders(store, csv(APRIL), **SEEN_OPTIONS)
    assert (report.added, report.changed, report.older) == (1, 1, 1)


def test_files_of_several_systems_are_imported_in_one_call() -> None:
    """Each system is read by itself, whatever the order of the files; the reports add up."""
    files = [
        FORMATS / "etsy_sold_order_items.csv",
        FORMATS / "gumroad_sales.csv",
        FORMATS / "etsy_sold_orders.csv",
    ]
    put = partial(import_orders, timezone="Europe/Paris", currency="USD")
    together, apart = MemoryStore(), MemoryStore()
    report = put(together, files)
    by_system = [put(apart, part) for part in ([files[0], files[2]], [files[1]])]
    assert report.added == sum(one.added for one in by_system) > 2
    assert report.load_report == by_system[0].load_report + by_system[1].load_report
    assert answers(read_store(together)) == answers(read_store(apart))
    assert put(together, files[::-1]).changes_nothing


def test_an_order_that_was_edited_is_changed() -> None:
    """An order that its source tells otherwise is changed, and the feed tells what it was."""
    store = MemoryStore()
    import_orders(store, csv(HALVES))
    before = changes(store)
    report = import_orders(store, csv(HALVES.replace("20.00", "25.00")))
    assert (report.added, report.changed, report.same) == (0, 1, 2)
    with store.begin(read_only=True) as work:
        [change] = [one for one in work.changes(before) if one.repository == "orders"]
        assert (change.key, change.what) == (("", "2"), "changed")
        assert change.before == {"amount": 2000}
        order = work.orders.get("2")
    assert order is not None
    assert order.amount == Money("25.00", "EUR")


FAIR = "order_id,customer,placed_at,amount\n"
FAIR_OPTIONS: dict[str, Any] = {"currency": "USD", "timezone": "America/New_York", "at": NOON}


@pytest.mark.parametrize("source", ["", "fair"])
def test_two_systems_with_the_same_ids_are_not_taken_for_one(source: str) -> None:
    """An order does not take the place of another person's of another day."""
    store = MemoryStore()
    told = {**FAIR_OPTIONS, "source": source}
    import_orders(store, csv(FAIR + "1,A,2024-01-05,10\n2,A,2024-01-06,5\n"), **told)
    autumn = FAIR + "1,Q,2024-05-05,99\n2,A,2024-01-09,6\n"
    with pytest.raises(InvalidValue, match=r"1 of .* such as '1'.*source='spring fair'"):
        import_orders(store, csv(autumn), **told)
    assert ci.measure(read_store(store), ["orders", "revenue"]).to_dicts() == [
        {"orders": 2, "revenue": 15}
    ]
    report = import_orders(store, csv(autumn), **{**told, "source": "autumn fair"})
    assert (report.added, report.changed) == (2, 0)


@pytest.mark.parametrize("is_older", [False, True])
def test_the_orders_of_others_can_be_left_out(is_older: bool) -> None:
    """Where bad rows are reported, orders with the ids of others are left out, and counted."""
    store = MemoryStore()
    fairs = [FAIR + "1,A,2024-01-05,10\n", FAIR + "1,Q,2024-01-06,99\n2,Q,2024-01-06,6\n"]
    first, second = fairs[::-1] if is_older else fairs
    import_orders(store, csv(first), **FAIR_OPTIONS)
    if is_older:
        with pytest.raises(InvalidValue, match="errors='report' leaves such orders out"):
            import_orders(store, csv(second), **FAIR_OPTIONS)
    report = import_orders(store, csv(second), **FAIR_OPTIONS, errors="report")
    assert (report.added, report.changed, report.refused) == (0 if is_older else 1, 0, 1)
    assert "1 left out with the id of another order" in str(report)
    assert report.record()["refused"] == 1
    whose = {"Q": 2} if is_older else {"A": 1, "Q": 1}
    with store.begin(read_only=True) as work:
        assert {name: len(work.orders.of(name)) for name in whose} == whose


def test_an_option_that_there_is_not_is_told() -> None:
    """With the one that is meant."""
    with pytest.raises(UnknownName, match=r"option of an import named 'curency'.*'currency'"):
        import_orders(MemoryStore(), csv(FAIR), curency="EUR")


def test_an_order_may_change_its_day_or_its_customer() -> None:
    """Another zone, another day, another person: each alone is an edit, also of who was merged."""
    store = MemoryStore()
    import_orders(store, csv(FAIR + "1,A,2024-01-05,10\n2,B,2024-01-06,5\n"), **FAIR_OPTIONS)
    for row in ("1,A,2024-03-05,10", "1,B,2024-03-05,10", "1,B,2024-03-06,10"):
        assert import_orders(store, csv(f"{FAIR}{row}\n"), **FAIR_OPTIONS).changed == 1
    with store.begin(at=NOON) as work:
        work.people.merge("B", "A")
    assert import_orders(store, csv(FAIR + "1,A,2024-05-06,10\n"), **FAIR_OPTIONS).changed == 1


def test_people_are_found_again() -> None:
    """Somebody is found by the id in the source, else by e-mail address, in whatever source."""
    store = MemoryStore()
    import_orders(store, csv(HALVES), source="magento")
    fair = "order_id,email,placed_at,amount,currency\n1,ADA@example.com,2024-02-01,5.00,EUR\n"
    report = import_orders(store, csv(fair), source="fair")
    assert (report.added, report.new_customers) == (1, 0)
    history = read_store(store)
    assert history.customer_ids.tolist() == ["7", "8"]
    assert len(history.history_of("7")) == 3


def test_two_ids_of_one_source_stay_two_people() -> None:
    """Who has another id in the same source is somebody else, whatever the e-mail address."""
    store = MemoryStore()
    import_orders(store, csv(HALVES), source="magento")
    other = HALVES.splitlines(keepends=True)[0] + "4,9,ada@example.com,2024-02-01,5.00,EUR\n"
    assert import_orders(store, csv(other), source="magento").new_customers == 1
    assert read_store(store).customer_ids.tolist() == ["7", "8", "9"]


def test_ids_that_are_taken_bear_their_source() -> None:
    """The id of a source is kept where it is free, else bears its source; a contact is no id."""
    store = MemoryStore()
    import_orders(store, csv(HALVES.replace("example.com", "example.org")))
    fair = HALVES.replace(",7,", ",12,")
    import_orders(store, csv(fair), source="fair")
    mails = "order_id,email,placed_at,amount,currency\n1,cy@example.com,2024-02-01,5.00,EUR\n"
    import_orders(store, csv(mails), source="mails")
    assert read_store(store).customer_ids.tolist() == ["12", "7", "8", "c1", "fair:8"]


def test_numbers_of_the_shop_pass_over_what_is_taken() -> None:
    """An id that the shop gives is nobody's, also where somebody is called so already."""
    store = MemoryStore()
    with store.begin() as work:
        work.people.put(Customer("c1", name="Anna"))
    mails = "order_id,email,placed_at,amount,currency\n1,cy@example.com,2024-02-01,5.00,EUR\n"
    import_orders(store, csv(mails))
    import_orders(store, csv(mails.replace("1,cy", "2,di")))
    assert sorted(customers_of(store)) == ["c1", "c2", "c3"]


def test_names_and_addresses_come_with_the_orders() -> None:
    """Who ordered and where it went is read where orders are imported, and nowhere else."""
    files, options = EXPORTS["shopify"]
    store = MemoryStore()
    import_orders(store, files, **options)
    with store.begin(read_only=True) as work:
        order = work.orders.get("#1009", "shopify")
    assert order is not None
    assert order.shipping_address is not None
    assert order.shipping_address.street == "1 Example St"
    assert order.shipping_address.postal_code == "90210"
    assert order.fulfilment.status == "fulfilled"
    told = customers_of(store)
    assert all(one.name for one in told.values())
    assert {one.email for one in told.values()} > {None}
    history = ci.read_orders(files, **options)
    assert not {"name", "street", "postal_code"} & history.labels.keys()


def test_blank_contacts_are_filled() -> None:
    """Orders complete what is known of a customer; see test_contacts of what they change."""
    store = MemoryStore()
    head = "order_id,customer,email,name,placed_at,amount,currency\n"
    import_orders(store, csv(head + "1,7,,Ada,2024-01-05,10.00,EUR\n"))
    report = import_orders(store, csv(head + "2,7,ada@example.com,,2024-01-06,10.00,EUR\n"))
    assert (report.customers_changed, report.changes_nothing) == (1, False)
    one = customers_of(store)["7"]
    assert (one.name, one.email) == ("Ada", "ada@example.com")


def test_orders_without_ids_are_refused() -> None:
    """What cannot be known again is not imported."""
    rows = csv("customer,placed_at,amount\n7,2024-01-05,10.00\n")
    with pytest.raises(MissingColumn, match="the order's id, by which it is known again"):
        import_orders(MemoryStore(), rows, currency="EUR")


def test_tables_beside_the_orders_are_imported_by_themselves() -> None:
    """Customers and products are no options of an import of orders."""
    with pytest.raises(InvalidValue, match="import_customers, by itself"):
        import_orders(MemoryStore(), csv(HALVES), customers=[Customer("7")])


REFUNDS = """\
order_id,customer,placed_at,product,quantity,unit_price
1,7,2024-01-05,mug,2,10.00
"""
BACK = "1,7,2024-01-09,mug,-1,10.00\n"


def told_refund(row: Mapping[str, str]) -> bool:
    """Tell whether a row is a refund."""
    return row["quantity"].startswith("-")


def test_a_refund_finds_its_order_of_an_earlier_file() -> None:
    """A refund in a later file is its order's, and is there once, whatever is imported again."""
    head = REFUNDS.splitlines(keepends=True)[0]
    options: dict[str, Any] = {"currency": "EUR", "refunds": told_refund}
    store = MemoryStore()
    parts = [REFUNDS, head + BACK + BACK, REFUNDS + BACK + BACK, REFUNDS]
    added = [import_orders(store, csv(part), **options).added for part in parts]
    assert added == [1, 2, 0, 0]
    history = read_store(store)
    assert history.refunds.amount.tolist() == [1000, 1000]
    assert history.refunds.order.tolist() == [0, 0]
    assert answers(history) == answers(ci.read_orders(csv(parts[2]), **options))


def test_the_erased_do_not_come_back() -> None:
    """Orders of somebody erased stay with the nameless customer, without name and address."""
    store, key = MemoryStore(), privacy.generate_key()
    rows = HALVES.replace("currency\n", "currency,name,street\n").replace("EUR\n", "EUR,Ada,Quai\n")
    import_orders(store, csv(rows), source="magento")
    with store.begin(at=NOON) as work:
        name = privacy.erase(work, "7", at=NOON, by="Bea", key=key).name
    total = answers(read_store(store))["totals"]
    more = rows + "4,,ADA@example.com,2024-01-08,1.00,EUR,Ada,Quai\n"
    with pytest.raises(InvalidValue, match="nothing tells who must not come back"):
        import_orders(store, csv(more), source="magento")
    with store.begin(read_only=True) as work:
        erased = privacy.suppressed(work, key=key).erased
    report = import_orders(store, csv(more), source="magento", erased=erased)
    assert (report.added, report.changed, report.new_customers) == (1, 0, 0)
    account = [Customer("7", email="ada@example.com", name="Ada")]
    assert import_customers(store, account, source="magento", erased=erased).changes_nothing
    letter = csv("email,at\nada@example.com,2024-01-10\n")
    signed = read_activities(letter, kind="subscribed", timezone="UTC")
    assert import_activities(store, signed, erased=erased).changes_nothing
    told = customers_of(store)
    assert sorted(told) == ["8", name]
    assert (told[name].name, told[name].email) == (None, None)
    with store.begin(read_only=True) as work:
        assert work.people.find(Identity("email", "ada@example.com")) is None
        assert [order.shipping_address for order in work.orders.of(name)] == [None] * 3
        assert not work.activities.of(name)
    assert total[0]["revenue"] + 1 == answers(read_store(store))["totals"][0]["revenue"]


def test_accounts_and_sign_ups_make_customers() -> None:
    """An account, a sign-up and a customer written by hand are customers without an order."""
    store = MemoryStore()
    import_orders(store, csv(HALVES))
    accounts = csv("id,email,created_at,tags\n9,cy@example.com,2023-05-01,VIP\n,bo@example.com,,\n")
    report = import_customers(store, read_customers(accounts, timezone="UTC"))
    assert (report.added, report.same) == (1, 1)
    letters = csv("email,at\ndi@example.com,2024-01-10\nada@example.com,2024-01-10\n")
    signed = read_activities(letters, kind="subscribed", timezone="UTC")
    assert import_activities(store, signed, source="letter").new_customers == 1
    with store.begin() as work:
        work.people.put(Customer("by-hand", name="Eve"))
    history = read_store(store)
    assert history.customer_ids.tolist() == ["7", "8", "9", "by-hand", "c1"]
    assert len(history) == 3
    assert history.tag_book().customers(any="vip", at=NOON) == ("9",)
    assert customers_of(store)["c1"].email == "di@example.com"


def test_a_tag_that_was_taken_does_not_come_back() -> None:
    """A tag of a table is given once: one that was taken away stays away."""
    store = MemoryStore()
    table = [Customer("7", tags=[Tag("VIP")])]
    import_customers(store, table)
    with store.begin() as work:
        book = TagBook(work.annotations.tag_changes())
        after = book.remove("vip", "7", at=NOON, by="Ada", why="asked for it")
        work.annotations.tag(*after.log[len(book.log) :])
    import_customers(store, table)
    with store.begin(read_only=True) as work:
        assert not TagBook(work.annotations.tag_changes()).customers(any="vip", at=NOON)


def test_products_of_a_table_come_before_those_of_lines() -> None:
    """What a table tells of a product stands, and lines tell what it leaves open."""
    store = MemoryStore()
    import_products(store, [Product("mug", category="Cups", price=Money(9, "EUR"))])
    rows = "order_id,customer,placed_at,product,product_name,category,quantity,unit_price\n"
    import_orders(store, csv(rows + "1,7,2024-01-05,mug,Big mug,Other,1,9.00\n"), currency="EUR")
    with store.begin(read_only=True) as work:
        [batch] = work.orders.products()
    assert batch.products["title"].tolist() == ["Big mug"]
    assert batch.products["category"].tolist() == ["Cups"]


class StoppedError(Exception):
    """An import that was stopped on its way."""


def test_a_stopped_import_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was kept before an import was stopped is not written again, and all is there."""
    monkeypatch.setattr(importing, "ROWS", 10)
    files, options = EXPORTS["online retail"]
    store, whole = MemoryStore(), MemoryStore()

    def stop(done: int, _total: int) -> None:
        if done >= 30:
            raise StoppedError

    with pytest.raises(StoppedError):
        import_orders(store, files, written=stop, **options)
    report = import_orders(store, files, **options)
    expected = import_orders(whole, files, **options)
    assert report.done_before == 30
    assert report.added == expected.added - 30
    assert answers(read_store(store)) == answers(read_store(whole))
    assert import_orders(store, files, **options).done_before == 0


def test_other_options_begin_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where an import was is known of the same files read in the same way only."""
    monkeypatch.setattr(importing, "ROWS", 10)
    files, options = EXPORTS["online retail"]
    store = MemoryStore()

    def stop(_done: int, _total: int) -> None:
        raise StoppedError

    with pytest.raises(StoppedError):
        import_orders(store, files, written=stop, **options)
    report = import_orders(store, files, **{**options, "identity": ["customer_id"]})
    assert report.done_before == 0


def test_the_log_keeps_what_was_read() -> None:
    """Every import is in the log with its numbers and its load report, without anybody's name."""
    store = MemoryStore()
    import_orders(store, csv(HALVES), at=NOON)
    with store.begin(read_only=True) as work:
        [entry] = work.annotations.records("import")
    assert (entry["what"], entry["added"], entry["new_customers"]) == ("orders", 3, 2)
    assert entry["load_report"].startswith("3 rows read")
    assert "example.com" not in str(entry)


def test_the_shop_keeps_what_is_told_first() -> None:
    """Currency and zone of the first import are the shop's; orders in others come in too."""
    store = MemoryStore()
    import_orders(store, csv(HALVES), timezone="Europe/Paris")
    dollars = HALVES.replace("EUR", "USD").replace("\n1,", "\n11,").replace("\n2,", "\n12,")
    import_orders(store, csv(dollars.replace("\n3,", "\n13,")))
    history = read_store(store)
    assert (history.currency, history.calendar.timezone, len(history)) == ("EUR", "Europe/Paris", 3)
    assert str(history.load_report.left_out_by("currency")).startswith("in another currency: 3")
    assert len(read_store(store, currency="USD")) == 3
