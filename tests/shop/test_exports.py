"""Exports of a shop: chosen fields of whom is asked for, and nobody who did not agree."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

import custinsights as ci
from custinsights.domain import (
    Activity,
    Address,
    Calendar,
    Consent,
    Customer,
    Money,
    Order,
    OrderLine,
    Refund,
    TagBook,
)
from custinsights.domain.identities import Identity
from custinsights.errors import InvalidValue, UnknownName
from custinsights.privacy import PreferenceCentre, generate_key, pseudonym, suppress, suppressed
from custinsights.privacy.data_inventory import category_of
from custinsights.repositories.memory import MemoryStore
from custinsights.repositories.order_rows import batch_of_rows
from custinsights.repositories.protocols import Store, UnitOfWork
from custinsights.shop.exports import (
    CUSTOMER_FIELDS,
    ORDER_FIELDS,
    PRESETS,
    ExportPreset,
    export_customers,
    export_orders,
    is_personal,
)
from tests.hostile import HOSTILE
from tests.shop.conftest import STORES

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def _eur(amount: str) -> Money:
    return Money(amount, "EUR")


def _consent(customer: str, days: int, *, granted: bool = True, **told: str) -> Consent:
    given = {"purpose": "newsletter", "channel": "email", "how": "checkout box", **told}
    return Consent(customer=customer, granted=granted, at=NOON + days * DAY, **given)


PEOPLE = [
    Customer(
        "ada",
        name="Ada Lovelace",
        email="ada@example.com",
        phone="+44 20 7946 0001",
        created_at=NOON,
        birthday=date(1915, 12, 10),
        addresses=[Address(street="1 Engine Row", postal_code="N1", city="London", country="GB")],
        attributes={"vip": True, "shoe_size": 38, "motto": "=1+1"},
    ),
    Customer("bo", name="Bo", email="bo@example.com", attributes={"vip": False}),
    Customer("cy", name="Cy", email="cy@example.com"),
    Customer("di", name="Di", phone="+44 20 7946 0004"),
    Customer("ed", name="Ed", email="ed@example.com"),
]

LEDGER = [
    _consent("ada", 0, how="double opt-in"),
    _consent("bo", 0),
    _consent("bo", 2, granted=False, how="unsubscribe link"),
    _consent("di", 0),
    _consent("ed", 0),
]

ORDERS = [
    Order(
        id="1001",
        customer="ada",
        placed_at=NOON,
        lines=[
            OrderLine("mug", 2, _eur("10.00")),
            OrderLine("cloth", "1.5", _eur("4.00"), discount=_eur("1.00")),
        ],
        shipping=_eur("3.00"),
        tax=_eur("4.17"),
        payment_method="card",
        refunds=[Refund(_eur("5.00"), NOON + 3 * DAY)],
        source="shopify",
        labels={"utm_source": "letter"},
        shipping_address=Address(street="2 Rue Neuve", city="Paris", country="FR"),
    ),
    Order(id="7", customer="bo", placed_at=NOON - DAY, total=_eur("20.00")),
    Order(
        id="1000", customer="ada", placed_at=NOON - 30 * DAY, total=_eur("7.50"), status="cancelled"
    ),
    Order(id="1002", customer=None, placed_at=NOON + DAY, total=_eur("1.00")),
]

LOOSE = {
    "order": -1,
    "source": "",
    "id": "r1",
    "customer": "bo",
    "refunded_at": 1_709_726_400_000_000,  # 2024-03-06 12:00 UTC
    "amount": 250,
    "product": None,
    "currency": "EUR",
    "names": None,
}


@pytest.fixture
def work() -> Iterator[UnitOfWork]:
    """A shop of five people, of whom one may be sent the newsletter."""
    store = MemoryStore()
    with store.begin(at=NOON) as writing:
        for customer in PEOPLE:
            writing.people.put(customer)
        writing.people.consent(*LEDGER)
        writing.orders.add(*ORDERS)
        writing.orders.write(batch_of_rows([], [LOOSE]))
        book = TagBook().add("VIP", "ada", at=NOON, by="Bo", why="dinner")
        book = book.add("local", ["ada", "cy"], at=NOON + 2 * DAY, by="Bo", why="lives here")
        writing.annotations.tag(*book.log)
        writing.activities.add(Activity("ada", NOON, "visit"))
    with store.begin(read_only=True) as reading:
        yield reading


def _history() -> Any:
    return ci.read_objects(
        [attrs.evolve(one, labels={}) for one in ORDERS if one.customer],
        customers=[attrs.evolve(one, attributes={}) for one in PEOPLE],
    )


@pytest.mark.covers("A44")
def test_chosen_fields_come_in_their_order(work: UnitOfWork) -> None:
    """Fields of people, of the customer table and of their orders stand side by side."""
    fields = ["total_spent", "id", "attribute:vip", "city", "created_at", "tags", "birthday"]
    rows = export_customers(work, fields=fields, history=_history()).to_dicts()
    assert [list(row) for row in rows] == [fields] * 5
    assert rows[0] == {
        "total_spent": Decimal("27.17"),
        "id": "ada",
        "attribute:vip": True,
        "city": "London",
        "created_at": NOON,
        "tags": "local; VIP",
        "birthday": "1915-12-10",
    }
    assert rows[2]["attribute:vip"] is rows[2]["city"] is rows[2]["created_at"] is None
    [shoes] = export_customers(work, fields=["attribute:shoe_size"]).columns
    assert shoes.kind == "number"


def test_a_field_of_nobody_is_a_name_near_one(work: UnitOfWork) -> None:
    """A field, a label and a preset that are not there are told with the nearest ones."""
    with pytest.raises(UnknownName, match=r"field of customers named 'emial'.*'email'.*attribute:"):
        export_customers(work, fields=["emial"])
    with pytest.raises(UnknownName, match=r"field of customers named 'total_spend'.*'total_spent'"):
        export_customers(work, fields=["total_spend"])
    with pytest.raises(UnknownName, match=r"field of orders named 'amuont'.*'amount'"):
        export_orders(work, fields=["amuont"])
    with pytest.raises(UnknownName, match=r"preset of customers named 'emaillist'.*'email_list'"):
        export_customers(work, "emaillist")
    with pytest.raises(UnknownName, match=r"preset of orders named 'email_list'.*accounting"):
        export_orders(work, "email_list")
    with pytest.raises(InvalidValue, match="not of customers"):
        export_customers(work, PRESETS["orders"])


def test_what_cannot_be_a_file_is_refused(work: UnitOfWork) -> None:
    """No fields, a field twice, traits of no history, a window that ends before it begins."""
    with pytest.raises(InvalidValue, match="no fields"):
        export_customers(work, fields=[])
    with pytest.raises(InvalidValue, match=r"twice.*email"):
        export_customers(work, fields=["email", "id", "email"])
    with pytest.raises(InvalidValue, match="history="):
        export_customers(work, fields=["total_spent"])
    with pytest.raises(InvalidValue, match="ends before it begins"):
        export_orders(work, window=("2024-03-05", "2024-03-04"))
    with pytest.raises(UnknownName, match=r"customer named 'xxx@xxxxxxx.xxx'"):
        export_orders(work, customers=["ada@example.com"])
    with pytest.raises(InvalidValue, match="asks for a consent"):
        ExportPreset(
            name="o", rows="orders", definition="d", purpose="p", fields=["id"], topic="offers"
        )


@pytest.mark.covers("A46")
@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_whole(name: str, work: UnitOfWork) -> None:
    """Each says what it holds and what for, and all of its fields are there."""
    preset = PRESETS[name]
    assert preset.name == name
    assert preset.definition.endswith(".")
    assert preset.purpose.endswith(".")
    export = (
        export_orders(work, name)
        if preset.rows == "orders"
        else export_customers(work, name, history=_history())
    )
    assert export.table().names == preset.fields
    assert export.table().notes[:2] == (preset.definition, preset.purpose)


@pytest.mark.covers("A46", "M57")
def test_who_did_not_agree_is_left_out_and_counted(work: UnitOfWork) -> None:
    """A letter goes to who agreed to it; the others are told by the first reason that holds."""
    objecting, key = MemoryStore(), generate_key()
    with objecting.begin() as elsewhere:
        suppress(elsewhere, [Identity("email", "ed@example.com")], key=key)
        told = suppressed(elsewhere, key=key)
    export = export_customers(work, "email_list", suppressed=told)
    assert export.to_dicts() == [
        {
            "email": "ada@example.com",
            "name": "Ada Lovelace",
            "agreed_at": NOON,
            "agreed_how": "double opt-in",
            "tags": "local; VIP",
        }
    ]
    assert export.left_out == {
        "no address": 1,
        "suppressed": 1,
        "unsubscribed": 1,
        "no consent": 1,
    }
    said = (
        "1 of 5 agreed to newsletter by email; left out: no address 1, suppressed 1, "
        "unsubscribed 1, no consent 1."
    )
    assert said in export.table().notes
    assert repr(export) == f"<Export email_list: 1 row of 5 fields. {said}>"
    assert "Ada" not in export._repr_html_()


def test_what_is_no_attribute_is_told(work: UnitOfWork) -> None:
    """A column that nobody's table has is misspelled; that others have is empty of some."""
    with pytest.raises(UnknownName, match=r"attribute of customers named 'shoe'.*'shoe_size'"):
        export_customers(work, fields=["attribute:shoe"])
    export = export_customers(work, fields=["attribute:shoe_size"], customers=["bo"])
    assert export.to_dicts() == [{"attribute:shoe_size": None}]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (lambda work: export_customers(work, customers="bo"), "A single value stands where"),
        (lambda work: export_orders(work, customers="bo"), "A single value stands where"),
        (lambda work: export_orders(work, window="2024-05"), "A single value"),  # type: ignore[arg-type]
        (lambda work: export_orders(work, window=("2024-05-01",)), "no span: 1"),  # type: ignore[arg-type]
    ],
    ids=["customers", "whose orders", "month", "start alone"],
)
def test_one_where_several_belong_is_told(
    work: UnitOfWork, asked: Callable[[UnitOfWork], object], said: str
) -> None:
    """A text is not its letters."""
    with pytest.raises(InvalidValue, match=said):
        asked(work)


