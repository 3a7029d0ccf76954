"""Read the customers of a shop: those who bought, and those who only signed up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

import attrs
import numpy as np

from custinsights.domain.channels import ChannelTaxonomy
from custinsights.domain.fields import looked_up, refuse_other
from custinsights.domain.people import MOST_DEGREES
from custinsights.errors import InvalidValue
from custinsights.history.columnar.columns import (
    ALWAYS,
    NO_INSTANT,
    FloatArray,
    IntArray,
    KnownOfPeople,
    Labels,
    Tags,
)
from custinsights.history.columnar.uniting import united_tags
from custinsights.sources.beside.places import coordinates
from custinsights.sources.beside.single import Single, Typed, settle
from custinsights.sources.beside.tables import (
    Table,
    are_texts,
    number,
    read_rows,
    settled_report,
    split,
    spread,
)
from custinsights.sources.formats.customers import CUSTOMERS, TELLING
from custinsights.sources.formats.declaration import OrderFormat
from custinsights.sources.formats.places import TEXTS as PLACES
from custinsights.sources.orders.channels import channels_of
from custinsights.sources.orders.customer_list import NAMES, CustomerList
from custinsights.sources.orders.options import Options
from custinsights.sources.orders.rows import ParsedRows
from custinsights.sources.texts import cells
from custinsights.sources.texts.columns import Texts, Values
from custinsights.sources.texts.files import Progress
from custinsights.sources.texts.vocabulary import IDENTITIES, Kind

_ATTRIBUTES: Mapping[str, Kind] = {
    "text": "label",
    "number": "quantity",
    "date": "time",
    "flag": "label",
}
"""The kinds of attributes, and how their cells are read."""

READ = {"email": cells.emails, "phone": cells.phones}
_FIELDS = (
    *("name", *NAMES, "email", "phone", "street", "postal_code", *PLACES),
    *("birthday", "latitude", "longitude", "acquisition_channel", *TELLING),
)
"""Of which two rows of one customer must tell the same."""

_FLAGS = {
    **dict.fromkeys(("yes", "true", "y", "1"), 1),
    **dict.fromkeys(("no", "false", "n", "0"), 0),
}
NO_FLAG = "neither yes nor no"


def read_customers(
    paths: Table,
    *,
    format: str | OrderFormat | None = None,
    columns: Mapping[str, str | Sequence[str]] | None = None,
    attributes: Mapping[str, str] | None = None,
    channels: ChannelTaxonomy | None = None,
    timezone: str | ZoneInfo | None = None,
    errors: Literal["raise", "report"] = "raise",
    dayfirst: bool | None = None,
    decimal: Literal[".", ","] | None = None,
    progress: Progress | None = None,
) -> CustomerList:
    r"""Read a table of customers, with those who never ordered.

    What it returns goes into ``customers=`` of `read_orders`, `read_frame` and `read_objects`: a
    customer joins the orders by id, else by e-mail address, else by phone number; who has no order
    is a prospect.

    Parameters
    ----------
    paths
        Files as for `read_orders`, or a table in memory as for `read_frame`. Of a customer in
        several files the later file's is taken, and counted as updated. In one file several rows
        of a customer complete each other.
    format
        ``"shopify"``, ``"woocommerce"`` (Analytics, Customers) or ``"generic"``. By default the
        header tells.
    columns
        Our field to the header: customer, email, phone, name (or first_name, last_name), street,
        postal_code, country, region, city, latitude, longitude, created_at, birthday,
        acquisition_channel, tags; utm_medium, utm_source, referrer and attribution, which tell the
        channel where no other does. Any other name is an attribute. For ``generic`` those and no
        others are read; without it, headers that are these words. For other formats it changes or
        adds single columns. Tags are parted by commas, semicolons or bars.
    attributes
        The kind of each attribute: ``"text"``, ``"number"``, ``"date"`` or ``"flag"`` (yes, no,
        true, false, y, n, 1, 0). Without it a text, in a file; the type of the column, in Parquet
        and in memory.
    channels
        What the words mean that tell a channel; by default `custinsights.domain.ChannelTaxonomy`.
    timezone
        The zone of times without one. A birthday needs none.
    errors, dayfirst, decimal, progress
        As in `read_orders`.

    Returns
    -------
    CustomerList
        Columns, and a list of `custinsights.domain.Customer` to whoever asks for one. Its
        ``load_report`` says what became of every row: who has neither an id nor an e-mail address
        nor a phone number is left out.

    Raises
    ------
    MissingColumn
        There is neither an id nor an e-mail address nor a phone number.
    BadRowsError
        Rows cannot be read: dates (a birthday whose year has two figures too), numbers, flags,
        coordinates beyond the globe or with one of two; rows of one customer that contradict each
        other; and all that makes a row of `read_orders` bad.
    UnreadableFile, UnknownName, InvalidValue, NaiveTime, MissingExtra
        As in `read_orders`.

    Notes
    -----
    Cost: one pass over the cells of the columns that are needed. No object is made for a customer
    before one is asked for.

    Examples
    --------
    >>> import io
    >>> file = io.BytesIO(b'id,email,birthday,tags\n7,ada@example.com,1990-01-31,"vip, local"\n')
    >>> customers = read_customers(file)
    >>> customers[0].birthday, [tag.name for tag in customers[0].tags]
    (datetime.date(1990, 1, 31), ['vip', 'local'])
    """
    options = Options(
        channels=channels, timezone=timezone, errors=errors, dayfirst=dayfirst, decimal=decimal
    )
    kinds = _kinds(attributes)
    find = _with_attributes(CUSTOMERS.asked(format, columns), kinds)
    rows = read_rows(paths, find, CUSTOMERS.needs, options, progress)
    told_kinds = {name: kinds.get(name) or _kind_of(rows, name) for name in _attributes(rows)}
    parsed = _parsed(rows, told_kinds)
    created = rows.instants("created_at") if rows.has("created_at") else None
    single = settle(rows, _keys(rows), [*_FIELDS, *told_kinds], "customers")
    report = settled_report(rows, options)
    personal = {name: single.texts(name) for name in ("name", *NAMES, "street", "postal_code")}
    for contact in ("email", "phone"):
        personal[contact] = single.texts_of(as_written(rows, contact))
    return CustomerList(
        keys={kind: single.texts(kind) for kind in IDENTITIES},
        personal=personal,
        known=KnownOfPeople(
            created_at=None
            if created is None
            else single.groups.least(created[0].values, created[1], NO_INSTANT),
            birthday=single.typed(parsed["birthday"]) if "birthday" in parsed else None,
            coordinates=_places(single, parsed),
            labels={
                **{part: single.texts(part).labels() for part in PLACES if rows.has(part)},
                "acquisition_channel": _channel(single, options.channels),
            },
            attributes={
                name: single.texts(name).labels() if kind == "text" else single.typed(parsed[name])
                for name, kind in told_kinds.items()
            },
        ),
        tags=_tags(single),
        has_text_ids=are_texts(rows, "customer_id"),
        load_report=report,
    )


def _kinds(attributes: Mapping[str, str] | None) -> dict[str, str]:
    if attributes is None:
        return {}
    refuse_other(Mapping, "the option attributes=", attributes)
    for name, kind in attributes.items():
        looked_up("kind of attribute", kind, _ATTRIBUTES)
        if name in CUSTOMERS.words.known:
            what = "the option attributes= names a field that all shops have"
            raise InvalidValue(what, name, "names of one's own")
    return dict(attributes)


def _with_attributes(
    find: Callable[[Sequence[str]], OrderFormat], kinds: Mapping[str, str]
) -> Callable[[Sequence[str]], OrderFormat]:
    """Return what finds a format and reads attributes with it, in columns of their names at least.

    One that is in no column is refused as a told column is.
    """
    read_as = {name: _ATTRIBUTES[kind] for name, kind in kinds.items()}

    def found(header: Sequence[str]) -> OrderFormat:
        format = find(header)
        columns = {**{name: name for name in kinds}, **format.columns}
        return attrs.evolve(format, columns=columns, kinds={**format.kinds, **read_as})

    return found


def _attributes(rows: ParsedRows) -> list[str]:
    """Return the fields of a table that are none that all shops have."""
    ours = CUSTOMERS.words.fields | set(rows.format.fallbacks.values())
    return [name for name in rows.fields if name not in ours]


def _kind_of(rows: ParsedRows, name: str) -> str:
    """Return the kind of an attribute that nobody told: the type of the column, else a text."""
    column = rows.sheet.columns.get(name)
    if not isinstance(column, Values):
        return "text"
    items = column.array[:1] if column.array.dtype.kind != "O" else column.array[~column.missing]
    kinds = {_kind_of_value(item) for item in items.tolist()}
    return kinds.pop() if len(kinds) == 1 else "text"


def _kind_of_value(value: object) -> str:
    if isinstance(value, bool | np.bool_):
        return "flag"
    if isinstance(value, int | float | Decimal | np.number):
        return "number"
    return "date" if isinstance(value, dt.date) else "text"


def _parsed(rows: ParsedRows, attributes: Mapping[str, str]) -> dict[str, Typed]:
    """Read what is no text; a cell that cannot be read makes its row bad."""
    parsed = coordinates(rows)
    if rows.has("birthday"):
        parsed["birthday"] = _date(rows, "birthday")
    readers = {"number": number, "date": _date, "flag": _flag}
    for name, kind in attributes.items():
        if kind in readers:
            parsed[name] = readers[kind](rows, name)
    return parsed


def _date(rows: ParsedRows, name: str) -> Typed:
    days = rows.days(name)
    return Typed(days, ~np.isnat(days), "NaT")


def _flag(rows: ParsedRows, name: str) -> Typed:
    texts = rows.texts(name).mapped(str.casefold)
    rows.ledger.bad(texts.where(lambda text: bool(text) and text not in _FLAGS), NO_FLAG, name)
    values = texts.of_each([_FLAGS.get(text, -1) for text in texts.names], np.int8)
    return Typed(values, values >= 0, -1)


def _places(single: Single, parsed: Mapping[str, Typed]) -> FloatArray | None:
    if not MOST_DEGREES.keys() <= parsed.keys():
        return None
    return np.stack([single.typed(parsed[name]) for name in MOST_DEGREES], axis=1)


def _keys(rows: ParsedRows) -> IntArray:
    """Return who each row tells of: its id, else its e-mail address, else its phone number."""
    keys = np.full(len(rows), -1, dtype=np.int64)
    start = 0
    for kind in IDENTITIES:
        texts = rows.texts(kind).distinct()
        keys = np.where((keys < 0) & ~texts.is_blank, texts.codes + start, keys)
        start += len(texts.names)
    rows.ledger.leave_out(keys < 0, "identity")
    return keys


def as_written(rows: ParsedRows, contact: str) -> Texts:
    """Return the contacts as the source has them, blank where they are none."""
    written = Texts.same("", len(rows))
    for field in (contact, rows.format.fallbacks.get(contact)):
        column = None if field is None else rows.sheet.columns.get(field)
        if column is not None:
            texts = cells.labels(column)
            is_one = ~READ[contact](texts).is_blank
            codes = np.where(is_one, texts.codes, np.int32(len(texts.names)))
            written = written.or_else(Texts(codes, [*texts.names, ""]))
    return written


def _channel(single: Single, taxonomy: ChannelTaxonomy) -> Labels:
    said = {field: single.texts(field) for field in TELLING if single.rows.has(field)}
    return channels_of({"channel": single.texts("acquisition_channel"), **said}, taxonomy).labels()


def _tags(single: Single) -> Tags:
    """Return the tags of everybody, from all of their rows; they hold always."""
    at = np.flatnonzero(single.groups.codes >= 0)
    row, name = spread(*split(single.rows.texts("tags").take(at)))
    always = np.full(len(row), NO_INSTANT), np.full(len(row), ALWAYS)
    owner = single.groups.codes[at[row]]
    tags = Tags(owner, name, *always)
    return tags if len(at) == len(single) else united_tags([tags], [owner])
