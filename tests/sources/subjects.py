"""Every kind of file that is read, each with an export: what the corpus of mutations runs over.

A format of orders comes in by itself, with the first export among the test data whose header it
recognises.
"""

from __future__ import annotations

import contextlib
import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any, Literal, TypeAlias

import attrs

from custinsights.domain.load_report import BadRows, LeftOut, LoadReport
from custinsights.errors import CustInsightsError
from custinsights.history.orders import OrderHistory
from custinsights.sources import read_customers, read_orders, read_products
from custinsights.sources.formats.declaration import OrderFormat
from custinsights.sources.formats.finding import format_for
from custinsights.sources.formats.generic import generic
from custinsights.sources.formats.orders import BUILT_IN
from tests.sources.mutations import Style, Table
from tests.sources.reading import named
from tests.sources.told import Row, cell, headers_of, money_told, plain, rows_told

TESTS = Path(__file__).parents[1]
FOLDERS = (TESTS / "data" / "formats", TESTS / "data" / "sources", TESTS.parent / "docs/examples")
ZONE = "America/New_York"
OPTIONS: Mapping[str, Any] = {"timezone": ZONE}

Told: TypeAlias = tuple[int | None, Counter[str] | None]
"""Rows and money, where they can be told."""

Found: TypeAlias = tuple[LoadReport, Counter[str]]
"""What became of the rows, and all money of the history and of its report, by currency."""


@attrs.frozen(kw_only=True)
class Subject:
    """A kind of file.

    Parameters
    ----------
    name
        The format, or the table of our own words.
    table
        An export of it, the header first.
    read
        Reads files; ``errors=`` is told. Where the money is no matter, it is empty.
    format
        Which columns are read; None where no money is told.
    currency
        In which currency an export is that does not say.
    others
        Exports that are read with it. Where its own rows tell no orders, the first of them does.
    """

    name: str
    table: Table = attrs.field(repr=False)
    read: Callable[..., Found] = attrs.field(repr=False)
    format: OrderFormat | None = attrs.field(repr=False)
    currency: str = "USD"
    others: Sequence[Subject] = attrs.field(default=(), repr=False)

    def __str__(self) -> str:
        return self.name

    @property
    def columns(self) -> list[int]:
        """The places of the columns that are read."""
        format = self.format or generic({})
        places = set(format.positions(self.table[0]).values()) if format.columns else set()
        return sorted(places) or [*range(len(self.table[0]))]

    def found(self, data: bytes, errors: str) -> Found:
        """Read the bytes of an export."""
        others = (named(Style().written(one.table), f"{one.name}.csv") for one in self.others)
        return self.read([*others, named(data)], errors)

    @property
    def ids(self) -> list[int]:
        """The places of the ids of orders and of their lines, or of people, the former first."""
        names: list[str] = ["order_id", "line_id", "customer id", "username", "id"]
        if self.format is not None and self.format.columns:
            fields = ("order_id", "line_id")
            names = [name for field in fields for name in headers_of(self.format, field)]
        header = list(map(plain, self.table[0]))
        return [header.index(plain(name)) for name in names if plain(name) in header]

    def told(self, table: Table, times: int) -> Told:
        """Return the rows and the money that a table tells, read by the plainest means.

        Nothing can be said where the header is no longer that of the format.
        """
        if self.format is not None and self.format.columns and not self.format.recognises(table[0]):
            return None, None
        rows = rows_told(table[0], table[1:])
        whole = [row for row in rows if row is not None]
        is_total = self.name == "gumroad"
        totals = [row for row in whole if is_total and cell(row, "Purchase ID").strip() == "Totals"]
        whole = [row for row in whole if row not in totals]
        count, money = times * (len(rows) - len(totals)), self._money(whole)
        if money is not None:
            money = Counter({code: times * amount for code, amount in money.items()})
        for other in self.others:
            more, theirs = other.told(other.table, 1)
            count += more or 0
            money = theirs if other is self.others[0] and self._adds else money
        return count, None if money is None else _without_zeros(money)

    @property
    def _adds(self) -> bool:
        """Whether the rows add to orders that others tell."""
        return self.format is not None and bool(self.format.adds) and bool(self.others)

    def _money(self, rows: Sequence[Row]) -> Counter[str] | None:
        if self.format is None:
            return None
        if self.name.startswith("generic"):
            return money_told(attrs.evolve(self.format, name=self.name), rows, self.currency)
        return money_told(self.format, rows, self.currency)


