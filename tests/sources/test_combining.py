"""Several histories become one: each order once, each person once, each row accounted for."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import custinsights as ci
from custinsights.domain import Calendar, Customer, PurchasePolicy
from custinsights.errors import Incompatible, InvalidValue, MissingData, SeveralCurrencies
from custinsights.history.columnar.columns import Labels, OrderColumns, People, Products
from custinsights.history.orders import OrderHistory
from custinsights.sources import combine
from tests.history.plainly import columns
from tests.sources import exports
from tests.sources.reading import left_out, owners, read

FEW = settings(max_examples=60, deadline=None)
FIELDS = ("source", "order_id", "customer", "email", "phone", "placed_at", "amount", "refunded")
Row = dict[str, str]


def history(*rows: Row, **options: Any) -> OrderHistory:
    """Read a file of rows of the fields above, in euros and Paris unless told otherwise."""
    lines = [",".join(row.get(field, "") for field in FIELDS) for row in rows]
    given: dict[str, Any] = {"currency": "EUR", "timezone": "Europe/Paris", **options}
    return read(",".join(FIELDS), *lines, **given)


def row(order: object, day: str = "2024-01-05", amount: str = "10.00", **more: str) -> Row:
    """Return a row of an order."""
    return {"order_id": str(order), "placed_at": day, "amount": amount, **more}


def shown(history: OrderHistory) -> tuple[Any, ...]:
    """Return all that a history holds, whatever the order of what went in."""
    contacts = {
        kind: sorted(
            zip(
                history.customer_ids.take(held.customer).tolist(),
                held.value.texts().tolist(),
                strict=True,
            )
        )
        for kind, held in history.people_table.contacts.items()
    }
    return columns(history), contacts, history.load_report, history.context


# Orders

JANUARY = history(
    row(1, "2024-01-05", email="ada@x", source="shop"),
    row(2, "2024-01-06", "5.00", email="bo@x", source="shop"),
)
FEBRUARY = history(
    row(2, "2024-01-06", "5.00", email="bo@x", source="shop"),
    row(3, "2024-02-01", "7.00", email="ada@x", source="shop", refunded="2.00"),
)


def test_an_order_of_two_histories_of_one_source_counts_once() -> None:
    """What both hold counts once, and the report says how many rows and how much money that is."""
    whole = combine([JANUARY, FEBRUARY])
    assert owners(whole) == {1: "ada@x", 2: "bo@x", 3: "ada@x"}
    assert left_out(whole) == [("duplicate", "", 1)]
    assert whole.load_report.left_out_by("duplicate").money == (("EUR", 500),)
    assert (whole.load_report.rows_read, whole.load_report.rows_used) == (4, 3)
    assert whole.load_report.balances
    assert whole.refunds.amount.tolist() == [200]
    assert shown(combine([FEBRUARY, JANUARY])) == shown(whole)


def test_ids_of_two_sources_are_two_orders() -> None:
    """Order 1 of the shop and order 1 of the fair are two, of one person by her e-mail address."""
    fair = history(row(1, amount="3.00", email="ADA@x", source="fair"))
    whole = combine([JANUARY, fair])
    assert len(whole) == 3
    assert whole.customer_ids.tolist() == ["ada@x", "bo@x"]
    assert sorted(whole.amount[whole.customer == 0].tolist()) == [300, 1000]
    assert left_out(whole) == []


def test_the_history_that_was_observed_until_last_tells_of_an_order() -> None:
    """Whatever their order in the list, the later state of an order counts; of equals the last."""
    later = history(
        row(2, "2024-01-06", "5.00", email="bo@x", source="shop", refunded="5.00"),
        row(4, "2024-03-01", email="bo@x", source="shop"),
    )
    for histories in ([JANUARY, later], [later, JANUARY]):
        whole = combine(histories)
        assert whole.refunds.amount.tolist() == [500]
        assert left_out(whole) == [("duplicate", "updated", 1)]
        assert ("updated_orders", 1) in whole.load_report.notes
    dear = history(
        row(1, amount="11.00", email="ada@x", source="shop"), observed_until="2024-01-07"
    )
    assert combine([JANUARY, dear]).amount.sum() == 1600
    assert combine([dear, JANUARY]).amount.sum() == 1500


def test_orders_without_a_source_are_the_same_only_if_they_are() -> None:
    """Histories that name no source are of one, unless an id there is another person's or day's."""
    first, again = history(row(1, email="ada@x")), history(row(1, email="ada@x", amount="9.00"))
    assert combine([first, again]).amount.tolist() == [900]
    for other in (row(1, email="bo@x"), row(1, "2024-01-06", email="ada@x")):
        with pytest.raises(
            InvalidValue, match=r"(?s)nothing says of which source.*1 such order.*Name"
        ):
            combine([first, history(other)])
    named = combine({"shop": first, "fair": history(row(1, email="bo@x"))})
    assert named.labels["source"].texts().tolist() == ["shop", "fair"]
    assert len(named) == 2
    told = combine({"fair": JANUARY})
    assert set(told.labels["source"].texts()) == {"shop"}


def test_orders_without_ids_are_separate_facts() -> None:
    """Nothing tells that two of them are one; the report says how many there are."""
    bare = OrderHistory.from_arrays(
        customer=["ada", "ada"],
        placed_at=["2024-01-05", "2024-01-05"],
        amount=[1, 1],
        currency="EUR",
        timezone="Europe/Paris",
    )
    whole = combine([bare, bare])
    assert len(whole) == 4
    assert ("orders_without_id", 4) in whole.load_report.notes
    alone = combine([bare])
    assert columns(alone) == columns(bare)
    assert alone.load_report == bare.load_report
    mixed = combine([bare, history(row("A1", email="bo@x"))])
    assert mixed.order_ids is None


def test_order_ids_of_two_kinds_become_texts() -> None:
    """Numbers here and texts there compare as they are written."""
    whole = combine([JANUARY, history(row("A1", email="bo@x", source="shop"))])
    assert whole.order_ids is not None
    assert sorted(whole.order_ids.tolist()) == ["1", "2", "A1"]


def refunds_only(*amounts: int, source: str = "shop") -> OrderHistory:
    """Return a history of one order and refunds of ada's that name none."""
    lines = [
        f"{source},1,ada,2024-01-05,10.00",
        *(f"{source},C{at},ada,2024-01-09,-{a}" for at, a in enumerate(amounts)),
    ]
    header = "source,order_id,customer,placed_at,amount"
    options: dict[str, Any] = {"currency": "EUR", "refunds": "invoice_prefix:C"}
    return read(header, *lines, **options)


