"""Customers come in with all that is known of them, and join the orders that are theirs."""

from __future__ import annotations

import datetime as dt
import io
import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

import custinsights as ci
from custinsights.domain import Address, ChannelTaxonomy, Customer, Tag
from custinsights.errors import (
    BadRowsError,
    InvalidValue,
    MissingColumn,
    NaiveTime,
    UnknownName,
    UnreadableFile,
)
from custinsights.sources import read_customers
from custinsights.sources.formats.customers import SHOPIFY
from custinsights.sources.orders.customer_list import CustomerList
from tests.sources.reading import left_out, named, owners, read, text_file

DATA = Path(__file__).parents[1] / "data" / "sources"
UTC = dt.UTC
OLD_SHOPIFY = (
    "First Name,Last Name,Email,Accepts Email Marketing,Company,Address1,Address2,City,Province,"
    "Province Code,Country,Country Code,Zip,Phone,Accepts SMS Marketing,Total Spent,Total Orders,"
    "Tags,Note,Tax Exempt,Fecha de nacimiento (customer.metafields.facts.birth_date)"
)
WOOCOMMERCE = (
    'Name,Username,"Last Active","Sign Up",Email,Orders,"Total Spend",AOV,"Country / Region",'
    'City,Region,"Postal Code","Billing Phone","Shipping Phone",Role'
)


def customers(*lines: str, **options: Any) -> CustomerList:
    """Read a file of lines."""
    return read_customers(text_file(*lines, name="customers.csv"), **options)


def bad_kinds(*lines: str, **options: Any) -> dict[str, int]:
    """Return the kinds of bad rows of a file, once refused and once reported, which must agree."""
    report = customers(*lines, errors="report", **options).load_report
    assert report.balances
    if report.bad:
        with pytest.raises(BadRowsError) as caught:
            customers(*lines, **options)
        assert caught.value.report.bad == report.bad
    return {kind.kind: kind.rows for kind in report.bad}


# Shops


def test_a_shopify_export_is_recognised() -> None:
    """Ids, names, addresses and tags of the new header; apostrophes and lines in notes are none."""
    found = read_customers(DATA / "shopify_customers_export.csv")
    assert list(found) == [
        Customer(
            7210448301122,
            name="Ada Example",
            email="ada@example.com",
            phone="+15555550100",
            addresses=[
                Address(
                    street="1 Example St",
                    postal_code="90210",
                    city="Springfield",
                    region="CA",
                    country="US",
                )
            ],
            tags=["Bronze VIP", "loyal"],
        ),
        Customer(
            7210448301123,
            name="Eve Example",
            phone="8801000000000",
            addresses=[Address(city="Dhaka", country="BD")],
        ),
    ]
    assert found.load_report.rows_used == 2


def test_shopify_customers_join_shopify_orders() -> None:
    """Orders that have an e-mail address alone are of the customer who has it."""
    found = read_customers(DATA / "shopify_customers_export.csv")
    options: dict[str, Any] = {"currency": "USD", "errors": "report"}
    history = ci.read_orders(DATA / "shopify_orders_export.csv", customers=found, **options)
    assert history.customer_ids.tolist()[:2] == ["7210448301122", "7210448301123"]
    assert len(history.history_of("7210448301122")) == 3
    assert len(history.history_of("7210448301123")) == 0
    as_objects = ci.read_orders(
        DATA / "shopify_orders_export.csv", customers=list(found), **options
    )
    assert as_objects.customer_ids.tolist() == history.customer_ids.tolist()
    tags = history.people_table.tags
    assert tags is not None
    assert tags.name.texts().tolist() == ["Bronze VIP", "loyal"]