def assert_law(
    subject: Subject, data: bytes, told: Told, *ways: Literal["raise", "report"]
) -> bool:
    """See that a file is read without loss, or refused by an error of ours; tell which.

    Rows in are rows used, left out and bad together, and so is their money in each currency.
    """
    is_read = False
    rows, money = told
    for errors in ways or ("report", "raise"):
        try:
            report, found = subject.found(data, errors)
        except CustInsightsError as error:
            said = str(error)
        else:
            is_read = True
            said = str(report)
            assert report.balances
            assert rows is None or report.rows_read == rows
            assert money is None or found == money
        assert said.encode()  # what a message quotes can be shown
    return is_read


def money_of(history: OrderHistory) -> Counter[str]:
    """Return all money of a load report and the history that it belongs to, by currency."""
    report = history.load_report
    found: Counter[str] = Counter()
    entries: list[LeftOut | BadRows] = [*report.left_out, *report.bad]
    for entry in entries:
        found.update(dict(entry.money))
    found[history.currency] += int(history.amount.sum())
    in_rows = history.refunds.rows > 0  # the others are told by their orders' rows
    found[history.currency] -= int(history.refunds.amount[in_rows].sum())
    return _without_zeros(found)


def _without_zeros(money: Counter[str]) -> Counter[str]:
    return Counter({code: minor for code, minor in money.items() if minor})


def _orders(**options: Any) -> Callable[..., Found]:
    def read(files: list[io.BytesIO], errors: str) -> Found:
        history = read_orders(files, errors=errors, **OPTIONS, **options)  # type: ignore[arg-type]
        return history.load_report, money_of(history)

    return read


def _people(files: list[io.BytesIO], errors: str) -> Found:
    found = read_customers(files, errors=errors, timezone=ZONE)  # type: ignore[arg-type]
    assert len(list(found)) <= found.load_report.rows_used
    return found.load_report, Counter()


def _products(files: list[io.BytesIO], errors: str) -> Found:
    found = read_products(files, errors=errors, currency="USD")  # type: ignore[arg-type]
    assert len(list(found)) <= found.load_report.rows_used
    return found.load_report, Counter()


def _exports() -> Iterator[Table]:
    for path in (path for folder in FOLDERS for path in sorted(folder.glob("*.csv"))):
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield [*csv.reader(file)]


def _of_formats() -> Iterator[Subject]:
    """Every format of orders, alone and with those that tell of the same orders."""
    exports = [*_exports()]
    found: dict[str, Subject] = {}
    for name, format in BUILT_IN.items():
        tables = [table for table in exports if _is_of_format(table[0], name)]
        if not tables:
            message = f"the format {name} has no export among the test data"
            raise LookupError(message)
        said = cell(
            dict(zip(map(plain, tables[0][0]), tables[0][1], strict=True)),
            *headers_of(format, "currency"),
        )
        is_of_dollars = any("$" in text for row in tables[0][1:] for text in row)
        currency = said.upper() or format.currency or ("USD" if is_of_dollars else "GBP")
        read = _orders(currency=currency)
        found[name] = Subject(
            name=name, table=tables[0], read=read, format=format, currency=currency
        )
    yield from (one for one in found.values() if one.format and one.format.layout != "beside")
    for main in found.values():
        family = main.format.family if main.format and not main.format.adds else None
        adding = [_beside(one, main) for name, one in found.items() if _is_of(name, family)]
        if adding:
            yield attrs.evolve(main, name=f"{main.name}_with_others", others=adding)
        for one in adding:
            yield attrs.evolve(one, name=f"{one.name}_beside", read=main.read, others=[main])