@pytest.mark.parametrize(
    "told", [{"topic": "newsleter"}, {"topic": "newsletter", "channel": "pigeon"}]
)
def test_a_topic_that_nobody_knows_is_refused(work: UnitOfWork, told: dict[str, str]) -> None:
    """Neither the preference centre nor the ledger has it, so that nobody would have agreed."""
    with pytest.raises(UnknownName, match=r"There is no (topic|channel) .*Known names"):
        export_customers(work, fields=["id"], **told)  # type: ignore[arg-type]


def test_a_topic_of_the_ledger_is_known(work: UnitOfWork) -> None:
    """Also one that the preference centre does not offer."""
    centre = PreferenceCentre(["offers"], ["sms"])
    assert len(export_customers(work, "email_list", centre=centre)) > 0


def test_the_list_of_those_who_objected_must_be_told() -> None:
    """Where a store has such a list, no advertising leaves it without; with its key it works."""
    key = generate_key()
    store = MemoryStore()
    with store.begin(at=NOON) as writing:
        writing.people.put(PEOPLE[0])
        writing.people.put(PEOPLE[4])
        writing.people.consent(LEDGER[0], LEDGER[4])
        suppress(writing, [Identity("email", "ED@example.com")], key=key)
    with store.begin(read_only=True) as work:
        with pytest.raises(InvalidValue, match=r"must not be written to.*suppressed=.*key="):
            export_customers(work, "email_list")
        assert len(export_customers(work, fields=["id"])) == 2
        export = export_customers(work, "email_list", suppressed=suppressed(work, key=key))
    assert (len(export), export.left_out["suppressed"]) == (1, 1)