def test_an_older_shopify_export_has_no_ids() -> None:
    """There the e-mail address is the identity; the birthday stands in a metafield."""
    found = customers(
        OLD_SHOPIFY,
        (
            "Ada,Example,Ada@Example.com,yes,,1 St,,Paris,Ile-de-France,IDF,France,FR,'75001,,no,"
            '1,2,"vip, x",,no,1990-01-31'
        ),
    )
    assert found[0] == Customer(
        "ada@example.com",
        name="Ada Example",
        email="Ada@Example.com",
        addresses=[
            Address(street="1 St", postal_code="75001", city="Paris", region="IDF", country="FR")
        ],
        birthday=dt.date(1990, 1, 31),
        tags=["vip", "x"],
    )


def test_a_woocommerce_export_is_recognised() -> None:
    """Sign-up is in the shop's own time; a guest who signed up later is one person."""
    lines = (
        WOOCOMMERCE,
        (
            'Ada Example,ada,"2024-02-01 10:00:00","2023-07-01 12:30:00",ada@example.com,2,40.00,'
            "20.00,GB,Leeds,West Yorkshire,LS1,0113 4960000,,customer"
        ),
        "Ada Example,,2023-05-01 10:00:00,,ADA@example.com,1,20,20,GB,Leeds,,LS1,,0113 4960000,",
        "Bo,,,,,1,5.00,5.00,GB,,,,,07700 900001,",
    )
    found = customers(*lines, timezone="Europe/London")
    assert list(found) == [
        Customer(
            "ada@example.com",
            name="Ada Example",
            email="ada@example.com",
            phone="0113 4960000",
            created_at=dt.datetime(2023, 7, 1, 12, 30, tzinfo=ZoneInfo("Europe/London")),
            addresses=[
                Address(postal_code="LS1", city="Leeds", region="West Yorkshire", country="GB")
            ],
        ),
        Customer("07700900001", name="Bo", phone="07700 900001", addresses=[Address(country="GB")]),
    ]
    with pytest.raises(NaiveTime, match="column 'Sign Up' has no time zone"):
        customers(*lines)
    assert bad_kinds(*lines[:2], lines[2].replace("Leeds", "York"), timezone="UTC") == {
        "customers of whom two rows tell different things": 2
    }


# Any table

FULL = (
    "customer,email,phone,name,street,postal_code,country,region,city,latitude,longitude,"
    "created_at,birthday,acquisition_channel,tags"
)
ADA_ROW = (
    "c1,Ada@X.com,+49 111 222,Ada,1 St,75001,FR,IDF,Paris,48.85,2.35,2024-01-05T10:00:00+01:00,"
    "1990-01-31,fair,vip; Local |VIP"
)


def test_every_field_of_a_customer_is_read() -> None:
    """A header of our own words needs no mapping; tags are parted, and none is there twice."""
    (ada,) = customers(FULL, ADA_ROW)
    assert ada == Customer(
        "c1",
        name="Ada",
        email="Ada@X.com",
        phone="+49 111 222",
        created_at=dt.datetime(2024, 1, 5, 9, tzinfo=UTC),
        acquisition_channel="fair",
        addresses=[
            Address(
                street="1 St",
                postal_code="75001",
                country="FR",
                region="IDF",
                city="Paris",
                latitude=48.85,
                longitude=2.35,
            )
        ],
        birthday=dt.date(1990, 1, 31),
        tags=["vip", "Local"],
    )


def test_columns_name_fields_and_attributes() -> None:
    """A name that is no field is an attribute: a text, or the kind that is told."""
    header = "No;Mail;Geboren;Schuhe;Seit;Lokal;Mag;Unread"
    found = customers(
        header,
        "1;ada@x;31.01.1990;41,5;24.12.2019;Yes;Seas;x",
        "2;bo@x;;;;n;;y",
        columns={
            "customer": "No",
            "email": "Mail",
            "birthday": "Geboren",
            "shoe_size": "Schuhe",
            "member_since": "Seit",
            "is_local": "Lokal",
            "likes": "Mag",
        },
        attributes={"shoe_size": "number", "member_since": "date", "is_local": "flag"},
    )
    assert found[0].birthday == dt.date(1990, 1, 31)
    assert found[0].attributes == {
        "shoe_size": 41.5,
        "member_since": dt.date(2019, 12, 24),
        "is_local": True,
        "likes": "Seas",
    }
    assert found[1] == Customer(2, email="bo@x", attributes={"is_local": False})


