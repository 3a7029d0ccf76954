"""Which customers are there? Found, filtered, sorted, page by page."""

from __future__ import annotations

import base64
import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

import attrs
import numpy as np

from custinsights.domain.contacts import looks_like_contact
from custinsights.domain.fields import whole_number
from custinsights.domain.identities import Identity
from custinsights.domain.people import Customer
from custinsights.errors import InvalidValue, counted
from custinsights.repositories.protocols import PeopleRepository
from custinsights.results.customer_table import CustomerTable

__all__ = ["MOST_IN_PAGE", "OWN_SORTS", "Choice", "CustomerPage", "Directory", "Place"]

OWN_SORTS: Final = ("id", "name", "created_at")
"""By what people are sorted beside their traits."""

MOST_IN_PAGE: Final = 10_000
"""How many customers a page can have."""


@attrs.frozen(repr=False)
class CustomerPage:
    """Some customers of a directory, in order.

    Parameters
    ----------
    customers : tuple of Customer
        Who they are; contacts are masked for who may not see them.
    sort : str
        By what they are sorted.
    values : tuple
        The trait by which they are sorted, of each, in natural units; None where it is undefined,
        and where they are sorted by something else.
    after : str or None
        What to ask for as ``after=`` to get the next page; None on the last one.
    """

    customers: tuple[Customer, ...]
    sort: str
    values: tuple[Any, ...]
    after: str | None = None

    def __len__(self) -> int:
        return len(self.customers)

    def __iter__(self) -> Iterator[Customer]:
        return iter(self.customers)

    def __repr__(self) -> str:
        more = ", and more" if self.after is not None else ""
        return f"<CustomerPage: {counted(len(self), 'customer')} by {self.sort}{more}>"

    @property
    def ids(self) -> tuple[str, ...]:
        """Their ids, in order."""
        return tuple(str(one.id) for one in self.customers)


@attrs.frozen
class Choice:
    """Who may be on a page: all, or some; without others."""

    included: frozenset[str] | None = None
    excluded: frozenset[str] = frozenset()

    def has(self, customer: str) -> bool:
        """Whether somebody may be on it."""
        inside = self.included is None or customer in self.included
        return inside and customer not in self.excluded


@attrs.frozen
class Place:
    """After whom a page begins: the value by which they are sorted, and their id.

    The value is None where the store sorts: then the page goes on from where the person is now.
    """

    sort: str
    id: str
    value: int | float | str | None = None

    def token(self) -> str:
        """Return it as a text that fits into an address of the web, without names."""
        told = json.dumps([self.sort, self.id, self.value], ensure_ascii=True)
        return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, token: str, sort: str) -> Place:
        """Return what a token says, if it is of a page that was sorted alike."""
        try:
            padded = token + "=" * (-len(token) % 4)
            told = json.loads(base64.urlsafe_b64decode(padded.encode()))
            place = cls(*told)
        except (AttributeError, TypeError, ValueError) as error:
            given = "another text" if isinstance(token, str) else type(token).__name__
            allowed = "the `after` of the page before, as it is"
            raise InvalidValue("this is no place in a directory", given, allowed) from error
        if place.sort != sort:
            what = "the page before was sorted in another way"
            raise InvalidValue(what, place.sort, sort, "Begin anew with the first page")
        return place


def _limit(given: int) -> int:
    return whole_number("the limit of a page is wrong", given, 1, MOST_IN_PAGE)


