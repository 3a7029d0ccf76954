"""A shop's own tables are read as a store, and never written."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import (
    Column,
    Date,
    DateTime,
    Engine,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    create_engine,
    insert,
    select,
)

import custinsights as ci
from custinsights.domain import (
    Address,
    Customer,
    Identity,
    Money,
    Order,
    OrderLine,
    Product,
    Refund,
)
from custinsights.errors import InvalidValue, MissingColumn, UnknownName
from custinsights.repositories.memory import MemoryStore
from custinsights.repositories.protocols import Store
from custinsights.repositories.sql import Mapped, SqlMapping
from custinsights.shop.exports import export_customers, export_orders

TABLES = MetaData()
CLIENTS = Table(
    "clients",
    TABLES,
    Column("nr", Integer, primary_key=True),
    Column("full name", String),
    Column("mail", String),
    Column("tel", String),
    Column("since", DateTime),
    Column("born", Date),
    Column("town", String),
    Column("size", Integer),
)
SALES = Table(
    "sales",
    TABLES,
    Column("nr", Integer, primary_key=True),
    Column("client", Integer),
    Column("day", DateTime),
    Column("paid", Numeric(10, 2)),
    Column("post", Numeric(10, 2)),
    Column("via", String),
)
ITEMS = Table(
    "items",
    TABLES,
    Column("sale", Integer),
    Column("sku", String),
    Column("how_many", Numeric(10, 3)),
    Column("each", Numeric(10, 2)),
)
BACK = Table(
    "given back", TABLES, Column("sale", Integer), Column("sum", Numeric(10, 2)), Column("on", Date)
)
GOODS = Table("goods", TABLES, Column("sku", String), Column("price", Numeric(10, 2)))
MEANT: dict[str, Mapped] = {
    "orders": Mapped(
        "sales",
        id="nr",
        customer="client",
        placed_at="day",
        amount="paid",
        shipping="post",
        channel="via",
    ),
    "lines": Mapped("items", order="sale", product="sku", quantity="how_many", unit_price="each"),
    "refunds": Mapped("given back", order="sale", amount="sum", refunded_at="on"),
    "products": Mapped("goods", id="sku", price="price"),
    "customers": Mapped(
        "clients",
        id="nr",
        name="full name",
        email="mail",
        phone="tel",
        created_at="since",
        birthday="born",
        city="town",
        attribute_size="size",
    ),
}


def euros(amount: str) -> Money:
    """Return an amount."""
    return Money(amount, "EUR")


def at(day: int, hour: int = 12) -> datetime:
    """Return an instant."""
    return datetime(2024, 3, day, hour, tzinfo=UTC)


@pytest.fixture
def engine(where: str) -> Iterator[Engine]:
    """Return a database with the tables of a shop."""
    address = where.replace("postgresql:", "postgresql+psycopg:")
    engine = create_engine(address if "://" in where else f"sqlite:///{where}")
    TABLES.create_all(engine)
    people: list[dict[str, Any]] = [
        {"nr": 7, "full name": "Ada Byron", "mail": "Ada@example.com", "size": 41},
        {"nr": 10, "full name": "bob", "tel": "+33 6 12 34 56 78", "since": datetime(2024, 1, 2)},
        {"nr": 9, "born": date(1990, 5, 4), "town": "Lyon"},
    ]
    rows: list[tuple[Table, list[dict[str, Any]]]] = [
        (CLIENTS, people),
        (
            SALES,
            [
                {"nr": 1, "client": 7, "day": datetime(2024, 3, 5, 12), "post": 2, "via": "web"},
                {"nr": 2, "client": 10, "day": datetime(2024, 3, 4, 9), "paid": Decimal("7.25")},
                {"nr": 12, "client": 7, "day": datetime(2024, 3, 6, 12), "paid": 1},
            ],
        ),
        (
            ITEMS,
            [
                {"sale": 1, "sku": "p", "how_many": Decimal("1.5"), "each": Decimal("3.33")},
                {"sale": 1, "sku": "q", "how_many": 2, "each": Decimal("4.50")},
            ],
        ),
        (BACK, [{"sale": 1, "sum": 3, "on": date(2024, 3, 9)}]),
        (GOODS, [{"sku": "p", "price": Decimal("3.33")}]),
    ]
    with engine.begin() as connection:
        for table, told in rows:
            empty = dict.fromkeys(column.name for column in table.columns)
            connection.execute(insert(table), [{**empty, **one} for one in told])
    yield engine
    engine.dispose()


def mapping(engine: Engine, **changed: Mapped | None) -> SqlMapping:
    """Return the shop's tables as a store; the type says that they are one."""
    told: dict[str, Any] = {**MEANT, **changed}
    store: Store = SqlMapping(engine, currency="EUR", **told)
    assert isinstance(store, SqlMapping)
    return store