def test_an_attribute_is_read_by_its_name() -> None:
    """One that is told only its kind is in the column of its name; of other formats too."""
    for columns in (None, {"id": "id"}):
        (ada,) = customers("id,Size,x", "1,41,y", columns=columns, attributes={"size": "number"})
        assert ada.attributes == {"size": 41.0}
    with pytest.raises(MissingColumn, match="no column for size: looked for 'size'; found 'id'"):
        customers("id", "1", attributes={"size": "number"})
    (ada,) = customers(
        OLD_SHOPIFY + ",Likes (customer.metafields.custom.likes)",
        "Ada,E,a@x,,,,,,,,,,,,,,,,,,,Seas",
        format="shopify",
        columns={"likes": "Likes (customer.metafields.custom.likes)"},
    )
    assert ada.attributes == {"likes": "Seas"}


def test_the_channel_is_told_by_the_words_of_trackers() -> None:
    """Where a customer has no channel, utm and referrer tell it, or it stays unknown."""
    header = "id,channel,utm_medium,utm_source,referrer"
    lines = ("1,fair,cpc,,", "2,,CPC,facebook,", "3,,,Instagram,", "4,,,,www.google.de", "5,,qr,,")
    found = [one.acquisition_channel for one in customers(header, *lines)]
    assert found == ["fair", "paid", "social", "search", None]
    own = ChannelTaxonomy().with_(utm_medium={"qr": "leaflet"}, channel={"fair": "market"})
    found = [one.acquisition_channel for one in customers(header, *lines, channels=own)]
    assert found == ["market", "paid", "social", "search", "leaflet"]


@pytest.mark.parametrize(
    "table",
    [
        dict,
        pd.DataFrame,
        pl.DataFrame,
        pa.table,
        pl.LazyFrame,
    ],
)
def test_tables_in_memory_keep_their_types(table: Any) -> None:
    """Numbers, dates and flags are attributes of their kind without being told."""
    found = read_customers(
        table(
            {
                "id": [7, 8],
                "created_at": [dt.datetime(2024, 1, 5, 9, tzinfo=UTC), None],
                "birthday": [dt.date(1990, 1, 31), None],
                "size": [41.5, None],
                "since": [dt.date(2019, 12, 24), None],
                "is_local": [True, None],
                "likes": ["seas", None],
            }
        ),
        columns={
            name: name
            for name in ("id", "created_at", "birthday", "size", "since", "is_local", "likes")
        },
    )
    ada, bo = found
    assert (ada.id, bo) == (7, Customer(8))
    assert ada.created_at == dt.datetime(2024, 1, 5, 9, tzinfo=UTC)
    assert ada.birthday == dt.date(1990, 1, 31)
    since = dt.date(2019, 12, 24)
    assert ada.attributes == {"size": 41.5, "since": since, "is_local": True, "likes": "seas"}


def test_parquet_is_read_too() -> None:
    """Also together with a file of texts, and compressed ones."""
    file = io.BytesIO()
    pyarrow.parquet.write_table(pa.table({"id": [7], "email": ["ada@x"]}), file)
    file.seek(0)
    found = read_customers([file, text_file("id,email", "8,bo@x", name="more.csv")])
    assert [(one.id, one.email) for one in found] == [(7, "ada@x"), (8, "bo@x")]


# Rows


