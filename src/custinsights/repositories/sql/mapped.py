"""How does a row of a shop's own table read, and which columns of it are asked for?"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any, Final

import attrs
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    FromClause,
    Integer,
    MetaData,
    Table,
    cast,
    inspect,
    select,
)
from sqlalchemy.exc import NoSuchTableError

from custinsights.domain.calendar import Calendar
from custinsights.domain.currencies import minor_exponent
from custinsights.domain.fields import near_name
from custinsights.errors import InvalidValue, MissingColumn, UnknownName
from custinsights.repositories.rows import Row, microseconds_of
from custinsights.repositories.sql.schema import TEXT

__all__ = ["Mapped", "Reader", "Told"]

Told = str | Callable[[FromClause], Any]
"""The name of a column, or what makes an expression of SQLAlchemy of the table."""

_AT_ONCE: Final = 5_000  # as many values as every database takes in one question
_WHOLE: Final = re.compile(r"-?[1-9][0-9]{0,17}|0")


class Mapped:
    """A table of a shop's own, and what its columns mean.

    Parameters
    ----------
    table : str or FromClause
        The name of a table or view, or any join or subquery of SQLAlchemy.
    **columns
        What they mean = the name of a column, or a function that makes an expression of the table:
        ``amount=lambda table: table.c.net + table.c.tax``. Nothing is ever put into SQL as text.

    Examples
    --------
    >>> Mapped("customers", id="CustomerID", name="ContactName").columns["name"]
    'ContactName'
    """

    def __init__(self, table: str | FromClause, **columns: Told) -> None:
        self.table = table
        self.columns: Mapping[str, Told] = columns


@attrs.frozen(eq=False)
class Reader:
    """A mapped table, found in its database: gives rows in which every value is as in batches."""

    source: FromClause
    columns: Mapping[str, ColumnElement[Any]]
    kinds: Mapping[str, str]
    currency: str
    calendar: Calendar
    what: str

    @classmethod
    def of(
        cls,
        engine: Engine,
        mapped: Mapped,
        kinds: Mapping[str, str],
        needed: Sequence[str],
        *,
        what: str,
        currency: str,
        calendar: Calendar,
    ) -> "Reader":
        """Find the table and its columns, or say which one is missing."""
        for name in mapped.columns:
            if name not in kinds:
                raise UnknownName(f"column of {what}", name, tuple(kinds))
        for name in needed:
            if name not in mapped.columns:
                raise MissingColumn(f"the {name} of {what}", (name,), tuple(mapped.columns))
        source = _table(engine, mapped.table)
        columns = {name: _column(source, told, name) for name, told in mapped.columns.items()}
        return cls(source, columns, kinds, currency, calendar, what)

    def read(
        self, connection: Connection, among: str = "", values: Sequence[str] | None = None
    ) -> list[Row]:
        """Return all rows, or those in which a column is one of some texts."""
        question = select(*(column.label(name) for name, column in self.columns.items()))
        question = question.select_from(self.source)
        if values is None:
            return [self._row(row) for row in connection.execute(question).mappings()]
        found = []
        asked = [*dict.fromkeys(values)]
        for first in range(0, len(asked), _AT_ONCE):
            condition = self._among(among, asked[first : first + _AT_ONCE])
            rows = connection.execute(question.where(condition)).mappings()
            found += [self._row(row) for row in rows]
        return found

    def _among(self, name: str, values: Sequence[str]) -> Any:
        """Return the condition that a column is one of some texts, as numbers where it has such."""
        column = self.columns[name]
        if isinstance(column.type, Integer):
            return column.in_([int(one) for one in values if _WHOLE.fullmatch(one)])
        return column.in_(values) if _is_text(column) else cast(column, TEXT).in_(values)

    def _row(self, told: Any) -> Row:
        row: Row = dict.fromkeys(self.kinds)
        for name, value in told.items():
            if value is not None:
                row[name] = self._value(name, value)
        return row

    def _value(self, name: str, value: Any) -> Any:
        kind = self.kinds[name]
        if kind == "instant":
            return self._instant(name, value)
        if kind in ("money", "quantity"):
            decimals = 3 if kind == "quantity" else minor_exponent(self.currency)
            return self._scaled(name, value, decimals)
        if kind == "day":
            return self._day(name, value)
        if kind in ("plain", "float"):
            return float(value) if isinstance(value, Decimal) or kind == "float" else value
        return str(value).strip() or None

    def _instant(self, name: str, value: Any) -> int | None:
        """Return an instant; a time without a zone is one of the shop's."""
        try:
            told = datetime.fromisoformat(value.strip()) if isinstance(value, str) else value
        except ValueError:
            raise InvalidValue(*self._fault(name, value, "a date or a time in ISO 8601")) from None
        if not isinstance(told, datetime):
            if not isinstance(told, date):
                raise InvalidValue(*self._fault(name, value, "a date or a time"))
            told = datetime.combine(told, time())
        if told.tzinfo is None:
            told = told.replace(tzinfo=self.calendar.zone)
        return microseconds_of(told)

    def _day(self, name: str, value: Any) -> str:
        told = value.isoformat() if isinstance(value, date) else str(value).strip()
        try:
            return date.fromisoformat(told[:10]).isoformat()
        except ValueError:
            raise InvalidValue(*self._fault(name, value, "a date in ISO 8601")) from None

    def _scaled(self, name: str, value: Any, decimals: int) -> int:
        """Return a number in whole parts, rounded half to even."""
        try:
            number = Decimal(str(value)).scaleb(decimals)
            return int(number.to_integral_value(ROUND_HALF_EVEN))
        except (InvalidOperation, ValueError, OverflowError):
            raise InvalidValue(*self._fault(name, value, "a number")) from None

    def _fault(self, name: str, value: Any, allowed: str) -> tuple[str, str, str, str]:
        what = f"the {name} of {self.what} is not what it should be"
        return what, type(value).__name__, allowed, "Map an expression that gives one"


def _table(engine: Engine, told: str | FromClause) -> FromClause:
    if not isinstance(told, str):
        return told
    schema, _, name = told.rpartition(".")
    try:
        return Table(name, MetaData(), autoload_with=engine, schema=schema or None)
    except NoSuchTableError:
        there = inspect(engine)
        names = (*there.get_table_names(schema or None), *there.get_view_names(schema or None))
        raise UnknownName("table", told, names) from None


def _column(source: FromClause, told: Told, name: str) -> ColumnElement[Any]:
    if not isinstance(told, str):
        made: ColumnElement[Any] = told(source)
        return made
    if told not in source.c:
        near = near_name(told, [*source.c.keys()])
        advice = "" if near is None else f"Did you mean {near!r}?"
        raise MissingColumn(f"the {name}", (told,), tuple(source.c.keys()), advice)
    column: ColumnElement[Any] = source.c[told]
    return column


def _is_text(column: ColumnElement[Any]) -> bool:
    try:
        return column.type.python_type is str
    except NotImplementedError:
        return False