def test_refunds_of_no_order_count_once_where_one_source_tells_them_twice() -> None:
    """Of equal refunds there are as many as the history has that holds most of them."""
    both = combine([refunds_only(3, 3, 4), refunds_only(3, 5)])
    assert sorted(both.refunds.amount.tolist()) == [300, 300, 400, 500]
    assert left_out(both) == [("duplicate", "", 2)]
    assert both.load_report.left_out_by("duplicate").money == (("EUR", 1000 - 300),)
    assert both.load_report.balances
    assert shown(combine([refunds_only(3, 5), refunds_only(3, 3, 4)])) == shown(both)
    other = combine([refunds_only(3), refunds_only(3, source="fair")])
    assert other.refunds.amount.tolist() == [300, 300]


def test_orders_set_aside_are_carried() -> None:
    """Another policy brings back the orders of all histories that did not count."""
    pending = read(
        "source,order_id,customer,placed_at,amount,order_status",
        "till,1,ada,2024-01-05,10.00,paid",
        "till,2,ada,2024-01-06,4.00,pending",
        "till,3,bo,2024-01-07,2.00,failed",
    )
    whole = combine([pending, JANUARY])
    assert len(whole) == 3
    assert left_out(whole) == [("status", "failed", 1), ("status", "pending", 1)]
    counted = PurchasePolicy(counted_statuses=frozenset({"paid", "pending"}))
    assert whole.with_policy(counted).amount.sum() == 2900
    assert combine([pending, pending]).with_policy(counted).amount.sum() == 1400


def test_lines_and_products_are_carried() -> None:
    """Lines keep naming their product, whichever history tells of it."""
    header = "source,order_id,customer,placed_at,product,product_name,quantity,unit_price"
    first = read(header, "a,1,ada,2024-01-05,p2,Print,2,10.00", "a,1,ada,2024-01-05,p1,Card,1,3.00")
    second = read(header, "b,1,bo,2024-02-05,p2,Poster,1,11.00", "b,2,bo,2024-02-06,p3,Vase,1,9.00")
    for histories in ([first, second], [second, first]):
        whole = combine(histories)
        assert whole.products is not None
        assert whole.lines is not None
        titles = whole.products.labels["title"].texts()
        sold = Counter(dict.fromkeys(titles.tolist(), 0))
        np.add.at(
            units := np.zeros(len(titles), np.int64), whole.lines.product, whole.lines.quantity
        )
        sold.update(dict(zip(titles.tolist(), units.tolist(), strict=True)))
        assert sold == {"Card": 1000, "Poster": 3000, "Vase": 1000}
        assert whole.numbers["units"].sum() == 5000
    without = combine([first, JANUARY])
    assert "units" not in without.numbers
    assert without.lines is not None