def _is_of_format(header: Sequence[str], name: str) -> bool:
    with contextlib.suppress(CustInsightsError):
        return format_for(None, header).name == name
    return False


def _is_of(name: str, family: str | None) -> bool:
    return family is not None and BUILT_IN[name].family == family and bool(BUILT_IN[name].adds)


def _beside(one: Subject, main: Subject) -> Subject:
    """Return an export whose rows tell of the orders of another one."""
    at, of_main = one.ids[0], main.ids[0]
    known = dict.fromkeys(row[at] for row in one.table[1:])
    orders = cycle(dict.fromkeys(row[of_main] for row in main.table[1:]))
    ids = dict(zip(known, orders, strict=False))
    rows = [[*row[:at], ids[row[at]], *row[at + 1 :]] for row in one.table[1:]]
    return attrs.evolve(one, table=[one.table[0], *rows])


def _table(*lines: str) -> Table:
    return [*csv.reader(lines)]


_ORDERS = _table(
    "order_id,customer,placed_at,amount,currency,order_status,refunded,refunded_at,units,country",
    "1,ada,2024-01-05 10:00,10.00,USD,paid,,,1,US",
    "2,bo,2024-01-06 11:00,20.50,USD,refunded,20.50,2024-01-07,2,US",
    "3,ada,2024-01-07 12:00,5.00,EUR,paid,,,1,FR",
    "C4,ada,2024-01-08 12:00,4.00,USD,paid,,,1,US",
    "5,,2024-01-09 12:00,7.00,USD,pending,,,1,US",
)
_LINES = _table(
    "order_id,customer,email,placed_at,product,product_name,quantity,unit_price,category",
    "1,7,ada@example.com,2024-01-05,p,Print,2,10.00,prints",
    "1,7,ada@example.com,2024-01-05,q,Card,1,2.50,cards",
    "2,,bo@example.com,2024-01-06,p,Print,1,10.00,prints",
    "C3,7,,2024-01-07,p,Print,-1,10.00,prints",
)
_PEOPLE = _table(
    "id,email,phone,name,created_at,birthday,latitude,longitude,country,tags,theme,utm_source",
    "1,ada@example.com,+1 555 010 0001,Ada,2024-01-05,1990-01-31,51.5,-0.1,GB,vip;local,sea,google",
    "2,bo@example.com,,Bo,2024-02-29 10:00,,,,US,,,",
    ",cy@example.com,,Cy,,2000-02-29,,,,vip,land,etsy",
)
_WOOCOMMERCE = _table(
    "Name,Username,Last Active,Sign Up,Email,Orders,Total Spend,AOV,Country / Region,City,Region,"
    "Postal Code",
    "Ada Example,ada,2024-03-01 10:00:00,2024-01-05 10:00:00,ada@example.com,2,30,15,GB,London,,N1",
    "Bo Example,,2024-03-01 10:00:00,,bo@example.com,1,10,10,US,Austin,TX,78701",
)
_PRODUCTS = _table(
    "id,title,category,department,keywords,price,currency,stock,ladder,sale",
    "p,Print,Prints,Wall,sea;blue,10.00,USD,5,prints,yes",
    "q,Card,Cards,Paper,,2.50,EUR,1.5,,",
)


def _subjects() -> Iterator[Subject]:
    yield from _of_formats()
    for name, table in (("generic_orders", _ORDERS), ("generic_lines", _LINES)):
        read = _orders(currency="USD", refunds="invoice_prefix:C")
        yield Subject(name=name, table=table, read=read, format=generic({}))
    shopify = next(table for table in _exports() if table[0][0] == "Customer ID")
    people = {"shopify": shopify, "woocommerce": _WOOCOMMERCE, "generic": _PEOPLE}
    for name, table in people.items():
        yield Subject(name=f"customers_{name}", table=table, read=_people, format=None)
    yield Subject(name="products", table=_PRODUCTS, read=_products, format=None)


SUBJECTS: Mapping[str, Subject] = {subject.name: subject for subject in _subjects()}