def test_every_topic_and_channel_is_asked_for_itself(work: UnitOfWork) -> None:
    """Who agreed to the newsletter by e-mail agreed to nothing else; other channels need others."""
    assert export_customers(work, "marketing_platform", fields=["id"]).left_out == {
        "no address": 1,
        "suppressed": 0,
        "unsubscribed": 0,
        "no consent": 4,
    }
    by_phone = export_customers(work, "email_list", fields=["id"], channel="SMS")
    assert by_phone.left_out["no address"] == 3
    assert export_customers(work, "email_list", channel="post").left_out["no address"] == 4
    assert len(export_customers(work, "marketing_platform", fields=["id"], topic="Newsletter")) == 2


def test_a_channel_alone_asks_for_no_consent(work: UnitOfWork) -> None:
    """Who names a channel and no topic does not get everybody, as if all had agreed."""
    with pytest.raises(InvalidValue, match="a channel together with topic="):
        export_customers(work, fields=["id", "phone"], channel="sms")
    assert not len(export_customers(work, fields=["id"], topic="offers", channel="sms"))


def test_an_earlier_instant_knows_earlier_words(work: UnitOfWork) -> None:
    """As of a day, what was agreed, tagged and bought before it is told; without one, all."""
    before = export_customers(
        work,
        "email_list",
        fields=["id", "tags", "total_spent"],
        as_of="2024-03-06",
        history=_history(),
    )
    assert [row["id"] for row in before.to_dicts()] == ["ada", "bo", "ed"]
    assert before.to_dicts()[0] == {"id": "ada", "tags": "VIP", "total_spent": Decimal("32.17")}
    assert before.table().notes[-1].startswith("As of 2024-03-06")
    at_the_instant = export_customers(work, "email_list", fields=["id"], as_of=NOON)
    assert len(at_the_instant) == 0