def test_exports_of_three_shops_are_one_history() -> None:
    """Orders and money of Etsy, Gumroad and Shopify add up, whatever their currency or fate."""
    shopify = ci.read_orders(
        Path(__file__).parents[1] / "data" / "sources" / "shopify_orders_export.csv",
        currency="USD",
        errors="report",
    )
    made = [exports.read("etsy_sold_orders.csv"), exports.read("gumroad_sales.csv"), shopify]
    whole = combine(made)
    assert whole.calendar.timezone == "America/New_York"
    assert set(whole.label("source").texts()) == {"etsy", "gumroad", "shopify"}
    assert {"marketplace", "email"} <= set(whole.label("channel").texts())
    for name in ("orders", "gross_revenue", "refunded", "revenue"):
        each = [exports.figures(one)[name] for one in made]
        assert exports.figures(whole)[name] == sum(each)  # type: ignore[arg-type]
    report = whole.load_report
    assert report.balances
    assert report.rows_used == sum(one.load_report.rows_used for one in made)
    money: Counter[str] = Counter()
    for one in made:
        for entry in one.load_report.left_out:
            money.update(dict(entry.money))
    assert sum((Counter(dict(entry.money)) for entry in report.left_out), Counter()) == money
    assert money.keys() == {"BDT", "USD", "ZAR"}
    assert len(owners(whole)) == sum(len(owners(one)) for one in made)
    both = set(made[1].customer_ids) & set(made[2].customer_ids)  # Etsy tells no addresses
    assert "ada@example.com" in both
    assert whole.people == sum(one.people for one in made) - len(both)
    for who in both:
        assert len(whole.history_of(who)) == sum(len(one.history_of(who)) for one in made[1:])


# People

ADA, BO = {"email": "ada@x"}, {"email": "bo@x"}


def named(*customers: tuple[str, str, str], source: str = "") -> OrderHistory:
    """Return a history with an order of each customer: id, e-mail, phone."""
    return history(
        *(
            row(f"{source or 'o'}{at}", customer=one, email=email, phone=phone, source=source)
            for at, (one, email, phone) in enumerate(customers)
        )
    )


@pytest.mark.parametrize(
    ("parts", "people"),
    [
        # One id of one source is one person; of two sources it is two, who are told apart.
        ({"a": [("7", "", "")], "b": [("7", "", "")]}, {"a:7": "a0", "b:7": "b0"}),
        ({"a": [("7", "ada@x", "")], "b": [("9", "ADA@x", "")]}, {"7": "a0 b0"}),
        ({"a": [("7", "", "0049 111 222")], "b": [("9", "", "+49111222")]}, {"7": "a0 b0"}),
        ({"a": [("7", "", "49 111 222")], "b": [("9", "", "+49111222")]}, {"7": "a0 b0"}),
        # A guest is whoever has her e-mail address, else her phone number.
        ({"a": [("7", "ada@x", "")], "b": [("", "ada@x", "")]}, {"7": "a0 b0"}),
        ({"a": [("7", "", "111222")], "b": [("", "ada@x", "111222")]}, {"7": "a0 b0"}),
        ({"a": [("", "ada@x", "111222")], "b": [("", "", "111222")]}, {"ada@x": "a0 b0"}),
        ({"a": [("", "", "111222")], "b": [("", "", "111222")]}, {"phone:111222": "a0 b0"}),
        (
            {"a": [("", "ada@x", "111222")], "b": [("", "bo@x", "111222")]},
            {"ada@x": "a0", "bo@x": "b0"},
        ),
        # What belongs to two ids of one source tells nothing.
        (
            {"a": [("7", "ada@x", ""), ("8", "ada@x", "")], "b": [("9", "ada@x", "")]},
            {"7": "a0", "8": "a1", "9": "b0"},
        ),
        (
            {"a": [("7", "ada@x", ""), ("8", "ada@x", "")], "b": [("", "ada@x", "")]},
            {"7": "a0", "8": "a1", "ada@x": "b0"},
        ),
        # A guest has the name that no other guest has.
        (
            {
                "a": [("1", "ada@x", ""), ("2", "ada@x", ""), ("", "ada@x", "111222")],
                "b": [("", "ada@x", "")],
            },
            {"1": "a0", "2": "a1", "phone:111222": "a2", "ada@x": "b0"},
        ),
        # Neither do addresses that together would make one person of two ids of one source.
        (
            {
                "a": [("7", "ada@x", ""), ("8", "bo@x", "")],
                "b": [("9", "ada@x", ""), ("9", "bo@x", "")],
            },
            {"7": "a0", "8": "a1", "9": "b0 b1"},
        ),
        # The phone number is asked where the address tells nothing.
        (
            {"a": [("7", "ada@x", "111222"), ("8", "ada@x", "")], "b": [("9", "ada@x", "111222")]},
            {"7": "a0 b0", "8": "a1"},
        ),
        # An id that is an e-mail address is the person with that address.
        ({"a": [("Ada@x", "", "")], "b": [("9", "ada@x", "")]}, {"9": "a0 b0"}),
        # Three sources, of whom no two share all.
        (
            {
                "a": [("7", "ada@x", "")],
                "b": [("9", "ada@x", "111222")],
                "c": [("5", "", "111222")],
            },
            {"7": "a0 b0 c0"},
        ),
    ],
)
def test_people_are_one_by_id_then_email_then_phone(
    parts: dict[str, list[tuple[str, str, str]]], people: dict[str, str]
) -> None:
    """Each case says who has which orders, and under which name."""
    made = [named(*customers, source=source) for source, customers in parts.items()]
    for histories in (made, made[::-1]):
        found: dict[str, list[str]] = {}
        for order, customer in owners(combine(histories)).items():
            found.setdefault(str(customer), []).append(str(order))
        assert {name: " ".join(sorted(orders)) for name, orders in found.items()} == people


