"""How does a shop's own database read as a store, without being copied?

`SqlMapping` is told which tables hold customers, orders, lines, refunds and products, and what
their columns mean. It can be asked whatever a store can be asked; it never writes.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import ArgumentError

from custinsights.domain.calendar import Calendar
from custinsights.domain.currencies import minor_exponent
from custinsights.errors import InvalidValue, MissingExtra
from custinsights.repositories.batches import (
    LINE_COLUMNS,
    ORDER_COLUMNS,
    PRODUCT_COLUMNS,
    REFUND_COLUMNS,
)
from custinsights.repositories.ending import Ending
from custinsights.repositories.sql.mapped import Mapped, Reader
from custinsights.repositories.sql.mapped_orders import MappedOrders
from custinsights.repositories.sql.mapped_people import PERSON_COLUMNS, MappedPeople
from custinsights.repositories.sql.unmapped import Nothing, Said
from custinsights.repositories.stored import Change

__all__ = ["MappedWork", "SqlMapping"]

_TABLES: Final[Mapping[str, tuple[Mapping[str, str], tuple[str, ...]]]] = {
    "orders": (ORDER_COLUMNS, ("id", "customer", "placed_at")),
    "lines": ({**LINE_COLUMNS, "order": "text"}, ("order", "product", "quantity")),
    "refunds": ({**REFUND_COLUMNS, "order": "text"}, ("order", "amount")),
    "products": (PRODUCT_COLUMNS, ("id",)),
    "customers": (PERSON_COLUMNS, ("id",)),
}


class SqlMapping:
    """A shop's own tables as a store that is only read.

    What is not mapped is empty: nobody has notes, tags or consents. Ids are texts, as in every
    store. Every order is in `currency`.

    Parameters
    ----------
    where : str or Engine
        The address of the database, or an engine of SQLAlchemy.
    currency : str
        The currency of all amounts, which are in its major units; they are rounded half to even.
    timezone : str, default "UTC"
        The zone of times that tell none.
    orders : Mapped
        The columns of `custinsights.repositories.batches.ORDER_COLUMNS`; id, customer and placed_at
        are needed. Without ``amount`` it is what lines and charges make.
    lines : Mapped, optional
        Those of ``LINE_COLUMNS``; order, product and quantity are needed. Without ``amount`` it is
        quantity × unit_price − discount.
    refunds : Mapped, optional
        Those of ``REFUND_COLUMNS``; order and amount are needed.
    products : Mapped, optional
        Those of ``PRODUCT_COLUMNS``; id is needed.
    customers : Mapped, optional
        Fields of `Customer` and of its one `Address`, and attributes as ``attribute_<name>``; id is
        needed.

    Raises
    ------
    UnknownName
        There is no such table, or nothing that has this meaning.
    MissingColumn
        A table has no such column, or one that is needed is not told.
    """

    def __init__(
        self,
        where: str | Engine,
        *,
        currency: str,
        timezone: str = "UTC",
        orders: Mapped,
        lines: Mapped | None = None,
        refunds: Mapped | None = None,
        products: Mapped | None = None,
        customers: Mapped | None = None,
    ) -> None:
        minor_exponent(currency)
        calendar = Calendar(timezone)
        self._own = isinstance(where, str)
        self._engine = _engine(where)
        self._settings = {"currency": currency, "timezone": timezone}
        given = {"lines": lines, "refunds": refunds, "products": products, "customers": customers}
        self._readers = {
            name: Reader.of(
                self._engine,
                mapped,
                _kinds(name, mapped),
                _TABLES[name][1],
                what=name,
                currency=currency,
                calendar=calendar,
            )
            for name, mapped in {"orders": orders, **given}.items()
            if mapped is not None
        }

    def begin(self, *, at: datetime | None = None, read_only: bool = True) -> "MappedWork":
        """Begin to read; `at` and `read_only` change nothing, for nothing is ever written."""
        del at, read_only
        return MappedWork(self._engine.connect(), self._readers, self._settings)

    def close(self) -> None:
        """Let go of connections, where the engine is one's own."""
        if self._own:
            self._engine.dispose()


def _engine(where: str | Engine) -> Engine:
    if isinstance(where, Engine):
        return where
    try:
        return create_engine(where, hide_parameters=True)
    except ArgumentError:
        allowed = "one such as 'sqlite:///own.db', or an engine of SQLAlchemy"
        raise InvalidValue("this is no address of a database", "another text", allowed) from None
    except ModuleNotFoundError as error:
        raise MissingExtra(error.name or "the driver", "", "a database of one's own") from error


def _kinds(table: str, mapped: Mapped) -> Mapping[str, str]:
    """Return what may be told of a table; attributes have any name."""
    own = {name: "plain" for name in mapped.columns if name.startswith("attribute_")}
    return {**_TABLES[table][0], **(own if table == "customers" else {})}


class MappedWork(Ending):
    """A unit of work that only reads; see `UnitOfWork`."""

    def __init__(
        self,
        connection: Connection,
        readers: Mapping[str, Reader],
        settings: Mapping[str, Any],
    ) -> None:
        self._connection = connection
        self.people = MappedPeople(connection, readers)
        self.orders = MappedOrders(connection, readers)
        self.activities = Nothing()
        self.annotations = Said(settings)

    def changes(self, since: int = 0) -> Iterator[Change]:
        """Yield nothing: nobody tells what changed."""
        del since
        yield from ()

    def last_change(self) -> int:
        """Return 0."""
        return 0

    def commit(self) -> None:
        """Go on."""

    def _close(self) -> None:
        self._connection.close()
