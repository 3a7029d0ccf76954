"""What do rows look like before they are a history?

A source hands over columns in any row order: one row per order, per refund, per order line, per
known person. `OrderHistory.of` validates them and lays them customer by customer, in time order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeAlias

import attrs
import numpy as np
import numpy.typing as npt

from custinsights.domain.fields import looked_up
from custinsights.errors import InvalidValue, counted

IntArray: TypeAlias = npt.NDArray[np.int64]
CodeArray: TypeAlias = npt.NDArray[np.int32]
BoolArray: TypeAlias = npt.NDArray[np.bool_]
FloatArray: TypeAlias = npt.NDArray[np.float64]
AnyArray: TypeAlias = npt.NDArray[Any]

NO_INSTANT = int(np.iinfo(np.int64).min)
"""Stands in an instant column where there is no instant."""

NO_NUMBER = NO_INSTANT
"""Stands in a whole-number column, such as amounts or scores, where there is no number."""

ALWAYS = int(np.iinfo(np.int64).max)
"""Stands where a tag has no end."""

NUMBER_COLUMNS = ("goods", "discount", "shipping", "tax", "tip", "units")
"""Whole-number columns of an order: minor units, and units in thousandths."""

TEXT_COLUMNS = (
    *("order_status", "channel", "source", "country", "region", "city"),
    *("payment_method", "campaign", "coupon"),
    *("utm_medium", "utm_source", "referrer", "attribution"),
)
"""Text columns of an order that mean the same everywhere; a source may have others of its own."""

PEOPLE_COLUMNS = ("country", "region", "city", "acquisition_channel")
"""Text columns of the customer table that mean the same everywhere."""

PRODUCT_COLUMNS = ("product", "title", "category", "department")
"""Text columns of the product table that mean the same everywhere, and the product itself."""


def locked(column: AnyArray) -> AnyArray:
    """Return a column to which nobody can write; the array given stays as it is."""
    if not column.flags.writeable:
        return column
    view = column.view()
    view.flags.writeable = False
    return view


@attrs.frozen(eq=False)
class Labels:
    """A text column as codes into a tuple of names.

    Parameters
    ----------
    codes
        int32[n], an index into `names`; -1 means that the label is missing (None).
    names
        The distinct labels, in any order.

    Examples
    --------
    >>> Labels.encode(["US", None, "CA", "US"]).names
    ('CA', 'US')
    """

    codes: CodeArray = attrs.field(converter=locked)
    names: tuple[str, ...]

    @classmethod
    def encode(cls, values: Iterable[str | None] | AnyArray) -> Labels:
        """Encode texts; None, NaN and the empty text are missing. Names come out sorted."""
        places: dict[str, int] = {}
        codes = [
            places.setdefault(value, len(places)) if isinstance(value, str) and value else -1
            for value in (values.tolist() if isinstance(values, np.ndarray) else values)
        ]
        return cls(np.array(codes, dtype=np.int32), tuple(places)).canonical()

    @classmethod
    def of_arrow(cls, column: Any) -> Labels:
        """Code a text column of pyarrow (an Array or ChunkedArray) by pyarrow's own hashing."""
        whole = column.combine_chunks() if hasattr(column, "combine_chunks") else column
        coded = whole if hasattr(whole, "dictionary") else whole.dictionary_encode()
        codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        return cls(codes.astype(np.int32, copy=False), tuple(coded.dictionary.to_pylist()))

    @classmethod
    def missing(cls, n: int) -> Labels:
        """Return a column of `n` missing labels."""
        return cls(np.full(n, -1, dtype=np.int32), ())

    def canonical(self) -> Labels:
        """Return the same column with its names sorted, so that equal content is equal codes."""
        return self.renamed(tuple(sorted(set(self.names))))

    def renamed(self, names: tuple[str, ...]) -> Labels:
        """Return the same column coded in `names`, which hold all of its own."""
        if names == self.names:
            return self
        place = {name: code for code, name in enumerate(names)}
        table = np.array([place[name] for name in self.names] + [-1], dtype=np.int32)
        return Labels(table.take(self.codes), names)

    def take(self, rows: AnyArray | slice) -> Labels:
        """Return the labels of some rows."""
        return Labels(self.codes[rows], self.names)

    def __len__(self) -> int:
        return len(self.codes)

    def name_of(self, row: int) -> str | None:
        """Return the label of one row, None where it is missing."""
        code = int(self.codes[row])
        return None if code < 0 else self.names[code]

    def among(self, texts: Collection[str]) -> BoolArray:
        """Return which labels are one of some texts; a missing one is none of them."""
        return np.array([*map(frozenset(texts).__contains__, self.names), False]).take(self.codes)

    def texts(self) -> AnyArray:
        """Return an object array of the labels themselves, None where missing."""
        return np.array([*self.names, None], dtype=object)[self.codes]

    def check(self, what: str, rows: int) -> None:
        """Refuse codes that point nowhere, and a column of another length."""
        if len(self.codes) != rows:
            raise InvalidValue(
                what=f"the column {what!r} has another length than its table",
                given=counted(len(self.codes), "row"),
                allowed=counted(rows, "row"),
            )
        if rows and not -1 <= int(self.codes.min()) <= int(self.codes.max()) < len(self.names):
            raise InvalidValue(
                what=f"the column {what!r} holds codes that point to no label",
                given=f"codes from {self.codes.min()} to {self.codes.max()}",
                allowed=f"-1 (missing) to {len(self.names) - 1}",
            )