def same_in_memory() -> Store:
    """Return the same shop in memory."""
    store = MemoryStore()
    lines = [OrderLine("p", "1.5", euros("3.33")), OrderLine("q", 2, euros("4.50"))]
    back = Refund(euros("3.00"), at(9, 0))
    with store.begin() as work:
        work.people.write(
            [
                Customer("7", name="Ada Byron", email="Ada@example.com", attributes={"size": 41}),
                Customer(
                    "10",
                    name="bob",
                    phone="+33 6 12 34 56 78",
                    created_at=datetime(2024, 1, 2, tzinfo=UTC),
                ),
                Customer("9", birthday=date(1990, 5, 4), addresses=[Address(city="Lyon")]),
            ]
        )
        told: dict[str, Any] = {"shipping": euros("2.00"), "channel": "web", "refunds": [back]}
        work.orders.add(
            Order(id="1", customer="7", placed_at=at(5), lines=lines, **told),
            Order(id="2", customer="10", placed_at=at(4, 9), total=euros("7.25")),
            Order(id="12", customer="7", placed_at=at(6), total=euros("1.00")),
        )
        work.orders.put_products([Product("p", price=euros("3.33"))])
        work.annotations.set("shop", {"currency": "EUR", "timezone": "UTC"})
    return store


def test_tables_say_what_the_same_shop_in_memory_says(engine: Engine) -> None:
    """Orders, people and products read as in a store, one by one, listed and as columns."""
    with mapping(engine).begin() as ours, same_in_memory().begin() as theirs:
        for name in ("1", "2", "12", "99"):
            assert ours.orders.get(name) == theirs.orders.get(name)
        for who in ("7", "9", "10", "x"):
            assert ours.orders.of(who) == theirs.orders.of(who)
            assert ours.orders.export(who) == theirs.orders.export(who)
            assert ours.people.export(who) == theirs.people.export(who)
            assert ours.people.get(who) == theirs.people.get(who)
        asked = [Identity("id", "9"), Identity("email", "ada@EXAMPLE.com"), Identity("id", "x")]
        assert ours.people.find_all(asked) == theirs.people.find_all(asked) == ["9", "7", None]
        for sort in ("id", "name", "created_at"):
            for descending in (False, True):
                listed: dict[str, Any] = {"sort": sort, "descending": descending, "after": "7"}
                assert [*ours.people.listed(**listed)] == [*theirs.people.listed(**listed)]
        for search in ("ADA", "06 12", "612", "example", "zz"):
            assert [*ours.people.listed(search)] == [*theirs.people.listed(search)]
        for rows in (1, 9):
            for mine, other in zip(
                ours.orders.scan(batch_rows=rows), theirs.orders.scan(batch_rows=rows), strict=True
            ):
                for part in ("orders", "lines", "refunds"):
                    assert columns(getattr(mine, part)) == columns(getattr(other, part))