def test_who_has_no_identity_is_left_out() -> None:
    """A name alone joins nothing; 0 is no id."""
    found = customers("id,name,email", "0,Ada,", ",Bo,none", "1,Cy,", ",Dee,dee@x")
    assert [one.id for one in found] == [1, "dee@x"]
    assert [(one.reason, one.rows) for one in found.load_report.left_out] == [("identity", 2)]
    assert found.load_report.balances


def test_rows_of_one_customer_complete_each_other() -> None:
    """In one file; the first creation and all tags count, and equal rows only once."""
    header = "id,email,country,created_at,tags,birthday"
    found = customers(
        header,
        "1,ada@x,,2024-03-01T00:00:00Z,vip,",
        "2,bo@x,FR,,,",
        "1,,FR,2024-02-01T00:00:00Z,local,1990-01-31",
        "2,bo@x,FR,,,",
    )
    assert found[0] == Customer(
        1,
        email="ada@x",
        addresses=[Address(country="FR")],
        created_at=dt.datetime(2024, 2, 1, tzinfo=UTC),
        tags=["local", "vip"],
        birthday=dt.date(1990, 1, 31),
    )
    assert len(found) == 2
    assert [(one.reason, one.rows) for one in found.load_report.left_out] == [("duplicate", 1)]


@pytest.mark.parametrize("change", ["1,ada@y,FR", "1,ada@x,DE"])
def test_rows_that_contradict_each_other_are_bad(change: str) -> None:
    """Nobody guesses which of two rows is right."""
    assert bad_kinds("id,email,country", "1,ada@x,FR", change, "2,bo@x,FR") == {
        "customers of whom two rows tell different things": 2
    }


def test_of_several_files_the_later_tells_of_a_customer() -> None:
    """The same again is counted as such, what is new as updated."""
    header = "id,email,country"
    files = [
        text_file(header, "1,ada@x,FR", "2,bo@x,FR", "3,cy@x,FR", name="old.csv"),
        text_file(header, "1,ada@x,DE", "2,bo@x,FR", name="new.csv"),
    ]
    found = read_customers(files)
    assert {one.id: one.address and one.address.country for one in found} == {
        1: "DE",
        2: "FR",
        3: "FR",
    }
    report = found.load_report
    told = [(one.reason, one.detail, one.rows) for one in report.left_out]
    assert told == [("duplicate", "", 1), ("duplicate", "updated", 1)]
    assert dict(report.notes) == {"updated_customers": 1}
    assert report.sources == ("new.csv", "old.csv")
    assert report.balances


@pytest.mark.parametrize(
    ("header", "line", "kind"),
    [
        ("birthday", "yesterday", "unreadable date"),
        ("birthday", "1990-02-30", "unreadable date"),
        ("birthday", "31/01/90", "unreadable date"),
        ("created_at", "soon", "unreadable date"),
        ("latitude,longitude", "91,0", "no place on earth"),
        ("latitude,longitude", "0,-180.5", "no place on earth"),
        ("latitude,longitude", "48.85,", "one of latitude and longitude alone"),
        ("latitude,longitude", ",2.35", "one of latitude and longitude alone"),
        ("longitude", "2.35", "one of latitude and longitude alone"),
        ("latitude,longitude", "north,2", "unreadable number"),
        ("size", "large", "unreadable number"),
        ("since", "then", "unreadable date"),
        ("local", "maybe", "neither yes nor no"),
    ],
)
def test_what_cannot_be_read_makes_its_row_bad(header: str, line: str, kind: str) -> None:
    """The row is refused or counted, and the other rows are read."""
    names = header.split(",")
    columns = {"id": "id", **{name: name for name in names}}
    kinds = {"size": "number", "since": "date", "local": "flag"}
    attributes = {name: kinds[name] for name in names if name in kinds}
    lines = (f"id,{header}", f"1,{line}", "2" + "," * len(names))
    assert bad_kinds(*lines, columns=columns, attributes=attributes) == {kind: 1}
    found = customers(*lines, columns=columns, attributes=attributes, errors="report")
    assert [one.id for one in found] == [2]