def uncoded(identities: AnyArray | Labels) -> AnyArray:
    """Return identities as an array, also those that come coded."""
    return identities.texts() if isinstance(identities, Labels) else identities


def text_column(
    kind: str, name: object, held: Mapping[str, Labels], known: tuple[str, ...]
) -> Labels | None:
    """Return a text column by name, None where only others hold it; refuse what nobody holds."""
    table: dict[str, Labels | None] = {**dict.fromkeys(known), **held}
    return looked_up(kind, name, table)


def listed(values: object, what: str) -> list[Any]:
    """Return the values of a column that is no array; refuse what is no column at all."""
    is_one = isinstance(values, np.ndarray) and not values.ndim
    if is_one or isinstance(values, str | bytes | Mapping) or not isinstance(values, Iterable):
        raise InvalidValue(
            what=f"{what} must be one column",
            given=f"a value of type {type(values).__name__}",
            allowed="an array or a list with a value in each row",
        )
    return list(values)


def first_rows(wrong: BoolArray) -> str:
    """Return how many values are wrong, and in which rows the first ones are."""
    rows = np.flatnonzero(wrong)
    places = ", ".join(map(str, rows[:5].tolist()))
    where = "in row" if len(rows) == 1 else "the first in the rows"
    return f"{counted(len(rows), 'such value')}, {where} {places}"


def _mapping() -> Any:
    return attrs.field(factory=dict)


@attrs.frozen(eq=False, kw_only=True)
class OrderColumns:
    """One row per order, in any order of the rows.

    Parameters
    ----------
    customer
        Outside customer identities: an integer array, an object or string array of texts, or
        texts that come coded already.
    placed_at
        int64[n], microseconds since 1970-01-01 UTC.
    amount
        int64[n], what was paid to the shop before refunds, minor units.
    order_id
        Outside order identities (integers or texts), or None where the source has none.
    numbers
        Any of `NUMBER_COLUMNS`: minor units, and ``units`` in thousandths.
    labels
        Text columns by name: order_status, channel, country, payment_method, coupon, ...
    rows
        int64[n], how many rows of the source stand behind each order (default 1 each).
    """

    customer: AnyArray | Labels
    placed_at: IntArray
    amount: IntArray
    order_id: AnyArray | None = None
    numbers: Mapping[str, IntArray] = _mapping()
    labels: Mapping[str, Labels] = _mapping()
    rows: IntArray | None = None

    def __len__(self) -> int:
        return len(self.amount)


@attrs.frozen(eq=False, kw_only=True)
class RefundColumns:
    """One row per refund.

    `order` is the row of the order in `OrderColumns`, or -1 for a refund that names none;
    `product` is a code into the product table, or -1. Amounts are positive minor units.
    """

    customer: AnyArray | Labels
    refunded_at: IntArray
    amount: IntArray
    order: IntArray
    product: IntArray
    rows: IntArray | None = None

    def __len__(self) -> int:
        return len(self.amount)


@attrs.frozen(eq=False, kw_only=True)
class LineColumns:
    """One row per order line: its order's row, product code, thousandths, minor units."""

    order: IntArray
    product: IntArray
    quantity: IntArray
    amount: IntArray

    def __len__(self) -> int:
        return len(self.order)


@attrs.frozen(eq=False, kw_only=True)
class Products:
    """The product table: ids, and text columns such as title, category, department.

    `numbers` holds whole-number columns (price in minor units, stock in thousandths); a missing
    number is the smallest int64.
    """

    ids: tuple[str, ...]
    labels: Mapping[str, Labels] = _mapping()
    numbers: Mapping[str, IntArray] = _mapping()
    keywords: tuple[tuple[str, ...], ...] | None = None

    def __len__(self) -> int:
        return len(self.ids)


