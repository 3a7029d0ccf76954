"""Which tables hold a shop's memory?

A table, column or index says in ``info`` with which migration it came; without, it was there first.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from custinsights.repositories.batches import (
    ACTIVITY_COLUMNS,
    LINE_COLUMNS,
    ORDER_COLUMNS,
    PRODUCT_COLUMNS,
    REFUND_COLUMNS,
)

__all__ = [
    "activities",
    "annotations",
    "changes",
    "consents",
    "counters",
    "identities",
    "ids",
    "lines",
    "logs",
    "lone_refunds",
    "migrations",
    "orders",
    "people",
    "products",
    "refunds",
    "settings",
    "tables",
    "tag_changes",
]

TEXT: Final = Text().with_variant(Text(collation="C"), "postgresql")
"""Ordered by code points, everywhere."""
NUMBER: Final = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits, everywhere: in SQLite only a plain INTEGER is the key of its rows."""

_TYPES: Final[Mapping[str, Any]] = {
    "text": TEXT,
    "texts": TEXT,  # JSON
    "mapping": TEXT,  # JSON
    "instant": NUMBER,
    "money": NUMBER,
    "quantity": NUMBER,
    "float": Double(),
}

tables: Final = MetaData()
"""All of them."""


def _columns(kinds: Mapping[str, str], *without: str) -> list[Column[Any]]:
    """Return the columns that a batch has, but for those that are stored otherwise."""
    return [Column(name, _TYPES[kind]) for name, kind in kinds.items() if name not in without]


def _person(*, nullable: bool = False) -> Column[Any]:
    return Column("person", NUMBER, ForeignKey("people.key"), nullable=nullable)


def _order() -> Column[Any]:
    return Column("order", NUMBER, ForeignKey("orders.key"), primary_key=True)


def _number(name: str, **options: Any) -> Column[Any]:
    return Column(name, NUMBER, nullable=False, **options)


def _text(name: str, **options: Any) -> Column[Any]:
    return Column(name, TEXT, nullable=False, **options)


def _key() -> Column[Any]:
    return Column("key", NUMBER, primary_key=True, autoincrement=False)


migrations = Table(
    "custinsights_migrations",
    tables,
    Column("number", NUMBER, primary_key=True, autoincrement=False),
    _text("name"),
)

counters = Table(  # one row; who writes holds it
    "counters",
    tables,
    *(_number(name) for name in ("change", "person", "order", "entry")),
)

changes = Table(
    "changes",
    tables,
    Column("number", NUMBER, primary_key=True, autoincrement=False),
    Column("at", NUMBER),
    _text("repository"),
    _text("first"),
    Column("second", TEXT),
    Column("third", TEXT),
    _text("what"),
    Column("before", TEXT),
)


def _some(name: str, column: Column[Any], rows: str) -> Index:
    """Return an index of some rows alone."""
    told = text(rows)
    return Index(name, column, sqlite_where=told, postgresql_where=told, info={"since": 3})


_some("changes_people", changes.c.first, "repository = 'people'")
_some("changes_annotations", changes.c.second, "repository = 'annotations'")
_some("changes_before", changes.c.number, "before IS NOT NULL")

people = Table(
    "people",
    tables,
    _key(),
    _text("id", unique=True),
    _number("version"),
    _number("changed"),
    Column("merged_into", NUMBER, ForeignKey("people.key")),
    _number("root"),  # whom the pointers lead to
    *(Column(name, TEXT) for name in ("name", "email", "phone", "birthday")),  # sealed
    *(Column(name, TEXT) for name in ("addresses", "coordinates")),  # sealed
    *(Column(name, TEXT) for name in ("country", "region", "city")),
    Column("created_at", NUMBER),
    Column("acquisition_channel", TEXT),
    Column("attributes", TEXT),
    _text("search"),  # id and, where they rest open, contacts, without case
    Column("figures", TEXT),  # of the phone number, where it rests open
    Column("sort_name", TEXT),  # where the name rests open
    Index("people_root", "root"),
)
_some("people_merged", people.c.key, "merged_into IS NOT NULL")

ids = Table("ids", tables, _text("id", primary_key=True), _person(), Index("ids_person", "person"))

identities = Table(
    "identities",
    tables,
    _text("kind", primary_key=True),
    _text("source", primary_key=True),
    _text("index", primary_key=True),  # blinded where it is a contact
    _text("value"),  # sealed
    _person(),
    Index("identities_person", "person"),
)

consents = Table(
    "consents",
    tables,
    Column("number", NUMBER, primary_key=True, autoincrement=False),
    _person(),
    _text("record"),
    Column("evidence", TEXT),  # sealed
    Index("consents_person", "person"),
)

orders = Table(
    "orders",
    tables,
    _key(),
    *_columns(ORDER_COLUMNS, "customer"),  # addresses sealed
    _person(nullable=True),
    _number("digest"),
    _number("changed"),
    Column("observed_until", NUMBER, info={"since": 5}),
    UniqueConstraint("source", "id"),
    Index("orders_person", "person"),
    Index("orders_changed", "changed", info={"since": 2}),
)

lines = Table(
    "lines",
    tables,
    _order(),
    Column("position", NUMBER, primary_key=True, autoincrement=False),
    *_columns(LINE_COLUMNS, "order"),
    sqlite_with_rowid=False,
)

refunds = Table(
    "refunds",
    tables,
    _order(),
    Column("position", NUMBER, primary_key=True, autoincrement=False),
    *_columns(REFUND_COLUMNS, "order", "source", "customer", "currency", "names"),
    sqlite_with_rowid=False,
)

lone_refunds = Table(
    "lone_refunds",
    tables,
    *_columns(REFUND_COLUMNS, "order", "customer"),
    _person(nullable=True),
    _number("digest"),
    _number("changed"),
    UniqueConstraint("source", "id"),
    Index("lone_refunds_person", "person"),
    Index("lone_refunds_names", "source", "names", info={"since": 4}),
)

products = Table(
    "products",
    tables,
    _text("id", primary_key=True),
    *_columns(PRODUCT_COLUMNS, "id"),
    _number("changed"),
)

activities = Table(
    "activities",
    tables,
    *_columns(ACTIVITY_COLUMNS, "customer"),
    _person(nullable=True),
    _number("digest"),
    _number("changed"),
    UniqueConstraint("source", "id"),
    Index("activities_person", "person"),
    Index("activities_changed", "changed", info={"since": 2}),
)

annotations = Table(
    "annotations",
    tables,
    _text("kind", primary_key=True),
    _number("owner", primary_key=True),  # the person where the key is theirs, else 0
    _text("key", primary_key=True),
    _person(nullable=True),
    _number("version"),
    _text("record"),  # sealed where it is a note
    Index("annotations_person", "person"),
)

tag_changes = Table(
    "tag_changes",
    tables,
    Column("number", NUMBER, primary_key=True, autoincrement=False),
    _person(),
    _text("record"),
    Index("tag_changes_person", "person"),
)

settings = Table("settings", tables, _text("name", primary_key=True), _text("value"))

logs = Table(
    "logs",
    tables,
    Column("number", NUMBER, primary_key=True, autoincrement=False),
    _text("log"),
    Column("at", TEXT),
    _person(nullable=True),
    _text("entry"),
    Index("logs_person", "person"),
    Index("logs_log", "log", info={"since": 3}),
)