def test_everybody_has_a_name_whatever_ids_look_like() -> None:
    """An id that looks like a contact told apart by its kind, of a source that is named as one."""
    guests = named(("", "ada@x", "222222"), ("", "ada@x", "111111"), ("", "", "111111"), source="a")
    shared = ("", "", "111111"), ("1", "ada@x", ""), ("2", "ada@x", ""), ("email:ada@x", "", "")
    made = [guests, named(*shared, source="email"), named(("", "ada@x", "222222"))]
    names = combine(made).customer_ids.tolist()
    assert len(set(names)) == len(names)
    assert sorted(combine(made[::-1]).customer_ids.tolist()) == sorted(names)


def test_ids_stay_numbers_where_all_are() -> None:
    """Integers of one source stay integers; beside an e-mail address they are texts."""
    numbers = named(("7", "ada@x", ""), ("8", "", ""), source="a")
    assert combine([numbers]).customer_ids.tolist() == [7, 8]
    assert combine([numbers, named(("9", "", ""), source="b")]).customer_ids.tolist() == [7, 8, 9]
    guest = named(("", "cy@x", ""), source="b")
    assert combine([numbers, guest]).customer_ids.tolist() == ["7", "8", "cy@x"]


def test_who_was_joined_is_in_the_report() -> None:
    """How many people contacts have joined, and how many contacts told nothing."""
    first = named(("7", "ada@x", ""), ("8", "bo@x", "111222"), ("6", "dee@x", ""), source="a")
    second = named(("9", "ada@x", ""), ("5", "", "111222"), ("4", "dee@x", ""), source="b")
    third = named(("3", "dee@x", ""), ("2", "dee@x", ""), source="c")
    notes = dict(combine([first, second, third]).load_report.notes)
    assert notes == {
        "people_joined_by_email": 1,
        "people_joined_by_phone": 1,
        "emails_of_several": 1,
    }


def test_combining_in_two_steps_knows_what_the_first_knew() -> None:
    """Ids and contacts stay known: a later history still finds its customers."""
    shop, fair = named(("7", "ada@x", ""), source="a"), named(("7", "bo@x", "111222"), source="b")
    first = combine([shop, fair])
    assert first.customer_ids.tolist() == ["a:7", "b:7"]
    again = history(
        row("a9", "2024-03-01", customer="7", source="a"),
        row("a10", "2024-03-02", customer="1", phone="111222", source="a"),
    )
    in_steps = combine([first, again])
    assert owners(in_steps) == {"a0": "7", "b0": "1", "a9": "7", "a10": "1"}
    at_once = owners(combine([shop, fair, again]))
    assert {order: str(who) for order, who in at_once.items()} == owners(in_steps)


def test_what_is_known_of_people_is_united() -> None:
    """Prospects come in, and what several tables say of one person is one row."""
    first = read(
        "source,order_id,customer,email,placed_at,amount",
        "a,1,7,ada@x,2024-01-05,10.00",
        customers=[
            Customer("7", email="ada@x", acquisition_channel="fair", tags=["vip"]),
            Customer("8", email="cy@x", birthday=date(1990, 1, 31)),
        ],
    )
    second = read(
        "source,order_id,email,placed_at,amount",
        "b,1,ada@x,2024-02-05,10.00",
        customers=[Customer("n1", email="ada@x", birthday=date(1980, 5, 17), tags=["local"])],
    )
    for histories in ([first, second], [second, first]):
        whole = combine(histories)
        table = whole.people_table
        assert whole.customer_ids.tolist() == ["7", "8"]
        assert table.labels["acquisition_channel"].texts().tolist() == ["fair", None]
        assert table.birthday is not None
        assert table.birthday.astype(str).tolist() == ["1980-05-17", "1990-01-31"]
        assert table.tags is not None
        assert table.tags.name.texts().tolist() == ["local", "vip"]


def test_nothing_personal_is_in_reprs_and_errors() -> None:
    """Contacts are in no repr of a history or of its people."""
    whole = combine([named(("7", "ada@x", "111222333"), source="a"), JANUARY])
    for thing in (whole, whole.people_table, *whole.people_table.contacts.values()):
        assert "ada" not in repr(thing)
        assert "111222333" not in repr(thing)


# Currencies, zones, policies


def test_several_currencies_are_an_error_that_names_them() -> None:
    """Without the argument nothing is left out or converted in silence."""
    dollars = history(row(9, amount="20.00", email="ada@x"), currency="USD")
    with pytest.raises(
        SeveralCurrencies, match=r"EUR \(2 rows, EUR 15.00\), USD \(1 row, USD 20.00\)"
    ):
        combine([JANUARY, dollars])
    kept = combine([JANUARY, dollars], currency="EUR")
    assert left_out(kept) == [("currency", "USD", 1)]
    assert kept.load_report.left_out_by("currency").money == (("USD", 2000),)
    assert kept.load_report.balances
    assert kept.customer_ids.tolist() == ["ada@x", "bo@x"]
    assert combine([dollars], currency="EUR").people == 0


