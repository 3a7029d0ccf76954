"""What does the shop know of somebody, to hand it to them; and what of it is wrong?"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import attrs

from custinsights.domain.contacts import shown_id
from custinsights.domain.fields import looked_up, refuse_naive
from custinsights.domain.people import Customer
from custinsights.errors import InvalidValue
from custinsights.privacy.data_inventory import inventory
from custinsights.repositories.people import somebody
from custinsights.results.files import starts_formula, written_whole

if TYPE_CHECKING:
    from custinsights.repositories.protocols import UnitOfWork

__all__ = ["RECTIFICATIONS", "SubjectAccess", "rectify", "subject_access"]

RECTIFICATIONS: Final = "rectification"
"""The log of corrections."""

_ROOMS: Final = ("people", "orders", "activities", "annotations")


@attrs.frozen
class SubjectAccess:
    """All that a store holds of one person, with what it is there for.

    Parameters
    ----------
    customer : str
        Today's id of the person.
    at : aware datetime
        When it was put together.
    data : mapping
        What each repository exports, by its name: JSON. Under ``changes`` what their orders were
        before they were edited, as rows of batches: instants in microseconds, money in minor units.
    """

    customer: str = attrs.field(repr=shown_id)
    at: datetime
    data: Mapping[str, Any] = attrs.field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return all as JSON has it: ``customer``, ``at``, ``data`` and ``inventory``."""
        return {
            "customer": self.customer,
            "at": self.at.isoformat(),
            "data": self.data,
            "inventory": [one.to_dict() for one in inventory() if one.category.is_personal],
        }

    def files(self) -> dict[str, str]:
        """Return the files of the bundle, by name: ``data.json`` and a CSV file for each table.

        ``inventory.csv`` explains what the fields are there for. In CSV what lies inside a field is
        written as JSON, and a text that a spreadsheet would run as a formula begins with an
        apostrophe; ``data.json`` has everything as it is.
        """
        told = self.to_dict()
        tables = {
            f"{room}-{name}.csv": _rows(value)
            for room, tables in self.data.items()
            for name, value in tables.items()
        }
        tables["inventory.csv"] = told["inventory"]
        return {
            "data.json": json.dumps(told, ensure_ascii=False, indent=2, default=str) + "\n",
            **{name: _csv(rows) for name, rows in sorted(tables.items()) if rows},
        }

    def write(self, target: str | PathLike[str]) -> Path:
        """Write the bundle as a zip file, where the name ends so, else into a new folder.

        It appears whole or not at all.

        Raises
        ------
        InvalidValue
            If something is there already: a bundle of somebody else must not get into it.
        """
        place = Path(target)
        if place.exists():
            advice = "Give a name that is free"
            raise InvalidValue("there is something already", str(place), "a new place", advice)
        if place.suffix.casefold() == ".zip":
            with written_whole(place) as draft, ZipFile(draft, "x", ZIP_DEFLATED) as bundle:
                for name, text in self.files().items():
                    bundle.writestr(ZipInfo(name, self.at.timetuple()[:6]), text, ZIP_DEFLATED)
            return place
        place.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=f".{place.name}.", dir=place.parent) as beside:
            folder = Path(beside) / place.name
            folder.mkdir()
            for name, text in self.files().items():
                (folder / name).write_text(text, encoding="utf-8", newline="")
            folder.rename(place)
        return place


def subject_access(
    work: UnitOfWork, customer: str | int, *, at: datetime, by: str = ""
) -> SubjectAccess:
    """Put together all that a store holds of one person.

    Parameters
    ----------
    work : UnitOfWork
        Of the store. Where `by` is told it must not be read-only: the log ``access`` gets an entry.
    customer : str or int
        Any id that finds them.
    at : aware datetime
        When it is asked.
    by : str, default ""
        Who asks, for the log.

    Raises
    ------
    UnknownName
        If nobody is found.

    Notes
    -----
    Cost: what rests of the person, and one pass over the feed of changes.
    """
    refuse_naive("the instant of an export", at)
    own = str(somebody(work.people, customer).value.id)
    data = {room: getattr(work, room).export(own) for room in _ROOMS}
    data["changes"] = {"orders": [*_earlier(work, own)]}
    if by:
        entry = {"who": by, "what": "all that is known", "outcome": "exported", "needed": ""}
        work.annotations.record("access", entry, customer=own)
    return SubjectAccess(own, at, data)