def test_nothing_personal_is_in_messages_and_reprs() -> None:
    """Neither names nor contacts, places and birthdays of bad rows or of good ones."""
    lines = (FULL, ADA_ROW, ADA_ROW.replace("1990-01-31", "Ada Lovelace").replace("c1", "c2"))
    with pytest.raises(BadRowsError) as caught:
        customers(*lines)
    found = customers(*lines, errors="report")
    for told in (str(caught.value), repr(found), str(found.load_report), repr(found.known)):
        for personal in ("Ada", "ada@x", "111 222", "1990", "48.85", "75001", "1 St"):
            assert personal not in told
    assert repr(found) == "<CustomerList: 1 customer from customers.csv>"


@pytest.mark.parametrize(
    ("lines", "error", "says"),
    [
        (("id,birthday", "1,1990-02-30"), BadRowsError, "column 'birthday': '0000-00-00'"),
        (("id,birthday", "1,03/04/1990"), InvalidValue, "'00/00/0000' was given"),
        (("id,latitude,longitude", "1,48,200"), BadRowsError, "column 'longitude': '000'"),
        (("id,latitude,longitude", "1,'48,856',2"), InvalidValue, "'00,000' was given"),
        (("id,postal_code", "1,75001", "1,75002"), BadRowsError, "column 'postal_code': '00000'"),
    ],
)
def test_messages_show_the_shape_of_what_is_personal(
    lines: tuple[str, ...], error: type[Exception], says: str
) -> None:
    """A birthday, coordinates and an address are masked as contacts are."""
    with pytest.raises(error, match=re.escape(says)):
        customers(*(line.replace("'", '"') for line in lines))


def test_ambiguous_dates_ask_for_their_order() -> None:
    """Nobody guesses which number of a birthday is the day."""
    with pytest.raises(InvalidValue, match="which number of a date in 'birthday' is the day"):
        customers("id,birthday", "1,05/04/1990")
    (ada,) = customers("id,birthday", "1,05/04/1990", dayfirst=True)
    assert ada.birthday == dt.date(1990, 4, 5)


@pytest.mark.parametrize(
    ("lines", "options", "error", "says"),
    [
        (("name,city", "Ada,Paris"), {}, MissingColumn, "no column for the customer"),
        (("name", "Ada"), {"format": "generic"}, MissingColumn, "no column for the customer"),
        (("id", "1"), {"format": "etsy"}, UnknownName, "named 'etsy'.*'shopify'.*'generic'"),
        (("id", "1"), {"format": 5}, InvalidValue, "option format= is no OrderFormat"),
        (("id", "1"), {"columns": {"emaill": "id"}}, UnknownName, "Did you mean 'email'"),
        (("id", "1"), {"columns": {"customer": "ID2"}}, MissingColumn, "looked for 'ID2'"),
        (("id,id", "1,2"), {}, InvalidValue, "2 columns have the header"),
        (("id", "1"), {"attributes": {"a": "colour"}}, UnknownName, "kind of attribute"),
        (("id", "1"), {"attributes": {"birthday": "date"}}, InvalidValue, "all shops have"),
        (("id", "1"), {"attributes": ["a"]}, InvalidValue, "option attributes= is no Mapping"),
        (("id", "1"), {"channels": {}}, InvalidValue, "option channels= is no ChannelTaxonomy"),
        (("id", "1"), {"errors": "skip"}, InvalidValue, "option errors="),
        (("id", "1"), {"progress": 1}, InvalidValue, "option progress= is no function"),
        (("",), {}, UnreadableFile, "it is empty"),
    ],
)
def test_what_cannot_be_used_is_refused(
    lines: tuple[str, ...], options: dict[str, Any], error: type[Exception], says: str
) -> None:
    """The errors are those of the other readers."""
    with pytest.raises(error, match=f"(?s){says}"):
        customers(*lines, **options)


