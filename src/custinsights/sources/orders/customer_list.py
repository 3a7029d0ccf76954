"""The customers that are known beside the orders: columns, and a list of `Customer` to a reader."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, overload

import attrs
import numpy as np

from custinsights.domain.load_report import LoadReport
from custinsights.domain.people import Address, Attribute, Customer, Tag
from custinsights.errors import InvalidValue, counted
from custinsights.history.columnar.columns import (
    ALWAYS,
    NO_INSTANT,
    AnyArray,
    KnownOfPeople,
    Labels,
    TagRow,
    Tags,
)
from custinsights.history.columnar.localtime import to_datetime, to_microseconds
from custinsights.sources.formats.places import TEXTS as PLACES
from custinsights.sources.orders.identity import INTEGER
from custinsights.sources.texts import cells
from custinsights.sources.texts.columns import Texts
from custinsights.sources.texts.vocabulary import IDENTITIES

NAMES = ("first_name", "last_name")

_TYPES = ((bool, "flag"), (float, "number"), (dt.date, "date"), (str, "text"))


@attrs.frozen(eq=False, repr=False, kw_only=True)
class CustomerList(Sequence[Customer]):
    """Customers as columns: what `read_customers` returns and ``customers=`` takes.

    It is a list of `custinsights.domain.Customer`: each is made when it is asked for, so that a
    million customers cost no million objects.

    Parameters
    ----------
    keys
        The customer_id, email and phone of each, normalised as those of orders are; blank where
        there is none.
    personal
        Texts as the source has them: name (or first_name, last_name), email, phone, street,
        postal_code. Nothing shows them.
    known
        What else is known: created_at, birthday, coordinates, labels, attributes.
    tags
        The tags of each row.
    has_text_ids
        Whether ids stay texts although they are written as integers.
    load_report
        What was read, left out and why.

    Examples
    --------
    >>> customers = CustomerList.of([Customer("c7", email="ada@example.com", tags=["VIP"])])
    >>> customers
    <CustomerList: 1 customer>
    >>> customers[0].is_tagged("vip")
    True
    """

    keys: Mapping[str, Texts]
    personal: Mapping[str, Texts]
    known: KnownOfPeople
    tags: Tags
    has_text_ids: bool = False
    load_report: LoadReport = attrs.field(factory=LoadReport)

    @classmethod
    def of(cls, customers: Iterable[Customer]) -> CustomerList:
        """Make columns of objects; each id may be there once.

        Raises
        ------
        InvalidValue
            Two customers have one id, or an attribute is of several kinds.
        """
        given = list(customers)
        ids = [str(one.id) for one in given]
        if repeated := len(ids) - len(set(ids)):
            what = "two customers have the same id"
            raise InvalidValue(what, counted(repeated, "repeated id"), "each id once")
        homes = [one.address or Address() for one in given]
        created = [one.created_at and to_microseconds(one.created_at) for one in given]
        born = [np.datetime64(one.birthday or "NaT", "D") for one in given]
        places = [(home.latitude, home.longitude) for home in homes]
        personal = {
            **{n: _texts(getattr(one, n) for one in given) for n in ("name", "email", "phone")},
            **{n: _texts(getattr(one, n) for one in homes) for n in ("street", "postal_code")},
        }
        return cls(
            keys={
                "customer_id": cells.customer_ids(Texts.of(ids)),
                "email": cells.emails(personal["email"]),
                "phone": cells.phones(personal["phone"]),
            },
            personal=personal,
            known=KnownOfPeople(
                created_at=np.array([NO_INSTANT if at is None else at for at in created], np.int64),
                birthday=np.array(born, dtype="M8[D]"),
                coordinates=np.array(places, dtype=np.float64).reshape(-1, 2),
                labels={
                    **{part: Labels.encode([getattr(h, part) for h in homes]) for part in PLACES},
                    "acquisition_channel": Labels.encode([c.acquisition_channel for c in given]),
                },
                attributes={
                    name: attribute_column(name, [one.attributes.get(name) for one in given])
                    for name in sorted({name for one in given for name in one.attributes})
                },
            ),
            tags=Tags.of(
                TagRow(
                    person=row,
                    name=tag.name,
                    since=None if tag.since is None else to_microseconds(tag.since),
                    until=None if tag.until is None else to_microseconds(tag.until),
                )
                for row, one in enumerate(given)
                for tag in one.tags
            ),
            has_text_ids=any(isinstance(one.id, str) for one in given),
        )

    def __len__(self) -> int:
        return len(self.keys["customer_id"])

    def __repr__(self) -> str:
        return f"<CustomerList: {counted(len(self), 'customer')}{self.load_report.origin}>"

    @overload
    def __getitem__(self, place: int) -> Customer: ...
    @overload
    def __getitem__(self, place: slice) -> list[Customer]: ...
    def __getitem__(self, place: int | slice) -> Customer | list[Customer]:
        if isinstance(place, slice):
            return [self[at] for at in range(*place.indices(len(self)))]
        row = range(len(self))[place]
        told = {name: _text(column, row) for name, column in self.personal.items()}
        known, labels = self.known, self.known.labels
        place_of = {part: _label(labels.get(part), row) for part in PLACES}
        if known.coordinates is not None and not np.isnan(known.coordinates[row, 0]):
            latitude, longitude = known.coordinates[row].tolist()
        else:
            latitude, longitude = None, None
        home = Address(
            street=told["street"],
            postal_code=told["postal_code"],
            latitude=latitude,
            longitude=longitude,
            **place_of,
        )
        return Customer(
            self._id(row),
            name=told["name"] or " ".join(filter(None, map(told.get, NAMES))) or None,
            email=told["email"],
            phone=told["phone"],
            created_at=None if known.created_at is None else _instant(known.created_at[row]),
            acquisition_channel=_label(labels.get("acquisition_channel"), row),
            addresses=() if home == Address() else (home,),
            birthday=None if known.birthday is None else known.birthday[row].item(),
            tags=self._tags_of(row),
            attributes={
                name: value
                for name, column in known.attributes.items()
                if (value := _value(column, row)) is not None
            },
        )

    def _id(self, row: int) -> str | int:
        """Return the id of a row, else the contact that stands for it."""
        found = [_text(self.keys[kind], row) for kind in IDENTITIES]
        own = next(filter(None, found))
        is_whole = not self.has_text_ids and found[0] is not None and INTEGER.fullmatch(own)
        return int(own) if is_whole else own

    def _tags_of(self, row: int) -> list[Tag]:
        tags = self.tags
        low, high = np.searchsorted(tags.customer, [row, row + 1]).tolist()
        names = tags.name.take(slice(low, high)).texts().tolist()
        begins, ends = tags.since[low:high].tolist(), tags.until[low:high].tolist()
        return [
            Tag(name, _instant(since), None if until == ALWAYS else to_datetime(until))
            for name, since, until in zip(names, begins, ends, strict=True)
        ]


def _texts(values: Iterable[str | None]) -> Texts:
    return Texts.of(value or "" for value in values)


def _instant(at: int) -> dt.datetime | None:
    return None if at == NO_INSTANT else to_datetime(int(at))


def _text(column: Texts, row: int) -> str | None:
    return column.names[int(column.codes[row])] or None


def _label(column: Labels | None, row: int) -> str | None:
    return None if column is None else column.name_of(row)


def _value(column: Labels | AnyArray, row: int) -> Attribute | None:
    """Return one value of a typed column, None where it is not known."""
    if isinstance(column, Labels):
        return _label(column, row)
    value: Any = column[row].item()
    if column.dtype.kind == "i":
        return None if value < 0 else bool(value)
    return value if value == value else None  # noqa: PLR0124 - NaN is not itself


def attribute_column(name: str, values: Sequence[Attribute | None]) -> Labels | AnyArray:
    """Return the column of an attribute, which is of one kind for all customers.

    Raises
    ------
    InvalidValue
        It is of several kinds.
    """
    kinds = sorted({_kind(value) for value in values if value is not None})
    if len(kinds) > 1:
        what = f"the attribute {name!r} is of several kinds"
        raise InvalidValue(what, " and ".join(kinds), "one kind for all who have it")
    if kinds == ["text"]:
        return Labels.encode([None if value is None else str(value) for value in values])
    if kinds == ["flag"]:
        return np.array([-1 if value is None else int(bool(value)) for value in values], np.int8)
    return np.array(values, dtype="M8[D]" if kinds == ["date"] else np.float64)


def _kind(value: Attribute) -> str:
    return next(kind for types, kind in _TYPES if isinstance(value, types))