def test_rates_convert_each_order_by_its_day() -> None:
    """Amounts, refunds and lines take the rate of the order's day; the sum before stays told."""
    dollars = read(
        "order_id,customer,placed_at,product,quantity,unit_price,currency",
        "1,ada,2024-01-05,p,1,10.00,USD",
        "C1,ada,2024-01-09,p,1,-10.00,USD",
        "2,ada,2024-01-06,p,2,0.01,USD",
        refunds="invoice_prefix:C",
    )
    rates: Any = {
        ("USD", date(2024, 1, 5)): "0.9",
        ("USD", date(2024, 1, 6)): Decimal("0.5"),
        "USD": 2,
    }
    whole = combine([JANUARY, dollars], currency="EUR", rates=rates)
    assert sorted(whole.amount.tolist()) == [1, 500, 900, 1000]
    assert whole.refunds.amount.tolist() == [2000]
    assert whole.lines is not None
    assert sorted(whole.lines.amount.tolist()) == [1, 900]
    notes = dict(whole.load_report.notes)
    assert notes["converted_from_USD"] == 3
    assert notes["converted_from_USD_in_minor_units"] == 1000 + 2 - 1000


def test_a_full_refund_stays_full_when_it_is_converted() -> None:
    """What was given back of an order is converted as the order was, whenever that happened."""
    dollars = history(
        row(1, email="ada@x", refunded="10.00"), row(2, "2024-02-01", email="ada@x"), currency="USD"
    )
    rates: Any = {("USD", date(2024, 1, 5)): "0.333", "USD": 1}
    whole = combine([dollars], currency="EUR", rates=rates)
    assert whole.refunds.amount.tolist() == [333]
    assert ci.measure(whole, ["orders", "revenue"]).to_dicts() == [
        {"orders": 1, "revenue": Decimal("10.00")}
    ]


def test_a_day_without_a_rate_is_an_error() -> None:
    """The message names the currency and the first day."""
    dollars = history(row(1, email="ada@x"), currency="USD")
    with pytest.raises(InvalidValue, match=r"no rate of USD in EUR for 1 day: 2024-01-05"):
        combine([dollars], currency="EUR", rates={("USD", date(2024, 1, 6)): 1})
    with pytest.raises(InvalidValue, match=r"(?s)too large to be converted.*9,007"):
        combine([dollars], currency="EUR", rates={"USD": 10**14})


def test_prices_in_another_currency_are_not_told() -> None:
    """A price has no day, and so no rate."""
    given: dict[str, Any] = {
        "orders": OrderColumns(
            customer=np.array(["ada"], dtype=object), placed_at=np.array([0]), amount=np.array([1])
        ),
        "products": Products(
            ids=("p",), numbers={"price": np.array([500]), "stock": np.array([1])}
        ),
        "calendar": Calendar(),
    }
    dollars = OrderHistory.of(**given, currency="USD")
    whole = combine([dollars], currency="EUR", rates={"USD": 2})
    assert whole.products is not None
    assert set(whole.products.numbers) == {"stock"}
    assert combine([dollars]).products is not None


def at_times(zone: str | None, *times: str) -> OrderHistory:
    """Return orders of ada at some times."""
    lines = [f"{zone},{at},ada,{time},1.00" for at, time in enumerate(times)]
    return read("source,order_id,customer,placed_at,amount", *lines, timezone=zone)


def test_several_zones_are_an_error_that_names_them() -> None:
    """Without the argument nobody knows whose days are counted."""
    paris, york = (at_times(z, "2024-01-05 23:30:00") for z in ("Europe/Paris", "America/New_York"))
    with pytest.raises(Incompatible, match=r"time zones .* 'Europe/Paris' and 'America/New_York'"):
        combine([paris, york])
    whole = combine([paris, york], timezone="Europe/Paris")
    assert ci.measure(whole, ["orders"], by=["day"]).to_dicts() == [
        {"day": "2024-01-05", "orders": 1},
        {"day": "2024-01-06", "orders": 1},
    ]
    assert whole.calendar.timezone == "Europe/Paris"


def test_a_zone_that_nobody_named_gives_way() -> None:
    """Instants without a zone of the shop's take that of the other histories."""
    paris = at_times("Europe/Paris", "2024-01-05 10:00:00")
    assumed = read(
        "source,order_id,customer,placed_at,amount", "g,1,bo,2024-01-05T23:30:00+00:00,1.00"
    )
    assert assumed.load_report.timezone_assumed
    whole = combine([assumed, paris])
    assert whole.calendar.timezone == "Europe/Paris"
    assert not whole.load_report.timezone_assumed
    days = ci.measure(whole, ["orders"], by=["day"]).to_dicts()
    assert [one["day"] for one in days] == ["2024-01-05", "2024-01-06"]
    alone = combine([assumed])
    assert (alone.calendar.timezone, alone.load_report.timezone_assumed) == ("UTC", True)
    assert not combine([assumed], timezone="Asia/Tokyo").load_report.timezone_assumed