@pytest.mark.parametrize(
    ("reader", "name", "kind"),
    [
        (read_customers, "shopify_orders_export.csv", "orders"),
        (ci.read_products, "shopify_orders_export.csv", "orders"),
        (ci.read_orders, "shopify_customers_export.csv", "customers"),
    ],
)
def test_a_known_export_of_another_kind_is_refused(reader: Any, name: str, kind: str) -> None:
    """An id of an order is no customer's and no product's, though both columns are called Id."""
    with pytest.raises(InvalidValue, match=f"export of {kind}: 'shopify'.*read_{kind}"):
        reader(DATA / name)


def test_columns_that_are_told_are_read_of_any_table() -> None:
    """Who names the columns takes customers out of orders too."""
    found = read_customers(DATA / "shopify_orders_export.csv", columns={"email": "Email"})
    assert len(found) > 0


def test_the_format_can_be_told() -> None:
    """By name, as an object, and with single columns changed."""
    line = "Ada,E,a@x,,,,,,,,,,,,,,,,,,"
    for format in ("shopify", SHOPIFY):
        (ada,) = customers(OLD_SHOPIFY, line, format=format, columns={"name": "First Name"})
        assert ada.name == "Ada"
    (ada,) = customers(OLD_SHOPIFY, line, format="generic")
    assert (ada.name, ada.email) == ("Ada E", "a@x")


# The list


@st.composite
def people(draw: st.DrawFn) -> list[Customer]:
    """Draw customers with some of all that there is to know of one."""
    texts = st.none() | st.sampled_from(["x", "Ünï", "7"])
    instants = st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2030, 1, 1)).map(
        lambda at: at.replace(tzinfo=UTC)
    )
    places = st.none() | st.tuples(st.floats(-90, 90), st.floats(-180, 180))
    ids = draw(st.lists(st.integers(1, 99), max_size=5, unique=True))
    as_text = draw(st.booleans())
    found = []
    for one in ids:
        place = draw(places) or (None, None)
        home = Address(
            street=draw(texts), country=draw(texts), latitude=place[0], longitude=place[1]
        )
        kinds: dict[str, st.SearchStrategy[Any]] = {
            "likes": texts,
            "size": st.none() | st.floats(-9, 9),
            "since": st.none() | st.dates(),
            "is_local": st.none() | st.booleans(),
        }
        told = {name: draw(strategy) for name, strategy in kinds.items()}
        since = draw(st.none() | instants)
        found.append(
            Customer(
                f"c{one}" if as_text else one,
                name=draw(texts),
                email=draw(st.none() | st.just(f"u{one}@x")),
                phone=draw(st.none() | st.just(f"+49 {one} 555 111")),
                created_at=draw(st.none() | instants),
                acquisition_channel=draw(texts),
                addresses=() if home == Address() else (home,),
                birthday=draw(st.none() | st.dates()),
                tags=draw(st.sampled_from([(), ("vip",), (Tag("VIP", since=since), "b")])),
                attributes={name: value for name, value in told.items() if value is not None},
            )
        )
    return found


@given(people())
def test_a_list_gives_back_what_it_was_made_of(given_people: list[Customer]) -> None:
    """Columns lose nothing of a customer, by position, slice and iteration."""
    made = CustomerList.of(given_people)
    assert list(made) == given_people
    assert made[1:] == given_people[1:]
    assert [made[at] for at in range(-len(made), 0)] == given_people
    with pytest.raises(IndexError):
        made[len(made)]


@given(people())
def test_a_history_knows_what_the_list_knows(given_people: list[Customer]) -> None:
    """Objects and the list that they make join orders in the same way."""
    lines = ("order_id,customer,placed_at,amount", "1,1,2024-01-05,10.00")
    one, other = (
        read(*lines, customers=customers)
        for customers in (given_people, CustomerList.of(given_people))
    )
    assert one.customer_ids.tolist() == other.customer_ids.tolist()
    assert repr(one.people_table.labels) == repr(other.people_table.labels)
    assert one.people == len({1, *(customer.id for customer in given_people)})