def test_the_last_word_on_an_address_counts_whoever_said_it() -> None:
    """Two customers of one address: who owns it has unsubscribed, so nobody is written to there."""
    store = MemoryStore()
    with store.begin() as writing:
        writing.people.put(Customer("one", email="both@example.com"))
        writing.people.put(Customer("two", email="Both@example.com"))
        writing.people.consent(_consent("two", 0), _consent("one", 1, granted=False))
    with store.begin(read_only=True) as reading:
        assert export_customers(reading, "email_list").left_out["unsubscribed"] == 2


@pytest.mark.parametrize("made", STORES, ids=lambda make: make.__name__)
@pytest.mark.parametrize(
    ("channel", "contact"), [("email", "b@x.example"), ("phone", "+4930123456")]
)
def test_who_says_no_later_may_be_the_one_who_came_second(
    made: Callable[[Path], Store], tmp_path: Path, channel: str, contact: str
) -> None:
    """The last words on an address count for all who have it, though one of them owns it."""
    store = made(tmp_path)
    told = {channel: contact}
    with store.begin() as writing:
        writing.people.put(Customer("one", **told))  # type: ignore[arg-type]
        writing.people.put(Customer("two", **{channel: contact.upper()}))  # type: ignore[arg-type]
        writing.people.put(Customer("three", **told))  # type: ignore[arg-type]
        writing.people.consent(
            _consent("one", 0, channel=channel),
            _consent("two", 1, channel=channel, granted=False),
        )
    with store.begin(read_only=True) as reading:
        for some in (None, ["one"]):
            export = export_customers(reading, "email_list", channel=channel, customers=some)
            assert export.to_dicts() == []
            assert export.left_out["unsubscribed"] == (3 if some is None else 1)
    store.close()


def test_a_segment_or_some_ids_choose_the_rows(work: UnitOfWork) -> None:
    """Only those are in it; who was renamed or merged is found by the id that they had."""
    history = _history()
    inside = ci.segment(history, "order_count >= 1")
    ids = history.customer_ids[inside].tolist()
    assert [
        row["id"] for row in export_customers(work, fields=["id"], customers=ids).to_dicts()
    ] == [
        "ada",
        "bo",
    ]
    assert len(export_customers(work, customers=[], fields=["id"])) == 0
    store = MemoryStore()
    with store.begin() as writing:
        for customer in PEOPLE[:3]:
            writing.people.put(customer)
        writing.people.rename("ada", "a1")
        writing.people.merge("bo", "cy")
        found = export_customers(writing, fields=["id"], customers=["ada", "bo"])
        assert [row["id"] for row in found.to_dicts()] == ["a1", "cy"]


@pytest.mark.covers("A46")
def test_an_analysis_tells_nobody(work: UnitOfWork) -> None:
    """No field that the inventory calls personal, and no text of a person, is in the file."""
    export = export_customers(work, "analysis", history=_history())
    assert not is_personal(PRESETS["analysis"].fields)
    told = {*category_of(Customer), *category_of(Address)} - {"acquisition_channel"}
    assert not told & set(PRESETS["analysis"].fields)
    stream = io.StringIO()
    export.to_csv(stream)
    for customer in PEOPLE:
        for text in (customer.id, customer.name, customer.email, customer.phone):
            assert not text or f'"{text}"' not in stream.getvalue()
    assert len(export) == 5