def test_days_without_times_stay_the_days_that_they_are() -> None:
    """A file of dates is of the same dates in every zone, and knows no hours."""
    dates = history(row(5, "2024-03-31", email="cy@x", source="etsy"), timezone=None)
    for zone in ("America/Los_Angeles", "Pacific/Apia"):
        timed = at_times(zone, "2024-03-30 12:00:00")
        whole = combine([dates, timed])
        assert whole.calendar.timezone == zone
        days = ci.measure(whole, ["orders"], by=["day"]).to_dicts()
        assert [one["day"] for one in days] == ["2024-03-30", "2024-03-31"]
        assert whole.observed_until == whole.calendar.instant("2024-04-01")
        assert not whole.context.has_times


def test_other_policies_and_calendars_do_not_combine() -> None:
    """What counts, and where weeks and years begin, is one thing for one history."""
    other = history(row(9, email="ada@x"), policy=PurchasePolicy(refund_date="refund"))
    with pytest.raises(Incompatible, match="policies of the histories differ"):
        combine([JANUARY, other])
    sunday = OrderHistory.from_arrays(
        customer=["ada"],
        placed_at=["2024-01-05"],
        amount=[1],
        currency="EUR",
        calendar=Calendar(timezone="Europe/Paris", first_weekday="sunday"),
    )
    with pytest.raises(Incompatible, match="calendars of the histories differ"):
        combine([JANUARY, sunday])


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ([], "no history to combine"),
        (JANUARY, "no list of histories: 'OrderHistory'"),
        (5, "no list of histories: 'int'"),
        ([JANUARY, "orders.csv"], "no order history"),
        ({" ": JANUARY}, "name of a source is no text"),
    ],
)
def test_what_is_no_list_of_histories_is_refused(given: Any, says: str) -> None:
    """The message says what was given."""
    with pytest.raises(InvalidValue, match=says):
        combine(given)


def test_wrong_options_are_refused_as_by_the_readers() -> None:
    """Rates need a currency to convert into."""
    with pytest.raises(InvalidValue, match="nothing says into which currency"):
        combine([JANUARY], rates={"USD": 1})


def test_histories_without_orders_combine() -> None:
    """Nothing and something is something."""
    empty = OrderHistory.from_arrays(
        customer=[], placed_at=[], amount=[], currency="EUR", timezone="Europe/Paris"
    )
    prospects = OrderHistory.of(
        OrderColumns(
            customer=np.empty(0, object), placed_at=np.empty(0, int), amount=np.empty(0, int)
        ),
        people=People(ids=np.array([7, 8]), labels={"country": Labels.encode(["FR", None])}),
        currency="EUR",
        calendar=Calendar(timezone="Europe/Paris"),
    )
    assert columns(combine([empty, JANUARY])) == columns(combine([JANUARY]))
    whole = combine([prospects, empty, JANUARY])
    assert whole.customer_ids.tolist() == ["7", "8", "ada@x", "bo@x"]


# Laws, and an oracle

SOURCES = ("", "a", "b", "c")
PEOPLE = st.tuples(
    st.sampled_from(["", "", "1", "2", "3"]),
    st.sampled_from(["", "", "p@x", "q@x", "r@x"]),
    st.sampled_from(["", "", "111111", "222222"]),
).filter(any)
ORDERS = st.lists(
    st.tuples(st.integers(1, 4), PEOPLE, st.integers(0, 2), st.integers(0, 900)),
    min_size=1,
    max_size=5,
    unique_by=lambda one: one[0],
)
PARTS = st.lists(st.tuples(st.sampled_from(SOURCES), ORDERS), min_size=1, max_size=4)
Part = tuple[str, list[tuple[int, tuple[str, str, str], int, int]]]


def read_part(part: Part, at: int, *, same_ids: bool) -> OrderHistory:
    """Return the history of drawn orders; their ids are the part's own unless told otherwise."""
    source, orders = part
    rows = [
        row(
            number if same_ids else f"{at}-{number}",
            f"2024-01-0{day + 1}",
            f"{minor / 100:.2f}",
            customer=who[0],
            email=who[1],
            phone=who[2],
            source=source,
            refunded=f"{minor // 2 / 100:.2f}",
        )
        for number, who, day, minor in orders
    ]
    return history(*rows)


def read_parts(parts: list[Part], *, same_ids: bool = False) -> list[OrderHistory]:
    """Return a history for each part."""
    return [read_part(part, at, same_ids=same_ids) for at, part in enumerate(parts)]


Group = frozenset[tuple[int, object]]
"""Customers of the parts: the number of the part and the identity in it."""