@attrs.frozen(eq=False, repr=False)
class Directory:
    """A question to a directory.

    Parameters
    ----------
    people
        The people.
    choice
        Who may be on a page.
    search, sort, limit, after
        As in `Shop.customers`.
    table
        The trait by which is sorted, of all customers; None where the store sorts.
    """

    people: PeopleRepository
    choice: Choice
    search: str
    sort: str
    limit: int = attrs.field(converter=_limit)
    after: str | None
    table: CustomerTable | None

    def page(self) -> CustomerPage:
        """Return the page that is asked for."""
        place = None if self.after is None else Place.read(self.after, self.sort)
        found = list(islice(self._rows(place), self.limit + 1))
        shown = found[: self.limit]
        token = None
        if len(found) > self.limit:
            customer, value = shown[-1]
            token = Place(self.sort, str(customer.id), value).token()
        return CustomerPage(
            tuple(customer for customer, _ in shown),
            self.sort,
            tuple(self._shown(customer, value) for customer, value in shown),
            token,
        )

    @property
    def _name(self) -> str:
        return self.sort.removeprefix("-")

    @property
    def _is_descending(self) -> bool:
        return self.sort.startswith("-")

    def _shown(self, customer: Customer, value: Any) -> Any:
        """Return a value of the trait in natural units."""
        if self.table is None or value is None:
            return None
        return self.table.row(str(customer.id))[self._name]

    def _rows(self, place: Place | None) -> Iterator[tuple[Customer, Any]]:
        if self.table is None:
            for one in self._listed(self._name, place, descending=self._is_descending):
                yield one, None
            return
        known = self._known(self.table)
        if place is None or place.value is not None:
            yield from self._ranked(known, place)
            place = None
        ids = {one for _, one in known}
        for one in self._listed("id", place):  # of whom the trait is unknown: last, by id
            if str(one.id) not in ids:
                yield one, None

    def _listed(
        self, sort: str, place: Place | None, *, descending: bool = False
    ) -> Iterator[Customer]:
        is_there = place is not None and self._is_there(place)
        search, included = self.search, self.choice.included
        if (owner := self._owner()) is not None:
            search, included = "", frozenset({owner} if self.choice.has(owner) else ())
        listed = self.people.listed(
            search,
            sort=sort,
            descending=descending,
            after=place.id if place is not None and is_there else None,
            customers=included,
        )
        if place is None or is_there:
            return (one for one in listed if self.choice.has(str(one.id)))
        if sort != "id":
            what = "the customer after whom the page begins has become another one"
            advice = "Begin anew with the first page"
            raise InvalidValue(what, "a place that is gone", "a customer who is there", advice)
        passed = str.__ge__ if descending else str.__le__
        rest = (one for one in listed if not passed(str(one.id), place.id))
        return (one for one in rest if self.choice.has(str(one.id)))

    def _owner(self) -> str | None:
        """Return whose a whole address or number is that is searched, where nobody shows it.

        Such as one that somebody had before, or that of who was merged into them.
        """
        if not looks_like_contact(self.search) or any(self.people.listed(self.search)):
            return None
        kind = "email" if "@" in self.search else "phone"
        owner = self.people.find(Identity(kind, self.search))
        return None if owner is None else str(owner)

    def _is_there(self, place: Place) -> bool:
        """Whether somebody has the id today: who was merged, renamed or erased has it no more."""
        held = self.people.get(place.id)
        return held is not None and str(held.value.id) == place.id

    def _known(self, table: CustomerTable) -> list[tuple[Any, str]]:
        """Return (value, id) of whom the trait is known, in ascending order."""
        column = table.column(self._name)
        at = np.flatnonzero(~column.absent)
        at = at[np.argsort(column.values[at], kind="stable")]  # the table is in the order of ids
        return list(zip(column.values[at].tolist(), table.ids[at].tolist(), strict=True))

    def _ranked(
        self, known: list[tuple[Any, str]], place: Place | None
    ) -> Iterator[tuple[Customer, Any]]:
        """Yield who comes after a place by the trait, fetched some at a time."""
        last = None if place is None else (place.value, place.id)
        if self._is_descending:
            rows = known[: len(known) if last is None else bisect_left(known, last)][::-1]
        else:
            rows = known[0 if last is None else bisect_right(known, last) :]
        if self.search:
            hits = {str(one.id) for one in self._listed("id", None)}
            rows = [row for row in rows if row[1] in hits]
        chosen = (row for row in rows if self.choice.has(row[1]))
        while some := list(islice(chosen, self.limit + 1)):
            told = self.people.listed(customers=[one for _, one in some])
            by_id = {str(one.id): one for one in told}
            yield from ((by_id[one], value) for value, one in some if one in by_id)