def test_pseudonyms_need_a_key(work: UnitOfWork) -> None:
    """With a key rows can be told apart and joined again; without one there is none."""
    key = generate_key()
    rows = export_customers(work, fields=["pseudonym"], key=key).to_dicts()
    assert rows[0] == {"pseudonym": pseudonym("ada", key)}
    with pytest.raises(InvalidValue, match=r"key=.*generate_key"):
        export_customers(work, fields=["pseudonym"])


@pytest.mark.parametrize(
    ("fields", "is_so"),
    [
        (["id", "tags", "country", "total_spent"], False),
        (["street"], True),
        (["birthday"], True),
        (["attribute:vip"], True),
        (["customer_name"], True),
        (["billing_postal_code"], True),
        (["shipping_country", "customer"], False),
    ],
)
def test_personal_fields_are_those_of_the_inventory(fields: list[str], is_so: bool) -> None:
    """Who may not see contacts may not export them: the same fields are masked elsewhere."""
    assert is_personal(fields) is is_so


@pytest.mark.covers("M24")
def test_the_orders_of_one_customer(work: UnitOfWork) -> None:
    """By time, with products, state, and what was given back."""
    rows = export_orders(work, customers=["ada"]).to_dicts()
    assert [(row["id"], row["status"], row["products"]) for row in rows] == [
        ("1000", "cancelled", None),
        ("1001", "paid", "2 × mug; 1.5 × cloth"),
    ]
    assert rows[1]["placed_at"] == NOON
    assert (rows[1]["amount"], rows[1]["refunded"], rows[1]["net"]) == (
        *(Decimal("32.17"), Decimal("5.00"), Decimal("27.17")),
    )


def test_fields_of_orders_may_be_those_of_people_and_places(work: UnitOfWork) -> None:
    """Contacts of who ordered, where it was sent, and what else the source told of it."""
    fields = ["id", "customer_email", "shipping_city", "billing_city", "label:utm_source", "units"]
    rows = {row["id"]: row for row in export_orders(work, fields=fields).to_dicts()}
    assert rows["1001"] == {
        "id": "1001",
        "customer_email": "ada@example.com",
        "shipping_city": "Paris",
        "billing_city": None,
        "label:utm_source": "letter",
        "units": Decimal("3.5"),
    }
    assert rows["1002"]["customer_email"] is None


@pytest.mark.covers("A46")
def test_the_accounts_add_up_to_the_revenue(work: UnitOfWork) -> None:
    """What was paid less what was given back, refunds of no order included, is the revenue."""
    rows = export_orders(work, "accounting").to_dicts()
    assert {row["entry"] for row in rows} == {"order", "refund"}
    by_parts = next(row for row in rows if row["id"] == "1001")
    parts = ("goods", "shipping", "tax", "tip", "discount")
    assert [by_parts[name] for name in parts] == [
        *(Decimal("26.00"), Decimal("3.00"), Decimal("4.17"), None, Decimal("1.00")),
    ]
    known = [row for row in rows if row["customer"] and row["status"] in ("paid", None)]
    revenue = ci.measure(_history(), "revenue").to_dicts()[0]["revenue"]
    assert sum(row["net"] for row in known) == revenue - Decimal("2.50")
    refund = next(row for row in rows if row["entry"] == "refund")
    assert (refund["id"], refund["amount"], refund["net"]) == ("r1", None, Decimal("-2.50"))


def test_refunds_of_no_order_are_told_where_they_have_no_row(work: UnitOfWork) -> None:
    """A list of orders says what it lacks of the revenue."""
    said = "1 refund of no order, together EUR 2.50: not in it; the preset accounting has them."
    assert said in export_orders(work).table().notes
    assert said not in export_orders(work, customers=["ada"]).table().notes
    assert said not in export_orders(work, "accounting").table().notes