class Plain:
    """The people of several parts, worked out pair by pair."""

    def __init__(self, parts: list[Part], histories: list[OrderHistory]) -> None:
        self.order_of: dict[str, tuple[int, object]] = {}
        self.ids: dict[tuple[int, object], set[tuple[str, str]]] = {}
        self.contacts: dict[tuple[int, object], set[str]] = {}
        for at, ((source, orders), made) in enumerate(zip(parts, histories, strict=True)):
            whose = {str(order): who for order, who in owners(made).items()}
            for number, (own, email, phone), _, _ in orders:
                if (key := f"{at}-{number}") in whose:
                    person = (at, whose[key])
                    self.order_of[key] = person
                    ids = self.ids.setdefault(person, set())
                    ids |= {(source, own)} if own else set()
                    known = self.contacts.setdefault(person, set())
                    known |= set(filter(None, (email, phone)))

    def groups(self) -> set[Group]:
        """Return the persons with ids: by id, then e-mail address, then phone number, and again."""
        people = [person for person in self.ids if self.ids[person]]
        found = self._closed({frozenset([one]) for one in people}, self.ids)
        before: set[Group] = set()
        while found != before:
            before = found
            for is_email in (True, False):
                texts = {
                    one: {text for text in self.contacts[one] if ("@" in text) == is_email}
                    for one in people
                }
                found = self._joined(found, texts)
        return found

    def _apart(self, groups: set[Group]) -> bool:
        """Whether one source has given two of the groups an id each."""
        sources = [{source for one in group for source, _ in self.ids[one]} for group in groups]
        return sum(map(len, sources)) > len(set().union(*sources))

    def _closed(self, groups: set[Group], texts: dict[Any, set[Any]]) -> set[Group]:
        """Unite groups that share a text, until none do."""
        for one in groups:
            for other in groups:
                ours, theirs = (set().union(*(texts[p] for p in g)) for g in (one, other))
                if one != other and ours & theirs:
                    return self._closed((groups - {one, other}) | {one | other}, texts)
        return groups

    def _joined(self, groups: set[Group], texts: dict[Any, set[str]]) -> set[Group]:
        """Unite groups that share a text, but for those that are told apart."""
        usable = dict.fromkeys(texts, frozenset[str]())
        for text in set().union(*texts.values()) if texts else set():
            having = {group for group in groups if any(text in texts[one] for one in group)}
            if not self._apart(having):
                usable = {one: held | ({text} & texts[one]) for one, held in usable.items()}
        result = set()
        for union in self._closed(groups, {one: set(held) for one, held in usable.items()}):
            parts = {group for group in groups if group <= union}
            result |= parts if self._apart(parts) else {union}
        return result


def partition(whose: dict[Any, Any], orders: set[str]) -> set[frozenset[str]]:
    """Return which of some orders are one person's."""
    found: dict[Any, set[str]] = {}
    for order, who in whose.items():
        if str(order) in orders:
            found.setdefault(who, set()).add(str(order))
    return {frozenset(one) for one in found.values()}


def no_guests(part: Part) -> Part:
    """Return a part all of whose rows have an id."""
    source, orders = part
    return source, [(n, (who[0] or "4", *who[1:]), day, minor) for n, who, day, minor in orders]


@FEW
@given(PARTS.map(lambda parts: [no_guests(part) for part in parts]))
def test_people_with_ids_are_those_of_the_plain_oracle(parts: list[Part]) -> None:
    """Who has an id is one person with whom the definition says, worked out pair by pair."""
    made = read_parts(parts)
    plain = Plain(parts, made)
    group_of = {person: group for group in plain.groups() for person in group}
    expected = {order: group_of[who] for order, who in plain.order_of.items()}
    assert partition(owners(combine(made)), set(expected)) == partition(expected, set(expected))


@FEW
@given(PARTS)
def test_ids_of_one_source_are_as_many_people(parts: list[Part]) -> None:
    """Whatever contacts tell: one id of a source is one person, and two of them are two."""
    whose = {str(order): who for order, who in owners(combine(read_parts(parts))).items()}
    ids = {f"{at}-{o[0]}": (source, o[1][0]) for at, (source, os) in enumerate(parts) for o in os}
    for source in {source for source, _ in parts}:
        pairs = {(ids[o], who) for o, who in whose.items() if ids[o][0] == source and ids[o][1]}
        assert len(pairs) == len({one for one, _ in pairs}) == len({who for _, who in pairs})


def one_contact(part: Part) -> Part:
    """Return a part whose guests have an e-mail address or a phone number, and not both."""
    source, orders = part
    return source, [
        (number, who if who[0] else ("", who[1], "" if who[1] else who[2]), day, minor)
        for number, who, day, minor in orders
    ]


@FEW
@given(PARTS.map(lambda parts: [one_contact(part) for part in parts]))
def test_guests_are_told_as_if_all_were_read_together(parts: list[Part]) -> None:
    """With the ids of the persons on them, all rows in one file are the same people's.

    Where a contact that is several people's would leave a row out of that file, nothing is said.
    """
    made = read_parts(parts)
    plain = Plain(parts, made)
    label = {who: f"g{at}" for at, group in enumerate(plain.groups()) for who in group}
    rows = []
    for at, (source, orders) in enumerate(parts):
        for number, (own, email, phone), _, _ in orders:
            who = plain.order_of.get(f"{at}-{number}")
            customer = label[who] if own and who is not None else ""
            contact = {"email": email, "phone": phone, "source": source}
            rows.append(row(f"{at}-{number}", customer=customer, **contact))
    together = history(*rows)
    if not any(one.load_report.left_out for one in (together, *made)):
        everything = set(plain.order_of)
        assert partition(owners(combine(made)), everything) == partition(
            owners(together), everything
        )