def _earlier(work: UnitOfWork, own: str) -> Iterator[Mapping[str, Any]]:
    """Yield what the orders of somebody were before they were edited."""
    theirs = {(one.source or "", str(one.id)) for one in work.orders.of(own)}
    for change in work.changes() if theirs else ():
        before = change.before
        if change.repository == "orders" and isinstance(before, Mapping) and change.key in theirs:
            was = {name: value for name, value in before.items() if name != "customer"}
            yield {"source": change.key[0], "id": change.key[1], "was": was}


def rectify(
    work: UnitOfWork,
    customer: str | int,
    *,
    at: datetime,
    by: str,
    why: str = "",
    **changes: Any,
) -> Customer:
    """Correct what is known of a person, and write down which fields, by whom and why.

    The log ``rectification`` has the names of the fields and not what stood or stands in them. What
    is corrected stays as it is, whatever an import tells later.

    Parameters
    ----------
    work : UnitOfWork
        Of the store.
    customer : str or int
        Any id that finds them.
    at : aware datetime
        When.
    by, why : str
        Who corrects, and for which reason; the reason must not be personal.
    **changes
        Fields of a `Customer` but id and tags, with what is right: ``email="ada@example.com"``.

    Returns
    -------
    Customer
        As it rests now.

    Raises
    ------
    UnknownName
        If nobody is found, or there is no such field.
    InvalidValue
        If a field cannot be what is given.
    StaleWrite
        If somebody else changes the customer at the same time.
    """
    refuse_naive("the instant of a correction", at)
    allowed = {field.name: field for field in attrs.fields(Customer)}
    for name in ("id", "tags"):  # ids are renamed, tags rest in a log of their own
        del allowed[name]
    for name in changes:
        looked_up("field of a customer to correct", name, allowed)
    found = somebody(work.people, customer)
    right = attrs.evolve(found.value, **changes)
    names = sorted(name for name in changes if getattr(right, name) != getattr(found.value, name))
    if names:
        work.people.put(right, version=found.version)
        told = [
            f"attributes.{name}"
            for name in sorted({*right.attributes, *found.value.attributes})
            if right.attributes.get(name) != found.value.attributes.get(name)
        ]
        own = str(found.value.id)
        entry = {"fields": names, "by": by, "why": why, "on": at.isoformat(), "id": own}
        entry |= {"attributes": told} if told else {}
        work.annotations.record(RECTIFICATIONS, entry, customer=own)
    return right


def _rows(value: object) -> list[Mapping[str, object]]:
    """Return what a repository exports under a name as rows of a table."""
    if isinstance(value, Mapping):
        is_table = value and all(isinstance(one, list | tuple) for one in value.values())
        if is_table:  # such as logs, by their names
            return [{"log": name, **row} for name, rows in value.items() for row in _rows(rows)]
        return [value] if value else []
    if isinstance(value, list | tuple):
        return [one if isinstance(one, Mapping) else {"value": one} for one in value]
    return [] if value is None else [{"value": value}]


def _csv(rows: Iterable[Mapping[str, object]]) -> str:
    told = [*rows]
    names = [*dict.fromkeys(name for row in told for name in row)]
    sheet = io.StringIO(newline="")
    writer = csv.writer(sheet)
    writer.writerow(names)
    writer.writerows([[*_cells(row, names)] for row in told])
    return sheet.getvalue()


def _cells(row: Mapping[str, object], names: Iterable[str]) -> Iterator[object]:
    for name in names:
        value = row.get(name)
        if isinstance(value, Mapping | list | tuple):
            value = json.dumps(value, ensure_ascii=False, default=str)
        is_risky = isinstance(value, str) and starts_formula(value)
        yield f"'{value}" if is_risky else value