def test_two_customers_of_one_id_are_refused() -> None:
    """As objects, where nothing says which is right; 7 and "7" are one."""
    with pytest.raises(InvalidValue, match="Two customers have the same id: '1 repeated id'"):
        CustomerList.of([Customer(7), Customer("7")])
    kinds = [Customer(1, attributes={"size": 1}), Customer(2, attributes={"size": "L"})]
    with pytest.raises(
        InvalidValue, match="attribute 'size' is of several kinds: 'number and text'"
    ):
        CustomerList.of(kinds)


def test_customers_never_take_an_order_away() -> None:
    """An e-mail of several customers of the list keeps the order that is its own, and is noted."""
    orders = (
        "order_id,email,placed_at,amount",
        "1,ada@x.com,2024-01-05,10",
        "2,bo@x.com,2024-01-06,5",
    )
    table = customers("customer,email", "1,ada@x.com", "2,ADA@x.com")
    history = read(*orders, customers=table)
    assert owners(history) == {1: "ada@x.com", 2: "bo@x.com"}
    assert dict(history.load_report.notes)["emails_of_several"] == 1
    one = read(*orders, customers=customers("customer,email", "1,ada@x.com"))
    assert owners(one) == {1: "1", 2: "bo@x.com"}
    assert "emails_of_several" not in dict(one.load_report.notes)


def test_rows_that_orders_show_to_be_one_person_are_united() -> None:
    """What the row with an id says comes first; the report tells how many rows there were more."""
    found = customers(
        "id,email,phone,country,tags",
        "7,ada@x,,,vip",
        ",,0049 111 222,FR,local",
    )
    lines = ("order_id,customer,phone,placed_at,amount", "1,7,0049 111 222,2024-01-05,10.00")
    history = read(*lines, customers=found)
    assert history.people == 1
    assert history.people_table.labels["country"].texts().tolist() == ["FR"]
    assert dict(history.load_report.notes) == {"customers_in_several_rows": 1}


def test_prospects_are_people_without_orders() -> None:
    """Who signed up before an instant is known then, and who signed up later is not."""
    found = customers(
        "id,created_at,utm_medium",
        "1,2024-01-01T00:00:00Z,email",
        "2,2024-03-01T00:00:00Z,social",
    )
    history = read("order_id,customer,placed_at,amount", "1,1,2024-02-01,10.00", customers=found)
    assert history.people == 2
    assert history.up_to("2024-02-15").customer_ids.tolist() == [1]
    channels = history.people_table.labels["acquisition_channel"].texts().tolist()
    assert channels == ["email", "social"]
    assert left_out(history) == []


def test_a_file_like_no_other_still_balances() -> None:
    """Damaged rows are counted, as everywhere."""
    data = b"id,email\n1,ada@x\n2\n3,\xff@x\n"
    found = read_customers(named(data, "customers.csv"), errors="report")
    assert {kind.kind: kind.rows for kind in found.load_report.bad} == {
        "not UTF-8": 1,
        "wrong number of cells": 1,
    }
    assert found.load_report.balances
    assert len(found) == 1


def test_no_object_is_made_before_one_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading and joining a list costs no `Customer`."""
    found = customers(FULL, ADA_ROW)

    def refuse(*_arguments: Any, **_more: Any) -> None:
        pytest.fail("an object was made")

    monkeypatch.setattr(Customer, "__init__", refuse)
    again = customers(FULL, ADA_ROW)
    history = read("order_id,customer,placed_at,amount", "1,c1,2024-01-05,1.00", customers=again)
    assert history.people == len(found)
    assert history.people_table.coordinates is not None
    assert np.allclose(history.people_table.coordinates, [[48.85, 2.35]])