@FEW
@given(PARTS, st.randoms(use_true_random=False))
def test_the_order_of_the_list_does_not_matter(parts: list[Part], dice: random.Random) -> None:
    """Orders with ids of their own, people and reports are the same in any order of the list."""
    made = read_parts(parts)
    expected = shown(combine(made))
    dice.shuffle(made)
    assert shown(combine(made)) == expected


@FEW
@given(PARTS)
def test_every_row_and_every_cent_is_accounted_for(parts: list[Part]) -> None:
    """Rows and money in are rows and money used, left out or there twice."""
    try:
        made = read_parts(parts, same_ids=True)
        whole = combine(made)
    except InvalidValue as error:
        assert "nothing says of which source" in str(error)  # noqa: PT017 - the only one allowed
        return
    report = whole.load_report
    assert report.balances
    assert report.rows_read == sum(one.load_report.rows_read for one in made)
    twice = sum(minor for _, minor in report.left_out_by("duplicate").money)
    assert whole.amount.sum() + twice == sum(int(one.amount.sum()) for one in made)
    assert whole.order_ids is not None
    keys = [*zip(whole.label("source").texts(), whole.order_ids.tolist(), strict=True)]
    assert len(set(keys)) == len(keys)


@FEW
@given(PARTS)
def test_combining_what_is_combined_changes_nothing(parts: list[Part]) -> None:
    """The same history again adds nothing but rows that were there twice."""
    whole = combine(read_parts(parts))
    assert shown(combine([whole])) == shown(whole)
    again = combine([whole, whole])
    assert columns(again) == columns(whole)
    assert shown(again)[1] == shown(whole)[1]
    assert again.load_report.left_out_by("duplicate").rows == whole.load_report.rows_used


@pytest.mark.parametrize("last", ["07/01/22", "08/30/22"])
def test_exports_that_tell_parts_of_orders_are_read_in_one_call(last: str) -> None:
    """Orders and their items are no two versions of the same: put together they are refused."""
    paid = exports.table("etsy_sold_orders.csv")
    sold = exports.table("etsy_sold_order_items.csv")
    order = sold[0].index("Order ID")
    sold = [sold[0], *([*row[:order], paid[3][1], *row[order + 1 :]] for row in sold[1:])]
    sold = exports.changed(sold, "Sale Date", lambda _: last)
    buyer = exports.table("etsy_sold_orders.csv")[3][2]
    sold = exports.changed(sold, "Buyer", lambda _: buyer)
    orders, items = exports.read(paid), exports.read(sold)
    for both in ([orders, items], [items, orders]):
        with pytest.raises(InvalidValue, match=r"different parts.*in one call"):
            combine(both)
    combine([orders, exports.read(paid)])


def visits(**others: Any) -> ci.ActivityHistory:
    """Return a visit and a letter of one person of id 7."""
    return ci.ActivityHistory.from_arrays(
        customer=[7, 7],
        at=["2024-01-05", "2024-01-06"],
        kind=["visit", "email_opened"],
        timezone="UTC",
        **others,
    )


def test_activities_alone_stay_activities() -> None:
    """Of activities alone nobody knows the orders; they join orders as those of one source do."""
    both = combine([visits(), visits()])
    assert isinstance(both, ci.ActivityHistory)
    assert (both.people, len(both.activities or ())) == (1, 2)
    with pytest.raises(MissingData, match="orders"):
        ci.measure(both, "orders")
    orders = ci.OrderHistory.from_arrays(
        customer=[7], placed_at=["2024-01-04"], amount=[5], currency="EUR", timezone="UTC"
    )
    assert orders.with_activities(both).people == 1
    for several in ([orders, both], [both, orders]):
        assert isinstance(combine(several), ci.OrderHistory)


def test_named_sources_of_activities_name_their_own_people() -> None:
    """An id of two named sources is two people, and what they did is never the same."""
    both = combine({"x": visits(), "y": visits()})
    assert both.customer_ids.tolist() == ["x:7", "y:7"]
    assert len(both.activities or ()) == 4
    again = combine([both, combine({"y": visits()})])
    assert (again.people, len(again.activities or ())) == (2, 4)


def test_a_name_is_the_source_that_orders_tell_too() -> None:
    """Activities named as the source of orders is are of its people."""
    orders = ci.OrderHistory.from_arrays(
        customer=[7],
        placed_at=["2024-01-04"],
        amount=[5],
        order_id=[1],
        source=["y"],
        currency="EUR",
        timezone="UTC",
    )
    told = orders.with_activities(visits())
    both = combine({"shop": told, "y": visits(), "z": visits()})
    assert (both.people, len(both.activities or ())) == (2, 4)