def test_a_window_is_half_open_in_the_days_of_the_shop(work: UnitOfWork) -> None:
    """Orders placed from the first day's start to before the last day's start, in its zone."""
    tokyo = Calendar("Asia/Tokyo")
    [row] = export_orders(work, window=("2024-03-05", "2024-03-06"), calendar=tokyo).to_dicts()
    assert row["id"] == "1001"
    assert row["placed_at"].isoformat() == "2024-03-05T21:00:00+09:00"
    entries = export_orders(work, "accounting", window=("2024-03-06", "2024-03-07"))
    assert [(row["entry"], row["id"]) for row in entries.to_dicts()] == [
        ("order", "1002"),
        ("refund", "r1"),
    ]


def test_a_refund_that_is_told_by_itself_finds_its_order() -> None:
    """One that names an order of its source lowers it; one of which there is no order is alone."""
    store = MemoryStore()
    with store.begin() as work:
        work.orders.add(*ORDERS)
        work.orders.write(
            batch_of_rows(
                [],
                [
                    {**LOOSE, "source": "shopify", "names": "1001"},
                    {**LOOSE, "source": "etsy", "names": "1001", "id": "r2"},
                ],
            )
        )
        rows = export_orders(work, "accounting").to_dicts()
    assert {row["id"]: row["refunded"] for row in rows if row["refunded"]} == {
        "1001": Decimal("7.50"),
        "r2": Decimal("2.50"),
    }


def test_several_currencies_stand_side_by_side() -> None:
    """Amounts keep their decimals, whatever the other currencies have."""
    store = MemoryStore()
    with store.begin() as work:
        for place, code in enumerate(("EUR", "JPY", "KWD")):
            work.orders.add(
                Order(id=str(place), customer="a", placed_at=NOON, total=Money(12, code))
            )
        export = export_orders(work, fields=["currency", "amount"])
    assert [(row["currency"], row["amount"]) for row in export.to_dicts()] == [
        ("EUR", Decimal("12.000")),
        ("JPY", Decimal("12.000")),
        ("KWD", Decimal("12.000")),
    ]
    assert export.columns[1].unit == ""


def test_an_empty_shop_has_a_header_alone(tmp_path: Path) -> None:
    """Nobody and nothing is a file with its columns."""
    with MemoryStore().begin() as work:
        orders, people = export_orders(work, "accounting"), export_customers(work, "email_list")
    orders.to_csv(tmp_path / "o.csv")
    people.to_xlsx(tmp_path / "p.xlsx")
    assert len((tmp_path / "o.csv").read_text().splitlines()) == 1
    assert load_workbook(tmp_path / "p.xlsx")["Data"].max_row == 1


@pytest.mark.covers("A44", "A45")
def test_hostile_words_are_texts_in_every_column(tmp_path: Path) -> None:
    """Names, streets, tags and attributes that look like formulas are texts in both files."""
    some = (text.replace("\0", "") for text in HOSTILE if len(text) < 1_000)
    hostile = [text for text in some if text.strip()]
    store = MemoryStore()
    fields = ["id", "name", "street", "city", "acquisition_channel", "attribute:motto"]
    with store.begin() as work:
        for place, text in enumerate(hostile):
            work.people.put(
                Customer(
                    f"{place:03} {text}",
                    name=text,
                    acquisition_channel=text,
                    addresses=[Address(street=text, city=text)],
                    attributes={"motto": text},
                )
            )
        export = export_customers(work, fields=fields)
    export.to_xlsx(tmp_path / "e.xlsx")
    export.to_csv(tmp_path / "e.csv")
    book: Any = load_workbook(tmp_path / "e.xlsx")
    cells = [*book["Data"].iter_rows(min_row=2)]
    with (tmp_path / "e.csv").open(encoding="utf-8", newline="") as stream:
        lines = [*csv.reader(stream)][1:]
    assert len(cells) == len(lines) == len(hostile)
    for text, row, line in zip(hostile, cells, lines, strict=True):
        for cell, plain in zip(row[1:], line[1:], strict=True):
            assert (unescape(cell.value), cell.data_type, cell.hyperlink) == (text, "s", None)
            assert plain in (text, f"'{text}")
            assert not plain.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


def test_the_words_for_fields_are_what_is_there() -> None:
    """Every field that is offered is one that can be exported."""
    with MemoryStore().begin() as work:
        export_customers(work, fields=CUSTOMER_FIELDS, key=generate_key())
        export_orders(work, fields=ORDER_FIELDS)