def columns(part: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return columns as lists, but for the state that only objects always have."""
    return {name: column.tolist() for name, column in part.items() if name != "fulfilment"}


def test_the_history_of_tables_is_that_of_the_same_shop(engine: Engine) -> None:
    """What a history measures does not depend on where the orders rest."""
    for customers in (None, ["7"]):
        ours, theirs = (
            ci.read_store(store, customers=customers)
            for store in (mapping(engine), same_in_memory())
        )
        answers = (
            ci.measure(one, ["orders", "revenue", "customers"], by="channel").to_dicts()
            for one in (ours, theirs)
        )
        assert next(answers) == next(answers)
        assert ours.customer_ids.tolist() == theirs.customer_ids.tolist()


def test_customers_without_a_table_are_those_who_ordered(engine: Engine) -> None:
    """Where no table tells of customers, they are known by the ids in orders."""
    with mapping(engine, customers=None).begin() as work:
        assert [one.id for one in work.people.listed()] == ["10", "7"]
        assert work.people.get("9") is None


def test_a_time_without_a_zone_is_one_of_the_shop(engine: Engine) -> None:
    """Noon in the table is noon in the zone of the shop."""
    store = SqlMapping(engine, currency="EUR", timezone="America/New_York", orders=MEANT["orders"])
    with store.begin() as work:
        order = work.orders.get("12")
        assert order is not None
        assert order.placed_at == at(6, 17)


def test_any_join_is_a_table(engine: Engine) -> None:
    """A subquery stands for a table, and an expression for a column."""
    joined = select(SALES, CLIENTS.c.town.label("town")).join(
        CLIENTS, SALES.c.client == CLIENTS.c.nr, isouter=True
    )
    orders = Mapped(
        joined.subquery(),
        id="nr",
        customer="client",
        placed_at="day",
        city="town",
        amount=lambda table: table.c.paid * 2,
        coupon=lambda table: table.c.via + "-10",
    )
    with mapping(engine, orders=orders, lines=None).begin() as work:
        order = work.orders.get("2")
        assert order is not None
        assert order.amount == euros("14.50")


WRITING = {
    "people": ("put", "write", "identify", "rename", "merge", "unmerge", "consent", "forget"),
    "orders": ("add", "write", "put_products", "forget"),
    "activities": ("add", "write", "forget"),
    "annotations": ("put", "remove", "tag", "set", "record", "forget"),
}


@pytest.mark.parametrize("part", WRITING)
def test_nothing_is_written(engine: Engine, part: str) -> None:
    """Every method that would change something is refused."""
    with mapping(engine).begin() as work:
        for name in WRITING[part]:
            with pytest.raises(InvalidValue, match="is only read: 'a change' was given"):
                getattr(getattr(work, part), name)("anything")
        with pytest.raises(InvalidValue, match="does not know what changed"):
            next(work.orders.scan(since=1))
        assert (work.last_change(), [*work.changes()]) == (0, [])


def test_exports_are_those_of_the_same_shop_in_memory(engine: Engine) -> None:
    """Customers and orders leave a shop's own tables as they leave a store.

    But for the fulfilment, of which the tables tell nothing.
    """
    fields = ["id", "name", "email", "phone", "created_at", "birthday", "city", "attribute:size"]
    with mapping(engine).begin() as ours, same_in_memory().begin() as theirs:
        for told in ("accounting", "orders"):
            rows = [export_orders(work, told).to_dicts() for work in (ours, theirs)]
            for row in (one for part in rows for one in part):
                row.pop("fulfilment", None)
            assert rows[0] == rows[1]
        people = export_customers(ours, fields=fields).to_dicts()
        assert people == export_customers(theirs, fields=fields).to_dicts()
        assert len(people) == 3
        assert export_customers(ours, "email_list").left_out["no consent"] == 1


def test_what_is_not_mapped_is_empty(engine: Engine) -> None:
    """Nobody has notes, tags, consents or activities."""
    with mapping(engine).begin() as work:
        told = (work.activities.of("7"), work.people.consents("7"), work.people.merged())
        assert [*map(len, told)] == [0, 0, 0]
        assert work.people.consents() == ()
        assert [*work.activities.scan(), *work.annotations.all("note")] == []
        assert work.annotations.get("note", "n1") is None
        assert work.annotations.setting("shop") == {"currency": "EUR", "timezone": "UTC"}
        assert work.annotations.setting("other") is None


def test_what_is_missing_is_named(engine: Engine) -> None:
    """Tables, columns and meanings that are not there are refused when the mapping is made."""
    told = MEANT["orders"].columns
    with pytest.raises(UnknownName, match=r"no table named 'sale'\. Did you mean 'sales'"):
        mapping(engine, orders=Mapped("sale", **told))
    with pytest.raises(MissingColumn, match="looked for 'clients'; found 'nr', 'client'"):
        mapping(engine, orders=Mapped("sales", **{**told, "customer": "clients"}))
    with pytest.raises(UnknownName, match="no column of orders named 'colour'"):
        mapping(engine, orders=Mapped("sales", **told, colour="via"))
    with pytest.raises(MissingColumn, match="no column for the placed_at of orders"):
        mapping(engine, orders=Mapped("sales", id="nr", customer="client"))
    with pytest.raises(UnknownName, match="currency"):
        SqlMapping(engine, currency="XXX!", orders=MEANT["orders"])


def test_another_column_where_the_birthday_belongs_is_not_shown(engine: Engine) -> None:
    """What stands there is somebody's: the error tells its kind alone."""
    customers = Mapped("clients", id="nr", birthday="mail")
    with mapping(engine, customers=customers).begin() as work, pytest.raises(InvalidValue) as told:
        list(work.people.scan())
    said = "the birthday of customers is not what it should be: 'str' was given"
    assert said in f"{told.value}".replace("The", "the")
    assert told.value.__cause__ is None


def test_what_is_not_what_it_means_is_refused(engine: Engine) -> None:
    """A text where an amount or an instant belongs, and an order that is there twice."""
    told = MEANT["orders"].columns
    for name in ("amount", "placed_at"):
        orders = Mapped("sales", **{**told, name: "via"})
        with (
            mapping(engine, orders=orders).begin() as work,
            pytest.raises(InvalidValue, match=f"he {name} of orders is not what it should be"),
        ):
            work.orders.get("1")
    doubled = Mapped(
        select(SALES).join(ITEMS, SALES.c.nr == ITEMS.c.sale).subquery(),
        **told,
    )
    with (
        mapping(engine, orders=doubled).begin() as work,
        pytest.raises(InvalidValue, match="An order is there twice"),
    ):
        work.orders.get("1")


def test_what_is_no_address_is_told() -> None:
    """Without showing it: it may hold a password."""
    said = r"no address of a database.*sqlite:///own.db"
    with pytest.raises(InvalidValue, match=said) as refused:
        SqlMapping("secret@own.db", currency="EUR", orders=Mapped(SALES, id="nr"))
    assert "secret" not in str(refused.value)