@attrs.frozen(kw_only=True)
class TagRow:
    """A tag that the customer in row `person` carries from `since` until `until` (or always)."""

    person: int
    name: str
    since: int | None = None
    until: int | None = None


@attrs.frozen(eq=False)
class Tags:
    """Tags that customers carry.

    Parameters
    ----------
    customer
        int64[t], the row (in a history: the code) of who carries each.
    name
        The name of each as it is spelled.
    since, until
        int64[t] instants; `NO_INSTANT` and `ALWAYS` where the tag has no beginning or no end.
    """

    customer: IntArray = attrs.field(converter=locked)
    name: Labels
    since: IntArray = attrs.field(converter=locked)
    until: IntArray = attrs.field(converter=locked)

    @classmethod
    def of(cls, given: Iterable[TagRow]) -> Tags:
        """Make columns of tags that are given one by one."""
        rows = list(given)
        since = [NO_INSTANT if tag.since is None else tag.since for tag in rows]
        until = [ALWAYS if tag.until is None else tag.until for tag in rows]
        return cls(
            np.array([tag.person for tag in rows], dtype=np.int64),
            Labels.encode([tag.name for tag in rows]),
            np.array(since, dtype=np.int64),
            np.array(until, dtype=np.int64),
        )

    def __len__(self) -> int:
        return len(self.customer)

    def take(self, rows: AnyArray | slice, customer: IntArray) -> Tags:
        """Return some of the tags, on customers with other numbers."""
        return Tags(customer, self.name.take(rows), self.since[rows], self.until[rows])


def _locked_columns(columns: Mapping[str, Labels | AnyArray]) -> Mapping[str, Labels | AnyArray]:
    return {
        name: column if isinstance(column, Labels) else locked(column)
        for name, column in columns.items()
    }


@attrs.frozen(eq=False, kw_only=True)
class KnownOfPeople:
    """What may be known of people beside their orders, a row for each.

    Parameters
    ----------
    created_at
        int64[p], microseconds UTC, `NO_INSTANT` where unknown.
    birthday
        datetime64[D][p], NaT where unknown.
    coordinates
        float64[p, 2], degrees north and east, NaN where unknown.
    labels
        Text columns such as country, region, city, acquisition_channel.
    attributes
        What else is known, by name: texts as `Labels`; numbers as float64, NaN where unknown;
        dates as datetime64[D], NaT where unknown; flags as int8, -1 where unknown.
    """

    created_at: IntArray | None = attrs.field(
        default=None, converter=attrs.converters.optional(locked)
    )
    birthday: AnyArray | None = attrs.field(
        default=None, converter=attrs.converters.optional(locked), repr=False
    )
    coordinates: FloatArray | None = attrs.field(
        default=None, converter=attrs.converters.optional(locked), repr=False
    )
    labels: Mapping[str, Labels] = attrs.field(factory=dict)
    attributes: Mapping[str, Labels | AnyArray] = attrs.field(
        factory=dict, converter=_locked_columns, repr=False
    )

    def known(self, rows: AnyArray | slice) -> dict[str, Any]:
        """Return the columns of some rows, by the name of the field."""
        return {
            "created_at": None if self.created_at is None else self.created_at[rows],
            "birthday": None if self.birthday is None else self.birthday[rows],
            "coordinates": None if self.coordinates is None else self.coordinates[rows],
            "labels": {name: column.take(rows) for name, column in self.labels.items()},
            "attributes": {
                name: column.take(rows) if isinstance(column, Labels) else column[rows]
                for name, column in self.attributes.items()
            },
        }


def _tags(given: Tags | Iterable[TagRow]) -> Tags:
    return given if isinstance(given, Tags) else Tags.of(given)


@attrs.frozen(eq=False, kw_only=True)
class People(KnownOfPeople):
    """The customer table, for people with and without orders.

    `is_listed` tells who has a row in the table of the source; None is all.
    """

    ids: AnyArray | Labels
    is_listed: BoolArray | None = None
    tags: Tags = attrs.field(factory=lambda: Tags.of(()), converter=_tags)

    def __len__(self) -> int:
        return len(self.ids)


@attrs.frozen(eq=False, repr=False)
class ContactColumns:
    """Which contact belongs to whom: an outside identity and a normalised text in each row."""

    customer: AnyArray | Labels
    value: Labels
